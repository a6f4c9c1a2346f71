//! What a history is kept on, injected; and the count of what is written to it.

use redb::{backends::FileBackend, Database, DatabaseError, StorageBackend, StorageError};
use std::{
	fmt,
	fs::{self, File, OpenOptions},
	io,
	ops::Bound,
	os::unix::fs::OpenOptionsExt,
	path::{Path, PathBuf},
	sync::{
		atomic::{AtomicBool, AtomicU64, Ordering},
		Arc,
	},
};

/// What a history is kept on. It is plugged in again after a failure: the store does not go on after one.
pub(crate) trait Medium: Send + Sync {
	/// The storage, as it is now; made if there is none.
	fn plug(&self) -> io::Result<Box<dyn StorageBackend>>;

	/// Puts what is there aside, so that the next plug is of something new.
	fn put_aside(&self) -> io::Result<()>;
}

/// A file. What is put aside is a file beside it, in place of one that was put aside before: a disk that spoils files
/// must not fill up with them.
pub(crate) struct FileMedium(pub(crate) PathBuf);

impl Medium for FileMedium {
	fn plug(&self) -> io::Result<Box<dyn StorageBackend>> {
		if !self.0.exists() {
			self.make()?;
		}
		Ok(Box::new(backend(
			OpenOptions::new().read(true).write(true).open(&self.0)?,
		)?))
	}

	fn put_aside(&self) -> io::Result<()> {
		let mut name = self.0.as_os_str().to_owned();
		name.push(".damaged");
		fs::rename(&self.0, name)
	}
}

impl FileMedium {
	/// Makes the file, whole or not at all: it gets its name when it is complete, so that a power cut in between leaves
	/// nothing that seems to be damaged.
	fn make(&self) -> io::Result<()> {
		let folder = match self.0.parent() {
			Some(folder) if folder != Path::new("") => folder,
			_ => Path::new("."),
		};
		fs::create_dir_all(folder)?;
		let mut unfinished = self.0.as_os_str().to_owned();
		unfinished.push(".new");
		let mut options = OpenOptions::new();
		options.read(true).write(true).create(true).truncate(true).mode(0o600);
		let made = Database::builder().create_with_backend(backend(options.open(&unfinished)?)?);
		drop(made.map_err(|error| match error {
			DatabaseError::Storage(StorageError::Io(error)) => error,
			error => io::Error::other(error.to_string()),
		})?);
		File::open(&unfinished)?.sync_all()?;
		fs::rename(&unfinished, &self.0)?;
		File::open(folder)?.sync_all()
	}
}

fn backend(file: File) -> io::Result<FileBackend> {
	FileBackend::new(file).map_err(|error| io::Error::other(error.to_string()))
}

/// What was done to the storage.
#[derive(Debug, Default)]
pub(crate) struct Counters {
	/// Bytes written.
	pub(crate) written: AtomicU64,
	/// How often all was forced to the disk.
	pub(crate) syncs: AtomicU64,
	/// Its length, in bytes.
	pub(crate) length: AtomicU64,
	/// Whether the disk was full since this was last cleared. The store's own errors do not always tell.
	pub(crate) full: AtomicBool,
	/// Whether it wanted to be longer than it may be, since this was last cleared.
	pub(crate) too_long: AtomicBool,
}

pub(crate) fn is_full(error: &io::Error) -> bool {
	matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// A storage whose writes are counted, and which does not become longer than it may.
pub(crate) struct Counted {
	storage: Box<dyn StorageBackend>,
	counters: Arc<Counters>,
	longest: u64,
}

impl Counted {
	pub(crate) fn new(storage: Box<dyn StorageBackend>, counters: Arc<Counters>, longest: u64) -> Self {
		Self {
			storage,
			counters,
			longest,
		}
	}

	fn noted(&self, done: io::Result<()>) -> io::Result<()> {
		done.inspect_err(|error| {
			if is_full(error) {
				self.counters.full.store(true, Ordering::Relaxed);
			}
		})
	}
}

impl fmt::Debug for Counted {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.debug_struct("Counted")
			.field("storage", &self.storage)
			.finish_non_exhaustive()
	}
}

impl StorageBackend for Counted {
	fn len(&self) -> io::Result<u64> {
		let length = self.storage.len()?;
		self.counters.length.store(length, Ordering::Relaxed);
		Ok(length)
	}

	fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
		self.storage.read(offset, out)
	}

	fn set_len(&self, len: u64) -> io::Result<()> {
		// A file that is too long already, by limits that were larger, may become shorter, if not at once short enough.
		if len > self.longest && len > self.counters.length.load(Ordering::Relaxed) {
			self.counters.too_long.store(true, Ordering::Relaxed);
			return Err(io::ErrorKind::StorageFull.into());
		}
		self.noted(self.storage.set_len(len))?;
		self.counters.length.store(len, Ordering::Relaxed);
		Ok(())
	}

	fn sync_data(&self) -> io::Result<()> {
		self.counters.syncs.fetch_add(1, Ordering::Relaxed);
		self.noted(self.storage.sync_data())
	}

	fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
		self.noted(self.storage.write(offset, data))?;
		self.counters.written.fetch_add(data.len() as u64, Ordering::Relaxed);
		Ok(())
	}

	fn close(&self) -> io::Result<()> {
		self.storage.close()
	}

	fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, redb::BackendError> {
		self.storage.try_lock_range(start, end)
	}

	fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, redb::BackendError> {
		self.storage.try_lock_shared_range(start, end)
	}

	fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), redb::BackendError> {
		self.storage.lock_range(start, end)
	}

	fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), redb::BackendError> {
		self.storage.lock_shared_range(start, end)
	}

	fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), redb::BackendError> {
		self.storage.unlock_range(start, end)
	}

	fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, redb::BackendError> {
		self.storage.query_lock_range(start, end)
	}
}
