//! What the pallet stores, and what others name it by.

mod listing;
mod rental;

pub use listing::{BookingMode, CancellationStage, Listing, ListingRank, ListingShelf, ListingTerms, RentalTerms};
pub use rental::{Booking, EndKey, Money, Rental};

use bpiiot_primitives::{ListingId, RentalId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// An amount of the native token, in planck, or of the asset of a listing or a rental, in its smallest unit.
pub type Balance = u128;

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
