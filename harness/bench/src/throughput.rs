//! How many calls fit into a full block, and how long the node takes to make one.
//!
//! The pool is filled with one kind of call from many accounts while blocks come slowly. The node says of each block how
//! long it took and whether it stopped because the block was full. Transfers are measured in the same run: the ratio to
//! them tells more than a number that is this computer's.

mod market;

use anyhow::{ensure, Context, Result};
use bpiiot_harness::{
	chain::JobState,
	crowd::{Crowd, Unsigned, STEPS},
	figure::Figure,
	node::{Node, NodeSetup},
	process::{wait_until, Log},
	world::temporary_folder,
};
use futures::{StreamExt, TryStreamExt};
use std::time::{Duration, Instant};

/// How long one kind of call may take to get through.
const PHASE_LIMIT: Duration = Duration::from_secs(600);
/// How long a block may take to come.
const BLOCK_LIMIT: Duration = Duration::from_secs(60);
/// Calls that a block has by itself: the time, and the relay chain's data.
const INHERENTS: u64 = 2;
/// The block time that a rate is given for: a parachain's.
const SLOT: f64 = 6.0;
/// Transfers of each customer.
const TRANSFERS_EACH: usize = 32;

/// How many times the time of a transfer each call may take.
const LIMITS: [(&str, f64); 7] = [
	("jobs.order", 2.0),
	("jobs.accept", 1.3),
	("jobs.start", 1.2),
	("jobs.deliver", 1.5),
	("jobs.approve", 2.2),
	(market::BUY, 4.0),
	(market::AWARD, 3.0),
];
/// The same for all of them together.
const LIMIT_OF_ALL: f64 = 8.2;

/// What each call takes, in the time that a transfer takes.
fn ratios(transfers: &Phase, phases: &[Phase]) -> Vec<Figure> {
	let limit = |name: &str| LIMITS.iter().find(|(call, _)| *call == name).map(|(_, limit)| *limit);
	phases
		.iter()
		.map(|phase| ratio(phase.name, phase.in_transfers(transfers), limit(phase.name)))
		.collect()
}

/// The same for all the calls of a job together.
fn ratio_of_a_job(transfers: &Phase, phases: &[Phase]) -> Figure {
	let all = phases.iter().map(|phase| phase.in_transfers(transfers)).sum();
	ratio("a job of one unit", all, Some(LIMIT_OF_ALL))
}

fn ratio(what: &str, ratio: f64, limit: Option<f64>) -> Figure {
	let how = match limit {
		Some(limit) if ratio <= limit => format!("limit {limit}: ok"),
		Some(limit) => format!("limit {limit}: OVER"),
		None => String::new(),
	};
	Figure::new(format!("{what}, time of a transfer"), ratio, "times", how)
}

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub struct Size {
	/// The time between two blocks.
	pub block_time: Duration,
	/// Machines, with four customers each; each machine gets 32 orders, eight of each.
	pub machines: u32,
}

/// Measures orders, the machines' calls, approvals, purchases, awards, and transfers.
///
/// # Errors
/// When any call fails.
pub async fn measure(size: Size) -> Result<Vec<Figure>> {
	let folder = temporary_folder()?;
	let mut setup = NodeSetup::new(folder.path(), size.block_time)?;
	setup.arguments = vec!["--pool-limit=50000".to_owned(), "--pool-kbytes=200000".to_owned()];
	let log = Log::open(&setup.log());
	let mut node = setup.start()?;
	let chain = node.ready().await?;
	let mut load = Load {
		crowd: Crowd::new(chain, "bench", size.machines),
		log,
	};
	let figures = load.measure(&mut node).await?;
	node.stop().await?;
	Ok(figures)
}

/// A block as its maker tells of it.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Made {
	number: u64,
	millis: f64,
	calls: u64,
	/// It ended because nothing more fits, not because there was nothing more.
	full: bool,
}

