//! The passwords of the three roles: a file with a scrypt hash for each.

use crate::{api::Role, mark::Mark};
use rand::{rngs::OsRng, TryRngCore};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
	collections::BTreeMap,
	fs,
	io::{self, Read, Write},
	os::unix::fs::{chown, MetadataExt, OpenOptionsExt, PermissionsExt},
	path::{Path, PathBuf},
};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// The shortest password, in characters.
pub const LEAST_PASSWORD: usize = 10;
/// The longest, in bytes.
pub(crate) const MOST_PASSWORD: usize = 1_024;
/// The largest file that is read, in bytes; one is about 700.
const FILE_LIMIT: u64 = 16 * 1024;
const VERSION: u32 = 1;
/// The work of scrypt: the logarithm of N; r is 8 and p is 1. It takes 32 MiB.
const WRITTEN_LOG_N: u8 = 15;
/// What is read: any less would protect nothing, any more would cost what a small computer does not have.
const READ_LOG_N: std::ops::RangeInclusive<u8> = 15..=17;
const SALT: usize = 32;
const HASH: usize = 32;

/// Why the file of passwords cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum UsersError {
	/// It cannot be read.
	#[error("cannot read {path}: {error}")]
	Read {
		/// The file.
		path: PathBuf,
		/// Why.
		error: io::Error,
	},
	/// It cannot be written.
	#[error("cannot write {path}: {error}")]
	Write {
		/// The file.
		path: PathBuf,
		/// Why.
		error: io::Error,
	},
	/// Others than its owner may read it.
	#[error("others can read {path} (mode {mode:03o}); run `chmod 600 {path}`")]
	Exposed {
		/// The file.
		path: PathBuf,
		/// Its permissions.
		mode: u32,
	},
	/// It does not hold what it should.
	#[error("{path} is no file of passwords, since {found}; remove it and set the passwords again")]
	Content {
		/// The file.
		path: PathBuf,
		/// What is wrong with it.
		found: String,
	},
	/// A password is too short.
	#[error("the password has {found} characters; it must have at least {LEAST_PASSWORD}")]
	Short {
		/// How many characters it has.
		found: usize,
	},
	/// A password is too long.
	#[error("the password has {found} bytes; it may have {MOST_PASSWORD}")]
	Long {
		/// How many bytes it has.
		found: usize,
	},
}

/// The passwords, by the file that holds them. All its methods use the disk, or the processor for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Users {
	path: PathBuf,
}

impl Users {
	/// Those in this file, which may be missing: then there are none.
	pub fn at(path: impl Into<PathBuf>) -> Self {
		Self { path: path.into() }
	}

	/// The file.
	pub fn path(&self) -> &Path {
		&self.path
	}

	/// The roles that have a password.
	pub fn roles(&self) -> Result<Vec<Role>, UsersError> {
		Ok(self.load()?.passwords.into_keys().collect())
	}

	/// Sets the password of a role, in place of any other. Whoever is logged in by the other has to log in anew.
	pub fn set(&self, role: Role, password: &str) -> Result<(), UsersError> {
		let characters = password.chars().count();
		if characters < LEAST_PASSWORD {
			return Err(UsersError::Short { found: characters });
		}
		if password.len() > MOST_PASSWORD {
			return Err(UsersError::Long { found: password.len() });
		}
		let mut known = self.load()?;
		let mut salt = [0; SALT];
		OsRng
			.try_fill_bytes(&mut salt)
			.map_err(|error| self.unwritten(io::Error::other(error)))?;
		let hash = derive(WRITTEN_LOG_N, &salt, password)
			.ok_or_else(|| self.unwritten(io::Error::other("scrypt refuses its parameters")))?;
		let entry = Entry {
			log_n: WRITTEN_LOG_N,
			salt: hex::encode(salt),
			hash: hex::encode(*hash),
		};
		known.passwords.insert(role, entry);
		self.store(&known)
	}

	/// Removes the password of a role, so that nobody can log in by it; false when it has none.
	pub fn remove(&self, role: Role) -> Result<bool, UsersError> {
		let mut known = self.load()?;
		if known.passwords.remove(&role).is_none() {
			return Ok(false);
		}
		self.store(&known)?;
		Ok(true)
	}

	/// Whether that is the password of the role.
	pub fn verify(&self, role: Role, password: &str) -> Result<bool, UsersError> {
		Ok(self.load()?.verify(Some(role), password).is_some())
	}

