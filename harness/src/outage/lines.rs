//! The lines of a file that another process writes to, however long it gets.

use anyhow::{Context, Result};
use std::{
	fs::File,
	io::{BufRead, BufReader},
	path::Path,
};

/// The whole lines of a growing file, each once.
#[derive(Debug)]
pub struct Lines {
	file: BufReader<File>,
	/// The beginning of a line whose end is not there yet.
	begun: Vec<u8>,
}

impl Lines {
	/// From the file's beginning.
	///
	/// # Errors
	/// When it cannot be opened.
	pub fn open(path: &Path) -> Result<Self> {
		let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
		Ok(Self {
			file: BufReader::with_capacity(1024 * 1024, file),
			begun: Vec::new(),
		})
	}

	/// The next whole line, if there is one.
	///
	/// # Errors
	/// When the file cannot be read.
	pub fn next_line(&mut self) -> Result<Option<String>> {
		self.file.read_until(b'\n', &mut self.begun)?;
		if self.begun.pop_if(|last| *last == b'\n').is_none() {
			return Ok(None);
		}
		let line = String::from_utf8_lossy(&self.begun).into_owned();
		self.begun.clear();
		Ok(Some(line))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::io::Write;

	#[test]
	fn a_line_is_given_once_and_when_it_is_whole() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("log");
		let mut file = File::create(&path).unwrap();
		let mut lines = Lines::open(&path).unwrap();
		assert_eq!(lines.next_line().unwrap(), None);
		write!(file, "one\ntw").unwrap();
		assert_eq!(lines.next_line().unwrap().as_deref(), Some("one"));
		assert_eq!(lines.next_line().unwrap(), None);
		write!(file, "o\n\n").unwrap();
		assert_eq!(lines.next_line().unwrap().as_deref(), Some("two"));
		assert_eq!(lines.next_line().unwrap().as_deref(), Some(""));
		assert_eq!(lines.next_line().unwrap(), None);
	}
}
