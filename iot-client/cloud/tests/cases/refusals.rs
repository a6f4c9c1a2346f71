use crate::broker::{
	fake::{Answer, Fake},
	setup::{config, event, Bridge, MemorySource},
	write_secret, Broker,
};
use iot_cloud::{CloudState, CommandConfig, Rate};
use iot_outbox::Lane;
use std::{
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc,
	},
	time::{Duration, Instant},
};

const ACCEPTED: u8 = 0;
const QUOTA_EXCEEDED: u8 = 0x97;
const PAYLOAD_INVALID: u8 = 0x99;

fn of_lane(topics: &[String], lane: Lane) -> Vec<u64> {
	let head = format!("bpiiot/m1/{}/", lane.name());
	topics
		.iter()
		.filter_map(|topic| topic.strip_prefix(&head)?.parse().ok())
		.collect()
}

#[tokio::test]
async fn a_topic_that_is_not_authorised_waits_and_the_others_go_on() {
	let acl = "topic write bpiiot/m1/state\ntopic write bpiiot/m1/event/#\ntopic read #\n";
	let config_text = "allow_anonymous true\nacl_file FOLDER/acl";
	let mut broker = Broker::with_files(config_text, &[("acl", acl)]).await;
	let (folder, source) = (tempfile::tempdir().unwrap(), MemorySource::new());
	source.put([
		event(1, Lane::File, "{}"),
		event(2, Lane::Event, "{}"),
		event(3, Lane::Event, "{}"),
	]);
	let bridge = Bridge::start(config(broker.port), source.clone(), folder.path());
	assert_eq!(source.delivered(2).await, [2, 3]);
	let state = bridge
		.state("refused again and again", |state| state.counters.refused >= 4)
		.await;
	assert!(state.is_online());
	assert!(
		state
			.trouble
			.as_deref()
			.is_some_and(|trouble| trouble.contains("NotAuthorized")),
		"{:?}",
		state.trouble
	);
	assert_eq!(state.counters.moved_aside, 0);
	// The owner mends the broker's list.
	broker.kill();
	std::fs::write(broker.folder().join("acl"), "topic readwrite #\n").unwrap();
	broker.restart().await;
	assert_eq!(source.delivered(3).await, [2, 3, 1]);
	bridge.state("no trouble", |state| state.trouble.is_none()).await;
	bridge.stop().await;
}

#[tokio::test]
async fn a_quota_that_passes_loses_nothing_and_last_copies_are_in_order() {
	let full = Arc::new(AtomicBool::new(true));
	let rule = full.clone();
	let fake = Fake::start(Vec::new(), move |got| {
		if got.topic.ends_with("/event/2") && rule.load(Ordering::Relaxed) {
			Answer::Ack(QUOTA_EXCEEDED)
		} else {
			Answer::Ack(ACCEPTED)
		}
	})
	.await;
	let (folder, source) = (tempfile::tempdir().unwrap(), MemorySource::new());
	source.put((1..=5).map(|id| event(id, Lane::Event, "{}")));
	let bridge = Bridge::start(config(fake.port), source.clone(), folder.path());
	bridge.state("refused often", |state| state.counters.refused >= 5).await;
	assert_eq!(*source.delivered.borrow(), [1]);
	full.store(false, Ordering::Relaxed);
	assert_eq!(source.delivered(5).await, [1, 2, 3, 4, 5]);
	let taken = of_lane(&fake.topics(), Lane::Event);
	assert!(taken.ends_with(&[2, 3, 4, 5]), "{taken:?}");
	assert_eq!(bridge.stop().await.counters.moved_aside, 0);
}

#[tokio::test]
async fn a_message_refused_for_its_content_is_moved_aside_and_the_lane_goes_on() {
	let fake = Fake::start(Vec::new(), |got| {
		Answer::Ack(if got.topic.ends_with("/event/2") {
			PAYLOAD_INVALID
		} else {
			ACCEPTED
		})
	})
	.await;
	let (folder, source) = (tempfile::tempdir().unwrap(), MemorySource::new());
	source.put((1..=4).map(|id| event(id, Lane::Event, "{}")));
	let bridge = Bridge::start(config(fake.port), source.clone(), folder.path());
	assert_eq!(source.delivered(3).await, [1, 3, 4]);
	let aside = source.moved_aside(1).await;
	assert_eq!(aside[0].0, 2);
	assert!(aside[0].1.contains("PayloadFormatInvalid"), "{aside:?}");
	let copies = of_lane(&fake.topics(), Lane::Event)
		.into_iter()
		.filter(|id| *id == 2)
		.count();
	assert_eq!(copies, 3);
	assert_eq!(bridge.stop().await.counters.moved_aside, 1);
}

