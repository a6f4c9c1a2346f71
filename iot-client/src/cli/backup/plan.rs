//! Which files belong to a configuration: what is gathered from a computer, and what may come out of an archive.

use super::{
	archive::{is_name, MOST_BYTES, MOST_FILES, MOST_IN_ALL},
	cannot,
	manifest::manifest_hash,
	BackupError,
};
use crate::{
	config::{Config, MAX_FILE_BYTES},
	wallet::{succession::KeyFiles, Wallet},
};
use nix::fcntl::OFlag;
use std::{
	collections::{BTreeMap, BTreeSet},
	fs::{self, File, OpenOptions},
	io::ErrorKind,
	os::unix::fs::{MetadataExt, OpenOptionsExt},
	path::{Component, Path, PathBuf},
};

/// The journal in the folder for state: never in a backup.
pub(super) const JOURNAL: &str = "journal.redb";
/// Single files in the folder for state: that orders are paused, and numbers that must not go back.
const STATE: [&str; 3] = ["orders-paused", "cloud/bdseq", "cloud/command-counter"];
/// The largest of the single files, in bytes: rules, keys, users.
const MOST_SINGLE: u64 = 4 * 1024 * 1024;
/// How deep recipes may lie below their folder.
const DEPTH: usize = 8;

/// A folder of which files are taken.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Folder {
	path: PathBuf,
	/// How many folders may be between it and a file.
	depth: usize,
	/// The largest file, in bytes.
	most: u64,
	/// Whether a larger one is left out, since it can be nothing that counts; else there is no backup.
	leaves_larger: bool,
}

/// The files of a configuration. All paths are absolute, without `.` and `..`.
#[derive(Clone, Debug)]
pub(super) struct Plan {
	config: PathBuf,
	keystore: PathBuf,
	/// Taken if they are there.
	singles: Vec<PathBuf>,
	folders: Vec<Folder>,
	/// Never taken: what is secret and not encrypted. The owner brings these.
	pub secrets: Vec<PathBuf>,
	/// The folder for state.
	pub state_dir: PathBuf,
}

/// A file that goes into an archive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Item {
	/// Its path below `/`.
	pub name: String,
	/// Where it is.
	pub path: PathBuf,
	most: u64,
}

/// What was found on this computer.
#[derive(Debug, Default)]
pub(super) struct Gathered {
	/// The configuration first.
	pub items: Vec<Item>,
	/// What is in a folder and is not taken.
	pub left_out: Vec<PathBuf>,
}

/// A file itself, whatever it is called.
type Identity = (u64, u64);

impl Plan {
	/// The files of the configuration at this absolute path.
	pub fn new(config: &Config, path: &Path) -> Result<Self, BackupError> {
		let state_dir = absolute(&config.state_dir)?;
		let mut singles: Vec<PathBuf> = STATE.iter().map(|name| state_dir.join(name)).collect();
		let mut secrets = vec![absolute(&config.wallet.password_file)?];
		singles.extend(config.rules.as_deref().map(absolute).transpose()?);
		if let Some(manager) = &config.manager {
			singles.push(absolute(&manager.users)?);
			secrets.extend(manager.tls.as_ref().map(|tls| absolute(&tls.key)).transpose()?);
		}
		if let Some(cloud) = &config.cloud {
			let bridge = &cloud.bridge;
			let certificate = bridge
				.client_certificate
				.as_ref()
				.map(|certificate| &certificate.key_file);
			let commands = bridge.commands.as_ref().map(|commands| &commands.key_file);
			for secret in [bridge.credentials_file.as_ref(), certificate, commands]
				.into_iter()
				.flatten()
			{
				secrets.push(absolute(secret)?);
			}
		}
		let mut folders = vec![Folder {
			path: state_dir.join("evidence"),
			depth: 0,
			most: MOST_BYTES,
			leaves_larger: false,
		}];
		for path in &config.recipes.dirs {
			folders.push(Folder {
				path: absolute(path)?,
				depth: DEPTH,
				most: config.recipes.max_bytes,
				leaves_larger: true,
			});
		}
		Ok(Self {
			config: absolute(path)?,
			keystore: absolute(&config.wallet.keystore)?,
			singles,
			folders,
			secrets,
			state_dir,
		})
	}

