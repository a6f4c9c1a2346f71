//! A virtual board on a pseudo-terminal.

use crate::process::{binary, Process};
use anyhow::Result;
use std::{
	path::{Path, PathBuf},
	process::ExitStatus,
	time::Duration,
};

const START_LIMIT: Duration = Duration::from_secs(20);

/// A running virtual board.
#[derive(Debug)]
pub struct Board {
	process: Process,
	port: PathBuf,
}

impl Board {
	/// Starts a board whose serial line is at `folder`/board, and waits until it is there.
	///
	/// # Errors
	/// When it does not start, e.g. because it knows no such `fault`.
	pub async fn start(folder: &Path, fault: Option<&str>) -> Result<Self> {
		Self::start_with(
			folder,
			&fault
				.map(|fault| format!("--fault={fault}"))
				.into_iter()
				.collect::<Vec<_>>(),
		)
		.await
	}

	/// The same with any arguments.
	///
	/// # Errors
	/// When it does not start.
	pub async fn start_with(folder: &Path, arguments: &[String]) -> Result<Self> {
		let port = folder.join("board");
		let arguments: Vec<_> = [format!("--link={}", port.display())]
			.iter()
			.chain(arguments)
			.cloned()
			.collect();
		let log = folder.join("board.log");
		let mut process = Process::spawn_listening("virtual-board", &binary("virtual-board")?, &arguments, &log)?;
		process
			.wait_for_line("that it is ready", START_LIMIT, |line| line.starts_with("ready "))
			.await?;
		Ok(Self { process, port })
	}

	/// The serial device.
	pub fn port(&self) -> &Path {
		&self.port
	}

	/// Its process.
	pub fn process(&mut self) -> &mut Process {
		&mut self.process
	}

	/// Breaks something, or mends it: `fault spindle-stall`, `clear`, `door open`, `reset`.
	///
	/// # Errors
	/// When the board is gone.
	pub async fn tell(&mut self, line: &str) -> Result<()> {
		self.process.tell(line).await
	}

	/// Ends it in good order.
	///
	/// # Errors
	/// When it does not.
	pub async fn stop(&mut self) -> Result<ExitStatus> {
		self.process.stop().await
	}
}
