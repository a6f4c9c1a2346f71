//! Full blocks.

use super::Seen;
use crate::{
	network::{Network, COLLATORS, FULL_NODE, VALIDATORS},
	process::{usage, Usage},
	stage::Stage,
	storm::{largest_pov, wave, Wave},
};
use anyhow::{ensure, Result};
use bpiiot_harness::{
	calls,
	chain::{dev_account, JobState},
	crowd::{Crowd, STEPS},
	process::Log,
};
use std::{
	collections::BTreeMap,
	time::{Duration, Instant},
};

/// Machines, with 32 jobs each and four calls until a job is delivered: 5,120 calls.
const MACHINES: u32 = 40;
/// Machines of the comparison.
const COMPARED: u32 = 20;
/// Transfers of each of its customers: as many in all as it has orders.
const TRANSFERS_EACH: usize = 8;

/// Remarks that are sent at once, more than fit into one block.
const REMARKS: u64 = 8;
/// How large each is.
const REMARK_BYTES: usize = 900_000;
/// As many as a block has room for: three quarters of 5 MiB are for users.
const REMARKS_IN_BLOCK: f64 = 4.0;
/// The share of that which a block must have at least.
const LARGE: f64 = 0.9;

/// Orders, acceptances, starts and deliveries of 1,280 jobs, each wave at once.
pub async fn storm(stage: &mut Stage) -> Result<Seen> {
	let chain = stage.chain(FULL_NODE).await?;
	let mut crowd = Crowd::new(chain, "storm", MACHINES);
	open(&mut crowd).await?;
	let mut waves = vec![orders(&mut crowd).await?];
	for (name, step) in STEPS {
		let calls = crowd.work(step).await?;
		waves.push(wave(&mut crowd, name, calls).await?);
	}
	crowd.expect_all(|state| state == JobState::Delivered).await?;
	let calls: usize = waves.iter().map(|wave| wave.calls).sum();
	ensure!(calls >= 5_000, "only {calls} calls");
	let approvals = crowd.approvals().await?;
	waves.push(wave(&mut crowd, "jobs.approve", approvals).await?);
	crowd.expect_all(|state| matches!(state, JobState::Settled(_))).await?;
	Ok(waves.iter().map(Wave::line).collect())
}

/// As many transfers as orders, one after the other on the same network; what each process uses meanwhile.
pub async fn speed(stage: &mut Stage) -> Result<Seen> {
	let chain = stage.chain(FULL_NODE).await?;
	let mut crowd = Crowd::new(chain, "speed", COMPARED);
	open(&mut crowd).await?;
	let mut logs = pov_logs(&stage.network)?;
	let mut lines = Vec::new();
	let transfers = crowd.transfers(TRANSFERS_EACH);
	for kind in ["transfers", "orders"] {
		let start = Instant::now();
		let before = used(&stage.network)?;
		let wave = match kind {
			"transfers" => wave(&mut crowd, "balances.transfer_keep_alive", transfers.clone()).await?,
			_ => orders(&mut crowd).await?,
		};
		lines.push(wave.line());
		let mut pov: f64 = 0.0;
		for log in &mut logs {
			pov = pov.max(largest_pov(log)?);
		}
		lines.push(format!("  largest block as handed to validators: {pov:.0} kB"));
		lines.extend(used_since(&before, &used(&stage.network)?, start.elapsed()));
	}
	Ok(lines)
}

/// Remarks that fill a block, of bytes that cannot be compressed.
pub async fn large_block(stage: &mut Stage) -> Result<Seen> {
	let chain = stage.chain(FULL_NODE).await?;
	let mut crowd = Crowd::new(chain.clone(), "large", 1);
	let endowments = crowd.endowments();
	wave(&mut crowd, "endowments", endowments).await?;
	let mut logs = pov_logs(&stage.network)?;
	let remarks = (0..REMARKS).map(|index| (dev_account("Alice"), calls::remark(noise(REMARK_BYTES, index))));
	let wave = wave(&mut crowd, "system.remark", remarks.collect()).await?;
	let mut pov: f64 = 0.0;
	for log in &mut logs {
		pov = pov.max(largest_pov(log)?);
	}
	let least = LARGE * REMARK_BYTES as f64 * REMARKS_IN_BLOCK / 1024.0;
	ensure!(
		pov >= least,
		"the largest block had {pov:.0} kB, and {least:.0} kB were to be expected"
	);
	let height = stage.go_on(&chain, 3).await?;
	stage.agree(&[COLLATORS[0], COLLATORS[1], FULL_NODE], height).await?;
	Ok(vec![
		wave.line(),
		format!("largest block as handed to validators: {pov:.0} kB"),
	])
}

/// Bytes that no compression makes fewer: a generator's, different for each seed.
fn noise(count: usize, seed: u64) -> Vec<u8> {
	let mut state = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
	let mut next = || {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		state.to_le_bytes()
	};
	std::iter::repeat_with(&mut next).flatten().take(count).collect()
}

/// Accounts, machines and offers.
pub(super) async fn open(crowd: &mut Crowd) -> Result<()> {
	let endowments = crowd.endowments();
	wave(crowd, "endowments", endowments).await?;
	let registrations = crowd.registrations();
	wave(crowd, "machines.register", registrations).await?;
	let offers = crowd.offers().await?;
	wave(crowd, "jobs.publish_offer", offers).await?;
	Ok(())
}

async fn orders(crowd: &mut Crowd) -> Result<Wave> {
	let calls = crowd.orders().await?;
	wave(crowd, "jobs.order", calls).await
}

/// The collators' logs, from their ends on.
fn pov_logs(network: &Network) -> Result<Vec<Log>> {
	let open = |name: &&str| {
		let mut log = Log::open(&network.log(name)?);
		while log.next_line()?.is_some() {}
		Ok(log)
	};
	COLLATORS.iter().map(open).collect()
}

fn used(network: &Network) -> Result<BTreeMap<&'static str, Usage>> {
	let names = VALIDATORS.into_iter().chain(COLLATORS).chain([FULL_NODE]);
	names.map(|name| Ok((name, usage(network.pid(name)?)?))).collect()
}

fn used_since(before: &BTreeMap<&str, Usage>, now: &BTreeMap<&str, Usage>, time: Duration) -> Vec<String> {
	let line = |(name, now): (&&str, &Usage)| {
		let cpu = before
			.get(name)
			.map_or(now.cpu, |before| now.cpu.saturating_sub(before.cpu));
		format!(
			"  {name}: {:.0} % of a core, {} MB",
			cpu.as_secs_f64() / time.as_secs_f64() * 100.0,
			now.memory / 1_000_000
		)
	};
	now.iter().map(line).collect()
}
