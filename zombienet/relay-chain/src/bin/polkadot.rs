//! The relay chain's node.

use std::process::ExitCode;

fn main() -> ExitCode {
	match polkadot_cli::run() {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("polkadot: {error}");
			ExitCode::FAILURE
		}
	}
}
