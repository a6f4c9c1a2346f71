//! The outbox itself: who may touch what, and in which order.
//!
//! `writer` is held for a whole transaction, `shared` for moments: whoever reads does not wait for the disk of a writer.

use crate::{
	group::{Group, Job, Outcome},
	medium::FileMedium,
	rate::Rate,
	record::{self, Key, Record},
	room::Work,
	store::{Failure, Place, MESSAGES},
	writer::Writer,
	Clock, InFlight, Lane, Limits, Medium, Message, MessageId, NewMessage, OutboxError, Stats,
};
use iot_disk::{open_or_make, Counters, Disk, Files, Spare};
use redb::{Database, ReadableDatabase};
use std::{
	collections::BTreeSet,
	fmt,
	path::Path,
	sync::{
		atomic::{AtomicU64, Ordering},
		Arc, Mutex, MutexGuard, PoisonError,
	},
	time::Duration,
};

/// One outbox: one destination, one file. Clones share it. All calls may block on the disk, see the crate's page.
#[derive(Clone)]
pub struct Outbox {
	inner: Arc<Inner>,
}

struct Inner {
	limits: Limits,
	clock: Arc<dyn Clock>,
	counters: Arc<Counters>,
	group: Group,
	writer: Mutex<Writer>,
	shared: Mutex<Shared>,
	version: AtomicU64,
	listeners: Mutex<Vec<Listener>>,
}

type Listener = Arc<dyn Fn() + Send + Sync>;

/// What is known without the writer.
struct Shared {
	/// `None` after a failure, until the file was opened anew.
	database: Option<Arc<Database>>,
	/// Delivered, and still in the file.
	removed: Arc<BTreeSet<MessageId>>,
	stats: Stats,
	rate: Rate,
}

impl Drop for Inner {
	fn drop(&mut self) {
		self.writer.get_mut().unwrap_or_else(PoisonError::into_inner).close();
	}
}

impl fmt::Debug for Outbox {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.debug_struct("Outbox")
			.field("limits", &self.inner.limits)
			.finish_non_exhaustive()
	}
}

impl Outbox {
	/// Opens the outbox in the file `path`, or begins one, with its folder. Reads the whole file to check it.
	///
	/// # Errors
	/// [`OutboxError::Limits`], [`OutboxError::InUse`], [`OutboxError::Foreign`], [`OutboxError::Damaged`],
	/// [`OutboxError::OtherFormat`], or the disk's. A file that is not an outbox is left as it is.
	pub fn open(path: &Path, limits: Limits, clock: Arc<dyn Clock>) -> Result<Self, OutboxError> {
		Self::open_at(Arc::new(Files), path, limits, clock)
	}

	/// As [`Outbox::open`], with the file on this disk.
	///
	/// # Errors
	/// As [`Outbox::open`].
	pub fn open_at(
		disk: Arc<dyn Disk>,
		path: &Path,
		limits: Limits,
		clock: Arc<dyn Clock>,
	) -> Result<Self, OutboxError> {
		limits.check()?;
		let medium = FileMedium {
			disk: disk.clone(),
			path: path.to_owned(),
			spare: Spare::of(path),
		};
		let place = place(Box::new(medium), path, &limits);
		open_or_make(&*disk, path).map_err(|error| place.io(&error))?;
		Self::open_in(place, limits, clock)
	}

	/// As [`Outbox::open`], on any medium; `name` stands in errors.
	///
	/// # Errors
	/// As [`Outbox::open`].
	pub fn open_on(
		medium: Box<dyn Medium>,
		name: &Path,
		limits: Limits,
		clock: Arc<dyn Clock>,
	) -> Result<Self, OutboxError> {
		limits.check()?;
		Self::open_in(place(medium, name, &limits), limits, clock)
	}

