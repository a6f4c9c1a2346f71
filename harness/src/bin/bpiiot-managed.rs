//! Tries a machine's manager: for `make test-all`, and by hand.

use anyhow::{ensure, Result};
use bpiiot_harness::{managed::Managed, stop::Stop};
use clap::Parser;
use std::{ffi::OsString, process::ExitCode, time::Duration};

/// The exit status when a part fails that is not supposed to.
const BROKEN: u8 = 3;
/// The exit status of what was stopped by Ctrl-C.
const STOPPED: u8 = 130;

/// Runs a command beside a machine that works, and gives its exit status.
///
/// Starts a development node, a virtual board and the machine's client with a manager at a free port of this computer, and has one
/// job after the other ordered, done and paid as long as the command runs. The command finds the manager in its environment:
/// MANAGER_URL, and the passwords MANAGER_VIEWER, MANAGER_OPERATOR and MANAGER_OWNER. Everything is removed at the end.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
	/// Make a block every so many milliseconds
	#[arg(long, value_name = "MS", default_value_t = 500, value_parser = clap::value_parser!(u64).range(100..=60_000))]
	block_time: u64,
	/// The command, and its arguments
	#[arg(
		required = true,
		trailing_var_arg = true,
		allow_hyphen_values = true,
		value_name = "COMMAND"
	)]
	command: Vec<OsString>,
}

#[tokio::main]
async fn main() -> ExitCode {
	let arguments = Arguments::parse();
	match attended(&arguments).await {
		Ok(status) => ExitCode::from(status),
		Err(error) => {
			eprintln!("error: {error:#}");
			ExitCode::from(BROKEN)
		}
	}
}

/// Gives the exit status.
async fn attended(arguments: &Arguments) -> Result<u8> {
	let mut stop = Stop::listen()?;
	// When stopped, the other future is dropped with all that it started.
	tokio::select! {
		status = attend(arguments) => status,
		() = stop.asked() => Ok(STOPPED),
	}
}

async fn attend(arguments: &Arguments) -> Result<u8> {
	let managed = Managed::start(Duration::from_millis(arguments.block_time)).await?;
	eprintln!("managed: one job was paid; the manager is at {}", managed.url);
	let (status, paid) = managed.attend(&arguments.command).await?;
	if !status.success() {
		let code = status.code().and_then(|code| u8::try_from(code).ok());
		return Ok(code.unwrap_or(1));
	}
	ensure!(paid > 0, "no job was paid meanwhile");
	managed.world.stop().await?;
	eprintln!("managed: {paid} jobs were paid meanwhile");
	Ok(0)
}
