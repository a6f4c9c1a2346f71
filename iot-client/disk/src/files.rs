//! Where stores have their files, injected: the disk of a test may lose what was not forced to it.

use crate::{beside, folder_of, make_folder, sync_folder, Storage};
use redb::{backends::FileBackend, Database, DatabaseError, StorageError};
use std::{
	fs::{self, File, OpenOptions},
	io,
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
		sync_folder(folder_of(to))
	}

	fn remove(&self, path: &Path) -> io::Result<()> {
		crate::remove(path)
	}
}

fn storage(file: File) -> io::Result<Storage> {
	let backend = FileBackend::new(file).map_err(|error| io::Error::other(error.to_string()))?;
	Ok(Storage::new(backend))
}

/// Opens the file of a store. If there is none, an empty one is made, with its folder.
///
/// # Errors
/// When it can be neither opened nor made.
pub fn open_or_make(disk: &dyn Disk, path: &Path) -> io::Result<Storage> {
	match disk.open(path) {
		Err(error) if error.kind() == io::ErrorKind::NotFound => {}
		opened => return opened,
	}
	make_folder(folder_of(path))?;
	make(disk, path)?;
	disk.open(path)
}

/// Makes an empty store. The store fills its file bit by bit, and refuses for ever one that a power cut left half made: so it
/// is made under another name, and gets its own when it is whole.
fn make(disk: &dyn Disk, path: &Path) -> io::Result<()> {
	let fresh = beside(path, "new");
	let made = || {
		// Of a power cut; nothing was ever put into it.
		disk.remove(&fresh)?;
		let made = Database::builder().create_with_backend(disk.make(&fresh)?);
		made.and_then(Database::close).map_err(|error| match error {
			DatabaseError::Storage(StorageError::Io(error)) => error,
			error => io::Error::other(error.to_string()),
		})?;
		disk.rename(&fresh, path)
	};
	made().inspect_err(|_| {
		// On a full disk what is there of it is in the way of others.
		let _ = disk.remove(&fresh);
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use redb::StorageBackend;
	use std::os::unix::fs::PermissionsExt;

	#[test]
	fn a_store_is_made_whole_with_its_folder_and_for_its_owner_only() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("state/store.redb");
		fs::create_dir(path.parent().unwrap()).unwrap();
		// What a power cut left.
		fs::write(beside(&path, "new"), [0; 5000]).unwrap();
		let length = open_or_make(&Files, &path).unwrap().len().unwrap();
		assert!(length > 0);
		assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
		assert!(!beside(&path, "new").exists());
		let opened = Database::builder().create_with_backend(open_or_make(&Files, &path).unwrap());
		opened.unwrap().begin_write().unwrap().commit().unwrap();
	}

	/// A disk on which nothing fits.
	#[derive(Debug)]
	struct Full;

	#[derive(Debug)]
	struct NoSpace(Storage);

	impl StorageBackend for NoSpace {
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

		fn write(&self, _: u64, _: &[u8]) -> io::Result<()> {
			Err(io::ErrorKind::StorageFull.into())
		}
	}

	impl Disk for Full {
		fn open(&self, path: &Path) -> io::Result<Storage> {
			Files.open(path)
		}

		fn make(&self, path: &Path) -> io::Result<Storage> {
			Ok(Storage::new(NoSpace(Files.make(path)?)))
		}

		fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
			Files.rename(from, to)
		}

		fn remove(&self, path: &Path) -> io::Result<()> {
			Files.remove(path)
		}
	}

	#[test]
	fn a_store_that_finds_no_space_says_so_and_leaves_nothing() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("store.redb");
		let error = open_or_make(&Full, &path).unwrap_err();
		assert!(crate::is_full(&error), "{error}");
		assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
		open_or_make(&Files, &path).unwrap();
	}
}
