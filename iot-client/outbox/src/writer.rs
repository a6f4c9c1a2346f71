//! The one who writes: transactions, the outbox's own time, and how it recovers when the disk fails or is full.

use crate::{
	gaps::{self, Why},
	group::{Job, Outcome},
	outbox::put_job,
	record::{self, Record},
	room::{Work, TOLD_RESERVE},
	state::State,
	store::{Failure, Place, MESSAGES},
	Clock, Lane, Limits, MessageId, NewMessage, OutboxError, Stats,
};
use redb::{Database, ReadableDatabase};
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::{atomic::Ordering, Arc},
};

/// What a put may need of a disk without space beside its own bytes, for pages that are written anew, in bytes.
const PAGES_BYTES: u64 = 128 * 1024;
/// Removals that wait for the next write, at most.
const REMOVALS: usize = 256;
/// Between two attempts to open the file again, or to find space, in milliseconds, the first being made at once.
const RETRY_MS: std::ops::RangeInclusive<u64> = 1_000..=60_000;

/// Owner of the file and its account.
pub(crate) struct Writer {
	place: Place,
	limits: Limits,
	clock: Arc<dyn Clock>,
	/// `None` after a failure: the store does not go on after one and must be opened anew.
	database: Option<Arc<Database>>,
	state: State,
	/// What was refused and is not in the file yet.
	refused: State,
	/// Set while the disk has no space for the spare: what was freed in the file since and may be used again, in bytes.
	freed: Option<u64>,
	/// When space is looked for again.
	search: Backoff,
	/// When, in own time, a message may be too old.
	expire_at: u64,
	/// Own time less monotonic time: (own, monotonic) at one moment.
	began: (u64, u64),
	/// Delivered, and still in the file: the next write takes them out. A write of their own would wear the flash as much as
	/// the put did.
	delivered: BTreeMap<MessageId, (Lane, u64)>,
	/// When the first of them came, by the monotonic clock.
	delivered_at: u64,
	broken_by: OutboxError,
	reopen: Backoff,
}

/// When something that failed may be tried again: at once, then ever more rarely.
#[derive(Clone, Copy, Default)]
struct Backoff {
	at_ms: u64,
	wait_ms: u64,
}

impl Backoff {
	fn is_due(&self, now_ms: u64) -> bool {
		now_ms >= self.at_ms
	}

	fn failed(&mut self, now_ms: u64) {
		self.at_ms = now_ms.saturating_add(self.wait_ms);
		self.wait_ms = self.wait_ms.saturating_mul(2).clamp(*RETRY_MS.start(), *RETRY_MS.end());
	}
}

impl Writer {
	pub(crate) fn open(place: Place, limits: Limits, clock: Arc<dyn Clock>) -> Result<Self, OutboxError> {
		let (mut database, mut state) = place.open()?;
		if let Err(error) = place.compact(&mut database, &state) {
			// It stays as large as it is; a failed store must be opened anew.
			tracing::warn!(%error, "the outbox's file was not made smaller");
			drop(database);
			(database, state) = place.open()?;
		}
		let began = (state.own_ms, clock.monotonic_ms());
		let mut writer = Self {
			broken_by: place.store_closed(),
			place,
			limits,
			clock,
			database: Some(Arc::new(database)),
			began,
			state,
			refused: State::default(),
			freed: None,
			search: Backoff::default(),
			expire_at: 0,
			delivered: BTreeMap::new(),
			delivered_at: 0,
			reopen: Backoff::default(),
		};
		writer.look_for_space();
		Ok(writer)
	}

	/// Writes several jobs in one transaction, each whole or not at all.
	pub(crate) fn put(&mut self, jobs: &[Job]) -> Result<Vec<Outcome>, OutboxError> {
		self.ready()?;
		if !jobs.iter().any(|job| self.has_room(job)) {
			// To note a refusal is worth no write to the flash; the next one takes it along.
			jobs.iter().for_each(|job| self.refused.refuse(&job.messages));
			let refusal = |job: &Job| OutboxError::NoRoom {
				lane: job.lane(),
				bytes: job.bytes,
				most: self.limits.max_bytes,
			};
			return Ok(jobs.iter().map(|job| Err(refusal(job))).collect());
		}
		self.find_space(jobs)?;
		self.commit(|work| jobs.iter().map(|job| put_job(work, job)).collect())
	}

	fn has_room(&self, job: &Job) -> bool {
		let room = self.limits.max_bytes.saturating_sub(TOLD_RESERVE);
		self.account().more_urgent(job.lane()).saturating_add(job.bytes) <= room
	}

