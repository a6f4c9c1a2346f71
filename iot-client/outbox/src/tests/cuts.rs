//! Power cuts: what was acknowledged and not delivered is there, with the same bytes, in order.

use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// What is done to the outbox.
#[derive(Clone, Debug)]
enum Step {
	Put(Lane, usize),
	PutAll(Vec<(Lane, usize)>),
	/// So many messages are taken and delivered.
	Deliver(usize),
	Sync,
	Pass(u64),
	/// The power goes now.
	Cut,
	/// The power goes after so many changes of the disk, whatever is done then.
	CutAfter(u64),
	/// The power goes, and goes again while the outbox is opened.
	CutTwice(u64),
	Restart,
}

fn lane() -> impl Strategy<Value = Lane> {
	prop::sample::select(Lane::ALL.to_vec())
}

fn size() -> impl Strategy<Value = usize> {
	prop_oneof![6 => 0..300_usize, 2 => 300..6000_usize, 1 => 6000..60_000_usize]
}

fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
	let step = prop_oneof![
		8 => (lane(), size()).prop_map(|(lane, size)| Step::Put(lane, size)),
		2 => proptest::collection::vec((lane(), size()), 0..8).prop_map(Step::PutAll),
		4 => (1..6_usize).prop_map(Step::Deliver),
		1 => Just(Step::Sync),
		1 => (0..10_000_u64).prop_map(Step::Pass),
		2 => Just(Step::Cut),
		4 => (0..25_u64).prop_map(Step::CutAfter),
		1 => (0..15_u64).prop_map(Step::CutTwice),
		1 => Just(Step::Restart),
	];
	proptest::collection::vec(step, 1..most)
}

/// What must be there, and what may.
struct Model {
	disk: FaultyDisk,
	clock: Arc<TestClock>,
	outbox: Option<Outbox>,
	/// Acknowledged, or seen after a cut, and not delivered.
	must: BTreeMap<(Lane, MessageId), Vec<u8>>,
	/// Delivered, since nobody knows when that is on disk; and put without an answer.
	may: BTreeSet<Vec<u8>>,
	highest: u64,
	bodies: u64,
}

impl Model {
	fn new(seed: u64) -> Self {
		let (disk, clock) = (FaultyDisk::new(seed), TestClock::new());
		let outbox = Some(open_on(&disk, Self::limits(), &clock).unwrap());
		Self {
			disk,
			clock,
			outbox,
			must: BTreeMap::new(),
			may: BTreeSet::new(),
			highest: 0,
			bodies: 0,
		}
	}

	/// Room for all, so that nothing is dropped.
	fn limits() -> Limits {
		Limits {
			max_bytes: 256 * 1024 * 1024,
			..limits()
		}
	}

	fn outbox(&self) -> Outbox {
		self.outbox.clone().unwrap()
	}

	/// A message unlike all before.
	fn message(&mut self, lane: Lane, size: usize) -> NewMessage {
		self.bodies += 1;
		let body: Vec<u8> = self.bodies.to_le_bytes().into_iter().cycle().take(size + 8).collect();
		message(lane, self.bodies, &body)
	}

	fn run(&mut self, step: &Step) {
		match step {
			Step::Put(lane, size) => self.put(&[(*lane, *size)]),
			Step::PutAll(all) => self.put(all),
			Step::Deliver(count) => self.deliver(*count),
			Step::Sync => {
				let _ = self.outbox().sync();
			}
			Step::Pass(ms) => self.clock.pass(*ms),
			Step::CutAfter(changes) => self.disk.cut_after(*changes),
			Step::Cut => self.cut(None),
			Step::CutTwice(changes) => self.cut(Some(*changes)),
			Step::Restart => self.restart(),
		}
		if !self.disk.is_on() {
			self.cut(None);
		}
	}

	fn put(&mut self, all: &[(Lane, usize)]) {
		let messages: Vec<_> = all.iter().map(|(lane, size)| self.message(*lane, *size)).collect();
		match self.outbox().put_all(messages.clone()) {
			Ok(ids) => {
				assert_eq!(ids.len(), messages.len());
				for (id, message) in ids.into_iter().zip(messages) {
					assert!(id.0 > self.highest, "{id} was given before");
					self.highest = id.0;
					self.must.insert((message.lane, id), message.body);
				}
			}
			Err(_) => {
				assert!(!self.disk.is_on());
				self.may.extend(messages.into_iter().map(|message| message.body));
			}
		}
	}

