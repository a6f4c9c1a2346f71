//! Goods on the chain, as far as the harness looks at them.

use super::{records::Asset, View, PATIENCE};
use anyhow::{Context, Result};
use subxt::{
	dynamic,
	ext::scale_decode::{self, DecodeAsType},
	utils::{AccountId32, H256},
};
use tokio::time::timeout;

/// Who pays whom.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Parties {
	/// Who buys.
	pub payer: AccountId32,
	/// Who sells.
	pub payee: AccountId32,
	/// In what.
	pub asset: Asset,
	/// Whether the escrow has ended.
	pub ended: bool,
}

/// How a purchase ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub enum PurchaseEnd {
	/// All came.
	Completed,
	/// The buyer called it off.
	Cancelled,
	/// The supplier gave up.
	GivenUp,
	/// The supplier was too late.
	NotDelivered,
}

/// Where a purchase stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub enum PurchaseState {
	/// Goods may come.
	Awaiting,
	/// The buyer looks at them.
	Delivered,
	/// The supplier may dispute a rejection.
	Rejected(PurchaseEnd),
	/// The arbiter decides.
	Disputed(PurchaseEnd),
	/// Everything is paid.
	Settled(PurchaseEnd),
}

/// The part of a purchase order that the harness looks at.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Purchase {
	/// Who buys and sells.
	pub escrow: Parties,
	/// How much, in thousandths.
	pub quantity: u64,
	/// The price of all.
	pub price: u128,
	/// Where it stands.
	pub state: PurchaseState,
	/// How much has come.
	pub delivered: u64,
	/// How much was accepted.
	pub accepted: u64,
	/// How much was rejected.
	pub rejected: u64,
	/// Hash of the reading by which it was confirmed.
	pub reading: H256,
	/// Whether it was rated.
	pub rated: bool,
}

/// Where a request stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub enum RequestState {
	/// Bids are made.
	Open,
	/// This order came of it.
	Awarded(u64),
	/// Nobody has bid.
	NoBid,
	/// It was not awarded.
	NotAwarded,
	/// It was called off.
	Cancelled,
	/// This maintenance order came of it.
	Assigned(u64),
}

/// The part of a bid that the harness looks at.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Bid {
	/// Who would sell.
	pub bidder: AccountId32,
	/// The price of all.
	pub price: u128,
	/// What was known of him, in parts per million.
	pub standing: u32,
	/// What it is worth, of 10^12.
	pub score: u64,
	/// Counter-offers that were made.
	pub rounds: u8,
}

/// The part of a request that the harness looks at.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Request {
	/// Who buys.
	pub buyer: AccountId32,
	/// Where it stands.
	pub state: RequestState,
	/// The bids, the best first.
	pub bids: Vec<Bid>,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct Lot {
	on_hand: u64,
}

/// All that ever came and went of an item, in thousandths.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Flows {
	/// Received.
	pub received: u128,
	/// Used up.
	pub consumed: u128,
	/// Found by counting.
	pub counted_up: u128,
	/// Missed by counting.
	pub counted_down: u128,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct StockRecord {
	flows: Flows,
	lots: Vec<Lot>,
}

/// What there is of an item at a site.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stock {
	/// How much there is, in thousandths.
	pub on_hand: u64,
	/// All that ever came and went.
	pub flows: Flows,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct Score {
	score: u32,
}

impl View {
	/// All requests.
	///
	/// # Errors
	/// When they cannot be read.
	pub async fn requests(&self) -> Result<Vec<(u64, Request)>> {
		self.entries("Procurement", "Requests").await
	}

	/// All purchase orders.
	///
	/// # Errors
	/// When they cannot be read.
	pub async fn purchases(&self) -> Result<Vec<(u64, Purchase)>> {
		self.entries("Procurement", "Orders").await
	}

	/// The standing quotes of a supplier.
	///
	/// # Errors
	/// When they cannot be read.
	pub async fn quotes_of(&self, supplier: &AccountId32) -> Result<Vec<u64>> {
		let quotes = self.value("Procurement", "QuotesOf", (*supplier,)).await?;
		Ok(quotes.unwrap_or_default())
	}

	/// What there is of an item at a site.
	///
	/// # Errors
	/// When it cannot be read, or is not kept there.
	pub async fn stock(&self, site: u64, item: &str) -> Result<Stock> {
		let keys = (site, item.as_bytes().to_vec());
		let found: Option<StockRecord> = self.value("Inventory", "Stocks", keys).await?;
		let StockRecord { flows, lots } = found.context("the item is not kept at the site")?;
		Ok(Stock {
			on_hand: lots.iter().map(|lot| lot.on_hand).sum(),
			flows,
		})
	}

	/// What agreements say of an account, in parts per million.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn standing(&self, account: &AccountId32) -> Result<u32> {
		let query = dynamic::runtime_api_call::<_, Score>("SuppliersApi", "standing", (*account,));
		let asked = timeout(PATIENCE, self.subxt().runtime_apis().call(query)).await?;
		Ok(asked.context("cannot ask for a standing")?.score)
	}
}
