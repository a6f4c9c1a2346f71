//! The disk with its files, as a store of the client uses them.

use super::{
	cache::Cache,
	power::{Power, Torn},
};
use iot_disk::{Disk, Files, Storage};
use rand::{rngs::StdRng, Rng, SeedableRng};
use redb::{BackendError, StorageBackend};
use std::{
	collections::BTreeMap,
	fmt,
	fs::OpenOptions,
	io,
	ops::Bound,
	path::{Path, PathBuf},
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc, Mutex, MutexGuard, PoisonError,
	},
	thread,
	time::Duration,
};

/// Of so many writes one sends sectors to the disk before its time; and of so many lengths one goes there.
const EARLY: u32 = 4;
/// One sync in so many takes its time.
const SLOW: u32 = 8;
/// How long that is, at most.
const LONGEST: Duration = Duration::from_millis(40);

/// A disk that loses or tears what was not forced to it; see the module. Clones are the same one.
#[derive(Clone)]
pub struct TearingDisk(Arc<Shared>);

struct Shared {
	power: Box<dyn Power>,
	chance: Mutex<StdRng>,
	files: Mutex<BTreeMap<PathBuf, Arc<Mutex<Cache>>>>,
	/// The power is gone and the process is there still, as in tests.
	dead: AtomicBool,
	#[cfg(test)]
	defect: super::tests::Defect,
}

impl TearingDisk {
	/// Of this seed, for as long as there is `power`.
	pub fn new(seed: u64, power: impl Power + 'static) -> Self {
		Self(Arc::new(Shared {
			power: Box::new(power),
			chance: Mutex::new(StdRng::seed_from_u64(seed)),
			files: Mutex::default(),
			dead: AtomicBool::new(false),
			#[cfg(test)]
			defect: super::tests::Defect::None,
		}))
	}

	/// The same, and it has a defect.
	#[cfg(test)]
	pub(super) fn with_defect(seed: u64, power: impl Power + 'static, defect: super::tests::Defect) -> Self {
		Self(Arc::new(Shared {
			power: Box::new(power),
			chance: Mutex::new(StdRng::seed_from_u64(seed)),
			files: Mutex::default(),
			dead: AtomicBool::new(false),
			defect,
		}))
	}

	/// The power goes between two syncs.
	#[cfg(test)]
	pub(super) fn die(&self) {
		self.0.dead.store(true, Ordering::SeqCst);
	}

	/// The open file, whose locks are the real ones: another process must see them.
	fn plug(&self, path: &Path, locks: Storage) -> io::Result<Storage> {
		self.live()?;
		let mut files = lock(&self.0.files);
		let cache = match files.get(path) {
			Some(cache) => cache.clone(),
			None => {
				let file = OpenOptions::new().read(true).write(true).open(path)?;
				let cache = Arc::new(Mutex::new(Cache::new(file)?));
				files.insert(path.to_owned(), cache.clone());
				cache
			}
		};
		Ok(Storage::new(Plug {
			disk: self.clone(),
			path: path.to_owned(),
			cache,
			locks,
		}))
	}

	fn live(&self) -> io::Result<()> {
		if self.0.dead.load(Ordering::SeqCst) {
			return Err(io::Error::other("the power is off"));
		}
		Ok(())
	}

	/// The power goes when so many pieces of so many have reached the disk.
	fn goes(&self, path: &Path, written: usize, of: usize) -> io::Result<()> {
		self.0.dead.store(true, Ordering::SeqCst);
		self.0.power.goes(&Torn {
			file: path.to_owned(),
			written,
			of,
		});
		self.live()
	}

	fn roll(&self, sides: u32) -> bool {
		lock(&self.0.chance).random_ratio(1, sides)
	}
}

impl fmt::Debug for TearingDisk {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.debug_struct("TearingDisk").finish_non_exhaustive()
	}
}

impl Disk for TearingDisk {
	fn open(&self, path: &Path) -> io::Result<Storage> {
		self.plug(path, Files.open(path)?)
	}

