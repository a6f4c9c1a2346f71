//! Messages as JSON topics.

use crate::{
	facts::MachineFacts,
	packet::{publishable, Packet},
};
use iot_outbox::{readings::reduction, Message, ReadingBatch, Sample};
use std::fmt::Write;

/// The topic of the outbox under which batches of readings are filed.
pub const READINGS: &str = "readings";
/// The most parts that a batch of readings is cut into for a broker that takes small packets only.
pub(crate) const MOST_PARTS: usize = 32;

/// What this bridge itself says and hears under the prefix: no message may look like it.
const RESERVED: [&str; 4] = ["answers", "commands", "marker", "state"];

/// Why a message cannot be sent to this broker, ever.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unsendable {
	/// Its topic.
	#[error("its topic \"{0}\" is none that can be published to")]
	Topic(String),
	/// Its content.
	#[error("its content is no batch of readings ({0})")]
	NoBatch(String),
	/// Its size.
	#[error("it is too large for the broker, which takes at most {most} bytes a packet")]
	TooLarge {
		/// The broker's limit, in bytes.
		most: usize,
	},
}

/// What is said of a batch of readings, beside the readings.
#[derive(Clone, Copy, Debug)]
struct Head {
	/// The message's number.
	id: u64,
	/// By how much it was made smaller; 1 as measured.
	reduced: u32,
}

/// Turns messages into publications under one topic prefix.
#[derive(Clone, Debug)]
pub(crate) struct JsonTopics {
	prefix: String,
	machine: MachineFacts,
}

impl JsonTopics {
	pub fn new(prefix: &str, machine: MachineFacts) -> Self {
		JsonTopics {
			prefix: prefix.to_owned(),
			machine,
		}
	}

	/// The topic `name` of this machine.
	pub fn topic(&self, name: &str) -> String {
		format!("{}/{name}", self.prefix)
	}

	/// `message` as publications of at most `most` bytes each: one, or several for readings that are too many for one.
	pub fn packets(&self, message: &Message, most: usize) -> Result<Vec<Packet>, Unsendable> {
		if message.topic == READINGS {
			let batch = decode(message)?;
			let head = Head {
				id: message.id.0,
				reduced: reduction(&message.body).unwrap_or(1),
			};
			return self.readings(head, &batch, most);
		}
		let topic = topic_of(&self.prefix, message)?;
		let mut packet = Packet::json(topic, message.body.clone());
		if serde_json::from_slice::<serde::de::IgnoredAny>(&message.body).is_err() {
			packet.content_type = None;
		}
		packet.properties = vec![("id".to_owned(), message.id.to_string())];
		if packet.size() > most {
			return Err(Unsendable::TooLarge { most });
		}
		Ok(vec![packet])
	}

	/// Halves the readings until each part fits.
	fn readings(&self, head: Head, batch: &ReadingBatch, most: usize) -> Result<Vec<Packet>, Unsendable> {
		let mut parts = 1;
		loop {
			let length = batch.samples.len().div_ceil(parts).max(1);
			let chunks: Vec<&[Sample]> = match batch.samples.len() {
				0 => vec![&[]],
				_ => batch.samples.chunks(length).collect(),
			};
			let count = chunks.len();
			let packets: Vec<Packet> = chunks
				.into_iter()
				.enumerate()
				.map(|(index, samples)| self.part(head, batch, samples, (index + 1, count)))
				.collect();
			if packets.iter().all(|packet| packet.size() <= most) {
				return Ok(packets);
			}
			parts *= 2;
			if parts > MOST_PARTS || length == 1 {
				return Err(Unsendable::TooLarge { most });
			}
		}
	}

	fn part(&self, head: Head, batch: &ReadingBatch, samples: &[Sample], part: (usize, usize)) -> Packet {
		let text = self.readings_text(head, batch, samples, part);
		let mut packet = Packet::json(self.topic(READINGS), text);
		packet.properties = vec![("id".to_owned(), head.id.to_string())];
		if part.1 > 1 {
			packet
				.properties
				.push(("part".to_owned(), format!("{}/{}", part.0, part.1)));
		}
		packet
	}

