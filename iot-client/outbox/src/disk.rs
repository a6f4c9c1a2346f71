//! Where stores have their files, injected: the disk of a test may lose what was not forced to it.

use redb::{backends::FileBackend, BackendError, StorageBackend};
use std::{
	fmt,
	fs::{self, File, OpenOptions},
	io,
	ops::Bound,
	os::unix::fs::OpenOptionsExt,
	path::Path,
};

/// Where stores have their files.
pub trait Disk: std::fmt::Debug + Send + Sync {
	/// Opens a file that exists.
	///
	/// # Errors
	/// When it cannot be opened.
	fn open(&self, path: &Path) -> io::Result<Storage>;

	/// Makes a file that does not exist yet, for its owner only.
	///
	/// # Errors
	/// When it exists, or cannot be made.
	fn make(&self, path: &Path) -> io::Result<Storage>;

	/// Gives a file another name, which outlives a power cut as soon as this returns. What is in the file is for its owner to
	/// force to the disk before.
	///
	/// # Errors
	/// When it cannot; the file has one of the two names.
	fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

	/// Removes a file, if there is one.
	///
	/// # Errors
	/// When it is there and cannot be removed.
	fn remove(&self, path: &Path) -> io::Result<()>;
}

/// The files of this computer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Files;

impl Disk for Files {
	fn open(&self, path: &Path) -> io::Result<Storage> {
		storage(OpenOptions::new().read(true).write(true).open(path)?)
	}

	fn make(&self, path: &Path) -> io::Result<Storage> {
		let mut options = OpenOptions::new();
		storage(options.read(true).write(true).create_new(true).mode(0o600).open(path)?)
	}

	fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
		fs::rename(from, to)?;
		let folder = to.parent().filter(|folder| *folder != Path::new(""));
		File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
	}

	fn remove(&self, path: &Path) -> io::Result<()> {
		match fs::remove_file(path) {
			Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
			result => result,
		}
	}
}

fn storage(file: File) -> io::Result<Storage> {
	let backend = FileBackend::new(file).map_err(|error| io::Error::other(error.to_string()))?;
	Ok(Storage::new(backend))
}

/// An open file of whichever disk.
pub struct Storage(Box<dyn StorageBackend>);

impl Storage {
	/// What a disk opened.
	pub fn new(backend: impl StorageBackend) -> Self {
		Self(Box::new(backend))
	}
}

impl fmt::Debug for Storage {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		self.0.fmt(f)
	}
}

impl StorageBackend for Storage {
	fn len(&self) -> io::Result<u64> {
		self.0.len()
	}

	fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
		self.0.read(offset, out)
	}

	fn set_len(&self, len: u64) -> io::Result<()> {
		self.0.set_len(len)
	}

	fn sync_data(&self) -> io::Result<()> {
		self.0.sync_data()
	}

	fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
		self.0.write(offset, data)
	}

	fn close(&self) -> io::Result<()> {
		self.0.close()
	}

	fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
		self.0.try_lock_range(start, end)
	}

	fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
		self.0.try_lock_shared_range(start, end)
	}

	fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
		self.0.lock_range(start, end)
	}

	fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
		self.0.lock_shared_range(start, end)
	}

	fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
		self.0.unlock_range(start, end)
	}

	fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
		self.0.query_lock_range(start, end)
	}
}
