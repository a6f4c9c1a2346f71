//! How much is kept, and for how long.

use crate::{tier::Tier, HistoryError};
use serde::Deserialize;

/// A day, in milliseconds.
const DAY: u64 = 24 * 3_600_000;
/// What is counted in the file may be this part of it at most: pages are not full, and the file doubles when it grows.
const PART: u64 = 4;

/// How much of one size of steps is kept. Whichever limit is reached first holds; the oldest goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierLimits {
	/// For how long, in milliseconds before the newest reading.
	pub max_age_ms: u64,
	/// How many bytes, by the store's own count; see [`Limits::max_bytes`].
	pub max_bytes: u64,
}

/// How much a history holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
	/// Steps of a second.
	pub seconds: TierLimits,
	/// Steps of a minute.
	pub minutes: TierLimits,
	/// Steps of an hour.
	pub hours: TierLimits,
	/// The most bytes of the file, whatever is in it. The bytes of the three sizes of steps together are a quarter of this
	/// at most.
	pub max_bytes: u64,
	/// How often [`History::flush`](crate::History::flush) is to be called, in milliseconds: so much a power cut costs.
	pub flush_every_ms: u64,
	/// Memory for pages of the file, in bytes.
	pub cache_bytes: usize,
}

impl Default for Limits {
	fn default() -> Self {
		let tier = |days: u64, mebibytes: u64| TierLimits {
			max_age_ms: days * DAY,
			max_bytes: mebibytes * 1024 * 1024,
		};
		Self {
			seconds: tier(2, 20),
			minutes: tier(90, 32),
			hours: tier(3653, 12),
			max_bytes: 256 * 1024 * 1024,
			flush_every_ms: 60_000,
			cache_bytes: 1024 * 1024,
		}
	}
}

impl Limits {
	/// Those of one size of steps.
	pub(crate) fn tier(&self, tier: Tier) -> TierLimits {
		match tier {
			Tier::Second => self.seconds,
			Tier::Minute => self.minutes,
			Tier::Hour => self.hours,
		}
	}

	/// Refuses limits that make no sense, all at once.
	pub(crate) fn check(&self) -> Result<(), HistoryError> {
		let least = |name: &str, value: u64, least: u64| {
			(value < least).then(|| format!("{name} is {value}; it must be {least} or more"))
		};
		let tiers = [
			("seconds", self.seconds),
			("minutes", self.minutes),
			("hours", self.hours),
		];
		let mut problems: Vec<String> = Vec::new();
		for (name, tier) in tiers {
			problems.extend(least(&format!("{name}.max_age_ms"), tier.max_age_ms, 60_000));
			problems.extend(least(&format!("{name}.max_bytes"), tier.max_bytes, 16 * 1024));
		}
		let sum = tiers
			.iter()
			.fold(0u64, |sum, (_, tier)| sum.saturating_add(tier.max_bytes));
		if sum > self.max_bytes / PART {
			problems.push(format!(
				"the max_bytes of seconds, minutes and hours are {sum} together; they must be a quarter of max_bytes, {}, \
				or less",
				self.max_bytes / PART
			));
		}
		problems.extend(least("flush_every_ms", self.flush_every_ms, 1000));
		problems.extend(least("cache_bytes", self.cache_bytes as u64, 128 * 1024));
		if problems.is_empty() {
			return Ok(());
		}
		Err(HistoryError::Limits(problems.join("; ")))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_usual_limits_are_sound() {
		assert_eq!(Limits::default().check(), Ok(()));
	}

	#[test]
	fn limits_that_make_no_sense_are_all_named() {
		let mut limits = Limits::default();
		limits.seconds.max_age_ms = 0;
		limits.minutes.max_bytes = 1;
		limits.hours.max_bytes = limits.max_bytes;
		limits.flush_every_ms = 0;
		limits.cache_bytes = 0;
		let error = limits.check().unwrap_err().to_string();
		for name in [
			"seconds.max_age_ms",
			"minutes.max_bytes",
			"a quarter",
			"flush_every_ms",
			"cache_bytes",
		] {
			assert!(error.contains(name), "{name}: {error}");
		}
	}
}
