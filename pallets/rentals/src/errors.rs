//! What can go wrong.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod errors {
	/// What can go wrong.
	#[pallet::error]
	pub enum Error<T> {
		/// There is no listing of this id, or it was withdrawn.
		UnknownListing,
		/// There is no rental of this id, or its record was removed.
		UnknownRental,
		/// The renter has let nobody of this account use it.
		UnknownUser,
		/// Only the machine, or its owner, may do this.
		NotTheMachinesOwner,
		/// Only who has rented it, or the owner of the machine that has, may do this.
		NotTheRenter,
		/// Nobody rents his own machine, nor has his other machines rent it.
		OwnMachine,
		/// The listing does not admit this renter: he is on the list of those who may not, or not on the list of those who may.
		RenterDenied,
		/// The listing is not as it was read: its terms have changed since. Read it again.
		ListingChanged,
		/// A listing is looked for by a category, and this one names none.
		BadCategory,
		/// An area is a country or a part of one, like "DE" or "DE-HB".
		BadArea,
		/// Windows and closures must be in order, apart from each other, not empty, and within the week.
		BadCalendar,
		/// Each arbiter is named once.
		BadArbiters,
		/// Stages of calling off must be by falling time before the start and rising fee, and not dearer than not coming at all.
		StagesOutOfOrder,
		/// Something is rented for nothing.
		ZeroPrice,
		/// A period, or a rental, of no time.
		ZeroPeriod,
		/// The period is shorter than the runtime allows, or longer than anything may be rented.
		PeriodOutOfRange,
		/// Fewer periods than the listing's fewest, or more than its most; or these two are out of order or too long a time.
		PeriodsOutOfRange,
		/// Nothing may be done with it.
		NoActions,
		/// A window is shorter or longer than the runtime allows.
		WindowOutOfRange,
		/// The deposit would run down too slowly for who forgets to give it back.
		OverdueTooSlow,
		/// The machine has as many listings as it may have.
		TooManyListings,
		/// Rent and deposit are more than can be counted.
		PriceOverflow,
		/// It costs more than the renter would pay.
		MaxPriceTooLow,
		/// The arbiter is not one of the listing's.
		ArbiterNotOffered,
		/// The rental would begin in the past.
		StartPassed,
		/// The rental would begin before the owner's time to approve it is over.
		NoTimeToApprove,
		/// The rental would end later than anything may be rented.
		TooFarAhead,
		/// Some of the time cannot be rented, by the listing's calendar.
		CalendarGap,
		/// Somebody has booked some of the time.
		AlreadyBooked,
		/// The machine's account cannot put up the owner's bond: its money, or its spending policy.
		NoBond,
		/// The rental is not at a stage where this can be done.
		WrongStage,
		/// It is too early for this.
		TooEarly,
		/// It is too late for this.
		TooLate,
		/// Who was there before has not given it back. To call off is free meanwhile.
		NotFreeYet,
		/// The machine has reported that it came back, so nothing is added to the rental.
		ReportedBack,
		/// It cannot have come back at that moment: before it was rented, or in the future.
		BadMoment,
		/// The renter himself needs nobody's leave.
		OwnRental,
		/// A sub-user's window ends before it begins.
		EmptyWindow,
		/// A sub-user's window begins before the rental, or ends after it.
		OutlivesRental,
		/// A sub-user may do nothing that is not rented, and not nothing.
		ActionNotRented,
		/// The rental has as many sub-users as it may have.
		TooManyUsers,
		/// A claim of nothing.
		ZeroClaim,
		/// The claim is for more than is left of the deposit.
		ClaimAboveDeposit,
		/// The deadline has not passed.
		NotExpired,
		/// The rental has not ended.
		NotSettled,
		/// The rental was rated before.
		AlreadyRated,
	}
}
