//! One publication, before it is MQTT: where, what, and how surely.

use rumqttc::v5::mqttbytes::{
	v5::{Publish, PublishProperties},
	QoS,
};

/// The longest topic that is published to, in bytes.
const MAX_TOPIC_BYTES: usize = 512;

/// One publication.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Packet {
	/// The whole topic.
	pub topic: String,
	/// The payload.
	pub body: Vec<u8>,
	/// Whether the broker acknowledges it (QoS 1), else QoS 0.
	pub acknowledged: bool,
	/// Whether the broker keeps it for those who subscribe later.
	pub retain: bool,
	/// MIME type; `application/json` is also marked as text.
	pub content_type: Option<&'static str>,
	/// User properties: the message's id, and which part of it this is.
	pub properties: Vec<(String, String)>,
	/// Correlation data of the request that this answers.
	pub correlation: Option<Vec<u8>>,
}

impl Packet {
	/// JSON at QoS 1.
	pub fn json(topic: String, body: impl Into<Vec<u8>>) -> Self {
		Packet {
			topic,
			body: body.into(),
			acknowledged: true,
			content_type: Some(JSON),
			..Packet::default()
		}
	}

	/// Its MQTT properties.
	pub fn mqtt_properties(&self) -> PublishProperties {
		PublishProperties {
			payload_format_indicator: (self.content_type == Some(JSON)).then_some(1),
			content_type: self.content_type.map(str::to_owned),
			correlation_data: self.correlation.clone().map(Into::into),
			user_properties: self.properties.clone(),
			..PublishProperties::default()
		}
	}

	/// Its quality of service.
	pub fn qos(&self) -> QoS {
		if self.acknowledged {
			QoS::AtLeastOnce
		} else {
			QoS::AtMostOnce
		}
	}

	/// Its size on the wire, in bytes.
	pub fn size(&self) -> usize {
		let publish = Publish::new(&self.topic, self.qos(), self.body.clone(), Some(self.mqtt_properties()));
		// The packet id, which it has not got yet.
		publish.size() + 2
	}
}

/// MIME type of JSON.
pub(crate) const JSON: &str = "application/json";

/// Whether `topic` may be published to: no wildcards, no NUL, not too long, no empty level.
pub(crate) fn publishable(topic: &str) -> bool {
	topic.len() <= MAX_TOPIC_BYTES
		&& !topic.contains(['+', '#', '\0'])
		&& topic.split('/').all(|level| !level.is_empty())
		&& !topic.starts_with('$')
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn refuses_topics_that_no_broker_takes() {
		assert!(publishable("bpiiot/m1/files/report.csv/0"));
		let long = "a".repeat(MAX_TOPIC_BYTES + 1);
		for topic in ["", "a//b", "/a", "a/", "a/+", "a/#", "$SYS/a", "a\0b", &long] {
			assert!(!publishable(topic), "{topic:?}");
		}
	}

	#[test]
	fn its_size_counts_everything() {
		let mut packet = Packet::json("a/b".to_owned(), "{}");
		// Header 2, topic 2 + 3, packet id 2, properties 1 + 2 + 3 + 16, body 2.
		assert_eq!(packet.size(), 33);
		packet.properties.push(("id".to_owned(), "1".to_owned()));
		assert_eq!(packet.size(), 33 + 1 + 2 + 2 + 2 + 1);
	}
}
