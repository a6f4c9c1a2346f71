//! Buying and selling goods: what the pallets `suppliers`, `procurement` and `inventory` keep, and what can be asked of them.
//!
//! Their records are read and their calls written by name, field by field, by the metadata of the chain itself. That the
//! chain's pallets are those that this client was built for is checked as for all others (`runtime`), and a test writes each
//! call and names each record by the committed metadata.

mod call;
mod found;
mod goods;
mod order;
pub mod queries;
mod request;
mod store;
mod words;

pub use call::{MarketCall, Rateable, Subject, Visit};
pub use found::{Certificate, FoundQuote, FoundRequest, FoundSupplier, Page, Profile, Share, Standing, Supplier};
pub use goods::{Conditions, PriceTier, Quote, QuoteTerms};
pub use order::{Book, Order, OrderOutcome, OrderState, Purchase};
pub use request::{
	commitment, AwardRule, Bid, Bidding, Counter, Request, RequestState, Side, Wanted, Weights, SCORE_ONE,
};
pub use store::{
	CountReason, ItemCode, Keeper, LotStock, Raised, Recount, Reorder, Rights, SiteProfile, SiteRecord, Stock,
};
pub use words::{AssetKind, Word};

use super::types::number_id;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use subxt::ext::{
	scale_decode::{self, DecodeAsType},
	scale_encode::{self, EncodeAsType},
};

number_id! {
	/// A standing quote.
	#[derive(EncodeAsType, DecodeAsType)]
	#[encode_as_type(crate_path = "scale_encode")]
	#[decode_as_type(crate_path = "scale_decode")]
	QuoteId
}
number_id! {
	/// A request for quotes, and what becomes of it.
	#[derive(EncodeAsType, DecodeAsType)]
	#[encode_as_type(crate_path = "scale_encode")]
	#[decode_as_type(crate_path = "scale_decode")]
	RequestId
}
number_id! {
	/// A purchase order, and what becomes of it.
	#[derive(EncodeAsType, DecodeAsType)]
	#[encode_as_type(crate_path = "scale_encode")]
	#[decode_as_type(crate_path = "scale_decode")]
	PurchaseId
}
number_id! {
	/// A place where stock is kept.
	#[derive(Default, EncodeAsType, DecodeAsType)]
	#[encode_as_type(crate_path = "scale_encode")]
	#[decode_as_type(crate_path = "scale_decode")]
	StoreId
}

#[cfg(test)]
pub(in crate::chain) mod tests;
