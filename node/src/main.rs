#![doc = include_str!("../README.md")]

mod chain_spec;
mod cli;

use polkadot_omni_node_lib::{run_with_custom_cli, RunConfig};
use std::process::ExitCode;

fn main() -> ExitCode {
	let config = RunConfig::new(Box::new(chain_spec::OurRuntime), Box::new(chain_spec::Networks));
	match run_with_custom_cli::<cli::About, cli::Extras>(config) {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("bpiiot-node: {}", cli::explained(&error.to_string()));
			ExitCode::FAILURE
		}
	}
}
