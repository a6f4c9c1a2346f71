//! Breaches that the logger shows.

use crate::{mock::*, Breach, Call, Error, LegState, Measured, Objection, Proof, ShipmentId, Shown};
use bpiiot_primitives::EscrowView;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{DispatchError, Permill};

/// A quarter of an hour, in milliseconds.
const QUARTER: u64 = 900_000;

/// Two carriers with the stranger's logger; the first has the goods from 1 to 2 h, the second since.
fn cold_chain() -> ShipmentId {
	registered_for(&stranger(), LOGGER);
	let shipment = agreed(cold(two_legs()));
	at(10_000);
	pass(shipment);
	at(2 * HOUR);
	pass(shipment);
	at(8 * HOUR);
	shipment
}

const HOUR: u64 = 3_600_000;

/// Has a stranger show that, in vain.
fn not_shown(leg: crate::LegId, shown: Shown, error: Error<Test>) {
	// What is brought to the chain stays there.
	Loggers::anchor(shown);
	assert_noop!(show(leg, shown), error);
}

/// What the breaches of a leg cost, in percent of freight and liability.
fn share(shipment: ShipmentId, nth: usize) -> Permill {
	Shipping::breach_share(&record(shipment), &leg_record(leg_of(shipment, nth)))
}

fn percent(percent: u32) -> Permill {
	Permill::from_percent(percent)
}

#[test]
fn an_excess_of_the_tolerated_time_costs_its_step() {
	build_and_execute(|| {
		let shipment = cold_chain();
		let leg = leg_of(shipment, 0);
		let warm = |lasted| readings(HOUR, HOUR + lasted, HIGH + 1, HIGH + 900);
		not_shown(leg, warm(QUARTER - 1), Error::<Test>::NoBreach);
		assert_ok!(show(leg, warm(QUARTER)));
		assert_eq!(share(shipment, 0), percent(10));
		assert_eq!(share(shipment, 1), percent(0));
	});
}

#[test]
fn both_sides_of_a_limit_count_and_a_moment_within_it_does_not() {
	build_and_execute(|| {
		let shipment = cold_chain();
		let leg = leg_of(shipment, 1);
		let around = |lowest, highest| readings(3 * HOUR, 4 * HOUR, lowest, highest);
		for (lowest, highest) in [(LOW, HIGH), (HIGH, HIGH + 9_000), (LOW - 9_000, LOW), (0, 20_000)] {
			not_shown(leg, around(lowest, highest), Error::<Test>::NoBreach);
		}
		not_shown(leg, around(9_500, 9_400), Error::<Test>::NoBreach);
		assert_ok!(show(leg, around(LOW - 2, LOW - 1)));
		assert_eq!(share(shipment, 1), percent(10));
	});
}

#[test]
fn a_worse_step_costs_the_difference_and_nothing_is_claimed_twice() {
	build_and_execute(|| {
		let shipment = cold_chain();
		let leg = leg_of(shipment, 0);
		let mild = readings(HOUR, HOUR + QUARTER, HIGH + 1, HIGH + 1);
		let hot = readings(HOUR, HOUR, HIGH + 5_000, HIGH + 5_000);
		assert_ok!(show(leg, mild));
		not_shown(leg, mild, Error::<Test>::AlreadyClaimed);
		let other = readings(HOUR + 1, HOUR + 1 + QUARTER, HIGH + 1, HIGH + 1);
		not_shown(leg, other, Error::<Test>::AlreadyClaimed);
		assert_ok!(show(leg, hot));
		assert_eq!(share(shipment, 0), percent(50));
		not_shown(leg, hot, Error::<Test>::AlreadyClaimed);
		not_shown(leg, mild, Error::<Test>::AlreadyClaimed);
	});
}

#[test]
fn it_counts_against_who_had_the_goods_all_that_time() {
	build_and_execute(|| {
		let shipment = cold_chain();
		let (one, other) = (leg_of(shipment, 0), leg_of(shipment, 1));
		let hot = |from, until| readings(from, until, HIGH + 6_000, HIGH + 6_000);
		not_shown(one, hot(9_999, HOUR), Error::<Test>::OutsideCustody);
		// The moment of a handover is the receiver's.
		not_shown(one, hot(HOUR, 2 * HOUR), Error::<Test>::OutsideCustody);
		not_shown(one, hot(3 * HOUR, 3 * HOUR), Error::<Test>::OutsideCustody);
		not_shown(other, hot(2 * HOUR - 1, 3 * HOUR), Error::<Test>::OutsideCustody);
		// Nobody knows the future.
		not_shown(other, hot(3 * HOUR, 8 * HOUR + 1), Error::<Test>::OutsideCustody);
		not_shown(other, hot(4 * HOUR, 3 * HOUR), Error::<Test>::OutsideCustody);
		assert_ok!(show(one, hot(10_000, 2 * HOUR - 1)));
		assert_ok!(show(other, hot(2 * HOUR, 8 * HOUR)));
	});
}

