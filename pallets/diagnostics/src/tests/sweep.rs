//! What the chain ends by itself: every path ends.

use crate::{mock::*, Call, OrderState, Outcome};
use frame_support::assert_ok;
use pallet_escrow::Deadlines;

/// Lets a block a day go by, with room at its end, until nothing is open.
fn time_runs_out() {
	for _ in 0..40 {
		passes(DAY);
		idle();
		try_state();
	}
	assert_eq!(Deadlines::<Test>::iter().count(), 0);
	assert_eq!(crate::OrdersOf::<Test>::iter().count(), 0);
}

#[test]
fn each_state_ends_by_silence() {
	let cases = [
		(OrderState::Assigned, Outcome::NotDone),
		(OrderState::InWork, Outcome::NotDone),
		(OrderState::DeclaredDone, Outcome::Completed),
		(OrderState::Failed, Outcome::Failed),
		(OrderState::Verified, Outcome::Completed),
		(OrderState::Returned, Outcome::Returned),
	];
	for (state, outcome) in cases {
		build_and_execute(|| {
			let order = assigned_before();
			if state == OrderState::Returned {
				brought(order, OrderState::Verified);
			}
			brought(order, state);
			time_runs_out();
			assert_eq!(record(order).state, OrderState::Settled(outcome), "from {state:?}");
		});
	}
}

#[test]
fn a_proposal_and_both_disputes_end_by_silence() {
	build_and_execute(|| {
		calibrated_press();
		let (ticket, maintainer, terms) = (ticketed(), maintainer(), service());
		assert_ok!(owner_calls(Call::assign {
			ticket,
			maintainer,
			terms
		}));
		time_runs_out();
		assert_eq!(record(last_order()).state, OrderState::Settled(Outcome::Declined));
	});
	build_and_execute(|| {
		let order = crate::tests::disputes::disputed_by_the_owner();
		time_runs_out();
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Completed));
	});
	build_and_execute(|| {
		let order = crate::tests::disputes::returned();
		assert_ok!(dispute(&maintainer(), order));
		let by = RuntimeOrigin::signed(arbiter());
		assert_ok!(Escrow::accept_case(by, agreement(order)));
		time_runs_out();
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Completed));
	});
}

#[test]
fn the_sweep_follows_an_order_whose_deadline_moves() {
	build_and_execute(|| {
		let order = assigned();
		let response = record(order).indexed_at;
		assert_ok!(signed(&maintainer(), Call::acknowledge { order }));
		passes(RESPONSE + 1);
		idle();
		assert_eq!(record(order).state, OrderState::Assigned);
		assert_eq!(record(order).indexed_at, record(order).due_until);
		assert!(record(order).indexed_at > response);
		// The declaration's end is before it.
		assert_ok!(signed(&maintainer(), Call::start_work { order }));
		assert_ok!(signed(&maintainer(), Call::declare_done { order, report: HASH }));
		assert_eq!(record(order).indexed_at, record(order).verify_until);
		deadline_passes(order);
		idle();
		assert_eq!(record(order).state, OrderState::Verified);
		// What stands under the old moment is stale.
		passes(2 * DAY);
		idle();
		assert_eq!(record(order).state, OrderState::Verified);
		try_state();
	});
}

#[test]
fn a_guarantee_that_is_shorter_than_the_verification_ends_in_time() {
	build_and_execute(|| {
		calibrated_press();
		let mut terms = service();
		terms.conditions.guarantee_window = HOUR;
		let order = assigned_to(&maintainer(), ticketed(), terms);
		assert_ok!(signed(&maintainer(), Call::acknowledge { order }));
		// The sweep has looked at it, and will again at the end of the work.
		passes(RESPONSE + 1);
		idle();
		brought(order, OrderState::Verified);
		assert_eq!(record(order).indexed_at, record(order).guarantee_until);
		deadline_passes(order);
		idle();
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Completed));
	});
}

#[test]
fn what_has_ended_leaves_no_deadline_behind() {
	build_and_execute(|| {
		let order = assigned();
		assert_eq!(Deadlines::<Test>::iter().count(), 1);
		assert_ok!(signed(&maintainer(), Call::give_up { order, reason: HASH }));
		assert_eq!(Deadlines::<Test>::iter().count(), 0);
	});
}
