//! One key takes another's place on disk, with no moment in which a power cut could lose either.
//!
//! | file | holds |
//! |---|---|
//! | `<keystore>` | the machine's key |
//! | `<keystore>.new` | the key that is to take its place; written before the chain hears of it |
//! | `<keystore>.retired-N` | the key that the machine's rotation N (from 0) replaced; what was encrypted to it can still be read |
//!
//! The new key is written first, the chain decides, then [`KeyFiles::succeed`] moves the files. It may be cut off between
//! any two steps and called again: a key is in one file at least at any moment, and each step that was done is found done.

use super::{keystore, Password, Wallet, WalletError};
use std::{
	ffi::OsString,
	fs, io,
	path::{Path, PathBuf},
	time::Duration,
};
use subxt::utils::{AccountId32, H256};

/// How often a lock is tried for in all, and how long to wait in between.
const LOCK_ATTEMPTS: u32 = 20;
const LOCK_PAUSE: Duration = Duration::from_millis(50);

/// The files of a machine's key, of the one that is to follow it, and of those before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyFiles {
	keystore: PathBuf,
}

/// Who holds this moves the files; nobody else does until it is dropped, or its process ends in whatever way.
#[derive(Debug)]
pub struct KeyLock {
	_folder: fs::File,
}

impl KeyFiles {
	/// The files around a keystore.
	pub fn of(keystore: &Path) -> Self {
		Self {
			keystore: keystore.to_owned(),
		}
	}

	/// Where the machine's key is.
	pub fn keystore(&self) -> &Path {
		&self.keystore
	}

	/// Where the key is that is to take its place.
	pub fn successor(&self) -> PathBuf {
		self.with_ending("new")
	}

	/// Where the key is that the machine's rotation of this number replaced.
	pub fn retired(&self, rotation: u32) -> PathBuf {
		self.with_ending(&format!("retired-{rotation}"))
	}

	/// All files that hold a key of the machine's: that of now first, then the one that is to follow, then those before, the
	/// last one first. On this computer there may be gaps between them: a key may have been put in elsewhere.
	pub fn all(&self) -> Vec<PathBuf> {
		let mut retired = self.retired_here();
		retired.sort_unstable_by(|one, other| other.cmp(one));
		let retired = retired.into_iter().map(|rotation| self.retired(rotation));
		let mut files = vec![self.keystore.clone(), self.successor()];
		files.extend(retired);
		files.retain(|path| path.exists());
		files
	}

