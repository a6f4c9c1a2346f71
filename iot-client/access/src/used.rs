//! The tokens that were used, on the disk: one that opened the door opens it no more, whatever happens to the power.

use crate::hash::blake2_256;
use bpiiot_access::{Forgetful, Refused, UnixMillis};
use iot_disk::{is_full, write_whole};
use std::{
	collections::BTreeMap,
	fs::{File, OpenOptions},
	io::{self, Write},
	os::unix::fs::OpenOptionsExt,
	path::{Path, PathBuf},
};

/// Live tokens that a door remembers.
const MOST: usize = 4096;
/// Of one signer.
const OF_ONE: usize = 64;
/// An entry in the file: signer, nonce, until when, and four bytes of its hash.
const ENTRY: usize = 32 + 8 + 8 + 4;
/// Entries at which the file is written anew with those that are live.
const LONGEST: usize = 2 * MOST;

/// Why the door cannot remember.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DiskError {
	/// The disk has no room.
	#[error("the disk of {0} is full: no door opens until there is room")]
	Full(PathBuf),
	/// It failed.
	#[error("{path} cannot be read or written (is the disk worn or gone?): {problem}")]
	Failed {
		/// The file.
		path: PathBuf,
		/// What failed.
		problem: String,
	},
	/// It is no file of tokens.
	#[error("{0} is no file of used tokens; nothing was changed: move it away, or name another file")]
	Foreign(PathBuf),
}

/// The tokens that were used and could be used again.
#[derive(Debug)]
pub struct Used {
	path: PathBuf,
	file: File,
	/// Entries in the file.
	entries: usize,
	/// By signer and nonce, until when it could be used again.
	live: BTreeMap<([u8; 32], u64), UnixMillis>,
	/// What is not in the file yet.
	fresh: Vec<u8>,
	latest: UnixMillis,
}

fn entry(signer: &[u8; 32], nonce: u64, until: UnixMillis) -> [u8; ENTRY] {
	let mut bytes = [0; ENTRY];
	let numbers = [nonce.to_le_bytes(), until.to_le_bytes()].concat();
	let said = [signer.as_slice(), &numbers].concat();
	let sum = blake2_256(&said);
	for (place, byte) in bytes.iter_mut().zip(said.iter().chain(&sum)) {
		*place = *byte;
	}
	bytes
}

fn read(bytes: &[u8]) -> Option<([u8; 32], u64, UnixMillis)> {
	let (signer, rest) = bytes.split_first_chunk::<32>()?;
	let (nonce, rest) = rest.split_first_chunk::<8>()?;
	let (until, _) = rest.split_first_chunk::<8>()?;
	let (nonce, until) = (u64::from_le_bytes(*nonce), u64::from_le_bytes(*until));
	(entry(signer, nonce, until) == bytes).then_some((*signer, nonce, until))
}

impl Used {
	/// Opens the file, and makes it if there is none. What a power cut has torn at its end was never let in.
	///
	/// # Errors
	/// When it cannot be read or written, or is none of ours.
	pub fn open(path: &Path) -> Result<Self, DiskError> {
		let failed = |error: io::Error| failure(path, &error);
		let bytes = match std::fs::read(path) {
			Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
			read => read.map_err(failed)?,
		};
		let whole = bytes.len() - bytes.len() % ENTRY;
		let mut live = BTreeMap::new();
		let mut count = 0;
		for chunk in bytes[..whole].chunks(ENTRY) {
			match read(chunk) {
				Some((signer, nonce, until)) => drop(live.insert((signer, nonce), until)),
				// The last one, torn in the middle of a block; anything else is somebody else's.
				None if (count + 1) * ENTRY == whole => break,
				None => return Err(DiskError::Foreign(path.to_owned())),
			}
			count += 1;
		}
		Ok(Self {
			path: path.to_owned(),
			file: Self::rewrite(path, &live).map_err(failed)?,
			entries: live.len(),
			live,
			fresh: Vec::new(),
			latest: 0,
		})
	}

	fn rewrite(path: &Path, live: &BTreeMap<([u8; 32], u64), UnixMillis>) -> io::Result<File> {
		let all: Vec<u8> = live
			.iter()
			.flat_map(|((signer, nonce), until)| entry(signer, *nonce, *until))
			.collect();
		write_whole(path, &all)?;
		OpenOptions::new().append(true).mode(0o600).open(path)
	}

	/// How many are remembered.
	pub fn len(&self) -> usize {
		self.live.len()
	}

	/// Whether none is.
	pub fn is_empty(&self) -> bool {
		self.live.is_empty()
	}

	/// Waits until all that was noted is on the disk. Only then may the door open. May block.
	///
	/// # Errors
	/// When the disk does not take it; the token counts as used all the same.
	pub fn keep(&mut self) -> Result<(), DiskError> {
		if self.fresh.is_empty() {
			return Ok(());
		}
		let added = self.fresh.len() / ENTRY;
		let written = match self.entries + added > LONGEST {
			true => Self::rewrite(&self.path, &self.live).map(|file| {
				self.file = file;
				self.entries = self.live.len();
			}),
			false => append(&mut self.file, self.entries, &self.fresh).map(|()| self.entries += added),
		};
		written.map_err(|error| failure(&self.path, &error))?;
		self.fresh.clear();
		Ok(())
	}
}

