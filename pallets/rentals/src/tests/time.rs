//! Rental periods run by the wall's clock, windows for acting by the one that stands still while the chain does.

use crate::{mock::*, Error, Outcome, Stage};
use frame_support::{assert_noop, assert_ok};

/// The chain's agreements stand still between two moments.
fn stands_still(from: u64, until: u64) {
	at(from);
	assert_ok!(Escrow::pause(RuntimeOrigin::root()));
	at(until);
	assert_ok!(Escrow::resume(RuntimeOrigin::root()));
}

#[test]
fn nobody_is_overdue_while_he_cannot_act() {
	build_and_execute(|| {
		let rental = active();
		stands_still(UNTIL - MINUTE, UNTIL + 3 * HOUR);
		assert_ok!(give_back(&renter(), rental));
		assert_eq!(record(rental).money.overdue, 0);
		assert_eq!(record(rental).money.due, RENT);
	});
}

#[test]
fn a_period_is_used_whether_or_not_the_chain_runs() {
	build_and_execute(|| {
		let rental = active();
		stands_still(FROM + MINUTE, FROM + 2 * HOUR + 1);
		assert_ok!(give_back(&renter(), rental));
		assert_eq!(record(rental).money.due, 3 * PRICE);
	});
}

#[test]
fn who_could_not_start_has_not_failed_to_come() {
	build_and_execute(|| {
		let rental = booked();
		stands_still(FROM - HOUR, UNTIL + HOUR);
		assert_noop!(start(&renter(), rental), Error::<Test>::TooLate);
		assert_ok!(cancel(&renter(), rental));
		assert_eq!(stage(rental), Stage::Settled(Outcome::Blocked));
		assert_eq!((paid(), earned()), (0, 0));
	});
}

#[test]
fn who_could_not_start_in_time_may_start_later() {
	build_and_execute(|| {
		let rental = booked();
		stands_still(FROM, FROM + HOUR);
		assert_ok!(start(&renter(), rental));
		// His end is where it was.
		assert_eq!(record(rental).access.end, START + UNTIL);
	});
}

#[test]
fn an_approval_after_the_beginning_is_too_late() {
	build_and_execute(|| {
		let rental = requested();
		stands_still(MINUTE, FROM);
		let approve = crate::Call::approve { rental };
		assert_noop!(signed(&owner(), approve), Error::<Test>::TooLate);
		at(FROM + HOUR);
		assert_ok!(expire(rental));
		assert_eq!(stage(rental), Stage::Settled(Outcome::NotApproved));
	});
}

#[test]
fn time_that_the_chain_stood_still_is_no_time_to_claim() {
	build_and_execute(|| {
		let rental = returned(active());
		let from = FROM + 2 * HOUR + 2 * MINUTE;
		stands_still(from, from + 2 * CLAIM_WINDOW);
		assert_noop!(expire(rental), Error::<Test>::NotExpired);
		assert_ok!(claim(rental, 100));
	});
}

#[test]
fn nothing_expires_while_agreements_are_paused() {
	build_and_execute(|| {
		let rental = booked();
		at(FROM + SHOW_WINDOW + 1);
		assert_ok!(Escrow::pause(RuntimeOrigin::root()));
		assert_noop!(expire(rental), pallet_escrow::Error::<Test>::AgreementsPaused);
		assert_ok!(Escrow::resume(RuntimeOrigin::root()));
		assert_ok!(expire(rental));
	});
}
