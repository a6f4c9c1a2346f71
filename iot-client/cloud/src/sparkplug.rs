//! Messages as Sparkplug B 3.0: births, deaths, data and what a host may ask.

use crate::{
	facts::MachineFacts,
	json::{decode, topic_of, Unsendable, READINGS},
	packet::Packet,
};
use iot_outbox::{Lane, Message, Sample};
use srad_types::{
	constants::{BDSEQ, NODE_CONTROL_REBIRTH},
	payload::{metric, property_value, DataType, Message as _, Metric, Payload, PropertySet, PropertyValue},
	topic::{DeviceMessage, DeviceTopic, NodeMessage, NodeTopic},
};

/// Metric of the device that carries signed commands in a DCMD.
pub const COMMAND_METRIC: &str = "Command";
/// Metric of the device that carries alarms, as text.
pub const ALARM_METRIC: &str = "Alarm";
/// Metric of the device that carries events, as text.
pub const EVENT_METRIC: &str = "Event";
/// The most channels that a birth names.
const MOST_CHANNELS: usize = 256;
/// The most metrics in one DDATA.
const MOST_METRICS: usize = 2_000;
/// Bytes of a payload beside its metrics, at most.
const PAYLOAD_HEAD: usize = 32;

/// The aliases of the three text metrics; those of the channels follow.
const COMMAND_ALIAS: u64 = 1;
const ALARM_ALIAS: u64 = 2;
const EVENT_ALIAS: u64 = 3;
const FIRST_CHANNEL_ALIAS: u64 = 16;

/// Names of the node and its device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SparkplugNames {
	/// Group of edge nodes, e.g. the plant.
	pub group: String,
	/// This edge node, e.g. the SBC.
	pub node: String,
	/// The device behind it: the machine.
	pub device: String,
}

impl SparkplugNames {
	fn node_topic(&self, message: NodeMessage) -> String {
		NodeTopic::new(&self.group, message, &self.node).topic
	}

	fn device_topic(&self, message: DeviceMessage) -> String {
		DeviceTopic::new(&self.group, message, &self.node, &self.device).topic
	}
}

/// What a message is in Sparkplug B.
#[derive(Debug, PartialEq)]
pub(crate) enum Mapped {
	/// DDATA without its sequence number, which it gets when it is sent.
	Data(Vec<Payload>),
	/// A publication outside of Sparkplug's topics, acknowledged by itself.
	Plain(Packet),
}

/// What a host wrote to us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FromHost {
	/// Births are to be published again.
	Rebirth,
	/// A signed command.
	Command(Vec<u8>),
	/// Something else, which is not offered.
	NotOffered,
}

/// One edge node with one device.
#[derive(Clone, Debug)]
pub(crate) struct EdgeNode {
	names: SparkplugNames,
	prefix: String,
	machine: MachineFacts,
	/// Channels in the order of their aliases.
	channels: Vec<String>,
	birth_number: u8,
	next_sequence: u8,
	born_ms: u64,
}

impl EdgeNode {
	pub fn new(names: SparkplugNames, prefix: &str, machine: MachineFacts) -> Self {
		let channels = machine.channels.keys().take(MOST_CHANNELS).cloned().collect();
		EdgeNode {
			names,
			prefix: prefix.to_owned(),
			machine,
			channels,
			birth_number: 0,
			next_sequence: 0,
			born_ms: 0,
		}
	}

	/// The topics to listen to.
	pub fn filters(&self) -> [String; 2] {
		[
			self.names.node_topic(NodeMessage::NCmd),
			self.names.device_topic(DeviceMessage::DCmd),
		]
	}

	/// NDEATH, for the last will of the connection whose births have `birth_number`, and to say goodbye.
	pub fn node_death(&mut self, birth_number: u8, now_ms: u64) -> Packet {
		self.birth_number = birth_number;
		let payload = Payload {
			timestamp: Some(now_ms),
			metrics: vec![birth_metric(birth_number, now_ms)],
			seq: None,
			uuid: None,
			body: None,
		};
		Packet {
			acknowledged: true,
			..packet(self.names.node_topic(NodeMessage::NDeath), payload)
		}
	}

	/// The same as the will of this connection.
	pub fn goodbye(&mut self, now_ms: u64) -> [Packet; 2] {
		let device = self.stamped(DeviceMessage::DDeath, payload(now_ms, Vec::new()));
		[device, self.node_death(self.birth_number, now_ms)]
	}

