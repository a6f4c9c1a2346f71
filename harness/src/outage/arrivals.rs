//! What arrived of a made-up day, and whether that and what was said to be dropped are all that there was.
//!
//! The day is `bpiiot-cloud-day`'s: its readings can be told by anybody who knows their channel and time.

use anyhow::{ensure, Result};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// As in `bpiiot-cloud-day`.
const BEGIN_MS: u64 = 1_800_000_000_000;
/// Readings of a channel in a second.
const A_SECOND: u64 = 10;
/// The time between two readings of a channel, in ms.
const STEP_MS: u64 = 1_000 / A_SECOND;
/// Channels.
const CHANNELS: u64 = 6;
/// Readings of one message as it was measured.
const OF_MESSAGE: u64 = A_SECOND * CHANNELS;
/// Mistakes that are kept in words.
const MOST_MISTAKES: usize = 10;

/// A message as `mosquitto_sub` prints it.
#[derive(Debug, Deserialize)]
struct Line {
	topic: String,
	#[serde(default)]
	properties: Properties,
	#[serde(default)]
	payload: Payload,
}

#[derive(Debug, Default, Deserialize)]
struct Properties {
	#[serde(default, rename = "user-properties")]
	user: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
struct Payload {
	#[serde(default)]
	reduced: Option<u64>,
	#[serde(default)]
	channels: BTreeMap<String, Channel>,
	#[serde(default)]
	gaps: Vec<Gap>,
}

#[derive(Debug, Default, Deserialize)]
struct Channel {
	t: Vec<u64>,
	v: Vec<i64>,
}

#[derive(Debug, Deserialize)]
struct Gap {
	lane: String,
	messages: u64,
}

/// What arrived.
#[derive(Clone, Debug, Default)]
pub struct Arrivals {
	numbers: BTreeSet<u64>,
	/// Messages that came once more.
	pub repeated: u64,
	/// Messages that came, by the end of their topic.
	pub messages: BTreeMap<String, u64>,
	/// Messages that were said to be dropped, by lane.
	pub dropped: BTreeMap<String, u64>,
	/// Readings that came.
	pub readings: u64,
	/// Messages of readings that say that they were made smaller.
	pub reduced: u64,
	/// Readings that are missing in them.
	pub reduced_by: u64,
	highest: BTreeMap<String, u64>,
	newest: BTreeMap<String, u64>,
	/// What is wrong, as far as one message shows it.
	mistakes: Vec<String>,
}

/// What was put, by lane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "[u64; 4]")]
pub struct Tried {
	/// Alarms.
	pub alarms: u64,
	/// Events.
	pub events: u64,
	/// Messages of readings.
	pub readings: u64,
}

impl From<[u64; 4]> for Tried {
	fn from([alarms, events, _, readings]: [u64; 4]) -> Self {
		Self {
			alarms,
			events,
			readings,
		}
	}
}

impl Arrivals {
	/// Takes a line of what was heard. What is no message of the outbox says nothing.
	pub fn take(&mut self, line: &str) {
		let Ok(line) = serde_json::from_str::<Line>(line) else {
			return;
		};
		let number = line.properties.user.get("id").and_then(|id| id.parse::<u64>().ok());
		let Some(number) = number else { return };
		if !self.numbers.insert(number) {
			self.repeated += 1;
			return;
		}
		let kind = line.topic.rsplit('/').next().unwrap_or_default().to_owned();
		let highest = self.highest.entry(kind.clone()).or_default();
		if number < *highest {
			let late = format!("{kind} {number} came after {highest}");
			self.mistake(late);
		} else {
			*highest = number;
		}
		for gap in &line.payload.gaps {
			*self.dropped.entry(gap.lane.clone()).or_default() += gap.messages;
		}
		if kind == "readings" {
			self.take_readings(number, &line.payload);
		}
		*self.messages.entry(kind).or_default() += 1;
	}

	fn take_readings(&mut self, number: u64, payload: &Payload) {
		let mut count = 0;
		for (name, channel) in &payload.channels {
			if channel.t.len() != channel.v.len() {
				self.mistake(format!("readings {number}: {name} has not one value for each time"));
			}
			for (at_ms, found) in channel.t.iter().zip(&channel.v) {
				count += 1;
				let newest = self.newest.insert(name.clone(), *at_ms);
				if newest.is_some_and(|newest| newest >= *at_ms) {
					self.mistake(format!("readings {number}: {name} at {at_ms} came after {newest:?}"));
				}
				if value(name, *at_ms) != Some(*found) {
					self.mistake(format!(
						"readings {number}: {name} at {at_ms} is {found}, and was not measured"
					));
				}
			}
		}
		self.readings += count;
		match payload.reduced {
			Some(_) => {
				self.reduced += 1;
				self.reduced_by += OF_MESSAGE.saturating_sub(count);
			}
			None if count != OF_MESSAGE => {
				self.mistake(format!(
					"readings {number}: {count} of {OF_MESSAGE}, and nothing is said of that"
				));
			}
			None => {}
		}
	}

	fn mistake(&mut self, what: String) {
		if self.mistakes.len() < MOST_MISTAKES {
			self.mistakes.push(what);
		}
	}

	/// How many messages of a kind came, or were said to be dropped.
	fn known(&self, kind: &str, lane: &str) -> u64 {
		let of = |counts: &BTreeMap<String, u64>, name: &str| counts.get(name).copied().unwrap_or_default();
		of(&self.messages, kind) + of(&self.dropped, lane)
	}

	/// Whether everything that was put is known of.
	pub fn is_complete(&self, tried: &Tried) -> bool {
		self.must_be_all(tried).is_ok()
	}

