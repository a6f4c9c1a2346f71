//! Paying per use: rentals and payment channels, what the pallets `rentals` and `channels` keep, and what can be asked of them.
//!
//! As in [`market`](super::market), records are read and calls written by name, by the metadata of the chain itself.

mod call;
mod channel;
mod listing;
pub mod queries;
mod rental;

pub use call::{Reasoned, Step, UsageCall};
pub use channel::{Channel, ChannelOutcome, ChannelState, ChannelTerms, Metering, SignedTally, Tally, Tariff};
pub use listing::{Booking, Calendar, Closure, FoundListing, Listing, ListingTerms, Notice, RentalTerms, WeekWindow};
pub use rental::{Money, Outcome, Rental, Stage, User};

use super::types::number_id;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use subxt::ext::{
	scale_decode::{self, DecodeAsType},
	scale_encode::{self, EncodeAsType},
};

number_id! {
	/// A machine, lock or room that is to be rented, and on which terms.
	#[derive(EncodeAsType, DecodeAsType)]
	#[encode_as_type(crate_path = "scale_encode")]
	#[decode_as_type(crate_path = "scale_decode")]
	ListingId
}
number_id! {
	/// A rental, and what becomes of it.
	#[derive(EncodeAsType, DecodeAsType)]
	#[encode_as_type(crate_path = "scale_encode")]
	#[decode_as_type(crate_path = "scale_decode")]
	RentalId
}
number_id! {
	/// A payment channel.
	#[derive(EncodeAsType, DecodeAsType)]
	#[encode_as_type(crate_path = "scale_encode")]
	#[decode_as_type(crate_path = "scale_decode")]
	ChannelId
}

#[cfg(test)]
pub(in crate::chain) mod tests;
