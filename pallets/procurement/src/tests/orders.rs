//! From an order to its payment.

use crate::{mock::*, Error, OrderState, Outcome};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::Permill;

#[test]
fn goods_that_come_in_time_are_paid_in_full() {
	build_and_execute(|| {
		let order = ten_ordered();
		at(LEAD_TIME);
		assert_ok!(deliver(order, 10));
		let delivered = record(order);
		assert_eq!(delivered.state, OrderState::Delivered);
		assert_eq!(delivered.review_until, START + LEAD_TIME + REVIEW_WINDOW);
		assert_eq!((delivered.lot, delivered.note), (Some(text("LOT-1")), HASH));
		assert_eq!(gain(&supplier()), 0);

		assert_ok!(confirm(order, 10));
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Completed));
		assert_eq!(gain(&supplier()), 8_000);
		assert_eq!(gain(&buyer()), -8_000 - ORDER_FEE as i128);
		assert_eq!(money(&supplier()).1, QUOTE_DEPOSIT);
		assert_eq!(money(&buyer()).1, ORDER_DEPOSIT);
		assert_eq!(money(&pot()).0, MINIMUM + ORDER_FEE);
		assert_ok!(signed(&buyer(), crate::Call::remove { order }));
		assert_eq!(money(&buyer()).1, 0);
	});
}

#[test]
fn goods_come_in_parts_and_each_is_paid_when_it_is_accepted() {
	build_and_execute(|| {
		let order = ten_ordered();
		assert_ok!(deliver(order, 4));
		assert_noop!(deliver(order, 4), Error::<Test>::WrongState);
		assert_ok!(confirm(order, 3));
		assert_eq!((gain(&supplier()), record(order).in_review()), (2_400, 1));
		assert_ok!(confirm(order, 1));
		assert_eq!(record(order).state, OrderState::Awaiting);
		assert_eq!((gain(&supplier()), record(order).outstanding()), (3_200, 6));
		assert_ok!(deliver(order, 1));
		assert_ok!(confirm(order, 1));
		// Three parts are agreed: the last one is the rest.
		assert_noop!(deliver(order, 4), Error::<Test>::LastPart);
		assert_noop!(deliver(order, 6), Error::<Test>::TooMuch);
		assert_ok!(deliver(order, 5));
		assert_ok!(confirm(order, 5));
		assert_eq!(gain(&supplier()), 8_000);
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Completed));
	});
}

#[test]
fn parts_of_a_price_that_does_not_divide_are_the_price_in_the_end() {
	build_and_execute(|| {
		let request = raised(crate::Wanted {
			quantity: 7,
			..wanted()
		});
		assert_ok!(bid(&supplier(), request, 10_000, LEAD_TIME));
		at(BID_WINDOW + 1);
		assert_ok!(award(request));
		let order = last_order();
		assert_ok!(deliver(order, 7));
		for accepted in 1..=7u32 {
			assert_ok!(confirm(order, 1));
			let paid = 10_000 * i128::from(accepted) / 7;
			assert_eq!(gain(&supplier()) + BID_FEE as i128, paid, "{accepted}");
		}
	});
}

#[test]
fn each_day_that_has_begun_takes_its_share_of_late_goods() {
	// Time after the deadline, days that have begun, and what is left of 8,000 at a fifth a day.
	for (late, days, left) in [
		(0, 0, 8_000),
		(1, 1, 6_400),
		(DAY, 1, 6_400),
		(DAY + 1, 2, 4_800),
		(LATE_WINDOW, 3, 3_200),
	] {
		build_and_execute(|| {
			let order = ten_ordered();
			at(LEAD_TIME + late);
			assert_ok!(deliver(order, 10));
			assert_eq!(record(order).late_days, days);
			assert_ok!(confirm(order, 10));
			assert_eq!(gain(&supplier()), left, "{late}");
			assert_eq!(gain(&buyer()), -left - ORDER_FEE as i128);
			assert_eq!(record(order).state, OrderState::Settled(Outcome::Completed));
		});
	}
}

