//! Claims, and what becomes of them.

use crate::{mock::*, Call, Error, Outcome, RentalId, Stage};
use bpiiot_primitives::Side;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::Permill;

const CLAIM: Balance = 2_000;

/// Given back by the renter's word, and claimed for.
pub(super) fn claimed() -> RentalId {
	let rental = returned(active());
	assert_ok!(claim(rental, CLAIM));
	rental
}

/// The same, before the arbiter.
pub(super) fn disputed() -> RentalId {
	let rental = returned(started(booked_before()));
	assert_ok!(claim(rental, CLAIM));
	assert_ok!(dispute(rental));
	rental
}

fn concede(who: &AccountId, rental: RentalId) -> frame_support::dispatch::DispatchResult {
	signed(who, Call::concede { rental })
}

#[test]
fn silence_accepts_a_claim() {
	build_and_execute(|| {
		let rental = claimed();
		let answer_until = FROM + 2 * HOUR + MINUTE + ANSWER_WINDOW;
		at(answer_until);
		assert_noop!(expire(rental), Error::<Test>::NotExpired);
		at(answer_until + 1);
		assert_noop!(dispute(rental), Error::<Test>::TooLate);
		assert_ok!(expire(rental));
		assert_eq!(stage(rental), Stage::Settled(Outcome::Completed));
		assert_eq!((paid(), earned()), ((USED + CLAIM) as i128, (USED + CLAIM) as i128));
	});
}

#[test]
fn a_renter_may_concede_and_an_owner_may_waive() {
	build_and_execute(|| {
		let rental = claimed();
		assert_noop!(concede(&owner(), rental), Error::<Test>::NotTheRenter);
		assert_ok!(concede(&renter(), rental));
		assert_eq!(earned(), (USED + CLAIM) as i128);
	});
	build_and_execute(|| {
		let rental = claimed();
		assert_noop!(
			signed(&renter(), Call::waive { rental }),
			Error::<Test>::NotTheMachinesOwner
		);
		assert_ok!(waive(rental));
		assert_eq!((paid(), earned()), (USED as i128, USED as i128));
		assert_eq!(record(rental).money.claim, 0);
	});
}

#[test]
fn without_an_arbiter_a_disputed_claim_is_split_as_the_runtime_says() {
	build_and_execute(|| {
		let rental = claimed();
		for nobody in [owner(), stranger()] {
			let call = Call::dispute { rental, evidence: HASH };
			assert_noop!(signed(&nobody, call), Error::<Test>::NotTheRenter);
		}
		assert_ok!(dispute(rental));
		assert_eq!(stage(rental), Stage::Settled(Outcome::Completed));
		assert_eq!(record(rental).verdict, Some(Permill::from_percent(50)));
		assert_eq!(earned(), (USED + CLAIM / 2) as i128);
	});
}

#[test]
fn a_verdict_splits_the_claim() {
	build_and_execute(|| {
		let rental = disputed();
		assert_eq!(stage(rental), Stage::Disputed(Outcome::Completed));
		for call in [Call::expire { rental }, Call::concede { rental }] {
			assert_noop!(signed(&renter(), call), Error::<Test>::WrongStage);
		}
		assert_noop!(waive(rental), Error::<Test>::WrongStage);
		let by = || RuntimeOrigin::signed(arbiter());
		assert_ok!(Escrow::accept_case(by(), agreement(rental)));
		let share = Permill::from_percent(25);
		assert_ok!(Escrow::rule(by(), agreement(rental), share, Side::Payer, HASH));
		assert_eq!(stage(rental), Stage::Settled(Outcome::Completed));
		assert_eq!(earned(), (USED + CLAIM / 4) as i128);
		// The arbiter took his tenth of what was at stake.
		assert_eq!(paid(), (USED + CLAIM / 4 + CLAIM / 10) as i128);
	});
}

#[test]
fn a_silent_arbiter_ends_it_too() {
	build_and_execute(|| {
		let rental = disputed();
		at(FROM + 2 * HOUR + MINUTE + CASE_WINDOW + 1);
		let by = RuntimeOrigin::signed(stranger());
		assert_ok!(Escrow::end_dispute(by, agreement(rental)));
		assert_eq!(stage(rental), Stage::Settled(Outcome::Completed));
		assert_eq!((paid(), earned()), (4_000, 4_000));
	});
}

#[test]
fn a_confirmed_return_can_be_claimed_for() {
	build_and_execute(|| {
		let rental = returned(active());
		assert_ok!(report(rental, FROM + 2 * HOUR));
		assert_ok!(claim(rental, DEPOSIT));
		assert_eq!(money(&renter()).1, DEPOSIT + RECORD_DEPOSIT + RENT_FEE);
		assert_ok!(dispute(rental));
		assert_eq!((paid(), earned()), (4_500, 4_500));
	});
}

#[test]
fn only_what_was_given_back_is_claimed_for() {
	build_and_execute(|| {
		let rental = booked();
		assert_noop!(claim(rental, 100), Error::<Test>::WrongStage);
		started(rental);
		assert_noop!(claim(rental, 100), Error::<Test>::WrongStage);
		assert_noop!(waive(rental), Error::<Test>::WrongStage);
		assert_noop!(dispute(rental), Error::<Test>::WrongStage);
	});
}
