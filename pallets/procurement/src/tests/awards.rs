//! From a bid to an order.

use crate::{mock::*, AwardRule, Books, Call, Error, OrderState, Outcome, RequestId, RequestState, Source, Wanted};
use frame_support::{assert_noop, assert_ok};

/// A request with a bid of the supplier at 10,000 and one of the rival at 11,000.
fn with_bids(award: AwardRule) -> RequestId {
	let request = raised(Wanted { award, ..wanted() });
	assert_ok!(bid(&supplier(), request, 10_000, 2 * DAY));
	assert_ok!(bid(&rival(), request, 11_000, 2 * DAY));
	request
}

/// What is left of `who`'s money is this much, all of it free but what is on hold.
fn leave(who: &AccountId, free: u128) {
	let (total, held) = money(who);
	let by = RuntimeOrigin::signed(who.clone());
	assert_ok!(Balances::transfer_allow_death(by, stranger(), total - held - free));
}

#[test]
fn the_best_bid_becomes_an_order_when_bidding_is_over() {
	build_and_execute(|| {
		let request = with_bids(AwardRule::Best);
		at(BID_WINDOW);
		assert_noop!(award(request), Error::<Test>::TooEarly);
		assert_noop!(award_to(request, &supplier()), Error::<Test>::NotByHand);
		at(BID_WINDOW + 1);
		assert_noop!(bid(&rival(), request, 1_000, DAY), Error::<Test>::TooLate);
		assert_ok!(award(request));
		let order = last_order();
		assert_eq!(request_record(request).state, RequestState::Awarded(order));
		let made = record(order);
		assert_eq!(
			(made.source, made.price, made.quantity),
			(Source::Request(request), 10_000, 10)
		);
		assert_eq!(made.supplier(), &supplier());
		assert_eq!(made.deliver_by, START + BID_WINDOW + 1 + 2 * DAY);
		assert_eq!(money(&supplier()).1, 1_000);
		assert_eq!(money(&buyer()).1, REQUEST_DEPOSIT + 10_000 + ORDER_FEE + ORDER_DEPOSIT);
		assert_eq!(Books::<Test>::get(supplier()).sales.into_inner(), [order]);
		assert_noop!(award(request), Error::<Test>::NotOpen);
		assert_ok!(deliver(order, 10));
		assert_ok!(confirm(order, 10));
		assert_eq!(gain(&supplier()), 10_000 - BID_FEE as i128);
	});
}

#[test]
fn a_buyer_who_may_choose_chooses_any_bid_at_any_time() {
	build_and_execute(|| {
		let request = with_bids(AwardRule::ByHand);
		assert_noop!(award(request), Error::<Test>::ByHand);
		assert_noop!(award_to(request, &stranger()), Error::<Test>::UnknownBid);
		assert_ok!(award_to(request, &rival()));
		assert_eq!(record(last_order()).price, 11_000);
		assert_eq!(bids(request), [(supplier(), 10_000)]);

		let request = with_bids(AwardRule::ByHand);
		at(BID_WINDOW + AWARD_WINDOW + 1);
		assert_noop!(award_to(request, &rival()), Error::<Test>::TooLate);
	});
}

#[test]
fn a_bidder_who_cannot_put_up_his_bond_is_struck() {
	build_and_execute(|| {
		let request = with_bids(AwardRule::Best);
		leave(&supplier(), 1_000);
		at(BID_WINDOW + 1);
		assert_ok!(award(request));
		assert_eq!(request_record(request).state, RequestState::Open);
		assert_eq!(bids(request), [(rival(), 11_000)]);
		assert_eq!(money(&buyer()).1, REQUEST_DEPOSIT);
		System::assert_has_event(
			crate::Event::BidStruck {
				request,
				buyer: buyer(),
				bidder: supplier(),
				error: Error::<Test>::NoBond.into(),
			}
			.into(),
		);
		assert_ok!(award(request));
		assert_eq!(record(last_order()).supplier(), &rival());
	});
}

#[test]
fn a_bidder_by_hand_who_cannot_put_up_his_bond_is_refused_and_stays() {
	build_and_execute(|| {
		let request = with_bids(AwardRule::ByHand);
		leave(&supplier(), 1_000);
		assert_noop!(award_to(request, &supplier()), Error::<Test>::NoBond);
		assert_ok!(award_to(request, &rival()));
	});
}

#[test]
fn a_supplier_with_too_many_orders_is_struck() {
	build_and_execute(|| {
		let request = with_bids(AwardRule::Best);
		let quote = published(quote_terms());
		for nth in 0..MAX_SALES {
			ordered_by(&one_of_many(nth), buying(quote, 1));
		}
		at(BID_WINDOW + 1);
		assert_ok!(award(request));
		assert_eq!(bids(request), [(rival(), 11_000)]);
	});
}

#[test]
fn when_the_buyer_cannot_pay_nothing_moves() {
	build_and_execute(|| {
		let request = with_bids(AwardRule::Best);
		leave(&buyer(), 10_000);
		at(BID_WINDOW + 1);
		let before = bids(request);
		assert!(award(request).is_err());
		assert_eq!(bids(request), before);
		assert_eq!(money(&supplier()).1, 0);
		// Once he can, it goes on.
		let by = RuntimeOrigin::signed(stranger());
		assert_ok!(Balances::transfer_allow_death(by, buyer(), 10_000));
		assert_ok!(award(request));
	});
}

