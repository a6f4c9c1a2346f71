//! How a message lies in the file.
//!
//! Key: lane (1 byte), number (8 bytes, big endian), so that a lane is in order. Value: at_ms and the outbox's own time
//! when it was put (8 bytes each, little endian), length of the topic (1 byte), topic, body.

use crate::{message::counted, Lane, Message, MessageId, NewMessage};

/// A key, see the module.
pub(crate) type Key = [u8; 9];

/// Where the outbox's account of itself lies: after all lanes.
pub(crate) const STATE_KEY: Key = [0xff; 9];

pub(crate) fn key(lane: Lane, id: MessageId) -> Key {
	let mut key = [0; 9];
	key[0] = number(lane);
	key[1..].copy_from_slice(&id.0.to_be_bytes());
	key
}

pub(crate) fn id(key: &Key) -> MessageId {
	let [_, id @ ..] = key;
	MessageId(u64::from_be_bytes(*id))
}

fn number(lane: Lane) -> u8 {
	match lane {
		Lane::Alarm => 0,
		Lane::Event => 1,
		Lane::File => 2,
		Lane::Reading => 3,
	}
}

/// A message in the file.
pub(crate) struct Record<'a> {
	pub(crate) at_ms: u64,
	/// The outbox's own time when it was put.
	pub(crate) put_ms: u64,
	pub(crate) topic: &'a str,
	pub(crate) body: &'a [u8],
}

impl<'a> Record<'a> {
	pub(crate) fn of(message: &'a NewMessage, put_ms: u64) -> Self {
		Self {
			at_ms: message.at_ms,
			put_ms,
			topic: &message.topic,
			body: &message.body,
		}
	}

	/// What it counts.
	pub(crate) fn bytes(&self) -> u64 {
		counted(self.topic.len(), self.body.len())
	}

	pub(crate) fn write(&self) -> Vec<u8> {
		let mut out = Vec::with_capacity(17 + self.topic.len() + self.body.len());
		out.extend_from_slice(&self.at_ms.to_le_bytes());
		out.extend_from_slice(&self.put_ms.to_le_bytes());
		out.push(u8::try_from(self.topic.len()).expect("checked against MAX_TOPIC_BYTES, 128; qed"));
		out.extend_from_slice(self.topic.as_bytes());
		out.extend_from_slice(self.body);
		out
	}

	/// `None` when it is none.
	pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
		let (at_ms, rest) = bytes.split_first_chunk::<8>()?;
		let (put_ms, rest) = rest.split_first_chunk::<8>()?;
		let (length, rest) = rest.split_first()?;
		let (topic, body) = rest.split_at_checked(usize::from(*length))?;
		Some(Self {
			at_ms: u64::from_le_bytes(*at_ms),
			put_ms: u64::from_le_bytes(*put_ms),
			topic: std::str::from_utf8(topic).ok()?,
			body,
		})
	}

	pub(crate) fn to_message(&self, lane: Lane, id: MessageId) -> Message {
		Message {
			id,
			lane,
			at_ms: self.at_ms,
			topic: self.topic.to_owned(),
			body: self.body.to_vec(),
		}
	}
}
