//! What clients may ask the runtime of quotes, requests and orders, without knowing how they are stored.

use crate::{Balance, Bid, Order, PurchaseOrderId, Quote, QuoteId, QuoteRank, RequestId, RequestPlace, Wanted};
use alloc::vec::Vec;
use bpiiot_primitives::{AgreementMillis, AssetKind, Category, Region, TicketId};
use codec::{Codec, Decode, Encode};
use scale_info::TypeInfo;

/// A quote that can be ordered from.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct FoundQuote<AccountId> {
	/// Its id, which an order names.
	pub id: QuoteId,
	/// The quote, with the version that an order names.
	pub quote: Quote<AccountId>,
}

/// Some of the quotes that a query finds.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct QuotePage<AccountId> {
	/// By rising price of one unit in the smallest order, and at one price by age. May be empty although there are more.
	pub quotes: Vec<FoundQuote<AccountId>>,
	/// Where to go on; none at the end.
	pub next: Option<QuoteRank>,
}

/// A request that takes bids.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct FoundRequest<AccountId> {
	/// Its id, which a bid names.
	pub id: RequestId,
	/// Who buys.
	pub buyer: AccountId,
	/// What is wanted.
	pub wanted: Wanted<AccountId>,
	/// Bids are too late after this moment, on the agreement clock.
	pub bid_until: AgreementMillis,
	/// How many bids it has; sealed ones count.
	pub bids: u32,
	/// The best of those that everybody can read.
	pub best: Option<Bid<AccountId>>,
	/// The ticket that is to be mended; none for goods.
	pub ticket: Option<TicketId>,
}

/// Some of the requests that a query finds.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct RequestPage<AccountId> {
	/// The latest first. May be empty although there are more.
	pub requests: Vec<FoundRequest<AccountId>>,
	/// Where to go on; none at the end.
	pub next: Option<RequestPlace>,
}

/// Some of a supplier's open orders.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct OrderPage<Escrow> {
	/// By age.
	pub orders: Vec<(PurchaseOrderId, Order<Escrow>)>,
	/// Where to go on; none at the end.
	pub next: Option<PurchaseOrderId>,
}

sp_api::decl_runtime_apis! {
	/// Finding quotes, requests and orders, page by page. Each call does bounded work.
	pub trait ProcurementApi<AccountId, Escrow>
	where
		AccountId: Codec,
		Escrow: Codec,
	{
		/// The quotes of a category that can be ordered from, the cheapest first, by the price of one unit in the smallest
		/// order.
		///
		/// At most 32 are given, and at most 128 looked at. Whoever wants more asks again with `next`. A quote that stays as it
		/// is all the while is found exactly once; one that changes meanwhile may be missed or found again.
		///
		/// - `category`: the exact word of the quotes.
		/// - `area`: a country ("DE") finds what is delivered in it or in a part of it, a part ("DE-HB") what names that; empty
		///   for all. What is delivered everywhere is found by that alone.
		/// - `asset`: what the quotes are paid in.
		/// - `max_price`: the most that one unit may cost in the smallest order; none for whatever.
		/// - `cursor`: the `next` of the page before; none for the first page.
		fn quotes_by(
			category: Category,
			area: Region,
			asset: AssetKind,
			max_price: Option<Balance>,
			cursor: Option<QuoteRank>,
		) -> QuotePage<AccountId>;

		/// The requests of a category that take bids, the latest first. At most 16 are given, and at most 64 looked at.
		///
		/// - `category`: the exact word of the requests.
		/// - `area`: a country finds what is wanted in it or in a part of it; empty for all.
		/// - `cursor`: the `next` of the page before; none for the first page.
		fn requests_by(category: Category, area: Region, cursor: Option<RequestPlace>) -> RequestPage<AccountId>;

		/// The open orders of a supplier, the oldest first, at most 16.
		///
		/// - `cursor`: the `next` of the page before; none for the first page.
		fn sales_of(supplier: AccountId, cursor: Option<PurchaseOrderId>) -> OrderPage<Escrow>;
	}
}
