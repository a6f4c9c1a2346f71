//! Given back: early, in time; by the renter's word, the lock's, or both.

use crate::{mock::*, Bookings, Error, Outcome, Stage};
use frame_support::{assert_noop, assert_ok};

#[test]
fn the_renters_word_counts_when_the_owner_is_silent() {
	build_and_execute(|| {
		let rental = returned(active());
		let waiting = record(rental);
		assert_eq!(waiting.stage(), Stage::Returned(Outcome::Completed));
		assert_eq!((waiting.money.due, waiting.confirmed), (USED, false));
		// Nothing is paid yet, but the time is free.
		assert_eq!((gain(&renter()), earned()), (0, 0));
		assert_eq!(Bookings::<Test>::iter().count(), 0);
		at(FROM + 2 * HOUR + MINUTE + CLAIM_WINDOW);
		assert_noop!(expire(rental), Error::<Test>::NotExpired);
		at(FROM + 2 * HOUR + MINUTE + CLAIM_WINDOW + 1);
		assert_ok!(expire(rental));
		assert_eq!(stage(rental), Stage::Settled(Outcome::Completed));
		assert_eq!((paid(), earned()), (USED as i128, USED as i128));
		assert_eq!(money(&renter()).1, RECORD_DEPOSIT);
		assert_eq!(money(&of_machine(1)).1, 0);
	});
}

#[test]
fn the_locks_evidence_refunds_at_once_what_was_not_used() {
	build_and_execute(|| {
		let rental = active();
		at(FROM + 2 * HOUR);
		assert_ok!(report(rental, FROM + 2 * HOUR - MINUTE));
		// Nobody is put out by it.
		assert_eq!(stage(rental), Stage::Active);
		at(FROM + 2 * HOUR + MINUTE);
		assert_ok!(give_back(&renter(), rental));
		let waiting = record(rental);
		assert_eq!(waiting.stage(), Stage::Returned(Outcome::Completed));
		assert!(waiting.confirmed);
		// Two hours, since the lock has said so first.
		assert_eq!((gain(&renter()), earned()), (-2_000, 2_000));
		assert_eq!(money(&renter()).1, DEPOSIT + RECORD_DEPOSIT + RENT_FEE);
		assert_ok!(waive(rental));
		assert_eq!((paid(), earned()), (2_000, 2_000));
	});
}

#[test]
fn the_locks_evidence_may_come_after_the_renters_word() {
	build_and_execute(|| {
		let rental = returned(active());
		at(FROM + 3 * HOUR);
		// The lock saw it before the renter said so.
		assert_ok!(report(rental, FROM + 2 * HOUR));
		assert_eq!((gain(&renter()), earned()), (-2_000, 2_000));
		assert_eq!(record(rental).money.due, 0);
		at(FROM + 2 * HOUR + MINUTE + CLAIM_WINDOW + 1);
		assert_ok!(expire(rental));
		assert_eq!((paid(), earned()), (2_000, 2_000));
	});
}

#[test]
fn a_lock_that_reports_later_than_the_renter_does_not_charge_him_more() {
	build_and_execute(|| {
		let rental = returned(active());
		at(FROM + 4 * HOUR);
		assert_ok!(report(rental, FROM + 4 * HOUR));
		assert_eq!((gain(&renter()), earned()), (-(USED as i128), USED as i128));
		assert_eq!(record(rental).returned_at, START + FROM + 2 * HOUR + MINUTE);
	});
}

#[test]
fn the_owner_may_say_it_for_a_machine_that_cannot() {
	build_and_execute(|| {
		let rental = returned(active());
		let call = crate::Call::confirm_return {
			rental,
			at: START + FROM + 2 * HOUR,
			evidence: HASH,
		};
		for nobody in [renter(), stranger()] {
			assert_noop!(signed(&nobody, call.clone()), Error::<Test>::NotTheMachinesOwner);
		}
		assert_ok!(signed(&owner(), call));
		assert!(record(rental).confirmed);
	});
}

#[test]
fn after_the_end_the_locks_word_is_enough() {
	build_and_execute(|| {
		let rental = active();
		at(UNTIL);
		assert_ok!(report(rental, UNTIL - HOUR));
		assert_eq!(stage(rental), Stage::Returned(Outcome::Completed));
		assert_eq!((gain(&renter()), earned()), (-3_000, 3_000));
	});
}

#[test]
fn who_forgets_to_say_so_is_believed_what_the_lock_has_reported() {
	build_and_execute(|| {
		let rental = active();
		at(FROM + 2 * HOUR);
		assert_ok!(report(rental, FROM + 2 * HOUR));
		at(FROM + 3 * HOUR);
		// Later reports change nothing, earlier ones do.
		assert_ok!(report(rental, FROM + 3 * HOUR));
		assert_eq!(record(rental).reported_at, START + FROM + 2 * HOUR);
		at(UNTIL);
		assert_noop!(expire(rental), Error::<Test>::NotExpired);
		at(UNTIL + 1);
		assert_ok!(expire(rental));
		let waiting = record(rental);
		assert_eq!(waiting.stage(), Stage::Returned(Outcome::Completed));
		assert_eq!((waiting.money.overdue, waiting.confirmed), (0, true));
		assert_eq!((gain(&renter()), earned()), (-2_000, 2_000));
	});
}

#[test]
fn the_fewest_periods_are_paid_and_no_less_than_calling_off_would_cost() {
	build_and_execute(|| {
		let rental = active();
		at(FROM + MINUTE);
		assert_ok!(give_back(&renter(), rental));
		assert_eq!(record(rental).money.due, 2 * PRICE);
		assert_ok!(waive(rental));

		let mut dearer = terms();
		dearer.rental.no_show = sp_runtime::Permill::from_percent(90);
		let other = rented_by(&renter(), renting_at(listed(dearer), UNTIL, PERIODS));
		at(UNTIL - CHECK_IN);
		assert_ok!(start(&renter(), other));
		// Before it has begun.
		assert_ok!(give_back(&renter(), other));
		assert_eq!(record(other).money.due, RENT * 9 / 10);
		assert_ok!(report(other, UNTIL - CHECK_IN));
		assert!(record(other).confirmed);
	});
}

#[test]
fn each_period_that_has_begun_is_paid() {
	for (after, periods) in [
		(2 * HOUR - 1, 2),
		(2 * HOUR, 2),
		(2 * HOUR + 1, 3),
		(3 * HOUR, 3),
		(3 * HOUR + 1, 4),
		(4 * HOUR, 4),
	] {
		build_and_execute(|| {
			let rental = active();
			at(FROM + after);
			assert_ok!(give_back(&renter(), rental));
			assert_eq!(record(rental).money.due, periods * PRICE, "{after}");
		});
	}
}

#[test]
fn only_the_renter_gives_it_back() {
	build_and_execute(|| {
		let rental = active();
		for nobody in [owner(), key(1), rival(), guest()] {
			assert_noop!(give_back(&nobody, rental), Error::<Test>::NotTheRenter);
		}
	});
}
