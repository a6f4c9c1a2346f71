//! Measures the calls of the runtime's pallets and writes their weights: of ours beside the pallet, of the SDK's into the
//! runtime.
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

/// What every file looks like: its beginning, how the weights are declared, and a function for each call.
const HEAD: &str = include_str!("../../weights/head.hbs");
/// Ours declare their trait as well.
const OURS: &str = include_str!("../../weights/ours.hbs");
/// The SDK's have one.
const SDK: &str = include_str!("../../weights/sdk.hbs");
const FUNCTIONS: &str = include_str!("../../weights/functions.hbs");

/// All that can be measured: the runtime's benchmarks name the same.
const PALLETS: [&str; 16] = [
	"pallet_jobs",
	"pallet_machines",
	"cumulus_pallet_parachain_system",
	"cumulus_pallet_weight_reclaim",
	"cumulus_pallet_xcmp_queue",
	"frame_system",
	"frame_system_extensions",
	"pallet_assets",
	"pallet_balances",
	"pallet_collator_selection",
	"pallet_message_queue",
	"pallet_session",
	"pallet_sudo",
	"pallet_timestamp",
	"pallet_transaction_payment",
	"pallet_utility",
];

/// Measures the calls of the runtime's pallets and writes their weights.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
	/// The runtime, built with the feature `runtime-benchmarks` (`make weights` does it)
	runtime: PathBuf,
	/// Only these pallets, by the names of their crates
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
	/// How a pallet's weights are declared, and in which file.
	fn file_of(&self, pallet: &str) -> (&'static str, PathBuf) {
		let ours = pallet
			.strip_prefix("pallet_")
			.map(|name| self.folder.join("pallets").join(name.replace('_', "-")))
			.filter(|folder| folder.is_dir());
		match ours {
			Some(folder) => (OURS, folder.join("src/weights.rs")),
			None => (
				SDK,
				self.folder.join("runtime/src/weights").join(format!("{pallet}.rs")),
			),
		}
	}

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
		let (declaration, written) = self.file_of(pallet);
		ensure!(
			written.parent().is_some_and(Path::is_dir),
			"there is no folder for {}: say with --folder where the checkout is",
			written.display()
		);
		let scratch = TempDir::new()?;
		let template = scratch.path().join("template.hbs");
		fs::write(&template, [HEAD, declaration, FUNCTIONS].concat())?;
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
			format!("--pallet={pallet}"),
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
