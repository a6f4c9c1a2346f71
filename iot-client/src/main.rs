//! `iot-client`: the machine's daemon, and the commands around it.

use clap::Parser;
use iot_client::cli::{
	self,
	args::{Cli, Command},
};
use std::{io::IsTerminal, process::ExitCode};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
	let cli = Cli::parse();
	log(&cli);
	let json = cli.json;
	match cli::run(cli).await {
		Ok(status) => ExitCode::from(status),
		Err(error) => {
			cli::report(&error, json);
			ExitCode::from(error.status)
		}
	}
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
