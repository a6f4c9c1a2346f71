//! Prints the plain chain spec of the relay chain.

use std::process::ExitCode;

fn main() -> ExitCode {
	match bpiiot_relay_chain::chain_spec() {
		Ok(spec) => {
			println!("{spec}");
			ExitCode::SUCCESS
		}
		Err(error) => {
			eprintln!("bpiiot-relay-spec: {error}");
			ExitCode::FAILURE
		}
	}
}
