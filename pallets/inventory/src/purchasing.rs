//! The door to whoever buys.

use crate::{Category, Item, Region, RequestId, ScoreWeights, SiteId, Unit};
use bpiiot_primitives::{Actor, AssetKind};
use frame_support::{pallet_prelude::DispatchError, weights::Weight};

/// What is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wanted<Balance> {
	/// The item.
	pub item: Item,
	/// What suppliers who are asked deal in.
	pub category: Category,
	/// Where it is to be delivered.
	pub site: SiteId,
	/// In which country or part of one that lies; empty if the site does not tell.
	pub area: Region,
	/// The unit that the quantity is in thousandths of.
	pub unit: Unit,
	/// How much.
	pub quantity: u64,
	/// The asset that is paid in.
	pub asset: AssetKind,
	/// The most that may be paid for all of it, in the asset's smallest unit.
	pub highest_price: Balance,
	/// The longest time until it is there, in milliseconds.
	pub longest_lead_time: u64,
	/// How bids are compared.
	pub weights: ScoreWeights,
}

/// Asks for goods.
pub trait Purchasing<AccountId, Balance> {
	/// Asks for goods. If the buyer is a machine, its spending policy rules what that may cost.
	///
	/// # Errors
	/// The implementation's own. What it has changed is rolled back.
	fn raise(buyer: &Actor<AccountId>, wanted: &Wanted<Balance>) -> Result<RequestId, DispatchError>;

	/// What [`Self::raise`] costs at worst.
	fn raise_weight() -> Weight;

	/// Whether a request has not ended: until its goods were delivered, or will not be.
	fn is_open(request: RequestId) -> bool;

	/// Makes a request that is open.
	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_open() -> RequestId;
}

/// Nobody buys.
impl<AccountId, Balance> Purchasing<AccountId, Balance> for () {
	fn raise(_: &Actor<AccountId>, _: &Wanted<Balance>) -> Result<RequestId, DispatchError> {
		Err(DispatchError::Unavailable)
	}

	fn raise_weight() -> Weight {
		Weight::zero()
	}

	fn is_open(_: RequestId) -> bool {
		false
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_open() -> RequestId {
		RequestId::default()
	}
}