/// mosquitto answers a message above `message_size_limit` with a reason code that MQTT does not have for it: the library ends
/// the connection, each time.
#[tokio::test]
async fn a_message_that_ends_each_connection_is_found_and_moved_aside() {
	let broker = Broker::start("message_size_limit 500").await;
	let (folder, source) = (tempfile::tempdir().unwrap(), MemorySource::new());
	let mut messages: Vec<_> = (1..=9).map(|id| event(id, Lane::Event, "{}")).collect();
	messages[3].body = vec![b'x'; 1_000];
	source.put(messages);
	let bridge = Bridge::start(config(broker.port), source.clone(), folder.path());
	assert_eq!(source.delivered(8).await, [1, 2, 3, 5, 6, 7, 8, 9]);
	assert_eq!(source.moved_aside(1).await[0].0, 4);
	bridge.stop().await;
}

#[tokio::test]
async fn a_message_at_which_the_broker_just_hangs_up_is_moved_aside_after_many_times() {
	let fake = Fake::start(Vec::new(), |got| {
		if got.topic.ends_with("/event/1") {
			Answer::HangUp
		} else {
			Answer::Ack(ACCEPTED)
		}
	})
	.await;
	let (folder, source) = (tempfile::tempdir().unwrap(), MemorySource::new());
	source.put([
		event(1, Lane::Event, "{}"),
		event(2, Lane::Event, "{}"),
		event(3, Lane::Reading, "{}"),
	]);
	let mut config = config(fake.port);
	config.timing.reconnect_least = Duration::from_millis(5);
	config.timing.reconnect_most = Duration::from_millis(20);
	let bridge = Bridge::start(config, source.clone(), folder.path());
	source.delivered(2).await;
	assert_eq!(source.moved_aside(1).await[0].0, 1);
	let copies = of_lane(&fake.topics(), Lane::Event)
		.into_iter()
		.filter(|id| *id == 1)
		.count();
	assert_eq!(copies, 17, "once to suspect it, 16 times alone");
	bridge.stop().await;
}

#[tokio::test]
async fn receive_maximum_is_kept_and_a_silent_broker_is_left() {
	let receive_maximum = vec![0x21, 0, 3];
	let fake = Fake::start(receive_maximum, |got| {
		if got.topic.ends_with("/state") {
			Answer::Ack(ACCEPTED)
		} else {
			Answer::Silence
		}
	})
	.await;
	let (folder, source) = (tempfile::tempdir().unwrap(), MemorySource::new());
	source.put((1..=9).map(|id| event(id, Lane::Event, "{}")));
	let mut config = config(fake.port);
	config.timing.acknowledge = Duration::from_secs(1);
	let bridge = Bridge::start(config, source.clone(), folder.path());
	bridge
		.state("again on line", |state| state.counters.reconnects >= 1)
		.await;
	let topics = fake.topics();
	let first: Vec<_> = topics
		.iter()
		.skip(1)
		.take_while(|topic| !topic.ends_with("/state"))
		.collect();
	assert_eq!(first.len(), 3, "{topics:?}");
	assert!(source.delivered.borrow().is_empty());
	bridge.kill().await;
}

#[tokio::test]
async fn a_broker_without_keep_alive_is_not_pinged_without_pause() {
	let no_keep_alive = vec![0x13, 0, 0];
	let fake = Fake::start(no_keep_alive, |_| Answer::Ack(ACCEPTED)).await;
	let (folder, source) = (tempfile::tempdir().unwrap(), MemorySource::new());
	source.put((1..=200).map(|id| event(id, Lane::Event, "{}")));
	let bridge = Bridge::start(config(fake.port), source.clone(), folder.path());
	source.delivered(200).await;
	assert_eq!(bridge.stop().await.counters.attempts, 1);
	assert!(fake.pings.load(Ordering::Relaxed) <= 1);
}

#[tokio::test]
async fn a_broker_that_allows_qos_0_only_is_refused_in_words() {
	let most_qos_0 = vec![0x24, 0];
	let fake = Fake::start(most_qos_0, |_| Answer::Ack(ACCEPTED)).await;
	let (folder, source) = (tempfile::tempdir().unwrap(), MemorySource::new());
	source.put([event(1, Lane::Event, "{}")]);
	let bridge = Bridge::start(config(fake.port), source.clone(), folder.path());
	bridge
		.state("refused", |state| {
			format!("{:?}", state.connection).contains("must allow QoS 1")
		})
		.await;
	assert_eq!(fake.topics(), [] as [&str; 0]);
	bridge.kill().await;
}