	fn journal(&self) -> PathBuf {
		self.state_dir.join(JOURNAL)
	}

	/// Whether a backup of this configuration may hold the file at this absolute path.
	pub fn holds(&self, path: &Path) -> bool {
		if self.secrets.iter().any(|secret| secret == path) || path == self.journal() {
			return false;
		}
		let named = [&self.config, &self.keystore].into_iter().chain(&self.singles);
		named.into_iter().any(|named| named == path) || self.is_key(path) || self.is_in_a_folder(path)
	}

	/// Whether it is a key that follows or was followed by the keystore's.
	fn is_key(&self, path: &Path) -> bool {
		let (name, keystore) = (path.file_name(), self.keystore.file_name());
		let (Some(name), Some(keystore)) = (
			name.and_then(|name| name.to_str()),
			keystore.and_then(|name| name.to_str()),
		) else {
			return false;
		};
		let ending = name
			.strip_prefix(keystore)
			.filter(|_| path.parent() == self.keystore.parent());
		ending.is_some_and(|ending| {
			let rotation = ending.strip_prefix(".retired-");
			ending == ".new" || rotation.is_some_and(|rotation| rotation.parse::<u32>().is_ok())
		})
	}

	fn is_in_a_folder(&self, path: &Path) -> bool {
		self.folders.iter().any(|folder| {
			let inside = path.strip_prefix(&folder.path).ok();
			let state = path.starts_with(&self.state_dir) && folder.leaves_larger;
			inside.is_some_and(|inside| inside.components().count() <= folder.depth + 1) && !state
		})
	}

	/// Looks for all of them.
	pub fn gather(&self) -> Result<Gathered, BackupError> {
		let (mut found, mut left_out) = (BTreeMap::new(), BTreeSet::new());
		let forbidden = self.forbidden();
		let keys = KeyFiles::of(&self.keystore).all();
		// What is no encrypted key must not pass for one.
		let (keys, others): (Vec<_>, Vec<_>) = keys.into_iter().partition(|path| Wallet::peek(path).is_ok());
		Wallet::peek(&self.keystore)?;
		left_out.extend(others);
		for folder in &self.folders {
			let mut walk = Walk {
				plan: self,
				folder,
				forbidden: &forbidden,
				found: &mut found,
				left_out: &mut left_out,
			};
			walk.enter(&folder.path, 0)?;
		}
		for path in keys.iter().chain(self.singles.iter().filter(|path| path.exists())) {
			found.insert(path.clone(), MOST_SINGLE);
		}
		found.remove(&self.config);
		let all = std::iter::once((self.config.clone(), MAX_FILE_BYTES)).chain(found);
		let items: Vec<_> = all
			.map(|(path, most)| Item::new(path, most))
			.collect::<Result<_, _>>()?;
		let mut in_all = 0;
		for item in &items {
			let (file, bytes) = item.open()?;
			in_all += bytes;
			let metadata = file.metadata().map_err(cannot("read", &item.path))?;
			if forbidden.contains(&identity(&metadata)) {
				return Err(BackupError::Secret(item.path.clone()));
			}
		}
		if items.len() > MOST_FILES || in_all > MOST_IN_ALL {
			return Err(BackupError::TooMany);
		}
		Ok(Gathered {
			items,
			left_out: left_out.into_iter().collect(),
		})
	}

	/// What must not be taken, under whatever name it is found.
	fn forbidden(&self) -> BTreeSet<Identity> {
		let journal = self.journal();
		let paths = self.secrets.iter().chain([&journal]);
		paths
			.filter_map(|path| Some(identity(&fs::metadata(path).ok()?)))
			.collect()
	}
}

