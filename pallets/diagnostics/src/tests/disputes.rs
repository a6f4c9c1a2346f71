//! What an arbiter decides, and his silence.

use crate::{mock::*, Call, Error, OrderState, Outcome, Quarrel, ServiceOrderId, TicketState};
use frame_support::{assert_noop, assert_ok};

/// Of what the maintainer has gained, what comes of the order and of the arbiter's fee.
fn earned() -> i128 {
	gain(&maintainer()) + OFFER_FEE as i128
}

pub(super) fn failed() -> ServiceOrderId {
	brought(assigned_before(), OrderState::Failed)
}

pub(super) fn returned() -> ServiceOrderId {
	let order = brought(assigned_before(), OrderState::Verified);
	brought(order, OrderState::Returned)
}

pub(super) fn disputed_by_the_owner() -> ServiceOrderId {
	let order = brought(assigned_before(), OrderState::DeclaredDone);
	assert_ok!(dispute(&owner(), order));
	order
}

#[test]
fn a_maintainer_may_dispute_what_readings_say() {
	build_and_execute(|| {
		let order = failed();
		// The ticket is open for others meanwhile.
		let ticket = record(order).ticket;
		assert_eq!(ticket_record(ticket).state, TicketState::Open);
		assert_ok!(dispute(&maintainer(), order));
		assert_eq!(record(order).state, OrderState::Disputed(Quarrel::Work));
		ruled(order, 100);
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Completed));
		// The arbiter has a tenth of what was at stake.
		assert_eq!((earned(), money(&maintainer()).1), (11_000 - 1_100, 0));
		assert_eq!(ticket_record(ticket).state, TicketState::Open);
	});
}

#[test]
fn a_verdict_against_the_maintainer_takes_his_bond() {
	for (percent, keeps_bond) in [(0, false), (49, false), (51, true)] {
		build_and_execute(|| {
			let order = failed();
			assert_ok!(dispute(&maintainer(), order));
			ruled(order, percent);
			let bond = if keeps_bond { 0 } else { BOND as i128 };
			assert_eq!(earned(), 110 * i128::from(percent) - 1_100 - bond);
		});
	}
}

#[test]
fn a_dispute_after_its_window_is_too_late() {
	build_and_execute(|| {
		let order = failed();
		deadline_passes(order);
		assert_noop!(dispute(&maintainer(), order), Error::<Test>::TooLate);
		assert_ok!(expire(order));
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Failed));
		assert_eq!(earned(), 500 - BOND as i128);
	});
	build_and_execute(|| {
		let order = brought(assigned_before(), OrderState::DeclaredDone);
		deadline_passes(order);
		assert_noop!(dispute(&owner(), order), Error::<Test>::TooLate);
		assert_ok!(expire(order));
		assert_eq!(record(order).state, OrderState::Verified);
		assert_noop!(dispute(&owner(), order), Error::<Test>::WrongState);
	});
}

#[test]
fn a_maintainer_may_concede_at_once() {
	build_and_execute(|| {
		let order = failed();
		assert_noop!(owner_calls(Call::concede { order }), Error::<Test>::NotTheMaintainer);
		assert_ok!(signed(&maintainer(), Call::concede { order }));
		assert_eq!(earned(), 500 - BOND as i128);
	});
	build_and_execute(|| {
		let order = returned();
		assert_ok!(signed(&maintainer(), Call::concede { order }));
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Returned));
	});
}

/// Where nobody was agreed on, what readings say stands.
#[test]
fn without_an_arbiter_nothing_is_disputed() {
	build_and_execute(|| {
		let order = declared();
		assert_noop!(dispute(&owner(), order), Error::<Test>::NoArbiter);
	});
}

#[test]
fn an_owner_may_dispute_that_anything_was_done() {
	build_and_execute(|| {
		let order = disputed_by_the_owner();
		let ticket = record(order).ticket;
		assert_eq!(ticket_record(ticket).state, TicketState::Ordered(order));
		refused(order, measured(GOOD), Error::WrongState);
		assert_noop!(expire(order), Error::<Test>::WrongState);
		ruled(order, 20);
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Failed));
		assert_eq!(earned(), 2_200 - BOND as i128 + 90);
		assert_eq!(ticket_record(ticket).state, TicketState::Open);
	});
	build_and_execute(|| {
		let order = disputed_by_the_owner();
		ruled(order, 100);
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Completed));
		// The owner's bond is his too.
		assert_eq!(earned(), 11_000 + 90);
		assert_eq!(ticket_record(record(order).ticket).state, TicketState::Closed);
	});
}

#[test]
fn an_arbiters_silence_splits_and_is_lost_by_nobody() {
	build_and_execute(|| {
		let order = disputed_by_the_owner();
		passes(CASE_WINDOW + 1);
		idle();
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Completed));
		assert_eq!((earned(), money(&maintainer()).1), (5_500, 0));
	});
}

#[test]
fn a_returned_fault_is_disputed_about_what_was_retained() {
	build_and_execute(|| {
		let order = returned();
		let paid = earned();
		assert_eq!(record(order).state, OrderState::Returned);
		assert_noop!(dispute(&owner(), order), Error::<Test>::WrongState);
		assert_ok!(dispute(&maintainer(), order));
		assert_eq!(record(order).state, OrderState::Disputed(Quarrel::Guarantee));
		ruled(order, 100);
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Completed));
		assert_eq!(earned(), paid + RETENTION as i128 - 300);
	});
	build_and_execute(|| {
		let order = returned();
		let paid = earned();
		assert_ok!(dispute(&maintainer(), order));
		ruled(order, 0);
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Returned));
		assert_eq!(earned(), paid - 300 - BOND as i128);
	});
	build_and_execute(|| {
		let order = returned();
		deadline_passes(order);
		idle();
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Returned));
	});
}

#[test]
fn nobody_but_a_party_disputes() {
	build_and_execute(|| {
		let order = failed();
		for who in [stranger(), rival(), arbiter()] {
			assert_noop!(dispute(&who, order), Error::<Test>::NotAParty);
		}
		assert_noop!(dispute(&owner(), order), Error::<Test>::WrongState);
	});
}

#[test]
fn what_the_maintainer_has_not_earned_is_not_at_stake() {
	build_and_execute(|| {
		let order = assigned_before();
		assert_ok!(signed(&maintainer(), Call::acknowledge { order }));
		passes(RESPONSE + 1);
		assert_ok!(signed(&maintainer(), Call::start_work { order }));
		assert_ok!(signed(&maintainer(), Call::declare_done { order, report: HASH }));
		assert_ok!(dispute(&owner(), order));
		assert_eq!(money(&of_machine(PRESS)).1, 7_500 + ORDER_FEE + ORDER_DEPOSIT);
		ruled(order, 100);
		assert_eq!(earned(), 7_500 + 90);
	});
}
