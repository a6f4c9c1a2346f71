//! Times from outside, made into times that never go back.

use crate::limits::{LATE_MS, MAX_TIME_MS};

/// Turns times that are handed in, in ms, into times that only grow.
///
/// A time a little behind the newest one is a late one. A time far behind means that the clock was set back: from there
/// on time goes on where it was, as if nothing had passed in between.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock {
	now: u64,
	/// What is added to times from outside.
	offset: u64,
}

impl Clock {
	/// The newest time.
	pub fn now(&self) -> u64 {
		self.now
	}

	/// Goes to `outside`, or stays when that is in the past. Gives the newest time.
	pub fn advance(&mut self, outside: u64) -> u64 {
		self.place(outside);
		self.now
	}

	/// Goes to `outside` likewise, but gives a time that is a little late as it is.
	pub fn place(&mut self, outside: u64) -> u64 {
		let outside = outside.min(MAX_TIME_MS);
		let mapped = outside.saturating_add(self.offset);
		if mapped >= self.now {
			self.now = mapped;
			return mapped;
		}
		let behind = self.now - mapped;
		if behind <= LATE_MS {
			return mapped;
		}
		self.offset = self.offset.saturating_add(behind);
		self.now
	}

	/// What the outside calls `inside`.
	pub fn outside(&self, inside: u64) -> u64 {
		inside.saturating_sub(self.offset)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn goes_on_where_it_was_when_the_clock_is_set_back() {
		let mut clock = Clock::default();
		assert_eq!(clock.advance(100_000), 100_000);
		assert_eq!(clock.advance(1_000), 100_000);
		assert_eq!(clock.advance(1_500), 100_500);
		assert_eq!(clock.outside(101_000), 2_000);
	}

	#[test]
	fn takes_a_time_that_is_a_little_behind_as_late() {
		let mut clock = Clock::default();
		clock.advance(100_000);
		assert_eq!(clock.place(99_000), 99_000);
		assert_eq!(clock.advance(99_000), 100_000);
		assert_eq!(clock.advance(100_001), 100_001);
	}

	#[test]
	fn goes_on_after_a_time_that_cannot_be() {
		let mut clock = Clock::default();
		clock.advance(1_000);
		let far = clock.advance(u64::MAX);
		assert_eq!(clock.advance(2_000), far);
		assert_eq!(clock.advance(2_250), far + 250);
	}
}
