//! Everything in a stablecoin.

use crate::{mock::*, Call, Error, OrderState, Outcome, QuoteTerms, Wanted};
use bpiiot_primitives::{AssetKind, EscrowView};
use frame_support::{assert_noop, assert_ok};

fn in_dollars() -> QuoteTerms<AccountId> {
	QuoteTerms {
		asset: DOLLAR,
		..quote_terms()
	}
}

#[test]
fn an_order_in_dollars_costs_dollars_alone() {
	build_and_execute(|| {
		let order = ordered(buying(published(in_dollars()), 10));
		// Of a price that is worth 24,000 half a percent is 120, which is 40 dollars; a deposit of 300 is 100.
		assert_eq!(record(order).escrow.fee(), 40);
		assert_eq!(money_in(DOLLAR, &buyer()), (ENDOWMENT, 8_000 + 40 + 100));
		assert_eq!(money(&buyer()), (ENDOWMENT, 0));
		assert_eq!(money_in(DOLLAR, &supplier()), (ENDOWMENT, 800));
		assert_ok!(deliver(order, 10));
		assert_ok!(confirm(order, 10));
		assert_eq!(money_in(DOLLAR, &supplier()), (ENDOWMENT + 8_000, 0));
		// All of it counts.
		assert_eq!(record(order).counted.weight, 24_000);
	});
}

#[test]
fn an_award_in_dollars_goes_the_same_way() {
	build_and_execute(|| {
		let request = raised(Wanted {
			asset: DOLLAR,
			..wanted()
		});
		assert_ok!(bid(&supplier(), request, 10_000, DAY));
		at(BID_WINDOW + 1);
		assert_ok!(award(request));
		let order = last_order();
		assert_eq!(record(order).asset(), DOLLAR);
		at(BID_WINDOW + DAY + 2);
		assert_ok!(deliver(order, 10));
		assert_ok!(confirm(order, 10));
		assert_eq!(money_in(DOLLAR, &supplier()).0, ENDOWMENT + 8_000);
	});
}

#[test]
fn an_asset_that_is_not_listed_any_more_ends_no_order_and_begins_none() {
	build_and_execute(|| {
		let quote = published(in_dollars());
		let order = ordered(buying(quote, 10));
		let request = raised(Wanted {
			asset: DOLLAR,
			..wanted()
		});
		assert_ok!(bid(&supplier(), request, 10_000, DAY));
		assert_ok!(Escrow::delist_asset(RuntimeOrigin::root(), DOLLAR));
		let not_listed = || pallet_escrow::Error::<Test>::AssetNotListed;
		assert_noop!(signed(&buyer(), buying(quote, 10)), not_listed());
		at(BID_WINDOW + 1);
		assert_noop!(award(request), not_listed());
		assert_ok!(deliver(order, 10));
		assert_ok!(confirm(order, 10));
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Completed));
	});
}

#[test]
fn what_cannot_be_paid_is_a_credit_and_stops_nothing() {
	build_and_execute(|| {
		let order = ordered(buying(published(in_dollars()), 10));
		assert_ok!(deliver(order, 10));
		assert_ok!(Assets::block(RuntimeOrigin::signed(issuer()), DOLLAR_ID, supplier()));
		assert_ok!(confirm(order, 10));
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Completed));
		assert_eq!(money_in(DOLLAR, &supplier()).0, ENDOWMENT);
		assert_ok!(Assets::thaw(RuntimeOrigin::signed(issuer()), DOLLAR_ID, supplier()));
		let anybody = RuntimeOrigin::signed(stranger());
		assert_ok!(Escrow::claim_credit(anybody, buyer(), DOLLAR, supplier()));
		assert_eq!(money_in(DOLLAR, &supplier()).0, ENDOWMENT + 8_000);
	});
}

#[test]
fn an_asset_without_a_rate_pays_no_deposit_and_so_nothing_is_ordered() {
	build_and_execute(|| {
		let quote = published(in_dollars());
		DollarRate::set(&None);
		assert!(signed(&buyer(), buying(quote, 10)).is_err());
		assert_eq!(money_in(DOLLAR, &buyer()), (ENDOWMENT, 0));
		assert_eq!(quote_record(quote).terms.asset, AssetKind::Asset(DOLLAR_ID));
		let terms = in_dollars();
		assert_ok!(signed(&supplier(), Call::update_quote { quote, terms }));
		DollarRate::set(&Some(sp_runtime::FixedU128::from_u32(3)));
		assert_noop!(
			signed(&buyer(), {
				let mut old = buying(quote, 10);
				if let Call::buy { version, .. } = &mut old {
					*version = 1;
				}
				old
			}),
			Error::<Test>::QuoteChanged
		);
	});
}
