//! The programs of the network.

use anyhow::{ensure, Context, Result};
use bpiiot_harness::process::binary;
use std::{
	env,
	path::{Path, PathBuf},
};
use tokio::process::Command;

/// What the relay chain's node needs beside itself.
const WORKERS: [&str; 2] = ["polkadot-execute-worker", "polkadot-prepare-worker"];

/// Where everything is.
#[derive(Clone, Debug)]
pub struct Programs {
	/// The relay chain's node, with its workers in the same folder.
	pub relay: PathBuf,
	/// Prints the relay chain's chain spec.
	pub relay_spec: PathBuf,
	/// Our own node.
	pub node: PathBuf,
}

impl Programs {
	/// Those that were built with this program, or else, of the relay chain's, those on `PATH`.
	///
	/// # Errors
	/// When one is missing.
	pub fn find() -> Result<Self> {
		let relay = binary("polkadot").or_else(|missing| on_path("polkadot").context(missing))?;
		let folder = relay.canonicalize()?;
		let folder = folder.parent().context("a program is in a folder")?;
		for worker in WORKERS {
			ensure!(
				folder.join(worker).is_file(),
				"{} has no {worker} beside it: the relay chain's node cannot run without",
				relay.display()
			);
		}
		Ok(Self {
			relay,
			relay_spec: binary("bpiiot-relay-spec")?,
			node: binary("bpiiot-node")?,
		})
	}
}

/// The wasm of the runtime's next version, as it was built with this program.
///
/// # Errors
/// When it was not.
pub fn next_runtime() -> Result<PathBuf> {
	let this = env::current_exe()?;
	let folder = this.parent().context("a program is in a folder")?;
	let path = folder.join("wbuild/bpiiot-next-runtime/bpiiot_next_runtime.compact.compressed.wasm");
	ensure!(
		path.is_file(),
		"there is no {}: make net-test builds it",
		path.display()
	);
	Ok(path)
}

fn on_path(name: &str) -> Option<PathBuf> {
	let path = env::var_os("PATH")?;
	env::split_paths(&path)
		.map(|folder| folder.join(name))
		.find(|file| file.is_file())
}

/// Runs a program, and gives what it prints.
///
/// # Errors
/// When it fails, with what it complained of.
pub async fn output_of(program: &Path, arguments: &[&str]) -> Result<Vec<u8>> {
	let line = || format!("{} {}", program.display(), arguments.join(" "));
	let output = Command::new(program)
		.args(arguments)
		.kill_on_drop(true)
		.output()
		.await
		.with_context(line)?;
	ensure!(
		output.status.success(),
		"{}: {}",
		line(),
		String::from_utf8_lossy(&output.stderr).trim()
	);
	Ok(output.stdout)
}