	/// NBIRTH and DBIRTH, which begin the sequence numbers anew.
	pub fn births(&mut self, now_ms: u64) -> [Packet; 2] {
		self.next_sequence = 0;
		self.born_ms = now_ms;
		let mut rebirth = Metric::new();
		rebirth
			.set_name(NODE_CONTROL_REBIRTH.to_owned())
			.set_datatype(DataType::Boolean);
		rebirth
			.set_timestamp(now_ms)
			.set_value(metric::Value::BooleanValue(false));
		let mut node = payload(now_ms, vec![birth_metric(self.birth_number, now_ms), rebirth]);
		node.seq = Some(self.take_sequence());
		let node = packet(self.names.node_topic(NodeMessage::NBirth), node);
		let device = payload(now_ms, self.device_metrics(now_ms));
		[node, self.stamped(DeviceMessage::DBirth, device)]
	}

	fn device_metrics(&self, now_ms: u64) -> Vec<Metric> {
		let texts = [
			(COMMAND_METRIC, COMMAND_ALIAS),
			(ALARM_METRIC, ALARM_ALIAS),
			(EVENT_METRIC, EVENT_ALIAS),
		];
		let texts = texts
			.into_iter()
			.map(|(name, alias)| (name.to_owned(), alias, DataType::String, None));
		let channels = self.channels.iter().zip(FIRST_CHANNEL_ALIAS..).map(|(name, alias)| {
			match self.machine.channels.get(name) {
				Some(fact) => (name.clone(), alias, DataType::Double, Some(fact.unit.as_str())),
				None => (name.clone(), alias, DataType::Int32, None),
			}
		});
		let born = |(name, alias, datatype, unit): (String, u64, DataType, Option<&str>)| {
			let mut metric = Metric::new();
			metric
				.set_name(name)
				.set_alias(alias)
				.set_datatype(datatype)
				.set_timestamp(now_ms)
				.set_null();
			metric.properties = unit.filter(|unit| !unit.is_empty()).map(unit_property);
			metric
		};
		texts.map(born).chain(channels.map(born)).collect()
	}

	/// Takes the names of channels that `message` has and the last birth had not; whether there were any. Then births must be
	/// published before its data.
	pub fn learn(&mut self, message: &Message) -> bool {
		if message.topic != READINGS {
			return false;
		}
		let before = self.channels.len();
		for name in decode(message).map(|batch| batch.channels).unwrap_or_default() {
			if self.channels.len() < MOST_CHANNELS && !self.channels.contains(&name) {
				self.channels.push(name);
			}
		}
		self.channels.len() > before
	}

	/// `message` in Sparkplug's terms, in packets of at most `most` bytes.
	pub fn map(&self, message: &Message, most: usize, now_ms: u64) -> Result<Mapped, Unsendable> {
		let metrics = if message.topic == READINGS {
			self.reading_metrics(message)?
		} else {
			match (message.lane, String::from_utf8(message.body.clone())) {
				(Lane::Alarm, Ok(text)) => vec![self.text_metric(ALARM_ALIAS, text, message.at_ms)],
				(Lane::Event, Ok(text)) => vec![self.text_metric(EVENT_ALIAS, text, message.at_ms)],
				_ => return self.plain(message, most),
			}
		};
		let head = packet(
			self.names.device_topic(DeviceMessage::DData),
			payload(now_ms, Vec::new()),
		)
		.size();
		let room = most.saturating_sub(head + PAYLOAD_HEAD);
		let parts = parts(metrics, room).ok_or(Unsendable::TooLarge { most })?;
		Ok(Mapped::Data(
			parts.into_iter().map(|metrics| payload(now_ms, metrics)).collect(),
		))
	}

	fn plain(&self, message: &Message, most: usize) -> Result<Mapped, Unsendable> {
		let topic = topic_of(&self.prefix, message)?;
		let plain = Packet {
			topic,
			body: message.body.clone(),
			acknowledged: true,
			properties: vec![("id".to_owned(), message.id.to_string())],
			..Packet::default()
		};
		if plain.size() > most {
			return Err(Unsendable::TooLarge { most });
		}
		Ok(Mapped::Plain(plain))
	}

	fn reading_metrics(&self, message: &Message) -> Result<Vec<Metric>, Unsendable> {
		let batch = decode(message)?;
		let mut metrics = Vec::with_capacity(batch.samples.len());
		for sample in &batch.samples {
			let name = batch
				.channels
				.get(usize::from(sample.channel))
				.map_or("", String::as_str);
			let Some(place) = self.channels.iter().position(|channel| channel == name) else {
				return Err(Unsendable::NoBatch(format!(
					"\"{name}\" is one channel more than {MOST_CHANNELS}"
				)));
			};
			metrics.push(self.reading_metric(name, FIRST_CHANNEL_ALIAS + place as u64, sample));
		}
		Ok(metrics)
	}

