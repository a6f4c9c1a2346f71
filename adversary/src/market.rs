//! What there is on the market: suppliers, quotes, requests, orders, sites, stock and assets. Looked at once a block, and
//! read anew for each call.

use crate::{
	draw::Draw,
	parties::{account, CUSTOMERS, OWNERS, SUPPLIERS},
	world::{controller_of, live_key, party_of, World},
};
use bpiiot_primitives::{JobId, PurchaseOrderId, QuoteId, RequestId, SiteId};
use bpiiot_runtime::{AccountId, Runtime};
use frame_support::{traits::Get, BoundedVec};
use pallet_inventory::{
	Arrivals, AssetId, AssetOf, Assets, Item, Reservation, Reservations, SiteOf, Sites, StockOf, Stocks,
};
use pallet_procurement::{OrderOf, Orders, QuoteOf, Quotes, RequestOf, Requests, SealedBids};
use pallet_suppliers::{Name, Names, Pair, Pairs, SupplierOf, Suppliers};
use std::collections::BTreeMap;

/// What suppliers deal in.
pub const CATEGORIES: [&[u8]; 2] = [b"cutting-oil", b"bearings"];
/// What is bought, kept and used up. The first one is a GTIN.
pub const ITEMS: [&[u8]; 3] = [b"9506000134352", b"oil-46", b"drill-6"];
/// Where it is wanted and delivered; the last one is nowhere.
pub const AREAS: [&[u8]; 5] = [b"DE", b"", b"DE-HB", b"FR", b"?"];

/// What there is.
#[derive(Clone, Debug, Default)]
pub struct Market {
	/// The suppliers with a profile.
	pub suppliers: BTreeMap<AccountId, SupplierOf<Runtime>>,
	/// The names.
	pub names: BTreeMap<AccountId, Name>,
	/// What customers have given to names.
	pub pairs: BTreeMap<(AccountId, AccountId), Pair>,
	/// The standing quotes.
	pub quotes: BTreeMap<QuoteId, QuoteOf<Runtime>>,
	/// The requests.
	pub requests: BTreeMap<RequestId, RequestOf<Runtime>>,
	/// The bids that nobody has revealed: request and bidder.
	pub sealed: Vec<(RequestId, AccountId)>,
	/// The purchase orders.
	pub orders: BTreeMap<PurchaseOrderId, OrderOf<Runtime>>,
	/// The sites.
	pub sites: BTreeMap<SiteId, SiteOf<Runtime>>,
	/// What is kept at which site.
	pub stocks: Vec<(SiteId, Item, StockOf<Runtime>)>,
	/// What is put aside for jobs.
	pub reservations: BTreeMap<JobId, Reservation>,
	/// What was bought and has no place: whose, and of which order.
	pub arrivals: Vec<(AccountId, PurchaseOrderId)>,
	/// The assets.
	pub assets: BTreeMap<AssetId, AssetOf<Runtime>>,
}

impl Market {
	/// Looks at the ledger.
	pub fn look() -> Self {
		let mut sealed: Vec<_> = SealedBids::<Runtime>::iter_keys().collect();
		sealed.sort_unstable();
		let mut stocks: Vec<_> = Stocks::<Runtime>::iter().collect();
		stocks.sort_unstable_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
		let waiting = |(owner, arrivals): (AccountId, BoundedVec<pallet_inventory::Arrival, _>)| {
			let orders: Vec<_> = arrivals.iter().map(|arrival| arrival.order).collect();
			orders.into_iter().map(move |order| (owner.clone(), order))
		};
		let mut arrivals: Vec<_> = Arrivals::<Runtime>::iter().flat_map(waiting).collect();
		arrivals.sort_unstable();
		Self {
			suppliers: Suppliers::<Runtime>::iter().collect(),
			names: Names::<Runtime>::iter().collect(),
			pairs: Pairs::<Runtime>::iter()
				.map(|(name, by, pair)| ((name, by), pair))
				.collect(),
			quotes: Quotes::<Runtime>::iter().collect(),
			requests: Requests::<Runtime>::iter().collect(),
			sealed,
			orders: Orders::<Runtime>::iter().collect(),
			sites: Sites::<Runtime>::iter().collect(),
			stocks,
			reservations: Reservations::<Runtime>::iter().collect(),
			arrivals,
			assets: Assets::<Runtime>::iter().collect(),
		}
	}

