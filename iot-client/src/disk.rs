//! Files that are whole or not there, whatever happens to the power.

use std::{
	fs::{self, File},
	io::{self, Write},
	path::{Path, PathBuf},
};

/// Writes a file, whole or not at all, even if the power fails; makes its folder if there is none. May block.
///
/// # Errors
/// When the disk does not take it; what was there before is there still.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
	let folder = path.parent().unwrap_or(Path::new("."));
	fs::create_dir_all(folder)?;
	let unfinished = unfinished(path);
	let mut file = File::create(&unfinished)?;
	file.write_all(bytes)?;
	file.sync_all()?;
	fs::rename(&unfinished, path)?;
	// The new name must survive a power cut too.
	File::open(folder)?.sync_all()
}

/// Where a file is until it is whole.
fn unfinished(path: &Path) -> PathBuf {
	let mut name = path.as_os_str().to_owned();
	name.push(".new");
	name.into()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn what_was_there_stays_until_the_new_is_whole() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("folder/a.toml");
		write_whole(&path, b"one").unwrap();
		// As a disk that takes no more: the place of the unfinished file is taken.
		fs::create_dir(unfinished(&path)).unwrap();
		write_whole(&path, b"two").unwrap_err();
		assert_eq!(fs::read(&path).unwrap(), b"one");
		fs::remove_dir(unfinished(&path)).unwrap();
		write_whole(&path, b"two").unwrap();
		assert_eq!(fs::read(&path).unwrap(), b"two");
		assert_eq!(fs::read_dir(dir.path().join("folder")).unwrap().count(), 1);
	}
}
