//! Records of what was dropped, so that the receiver learns of the gap.

use crate::{Lane, Message};
use serde::{Deserialize, Serialize};

/// The topic of the records.
pub const DROPPED_TOPIC: &str = "dropped";

/// Why messages are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
	/// They made room for others.
	Room,
	/// They waited too long.
	Age,
	/// They were refused: all that waited was more urgent.
	Refused,
}

/// Messages that are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
	/// Of which lane.
	pub lane: Lane,
	/// Why.
	pub why: Why,
	/// How many.
	pub messages: u64,
	/// The earliest `at_ms` of them, in unix ms.
	pub from_ms: u64,
	/// The latest.
	pub to_ms: u64,
}

/// The body of a message of topic [`DROPPED_TOPIC`], as JSON: at most one gap for each lane and reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gaps {
	/// The gaps.
	pub gaps: Vec<Gap>,
}

impl Gaps {
	/// The record in `message`; `None` when it is another message.
	pub fn of(message: &Message) -> Option<Self> {
		(message.lane == Lane::Event && message.topic == DROPPED_TOPIC)
			.then(|| serde_json::from_slice(&message.body).ok())
			.flatten()
	}

	/// Adds a gap, to the one of its kind if there is one; so there are never more than twelve.
	pub(crate) fn add(&mut self, gap: Gap) {
		match self
			.gaps
			.iter_mut()
			.find(|other| (other.lane, other.why) == (gap.lane, gap.why))
		{
			Some(known) => {
				known.messages = known.messages.saturating_add(gap.messages);
				known.from_ms = known.from_ms.min(gap.from_ms);
				known.to_ms = known.to_ms.max(gap.to_ms);
			}
			None => self.gaps.push(gap),
		}
	}

	pub(crate) fn is_empty(&self) -> bool {
		self.gaps.is_empty()
	}

	pub(crate) fn to_bytes(&self) -> Vec<u8> {
		serde_json::to_vec(self).expect("plain structures are JSON; qed")
	}
}

/// A gap of one message.
pub(crate) fn one(lane: Lane, why: Why, at_ms: u64) -> Gap {
	Gap {
		lane,
		why,
		messages: 1,
		from_ms: at_ms,
		to_ms: at_ms,
	}
}
