//! Reads of the market's state at one block.

use super::{
	found::{Place, Rank, Standing, Supplier},
	order::OrderRecord,
	AssetKind, Book, FoundQuote, FoundRequest, FoundSupplier, Order, Page, PurchaseId, Quote, QuoteId, Request,
	RequestId, SiteRecord, Stock, StoreId, Word,
};
use crate::chain::{
	error::{ChainError, Result},
	session::At,
};
use subxt::{
	dynamic,
	ext::{
		frame_decode::storage::{IntoDecodableValues, IntoEncodableValues},
		scale_decode::{self, DecodeAsType},
	},
	utils::AccountId32,
};

/// At most so many pages are asked for in one query: each holds up to 32 records.
const PAGES: usize = 64;

pub(in crate::chain) async fn value<Keys, Stored>(
	at: &At,
	pallet: &str,
	entry: &str,
	keys: Keys,
) -> Result<Option<Stored>>
where
	Keys: IntoEncodableValues + IntoDecodableValues,
	Stored: DecodeAsType,
{
	let address = dynamic::storage::<Keys, Stored>(pallet, entry);
	let found = at.storage().try_fetch(address, keys).await?;
	Ok(found.map(|value| value.decode()).transpose()?)
}

pub(in crate::chain) async fn ask<Arguments, Answer>(
	at: &At,
	api: &str,
	method: &str,
	arguments: Arguments,
) -> Result<Answer>
where
	Arguments: IntoEncodableValues,
	Answer: DecodeAsType,
{
	let query = dynamic::runtime_api_call::<Arguments, Answer>(api, method, arguments);
	Ok(at.runtime_apis().call(query).await?)
}

/// A request for quotes.
///
/// # Errors
/// When the node does not answer.
pub async fn request(at: &At, id: RequestId) -> Result<Option<Request>> {
	value(at, "Procurement", "Requests", (id,)).await
}

/// A purchase order.
///
/// # Errors
/// When the node does not answer.
pub async fn order(at: &At, id: PurchaseId) -> Result<Option<Order>> {
	let record: Option<OrderRecord> = value(at, "Procurement", "Orders", (id,)).await?;
	Ok(record.map(Order::from))
}

/// A standing quote.
///
/// # Errors
/// When the node does not answer.
pub async fn quote(at: &At, id: QuoteId) -> Result<Option<Quote>> {
	value(at, "Procurement", "Quotes", (id,)).await
}

/// The standing quotes of a supplier.
///
/// # Errors
/// When the node does not answer.
pub async fn quotes_of(at: &At, supplier: &AccountId32) -> Result<Vec<QuoteId>> {
	Ok(value(at, "Procurement", "QuotesOf", (*supplier,))
		.await?
		.unwrap_or_default())
}

/// What an account has open, as a buyer and as a supplier.
///
/// # Errors
/// When the node does not answer.
pub async fn book(at: &At, account: &AccountId32) -> Result<Book> {
	Ok(value(at, "Procurement", "Books", (*account,))
		.await?
		.unwrap_or_default())
}

/// What a supplier says of himself.
///
/// # Errors
/// When the node does not answer.
pub async fn supplier(at: &At, account: &AccountId32) -> Result<Option<Supplier>> {
	value(at, "Suppliers", "Suppliers", (*account,)).await
}

/// What agreements say of an account, today.
///
/// # Errors
/// When the node does not answer.
pub async fn standing(at: &At, account: &AccountId32) -> Result<Standing> {
	ask(at, "SuppliersApi", "standing", (*account,)).await
}

/// A site.
///
/// # Errors
/// When the node does not answer.
pub async fn site(at: &At, id: StoreId) -> Result<Option<SiteRecord>> {
	value(at, "Inventory", "Sites", (id,)).await
}

