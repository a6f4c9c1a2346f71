//! A board: the virtual one, or the firmware of the Arduino Uno in its simulator. Or no board: a machine that speaks Modbus.

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
/// A client's configuration for a Modbus machine, as it is delivered.
const MODBUS_EXAMPLE: &str = include_str!("../../iot-client/examples/modbus-press.toml");
/// The address in it.
const EXAMPLE_ADDRESS: &str = "tcp://127.0.0.1:1502";
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
	/// No board at all: the machine's own controller speaks Modbus TCP.
	Modbus,
}

/// A running board on a pseudo-terminal, with a simulated machine; or a simulated machine that needs none.
#[derive(Debug)]
pub struct Board {
	process: Process,
	port: PathBuf,
	/// Where it is, if it is a Modbus machine.
	modbus: Option<String>,
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

	/// Starts the virtual board with a tank of cutting oil, whose level it measures.
	///
	/// # Errors
	/// When it does not start, or is not built.
	pub async fn start_with_tank(folder: &Path) -> Result<Self> {
		Self::spawn("virtual-board", folder, &["--tank".to_owned()], None).await
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
			Model::Modbus => Self::start_modbus(folder, fault).await,
		}
	}

	/// Starts a Modbus machine at a free port of this computer.
	async fn start_modbus(folder: &Path, fault: Option<&str>) -> Result<Self> {
		let mut arguments = vec!["--listen=127.0.0.1:0".to_owned()];
		arguments.extend(fault.map(|fault| format!("--fault={fault}")));
		let (process, ready) = ready("virtual-modbus", folder, &arguments).await?;
		let address = ready.trim_start_matches("ready ").trim().to_owned();
		Ok(Self {
			process,
			port: folder.join("board"),
			modbus: Some(address),
			outputs: None,
		})
	}

	async fn spawn(program: &'static str, folder: &Path, more: &[String], outputs: Option<PathBuf>) -> Result<Self> {
		let port = folder.join("board");
		let mut arguments = vec![format!("--link={}", port.display())];
		arguments.extend_from_slice(more);
		let (process, _) = ready(program, folder, &arguments).await?;
		Ok(Self {
			process,
			port,
			modbus: None,
			outputs,
		})
	}

	/// The configuration with which a client reaches it, from one with `[board]` for [`Self::port`]. It is the same unless this
	/// is a Modbus machine.
	///
	/// # Errors
	/// When there is no such `[board]` in it.
	pub fn reached_by(&self, configuration: &str) -> Result<String> {
		match &self.modbus {
			Some(address) => with_modbus(configuration, &self.port, address),
			None => Ok(configuration.to_owned()),
		}
	}

	/// Where it is, for people.
	pub fn place(&self) -> String {
		match &self.modbus {
			Some(address) => address.clone(),
			None => format!("the serial line {}", self.port.display()),
		}
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

/// Starts a program and waits until it says that it is ready; also gives what it said.
async fn ready(program: &'static str, folder: &Path, arguments: &[String]) -> Result<(Process, String)> {
	let log = folder.join("board.log");
	let mut process = Process::spawn_listening(program, &binary(program)?, arguments, &log)?;
	let line = process
		.wait_for_line("that it is ready", START_LIMIT, |line| line.starts_with("ready "))
		.await?;
	Ok((process, line))
}

/// A configuration with `[modbus]` for the machine at `address` in the place of `[board]` for this port.
fn with_modbus(configuration: &str, port: &Path, address: &str) -> Result<String> {
	let begins = MODBUS_EXAMPLE
		.find("\n[modbus]")
		.context("the example has no [modbus]")?
		+ 1;
	let ends = MODBUS_EXAMPLE.find("\n[chain]").context("the example has no [chain]")? + 1;
	let modbus = MODBUS_EXAMPLE.get(begins..ends);
	let modbus = modbus.context("[modbus] comes after [chain] in the example")?;
	let board = format!("[board]\nport = \"{}\"\n", port.display());
	let (before, after) = configuration
		.split_once(&board)
		.context("the configuration has no [board] at this port")?;
	Ok([before, &modbus.replacen(EXAMPLE_ADDRESS, address, 1), after].concat())
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::client::Site;
	use iot_client::config::Config;

	#[test]
	fn a_client_of_a_modbus_machine_has_no_board() {
		let folder = tempfile::tempdir().unwrap();
		let port = folder.path().join("board");
		let urls = ["ws://127.0.0.1:9944"];
		let site = Site::create(&folder.path().join("machine"), &port, &urls).unwrap();
		let usual = site.configuration(&port, &urls);
		let address = "tcp://127.0.0.1:4711";
		let text = with_modbus(&usual, &port, address).unwrap();
		let config = Config::parse(&text, &site.config()).unwrap();
		let modbus = config.modbus.as_ref().unwrap();
		assert_eq!(modbus.address.to_string(), address);
		// Nothing else is different.
		let usual = Config::parse(&usual, &site.config()).unwrap();
		let same = Config {
			board: usual.board.clone(),
			modbus: None,
			..config.clone()
		};
		assert_eq!(same, usual);
		for output in config.envelope.outputs.keys() {
			let has = modbus
				.channels
				.iter()
				.any(|channel| channel.info.name.as_str() == output);
			assert!(has, "{output} may be driven, and is no channel");
		}
		assert!(with_modbus("state_dir = \"x\"\n", &port, address).is_err());
	}
}
