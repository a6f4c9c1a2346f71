//! What goes when there is no room or a message is too old: within one transaction, the work of each call bounded.

use crate::{
	gaps::{self, Gaps, Why, DROPPED_TOPIC},
	readings,
	record::{self, Key, Record},
	state::State,
	store::Failure,
	Lane, MessageId, NewMessage,
};
use redb::ReadableTable;

/// Kept free by all other messages, so that the record of a gap finds room.
pub(crate) const TOLD_RESERVE: u64 = 2048;
/// Between two records of gaps, in the outbox's own milliseconds.
const TELL_EVERY_MS: u64 = 60_000;
/// Readings that one put makes smaller, at most.
const REDUCTIONS: u32 = 32;
/// And their bytes, at most.
const REDUCTION_BYTES: u64 = 1024 * 1024;
/// By how much, each of the two times: by 16 in the end.
const FACTOR: u32 = 4;
/// Messages that one call drops for their age, at most.
const EXPIRIES: u32 = 256;

pub(crate) type Table<'t> = redb::Table<'t, &'static Key, &'static [u8]>;

/// A transaction under way: the table and its account.
pub(crate) struct Work<'a, 't> {
	pub(crate) table: &'a mut Table<'t>,
	pub(crate) state: &'a mut State,
	/// The most bytes.
	pub(crate) cap: u64,
	/// Own time.
	pub(crate) now_ms: u64,
}

/// What is known of a message without its body.
struct Head {
	key: Key,
	at_ms: u64,
	put_ms: u64,
	bytes: u64,
	/// What was in it, if it was a record of gaps.
	gaps: Option<Gaps>,
}

impl Work<'_, '_> {
	/// Writes a message; there must be room.
	pub(crate) fn insert(&mut self, message: &NewMessage) -> Result<MessageId, Failure> {
		let id = MessageId(self.state.next_id);
		let record = Record::of(message, self.now_ms);
		self.table
			.insert(&record::key(message.lane, id), record.write().as_slice())?;
		self.state.next_id = self.state.next_id.saturating_add(1);
		self.state.add(message.lane, record.bytes());
		Ok(id)
	}

	/// Removes a message of whatever lane; whether it was there.
	pub(crate) fn remove(&mut self, id: MessageId) -> Result<bool, Failure> {
		for lane in Lane::ALL {
			let bytes = match self.table.remove(&record::key(lane, id))? {
				Some(value) => Record::read(value.value()).map_or(0, |record| record.bytes()),
				None => continue,
			};
			self.state.subtract(lane, bytes);
			return Ok(true);
		}
		Ok(false)
	}

	/// Makes room for `bytes` of `lane`; `false`, with nothing changed, when what is more urgent leaves none. Nothing that is
	/// more urgent than `lane` goes.
	pub(crate) fn make_room(&mut self, bytes: u64, lane: Lane) -> Result<bool, Failure> {
		let cap = self.cap.saturating_sub(TOLD_RESERVE);
		if self.state.more_urgent(lane).saturating_add(bytes) > cap {
			return Ok(false);
		}
		self.shed(cap.saturating_sub(bytes), lane)?;
		Ok(true)
	}

	/// Until no more than `target` bytes are used: readings smaller, then the least urgent and oldest away, down to `lane`.
	pub(crate) fn shed(&mut self, target: u64, lane: Lane) -> Result<(), Failure> {
		let (mut reductions, mut bytes) = (0, 0);
		while self.state.used() > target {
			if reductions < REDUCTIONS && bytes < REDUCTION_BYTES {
				if let Some(read) = self.reduce_next()? {
					reductions += 1;
					bytes += read;
					continue;
				}
			}
			if !self.drop_least(lane)? {
				break;
			}
		}
		Ok(())
	}

	/// Makes the next reading smaller, all once before any twice; the bytes that were read, `None` when all are done.
	fn reduce_next(&mut self) -> Result<Option<u64>, Failure> {
		let once = self.state.reduced_once;
		if let Some((id, read)) = self.reduce_after(once)? {
			self.state.reduced_once = id.0;
			return Ok(Some(read));
		}
		let Some((id, read)) = self.reduce_after(self.state.reduced_twice)? else {
			return Ok(None);
		};
		self.state.reduced_twice = id.0;
		Ok(Some(read))
	}