	fn deliver(&mut self, count: usize) {
		let Ok(next) = self.outbox().next(&InFlight::new(), count, usize::MAX) else {
			assert!(!self.disk.is_on());
			return;
		};
		let expected: Vec<_> = self
			.must
			.iter()
			.take(count)
			.map(|((_, id), body)| (*id, body.clone()))
			.collect();
		assert_eq!(
			next.iter().map(|m| (m.id, m.body.clone())).collect::<Vec<_>>(),
			expected
		);
		let ids: Vec<_> = next.iter().map(|message| message.id).collect();
		if self.outbox().delivered(&ids).is_err() {
			assert!(!self.disk.is_on());
		}
		for message in next {
			self.must.remove(&(message.lane, message.id));
			self.may.insert(message.body);
		}
	}

	fn cut(&mut self, again: Option<u64>) {
		self.disk.cut();
		self.outbox = None;
		if let Some(changes) = again {
			self.disk.cut_after(changes);
			self.outbox = open_on(&self.disk, Self::limits(), &self.clock).ok();
			self.outbox = None;
			self.disk.cut();
		}
		self.reopen();
	}

	/// Closed by itself, perhaps while the power goes.
	fn restart(&mut self) {
		self.outbox = None;
		if self.disk.is_on() {
			match open_on(&self.disk, Self::limits(), &self.clock) {
				Ok(outbox) => return self.check(outbox),
				Err(error) => assert!(!self.disk.is_on(), "{error}"),
			}
		}
		self.disk.cut();
		self.reopen();
	}

	fn reopen(&mut self) {
		let outbox = open_on(&self.disk, Self::limits(), &self.clock).expect("opens after any cut");
		self.check(outbox);
	}

	fn check(&mut self, outbox: Outbox) {
		if let Ok(found) = outbox.next(&InFlight::new(), usize::MAX, usize::MAX) {
			let keys: Vec<_> = found.iter().map(|message| (message.lane, message.id)).collect();
			assert!(keys.is_sorted_by(|a, b| a < b), "{keys:?}");
			for (key, body) in &self.must {
				let there = found.iter().find(|message| (message.lane, message.id) == *key);
				assert_eq!(
					there.map(|message| &message.body),
					Some(body),
					"{key:?} is lost or changed"
				);
			}
			for message in found {
				let key = (message.lane, message.id);
				assert!(
					self.must.contains_key(&key) || self.may.contains(&message.body),
					"{key:?} is from nowhere"
				);
				assert_eq!(message.topic, "topic");
				assert_eq!(message.body[..8], message.at_ms.to_le_bytes());
				self.highest = self.highest.max(message.id.0);
				self.must.insert(key, message.body);
			}
			if self.disk.is_on() {
				assert_account(&outbox);
			}
		} else {
			assert!(!self.disk.is_on());
		}
		self.outbox = Some(outbox);
	}
}

fn holds(seed: u64, steps: &[Step]) {
	let mut model = Model::new(seed);
	for step in steps {
		model.run(step);
	}
	model.cut(None);
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(256))]

	#[test]
	fn nothing_acknowledged_is_lost_at_power_cuts(seed in any::<u64>(), steps in steps(30)) {
		holds(seed, &steps);
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(1024))]

	#[test]
	fn long_nothing_acknowledged_is_lost_at_power_cuts(seed in any::<u64>(), steps in steps(60)) {
		holds(seed, &steps);
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	#[test]
	fn a_spoiled_byte_is_an_error_or_no_matter_but_never_a_panic(
		seed in any::<u64>(),
		places in proptest::collection::vec(any::<prop::sample::Index>(), 1..4),
	) {
		let (disk, clock) = (FaultyDisk::new(seed), TestClock::new());
		let outbox = open_on(&disk, limits(), &clock).unwrap();
		for n in 0..20_u64 {
			outbox.put(message(Lane::Event, n, &[n as u8; 3000])).unwrap();
		}
		let before = bodies(&outbox);
		drop(outbox);
		// Within the pages that are in use, most of them.
		places.iter().for_each(|place| disk.spoil(place.index(200_000)));
		match open_on(&disk, limits(), &clock) {
			Ok(outbox) => {
				let after = bodies(&outbox);
				prop_assert!(after.iter().all(|body| before.contains(body)));
			}
			Err(error) => prop_assert!(error.to_string().contains("test.outbox"), "{}", error),
		}
	}
}
