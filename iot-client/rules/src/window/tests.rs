use super::*;
use proptest::prelude::*;

/// What the functions are over these readings, computed one after the other.
fn naive(readings: &[(u64, f64)]) -> Option<Summary> {
	let first_ms = readings.first()?.0;
	let count = readings.len() as f64;
	let time = |at: u64| (at - first_ms) as f64 / 1_000.0;
	let mean = readings.iter().map(|(_, value)| value).sum::<f64>() / count;
	let mean_time = readings.iter().map(|(at, _)| time(*at)).sum::<f64>() / count;
	let squares: f64 = readings.iter().map(|(_, value)| value * value).sum();
	let time_time: f64 = readings.iter().map(|(at, _)| (time(*at) - mean_time).powi(2)).sum();
	let time_value: f64 = readings
		.iter()
		.map(|(at, value)| (time(*at) - mean_time) * (value - mean))
		.sum();
	Some(Summary {
		count,
		mean,
		min: readings.iter().map(|(_, value)| *value).fold(f64::INFINITY, f64::min),
		max: readings
			.iter()
			.map(|(_, value)| *value)
			.fold(f64::NEG_INFINITY, f64::max),
		rms: (squares / count).sqrt(),
		slope: (time_time > 0.0).then(|| time_value / time_time),
		first_ms,
	})
}

fn close(found: f64, expected: f64, scale: f64) -> bool {
	(found - expected).abs() <= 1e-9 * scale.abs().max(1.0)
}

/// Readings at times that do not go back, in bursts and with gaps, about an offset.
fn readings() -> impl Strategy<Value = Vec<(u64, f64)>> {
	let step = prop_oneof![5 => 0..200u64, 2 => 0..5_000u64, 1 => 0..200_000u64];
	let values = prop::collection::vec((step, -100.0..100.0f64), 1..400);
	(0..1_000_000u64, -1e4..1e4f64, values).prop_map(|(start, offset, steps)| {
		let mut at = start;
		steps
			.into_iter()
			.map(|(step, value)| {
				at += step;
				(at, value + offset)
			})
			.collect()
	})
}

proptest! {
	/// The stated error: exactly the readings since a moment that is at most one bucket later than the window's length ago.
	#[test]
	fn sees_exactly_the_readings_of_its_length_but_for_one_bucket(
		seconds in 1..120u32,
		readings in readings(),
		later in 0..2_000u64,
	) {
		let mut window = Window::new(seconds);
		for (number, (at, value)) in readings.iter().enumerate() {
			window.push(*at, *value);
			prop_assert!(window.buckets() <= MAX_BUCKETS as usize);
			if number % 7 != 0 && number + 1 < readings.len() {
				continue;
			}
			let now = at + later * u64::from(number + 1 == readings.len());
			// The first boundary of buckets that is not older than the window.
			let from = (now + 1).saturating_sub(window.span_ms()).div_ceil(window.width_ms()) * window.width_ms();
			prop_assert!(from + window.span_ms() <= now + window.width_ms() || from == 0);
			let inside: Vec<_> = readings[..=number].iter().copied().filter(|(at, _)| *at >= from).collect();
			let (found, expected) = (window.summary(now), naive(&inside));
			prop_assert_eq!(found.is_some(), expected.is_some());
			let (Some(found), Some(expected)) = (found, expected) else { continue };
			prop_assert_eq!(found.count, expected.count);
			prop_assert_eq!((found.min, found.max, found.first_ms), (expected.min, expected.max, expected.first_ms));
			prop_assert!(close(found.mean, expected.mean, expected.rms), "{found:?} {expected:?}");
			prop_assert!(close(found.rms, expected.rms, expected.rms), "{found:?} {expected:?}");
			prop_assert_eq!(found.slope.is_some(), expected.slope.is_some());
			if let (Some(found), Some(expected)) = (found.slope, expected.slope) {
				// Readings of 1 ms apart make steep slopes, out of which rounding errors come magnified.
				prop_assert!(close(found, expected, expected.abs().max(1e3)), "{found} {expected}");
			}
		}
	}

	#[test]
	fn costs_a_constant_number_of_steps_per_reading(seconds in 1..3_600u32, step in 1..2_000u64) {
		let mut window = Window::new(seconds);
		let readings = 3_000u64;
		for number in 0..readings {
			window.push(number * step, number as f64);
			window.summary(number * step);
		}
		// Two to enter and one to be turned over, two to look.
		prop_assert!(window.work() <= 5 * readings, "{}", window.work());
	}
}

#[test]
fn keeps_its_precision_for_a_small_signal_on_a_large_value_over_a_year() {
	let mut window = Window::new(60);
	let year_ms = 365 * 24 * 3_600 * 1_000u64;
	let rising = |at: u64| 1e6 + 0.001 * (at as f64 / 1_000.0);
	let mut at = 0;
	while at < year_ms {
		window.push(at, rising(at));
		at += if at < 1_000_000 || at > year_ms - 1_000_000 {
			250
		} else {
			29_000
		};
	}
	let slope = window.summary(at).unwrap().slope.unwrap();
	assert!((slope - 0.001).abs() < 1e-7, "{slope}");
}

#[test]
fn holds_what_it_says_in_memory_at_any_rate() {
	for seconds in [1, 7, 60, 3_600] {
		let mut window = Window::new(seconds);
		for at in 0..20_000 {
			window.push(at * u64::from(seconds) / 5, 1.0);
			assert!(window.buckets() <= MAX_BUCKETS as usize);
		}
		let room = window.older.capacity() + window.newer.capacity();
		assert!(
			room * std::mem::size_of::<Bucket>() <= MOST_BYTES,
			"{seconds} s: {room}"
		);
	}
}

#[test]
fn forgets_readings_that_are_as_old_as_it_is_long() {
	let mut window = Window::new(1);
	window.push(0, 5.0);
	assert_eq!(window.summary(999).map(|summary| summary.max), Some(5.0));
	assert_eq!(window.summary(1_000), None);
	assert!(window.is_empty());
}

#[test]
fn has_no_slope_of_one_time() {
	let mut window = Window::new(1);
	window.push(10, 5.0);
	window.push(10, 7.0);
	let summary = window.summary(10).unwrap();
	assert_eq!((summary.slope, summary.count, summary.mean), (None, 2.0, 6.0));
}
