//! What a sensor says of a stock: a level counts when it has been steady for a while. No clock but the one handed in.

use std::collections::VecDeque;

/// How long a level must have been steady, in ms.
pub(super) const STEADY_MS: u64 = 2_000;
/// A level whose last reading is older than this does not count, in ms.
const STALE_MS: u64 = 5_000;
/// Readings that are kept; of more in the time that counts, some are left out.
const KEPT: usize = 256;

/// The last readings of a channel, in its unit.
#[derive(Clone, Debug, Default)]
pub(super) struct Gauge {
	readings: VecDeque<(u64, f64)>,
}

impl Gauge {
	/// Takes a reading. What is no number makes the gauge begin anew.
	pub fn note(&mut self, at_ms: u64, value: f64) {
		if !value.is_finite() {
			return self.readings.clear();
		}
		let last = self.readings.back().map(|(at, _)| *at);
		// Spread over the time that counts, and a little more.
		let apart = STEADY_MS.div_ceil(KEPT as u64 / 2);
		match (last, self.readings.len()) {
			(Some(last), kept) if kept >= KEPT / 2 && at_ms < last.saturating_add(apart) => {
				// Too soon to be kept for itself, but what it says counts.
				self.readings.pop_back();
			}
			_ => {}
		}
		self.readings.push_back((at_ms, value));
		let begins = at_ms.saturating_sub(STEADY_MS);
		while self.readings.get(1).is_some_and(|(at, _)| *at <= begins) || self.readings.len() > KEPT {
			self.readings.pop_front();
		}
	}

	/// The level, if it has been steady: no two readings further apart than `within`.
	pub fn steady(&self, now_ms: u64, within: f64) -> Option<f64> {
		let ((first, _), (last, _)) = (self.readings.front()?, self.readings.back()?);
		if last.saturating_sub(*first) < STEADY_MS || now_ms.saturating_sub(*last) > STALE_MS {
			return None;
		}
		let values = || self.readings.iter().map(|(_, value)| *value);
		let (least, most) = (values().fold(f64::MAX, f64::min), values().fold(f64::MIN, f64::max));
		(most - least <= within).then(|| values().sum::<f64>() / self.readings.len() as f64)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn after(readings: impl IntoIterator<Item = (u64, f64)>) -> Gauge {
		let mut gauge = Gauge::default();
		readings.into_iter().for_each(|(at, value)| gauge.note(at, value));
		gauge
	}

	#[test]
	fn a_level_counts_when_it_has_been_steady_for_two_seconds() {
		let gauge = after((0..=39).map(|i| (i * 50, 180.0)));
		assert_eq!(gauge.steady(1_950, 10.0), None, "not yet");
		let gauge = after((0..=40).map(|i| (i * 50, 180.0)));
		assert_eq!(gauge.steady(2_000, 10.0), Some(180.0));
		assert_eq!(gauge.steady(7_001, 10.0), None, "the sensor is silent");
	}

	#[test]
	fn a_level_that_moves_does_not_count() {
		let gauge = after((0..=100).map(|i| (i * 50, 10.0 * i as f64)));
		assert_eq!(gauge.steady(5_000, 10.0), None);
		// What it was before does not matter once it stands still.
		let gauge = after((0..=100).map(|i| (i * 50, if i < 40 { 180.0 } else { 950.0 })));
		assert_eq!(gauge.steady(5_000, 10.0), Some(950.0));
	}

	#[test]
	fn what_is_no_number_begins_anew() {
		let mut gauge = after((0..=100).map(|i| (i * 50, 180.0)));
		gauge.note(5_050, f64::NAN);
		assert_eq!(gauge.steady(5_050, 10.0), None);
	}

	#[test]
	fn a_fast_sensor_takes_no_more_room() {
		let gauge = after((0..=100_000).map(|i| (i / 20, 180.0)));
		assert!(gauge.readings.len() <= KEPT, "{}", gauge.readings.len());
		assert_eq!(gauge.steady(5_000, 1.0), Some(180.0));
	}
}
