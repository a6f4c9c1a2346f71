use crate::broker::{
	setup::{config, now_ms, Bridge, MemorySource},
	watcher::{json, Watcher},
	write_secret, Broker, LIMIT,
};
use iot_cloud::{sign, CloudConfig, Command, CommandConfig, Rate, MOST_COMMAND_BYTES};
use rumqttc::v5::mqttbytes::v5::PublishProperties;
use serde_json::{json, Value};
use std::path::Path;
use tokio::time::timeout;

const KEY: &str = "0123456789abcdef0123456789abcdef";
const TOPIC: &str = "bpiiot/m1/commands";

fn commanded(port: u16, folder: &Path) -> CloudConfig {
	let key_file = folder.join("key");
	write_secret(&key_file, KEY);
	let mut config = config(port);
	config.commands = Some(CommandConfig {
		key_file,
		allowed: ["report", "refresh"].map(str::to_owned).into(),
		rate: Rate {
			burst: 5,
			every_ms: 600_000,
		},
	});
	config
}

fn text(counter: u64, name: &str) -> Value {
	json!({
		"v": 1, "machine": "m1", "id": format!("r-{counter}"), "counter": counter, "expires": now_ms() + 60_000, "name": name,
	})
}

fn signed(text: &Value) -> String {
	sign(KEY.as_bytes(), &text.to_string())
}