	/// A quote, as it is: mostly one that has stock.
	pub fn quote(&self, draw: &mut Draw<'_>) -> Option<(QuoteId, QuoteOf<Runtime>)> {
		let id = draw.mostly(&self.quotes, |quote| quote.stock > 0)?;
		Some((id, Quotes::<Runtime>::get(id)?))
	}

	/// A request, as it is: mostly one that `is` wants.
	pub fn request(
		&self,
		draw: &mut Draw<'_>,
		is: impl Fn(&RequestOf<Runtime>) -> bool,
	) -> Option<(RequestId, RequestOf<Runtime>)> {
		let id = draw.mostly(&self.requests, is)?;
		Some((id, Requests::<Runtime>::get(id)?))
	}

	/// An order, as it is: mostly one that `is` wants.
	pub fn order(
		&self,
		draw: &mut Draw<'_>,
		is: impl Fn(&OrderOf<Runtime>) -> bool,
	) -> Option<(PurchaseOrderId, OrderOf<Runtime>)> {
		let id = draw.mostly(&self.orders, is)?;
		Some((id, Orders::<Runtime>::get(id)?))
	}

	/// A site, as it is.
	pub fn site(&self, draw: &mut Draw<'_>) -> Option<(SiteId, SiteOf<Runtime>)> {
		let id = draw.mostly(&self.sites, |_| true)?;
		Some((id, Sites::<Runtime>::get(id)?))
	}

	/// A site of somebody's, mostly; none if he has none.
	pub fn site_of(&self, draw: &mut Draw<'_>, who: &AccountId) -> Option<SiteId> {
		let control = controller_of(&party_of(who));
		draw.mostly(&self.sites, |site| controller_of(&site.owner) == control)
	}

	/// What is kept somewhere, as it is: mostly something that `is` wants.
	pub fn stock(
		&self,
		draw: &mut Draw<'_>,
		is: impl Fn(&StockOf<Runtime>) -> bool,
	) -> Option<(SiteId, Item, StockOf<Runtime>)> {
		let wanted: Vec<_> = self.stocks.iter().filter(|(_, _, stock)| is(stock)).collect();
		let (site, item, _) = match draw.once_in(16) || wanted.is_empty() {
			true => draw.one_of(&self.stocks)?,
			false => *draw.one_of(&wanted)?,
		};
		Some((*site, item.clone(), Stocks::<Runtime>::get(site, item)?))
	}
}

/// Somebody who sells goods, as the account that is paid: a supplier, or a machine.
pub fn seller(world: &World, draw: &mut Draw<'_>) -> AccountId {
	let number = usize::from(draw.number());
	match (number % 3, world.active.get(number / 3 % world.active.len().max(1))) {
		(2, Some(machine)) => machine.account(),
		_ => account(SUPPLIERS[number / 3 % SUPPLIERS.len()]),
	}
}

/// Those who sell goods, by the accounts that sign for them, beginning with one of them.
pub fn sellers(world: &World, draw: &mut Draw<'_>) -> Vec<AccountId> {
	let people = SUPPLIERS.iter().map(|name| account(name));
	let machines = world.active.iter().filter_map(live_key);
	draw.beginning_with_one(people.chain(machines).collect())
}

/// Those who buy, by the accounts that sign for them, beginning with one of them.
pub fn buyers(world: &World, draw: &mut Draw<'_>) -> Vec<AccountId> {
	let people = CUSTOMERS.iter().chain(&OWNERS).map(|name| account(name));
	let machines = world.active.iter().filter_map(live_key);
	draw.beginning_with_one(people.chain(machines).collect())
}

/// A text that fits.
pub fn text<Bound: Get<u32>>(text: &[u8]) -> BoundedVec<u8, Bound> {
	BoundedVec::truncate_from(text.to_vec())
}
