use crate::broker::{
	setup::{config, event, now_ms, readings, Bridge, MemorySource},
	watcher::{json, topic, Watcher},
	write_secret, Broker,
};
use iot_cloud::{sign, CloudConfig, CommandConfig, Format, Rate, SparkplugNames, ALARM_METRIC, COMMAND_METRIC};
use iot_outbox::Lane;
use serde_json::Value;
use srad_types::payload::{metric, Message as _, Metric, Payload};
use std::{collections::HashMap, path::Path, time::Duration};

const KEY: &str = "0123456789abcdef0123456789abcdef";
const NODE: &str = "sbc";
const DEVICE: &str = "sbc/press";

fn sparkplug(port: u16) -> CloudConfig {
	let mut config = config(port);
	config.format = Format::SparkplugB(SparkplugNames {
		group: "plant".to_owned(),
		node: "sbc".to_owned(),
		device: "press".to_owned(),
	});
	config
}

/// A host that decodes what the node says and checks the rules of births and sequence numbers.
struct Host {
	watcher: Watcher,
	next_sequence: Option<u8>,
	names: HashMap<u64, String>,
	birth_number: u64,
}

#[derive(Debug)]
struct Said {
	kind: String,
	payload: Payload,
}

impl Host {
	async fn new(port: u16) -> Self {
		Host {
			watcher: Watcher::new(port, "spBv1.0/plant/#").await,
			next_sequence: None,
			names: HashMap::new(),
			birth_number: 0,
		}
	}

	/// The next word of the node, checked.
	async fn next(&mut self) -> Said {
		loop {
			let publish = self.watcher.next().await;
			let topic = topic(&publish);
			let kind = topic.split('/').nth(2).unwrap().to_owned();
			if kind.ends_with("CMD") {
				continue;
			}
			assert!(!publish.retain);
			let payload = Payload::decode(&publish.payload[..]).unwrap();
			let end = if kind.starts_with('N') { NODE } else { DEVICE };
			assert_eq!(topic, format!("spBv1.0/plant/{kind}/{end}"));
			self.check(&kind, &payload);
			return Said { kind, payload };
		}
	}

	fn check(&mut self, kind: &str, payload: &Payload) {
		let number = |payload: &Payload| match value(payload, "bdSeq") {
			Some(metric::Value::LongValue(number)) => number,
			other => panic!("{other:?}"),
		};
		match kind {
			"NDEATH" => {
				assert_eq!(payload.seq, None);
				assert_eq!(number(payload), self.birth_number, "the death of this birth");
				self.next_sequence = None;
				return;
			}
			"NBIRTH" => {
				assert_eq!(payload.seq, Some(0));
				self.birth_number = number(payload);
				assert_eq!(
					value(payload, "Node Control/Rebirth"),
					Some(metric::Value::BooleanValue(false))
				);
				self.next_sequence = Some(0);
			}
			"DBIRTH" => {
				let born = payload
					.metrics
					.iter()
					.map(|metric| (metric.alias.unwrap(), metric.name.clone().unwrap()));
				self.names = born.collect();
			}
			_ => {}
		}
		let expected = self.next_sequence.expect("a birth comes first");
		assert_eq!(payload.seq, Some(expected.into()), "no gap at {kind}");
		self.next_sequence = Some(expected.wrapping_add(1));
		if kind == "DDATA" {
			for metric in &payload.metrics {
				assert!(metric.name.is_none() && self.names.contains_key(&metric.alias.unwrap()));
			}
		}
	}

	async fn births(&mut self) {
		assert_eq!(self.next().await.kind, "NBIRTH");
		assert_eq!(self.next().await.kind, "DBIRTH");
	}

	/// Readings of the temperature in the next words, until there are `count`: time, value and whether it is history.
	async fn temperatures(&mut self, count: usize) -> Vec<(u64, f64, bool)> {
		let mut found = Vec::new();
		while found.len() < count {
			let said = self.next().await;
			assert_eq!(said.kind, "DDATA");
			for metric in said.payload.metrics {
				assert_eq!(self.names[&metric.alias.unwrap()], "temperature");
				match metric.value {
					Some(metric::Value::DoubleValue(value)) => {
						found.push((metric.timestamp.unwrap(), value, metric.is_historical == Some(true)));
					}
					other => panic!("{other:?}"),
				}
			}
		}
		found
	}

	/// Writes to the node or the device.
	async fn write(&self, to: &str, name: &str, value: metric::Value) {
		let mut metric = Metric::new();
		metric.set_name(name.to_owned()).set_value(value);
		let payload = Payload {
			timestamp: Some(now_ms()),
			metrics: vec![metric],
			seq: None,
			uuid: None,
			body: None,
		};
		self.watcher
			.publish(&format!("spBv1.0/plant/{to}"), payload.encode_to_vec())
			.await;
	}
}

fn value(payload: &Payload, name: &str) -> Option<metric::Value> {
	payload
		.metrics
		.iter()
		.find(|metric| metric.name.as_deref() == Some(name))?
		.value
		.clone()
}

