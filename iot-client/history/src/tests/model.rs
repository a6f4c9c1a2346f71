//! An answer is what one would get of all readings, kept as they came.

use super::*;
use proptest::prelude::*;

const NAMES: [&str; 3] = ["temperature", "spindle", "coolant"];

#[derive(Clone, Debug)]
enum Step {
	/// Readings of a channel, from a time on, so many ms apart.
	Add(usize, u64, u64, Vec<i32>),
	Flush,
	Restart,
	/// Channels, from when, how long, points.
	Ask(usize, u64, u64, usize),
}

/// Mostly near each other; now and then a clock that is wrong.
fn time() -> impl Strategy<Value = u64> {
	prop_oneof![
		12 => T0..T0 + 3 * HOUR,
		2 => T0 - 2 * DAY..T0 + 2 * DAY,
		1 => 0..2 * HOUR,
		1 => Just(4_000_000_000_000_u64),
	]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
	let raws = prop_oneof![
		proptest::collection::vec(-50..50_i32, 1..40),
		proptest::collection::vec(any::<i32>(), 1..9),
		(any::<i32>(), 1..60_usize).prop_map(|(raw, times)| vec![raw; times]),
	];
	let gap = prop_oneof![Just(10), Just(1000), 0..400_000_u64];
	let length = prop_oneof![1..5000_u64, 1..2 * HOUR, 1..30 * DAY];
	let step = prop_oneof![
		6 => (0..3_usize, time(), gap, raws).prop_map(|(channel, at, gap, raws)| Step::Add(channel, at, gap, raws)),
		2 => Just(Step::Flush),
		1 => Just(Step::Restart),
		4 => (1..4_usize, time(), length, 1..2001_usize).prop_map(|(n, from, length, points)| Step::Ask(n, from, length, points)),
	];
	proptest::collection::vec(step, 1..40)
}

/// So that nothing is dropped.
fn limits() -> Limits {
	let mut limits = Limits::default();
	for tier in [&mut limits.seconds, &mut limits.minutes, &mut limits.hours] {
		tier.max_age_ms = u64::MAX;
	}
	limits
}

fn scale(channel: usize) -> Scale {
	Scale {
		zero: channel as i32 * 100,
		multiplier: [1, -3, 7][channel],
		divisor: [10, 1, 1024][channel],
	}
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

	#[test]
	fn an_answer_is_what_all_readings_give(steps in steps()) {
		let (files, mut history) = history(limits());
		let mut naive = Naive::default();
		for step in steps {
			match step {
				Step::Add(channel, from, gap, raws) => {
					let scale = scale(channel);
					let id = history.channel(NAMES[channel], scale).unwrap();
					for (n, raw) in raws.into_iter().enumerate() {
						let at = from + n as u64 * gap;
						history.add(&[Sample { channel: id, at, raw }]);
						naive.add(NAMES[channel], at, scale.value(raw));
					}
				}
				Step::Flush => history.flush().unwrap(),
				Step::Restart => {
					history.close().unwrap();
					drop(history);
					history = files.history(limits());
				}
				Step::Ask(channels, from, length, points) => {
					let series = history.query(&NAMES[..channels], from, from + length, points).unwrap();
					prop_assert_eq!(series.len(), channels);
					for series in series {
						prop_assert!(series.points.len() <= points);
						let right = naive.check(&series, from, from + length);
						prop_assert!(right.is_ok(), "{:?}", right);
					}
				}
			}
		}
		prop_assert_eq!(files.put_aside(), 0);
	}
}

#[test]
fn smallest_and_largest_are_exactly_what_was_shown_when_they_were_measured() {
	let (_, history) = history(limits());
	let scale = Scale {
		zero: -7,
		multiplier: 3,
		divisor: 7,
	};
	let channel = history.channel("x", scale).unwrap();
	for raw in [i32::MIN, -1, 1, i32::MAX] {
		history.add(&[Sample { channel, at: T0, raw }]);
	}
	history.flush().unwrap();
	let (_, points) = points(&history, "x", T0, T0 + SECOND, 1);
	assert_eq!(
		(points[0].min, points[0].max),
		(scale.value(i32::MIN), scale.value(i32::MAX))
	);
}

#[test]
fn what_was_measured_before_a_scale_changed_keeps_its_meaning() {
	let (_, history) = history(limits());
	add(&history, "t", T0, 235);
	let other = history
		.channel(
			"t",
			Scale {
				divisor: 100,
				..Scale::ONE
			},
		)
		.unwrap();
	history.add(&[Sample {
		channel: other,
		at: T0 + 1,
		raw: 2400,
	}]);
	history.flush().unwrap();
	let (_, points) = points(&history, "t", T0, T0 + SECOND, 10);
	assert_eq!(
		points,
		[Point {
			from: T0,
			min: 23.5,
			mean: 23.75,
			max: 24.0,
			count: 2
		}]
	);
}

#[test]
fn a_clock_that_is_set_back_comes_to_the_same_steps_again() {
	let (_, history) = history(limits());
	add(&history, "t", T0 + 500, 1);
	add(&history, "t", T0 + 90 * SECOND, 2);
	history.flush().unwrap();
	add(&history, "t", T0 + 600, 3);
	add(&history, "t", T0 + 1500, 4);
	add(&history, "t", T0 + 700, 5);
	for _ in 0..2 {
		assert_eq!(
			counts(&history, "t", T0, T0 + 2 * SECOND, 10),
			[(T0, 3), (T0 + SECOND, 1)]
		);
		assert_eq!(
			counts(&history, "t", T0, T0 + 2 * MINUTE, 2),
			[(T0, 4), (T0 + MINUTE, 1)]
		);
		assert_eq!(counts(&history, "t", T0, T0 + HOUR, 1), [(T0, 5)]);
		history.flush().unwrap();
	}
}

#[test]
fn a_clock_that_jumps_ahead_makes_no_rows_of_the_time_between() {
	let (_, history) = history(limits());
	add(&history, "t", T0, 1);
	add(&history, "t", u64::MAX, 2);
	add(&history, "t", T0 + SECOND, 3);
	assert!(history.stats().rows_waiting < 10);
	history.flush().unwrap();
	assert_eq!(
		counts(&history, "t", T0, T0 + 2 * SECOND, 10),
		[(T0, 1), (T0 + SECOND, 1)]
	);
	let all = counts(&history, "t", 0, u64::MAX, 2000);
	assert_eq!(all.iter().map(|(_, count)| count).sum::<u64>(), 3);
}

#[test]
fn questions_that_make_no_sense_are_refused_and_say_what_would_be_right() {
	let (_, history) = history(limits());
	let many = ["a"; MAX_QUERY_CHANNELS + 1];
	let cases: [(&[&str], u64, u64, usize, &str); 5] = [
		(&[], 0, 1, 1, "1 to 16"),
		(&many, 0, 1, 1, "1 to 16"),
		(&["a"], 0, 1, 0, "1 to 2000"),
		(&["a"], 0, 1, MAX_POINTS + 1, "1 to 2000"),
		(&["a"], 1, 1, 1, "before"),
	];
	for (channels, from, to, points, expected) in cases {
		let error = history.query(channels, from, to, points).unwrap_err().to_string();
		assert!(error.contains(expected), "{error}");
	}
	assert_eq!(history.query(&["a"], 0, 1, 1).unwrap()[0].points, []);
}
