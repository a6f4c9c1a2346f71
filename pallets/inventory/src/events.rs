//! What the pallet tells the world.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod events {
	/// What happened. Quantities are in thousandths of the item's unit.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A site was created.
		SiteCreated {
			/// The site.
			site: SiteId,
			/// Who owns it and has paid the deposit.
			owner: T::AccountId,
			/// For how many records it has room.
			room: u32,
		},
		/// A site changed.
		SiteUpdated {
			/// The site.
			site: SiteId,
			/// For how many records it has room.
			room: u32,
		},
		/// A site was closed.
		SiteClosed {
			/// The site.
			site: SiteId,
			/// Who has the deposit back.
			owner: T::AccountId,
		},
		/// A site has other keepers.
		KeepersSet {
			/// The site.
			site: SiteId,
		},
		/// An item is kept at a site from now on.
		ItemOpened {
			/// The site.
			site: SiteId,
			/// The item.
			item: Item,
			/// In which unit.
			unit: Unit,
		},
		/// An item is not kept at a site any more.
		ItemClosed {
			/// The site.
			site: SiteId,
			/// The item.
			item: Item,
		},
		/// Goods were taken in.
		Received {
			/// The site.
			site: SiteId,
			/// The item.
			item: Item,
			/// Of which lot; empty for none.
			lot: Lot,
			/// How much.
			quantity: u64,
			/// By which order they were bought, if the chain knows.
			order: Option<PurchaseOrderId>,
		},
		/// Goods were used up.
		Consumed {
			/// The site.
			site: SiteId,
			/// The item.
			item: Item,
			/// Of which lot; empty for none.
			lot: Lot,
			/// How much.
			quantity: u64,
			/// For which job they were put aside, if they were.
			job: Option<JobId>,
		},
		/// Goods were moved from a site to another.
		Moved {
			/// From here.
			from: SiteId,
			/// To here.
			to: SiteId,
			/// The item.
			item: Item,
			/// Of which lot; empty for none.
			lot: Lot,
			/// How much.
			quantity: u64,
		},
		/// The books were put right.
		Counted {
			/// The site.
			site: SiteId,
			/// The item.
			item: Item,
			/// Of which lot; empty for none.
			lot: Lot,
			/// What they said.
			before: u64,
			/// What there is.
			on_hand: u64,
			/// Why.
			reason: CountReason,
		},
		/// A lot has another date.
		ExpirySet {
			/// The site.
			site: SiteId,
			/// The item.
			item: Item,
			/// The lot; empty for goods without one.
			lot: Lot,
			/// Until when it may be used, in unix milliseconds.
			expires: Option<UnixMillis>,
		},
		/// An item has another reorder point at a site.
		ReorderSet {
			/// The site.
			site: SiteId,
			/// The item.
			item: Item,
			/// The point; none if nobody asks for more by himself.
			point: Option<u64>,
		},
		/// An item was below its reorder point, and more was asked for.
		Reordered {
			/// The site.
			site: SiteId,
			/// The item.
			item: Item,
			/// Who buys.
			buyer: T::AccountId,
			/// The request.
			request: RequestId,
			/// How much was asked for.
			quantity: u64,
		},
		/// An item was below its reorder point, and more could not be asked for. It is tried again when the pause is over and
		/// the stock changes, or anybody says so.
		ReorderFailed {
			/// The site.
			site: SiteId,
			/// The item.
			item: Item,
			/// Why.
			error: DispatchError,
		},
		/// Goods were put aside for a job.
		Reserved {
			/// The job.
			job: JobId,
			/// The site.
			site: SiteId,
			/// The item.
			item: Item,
			/// Of which lot; empty for none.
			lot: Lot,
			/// How much.
			quantity: u64,
		},
		/// Goods that were put aside for a job are free again.
		Released {
			/// The job.
			job: JobId,
			/// The site.
			site: SiteId,
			/// The item.
			item: Item,
			/// Of which lot; empty for none.
			lot: Lot,
			/// How much.
			quantity: u64,
		},
		/// Nothing is put aside for a job any more.
		ReservationEnded {
			/// The job.
			job: JobId,
			/// The site.
			site: SiteId,
		},
		/// Goods that were bought and delivered could not be put on stock.
		NotBooked {
			/// Who bought them.
			owner: T::AccountId,
			/// The order.
			order: PurchaseOrderId,
			/// Where they should have gone.
			site: Option<SiteId>,
			/// The item.
			item: Item,
			/// How much.
			quantity: u64,
			/// Why.
			error: DispatchError,
			/// Whether they wait for the owner to put them somewhere. If not, too many others do.
			waits: bool,
		},
		/// Goods that could not be put on stock are forgotten.
		ArrivalDismissed {
			/// Who bought them.
			owner: T::AccountId,
			/// The order.
			order: PurchaseOrderId,
		},
		/// An asset was registered.
		AssetRegistered {
			/// The asset.
			asset: AssetId,
			/// Who has registered it and paid the deposit.
			registrant: T::AccountId,
			/// What is on its plate.
			tag: AssetTag,
			/// Where it is.
			location: WhereaboutsOf<T>,
		},
		/// An asset was given, and is to be taken.
		AssetOffered {
			/// The asset.
			asset: AssetId,
			/// Where it is until then.
			from: WhereaboutsOf<T>,
			/// Who may take it.
			to: WhereaboutsOf<T>,
			/// Until when, on the agreement clock.
			until: AgreementMillis,
		},
		/// An asset was taken.
		AssetMoved {
			/// The asset.
			asset: AssetId,
			/// Where it was.
			from: WhereaboutsOf<T>,
			/// Where it is.
			to: WhereaboutsOf<T>,
		},
		/// An asset stays where it is: it was not taken, or the giver has thought better of it.
		HandoverEnded {
			/// The asset.
			asset: AssetId,
			/// Who would have had it.
			to: WhereaboutsOf<T>,
		},
		/// An asset was retired.
		AssetRetired {
			/// The asset.
			asset: AssetId,
			/// Who has the deposit back.
			registrant: T::AccountId,
			/// Where it was.
			location: WhereaboutsOf<T>,
		},
	}
}
