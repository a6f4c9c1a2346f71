//! What is told of an order that has ended: to names, to who rates, and to who keeps stock.

use crate::{
	mock::*,
	tests::disputes::{agreement, disputed, rejected},
	Call, Error, Pallet, PurchaseOrderId, SiteId,
};
use bpiiot_primitives::Side;
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use pallet_suppliers::{Names, Stars};
use sp_runtime::Permill;

fn percent(percent: u32) -> Permill {
	Permill::from_percent(percent)
}

/// Of the supplier's name: settled, punctual, failed, lost.
fn name() -> [u128; 4] {
	let sums = Names::<Test>::get(supplier()).unwrap_or_default().sums;
	[sums.settled, sums.punctual, sums.failed, sums.lost]
}

fn rate(who: &AccountId, order: PurchaseOrderId) -> DispatchResult {
	let by = RuntimeOrigin::signed(who.clone());
	Suppliers::rate(by, agreement(order), Stars::Five)
}

#[test]
fn an_order_that_went_well_counts_with_all_of_its_price() {
	build_and_execute(|| {
		let order = ten_ordered();
		assert_ok!(deliver(order, 10));
		assert_eq!(name(), [0; 4]);
		assert_ok!(confirm(order, 10));
		let [settled, punctual, failed, lost] = name();
		assert_eq!((settled, punctual, failed, lost), (8_000, 8_000, 0, 0));
		assert_eq!(record(order).counted.weight, 8_000);
	});
}

#[test]
fn what_never_came_and_what_was_sent_back_has_failed() {
	// Delivered, accepted of that (the rest is rejected), and of the price what was punctual and what failed.
	for (delivered, accepted, punctual, failed) in [(0, 0, 0, 8_000), (5, 5, 4_000, 4_000), (5, 3, 4_000, 5_600)] {
		build_and_execute(|| {
			let order = ten_ordered();
			if delivered > 0 {
				assert_ok!(deliver(order, delivered));
				assert_ok!(confirm(order, accepted));
				if accepted < delivered {
					assert_ok!(reject(order, delivered - accepted));
				}
			}
			assert_ok!(cancel(&supplier(), order));
			assert_eq!(name(), [8_000, punctual, failed, 0]);
		});
	}
}

#[test]
fn what_the_buyer_calls_off_was_not_promised_any_more() {
	build_and_execute(|| {
		let order = ten_ordered();
		assert_ok!(cancel(&buyer(), order));
		assert_eq!(name(), [0; 4]);
		assert_eq!(record(order).counted.weight, 0);

		let quote = crate::QuotesOf::<Test>::get(supplier())[0];
		let order = ordered(buying(quote, 10));
		assert_ok!(deliver(order, 5));
		assert_ok!(confirm(order, 5));
		assert_ok!(cancel(&buyer(), order));
		assert_eq!(record(order).counted.weight, 4_000);
		assert_eq!(name(), [4_000, 4_000, 0, 0]);
	});
}

#[test]
fn late_goods_are_not_punctual() {
	build_and_execute(|| {
		let order = ten_ordered();
		assert_ok!(deliver(order, 2));
		assert_ok!(confirm(order, 2));
		at(LEAD_TIME + 1);
		assert_ok!(deliver(order, 8));
		assert_ok!(confirm(order, 8));
		let [settled, punctual, failed, lost] = name();
		assert_eq!((settled, punctual, failed, lost), (8_000, 1_600, 0, 0));
	});
}

#[test]
fn a_rejection_that_stands_has_failed_and_one_that_was_judged_is_lost_as_far_as_the_verdict_says() {
	build_and_execute(|| {
		let order = rejected();
		assert_ok!(signed(&supplier(), Call::concede { order }));
		assert_eq!(name(), [8_000, 8_000, 3_200, 0]);
	});
	build_and_execute(|| {
		let order = disputed();
		let by = || RuntimeOrigin::signed(arbiter());
		assert_ok!(Escrow::accept_case(by(), agreement(order)));
		assert_ok!(Escrow::rule(by(), agreement(order), percent(75), Side::Payee, HASH));
		assert_eq!(name(), [8_000, 8_000, 0, 800]);
	});
}

