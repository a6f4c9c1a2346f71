//! Opening the file, and what its errors mean.

use crate::{
	limits::Limits,
	medium::{Counted, Counters, FileMedium, Medium},
	record::{Key, STATE_KEY},
	state::{State, StateError, FORMAT},
	Disk, OutboxError,
};
use redb::{Database, DatabaseError, ReadableDatabase, TableDefinition, TableHandle};
use std::{
	fs, io,
	path::{Path, PathBuf},
	sync::{atomic::Ordering, Arc},
};

pub(crate) const MESSAGES: TableDefinition<&Key, &[u8]> = TableDefinition::new("outbox");

/// A file that is this many times larger than what is in it is made smaller when it is opened..
const COMPACT_FACTOR: u64 = 4;
/// .. if it is larger than this, in bytes.
const COMPACT_FROM: u64 = 8 * 1024 * 1024;

/// Why a transaction did not come about.
#[derive(Debug)]
pub(crate) enum Failure {
	/// The store failed and must be opened anew.
	Store(redb::Error),
	/// Something of ours.
	Own(OutboxError),
}

impl<E: Into<redb::Error>> From<E> for Failure {
	fn from(error: E) -> Self {
		Self::Store(error.into())
	}
}

/// Where the outbox is, and how it is opened.
pub(crate) struct Place {
	pub(crate) path: PathBuf,
	pub(crate) medium: Arc<dyn Medium>,
	pub(crate) counters: Arc<Counters>,
	pub(crate) cache_bytes: usize,
	/// Space that is kept for when the disk is full.
	pub(crate) spare_bytes: u64,
}

impl Place {
	/// Opens what is there, checks all of it, and reads its account.
	pub(crate) fn open(&self) -> Result<(Database, State), OutboxError> {
		let storage = self.medium.plug().map_err(|error| self.io(&error))?;
		let database = self.open_storage(storage)?;
		let state = self.begin(&database)?;
		Ok((database, state))
	}

	/// Makes the file smaller if it is much larger than what is in it.
	pub(crate) fn compact(&self, database: &mut Database, state: &State) -> Result<(), OutboxError> {
		let length = self.counters.length.load(Ordering::Relaxed);
		if length < COMPACT_FROM || length / COMPACT_FACTOR < state.used() {
			return Ok(());
		}
		tracing::info!(path = %self.path.display(), length, used = state.used(), "the outbox's file is made smaller");
		database.compact().map_err(|error| self.failure(error.into()))?;
		Ok(())
	}

	/// Takes the spare.
	pub(crate) fn take_spare(&self) -> Result<(), OutboxError> {
		self.medium
			.take_spare(self.spare_bytes)
			.map_err(|error| self.io(&error))?;
		self.counters.spare.store(true, Ordering::Relaxed);
		Ok(())
	}

	/// The error of a transaction, in our words.
	pub(crate) fn failure(&self, failure: Failure) -> OutboxError {
		match failure {
			Failure::Own(error) => error,
			Failure::Store(_) if self.counters.full.load(Ordering::Relaxed) => self.full(),
			Failure::Store(redb::Error::Corrupted(problem)) => self.damaged(problem),
			Failure::Store(redb::Error::Io(error)) => self.io(&error),
			Failure::Store(error) => self.store(error.to_string()),
		}
	}

	fn open_storage(&self, storage: Box<dyn redb::StorageBackend>) -> Result<Database, OutboxError> {
		Database::builder()
			.set_cache_size(self.cache_bytes)
			// A plain open believes the file, and may panic on a damaged one.
			.set_check_integrity_on_open(true)
			.create_with_backend(Counted::new(storage, self.medium.clone(), self.counters.clone()))
			.map_err(|error| self.cannot_open(error))
	}

	/// The account of an outbox, made if the file is new.
	fn begin(&self, database: &Database) -> Result<State, OutboxError> {
		self.known(database)
			.map_err(|failure| self.failure(failure))?
			.map_or_else(|| self.make(database).map_err(|failure| self.failure(failure)), Ok)
	}

	/// `None` when nothing at all is in it.
	fn known(&self, database: &Database) -> Result<Option<State>, Failure> {
		let read = database.begin_read()?;
		let names: Vec<String> = read.list_tables()?.map(|table| table.name().to_owned()).collect();
		if names.is_empty() && read.list_multimap_tables()?.next().is_none() {
			return Ok(None);
		}
		let table = match read.open_table(MESSAGES) {
			Ok(table) => table,
			Err(redb::TableError::Storage(error)) => return Err(error.into()),
			Err(_) => {
				return Err(Failure::Own(
					self.foreign(format!("a redb file with the tables {}", names.join(", "))),
				));
			}
		};
		let Some(bytes) = table.get(&STATE_KEY)? else {
			return Err(Failure::Own(self.foreign("its account is missing".to_owned())));
		};
		match State::from_bytes(bytes.value()) {
			Ok(state) => Ok(Some(state)),
			Err(StateError::OtherFormat(found)) => Err(Failure::Own(OutboxError::OtherFormat {
				path: self.path.clone(),
				found,
				known: FORMAT,
			})),
			Err(StateError::Damaged(problem)) => Err(Failure::Own(self.damaged(problem))),
		}
	}

