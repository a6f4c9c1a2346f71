//! The books on the disk: those that come within a moment share one transaction, and one sync.

use crate::{
	book::{domain_of, key_of, Key},
	Book, ChannelsError,
};
use bpiiot_voucher::Domain;
use iot_disk::{is_full, open_or_make, Counters, Disk, Storage};
use redb::{Database, DatabaseError, ReadableDatabase, ReadableTable, StorageError, TableDefinition, TableError};
use std::{
	collections::BTreeMap,
	io,
	path::{Path, PathBuf},
	sync::{
		atomic::{AtomicU64, Ordering},
		Arc, Condvar, Mutex, MutexGuard, PoisonError,
	},
	thread::JoinHandle,
	time::Duration,
};
use tokio::sync::mpsc;

const TABLE: TableDefinition<Key, &[u8]> = TableDefinition::new("channels");
/// Memory for pages of the file, in bytes.
const CACHE_BYTES: usize = 2 * 1024 * 1024;

/// What one sync has made durable.
pub type Kept = Result<Vec<(Domain, Book)>, ChannelsError>;

/// How much was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
	/// Books that were given to be written.
	pub books: u64,
	/// Transactions, each with one sync or a few.
	pub commits: u64,
	/// How often all was forced to the disk.
	pub syncs: u64,
}

/// The books on the disk. A thread of its own writes them; dropping this waits until it has written all that it was given.
#[derive(Debug)]
pub struct Store {
	shared: Arc<Shared>,
	writer: Option<JoinHandle<()>>,
	books: BTreeMap<Domain, Book>,
}

#[derive(Debug)]
struct Shared {
	line: Mutex<Line>,
	turn: Condvar,
	gather: Duration,
	books: AtomicU64,
	commits: AtomicU64,
	counters: Arc<Counters>,
}

#[derive(Debug, Default)]
struct Line {
	waiting: BTreeMap<Domain, Book>,
	closed: bool,
}

impl Shared {
	fn line(&self) -> MutexGuard<'_, Line> {
		self.line.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// Takes all that waits, once there is something; none at the end.
	fn take(&self) -> Option<BTreeMap<Domain, Book>> {
		let line = self.line();
		let line = self
			.turn
			.wait_while(line, |line| line.waiting.is_empty() && !line.closed)
			.unwrap_or_else(PoisonError::into_inner);
		let mut line = self
			.turn
			.wait_timeout_while(line, self.gather, |line| !line.closed)
			.unwrap_or_else(PoisonError::into_inner)
			.0;
		let all = std::mem::take(&mut line.waiting);
		(!all.is_empty()).then_some(all)
	}
}

impl Store {
	/// Opens the file, checks all of it, and begins to write what it is given. If there is none, it is made.
	///
	/// What is durable comes out of the receiver, in the order in which it was written: a book may be passed over when a newer
	/// one of its channel came before the write. After an error nothing more comes.
	///
	/// `gather` is how long a book waits for others to share its sync.
	///
	/// # Errors
	/// When it is in use, is none of ours, or cannot be read.
	pub fn open(
		disk: &dyn Disk,
		path: &Path,
		gather: Duration,
	) -> Result<(Self, mpsc::UnboundedReceiver<Kept>), ChannelsError> {
		let place = Place {
			path: path.to_owned(),
			counters: Arc::default(),
		};
		let storage = open_or_make(disk, path).map_err(|error| place.io(&error))?;
		let database = place.open(storage)?;
		let books = place.read(&database)?;
		let shared = Arc::new(Shared {
			line: Mutex::default(),
			turn: Condvar::new(),
			gather,
			books: AtomicU64::new(0),
			commits: AtomicU64::new(0),
			counters: place.counters.clone(),
		});
		// Each entry is one write, and an end supplies nothing while it waits for one: so there are never many.
		let (tell, kept) = mpsc::unbounded_channel();
		let writer = std::thread::Builder::new().name("channels".to_owned()).spawn({
			let shared = shared.clone();
			move || write_all(&shared, &place, &database, &tell)
		});
		let writer = Some(writer.map_err(|error| ChannelsError::Store {
			path: path.to_owned(),
			problem: error.to_string(),
		})?);
		let store = Self { shared, writer, books };
		Ok((store, kept))
	}

	/// The book of a channel as it was when the file was opened.
	pub fn book(&self, domain: &Domain) -> Book {
		self.books.get(domain).copied().unwrap_or_default()
	}

	/// All books as they were when the file was opened.
	pub fn books(&self) -> &BTreeMap<Domain, Book> {
		&self.books
	}