	fn reduce_after(&mut self, after: u64) -> Result<Option<(MessageId, u64)>, Failure> {
		let from = record::key(Lane::Reading, MessageId(after.saturating_add(1)));
		let to = record::key(Lane::Reading, MessageId(u64::MAX));
		let (key, smaller, before) = {
			let mut range = self.table.range::<&Key>(&from..=&to)?;
			let Some(entry) = range.next() else {
				return Ok(None);
			};
			let (key, value) = entry?;
			let before = value.value().len() as u64;
			let smaller = Record::read(value.value()).and_then(|record| {
				let body = readings::downsample_bytes(record.body, FACTOR)?;
				let freed = (record.body.len() - body.len()) as u64;
				Some((Record { body: &body, ..record }.write(), freed))
			});
			(*key.value(), smaller, before)
		};
		if let Some((value, freed)) = smaller {
			self.table.insert(&key, value.as_slice())?;
			let lane = self.state.lane(Lane::Reading);
			lane.bytes = lane.bytes.saturating_sub(freed);
			lane.downsampled = lane.downsampled.saturating_add(1);
			lane.downsampled_bytes = lane.downsampled_bytes.saturating_add(freed);
		}
		Ok(Some((record::id(&key), before)))
	}

	/// Drops the oldest message of the least urgent lane that has one, down to `lane`; whether there was one.
	fn drop_least(&mut self, lane: Lane) -> Result<bool, Failure> {
		for other in Lane::ALL.into_iter().rev().take_while(|other| *other >= lane) {
			if let Some(head) = self.oldest(other)? {
				self.drop_one(other, head, Why::Room)?;
				return Ok(true);
			}
		}
		Ok(false)
	}

	/// Drops what waited longer than `max_age_ms`, a bounded number of messages. Hands back when, in own time, the next is due.
	pub(crate) fn expire(&mut self, max_age_ms: u64) -> Result<u64, Failure> {
		let mut next_due = self.now_ms.saturating_add(max_age_ms);
		let mut left = EXPIRIES;
		for lane in Lane::ALL {
			while let Some(head) = self.oldest(lane)? {
				let due = head.put_ms.saturating_add(max_age_ms);
				if due > self.now_ms || left == 0 {
					next_due = next_due.min(due);
					break;
				}
				self.drop_one(lane, head, Why::Age)?;
				left -= 1;
			}
		}
		Ok(next_due)
	}

	fn drop_one(&mut self, lane: Lane, head: Head, why: Why) -> Result<(), Failure> {
		self.table.remove(&head.key)?;
		self.state.subtract(lane, head.bytes);
		// A record that nobody got goes into the next one: nothing is lost with it.
		if let Some(gaps) = head.gaps {
			gaps.gaps.into_iter().for_each(|gap| self.state.gaps.add(gap));
			return Ok(());
		}
		let counts = self.state.lane(lane);
		match why {
			Why::Age => counts.dropped_for_age = counts.dropped_for_age.saturating_add(1),
			Why::Room | Why::Refused => counts.dropped_for_room = counts.dropped_for_room.saturating_add(1),
		}
		self.state.gaps.add(gaps::one(lane, why, head.at_ms));
		Ok(())
	}

	fn oldest(&self, lane: Lane) -> Result<Option<Head>, Failure> {
		let (from, to) = (record::key(lane, MessageId(0)), record::key(lane, MessageId(u64::MAX)));
		let Some(entry) = self.table.range::<&Key>(&from..=&to)?.next() else {
			return Ok(None);
		};
		let (key, value) = entry?;
		let record = Record::read(value.value());
		let gaps = record
			.as_ref()
			.filter(|record| lane == Lane::Event && record.topic == DROPPED_TOPIC)
			.and_then(|record| serde_json::from_slice(record.body).ok());
		Ok(Some(Head {
			key: *key.value(),
			at_ms: record.as_ref().map_or(0, |record| record.at_ms),
			put_ms: record.as_ref().map_or(0, |record| record.put_ms),
			bytes: record.as_ref().map_or(0, Record::bytes),
			gaps,
		}))
	}

	/// Puts a record of what was dropped, at most one a minute. What it has no room for waits, merged.
	pub(crate) fn tell(&mut self, unix_ms: u64) -> Result<(), Failure> {
		if self.state.gaps.is_empty() || !self.state.may_tell(self.now_ms) {
			return Ok(());
		}
		let message = NewMessage {
			lane: Lane::Event,
			at_ms: unix_ms,
			topic: DROPPED_TOPIC.to_owned(),
			body: self.state.gaps.to_bytes(),
		};
		if self.state.used().saturating_add(message.bytes()) <= self.cap {
			self.insert(&message)?;
			self.state.gaps = Gaps::default();
			self.state.told_ms = Some(self.now_ms);
		}
		Ok(())
	}
}

impl State {
	/// Whether the last record of a gap is old enough.
	pub(crate) fn may_tell(&self, now_ms: u64) -> bool {
		self.told_ms
			.is_none_or(|told| now_ms >= told.saturating_add(TELL_EVERY_MS))
	}
}
