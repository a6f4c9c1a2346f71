//! By what the pallet is joined to others, besides the traits of `bpiiot-primitives`.

use crate::gs1::{Gtin, Lot};
use frame_support::weights::Weight;

/// Told of lots, so that whoever keeps stock can book them. For `inventory`. It cannot fail: no stock-keeping stops a making.
pub trait LotBook<AccountId> {
	/// So much of a lot was used up.
	fn used(owner: &AccountId, gtin: Gtin, lot: &Lot, quantity: u64);

	/// So much of a new lot was made.
	fn made(owner: &AccountId, gtin: Gtin, lot: &Lot, quantity: u64);

	/// What either costs at worst.
	fn weight() -> Weight;
}

/// Nobody keeps stock.
impl<AccountId> LotBook<AccountId> for () {
	fn used(_: &AccountId, _: Gtin, _: &Lot, _: u64) {}

	fn made(_: &AccountId, _: Gtin, _: &Lot, _: u64) {}

	fn weight() -> Weight {
		Weight::zero()
	}
}

/// How large the proof of the block is, so that what was not needed of an estimate can be used for more.
pub trait ProofMeter {
	/// Bytes so far; none where nothing is recorded.
	fn proof_size() -> Option<u64>;
}

/// Nothing is measured: estimates count.
impl ProofMeter for () {
	fn proof_size() -> Option<u64> {
		None
	}
}
