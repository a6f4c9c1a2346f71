//! Evidence on the disk while its job runs.
//!
//! With each unit only what came since the one before is written, so that the last unit of a job takes no longer than the
//! first. A file beside the one that holds the whole in the end, `job-7-run-1.log.new`, has as its first line all there was
//! when it was begun, in the form of the whole, and then a line a unit: a check, a space, and `[units, not kept, readings]` as
//! JSON. The check is the first 8 bytes, in hexadecimal, of blake2b-256 over the hash before, of 32 bytes, and that JSON; before the
//! first check it is the hash of the evidence in the first line.
//!
//! A power cut may tear the last line. What it says was never told to anybody, since a unit counts once its line is on the
//! disk; so it is left out. A line that is damaged before the last one is an error.

use super::{room, Document, Evidence, EvidenceError, Record};
use crate::{disk, wallet::blake2_256};
use std::{
	fs::{self, File, OpenOptions},
	io,
	path::{Path, PathBuf},
};

/// The ending of its name: as of all files that are not whole yet, none of which goes into a backup.
pub(super) const EXTENSION: &str = "log.new";
/// Bytes of a check.
const CHECK: usize = 8;

/// Units made, readings that were not kept, and the readings since the piece before.
type Piece = (u32, u64, Vec<Record>);

/// Where the evidence of a run goes.
#[derive(Debug)]
pub struct Growing {
	/// Of the whole.
	path: PathBuf,
	/// The pieces, and the hash of the last of them, once there is one.
	log: Option<(File, [u8; 32])>,
}

impl Growing {
	/// What is written whole at `path` in the end.
	pub fn at(path: PathBuf) -> Self {
		Self { path, log: None }
	}

	/// Adds a piece: of the first one all that there is, of each later one only the readings that came since
	/// ([`Evidence::since`]). On return it is on the disk. After an error only [`Self::finish`] may follow. May block.
	///
	/// # Errors
	/// When the disk does not take it.
	pub fn add(&mut self, piece: &Evidence) -> Result<(), EvidenceError> {
		let path = self.path.with_extension(EXTENSION);
		let written = match &mut self.log {
			None => begin(&path, piece).map(|log| self.log = Some(log)),
			Some((file, before)) => add_line(&path, file, *before, piece).map(|hash| *before = hash),
		};
		written.map_err(|source| EvidenceError::File {
			what: "write",
			path,
			source,
		})
	}

	/// Writes the whole in the place of its pieces. May block.
	///
	/// # Errors
	/// When the disk does not take it; then the pieces are there still.
	pub fn finish(&mut self, whole: &Evidence) -> Result<(), EvidenceError> {
		whole.save(&self.path)?;
		self.log = None;
		let path = self.path.with_extension(EXTENSION);
		disk::remove(&path).map_err(|source| EvidenceError::File {
			what: "remove the pieces of",
			path,
			source,
		})
	}
}

/// Makes whole what was left in pieces by a process that ended in the middle of a run. None may be running. May block.
///
/// # Errors
/// When the folder cannot be read. What is damaged stays as it is, and is told.
pub fn make_whole(state_dir: &Path) -> Result<(), EvidenceError> {
	let folder = super::folder(state_dir);
	let files = match fs::read_dir(&folder) {
		Ok(files) => files,
		Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
		Err(source) => return Err(super::unreadable(&folder, source)),
	};
	for file in files {
		let name = file.map_err(|source| super::unreadable(&folder, source))?.file_name();
		let Some((stem, EXTENSION)) = name.to_str().and_then(|name| name.split_once('.')) else {
			continue;
		};
		let path = folder.join(stem).with_extension("json");
		let made = Evidence::read(&path).and_then(|whole| Growing::at(path).finish(&whole));
		if let Err(error) = made {
			tracing::warn!(%error, "the evidence of a run that was cut off stays in pieces");
		}
	}
	Ok(())
}

fn begin(path: &Path, piece: &Evidence) -> io::Result<(File, [u8; 32])> {
	let mut line = piece.document()?;
	line.push(b'\n');
	room::write(path, &line)?;
	Ok((OpenOptions::new().append(true).open(path)?, piece.hash()))
}

/// Gives the new hash.
fn add_line(path: &Path, file: &mut File, before: [u8; 32], piece: &Evidence) -> io::Result<[u8; 32]> {
	let json = serde_json::to_vec(&(piece.units, piece.not_kept, &piece.readings))?;
	let hash = blake2_256([&before[..], &json]);
	let line = [check(&hash).as_bytes(), b" ", &json, b"\n"].concat();
	room::kept_for(path).append(file, &line)?;
	Ok(hash)
}

fn check(hash: &[u8; 32]) -> String {
	hex::encode(&hash[..CHECK])
}

/// What is in the pieces beside the whole at `path`; none if there are none. May block.
pub(super) fn read(path: &Path) -> Result<Option<Evidence>, EvidenceError> {
	let path = path.with_extension(EXTENSION);
	let bytes = match fs::read(&path) {
		Ok(bytes) => bytes,
		Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
		Err(source) => return Err(super::unreadable(&path, source)),
	};
	let joined = join(&bytes).map_err(|reason| EvidenceError::Damaged { path, reason })?;
	Ok(Some(joined))
}

fn join(bytes: &[u8]) -> Result<Evidence, String> {
	let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').peekable();
	let mut whole = Document::checked(lines.next().unwrap_or_default())?;
	let mut hash = whole.hash();
	while let Some(line) = lines.next() {
		match piece(line, &hash) {
			Some((now, (units, not_kept, readings))) => {
				hash = now;
				(whole.units, whole.not_kept) = (units, not_kept);
				whole.readings.extend(readings);
			}
			None if lines.peek().is_none() => {
				tracing::debug!("the last piece of the evidence is not written to its end")
			}
			None => return Err("a piece before the last one does not fit its check".to_owned()),
		}
	}
	Ok(whole)
}

/// The hash and what it is of; none if the line is not whole.
fn piece(line: &[u8], before: &[u8; 32]) -> Option<([u8; 32], Piece)> {
	let (said, json) = line.strip_suffix(b"\n")?.split_at_checked(2 * CHECK)?;
	let json = json.strip_prefix(b" ")?;
	let hash = blake2_256([&before[..], json]);
	let whole = said == check(&hash).as_bytes();
	whole
		.then(|| serde_json::from_slice(json).ok())
		.flatten()
		.map(|piece| (hash, piece))
}
