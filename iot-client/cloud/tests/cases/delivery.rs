use crate::broker::{
	setup::{config, event, machine, readings, Bridge, MemorySource},
	watcher::{id, json, topic, Watcher},
	Broker,
};
use iot_cloud::{Connection, OutboxSource, Source, READINGS};
use iot_outbox::{InFlight, Lane, Limits, Message, NewMessage, Outbox, SystemClock};
use std::{path::Path, sync::Arc};

const LANES: [Lane; 3] = [Lane::Alarm, Lane::Event, Lane::File];

/// Messages 1 to `count`, over three lanes.
fn messages(count: u64) -> Vec<Message> {
	(1..=count)
		.map(|id| event(id, LANES[(id % 3) as usize], format!("{{\"n\":{id}}}")))
		.collect()
}

/// The ids that the broker took in `lane`, in order, with copies.
fn taken(broker: &Broker, lane: Lane) -> Vec<u64> {
	let head = format!("bpiiot/m1/{}/", lane.name());
	let topics = broker.published_by("bridge");
	topics
		.iter()
		.filter_map(|topic| topic.strip_prefix(&head)?.parse().ok())
		.collect()
}

/// The first copy of each.
fn first_copies(ids: impl Iterator<Item = u64>) -> Vec<u64> {
	let mut once = Vec::new();
	for id in ids {
		if !once.contains(&id) {
			once.push(id);
		}
	}
	once
}

/// Checks that the broker has each of `count` messages, and each lane in order: first copies and last copies.
fn check_order(broker: &Broker, count: u64) {
	let mut all = Vec::new();
	for lane in LANES {
		let taken = taken(broker, lane);
		let first = first_copies(taken.iter().copied());
		assert!(first.is_sorted(), "{lane}: {first:?}");
		let mut last = first_copies(taken.into_iter().rev());
		last.reverse();
		assert!(last.is_sorted(), "{lane}: {last:?}");
		all.extend(first);
	}
	all.sort_unstable();
	assert_eq!(all, (1..=count).collect::<Vec<_>>());
}

#[tokio::test]
async fn everything_arrives_once_the_broker_is_up() {
	let mut broker = Broker::stopped("allow_anonymous true");
	let (folder, source) = (tempfile::tempdir().unwrap(), MemorySource::new());
	source.put(messages(60));
	let bridge = Bridge::start(config(broker.port), source.clone(), folder.path());
	let refused = |state: &iot_cloud::CloudState| match &state.connection {
		Connection::Offline { reason } => reason.contains("no connection to mqtt://127.0.0.1"),
		Connection::Online { .. } => false,
	};
	bridge.state("off line with a reason", refused).await;
	assert!(source.delivered.borrow().is_empty());
	broker.restart().await;
	source.delivered(60).await;
	check_order(&broker, 60);
	let state = bridge.online().await;
	assert_eq!(state.trouble, None);
	bridge.stop().await;
}

#[tokio::test]
async fn readings_arrive_in_units_with_their_number() {
	let broker = Broker::start("").await;
	let mut watcher = Watcher::new(broker.port, "bpiiot/m1/#").await;
	let (folder, source) = (tempfile::tempdir().unwrap(), MemorySource::new());
	source.put([readings(41, [1_000_123, 1_000_124])]);
	let bridge = Bridge::start(config(broker.port), source.clone(), folder.path());
	let publish = watcher.next_of(READINGS).await;
	assert_eq!(id(&publish), 41);
	let channel = serde_json::json!({"unit": "°C", "t": [1_000_123, 1_000_124], "v": [12.3, 12.4]});
	assert_eq!(json(&publish)["channels"]["temperature"], channel);
	assert_eq!(source.delivered(1).await, [41]);
	source.put([event(42, Lane::Alarm, "{\"late\":true}")]);
	assert_eq!(
		id(&watcher.next_of("alarm/42").await),
		42,
		"what is put later is sent at once"
	);
	bridge.stop().await;
}

