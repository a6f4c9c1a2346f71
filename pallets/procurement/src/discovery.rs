//! Finding quotes, requests and orders.

use crate::{
	runtime_api::{FoundQuote, FoundRequest, OrderPage, QuotePage, RequestPage},
	Balance, Books, Config, EscrowAccountOf, Orders, Pallet, PurchaseOrderId, QuoteId, QuoteRank, QuoteShelf,
	QuoteTermsOf, Quotes, QuotesBy, RequestId, RequestPlace, RequestShelf, Requests, RequestsBy, WantedOf,
};
use alloc::{collections::BTreeSet, vec::Vec};
use bpiiot_primitives::{regions_around, AgreementClock, AssetKind, Category, Region};

/// Quotes in a page.
pub(crate) const QUOTES_A_PAGE: usize = 32;
/// Entries of the shelf that are looked at for a page of quotes, whether or not they can be ordered from.
pub(crate) const QUOTES_LOOKED_AT: usize = 128;
/// Requests in a page.
pub(crate) const REQUESTS_A_PAGE: usize = 16;
/// Entries of the shelf that are looked at for a page of requests, whether or not they take bids.
pub(crate) const REQUESTS_LOOKED_AT: usize = 64;
/// Orders in a page.
pub(crate) const ORDERS_A_PAGE: usize = 16;

/// The index of quotes.
impl<T: Config> Pallet<T> {
	/// Moves a quote from the shelves that its former terms want to those that its new terms want. What both want is left
	/// alone.
	pub(crate) fn shelve_quote(id: QuoteId, former: Option<&QuoteTermsOf<T>>, new: Option<&QuoteTermsOf<T>>) {
		let [former, new] =
			[former, new].map(|terms| terms.map_or_else(BTreeSet::new, |terms| Self::quote_places(id, terms)));
		for (shelf, rank) in former.difference(&new) {
			QuotesBy::<T>::remove(shelf, rank);
		}
		for (shelf, rank) in new.difference(&former) {
			QuotesBy::<T>::insert(shelf, rank, ());
		}
	}

	/// Where a quote stands: on the shelves of everywhere, and of the countries and the parts of them that it names.
	pub(crate) fn quote_places(id: QuoteId, terms: &QuoteTermsOf<T>) -> BTreeSet<(QuoteShelf, QuoteRank)> {
		let unit_price = terms.tiers.first().map_or(0, |tier| tier.unit_price);
		let rank = QuoteRank::new(unit_price, id);
		let areas = terms.areas.iter().flat_map(regions_around);
		let place = |area| {
			let (category, asset) = (terms.category.clone(), terms.asset);
			(QuoteShelf { category, area, asset }, rank)
		};
		areas.chain([Region::default()]).map(place).collect()
	}
}

/// The index of requests.
impl<T: Config> Pallet<T> {
	pub(crate) fn shelve_request(id: RequestId, wanted: &WantedOf<T>) {
		for shelf in Self::request_shelves(wanted) {
			RequestsBy::<T>::insert(shelf, RequestPlace::new(id), ());
		}
	}

	pub(crate) fn unshelve_request(id: RequestId, wanted: &WantedOf<T>) {
		for shelf in Self::request_shelves(wanted) {
			RequestsBy::<T>::remove(shelf, RequestPlace::new(id));
		}
	}

	/// Where a request stands: on the shelves of everywhere, of its country and of its part of the country.
	pub(crate) fn request_shelves(wanted: &WantedOf<T>) -> BTreeSet<RequestShelf> {
		let areas = regions_around(&wanted.area).into_iter();
		let shelf = |area| RequestShelf {
			category: wanted.category.clone(),
			area,
		};
		areas.map(shelf).collect()
	}
}