	fn open_in(place: Place, limits: Limits, clock: Arc<dyn Clock>) -> Result<Self, OutboxError> {
		let counters = place.counters.clone();
		let writer = Writer::open(place, limits, clock.clone())?;
		let outbox = Self {
			inner: Arc::new(Inner {
				limits,
				counters,
				group: Group::default(),
				shared: Mutex::new(Shared {
					database: None,
					removed: Arc::default(),
					stats: Stats::default(),
					rate: Rate::new(clock.monotonic_ms()),
				}),
				writer: Mutex::new(writer),
				version: AtomicU64::new(0),
				listeners: Mutex::default(),
				clock,
			}),
		};
		outbox.publish(&outbox.writer());
		Ok(outbox)
	}

	/// Puts a message. On disk when it returns `Ok`. What had to go for it is in [`Outbox::stats`] and, within about a
	/// minute, in a message of topic [`DROPPED_TOPIC`](crate::DROPPED_TOPIC).
	///
	/// # Errors
	/// [`OutboxError::TopicTooLong`], [`OutboxError::TooLarge`], [`OutboxError::NoRoom`]: nothing was put.
	/// [`OutboxError::DiskFull`], [`OutboxError::Store`]: it may be there all the same; putting it again may double it.
	pub fn put(&self, message: NewMessage) -> Result<MessageId, OutboxError> {
		let ids = self.put_all(vec![message])?;
		Ok(ids
			.into_iter()
			.next()
			.expect("one id for each message, and there is one; qed"))
	}

	/// Puts several messages in one write, all or none, with successive ids. They count as the least urgent of them.
	///
	/// # Errors
	/// As [`Outbox::put`].
	pub fn put_all(&self, messages: Vec<NewMessage>) -> Result<Vec<MessageId>, OutboxError> {
		for message in &messages {
			message.check(self.inner.limits.max_message_bytes)?;
		}
		let bytes = messages.iter().map(NewMessage::bytes).fold(0, u64::saturating_add);
		let Some(first) = messages.first() else {
			return Ok(Vec::new());
		};
		if bytes > self.inner.limits.max_bytes {
			return Err(OutboxError::TooLarge {
				topic: first.topic.clone(),
				bytes,
				most: self.inner.limits.max_bytes,
			});
		}
		let urgent = messages.iter().any(|message| message.lane == Lane::Alarm);
		let gather = Some(self.inner.limits.gather_ms).filter(|ms| *ms > 0 && !urgent);
		self.inner.group.put(
			messages,
			gather.map(Duration::from_millis),
			|jobs| self.write(jobs),
			|| self.writer().lost(),
		)
	}

	/// The next messages that are not in `skip`, by lane, the most urgent first, and within a lane in the order in which they
	/// were put. They stay until [`Outbox::delivered`]. At most `max_messages`, and at most `max_bytes` as they are counted,
	/// but one in any case.
	///
	/// # Errors
	/// When the file cannot be read.
	pub fn next(&self, skip: &InFlight, max_messages: usize, max_bytes: usize) -> Result<Vec<Message>, OutboxError> {
		let database = self.database()?;
		// Taken before the file is read: what is taken out meanwhile is in neither.
		let removed = self.shared().removed.clone();
		let skip = |id| skip.contains(id) || removed.contains(&id);
		let found = read_next(&database, skip, max_messages, max_bytes as u64);
		drop(database);
		found.map_err(|failure| {
			let mut writer = self.writer();
			let error = writer.broke(failure);
			self.publish(&writer);
			error
		})
	}

	/// Removes messages; those that are not there are passed over. It is on disk with the next put, or at the first call after
	/// [`Limits::sync_every_ms`] or 256 of them: a power cut before only means that they are delivered again.
	///
	/// # Errors
	/// When the file cannot be written.
	pub fn delivered(&self, ids: &[MessageId]) -> Result<(), OutboxError> {
		if ids.is_empty() {
			return Ok(());
		}
		let removed = {
			let mut writer = self.writer();
			let removed = writer.remove(ids);
			self.publish(&writer);
			removed?
		};
		let mut shared = self.shared();
		shared.stats.delivered = shared.stats.delivered.saturating_add(removed);
		drop(shared);
		self.news();
		Ok(())
	}