#[test]
fn the_next_bid_wins_when_the_first_gives_up_before_anything_came() {
	build_and_execute(|| {
		let request = with_bids(AwardRule::Best);
		at(BID_WINDOW + 1);
		assert_ok!(award(request));
		let first = last_order();
		assert_ok!(cancel(&supplier(), first));
		assert_eq!(record(first).state, OrderState::Settled(Outcome::GivenUp));
		assert_eq!(request_record(request).state, RequestState::Open);
		try_state();
		// The chain does it by itself.
		at(BID_WINDOW + 2);
		idle();
		let second = last_order();
		assert_ne!(first, second);
		assert_eq!(record(second).supplier(), &rival());
		// His bond is the buyer's; the fee of the first order is gone.
		let fees = (REQUEST_FEE + ORDER_FEE) as i128;
		assert_eq!(gain(&buyer()), 1_000 - fees);
		// Who gives up last ends it.
		assert_ok!(cancel(&rival(), second));
		assert_eq!(request_record(request).state, RequestState::Awarded(second));
		assert_eq!(Books::<Test>::iter().count(), 0);
	});
}

#[test]
fn a_request_is_not_awarded_anew_when_something_has_come_or_it_is_too_late() {
	for late in [false, true] {
		build_and_execute(|| {
			let request = with_bids(AwardRule::Best);
			at(BID_WINDOW + 1);
			assert_ok!(award(request));
			let order = last_order();
			if late {
				at(BID_WINDOW + AWARD_WINDOW + 1);
			} else {
				assert_ok!(deliver(order, 1));
				assert_ok!(confirm(order, 1));
			}
			assert_ok!(cancel(&supplier(), order));
			assert_eq!(request_record(request).state, RequestState::Awarded(order));
			assert_eq!(Books::<Test>::iter().count(), 0);
		});
	}
}

#[test]
fn who_has_become_the_buyers_or_the_arbiters_does_not_win() {
	build_and_execute(|| {
		registered_arbiter();
		let sold = registered(1);
		let request = raised(Wanted {
			arbiter: Some(arbiter()),
			..wanted()
		});
		assert_noop!(bid(&arbiter(), request, 1_000, DAY), Error::<Test>::ArbiterBids);
		assert_ok!(bid(&key(1), request, 5_000, DAY));
		assert_ok!(bid(&rival(), request, 11_000, DAY));
		let (by, to) = (RuntimeOrigin::signed, Some(buyer()));
		assert_ok!(Machines::offer_ownership(by(owner()), machine(1), to));
		assert_ok!(Machines::accept_ownership(by(buyer()), machine(1), 0));
		at(BID_WINDOW + 1);
		assert_ok!(award(request));
		assert_eq!(bids(request), [(rival(), 11_000)]);
		assert_eq!(money(&sold).1, 0);
		assert_ok!(award(request));
	});
}

#[test]
fn only_the_buyer_chooses() {
	build_and_execute(|| {
		let request = with_bids(AwardRule::ByHand);
		let bidder = supplier();
		for who in [supplier(), rival(), stranger()] {
			let call = Call::award_to {
				request,
				bidder: bidder.clone(),
			};
			assert_noop!(signed(&who, call), Error::<Test>::NotTheBuyer);
		}
	});
}

#[test]
fn the_price_of_keeping_others_out_of_a_list_is_a_fee_for_each_place_and_a_bond_for_the_award() {
	build_and_execute(|| {
		// A flood of bids that nobody will keep, each cheaper than the honest one.
		let request = raised(wanted());
		assert_ok!(bid(&supplier(), request, 10_000, DAY));
		for nth in 0..MAX_BIDS {
			assert_ok!(bid(&one_of_many(nth), request, 9_000, DAY));
		}
		assert!(request_record(request).place_of(&supplier()).is_none());
		let spent: i128 = (0..MAX_BIDS).map(|nth| -gain(&one_of_many(nth))).sum();
		assert_eq!(spent, (u128::from(MAX_BIDS) * BID_FEE) as i128);
		at(BID_WINDOW + 1);
		assert_ok!(award(request));
		// Whoever has won by that loses his bond when he does not keep it, and the buyer gains it.
		assert_ok!(cancel(&one_of_many(0), last_order()));
		assert_eq!(gain(&one_of_many(0)), -(BID_FEE as i128) - 900);
	});
}

#[test]
fn who_has_a_rivals_bid_struck_by_filling_his_book_has_bought_from_him() {
	build_and_execute(|| {
		let quote = published(quote_terms());
		let request = with_bids(AwardRule::Best);
		// Two accounts of the rival's, since one has only so many purchases.
		for nth in 0..MAX_SALES {
			ordered_by(&one_of_many(nth % 2), buying(quote, 1));
		}
		at(BID_WINDOW + 1);
		assert_ok!(award(request));
		assert_eq!(bids(request), [(rival(), 11_000)]);
		let on_hold: u128 = [0, 1].map(|nth| money(&one_of_many(nth)).1).iter().sum();
		assert_eq!(
			on_hold,
			u128::from(MAX_SALES) * (UNIT_PRICE + ORDER_FEE + ORDER_DEPOSIT)
		);
	});
}
