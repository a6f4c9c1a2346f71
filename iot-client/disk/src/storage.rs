//! An open file of a store.

use crate::is_full;
use redb::{BackendError, StorageBackend};
use std::{
	fmt, io,
	ops::Bound,
	sync::{
		atomic::{AtomicBool, AtomicU64, Ordering},
		Arc,
	},
};

/// What was done to a storage.
#[derive(Debug, Default)]
pub struct Counters {
	/// Bytes written.
	pub written: AtomicU64,
	/// How often all was forced to the disk.
	pub syncs: AtomicU64,
	/// Its length, in bytes.
	pub length: AtomicU64,
	/// Whether the disk was full since this was last cleared. The store's own errors do not always tell.
	pub full: AtomicBool,
	/// Whether it wanted to be longer than it may be, since this was last cleared.
	pub too_long: AtomicBool,
}

/// An open file of whichever disk.
pub struct Storage {
	backend: Box<dyn StorageBackend>,
	counters: Arc<Counters>,
	longest: u64,
	give_space: Option<Box<dyn Fn() + Send + Sync>>,
}

impl Storage {
	/// What a disk opened.
	pub fn new(backend: impl StorageBackend) -> Self {
		Self {
			backend: Box::new(backend),
			counters: Arc::default(),
			longest: u64::MAX,
			give_space: None,
		}
	}

	/// Has these count what is done to it.
	#[must_use]
	pub fn counted(self, counters: Arc<Counters>) -> Self {
		Self { counters, ..self }
	}

	/// Holds it to this length, in bytes.
	#[must_use]
	pub fn no_longer_than(self, longest: u64) -> Self {
		Self { longest, ..self }
	}

	/// When the disk is full, has this give some space up, and tries once more: a store does not survive a write that fails.
	#[must_use]
	pub fn helped_by(self, give_space: impl Fn() + Send + Sync + 'static) -> Self {
		Self {
			give_space: Some(Box::new(give_space)),
			..self
		}
	}

	/// Does what may need space.
	fn with_space(&self, act: impl Fn() -> io::Result<()>) -> io::Result<()> {
		let mut done = act();
		if let (Err(error), Some(give_space)) = (&done, &self.give_space) {
			if is_full(error) {
				give_space();
				done = act();
			}
		}
		done.inspect_err(|error| {
			if is_full(error) {
				self.counters.full.store(true, Ordering::Relaxed);
			}
		})
	}
}

impl fmt::Debug for Storage {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		self.backend.fmt(f)
	}
}

impl StorageBackend for Storage {
	fn len(&self) -> io::Result<u64> {
		let length = self.backend.len()?;
		self.counters.length.store(length, Ordering::Relaxed);
		Ok(length)
	}

	fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
		self.backend.read(offset, out)
	}

	fn set_len(&self, len: u64) -> io::Result<()> {
		// A file that is too long already, by limits that were larger, may become shorter, if not at once short enough.
		if len > self.longest && len > self.counters.length.load(Ordering::Relaxed) {
			self.counters.too_long.store(true, Ordering::Relaxed);
			return Err(io::ErrorKind::StorageFull.into());
		}
		self.with_space(|| self.backend.set_len(len))?;
		self.counters.length.store(len, Ordering::Relaxed);
		Ok(())
	}

	fn sync_data(&self) -> io::Result<()> {
		self.counters.syncs.fetch_add(1, Ordering::Relaxed);
		self.with_space(|| self.backend.sync_data())
	}

	fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
		self.with_space(|| self.backend.write(offset, data))?;
		self.counters.written.fetch_add(data.len() as u64, Ordering::Relaxed);
		Ok(())
	}

	fn close(&self) -> io::Result<()> {
		self.backend.close()
	}

	fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
		self.backend.try_lock_range(start, end)
	}

	fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
		self.backend.try_lock_shared_range(start, end)
	}

	fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
		self.backend.lock_range(start, end)
	}

	fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
		self.backend.lock_shared_range(start, end)
	}

	fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
		self.backend.unlock_range(start, end)
	}

	fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
		self.backend.query_lock_range(start, end)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{Disk, Files};
	use std::sync::atomic::AtomicU32;

	/// Has no space for so many attempts.
	#[derive(Debug)]
	struct Full(Storage, AtomicU32);

	impl Full {
		fn fails(&self) -> io::Result<()> {
			let left = self.1.load(Ordering::SeqCst);
			self.1.store(left.saturating_sub(1), Ordering::SeqCst);
			match left {
				0 => Ok(()),
				_ => Err(io::ErrorKind::StorageFull.into()),
			}
		}
	}

	impl StorageBackend for Full {
		fn len(&self) -> io::Result<u64> {
			self.0.len()
		}

		fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
			self.0.read(offset, out)
		}

		fn set_len(&self, len: u64) -> io::Result<()> {
			self.fails().and_then(|()| self.0.set_len(len))
		}

		fn sync_data(&self) -> io::Result<()> {
			self.0.sync_data()
		}

		fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
			self.fails().and_then(|()| self.0.write(offset, data))
		}
	}

	/// A file that has no space for so many attempts, its counters, and how often space was given.
	fn full(attempts: u32) -> (tempfile::TempDir, Storage, Arc<Counters>, Arc<AtomicU32>) {
		let dir = tempfile::tempdir().unwrap();
		let file = Files.make(&dir.path().join("store")).unwrap();
		file.set_len(100).unwrap();
		let (counters, given) = (Arc::<Counters>::default(), Arc::<AtomicU32>::default());
		let giver = given.clone();
		let storage = Storage::new(Full(file, AtomicU32::new(attempts)))
			.counted(counters.clone())
			.helped_by(move || {
				giver.fetch_add(1, Ordering::SeqCst);
			});
		(dir, storage, counters, given)
	}

	#[test]
	fn what_finds_no_space_is_done_with_what_is_given_up_and_a_second_failure_is_told() {
		for (attempts, done, given_up) in [(0, true, 0), (1, true, 1), (2, false, 1)] {
			let (_dir, storage, counters, given) = full(attempts);
			assert_eq!(storage.write(10, b"abc").is_ok(), done, "{attempts}");
			assert_eq!(given.load(Ordering::SeqCst), given_up);
			assert_eq!(counters.full.load(Ordering::SeqCst), !done);
			assert_eq!(counters.written.load(Ordering::SeqCst), if done { 3 } else { 0 });
		}
	}

	#[test]
	fn a_file_does_not_become_longer_than_it_may() {
		let (_dir, storage, counters, given) = full(0);
		let storage = storage.no_longer_than(150);
		assert_eq!(storage.len().unwrap(), 100);
		storage.set_len(150).unwrap();
		assert!(is_full(&storage.set_len(151).unwrap_err()));
		assert!(counters.too_long.load(Ordering::SeqCst) && !counters.full.load(Ordering::SeqCst));
		assert_eq!((storage.len().unwrap(), given.load(Ordering::SeqCst)), (150, 0));
		// One that is too long already becomes shorter.
		let storage = storage.no_longer_than(10);
		storage.set_len(120).unwrap();
		storage.set_len(130).unwrap_err();
	}
}