	fn make(&self, path: &Path) -> io::Result<Storage> {
		self.live()?;
		let locks = Files.make(path)?;
		lock(&self.0.files).remove(path);
		self.plug(path, locks)
	}

	/// The name is on the disk, or it is not. What is in the file may be there or not, which is for its owner to see to.
	fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
		self.live()?;
		let lasts = self.0.power.lasts(from, 1);
		if lasts == Some(0) {
			self.goes(from, 0, 1)?;
		}
		{
			let mut files = lock(&self.0.files);
			Files.rename(from, to)?;
			if let Some(cache) = files.remove(from) {
				files.insert(to.to_owned(), cache);
			}
		}
		match lasts {
			Some(_) => self.goes(from, 1, 1),
			None => Ok(()),
		}
	}

	fn remove(&self, path: &Path) -> io::Result<()> {
		self.live()?;
		lock(&self.0.files).remove(path);
		Files.remove(path)
	}
}

/// An open file of the disk.
#[derive(Debug)]
struct Plug {
	disk: TearingDisk,
	path: PathBuf,
	cache: Arc<Mutex<Cache>>,
	locks: Storage,
}

impl Plug {
	fn cache(&self) -> io::Result<MutexGuard<'_, Cache>> {
		let cache = lock(&self.cache);
		// Looked at under the lock: nothing reaches the disk after the power has gone.
		self.disk.live()?;
		Ok(cache)
	}

	/// Has all pieces reach the disk, if there is power for so long.
	fn sync(&self, cache: &mut Cache) -> io::Result<()> {
		let (pieces, pause) = {
			let mut chance = lock(&self.disk.0.chance);
			let pieces = cache.pieces(&mut *chance)?;
			let slow = chance.random_ratio(1, SLOW) && !pieces.is_empty();
			let pause = slow.then(|| chance.random_range(Duration::ZERO..LONGEST));
			(pieces, pause.unwrap_or_default())
		};
		let of = pieces.len();
		let lasts = Some(of)
			.filter(|of| *of > 0)
			.and_then(|of| self.disk.0.power.lasts(&self.path, of));
		let each = pause / u32::try_from(of).unwrap_or(u32::MAX).max(1);
		for (written, piece) in pieces.iter().enumerate() {
			if lasts == Some(written) {
				return self.disk.goes(&self.path, written, of);
			}
			thread::sleep(each);
			cache.apply(piece)?;
		}
		if lasts.is_some() {
			return self.disk.goes(&self.path, of, of);
		}
		cache.is_synced();
		Ok(())
	}
}

impl StorageBackend for Plug {
	fn len(&self) -> io::Result<u64> {
		Ok(self.cache()?.len())
	}

	fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
		self.cache()?.read(offset, out)
	}

	fn set_len(&self, len: u64) -> io::Result<()> {
		let mut cache = self.cache()?;
		cache.set_len(len)?;
		if self.disk.roll(EARLY) {
			cache.length_goes_early()?;
		}
		Ok(())
	}

	fn sync_data(&self) -> io::Result<()> {
		let mut cache = self.cache()?;
		#[cfg(test)]
		if self.disk.0.defect.hits_a_sync(&mut cache)? {
			return Ok(());
		}
		self.sync(&mut cache)
	}

	fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
		let mut cache = self.cache()?;
		let written = cache.write(offset, data)?;
		if self.disk.roll(EARLY) {
			for number in written {
				if self.disk.roll(2) {
					cache.go_early(number)?;
				}
			}
		}
		Ok(())
	}

	fn close(&self) -> io::Result<()> {
		self.locks.close()
	}

	fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
		self.locks.try_lock_range(start, end)
	}

	fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
		self.locks.try_lock_shared_range(start, end)
	}

	fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
		self.locks.lock_range(start, end)
	}

	fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
		self.locks.lock_shared_range(start, end)
	}

	fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
		self.locks.unlock_range(start, end)
	}

	fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
		self.locks.query_lock_range(start, end)
	}
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
	mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
