//! Room on the disk for the evidence of one job. It is kept before the job begins, so that a disk that others fill meanwhile
//! takes the evidence all the same: what is made without evidence is not paid.

use super::folder;
use crate::disk::{self, Spare};
use std::{fs, io, path::Path};

/// A reading in a file of evidence, in bytes: a little more than the 30 or so that it takes.
const A_READING: u64 = 32;

/// What the evidence of a job with so many readings may need, in bytes. It is there in pieces until it is whole.
pub fn needed(max_readings: u64) -> u64 {
	max_readings.saturating_mul(2 * A_READING)
}

/// The space that is kept in a folder for state.
pub fn spare(state_dir: &Path) -> Spare {
	Spare::of(&folder(state_dir))
}

/// The space that is kept for a file of evidence.
pub(super) fn kept_for(path: &Path) -> Spare {
	Spare::of(disk::folder_of(path))
}

/// Writes a file of evidence, whole or not at all; when the disk is full, with the space that is kept. May block.
pub(super) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
	write_by(path, bytes.len() as u64, || disk::write_whole(path, bytes))
}

/// Has so many bytes written, in place of the file before. What that one took is kept then for the next one.
fn write_by(path: &Path, bytes: u64, write: impl FnMut() -> io::Result<()>) -> io::Result<()> {
	let spare = kept_for(path);
	let (kept, before) = (spare.bytes(), fs::metadata(path).map_or(0, |file| file.len()));
	spare.help(bytes, write)?;
	let left = spare.bytes();
	if left < kept {
		tracing::warn!(path = %path.display(), left, "the disk is full: evidence is written with the space that was kept for it");
		// Others may have been faster; then there is less for the next.
		let _ = spare.take(left.saturating_add(before));
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_room_is_that_of_two_files_and_lies_beside_their_folder() {
		assert_eq!(needed(100_000), 6_400_000);
		let dir = tempfile::tempdir().unwrap();
		spare(dir.path()).take(10_000).unwrap();
		assert_eq!(kept_for(&folder(dir.path()).join("job-1-run-1.json")).bytes(), 10_000);
	}

	#[test]
	fn on_a_disk_with_room_what_is_kept_stays() {
		let dir = tempfile::tempdir().unwrap();
		let path = folder(dir.path()).join("job-1-run-1.json");
		spare(dir.path()).take(10_000).unwrap();
		for bytes in [&[1; 5_000][..], &[2; 20_000]] {
			write(&path, bytes).unwrap();
			assert_eq!(fs::read(&path).unwrap(), bytes);
		}
		assert_eq!(spare(dir.path()).bytes(), 10_000);
	}

	#[test]
	fn on_a_full_disk_each_unit_takes_only_what_it_adds() {
		let (dir, full) = (tempfile::tempdir().unwrap(), io::ErrorKind::StorageFull);
		let (path, spare) = (folder(dir.path()).join("job-1-run-1.json"), spare(dir.path()));
		spare.take(1 << 20).unwrap();
		let mut kept = vec![spare.bytes()];
		for unit in 1..=3 {
			let bytes = vec![0; unit * 50_000];
			let before = spare.bytes();
			let written = write_by(&path, bytes.len() as u64, || match spare.bytes() < before {
				true => disk::write_whole(&path, &bytes),
				false => Err(full.into()),
			});
			written.unwrap();
			kept.push(spare.bytes());
		}
		// Of three files together that would be 300,000 bytes.
		let taken = kept[0] - kept[3];
		assert!((150_000..300_000).contains(&taken), "{kept:?}");
		let denied = write_by(&path, 1, || Err(io::ErrorKind::PermissionDenied.into()));
		assert_eq!(
			(denied.unwrap_err().kind(), spare.bytes()),
			(io::ErrorKind::PermissionDenied, kept[3])
		);
	}

	#[test]
	fn a_disk_that_stays_full_is_an_error_and_the_file_before_stays() {
		let dir = tempfile::tempdir().unwrap();
		let path = folder(dir.path()).join("job-1-run-1.json");
		write(&path, b"before").unwrap();
		spare(dir.path()).take(100_000).unwrap();
		let full = write_by(&path, 10, || Err(io::ErrorKind::StorageFull.into())).unwrap_err();
		assert!(disk::is_full(&full));
		assert_eq!(fs::read(&path).unwrap(), b"before");
	}
}