	fn readings_text(&self, head: Head, batch: &ReadingBatch, samples: &[Sample], part: (usize, usize)) -> String {
		let from = samples.iter().map(|sample| sample.at_ms).min().unwrap_or(0);
		let to = samples.iter().map(|sample| sample.at_ms).max().unwrap_or(0);
		let mut text = format!("{{\"v\":1,\"id\":{},\"from\":{from},\"to\":{to}", head.id);
		if head.reduced > 1 {
			push(&mut text, format_args!(",\"reduced\":{}", head.reduced));
		}
		if part.1 > 1 {
			push(&mut text, format_args!(",\"part\":[{},{}]", part.0, part.1));
		}
		text.push_str(",\"channels\":{");
		let mut first = true;
		for (index, name) in batch.channels.iter().enumerate() {
			let of_channel: Vec<&Sample> = samples
				.iter()
				.filter(|sample| usize::from(sample.channel) == index)
				.collect();
			if of_channel.is_empty() {
				continue;
			}
			if !std::mem::take(&mut first) {
				text.push(',');
			}
			self.channel_text(&mut text, name, &of_channel);
		}
		text.push_str("}}");
		text
	}

	fn channel_text(&self, text: &mut String, name: &str, samples: &[&Sample]) {
		let fact = self.machine.channels.get(name);
		push(text, format_args!("{}:{{", quoted(name)));
		match fact {
			Some(fact) => push(text, format_args!("\"unit\":{}", quoted(&fact.unit))),
			None => text.push_str("\"raw\":true"),
		}
		text.push_str(",\"t\":[");
		list(text, samples.iter().map(|sample| sample.at_ms.to_string()));
		text.push_str("],\"v\":[");
		let value = |raw: i32| fact.map_or_else(|| raw.to_string(), |fact| fact.scale.decimal(raw));
		list(text, samples.iter().map(|sample| value(sample.value)));
		text.push_str("]}");
	}
}

/// The whole topic of a message that is passed on as it is.
pub(crate) fn topic_of(prefix: &str, message: &Message) -> Result<String, Unsendable> {
	let topic = format!("{prefix}/{}", message.topic);
	let first = message.topic.split('/').next().unwrap_or_default();
	if publishable(&topic) && !RESERVED.contains(&first) {
		Ok(topic)
	} else {
		Err(Unsendable::Topic(message.topic.clone()))
	}
}

/// The batch of readings in `message`.
pub(crate) fn decode(message: &Message) -> Result<ReadingBatch, Unsendable> {
	let batch = ReadingBatch::decode(&message.body).map_err(|error| Unsendable::NoBatch(error.to_string()))?;
	let channels = batch.channels.len();
	match batch
		.samples
		.iter()
		.find(|sample| usize::from(sample.channel) >= channels)
	{
		Some(sample) => Err(Unsendable::NoBatch(format!("channel {} of {channels}", sample.channel))),
		None => Ok(batch),
	}
}

fn quoted(text: &str) -> String {
	serde_json::Value::from(text).to_string()
}

fn push(text: &mut String, more: std::fmt::Arguments<'_>) {
	text.write_fmt(more).expect("writing to a string does not fail; qed");
}