	/// On a disk without space, makes the file's own pages free for these jobs, in a write before theirs: a page that is
	/// given up can be used from the next write on. Events and alarms do not go for that, nor anything that is more urgent
	/// than the jobs.
	fn find_space(&mut self, jobs: &[Job]) -> Result<(), OutboxError> {
		self.look_for_space();
		let Some(freed) = self.freed else {
			return Ok(());
		};
		let bytes = jobs.iter().map(|job| job.bytes).fold(0, u64::saturating_add);
		let need = bytes.saturating_add(PAGES_BYTES);
		let lane = jobs
			.iter()
			.map(Job::lane)
			.max()
			.unwrap_or(Lane::Reading)
			.max(Lane::File);
		if freed < need {
			// A record of what goes for it may come with it.
			let target = self
				.state
				.used()
				.saturating_sub(need - freed)
				.saturating_sub(TOLD_RESERVE);
			self.commit(|work| work.shed(target, lane))?;
		}
		match &mut self.freed {
			Some(freed) if *freed < need => Err(self.place.full()),
			Some(freed) => {
				*freed = freed.saturating_sub(bytes);
				Ok(())
			}
			None => Ok(()),
		}
	}

	/// Takes the spare if there is space for it, so that there is some when the disk is full.
	pub(crate) fn look_for_space(&mut self) {
		let now = self.clock.monotonic_ms();
		if self.place.has_spare.load(Ordering::Relaxed) || !self.search.is_due(now) {
			return;
		}
		match self.place.take_spare() {
			Ok(()) => {
				self.freed = None;
				self.search = Backoff::default();
			}
			Err(error) => {
				if self.freed.is_none() {
					tracing::warn!(%error, "there is no spare space for the outbox: readings and files make room for others");
				}
				self.freed.get_or_insert(0);
				self.search.failed(now);
			}
		}
	}

	/// One transaction; it is on disk in the end.
	pub(crate) fn commit<T>(
		&mut self,
		work: impl FnOnce(&mut Work<'_, '_>) -> Result<T, Failure>,
	) -> Result<T, OutboxError> {
		let database = self.ready()?;
		let done = self.transact(&database, work);
		drop(database);
		let value = done.map_err(|failure| self.broke(failure))?;
		self.reopen = Backoff::default();
		Ok(value)
	}

	fn transact<T>(
		&mut self,
		database: &Database,
		work: impl FnOnce(&mut Work<'_, '_>) -> Result<T, Failure>,
	) -> Result<T, Failure> {
		self.place.counters.full.store(false, Ordering::Relaxed);
		let now_ms = self.own_ms();
		let mut state = self.state.clone();
		state.own_ms = now_ms;
		state.take_refusals(&self.refused);
		let mut expire_at = self.expire_at;
		let transaction = database.begin_write()?;
		let value = {
			let mut table = transaction.open_table(MESSAGES)?;
			let mut under_way = Work {
				table: &mut table,
				state: &mut state,
				cap: self.limits.max_bytes,
				now_ms,
			};
			for id in self.delivered.keys() {
				under_way.remove(*id)?;
			}
			let value = work(&mut under_way)?;
			if now_ms >= expire_at {
				expire_at = under_way.expire(self.limits.max_age_ms)?;
			}
			under_way.tell(self.clock.now_ms())?;
			let account = under_way.state.to_bytes();
			table.insert(&crate::record::STATE_KEY, account.as_slice())?;
			value
		};
		transaction.commit()?;
		if let Some(freed) = &mut self.freed {
			*freed = freed.saturating_add(self.state.used().saturating_sub(state.used()));
		}
		self.state = state;
		self.refused = State::default();
		self.expire_at = expire_at;
		self.delivered.clear();
		Ok(value)
	}

	/// The open file; after a failure it is opened anew, not too often.
	pub(crate) fn ready(&mut self) -> Result<Arc<Database>, OutboxError> {
		let now = self.clock.monotonic_ms();
		if let Some(database) = &self.database {
			return Ok(database.clone());
		}
		if !self.reopen.is_due(now) {
			return Err(self.broken_by.clone());
		}
		let (database, state) = self.place.open().map_err(|error| self.stays_broken(error))?;
		let database = Arc::new(database);
		self.state = state;
		tracing::info!(path = %self.place.path.display(), "the outbox is open again");
		self.database = Some(database.clone());
		Ok(database)
	}

	/// Notes that the store failed: it is opened anew by whoever comes next.
	pub(crate) fn broke(&mut self, failure: Failure) -> OutboxError {
		let store = matches!(failure, Failure::Store(_));
		let error = self.place.failure(failure);
		if !store {
			return error;
		}
		self.database = None;
		if matches!(error, OutboxError::DiskFull { .. }) {
			// What was thought free did not do.
			self.freed = Some(0);
		}
		self.stays_broken(error)
	}

	fn stays_broken(&mut self, error: OutboxError) -> OutboxError {
		tracing::warn!(%error, "the outbox failed; it will be opened again");
		self.reopen.failed(self.clock.monotonic_ms());
		// A reader may hold the old one open for a moment.
		if !matches!(error, OutboxError::InUse(_)) {
			self.broken_by = error;
		}
		self.broken_by.clone()
	}

	/// Whether something is to be done by time.
	pub(crate) fn is_due(&self) -> bool {
		let gaps = !self.state.gaps.is_empty() || !self.refused.gaps.is_empty();
		self.database.is_none() || gaps && self.may_tell() || self.state.used() > 0 && self.own_ms() >= self.expire_at
	}

