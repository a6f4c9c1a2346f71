//! Space that is kept for when others have filled the disk.

use crate::{beside, folder_of, is_full};
use nix::{
	fcntl::{fallocate, FallocateFlags},
	sys::statvfs::statvfs,
};
use std::{
	fs::{self, File, OpenOptions},
	io::{self, Seek, SeekFrom, Write},
	os::unix::fs::{MetadataExt, OpenOptionsExt},
	path::{Path, PathBuf},
};

/// What is written at a time, in bytes.
const BLOCK: u64 = 4096;
/// What a file takes beside its bytes, in bytes: a block that is not full, and the file system's own.
const BESIDE: u64 = 8 * BLOCK;

/// Space that is kept from all others: a file beside another one, with nothing in it, and always on this computer's own disk.
/// It outlives a restart.
#[derive(Clone, Debug)]
pub struct Spare(PathBuf);

impl Spare {
	/// For this file or folder: beside it, with `.spare` after its name.
	pub fn of(path: &Path) -> Self {
		Self(beside(path, "spare"))
	}

	/// How much is kept, in bytes.
	pub fn bytes(&self) -> u64 {
		fs::metadata(&self.0).map_or(0, |file| file.len())
	}

	/// Keeps this much, if it is not kept already.
	///
	/// # Errors
	/// When there is no such space: then as much is kept as before.
	pub fn take(&self, bytes: u64) -> io::Result<()> {
		let before = self.bytes();
		if before > bytes {
			self.shrink(bytes);
		}
		if self.is_there(bytes) {
			return Ok(());
		}
		// Without the attempt: that takes for a moment what others may need, and wears the flash on some file systems.
		if free(folder_of(&self.0)).is_some_and(|free| free < bytes.saturating_sub(before)) {
			return Err(io::ErrorKind::StorageFull.into());
		}
		self.fill(before, bytes).inspect_err(|_| self.shrink(before))
	}

	/// Gives all of it up.
	pub fn give(&self) {
		self.shrink(0);
	}

	/// Writes so many bytes as `write` does; without space for them, with as much of this as they need, or with all of it.
	///
	/// # Errors
	/// Those of `write`.
	pub fn help(&self, bytes: u64, mut write: impl FnMut() -> io::Result<()>) -> io::Result<()> {
		for left in [self.bytes().saturating_sub(bytes.saturating_add(BESIDE)), 0] {
			match write() {
				Err(error) if is_full(&error) && self.bytes() > 0 => self.shrink(left),
				done => return done,
			}
		}
		write()
	}

	/// Adds to a file that was opened for that, with the help of this; on the disk when it returns `Ok`.
	///
	/// # Errors
	/// When the disk does not take it; a part of it may be there then.
	pub fn append(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
		let length = file.metadata()?.len();
		let mut again = false;
		self.help(bytes.len() as u64, || {
			if std::mem::replace(&mut again, true) {
				// What found no room may be there in part.
				file.set_len(length)?;
			}
			file.write_all(bytes)?;
			file.sync_data()
		})
	}

	/// Keeps no more than this.
	fn shrink(&self, bytes: u64) {
		let done = match bytes {
			0 => fs::remove_file(&self.0),
			_ if self.bytes() <= bytes => return,
			_ => OpenOptions::new()
				.write(true)
				.open(&self.0)
				.and_then(|file| file.set_len(bytes)),
		};
		match done {
			Err(error) if error.kind() != io::ErrorKind::NotFound => {
				tracing::warn!(path = %self.0.display(), %error, "the space that is kept there cannot be given up");
			}
			_ => {}
		}
	}

	/// Whether so much is kept: its blocks are really there, also on a file system that leaves zeros out.
	fn is_there(&self, bytes: u64) -> bool {
		fs::metadata(&self.0).is_ok_and(|file| file.len() == bytes && file.blocks().saturating_mul(512) >= bytes)
	}

	fn fill(&self, before: u64, bytes: u64) -> io::Result<()> {
		let mut options = OpenOptions::new();
		let mut file = options
			.write(true)
			.create(true)
			.truncate(false)
			.mode(0o600)
			.open(&self.0)?;
		let length = bytes
			.try_into()
			.map_err(|_| io::Error::from(io::ErrorKind::StorageFull))?;
		match fallocate(&file, FallocateFlags::empty(), 0, length) {
			Err(errno) if is_full(&errno.into()) => return Err(errno.into()),
			Ok(()) if self.is_there(bytes) => {}
			// This file system cannot do it, or only says so.
			_ => write_noise(&mut file, before, bytes)?,
		}
		file.sync_all()
	}
}

