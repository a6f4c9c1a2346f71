//! Commands as the daemon gets them, and its answers.

use crate::packet::{publishable, Packet};
use serde_json::{json, Map, Value};
use tokio::sync::mpsc;

/// The longest correlation data that is sent back, in bytes.
const MOST_CORRELATION_BYTES: usize = 256;

/// A command that may be followed. What it does is the daemon's business.
#[derive(Debug)]
pub struct Command {
	/// The request's id.
	pub id: String,
	/// Which command, one of the list of allowed ones.
	pub name: String,
	/// Its arguments.
	pub arguments: Map<String, Value>,
	/// Takes the answer.
	pub reply: Reply,
}

/// Takes the answer to a command. Dropped without one, it answers that there was none.
#[derive(Debug)]
pub struct Reply {
	to: Option<(ReturnAddress, mpsc::Sender<Packet>)>,
}

impl Reply {
	pub(crate) fn new(address: ReturnAddress, answers: mpsc::Sender<Packet>) -> Self {
		Reply {
			to: Some((address, answers)),
		}
	}

	/// It is done; `value` is what it gave.
	pub fn done(mut self, value: Value) {
		self.send("done", "value", value);
	}

	/// It could not be done, for `reason`.
	pub fn failed(mut self, reason: impl Into<String>) {
		self.send("failed", "reason", Value::String(reason.into()));
	}

	fn send(&mut self, result: &str, key: &str, value: Value) {
		if let Some((address, answers)) = self.to.take() {
			let answer = address.answer(result, key, value);
			if answers.try_send(answer).is_err() {
				tracing::warn!(
					request = address.id,
					"the answer to a command is dropped: too many wait"
				);
			}
		}
	}
}

impl Drop for Reply {
	fn drop(&mut self) {
		self.send(
			"failed",
			"reason",
			Value::String("the machine gave no answer".to_owned()),
		);
	}
}

/// Where the answer to a request goes.
#[derive(Clone, Debug)]
pub(crate) struct ReturnAddress {
	pub id: String,
	topic: String,
	correlation: Option<Vec<u8>>,
}

impl ReturnAddress {
	/// To the response topic that the request names, where that is safe, else to `usual`.
	pub fn new(id: String, usual: String, asked: Option<&str>, correlation: Option<&[u8]>) -> Self {
		let root = usual.split('/').next().unwrap_or_default().to_owned();
		let topic = asked
			.filter(|asked| safe(asked, &root, &usual))
			.map_or(usual.clone(), str::to_owned);
		let correlation = correlation.filter(|data| data.len() <= MOST_CORRELATION_BYTES);
		ReturnAddress {
			id,
			topic,
			correlation: correlation.map(<[u8]>::to_vec),
		}
	}

	/// The answer: `result`, and `value` under `key`.
	pub fn answer(&self, result: &str, key: &str, value: Value) -> Packet {
		let mut body = json!({"v": 1, "id": self.id, "result": result});
		body[key] = value;
		Packet {
			correlation: self.correlation.clone(),
			..Packet::json(self.topic.clone(), body.to_string())
		}
	}
}

/// A response topic is not covered by the command's signature, so whoever can publish may set one: it may not be the topic
/// of another machine, of Sparkplug or of the broker.
fn safe(topic: &str, root: &str, usual: &str) -> bool {
	let own = topic.strip_prefix(usual).is_some_and(|rest| rest.starts_with('/'));
	let first = topic.split('/').next().unwrap_or_default();
	publishable(topic) && (own || (first != root && first != "spBv1.0"))
}

#[cfg(test)]
mod tests {
	use super::*;

	fn topic(asked: Option<&str>) -> String {
		ReturnAddress::new("r".to_owned(), "bpiiot/m1/answers".to_owned(), asked, None).topic
	}

	#[test]
	fn answers_where_it_was_asked_to_if_that_is_safe() {
		let usual = "bpiiot/m1/answers";
		assert_eq!(topic(None), usual);
		assert_eq!(topic(Some("replies/desk-3")), "replies/desk-3");
		assert_eq!(topic(Some("bpiiot/m1/answers/desk-3")), "bpiiot/m1/answers/desk-3");
		for unsafe_topic in [
			"bpiiot/m2/commands",
			"bpiiot/m1/commands",
			"spBv1.0/g/NCMD/n",
			"$SYS/x",
			"a/#",
			"",
			"a//b",
		] {
			assert_eq!(topic(Some(unsafe_topic)), usual, "{unsafe_topic}");
		}
	}

	#[tokio::test]
	async fn a_dropped_reply_is_an_answer_too() {
		let (sender, mut receiver) = mpsc::channel(2);
		let address = ReturnAddress::new("r-1".to_owned(), "p/answers".to_owned(), None, Some(b"c"));
		Reply::new(address.clone(), sender.clone()).done(json!({"jobs": 3}));
		drop(Reply::new(address, sender));
		let done = receiver.recv().await.unwrap();
		assert_eq!(done.correlation.as_deref(), Some(&b"c"[..]));
		let body: Value = serde_json::from_slice(&done.body).unwrap();
		assert_eq!(
			body,
			json!({"v": 1, "id": "r-1", "result": "done", "value": {"jobs": 3}})
		);
		let none: Value = serde_json::from_slice(&receiver.recv().await.unwrap().body).unwrap();
		assert_eq!(none["reason"], "the machine gave no answer");
		assert!(receiver.recv().await.is_none(), "one answer each");
	}
}
