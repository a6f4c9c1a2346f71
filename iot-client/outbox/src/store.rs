//! Opening the file, and what its errors mean.

use crate::{
	record::{Key, STATE_KEY},
	state::{State, StateError, FORMAT},
	Medium, OutboxError,
};
use iot_disk::{is_full, Counters, Storage};
use redb::{Database, DatabaseError, ReadableDatabase, TableDefinition, TableHandle};
use std::{
	io,
	path::PathBuf,
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc,
	},
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
	/// Whether it is.
	pub(crate) has_spare: Arc<AtomicBool>,
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
		self.has_spare.store(true, Ordering::Relaxed);
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

	fn open_storage(&self, storage: Storage) -> Result<Database, OutboxError> {
		let (medium, has_spare) = (self.medium.clone(), self.has_spare.clone());
		let storage = storage.counted(self.counters.clone()).helped_by(move || {
			has_spare.store(false, Ordering::Relaxed);
			medium.give_spare();
		});
		Database::builder()
			.set_cache_size(self.cache_bytes)
			// A plain open believes the file, and may panic on a damaged one.
			.set_check_integrity_on_open(true)
			.create_with_backend(storage)
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

	pub(crate) fn io(&self, error: &io::Error) -> OutboxError {
		match is_full(error) {
			true => self.full(),
			false => self.store(error.to_string()),
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
