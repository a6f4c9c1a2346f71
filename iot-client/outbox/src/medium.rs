//! What an outbox is kept on, injected; and the count of what is written to it.

use crate::Disk;
use redb::StorageBackend;
use std::{
	fmt,
	fs::{self, OpenOptions},
	io::{self, Write},
	ops::Bound,
	os::unix::fs::{MetadataExt, OpenOptionsExt},
	path::{Path, PathBuf},
	sync::{
		atomic::{AtomicBool, AtomicU64, Ordering},
		Arc,
	},
};

/// What an outbox is kept on. It is plugged in again after a failure: the store does not go on after one.
pub trait Medium: Send + Sync {
	/// The storage, as it is now.
	///
	/// # Errors
	/// When it cannot be reached.
	fn plug(&self) -> io::Result<Box<dyn StorageBackend>>;

	/// Keeps this much space, in bytes, from all others, if it is not kept already. When the disk is full it is given up, so
	/// that a write under way comes to its end.
	///
	/// # Errors
	/// When there is no such space; nothing is kept then.
	fn take_spare(&self, bytes: u64) -> io::Result<()>;

	/// Gives that space up.
	fn give_spare(&self);
}

/// A file that exists. Its spare is a file beside it, with nothing in it: that one is always this computer's.
pub(crate) struct FileMedium {
	pub(crate) disk: Arc<dyn Disk>,
	pub(crate) path: PathBuf,
}

impl FileMedium {
	fn spare(&self) -> PathBuf {
		let mut name = self.path.as_os_str().to_owned();
		name.push(".spare");
		name.into()
	}
}

impl Medium for FileMedium {
	fn plug(&self) -> io::Result<Box<dyn StorageBackend>> {
		Ok(Box::new(self.disk.open(&self.path)?))
	}

	fn take_spare(&self, bytes: u64) -> io::Result<()> {
		let path = self.spare();
		let there =
			fs::metadata(&path).is_ok_and(|file| file.len() == bytes && file.blocks().saturating_mul(512) >= bytes);
		if there {
			return Ok(());
		}
		fill(&path, bytes).inspect_err(|_| self.give_spare())
	}

	fn give_spare(&self) {
		let path = self.spare();
		match fs::remove_file(&path) {
			Err(error) if error.kind() != io::ErrorKind::NotFound => {
				tracing::warn!(path = %path.display(), %error, "cannot be removed");
			}
			_ => {}
		}
	}
}

/// Writes a file whose blocks are really there: on a file system that leaves zeros out or packs what repeats, too.
fn fill(path: &Path, bytes: u64) -> io::Result<()> {
	let mut options = OpenOptions::new();
	let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
	let mut word = 0x9e37_79b9_7f4a_7c15_u64;
	let mut left = bytes;
	while left > 0 {
		let mut block = Vec::with_capacity(4096);
		while block.len() < 4096 {
			word ^= word << 13;
			word ^= word >> 7;
			word ^= word << 17;
			block.extend_from_slice(&word.to_le_bytes());
		}
		block.truncate(usize::try_from(left).unwrap_or(usize::MAX));
		file.write_all(&block)?;
		left = left.saturating_sub(4096);
	}
	file.sync_all()
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
	/// Whether it ran full since this was last cleared. The store's own errors do not always tell.
	pub(crate) full: AtomicBool,
	/// Whether the spare is kept.
	pub(crate) spare: AtomicBool,
}

fn is_full(error: &io::Error) -> bool {
	matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// A storage whose writes are counted, and which gives the spare up when the disk is full.
pub(crate) struct Counted {
	storage: Box<dyn StorageBackend>,
	medium: Arc<dyn Medium>,
	counters: Arc<Counters>,
}

impl Counted {
	pub(crate) fn new(storage: Box<dyn StorageBackend>, medium: Arc<dyn Medium>, counters: Arc<Counters>) -> Self {
		Self {
			storage,
			medium,
			counters,
		}
	}

	/// Does it, and once more with the spare if there was no space. The store does not survive an error.
	fn with_spare(&self, act: impl Fn() -> io::Result<()>) -> io::Result<()> {
		match act() {
			Err(error) if is_full(&error) => {}
			other => return other,
		}
		self.counters.spare.store(false, Ordering::Relaxed);
		self.medium.give_spare();
		act().inspect_err(|error| {
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
		self.with_spare(|| self.storage.set_len(len))?;
		self.counters.length.store(len, Ordering::Relaxed);
		Ok(())
	}

	fn sync_data(&self) -> io::Result<()> {
		self.counters.syncs.fetch_add(1, Ordering::Relaxed);
		self.with_spare(|| self.storage.sync_data())
	}

	fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
		self.with_spare(|| self.storage.write(offset, data))?;
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