#[test]
fn only_the_shipments_own_logger_shows_anything() {
	build_and_execute(|| {
		let shipment = cold_chain();
		let leg = leg_of(shipment, 0);
		registered_for(&owner(), 8);
		let mut shown = readings(HOUR, HOUR, 20_000, 20_000);
		shown.logger = machine(8);
		not_shown(leg, shown, Error::<Test>::AnothersLogger);
		shown.logger = machine(LOGGER);
		shown.measured = Measured::Values {
			channel: TEMPERATURE + 1,
			lowest: 20_000,
			highest: 20_000,
		};
		not_shown(leg, shown, Error::<Test>::NoBreach);
	});
}

#[test]
fn what_is_not_admissible_says_why() {
	build_and_execute(|| {
		let shipment = cold_chain();
		let leg = leg_of(shipment, 0);
		for (objection, error) in [
			(Objection::NotCalibrated, Error::<Test>::NotCalibrated),
			(Objection::CalibrationExpired, Error::<Test>::CalibrationExpired),
			(Objection::AnchoredTooLate, Error::<Test>::AnchoredTooLate),
		] {
			let mut shown = readings(HOUR, HOUR, 20_000, 20_000);
			shown.objection = Some(objection);
			not_shown(leg, shown, error);
		}
		let proof: Proof = vec![1, 2, 3].try_into().expect("short");
		let breach = Breach::Limit(0);
		assert_noop!(
			signed(&stranger(), Call::claim_breach { leg, breach, proof }),
			DispatchError::Other("nothing was anchored")
		);
		let proof = Loggers::anchor(readings(HOUR, HOUR, 20_000, 20_000));
		let breach = Breach::Limit(1);
		assert_noop!(
			signed(&stranger(), Call::claim_breach { leg, breach, proof }),
			Error::<Test>::UnknownLimit
		);
	});
}

#[test]
fn penalties_come_off_the_freight_and_then_off_the_liability() {
	build_and_execute(|| {
		let shipment = cold_chain();
		let leg = leg_of(shipment, 0);
		assert_ok!(show(leg, readings(HOUR, HOUR, 20_000, 20_000)));
		pass(shipment);
		assert_ok!(accept(shipment));
		at(8 * HOUR + CLAIM_WINDOW + 1);
		idle();
		// Half of 10,000: all of the freight, and 3,000.
		assert_eq!(gain(&carrier()), -3_000);
		assert_eq!(gain(&second()), FREIGHT as i128);
		let paid = FREIGHT as i128 + 2 * fee_of(FREIGHT + RETURN_FREIGHT) + SHIPMENT_FEE as i128;
		assert_eq!(gain(&consignor()), PRICE as i128 + 3_000 - paid);
	});
}

#[test]
fn penalties_are_never_more_than_freight_and_liability() {
	build_and_execute(|| {
		registered_for(&carrier(), LOGGER);
		let before = gain(&carrier());
		let mut terms = cold(terms());
		terms.limits[0].steps[1].penalty = percent(90);
		let shipment = collected(terms);
		at(2 * HOUR);
		let leg = leg_of(shipment, 0);
		assert_ok!(show(leg, readings(HOUR, HOUR, 20_000, 20_000)));
		let silence = Shown {
			measured: Measured::Nothing,
			..readings(0, HOUR, 0, 0)
		};
		assert_ok!(show(leg, silence));
		assert_eq!(share(shipment, 0), percent(100));
		pass(shipment);
		assert_ok!(accept(shipment));
		at(2 * HOUR + CLAIM_WINDOW + 1);
		idle();
		assert_eq!(gain(&carrier()) - before, -(LIABILITY as i128));
	});
}

