//! The parameters of each method, and their limits.

use crate::{
	api::{HistoryQuery, LogQuery, Save},
	params::{FromParams, Named, Wrong},
};
use std::time::Duration;

/// Channels in one question.
const MOST_CHANNELS: usize = 16;
/// Points of a channel in one answer.
const MOST_POINTS: u32 = 2_000;
/// Lines of the log in one answer.
const MOST_LINES: u32 = 1_000;
/// Bytes of a name, or of what the log is searched for.
const MOST_NAME: usize = 200;
/// The levels of the log, the most severe first.
const LEVELS: [&str; 4] = ["ERROR", "WARN", "INFO", "DEBUG"];

impl FromParams for HistoryQuery {
	fn ask(named: &mut Named) -> Result<Self, Wrong> {
		let query = Self {
			channels: names(named.must("channels", "1 to 16 names of channels, in brackets")?)?,
			from: named.must("from", "a time in unix ms")?,
			to: named.must("to", "a time in unix ms")?,
			points: named.must("points", "a number from 1 to 2000")?,
		};
		if query.from >= query.to {
			return Err(Wrong::new(
				"to",
				format!("it is {}; it must be later than `from`, {}", query.to, query.from),
			));
		}
		if !(1..=MOST_POINTS).contains(&query.points) {
			return Err(Wrong::new(
				"points",
				format!("it is {}; it must be 1 to {MOST_POINTS}", query.points),
			));
		}
		Ok(query)
	}
}

fn names(names: Vec<String>) -> Result<Vec<String>, Wrong> {
	if names.is_empty() || names.len() > MOST_CHANNELS {
		return Err(Wrong::new(
			"channels",
			format!("there are {}; it must be 1 to {MOST_CHANNELS} names", names.len()),
		));
	}
	match names.iter().position(|name| name.is_empty() || name.len() > MOST_NAME) {
		None => Ok(names),
		Some(at) => Err(Wrong::new(
			&format!("channels[{at}]"),
			format!("a name has 1 to {MOST_NAME} bytes"),
		)),
	}
}

/// `{job}`
pub(crate) struct OfJob {
	pub job: u64,
}

impl FromParams for OfJob {
	fn ask(named: &mut Named) -> Result<Self, Wrong> {
		let job = named.must("job", "the number of a job")?;
		Ok(Self { job })
	}
}

/// `{text}`
pub(crate) struct Text {
	pub text: String,
}

impl FromParams for Text {
	fn ask(named: &mut Named) -> Result<Self, Wrong> {
		let text = named.must("text", "the whole text, as a string")?;
		Ok(Self { text })
	}
}

impl FromParams for Save {
	fn ask(named: &mut Named) -> Result<Self, Wrong> {
		Ok(Self {
			text: named.must("text", "the whole text, as a string")?,
			revision: named.must("revision", "the `revision` that the text came with, as a string")?,
		})
	}
}

impl FromParams for LogQuery {
	fn ask(named: &mut Named) -> Result<Self, Wrong> {
		let query = Self {
			before: named.may("before", "the `number` of a line")?,
			level: level(named)?,
			contains: named.may("contains", "a string")?,
			limit: named.may("limit", "a number from 1 to 1000")?,
		};
		if let Some(limit) = query.limit.filter(|limit| !(1..=MOST_LINES).contains(limit)) {
			return Err(Wrong::new(
				"limit",
				format!("it is {limit}; it must be 1 to {MOST_LINES}"),
			));
		}
		if query.contains.as_ref().is_some_and(|text| text.len() > MOST_NAME) {
			return Err(Wrong::new(
				"contains",
				format!("it is too long; it may have {MOST_NAME} bytes"),
			));
		}
		Ok(query)
	}
}

fn level(named: &mut Named) -> Result<Option<String>, Wrong> {
	let right = "`ERROR`, `WARN`, `INFO` or `DEBUG`";
	let Some(level) = named.may::<String>("level", right)? else {
		return Ok(None);
	};
	let known = LEVELS.iter().find(|known| level.eq_ignore_ascii_case(known));
	match known {
		Some(known) => Ok(Some((*known).to_owned())),
		None => Err(Wrong::new(
			"level",
			format!("there is no such level; it must be {right}"),
		)),
	}
}

/// How severe a level is: 0 is the worst.
pub(crate) fn severity(level: &str) -> usize {
	LEVELS
		.iter()
		.position(|known| level.eq_ignore_ascii_case(known))
		.unwrap_or(LEVELS.len())
}

/// `{level?}`
pub(crate) struct FromLevel {
	pub level: Option<String>,
}

impl FromParams for FromLevel {
	fn ask(named: &mut Named) -> Result<Self, Wrong> {
		let level = level(named)?;
		Ok(Self { level })
	}
}

/// `{drive?}`
pub(crate) struct Drive {
	pub drive: bool,
}

impl FromParams for Drive {
	fn ask(named: &mut Named) -> Result<Self, Wrong> {
		let drive = named.may("drive", "`true` or `false`")?.unwrap_or(false);
		Ok(Self { drive })
	}
}

/// `{channels?, interval_ms?}`
pub(crate) struct Wanted {
	/// All when absent.
	pub channels: Option<Vec<String>>,
	pub interval: Duration,
}

impl FromParams for Wanted {
	fn ask(named: &mut Named) -> Result<Self, Wrong> {
		let channels = named.may("channels", "names of channels, in brackets")?;
		let channels = match channels {
			Some(listed) => Some(names(listed)?),
			None => None,
		};
		let interval = named.may("interval_ms", "a number from 50 to 10000")?.unwrap_or(250);
		if !(50..=10_000).contains(&interval) {
			return Err(Wrong::new(
				"interval_ms",
				format!("it is {interval}; it must be 50 to 10000"),
			));
		}
		let interval = Duration::from_millis(interval);
		Ok(Self { channels, interval })
	}
}

#[cfg(test)]
#[path = "shapes_tests.rs"]
mod tests;