	/// How it does.
	pub fn stats(&self) -> Stats {
		let now_ms = self.inner.clock.monotonic_ms();
		let (mut stats, rate, database, removed) = {
			let shared = self.shared();
			(
				shared.stats,
				shared.rate.get(now_ms),
				shared.database.clone(),
				shared.removed.clone(),
			)
		};
		for (lane, stats) in Lane::ALL.into_iter().zip(&mut stats.lanes) {
			stats.oldest_at_ms = database
				.as_ref()
				.filter(|_| stats.messages > 0)
				.and_then(|database| oldest(database, lane, &removed).ok().flatten());
		}
		stats.written_bytes = self.inner.counters.written.load(Ordering::Relaxed);
		stats.syncs = self.inner.counters.syncs.load(Ordering::Relaxed);
		stats.file_bytes = self.inner.counters.length.load(Ordering::Relaxed);
		stats.bytes_written_per_message = (stats.put > 0).then(|| stats.written_bytes as f64 / stats.put as f64);
		stats.messages_per_second = rate.map(|(messages, _)| messages);
		stats.bytes_per_second = rate.map(|(_, bytes)| bytes);
		let free = stats.max_bytes.saturating_sub(stats.used_bytes) as f64;
		stats.hours_left = rate
			.map(|(_, bytes)| free / bytes / 3600.0)
			.filter(|hours| hours.is_finite());
		stats
	}

	/// A number that is another after each change of what waits.
	pub fn changed(&self) -> u64 {
		self.inner.version.load(Ordering::Acquire)
	}

	/// Has `listener` called after each change, by the thread that made it: it must be quick. It stays for as long as the
	/// outbox is open.
	pub fn on_change(&self, listener: Box<dyn Fn() + Send + Sync>) {
		self.listeners().push(listener.into());
	}

	/// Does what is due by time: drops what is too old, puts the record of what was dropped, makes removals durable, opens
	/// the file again after a failure. To be called about once a minute; writes nothing when nothing is due.
	///
	/// # Errors
	/// When the file cannot be written.
	pub fn tend(&self) -> Result<(), OutboxError> {
		self.make_durable(false)
	}

	/// Makes all removals durable now.
	///
	/// # Errors
	/// When the file cannot be written.
	pub fn sync(&self) -> Result<(), OutboxError> {
		self.make_durable(true)
	}

	fn make_durable(&self, all: bool) -> Result<(), OutboxError> {
		let before = self.changed();
		let done = {
			let mut writer = self.writer();
			writer.look_for_space();
			let done = if writer.is_due() {
				writer.commit(|_| Ok(()))
			} else {
				writer.write_removals(all)
			};
			self.publish(&writer);
			done
		};
		if self.changed() != before {
			self.call_listeners();
		}
		done
	}

	/// Writes what several callers put, in one transaction.
	fn write(&self, jobs: &[Job]) -> Vec<Outcome> {
		let outcomes = {
			let mut writer = self.writer();
			let written = writer.put(jobs);
			self.publish(&writer);
			match written {
				Ok(outcomes) => outcomes,
				Err(error) => return jobs.iter().map(|_| Err(error.clone())).collect(),
			}
		};
		let mut shared = self.shared();
		let now_ms = self.inner.clock.monotonic_ms();
		for (job, outcome) in jobs.iter().zip(&outcomes) {
			if outcome.is_ok() {
				let messages = job.messages.len() as u64;
				shared.rate.note(now_ms, messages, job.bytes);
				shared.stats.put = shared.stats.put.saturating_add(messages);
			}
		}
		drop(shared);
		self.news();
		outcomes
	}

