//! The time, which tests may move ahead.

use std::{
	sync::{
		atomic::{AtomicU64, Ordering},
		Arc,
	},
	time::{Instant, SystemTime, UNIX_EPOCH},
};

/// The computer's time: one that never goes back, for limits, and the one that people read.
#[derive(Clone, Debug)]
pub struct Clock {
	started: Instant,
	/// By how many ms it was moved ahead.
	ahead: Arc<AtomicU64>,
}

impl Default for Clock {
	fn default() -> Self {
		Self {
			started: Instant::now(),
			ahead: Arc::default(),
		}
	}
}

impl Clock {
	/// Milliseconds since it was made; never less than before.
	pub(crate) fn ms(&self) -> u64 {
		let elapsed = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
		elapsed.saturating_add(self.ahead.load(Ordering::Relaxed))
	}

	/// Unix milliseconds.
	pub(crate) fn unix_ms(&self) -> u64 {
		let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
		let since = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
		since.saturating_add(self.ahead.load(Ordering::Relaxed))
	}

	/// Moves it, and all clones of it, ahead.
	#[cfg(any(test, feature = "played"))]
	pub fn advance(&self, ms: u64) {
		self.ahead.fetch_add(ms, Ordering::Relaxed);
	}
}
