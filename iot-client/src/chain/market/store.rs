//! Sites, what is kept there, and when more is asked for. All quantities are in thousandths of the item's unit.

use super::{super::types::smallest, AssetKind, RequestId, Weights, Word};
use serde::Serialize;
use std::cmp::Ordering;
use subxt::{
	ext::{
		scale_decode::{self, DecodeAsType},
		scale_encode::{self, EncodeAsType},
	},
	utils::AccountId32,
};

/// What a site's owner says of it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
#[decode_as_type(crate_path = "scale_decode")]
pub struct SiteProfile {
	/// What people call it.
	pub name: Word,
	/// Its Global Location Number.
	pub gln: Option<Word>,
	/// In which country or part of one it lies.
	pub region: Word,
}

/// What a keeper may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Rights {
	/// Take goods in.
	pub receive: bool,
	/// Give goods out, and use goods up.
	pub issue: bool,
	/// Put right what the books say.
	pub count: bool,
	/// Put goods aside for jobs.
	pub reserve: bool,
}

/// Somebody who may touch a site's stock.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Keeper {
	/// Who.
	pub account: AccountId32,
	/// What he may do.
	pub rights: Rights,
}

/// A place where stock is kept.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct SiteRecord {
	/// Whose goods are kept here.
	pub owner: AccountId32,
	/// What he says of it.
	pub profile: SiteProfile,
	/// How many records there may be.
	pub room: u32,
	/// How many there are.
	pub used: u32,
	/// Who may touch the stock beside the owner.
	pub keepers: Vec<Keeper>,
}

/// How an item is named.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
#[decode_as_type(crate_path = "scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum ItemCode {
	/// By a part number of the owner's own.
	Own,
	/// By its GTIN.
	Gtin,
}

/// Why the books were put right.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, clap::ValueEnum, EncodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
#[serde(rename_all = "snake_case")]
pub enum CountReason {
	/// It was counted: more, less or the same
	StockTaking,
	/// Some is damaged
	Damaged,
	/// Some is missing, and nobody knows why
	Lost,
	/// Some was stolen
	Stolen,
	/// Some is past its date
	Expired,
	/// Some was thrown away
	Disposed,
	/// Some was found
	Found,
}

/// What is there of a lot.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct LotStock {
	/// Which lot; empty for goods without one.
	pub lot: Word,
	/// How much there is.
	pub on_hand: u64,
	/// How much of that is put aside for jobs.
	pub reserved: u64,
	/// Its date, in unix milliseconds.
	pub expires: Option<u64>,
	/// Whoever counts it names this.
	pub version: u64,
}

/// When to ask for more of an item, and for what.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Reorder {
	/// Below this much.
	pub point: u64,
	/// How much to ask for.
	pub quantity: u64,
	/// What suppliers who are asked deal in.
	pub category: Word,
	/// The asset that is paid in.
	pub asset: AssetKind,
	/// The most that may be paid for all of it.
	#[serde(serialize_with = "smallest")]
	pub highest_price: u128,
	/// The longest time until it is there, in milliseconds.
	pub longest_lead_time: u64,
	/// How bids are compared.
	pub weights: Weights,
	/// The machine that buys it; none for the site's owner himself.
	pub buyer: Option<[u8; 32]>,
}

/// A request for more, that was made or tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Raised {
	/// When, in unix milliseconds.
	pub at: u64,
	/// Which; none if it failed.
	pub request: Option<RequestId>,
}

/// An item that is kept at a site.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Stock {
	/// How the item is named.
	pub code: ItemCode,
	/// The unit of all quantities, which are in thousandths of it.
	pub unit: Word,
	/// Whoever counts a lot that is not there names this.
	pub version: u64,
	/// What there is, by lot.
	pub lots: Vec<LotStock>,
	/// When to ask for more.
	pub reorder: Option<Reorder>,
	/// The last request for more.
	pub raised: Option<Raised>,
}

impl Stock {
	/// All that there is.
	pub fn on_hand(&self) -> u64 {
		self.lots.iter().fold(0, |sum, lot| sum.saturating_add(lot.on_hand))
	}

