//! The inputs that the design names one by one: each has its own clear error, and nothing has moved after it.

use crate::{
	commitment, mock::*, tests::disputes::agreement, AwardRule, Bidding, Call, Error, PurchaseOrderId, RequestId,
	Wanted,
};
use frame_support::{assert_noop, assert_ok};
use pallet_suppliers::Stars;
use sp_runtime::DispatchError;

fn with_a_bid() -> RequestId {
	let request = raised(wanted());
	assert_ok!(bid(&supplier(), request, 10_000, DAY));
	request
}

#[test]
fn a_bid_after_the_close() {
	build_and_execute(|| {
		let request = with_a_bid();
		at(BID_WINDOW + 1);
		assert_noop!(bid(&rival(), request, 9_000, DAY), Error::<Test>::TooLate);
		assert_ok!(award(request));
		assert_noop!(bid(&rival(), request, 9_000, DAY), Error::<Test>::NotOpen);
	});
}

#[test]
fn a_reveal_that_does_not_match_or_never_comes() {
	build_and_execute(|| {
		let request = raised(Wanted {
			bidding: Bidding::Sealed {
				reveal_window: REVEAL_WINDOW,
			},
			..wanted()
		});
		let seal = Call::seal_bid {
			request,
			commitment: commitment(request, &supplier(), 10_000, DAY, HASH),
			text: None,
		};
		assert_ok!(signed(&supplier(), seal));
		at(BID_WINDOW + 1);
		let reveal = Call::reveal_bid {
			request,
			price: 9_000,
			lead_time: DAY,
			salt: HASH,
		};
		assert_noop!(signed(&supplier(), reveal), Error::<Test>::RevealMismatch);
		at(BID_WINDOW + REVEAL_WINDOW + 1);
		assert_noop!(award(request), Error::<Test>::NoBid);
		let forfeit = Call::forfeit_bid {
			request,
			bidder: supplier(),
		};
		assert_ok!(signed(&stranger(), forfeit));
	});
}

#[test]
fn an_award_with_no_valid_bid() {
	build_and_execute(|| {
		let request = raised(wanted());
		assert_noop!(
			bid(&supplier(), request, MAX_PRICE + 1, DAY),
			Error::<Test>::PriceTooHigh
		);
		assert_noop!(
			bid(&supplier(), request, 10_000, MAX_LEAD + 1),
			Error::<Test>::LeadTimeTooLong
		);
		assert_noop!(bid(&supplier(), request, 0, DAY), Error::<Test>::ZeroPrice);
		at(BID_WINDOW + 1);
		assert_noop!(award(request), Error::<Test>::NoBid);
	});
}

#[test]
fn ties() {
	build_and_execute(|| {
		let request = raised(wanted());
		// The same in everything: the earlier one. The same score: the cheaper one.
		assert_ok!(bid(&one_of_many(1), request, 12_000, DAY));
		assert_ok!(bid(&one_of_many(2), request, 12_000, DAY));
		assert_ok!(bid(&one_of_many(3), request, 10_000, 2 * DAY));
		let bidders: Vec<_> = bids(request).into_iter().map(|(bidder, _)| bidder).collect();
		assert_eq!(bidders, [3, 1, 2].map(one_of_many));
	});
}

#[test]
fn a_supplier_bids_on_his_own_or_his_co_owners_request() {
	build_and_execute(|| {
		registered(1);
		registered(2);
		let own = raised_by(&key(1), wanted());
		for bidder in [key(1), key(2), owner()] {
			assert_noop!(bid(&bidder, own, 10_000, DAY), Error::<Test>::OwnRequest);
		}
	});
}

#[test]
fn a_budget_that_is_exceeded() {
	build_and_execute(|| {
		registered(1);
		let quote = published(quote_terms());
		may_spend(&owner(), 1, 1_000);
		let over = pallet_machines::Error::<Test>::OverSpendingCap;
		assert_noop!(signed(&key(1), buying(quote, 1)), over);
	});
}

#[test]
fn a_quote_that_is_withdrawn_between_reading_and_award() {
	build_and_execute(|| {
		let quote = published(quote_terms());
		let read = buying(quote, 1);
		assert_ok!(signed(&supplier(), Call::withdraw_quote { quote }));
		assert_noop!(signed(&buyer(), read), Error::<Test>::UnknownQuote);
	});
}

#[test]
fn a_price_in_an_asset_that_is_not_listed() {
	build_and_execute(|| {
		let wanted = Wanted {
			asset: UNLISTED,
			..wanted()
		};
		let not_listed = pallet_escrow::Error::<Test>::AssetNotListed;
		assert_noop!(signed(&buyer(), Call::raise_request { wanted }), not_listed);
	});
}

#[test]
fn a_delivery_that_is_claimed_twice() {
	build_and_execute(|| {
		let order = ten_ordered();
		assert_ok!(deliver(order, 10));
		assert_noop!(deliver(order, 10), Error::<Test>::WrongState);
		assert_ok!(confirm(order, 10));
		assert_noop!(deliver(order, 10), Error::<Test>::WrongState);
		assert_noop!(confirm(order, 10), Error::<Test>::WrongState);
		assert_eq!(Received::get().len(), 1);
	});
}

#[test]
fn a_rating_without_settlement_twice_or_by_a_stranger() {
	build_and_execute(|| {
		let order = ten_ordered();
		let rate = |who: AccountId| Suppliers::rate(RuntimeOrigin::signed(who), agreement(order), Stars::One);
		assert_noop!(rate(buyer()), Error::<Test>::NotSettled);
		assert_ok!(deliver(order, 10));
		assert_ok!(confirm(order, 10));
		assert_noop!(rate(stranger()), Error::<Test>::NotTheBuyer);
		assert_ok!(rate(buyer()));
		assert_noop!(rate(buyer()), Error::<Test>::AlreadyRated);
	});
}

#[test]
fn stock_below_nothing() {
	build_and_execute(|| {
		let quote = published(quote_terms());
		ordered(buying(quote, STOCK));
		assert_noop!(signed(&buyer(), buying(quote, 1)), Error::<Test>::OutOfStock);
	});
}

#[test]
fn counts_of_stock_that_contradict_each_other() {
	build_and_execute(|| {
		let quote = published(quote_terms());
		let set = |read, stock| signed(&supplier(), Call::set_stock { quote, read, stock });
		assert_ok!(set(STOCK, 10));
		assert_noop!(set(STOCK, 20), Error::<Test>::StockChanged);
	});
}

#[test]
fn an_award_by_hand_where_there_is_a_rule_and_by_rule_where_there_is_none() {
	build_and_execute(|| {
		let by_rule = with_a_bid();
		let by_hand = raised(Wanted {
			award: AwardRule::ByHand,
			..wanted()
		});
		assert_ok!(bid(&supplier(), by_hand, 10_000, DAY));
		assert_noop!(award_to(by_rule, &supplier()), Error::<Test>::NotByHand);
		at(BID_WINDOW + 1);
		assert_noop!(award(by_hand), Error::<Test>::ByHand);
	});
}

#[test]
fn an_arbiter_who_is_not_registered_any_more() {
	build_and_execute(|| {
		let quote = published(quote_terms());
		let refused = signed(&buyer(), buying_before(quote, 10));
		assert_ne!(refused, Ok(()));
		assert_ne!(refused, Err(DispatchError::BadOrigin));
		assert_eq!((money(&buyer()).1, quote_record(quote).stock), (0, STOCK));
		assert!(!crate::Orders::<Test>::contains_key(PurchaseOrderId(0)));
		assert_eq!(crate::Orders::<Test>::iter().count(), 0);
	});
}
