//! What waits: a message, its lane and its number.

use crate::OutboxError;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt};

/// The longest topic, in bytes.
pub const MAX_TOPIC_BYTES: usize = 128;
/// What each message counts beside its body and topic, in bytes.
pub const OVERHEAD_BYTES: u64 = 32;

/// What a message is about, and so how urgent it is: the first is sent first and dropped last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
	/// A machine needs somebody.
	Alarm,
	/// Something happened: a job began, a rule fired.
	Event,
	/// A file or a part of one.
	File,
	/// Measured values.
	Reading,
}

impl Lane {
	/// All lanes, the most urgent first.
	pub const ALL: [Self; 4] = [Self::Alarm, Self::Event, Self::File, Self::Reading];

	/// Its name, as in the records of gaps.
	pub fn name(self) -> &'static str {
		match self {
			Self::Alarm => "alarm",
			Self::Event => "event",
			Self::File => "file",
			Self::Reading => "reading",
		}
	}
}

impl fmt::Display for Lane {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(self.name())
	}
}

/// The number of a message: one more with each that is put, also over restarts; never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MessageId(pub u64);

impl fmt::Display for MessageId {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		self.0.fmt(f)
	}
}

/// A message that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
	/// Its number.
	pub id: MessageId,
	/// What it is about.
	pub lane: Lane,
	/// When it was made, in unix ms by whoever made it.
	pub at_ms: u64,
	/// What the receiver files it under, e.g. `readings`.
	pub topic: String,
	/// The content.
	pub body: Vec<u8>,
}

/// A message to put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMessage {
	/// What it is about.
	pub lane: Lane,
	/// When it was made, in unix ms; kept as it is, never used to judge its age.
	pub at_ms: u64,
	/// What the receiver files it under, e.g. `readings`; at most [`MAX_TOPIC_BYTES`].
	pub topic: String,
	/// The content, at most [`Limits::max_message_bytes`](crate::Limits::max_message_bytes).
	pub body: Vec<u8>,
}

impl NewMessage {
	/// What it counts against the limit, in bytes.
	pub fn bytes(&self) -> u64 {
		counted(self.topic.len(), self.body.len())
	}

	pub(crate) fn check(&self, max_body: usize) -> Result<(), OutboxError> {
		if self.topic.len() > MAX_TOPIC_BYTES {
			return Err(OutboxError::TopicTooLong {
				topic: self.topic.chars().take(60).collect(),
				bytes: self.topic.len(),
			});
		}
		if self.body.len() > max_body {
			return Err(OutboxError::TooLarge {
				topic: self.topic.clone(),
				bytes: self.body.len() as u64,
				most: max_body as u64,
			});
		}
		Ok(())
	}
}

/// What a message with a topic and a body of these lengths counts.
pub(crate) fn counted(topic: usize, body: usize) -> u64 {
	(topic as u64)
		.saturating_add(body as u64)
		.saturating_add(OVERHEAD_BYTES)
}

/// The messages that were taken and are not delivered yet, so that [`Outbox::next`](crate::Outbox::next) leaves them out.
/// Whoever sends keeps it, in memory: after a restart it is empty and they are sent again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InFlight(BTreeSet<MessageId>);

impl InFlight {
	/// None taken.
	pub fn new() -> Self {
		Self::default()
	}

	/// Notes a message as taken; whether it was not before.
	pub fn insert(&mut self, id: MessageId) -> bool {
		self.0.insert(id)
	}

	/// Forgets a message, delivered or given up; whether it was there.
	pub fn remove(&mut self, id: MessageId) -> bool {
		self.0.remove(&id)
	}

	/// Whether a message was taken.
	pub fn contains(&self, id: MessageId) -> bool {
		self.0.contains(&id)
	}

	/// How many are taken.
	pub fn len(&self) -> usize {
		self.0.len()
	}

	/// Whether none is taken.
	pub fn is_empty(&self) -> bool {
		self.0.is_empty()
	}

	/// Forgets all, as after a lost connection: they are taken again.
	pub fn clear(&mut self) {
		self.0.clear();
	}

	/// The ids, lowest first.
	pub fn iter(&self) -> impl Iterator<Item = MessageId> + '_ {
		self.0.iter().copied()
	}
}

impl Extend<MessageId> for InFlight {
	fn extend<T: IntoIterator<Item = MessageId>>(&mut self, ids: T) {
		self.0.extend(ids);
	}
}

impl FromIterator<MessageId> for InFlight {
	fn from_iter<T: IntoIterator<Item = MessageId>>(ids: T) -> Self {
		Self(ids.into_iter().collect())
	}
}
