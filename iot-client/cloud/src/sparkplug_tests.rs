use super::*;
use crate::facts::{ChannelFact, Scale};
use iot_outbox::{MessageId, ReadingBatch};

const BORN: u64 = 1_000_000;
const LARGE: usize = 1 << 20;

fn node() -> EdgeNode {
	let names = SparkplugNames {
		group: "plant".to_owned(),
		node: "sbc-7".to_owned(),
		device: "press-7".to_owned(),
	};
	let temperature = ChannelFact {
		unit: "°C".to_owned(),
		scale: Scale::per(10),
	};
	let machine = MachineFacts {
		id: "m1".to_owned(),
		channels: [("temperature".to_owned(), temperature)].into(),
	};
	EdgeNode::new(names, "bpiiot/m1", machine)
}

fn message(topic: &str, lane: Lane, body: Vec<u8>) -> Message {
	Message {
		id: MessageId(7),
		lane,
		at_ms: BORN + 1,
		topic: topic.to_owned(),
		body,
	}
}

fn readings(channels: &[&str], samples: impl IntoIterator<Item = (u16, u64, i32)>) -> Message {
	let samples = samples.into_iter();
	let batch = ReadingBatch {
		channels: channels.iter().map(|name| (*name).to_owned()).collect(),
		samples: samples
			.map(|(channel, at_ms, value)| Sample { channel, at_ms, value })
			.collect(),
	};
	message(READINGS, Lane::Reading, batch.encode().unwrap())
}

fn payload_of(packet: &Packet) -> Payload {
	Payload::decode(&packet.body[..]).unwrap()
}

fn data(node: &EdgeNode, message: &Message, most: usize) -> Vec<Payload> {
	match node.map(message, most, BORN + 5).unwrap() {
		Mapped::Data(payloads) => payloads,
		Mapped::Plain(packet) => panic!("{packet:?}"),
	}
}

#[test]
fn the_will_is_a_death_with_the_birth_number_and_no_sequence_number() {
	let death = node().node_death(9, BORN);
	assert_eq!(death.topic, "spBv1.0/plant/NDEATH/sbc-7");
	assert!(death.acknowledged && !death.retain);
	let payload = payload_of(&death);
	assert_eq!(payload.seq, None);
	assert_eq!(payload.metrics[0].name.as_deref(), Some("bdSeq"));
	assert_eq!(payload.metrics[0].value, Some(metric::Value::LongValue(9)));
}

#[test]
fn births_name_all_metrics_with_types_and_units() {
	let mut node = node();
	node.node_death(9, BORN);
	let [node_birth, device_birth] = node.births(BORN);
	assert_eq!(node_birth.topic, "spBv1.0/plant/NBIRTH/sbc-7");
	assert_eq!(device_birth.topic, "spBv1.0/plant/DBIRTH/sbc-7/press-7");
	assert!(!node_birth.acknowledged && !device_birth.acknowledged);
	let payload = payload_of(&node_birth);
	assert_eq!(payload.seq, Some(0));
	assert_eq!(
		payload.metrics[0].value,
		Some(metric::Value::LongValue(9)),
		"as in the will"
	);
	assert_eq!(payload.metrics[1].name.as_deref(), Some("Node Control/Rebirth"));
	let payload = payload_of(&device_birth);
	assert_eq!(payload.seq, Some(1));
	let temperature = payload
		.metrics
		.iter()
		.find(|metric| metric.name.as_deref() == Some("temperature"))
		.unwrap();
	assert_eq!(temperature.datatype, Some(DataType::Double as u32));
	assert_eq!(temperature.alias, Some(FIRST_CHANNEL_ALIAS));
	let properties = temperature.properties.as_ref().unwrap();
	assert_eq!(properties.keys, ["engUnit"]);
	assert_eq!(
		properties.values[0].value,
		Some(property_value::Value::StringValue("°C".to_owned()))
	);
}

#[test]
fn data_has_aliases_values_times_and_the_historical_flag() {
	let mut node = node();
	node.births(BORN);
	let payloads = data(
		&node,
		&readings(&["temperature"], [(0, BORN - 1, 235), (0, BORN, 236)]),
		LARGE,
	);
	let packet = node.data(payloads[0].clone());
	assert_eq!(packet.topic, "spBv1.0/plant/DDATA/sbc-7/press-7");
	let payload = payload_of(&packet);
	assert_eq!(payload.seq, Some(2));
	let found: Vec<_> = payload
		.metrics
		.iter()
		.map(|metric| {
			(
				metric.name.clone(),
				metric.alias,
				metric.timestamp,
				metric.value.clone(),
				metric.is_historical,
			)
		})
		.collect();
	let value = |value| Some(metric::Value::DoubleValue(value));
	assert_eq!(
		found,
		[
			(None, Some(FIRST_CHANNEL_ALIAS), Some(BORN - 1), value(23.5), Some(true)),
			(None, Some(FIRST_CHANNEL_ALIAS), Some(BORN), value(23.6), None),
		]
	);
}