/// Writes blocks that no file system leaves out or packs.
fn write_noise(file: &mut File, from: u64, to: u64) -> io::Result<()> {
	let mut word = 0x9e37_79b9_7f4a_7c15_u64 ^ from;
	file.seek(SeekFrom::Start(from))?;
	let mut left = to.saturating_sub(from);
	while left > 0 {
		let mut block = Vec::with_capacity(BLOCK as usize);
		while (block.len() as u64) < BLOCK {
			word ^= word << 13;
			word ^= word >> 7;
			word ^= word << 17;
			block.extend_from_slice(&word.to_le_bytes());
		}
		block.truncate(usize::try_from(left).unwrap_or(usize::MAX));
		file.write_all(&block)?;
		left = left.saturating_sub(BLOCK);
	}
	Ok(())
}

/// Free bytes on the disk of a folder; none when the system does not say.
pub fn free(folder: &Path) -> Option<u64> {
	let room = statvfs(folder).ok()?;
	// The widths of these numbers depend on the computer.
	#[allow(clippy::useless_conversion)]
	let (blocks, size) = (u64::from(room.blocks_available()), u64::from(room.fragment_size()));
	Some(blocks.saturating_mul(size))
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::os::unix::fs::PermissionsExt;

	const KIBI: u64 = 1024;

	fn spare() -> (tempfile::TempDir, Spare) {
		let dir = tempfile::tempdir().unwrap();
		let spare = Spare::of(&dir.path().join("store"));
		(dir, spare)
	}

	#[test]
	fn the_space_is_really_taken_grows_and_shrinks_and_is_its_owners_only() {
		let (dir, spare) = spare();
		for kibi in [100, 1000, 300] {
			spare.take(kibi * KIBI).unwrap();
			let file = fs::metadata(dir.path().join("store.spare")).unwrap();
			assert_eq!((spare.bytes(), file.permissions().mode() & 0o777), (kibi * KIBI, 0o600));
			assert!(file.blocks() * 512 >= kibi * KIBI && spare.is_there(kibi * KIBI));
		}
		spare.give();
		spare.give();
		assert_eq!((spare.bytes(), fs::read_dir(dir.path()).unwrap().count()), (0, 0));
	}

	#[test]
	fn noise_takes_the_space_where_a_file_system_cannot_keep_it_otherwise() {
		let (dir, spare) = spare();
		let mut file = File::create(dir.path().join("store.spare")).unwrap();
		write_noise(&mut file, 0, 10_000).unwrap();
		write_noise(&mut file, 10_000, 50_000).unwrap();
		file.sync_all().unwrap();
		assert!(spare.is_there(50_000));
		assert!(fs::read(dir.path().join("store.spare"))
			.unwrap()
			.windows(64)
			.all(|bytes| bytes != [0; 64]));
	}

	#[test]
	fn what_no_disk_has_is_refused_and_what_was_kept_stays() {
		let (_dir, spare) = spare();
		assert!(is_full(&spare.take(u64::MAX).unwrap_err()));
		assert_eq!(spare.bytes(), 0);
		spare.take(100 * KIBI).unwrap();
		assert!(is_full(&spare.take(u64::MAX).unwrap_err()));
		assert!(spare.is_there(100 * KIBI));
		assert!(!is_full(&Spare::of(Path::new("/no/such/folder")).take(1).unwrap_err()));
	}

	/// Writes when no more than this is kept.
	fn needs(spare: &Spare, most_kept: u64) -> (io::Result<()>, u32) {
		let mut attempts = 0;
		let done = spare.help(40 * KIBI, || {
			attempts += 1;
			match spare.bytes() <= most_kept {
				true => Ok(()),
				false => Err(io::ErrorKind::StorageFull.into()),
			}
		});
		(done, attempts)
	}

	#[test]
	fn what_is_added_stands_after_what_there_was() {
		let (dir, spare) = spare();
		let path = dir.path().join("log");
		let mut file = OpenOptions::new().create(true).append(true).open(&path).unwrap();
		for bytes in [b"one ", b"two "] {
			spare.append(&mut file, bytes).unwrap();
		}
		assert_eq!(fs::read(&path).unwrap(), b"one two ");
		let mut read_only = File::open(&path).unwrap();
		spare.append(&mut read_only, b"three").unwrap_err();
		assert_eq!(fs::read(&path).unwrap(), b"one two ");
	}

	#[test]
	fn a_write_gets_what_it_needs_then_all_and_no_more_than_that() {
		let (_dir, spare) = spare();
		for (most_kept, attempts, left) in [(1000, 1, 1000), (960, 2, 928), (900, 3, 0)] {
			spare.take(1000 * KIBI).unwrap();
			let (done, tried) = needs(&spare, most_kept * KIBI);
			done.unwrap();
			assert_eq!((tried, spare.bytes()), (attempts, left * KIBI), "{most_kept}");
		}
		let mut attempts = 0;
		let denied = spare.help(1, || {
			attempts += 1;
			Err(io::ErrorKind::PermissionDenied.into())
		});
		assert_eq!(
			(denied.unwrap_err().kind(), attempts),
			(io::ErrorKind::PermissionDenied, 1)
		);
	}
}
