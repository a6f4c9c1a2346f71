//! Haggling over a bid.

use crate::{mock::*, AwardRule, Call, CounterOffer, Error, RequestId, Wanted};
use bpiiot_primitives::Side;
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};

fn counter(who: &AccountId, request: RequestId, price: u128) -> DispatchResult {
	let call = Call::counter_offer {
		request,
		bidder: supplier(),
		price,
	};
	signed(who, call)
}

fn agree(who: &AccountId, request: RequestId, price: u128) -> DispatchResult {
	let call = Call::accept_counter_offer {
		request,
		bidder: supplier(),
		price,
	};
	signed(who, call)
}

/// A request with a bid of the supplier at 10,000 and a better one of the rival at 9,000.
fn with_bids(award: AwardRule) -> RequestId {
	let request = raised(Wanted { award, ..wanted() });
	assert_ok!(bid(&supplier(), request, 10_000, DAY));
	assert_ok!(bid(&rival(), request, 9_000, DAY));
	request
}

#[test]
fn a_price_that_both_agree_to_moves_the_bid_to_its_place() {
	build_and_execute(|| {
		let request = with_bids(AwardRule::Best);
		let before = request_record(request).bids[1].clone();
		assert_ok!(counter(&buyer(), request, 8_000));
		let talked = request_record(request).bids[1].clone();
		let by = Side::Payer;
		assert_eq!(
			(talked.counter, talked.rounds),
			(Some(CounterOffer { by, price: 8_000 }), 1)
		);
		// Until it is agreed to, the bid stands as it was.
		assert_eq!((talked.price, talked.score), (before.price, before.score));
		assert_ok!(agree(&supplier(), request, 8_000));
		assert_eq!(bids(request), [(supplier(), 8_000), (rival(), 9_000)]);
		let now = request_record(request).bids[0].clone();
		assert_eq!(
			(now.number, now.standing, now.counter),
			(before.number, before.standing, None)
		);
		at(BID_WINDOW + 1);
		assert_ok!(award(request));
		assert_eq!(record(last_order()).price, 8_000);
	});
}

#[test]
fn proposals_replace_each_other_and_there_are_so_many() {
	build_and_execute(|| {
		let request = with_bids(AwardRule::Best);
		assert_ok!(counter(&buyer(), request, 7_000));
		assert_ok!(counter(&supplier(), request, 8_500));
		assert_noop!(agree(&supplier(), request, 8_500), Error::<Test>::OwnCounterOffer);
		assert_noop!(agree(&buyer(), request, 7_000), Error::<Test>::CounterOfferChanged);
		assert_ok!(counter(&buyer(), request, 7_500));
		assert_noop!(counter(&supplier(), request, 8_000), Error::<Test>::NoRoundLeft);
		assert_ok!(agree(&supplier(), request, 7_500));
		// What was said is said, also under another bid.
		assert_noop!(counter(&buyer(), request, 7_000), Error::<Test>::NoRoundLeft);
		assert_ok!(bid(&supplier(), request, 7_000, DAY));
		assert_noop!(counter(&buyer(), request, 6_000), Error::<Test>::NoRoundLeft);
	});
}

#[test]
fn a_counter_offer_makes_a_bid_better_or_is_refused() {
	build_and_execute(|| {
		let request = with_bids(AwardRule::Best);
		for who in [buyer(), supplier()] {
			assert_noop!(counter(&who, request, 10_000), Error::<Test>::NotBetter);
			assert_noop!(counter(&who, request, 10_001), Error::<Test>::NotBetter);
			assert_noop!(counter(&who, request, MAX_PRICE + 1), Error::<Test>::PriceTooHigh);
			assert_noop!(counter(&who, request, 0), Error::<Test>::ZeroPrice);
			let too_little = pallet_escrow::Error::<Test>::ReleaseBelowMinimum;
			assert_noop!(counter(&who, request, MINIMUM - 1), too_little);
		}
		assert_noop!(agree(&supplier(), request, 10_000), Error::<Test>::NoCounterOffer);
	});
}

#[test]
fn who_has_no_part_in_a_bid_has_no_say() {
	build_and_execute(|| {
		let request = with_bids(AwardRule::Best);
		for who in [rival(), stranger()] {
			assert_noop!(counter(&who, request, 5_000), Error::<Test>::NotAParty);
			assert_noop!(agree(&who, request, 5_000), Error::<Test>::NotAParty);
		}
		let call = Call::counter_offer {
			request,
			bidder: stranger(),
			price: 5_000,
		};
		assert_noop!(signed(&buyer(), call), Error::<Test>::UnknownBid);
	});
}

#[test]
fn talking_ends_when_anybody_may_award_and_by_hand_when_nobody_may() {
	build_and_execute(|| {
		let by_rule = with_bids(AwardRule::Best);
		let by_hand = with_bids(AwardRule::ByHand);
		for request in [by_rule, by_hand] {
			assert_ok!(counter(&buyer(), request, 8_000));
		}
		at(BID_WINDOW + 1);
		assert_noop!(agree(&supplier(), by_rule, 8_000), Error::<Test>::TooLate);
		assert_noop!(counter(&supplier(), by_rule, 8_500), Error::<Test>::TooLate);
		assert_ok!(counter(&supplier(), by_hand, 8_500));
		assert_ok!(agree(&buyer(), by_hand, 8_500));
		assert_ok!(award_to(by_hand, &supplier()));
		assert_eq!(record(last_order()).price, 8_500);
		assert_noop!(counter(&supplier(), by_hand, 8_000), Error::<Test>::NotOpen);
	});
}

#[test]
fn a_request_without_rounds_is_not_haggled_over() {
	build_and_execute(|| {
		let request = raised(Wanted { rounds: 0, ..wanted() });
		assert_ok!(bid(&supplier(), request, 10_000, DAY));
		assert_noop!(counter(&buyer(), request, 8_000), Error::<Test>::NoRoundLeft);
	});
}
