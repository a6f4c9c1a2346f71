//! Late, and never.

use crate::{mock::*, Error, Outcome, Stage};
use frame_support::{assert_noop, assert_ok};

#[test]
fn each_hour_that_has_begun_runs_the_deposit_down() {
	for (late, overdue) in [
		(0, 0),
		(1, 1_500),
		(HOUR, 1_500),
		(HOUR + 1, 3_000),
		(3 * HOUR, 4_500),
		(3 * HOUR + 1, 5_000),
		(4 * HOUR, 5_000),
	] {
		build_and_execute(|| {
			let rental = active();
			at(UNTIL + late);
			assert_ok!(give_back(&renter(), rental));
			let record = record(rental);
			assert_eq!(record.money.overdue, overdue, "{late}");
			assert_eq!(record.claimable(), DEPOSIT - overdue);
			assert_ok!(waive(rental));
			assert_eq!(paid(), (RENT + overdue) as i128);
			assert_eq!(earned(), (RENT + overdue) as i128);
		});
	}
}

#[test]
fn when_the_deposit_has_run_down_it_is_over() {
	build_and_execute(|| {
		let rental = active();
		// Four hours, of which the last one is not whole.
		at(UNTIL + 4 * HOUR);
		assert_noop!(expire(rental), Error::<Test>::NotExpired);
		at(UNTIL + 4 * HOUR + 1);
		assert_ok!(expire(rental));
		assert_eq!(stage(rental), Stage::Settled(Outcome::NotReturned));
		assert_eq!(paid(), (RENT + DEPOSIT) as i128);
		assert_eq!(earned(), (RENT + DEPOSIT) as i128);
		assert_noop!(claim(rental, 10), Error::<Test>::WrongStage);
	});
}

#[test]
fn the_locks_report_ends_it_at_its_own_time() {
	build_and_execute(|| {
		let rental = active();
		at(UNTIL + 3 * HOUR);
		assert_ok!(report(rental, UNTIL + HOUR));
		assert_eq!(record(rental).money.overdue, 1_500);
		// Used time and overdue hour are paid; the rest of the deposit waits.
		assert_eq!(earned(), (RENT + 1_500) as i128);
		assert_eq!(money(&renter()).1, 3_500 + RECORD_DEPOSIT + RENT_FEE);
	});
}

#[test]
fn where_nothing_runs_down_the_end_is_the_return() {
	build_and_execute(|| {
		let mut free = terms();
		free.rental.overdue_price = 0;
		let rental = started(rented_by(&renter(), renting(listed(free))));
		at(UNTIL + 1);
		assert_ok!(expire(rental));
		assert_eq!(stage(rental), Stage::Returned(Outcome::Completed));
		assert_eq!(earned(), RENT as i128);
		assert_ok!(claim(rental, DEPOSIT));
	});
}

#[test]
fn without_a_deposit_only_the_rent_is_at_risk() {
	build_and_execute(|| {
		let mut trusting = terms();
		trusting.rental.deposit = 0;
		let rental = started(rented_by(&renter(), renting(listed(trusting))));
		at(UNTIL + DAY);
		assert_ok!(give_back(&renter(), rental));
		assert_noop!(claim(rental, 10), Error::<Test>::ClaimAboveDeposit);
		assert_ok!(waive(rental));
		assert_eq!((paid(), earned()), (RENT as i128, RENT as i128));
	});
}

#[test]
fn a_claim_is_capped_by_what_overdue_hours_have_left() {
	build_and_execute(|| {
		let rental = active();
		at(UNTIL + 2 * HOUR);
		assert_ok!(give_back(&renter(), rental));
		assert_noop!(claim(rental, 2_001), Error::<Test>::ClaimAboveDeposit);
		assert_ok!(claim(rental, 2_000));
		assert_ok!(signed(&renter(), crate::Call::concede { rental }));
		assert_eq!(paid(), (RENT + DEPOSIT) as i128);
	});
}
