//! What may be called. What the calls do is in `sites`, `stocking`, `reordering`, `reservations`, `receiving` and `assets`.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod calls {
	/// The calls. All quantities are in thousandths of the item's unit, all times in unix milliseconds.
	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Create a site: a place where stock is kept. The caller owns it, and pays for the room.
		///
		/// ## Dispatch Origin
		/// Anybody, signed; a machine by its key.
		///
		/// ## Parameters
		/// - `profile`: name, GLN and region; see [`SiteProfile`](crate::SiteProfile).
		/// - `room`: how many records there may be of what is kept and reserved there.
		///
		/// ## Errors
		/// `BadName`, `BadGln`, `BadRegion`; too little money for the deposit.
		///
		/// ## Events
		/// `SiteCreated`
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::create_site())]
		pub fn create_site(origin: OriginFor<T>, profile: SiteProfile, room: u32) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_create_site(actor, profile, room)
		}

		/// Change what a site is called and how much room it has. The deposit changes with the room.
		///
		/// ## Dispatch Origin
		/// The site's owner, or the owner of the machine that is.
		///
		/// ## Errors
		/// `UnknownSite`, `NotTheOwner`, `BadName`, `BadGln`, `BadRegion`, `RoomInUse`; too little money for the deposit.
		///
		/// ## Events
		/// `SiteUpdated`
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::update_site())]
		pub fn update_site(origin: OriginFor<T>, site: SiteId, profile: SiteProfile, room: u32) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_update_site(actor, site, profile, room)
		}

		/// Close a site where nothing is kept, reserved or placed, and give its deposit back.
		///
		/// ## Dispatch Origin
		/// The site's owner, or the owner of the machine that is.
		///
		/// ## Errors
		/// `UnknownSite`, `NotTheOwner`, `InUse`.
		///
		/// ## Events
		/// `SiteClosed`
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::close_site())]
		pub fn close_site(origin: OriginFor<T>, site: SiteId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_close_site(actor, site)
		}

		/// Say who may touch a site's stock beside its owner: people, and by their accounts the machines that work there. They
		/// take the place of those before.
		///
		/// ## Dispatch Origin
		/// The site's owner, or the owner of the machine that is.
		///
		/// ## Parameters
		/// - `keepers`: at most eight, each with what he may do.
		///
		/// ## Errors
		/// `UnknownSite`, `NotTheOwner`, `BadKeepers`.
		///
		/// ## Events
		/// `KeepersSet`
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::set_keepers())]
		pub fn set_keepers(origin: OriginFor<T>, site: SiteId, keepers: Keepers<T::AccountId>) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_set_keepers(actor, site, keepers)
		}

		/// Keep an item at a site from now on. It takes room for one record.
		///
		/// ## Dispatch Origin
		/// The site's owner, or the owner of the machine that is.
		///
		/// ## Parameters
		/// - `item`: the digits of a GTIN, or the owner's own part number.
		/// - `code`: which of the two.
		/// - `unit`: the unit that it is counted in, by UN/ECE Recommendation 20 ("LTR", "KGM", "H87").
		///
		/// ## Errors
		/// `UnknownSite`, `NotTheOwner`, `BadGtin`, `BadItem`, `BadUnit`, `AlreadyKept`, `NoRoom`.
		///
		/// ## Events
		/// `ItemOpened`
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::open_item())]
		pub fn open_item(origin: OriginFor<T>, site: SiteId, item: Item, code: ItemCode, unit: Unit) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_open_item(actor, site, item, code, unit)
		}

		/// Keep an item at a site no more, of which nothing is there. Its sums are forgotten, and its room is free.
		///
		/// ## Dispatch Origin
		/// The site's owner, or the owner of the machine that is.
		///
		/// ## Errors
		/// `UnknownSite`, `NotTheOwner`, `UnknownItem`, `InUse`, `RequestOpen`.
		///
		/// ## Events
		/// `ItemClosed`
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::close_item())]
		pub fn close_item(origin: OriginFor<T>, site: SiteId, item: Item) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_close_item(actor, site, item)
		}

		/// Take goods in.
		///
		/// ## Dispatch Origin
		/// The site's owner, or a keeper who may receive.
		///
		/// ## Parameters
		/// - `lot`: of which lot; empty for goods without one.
		/// - `expires`: the lot's date, if it has one.
		///
		/// ## Errors
		/// `UnknownSite`, `NotAllowed`, `UnknownItem`, `BadLot`, `LotExpired`, `OtherExpiry`, `ZeroQuantity`, `TooMuch`,
		/// `TooManyLots`.
		///
		/// ## Events
		/// `Received`
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::receive())]
		pub fn receive(
			origin: OriginFor<T>,
			site: SiteId,
			item: Item,
			lot: Lot,
			quantity: u64,
			expires: Option<UnixMillis>,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_receive(actor, site, item, lot, quantity, expires)
		}

		/// Use goods up that are neither put aside nor past their date. More is asked for if they fall below their reorder
		/// point.
		///
		/// ## Dispatch Origin
		/// The site's owner, or a keeper who may issue.
		///
		/// ## Parameters
		/// - `lot`: of which lot; none for those that go out of date first.
		///
		/// ## Errors
		/// `UnknownSite`, `NotAllowed`, `UnknownItem`, `ZeroQuantity`, `UnknownLot`, `LotExpired`, `NotEnough`.
		///
		/// ## Events
		/// `Consumed` for each lot; `Reordered` or `ReorderFailed`
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::consume().saturating_add(T::Purchasing::raise_weight()))]
		pub fn consume(
			origin: OriginFor<T>,
			site: SiteId,
			item: Item,
			lot: Option<Lot>,
			quantity: u64,
		) -> DispatchResultWithPostInfo {
			let actor = T::Actors::ensure_actor(origin)?;
			let asked = Self::do_consume(actor, site, item, lot, quantity)?;
			Ok(Self::spent(T::WeightInfo::consume(), asked))
		}

		/// Move goods that are not put aside from a site to another of the same owner. They keep their date.
		///
		/// ## Dispatch Origin
		/// The sites' owner, or a keeper who may issue at the one and receive at the other.
		///
		/// ## Errors
		/// `UnknownSite`, `NotAllowed`, `SameSite`, `OtherOwner`, `UnknownItem`, `OtherUnit`, `ZeroQuantity`, `UnknownLot`,
		/// `NotEnough`, `TooMuch`, `TooManyLots`.
		///
		/// ## Events
		/// `Moved`; `Reordered` or `ReorderFailed`
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::move_stock().saturating_add(T::Purchasing::raise_weight()))]
		pub fn move_stock(
			origin: OriginFor<T>,
			from: SiteId,
			to: SiteId,
			item: Item,
			lot: Lot,
			quantity: u64,
		) -> DispatchResultWithPostInfo {
			let actor = T::Actors::ensure_actor(origin)?;
			let asked = Self::do_move_stock(actor, from, to, item, lot, quantity)?;
			Ok(Self::spent(T::WeightInfo::move_stock(), asked))
		}

		/// Put right what the books say of a lot, after it was counted.
		///
		/// ## Dispatch Origin
		/// The site's owner, or a keeper who may count.
		///
		/// ## Parameters
		/// - `basis`: the lot's `version` when it was counted; that of the stock if the lot was not there. If it has changed
		///   since, the count is refused: of two that contradict each other the second one is made again.
		/// - `on_hand`: how much there is.
		/// - `reason`: why it is not what the books say.
		///
		/// ## Errors
		/// `UnknownSite`, `NotAllowed`, `UnknownItem`, `BadLot`, `StaleCount`, `BelowReserved`, `TooMuch`, `TooManyLots`,
		/// `ReasonDoesNotFit`.
		///
		/// ## Events
		/// `Counted`; `Reordered` or `ReorderFailed`
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::count().saturating_add(T::Purchasing::raise_weight()))]
		pub fn count(
			origin: OriginFor<T>,
			site: SiteId,
			item: Item,
			lot: Lot,
			basis: u64,
			on_hand: u64,
			reason: CountReason,
		) -> DispatchResultWithPostInfo {
			let actor = T::Actors::ensure_actor(origin)?;
			let asked = Self::do_count(actor, site, item, lot, basis, on_hand, reason)?;
			Ok(Self::spent(T::WeightInfo::count(), asked))
		}

		/// Give a lot another date, or none: one that was bought comes without.
		///
		/// ## Dispatch Origin
		/// The site's owner, or a keeper who may count.
		///
		/// ## Errors
		/// `UnknownSite`, `NotAllowed`, `UnknownItem`, `UnknownLot`.
		///
		/// ## Events
		/// `ExpirySet`; `Reordered` or `ReorderFailed`
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::set_expiry().saturating_add(T::Purchasing::raise_weight()))]
		pub fn set_expiry(
			origin: OriginFor<T>,
			site: SiteId,
			item: Item,
			lot: Lot,
			expires: Option<UnixMillis>,
		) -> DispatchResultWithPostInfo {
			let actor = T::Actors::ensure_actor(origin)?;
			let asked = Self::do_set_expiry(actor, site, item, lot, expires)?;
			Ok(Self::spent(T::WeightInfo::set_expiry(), asked))
		}

		/// Say below which level more of an item is asked for, and what may be paid for it. It is asked for at once if the
		/// level is below.
		///
		/// ## Dispatch Origin
		/// The site's owner, or the owner of the machine that is.
		///
		/// ## Parameters
		/// - `reorder`: see [`Reorder`](crate::Reorder); none to ask no more.
		///
		/// ## Errors
		/// `UnknownSite`, `NotTheOwner`, `UnknownItem`, `BadReorder`, `OtherMachine`.
		///
		/// ## Events
		/// `ReorderSet`; `Reordered` or `ReorderFailed`
		#[pallet::call_index(11)]
		#[pallet::weight(T::WeightInfo::set_reorder().saturating_add(T::Purchasing::raise_weight()))]
		pub fn set_reorder(
			origin: OriginFor<T>,
			site: SiteId,
			item: Item,
			reorder: Option<Reorder<BalanceOf<T>>>,
		) -> DispatchResultWithPostInfo {
			let actor = T::Actors::ensure_actor(origin)?;
			let asked = Self::do_set_reorder(actor, site, item, reorder)?;
			Ok(Self::spent(T::WeightInfo::set_reorder(), asked))
		}

		/// Ask for more of an item that is below its reorder point: once the last request has ended or failed, and the pause
		/// is over.
		///
		/// ## Dispatch Origin
		/// Anybody, signed. It does what the owner has said before.
		///
		/// ## Errors
		/// `UnknownSite`, `UnknownItem`, `NoReorderPoint`, `NotBelowPoint`, `RequestOpen`, `TooEarly`.
		///
		/// ## Events
		/// `Reordered` or `ReorderFailed`
		#[pallet::call_index(12)]
		#[pallet::weight(T::WeightInfo::reorder().saturating_add(T::Purchasing::raise_weight()))]
		pub fn reorder(origin: OriginFor<T>, site: SiteId, item: Item) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_reorder(site, item)
		}

		/// Put goods aside for a job of a machine that is under the same control as the site. The first time it takes room for
		/// one record.
		///
		/// ## Dispatch Origin
		/// The site's owner, or a keeper who may reserve.
		///
		/// ## Parameters
		/// - `lot`: of which lot; none for those that go out of date first.
		///
		/// ## Errors
		/// `UnknownSite`, `NotAllowed`, `JobNotOpen`, `OtherMachine`, `ReservedElsewhere`, `NoRoom`, `UnknownItem`,
		/// `ZeroQuantity`, `UnknownLot`, `LotExpired`, `NotEnough`, `TooManyLines`.
		///
		/// ## Events
		/// `Reserved` for each lot; `Reordered` or `ReorderFailed`
		#[pallet::call_index(13)]
		#[pallet::weight(T::WeightInfo::reserve().saturating_add(T::Purchasing::raise_weight()))]
		pub fn reserve(
			origin: OriginFor<T>,
			job: JobId,
			site: SiteId,
			item: Item,
			lot: Option<Lot>,
			quantity: u64,
		) -> DispatchResultWithPostInfo {
			let actor = T::Actors::ensure_actor(origin)?;
			let asked = Self::do_reserve(actor, job, site, Need { item, lot, quantity })?;
			Ok(Self::spent(T::WeightInfo::reserve(), asked))
		}

		/// Let go of some of what is put aside for a job.
		///
		/// ## Dispatch Origin
		/// The site's owner, or a keeper who may reserve.
		///
		/// ## Errors
		/// `UnknownReservation`, `NotAllowed`, `ZeroQuantity`, `NotReserved`.
		///
		/// ## Events
		/// `Released`; `ReservationEnded` if nothing is left
		#[pallet::call_index(14)]
		#[pallet::weight(T::WeightInfo::release())]
		pub fn release(origin: OriginFor<T>, job: JobId, item: Item, lot: Lot, quantity: u64) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_release(actor, job, item, lot, quantity)
		}

		/// Use up some of what is put aside for a job, also past its date: it was put aside before.
		///
		/// ## Dispatch Origin
		/// The site's owner, or a keeper who may issue.
		///
		/// ## Errors
		/// `UnknownReservation`, `NotAllowed`, `ZeroQuantity`, `NotReserved`.
		///
		/// ## Events
		/// `Consumed`; `ReservationEnded` if nothing is left
		#[pallet::call_index(15)]
		#[pallet::weight(T::WeightInfo::consume_reserved())]
		pub fn consume_reserved(
			origin: OriginFor<T>,
			job: JobId,
			item: Item,
			lot: Lot,
			quantity: u64,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_consume_reserved(actor, job, item, lot, quantity)
		}

		/// Let go of all that is put aside for a job.
		///
		/// ## Dispatch Origin
		/// While the job is open: the site's owner, a keeper who may reserve, the job's machine or its owner. Afterwards:
		/// anybody, signed.
		///
		/// ## Errors
		/// `UnknownReservation`, `NotAllowed`.
		///
		/// ## Events
		/// `Released` for each line, `ReservationEnded`
		#[pallet::call_index(16)]
		#[pallet::weight(T::WeightInfo::end_reservation())]
		pub fn end_reservation(origin: OriginFor<T>, job: JobId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_end_reservation(actor, job)
		}

		/// Put goods on stock that were bought and delivered, and had no place then: of an order in several lots those that have
		/// waited for the longest.
		///
		/// ## Dispatch Origin
		/// Who bought them, or the owner of the machine that did.
		///
		/// ## Parameters
		/// - `owner`: who bought them.
		/// - `order`: the order that they were bought by.
		/// - `site`: where to. It must be under the same control, and keep the item.
		///
		/// ## Errors
		/// `NotTheOwner`, `UnknownArrival`, `UnknownSite`, `OtherOwner`, `UnknownItem`, `BadLot`, `TooMuch`,
		/// `TooManyLots`.
		///
		/// ## Events
		/// `Received`
		#[pallet::call_index(17)]
		#[pallet::weight(T::WeightInfo::put_away())]
		pub fn put_away(
			origin: OriginFor<T>,
			owner: T::AccountId,
			order: PurchaseOrderId,
			site: SiteId,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_put_away(actor, owner, order, site)
		}

		/// Forget goods that were bought and delivered, and had no place: of an order in several lots those that have waited for
		/// the longest.
		///
		/// ## Dispatch Origin
		/// Who bought them, or the owner of the machine that did.
		///
		/// ## Errors
		/// `NotTheOwner`, `UnknownArrival`.
		///
		/// ## Events
		/// `ArrivalDismissed`
		#[pallet::call_index(18)]
		#[pallet::weight(T::WeightInfo::dismiss_arrival())]
		pub fn dismiss_arrival(origin: OriginFor<T>, owner: T::AccountId, order: PurchaseOrderId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_dismiss_arrival(actor, owner, order)
		}

		/// Register an asset: a tool, a fixture, a machine. The caller owns it, pays the deposit, and has it in custody if it
		/// has no home.
		///
		/// ## Dispatch Origin
		/// Anybody, signed; a machine by its key. For a machine as an asset: its owner, or itself. With a home: its owner, or a
		/// keeper who may receive there.
		///
		/// ## Parameters
		/// - `tag`: what is on its plate; one of a kind among all that the caller has registered.
		/// - `class`: what it is.
		/// - `serial`: the maker's serial number; empty if there is none.
		/// - `home`: the site where it belongs, and is now.
		///
		/// ## Errors
		/// `UnknownSite`, `NotAllowed`, `BadTag`, `TagTaken`, `OtherMachine`, `MachineTaken`; too little money for the deposit.
		///
		/// ## Events
		/// `AssetRegistered`
		#[pallet::call_index(19)]
		#[pallet::weight(T::WeightInfo::register_asset())]
		pub fn register_asset(
			origin: OriginFor<T>,
			tag: AssetTag,
			class: AssetClass,
			serial: Serial,
			home: Option<SiteId>,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_register_asset(actor, tag, class, serial, home)
		}

		/// Give an asset to somebody, or to a site. It stays where it is until it is taken there; at once, if the caller may
		/// take it there himself.
		///
		/// ## Dispatch Origin
		/// Who has it in custody, or the owner of the machine that has. At a site: its owner, or a keeper who may issue.
		///
		/// ## Parameters
		/// - `to`: where to.
		/// - `window`: for how many milliseconds it may be taken.
		///
		/// ## Errors
		/// `UnknownAsset`, `NotTheCustodian`, `BadWindow`, `AlreadyThere`, `HandoverPending`, `UnknownSite`.
		///
		/// ## Events
		/// `AssetOffered` or `AssetMoved`
		#[pallet::call_index(20)]
		#[pallet::weight(T::WeightInfo::hand_over())]
		pub fn hand_over(origin: OriginFor<T>, asset: AssetId, to: WhereaboutsOf<T>, window: u64) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_hand_over(actor, asset, to, window)
		}

		/// Take an asset that was given.
		///
		/// ## Dispatch Origin
		/// To whom it was given, or the owner of the machine that it was given to. At a site: its owner, or a keeper who may
		/// receive.
		///
		/// ## Errors
		/// `UnknownAsset`, `NotHandedOver`, `NotTheReceiver`, `HandoverLapsed`.
		///
		/// ## Events
		/// `AssetMoved`
		#[pallet::call_index(21)]
		#[pallet::weight(T::WeightInfo::take_asset())]
		pub fn take_asset(origin: OriginFor<T>, asset: AssetId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_take_asset(actor, asset)
		}

		/// Do not take an asset that was given, or do not give it after all. It stays where it is.
		///
		/// ## Dispatch Origin
		/// Whoever may take it, and whoever may give it.
		///
		/// ## Errors
		/// `UnknownAsset`, `NotHandedOver`, `NotTheReceiver`.
		///
		/// ## Events
		/// `HandoverEnded`
		#[pallet::call_index(22)]
		#[pallet::weight(T::WeightInfo::refuse_asset())]
		pub fn refuse_asset(origin: OriginFor<T>, asset: AssetId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_refuse_asset(actor, asset)
		}

		/// Strike an asset off, wherever it is, and give its deposit back.
		///
		/// ## Dispatch Origin
		/// Its owner, or who registered it.
		///
		/// ## Errors
		/// `UnknownAsset`, `NotTheOwner`.
		///
		/// ## Events
		/// `AssetRetired`
		#[pallet::call_index(23)]
		#[pallet::weight(T::WeightInfo::retire_asset())]
		pub fn retire_asset(origin: OriginFor<T>, asset: AssetId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_retire_asset(actor, asset)
		}
	}
}
