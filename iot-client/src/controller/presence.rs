//! For how long this client was there to listen.
//!
//! A computer that is too busy to run it hears nothing meanwhile. That is no silence of the board's: what it said lies on the
//! line still, and is read a moment later. A board that is really gone is noticed all the same, by the looks that follow.

use super::tracker::GUARD_LOOK;
use std::time::Duration;
use tokio::time::Instant;

/// A clock that stands still while nothing of this client runs. It is looked at [`GUARD_LOOK`] after it was looked at last, at
/// the latest; a longer gap counts as that.
#[derive(Debug)]
pub(super) struct Presence {
	looked: Instant,
	there: Duration,
}

impl Presence {
	/// From now on.
	pub fn new(now: Instant) -> Self {
		Self {
			looked: now,
			there: Duration::ZERO,
		}
	}

	/// A look: for how long it was there by now.
	pub fn by(&mut self, now: Instant) -> Duration {
		self.there += now.saturating_duration_since(self.looked).min(GUARD_LOOK);
		self.looked = now;
		self.there
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn time_in_which_nobody_looks_counts_as_one_look() {
		let (start, ms) = (Instant::now(), Duration::from_millis);
		let mut presence = Presence::new(start);
		assert_eq!(presence.by(start + ms(100)), ms(100));
		assert_eq!(presence.by(start + ms(350)), ms(350));
		assert_eq!(presence.by(start + ms(60_000)), ms(600));
		assert_eq!(presence.by(start + ms(60_010)), ms(610));
		// A clock does not go back; were it so, no time has passed.
		assert_eq!(presence.by(start), ms(610));
	}
}
