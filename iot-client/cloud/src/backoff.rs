//! How long to wait before the next attempt: doubling, bounded, with jitter.

use std::time::Duration;

/// Doubles from `least` to `most`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
	least: Duration,
	most: Duration,
}

impl Backoff {
	/// Between `least` and `most`.
	pub fn new(least: Duration, most: Duration) -> Self {
		Backoff {
			least,
			most: most.max(least),
		}
	}

	/// The wait after `failures` failures in a row, without jitter.
	pub fn after(&self, failures: u32) -> Duration {
		let factor = 1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX);
		self.least.saturating_mul(factor.max(1)).min(self.most)
	}

	/// The same with jitter: `chance`, from 0 to 1, picks a place between half of it and all of it. A plant's machines so do
	/// not come back all at once. Never below `least`.
	pub fn jittered(&self, failures: u32, chance: f64) -> Duration {
		let whole = self.after(failures);
		whole.mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0).max(self.least)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn doubles_up_to_the_most() {
		let backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(60));
		let waits: Vec<u64> = (0..9).map(|failures| backoff.after(failures).as_secs()).collect();
		assert_eq!(waits, [1, 1, 2, 4, 8, 16, 32, 60, 60]);
	}

	proptest! {
		#[test]
		fn stays_between_its_bounds(failures: u32, chance in 0.0..1.0) {
			let backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(60));
			let wait = backoff.jittered(failures, chance);
			prop_assert!(wait >= Duration::from_secs(1) && wait <= Duration::from_secs(60));
		}
	}
}
