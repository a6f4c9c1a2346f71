//! A development node: one process, no relay chain, a block every so many milliseconds, each finalized at once.

use crate::{
	chain::Chain,
	process::{binary, free_port, wait_until, Process},
};
use anyhow::Result;
use std::{
	path::{Path, PathBuf},
	process::ExitStatus,
	time::Duration,
};

/// A start compiles the runtime twice: seconds on a fast computer, minutes on a busy small one. Less than any test's own
/// limit, so that a node that does not start is named.
const START_LIMIT: Duration = Duration::from_secs(240);

/// A node that is about to be started, or was.
#[derive(Clone, Debug)]
pub struct NodeSetup {
	/// Its database, keys and log.
	pub folder: PathBuf,
	/// The time between two blocks.
	pub block_time: Duration,
	/// Where its remote procedures are offered, on this computer only.
	pub port: u16,
	/// Where its metrics are offered, on this computer only; nowhere if it is none.
	pub metrics: Option<u16>,
	/// Further arguments.
	pub arguments: Vec<String>,
}

impl NodeSetup {
	/// A node in `folder`, at a port that is free.
	///
	/// # Errors
	/// When no port is.
	pub fn new(folder: &Path, block_time: Duration) -> Result<Self> {
		Ok(Self {
			folder: folder.to_owned(),
			block_time,
			port: free_port()?,
			metrics: None,
			arguments: Vec::new(),
		})
	}

	/// Where clients reach it.
	pub fn url(&self) -> String {
		format!("ws://127.0.0.1:{}", self.port)
	}

	/// Its log.
	pub fn log(&self) -> PathBuf {
		self.folder.join("node.log")
	}

	/// Starts it, and does not wait.
	///
	/// # Errors
	/// When there is no such program.
	pub fn start(self) -> Result<Node> {
		let process = Process::spawn(
			"bpiiot-node",
			&binary("bpiiot-node")?,
			&self.command_line(),
			&self.log(),
		)?;
		Ok(Node { setup: self, process })
	}

	fn command_line(&self) -> Vec<String> {
		let mut arguments: Vec<String> = [
			"--chain=development",
			"--database=paritydb",
			"--listen-addr=/ip4/127.0.0.1/tcp/0",
			"--no-telemetry",
			"--no-mdns",
			"--no-hardware-benchmarks",
		]
		.map(str::to_owned)
		.to_vec();
		arguments.push(format!("--base-path={}", self.folder.join("chain").display()));
		arguments.push(format!("--dev-block-time={}", self.block_time.as_millis()));
		arguments.push(format!("--rpc-port={}", self.port));
		arguments.push(match self.metrics {
			Some(port) => format!("--prometheus-port={port}"),
			None => "--no-prometheus".to_owned(),
		});
		arguments.extend(self.arguments.iter().cloned());
		arguments
	}
}

/// A running node.
#[derive(Debug)]
pub struct Node {
	setup: NodeSetup,
	process: Process,
}

impl Node {
	/// How it was started.
	pub fn setup(&self) -> &NodeSetup {
		&self.setup
	}

	/// Where clients reach it.
	pub fn url(&self) -> String {
		self.setup.url()
	}

	/// Its process.
	pub fn process(&mut self) -> &mut Process {
		&mut self.process
	}

	/// Waits until it answers and has finalized a block of its own.
	///
	/// # Errors
	/// When it ends, or takes too long.
	pub async fn ready(&mut self) -> Result<Chain> {
		let url = self.url();
		let process = &mut self.process;
		wait_until("the node to finalize a block", START_LIMIT, || {
			let running = process.ensure_running();
			let url = url.clone();
			async move {
				running?;
				// Refused until it listens, so not an error.
				let Ok(chain) = Chain::connect(&url).await else {
					return Ok(None);
				};
				let up = chain.now().await.is_ok_and(|view| view.number() > 0);
				Ok(up.then_some(chain))
			}
		})
		.await
	}

	/// Ends it in good order.
	///
	/// # Errors
	/// When it does not.
	pub async fn stop(&mut self) -> Result<ExitStatus> {
		self.process.stop().await
	}

	/// Ends it in good order and starts it again on the same chain and port.
	///
	/// # Errors
	/// When either fails.
	pub async fn restart(&mut self) -> Result<()> {
		self.stop().await?;
		*self = self.setup.clone().start()?;
		Ok(())
	}
}
