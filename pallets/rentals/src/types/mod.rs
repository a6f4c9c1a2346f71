//! What the pallet stores, and what others name it by.

mod listing;
mod rental;

pub use listing::{
	BookingMode, Calendar, CancellationStage, Closure, Listing, ListingRank, ListingShelf, ListingTerms, RentalTerms,
	WeekWindow,
};
pub use rental::{Booking, EndKey, Money, Rental};

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// An amount of the native token, in planck, or of the asset of a listing or a rental, in its smallest unit.
pub type Balance = u128;

/// Declares a 64-bit identifier that [`fresh_id`](bpiiot_primitives::fresh_id) mints.
macro_rules! fresh {
	($(#[$doc:meta])* $name:ident) => {
		$(#[$doc])*
		#[derive(
			Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord,
			Debug, Default,
		)]
		pub struct $name(pub u64);
	};
}

fresh! {
	/// A machine, lock or room that is to be rented, and on which terms.
	ListingId
}
fresh! {
	/// A rental, and what becomes of it.
	RentalId
}

/// What somebody wants to use.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Target {
	/// By a rental that he knows of.
	#[codec(index = 0)]
	Rental(RentalId),
	/// Whatever is listed there, by whichever rental has it at that moment.
	#[codec(index = 1)]
	Listing(ListingId),
}
