//! Requests for quotes, and the bids on them.

use super::{super::types::smallest, AssetKind, Conditions, PurchaseId, RequestId, StoreId, Word};
use crate::wallet::blake2_256;
use codec::Encode;
use serde::Serialize;
use subxt::{
	ext::{
		scale_decode::{self, DecodeAsType},
		scale_encode::{self, EncodeAsType},
	},
	utils::{AccountId32, H256},
};

/// The best score that there is.
pub const SCORE_ONE: u64 = 1_000_000_000_000;

/// What counts how much in a bid's score, in parts per million. Together they are one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Weights {
	/// A low price.
	pub price: u32,
	/// A short lead time.
	pub lead_time: u32,
	/// A good name.
	pub standing: u32,
}

impl Weights {
	/// Whether together they are one.
	pub fn are_whole(&self) -> bool {
		let parts = [self.price, self.lead_time, self.standing].map(u64::from);
		parts.iter().sum::<u64>() == 1_000_000
	}
}

/// How bids are made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
#[decode_as_type(crate_path = "scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum Bidding {
	/// For everybody to read.
	#[default]
	Open,
	/// As hashes, which their bidders reveal when bidding is over.
	Sealed {
		/// How long they may take for it, in milliseconds.
		reveal_window: u64,
	},
	/// As hashes, with a text that the buyer alone can read.
	Private,
}

/// Who awards.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
#[decode_as_type(crate_path = "scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum AwardRule {
	/// Anybody, and the chain by itself, to the best score.
	#[default]
	Best,
	/// The buyer, to any bid.
	ByHand,
}

/// What a buyer wants, and on which conditions.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Wanted {
	/// What it is looked for by.
	pub category: Word,
	/// What is wanted.
	pub item: Word,
	/// How much, in units of the item.
	pub quantity: u64,
	/// Where it is to be delivered; empty for anywhere.
	pub area: Word,
	/// The buyer's own place for it.
	pub site: Option<StoreId>,
	/// The asset of prices and bond.
	pub asset: AssetKind,
	/// The most that all of it may cost, in the asset's smallest unit.
	#[serde(serialize_with = "smallest")]
	pub max_price: u128,
	/// The longest time between award and delivery, in milliseconds.
	pub max_lead_time: u64,
	/// What counts how much.
	pub weights: Weights,
	/// How bids are made.
	pub bidding: Bidding,
	/// Who awards.
	pub award: AwardRule,
	/// How long bids may be made, in milliseconds.
	pub bid_window: u64,
	/// How long after that it may be awarded, in milliseconds.
	pub award_window: u64,
	/// How many counter-offers may be made about a bid.
	pub rounds: u8,
	/// The conditions of the order.
	pub conditions: Conditions,
	/// Who decides disputes.
	pub arbiter: Option<AccountId32>,
}

/// A side of an agreement.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum Side {
	/// Who buys.
	Payer,
	/// Who sells.
	Payee,
}

/// What one side of a bid would rather have.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Counter {
	/// Who proposes it.
	pub by: Side,
	/// The price of all.
	#[serde(serialize_with = "smallest")]
	pub price: u128,
}

/// A bid on a request.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Bid {
	/// Who would sell.
	pub bidder: AccountId32,
	/// The price of all.
	#[serde(serialize_with = "smallest")]
	pub price: u128,
	/// From award to delivery, in milliseconds.
	pub lead_time: u64,
	/// What was known of the bidder, in parts per million.
	pub standing: u32,
	/// What it is worth, of [`SCORE_ONE`].
	pub score: u64,
	/// Counter-offers that were made about it.
	pub rounds: u8,
	/// The last of them, if nobody has agreed to it.
	pub counter: Option<Counter>,
}

/// Where a request stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
	/// Bids are made, then revealed, then one is awarded.
	Open,
	/// This order came of it.
	Awarded(PurchaseId),
	/// Nobody has made a bid that could be awarded.
	NoBid,
	/// There were bids, and none was awarded in time.
	NotAwarded,
	/// The buyer has called it off.
	Cancelled,
	/// This maintenance order came of it.
	Assigned(u64),
}

impl RequestState {
	/// The same in words.
	pub fn words(self) -> String {
		match self {
			Self::Open => "open".to_owned(),
			Self::Awarded(order) => format!("awarded: purchase {order}"),
			Self::NoBid => "ended without a bid".to_owned(),
			Self::NotAwarded => "ended without an award".to_owned(),
			Self::Cancelled => "called off by the buyer".to_owned(),
			Self::Assigned(order) => format!("awarded: maintenance order {order}"),
		}
	}
}

/// A request and what became of it. Moments are on the agreement clock.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Request {
	/// Who buys.
	pub buyer: AccountId32,
	/// Where it stands.
	pub state: RequestState,
	/// What is wanted.
	pub wanted: Wanted,
	/// Bids are too late after this moment.
	pub bid_until: u64,
	/// Revealing is too late after this moment.
	pub reveal_until: u64,
	/// An award is too late after this moment.
	pub award_until: u64,
	/// Sealed bids that are stored.
	pub sealed: u32,
	/// The bids that may be awarded, the best one first.
	pub bids: Vec<Bid>,
}

impl Request {
	/// The bid of an account.
	pub fn bid_of(&self, bidder: &AccountId32) -> Option<&Bid> {
		self.bids.iter().find(|bid| bid.bidder == *bidder)
	}
}

/// The hash of what a sealed bid says: `blake2_256("bpiiot/bid" ++ SCALE(request, bidder, price, lead_time, salt))`.
pub fn commitment(request: RequestId, bidder: &AccountId32, price: u128, lead_time: u64, salt: &H256) -> H256 {
	let says = (request.0, bidder.0, price, lead_time, salt.0).encode();
	H256(blake2_256([b"bpiiot/bid", &says]))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn weights_are_one_together() {
		let weights = |price, lead_time, standing| Weights {
			price,
			lead_time,
			standing,
		};
		assert!(weights(500_000, 250_000, 250_000).are_whole());
		assert!(!weights(500_000, 250_000, 250_001).are_whole());
		assert!(!weights(u32::MAX, u32::MAX, u32::MAX).are_whole());
	}

	#[test]
	fn a_commitment_hides_all_that_it_says() {
		let bidder = AccountId32([1; 32]);
		let of = |request, price, lead_time, salt| {
			commitment(RequestId(request), &bidder, price, lead_time, &H256([salt; 32]))
		};
		let hash = of(7, 100, 3, 9);
		assert_eq!(hash, of(7, 100, 3, 9));
		for other in [of(8, 100, 3, 9), of(7, 101, 3, 9), of(7, 100, 4, 9), of(7, 100, 3, 8)] {
			assert_ne!(hash, other);
		}
		// As the pallet has it: the bytes one after another.
		let bytes = [
			b"bpiiot/bid".as_slice(),
			&7u64.to_le_bytes(),
			&[1; 32],
			&100u128.to_le_bytes(),
			&3u64.to_le_bytes(),
			&[9; 32],
		]
		.concat();
		assert_eq!(hash.0, blake2_256([bytes.as_slice()]));
	}
}