/// What is kept of an item at a site.
///
/// # Errors
/// When the node does not answer.
pub async fn stock(at: &At, site: StoreId, item: &Word) -> Result<Option<Stock>> {
	value(at, "Inventory", "Stocks", (site, item.clone())).await
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct Records<Key, Record> {
	found: Vec<(Key, Record)>,
	next: Option<Key>,
}

/// The sites of an owner.
///
/// # Errors
/// When the node does not answer.
pub async fn sites_of(at: &At, owner: &AccountId32) -> Result<Vec<(StoreId, SiteRecord)>> {
	let (mut all, mut cursor) = (Vec::new(), None::<StoreId>);
	for _ in 0..PAGES {
		let page: Records<StoreId, SiteRecord> = ask(at, "InventoryApi", "sites_of", (*owner, cursor)).await?;
		all.extend(page.found);
		cursor = page.next;
		if cursor.is_none() {
			break;
		}
	}
	Ok(all)
}

/// What is kept at a site.
///
/// # Errors
/// When the node does not answer.
pub async fn stock_at(at: &At, site: StoreId) -> Result<Vec<(Word, Stock)>> {
	let (mut all, mut cursor) = (Vec::new(), None::<Word>);
	for _ in 0..PAGES {
		let page: Records<Word, Stock> = ask(at, "InventoryApi", "stock_at", (site, cursor)).await?;
		all.extend(page.found);
		cursor = page.next;
		if cursor.is_none() {
			break;
		}
	}
	Ok(all)
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct QuotePage {
	quotes: Vec<FoundQuote>,
	next: Option<Rank>,
}

/// Quotes by rising price of a unit: a page.
///
/// # Errors
/// When the node does not answer.
pub async fn quotes_by(
	at: &At,
	(category, area, asset): (&Word, &Word, AssetKind),
	max_price: Option<u128>,
	cursor: Option<Rank>,
) -> Result<Page<FoundQuote, Rank>> {
	let arguments = (category.clone(), area.clone(), asset, max_price, cursor);
	let page: QuotePage = ask(at, "ProcurementApi", "quotes_by", arguments).await?;
	Ok(Page {
		found: page.quotes,
		next: page.next,
	})
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct RequestPage {
	requests: Vec<FoundRequest>,
	next: Option<Place>,
}

/// Requests that take bids, the latest first: a page.
///
/// # Errors
/// When the node does not answer.
pub async fn requests_by(
	at: &At,
	category: &Word,
	area: &Word,
	cursor: Option<Place>,
) -> Result<Page<FoundRequest, Place>> {
	let page: RequestPage = ask(
		at,
		"ProcurementApi",
		"requests_by",
		(category.clone(), area.clone(), cursor),
	)
	.await?;
	Ok(Page {
		found: page.requests,
		next: page.next,
	})
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct SupplierPage {
	suppliers: Vec<FoundSupplier>,
	next: Option<Place>,
}

/// Suppliers by the age of their profiles: a page.
///
/// # Errors
/// When the node does not answer.
pub async fn suppliers_by(
	at: &At,
	category: &Word,
	area: &Word,
	cursor: Option<Place>,
) -> Result<Page<FoundSupplier, Place>> {
	let page: SupplierPage = ask(
		at,
		"SuppliersApi",
		"suppliers_by",
		(category.clone(), area.clone(), cursor),
	)
	.await?;
	Ok(Page {
		found: page.suppliers,
		next: page.next,
	})
}

/// The id in the first event of this pallet and name among those of a transaction: its field of this name.
///
/// # Errors
/// When there is none.
pub fn born(events: &crate::chain::runtime::Events, pallet: &str, name: &str, field: &str) -> Result<u64> {
	let missing = || ChainError::Rpc(format!("no {name} event"));
	for event in events.iter() {
		let event = event?;
		if (event.pallet_name(), event.event_name()) == (pallet, name) {
			let fields: dynamic::Value = event.decode_fields_unchecked_as()?;
			return id_in(&fields, field).ok_or_else(missing);
		}
	}
	Err(missing())
}

/// A number in a composite's field, however many single-field composites are around it.
fn id_in(fields: &dynamic::Value, field: &str) -> Option<u64> {
	use dynamic::At as _;
	let mut value = fields.at(field)?;
	loop {
		match value.as_u128() {
			Some(number) => return number.try_into().ok(),
			None => value = value.at(0)?,
		}
	}
}