impl Made {
	/// Reads the line that the SDK's block author logs.
	fn parse(line: &str) -> Option<Self> {
		let rest = line.split_once("Prepared block for proposing at ")?.1;
		let (number, rest) = rest.split_once(" (")?;
		let (millis, rest) = rest.split_once(" ms)")?;
		let (_, rest) = rest.split_once("end: ")?;
		let (end, rest) = rest.split_once("; extrinsics_count: ")?;
		let count: u64 = rest.split_whitespace().next()?.parse().ok()?;
		Some(Self {
			number: number.parse().ok()?,
			millis: millis.parse().ok()?,
			calls: count.saturating_sub(INHERENTS),
			full: end.starts_with("HitBlock"),
		})
	}
}

/// What one kind of call came to.
#[derive(Clone, Debug)]
struct Phase {
	name: &'static str,
	/// Calls in the fullest block, and whether it was really full.
	calls: u64,
	full: bool,
	/// What the node took for it, for each call.
	micros_each: f64,
}

impl Phase {
	fn of(name: &'static str, blocks: &[Made]) -> Result<Self> {
		let fullest = blocks.iter().max_by_key(|block| (block.full, block.calls));
		let fullest = fullest
			.filter(|block| block.calls > 0)
			.with_context(|| format!("no block has any {name}"))?;
		let micros_each = fullest.millis * 1_000.0 / fullest.calls as f64;
		Ok(Self {
			name,
			calls: fullest.calls,
			full: fullest.full,
			micros_each,
		})
	}

	/// What it takes, in the time that a transfer takes.
	fn in_transfers(&self, transfers: &Self) -> f64 {
		self.micros_each / transfers.micros_each
	}

	fn figures(&self, transfers: &Self) -> [Figure; 3] {
		let name = self.name;
		let rate = self.calls as f64 / SLOT;
		let how = match self.full {
			true => format!("{} in a full block, one every {SLOT} s", self.calls),
			false => format!("at least: {} in the fullest block, which was not full", self.calls),
		};
		[
			Figure::new(format!("{name}, by weight"), rate, "1/s", how),
			Figure::new(
				format!("{name}, as many as transfers"),
				self.calls as f64 / transfers.calls as f64,
				"times",
				"by weight",
			),
			Figure::new(
				format!("{name}, making the block"),
				self.micros_each,
				"µs each",
				"by this computer's clock",
			),
		]
	}
}

/// A crowd whose calls fill the blocks of a node that tells of them in its log.
struct Load {
	crowd: Crowd,
	log: Log,
}

impl Load {
	async fn measure(&mut self, node: &mut Node) -> Result<Vec<Figure>> {
		self.set_up(node).await?;
		let transfers = self.crowd.transfers(TRANSFERS_EACH);
		let transfers = self.phase(node, "balances.transfer_keep_alive", transfers).await?;
		let orders = self.crowd.orders().await?;
		let orders = self.phase(node, "jobs.order", orders).await?;
		let mut steps = Vec::new();
		for (name, step) in STEPS {
			let calls = self.crowd.work(step).await?;
			steps.push(self.phase(node, name, calls).await?);
		}
		self.crowd.expect_all(|state| state == JobState::Delivered).await?;
		let approvals = self.crowd.approvals().await?;
		let approvals = self.phase(node, "jobs.approve", approvals).await?;
		self.crowd
			.expect_all(|state| matches!(state, JobState::Settled(_)))
			.await?;
		let phases: Vec<_> = [orders].into_iter().chain(steps).chain([approvals]).collect();
		let market = self.market(node).await?;
		let mut figures: Vec<_> = transfers.figures(&transfers).into();
		let all = phases.iter().chain(&market);
		figures.extend(all.flat_map(|phase| phase.figures(&transfers)));
		figures.extend(ratios(&transfers, &phases));
		figures.push(ratio_of_a_job(&transfers, &phases));
		figures.extend(ratios(&transfers, &market));
		Ok(figures)
	}

