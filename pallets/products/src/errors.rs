//! What can go wrong.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod errors {
	/// What can go wrong.
	#[pallet::error]
	pub enum Error<T> {
		/// Who does this is not accredited for it, or not any more.
		NotAccredited,
		/// That time is over already.
		AlreadyOver,
		/// A company prefix does not have four to twelve digits.
		BadPrefix,
		/// The prefix is somebody's, or one that begins with it, or with which it begins.
		PrefixTaken,
		/// Nobody has a prefix for this.
		UnknownPrefix,
		/// The prefix is somebody else's: only its holder and his machines issue under it.
		ForeignPrefix,
		/// Nothing may be issued under this prefix any more.
		PrefixRevoked,
		/// It was revoked before.
		AlreadyRevoked,
		/// Only the prefix's holder may do this, or if it was revoked its registrant.
		NotTheHolder,
		/// Only who has assigned the prefix may do this.
		NotTheRegistrant,
		/// There is no room for another record under the prefix. Give it more.
		NoRoom,
		/// There are more records under the prefix than that.
		RoomInUse,
		/// It has been used, packed, tagged, certified or recalled, or was made by a making; or there are records under the prefix.
		InUse,
		/// A GTIN has more than fourteen digits, or a wrong check digit.
		BadGtin,
		/// An SSCC has more than eighteen digits, or a wrong check digit.
		BadSscc,
		/// A GLN has more than thirteen digits, or a wrong check digit.
		BadGln,
		/// A serial is empty, or has signs that GS1 does not allow.
		BadSerial,
		/// A lot is empty, or has signs that GS1 does not allow.
		BadLot,
		/// The serials of a range are not numbers of as many digits, at most eighteen, the first before the last.
		BadRange,
		/// A unit is not of the form of UN/ECE Recommendation 20: two or three capital letters or digits.
		BadUnit,
		/// A quantity of nothing of a lot, or a quantity of anything else.
		BadQuantity,
		/// It ends before it begins, took too long, or is not over yet.
		BadTime,
		/// The last reading is before the first.
		BadReadings,
		/// There is such an item or lot already.
		AlreadyRegistered,
		/// Some of these serials are registered already.
		RangeOverlaps,
		/// The item is one of a range.
		PartOfARange,
		/// Some items of the range have a record of their own, or were recalled alone. Use them one by one.
		RangeIsSplit,
		/// There is no such item, range, lot or unit.
		UnknownThing,
		/// There is no such making, or nothing is told of how it was done.
		UnknownMaking,
		/// There is no such certificate.
		UnknownCertificate,
		/// There is no such recall, or it was closed.
		UnknownRecall,
		/// A logistic unit is no product: it is neither used up, withdrawn nor recalled.
		NotAProduct,
		/// It is somebody else's.
		NotTheOwner,
		/// It is his already.
		SameOwner,
		/// There is not that much of the lot.
		NotEnough,
		/// It was used up.
		AlreadyUsed,
		/// It is in a logistic unit. Take it out first.
		IsPacked,
		/// It is on its way: it waits until its shipment has ended.
		OnItsWay,
		/// A making without anything that comes of it.
		NothingMade,
		/// More is to come out than goes in.
		MoreThanWentIn,
		/// The machine is neither the caller nor his.
		ForeignMachine,
		/// Only who made it may do this.
		NotTheMaker,
		/// Machine and time of a making never change.
		NotAmendable,
		/// There are too many recalls: on what is to be used, on the thing, or of this issuer.
		TooManyRecalls,
		/// Nothing is named.
		NothingPacked,
		/// What is packed has a serial or an SSCC; a part of a lot has neither.
		LotsAreNotPacked,
		/// A unit cannot be in itself.
		InItself,
		/// There is no more room in the unit.
		UnitIsFull,
		/// Too many units lie in each other.
		TooDeep,
		/// It is not in this unit.
		NotInThere,
		/// These are not the bytes of a public key on P-256.
		BadKey,
		/// The item has a tag.
		AlreadyTagged,
		/// The item has no tag.
		NoTag,
		/// The block is not one of the last ones.
		BadChallenge,
		/// The tag has not signed this.
		BadSignature,
		/// The tag has signed a counter that is as high or higher. This says nothing: it may have been replayed.
		CounterNotRising,
		/// Only who has issued it may do this.
		NotTheIssuer,
		/// The certificate is still valid. Revoke it.
		StillValid,
		/// Only its issuer and its maker may recall it; of components and machines, only what the caller has made.
		NotYoursToRecall,
		/// The caller has recalled it already.
		AlreadyRecalled,
		/// The recall does not count any more, or a narrower one takes its place.
		NotOpen,
		/// This is not narrower than what is recalled.
		NotNarrower,
		/// Too many makings are left out.
		TooManyExceptions,
		/// The recall has reached everything.
		NothingToDo,
		/// The recall has not reached this making.
		NotAffected,
		/// The maker has said so already, or need not.
		AlreadySaid,
		/// Nobody has contested this.
		NotContested,
		/// It may still be judged.
		NotJudged,
		/// It was judged, or nobody has judged it in time.
		AlreadyJudged,
		/// There are makers whose bonds are on hold. Settle that first.
		ContestsOpen,
		/// There are still marks of the recall.
		NotCleared,
	}
}
