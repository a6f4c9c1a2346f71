//! Opening the file, and what its errors mean.

use crate::{
	batch::Batch,
	record::{read_open, Account, Key, Names, ACCOUNT, NAMES, OPEN},
	HistoryError, Limits,
};
use iot_disk::{beside, is_full, open_or_make, Counters, Disk};
use redb::{Database, DatabaseError, ReadableDatabase, ReadableTable, TableDefinition, TableError, TableHandle};
use std::{
	io,
	path::PathBuf,
	sync::{atomic::Ordering, Arc},
};

pub(crate) const TABLE: TableDefinition<Key, &[u8]> = TableDefinition::new("history");

/// A file that is this many times larger than what counts in it is made smaller when it is opened..
const COMPACT_FACTOR: u64 = 8;
/// .. if it is larger than this, in bytes.
const COMPACT_FROM: u64 = 8 * 1024 * 1024;

/// Why a transaction did not come about.
#[derive(Debug)]
pub(crate) enum Failure {
	/// The store failed and must be opened anew.
	Store(redb::Error),
	/// What it holds is not ours, or no more.
	Damaged(String),
}

impl<E: Into<redb::Error>> From<E> for Failure {
	fn from(error: E) -> Self {
		Self::Store(error.into())
	}
}

/// What an opened file says.
pub(crate) struct Opened {
	pub(crate) database: Database,
	pub(crate) account: Account,
	pub(crate) names: Names,
	/// Rows that were not complete at the last write.
	pub(crate) open: Batch,
}

/// Where the history is, and how it is opened.
pub(crate) struct Place {
	pub(crate) disk: Arc<dyn Disk>,
	pub(crate) path: PathBuf,
	pub(crate) counters: Arc<Counters>,
	pub(crate) limits: Limits,
}

impl Place {
	/// Opens what is there and checks all of it. What is damaged, or no history, is put aside, and a new one begun.
	pub(crate) fn open(&self) -> Result<Opened, HistoryError> {
		let problem = match self.try_open() {
			Err(HistoryError::Damaged { problem, .. }) => problem,
			other => return other,
		};
		self.put_aside(&problem);
		self.try_open()
	}

	/// Puts the file aside, in place of one that was put aside before: a disk that spoils files must not fill up with them. If
	/// even that fails, the next attempt to open it tells.
	pub(crate) fn put_aside(&self, problem: &str) {
		let path = self.path.display();
		tracing::error!(%path, %problem, "the history is put aside, with .damaged after its name, and a new one is begun");
		if let Err(error) = self.disk.rename(&self.path, &beside(&self.path, "damaged")) {
			tracing::error!(%path, %error, "the history cannot be put aside");
		}
	}

	fn try_open(&self) -> Result<Opened, HistoryError> {
		let mut opened = self.open_once()?;
		let length = self.counters.length.load(Ordering::Relaxed);
		let used: u64 = opened.account.tiers.iter().map(|tier| tier.used).sum();
		if length < COMPACT_FROM || length / COMPACT_FACTOR < used {
			return Ok(opened);
		}
		tracing::info!(path = %self.path.display(), length, used, "the history's file is made smaller");
		if let Err(error) = opened.database.compact() {
			// It stays as large as it is; a failed store must be opened anew.
			tracing::warn!(%error, "the history's file was not made smaller");
			drop(opened);
			return self.open_once();
		}
		Ok(opened)
	}

	fn open_once(&self) -> Result<Opened, HistoryError> {
		let storage = open_or_make(&*self.disk, &self.path)
			.map_err(|error| self.io(&error))?
			.counted(self.counters.clone())
			.no_longer_than(self.limits.max_bytes);
		let database = Database::builder()
			.set_cache_size(self.limits.cache_bytes)
			// A plain open believes the file, and may panic on a damaged one.
			.set_check_integrity_on_open(true)
			.create_with_backend(storage)
			.map_err(|error| self.cannot_open(error))?;
		let (account, names, open) = self.known(&database).map_err(|failure| self.failure(failure))?;
		Ok(Opened {
			database,
			account,
			names,
			open,
		})
	}

	/// What the file says of itself; nothing yet when nothing at all is in it.
	fn known(&self, database: &Database) -> Result<(Account, Names, Batch), Failure> {
		let read = database.begin_read()?;
		let names: Vec<String> = read.list_tables()?.map(|table| table.name().to_owned()).collect();
		if names.is_empty() && read.list_multimap_tables()?.next().is_none() {
			return Ok(Default::default());
		}
		let table = match read.open_table(TABLE) {
			Ok(table) => table,
			Err(TableError::Storage(error)) => return Err(error.into()),
			Err(_) => {
				return Err(Failure::Damaged(format!(
					"a redb file with the tables {}",
					names.join(", ")
				)))
			}
		};
		read_account(&table)
	}

	/// The error of a transaction, in our words.
	pub(crate) fn failure(&self, failure: Failure) -> HistoryError {
		match failure {
			Failure::Damaged(problem) => self.damaged(problem),
			Failure::Store(_) if self.counters.too_long.load(Ordering::Relaxed) => {
				HistoryError::NoRoom(self.path.clone())
			}
			Failure::Store(_) if self.counters.full.load(Ordering::Relaxed) => {
				HistoryError::DiskFull(self.path.clone())
			}
			Failure::Store(redb::Error::Corrupted(problem)) => self.damaged(problem),
			Failure::Store(redb::Error::Io(error)) => self.io(&error),
			Failure::Store(error) => self.store(error.to_string()),
		}
	}

	fn cannot_open(&self, error: DatabaseError) -> HistoryError {
		match error {
			DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch => {
				HistoryError::InUse(self.path.clone())
			}
			DatabaseError::UpgradeRequired(version) => self.damaged(format!("a redb file of version {version}")),
			DatabaseError::Storage(redb::StorageError::Io(error)) if error.kind() == io::ErrorKind::InvalidData => {
				self.damaged("no redb file".to_owned())
			}
			error => self.failure(error.into()),
		}
	}

	fn io(&self, error: &io::Error) -> HistoryError {
		match is_full(error) {
			true => HistoryError::DiskFull(self.path.clone()),
			false => self.store(error.to_string()),
		}
	}

	pub(crate) fn store(&self, problem: String) -> HistoryError {
		HistoryError::Store {
			path: self.path.clone(),
			problem,
		}
	}

	fn damaged(&self, problem: String) -> HistoryError {
		HistoryError::Damaged {
			path: self.path.clone(),
			problem,
		}
	}
}

/// The account, the names, and the rows that were not complete when they were written.
fn read_account(table: &impl ReadableTable<Key, &'static [u8]>) -> Result<(Account, Names, Batch), Failure> {
	let (account, names) = read_names(table)?;
	let open = table.get(OPEN)?.ok_or_else(unreadable)?;
	let open = read_open(open.value(), &names).ok_or_else(unreadable)?;
	Ok((account, names, open))
}

/// The account and the names.
pub(crate) fn read_names(table: &impl ReadableTable<Key, &'static [u8]>) -> Result<(Account, Names), Failure> {
	let names = table.get(NAMES)?.ok_or_else(unreadable)?;
	let names = Names::from_bytes(names.value()).ok_or_else(unreadable)?;
	let account = table.get(ACCOUNT)?.ok_or_else(unreadable)?;
	let account = Account::from_bytes(account.value()).ok_or_else(unreadable)?;
	Ok((account, names))
}

fn unreadable() -> Failure {
	Failure::Damaged("its account cannot be read".to_owned())
}
