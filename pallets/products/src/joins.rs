//! By what the pallet is joined to others. The traits may move to `bpiiot-primitives` as they are.

use crate::{
	gs1::{Gtin, Lot},
	InputLine, MakingId, OutputLine, Thing, Work,
};
use bpiiot_primitives::{Actor, JobId};
use frame_support::{
	pallet_prelude::{DispatchError, DispatchResult},
	weights::Weight,
};

/// Knows who has a thing. `shipments` will.
pub trait Custody<AccountId> {
	/// Who has it, if not its owner. Only he may have it used up, packed or unpacked.
	fn custodian(thing: &Thing) -> Option<AccountId>;

	/// What [`Self::custodian`] costs.
	fn custodian_weight() -> Weight;
}

/// Everybody has what he owns.
impl<AccountId> Custody<AccountId> for () {
	fn custodian(_: &Thing) -> Option<AccountId> {
		None
	}

	fn custodian_weight() -> Weight {
		Weight::zero()
	}
}

/// Whose a thing is. For `shipments`.
pub trait Ownership<AccountId> {
	/// Whose it is, and for a lot nobody's: it may be many's.
	fn owner_of(thing: &Thing) -> Option<AccountId>;

	/// Makes it somebody else's. The caller has made sure that its owner wants that.
	///
	/// # Errors
	/// Unknown, used up, packed, not his; a lot, or an item that has no record yet, whose first touch costs the owner a fee.
	fn pass(thing: &Thing, from: &Actor<AccountId>, to: AccountId, quantity: u64) -> DispatchResult;
}

/// Records how something was made. For `jobs`: a delivery creates the production record.
pub trait Production<AccountId> {
	/// Inputs become outputs, by a job. The caller has made sure that the job is the machine's.
	///
	/// # Errors
	/// As those of the call `make`. What was stored must be rolled back.
	fn record(
		maker: &Actor<AccountId>,
		job: JobId,
		inputs: &[InputLine],
		outputs: &[OutputLine],
		work: Work,
	) -> Result<MakingId, DispatchError>;

	/// What [`Self::record`] costs at worst.
	fn record_weight(inputs: u32, outputs: u32) -> Weight;
}

/// Nothing is recorded.
impl<AccountId> Production<AccountId> for () {
	fn record(
		_: &Actor<AccountId>,
		_: JobId,
		_: &[InputLine],
		_: &[OutputLine],
		_: Work,
	) -> Result<MakingId, DispatchError> {
		Ok(MakingId::default())
	}

	fn record_weight(_: u32, _: u32) -> Weight {
		Weight::zero()
	}
}

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
