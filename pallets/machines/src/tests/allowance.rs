//! What a key may cost in a period, and when it comes back.

use super::{
	fees::{assert_refused, refused, sponsored, with_change_of},
	signed,
};
use crate::{fees::*, mock::*, window::*, Call, Error, FeeAllowance, FeeRecord, Fees};
use bpiiot_primitives::MachineId;
use frame_support::{assert_noop, assert_ok};
use proptest::prelude::*;

/// A machine whose key may cost so much.
fn allowed(allowance: FeeAllowance<Balance>) -> MachineId {
	let machine = registered(1);
	assert_ok!(signed(&owner(), Call::set_fee_allowance { machine, allowance }));
	machine
}

fn pays(machine: MachineId) {
	assert_eq!(Tx::new(&key(1), sponsored(machine)).apply(), Ok(Ok(())));
}

fn pays_not(machine: MachineId) {
	assert_refused(Tx::new(&key(1), sponsored(machine)), refused(ALLOWANCE_TOO_SMALL));
}

fn fees(machine: MachineId) -> FeeRecord<Balance> {
	Fees::<Test>::get(machine).expect("active")
}

#[test]
fn a_window_is_over_in_the_millisecond_of_its_end() {
	let record = FeeRecord {
		per_period: 100u128,
		period: PERIOD,
		left: 30,
		renews_at: START,
		last_seen: 7,
	};
	let renewed_at = |now| FeeRecord {
		left: 100,
		renews_at: now + PERIOD,
		..record
	};
	for (now, expected) in [
		(0, record),
		(START - 1, record),
		(START, renewed_at(START)),
		(START + 1, renewed_at(START + 1)),
		(START + PERIOD - 1, renewed_at(START + PERIOD - 1)),
		// However many periods have passed, there is one amount.
		(START + 1_000 * PERIOD + 5, renewed_at(START + 1_000 * PERIOD + 5)),
	] {
		assert_eq!(record.at(now), expected, "at {now}");
		assert_eq!(record.at(now).at(now), expected, "twice at {now}");
	}
	assert_eq!(record.at(u64::MAX).renews_at, u64::MAX);

	let never = FeeRecord { period: 0, ..record };
	assert_eq!(never.at(u64::MAX), never);
	let fresh = FeeRecord::new(hourly(100), 7);
	assert_eq!((fresh.left, fresh.renews_at, fresh.last_seen), (100, 0, 7));
	assert_eq!(fresh.at(START), renewed_at(START));
}

#[test]
fn periods_have_bounds() {
	for (period, good) in [
		(0, true),
		(1, false),
		(59_999, false),
		(60_000, true),
		(365 * 86_400_000, true),
		(365 * 86_400_000 + 1, false),
		(u64::MAX, false),
	] {
		assert_eq!(is_period(period), good, "{period}");
	}
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);
		for period in [MIN_PERIOD - 1, MAX_PERIOD + 1] {
			let allowance = FeeAllowance { amount: 1, period };
			assert_noop!(
				signed(&owner(), Call::set_fee_allowance { machine, allowance }),
				Error::<Test>::PeriodOutOfRange
			);
		}
	});
}

#[test]
fn the_allowance_comes_back_after_its_period_and_not_before() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = allowed(hourly(2 * FEE + 5));
		pays(machine);
		assert_eq!(fees(machine).renews_at, START + PERIOD);
		at(PERIOD - 1);
		pays(machine);
		pays_not(machine);

		at(PERIOD);
		pays(machine);
		assert_eq!(
			(fees(machine).left, fees(machine).renews_at),
			(FEE + 5, START + 2 * PERIOD)
		);
		assert_eq!(fees(machine).last_seen, START + PERIOD);
	});
}

#[test]
fn who_waits_for_the_seam_does_not_get_two_amounts() {
	ExtBuilder::default().build_and_execute(|| {
		// GIVEN a thief who waits for the end of the second hour, and takes all.
		let machine = allowed(hourly(2 * FEE));
		at(2 * PERIOD - 1);
		pays(machine);
		pays(machine);
		pays_not(machine);

		// WHEN the third hour begins, THEN nothing has come back, until an hour after he began.
		at(2 * PERIOD);
		pays_not(machine);
		at(3 * PERIOD - 2);
		pays_not(machine);
		at(3 * PERIOD - 1);
		pays(machine);
		pays(machine);
		pays_not(machine);
	});
}

#[test]
fn periods_that_nobody_used_do_not_add_up() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = allowed(hourly(FEE));
		pays(machine);
		at(1_000 * PERIOD);
		pays(machine);
		pays_not(machine);
	});
}

#[test]
fn an_allowance_without_a_period_is_used_once() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = allowed(once(FEE));
		pays(machine);
		at(MAX_PERIOD);
		pays_not(machine);
		assert_eq!(fees(machine).renews_at, 0);
	});
}

