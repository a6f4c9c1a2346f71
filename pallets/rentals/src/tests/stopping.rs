//! The owner stops it.

use crate::{mock::*, Error, Outcome, Stage};
use frame_support::{assert_noop, assert_ok};

#[test]
fn a_stop_refunds_all_unused_time_and_costs_the_owner_his_bond() {
	build_and_execute(|| {
		let rental = active();
		at(FROM + 2 * HOUR + MINUTE);
		assert_noop!(
			signed(&renter(), crate::Call::stop { rental, reason: HASH }),
			Error::<Test>::NotTheMachinesOwner
		);
		assert_ok!(stop(rental));
		assert_eq!(stage(rental), Stage::Returned(Outcome::Stopped));
		// Two whole hours; the third is not paid though it had begun.
		assert_eq!((gain(&renter()), earned()), (-2_000, 2_000));
		at(FROM + 2 * HOUR + MINUTE + CLAIM_WINDOW + 1);
		assert_ok!(expire(rental));
		assert_eq!(stage(rental), Stage::Settled(Outcome::Stopped));
		let penalty = PENALTY as i128;
		assert_eq!((paid(), earned()), (2_000 - penalty, 2_000 - penalty));
	});
}

#[test]
fn a_stop_before_the_first_hour_is_over_refunds_everything() {
	build_and_execute(|| {
		let rental = active();
		assert_ok!(stop(rental));
		assert_ok!(waive(rental));
		let penalty = PENALTY as i128;
		assert_eq!((paid(), earned()), (-penalty, -penalty));
	});
}

#[test]
fn damage_until_then_can_be_claimed() {
	build_and_execute(|| {
		let rental = active();
		at(FROM + 2 * HOUR);
		assert_ok!(stop(rental));
		assert_noop!(claim(rental, DEPOSIT + 1), Error::<Test>::ClaimAboveDeposit);
		assert_ok!(claim(rental, DEPOSIT));
		assert_ok!(dispute(rental));
		assert_eq!(stage(rental), Stage::Settled(Outcome::Stopped));
		assert_eq!(earned(), 2_000 + 2_500 - PENALTY as i128);
	});
}

#[test]
fn an_owner_who_calls_off_before_the_start_puts_up_the_penalty() {
	build_and_execute(|| {
		let rental = booked();
		may_spend(&owner(), 1, PENALTY - 1);
		assert_noop!(stop(rental), Error::<Test>::NoBond);
		may_spend(&owner(), 1, PENALTY);
		assert_ok!(stop(rental));
		assert_eq!(stage(rental), Stage::Settled(Outcome::Stopped));
		let penalty = PENALTY as i128;
		assert_eq!((paid(), earned()), (-penalty, -penalty));
	});
}

#[test]
fn what_is_over_or_not_agreed_on_is_not_stopped() {
	build_and_execute(|| {
		let rental = requested();
		assert_noop!(stop(rental), Error::<Test>::WrongStage);
	});
	build_and_execute(|| {
		let rental = active();
		at(UNTIL);
		assert_noop!(stop(rental), Error::<Test>::TooLate);
		assert_ok!(give_back(&renter(), rental));
		assert_noop!(stop(rental), Error::<Test>::WrongStage);
	});
}

#[test]
fn whose_machine_is_taken_out_of_service_has_stopped_it() {
	build_and_execute(|| {
		let rental = active();
		at(FROM + HOUR + 1);
		assert_ok!(Machines::set_service(RuntimeOrigin::signed(owner()), machine(1), false));
		assert_ok!(give_back(&renter(), rental));
		assert_eq!(stage(rental), Stage::Returned(Outcome::Stopped));
		assert_eq!(earned(), 1_000);
		assert_ok!(waive(rental));
		assert_eq!(paid(), 1_000 - PENALTY as i128);
	});
}

#[test]
fn a_frozen_machine_too_and_its_key_does_nothing() {
	build_and_execute(|| {
		let rental = active();
		assert_ok!(Machines::freeze(RuntimeOrigin::signed(owner()), machine(1)));
		assert!(report(rental, FROM).is_err());
		assert_ok!(give_back(&renter(), rental));
		assert_eq!(stage(rental), Stage::Returned(Outcome::Stopped));
	});
}

#[test]
fn without_a_penalty_a_stop_costs_nothing_but_the_name() {
	build_and_execute(|| {
		let mut terms = terms();
		terms.rental.stop_penalty = 0;
		let rental = started(rented_by(&renter(), renting(listed(terms))));
		assert_ok!(stop(rental));
		assert_ok!(waive(rental));
		assert_eq!((paid(), earned()), (0, 0));
	});
}