#[test]
fn a_dispute_that_nobody_decides_is_lost_by_nobody() {
	build_and_execute(|| {
		disputed();
		at(CASE_WINDOW + 1);
		idle();
		assert_eq!(name(), [8_000, 8_000, 0, 0]);
	});
}

#[test]
fn an_order_is_rated_once_by_its_buyer_when_it_has_ended() {
	build_and_execute(|| {
		let order = ten_ordered();
		assert_noop!(rate(&buyer(), order), Error::<Test>::NotSettled);
		assert_ok!(deliver(order, 10));
		assert_ok!(confirm(order, 10));
		for who in [stranger(), supplier(), rival()] {
			assert_noop!(rate(&who, order), Error::<Test>::NotTheBuyer);
		}
		assert_ok!(rate(&buyer(), order));
		assert_noop!(rate(&buyer(), order), Error::<Test>::AlreadyRated);
		let stars = Names::<Test>::get(supplier()).expect("he has one").sums.stars;
		assert_eq!(stars, [0, 0, 0, 0, 8_000]);
		assert_noop!(rate(&buyer(), PurchaseOrderId(1)), Error::<Test>::UnknownOrder);
	});
}

#[test]
fn goods_are_told_of_once_when_they_are_accepted() {
	build_and_execute(|| {
		let order = ten_ordered();
		let told = || {
			let all = Received::get();
			all.into_iter()
				.map(|(.., quantity, of)| (quantity, of))
				.collect::<Vec<_>>()
		};
		assert_ok!(deliver(order, 6));
		assert_eq!(told(), []);
		assert_ok!(confirm(order, 2));
		assert_ok!(reject(order, 1));
		at(REVIEW_WINDOW + 1);
		assert_ok!(expire(order));
		assert_eq!(told(), [(2, order), (3, order)]);
		assert_ok!(deliver(order, 4));
		assert_ok!(reject(order, 4));
		assert_eq!(told().len(), 2);
		let first = Received::get().swap_remove(0);
		let (item, lot) = (quote_terms().item, Some(text("LOT-1")));
		assert_eq!(first, (buyer(), Some(SiteId(3)), item, lot, 2, order));
	});
}

#[test]
fn rejected_goods_are_not_told_of_whatever_the_verdict() {
	build_and_execute(|| {
		let order = disputed();
		let by = || RuntimeOrigin::signed(arbiter());
		assert_ok!(Escrow::accept_case(by(), agreement(order)));
		assert_ok!(Escrow::rule(by(), agreement(order), Permill::one(), Side::Payee, HASH));
		let sum: u64 = Received::get().iter().map(|(.., quantity, _)| quantity).sum();
		assert_eq!(sum, 6);
	});
}

#[test]
fn shares_of_facts_are_never_more_than_one_or_less_than_nothing() {
	use crate::Outcome::*;
	build_and_execute(|| {
		let mut order = record(ten_ordered());
		for (delivered, accepted, rejected, contested) in [(0, 0, 0, 0), (10, 10, 0, 0), (10, 0, 10, 10), (7, 3, 4, 2)]
		{
			(order.delivered, order.accepted) = (delivered, accepted);
			(order.rejected, order.contested) = (rejected, contested);
			order.punctual = delivered;
			for verdict in [None, Some(Permill::zero()), Some(percent(30)), Some(Permill::one())] {
				order.verdict = verdict;
				for outcome in [Completed, Cancelled, GivenUp, NotDelivered] {
					let facts = Pallet::<Test>::facts(agreement(PurchaseOrderId(9)), &order, outcome);
					let gone = facts.failed.deconstruct() + facts.lost.deconstruct();
					assert!(gone <= 1_000_000, "{facts:?}");
					assert!(facts.value <= order.price);
				}
			}
		}
	});
}
