//! What suppliers offer.

use super::{super::types::smallest, AssetKind, Word};
use serde::Serialize;
use subxt::{
	ext::{
		scale_decode::{self, DecodeAsType},
		scale_encode::{self, EncodeAsType},
	},
	utils::AccountId32,
};

/// On which conditions goods are delivered, looked at and paid. Times are milliseconds, shares parts per million of the price
/// of the goods that they are about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Conditions {
	/// In how many parts the goods may come, at most.
	pub parts: u8,
	/// How long the buyer may look at each part. Silence accepts.
	pub review_window: u64,
	/// How long after the deadline goods may still come.
	pub late_window: u64,
	/// What the supplier loses of the price of late goods for each day that has begun.
	pub late_penalty: u32,
	/// What the supplier has on hold until the order ends.
	pub bond: u32,
	/// What the supplier keeps of the price of goods that are rejected.
	pub rejection_fee: u32,
	/// What the supplier gets of the price of goods that the buyer calls off before they are due.
	pub cancellation_fee: u32,
	/// How long the supplier may think about a rejection, where an arbiter is named.
	pub challenge_window: u64,
	/// How long the arbiter may take to accept the case.
	pub case_window: u64,
	/// How long he may then take to rule.
	pub ruling_window: u64,
}

/// From this quantity on, each unit of an order costs this.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
#[decode_as_type(crate_path = "scale_decode")]
pub struct PriceTier {
	/// The smallest order at this price, in units of the item.
	pub from_quantity: u64,
	/// The price of one unit, in the asset's smallest unit.
	#[serde(serialize_with = "smallest")]
	pub unit_price: u128,
}

/// The terms of a standing quote.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
#[decode_as_type(crate_path = "scale_decode")]
pub struct QuoteTerms {
	/// What it is looked for by.
	pub category: Word,
	/// What is for sale.
	pub item: Word,
	/// The asset of prices and bond.
	pub asset: AssetKind,
	/// Prices by rising quantity; the first is the smallest order.
	pub tiers: Vec<PriceTier>,
	/// From order to delivery, in milliseconds.
	pub lead_time: u64,
	/// Where it is delivered; none for anywhere.
	pub areas: Vec<Word>,
	/// On which conditions.
	pub conditions: Conditions,
	/// Whom the supplier takes as arbiter.
	pub arbiters: Vec<AccountId32>,
}

impl QuoteTerms {
	/// What so many units cost; none if that is less than the smallest order, or more than can be counted.
	pub fn price_of(&self, quantity: u64) -> Option<u128> {
		let mut tiers = self.tiers.iter().rev();
		let tier = tiers.find(|tier| tier.from_quantity <= quantity)?;
		tier.unit_price.checked_mul(quantity.into())
	}
}

/// A standing quote.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Quote {
	/// Who sells and is paid.
	pub supplier: AccountId32,
	/// Counts changes of the terms, from 1.
	pub version: u32,
	/// How much is left to sell, in units of the item.
	pub stock: u64,
	/// The terms of this version.
	pub terms: QuoteTerms,
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_price_is_that_of_the_last_tier_that_is_reached() {
		let tier = |from_quantity, unit_price| PriceTier {
			from_quantity,
			unit_price,
		};
		let terms = QuoteTerms {
			tiers: vec![tier(10, 5), tier(100, 4)],
			..QuoteTerms::default()
		};
		assert_eq!(
			[9, 10, 99, 100].map(|quantity| terms.price_of(quantity)),
			[None, Some(50), Some(495), Some(400)]
		);
		assert_eq!(terms.price_of(u64::MAX), Some(4 * u128::from(u64::MAX)));
	}
}
