//! Whether a file is still the one that was read, without reading it.

use std::{fs, os::unix::fs::MetadataExt, path::Path};

/// A file as it is now. Another file in its place, another content or other permissions make another mark, and so does its
/// absence. Taken before the file is read: what is written meanwhile is then seen the next time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark(Option<Seen>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
	/// Device and number of the file.
	file: (u64, u64),
	mode: u32,
	length: u64,
	/// Seconds and nanoseconds of the last write, and of the last change of anything.
	written: (i64, i64),
	changed: (i64, i64),
}

impl Mark {
	/// Of the file at this path. It may block.
	pub fn of(path: &Path) -> Self {
		let metadata = fs::metadata(path).ok();
		Self(metadata.map(|metadata| Seen {
			file: (metadata.dev(), metadata.ino()),
			mode: metadata.mode(),
			length: metadata.len(),
			written: (metadata.mtime(), metadata.mtime_nsec()),
			changed: (metadata.ctime(), metadata.ctime_nsec()),
		}))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::os::unix::fs::PermissionsExt;

	#[test]
	fn only_what_changes_a_file_changes_its_mark() {
		let folder = tempfile::tempdir().unwrap();
		let (path, other) = (folder.path().join("a"), folder.path().join("b"));
		let mut marks = vec![Mark::of(&path)];
		let mut changed = |what: &str| {
			let mark = Mark::of(&path);
			assert!(!marks.contains(&mark), "{what}");
			assert_eq!(mark, Mark::of(&path), "{what}");
			fs::read(&path).unwrap();
			assert_eq!(mark, Mark::of(&path), "{what}, and it was read");
			marks.push(mark);
		};
		fs::write(&path, "one").unwrap();
		changed("it was made");
		fs::write(&path, "three").unwrap();
		changed("it is longer");
		fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
		changed("others may read it");
		fs::write(&other, "three").unwrap();
		fs::rename(&other, &path).unwrap();
		changed("another is in its place");
		fs::remove_file(&path).unwrap();
		assert_eq!(Mark::of(&path), Mark::of(&other), "there is none");
	}
}