	/// The open file, opened anew if it must.
	fn database(&self) -> Result<Arc<Database>, OutboxError> {
		if let Some(database) = self.shared().database.clone() {
			return Ok(database);
		}
		let mut writer = self.writer();
		let database = writer.ready();
		self.publish(&writer);
		database
	}

	/// Shows what the writer knows to those who do not wait for it.
	fn publish(&self, writer: &Writer) {
		let mut shared = self.shared();
		shared.database = writer.database();
		shared.removed = Arc::new(writer.removed());
		if writer.describe(&mut shared.stats) {
			self.inner.version.fetch_add(1, Ordering::AcqRel);
		}
	}

	fn news(&self) {
		self.inner.version.fetch_add(1, Ordering::AcqRel);
		self.call_listeners();
	}

	fn call_listeners(&self) {
		let listeners = self.listeners().clone();
		listeners.iter().for_each(|listener| listener());
	}

	fn writer(&self) -> MutexGuard<'_, Writer> {
		self.inner.writer.lock().unwrap_or_else(PoisonError::into_inner)
	}

	fn shared(&self) -> MutexGuard<'_, Shared> {
		self.inner.shared.lock().unwrap_or_else(PoisonError::into_inner)
	}

	fn listeners(&self) -> MutexGuard<'_, Vec<Listener>> {
		self.inner.listeners.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

fn place(medium: Box<dyn Medium>, name: &Path, limits: &Limits) -> Place {
	Place {
		path: name.to_owned(),
		medium: medium.into(),
		counters: Arc::default(),
		cache_bytes: limits.cache_bytes,
		spare_bytes: limits.spare_bytes(),
		has_spare: Arc::default(),
	}
}

fn range(lane: Lane) -> (Key, Key) {
	(record::key(lane, MessageId(0)), record::key(lane, MessageId(u64::MAX)))
}

fn read_next(
	database: &Database,
	skip: impl Fn(MessageId) -> bool,
	max_messages: usize,
	max_bytes: u64,
) -> Result<Vec<Message>, Failure> {
	let table = database.begin_read()?.open_table(MESSAGES)?;
	let mut found = Vec::new();
	let mut bytes = 0_u64;
	for lane in Lane::ALL {
		let (from, to) = range(lane);
		for entry in table.range::<&Key>(&from..=&to)? {
			if found.len() >= max_messages {
				return Ok(found);
			}
			let (key, value) = entry?;
			let id = record::id(key.value());
			if skip(id) {
				continue;
			}
			let record = Record::read(value.value()).ok_or_else(|| damaged(id))?;
			bytes = bytes.saturating_add(record.bytes());
			if bytes > max_bytes && !found.is_empty() {
				return Ok(found);
			}
			found.push(record.to_message(lane, id));
		}
	}
	Ok(found)
}

fn oldest(database: &Database, lane: Lane, removed: &BTreeSet<MessageId>) -> Result<Option<u64>, Failure> {
	let table = database.begin_read()?.open_table(MESSAGES)?;
	let (from, to) = range(lane);
	for entry in table.range::<&Key>(&from..=&to)? {
		let (key, value) = entry?;
		if !removed.contains(&record::id(key.value())) {
			return Ok(Record::read(value.value()).map(|record| record.at_ms));
		}
	}
	Ok(None)
}

fn damaged(id: MessageId) -> Failure {
	Failure::Store(redb::Error::Corrupted(format!("message {id} cannot be read")))
}

/// Puts one job if there is room for it.
pub(crate) fn put_job(work: &mut Work<'_, '_>, job: &Job) -> Result<Outcome, Failure> {
	let lane = job.lane();
	if !work.make_room(job.bytes, lane)? {
		work.state.refuse(&job.messages);
		return Ok(Err(OutboxError::NoRoom {
			lane,
			bytes: job.bytes,
			most: work.cap,
		}));
	}
	let ids: Result<Vec<_>, Failure> = job.messages.iter().map(|message| work.insert(message)).collect();
	ids.map(Ok)
}
