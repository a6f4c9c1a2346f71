//! Small numbers that outlive a restart: the birth number of Sparkplug B and the counter of commands.

use iot_disk::{make_folder, write_whole};
use std::{
	fs, io,
	path::{Path, PathBuf},
};

/// Name of the birth number (bdSeq) of Sparkplug B.
pub const BIRTH_NUMBER: &str = "bdseq";
/// Name of the counter of the last command.
pub const COMMAND_COUNTER: &str = "command-counter";

/// Keeps small numbers by name. Called on threads that may block.
pub trait Numbers: Send + Sync + 'static {
	/// The number last kept as `name`; `None` when there is none.
	///
	/// # Errors
	/// When it is there and cannot be read.
	fn load(&self, name: &str) -> io::Result<Option<u64>>;

	/// Keeps `number` as `name`; it is on disk when this returns.
	///
	/// # Errors
	/// When it cannot be written; the number before is there still.
	fn save(&self, name: &str, number: u64) -> io::Result<()>;
}

/// A folder with one small file for each number, replaced as a whole, so that a power cut leaves the old or the new one.
#[derive(Clone, Debug)]
pub struct NumberFolder(PathBuf);

impl NumberFolder {
	/// The numbers in `folder`, which is made when it is not there.
	///
	/// # Errors
	/// When it cannot be made.
	pub fn open(folder: &Path) -> io::Result<Self> {
		make_folder(folder)?;
		Ok(NumberFolder(folder.to_owned()))
	}
}

impl Numbers for NumberFolder {
	fn load(&self, name: &str) -> io::Result<Option<u64>> {
		let path = self.0.join(name);
		let text = match fs::read_to_string(&path) {
			Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
			other => other?,
		};
		let number = text.trim().parse().map_err(|_| {
			let problem = format!("{} does not hold one whole number", path.display());
			io::Error::new(io::ErrorKind::InvalidData, problem)
		})?;
		Ok(Some(number))
	}

	fn save(&self, name: &str, number: u64) -> io::Result<()> {
		write_whole(&self.0.join(name), number.to_string().as_bytes())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn keeps_numbers_over_a_restart() {
		let folder = tempfile::tempdir().unwrap();
		let numbers = NumberFolder::open(folder.path()).unwrap();
		assert_eq!(numbers.load(BIRTH_NUMBER).unwrap(), None);
		numbers.save(BIRTH_NUMBER, 7).unwrap();
		numbers.save(COMMAND_COUNTER, u64::MAX).unwrap();
		let again = NumberFolder::open(folder.path()).unwrap();
		assert_eq!(again.load(BIRTH_NUMBER).unwrap(), Some(7));
		assert_eq!(again.load(COMMAND_COUNTER).unwrap(), Some(u64::MAX));
	}

	#[test]
	fn says_which_file_is_damaged() {
		let folder = tempfile::tempdir().unwrap();
		let numbers = NumberFolder::open(folder.path()).unwrap();
		fs::write(folder.path().join(BIRTH_NUMBER), "seven").unwrap();
		let error = numbers.load(BIRTH_NUMBER).unwrap_err().to_string();
		assert!(error.contains("bdseq does not hold one whole number"), "{error}");
	}
}