#[tokio::test]
async fn a_broker_killed_mid_stream_loses_nothing_acknowledged_and_keeps_the_order() {
	let mut broker = Broker::start("").await;
	let (folder, source) = (tempfile::tempdir().unwrap(), MemorySource::new());
	let count = 600;
	source.put(messages(count));
	let bridge = Bridge::start(config(broker.port), source.clone(), folder.path());
	for round in 1..=4 {
		source.delivered(round * 100).await;
		broker.kill();
		let has: Vec<u64> = LANES.iter().flat_map(|lane| taken(&broker, *lane)).collect();
		let delivered = source.delivered.borrow().clone();
		assert!(
			delivered.iter().all(|id| has.contains(id)),
			"what left the outbox is at the broker"
		);
		broker.restart().await;
	}
	let delivered = source.delivered(count as usize).await;
	assert_eq!(delivered.len(), count as usize, "each leaves the outbox once");
	check_order(&broker, count);
	let counted = bridge.state("all counted", |state| state.counters.acked == count).await;
	let counters = counted.counters;
	assert_eq!(counters.moved_aside, 0);
	assert!(counters.reconnects >= 4, "{counters:?}");
	bridge.stop().await;
}

#[tokio::test]
async fn a_bridge_killed_mid_stream_sends_the_rest_with_the_same_numbers() {
	let broker = Broker::start("").await;
	let (folder, source) = (tempfile::tempdir().unwrap(), MemorySource::new());
	let count = 400;
	source.put(messages(count));
	for round in 1..=3 {
		let bridge = Bridge::start(config(broker.port), source.clone(), folder.path());
		source.delivered(round * 100).await;
		bridge.kill().await;
	}
	let bridge = Bridge::start(config(broker.port), source.clone(), folder.path());
	source.delivered(count as usize).await;
	check_order(&broker, count);
	bridge.stop().await;
}

fn outbox(folder: &Path) -> (Outbox, Arc<OutboxSource>) {
	let clock = Arc::new(SystemClock::new());
	let outbox = Outbox::open(&folder.join("outbox"), Limits::default(), clock.clone()).unwrap();
	(
		outbox.clone(),
		Arc::new(OutboxSource::new(outbox, folder.join("aside"), clock)),
	)
}

#[tokio::test]
async fn the_outbox_is_empty_when_the_broker_has_everything() {
	let mut broker = Broker::start("").await;
	let folder = tempfile::tempdir().unwrap();
	let (outbox, source) = outbox(folder.path());
	let count = 120;
	for id in 1..=count {
		let Message {
			lane,
			topic,
			body,
			at_ms,
			..
		} = event(id, LANES[(id % 3) as usize], "{}");
		let put = outbox.clone();
		let message = NewMessage {
			lane,
			at_ms,
			topic,
			body,
		};
		let given = tokio::task::spawn_blocking(move || put.put(message))
			.await
			.unwrap()
			.unwrap();
		assert_eq!(given.0, id, "an empty outbox numbers from 1");
	}
	let bridge = Bridge::start(config(broker.port), source.clone(), folder.path());
	bridge.state("some delivered", |state| state.counters.acked >= 20).await;
	broker.kill();
	broker.restart().await;
	bridge
		.state("all delivered", |state| state.counters.acked >= count)
		.await;
	bridge.stop().await;
	check_order(&broker, count);
	assert_eq!(source.next(&InFlight::new(), 10, 1 << 20).unwrap(), []);
}

