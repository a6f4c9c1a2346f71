//! `iot-client`: the machine's daemon, and the commands around it.

use clap::Parser;
use iot_client::{
	cli::{
		self,
		args::{Cli, Command},
	},
	logbook::{self, Logbook, Printer},
};
use std::{
	io::{stderr, IsTerminal},
	process::ExitCode,
	time::Duration,
};
use tokio::runtime::Builder;

/// How long what still waits for a disk or a name server may hold the program up at its end. The daemon has come to rest
/// before; this is for the commands.
const LINGER: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
	let cli = Cli::parse();
	// The daemon waits for nobody who reads its log.
	let printer = matches!(cli.command, Command::Run).then(|| Printer::to(stderr()));
	let logbook = log(&cli, printer.clone());
	let finish = || printer.iter().for_each(|printer| printer.finish(LINGER));
	let json = cli.json;
	let runtime = match Builder::new_multi_thread().enable_all().build() {
		Ok(runtime) => runtime,
		Err(error) => {
			eprintln!("error: the system gives no threads: {error}");
			return ExitCode::FAILURE;
		}
	};
	let status = match runtime.block_on(cli::run(cli, logbook)) {
		Ok(status) => status,
		Err(error) => {
			// What led to it comes first.
			finish();
			cli::report(&error, json);
			error.status
		}
	};
	runtime.shutdown_timeout(LINGER);
	finish();
	ExitCode::from(status)
}

/// Logs to standard error, since standard output is for results, and keeps the last lines for the manager. `RUST_LOG` says
/// how much.
fn log(cli: &Cli, printer: Option<Printer>) -> Logbook {
	// Whoever types a command sees its result; the daemon's log must tell its story.
	let usual = match cli.command {
		Command::Run => "warn,iot_client=info,iot_manager=info",
		_ => "error",
	};
	let logbook = Logbook::default();
	let ansi = stderr().is_terminal();
	let installed = match printer {
		Some(printer) => logbook::install(cli.json, ansi, usual, &logbook, move || printer.clone()),
		None => logbook::install(cli.json, ansi, usual, &logbook, stderr),
	};
	if let Err(error) = installed {
		eprintln!("nothing is logged: {error}");
	}
	logbook
}
