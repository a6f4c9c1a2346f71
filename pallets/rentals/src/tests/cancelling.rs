//! Calling off, by stage.

use crate::{mock::*, Bookings, Error, Outcome, Stage};
use frame_support::{assert_noop, assert_ok};

#[test]
fn the_later_the_dearer() {
	for (before, fee) in [
		(DAY, 0),
		(DAY - 1, 400),
		(3 * HOUR, 400),
		(3 * HOUR - 1, 2_000),
		(1, 2_000),
		(0, 2_000),
	] {
		build_and_execute(|| {
			let begins = 2 * DAY;
			let rental = rented_by(&renter(), renting_at(listed(terms()), begins, PERIODS));
			at(begins - before);
			assert_ok!(cancel(&renter(), rental));
			assert_eq!(stage(rental), Stage::Settled(Outcome::Cancelled));
			assert_eq!((paid(), earned()), (fee, fee), "{before}");
			assert_eq!(Bookings::<Test>::iter().count(), 0);
		});
	}
}

#[test]
fn before_the_owner_has_agreed_it_is_free() {
	build_and_execute(|| {
		let rental = requested();
		assert_ok!(cancel(&renter(), rental));
		assert_eq!((paid(), earned()), (0, 0));
	});
}

#[test]
fn only_the_renter_calls_off_and_only_before_he_has_started() {
	build_and_execute(|| {
		let rental = booked();
		for nobody in [owner(), key(1), stranger()] {
			assert_noop!(cancel(&nobody, rental), Error::<Test>::NotTheRenter);
		}
		started(rental);
		assert_noop!(cancel(&renter(), rental), Error::<Test>::WrongStage);
	});
}

#[test]
fn who_is_too_late_to_start_calls_off_for_what_not_coming_costs() {
	build_and_execute(|| {
		let rental = booked();
		at(FROM + SHOW_WINDOW + 1);
		assert_ok!(cancel(&renter(), rental));
		assert_eq!(stage(rental), Stage::Settled(Outcome::Cancelled));
		assert_eq!(paid(), RENT as i128 / 2);
	});
}