#[test]
fn the_silence_of_a_carriers_own_logger_is_his() {
	build_and_execute(|| {
		registered_for(&carrier(), LOGGER);
		let shipment = agreed(cold(two_legs()));
		pass(shipment);
		at(HOUR);
		pass(shipment);
		at(4 * HOUR);
		let silent = |from, until| Shown {
			measured: Measured::Nothing,
			..readings(from, until, 0, 0)
		};
		let (one, other) = (leg_of(shipment, 0), leg_of(shipment, 1));
		not_shown(one, silent(0, MAX_GAP), Error::<Test>::NoBreach);
		not_shown(one, silent(HOUR, 2 * HOUR), Error::<Test>::OutsideCustody);
		// Another may have put it into a box of lead.
		not_shown(other, silent(HOUR, 2 * HOUR), Error::<Test>::NotHisLogger);
		assert_ok!(show(one, silent(0, MAX_GAP + 1)));
		assert_eq!(share(shipment, 0), percent(20));
		not_shown(one, silent(1, MAX_GAP + 2), Error::<Test>::AlreadyClaimed);

		// A silence is no value, and a value no silence.
		let proof = Loggers::anchor(silent(0, MAX_GAP + 1));
		let breach = Breach::Limit(0);
		assert_noop!(
			signed(
				&stranger(),
				Call::claim_breach {
					leg: one,
					breach,
					proof
				}
			),
			Error::<Test>::NoBreach
		);
	});
}

#[test]
fn a_logger_that_is_sold_on_the_way_is_still_whose_it_was() {
	build_and_execute(|| {
		registered_for(&carrier(), LOGGER);
		let shipment = collected(cold(terms()));
		let by = |who: AccountId| RuntimeOrigin::signed(who);
		assert_ok!(Machines::offer_ownership(
			by(carrier()),
			machine(LOGGER),
			Some(stranger())
		));
		assert_ok!(Machines::accept_ownership(by(stranger()), machine(LOGGER), 0));
		at(HOUR);
		let silence = Shown {
			measured: Measured::Nothing,
			..readings(0, HOUR, 0, 0)
		};
		assert_ok!(show(leg_of(shipment, 0), silence));
	});
}

#[test]
fn the_way_back_is_a_carriers_time_too() {
	build_and_execute(|| {
		registered_for(&stranger(), LOGGER);
		let shipment = collected(cold(terms()));
		at(HOUR);
		pass(shipment);
		assert_ok!(review(shipment, &[(1, 5, 0)]));
		at(2 * HOUR);
		let last = carrier();
		pass_to(shipment, &last);
		at(4 * HOUR);
		let leg = leg_of(shipment, 0);
		let hot = |from| readings(from, from, 20_000, 20_000);
		not_shown(leg, hot(HOUR + 1), Error::<Test>::OutsideCustody);
		assert_ok!(show(leg, hot(3 * HOUR)));
	});
}

#[test]
fn breaches_are_shown_until_the_leg_has_ended() {
	build_and_execute(|| {
		let shipment = cold_chain();
		pass(shipment);
		assert_ok!(accept(shipment));
		let (one, other) = (leg_of(shipment, 0), leg_of(shipment, 1));
		assert_eq!(leg_record(one).state, LegState::Closing);
		assert_ok!(show(one, readings(HOUR, HOUR, 20_000, 20_000)));
		at(8 * HOUR + CLAIM_WINDOW + 1);
		idle();
		assert!(leg_record(one).freight.is_some_and(|freight| freight.has_ended()));
		not_shown(
			other,
			readings(3 * HOUR, 3 * HOUR, 20_000, 20_000),
			Error::<Test>::WrongState,
		);
	});
}

#[test]
fn the_loggers_own_key_shows_them() {
	build_and_execute(|| {
		let shipment = cold_chain();
		let leg = leg_of(shipment, 0);
		let proof = Loggers::anchor(readings(HOUR, HOUR, 20_000, 20_000));
		let breach = Breach::Limit(0);
		assert_ok!(signed(&key(LOGGER), Call::claim_breach { leg, breach, proof }));
	});
}

#[test]
fn the_worst_step_that_was_shown_is_found_wherever_values_lie() {
	build_and_execute(|| {
		let limit = cold(terms()).limits[0].clone();
		for (lowest, highest, lasted, step) in [
			(i64::MAX, i64::MAX, 0, Some(2)),
			(i64::MIN, i64::MIN, 0, Some(2)),
			(i64::MIN, i64::MAX, u64::MAX, None),
			(HIGH + 4_999, HIGH + 5_000, u64::MAX, Some(1)),
			(HIGH + 4_999, HIGH + 5_000, 0, None),
			(HIGH + 5_000, HIGH + 5_000, 0, Some(2)),
		] {
			assert_eq!(
				limit.step_of(lowest, highest, lasted),
				step,
				"{lowest} {highest} {lasted}"
			);
		}
		assert_eq!(limit.penalty_of(0), Permill::zero());
		assert_eq!(limit.penalty_of(3), Permill::zero());
	});
}