#[tokio::test]
async fn a_broker_that_hangs_up_at_once_is_not_hammered() {
	let fake = Fake::start(Vec::new(), |_| Answer::HangUp).await;
	let folder = tempfile::tempdir().unwrap();
	let mut config = config(fake.port);
	config.timing.reconnect_least = Duration::from_millis(200);
	let begin = Instant::now();
	let bridge = Bridge::start(config, MemorySource::new(), folder.path());
	let state = bridge.state("six attempts", |state| state.counters.attempts >= 6).await;
	assert!(
		begin.elapsed() >= 5 * Duration::from_millis(200),
		"{state:?} after {:?}",
		begin.elapsed()
	);
	assert!(fake.connections.load(Ordering::Relaxed) <= 6);
	bridge.kill().await;
}

#[tokio::test]
async fn a_broker_that_keeps_no_retained_messages_is_used_without() {
	const RETAIN_NOT_SUPPORTED: u8 = 0x9a;
	let retained = Arc::new(AtomicBool::new(false));
	let note = retained.clone();
	let fake = Fake::refusing_first(&[RETAIN_NOT_SUPPORTED], Vec::new(), move |got| {
		note.fetch_or(got.retain, Ordering::Relaxed);
		Answer::Ack(ACCEPTED)
	})
	.await;
	let folder = tempfile::tempdir().unwrap();
	let bridge = Bridge::start(config(fake.port), MemorySource::new(), folder.path());
	bridge.online().await;
	assert_eq!(bridge.stop().await.counters.attempts, 2);
	assert_eq!(fake.topics(), ["bpiiot/m1/state", "bpiiot/m1/state"]);
	assert!(!retained.load(Ordering::Relaxed));
}

#[tokio::test]
async fn that_commands_cannot_come_stays_in_the_state() {
	let fake = Fake::start(Vec::new(), |_| Answer::Ack(ACCEPTED)).await;
	let (folder, source) = (tempfile::tempdir().unwrap(), MemorySource::new());
	let mut config = config(fake.port);
	let key_file = folder.path().join("key");
	write_secret(&key_file, "0123456789abcdef");
	config.commands = Some(CommandConfig {
		key_file,
		allowed: ["report".to_owned()].into(),
		rate: Rate { burst: 1, every_ms: 1 },
	});
	source.put([event(1, Lane::Event, "{}")]);
	let bridge = Bridge::start(config, source.clone(), folder.path());
	source.delivered(1).await;
	let state = bridge.state("counted", |state| state.counters.acked == 1).await;
	assert!(
		state
			.trouble
			.as_deref()
			.is_some_and(|trouble| trouble.contains("listen to commands")),
		"{state:?}"
	);
	bridge.stop().await;
}

#[tokio::test]
async fn a_broker_that_falls_silent_is_left_by_its_own_keep_alive() {
	let one_second = vec![0x13, 0, 1];
	let fake = Fake::start(one_second, |_| Answer::Ack(ACCEPTED)).await;
	fake.deaf.store(true, Ordering::Relaxed);
	let folder = tempfile::tempdir().unwrap();
	let bridge = Bridge::start(config(fake.port), MemorySource::new(), folder.path());
	bridge.online().await;
	let silent = |state: &CloudState| format!("{:?}", state.connection).contains("does not answer any more");
	bridge.state("left", silent).await;
	fake.deaf.store(false, Ordering::Relaxed);
	bridge
		.state("again on line", |state| state.counters.reconnects >= 1)
		.await;
	assert!(fake.pings.load(Ordering::Relaxed) >= 1);
	bridge.stop().await;
}

#[tokio::test]
async fn one_at_a_time_works_too() {
	let broker = Broker::start("").await;
	let (folder, source) = (tempfile::tempdir().unwrap(), MemorySource::new());
	source.put((1..=30).map(|id| event(id, Lane::Event, "{}")));
	let mut config = config(broker.port);
	config.inflight = 1;
	let bridge = Bridge::start(config, source.clone(), folder.path());
	assert_eq!(source.delivered(30).await, (1..=30).collect::<Vec<_>>());
	assert_eq!(bridge.stop().await.counters.published, 30);
}
