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
use std::{collections::BTreeMap, time::Instant};

/// Machines, with 32 jobs each and four calls until a job is delivered: 5,120 calls.
const MACHINES: u32 = 40;
/// Transfers of each customer: as many in all as there are orders.
const TRANSFERS_EACH: usize = 8;

/// Remarks that are sent at once, more than fit into one block.
const REMARKS: u64 = 8;
/// How large each is.
const REMARK_BYTES: usize = 900_000;
/// How often the remarks are sent until a block is full.
const LARGE_WAVES: usize = 3;
/// As many as a block has room for: three quarters of 5 MiB are for users.
const REMARKS_IN_BLOCK: f64 = 4.0;
/// The share of that which a block must have at least.
const LARGE: f64 = 0.9;

/// Orders, acceptances, starts, deliveries and approvals of 1,280 jobs, each wave at once; beside them as many transfers, and
/// what each process uses meanwhile.
pub async fn storm(stage: &mut Stage) -> Result<Seen> {
	let mut crowd = stage.crowd("storm", MACHINES).await?;
	open(&mut crowd).await?;
	let mut meter = Meter::start(&stage.network)?;
	let transfers = crowd.transfers(TRANSFERS_EACH);
	let mut lines = vec![wave(&mut crowd, "balances.transfer_keep_alive", transfers)
		.await?
		.line()];
	lines.extend(meter.lap()?.lines("transfers"));

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
	lines.extend(waves.iter().map(Wave::line));
	lines.extend(meter.lap()?.lines("jobs"));
	Ok(lines)
}

/// Remarks that fill a block, of bytes that cannot be compressed.
pub async fn large_block(stage: &mut Stage) -> Result<Seen> {
	let mut crowd = stage.crowd("large", 1).await?;
	let endowments = crowd.endowments();
	wave(&mut crowd, "endowments", endowments).await?;
	let mut meter = Meter::start(&stage.network)?;
	let least = LARGE * REMARK_BYTES as f64 * REMARKS_IN_BLOCK / 1024.0;
	let (mut pov, mut lines) = (0.0, Vec::new());
	// They may be spread over more blocks than they need, when they come in just before one is made.
	for _ in 0..LARGE_WAVES {
		let remarks = (0..REMARKS).map(|index| (dev_account("Alice"), calls::remark(noise(REMARK_BYTES, index))));
		lines.push(wave(&mut crowd, "system.remark", remarks.collect()).await?.line());
		pov = meter.lap()?.pov;
		if pov >= least {
			break;
		}
	}
	ensure!(
		pov >= least,
		"the largest block had {pov:.0} kB, and {least:.0} kB were to be expected"
	);
	let height = stage.go_on(crowd.chain(), 3).await?;
	stage.agree(&[COLLATORS[0], COLLATORS[1], FULL_NODE], height).await?;
	lines.push(format!("largest block as handed to validators: {pov:.0} kB"));
	Ok(lines)
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

/// What the nodes of a network use from one look to the next.
struct Meter<'a> {
	network: &'a Network,
	/// The collators' logs, from the last look on.
	logs: Vec<Log>,
	before: BTreeMap<&'static str, Usage>,
	since: Instant,
}

/// What was used between two looks.
struct Lap {
	/// The largest block that was handed to validators, in kB.
	pov: f64,
	/// Shares of a core, and bytes, by process.
	used: BTreeMap<&'static str, (f64, u64)>,
}

impl<'a> Meter<'a> {
	fn start(network: &'a Network) -> Result<Self> {
		let open = |name: &&str| Ok(Log::open(&network.log(name)?));
		let mut meter = Self {
			network,
			logs: COLLATORS.iter().map(open).collect::<Result<_>>()?,
			before: BTreeMap::new(),
			since: Instant::now(),
		};
		// What was before does not count.
		meter.lap()?;
		Ok(meter)
	}

	fn lap(&mut self) -> Result<Lap> {
		let mut pov: f64 = 0.0;
		for log in &mut self.logs {
			pov = pov.max(largest_pov(log)?);
		}
		let names = VALIDATORS.into_iter().chain(COLLATORS).chain([FULL_NODE]);
		let now: BTreeMap<_, _> = names
			.map(|name| Ok((name, usage(self.network.pid(name)?)?)))
			.collect::<Result<_>>()?;
		let time = self.since.elapsed().as_secs_f64();
		let share = |(name, now): (&&'static str, &Usage)| {
			let before = self.before.get(name).map_or(now.cpu, |before| before.cpu);
			let cpu = now.cpu.saturating_sub(before).as_secs_f64();
			(*name, (cpu / time, now.memory))
		};
		let used = now.iter().map(share).collect();
		(self.before, self.since) = (now, Instant::now());
		Ok(Lap { pov, used })
	}
}

impl Lap {
	fn lines(&self, during: &str) -> Vec<String> {
		let line = |(name, (cpu, memory)): (&&str, &(f64, u64))| {
			format!("  {name}: {:.0} % of a core, {} MB", cpu * 100.0, memory / 1_000_000)
		};
		let first = format!(
			"during {during}: largest block as handed to validators {:.0} kB",
			self.pov
		);
		[first].into_iter().chain(self.used.iter().map(line)).collect()
	}
}
