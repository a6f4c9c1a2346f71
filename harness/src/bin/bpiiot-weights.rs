//! Measures the calls of our pallets and writes their `weights.rs`.
//!
//! Wants the runtime's wasm built with `runtime-benchmarks`, optimised. The measurement itself is the SDK's.

use anyhow::{ensure, Context, Result};
use clap::Parser;
use cumulus_primitives_proof_size_hostfunction::storage_proof_size;
use frame_benchmarking_cli::PalletCmd;
use sp_runtime::traits::BlakeTwo256;
use std::{
	fs,
	path::{Path, PathBuf},
	process::ExitCode,
};
use tempfile::TempDir;
use tracing_subscriber::EnvFilter;

/// What every file looks like.
const TEMPLATE: &str = include_str!("../../weight-template.hbs");

/// Measures the calls of our pallets and writes their weights.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
	/// The runtime: `bpiiot_runtime.compact.compressed.wasm`, built with the feature `runtime-benchmarks`
	runtime: PathBuf,
	/// The pallets, by the names of their folders
	#[arg(long, value_delimiter = ',', default_value = "machines,jobs")]
	pallets: Vec<String>,
	/// The folder of the pallets' folders
	#[arg(long, default_value = "pallets")]
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
	let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
	tracing_subscriber::fmt()
		.with_env_filter(filter)
		.with_writer(std::io::stderr)
		.init();

	let scratch = TempDir::new()?;
	let template = scratch.path().join("weights.hbs");
	fs::write(&template, TEMPLATE)?;
	for pallet in &arguments.pallets {
		let written = arguments.folder.join(pallet).join("src/weights.rs");
		ensure!(
			written.is_file(),
			"there is no {}: say with --folder where the pallets are",
			written.display()
		);
		// A benchmark that fails must not leave half a file behind.
		let fresh = scratch.path().join(format!("{pallet}.rs"));
		arguments
			.measure(pallet, &template, &fresh)
			.with_context(|| format!("pallet {pallet} was not measured"))?;
		fs::copy(&fresh, &written).with_context(|| format!("cannot write {}", written.display()))?;
		println!("{}", written.display());
	}
	Ok(())
}

impl Arguments {
	fn measure(&self, pallet: &str, template: &Path, output: &Path) -> Result<()> {
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
