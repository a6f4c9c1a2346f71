//! How much may wait, and for how long.

use crate::OutboxError;

/// How much an outbox holds. What does not fit is made smaller or dropped, see the crate's page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
	/// The most bytes that wait, by the outbox's own count: body, topic and 32 for each message. The file is larger, by the
	/// factor that the crate's page states.
	pub max_bytes: u64,
	/// The longest that a message waits, in milliseconds during which the outbox was open.
	pub max_age_ms: u64,
	/// The longest body of one message, in bytes.
	pub max_message_bytes: usize,
	/// The longest that a removal ([`Outbox::delivered`](crate::Outbox::delivered)) may be in memory only while the outbox
	/// is used, in milliseconds. After a power cut such messages are delivered again.
	pub sync_every_ms: u64,
	/// How long a put waits for others to share its write to disk, in milliseconds. Alarms do not wait.
	pub gather_ms: u64,
	/// Memory for pages of the file, in bytes.
	pub cache_bytes: usize,
}

impl Default for Limits {
	fn default() -> Self {
		Self {
			max_bytes: 256 * 1024 * 1024,
			max_age_ms: 30 * 24 * 3_600_000,
			max_message_bytes: 1024 * 1024,
			sync_every_ms: 5_000,
			gather_ms: 5,
			cache_bytes: 2 * 1024 * 1024,
		}
	}
}

impl Limits {
	/// Space on the disk that is kept for when it is full, in bytes: enough for the largest write of the usual ones.
	pub(crate) fn spare_bytes(&self) -> u64 {
		(self.max_message_bytes as u64)
			.saturating_mul(4)
			.clamp(1024 * 1024, 8 * 1024 * 1024)
	}

	/// Refuses limits that make no sense, all at once.
	pub(crate) fn check(&self) -> Result<(), OutboxError> {
		let least_bytes = 64 * 1024;
		let message = self.max_message_bytes as u64;
		let problems: Vec<String> = [
			(self.max_bytes < least_bytes)
				.then(|| format!("max_bytes is {}; it must be {least_bytes} or more", self.max_bytes)),
			(message == 0 || message > self.max_bytes / 4).then(|| {
				format!(
					"max_message_bytes is {message}; it must be between 1 and a quarter of max_bytes, {}",
					self.max_bytes / 4
				)
			}),
			(self.max_age_ms == 0).then(|| "max_age_ms is 0; it must be 1 or more".to_owned()),
			(self.gather_ms > 1000).then(|| format!("gather_ms is {}; it must be 1000 or less", self.gather_ms)),
			(self.cache_bytes < 128 * 1024)
				.then(|| format!("cache_bytes is {}; it must be {} or more", self.cache_bytes, 128 * 1024)),
		]
		.into_iter()
		.flatten()
		.collect();
		if problems.is_empty() {
			return Ok(());
		}
		Err(OutboxError::Limits(problems.join("; ")))
	}
}
