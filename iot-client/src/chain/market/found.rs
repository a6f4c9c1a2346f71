//! What the runtime's queries give, page by page.

use super::{Bid, Quote, QuoteId, RequestId, Wanted, Word};
use serde::Serialize;
use subxt::{
	ext::{
		scale_decode::{self, DecodeAsType},
		scale_encode::{self, EncodeAsType},
	},
	utils::{AccountId32, H256},
};

/// Some of what a query finds.
#[derive(Clone, Debug)]
pub struct Page<Found, Cursor> {
	/// What was found.
	pub found: Vec<Found>,
	/// Where to go on; none at the end.
	pub next: Option<Cursor>,
}

/// A place on a shelf of requests or of suppliers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Place(pub [u8; 8]);

/// A place on a shelf of quotes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Rank(pub [u8; 24]);

/// A quote that can be ordered from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct FoundQuote {
	/// Its id.
	pub id: QuoteId,
	/// The quote.
	pub quote: Quote,
}

/// A request that takes bids.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct FoundRequest {
	/// Its id.
	pub id: RequestId,
	/// Who buys.
	pub buyer: AccountId32,
	/// What is wanted.
	pub wanted: Wanted,
	/// Bids are too late after this moment, on the agreement clock.
	pub bid_until: u64,
	/// How many bids it has.
	pub bids: u32,
	/// The best of those that everybody can read.
	pub best: Option<Bid>,
}

/// A certificate that a supplier shows.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Certificate {
	/// `blake2_256` of the document.
	pub hash: H256,
	/// Where it can be read.
	pub uri: Word,
}

/// What a supplier says of himself.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Profile {
	/// What he deals in.
	pub categories: Vec<Word>,
	/// Where.
	pub areas: Vec<Word>,
	/// What he shows for it.
	pub certificates: Vec<Certificate>,
}

/// A supplier with a profile.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Supplier {
	/// Counts changes, from 1.
	pub version: u32,
	/// What he says.
	pub profile: Profile,
}

/// A share, and what it is a share of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Share {
	/// In parts per million.
	pub share: u32,
	/// The weight behind it, in planck.
	#[serde(serialize_with = "super::super::types::smallest")]
	pub weight: u128,
}

/// What agreements say of a supplier.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Standing {
	/// The score that counts for awards, in parts per million.
	pub score: u32,
	/// What came in time.
	pub punctual: Share,
	/// What never came or was sent back.
	pub failed: Share,
	/// What a dispute was lost about.
	pub lost: Share,
	/// The stars: nothing for one, all for five.
	pub stars: Share,
}

/// A supplier, and what is known of him.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct FoundSupplier {
	/// Who is paid.
	pub account: AccountId32,
	/// What he says of himself.
	pub supplier: Supplier,
	/// What his agreements say of him.
	pub standing: Standing,
}