#[test]
fn an_allowance_that_is_too_small_for_a_fee_does_not_grow_by_waiting() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = allowed(hourly(FEE - 1));
		for periods in 1..4 {
			at(periods * PERIOD);
			pays_not(machine);
		}
		assert_eq!(fees(machine).renews_at, 0, "a refused fee begins no window");
	});
}

#[test]
fn a_rotation_by_the_key_is_counted_in_the_window() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = allowed(hourly(ROTATION_FEE));
		let rotate = |seed| Call::rotate_key {
			machine,
			new_key: key(seed),
			proof: rotation_proof(&machine, seed),
		};
		assert_ok!(signed(&key(1), rotate(8)));
		at(PERIOD - 1);
		assert_noop!(signed(&key(8), rotate(9)), Error::<Test>::AllowanceTooSmall);
		at(PERIOD);
		assert_ok!(signed(&key(8), rotate(9)));
		assert_eq!((fees(machine).left, fees(machine).last_seen), (0, 0));
	});
}

#[test]
fn setting_it_anew_begins_anew() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = allowed(hourly(FEE));
		pays(machine);
		let seen = fees(machine).last_seen;
		for allowance in [hourly(3 * FEE), once(FEE)] {
			assert_ok!(signed(&owner(), Call::set_fee_allowance { machine, allowance }));
			assert_eq!(fees(machine), FeeRecord::new(allowance, seen));
			pays(machine);
		}
		pays_not(machine);
	});
}

#[test]
fn change_goes_back_to_the_window_that_it_came_from() {
	type Meanwhile = fn(MachineId);
	let cases: [(&str, FeeAllowance<Balance>, Meanwhile, Balance); 6] = [
		("nothing happens", hourly(5_000), |_| (), 5_000 - 400),
		(
			"the window has ended, but no other has begun",
			hourly(5_000),
			|_| at(PERIOD),
			5_000,
		),
		(
			"another window has begun",
			hourly(5_000),
			|machine| {
				at(PERIOD);
				Fees::<Test>::mutate_extant(machine, |fees| {
					*fees = fees.at(START + PERIOD);
					fees.left -= 300;
				});
			},
			5_000 - 300,
		),
		(
			"a smaller one was set that does not renew",
			once(5_000),
			|machine| {
				let allowance = once(100);
				assert_ok!(signed(&owner(), Call::set_fee_allowance { machine, allowance }));
			},
			100,
		),
		(
			"a smaller one was set that renews",
			hourly(5_000),
			|machine| {
				let allowance = hourly(100);
				assert_ok!(signed(&owner(), Call::set_fee_allowance { machine, allowance }));
			},
			100,
		),
		(
			"the key has rotated itself",
			hourly(5_000),
			|machine| {
				let (new_key, proof) = (key(9), rotation_proof(&machine, 9));
				let rotate = Call::rotate_key {
					machine,
					new_key,
					proof,
				};
				assert_ok!(signed(&key(1), rotate));
			},
			5_000 - 400 - ROTATION_FEE,
		),
	];
	for (case, allowance, meanwhile, left) in cases {
		ExtBuilder::default().build_and_execute(|| {
			let machine = with_change_of(allowance, meanwhile);
			assert_eq!(crate::mock::allowance(&machine), Some(left), "{case}");
		});
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(256))]

	/// Whenever a key pays what: in less than `n` periods it never costs more than `n + 1` amounts, and never more than
	/// one without a period.
	#[test]
	fn never_more_than_one_amount_more_than_there_are_periods(
		amount in 0..1_000u128,
		renews in any::<bool>(),
		steps in proptest::collection::vec((prop_oneof![0..PERIOD / 4, 0..3 * PERIOD, Just(PERIOD)], 0..800u128), 1..60),
	) {
		let period = if renews { PERIOD } else { 0 };
		let mut record = FeeRecord::new(FeeAllowance { amount, period }, 0);
		let (mut now, mut paid) = (START, Vec::<(u64, u128)>::new());
		for (gap, fee) in steps {
			now += gap;
			let found = record.at(now);
			if fee <= found.left {
				record = FeeRecord { left: found.left - fee, ..found };
				paid.push((now, fee));
			}
			prop_assert!(record.left <= record.per_period);
		}
		for (first, (begin, _)) in paid.iter().enumerate() {
			let mut sum = 0;
			for (end, fee) in &paid[first..] {
				sum += fee;
				let periods = if renews { u128::from((end - begin) / PERIOD) + 1 } else { 0 };
				prop_assert!(sum <= (periods + 1) * amount, "{sum} from {begin} to {end}");
			}
		}
	}
}
