//! How fast messages come.

/// Over which time the rate is taken, in seconds: what came this long ago weighs 1/e of what comes now.
const OVER_S: f64 = 3600.0;
/// No rate is given before this much was seen, in seconds.
const FIRST_S: f64 = 60.0;

/// An exponentially weighted mean that is right from the beginning: weighted bytes by weighted time.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rate {
	began_ms: u64,
	at_ms: u64,
	bytes: f64,
	messages: f64,
}

impl Rate {
	/// Begins at this moment of the monotonic clock.
	pub(crate) fn new(now_ms: u64) -> Self {
		Self {
			began_ms: now_ms,
			at_ms: now_ms,
			..Self::default()
		}
	}

	/// Counts what came.
	pub(crate) fn note(&mut self, now_ms: u64, messages: u64, bytes: u64) {
		let fade = self.fade(now_ms);
		self.at_ms = self.at_ms.max(now_ms);
		self.bytes = self.bytes * fade + bytes as f64;
		self.messages = self.messages * fade + messages as f64;
	}

	/// Messages and bytes in a second; `None` before there is a rate.
	pub(crate) fn get(&self, now_ms: u64) -> Option<(f64, f64)> {
		let seconds = now_ms.saturating_sub(self.began_ms) as f64 / 1000.0;
		if seconds < FIRST_S || self.messages <= 0.0 {
			return None;
		}
		let weight = OVER_S * (1.0 - (-seconds / OVER_S).exp());
		let fade = self.fade(now_ms);
		Some((self.messages * fade / weight, self.bytes * fade / weight))
	}

	fn fade(&self, now_ms: u64) -> f64 {
		(-(now_ms.saturating_sub(self.at_ms) as f64) / 1000.0 / OVER_S).exp()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// A put of `bytes` each second for so many seconds.
	fn steady(rate: &mut Rate, from_s: u64, seconds: u64, bytes: u64) -> u64 {
		(from_s + 1..=from_s + seconds).for_each(|second| rate.note(second * 1000, 1, bytes));
		from_s + seconds
	}

	#[test]
	fn none_before_a_minute_then_right_at_once() {
		let mut rate = Rate::new(0);
		let now = steady(&mut rate, 0, 59, 500);
		assert_eq!(rate.get(now * 1000), None);
		let now = steady(&mut rate, now, 1, 500);
		let (messages, bytes) = rate.get(now * 1000).unwrap();
		assert!(
			(messages - 1.0).abs() < 0.02 && (bytes - 500.0).abs() < 10.0,
			"{messages} {bytes}"
		);
	}

	#[test]
	fn follows_a_change_within_hours_and_fades_when_nothing_comes() {
		let mut rate = Rate::new(0);
		let now = steady(&mut rate, 0, 7200, 500);
		let now = steady(&mut rate, now, 3 * 3600, 1000);
		let (_, bytes) = rate.get(now * 1000).unwrap();
		assert!((950.0..1001.0).contains(&bytes), "{bytes}");
		let (_, later) = rate.get((now + 3600) * 1000).unwrap();
		assert!((0.3..0.42).contains(&(later / bytes)), "{later}");
	}

	#[test]
	fn none_where_nothing_came() {
		assert_eq!(Rate::new(5).get(10_000_000), None);
	}
}