#[tokio::test]
async fn the_last_will_says_that_the_machine_is_gone_and_a_stop_says_it_itself() {
	let broker = Broker::start("").await;
	let mut watcher = Watcher::new(broker.port, "bpiiot/m1/state").await;
	let folder = tempfile::tempdir().unwrap();
	let bridge = Bridge::start(config(broker.port), MemorySource::new(), folder.path());
	let online = json(&watcher.next().await);
	assert_eq!(online["state"], "online");
	assert!(online["at"].is_u64());
	bridge.kill().await;
	assert_eq!(
		json(&watcher.next().await),
		serde_json::json!({"v": 1, "state": "offline"}),
		"the will"
	);
	let bridge = Bridge::start(config(broker.port), MemorySource::new(), folder.path());
	assert_eq!(json(&watcher.next().await)["state"], "online");
	bridge.stop().await;
	let offline = json(&watcher.next().await);
	assert_eq!(offline["state"], "offline");
	assert!(offline["at"].is_u64(), "our own word");
	let retained = Watcher::new(broker.port, "bpiiot/m1/state").await.next().await;
	assert_eq!(json(&retained), offline);
}

#[tokio::test]
async fn stopping_waits_for_what_is_under_way() {
	let broker = Broker::start("").await;
	let (folder, source) = (tempfile::tempdir().unwrap(), MemorySource::new());
	source.put(messages(500));
	let bridge = Bridge::start(config(broker.port), source.clone(), folder.path());
	source.delivered(50).await;
	let state = bridge.stop().await;
	let counters = state.counters;
	assert_eq!(counters.published, counters.acked, "nothing is left in doubt");
	assert_eq!(counters.acked, source.delivered.borrow().len() as u64);
	assert_eq!(
		state.connection,
		Connection::Offline {
			reason: "stopped".to_owned()
		}
	);
	broker.logged("Client bridge disconnected", 0).await;
}

#[tokio::test]
async fn readings_too_many_for_the_broker_are_cut_and_what_cannot_be_is_moved_aside() {
	let broker = Broker::start("max_packet_size 2000").await;
	let mut watcher = Watcher::new(broker.port, "bpiiot/m1/#").await;
	let (folder, source) = (tempfile::tempdir().unwrap(), MemorySource::new());
	let times: Vec<u64> = (0..400).map(|number| 1_000_000 + number).collect();
	source.put([
		event(1, Lane::Event, vec![b'x'; 5_000]),
		event(2, Lane::Event, "{}"),
		readings(3, times.clone()),
	]);
	let bridge = Bridge::start(config(broker.port), source.clone(), folder.path());
	assert_eq!(source.delivered(2).await, [2, 3]);
	let aside = source.moved_aside(1).await;
	assert_eq!(aside[0].0, 1);
	assert!(aside[0].1.contains("at most 2000 bytes"), "{aside:?}");
	let (mut seen, mut parts) = (Vec::new(), 1);
	while seen.len() < times.len() {
		let publish = watcher.next_of(READINGS).await;
		assert_eq!(id(&publish), 3);
		let document = json(&publish);
		assert_eq!(document["part"][0], parts);
		parts += 1;
		seen.extend(
			document["channels"]["temperature"]["t"]
				.as_array()
				.unwrap()
				.iter()
				.map(|at| at.as_u64().unwrap()),
		);
	}
	assert_eq!(seen, times);
	assert_eq!(bridge.stop().await.counters.moved_aside, 1);
	assert_eq!(machine().id, "m1");
}

#[tokio::test]
async fn two_machines_do_not_see_each_others_topics() {
	let broker = Broker::start("").await;
	let mut watcher = Watcher::new(broker.port, "bpiiot/+/event/#").await;
	let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
	let mut seen = Vec::new();
	for (number, folder) in folders.iter().enumerate() {
		let source = MemorySource::new();
		source.put([event(7, Lane::Event, "{}")]);
		let mut config = config(broker.port);
		config.client_id = format!("bridge-{number}");
		config.prefix = format!("bpiiot/m{number}");
		let bridge = Bridge::start(config, source, folder.path());
		seen.push(topic(&watcher.next().await));
		bridge.stop().await;
	}
	assert_eq!(seen, ["bpiiot/m0/event/7", "bpiiot/m1/event/7"]);
}
