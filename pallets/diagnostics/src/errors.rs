//! What can go wrong.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod errors {
	/// What can go wrong.
	#[pallet::error]
	pub enum Error<T> {
		/// The machine is not looked after. Its owner enrols it.
		NotEnrolled,
		/// There is no ticket of this id, or its record was removed.
		UnknownTicket,
		/// There is no order of this id, or its record was removed.
		UnknownOrder,
		/// The machine has no rule of this id.
		UnknownRule,
		/// The ticket has no offer of this id, or it was withdrawn, evicted or accepted.
		UnknownOffer,
		/// There is no such machine.
		UnknownMachine,
		/// The account is no issuer.
		UnknownIssuer,
		/// The sensor has no certificate of this id.
		UnknownCertificate,
		/// Only the machine's owner, or the machine itself, may do this.
		NotTheOwner,
		/// Only a machine reports, by its current key.
		NotAMachine,
		/// Only the order's maintainer, or the owner of the machine that is, may do this.
		NotTheMaintainer,
		/// Only the machine's owner and the maintainer may do this.
		NotAParty,
		/// Only who has made it may do this.
		NotYours,
		/// The maintainer is the machine's owner, or has the same one.
		OwnMachine,
		/// The arbiter of the terms does not maintain the machine, nor does a machine of his.
		ArbiterMaintains,
		/// The maintainer, or somebody of the same owner, has calibrated the sensor that decides.
		MaintainerCalibrates,
		/// There is no room for so few tickets, or for so many.
		RoomOutOfRange,
		/// The machine still has rules or tickets.
		InUse,
		/// The machine has as many rules as it may have.
		TooManyRules,
		/// All tickets that there is room for are open.
		TooManyTickets,
		/// The metrics do not rise by id.
		MetricsOutOfOrder,
		/// It was measured after now.
		FromTheFuture,
		/// The report is no newer than the one before.
		NotNewer,
		/// The machine has reported as often as it may for now.
		TooManyReports,
		/// The bounds leave no value that is clear: of the rule, or of it and another one on the same metric; or the low
		/// bound is above the high one.
		ContradictoryBounds,
		/// A rule takes at least one report, and a verification at least one reading and at most `MaxReadings`.
		CountOutOfRange,
		/// The machine has a rule with the same trigger.
		SameRule,
		/// A fault has no code.
		NoFaultCode,
		/// A counter has no limit, is named twice, or a bearing has no load or no capacity.
		BadWearLimit,
		/// The three weights are not one together.
		BadWeights,
		/// The category of a tender is empty, or its area is not of the form of ISO 3166.
		BadTender,
		/// A price is zero.
		ZeroPrice,
		/// A window is shorter than `MinWindow`, longer than `MaxWindow`, or does not hold what it is for: the response and
		/// the bonus lie within the work, the readings within the verification.
		WindowOutOfRange,
		/// Terms with an arbiter leave nothing for him to split: the penalty takes all of the price, or nothing of it is
		/// retained for the guarantee.
		BadShares,
		/// The fault has a ticket that is not closed.
		AlreadyOpen,
		/// The ticket is assigned, or closed.
		NotOpen,
		/// The ticket is not closed.
		StillOpen,
		/// Maintainers were asked for quotes, and may still be awarded the ticket.
		RequestOpen,
		/// The award is of another request than the ticket's.
		OtherRequest,
		/// The price is above the most that the request would pay.
		PriceTooHigh,
		/// The ticket has as many offers as it keeps, and none is dearer.
		ListFull,
		/// The offer has lapsed.
		OfferLapsed,
		/// The maintainer cannot put up his bond now: he has too little money, or his spending policy forbids it.
		NoBond,
		/// The order's state does not allow this now.
		WrongState,
		/// The deadline for this has passed.
		TooLate,
		/// The deadline has not passed yet.
		NotExpired,
		/// The order names no arbiter.
		NoArbiter,
		/// The order has not ended yet.
		NotSettled,
		/// The order was rated before.
		AlreadyRated,
		/// This is no proof of a reading.
		MalformedProof,
		/// The reading is of another machine.
		ReadingOfAnotherMachine,
		/// The batch of the reading was never anchored, or is forgotten.
		UnknownBatch,
		/// The batch does not hold this reading.
		ForgedProof,
		/// The reading was anchored too late to be evidence.
		ReadingTooOld,
		/// The batch of the reading was challenged.
		BatchChallenged,
		/// The reading is of another metric than the order's check.
		OtherMetric,
		/// The reading is under another table of channels than the order's check: its value means something else.
		OtherTable,
		/// The reading is one of a machine that stands.
		MachineStands,
		/// The reading was taken before it could say anything: before the declaration, or before the verification.
		ReadingTooEarly,
		/// In the guarantee a good reading says nothing, unless it breaks a row of bad ones.
		NotNeeded,
		/// This reading, or a later one of the same sensor, has been evidence before.
		ReadingUsed,
		/// The reading was taken too shortly after the last one that was evidence.
		ReadingsTooClose,
		/// No certificate counts for the reading: its sensor has none, or none that was valid then, was registered before the
		/// batch was anchored, was not revoked by then, and whose issuer is not under the machine's owner.
		NotCalibrated,
		/// Somebody else has been at it, or the ticket was closed: who says now that the fault has come back says it of
		/// others.
		NotUnderGuarantee,
		/// The account is an issuer.
		AlreadyIssuer,
		/// An issuer does not calibrate machines of his own or of the same owner.
		RelatedIssuer,
		/// A certificate is valid for no time, for more than `MaxValidity`, or was valid only in the past.
		BadValidity,
		/// The sensor has a certificate with this document.
		DocumentKnown,
		/// The sensor has as many certificates as are kept, and all of them still count for something.
		TooManyCertificates,
		/// The certificate was revoked.
		AlreadyRevoked,
		/// The certificate still counts for something.
		StillNeeded,
	}
}