/// Adds to the file, or leaves it as it was.
fn append(file: &mut File, entries: usize, bytes: &[u8]) -> io::Result<()> {
	let length = (entries * ENTRY) as u64;
	// What found no room the last time may be there in part.
	file.set_len(length)?;
	file.write_all(bytes)?;
	file.sync_data()
}

fn failure(path: &Path, error: &io::Error) -> DiskError {
	match is_full(error) {
		true => DiskError::Full(path.to_owned()),
		false => DiskError::Failed {
			path: path.to_owned(),
			problem: error.to_string(),
		},
	}
}

impl Forgetful for Used {
	fn advance(&mut self, now: UnixMillis) -> UnixMillis {
		self.latest = self.latest.max(now);
		self.live.retain(|_, until| *until >= self.latest);
		self.latest
	}

	fn note(&mut self, signer: &[u8; 32], nonce: u64, until: UnixMillis) -> Result<(), Refused> {
		if self.live.contains_key(&(*signer, nonce)) {
			return Err(Refused::Replayed);
		}
		let his = self.live.range((*signer, 0)..=(*signer, u64::MAX)).count();
		if his >= OF_ONE || self.live.len() >= MOST {
			return Err(Refused::TooManyTokens);
		}
		self.live.insert((*signer, nonce), until);
		self.fresh.extend(entry(signer, nonce, until));
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn what_was_used_is_known_after_a_restart() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("door/used");
		let mut used = Used::open(&path).unwrap();
		used.advance(100);
		for nonce in 0..3 {
			assert_eq!(used.note(&[1; 32], nonce, 200 + nonce), Ok(()));
			assert_eq!(used.keep(), Ok(()));
		}
		assert_eq!(used.note(&[1; 32], 2, 500), Err(Refused::Replayed));
		drop(used);
		let mut again = Used::open(&path).unwrap();
		assert_eq!(again.len(), 3);
		assert_eq!(again.note(&[1; 32], 1, 900), Err(Refused::Replayed));
		assert_eq!(again.note(&[2; 32], 1, 900), Ok(()));
		// What could not be used again is forgotten.
		again.advance(202);
		assert_eq!(again.note(&[1; 32], 1, 900), Ok(()));
		assert_eq!(again.note(&[1; 32], 2, 900), Err(Refused::Replayed));
	}

	#[test]
	fn one_guest_does_not_keep_the_others_out() {
		let dir = tempfile::tempdir().unwrap();
		let mut used = Used::open(&dir.path().join("used")).unwrap();
		for nonce in 0..OF_ONE as u64 {
			assert_eq!(used.note(&[1; 32], nonce, 10), Ok(()));
		}
		assert_eq!(used.note(&[1; 32], 1_000, 10), Err(Refused::TooManyTokens));
		assert_eq!(used.note(&[2; 32], 0, 10), Ok(()));
	}

	#[test]
	fn what_a_power_cut_has_torn_was_never_let_in_and_nothing_else_is_lost() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("used");
		let mut used = Used::open(&path).unwrap();
		for nonce in 0..4 {
			used.note(&[1; 32], nonce, 10).unwrap();
		}
		used.keep().unwrap();
		drop(used);
		let whole = std::fs::read(&path).unwrap();
		for torn in 1..ENTRY {
			std::fs::write(&path, &whole[..whole.len() - torn]).unwrap();
			assert_eq!(Used::open(&path).unwrap().len(), 3, "{torn}");
		}
		// The last block came to the disk as zeros.
		let mut zeros = whole.clone();
		zeros[3 * ENTRY..].fill(0);
		std::fs::write(&path, &zeros).unwrap();
		assert_eq!(Used::open(&path).unwrap().len(), 3);
	}

	#[test]
	fn a_file_of_something_else_is_left_alone() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("used");
		let text = b"these are the accounts of last year, and nobody has a copy of them. ".repeat(4);
		std::fs::write(&path, &text).unwrap();
		assert_eq!(Used::open(&path).unwrap_err(), DiskError::Foreign(path.clone()));
		assert_eq!(std::fs::read(&path).unwrap(), text);
	}

	#[test]
	fn a_file_that_has_grown_is_written_anew_with_what_is_live() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("used");
		let mut used = Used::open(&path).unwrap();
		for round in 0..(LONGEST as u64 + 10) {
			used.advance(round);
			used.note(&[1; 32], round, round).unwrap();
			// Without a sync each time: that is another test's.
			if round % 512 == 511 {
				used.keep().unwrap();
			}
		}
		used.keep().unwrap();
		assert!(std::fs::metadata(&path).unwrap().len() < (LONGEST * ENTRY) as u64);
		assert!(Used::open(&path).unwrap().len() < 1_100);
	}
}