	fn reading_metric(&self, name: &str, alias: u64, sample: &Sample) -> Metric {
		let mut metric = Metric::new();
		metric.set_alias(alias).set_timestamp(sample.at_ms);
		match self.machine.channels.get(name) {
			Some(fact) => {
				let value = metric::Value::DoubleValue(fact.scale.double(sample.value));
				metric.set_datatype(DataType::Double).set_value(value)
			}
			None => {
				let value = metric::Value::IntValue(u32::from_le_bytes(sample.value.to_le_bytes()));
				metric.set_datatype(DataType::Int32).set_value(value)
			}
		};
		metric.is_historical = (sample.at_ms < self.born_ms).then_some(true);
		metric
	}

	fn text_metric(&self, alias: u64, text: String, at_ms: u64) -> Metric {
		let mut metric = Metric::new();
		metric
			.set_alias(alias)
			.set_datatype(DataType::String)
			.set_timestamp(at_ms);
		metric.set_value(metric::Value::StringValue(text));
		metric.is_historical = (at_ms < self.born_ms).then_some(true);
		metric
	}

	/// A DDATA with the next sequence number.
	pub fn data(&mut self, payload: Payload) -> Packet {
		self.stamped(DeviceMessage::DData, payload)
	}

	/// What a host says in a publication to one of [`EdgeNode::filters`].
	pub fn asked(&self, topic: &str, body: &[u8]) -> FromHost {
		let Ok(payload) = Payload::decode(body) else {
			return FromHost::NotOffered;
		};
		let to_node = topic == self.names.node_topic(NodeMessage::NCmd);
		for metric in payload.metrics {
			let named = |name: &str, alias| match &metric.name {
				Some(found) => found == name,
				None => metric.alias == Some(alias),
			};
			match &metric.value {
				Some(metric::Value::BooleanValue(true)) if to_node && named(NODE_CONTROL_REBIRTH, 0) => {
					return FromHost::Rebirth;
				}
				Some(metric::Value::StringValue(text)) if !to_node && named(COMMAND_METRIC, COMMAND_ALIAS) => {
					return FromHost::Command(text.clone().into_bytes());
				}
				_ => {}
			}
		}
		FromHost::NotOffered
	}

	fn stamped(&mut self, message: DeviceMessage, mut payload: Payload) -> Packet {
		payload.seq = Some(self.take_sequence());
		packet(self.names.device_topic(message), payload)
	}

	fn take_sequence(&mut self) -> u64 {
		let sequence = self.next_sequence;
		self.next_sequence = sequence.wrapping_add(1);
		u64::from(sequence)
	}
}

fn payload(now_ms: u64, metrics: Vec<Metric>) -> Payload {
	Payload {
		timestamp: Some(now_ms),
		metrics,
		seq: None,
		uuid: None,
		body: None,
	}
}

fn packet(topic: String, payload: Payload) -> Packet {
	Packet {
		topic,
		body: payload.encode_to_vec(),
		..Packet::default()
	}
}

fn birth_metric(birth_number: u8, now_ms: u64) -> Metric {
	let mut metric = Metric::new();
	metric
		.set_name(BDSEQ.to_owned())
		.set_datatype(DataType::Int64)
		.set_timestamp(now_ms);
	metric.set_value(metric::Value::LongValue(u64::from(birth_number)));
	metric
}

fn unit_property(unit: &str) -> PropertySet {
	PropertySet {
		keys: vec!["engUnit".to_owned()],
		values: vec![PropertyValue {
			r#type: Some(DataType::String as u32),
			is_null: None,
			value: Some(property_value::Value::StringValue(unit.to_owned())),
		}],
	}
}

/// `metrics` in order, in runs of at most `room` bytes; `None` when one alone is larger.
fn parts(metrics: Vec<Metric>, room: usize) -> Option<Vec<Vec<Metric>>> {
	let mut parts = Vec::new();
	let (mut part, mut bytes) = (Vec::new(), 0);
	for metric in metrics {
		let length = metric.encoded_len();
		// The field's key and a length of up to four bytes.
		let size = length + 5;
		if size > room {
			return None;
		}
		if bytes + size > room || part.len() == MOST_METRICS {
			parts.push(std::mem::take(&mut part));
			bytes = 0;
		}
		bytes += size;
		part.push(metric);
	}
	parts.push(part);
	Some(parts)
}

#[cfg(test)]
#[path = "sparkplug_tests.rs"]
mod tests;
