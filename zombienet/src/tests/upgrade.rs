//! The runtime is replaced while jobs are in flight.

use super::{load::open, Seen};
use crate::{network::FULL_NODE, programs::next_runtime, stage::Stage, storm::wave};
use anyhow::{bail, ensure, Context, Result};
use bpiiot_harness::{
	chain::{dev_account, Chain, JobState, View},
	crowd::STEPS,
};
use std::time::{Duration, Instant};
use subxt::{
	config::Hasher as _,
	dynamic::{self, Value},
};

/// Machines, with 32 jobs each: 1,024 jobs in flight.
const MACHINES: u32 = 32;
/// From the moment when the new code is on the chain: validators compile it, and the relay chain waits some blocks.
const LIMIT: Duration = Duration::from_secs(900);

/// A new runtime is authorised, applied, and let in by the relay chain, while more than a thousand jobs are in flight, and
/// a real client makes one more.
pub async fn upgrade(stage: &mut Stage) -> Result<Seen> {
	let mut shop = stage.shop().await?;
	let chain = stage.chain(FULL_NODE).await?;
	let mut crowd = stage.crowd("upgrade", MACHINES).await?;
	open(&mut crowd).await?;
	let orders = crowd.orders().await?;
	let mut lines = vec![wave(&mut crowd, "jobs.order", orders).await?.line()];
	let jobs = crowd.all_jobs().await?.len();
	ensure!(jobs >= 1_000, "only {jobs} jobs are in flight");

	ensure!(!has_relay_token(&chain).await?, "there is nothing to migrate");
	let code = std::fs::read(next_runtime()?)?;
	let before = chain.runtime_version(Some(chain.now().await?.hash())).await?;
	let alice = dev_account("Alice");
	let hash = chain.now().await?.subxt().hasher().hash(&code);
	let authorise = vec![Value::from_bytes(hash)];
	chain.sudo(&alice, "System", "authorize_upgrade", authorise).await?;
	let ordered = shop.order(3).await?;
	let from = chain.now().await?.number();
	let applied = Instant::now();
	let apply = dynamic::tx("System", "apply_authorized_upgrade", vec![Value::from_bytes(&code)]);
	chain.submit(&alice, &apply).await?;

	// The machines work on, whatever runtime the chain has when their calls get in.
	for (name, step) in STEPS {
		let calls = crowd.work(step).await?;
		lines.push(wave(&mut crowd, name, calls).await?.line());
	}
	let upgraded = async |view: &View| {
		let now = chain.runtime_version(Some(view.hash())).await?;
		Ok((now != before).then_some(now))
	};
	let after = chain.wait_for("the new runtime", LIMIT, upgraded).await?;
	ensure!(after == before + 1, "version {before} became {after}");
	let took = applied.elapsed().as_secs_f64();
	ensure!(has_relay_token(&chain).await?, "the migration did not run");
	crowd.expect_all(|state| state == JobState::Delivered).await?;
	let approvals = crowd.approvals().await?;
	lines.push(wave(&mut crowd, "jobs.approve", approvals).await?.line());
	crowd.expect_all(|state| matches!(state, JobState::Settled(_))).await?;

	shop.must_complete(ordered).await?;
	stage.give_back(shop);

	let (stored, replaced) = upgrade_blocks(&chain, from).await?;
	lines.insert(
		0,
		format!(
			"runtime {before} became {after} with {jobs} jobs in flight: code stored in block {stored}, in force from block \
			 {replaced}, {took:.0} s after it was applied; its migration ran; all jobs finished"
		),
	);
	lines.push("a machine's client made a job meanwhile, and was paid".to_owned());
	Ok(lines)
}

/// Whether there is an asset for the relay chain's token, which the migration makes.
async fn has_relay_token(chain: &Chain) -> Result<bool> {
	let found: Option<Value<_>> = chain.now().await?.value("Assets", "Asset", (u32::MAX,)).await?;
	Ok(found.is_some())
}

/// The blocks in which the new code was stored, and in which it took the old one's place.
async fn upgrade_blocks(chain: &Chain, from: u64) -> Result<(u64, u64)> {
	let (mut stored, mut replaced) = (None, None);
	for number in from..=chain.now().await?.number() {
		for event in chain.at_height(number).await?.subxt().events().fetch().await?.iter() {
			let event = event?;
			match (event.pallet_name(), event.event_name()) {
				("ParachainSystem", "ValidationFunctionStored") => stored = Some(number),
				("ParachainSystem", "ValidationFunctionApplied") => replaced = Some(number),
				("ParachainSystem", "ValidationFunctionDiscarded") => bail!("the relay chain refused the new code"),
				_ => {}
			}
		}
	}
	let stored = stored.context("no block stored the new code")?;
	Ok((stored, replaced.context("no block put the new code into force")?))
}
