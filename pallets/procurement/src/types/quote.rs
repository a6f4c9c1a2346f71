//! Standing quotes.

use super::{Balance, Conditions, Item, QuoteId};
use bpiiot_primitives::{regions_around, AssetKind, Category, Region};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{pallet_prelude::ConstU32, BoundedVec};
use scale_info::TypeInfo;

/// From this quantity on, each unit of an order costs this.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct PriceTier {
	/// The smallest order at this price, in units of the item.
	pub from_quantity: u64,
	/// The price of one unit, in the asset's smallest unit.
	pub unit_price: Balance,
}

/// The terms of a standing quote. An order fixes those of the version that it names.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct QuoteTerms<AccountId> {
	/// What it is looked for by, as a short word of the trade.
	pub category: Category,
	/// What is for sale.
	pub item: Item,
	/// The asset of prices and bond, and of what an order costs besides.
	pub asset: AssetKind,
	/// Prices by rising quantity, at least one. The first is the smallest order.
	pub tiers: BoundedVec<PriceTier, ConstU32<8>>,
	/// The time between order and delivery, in milliseconds.
	pub lead_time: u64,
	/// The countries or parts of them where it is delivered; none for anywhere.
	pub areas: BoundedVec<Region, ConstU32<4>>,
	/// On which conditions.
	pub conditions: Conditions,
	/// Whom the supplier takes as arbiter. An order names one of them, or nobody.
	pub arbiters: BoundedVec<AccountId, ConstU32<4>>,
}

impl<AccountId> QuoteTerms<AccountId> {
	/// The price of one unit in an order of so many; none if that is less than the smallest order.
	pub fn unit_price_of(&self, quantity: u64) -> Option<Balance> {
		let mut tiers = self.tiers.iter().rev();
		tiers
			.find(|tier| tier.from_quantity <= quantity)
			.map(|tier| tier.unit_price)
	}

	/// Whether it is delivered there: in an area that is named, or in a part of one.
	pub fn is_delivered_in(&self, area: &Region) -> bool {
		self.areas.is_empty() || regions_around(area).iter().any(|around| self.areas.contains(around))
	}
}

/// A standing quote.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Quote<AccountId> {
	/// Who sells and is paid.
	pub supplier: AccountId,
	/// Whose deposit is on hold for this record.
	pub depositor: AccountId,
	/// The deposit.
	pub deposit: Balance,
	/// Counts changes of the terms, from 1. An order names the version that it read.
	pub version: u32,
	/// How much is left to sell, in units of the item.
	pub stock: u64,
	/// The terms of this version.
	pub terms: QuoteTerms<AccountId>,
}

/// What quotes are looked for by. All that share these stand on one shelf, by rising price.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub struct QuoteShelf {
	/// What is for sale.
	pub category: Category,
	/// The country or the part of one; empty for all quotes wherever they are delivered.
	pub area: Region,
	/// The asset of the price.
	pub asset: AssetKind,
}

/// The place of a quote on a shelf: the price of one unit in the smallest order and the quote's id, both big-endian, so that
/// its bytes sort by price and then by id.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub struct QuoteRank(pub [u8; 24]);

impl QuoteRank {
	/// The place of the quote at this price of one unit.
	pub fn new(unit_price: Balance, quote: QuoteId) -> Self {
		let mut bytes = unit_price.to_be_bytes().into_iter().chain(quote.0.to_be_bytes());
		Self(core::array::from_fn(|_| bytes.next().unwrap_or_default()))
	}

	/// The price of one unit.
	pub fn unit_price(&self) -> Balance {
		let bytes = self.0.iter().take(16);
		bytes.fold(0, |price, byte| price << 8 | Balance::from(*byte))
	}

	/// The quote.
	pub fn quote(&self) -> QuoteId {
		let bytes = self.0.iter().skip(16);
		QuoteId(bytes.fold(0, |id, byte| id << 8 | u64::from(*byte)))
	}
}
