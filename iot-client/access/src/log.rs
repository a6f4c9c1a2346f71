//! Every use of a door, a line each.

use crate::keeper::Visit;
use std::{
	fs::{self, OpenOptions},
	io::{self, Write},
	os::unix::fs::OpenOptionsExt,
	path::{Path, PathBuf},
};

/// Bytes at which the file becomes the former one.
const LONGEST: u64 = 1024 * 1024;

/// The log of a door: JSON, a line for each who came. When it is long it is kept as `NAME.1`, in the place of the one before.
#[derive(Clone, Debug)]
pub struct Log(PathBuf);

impl Log {
	/// In this file. It is made with the first line.
	pub fn at(path: &Path) -> Self {
		Self(path.to_owned())
	}

	/// Adds a line. May block.
	///
	/// # Errors
	/// When the disk does not take it.
	pub fn add(&self, visit: &Visit) -> io::Result<()> {
		let line = serde_json::to_string(visit)? + "\n";
		iot_disk::make_folder(iot_disk::folder_of(&self.0))?;
		let length = fs::metadata(&self.0).map_or(0, |file| file.len());
		if length > 0 && length.saturating_add(line.len() as u64) > LONGEST {
			fs::rename(&self.0, iot_disk::beside(&self.0, "1"))?;
		}
		let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(&self.0)?;
		file.write_all(line.as_bytes())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_log_has_a_line_for_each_and_is_bounded() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("state/door.log");
		let log = Log::at(&path);
		let visit = Visit {
			at: Some(1_000),
			rental: 7,
			signer: hex::encode([2; 32]),
			actions: 1,
			token: hex::encode([3; 32]),
			opened: false,
			why: Some("it was used before".into()),
		};
		log.add(&visit).unwrap();
		let text = fs::read_to_string(&path).unwrap();
		assert!(
			text.ends_with("\"opened\":false,\"why\":\"it was used before\"}\n"),
			"{text}"
		);
		let line = text.len() as u64;
		for _ in 0..LONGEST / line + 1 {
			log.add(&visit).unwrap();
		}
		assert!(fs::metadata(&path).unwrap().len() < LONGEST / 2);
		assert!(fs::metadata(iot_disk::beside(&path, "1")).unwrap().len() <= LONGEST);
	}
}