#[test]
fn sequence_numbers_wrap_and_births_begin_them_anew() {
	let mut node = node();
	node.births(BORN);
	let payload = data(&node, &readings(&["temperature"], [(0, BORN, 1)]), LARGE).remove(0);
	let found: Vec<u64> = (0..300)
		.map(|_| payload_of(&node.data(payload.clone())).seq.unwrap())
		.collect();
	let expected: Vec<u64> = (2..302).map(|number| number % 256).collect();
	assert_eq!(found, expected);
	assert_eq!(payload_of(&node.births(BORN)[0]).seq, Some(0));
}

#[test]
fn an_unknown_channel_needs_a_new_birth() {
	let mut node = node();
	let message = readings(&["temperature", "flow"], [(1, BORN, -3)]);
	assert!(node.learn(&message));
	assert!(!node.learn(&message), "once");
	let [_, device_birth] = node.births(BORN);
	let born = payload_of(&device_birth)
		.metrics
		.into_iter()
		.find(|metric| metric.name.as_deref() == Some("flow"));
	let born = born.unwrap();
	assert_eq!(born.datatype, Some(DataType::Int32 as u32));
	let metric = data(&node, &message, LARGE).remove(0).metrics.remove(0);
	assert_eq!(metric.alias, born.alias);
	assert_eq!(metric.value, Some(metric::Value::IntValue(-3_i32 as u32)));
}

#[test]
fn cuts_data_to_the_brokers_packets() {
	let mut node = node();
	node.births(BORN);
	let message = readings(&["temperature"], (0..500).map(|index| (0, BORN + index, index as i32)));
	let payloads = data(&node, &message, 1_000);
	assert!(payloads.len() > 10);
	let mut times = Vec::new();
	for payload in payloads {
		let packet = node.data(payload.clone());
		assert!(packet.size() <= 1_000, "{}", packet.size());
		times.extend(payload.metrics.into_iter().map(|metric| metric.timestamp.unwrap()));
	}
	assert_eq!(times, (BORN..BORN + 500).collect::<Vec<_>>());
	assert_eq!(node.map(&message, 80, BORN), Err(Unsendable::TooLarge { most: 80 }));
}

#[test]
fn alarms_and_events_are_text_metrics_and_files_go_beside() {
	let node = node();
	for (lane, alias) in [(Lane::Alarm, ALARM_ALIAS), (Lane::Event, EVENT_ALIAS)] {
		let metric = data(&node, &message("alarms", lane, b"{}".to_vec()), LARGE)
			.remove(0)
			.metrics
			.remove(0);
		assert_eq!((metric.alias, metric.timestamp), (Some(alias), Some(BORN + 1)));
		assert_eq!(metric.value, Some(metric::Value::StringValue("{}".to_owned())));
	}
	let file = node
		.map(&message("files/a.csv/0", Lane::File, vec![0xff]), LARGE, BORN)
		.unwrap();
	let Mapped::Plain(packet) = file else {
		panic!("{file:?}")
	};
	assert_eq!(
		(packet.topic.as_str(), packet.acknowledged),
		("bpiiot/m1/files/a.csv/0", true)
	);
}

#[test]
fn understands_what_a_host_may_ask() {
	let node = node();
	let [to_node, to_device] = node.filters();
	assert_eq!(to_node, "spBv1.0/plant/NCMD/sbc-7");
	assert_eq!(to_device, "spBv1.0/plant/DCMD/sbc-7/press-7");
	let body = |name: &str, value: metric::Value| {
		let mut metric = Metric::new();
		metric.set_name(name.to_owned()).set_value(value);
		payload(BORN, vec![metric]).encode_to_vec()
	};
	let rebirth = body(NODE_CONTROL_REBIRTH, metric::Value::BooleanValue(true));
	assert_eq!(node.asked(&to_node, &rebirth), FromHost::Rebirth);
	let command = body(COMMAND_METRIC, metric::Value::StringValue("signed".to_owned()));
	assert_eq!(node.asked(&to_device, &command), FromHost::Command(b"signed".to_vec()));
	let write = body("temperature", metric::Value::DoubleValue(1.0));
	assert_eq!(node.asked(&to_device, &write), FromHost::NotOffered);
	let no_rebirth = body(NODE_CONTROL_REBIRTH, metric::Value::BooleanValue(false));
	assert_eq!(node.asked(&to_node, &no_rebirth), FromHost::NotOffered);
	assert_eq!(node.asked(&to_device, &[0xff; 9]), FromHost::NotOffered);
}
