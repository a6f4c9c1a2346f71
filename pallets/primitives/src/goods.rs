//! Goods: how they are named, who asks for them, and who is told that they have come.

use crate::{Actor, AssetKind, PurchaseOrderId, Region, RequestId, SiteId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	pallet_prelude::{ConstU32, DispatchError},
	weights::Weight,
	BoundedVec,
};
use scale_info::TypeInfo;
use sp_runtime::Permill;

/// What somebody deals in, as a short word of his trade ("cutting-oil", "spindle-bearings"). At most 32 bytes.
pub type Category = BoundedVec<u8, ConstU32<32>>;

/// What is bought and kept: the digits of a GTIN, or the owner's own part number (as GS1's AI 241). At most 32 bytes.
pub type Item = BoundedVec<u8, ConstU32<32>>;

/// A batch or lot of it (GS1 AI 10), at most 20 bytes; empty for goods without one.
pub type Lot = BoundedVec<u8, ConstU32<20>>;

/// A unit of measure, as UN/ECE Recommendation 20 has it ("LTR", "KGM", "H87" for pieces).
pub type Unit = BoundedVec<u8, ConstU32<3>>;

/// What counts how much when bids are compared. The three add up to one.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct ScoreWeights {
	/// A low price.
	pub price: Permill,
	/// A short lead time.
	pub lead_time: Permill,
	/// A good name.
	pub standing: Permill,
}

impl ScoreWeights {
	/// Whether they add up to one.
	pub fn are_whole(&self) -> bool {
		let parts = [self.price, self.lead_time, self.standing].map(|part| u64::from(part.deconstruct()));
		parts.iter().sum::<u64>() == u64::from(Permill::one().deconstruct())
	}
}

/// Goods that are to be bought.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Requisition<Balance> {
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

/// Asks for goods in a buyer's name.
pub trait Purchasing<AccountId, Balance> {
	/// Asks for goods. The buyer pays what asking costs, and later the price, as if he had called; if it is a machine, its
	/// spending policy rules what that may cost.
	///
	/// # Errors
	/// The implementation's own. What it has changed is rolled back by whoever calls.
	fn raise(buyer: &Actor<AccountId>, wanted: &Requisition<Balance>) -> Result<RequestId, DispatchError>;

	/// What [`Self::raise`] costs at worst.
	fn raise_weight() -> Weight;

	/// Whether goods may still come of a request: it is open, or the order that came of it has not ended.
	fn is_open(request: RequestId) -> bool;

	/// Makes a request that is open.
	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_open() -> RequestId;
}

/// Nobody buys.
impl<AccountId, Balance> Purchasing<AccountId, Balance> for () {
	fn raise(_: &Actor<AccountId>, _: &Requisition<Balance>) -> Result<RequestId, DispatchError> {
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

/// Told of goods that a buyer, or his silence, has accepted. Goods that were rejected are not told of, whoever is paid for
/// them in the end.
pub trait Receiving<AccountId> {
	/// Puts goods on stock. It never fails: whoever was paid has delivered, and what the buyer has no place for is the buyer's
	/// to sort out.
	///
	/// Whoever calls has the order's record, by which he tells of each unit once: an order may come in parts, so that nobody else
	/// can know whether the same was told before.
	///
	/// - `owner`: who has bought, a person or a machine.
	/// - `site`: where to; it must be under the same control, and keep the item.
	/// - `lot`: of which lot, if the supplier has said.
	/// - `quantity`: in thousandths of the unit that was ordered in.
	/// - `order`: the order.
	fn received(
		owner: &AccountId,
		site: Option<SiteId>,
		item: &Item,
		lot: Option<Lot>,
		quantity: u64,
		order: PurchaseOrderId,
	);

	/// What [`Self::received`] costs at worst.
	fn received_weight() -> Weight;
}

/// Nobody keeps stock.
impl<AccountId> Receiving<AccountId> for () {
	fn received(_: &AccountId, _: Option<SiteId>, _: &Item, _: Option<Lot>, _: u64, _: PurchaseOrderId) {}

	fn received_weight() -> Weight {
		Weight::zero()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn weights_are_whole_only_if_they_add_up_to_one() {
		let weights = |price, lead_time, standing| ScoreWeights {
			price: Permill::from_parts(price),
			lead_time: Permill::from_parts(lead_time),
			standing: Permill::from_parts(standing),
		};
		for (weights, are_whole) in [
			(weights(500_000, 250_000, 250_000), true),
			(weights(0, 0, 1_000_000), true),
			(weights(500_000, 250_000, 249_999), false),
			(weights(500_000, 250_000, 250_001), false),
			(weights(1_000_000, 1_000_000, 1_000_000), false),
			(weights(0, 0, 0), false),
		] {
			assert_eq!(weights.are_whole(), are_whole, "{weights:?}");
		}
	}
}