fn list(text: &mut String, items: impl Iterator<Item = String>) {
	for (index, item) in items.enumerate() {
		if index > 0 {
			text.push(',');
		}
		text.push_str(&item);
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::facts::{ChannelFact, Scale};
	use iot_outbox::{Lane, MessageId};
	use proptest::prelude::*;
	use serde_json::{json, Value};

	fn topics() -> JsonTopics {
		let temperature = ChannelFact {
			unit: "°C".to_owned(),
			scale: Scale::per(10),
		};
		let machine = MachineFacts {
			id: "m1".to_owned(),
			channels: [("temperature".to_owned(), temperature)].into(),
		};
		JsonTopics::new("bpiiot/m1", machine)
	}

	fn batch(samples: usize) -> ReadingBatch {
		ReadingBatch {
			channels: vec!["temperature".to_owned(), "odd \"one\"".to_owned()],
			samples: (0..samples)
				.map(|index| Sample {
					channel: (index % 2) as u16,
					at_ms: 1_000 + index as u64,
					value: 200 + index as i32,
				})
				.collect(),
		}
	}

	fn head(id: u64) -> Head {
		Head { id, reduced: 1 }
	}

	fn message(topic: &str, body: &[u8]) -> Message {
		Message {
			id: MessageId(7),
			lane: Lane::Event,
			at_ms: 1,
			topic: topic.to_owned(),
			body: body.to_vec(),
		}
	}

	#[test]
	fn writes_readings_in_units() {
		let packets = topics().readings(head(123), &batch(3), 10_000).unwrap();
		assert_eq!(packets.len(), 1);
		assert_eq!(packets[0].topic, "bpiiot/m1/readings");
		assert_eq!(packets[0].properties, [("id".to_owned(), "123".to_owned())]);
		let text = String::from_utf8(packets[0].body.clone()).unwrap();
		assert!(
			text.contains(r#""v":[20.0,20.2]"#) || text.contains(r#""v":[20,20.2]"#),
			"{text}"
		);
		let value: Value = serde_json::from_str(&text).unwrap();
		assert_eq!(value["id"], 123);
		assert_eq!((&value["from"], &value["to"]), (&json!(1000), &json!(1002)));
		assert_eq!(value["channels"]["temperature"]["unit"], "°C");
		assert_eq!(value["channels"]["temperature"]["t"], json!([1000, 1002]));
		assert_eq!(
			value["channels"]["odd \"one\""],
			json!({"raw": true, "t": [1001], "v": [201]})
		);
	}

	#[test]
	fn readings_that_were_made_smaller_say_so() {
		let measured = batch(64).encode().unwrap();
		let text = |body: &[u8]| {
			let packets = topics().packets(&message(READINGS, body), 100_000).unwrap();
			serde_json::from_slice::<Value>(&packets[0].body).unwrap()
		};
		assert_eq!(text(&measured).get("reduced"), None);
		// The second byte is by how much, see the layout of a batch.
		let mut smaller = iot_outbox::downsample(&batch(64), 4).encode().unwrap();
		smaller[1] = 4;
		assert_eq!(text(&smaller)["reduced"], 4);
	}

	#[test]
	fn passes_other_messages_on_as_they_are() {
		let packets = topics().packets(&message("files/report.csv/0", b"a,b"), 1000).unwrap();
		assert_eq!(packets[0].topic, "bpiiot/m1/files/report.csv/0");
		assert_eq!(packets[0].body, b"a,b");
		assert_eq!(packets[0].content_type, None);
		let packets = topics().packets(&message("events", b"{\"v\":1}"), 1000).unwrap();
		assert_eq!(packets[0].content_type, Some("application/json"));
	}

	#[test]
	fn says_why_a_message_cannot_be_sent() {
		let topics = topics();
		for reserved in ["commands", "state", "answers/desk", "marker"] {
			let refused = topics.packets(&message(reserved, b"{}"), 1000);
			assert_eq!(refused, Err(Unsendable::Topic(reserved.to_owned())));
		}
		let unsendable = |topic: &str, body: &[u8], most| topics.packets(&message(topic, body), most).unwrap_err();
		assert_eq!(unsendable("a/#", b"", 1000), Unsendable::Topic("a/#".to_owned()));
		assert_eq!(
			unsendable("events", &[0; 1000], 1000),
			Unsendable::TooLarge { most: 1000 }
		);
		assert!(matches!(unsendable(READINGS, b"?", 1000), Unsendable::NoBatch(_)));
	}

	#[test]
	fn gives_up_readings_that_no_number_of_parts_makes_small() {
		assert_eq!(
			topics().readings(head(1), &batch(4), 60),
			Err(Unsendable::TooLarge { most: 60 })
		);
	}

	proptest! {
		#[test]
		fn parts_fit_and_together_are_the_batch(samples in 1_usize..400, most in 400_usize..3000) {
			let batch = batch(samples);
			let packets = match topics().readings(head(1), &batch, most) {
				Ok(packets) => packets,
				Err(error) => {
					prop_assert_eq!(error, Unsendable::TooLarge { most });
					prop_assert!(samples > MOST_PARTS, "a part of one reading always fits");
					return Ok(());
				},
			};
			let mut seen = Vec::new();
			for (index, packet) in packets.iter().enumerate() {
				prop_assert!(packet.size() <= most);
				let value: Value = serde_json::from_slice(&packet.body).unwrap();
				if packets.len() > 1 {
					prop_assert_eq!(&value["part"], &json!([index + 1, packets.len()]));
				}
				for (_, channel) in value["channels"].as_object().unwrap() {
					seen.extend(channel["t"].as_array().unwrap().iter().map(|at| at.as_u64().unwrap()));
				}
			}
			seen.sort_unstable();
			prop_assert_eq!(seen, batch.samples.iter().map(|sample| sample.at_ms).collect::<Vec<_>>());
		}
	}
}