	/// The rotations whose former keys are in the folder.
	fn retired_here(&self) -> Vec<u32> {
		let Some(name) = self.keystore.file_name().and_then(|name| name.to_str()) else {
			return Vec::new();
		};
		let prefix = format!("{name}.retired-");
		let entries = fs::read_dir(keystore::folder_of(&self.keystore)).into_iter().flatten();
		entries
			.filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_prefix(&prefix)?.parse().ok())
			.collect()
	}

	fn with_ending(&self, ending: &str) -> PathBuf {
		let mut name = OsString::from(&self.keystore);
		name.push(format!(".{ending}"));
		name.into()
	}

	/// Keeps others from moving the files: the command and the daemon may want to at the same time. Waits a moment for
	/// somebody who only looks.
	///
	/// # Errors
	/// [`WalletError::Busy`] when somebody else is at it for longer.
	pub fn lock(&self) -> Result<KeyLock, WalletError> {
		for _ in 0..LOCK_ATTEMPTS {
			match self.try_lock() {
				Err(WalletError::Busy(_)) => std::thread::sleep(LOCK_PAUSE),
				result => return result,
			}
		}
		self.try_lock()
	}

	/// The same, without waiting.
	///
	/// # Errors
	/// [`WalletError::Busy`] when somebody else is at it.
	pub fn try_lock(&self) -> Result<KeyLock, WalletError> {
		let folder = keystore::folder_of(&self.keystore);
		let open = fs::File::open(folder).map_err(|e| super::io(folder, e))?;
		match open.try_lock() {
			Ok(()) => Ok(KeyLock { _folder: open }),
			Err(fs::TryLockError::WouldBlock) => Err(WalletError::Busy(self.keystore.clone())),
			Err(fs::TryLockError::Error(source)) => Err(super::io(folder, source)),
		}
	}

	/// Whose key a file says that it holds; none if there is no such file.
	///
	/// # Errors
	/// When the file is there and cannot be read.
	pub fn peek(path: &Path) -> Result<Option<AccountId32>, WalletError> {
		match Wallet::peek(path) {
			Ok(account) => Ok(Some(account)),
			Err(WalletError::Missing(_)) => Ok(None),
			Err(error) => Err(error),
		}
	}

	/// The key that is to take the machine's key's place: the one that was made before, or a new one.
	///
	/// # Errors
	/// When there is one that the password does not open, or a new one cannot be written.
	pub fn make_successor(&self, password: &Password, genesis: H256) -> Result<Wallet, WalletError> {
		let path = self.successor();
		if Self::peek(&path)?.is_some() {
			return Wallet::open(&path, password);
		}
		let name = Wallet::name(&self.keystore).unwrap_or_else(|_| "machine".to_owned());
		Wallet::create(&path, password, &name, Some(genesis))
	}

	/// Opens the key `live`, wherever it is: in the keystore, or in the file of its successor. None if it is in neither.
	///
	/// # Errors
	/// When a file cannot be read or the password does not open it, and the key is in no other.
	pub fn open(&self, live: &AccountId32, password: &Password) -> Result<Option<Wallet>, WalletError> {
		let mut trouble = None;
		// The keystore again at the end: the successor may have been moved there between the first look and the second.
		for path in [self.keystore.clone(), self.successor(), self.keystore.clone()] {
			let opened = match Self::peek(&path) {
				Ok(Some(account)) if account == *live => Wallet::open(&path, password),
				Ok(_) => continue,
				Err(error) => Err(error),
			};
			match opened {
				Ok(wallet) => return Ok(Some(wallet)),
				Err(error) => trouble = Some(error),
			}
		}
		trouble.map_or(Ok(None), Err)
	}

	/// Makes the successor the machine's key on disk: the chain has finalized that `new` took the place of the key before
	/// it, in the machine's rotation of this number. Does what is not done yet, also when that is nothing.
	///
	/// # Errors
	/// When `new` is in neither file, another key is where the old one is to be kept, or the disk fails. Nothing is lost.
	pub fn succeed(&self, _lock: &KeyLock, new: &AccountId32, rotation: u32) -> Result<(), WalletError> {
		if Self::peek(&self.keystore)? == Some(*new) {
			return Ok(());
		}
		match Self::peek(&self.successor())? {
			Some(found) if found == *new => {}
			Some(found) => {
				return Err(WalletError::OtherKey {
					path: self.successor(),
					found,
					expected: *new,
				})
			}
			None => {
				return Err(WalletError::NotHere {
					key: *new,
					keystore: self.keystore.clone(),
					successor: self.successor(),
				})
			}
		}
		self.keep_old(rotation)?;
		self.replace()
	}

	/// Gives the old key a second name, which it keeps.
	fn keep_old(&self, rotation: u32) -> Result<(), WalletError> {
		let kept = self.retired(rotation);
		match fs::hard_link(&self.keystore, &kept) {
			Ok(()) => self.sync(),
			// The keystore is gone: there is nothing to keep.
			Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
			Err(error) if error.kind() == io::ErrorKind::AlreadyExists => self.expect_kept(&kept),
			Err(error) => Err(super::io(&kept, error)),
		}
	}

	/// What is kept already must be the old key, or it would be lost.
	fn expect_kept(&self, kept: &Path) -> Result<(), WalletError> {
		let (found, expected) = (Wallet::peek(kept)?, Wallet::peek(&self.keystore)?);
		if found != expected {
			return Err(WalletError::OtherKey {
				path: kept.to_owned(),
				found,
				expected,
			});
		}
		Ok(())
	}

	/// Deletes the keys that were replaced, but never `live`, and tells which files are gone.
	///
	/// # Errors
	/// When a file cannot be read or deleted; those before it are gone.
	pub fn forget_retired(&self, _lock: &KeyLock, live: &AccountId32) -> Result<Vec<PathBuf>, WalletError> {
		let mut forgotten = Vec::new();
		for path in self.retired_here().into_iter().map(|rotation| self.retired(rotation)) {
			if Self::peek(&path)? == Some(*live) {
				continue;
			}
			fs::remove_file(&path).map_err(|e| super::io(&path, e))?;
			forgotten.push(path);
		}
		self.sync()?;
		forgotten.sort();
		Ok(forgotten)
	}

	/// Puts the successor into the keystore's place, at one stroke.
	fn replace(&self) -> Result<(), WalletError> {
		fs::rename(self.successor(), &self.keystore).map_err(|e| super::io(&self.keystore, e))?;
		self.sync()
	}

	/// Waits until the disk knows the names.
	fn sync(&self) -> Result<(), WalletError> {
		let folder = keystore::folder_of(&self.keystore);
		let synced = fs::File::open(folder).and_then(|folder| folder.sync_all());
		synced.map_err(|e| super::io(folder, e))
	}
}

#[cfg(test)]
mod tests;
