//! The history itself: who may touch what, and in which order.
//!
//! `writer` is held for a whole write, `shared` for moments: whoever adds or asks does not wait for the disk of a writer.

use crate::{
	batch::Batch,
	memory::{Memory, MAX_ROWS},
	query::{self, Question, Series, Sources},
	row::Scale,
	stats::Stats,
	store::Place,
	writer::{Load, Writer},
	ChannelId, HistoryError, Limits, Sample,
};
use iot_disk::{Counters, Disk, Files};
use redb::{Database, ReadableDatabase};
use std::{
	fmt,
	path::Path,
	sync::{atomic::Ordering, Arc, Mutex, MutexGuard, PoisonError},
};

/// What a machine measured. Clones share it; one process at a time has the file. [`History::add`] is quick; the other calls
/// may block on the disk.
#[derive(Clone)]
pub struct History {
	inner: Arc<Inner>,
}

struct Inner {
	limits: Limits,
	counters: Arc<Counters>,
	writer: Mutex<Writer>,
	shared: Mutex<Shared>,
}

/// What is known without the writer.
#[derive(Default)]
struct Shared {
	memory: Memory,
	/// Rows on their way to the file.
	waiting: Arc<Batch>,
	/// In which write of the file they come; set from when it begins until it is known how it ended.
	under_way: Option<u64>,
	/// `None` before it was opened, and after a failure until it is opened anew.
	database: Option<Arc<Database>>,
	/// Whether opening was tried.
	was_tried: bool,
	/// Pieces of the file that could not be read.
	unread: u64,
	stats: Stats,
}

impl Shared {
	/// Notes what is wrong, if anything is.
	fn note(&mut self, writer: &Writer) {
		self.stats.problem = writer.problem.as_ref().map(ToString::to_string);
		self.stats.disk_full = matches!(writer.problem, Some(HistoryError::DiskFull(_)));
	}
}

impl fmt::Debug for History {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.debug_struct("History")
			.field("limits", &self.inner.limits)
			.finish_non_exhaustive()
	}
}

impl History {
	/// A history in the file `path`. The file is opened, checked, and made if there is none, by the first [`History::open`],
	/// [`History::flush`] or [`History::query`]; until then nothing waits for it.
	///
	/// # Errors
	/// [`HistoryError::Limits`].
	pub fn new(path: &Path, limits: Limits) -> Result<Self, HistoryError> {
		Self::new_at(Arc::new(Files), path, limits)
	}

	/// As [`History::new`], with the file on this disk.
	///
	/// # Errors
	/// As [`History::new`].
	pub fn new_at(disk: Arc<dyn Disk>, path: &Path, limits: Limits) -> Result<Self, HistoryError> {
		limits.check()?;
		Ok(Self::on(disk, path, limits))
	}

	/// With limits that need not make sense.
	pub(crate) fn on(disk: Arc<dyn Disk>, path: &Path, limits: Limits) -> Self {
		let counters = Arc::new(Counters::default());
		let place = Place {
			disk,
			path: path.to_owned(),
			counters: counters.clone(),
			limits,
		};
		Self {
			inner: Arc::new(Inner {
				limits,
				counters,
				writer: Mutex::new(Writer::new(place)),
				shared: Mutex::default(),
			}),
		}
	}

	/// The limits.
	pub fn limits(&self) -> &Limits {
		&self.inner.limits
	}

	/// The channel of this name, whose raw counts are scaled so; a new one if there is none. Touches no disk.
	///
	/// # Errors
	/// [`HistoryError::Name`], [`HistoryError::TooManyChannels`].
	pub fn channel(&self, name: &str, scale: Scale) -> Result<ChannelId, HistoryError> {
		self.shared().memory.channel(name, scale)
	}

	/// Takes readings. Arithmetic in memory: no disk, and no memory but for a new step. Gives the number of rows that wait for
	/// the next write; of 65,536 and more the oldest are dropped.
	pub fn add(&self, samples: &[Sample]) -> u64 {
		let mut shared = self.shared();
		shared.memory.add(samples);
		shared.memory.rows() as u64
	}

	/// Opens the file, if it is not open.
	///
	/// # Errors
	/// [`HistoryError::InUse`], [`HistoryError::DiskFull`], [`HistoryError::Store`]; it is tried again by the flushes, and
	/// readings are taken in any case.
	pub fn open(&self) -> Result<(), HistoryError> {
		self.ready(&mut self.writer()).map(drop)
	}

	/// Writes what was added, in one transaction; on disk when it returns `Ok`. To be called each
	/// [`Limits::flush_every_ms`]. After a failure it is passed over at times: 1, 2, 4, up to 16 calls.
	///
	/// # Errors
	/// As [`History::open`], and [`HistoryError::NoRoom`]. What was added waits in memory as long as it fits.
	pub fn flush(&self) -> Result<(), HistoryError> {
		let mut writer = self.writer();
		if writer.problem.is_some() && writer.passes() {
			return writer.problem.clone().map_or(Ok(()), Err);
		}
		self.write(&mut writer)
	}

	/// Writes what was added, also soon after a failure, and lets the file go: before the program ends, or another history
	/// has the file. Questions are answered from memory then, until it is opened again.
	///
	/// # Errors
	/// As [`History::flush`].
	pub fn close(&self) -> Result<(), HistoryError> {
		let mut writer = self.writer();
		let written = self.write(&mut writer);
		let database = self.shared().database.take();
		drop(database);
		written
	}

	/// Writes what was added, also soon after a failure.
	#[cfg(test)]
	pub(crate) fn flush_now(&self) -> Result<(), HistoryError> {
		self.write(&mut self.writer())
	}