#[test]
fn a_penalty_takes_all_there_is_and_no_more() {
	build_and_execute(|| {
		let mut terms = quote_terms();
		terms.conditions.late_penalty = Permill::from_percent(40);
		let order = ordered(buying(published(terms), 10));
		at(LEAD_TIME + LATE_WINDOW);
		assert_ok!(deliver(order, 10));
		assert_ok!(confirm(order, 10));
		assert_eq!((gain(&supplier()), gain(&buyer())), (0, -(ORDER_FEE as i128)));
		// He has delivered: the bond is his.
		assert_eq!(money(&supplier()).1, QUOTE_DEPOSIT);
	});
}

#[test]
fn only_the_late_part_is_penalised() {
	build_and_execute(|| {
		let order = ten_ordered();
		assert_ok!(deliver(order, 5));
		assert_ok!(confirm(order, 5));
		at(LEAD_TIME + 1);
		assert_ok!(deliver(order, 5));
		assert_ok!(confirm(order, 5));
		assert_eq!(gain(&supplier()), 4_000 + 3_200);
		assert_eq!((record(order).punctual, record(order).delivered), (5, 10));
	});
}

#[test]
fn nothing_comes_after_the_last_moment() {
	build_and_execute(|| {
		let order = ten_ordered();
		at(LEAD_TIME + LATE_WINDOW + 1);
		assert_noop!(deliver(order, 10), Error::<Test>::TooLate);
	});
}

#[test]
fn rejected_goods_are_paid_back_but_for_the_fee() {
	build_and_execute(|| {
		let order = ten_ordered();
		assert_ok!(deliver(order, 10));
		assert_ok!(confirm(order, 6));
		assert_ok!(reject(order, 4));
		// Six at 800, and a tenth of four.
		assert_eq!(gain(&supplier()), 4_800 + 320);
		let ended = record(order);
		assert_eq!(ended.state, OrderState::Settled(Outcome::Completed));
		assert_eq!((ended.accepted, ended.rejected, ended.reason), (6, 4, HASH));
		assert_eq!(money(&supplier()).1, QUOTE_DEPOSIT);
	});
}

#[test]
fn goods_are_not_rejected_once_the_time_to_look_has_passed() {
	build_and_execute(|| {
		let order = ten_ordered();
		assert_ok!(deliver(order, 10));
		at(REVIEW_WINDOW + 1);
		assert_noop!(reject(order, 1), Error::<Test>::TooLate);
		// To accept them is never too late.
		assert_ok!(confirm(order, 10));
	});
}

#[test]
fn more_than_is_there_is_neither_delivered_nor_accepted_nor_rejected() {
	build_and_execute(|| {
		let order = ten_ordered();
		assert_noop!(deliver(order, 0), Error::<Test>::ZeroQuantity);
		assert_noop!(deliver(order, 11), Error::<Test>::TooMuch);
		assert_noop!(deliver(order, u64::MAX), Error::<Test>::TooMuch);
		assert_noop!(confirm(order, 1), Error::<Test>::WrongState);
		assert_ok!(deliver(order, 5));
		for quantity in [0, 6, u64::MAX] {
			let error = if quantity == 0 {
				Error::<Test>::ZeroQuantity
			} else {
				Error::TooMuch
			};
			assert_eq!(confirm(order, quantity), Err(error.into()));
		}
		assert_noop!(reject(order, 6), Error::<Test>::TooMuch);
	});
}

#[test]
fn a_part_that_could_not_be_paid_is_not_accepted_by_itself() {
	build_and_execute(|| {
		// A thousand drops for 1,000: one is less than the least balance.
		let request = raised(crate::Wanted {
			quantity: 1_000,
			..wanted()
		});
		assert_ok!(bid(&supplier(), request, 1_000, LEAD_TIME));
		at(BID_WINDOW + 1);
		assert_ok!(award(request));
		let order = last_order();
		assert_ok!(deliver(order, 1_000));
		let below = || pallet_escrow::Error::<Test>::ReleaseBelowMinimum;
		assert_noop!(confirm(order, 9), below());
		// Nor is so little left over.
		assert_noop!(confirm(order, 991), below());
		assert_ok!(confirm(order, 500));
		assert_noop!(reject(order, 9), below());
		assert_ok!(confirm(order, 500));
		assert_eq!(gain(&supplier()), 1_000 - BID_FEE as i128);
	});
}