async fn next(bridge: &mut Bridge) -> Command {
	timeout(LIMIT, bridge.commands.recv()).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_good_command_is_handed_over_and_answered_where_it_asks() {
	let broker = Broker::start("").await;
	let mut watcher = Watcher::new(broker.port, "#").await;
	let folder = tempfile::tempdir().unwrap();
	let mut bridge = Bridge::start(
		commanded(broker.port, folder.path()),
		MemorySource::new(),
		folder.path(),
	);
	bridge.online().await;
	let mut command = text(1, "report");
	command["arguments"] = json!({"days": 3});
	let properties = PublishProperties {
		response_topic: Some("replies/desk-3".to_owned()),
		correlation_data: Some(b"c-9".to_vec().into()),
		..PublishProperties::default()
	};
	watcher.publish_with(TOPIC, signed(&command), false, properties).await;
	let command = next(&mut bridge).await;
	assert_eq!(
		(command.id.as_str(), command.name.as_str(), &command.arguments["days"]),
		("r-1", "report", &json!(3))
	);
	command.reply.done(json!({"jobs": 2}));
	let answer = watcher.next_of("replies/desk-3").await;
	assert_eq!(
		json(&answer),
		json!({"v": 1, "id": "r-1", "result": "done", "value": {"jobs": 2}})
	);
	assert_eq!(answer.properties.unwrap().correlation_data.unwrap(), &b"c-9"[..]);
	watcher.publish(TOPIC, signed(&text(2, "refresh"))).await;
	next(&mut bridge).await.reply.failed("no sensor");
	let answer = json(&watcher.next_of("bpiiot/m1/answers").await);
	assert_eq!(
		(&answer["result"], &answer["reason"]),
		(&json!("failed"), &json!("no sensor"))
	);
	assert_eq!(bridge.stop().await.counters.commands_accepted, 2);
}

#[tokio::test]
async fn refuses_what_may_not_be_followed() {
	let broker = Broker::start("").await;
	let mut watcher = Watcher::new(broker.port, "bpiiot/m1/answers").await;
	let folder = tempfile::tempdir().unwrap();
	let mut bridge = Bridge::start(
		commanded(broker.port, folder.path()),
		MemorySource::new(),
		folder.path(),
	);
	bridge.online().await;
	let good = signed(&text(10, "report"));
	watcher.publish(TOPIC, good.clone()).await;
	next(&mut bridge).await.reply.done(Value::Null);
	assert_eq!(json(&watcher.next().await)["result"], "done");

	// Not signed with our key: nobody is told, only counted.
	let mut large = text(12, "report");
	large["arguments"] = json!({"x": "x".repeat(MOST_COMMAND_BYTES)});
	let silent = [
		sign(b"another key of some length", &text(11, "report").to_string()),
		"no command".to_owned(),
		signed(&large),
	];
	for command in silent {
		watcher.publish(TOPIC, command).await;
	}
	bridge
		.state("counted", |state| state.counters.commands_refused == 3)
		.await;

	let mut expired = text(13, "report");
	expired["expires"] = json!(now_ms() - 1);
	let mut other = text(14, "report");
	other["machine"] = json!("m2");
	let told = [
		(good, "its counter 10 is not above 10"),
		(signed(&expired), "its time ended"),
		(signed(&other), "for the machine \\\"m2\\\""),
		(signed(&text(15, "move")), "not among the commands"),
	];
	for (command, why) in told {
		watcher.publish(TOPIC, command).await;
		let answer = json(&watcher.next().await);
		assert_eq!(answer["result"], "refused");
		assert!(
			answer["reason"].to_string().contains(why),
			"{answer} does not say {why}"
		);
	}
	let retained = signed(&text(16, "report"));
	watcher
		.publish_with(TOPIC, retained, true, PublishProperties::default())
		.await;
	// To those who listen already it comes as any other; to those who come later it does not come at all.
	assert_eq!(next(&mut bridge).await.name, "report");
	assert_eq!(json(&watcher.next().await)["reason"], "the machine gave no answer");
	let counters = bridge.stop().await.counters;
	assert_eq!((counters.commands_accepted, counters.commands_refused), (2, 7));
}

#[tokio::test]
async fn a_flood_gets_no_further_than_the_rate_and_does_not_stop_the_bridge() {
	let broker = Broker::start("").await;
	let mut watcher = Watcher::new(broker.port, "bpiiot/m1/answers").await;
	let folder = tempfile::tempdir().unwrap();
	let source = MemorySource::new();
	let mut bridge = Bridge::start(commanded(broker.port, folder.path()), source.clone(), folder.path());
	bridge.online().await;
	let flooder = Watcher::new(broker.port, "nothing").await;
	for _ in 0..500 {
		flooder.publish(TOPIC, "0".repeat(1000)).await;
	}
	for counter in 1..=20 {
		watcher.publish(TOPIC, signed(&text(counter, "report"))).await;
		if counter <= 5 {
			next(&mut bridge).await.reply.done(Value::Null);
			assert_eq!(json(&watcher.next().await)["result"], "done");
		} else {
			let answer = json(&watcher.next().await);
			assert!(answer["reason"].to_string().contains("too many commands"), "{answer}");
		}
	}
	source.put([crate::broker::setup::event(1, iot_outbox::Lane::Alarm, "{}")]);
	source.delivered(1).await;
	bridge
		.state("all counted", |state| state.counters.commands_refused == 515)
		.await;
	bridge.stop().await;
}

#[tokio::test]
async fn a_busy_daemon_is_told_to_those_who_command() {
	let broker = Broker::start("").await;
	let mut watcher = Watcher::new(broker.port, "bpiiot/m1/answers").await;
	let folder = tempfile::tempdir().unwrap();
	let bridge = Bridge::start(
		commanded(broker.port, folder.path()),
		MemorySource::new(),
		folder.path(),
	);
	bridge.online().await;
	// Nobody takes them: four fit into the channel.
	for counter in 1..=5 {
		watcher.publish(TOPIC, signed(&text(counter, "report"))).await;
	}
	let answer = json(&watcher.next().await);
	assert_eq!(answer["id"], "r-5");
	assert!(answer["reason"].to_string().contains("busy"), "{answer}");
	bridge.stop().await;
}

#[tokio::test]
async fn the_session_is_resumed_and_the_counter_outlives_a_restart() {
	let broker = Broker::start("").await;
	let mut watcher = Watcher::new(broker.port, "bpiiot/m1/answers").await;
	let folder = tempfile::tempdir().unwrap();
	let mut bridge = Bridge::start(
		commanded(broker.port, folder.path()),
		MemorySource::new(),
		folder.path(),
	);
	bridge.online().await;
	let first = signed(&text(10, "report"));
	watcher.publish(TOPIC, first.clone()).await;
	next(&mut bridge).await.reply.done(Value::Null);
	assert_eq!(json(&watcher.next().await)["id"], "r-10");
	bridge.kill().await;
	// The broker keeps both for the session; the first was followed before the restart.
	watcher.publish(TOPIC, first).await;
	watcher.publish(TOPIC, signed(&text(11, "refresh"))).await;
	let mut bridge = Bridge::start(
		commanded(broker.port, folder.path()),
		MemorySource::new(),
		folder.path(),
	);
	let command = next(&mut bridge).await;
	assert_eq!(command.id, "r-11");
	command.reply.done(Value::Null);
	let mut results = Vec::new();
	for _ in 0..2 {
		let answer = json(&watcher.next().await);
		results.push((answer["id"].to_string(), answer["result"].to_string()));
	}
	results.sort();
	assert_eq!(
		results,
		[
			("\"r-10\"".to_owned(), "\"refused\"".to_owned()),
			("\"r-11\"".to_owned(), "\"done\"".to_owned())
		]
	);
	bridge.stop().await;
}
