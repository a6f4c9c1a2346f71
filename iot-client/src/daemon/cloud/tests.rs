//! What comes into the outbox, without a broker.

use super::{feed::Feed, keeper::Keeper};
use crate::{
	board::LinkId,
	daemon::{
		bench::{Bench, COOLANT, SOON, TEMPERATURE},
		news::{JobNews, What},
		status::Snapshot,
	},
};
use iot_outbox::{InFlight, Lane, Limits, Message, Outbox, ReadingBatch, SystemClock};
use std::{sync::Arc, time::Duration};
use tokio::{task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

struct Fed {
	bench: Bench,
	outbox: Outbox,
	stop: CancellationToken,
	feeding: JoinHandle<()>,
}

impl Fed {
	async fn new() -> Self {
		let bench = Bench::new();
		let path = bench.dir.path().join("outbox");
		let outbox = Outbox::open(&path, Limits::default(), Arc::new(SystemClock::new())).unwrap();
		let (stop, opened) = (CancellationToken::new(), outbox.clone());
		let open = Box::new(move || Ok(opened.clone()));
		let feed = Feed {
			board: bench.site.board.clone(),
			signals: bench.site.board.signals(),
			herald: bench.site.herald.clone(),
			notices: bench.site.notices.clone(),
			keeper: Keeper::start(open, bench.site.notices.clone()).0,
			every: Duration::from_millis(100),
		};
		let feeding = tokio::spawn(feed.run(stop.clone()));
		// It listens.
		tokio::task::yield_now().await;
		Self {
			bench,
			outbox,
			stop,
			feeding,
		}
	}

	/// Waits for what comes into this lane until it is enough.
	async fn until(&self, lane: Lane, enough: impl Fn(&[Message]) -> bool) -> Vec<Message> {
		let wait = async {
			loop {
				let mut messages = self.outbox.next(&InFlight::new(), 1_000, 1 << 20).unwrap();
				messages.retain(|message| message.lane == lane);
				if enough(&messages) {
					break messages;
				}
				tokio::time::sleep(Duration::from_millis(10)).await;
			}
		};
		timeout(SOON, wait).await.unwrap()
	}

	async fn end(self) {
		self.stop.cancel();
		timeout(SOON, self.feeding).await.unwrap().unwrap();
	}
}

fn samples(messages: &[Message]) -> Vec<(String, i32)> {
	let batches = messages
		.iter()
		.map(|message| ReadingBatch::decode(&message.body).unwrap());
	batches
		.flat_map(|batch| {
			let channels = batch.channels.clone();
			let named = move |channel: u16| channels[usize::from(channel)].clone();
			batch
				.samples
				.into_iter()
				.map(move |sample| (named(sample.channel), sample.value))
		})
		.collect()
}

fn json(message: &Message) -> serde_json::Value {
	serde_json::from_slice(&message.body).unwrap()
}

#[tokio::test]
async fn readings_come_in_batches_and_none_is_missing() {
	let fed = Fed::new().await;
	for value in 0..500 {
		fed.bench.measure(LinkId(1), TEMPERATURE, value);
	}
	fed.bench.measure(LinkId(1), COOLANT, 1);
	// Of a board that nobody has met.
	fed.bench.measure(LinkId(7), TEMPERATURE, 12_345);
	let messages = fed
		.until(Lane::Reading, |messages| samples(messages).len() >= 501)
		.await;
	let mut expected: Vec<_> = (0..500).map(|value| ("temperature".to_owned(), value)).collect();
	expected.push(("coolant".to_owned(), 1));
	let mut found = samples(&messages);
	found.sort_by_key(|(channel, value)| (channel != "temperature", *value));
	assert_eq!(found, expected);
	assert!(messages.len() < 20, "{}", messages.len());
	assert!(messages.iter().all(|message| message.topic == "readings"));
	fed.end().await;
}

#[tokio::test]
async fn what_happens_to_jobs_is_told_but_not_each_reading() {
	let fed = Fed::new().await;
	let herald = &fed.bench.site.herald;
	herald.tell(
		7,
		What::Job(JobNews::Readings {
			values: Default::default(),
		}),
	);
	let state = |state: &str| {
		What::Job(JobNews::State {
			state: state.to_owned(),
			block: 9,
		})
	};
	herald.tell(7, state("started"));
	herald.tell(7, state("delivered"));
	let events = fed.until(Lane::Event, |events| events.len() >= 2).await;
	let states: Vec<_> = events.iter().map(|event| json(event)["state"].clone()).collect();
	assert_eq!(states, ["started", "delivered"]);
	let first = json(&events[0]);
	assert_eq!(
		(&first["job"], &first["v"], &first["event"]),
		(&7.into(), &1.into(), &"state".into())
	);
	fed.end().await;
}

#[tokio::test]
async fn alarms_are_told_when_they_come_and_when_they_go() {
	let fed = Fed::new().await;
	for alarms in [vec!["no board"], vec!["no board", "too hot"], vec!["too hot"], vec![]] {
		let count = fed.outbox.stats().lane(Lane::Alarm).messages;
		fed.bench.site.notices.show(Snapshot {
			alarms: alarms.into_iter().map(str::to_owned).collect(),
			..Snapshot::default()
		});
		fed.until(Lane::Alarm, |alarms| alarms.len() as u64 > count).await;
	}
	let told = fed.until(Lane::Alarm, |alarms| alarms.len() >= 4).await;
	let told: Vec<_> = told
		.iter()
		.map(|alarm| (json(alarm)["event"].clone(), json(alarm)["text"].clone()))
		.collect();
	let expected = [
		("alarm", "no board"),
		("alarm", "too hot"),
		("alarm-over", "no board"),
		("alarm-over", "too hot"),
	];
	assert_eq!(told, expected.map(|(event, text)| (event.into(), text.into())));
	fed.end().await;
}
