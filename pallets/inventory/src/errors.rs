//! What can go wrong.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod errors {
	/// What can go wrong.
	#[pallet::error]
	pub enum Error<T> {
		/// There is no such site, or it was closed.
		UnknownSite,
		/// This item is not kept at this site.
		UnknownItem,
		/// There is nothing of this lot.
		UnknownLot,
		/// Nothing is put aside for this job.
		UnknownReservation,
		/// No such goods wait to be put on stock.
		UnknownArrival,
		/// There is no such asset, or it was retired.
		UnknownAsset,
		/// Only the owner, or the owner of the machine that is the owner, may do this.
		NotTheOwner,
		/// Only the site's owner, and keepers of his who have the right to it, may do this.
		NotAllowed,
		/// A site's name is empty or not UTF-8.
		BadName,
		/// A Global Location Number does not have 13 digits, or its check digit is wrong.
		BadGln,
		/// A region is not of the form of ISO 3166: two capital letters, and if any a dash and one to three capital letters
		/// or digits.
		BadRegion,
		/// A keeper is named twice, or may do nothing.
		BadKeepers,
		/// An item's number is empty, or has signs that GS1 does not allow.
		BadItem,
		/// A GTIN does not have 8, 12, 13 or 14 digits, or its check digit is wrong.
		BadGtin,
		/// A unit is not of the form of UN/ECE Recommendation 20: two or three capital letters or digits.
		BadUnit,
		/// A lot has signs that GS1 does not allow.
		BadLot,
		/// An asset's tag is empty, or tag or serial have signs that GS1 does not allow.
		BadTag,
		/// A reorder point without a point, a quantity, a category, a price or a time; or weights that do not add up to one.
		BadReorder,
		/// The time to take an asset is nothing, or longer than it may be.
		BadWindow,
		/// A quantity of nothing.
		ZeroQuantity,
		/// There is not that much that is neither put aside for jobs nor past its date.
		NotEnough,
		/// That is more than can be counted.
		TooMuch,
		/// There are too many lots of this item here.
		TooManyLots,
		/// The lot is past its date.
		LotExpired,
		/// The lot has another date. Put that right first.
		OtherExpiry,
		/// The item is kept in another unit there.
		OtherUnit,
		/// From a site to itself.
		SameSite,
		/// The other side belongs to somebody else.
		OtherOwner,
		/// The stock has changed since it was counted. Look at it again.
		StaleCount,
		/// What was counted and the reason do not go together.
		ReasonDoesNotFit,
		/// More is put aside for jobs than was counted. Let go of that first.
		BelowReserved,
		/// The item is kept here already.
		AlreadyKept,
		/// There is stock, or a reservation, or an asset.
		InUse,
		/// More was asked for, and that request has not ended.
		RequestOpen,
		/// The site has no room for another record. Give it more.
		NoRoom,
		/// The site has more records than that.
		RoomInUse,
		/// There is no such job, or it has ended.
		JobNotOpen,
		/// The job, or the machine, is under somebody else's control.
		OtherMachine,
		/// Something is put aside for this job at another site.
		ReservedElsewhere,
		/// There are too many lines in the reservation.
		TooManyLines,
		/// So much of this is not put aside for the job.
		NotReserved,
		/// The item has no reorder point here.
		NoReorderPoint,
		/// There is as much as there should be.
		NotBelowPoint,
		/// It is too early to ask for more once again.
		TooEarly,
		/// The registrant has another asset with this tag.
		TagTaken,
		/// The machine is registered as an asset already.
		MachineTaken,
		/// Only who has the asset may give it.
		NotTheCustodian,
		/// The asset is there already.
		AlreadyThere,
		/// The asset is being handed over to somebody. That must end first.
		HandoverPending,
		/// The asset is not being handed over.
		NotHandedOver,
		/// The asset is not being handed over to this one.
		NotTheReceiver,
		/// The time to take the asset is over.
		HandoverLapsed,
	}
}
