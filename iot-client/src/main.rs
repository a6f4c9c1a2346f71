//! `iot-client`: the machine's daemon, and the commands around it.

use clap::Parser;
use iot_client::cli::{
	self,
	args::{Cli, Command},
};
use std::{io::IsTerminal, process::ExitCode, time::Duration};
use tokio::runtime::Builder;
use tracing_subscriber::EnvFilter;

/// How long what still waits for a disk or a name server may hold the program up at its end. The daemon has come to rest
/// before; this is for the commands.
const LINGER: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
	let cli = Cli::parse();
	log(&cli);
	let json = cli.json;
	let runtime = match Builder::new_multi_thread().enable_all().build() {
		Ok(runtime) => runtime,
		Err(error) => {
			eprintln!("error: the system gives no threads: {error}");
			return ExitCode::FAILURE;
		}
	};
	let status = match runtime.block_on(cli::run(cli)) {
		Ok(status) => status,
		Err(error) => {
			cli::report(&error, json);
			error.status
		}
	};
	runtime.shutdown_timeout(LINGER);
	ExitCode::from(status)
}

/// Logs to standard error; standard output is for results. `RUST_LOG` says how much.
fn log(cli: &Cli) {
	// Whoever types a command sees its result; the daemon's log must tell its story.
	let usual = match cli.command {
		Command::Run => "warn,iot_client=info",
		_ => "error",
	};
	let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(usual));
	let builder = tracing_subscriber::fmt()
		.with_env_filter(filter)
		.with_writer(std::io::stderr);
	match cli.json {
		true => builder.json().init(),
		false => builder
			.with_target(false)
			.with_ansi(std::io::stderr().is_terminal())
			.init(),
	}
}
