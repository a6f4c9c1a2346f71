//! What the chain ends by itself.

use crate::{mock::*, OrderState, Outcome, RequestState};
use frame_support::assert_ok;
use pallet_escrow::Deadlines;

#[test]
fn what_does_not_come_is_ended() {
	build_and_execute(|| {
		let order = ten_ordered();
		at(LEAD_TIME + LATE_WINDOW);
		idle();
		assert_eq!(record(order).state, OrderState::Awaiting);
		at(LEAD_TIME + LATE_WINDOW + 1);
		idle();
		assert_eq!(record(order).state, OrderState::Settled(Outcome::NotDelivered));
		assert_eq!(Deadlines::<Test>::iter().count(), 0);
	});
}

#[test]
fn what_nobody_looks_at_is_accepted_and_the_rest_awaited() {
	build_and_execute(|| {
		let order = ten_ordered();
		assert_ok!(deliver(order, 4));
		at(REVIEW_WINDOW + 1);
		idle();
		assert_eq!((record(order).state, gain(&supplier())), (OrderState::Awaiting, 3_200));
		// The moment at which it was ordered to be looked at first is still there.
		at(LEAD_TIME + LATE_WINDOW + 1);
		idle();
		assert_eq!(record(order).state, OrderState::Settled(Outcome::NotDelivered));
		idle();
		assert_eq!(Deadlines::<Test>::iter().count(), 0);
	});
}

#[test]
fn a_part_that_comes_last_is_looked_at_for_its_full_time() {
	build_and_execute(|| {
		let order = ten_ordered();
		at(LEAD_TIME + LATE_WINDOW);
		assert_ok!(deliver(order, 5));
		at(LEAD_TIME + LATE_WINDOW + 1);
		idle();
		assert_eq!(record(order).state, OrderState::Delivered);
		assert_ok!(confirm(order, 5));
		// What is outstanding is due already.
		at(LEAD_TIME + LATE_WINDOW + 2);
		idle();
		assert_eq!(record(order).state, OrderState::Settled(Outcome::NotDelivered));
	});
}

#[test]
fn a_request_is_awarded_and_struck_bids_take_a_block_each() {
	build_and_execute(|| {
		let request = raised(wanted());
		for nth in 0..3u32 {
			let poor = account(format!("poor {nth}").as_bytes());
			let by = RuntimeOrigin::signed(stranger());
			assert_ok!(Balances::transfer_allow_death(by, poor.clone(), 100));
			assert_ok!(bid(&poor, request, 5_000, DAY));
		}
		assert_ok!(bid(&supplier(), request, 10_000, DAY));
		at(BID_WINDOW);
		idle();
		assert_eq!(bids(request).len(), 4);
		for left in [3, 2, 1] {
			at(BID_WINDOW + 10 - left as u64);
			idle();
			assert_eq!(bids(request).len(), left);
			assert_eq!(request_record(request).state, RequestState::Open);
			try_state();
		}
		at(BID_WINDOW + 10);
		idle();
		assert_eq!(request_record(request).state, RequestState::Awarded(last_order()));
		assert_eq!(*record(last_order()).supplier(), supplier());
	});
}

#[test]
fn a_request_without_a_bid_ends_and_one_that_cannot_be_paid_waits_until_it_ends() {
	build_and_execute(|| {
		let lonely = raised(wanted());
		let by_hand = raised(crate::Wanted {
			award: crate::AwardRule::ByHand,
			..wanted()
		});
		let poor = account(b"poor");
		let by = RuntimeOrigin::signed(stranger());
		assert_ok!(Balances::transfer_allow_death(by, poor.clone(), 1_000));
		let unpaid = raised_by(&poor, wanted());
		assert_ok!(bid(&supplier(), unpaid, 5_000, DAY));
		assert_ok!(bid(&supplier(), by_hand, 5_000, DAY));
		at(BID_WINDOW + 1);
		idle();
		assert_eq!(request_record(lonely).state, RequestState::NoBid);
		for open in [unpaid, by_hand] {
			assert_eq!(request_record(open).state, RequestState::Open);
			assert_eq!(request_record(open).indexed_at, request_record(open).award_until);
		}
		try_state();
		at(BID_WINDOW + AWARD_WINDOW + 1);
		idle();
		for open in [unpaid, by_hand] {
			assert_eq!(request_record(open).state, RequestState::NotAwarded);
		}
		assert_eq!(Deadlines::<Test>::iter().count(), 0);
	});
}
