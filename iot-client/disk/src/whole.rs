//! Files that are whole or not there, whatever happens to the power.

use std::{
	fs::{self, DirBuilder, File, Permissions},
	io::{self, Write},
	os::unix::fs::DirBuilderExt,
	path::{Path, PathBuf},
};

/// Writes a file, whole or not at all, even if the power fails; makes its folder if there is none. May block.
///
/// # Errors
/// When the disk does not take it; what was there before is there still.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
	write(path, bytes, None)
}

/// Writes a file that people keep, in the place of the one before: what a link leads to, and with the rights that that one
/// has. May block.
///
/// # Errors
/// When the disk does not take it; what was there before is there still.
pub fn rewrite_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
	match fs::canonicalize(path) {
		Ok(path) => write(&path, bytes, Some(fs::metadata(&path)?.permissions())),
		Err(error) if error.kind() == io::ErrorKind::NotFound => write(path, bytes, None),
		Err(error) => Err(error),
	}
}

fn write(path: &Path, bytes: &[u8], rights: Option<Permissions>) -> io::Result<()> {
	let folder = folder_of(path);
	make_folder(folder)?;
	let unfinished = beside(path, "new");
	let written = || {
		let mut file = File::create(&unfinished)?;
		if let Some(rights) = rights {
			file.set_permissions(rights)?;
		}
		file.write_all(bytes)?;
		file.sync_all()?;
		fs::rename(&unfinished, path)
	};
	written().inspect_err(|_| {
		// On a full disk what is there of it is in the way of others.
		let _ = fs::remove_file(&unfinished);
	})?;
	// The new name must survive a power cut too.
	sync_folder(folder)
}

/// Removes a file, if it is there; it does not come back at a power cut. May block.
///
/// # Errors
/// When the disk does not let go of it.
pub fn remove(path: &Path) -> io::Result<()> {
	match fs::remove_file(path) {
		Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
		removed => removed.and_then(|()| sync_folder(folder_of(path))),
	}
}

/// Makes a folder for its owner only, with those that it is in, unless they are there; a power cut takes none of them away
/// again. May block.
///
/// # Errors
/// When the disk does not take it.
pub fn make_folder(folder: &Path) -> io::Result<()> {
	if folder.is_dir() {
		return Ok(());
	}
	let parent = folder_of(folder);
	make_folder(parent)?;
	match DirBuilder::new().mode(0o700).create(folder) {
		// Another was quicker.
		Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
		made => made?,
	}
	sync_folder(parent)
}

/// The folder that something is in.
pub fn folder_of(path: &Path) -> &Path {
	let folder = path.parent().filter(|folder| *folder != Path::new(""));
	folder.unwrap_or(Path::new("."))
}

/// Waits until the disk knows the names in a folder.
///
/// # Errors
/// When it does not take them.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
	File::open(folder)?.sync_all()
}

/// What lies beside a file: with a dot and this after its name.
pub fn beside(path: &Path, ending: &str) -> PathBuf {
	let mut name = path.as_os_str().to_owned();
	name.push(".");
	name.push(ending);
	name.into()
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::os::unix::fs::PermissionsExt;

	#[test]
	fn what_was_there_stays_until_the_new_is_whole() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("folder/a.toml");
		write_whole(&path, b"one").unwrap();
		// As a disk that takes no more: the place of the unfinished file is taken.
		fs::create_dir(beside(&path, "new")).unwrap();
		write_whole(&path, b"two").unwrap_err();
		assert_eq!(fs::read(&path).unwrap(), b"one");
		fs::remove_dir(beside(&path, "new")).unwrap();
		write_whole(&path, b"two").unwrap();
		assert_eq!(fs::read(&path).unwrap(), b"two");
		assert_eq!(fs::read_dir(dir.path().join("folder")).unwrap().count(), 1);
	}

	#[test]
	fn what_people_keep_stays_where_it_is_and_as_secret_as_it_was() {
		let dir = tempfile::tempdir().unwrap();
		let (path, link) = (dir.path().join("machine.toml"), dir.path().join("link"));
		rewrite_whole(&path, b"one").unwrap();
		fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
		std::os::unix::fs::symlink("machine.toml", &link).unwrap();
		rewrite_whole(&link, b"two").unwrap();
		assert_eq!(fs::read(&path).unwrap(), b"two");
		assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
		assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
	}
}