#[tokio::test]
async fn births_come_first_and_sequence_numbers_have_no_gap() {
	let broker = Broker::start("").await;
	let mut host = Host::new(broker.port).await;
	let (folder, source) = (tempfile::tempdir().unwrap(), MemorySource::new());
	let begin = now_ms();
	source.put((0..300).map(|number| readings(number + 1, [begin - 1_000_000 + number])));
	let bridge = Bridge::start(sparkplug(broker.port), source.clone(), folder.path());
	host.births().await;
	let found = host.temperatures(300).await;
	let times: Vec<u64> = found.iter().map(|(at_ms, ..)| *at_ms).collect();
	assert_eq!(times, (begin - 1_000_000..begin - 999_700).collect::<Vec<_>>());
	assert!(found
		.iter()
		.all(|(at_ms, value, history)| *history && *value == (at_ms % 1000) as f64 / 10.0));
	assert_eq!(source.delivered(300).await, (1..=300).collect::<Vec<_>>());
	source.put([readings(301, [now_ms() + 1000])]);
	assert!(!host.temperatures(1).await[0].2, "newer than the birth");
	source.put([event(302, Lane::Alarm, "{\"hot\":true}")]);
	let alarm = host.next().await;
	assert_eq!(host.names[&alarm.payload.metrics[0].alias.unwrap()], ALARM_METRIC);
	source.delivered(302).await;
	bridge.stop().await;
	assert_eq!(host.next().await.kind, "DDEATH");
	assert_eq!(host.next().await.kind, "NDEATH");
}

#[tokio::test]
async fn the_will_is_the_death_of_this_birth_and_the_birth_number_rises_over_restarts() {
	let broker = Broker::start("").await;
	let mut host = Host::new(broker.port).await;
	let folder = tempfile::tempdir().unwrap();
	for expected in 0..3 {
		let bridge = Bridge::start(sparkplug(broker.port), MemorySource::new(), folder.path());
		host.births().await;
		assert_eq!(host.birth_number, expected);
		bridge.online().await;
		bridge.kill().await;
		assert_eq!(host.next().await.kind, "NDEATH");
	}
}

#[tokio::test]
async fn a_host_gets_births_anew_but_not_at_any_rate() {
	let broker = Broker::start("").await;
	let mut host = Host::new(broker.port).await;
	let (folder, source) = (tempfile::tempdir().unwrap(), MemorySource::new());
	let mut config = sparkplug(broker.port);
	config.timing.rebirth = Duration::from_secs(1);
	let bridge = Bridge::start(config, source.clone(), folder.path());
	host.births().await;
	bridge.online().await;
	for _ in 0..50 {
		host.write("NCMD/sbc", "Node Control/Rebirth", metric::Value::BooleanValue(true))
			.await;
	}
	host.births().await;
	assert_eq!(host.birth_number, 0, "the connection, and so its will, is the same");
	source.put([readings(1, [now_ms() + 10_000])]);
	source.delivered(1).await;
	bridge.stop().await;
	let mut kinds = Vec::new();
	while kinds.last().is_none_or(|kind| kind != "NDEATH") {
		kinds.push(host.next().await.kind);
	}
	let births = kinds.iter().filter(|kind| *kind == "NBIRTH").count();
	assert!(births <= 10, "{kinds:?}");
	assert!(kinds.contains(&"DDATA".to_owned()));
}

#[tokio::test]
async fn data_leaves_the_outbox_only_when_the_marker_after_it_is_acknowledged() {
	let mut broker = Broker::start("").await;
	let (folder, source) = (tempfile::tempdir().unwrap(), MemorySource::new());
	let count = 400;
	source.put((1..=count).map(|id| event(id, Lane::Event, format!("{{\"n\":{id}}}"))));
	let bridge = Bridge::start(sparkplug(broker.port), source.clone(), folder.path());
	for round in 1..=3 {
		source.delivered(round * 100).await;
		broker.kill();
		// Each event is one DDATA, in order on each connection; those before the last marker are known to be there.
		let topics = broker.published_by("bridge");
		let data = topics.iter().filter(|topic| topic.contains("/DDATA/")).count();
		assert!(data >= source.delivered.borrow().len());
		broker.restart().await;
	}
	assert_eq!(source.delivered(count as usize).await, (1..=count).collect::<Vec<_>>());
	let topics = broker.published_by("bridge");
	let last_data = topics.iter().rposition(|topic| topic.contains("/DDATA/")).unwrap();
	let last_marker = topics.iter().rposition(|topic| topic == "bpiiot/m1/marker").unwrap();
	assert!(last_marker > last_data);
	bridge.stop().await;
}

fn commanded(port: u16, folder: &Path) -> CloudConfig {
	let key_file = folder.join("key");
	write_secret(&key_file, KEY);
	let mut config = sparkplug(port);
	config.commands = Some(CommandConfig {
		key_file,
		allowed: ["report".to_owned()].into(),
		rate: Rate {
			burst: 5,
			every_ms: 1000,
		},
	});
	config
}

#[tokio::test]
async fn signed_commands_come_by_dcmd_and_nothing_else_does() {
	let broker = Broker::start("").await;
	let mut host = Host::new(broker.port).await;
	let mut answers = Watcher::new(broker.port, "bpiiot/m1/answers").await;
	let folder = tempfile::tempdir().unwrap();
	let mut bridge = Bridge::start(
		commanded(broker.port, folder.path()),
		MemorySource::new(),
		folder.path(),
	);
	host.births().await;
	bridge.online().await;
	host.write("DCMD/sbc/press", "temperature", metric::Value::DoubleValue(99.0))
		.await;
	bridge
		.state("refused", |state| state.counters.commands_refused == 1)
		.await;
	let expires = now_ms() + 60_000;
	let text =
		format!("{{\"v\":1,\"machine\":\"m1\",\"id\":\"r\",\"counter\":1,\"expires\":{expires},\"name\":\"report\"}}");
	let command = sign(KEY.as_bytes(), &text);
	host.write("DCMD/sbc/press", COMMAND_METRIC, metric::Value::StringValue(command))
		.await;
	let command = tokio::time::timeout(crate::broker::LIMIT, bridge.commands.recv())
		.await
		.unwrap()
		.unwrap();
	assert_eq!(command.name, "report");
	command.reply.done(Value::from(7));
	assert_eq!(json(&answers.next().await)["value"], 7);
	bridge.stop().await;
}
