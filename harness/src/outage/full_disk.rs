//! A disk of its own for the client's state, in memory, and somebody who fills it.
//!
//! To mount it takes the rights of root, in a mount namespace that ends with whoever was started in it: see [`apart`].

use anyhow::{bail, ensure, Context, Result};
use nix::sys::statvfs::statvfs;
use std::{
	env,
	fs::{self, File, OpenOptions},
	io::{ErrorKind, Write},
	path::{Path, PathBuf},
	process::Stdio,
	time::Duration,
};
use tokio::{process::Command, task::JoinHandle, time::sleep};

/// Set for whoever was started apart.
const APART: &str = "BPIIOT_OUTAGE_APART";
/// How often what others freed is taken again.
const AGAIN: Duration = Duration::from_millis(20);
/// Sizes of what is written, the largest that finds space first.
const PIECES: [usize; 3] = [256 * 1024, 4_096, 1];

/// Whether this process may mount: it was started by [`apart`].
pub fn is_apart() -> bool {
	env::var_os(APART).is_some()
}

/// Runs this program again with these arguments, in a mount namespace of its own. What it prints goes where ours goes.
///
/// # Errors
/// When it cannot be started, or fails.
pub async fn apart(arguments: &[String]) -> Result<()> {
	let mut command = Command::new("unshare");
	command.args(["--mount", "--propagation", "private", "--kill-child", "--fork"]);
	if !nix::unistd::geteuid().is_root() {
		command.args(["--user", "--map-root-user"]);
	}
	command.arg("--").arg(env::current_exe()?).args(arguments);
	let status = command
		.env(APART, "1")
		.stdin(Stdio::null())
		.kill_on_drop(true)
		.status()
		.await;
	let status = status.context("cannot run unshare (util-linux)")?;
	ensure!(status.success(), "the run in a mount namespace of its own: {status}");
	Ok(())
}

/// A disk in memory at a folder, until it is dropped.
#[derive(Debug)]
pub struct SmallDisk {
	folder: PathBuf,
}

impl SmallDisk {
	/// Makes the folder and mounts a disk of so many MiB there.
	///
	/// # Errors
	/// When this process may not.
	pub async fn mount(folder: &Path, mib: u64) -> Result<Self> {
		fs::create_dir_all(folder)?;
		let options = format!("size={mib}m,mode=700");
		let mut command = Command::new("mount");
		command.args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(folder);
		let output = command.output().await.context("cannot run mount")?;
		if !output.status.success() {
			let why = String::from_utf8_lossy(&output.stderr);
			bail!("cannot mount a disk at {}: {}", folder.display(), why.trim());
		}
		Ok(Self {
			folder: folder.to_owned(),
		})
	}

	/// Free bytes.
	///
	/// # Errors
	/// When the system does not say.
	pub fn free(&self) -> Result<u64> {
		let stats = statvfs(&self.folder)?;
		Ok(stats.blocks_available() * stats.fragment_size())
	}

	/// Takes all its space, and what others give back, until the ballast is dropped.
	///
	/// # Errors
	/// When it cannot be written to at all.
	pub fn fill(&self) -> Result<Ballast> {
		let path = self.folder.join("ballast");
		let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
		top_up(&mut file)?;
		let task = tokio::spawn(async move {
			while top_up(&mut file).is_ok() {
				sleep(AGAIN).await;
			}
		});
		Ok(Ballast { path, task })
	}
}

impl Drop for SmallDisk {
	fn drop(&mut self) {
		// Lazily: whoever still has a file there keeps it. If this fails, the namespace's end does it.
		let _ = std::process::Command::new("umount")
			.arg("--lazy")
			.arg(&self.folder)
			.status();
	}
}

/// What fills a disk, until it is dropped.
#[derive(Debug)]
pub struct Ballast {
	path: PathBuf,
	task: JoinHandle<()>,
}

impl Ballast {
	/// How much it takes, in bytes.
	pub fn bytes(&self) -> u64 {
		fs::metadata(&self.path).map_or(0, |file| file.len())
	}
}

impl Drop for Ballast {
	fn drop(&mut self) {
		self.task.abort();
		let _ = fs::remove_file(&self.path);
	}
}

/// Writes until there is no space.
fn top_up(file: &mut File) -> Result<()> {
	for piece in PIECES {
		let bytes = vec![0; piece];
		loop {
			match file.write_all(&bytes) {
				Ok(()) => {}
				Err(error) if error.kind() == ErrorKind::StorageFull => break,
				Err(error) => return Err(error.into()),
			}
		}
	}
	Ok(())
}