	/// Fails unless all that was put arrived as it was, in order, or was said to be missing.
	///
	/// # Errors
	/// What is wrong.
	pub fn must_be_all(&self, tried: &Tried) -> Result<()> {
		ensure!(self.mistakes.is_empty(), "{}", self.mistakes.join("\n"));
		for (kind, lane, put) in [
			("alarms", "alarm", tried.alarms),
			("events", "event", tried.events),
			("readings", "reading", tried.readings),
		] {
			let known = self.known(kind, lane);
			ensure!(
				known == put,
				"{kind}: {put} were put, and {known} arrived or were said to be dropped"
			);
		}
		let dropped = self.dropped.get("reading").copied().unwrap_or_default() * OF_MESSAGE;
		let (put, known) = (tried.readings * OF_MESSAGE, self.readings + self.reduced_by + dropped);
		ensure!(
			known == put,
			"{put} readings were put, and {known} arrived or are known to be missing"
		);
		Ok(())
	}
}

/// What a channel measured at a time, if it did.
fn value(name: &str, at_ms: u64) -> Option<i64> {
	let channel: u64 = name.strip_prefix("channel-")?.parse().ok()?;
	let since = at_ms.checked_sub(BEGIN_MS)?;
	let number = since / STEP_MS;
	let value = (number * (2 * channel + 3) + channel) % 41;
	(since.is_multiple_of(STEP_MS) && channel < CHANNELS).then_some(value as i64)
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;

	/// The readings of a second, or only some of them.
	fn readings(id: u64, second: u64, only: std::ops::Range<u64>, reduced: Option<u64>) -> String {
		let channels: BTreeMap<String, serde_json::Value> = (0..CHANNELS)
			.map(|channel| {
				let name = format!("channel-{channel}");
				let times: Vec<u64> = only
					.clone()
					.map(|tenth| BEGIN_MS + second * 1_000 + tenth * STEP_MS)
					.collect();
				let values: Vec<_> = times.iter().map(|at_ms| value(&name, *at_ms)).collect();
				(name, json!({ "raw": true, "t": times, "v": values }))
			})
			.collect();
		line(
			"readings",
			id,
			json!({ "v": 1, "reduced": reduced, "channels": channels }),
		)
	}

	fn line(kind: &str, id: u64, payload: serde_json::Value) -> String {
		json!({
			"topic": format!("bpiiot/day/{kind}"),
			"properties": { "user-properties": { "id": id.to_string() } },
			"payload": payload,
		})
		.to_string()
	}

	fn all(lines: &[String]) -> Arrivals {
		let mut arrivals = Arrivals::default();
		lines.iter().for_each(|line| arrivals.take(line));
		arrivals
	}

	fn tried(readings: u64) -> Tried {
		Tried {
			alarms: 0,
			events: 1,
			readings,
		}
	}

	fn dropped(id: u64, messages: u64) -> String {
		let gap = json!({ "lane": "reading", "why": "room", "messages": messages, "from_ms": 0, "to_ms": 1 });
		line("dropped", id, json!({ "gaps": [gap] }))
	}

	#[test]
	fn a_day_is_complete_when_all_came_or_was_said_to_be_gone() {
		let event = line("events", 1, json!({ "v": 1, "event": "tick" }));
		let whole = [event, readings(2, 0, 0..10, None), readings(3, 1, 0..10, None)];
		let arrivals = all(&whole);
		arrivals.must_be_all(&tried(2)).unwrap();
		assert_eq!((arrivals.readings, arrivals.repeated), (120, 0));
		// Two that were dropped, and one that was made smaller.
		let mut short = whole.to_vec();
		short.push(readings(6, 4, 2..6, Some(4)));
		short.push(dropped(7, 2));
		let arrivals = all(&short);
		arrivals.must_be_all(&tried(5)).unwrap();
		assert_eq!((arrivals.reduced, arrivals.reduced_by), (1, 36));
	}

	#[test]
	fn what_comes_again_counts_once() {
		let one = readings(1, 0, 0..10, None);
		let arrivals = all(&[one.clone(), one, line("events", 2, json!({}))]);
		arrivals.must_be_all(&tried(1)).unwrap();
		assert_eq!((arrivals.repeated, arrivals.readings), (1, 60));
	}

	#[test]
	fn what_is_missing_without_a_word_is_found() {
		let event = line("events", 9, json!({}));
		let cases = [
			(vec![readings(1, 0, 0..10, None)], "readings: 2 were put"),
			(
				vec![readings(1, 0, 0..10, None), dropped(2, 2)],
				"3 arrived or were said",
			),
			(
				vec![readings(1, 0, 0..9, None), readings(2, 1, 0..10, None)],
				"54 of 60, and nothing is said",
			),
		];
		for (mut lines, words) in cases {
			lines.push(event.clone());
			let error = all(&lines).must_be_all(&tried(2)).unwrap_err().to_string();
			assert!(error.contains(words), "{words}: {error}");
		}
	}

	#[test]
	fn disorder_and_wrong_values_are_found() {
		let late = all(&[readings(2, 1, 0..10, None), readings(1, 0, 0..10, None)]);
		let error = late.must_be_all(&tried(2)).unwrap_err().to_string();
		assert!(error.contains("readings 1 came after 2"), "{error}");
		assert!(error.contains("channel-0 at 1800000000000 came after"), "{error}");
		let wrong = readings(1, 0, 0..10, None).replacen("\"v\":[0,3,", "\"v\":[0,4,", 1);
		let error = all(&[wrong]).must_be_all(&tried(1)).unwrap_err().to_string();
		assert!(error.contains("is 4, and was not measured"), "{error}");
	}
}
