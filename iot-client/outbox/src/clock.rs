//! The time, injected.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Where the outbox has its time from.
pub trait Clock: Send + Sync {
	/// Now, in unix ms. It may jump, by years too; nothing is judged by it.
	fn now_ms(&self) -> u64;
	/// Milliseconds since some moment of this process. It never goes back and does not jump.
	fn monotonic_ms(&self) -> u64;
}

/// The clocks of this computer.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
	start: Instant,
}

impl Default for SystemClock {
	fn default() -> Self {
		Self::new()
	}
}

impl SystemClock {
	/// The clocks of this computer, the monotonic one beginning at 0.
	pub fn new() -> Self {
		Self { start: Instant::now() }
	}
}

impl Clock for SystemClock {
	fn now_ms(&self) -> u64 {
		SystemTime::now()
			.duration_since(UNIX_EPOCH)
			.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
	}

	fn monotonic_ms(&self) -> u64 {
		u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
	}
}
