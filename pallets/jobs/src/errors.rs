//! What can go wrong.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod errors {
	/// What can go wrong.
	#[pallet::error]
	pub enum Error<T> {
		/// There is no offer of this id, or it was withdrawn.
		UnknownOffer,
		/// There is no job of this id, or its record was removed.
		UnknownJob,
		/// Only the machine or its owner may do this.
		NotTheMachinesOwner,
		/// Only the machine of this job may do this.
		NotTheMachine,
		/// Only the customer of this job may do this.
		NotTheCustomer,
		/// Only the customer or the machine of this job may do this.
		NotAParty,
		/// Nobody orders from his own machine.
		OwnMachine,
		/// The machine has as many offers as it may have. Withdraw one first.
		TooManyOffers,
		/// The machine has as many open jobs as it may have. Order later or elsewhere.
		TooManyOpenJobs,
		/// The machine has as many open jobs of this customer as it may have. Approve or cancel one first.
		TooManyOpenJobsOfCustomer,
		/// A unit price is zero.
		ZeroPrice,
		/// The tiers do not rise in `from_units`, from 2 to `max_units`.
		TiersOutOfOrder,
		/// The windows or closures of the calendar overlap, are out of order, empty, or out of the week.
		BadCalendar,
		/// A region is not of the form of ISO 3166: two capital letters, and if any a dash and one to three capital letters or
		/// digits.
		BadRegion,
		/// The rounds of rework are zero. Leave rework out instead.
		ZeroRounds,
		/// No arbiter is named, or one twice. Leave disputes out instead.
		BadArbiters,
		/// The offer does not take this arbiter. Name one of its list, or none.
		ArbiterNotOffered,
		/// The number of units is zero.
		ZeroUnits,
		/// A window is shorter than `MinWindow` or longer than `MaxWindow`.
		WindowOutOfRange,
		/// The offer has changed since this version. Read it again.
		OfferChanged,
		/// More units than the offer allows, the order has or the review still holds.
		TooManyUnits,
		/// The price of these units is above `max_price`. Raise it or order less.
		MaxPriceTooLow,
		/// The price of these units is larger than any balance.
		PriceOverflow,
		/// The delivery deadline leaves less working time than the offer's lead time.
		DeadlineTooSoon,
		/// The delivery deadline is further away than `MaxWindow`.
		DeadlineTooFar,
		/// The job's state does not allow this now.
		WrongState,
		/// The deadline for this has passed.
		TooLate,
		/// The deadline of the job's state has not passed yet.
		NotExpired,
		/// Progress only grows.
		NoProgress,
		/// The job is not settled yet.
		NotSettled,
		/// There is no counter-offer.
		NoCounterOffer,
		/// The counter-offer has changed since it was read. Read it again.
		CounterOfferChanged,
		/// The terms give no rework, or no more.
		NoRework,
		/// Units were rejected already that the machine's side may dispute; those left must be approved or rejected.
		AlreadyContested,
		/// A batch orders nothing.
		EmptyBatch,
		/// Units were delivered already: the customer approves or rejects them once they are back, or waits for the deadline.
		AlreadyDelivered,
		/// The job was rated before.
		AlreadyRated,
		/// The job is to be accepted with materials, and none are named.
		NothingNeeded,
	}
}
