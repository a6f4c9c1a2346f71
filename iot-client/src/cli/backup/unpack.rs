//! Puts the files of an archive below a folder: all of them or none, over nothing, and nowhere else.

use super::{
	archive::{self, unreadable},
	cannot,
	manifest::{manifest_hash, Hashing, Manifest},
	plan::{absolute, Plan, JOURNAL},
	BackupError,
};
use std::{
	collections::BTreeSet,
	fs::{self, DirBuilder, File, OpenOptions},
	io::{self, BufReader, ErrorKind, Read, Seek},
	os::unix::fs::{DirBuilderExt, OpenOptionsExt},
	path::{Path, PathBuf},
};

/// A folder in which nothing is in the way.
#[derive(Debug)]
pub(super) struct Place {
	root: PathBuf,
}

impl Place {
	/// Looks whether all of an archive may go below `to`.
	pub fn check(to: &Path, manifest: &Manifest, plan: &Plan) -> Result<Self, BackupError> {
		let root = match fs::canonicalize(to) {
			Err(error) if error.kind() == ErrorKind::NotFound => absolute(to)?,
			found => found.map_err(cannot("find", to))?,
		};
		let place = Self { root };
		for entry in &manifest.files {
			let path = Path::new("/").join(&entry.path);
			if !plan.holds(&path) {
				return Err(BackupError::Stranger(path));
			}
			place.is_free(Path::new(&entry.path))?;
		}
		// Where there is a journal, a client has lived, and must go on with it.
		let state_dir = below_root(&plan.state_dir);
		place.is_free(&state_dir.join(JOURNAL))?;
		Ok(place)
	}

	/// Whether there is nothing at `relative`, and only folders on the way there.
	fn is_free(&self, relative: &Path) -> Result<(), BackupError> {
		let mut path = self.root.clone();
		for part in relative.components() {
			match fs::symlink_metadata(&path) {
				Ok(metadata) if metadata.is_dir() => path.push(part),
				Ok(_) => return Err(BackupError::LeadsOut(path)),
				Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
				Err(error) => return Err(cannot("look at", &path)(error)),
			}
		}
		match fs::symlink_metadata(&path) {
			Ok(_) => Err(BackupError::Exists(path)),
			Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
			Err(error) => Err(cannot("look at", &path)(error)),
		}
	}

	/// Writes the files, and looks once more whether they are what the manifest says.
	pub fn unpack(&self, archive: &mut (impl Read + Seek), manifest: &Manifest) -> Result<Placed, BackupError> {
		let mut placed = Placed {
			root: self.root.clone(),
			files: Vec::new(),
			folders: Vec::new(),
			kept: false,
		};
		let mut expected = manifest.files.iter();
		archive.rewind().map_err(unreadable)?;
		archive::read(&mut BufReader::new(archive), |name, _, content| {
			if manifest_hash(name).is_some() {
				return Ok(());
			}
			let hash = expected
				.next()
				.filter(|entry| entry.path == name)
				.map(|entry| &entry.sha256);
			match hash == Some(&placed.write(name, content)?) {
				true => Ok(()),
				false => Err(BackupError::Damaged(format!(
					"{name} was changed while it was unpacked"
				))),
			}
		})?;
		Ok(placed)
	}
}

/// Files that were put somewhere. They are gone again when this is dropped, unless they are to be kept.
#[derive(Debug)]
pub(super) struct Placed {
	root: PathBuf,
	files: Vec<PathBuf>,
	folders: Vec<PathBuf>,
	kept: bool,
}

impl Placed {
	/// The place of the folder for state, for the journal.
	pub fn below(&mut self, state_dir: &Path) -> Result<PathBuf, BackupError> {
		let folder = self.folder(below_root(state_dir))?;
		let journal = folder.join(JOURNAL);
		self.files.extend([journal.with_extension("redb.new"), journal]);
		Ok(folder)
	}

	/// Writes one file and gives its hash.
	fn write(&mut self, name: &str, content: &mut dyn Read) -> Result<String, BackupError> {
		let relative = Path::new(name);
		let folder = self.folder(relative.parent().unwrap_or(Path::new("")))?;
		let path = folder.join(relative.file_name().unwrap_or_default());
		// Nothing is there, not even a link.
		let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
		let file = file.map_err(|error| match error.kind() {
			ErrorKind::AlreadyExists => BackupError::Exists(path.clone()),
			_ => cannot("make", &path)(error),
		})?;
		self.files.push(path.clone());
		let mut file = Hashing::new(file);
		io::copy(content, &mut file).map_err(cannot("write", &path))?;
		file.get_ref().sync_all().map_err(cannot("write", &path))?;
		Ok(file.hash())
	}

	/// Makes a folder, and those that it is in.
	fn folder(&mut self, relative: &Path) -> Result<PathBuf, BackupError> {
		let mut path = self.root.clone();
		self.make(&path)?;
		for part in relative.components() {
			path.push(part);
			self.make(&path)?;
		}
		Ok(path)
	}

	fn make(&mut self, path: &Path) -> Result<(), BackupError> {
		match DirBuilder::new().mode(0o700).create(path) {
			Ok(()) => {
				self.folders.push(path.to_owned());
				Ok(())
			}
			Err(error) if error.kind() == ErrorKind::AlreadyExists => {
				let metadata = fs::symlink_metadata(path).map_err(cannot("look at", path))?;
				match metadata.is_dir() {
					true => Ok(()),
					false => Err(BackupError::LeadsOut(path.to_owned())),
				}
			}
			Err(error) => Err(cannot("make", path)(error)),
		}
	}

	/// They stay, also when the power fails.
	pub fn keep(mut self) -> Result<(), BackupError> {
		let folders: BTreeSet<_> = self.files.iter().filter_map(|path| path.parent()).collect();
		for folder in folders {
			let synced = File::open(folder).and_then(|folder| folder.sync_all());
			synced.map_err(cannot("write", folder))?;
		}
		self.kept = true;
		Ok(())
	}
}

impl Drop for Placed {
	fn drop(&mut self) {
		if self.kept {
			return;
		}
		// What cannot be removed either is said nowhere: why it came to this is.
		for file in self.files.iter().rev() {
			let _ = fs::remove_file(file);
		}
		for folder in self.folders.iter().rev() {
			let _ = fs::remove_dir(folder);
		}
	}
}

/// An absolute path as one below another root.
fn below_root(path: &Path) -> &Path {
	path.strip_prefix("/").unwrap_or(path)
}
