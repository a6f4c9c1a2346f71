//! Measures the calls of our pallets, and of those of the SDK for which it has no figures that hold here, and writes their
//! files of weights.
//!
//! Wants the runtime's wasm built with `runtime-benchmarks`, optimised. The measurement itself is the SDK's.
//!
//! Weights are times on the SDK's reference machine. So a transfer is measured first, whose time there the SDK tells, and all
//! other times are scaled by what that comes to here.

mod files;
mod scale;
mod sources;

use anyhow::{ensure, Context, Result};
use clap::Parser;
use cumulus_primitives_proof_size_hostfunction::storage_proof_size;
use files::{File, FILES};
use frame_benchmarking_cli::PalletCmd;
use sp_runtime::traits::BlakeTwo256;
use std::{
	env, fs,
	path::{Path, PathBuf},
	process::{Command, ExitCode},
};
use tempfile::TempDir;
use tracing_subscriber::EnvFilter;

/// What is measured to know how fast this computer is.
const REFERENCE: (&str, &str) = ("pallet_balances", "transfer_keep_alive");
/// How often.
const REFERENCE_REPEAT: u32 = 500;

/// Measures the calls of pallets and writes their weights.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
	/// The runtime, built with the feature `runtime-benchmarks` (`make weights` does it)
	runtime: PathBuf,
	/// Only these pallets, with commas between; all if not given
	#[arg(long, value_delimiter = ',', value_parser = File::named)]
	pallets: Vec<&'static File>,
	/// The folder of the checkout
	#[arg(long, default_value = ".")]
	folder: PathBuf,
	/// How many values each varying number is measured at
	#[arg(long, default_value_t = 50)]
	steps: u32,
	/// How often each measurement is repeated
	#[arg(long, default_value_t = 20)]
	repeat: u32,
	/// The reference machine's time for what takes a second here, in seconds; measured if not given
	#[arg(long)]
	scale: Option<f64>,
	/// Only measure that, and write the time of the reference call into this file
	#[arg(long, value_name = "FILE", hide = true)]
	reference: Option<PathBuf>,
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

	if let Some(output) = &arguments.reference {
		return arguments.measure_reference(output);
	}
	let scale = match arguments.scale {
		Some(scale) => scale,
		None => arguments.find_scale()?,
	};
	let apart = |file: &File| arguments.measure_in_a_process_of_its_own(&["--pallets", file.name], Some(scale));
	match arguments.pallets.as_slice() {
		[] => FILES.iter().try_for_each(apart),
		[file] => arguments.measure_one(file, scale),
		files => files.iter().copied().try_for_each(apart),
	}
}

impl Arguments {
	/// The SDK's command sets up its logging and can do that once in a process.
	fn measure_in_a_process_of_its_own(&self, what: &[&str], scale: Option<f64>) -> Result<()> {
		let status = Command::new(env::current_exe()?)
			.arg(&self.runtime)
			.arg("--folder")
			.arg(&self.folder)
			.args(what)
			.args(scale.map(|scale| format!("--scale={scale}")))
			.args(["--steps", &self.steps.to_string(), "--repeat", &self.repeat.to_string()])
			.status()?;
		ensure!(status.success(), "{what:?} was not measured: see above");
		Ok(())
	}

	/// What a second here is on the reference machine.
	fn find_scale(&self) -> Result<f64> {
		let scratch = TempDir::new()?;
		let output = scratch.path().join("reference");
		self.measure_in_a_process_of_its_own(&["--reference", &output.display().to_string()], None)?;
		let here = fs::read_to_string(&output)?;
		let scale = scale::of_reference(&here).with_context(|| format!("{} was not measured", REFERENCE.1))?;
		println!("a second here is {scale:.3} s on the reference machine, by a transfer");
		Ok(scale)
	}

	fn measure_reference(&self, output: &Path) -> Result<()> {
		let scratch = TempDir::new()?;
		let template = scratch.path().join("template.hbs");
		fs::write(&template, scale::TEMPLATE)?;
		self.run(REFERENCE, REFERENCE_REPEAT, &template, output)
	}

	fn measure_one(&self, file: &File, scale: f64) -> Result<()> {
		let written = self.folder.join(file.path);
		ensure!(
			written.is_file(),
			"there is no {}: say with --folder where the checkout is",
			written.display()
		);
		let scratch = TempDir::new()?;
		let template = scratch.path().join("template.hbs");
		fs::write(&template, file.template)?;
		// A benchmark that fails must not leave half a file behind.
		let fresh = scratch.path().join("weights.rs");
		self.run((file.pallet, "*"), self.repeat, &template, &fresh)
			.with_context(|| format!("{} was not measured", file.name))?;
		let scaled = scale::scaled(&fs::read_to_string(&fresh)?, scale)?;
		let signed = file.signed(&self.folder, &scaled)?;
		fs::write(&written, signed).with_context(|| format!("cannot write {}", written.display()))?;
		println!("{}", written.display());
		Ok(())
	}

	fn run(&self, (pallet, extrinsic): (&str, &str), repeat: u32, template: &Path, output: &Path) -> Result<()> {
		let runtime = &self.runtime;
		ensure!(runtime.is_file(), "there is no runtime at {}", runtime.display());
		let command = PalletCmd::try_parse_from([
			"benchmark".to_owned(),
			format!("--runtime={}", runtime.display()),
			"--genesis-builder=runtime".to_owned(),
			format!("--pallet={pallet}"),
			format!("--extrinsic={extrinsic}"),
			format!("--steps={}", self.steps),
			format!("--repeat={repeat}"),
			format!("--template={}", template.display()),
			format!("--output={}", output.display()),
		])?;
		// Nothing but what the runtime imports: the node's other host functions are for other runtimes.
		command.run_with_spec::<BlakeTwo256, storage_proof_size::HostFunctions>(None)?;
		Ok(())
	}
}
