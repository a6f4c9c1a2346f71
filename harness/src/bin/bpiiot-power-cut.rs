//! `make power-cut`: the machine's computer loses its power at random moments of running jobs.

use anyhow::Result;
use bpiiot_harness::power_cut;
use clap::Parser;
use std::process::ExitCode;

/// Kills the client at random moments of running jobs, half of the times on a disk that loses or tears what was not forced to
/// it, and looks that nothing is lost, doubled or run twice.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
	/// How often
	#[arg(value_name = "N", default_value_t = 50)]
	cuts: u32,
	/// Draws the moments; the same seed draws the same ones
	#[arg(long, value_name = "SEED", default_value_t = 1)]
	seed: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
	let arguments = Arguments::parse();
	match run(&arguments).await {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("power-cut: {error:#}");
			ExitCode::FAILURE
		}
	}
}

async fn run(arguments: &Arguments) -> Result<()> {
	println!("cutting the power {} times, seed {}", arguments.cuts, arguments.seed);
	let table = power_cut::cut(arguments.cuts, arguments.seed, |line| println!("{line}")).await?;
	println!("\n{table}");
	Ok(())
}
