//! Finding quotes, requests and orders: asked as a client asks, through the runtime API and its encoding.

use crate::{
	mock::*,
	runtime_api::{OrderPage, QuotePage, RequestPage},
	Balance, Call, EscrowAccountOf, PriceTier, PurchaseOrderId, QuoteId, QuoteRank, QuoteTerms, RequestId,
	RequestPlace, Wanted,
};
use bpiiot_primitives::AssetKind;
use codec::{Decode, Encode};
use frame_support::assert_ok;
use pallet_suppliers::{Category, Region};
use proptest::prelude::*;
use sp_runtime::{traits::Block as BlockT, ExtrinsicInclusionMode};

type Block = <Test as frame_system::Config>::Block;

sp_api::impl_runtime_apis! {
	impl sp_api::Core<Block> for Test {
		fn version() -> sp_version::RuntimeVersion {
			Default::default()
		}

		fn execute_block(_: <Block as BlockT>::LazyBlock) {}

		fn initialize_block(_: &<Block as BlockT>::Header) -> ExtrinsicInclusionMode {
			ExtrinsicInclusionMode::AllExtrinsics
		}
	}

	impl crate::runtime_api::ProcurementApi<Block, AccountId, EscrowAccountOf<Test>> for Test {
		fn quotes_by(
			category: Category,
			area: Region,
			asset: AssetKind,
			max_price: Option<Balance>,
			cursor: Option<QuoteRank>,
		) -> QuotePage<AccountId> {
			Procurement::quotes_by(category, area, asset, max_price, cursor)
		}

		fn requests_by(category: Category, area: Region, cursor: Option<RequestPlace>) -> RequestPage<AccountId> {
			Procurement::requests_by(category, area, cursor)
		}

		fn sales_of(supplier: AccountId, cursor: Option<PurchaseOrderId>) -> OrderPage<EscrowAccountOf<Test>> {
			Procurement::sales_of(supplier, cursor)
		}
	}
}

/// What a node answers to `state_call`.
fn ask<Answer: Decode>(method: &str, arguments: impl Encode) -> Answer {
	let answer = api::dispatch(method, &arguments.encode()).expect("the runtime has it");
	Answer::decode(&mut answer.as_slice()).expect("it is of this type")
}

fn quotes(area: &str, asset: AssetKind, max_price: Option<Balance>, cursor: Option<QuoteRank>) -> QuotePage<AccountId> {
	let (category, area): (Category, Region) = (text("cutting-oil"), text(area));
	ask("ProcurementApi_quotes_by", (category, area, asset, max_price, cursor))
}

fn requests(category: &str, area: &str, cursor: Option<RequestPlace>) -> RequestPage<AccountId> {
	let (category, area): (Category, Region) = (text(category), text(area));
	ask("ProcurementApi_requests_by", (category, area, cursor))
}

/// All pages of quotes.
fn all_quotes(area: &str) -> Vec<QuoteId> {
	let (mut ids, mut cursor) = (vec![], None);
	loop {
		let page = quotes(area, AssetKind::Native, None, cursor);
		ids.extend(page.quotes.iter().map(|found| found.id));
		match page.next {
			Some(next) => cursor = Some(next),
			None => return ids,
		}
	}
}

/// A quote of one price, delivered there.
fn terms(unit_price: Balance, areas: &[&str]) -> QuoteTerms<AccountId> {
	let tier = PriceTier {
		from_quantity: 1,
		unit_price,
	};
	let areas: Vec<Region> = areas.iter().map(|area| text(area)).collect();
	QuoteTerms {
		tiers: vec![tier].try_into().expect("one of 8"),
		areas: areas.try_into().expect("few"),
		..quote_terms()
	}
}

#[test]
fn quotes_are_found_by_category_area_and_asset_the_cheapest_first() {
	build_and_execute(|| {
		let by = |nth, terms| published_by(&one_of_many(nth), &one_of_many(nth), terms);
		let in_bremen = by(0, terms(900, &["DE-HB"]));
		let in_germany = by(0, terms(700, &["DE"]));
		let anywhere = by(0, terms(800, &[]));
		let in_two = by(1, terms(600, &["FR", "DE-BY"]));
		let in_dollars = by(
			1,
			QuoteTerms {
				asset: DOLLAR,
				..terms(10, &["DE"])
			},
		);
		assert_eq!(all_quotes(""), [in_two, in_germany, anywhere, in_bremen]);
		assert_eq!(all_quotes("DE"), [in_two, in_germany, in_bremen]);
		assert_eq!(all_quotes("DE-HB"), [in_bremen]);
		assert_eq!(all_quotes("FR"), [in_two]);
		assert_eq!(all_quotes("AT"), []);
		assert_eq!(quotes("", DOLLAR, None, None).quotes[0].id, in_dollars);
		let cheap = quotes("", AssetKind::Native, Some(750), None);
		assert_eq!(cheap.quotes.len(), 2);
		assert_eq!(cheap.next, None);
	});
}