	/// What is put aside of it.
	pub fn reserved(&self) -> u64 {
		self.lots.iter().fold(0, |sum, lot| sum.saturating_add(lot.reserved))
	}

	/// Of a lot, what there is, and what whoever counts it must have seen.
	pub fn basis(&self, lot: &Word) -> (u64, u64) {
		let there = self.lots.iter().find(|there| there.lot == *lot);
		there.map_or((0, self.version), |there| (there.on_hand, there.version))
	}
}

/// A count of one lot that brings the books nearer to what there is of all lots together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recount {
	/// Which lot.
	pub lot: Word,
	/// The version that was seen.
	pub basis: u64,
	/// How much of it there is.
	pub on_hand: u64,
}

impl Stock {
	/// The count after which the books say that there is `level` of all lots together, or, if one lot has not enough for the
	/// difference, nearer to that. What is missing is missing of the lot that came first, since it is used first; what there
	/// is more is of none that is known. None if the books are right, or all that there is is put aside.
	pub fn recount(&self, level: u64) -> Option<Recount> {
		let books = self.on_hand();
		let lot = match level.cmp(&books) {
			Ordering::Equal => return None,
			Ordering::Greater => Word::default(),
			Ordering::Less => {
				let free = |lot: &&LotStock| lot.on_hand > lot.reserved;
				self.lots.iter().find(free)?.lot.clone()
			}
		};
		let (there, basis) = self.basis(&lot);
		let reserved = self
			.lots
			.iter()
			.find(|other| other.lot == lot)
			.map_or(0, |lot| lot.reserved);
		let on_hand = match level > books {
			true => there.saturating_add(level.saturating_sub(books)),
			false => there.saturating_sub(books.saturating_sub(level)).max(reserved),
		};
		Some(Recount { lot, basis, on_hand })
	}
}

#[cfg(test)]
impl Stock {
	/// So much of one lot.
	pub(crate) fn example(on_hand: u64) -> Self {
		Self {
			code: ItemCode::Own,
			unit: Word::from("LTR"),
			version: 3,
			lots: vec![LotStock {
				lot: Word::default(),
				on_hand,
				reserved: 0,
				expires: None,
				version: 4,
			}],
			reorder: None,
			raised: None,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_sensor_counts_all_lots_together() {
		let mut stock = Stock::example(2_000);
		let lot = |name: &str, on_hand, reserved, version| LotStock {
			lot: Word::from(name),
			on_hand,
			reserved,
			expires: None,
			version,
		};
		stock.lots = vec![lot("A", 2_000, 0, 7), lot("B", 5_000, 1_000, 8)];
		let counts = |stock: &Stock, level| {
			let recount = stock.recount(level);
			recount.map(|count| (count.lot.to_string(), count.basis, count.on_hand))
		};
		assert_eq!(counts(&stock, 7_000), None);
		assert_eq!(
			counts(&stock, 6_500),
			Some(("A".to_owned(), 7, 1_500)),
			"what came first"
		);
		assert_eq!(
			counts(&stock, 3_000),
			Some(("A".to_owned(), 7, 0)),
			"and the next one then"
		);
		stock.lots.remove(0);
		assert_eq!(counts(&stock, 3_000), Some(("B".to_owned(), 8, 3_000)));
		assert_eq!(
			counts(&stock, 0),
			Some(("B".to_owned(), 8, 1_000)),
			"what is put aside stays"
		);
		stock.lots[0].reserved = 5_000;
		assert_eq!(counts(&stock, 0), None);
		assert_eq!(
			counts(&stock, 9_000),
			Some((String::new(), 3, 4_000)),
			"of no lot that is known"
		);
	}

	#[test]
	fn who_counts_names_the_lots_version_or_the_stocks() {
		let stock = Stock::example(2_000);
		assert_eq!(stock.basis(&Word::default()), (2_000, 4));
		assert_eq!(stock.basis(&Word::from("A")), (0, 3));
	}
}
