//! Requests for quotes, and the bids on them.

use super::{Balance, Conditions, Item, PurchaseOrderId, RequestId, ScoreWeights, SiteId};
use crate::Score;
use bpiiot_primitives::{AgreementMillis, AssetKind, Category, Region, ServiceOrderId, Side, TicketId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::cmp::Reverse;
use frame_support::{
	pallet_prelude::{ConstU32, Get},
	BoundedVec, CloneNoBound, DebugNoBound, EqNoBound, PartialEqNoBound,
};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_runtime::Permill;

/// How bids are made.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub enum Bidding {
	/// For everybody to read.
	#[default]
	#[codec(index = 0)]
	Open,
	/// As hashes, which their bidders reveal when bidding is over.
	#[codec(index = 1)]
	Sealed {
		/// How long they may take for it, in milliseconds.
		reveal_window: u64,
	},
	/// As hashes, with a text that the buyer alone can read. The award shows the one that it takes.
	#[codec(index = 2)]
	Private,
}

/// Who awards.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub enum AwardRule {
	/// Anybody, and the chain by itself, once bidding is over: to the bid of the highest score.
	#[default]
	#[codec(index = 0)]
	Best,
	/// The buyer, to any bid, or to none.
	#[codec(index = 1)]
	ByHand,
}

/// What a buyer wants, and on which conditions.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Wanted<AccountId> {
	/// What it is looked for by, as a short word of the trade.
	pub category: Category,
	/// What is wanted.
	pub item: Item,
	/// How much, in units of the item.
	pub quantity: u64,
	/// Where it is to be delivered: a country or a part of one; empty for anywhere.
	pub area: Region,
	/// The buyer's own place for it.
	pub site: Option<SiteId>,
	/// The asset of prices and bond, and of what the order costs besides.
	pub asset: AssetKind,
	/// The most that all of it may cost, in the asset's smallest unit.
	pub max_price: Balance,
	/// The longest time between award and delivery, in milliseconds.
	pub max_lead_time: u64,
	/// What counts how much.
	pub weights: ScoreWeights,
	/// How bids are made.
	pub bidding: Bidding,
	/// Who awards.
	pub award: AwardRule,
	/// How long bids may be made, in milliseconds.
	pub bid_window: u64,
	/// How long after that the request may be awarded, in milliseconds.
	pub award_window: u64,
	/// How many counter-offers may be made about a bid.
	pub rounds: u8,
	/// The conditions of the order.
	pub conditions: Conditions,
	/// Who decides disputes, if anybody.
	pub arbiter: Option<AccountId>,
}

/// On which terms goods are asked for by a rule that says what is wanted and no more, such as a reorder point. Its bids are open,
/// and the best is awarded.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct RequisitionTerms {
	/// How long bids may be made, in milliseconds.
	pub bid_window: u64,
	/// How long after that the request may be awarded, in milliseconds.
	pub award_window: u64,
	/// How many counter-offers may be made about a bid.
	pub rounds: u8,
	/// The conditions of the order. It names no arbiter.
	pub conditions: Conditions,
}

/// What one side of a bid would rather have.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct CounterOffer {
	/// Who proposes it: the buyer (`Payer`) or the bidder (`Payee`).
	pub by: Side,
	/// The price of all.
	pub price: Balance,
}

/// A bid on a request. Its score is that of the moment at which it was made.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Bid<AccountId> {
	/// Who would sell.
	pub bidder: AccountId,
	/// The price of all, in the asset's smallest unit.
	pub price: Balance,
	/// The time from award to delivery, in milliseconds.
	pub lead_time: u64,
	/// What was known of the bidder.
	pub standing: Permill,
	/// What it is worth to the request.
	pub score: Score,
	/// Counts the request's bids, from 0: the earlier one has the lower number.
	pub number: u32,
	/// Counter-offers that were made about it.
	pub rounds: u8,
	/// The last of them, if nobody has agreed to it.
	pub counter: Option<CounterOffer>,
}

impl<AccountId> Bid<AccountId> {
	/// Whether it comes before another one: by score, then by price, then by age.
	pub fn beats(&self, other: &Self) -> bool {
		let rank = |bid: &Self| (bid.score, Reverse(bid.price), Reverse(bid.number));
		rank(self) > rank(other)
	}
}

