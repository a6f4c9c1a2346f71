//! When the power goes: a process can be told to cut its own, amid a sync.

use anyhow::{Context, Result};
use nix::{
	sys::signal::{kill, Signal},
	unistd::Pid,
};
use rand::{rngs::StdRng, Rng, SeedableRng};
use serde::{Deserialize, Serialize};
use std::{
	fs::{self, OpenOptions},
	io::Write,
	path::{Path, PathBuf},
	sync::{Mutex, PoisonError},
	thread,
	time::Duration,
};

/// Where a client finds the order for its next power cut, in the folder of its configuration.
const ORDER: &str = "cut.json";
/// Where it writes what it tore.
const RECORD: &str = "torn.jsonl";

/// Whether there is power.
pub trait Power: Send + Sync {
	/// Asked when so many `pieces` of a file are about to reach the disk: how many of them do before the power goes. `None`:
	/// it does not go.
	fn lasts(&self, file: &Path, pieces: usize) -> Option<usize>;

	/// It goes. Returns in tests only; then the disk gives nothing but errors.
	fn goes(&self, torn: &Torn);
}

/// What a power cut tore.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Torn {
	/// The file.
	pub file: PathBuf,
	/// Pieces that reached the disk before.
	pub written: usize,
	/// Pieces that were about to.
	pub of: usize,
}

impl Torn {
	/// All that clients of this folder tore of themselves.
	///
	/// # Errors
	/// When the record cannot be read.
	pub fn all(folder: &Path) -> Result<Vec<Self>> {
		let path = folder.join(RECORD);
		if !path.exists() {
			return Ok(Vec::new());
		}
		let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
		text.lines()
			.map(|line| serde_json::from_str(line).with_context(|| format!("{}: {line}", path.display())))
			.collect()
	}
}

/// At which sync a process cuts its own power.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Aim {
	/// How the name of the file begins; of any file if empty.
	pub file: String,
	/// Syncs of it before.
	pub after: u32,
	/// Draws the piece before which the power goes. Each order has another one.
	pub seed: u64,
}

impl Aim {
	/// Gives the order to the clients of this folder.
	///
	/// # Errors
	/// When the disk does not take it.
	pub fn order(&self, folder: &Path) -> Result<()> {
		let (path, fresh) = (folder.join(ORDER), folder.join(format!("{ORDER}.new")));
		fs::write(&fresh, serde_json::to_vec(self)?)?;
		// Never half an order.
		fs::rename(&fresh, &path).with_context(|| format!("cannot write {}", path.display()))
	}

	/// Takes the order back, whether it was carried out or not.
	///
	/// # Errors
	/// When the file cannot be removed.
	pub fn take_back(folder: &Path) -> Result<()> {
		let path = folder.join(ORDER);
		match path.exists() {
			true => fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display())),
			false => Ok(()),
		}
	}
}

/// Goes when it is ordered, and takes this process with it.
#[derive(Debug)]
pub struct Ordered {
	folder: PathBuf,
	/// The order that is being carried out, and the syncs that are left before it.
	counted: Mutex<Option<(Aim, u32)>>,
}

impl Ordered {
	/// By the orders in this folder.
	pub fn new(folder: &Path) -> Self {
		Self {
			folder: folder.to_owned(),
			counted: Mutex::default(),
		}
	}
}

impl Power for Ordered {
	fn lasts(&self, file: &Path, pieces: usize) -> Option<usize> {
		let aim: Aim = serde_json::from_slice(&fs::read(self.folder.join(ORDER)).ok()?).ok()?;
		if !file.file_name()?.to_string_lossy().starts_with(&aim.file) {
			return None;
		}
		let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
		let left = match &*counted {
			Some((before, left)) if *before == aim => *left,
			_ => aim.after,
		};
		if left > 0 {
			*counted = Some((aim, left - 1));
			return None;
		}
		Some(StdRng::seed_from_u64(aim.seed).random_range(0..=pieces))
	}

	fn goes(&self, torn: &Torn) {
		if let Err(error) = self.record(torn) {
			eprintln!("cannot write down what is torn: {error:#}");
		}
		// It cannot fail: a process may kill itself.
		let _ = kill(Pid::this(), Signal::SIGKILL);
		loop {
			// The signal is under way.
			thread::sleep(Duration::from_secs(1));
		}
	}
}

impl Ordered {
	fn record(&self, torn: &Torn) -> Result<()> {
		let path = self.folder.join(RECORD);
		let mut file = OpenOptions::new().create(true).append(true).open(path)?;
		Ok(file.write_all(format!("{}\n", serde_json::to_string(torn)?).as_bytes())?)
	}
}