	/// Has a book written, in the place of the one before. It does not wait.
	pub fn put(&self, domain: Domain, book: Book) {
		self.shared.books.fetch_add(1, Ordering::Relaxed);
		let mut line = self.shared.line();
		let was_idle = line.waiting.is_empty();
		line.waiting.insert(domain, book);
		drop(line);
		if was_idle {
			self.shared.turn.notify_all();
		}
	}

	/// How much was written.
	pub fn stats(&self) -> Stats {
		Stats {
			books: self.shared.books.load(Ordering::Relaxed),
			commits: self.shared.commits.load(Ordering::Relaxed),
			syncs: self.shared.counters.syncs.load(Ordering::Relaxed),
		}
	}
}

impl Drop for Store {
	fn drop(&mut self) {
		self.shared.line().closed = true;
		self.shared.turn.notify_all();
		if let Some(writer) = self.writer.take() {
			if writer.join().is_err() {
				tracing::error!("the writer of the channels' vouchers has panicked");
			}
		}
	}
}

/// The writer's life: until the store is dropped, or a write fails.
fn write_all(shared: &Shared, place: &Place, database: &Database, tell: &mpsc::UnboundedSender<Kept>) {
	while let Some(books) = shared.take() {
		let kept = place.write(database, &books).map(|()| books.into_iter().collect());
		let has_failed = kept.is_err();
		shared.commits.fetch_add(1, Ordering::Relaxed);
		// Nobody listens any more when the end is gone: what was given is written all the same.
		let _ = tell.send(kept);
		if has_failed {
			return;
		}
	}
}

/// Where the books are, and how their errors are told.
#[derive(Debug)]
struct Place {
	path: PathBuf,
	counters: Arc<Counters>,
}

impl Place {
	fn open(&self, storage: Storage) -> Result<Database, ChannelsError> {
		Database::builder()
			.set_cache_size(CACHE_BYTES)
			// A plain open believes the file, and may panic on a damaged one.
			.set_check_integrity_on_open(true)
			.create_with_backend(storage.counted(self.counters.clone()))
			.map_err(|error| match error {
				DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch => {
					ChannelsError::InUse(self.path.clone())
				}
				DatabaseError::Storage(StorageError::Io(error)) if error.kind() == io::ErrorKind::InvalidData => {
					self.foreign("no redb file")
				}
				error => self.failure(error.into()),
			})
	}

	fn read(&self, database: &Database) -> Result<BTreeMap<Domain, Book>, ChannelsError> {
		let read = database.begin_read().map_err(|error| self.failure(error.into()))?;
		let table = match read.open_table(TABLE) {
			Ok(table) => table,
			Err(TableError::TableDoesNotExist(_)) => return Ok(BTreeMap::new()),
			Err(TableError::Storage(error)) => return Err(self.failure(error.into())),
			Err(error) => return Err(self.foreign(&error.to_string())),
		};
		let entries = table.iter().map_err(|error| self.failure(error.into()))?;
		let mut books = BTreeMap::new();
		for entry in entries {
			let (key, value) = entry.map_err(|error| self.failure(error.into()))?;
			let book = Book::from_bytes(value.value()).ok_or_else(|| self.foreign("a book of another format"))?;
			books.insert(domain_of(&key.value()), book);
		}
		Ok(books)
	}

	/// One transaction; it is on the disk in the end.
	fn write(&self, database: &Database, books: &BTreeMap<Domain, Book>) -> Result<(), ChannelsError> {
		let write = || -> Result<(), redb::Error> {
			let transaction = database.begin_write()?;
			{
				let mut table = transaction.open_table(TABLE)?;
				for (domain, book) in books {
					table.insert(key_of(domain), book.to_bytes().as_slice())?;
				}
			}
			Ok(transaction.commit()?)
		};
		write().map_err(|error| self.failure(error))
	}

	fn failure(&self, error: redb::Error) -> ChannelsError {
		match error {
			_ if self.counters.full.load(Ordering::Relaxed) => ChannelsError::DiskFull(self.path.clone()),
			redb::Error::Io(error) => self.io(&error),
			error => ChannelsError::Store {
				path: self.path.clone(),
				problem: error.to_string(),
			},
		}
	}

	fn io(&self, error: &io::Error) -> ChannelsError {
		match is_full(error) {
			true => ChannelsError::DiskFull(self.path.clone()),
			false => ChannelsError::Store {
				path: self.path.clone(),
				problem: error.to_string(),
			},
		}
	}

	fn foreign(&self, found: &str) -> ChannelsError {
		ChannelsError::Foreign {
			path: self.path.clone(),
			found: found.to_owned(),
		}
	}
}
