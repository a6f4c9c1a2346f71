mod cuts;
mod files;
mod full;
mod lanes;
mod room;
mod time;

use crate::{faults::FaultyDisk, *};
use std::{
	path::Path,
	sync::{
		atomic::{AtomicU64, Ordering},
		Arc,
	},
};

/// Clocks that a test sets.
#[derive(Default)]
pub(crate) struct TestClock {
	unix: AtomicU64,
	monotonic: AtomicU64,
}

impl TestClock {
	pub(crate) fn new() -> Arc<Self> {
		let clock = Self::default();
		clock.unix.store(1_800_000_000_000, Ordering::SeqCst);
		Arc::new(clock)
	}

	/// Time passes.
	pub(crate) fn pass(&self, ms: u64) {
		self.unix.fetch_add(ms, Ordering::SeqCst);
		self.monotonic.fetch_add(ms, Ordering::SeqCst);
	}

	/// The date is set, as by a time server.
	pub(crate) fn set_unix(&self, ms: u64) {
		self.unix.store(ms, Ordering::SeqCst);
	}
}

impl Clock for TestClock {
	fn now_ms(&self) -> u64 {
		self.unix.load(Ordering::SeqCst)
	}

	fn monotonic_ms(&self) -> u64 {
		self.monotonic.load(Ordering::SeqCst)
	}
}

/// Puts do not wait for others.
pub(crate) fn limits() -> Limits {
	Limits {
		max_bytes: 8 * 1024 * 1024,
		gather_ms: 0,
		..Limits::default()
	}
}

pub(crate) fn open_on(disk: &FaultyDisk, limits: Limits, clock: &Arc<TestClock>) -> Result<Outbox, OutboxError> {
	Outbox::open_on(Box::new(disk.clone()), Path::new("test.outbox"), limits, clock.clone())
}

/// An outbox on a disk of its own.
pub(crate) fn outbox(limits: Limits) -> (FaultyDisk, Arc<TestClock>, Outbox) {
	let (disk, clock) = (FaultyDisk::new(1), TestClock::new());
	let outbox = open_on(&disk, limits, &clock).unwrap();
	(disk, clock, outbox)
}

pub(crate) fn message(lane: Lane, at_ms: u64, body: &[u8]) -> NewMessage {
	NewMessage {
		lane,
		at_ms,
		topic: "topic".to_owned(),
		body: body.to_vec(),
	}
}

/// A batch of that many readings, whose values jump so that they do not become small by themselves.
pub(crate) fn readings(at_ms: u64, count: u64) -> NewMessage {
	let batch = ReadingBatch {
		channels: vec!["spindle".to_owned()],
		samples: (0..count)
			.map(|n| Sample {
				channel: 0,
				at_ms: at_ms + n,
				value: ((n * 7919) % 10_007) as i32,
			})
			.collect(),
	};
	NewMessage {
		lane: Lane::Reading,
		at_ms,
		topic: "readings".to_owned(),
		body: batch.encode().unwrap(),
	}
}

pub(crate) fn all(outbox: &Outbox) -> Vec<Message> {
	outbox.next(&InFlight::new(), usize::MAX, usize::MAX).unwrap()
}

pub(crate) fn bodies(outbox: &Outbox) -> Vec<Vec<u8>> {
	all(outbox).into_iter().map(|message| message.body).collect()
}

/// The account agrees with what is there.
pub(crate) fn assert_account(outbox: &Outbox) {
	let (stats, all) = (outbox.stats(), all(outbox));
	for lane in Lane::ALL {
		let of: Vec<_> = all.iter().filter(|message| message.lane == lane).collect();
		let bytes: u64 = of
			.iter()
			.map(|m| m.topic.len() as u64 + m.body.len() as u64 + OVERHEAD_BYTES)
			.sum();
		let account = stats.lane(lane);
		assert_eq!((account.messages, account.bytes), (of.len() as u64, bytes), "{lane}");
		assert_eq!(account.oldest_at_ms, of.first().map(|message| message.at_ms), "{lane}");
	}
}
