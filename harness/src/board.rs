//! A board: the virtual one, or the firmware of the Arduino Uno in its simulator.

use crate::process::{binary, Process};
use anyhow::{Context, Result};
use clap::ValueEnum;
use std::{
	env,
	path::{Path, PathBuf},
	process::ExitStatus,
	time::Duration,
};

const START_LIMIT: Duration = Duration::from_secs(20);
/// Names the firmware's ELF file in the environment.
const UNO_FIRMWARE: &str = "UNO_FIRMWARE";

/// Which board it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Model {
	/// The board's logic as a program of this computer.
	#[default]
	Virtual,
	/// The very program that is flashed into an Arduino Uno, in a simulator.
	UnoSim,
}

/// A running board on a pseudo-terminal, with a simulated machine.
#[derive(Debug)]
pub struct Board {
	process: Process,
	port: PathBuf,
	outputs: Option<PathBuf>,
}

impl Board {
	/// Starts a virtual board whose serial line is at `folder`/board, and waits until it is there.
	///
	/// # Errors
	/// When it does not start, e.g. because it knows no such `fault`.
	pub async fn start(folder: &Path, fault: Option<&str>) -> Result<Self> {
		let fault = fault.map(|fault| format!("--fault={fault}"));
		Self::start_with(folder, fault.as_slice()).await
	}

	/// The same with any arguments.
	///
	/// # Errors
	/// When it does not start.
	pub async fn start_with(folder: &Path, arguments: &[String]) -> Result<Self> {
		Self::spawn("virtual-board", folder, arguments, None).await
	}

	/// Starts a board of this model.
	///
	/// # Errors
	/// When it does not start, or is not built.
	pub async fn start_model(model: Model, folder: &Path, fault: Option<&str>) -> Result<Self> {
		match model {
			Model::Virtual => Self::start(folder, fault).await,
			Model::UnoSim => {
				let firmware = env::var(UNO_FIRMWARE).with_context(|| {
					format!("{UNO_FIRMWARE} does not name the firmware: `make demo BOARD=uno-sim` builds it and does")
				})?;
				let outputs = folder.join("outputs.vcd");
				let arguments = [format!("--firmware={firmware}"), format!("--vcd={}", outputs.display())];
				let mut board = Self::spawn("uno-sim", folder, &arguments, Some(outputs)).await?;
				if let Some(fault) = fault {
					board.tell(&format!("fault {fault}")).await?;
				}
				Ok(board)
			}
		}
	}

	async fn spawn(program: &'static str, folder: &Path, more: &[String], outputs: Option<PathBuf>) -> Result<Self> {
		let port = folder.join("board");
		let mut arguments = vec![format!("--link={}", port.display())];
		arguments.extend_from_slice(more);
		let log = folder.join("board.log");
		let mut process = Process::spawn_listening(program, &binary(program)?, &arguments, &log)?;
		process
			.wait_for_line("that it is ready", START_LIMIT, |line| line.starts_with("ready "))
			.await?;
		Ok(Self { process, port, outputs })
	}

	/// The record of its outputs' levels (Value Change Dump), if it keeps one.
	pub fn outputs(&self) -> Option<&Path> {
		self.outputs.as_deref()
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