	/// Money for the customers, machines for the owner, an offer for each machine.
	async fn set_up(&mut self, node: &mut Node) -> Result<()> {
		let endowments = self.crowd.endowments();
		self.phase(node, "endowments", endowments).await?;
		let registrations = self.crowd.registrations();
		self.phase(node, "registrations", registrations).await?;
		let offers = self.crowd.offers().await?;
		self.phase(node, "offers", offers).await?;
		Ok(())
	}

	/// Signs all calls, throws them into the pool at once, and waits until they are in blocks.
	async fn phase(&mut self, node: &mut Node, name: &'static str, calls: Vec<Unsigned>) -> Result<Phase> {
		let numbered = self.crowd.number(calls).await?;
		let signed = self.crowd.sign(&numbered).await?;
		let count = signed.len() as u64;
		while self.log.next_line()?.is_some() {}
		let start = Instant::now();
		self.crowd
			.send(&signed)
			.try_for_each(|_| async { Ok(()) })
			.await
			.with_context(|| format!("{name}: refused"))?;
		eprintln!(
			"{name}: {count} calls in the pool after {:.1} s",
			start.elapsed().as_secs_f64()
		);

		let (mut blocks, mut done) = (Vec::new(), 0);
		while done < count {
			ensure!(
				start.elapsed() < PHASE_LIMIT,
				"{name}: only {done} of {count} calls are in blocks after {PHASE_LIMIT:?}"
			);
			let made = self.next_block(node).await?;
			done += made.calls;
			blocks.push(made);
			// Under such a load the pool may forget a call, and those behind it wait for it. A client sends it again; of
			// the others the node says that it has them.
			if made.calls == 0 && done < count {
				eprintln!("{name}: {} calls are missing, all are sent again", count - done);
				self.crowd.send(&signed).for_each(|_| async {}).await;
			}
		}
		let last = blocks.last().map_or(0, |block| block.number);
		self.crowd
			.chain()
			.wait_for("the last of the blocks", PHASE_LIMIT, async |view| {
				Ok((view.number() >= last).then_some(()))
			})
			.await?;
		Phase::of(name, &blocks)
	}

	/// The next block that the node makes.
	async fn next_block(&mut self, node: &mut Node) -> Result<Made> {
		let log = &mut self.log;
		wait_until("the next block", BLOCK_LIMIT, || {
			let looked = node.process().ensure_running().and_then(|()| {
				while let Some(line) = log.next_line()? {
					if let Some(made) = Made::parse(&line) {
						return Ok(Some(made));
					}
				}
				Ok(None)
			});
			async { looked }
		})
		.await
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const LINE: &str = "2026-11-23 10:00:00 🎁 Prepared block for proposing at 12 (345 ms) hash: 0xab; parent_hash: 0xcd; end: HitBlockWeightLimit; extrinsics_count: 1203";

	#[test]
	fn reads_what_the_block_author_logs() {
		assert_eq!(
			Made::parse(LINE),
			Some(Made {
				number: 12,
				millis: 345.0,
				calls: 1201,
				full: true
			})
		);
		let idle = LINE.replace("HitBlockWeightLimit", "NoMoreTransactions");
		assert_eq!(Made::parse(&idle).map(|made| made.full), Some(false));
		assert_eq!(Made::parse("Imported #12"), None);
	}

	#[test]
	fn a_full_block_counts_before_a_larger_one_that_was_not_full() {
		let made = |calls, full| Made {
			number: 1,
			millis: 100.0,
			calls,
			full,
		};
		let phase = Phase::of("x", &[made(10, false), made(100, true), made(120, false)]).unwrap();
		assert_eq!((phase.calls, phase.full, phase.micros_each), (100, true, 1_000.0));
		assert!(Phase::of("x", &[made(0, false)]).is_err());
	}
}
