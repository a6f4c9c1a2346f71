//! A broker at its worst, by chance from seeds that are printed when a rule is broken.

use crate::broker::{
	fake::{Answer, Fake},
	setup::{config, event, Bridge, MemorySource},
};
use iot_outbox::Lane;
use rand::{rngs::StdRng, Rng, SeedableRng};
use std::{
	collections::BTreeMap,
	sync::{Arc, Mutex},
	time::Duration,
};

const LANES: [Lane; 4] = Lane::ALL;
const MESSAGES: u64 = 120;
const REFUSALS: [u8; 4] = [0x80, 0x83, 0x87, 0x97];

/// One in so many publications is refused, ends the connection, or is never acknowledged.
#[derive(Clone, Copy)]
struct Odds {
	refused: u32,
	hang_up: u32,
}

/// The ids that the broker accepted, in order, with copies.
type Accepted = Arc<Mutex<Vec<u64>>>;

async fn broker(seed: u64, odds: Odds) -> (Fake, Accepted) {
	let mut chance = StdRng::seed_from_u64(seed);
	let accepted = Accepted::default();
	let note = accepted.clone();
	let fake = Fake::start(vec![0x21, 0, 7], move |got| {
		let Some(id) = got.topic.rsplit('/').next().and_then(|id| id.parse().ok()) else {
			return Answer::Ack(0);
		};
		if chance.random_ratio(1, odds.refused) {
			return Answer::Ack(REFUSALS[chance.random_range(0..REFUSALS.len())]);
		}
		let hang_up = chance.random_ratio(1, odds.hang_up);
		// It may have taken the message before it hangs up.
		if !hang_up || chance.random() {
			note.lock().unwrap().push(id);
		}
		if hang_up {
			Answer::HangUp
		} else {
			Answer::Ack(0)
		}
	})
	.await;
	(fake, accepted)
}

fn lane_of(id: u64) -> Lane {
	LANES[(id % 4) as usize]
}

/// The last copy of each id of a lane, in the order that the broker has them.
fn last_copies(accepted: &[u64], lane: Lane) -> Vec<u64> {
	let mut last = Vec::new();
	for id in accepted.iter().rev().filter(|id| lane_of(**id) == lane) {
		if !last.contains(id) {
			last.push(*id);
		}
	}
	last.reverse();
	last
}

#[tokio::test]
async fn whatever_the_broker_does_all_arrives_and_last_copies_are_in_order() {
	let odds = [(8, 1000), (1000, 10), (10, 20)].map(|(refused, hang_up)| Odds { refused, hang_up });
	for (seed, odds) in (1..).zip(odds) {
		let (fake, accepted) = broker(seed, odds).await;
		let (folder, source) = (tempfile::tempdir().unwrap(), MemorySource::new());
		let mut config = config(fake.port);
		config.timing.reconnect_least = Duration::from_millis(2);
		config.timing.reconnect_most = Duration::from_millis(20);
		config.timing.tick = Duration::from_millis(5);
		let mut next = 1;
		// Some wait already, and the rest comes while it runs, through a few restarts.
		for round in 1..=4 {
			let until = round * MESSAGES / 4;
			source.put((next..=until).map(|id| event(id, lane_of(id), "{}")));
			next = until + 1;
			let bridge = Bridge::start(config.clone(), source.clone(), folder.path());
			source.delivered(usize::try_from(until).unwrap() - 10).await;
			bridge.kill().await;
		}
		let bridge = Bridge::start(config, source.clone(), folder.path());
		let delivered = source.delivered(MESSAGES as usize).await;
		bridge.stop().await;
		assert!(source.aside.borrow().is_empty(), "seed {seed}");
		let mut times: BTreeMap<u64, usize> = BTreeMap::new();
		delivered.iter().for_each(|id| *times.entry(*id).or_default() += 1);
		assert!(times.keys().copied().eq(1..=MESSAGES), "seed {seed}");
		let accepted = accepted.lock().unwrap().clone();
		for lane in LANES {
			let last = last_copies(&accepted, lane);
			assert!(last.is_sorted(), "seed {seed}, {lane}: {last:?}");
			assert_eq!(last.len(), MESSAGES as usize / 4, "seed {seed}, {lane}");
		}
	}
}