	/// Reads and checks the file.
	pub(crate) fn load(&self) -> Result<Known, UsersError> {
		let failed = |error| UsersError::Read {
			path: self.path.clone(),
			error,
		};
		let content = |found: &str| UsersError::Content {
			path: self.path.clone(),
			found: found.to_owned(),
		};
		let file = match fs::File::open(&self.path) {
			Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Known::default()),
			opened => opened.map_err(failed)?,
		};
		let metadata = file.metadata().map_err(failed)?;
		let mode = metadata.permissions().mode() & 0o777;
		if mode & 0o077 != 0 {
			return Err(UsersError::Exposed {
				path: self.path.clone(),
				mode,
			});
		}
		if !metadata.is_file() || metadata.len() > FILE_LIMIT {
			return Err(content("it is larger than 16 KiB or no file"));
		}
		let mut json = String::new();
		file.take(FILE_LIMIT).read_to_string(&mut json).map_err(failed)?;
		let known: Known =
			serde_json::from_str(&json).map_err(|error| content(&format!("its JSON is wrong: {error}")))?;
		known.check().map_err(|found| content(&found))?;
		Ok(known)
	}

	/// Writes the file: beside it first, then in its place, so that a power cut leaves the one or the other.
	fn store(&self, known: &Known) -> Result<(), UsersError> {
		let json = serde_json::to_vec_pretty(known).map_err(|error| self.unwritten(error.into()))?;
		let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
		let folder = folder.unwrap_or(Path::new("."));
		let written = || {
			fs::create_dir_all(folder)?;
			let number = OsRng.try_next_u32().map_err(io::Error::other)?;
			let beside = folder.join(format!(".manager-users.new-{}-{number:08x}", std::process::id()));
			let replaced = self.replace(&beside, &json);
			if replaced.is_err() {
				let _ = fs::remove_file(&beside);
			}
			replaced?;
			fs::File::open(folder)?.sync_all()
		};
		written().map_err(|error| self.unwritten(error))
	}

	fn replace(&self, beside: &Path, json: &[u8]) -> io::Result<()> {
		let mut file = fs::OpenOptions::new()
			.write(true)
			.create_new(true)
			.mode(0o600)
			.open(beside)?;
		file.write_all(json)?;
		file.write_all(b"\n")?;
		file.sync_all()?;
		// Root may set a password for a client that is another user, who must be able to read it.
		let like = fs::metadata(&self.path).or_else(|_| fs::metadata(beside.parent().unwrap_or(Path::new("."))))?;
		if like.uid() != file.metadata()?.uid() {
			let _ = chown(beside, Some(like.uid()), Some(like.gid()));
		}
		fs::rename(beside, &self.path)
	}

	fn unwritten(&self, error: io::Error) -> UsersError {
		UsersError::Write {
			path: self.path.clone(),
			error,
		}
	}
}

/// The passwords as they were read last. The file is read again when it has changed; one that could not be used, each time.
#[derive(Debug)]
pub(crate) struct Followed {
	users: Users,
	read: Option<(Mark, Known)>,
}

impl Followed {
	pub fn new(users: Users) -> Self {
		Self { users, read: None }
	}

	/// What is in the file by now.
	pub fn known(&mut self) -> Result<&Known, UsersError> {
		let now = Mark::of(&self.users.path);
		let known = match self.read.take() {
			Some((before, known)) if before == now => known,
			_ => self.users.load()?,
		};
		Ok(&self.read.insert((now, known)).1)
	}
}

/// Which password it is: another when it is set anew, also to the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Stamp([u8; 32]);

/// What is in the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Known {
	version: u32,
	passwords: BTreeMap<Role, Entry>,
}

impl Default for Known {
	fn default() -> Self {
		Self {
			version: VERSION,
			passwords: BTreeMap::new(),
		}
	}
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
	log_n: u8,
	/// In hex, as is the hash.
	salt: String,
	hash: String,
}

impl Entry {
	fn parts(&self) -> Option<([u8; SALT], [u8; HASH])> {
		let (mut salt, mut hash) = ([0; SALT], [0; HASH]);
		hex::decode_to_slice(&self.salt, &mut salt).ok()?;
		hex::decode_to_slice(&self.hash, &mut hash).ok()?;
		Some((salt, hash))
	}

	fn stamp(&self) -> Stamp {
		let hash = Sha256::new()
			.chain_update(&self.salt)
			.chain_update([0u8])
			.chain_update(&self.hash);
		Stamp(hash.finalize().into())
	}
}

impl Known {
	fn check(&self) -> Result<(), String> {
		if self.version != VERSION {
			return Err(format!(
				"its version is {}, and this program knows {VERSION}",
				self.version
			));
		}
		for (role, entry) in &self.passwords {
			if !READ_LOG_N.contains(&entry.log_n) || entry.parts().is_none() {
				return Err(format!("the entry of the {role} is not such as this program writes"));
			}
		}
		Ok(())
	}

	/// Whether any role has a password.
	pub fn is_empty(&self) -> bool {
		self.passwords.is_empty()
	}

	pub fn stamp(&self, role: Role) -> Option<Stamp> {
		self.passwords.get(&role).map(Entry::stamp)
	}

	/// Whether that is the password of the role. It takes as long when there is no such role, or it has no password.
	pub fn verify(&self, role: Option<Role>, password: &str) -> Option<(Role, Stamp)> {
		let entry = role.and_then(|role| Some((role, self.passwords.get(&role)?)));
		let nobodys = (WRITTEN_LOG_N, ([0; SALT], [0; HASH]));
		let (log_n, (salt, hash)) = entry
			.and_then(|(_, entry)| Some((entry.log_n, entry.parts()?)))
			.unwrap_or(nobodys);
		let derived = derive(log_n, &salt, password)?;
		let right: bool = derived.ct_eq(&hash).into();
		entry.filter(|_| right).map(|(role, entry)| (role, entry.stamp()))
	}
}

fn derive(log_n: u8, salt: &[u8], password: &str) -> Option<Zeroizing<[u8; HASH]>> {
	let work = scrypt::Params::new(log_n, 8, 1, HASH).ok()?;
	let mut hash = Zeroizing::new([0; HASH]);
	scrypt::scrypt(password.as_bytes(), salt, &work, &mut *hash).ok()?;
	Some(hash)
}

#[cfg(test)]
#[path = "users_tests.rs"]
mod tests;
