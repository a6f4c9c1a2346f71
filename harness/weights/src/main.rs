//! Measures the calls of our pallets and writes their `weights.rs`.
//!
//! Wants the runtime's wasm built with `runtime-benchmarks`, optimised. The measurement itself is the SDK's.

use anyhow::{ensure, Context, Result};
use clap::{builder::PossibleValuesParser, Parser};
use cumulus_primitives_proof_size_hostfunction::storage_proof_size;
use frame_benchmarking_cli::PalletCmd;
use sp_runtime::traits::BlakeTwo256;
use std::{
	env, fs,
	path::{Path, PathBuf},
	process::{Command, ExitCode},
};
use tempfile::TempDir;
use tracing_subscriber::EnvFilter;

/// What every file looks like.
const TEMPLATE: &str = include_str!("../weights.hbs");
/// Our pallets with calls, by the names of their folders.
const PALLETS: [&str; 3] = ["escrow", "jobs", "machines"];

/// Measures the calls of our pallets and writes their weights.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
	/// The runtime, built with the feature `runtime-benchmarks` (`make weights` does it)
	runtime: PathBuf,
	/// Only these pallets, by the names of their folders
	#[arg(long, value_delimiter = ',', default_values = PALLETS, hide_default_value = true, value_parser = PossibleValuesParser::new(PALLETS))]
	pallets: Vec<String>,
	/// The folder of the checkout
	#[arg(long, default_value = ".")]
	folder: PathBuf,
	/// How many values each varying number is measured at
	#[arg(long, default_value_t = 50)]
	steps: u32,
	/// How often each measurement is repeated
	#[arg(long, default_value_t = 20)]
	repeat: u32,
}

fn main() -> ExitCode {
	match measure(&Arguments::parse()) {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("error: {error:#}");
			ExitCode::FAILURE
		}
	}
}

fn measure(arguments: &Arguments) -> Result<()> {
	let filter =
		EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,pallet_collator_selection=warn"));
	tracing_subscriber::fmt()
		.with_env_filter(filter)
		.with_writer(std::io::stderr)
		.init();

	match arguments.pallets.as_slice() {
		[pallet] => arguments.measure_one(pallet),
		pallets => pallets
			.iter()
			.try_for_each(|pallet| arguments.measure_in_a_process_of_its_own(pallet)),
	}
}

impl Arguments {
	/// The SDK's command sets up its logging and can do that once in a process.
	fn measure_in_a_process_of_its_own(&self, pallet: &str) -> Result<()> {
		let status = Command::new(env::current_exe()?)
			.arg(&self.runtime)
			.arg("--folder")
			.arg(&self.folder)
			.args(["--pallets", pallet])
			.args(["--steps", &self.steps.to_string(), "--repeat", &self.repeat.to_string()])
			.status()?;
		ensure!(status.success(), "{pallet} was not measured: see above");
		Ok(())
	}

	fn measure_one(&self, pallet: &str) -> Result<()> {
		let written = self.folder.join("pallets").join(pallet).join("src/weights.rs");
		ensure!(
			written.is_file(),
			"there is no {}: say with --folder where the checkout is",
			written.display()
		);
		let scratch = TempDir::new()?;
		let template = scratch.path().join("template.hbs");
		fs::write(&template, TEMPLATE)?;
		// A benchmark that fails must not leave half a file behind.
		let fresh = scratch.path().join("weights.rs");
		self.run(pallet, &template, &fresh)
			.with_context(|| format!("{pallet} was not measured"))?;
		fs::copy(&fresh, &written).with_context(|| format!("cannot write {}", written.display()))?;
		println!("{}", written.display());
		Ok(())
	}

	fn run(&self, pallet: &str, template: &Path, output: &Path) -> Result<()> {
		let runtime = &self.runtime;
		ensure!(runtime.is_file(), "there is no runtime at {}", runtime.display());
		let command = PalletCmd::try_parse_from([
			"benchmark".to_owned(),
			format!("--runtime={}", runtime.display()),
			"--genesis-builder=runtime".to_owned(),
			format!("--pallet=pallet_{}", pallet.replace('-', "_")),
			"--extrinsic=*".to_owned(),
			format!("--steps={}", self.steps),
			format!("--repeat={}", self.repeat),
			format!("--template={}", template.display()),
			format!("--output={}", output.display()),
		])?;
		// Nothing but what the runtime imports: the node's other host functions are for other runtimes.
		command.run_with_spec::<BlakeTwo256, storage_proof_size::HostFunctions>(None)?;
		Ok(())
	}
}