/// Goes through a folder.
struct Walk<'a> {
	plan: &'a Plan,
	folder: &'a Folder,
	forbidden: &'a BTreeSet<Identity>,
	found: &'a mut BTreeMap<PathBuf, u64>,
	left_out: &'a mut BTreeSet<PathBuf>,
}

impl Walk<'_> {
	fn enter(&mut self, path: &Path, depth: usize) -> Result<(), BackupError> {
		let entries = match fs::read_dir(path) {
			Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
			entries => entries.map_err(cannot("read", path))?,
		};
		for entry in entries {
			let entry = entry.map_err(cannot("read", path))?;
			let path = entry.path();
			// Not of what a link leads to, which may be anywhere. What is gone by now is not missed.
			match fs::symlink_metadata(&path) {
				Ok(metadata) if metadata.is_dir() => self.enter_below(&path, depth)?,
				Ok(metadata) => self.meet(path, &metadata)?,
				Err(error) if error.kind() == ErrorKind::NotFound => {}
				Err(error) => return Err(cannot("read", &path)(error)),
			}
			if self.found.len() > MOST_FILES {
				return Err(BackupError::TooMany);
			}
		}
		Ok(())
	}

	fn enter_below(&mut self, path: &Path, depth: usize) -> Result<(), BackupError> {
		// Recipes may lie beside everything else: what the daemon keeps for itself are none.
		if path == self.plan.state_dir {
			return Ok(());
		}
		match depth < self.folder.depth {
			true => self.enter(path, depth + 1),
			false => {
				self.left_out.insert(path.to_owned());
				Ok(())
			}
		}
	}

	fn meet(&mut self, path: PathBuf, metadata: &fs::Metadata) -> Result<(), BackupError> {
		let larger = metadata.len() > self.folder.most;
		if larger && metadata.is_file() && !self.folder.leaves_larger {
			let (bytes, most) = (metadata.len(), self.folder.most);
			return Err(BackupError::TooLarge { path, bytes, most });
		}
		// A file that is not whole yet, and gets its name when it is.
		if path.extension().is_some_and(|ending| ending == "new") {
			return Ok(());
		}
		match larger || !metadata.is_file() || self.forbidden.contains(&identity(metadata)) {
			true => drop(self.left_out.insert(path)),
			false => drop(self.found.insert(path, self.folder.most)),
		}
		Ok(())
	}
}

impl Item {
	fn new(path: PathBuf, most: u64) -> Result<Self, BackupError> {
		let name = path.to_str().and_then(|path| path.strip_prefix('/'));
		match name.filter(|name| is_name(name) && manifest_hash(name).is_none()) {
			Some(name) => Ok(Self {
				name: name.to_owned(),
				path,
				most,
			}),
			None => Err(BackupError::Name(path)),
		}
	}

	/// Opens it, if it is a file that is not too large, and says how large it is.
	pub fn open(&self) -> Result<(File, u64), BackupError> {
		// Opening a pipe must not wait for whoever writes into it.
		let open = OpenOptions::new()
			.read(true)
			.custom_flags(OFlag::O_NONBLOCK.bits())
			.open(&self.path);
		let file = open.map_err(cannot("read", &self.path))?;
		let metadata = file.metadata().map_err(cannot("read", &self.path))?;
		let (bytes, most) = (metadata.len(), self.most);
		if !metadata.is_file() {
			return Err(BackupError::NotAFile(self.path.clone()));
		}
		match bytes > most {
			true => Err(BackupError::TooLarge {
				path: self.path.clone(),
				bytes,
				most,
			}),
			false => Ok((file, bytes)),
		}
	}
}

fn identity(metadata: &fs::Metadata) -> Identity {
	(metadata.dev(), metadata.ino())
}

/// A path from the root on, without `.` and `..`.
pub(super) fn absolute(path: &Path) -> Result<PathBuf, BackupError> {
	let path = std::path::absolute(path).map_err(cannot("find", path))?;
	let mut plain = PathBuf::from("/");
	for part in path.components() {
		match part {
			Component::Normal(name) => plain.push(name),
			Component::ParentDir => drop(plain.pop()),
			Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
		}
	}
	Ok(plain)
}