/// A bid that is encrypted to the buyer's X25519 key (HPKE, RFC 9180). The chain only keeps it.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct SealedText {
	/// The version of the buyer's encryption key.
	pub key_version: u32,
	/// The encapsulated key, 32 bytes, and what is encrypted, with its tag of 16 bytes.
	pub ciphertext: BoundedVec<u8, ConstU32<176>>,
}

/// A bid of which nobody sees the price.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct SealedBid {
	/// The hash of what it says; see [`commitment`](crate::commitment).
	pub commitment: H256,
	/// What it says, for the buyer, where prices are his alone to know.
	pub text: Option<SealedText>,
	/// What was known of the bidder.
	pub standing: Permill,
	/// Counts the request's bids, from 0.
	pub number: u32,
	/// On hold at the bidder until the bid is revealed, forfeited or given back.
	pub deposit: Balance,
}

/// Where a request stands. An award whose winner gives up before anything has come leads back to `Open`.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum RequestState {
	/// Bids are made, then revealed, then one is awarded.
	#[codec(index = 0)]
	Open,
	/// This order came of it.
	#[codec(index = 1)]
	Awarded(PurchaseOrderId),
	/// Nobody has made a bid that could be awarded.
	#[codec(index = 2)]
	NoBid,
	/// There were bids, and none was awarded in time.
	#[codec(index = 3)]
	NotAwarded,
	/// The buyer has called it off.
	#[codec(index = 4)]
	Cancelled,
	/// This maintenance order came of it.
	#[codec(index = 5)]
	Assigned(ServiceOrderId),
}

/// A request for quotes and what became of it.
#[derive(
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	CloneNoBound,
	PartialEqNoBound,
	EqNoBound,
	DebugNoBound,
)]
#[scale_info(skip_type_params(MaxBids))]
pub struct Request<AccountId, MaxBids>
where
	AccountId: Clone + PartialEq + Eq + core::fmt::Debug,
	MaxBids: Get<u32>,
{
	/// Who buys.
	pub buyer: AccountId,
	/// On hold at the buyer for this record.
	pub deposit: Balance,
	/// Where the request stands.
	pub state: RequestState,
	/// What is wanted.
	pub wanted: Wanted<AccountId>,
	/// Bids are too late after this moment.
	pub bid_until: AgreementMillis,
	/// Revealing bids is too late after this moment; `bid_until` if there is nothing to reveal.
	pub reveal_until: AgreementMillis,
	/// An award is too late after this moment.
	pub award_until: AgreementMillis,
	/// When it came to the state in which it stands.
	pub since: AgreementMillis,
	/// Under which moment the request stands in the index of deadlines.
	pub indexed_at: AgreementMillis,
	/// Bids that were made, sealed ones too, whatever became of them.
	pub made: u32,
	/// Sealed bids that are stored.
	pub sealed: u32,
	/// The bids that may be awarded, the best one first.
	pub bids: BoundedVec<Bid<AccountId>, MaxBids>,
	/// The ticket that is to be mended; none for goods. Its record has the conditions of the order.
	pub ticket: Option<TicketId>,
}

impl<AccountId: Clone + PartialEq + Eq + core::fmt::Debug, MaxBids: Get<u32>> Request<AccountId, MaxBids> {
	/// Whether it may still be awarded.
	pub fn is_open(&self) -> bool {
		self.state == RequestState::Open
	}

	/// Where the bidder's bid stands.
	pub fn place_of(&self, bidder: &AccountId) -> Option<usize> {
		self.bids.iter().position(|bid| bid.bidder == *bidder)
	}

	/// Whether there is nothing that could be awarded.
	pub fn is_without_bid(&self) -> bool {
		let may_be_sealed = self.wanted.bidding == Bidding::Private;
		self.bids.is_empty() && !(may_be_sealed && self.sealed > 0)
	}
}

/// What requests are looked for by. All that share these stand on one shelf, the latest first.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub struct RequestShelf {
	/// What is wanted.
	pub category: Category,
	/// The country or the part of one; empty for all requests wherever they are.
	pub area: Region,
}

/// The place of a request on a shelf: its id counted from the end, big-endian, so that the latest comes first. Requests stay
/// on their shelves as long as their records, and who looks for them sees the open ones before.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub struct RequestPlace(pub [u8; 8]);

impl RequestPlace {
	/// The place of a request.
	pub fn new(request: RequestId) -> Self {
		Self((!request.0).to_be_bytes())
	}

	/// The request.
	pub fn request(&self) -> RequestId {
		RequestId(!u64::from_be_bytes(self.0))
	}
}
