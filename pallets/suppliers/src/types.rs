//! What the pallet stores.

use crate::standing::{aged, Sums};
use bpiiot_primitives::{Category, Region};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{pallet_prelude::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use sp_core::H256;

/// Where a certificate can be read. At most 128 bytes.
pub type CertificateUri = BoundedVec<u8, ConstU32<128>>;

/// A certificate that a supplier shows. The chain does not look at it: whoever reads it compares the hash, and asks who signed.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Certificate {
	/// `blake2_256` of the document.
	pub hash: H256,
	/// Where it can be read.
	pub uri: CertificateUri,
}

/// What a supplier says of himself.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug, Default)]
pub struct Profile {
	/// What he deals in; at least one.
	pub categories: BoundedVec<Category, ConstU32<4>>,
	/// The countries or parts of them that he serves; none if he is to be found by the whole world alone.
	pub areas: BoundedVec<Region, ConstU32<4>>,
	/// His certificates.
	pub certificates: BoundedVec<Certificate, ConstU32<8>>,
}

/// A supplier with a profile.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Supplier<AccountId, Balance> {
	/// Whose deposit is on hold for this record.
	pub depositor: AccountId,
	/// The deposit.
	pub deposit: Balance,
	/// His place on each of his shelves.
	pub place: Place,
	/// Counts changes, from 1.
	pub version: u32,
	/// What he says.
	pub profile: Profile,
}

/// What suppliers are looked for by. All that share these stand on one shelf, by age.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub struct Shelf {
	/// What they deal in.
	pub category: Category,
	/// The country or the part of one; empty for all suppliers wherever they are.
	pub area: Region,
}

/// The place of a supplier on a shelf: when he came, as a number that nobody else has, big-endian, so that its bytes sort by
/// age. Not his account: that could be ground until it comes first.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub struct Place(pub [u8; 8]);

impl Place {
	/// The place of who came with this [number](bpiiot_primitives::fresh_id).
	pub fn new(id: u64) -> Self {
		Self(id.to_be_bytes())
	}
}

/// A name: what has become of all the agreements that somebody was paid by.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct Name {
	/// The weights, as of `day`.
	pub sums: Sums,
	/// Of what was settled, what came from pairs that were forgotten, as of `day`.
	pub forgotten: u128,
	/// The day of the last change: whole days since 1970-01-01T00:00:00Z.
	pub day: u32,
}

impl Name {
	/// The same name on a later day.
	pub fn on(&self, today: u32) -> Self {
		let days = today.saturating_sub(self.day);
		Self {
			sums: self.sums.aged(days),
			forgotten: aged(self.forgotten, days),
			day: self.day.max(today),
		}
	}
}

/// What one customer has given to one name.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct Pair {
	/// The weight, as of `day`.
	pub given: u128,
	/// The day of the last agreement that counted: whole days since 1970-01-01T00:00:00Z.
	pub day: u32,
}

impl Pair {
	/// The same pair on a later day.
	pub fn on(&self, today: u32) -> Self {
		Self {
			given: aged(self.given, today.saturating_sub(self.day)),
			day: self.day.max(today),
		}
	}
}