	fn may_tell(&self) -> bool {
		self.state.may_tell(self.own_ms())
	}

	/// The outbox's own time: only while it is open, whatever the computer's date does.
	fn own_ms(&self) -> u64 {
		let (own, monotonic) = self.began;
		own.saturating_add(self.clock.monotonic_ms().saturating_sub(monotonic))
	}

	/// Takes messages for removed, and writes if that is due; how many were there.
	pub(crate) fn remove(&mut self, ids: &[MessageId]) -> Result<u64, OutboxError> {
		let database = self.ready()?;
		if self.delivered.len() >= REMOVALS {
			self.write_removals(true)?;
		}
		let found = find(&database, ids).map_err(|failure| self.broke(failure))?;
		drop(database);
		if self.delivered.is_empty() {
			self.delivered_at = self.clock.monotonic_ms();
		}
		let before = self.delivered.len();
		self.delivered.extend(found);
		let removed = self.delivered.len() - before;
		self.write_removals(false)?;
		Ok(removed as u64)
	}

	/// Writes what was removed, if there is something and it is due, or `now`.
	pub(crate) fn write_removals(&mut self, now: bool) -> Result<(), OutboxError> {
		let waited = self.clock.monotonic_ms().saturating_sub(self.delivered_at);
		if self.delivered.is_empty() || !now && waited < self.limits.sync_every_ms {
			return Ok(());
		}
		self.commit(|_| Ok(()))
	}

	/// Before the file is closed.
	pub(crate) fn close(&mut self) {
		if self.database.is_some() {
			if let Err(error) = self.write_removals(true) {
				tracing::warn!(%error, "what was delivered last will be delivered again");
			}
		}
	}

	/// What is removed, and still in the file.
	pub(crate) fn removed(&self) -> BTreeSet<MessageId> {
		self.delivered.keys().copied().collect()
	}

	/// The account without what is removed.
	fn account(&self) -> State {
		let mut state = self.state.clone();
		for (lane, bytes) in self.delivered.values() {
			state.subtract(*lane, *bytes);
		}
		state
	}

	pub(crate) fn database(&self) -> Option<Arc<Database>> {
		self.database.clone()
	}

	/// The error of a write whose writer went away.
	pub(crate) fn lost(&self) -> OutboxError {
		self.place.store_closed()
	}

	/// Writes its figures; whether those of what waits are others than before.
	pub(crate) fn describe(&self, stats: &mut Stats) -> bool {
		let before = stats.lanes;
		let account = self.account();
		for ((lane, refused), stats) in account.lanes.iter().zip(&self.refused.lanes).zip(&mut stats.lanes) {
			stats.messages = lane.messages;
			stats.bytes = lane.bytes;
			stats.dropped_for_room = lane.dropped_for_room;
			stats.dropped_for_age = lane.dropped_for_age;
			stats.refused = lane.refused.saturating_add(refused.refused);
			stats.downsampled = lane.downsampled;
			stats.downsampled_bytes = lane.downsampled_bytes;
		}
		stats.used_bytes = account.used();
		stats.max_bytes = self.limits.max_bytes;
		stats.disk_full =
			self.freed.is_some() || matches!(self.broken_by, OutboxError::DiskFull { .. }) && self.database.is_none();
		let waits = |lanes: &[crate::LaneStats; 4]| lanes.map(|lane| (lane.messages, lane.bytes));
		waits(&before) != waits(&stats.lanes)
	}
}

/// A message, its lane and what it counts.
type Removed = (MessageId, (Lane, u64));

/// Those that are there, with their lanes and what they count.
fn find(database: &Database, ids: &[MessageId]) -> Result<Vec<Removed>, Failure> {
	let table = database.begin_read()?.open_table(MESSAGES)?;
	let mut found = Vec::with_capacity(ids.len());
	for id in ids {
		for lane in Lane::ALL {
			if let Some(value) = table.get(&record::key(lane, *id))? {
				let bytes = Record::read(value.value()).map_or(0, |record| record.bytes());
				found.push((*id, (lane, bytes)));
			}
		}
	}
	Ok(found)
}

impl State {
	/// Counts messages that were refused.
	pub(crate) fn refuse(&mut self, messages: &[NewMessage]) {
		for message in messages {
			let lane = self.lane(message.lane);
			lane.refused = lane.refused.saturating_add(1);
			self.gaps.add(gaps::one(message.lane, Why::Refused, message.at_ms));
		}
	}

	fn take_refusals(&mut self, refused: &Self) {
		for (lane, other) in self.lanes.iter_mut().zip(&refused.lanes) {
			lane.refused = lane.refused.saturating_add(other.refused);
		}
		refused.gaps.gaps.iter().for_each(|gap| self.gaps.add(*gap));
	}
}

impl Job {
	/// As what it counts: its least urgent message.
	pub(crate) fn lane(&self) -> Lane {
		self.messages
			.iter()
			.map(|message| message.lane)
			.max()
			.unwrap_or(Lane::Reading)
	}
}
