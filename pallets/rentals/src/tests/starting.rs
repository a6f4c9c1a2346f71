//! The renter comes, or does not.

use crate::{mock::*, Call, Error, Outcome, Stage};
use frame_support::{assert_noop, assert_ok};

#[test]
fn a_start_puts_the_owners_bond_on_hold() {
	build_and_execute(|| {
		let rental = booked();
		at(FROM);
		for nobody in [owner(), rival(), guest()] {
			assert_noop!(start(&nobody, rental), Error::<Test>::NotTheRenter);
		}
		// Nobody starts for him: an hour later he would owe for being late.
		assert_noop!(start(&key(1), rental), Error::<Test>::NotTheRenter);
		assert_ok!(start(&renter(), rental));
		assert_eq!(stage(rental), Stage::Active);
		assert_eq!(money(&of_machine(1)).1, PENALTY);
		assert_noop!(start(&renter(), rental), Error::<Test>::WrongStage);
	});
}

#[test]
fn he_may_check_in_ahead_and_start_late() {
	build_and_execute(|| {
		let early = booked();
		at(FROM - CHECK_IN);
		assert_ok!(start(&renter(), early));
		// Checking in ahead opens nothing before its time.
		assert_eq!(record(early).access.start, START + FROM);
		let late = rented_by(&renter(), renting_at(record(early).listing, 20 * HOUR, 2));
		at(FROM);
		assert_ok!(give_back(&renter(), early));
		at(20 * HOUR + SHOW_WINDOW);
		assert_ok!(start(&renter(), late));
	});
}

#[test]
fn who_does_not_come_pays_what_calling_off_at_the_last_moment_costs() {
	build_and_execute(|| {
		let rental = booked();
		at(FROM + SHOW_WINDOW);
		assert_noop!(expire(rental), Error::<Test>::NotExpired);
		at(FROM + SHOW_WINDOW + 1);
		assert_ok!(expire(rental));
		assert_eq!(stage(rental), Stage::Settled(Outcome::NoShow));
		assert_eq!((paid(), earned()), (RENT as i128 / 2, RENT as i128 / 2));
		// The rest of the time is free for others.
		let listing = record(rental).listing;
		assert_ok!(signed(&rival(), renting_at(listing, FROM + HOUR, 2)));
	});
}

#[test]
fn a_short_rental_can_be_started_until_it_is_over() {
	build_and_execute(|| {
		let mut terms = terms();
		terms.rental.show_window = DAY;
		let rental = rented_by(&renter(), renting(listed(terms)));
		at(UNTIL);
		assert_noop!(start(&renter(), rental), Error::<Test>::TooLate);
		assert_noop!(expire(rental), Error::<Test>::NotExpired);
		at(UNTIL + 1);
		assert_ok!(expire(rental));
		assert_eq!(stage(rental), Stage::Settled(Outcome::NoShow));
	});
}

#[test]
fn an_owner_without_a_bond_has_broken_his_word() {
	build_and_execute(|| {
		let rental = booked();
		may_spend(&owner(), 1, PENALTY - 1);
		at(FROM);
		assert_ok!(start(&renter(), rental));
		assert_eq!(stage(rental), Stage::Settled(Outcome::NotProvided));
		assert_eq!((paid(), earned()), (0, 0));
	});
}

#[test]
fn a_machine_that_is_out_of_service_when_it_is_to_start_costs_its_owner_the_bond() {
	build_and_execute(|| {
		let rental = requested();
		assert_ok!(signed(&owner(), Call::approve { rental }));
		assert_ok!(Machines::set_service(RuntimeOrigin::signed(owner()), machine(1), false));
		at(FROM);
		assert_ok!(start(&renter(), rental));
		assert_eq!(stage(rental), Stage::Settled(Outcome::NotProvided));
		assert_eq!((paid(), earned()), (-(PENALTY as i128), -(PENALTY as i128)));
	});
}

/// Two hours from the end of [`booked`] on, by somebody else.
fn next_one(first: crate::RentalId) -> crate::RentalId {
	rented_by(&rival(), renting_at(record(first).listing, UNTIL, 2))
}

#[test]
fn who_waits_for_another_may_call_off_for_nothing() {
	build_and_execute(|| {
		let first = booked();
		let next = next_one(first);
		started(first);
		at(UNTIL - 1);
		// Not before its time: until then he may come back.
		assert_noop!(start(&rival(), next), Error::<Test>::NotFreeYet);
		at(UNTIL);
		assert_noop!(start(&rival(), next), Error::<Test>::NotFreeYet);
		assert_ok!(cancel(&rival(), next));
		assert_eq!(stage(next), Stage::Settled(Outcome::Blocked));
		assert_eq!(gain(&rival()), -(RENT_FEE as i128));
	});
}

#[test]
fn who_waits_for_another_in_vain_pays_nothing() {
	build_and_execute(|| {
		let first = booked();
		let next = next_one(first);
		started(first);
		at(UNTIL + SHOW_WINDOW + 1);
		assert_ok!(expire(next));
		assert_eq!(stage(next), Stage::Settled(Outcome::Blocked));
		assert_eq!(gain(&rival()), -(RENT_FEE as i128));
	});
}

#[test]
fn who_waits_for_another_starts_when_it_is_free() {
	build_and_execute(|| {
		let first = booked();
		let next = next_one(first);
		started(first);
		at(UNTIL + MINUTE);
		assert_noop!(start(&rival(), next), Error::<Test>::NotFreeYet);
		assert_ok!(give_back(&renter(), first));
		assert_ok!(start(&rival(), next));
		// Before his own time calling off has its price, blocked or not.
		assert_noop!(cancel(&rival(), next), Error::<Test>::WrongStage);
	});
}
