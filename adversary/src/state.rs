//! `bpiiot-state`: looks whether all holds in a state, and whether it would after an upgrade to this runtime.

use anyhow::{anyhow, bail, ensure, Context, Result};
use bpiiot_adversary::{
	ledger::{begin_block, end_block, ledger},
	parties::{account, CUSTOMERS},
	run::Arena,
	targets,
};
use bpiiot_primitives::JobId;
use bpiiot_runtime::{Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin, System, VERSION};
use clap::{Parser, Subcommand};
use frame_support::{traits::OnRuntimeUpgrade, weights::Weight};
use serde_json::Value;
use sp_core::storage::{well_known_keys, StateVersion, Storage};
use sp_runtime::traits::Dispatchable;
use sp_state_machine::BasicExternalities;
use std::{
	path::{Path, PathBuf},
	process::ExitCode,
	time::Instant,
};

/// The migrations of this runtime.
type Migrations = <Runtime as frame_system::Config>::SingleBlockMigrations;

/// Looks whether all holds in a state, and whether it would after an upgrade to this runtime.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
	#[command(subcommand)]
	command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
	/// Check the state in a file, before and after this runtime's migrations
	Check {
		/// What `bpiiot-node export-state` has written
		file: PathBuf,
	},
	/// Make a state with so many jobs, and time how long a look at all of it takes
	Time {
		/// How many jobs
		#[arg(long, default_value_t = 100_000, value_name = "NUMBER")]
		jobs: u32,
	},
}

fn main() -> ExitCode {
	let done = match Arguments::parse().command {
		Command::Check { file } => check(&file),
		Command::Time { jobs } => time(jobs),
	};
	match done {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("bpiiot-state: {error:#}");
			ExitCode::FAILURE
		}
	}
}

fn check(file: &Path) -> Result<()> {
	let mut state = read(file)?;
	state.execute_with(|| {
		let from = frame_system::LastRuntimeUpgrade::<Runtime>::get().map_or(0, |last| last.spec_version.0);
		println!("block {}, runtime {from}: {}", System::block_number(), records());
		all_holds().context("before the upgrade")?;
		let weight = Migrations::on_runtime_upgrade();
		all_holds().context("after the migrations")?;
		let root = || sp_io::storage::root(StateVersion::V1);
		let after = root();
		Migrations::on_runtime_upgrade();
		ensure!(
			after == root(),
			"the migrations change something each time that they run"
		);
		println!("runtime {}: migrated ({weight}), all holds", VERSION.spec_version);
		Ok(())
	})
}

/// A state from the raw chain spec that a node has exported.
fn read(file: &Path) -> Result<BasicExternalities> {
	let text = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
	let spec: Value = serde_json::from_slice(&text).with_context(|| format!("{} is no JSON", file.display()))?;
	let top = spec.pointer("/genesis/raw/top").and_then(Value::as_object);
	let top = top.with_context(|| {
		let file = file.display();
		format!("{file} has no genesis.raw.top: `bpiiot-node export-state --chain ...` writes such files")
	})?;
	let bytes = |text: &str| sp_core::bytes::from_hex(text).map_err(|error| anyhow!("{text} is no hex: {error:?}"));
	let mut storage = Storage::default();
	for (key, value) in top {
		let value = value
			.as_str()
			.with_context(|| format!("the value at {key} is no text"))?;
		storage.top.insert(bytes(key)?, bytes(value)?);
	}
	// Ours is to be looked at, and it is not in wasm here.
	storage.top.remove(well_known_keys::CODE);
	Ok(BasicExternalities::new(storage))
}

/// How many there are of what.
fn records() -> String {
	let machines = pallet_machines::Machines::<Runtime>::iter_keys().count();
	let offers = pallet_jobs::Offers::<Runtime>::iter_keys().count();
	let jobs = pallet_jobs::Jobs::<Runtime>::iter_keys().count();
	let accounts = frame_system::Account::<Runtime>::iter_keys().count();
	format!("{accounts} accounts, {machines} machines, {offers} offers, {jobs} jobs")
}

/// Asks each pallet.
fn all_holds() -> Result<()> {
	for target in targets::all() {
		let start = Instant::now();
		target
			.try_state()
			.map_err(|broken| anyhow!("{}: {broken:?}", target.name()))?;
		println!("  {:<10}holds, {:.2} s", target.name(), start.elapsed().as_secs_f64());
	}
	Ok(())
}

fn time(jobs: u32) -> Result<()> {
	let mut chain = ledger();
	let start = Instant::now();
	chain.execute_with(|| fill(jobs))?;
	println!("made in {:.1} s", start.elapsed().as_secs_f64());
	chain.execute_with(|| {
		println!("{}", records());
		let start = Instant::now();
		all_holds()?;
		println!("all looked at in {:.2} s", start.elapsed().as_secs_f64());
		Ok(())
	})
}

/// Orders jobs of one machine and calls them off again; only the last ones stay open.
fn fill(jobs: u32) -> Result<()> {
	let arena = Arena::default();
	for form in ["machines.register", "jobs.publish_offer"] {
		let (who, call) = arena
			.plain(form)
			.with_context(|| format!("there is nothing to make {form} about"))?;
		act(&who, call)?;
	}
	let (_, order) = arena.plain("jobs.order").context("there is no offer")?;
	for number in 0..jobs {
		if number % 64 == 0 {
			end_block(Weight::MAX);
			begin_block(0);
		}
		let customer = account(CUSTOMERS[number as usize % CUSTOMERS.len()]);
		act(&customer, order.clone())?;
		if jobs - number > CUSTOMERS.len() as u32 {
			let (job, reason) = (newest_job()?, Default::default());
			act(&customer, pallet_jobs::Call::<Runtime>::cancel { job, reason }.into())?;
		}
	}
	Ok(())
}

fn act(who: &bpiiot_runtime::AccountId, call: RuntimeCall) -> Result<()> {
	let done = call.clone().dispatch(RuntimeOrigin::signed(who.clone()));
	done.map(drop).map_err(|failed| anyhow!("{call:?}: {:?}", failed.error))
}

fn newest_job() -> Result<JobId> {
	for record in System::events().into_iter().rev() {
		if let RuntimeEvent::Jobs(pallet_jobs::Event::Ordered { job, .. }) = record.event {
			return Ok(job);
		}
	}
	bail!("nothing was ordered")
}
