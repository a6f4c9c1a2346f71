//! A text file that people change: what is in it, how another text differs, and saving that one in its place.

use crate::{disk::rewrite_whole, parse::hex, wallet::blake2_256};
use iot_manager::{api::Fault, Mark};
use similar::TextDiff;
use std::{
	fs, io,
	path::{Path, PathBuf},
	time::Duration,
};

/// How long two texts may be compared before the difference is told more coarsely.
const DIFF_LIMIT: Duration = Duration::from_secs(1);
/// Lines around a difference.
const CONTEXT: usize = 3;

/// A text file of at most so many bytes. Its methods may block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct TextFile {
	path: PathBuf,
	most_bytes: u64,
}

impl TextFile {
	pub fn new(path: PathBuf, most_bytes: u64) -> Self {
		Self { path, most_bytes }
	}

	/// What is in it; nothing when it is not there yet.
	pub fn read(&self) -> Result<String, Fault> {
		let about = |what: &dyn std::fmt::Display| Fault::Unavailable(format!("{}: {what}", self.path.display()));
		match fs::metadata(&self.path) {
			Ok(metadata) if !metadata.is_file() => return Err(about(&"it is no file")),
			Ok(metadata) if metadata.len() > self.most_bytes => return Err(about(&self.too_large(metadata.len()))),
			Ok(_) => {}
			Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
			Err(error) => return Err(about(&error)),
		}
		fs::read_to_string(&self.path).map_err(|error| about(&error))
	}

	/// Refuses a text that would not be read again.
	pub fn fits(&self, text: &str) -> Result<(), String> {
		match text.len() as u64 {
			length if length > self.most_bytes => Err(self.too_large(length)),
			_ => Ok(()),
		}
	}

	fn too_large(&self, length: u64) -> String {
		format!("{length} bytes; the most is {}", self.most_bytes)
	}

	/// Puts a text into the place of the one of this revision, whole or not at all.
	pub fn save(&self, text: &str, made_from: &str) -> Result<(), Fault> {
		if revision(&self.read()?) != made_from {
			return Err(Fault::Conflict);
		}
		rewrite_whole(&self.path, text.as_bytes()).map_err(|error| self.cannot_write(&error))
	}

	fn cannot_write(&self, error: &io::Error) -> Fault {
		let folder = self.path.parent().unwrap_or(Path::new("."));
		let fix = match error.kind() {
			io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => format!(
				"; to be saved from here it must lie in a folder that the service may write to, and {} is none",
				folder.display()
			),
			_ => String::new(),
		};
		Fault::Unavailable(format!("cannot write {}: {error}{fix}", self.path.display()))
	}
}

/// Which text is in a file, for whoever asks again and again: it is read only when it has changed. May block.
#[derive(Debug, Default)]
pub(super) struct KnownText(Option<(TextFile, Mark, String)>);

impl KnownText {
	/// The revision of this file's text by now; empty when it cannot be read.
	pub fn revision(&mut self, file: TextFile) -> String {
		let mark = Mark::of(&file.path);
		if let Some((known, before, revision)) = &self.0 {
			if *known == file && *before == mark {
				return revision.clone();
			}
		}
		let read = file.read().map(|text| revision(&text));
		self.0 = read.clone().ok().map(|revision| (file, mark, revision));
		read.unwrap_or_default()
	}
}

/// Which text it is.
pub(super) fn revision(text: &str) -> String {
	hex(blake2_256([text.as_bytes()]))
}

/// How another text differs, as a unified diff; empty when it does not.
pub(super) fn diff(before: &str, after: &str) -> String {
	if before == after {
		return String::new();
	}
	let diff = TextDiff::configure().timeout(DIFF_LIMIT).diff_lines(before, after);
	diff.unified_diff()
		.context_radius(CONTEXT)
		.header("in force", "new")
		.to_string()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_text_is_saved_in_the_place_of_the_one_that_it_was_made_from() {
		let dir = tempfile::tempdir().unwrap();
		let file = TextFile::new(dir.path().join("rules.toml"), 10);
		assert_eq!(file.read().unwrap(), "");
		file.save("one", &revision("")).unwrap();
		assert_eq!(file.save("two", &revision("")), Err(Fault::Conflict));
		file.save("two", &revision("one")).unwrap();
		assert_eq!(file.read().unwrap(), "two");
		assert!(file.fits("0123456789a").is_err() && file.fits("0123456789").is_ok());
	}

	#[test]
	fn what_cannot_be_read_says_why() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("rules.toml");
		let file = TextFile::new(path.clone(), 10);
		for content in [&b"0123456789a"[..], b"\xff\xfe"] {
			fs::write(&path, content).unwrap();
			assert!(matches!(file.read(), Err(Fault::Unavailable(_))), "{content:?}");
		}
		let folder = TextFile::new(dir.path().to_owned(), 10);
		assert!(folder.read().unwrap_err().to_string().contains("no file"));
		assert!(folder.save("x", "").is_err());
	}

	#[test]
	fn which_text_it_is_follows_the_file_and_reads_it_only_when_it_has_changed() {
		let dir = tempfile::tempdir().unwrap();
		let (path, other) = (dir.path().join("rules.toml"), dir.path().join("other.toml"));
		let of = |path: &Path| TextFile::new(path.to_owned(), 10);
		let mut known = KnownText::default();
		assert_eq!(
			known.revision(of(&path)),
			revision(""),
			"none is as good as an empty one"
		);
		fs::write(&path, "one").unwrap();
		assert_eq!(known.revision(of(&path)), revision("one"));
		// What was read is told, whatever that is now: nobody looks into the file.
		known.0.as_mut().unwrap().2 = "as it was read".to_owned();
		assert_eq!(known.revision(of(&path)), "as it was read");
		fs::write(&other, "two").unwrap();
		assert_eq!(known.revision(of(&other)), revision("two"));
		fs::write(&other, "longer than ten").unwrap();
		assert_eq!(known.revision(of(&other)), "");
		fs::write(&other, "three").unwrap();
		assert_eq!(known.revision(of(&other)), revision("three"));
	}

	#[test]
	fn a_difference_is_told_by_its_lines() {
		assert_eq!(diff("a\nb\n", "a\nb\n"), "");
		let told = diff("a\nb\nc\n", "a\nB\nc\n");
		assert!(told.contains("-b\n+B\n") && told.contains("@@ -1,3 +1,3 @@"), "{told}");
	}
}