/// What [`ProcurementApi`](crate::runtime_api::ProcurementApi) answers.
impl<T: Config> Pallet<T> {
	/// See [`ProcurementApi::quotes_by`](crate::runtime_api::ProcurementApi::quotes_by).
	pub fn quotes_by(
		category: Category,
		area: Region,
		asset: AssetKind,
		max_price: Option<Balance>,
		cursor: Option<QuoteRank>,
	) -> QuotePage<T::AccountId> {
		let shelf = QuoteShelf { category, area, asset };
		let ranks = match cursor {
			Some(cursor) => QuotesBy::<T>::iter_key_prefix_from(&shelf, QuotesBy::<T>::hashed_key_for(&shelf, cursor)),
			None => QuotesBy::<T>::iter_key_prefix(&shelf),
		};
		let max_price = max_price.unwrap_or(Balance::MAX);
		let ranks = ranks.take_while(|rank| rank.unit_price() <= max_price);
		let orderable = |rank: QuoteRank| Self::orderable(rank.quote());
		let (quotes, next) = page(ranks, QUOTES_A_PAGE, QUOTES_LOOKED_AT, orderable);
		QuotePage { quotes, next }
	}

	/// The quote, if its smallest order is there and a machine that supplies it is in service.
	fn orderable(id: QuoteId) -> Option<FoundQuote<T::AccountId>> {
		let quote = Quotes::<T>::get(id)?;
		quote.terms.unit_price_of(quote.stock)?;
		Self::ensure_in_service(&Self::party(&quote.supplier)).ok()?;
		Some(FoundQuote { id, quote })
	}

	/// See [`ProcurementApi::requests_by`](crate::runtime_api::ProcurementApi::requests_by).
	pub fn requests_by(category: Category, area: Region, cursor: Option<RequestPlace>) -> RequestPage<T::AccountId> {
		let shelf = RequestShelf { category, area };
		let places = match cursor {
			Some(cursor) => {
				RequestsBy::<T>::iter_key_prefix_from(&shelf, RequestsBy::<T>::hashed_key_for(&shelf, cursor))
			}
			None => RequestsBy::<T>::iter_key_prefix(&shelf),
		};
		let now = T::Clock::now();
		let takes_bids = |place: RequestPlace| {
			let id = place.request();
			let request = Requests::<T>::get(id).filter(|request| request.is_open() && now <= request.bid_until)?;
			Some(FoundRequest {
				id,
				buyer: request.buyer,
				wanted: request.wanted,
				bid_until: request.bid_until,
				bids: request.sealed.saturating_add(request.bids.len() as u32),
				best: request.bids.into_iter().next(),
				ticket: request.ticket,
			})
		};
		let (requests, next) = page(places, REQUESTS_A_PAGE, REQUESTS_LOOKED_AT, takes_bids);
		RequestPage { requests, next }
	}

	/// See [`ProcurementApi::sales_of`](crate::runtime_api::ProcurementApi::sales_of).
	pub fn sales_of(supplier: T::AccountId, cursor: Option<PurchaseOrderId>) -> OrderPage<EscrowAccountOf<T>> {
		let mut sales = Books::<T>::get(supplier).sales.into_inner();
		sales.sort_unstable();
		let sales = sales.into_iter().filter(|id| Some(*id) > cursor);
		let order = |id: PurchaseOrderId| Orders::<T>::get(id).map(|order| (id, order));
		let (orders, next) = page(sales, ORDERS_A_PAGE, ORDERS_A_PAGE, order);
		OrderPage { orders, next }
	}
}

/// The first things that are found at these places: so many at most, and after so many looks. Tells where to go on if there
/// are more places.
fn page<Place: Copy, Found>(
	places: impl Iterator<Item = Place>,
	most: usize,
	looks: usize,
	look: impl Fn(Place) -> Option<Found>,
) -> (Vec<Found>, Option<Place>) {
	let mut places = places.peekable();
	let (mut found, mut last) = (Vec::new(), None);
	for place in places.by_ref().take(looks) {
		last = Some(place);
		found.extend(look(place));
		if found.len() == most {
			break;
		}
	}
	(found, places.peek().and(last))
}