	/// What these channels measured from `from` (inclusive) until `to` (exclusive; both in unix ms), in `points` steps at
	/// most for each. All have the same steps, each whole: the first may begin before `from` and the last end after `to`. A
	/// channel that is not known has no points. What is in memory only is in it.
	///
	/// # Errors
	/// [`HistoryError::Query`] when the question makes no sense; as [`History::open`] when the file cannot be read.
	pub fn query(&self, channels: &[&str], from: u64, to: u64, points: usize) -> Result<Vec<Series>, HistoryError> {
		let question = Question {
			channels,
			from,
			to,
			points,
		};
		question.check()?;
		if !self.shared().was_tried {
			// Whoever asks first waits; when the file cannot be opened there is memory.
			let _ = self.open();
		}
		let (database, sources) = self.sources(channels)?;
		let answered = query::answer(&question, &sources);
		drop(sources);
		match answered {
			Ok((series, unread)) => {
				self.note_unread(unread);
				Ok(series)
			}
			Err(failure) => {
				let mut writer = self.writer();
				let error = writer.place.failure(failure);
				writer.note(&error);
				let mut shared = self.shared();
				// Unless it was opened anew meanwhile.
				if let (Some(now), Some(then)) = (&shared.database, &database) {
					if Arc::ptr_eq(now, then) {
						shared.database = None;
					}
				}
				Err(error)
			}
		}
	}

	/// How it does.
	pub fn stats(&self) -> Stats {
		let shared = self.shared();
		let counters = &self.inner.counters;
		Stats {
			readings: shared.memory.readings,
			rows_waiting: (shared.memory.rows() + shared.waiting.len()) as u64,
			rows_lost: shared.stats.rows_lost.saturating_add(shared.memory.lost),
			pieces_unread: shared.unread,
			written_bytes: counters.written.load(Ordering::Relaxed),
			syncs: counters.syncs.load(Ordering::Relaxed),
			file_bytes: counters.length.load(Ordering::Relaxed),
			..shared.stats.clone()
		}
	}

	/// What there is at one moment: the file as it is then, and what is not in it.
	fn sources(&self, channels: &[&str]) -> Result<(Option<Arc<Database>>, Sources), HistoryError> {
		let shared = self.shared();
		let database = shared.database.clone();
		let read = database.as_ref().map(|database| database.begin_read()).transpose();
		let sources = read.map(|file| Sources {
			file,
			memory: shared.memory.of(channels),
			waiting: (shared.waiting.clone(), shared.under_way),
		});
		drop(shared);
		match sources {
			Ok(sources) => Ok((database, sources)),
			Err(error) => Err(self.writer().place.failure(error.into())),
		}
	}

	/// The open file, opened anew if it must.
	fn ready(&self, writer: &mut Writer) -> Result<Arc<Database>, HistoryError> {
		{
			let mut shared = self.shared();
			if shared.under_way.is_some() {
				// The write before did not come to its end in good order: whatever it left is looked at anew.
				shared.database = None;
			}
			if let Some(database) = &shared.database {
				return Ok(database.clone());
			}
		}
		let opened = writer.open();
		let mut shared = self.shared();
		shared.was_tried = true;
		shared.note(writer);
		let (database, left) = opened?;
		if shared
			.under_way
			.take()
			.is_some_and(|write| writer.account.writes >= write)
		{
			// It had come to its end.
			shared.waiting = Arc::default();
		}
		if let Some(left) = left {
			Arc::make_mut(&mut shared.waiting).merge(&left);
		}
		shared.stats.kept_bytes = writer.account.tiers.map(|tier| tier.used);
		let database = Arc::new(database);
		shared.database = Some(database.clone());
		Ok(database)
	}

	fn write(&self, writer: &mut Writer) -> Result<(), HistoryError> {
		let database = self.ready(writer)?;
		let (batch, open, in_use, now) = {
			let mut guard = self.shared();
			let shared = &mut *guard;
			if !shared.memory.is_new && shared.waiting.len() == 0 {
				writer.is_well();
				shared.note(writer);
				return Ok(());
			}
			let waiting = Arc::make_mut(&mut shared.waiting);
			shared.memory.give(waiting);
			let lost = waiting.shrink(MAX_ROWS);
			shared.stats.rows_lost = shared.stats.rows_lost.saturating_add(lost as u64);
			shared.under_way = Some(writer.account.writes.saturating_add(1));
			let memory = &shared.memory;
			(shared.waiting.clone(), memory.open(), memory.owners(), memory.newest)
		};
		let load = Load {
			batch: &batch,
			open: &open,
			in_use: &in_use,
			now,
		};
		let done = writer.write(&database, &load);
		drop(database);
		let mut shared = self.shared();
		shared.note(writer);
		shared.stats.kept_bytes = writer.account.tiers.map(|tier| tier.used);
		if done.is_ok() {
			shared.waiting = Arc::default();
			shared.under_way = None;
			return Ok(());
		}
		shared.database = None;
		drop(shared);
		// So that what is there can be read meanwhile.
		let _ = self.ready(writer);
		done
	}

	fn note_unread(&self, unread: u64) {
		if unread == 0 {
			return;
		}
		let mut shared = self.shared();
		let is_first = shared.unread == 0;
		shared.unread = shared.unread.saturating_add(unread);
		drop(shared);
		if is_first {
			tracing::error!(unread, "pieces of the history cannot be read; they are passed over");
		}
	}

	fn writer(&self) -> MutexGuard<'_, Writer> {
		self.inner.writer.lock().unwrap_or_else(PoisonError::into_inner)
	}

	fn shared(&self) -> MutexGuard<'_, Shared> {
		self.inner.shared.lock().unwrap_or_else(PoisonError::into_inner)
	}
}
