//! What the pallet stores, and what others name it by.

mod order;
mod quote;
mod request;

pub use order::{Order, OrderState, Outcome, Source};
pub use quote::{PriceTier, Quote, QuoteRank, QuoteShelf, QuoteTerms};
pub use request::{
	AwardRule, Bid, Bidding, CounterOffer, Request, RequestPlace, RequestShelf, RequestState, RequisitionTerms,
	SealedBid, SealedText, Wanted,
};

pub use bpiiot_primitives::{Item, Lot, PurchaseOrderId, QuoteId, RequestId, ScoreWeights, SiteId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	pallet_prelude::Get, BoundedVec, CloneNoBound, DebugNoBound, DefaultNoBound, EqNoBound, PartialEqNoBound,
};
use scale_info::TypeInfo;
use sp_runtime::Permill;

/// An amount of the native token, in planck, or of the asset of a quote, a request or an order, in its smallest unit.
pub type Balance = u128;

/// On which conditions goods are delivered, looked at and paid. A quote or a request says them; an order keeps those that it
/// was made under. Shares are of the price of the goods that they are about.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct Conditions {
	/// In how many parts the goods may come, at most; at least 1.
	pub parts: u8,
	/// How long the buyer may look at each part, in milliseconds. Silence accepts.
	pub review_window: u64,
	/// How long after the deadline goods may still come, in milliseconds; zero for not at all.
	pub late_window: u64,
	/// What the supplier loses of the price of late goods, for each day that has begun, down to nothing.
	pub late_penalty: Permill,
	/// What the supplier has on hold until the order ends; it goes to the buyer when the supplier gives up or is too late.
	pub bond: Permill,
	/// What the supplier keeps of the price of goods that are rejected, if nobody disputes it.
	pub rejection_fee: Permill,
	/// What the supplier gets of the price of goods that the buyer calls off before they are due.
	pub cancellation_fee: Permill,
	/// Where an arbiter is named, how long the supplier may think about a rejection, in milliseconds.
	pub challenge_window: u64,
	/// How long the arbiter may take to accept the case, in milliseconds.
	pub case_window: u64,
	/// How long he may then take to rule, in milliseconds.
	pub ruling_window: u64,
}

/// What a buyer has open.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub enum Purchase {
	/// A request, until it has ended without an award, or the order that came of it has.
	#[codec(index = 0)]
	Request(RequestId),
	/// An order from a standing quote, until it has ended.
	#[codec(index = 1)]
	Order(PurchaseOrderId),
}

/// What an account has open.
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
	DefaultNoBound,
)]
#[scale_info(skip_type_params(MaxPurchases, MaxSales))]
pub struct Book<MaxPurchases: Get<u32>, MaxSales: Get<u32>> {
	/// As a buyer.
	pub purchases: BoundedVec<Purchase, MaxPurchases>,
	/// As a supplier: the orders that have not ended.
	pub sales: BoundedVec<PurchaseOrderId, MaxSales>,
}

impl<MaxPurchases: Get<u32>, MaxSales: Get<u32>> Book<MaxPurchases, MaxSales> {
	/// Whether there is nothing in it.
	pub fn is_empty(&self) -> bool {
		self.purchases.is_empty() && self.sales.is_empty()
	}
}