#[test]
fn what_cannot_be_ordered_from_is_passed_over() {
	build_and_execute(|| {
		let robot = registered(1);
		let quote = published_by(&owner(), &robot, quote_terms());
		let other = published(terms(2_000, &[]));
		assert_eq!(all_quotes(""), [quote, other]);
		let service = |on| {
			assert_ok!(Machines::set_service(RuntimeOrigin::signed(owner()), machine(1), on));
		};
		service(false);
		assert_eq!(all_quotes(""), [other]);
		service(true);
		let read = STOCK;
		assert_ok!(signed(&key(1), Call::set_stock { quote, read, stock: 0 }));
		assert_eq!(all_quotes(""), [other]);
	});
}

#[test]
fn a_page_is_bounded_and_every_quote_is_on_one() {
	build_and_execute(|| {
		let mut published = vec![];
		for nth in 0..70 {
			let price = 1_000 + Balance::from(nth * 37 % 11);
			let who = one_of_many(nth % MANY);
			published.push((price, published_by(&who, &who, terms(price, &["DE"]))));
		}
		published.sort_unstable();
		let first = quotes("DE", AssetKind::Native, None, None);
		assert_eq!(first.quotes.len(), 32);
		let all: Vec<_> = published.into_iter().map(|(_, id)| id).collect();
		assert_eq!(all_quotes("DE"), all);
	});
}

#[test]
fn requests_are_found_while_they_take_bids_the_latest_first() {
	build_and_execute(|| {
		let here = raised(wanted());
		let there = raised(Wanted {
			area: text("FR"),
			..wanted()
		});
		assert_ok!(bid(&supplier(), here, 10_000, DAY));
		let ids = |area| {
			requests("cutting-oil", area, None)
				.requests
				.iter()
				.map(|found| found.id)
				.collect::<Vec<_>>()
		};
		assert_eq!(ids(""), [there, here]);
		assert_eq!(ids("DE"), [here]);
		assert_eq!(ids("DE-HB"), [here]);
		assert_eq!(requests("spindles", "", None).requests, []);
		let found = requests("cutting-oil", "DE", None).requests.swap_remove(0);
		assert_eq!((found.bids, found.best.map(|bid| bid.price)), (1, Some(10_000)));
		at(BID_WINDOW + 1);
		assert_eq!(ids(""), []);
	});
}

#[test]
fn requests_come_in_pages() {
	build_and_execute(|| {
		let mut raised: Vec<RequestId> = (0..40).map(|nth| raised_by(&one_of_many(nth), wanted())).collect();
		raised.reverse();
		let (mut ids, mut cursor, mut pages) = (vec![], None, 0);
		loop {
			let page = requests("cutting-oil", "DE-HB", cursor);
			ids.extend(page.requests.iter().map(|found| found.id));
			pages += 1;
			cursor = page.next;
			if cursor.is_none() {
				break;
			}
		}
		assert_eq!((ids, pages), (raised, 3));
	});
}

#[test]
fn a_supplier_finds_his_open_orders() {
	build_and_execute(|| {
		let quote = published(quote_terms());
		let orders: Vec<_> = (0..MAX_SALES)
			.map(|nth| ordered_by(&one_of_many(nth), buying(quote, 1)))
			.collect();
		let page = |cursor: Option<PurchaseOrderId>| {
			let page: OrderPage<EscrowAccountOf<Test>> = ask("ProcurementApi_sales_of", (supplier(), cursor));
			(page.orders.into_iter().map(|(id, _)| id).collect::<Vec<_>>(), page.next)
		};
		assert_eq!(page(None), (orders.clone(), None));
		assert_eq!(page(Some(orders[1])), (orders[2..].to_vec(), None));
		assert_ok!(cancel(&supplier(), orders[0]));
		assert_eq!(page(None).0, orders[1..]);
	});
}

proptest! {
	/// Places sort as prices and ages do.
	#[test]
	fn ranks_sort_by_price_and_then_by_id(one in any::<(u128, u64)>(), other in any::<(u128, u64)>()) {
		let rank = |(price, id)| QuoteRank::new(price, QuoteId(id));
		prop_assert_eq!(rank(one).encode().cmp(&rank(other).encode()), one.cmp(&other));
		prop_assert_eq!((rank(one).unit_price(), rank(one).quote()), (one.0, QuoteId(one.1)));
		let place = |id| RequestPlace::new(RequestId(id));
		prop_assert_eq!(place(one.1).encode().cmp(&place(other.1).encode()), other.1.cmp(&one.1));
		prop_assert_eq!(place(one.1).request(), RequestId(one.1));
	}
}