	fn make(&self, database: &Database) -> Result<State, Failure> {
		let state = State::default();
		let write = database.begin_write()?;
		write
			.open_table(MESSAGES)?
			.insert(&STATE_KEY, state.to_bytes().as_slice())?;
		write.commit()?;
		Ok(state)
	}

	fn cannot_open(&self, error: DatabaseError) -> OutboxError {
		match error {
			DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch => {
				OutboxError::InUse(self.path.clone())
			}
			DatabaseError::UpgradeRequired(version) => self.foreign(format!("a redb file of version {version}")),
			DatabaseError::Storage(redb::StorageError::Io(error)) if error.kind() == io::ErrorKind::InvalidData => {
				self.foreign("no redb file".to_owned())
			}
			error => self.failure(error.into()),
		}
	}

	fn io(&self, error: &io::Error) -> OutboxError {
		match error.kind() {
			io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => self.full(),
			_ => self.store(error.to_string()),
		}
	}

	pub(crate) fn full(&self) -> OutboxError {
		OutboxError::DiskFull {
			path: self.path.clone(),
		}
	}

	fn store(&self, problem: String) -> OutboxError {
		OutboxError::Store {
			path: self.path.clone(),
			problem,
		}
	}

	/// As long as nothing else is known.
	pub(crate) fn store_closed(&self) -> OutboxError {
		self.store("the write did not come to its end".to_owned())
	}

	fn damaged(&self, problem: String) -> OutboxError {
		OutboxError::Damaged {
			path: self.path.clone(),
			problem,
		}
	}

	fn foreign(&self, found: String) -> OutboxError {
		OutboxError::Foreign {
			path: self.path.clone(),
			found,
		}
	}
}

/// Makes the file if there is none, whole or not at all: it gets its name when it is complete, so that a power cut in
/// between leaves nothing that cannot be opened.
pub(crate) fn make_file(disk: &Arc<dyn Disk>, path: &Path, limits: &Limits) -> Result<(), OutboxError> {
	let place = |at: &Path| Place {
		path: at.to_owned(),
		medium: Arc::new(FileMedium {
			disk: disk.clone(),
			path: at.to_owned(),
		}),
		counters: Arc::default(),
		cache_bytes: limits.cache_bytes,
		spare_bytes: limits.spare_bytes(),
	};
	let io = |error: &io::Error| place(path).io(error);
	if path.exists() {
		return Ok(());
	}
	let folder = match path.parent() {
		Some(folder) if folder != Path::new("") => folder,
		_ => Path::new("."),
	};
	fs::create_dir_all(folder).map_err(|e| io(&e))?;
	let unfinished = unfinished(path);
	// The lock on the unfinished file keeps another process out until the file has its name.
	let _lock = if unfinished.exists() {
		match place(&unfinished).open() {
			Err(OutboxError::InUse(_)) => return Err(OutboxError::InUse(path.to_owned())),
			Ok((database, _)) => database,
			// Of a power cut; nothing was ever put into it.
			Err(_) => {
				disk.remove(&unfinished).map_err(|e| io(&e))?;
				make_new(disk, &place(&unfinished)).map_err(|e| named(e, path))?
			}
		}
	} else {
		make_new(disk, &place(&unfinished)).map_err(|e| named(e, path))?
	};
	if path.exists() {
		return Ok(());
	}
	disk.rename(&unfinished, path).map_err(|e| io(&e))
}

fn make_new(disk: &Arc<dyn Disk>, place: &Place) -> Result<Database, OutboxError> {
	let storage = disk.make(&place.path).map_err(|error| place.io(&error))?;
	let database = place.open_storage(Box::new(storage))?;
	place.begin(&database)?;
	Ok(database)
}

/// The same error, of another file.
fn named(error: OutboxError, path: &Path) -> OutboxError {
	let path = path.to_owned();
	match error {
		OutboxError::InUse(_) => OutboxError::InUse(path),
		OutboxError::DiskFull { .. } => OutboxError::DiskFull { path },
		OutboxError::Store { problem, .. } => OutboxError::Store { path, problem },
		other => other,
	}
}

fn unfinished(path: &Path) -> PathBuf {
	let mut name = path.as_os_str().to_owned();
	name.push(".new");
	name.into()
}
