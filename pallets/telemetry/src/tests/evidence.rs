//! Which readings are evidence.

use crate::{mock::*, Admitted, Evidence, EvidenceUse, Why};
use bpiiot_seal::{Proof, Reading, Refused, Sealer};
use frame_support::{assert_ok, weights::Weight};

/// Has the press anchor readings of these times, at that moment after the start.
fn anchored_at(times: &[u64], moment: u64) -> Vec<Reading> {
	let end = series().end;
	let next = end.map_or(0, |end| end.sequence + 1);
	let reading = |(place, at): (usize, &u64)| Reading {
		channel: 1,
		session: 77,
		sequence: next + place as u64,
		at: START + at,
		value: 1,
	};
	let readings: Vec<_> = times.iter().enumerate().map(reading).collect();
	let mut sealer = Sealer::new(end, 0);
	readings
		.iter()
		.for_each(|reading| sealer.push(reading).expect("in order"));
	let batch = sealer.finish(series().number + 1, series().last, TABLE);
	time_passes(START + moment - Timestamp::get());
	assert_ok!(anchor(PRESS, batch.expect("there are readings")));
	readings
}

fn why(batch: u64, readings: &[Reading], first: u32) -> Result<(), Why> {
	Telemetry::admissible_reading(&PRESS, &proof(batch, readings, first)).map(drop)
}

#[test]
fn an_admissible_reading_says_of_which_table_it_is() {
	build_and_execute(|| {
		let readings = anchored();
		let admitted = Admitted {
			reading: readings[4],
			channels: TABLE,
			anchored_at: START + MINUTE,
		};
		let proof = proof(1, &readings, 4);
		assert_eq!(Telemetry::admissible_reading(&PRESS, &proof), Ok(admitted));
		assert_eq!(Telemetry::admissible_readings(&PRESS, &proof), Ok(kept(1)));
		assert_eq!(<Telemetry as Evidence>::weight(7), Weight::from_parts(3_000, 7));
	});
}

#[test]
fn a_reading_counts_from_the_anchor_before_to_its_own_and_while_it_is_new() {
	build_and_execute(|| {
		// Of the first batch, from the beginning of the series.
		let first = anchored_at(&[0, MINUTE], MINUTE);
		assert_eq!([0, 1].map(|place| why(1, &first, place)), [Ok(()), Ok(())]);
		let second = anchored_at(&[MINUTE, MINUTE + 1], 16 * MINUTE);
		assert_eq!([0, 1].map(|place| why(2, &second, place)), [Ok(()), Ok(())]);
		// Under way with the one before; older than it may be by a millisecond; not so.
		let times = [16 * MINUTE - 1, 16 * MINUTE, 17 * MINUTE - 1, 17 * MINUTE, 32 * MINUTE];
		let third = anchored_at(&times, 32 * MINUTE);
		let all = [0, 1, 2, 3, 4].map(|place| why(3, &third, place));
		let expected = [
			Err(Why::BeforePredecessor),
			Err(Why::TooOld),
			Err(Why::TooOld),
			Ok(()),
			Ok(()),
		];
		assert_eq!(all, expected);
		assert_eq!(
			[1, 2, 3].map(|batch| kept(batch).is_admissible(MAX_AGE)),
			[true, true, false]
		);
		// Of several, all must be.
		let row = |first, count| {
			let proof = Proof::of(3, &third, first, count).expect("there are such places");
			Telemetry::admissible_readings(&PRESS, &proof).map(drop)
		};
		assert_eq!(row(2, 3), Err(Why::TooOld));
		assert_eq!(row(3, 2), Ok(()));
	});
}

#[test]
fn what_was_measured_before_there_was_a_series_is_no_evidence() {
	build_and_execute(|| {
		assert_ok!(set_room(&OWNER, PRESS, 0));
		time_passes(5 * MINUTE);
		assert_ok!(set_room(&OWNER, PRESS, 5));
		let readings = anchored_at(&[5 * MINUTE - 1, 5 * MINUTE], 6 * MINUTE);
		assert_eq!(why(1, &readings, 0), Err(Why::BeforePredecessor));
		assert_eq!(why(1, &readings, 1), Ok(()));
	});
}

#[test]
fn what_is_not_proven_is_no_evidence() {
	build_and_execute(|| {
		let readings = anchored();
		let others = anchored();
		assert_eq!(why(2, &readings, 0), Err(Why::NotProven(Refused::OtherRoot)));
		assert_eq!(why(1, &others, 0), Err(Why::NotProven(Refused::OtherRoot)));
		assert_eq!(why(3, &readings, 0), Err(Why::NeverAnchored));
		// Of another machine, though the mill has a batch of that number.
		anchored_of(MILL);
		let proof = proof(1, &readings, 0);
		let of_mill = Telemetry::admissible_reading(&MILL, &proof);
		assert_eq!(of_mill, Err(Why::NotProven(Refused::OtherRoot)));
		let mut none = proof.clone();
		none.readings.clear();
		assert_eq!(Telemetry::admissible_reading(&PRESS, &none), Err(Why::SeveralReadings));
		let none = Telemetry::admissible_readings(&PRESS, &none);
		assert_eq!(none, Err(Why::NotProven(Refused::NoReadings)));
		let two = Proof::of(1, &readings, 0, 2).expect("there are two");
		assert_eq!(Telemetry::admissible_reading(&PRESS, &two), Err(Why::SeveralReadings));
		let mut forged = proof;
		forged.readings[0].value += 1;
		assert_eq!(
			Telemetry::admissible_reading(&PRESS, &forged),
			Err(Why::NotProven(Refused::OtherRoot))
		);
	});
}

#[test]
fn a_sensor_without_a_certificate_measures_no_evidence() {
	build_and_execute(|| {
		let readings = anchored();
		// It ran out with the fifth reading.
		Expired::insert((PRESS, readings[4].channel), readings[4].at);
		assert_eq!(why(1, &readings, 1), Ok(()));
		assert_eq!(why(1, &readings, 4), Err(Why::NotCalibrated));
		assert_eq!(why(1, &readings, 5), Ok(()));
		let row = Proof::of(1, &readings, 0, 10).expect("there are ten");
		assert_eq!(Telemetry::admissible_readings(&PRESS, &row), Err(Why::NotCalibrated));
	});
}

#[test]
fn without_those_who_know_nobody_is_a_party_and_all_is_calibrated() {
	assert!(!<() as EvidenceUse<AccountId>>::is_party(&PARTY, &PRESS, 1));
	assert!(<() as crate::Calibration>::is_calibrated(&PRESS, 1, 2, 3));
}
