//! Listings.

use super::{super::types::smallest, ListingId};
use crate::chain::market::{AssetKind, Word};
use serde::Serialize;
use subxt::{
	ext::{
		scale_decode::{self, DecodeAsType},
		scale_encode::{self, EncodeAsType},
	},
	utils::{AccountId32, H256},
};

/// Whether the owner looks at each booking.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
#[decode_as_type(crate_path = "scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum Booking {
	/// Whoever may rent it has it at once.
	#[default]
	Instant,
	/// The owner approves each booking.
	Approved {
		/// How long he may take, in milliseconds.
		window: u64,
	},
}

/// What it costs to call a rental off in time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Notice {
	/// At least so long before the start, in milliseconds.
	pub before: u64,
	/// Of the rent, in parts per million.
	pub fee: u32,
}

/// The terms that a rental keeps. Amounts are in the asset's smallest unit, times in milliseconds.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
#[decode_as_type(crate_path = "scale_decode")]
pub struct RentalTerms {
	/// The price of a period.
	#[serde(serialize_with = "smallest")]
	pub price: u128,
	/// A period.
	pub period: u64,
	/// The fewest periods.
	pub min_periods: u32,
	/// On hold for overdue periods and for damage.
	#[serde(serialize_with = "smallest")]
	pub deposit: u128,
	/// What each overdue period costs.
	#[serde(serialize_with = "smallest")]
	pub overdue_price: u128,
	/// What the renter gets when the owner stops it.
	#[serde(serialize_with = "smallest")]
	pub stop_penalty: u128,
	/// How long before its beginning it may be started.
	pub check_in: u64,
	/// How long after its beginning it may still be started.
	pub show_window: u64,
	/// How long the owner may look at what was given back.
	pub claim_window: u64,
	/// How long the renter may think about a claim.
	pub answer_window: u64,
	/// What calling off costs.
	pub cancellation: Vec<Notice>,
	/// What calling off later than all of these costs, or not coming: of the rent, in parts per million.
	pub no_show: u32,
}

/// A time of each week, in minutes from Monday 00:00 UTC.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
#[decode_as_type(crate_path = "scale_decode")]
pub struct WeekWindow {
	/// The first minute.
	pub from: u16,
	/// The minute after the last one.
	pub until: u16,
}

/// A time at which it cannot be rented, in unix milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Closure {
	/// Its beginning.
	pub from: u64,
	/// Its end.
	pub until: u64,
}

/// When it can be rented.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Calendar {
	/// The times of each week; none for always.
	pub week: Vec<WeekWindow>,
	/// The exceptions.
	pub closures: Vec<Closure>,
}

/// The terms of a listing.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
#[decode_as_type(crate_path = "scale_decode")]
pub struct ListingTerms {
	/// What it is looked for by.
	pub category: Word,
	/// Where it is; empty for anywhere.
	pub area: Word,
	/// The asset of all amounts.
	pub asset: AssetKind,
	/// What a rental keeps.
	pub rental: RentalTerms,
	/// The most periods of a rental.
	pub max_periods: u32,
	/// Whether the owner looks at each booking.
	pub booking: Booking,
	/// When it can be rented.
	pub calendar: Calendar,
	/// What a renter may do with it: a bit each.
	pub actions: u16,
	/// Who alone may rent it; none for everybody.
	pub allow: Vec<AccountId32>,
	/// Who may not.
	pub deny: Vec<AccountId32>,
	/// Whom the owner takes as arbiter.
	pub arbiters: Vec<AccountId32>,
	/// How long the arbiter may take to accept the case.
	pub case_window: u64,
	/// How long he may then take to rule.
	pub ruling_window: u64,
	/// Hash of the house rules; zero for none.
	pub contract: H256,
}

/// A published listing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Listing {
	/// The machine, lock or room.
	#[serde(serialize_with = "as_hex")]
	pub machine: [u8; 32],
	/// Counts changes, from 1.
	pub version: u32,
	/// The terms of this version.
	pub terms: ListingTerms,
}

pub(super) fn as_hex<S: serde::Serializer>(bytes: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
	serializer.collect_str(&crate::parse::hex(*bytes))
}

/// A listing that was found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct FoundListing {
	/// Its id.
	pub id: ListingId,
	/// The listing.
	pub listing: Listing,
}
