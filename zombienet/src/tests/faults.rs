//! What breaks in the middle.

use super::Seen;
use crate::{
	network::{COLLATORS, FULL_NODE, VALIDATORS},
	partition::Partition,
	stage::Stage,
};
use anyhow::{ensure, Context, Result};
use bpiiot_harness::chain::Chain;
use futures::{future::try_join_all, try_join};
use serde_json::Value;
use std::{
	collections::BTreeMap,
	time::{Duration, Instant},
};
use tokio::time::sleep;

/// How long one node stays down.
const CRASH: Duration = Duration::from_secs(30);
/// How long a collator is cut off.
const PARTITION: Duration = Duration::from_secs(60);
/// Twenty relay blocks.
const OUTAGE: Duration = Duration::from_secs(20 * 6);
/// A gap between two blocks up to which the chain has not stood still, in milliseconds: the runtime's.
const ALLOWANCE: u64 = 60_000;

/// The collator that the client works by is killed while a job is made, and comes back.
pub async fn collator_crash(stage: &mut Stage) -> Result<Seen> {
	let mut shop = stage.shop().await?;
	let mut urls = BTreeMap::new();
	for name in COLLATORS {
		urls.insert(stage.network.url(name)?.to_owned(), name);
	}
	let in_use = |status: &Value| status["chain"]["endpoint"].as_str().unwrap_or_default().to_owned();
	let status = shop
		.status("it to work by a collator", |status| urls.contains_key(&in_use(status)))
		.await?;
	let url = in_use(&status);
	let killed = urls[&url];
	let ordered = shop.order(3).await?;
	ordered.news(&mut shop.world, "unit_made").await?;
	let other = |status: &Value| status["chain"]["connected"] == true && in_use(status) != url;
	let ((), status) = try_join!(stage.network.crash(killed, CRASH), shop.status("another node", other))?;
	shop.must_complete(ordered).await?;
	let height = stage.go_on(&shop.world.chain, 3).await?;
	stage.agree(&[COLLATORS[0], COLLATORS[1], FULL_NODE], height).await?;
	stage.give_back(shop);
	Ok(vec![
		format!("{killed} was down for {CRASH:?}; the job is paid, all nodes agree up to block {height}"),
		format!("the client worked by {url}, and went on by {}", in_use(&status)),
	])
}

/// A validator is killed and comes back. With one of two gone nothing is final, so what must hold is that all goes on
/// afterwards from where it was.
pub async fn validator_crash(stage: &mut Stage) -> Result<Seen> {
	let chain = stage.chain(FULL_NODE).await?;
	let before = chain.now().await?;
	stage.network.crash(VALIDATORS[1], 2 * CRASH).await?;
	let back = Instant::now();
	let height = stage.go_on(&chain, 5).await?;
	let took = back.elapsed().as_secs_f64();
	ensure!(
		chain.hash_at(before.number()).await? == before.hash(),
		"a finalized block was replaced"
	);
	stage.agree(&[COLLATORS[0], COLLATORS[1], FULL_NODE], height).await?;
	Ok(vec![format!(
		"{} was down for {:?}; five more blocks were final {took:.0} s after it was back",
		VALIDATORS[1],
		2 * CRASH
	)])
}

/// One collator's packets are dropped for a while.
pub async fn partition(stage: &mut Stage) -> Result<Seen> {
	let [_, cut_off] = COLLATORS;
	let (chain, other) = (stage.chain(FULL_NODE).await?, stage.chain(cut_off).await?);
	let partition = Partition::of(&stage.network, cut_off).await?;
	// What is under way settles.
	sleep(PARTITION / 4).await;
	let (before, stuck) = (chain.now().await?.number(), other.now().await?.number());
	sleep(PARTITION).await;
	let (after, still) = (chain.now().await?.number(), other.now().await?.number());
	partition.heal().await?;
	ensure!(
		still <= stuck + 1,
		"{cut_off} was not cut off: it went on from {stuck} to {still}"
	);
	ensure!(
		after > before,
		"the others did not go on without {cut_off}: {before}, {after}"
	);
	let healed = Instant::now();
	stage.agree(&[FULL_NODE, cut_off], after).await?;
	let took = healed.elapsed().as_secs_f64();
	let height = stage.go_on(&chain, 5).await?;
	stage.agree(&[COLLATORS[0], cut_off, FULL_NODE], height).await?;
	Ok(vec![format!(
		"the others finalized {before} to {after} meanwhile, {cut_off} stood at {still} and was up to date {took:.0} s after"
	)])
}

/// All collators are killed for twenty relay blocks while a job is made.
pub async fn collators_down(stage: &mut Stage) -> Result<Seen> {
	let mut shop = stage.shop().await?;
	let chain = shop.world.chain.clone();
	let before = chain.now().await?;
	let ordered = shop.order(3).await?;
	let deliver_by = job_deadline(&chain, ordered.job).await?;
	ordered.news(&mut shop.world, "unit_made").await?;
	let collators = stage.network.collators();
	try_join_all(collators.iter().map(|name| stage.network.crash(name, OUTAGE))).await?;
	stage.go_on(&chain, 3).await?;

	let (gap, stopped) = longest_gap(&chain, before.number()).await?;
	ensure!(
		u128::from(gap) >= OUTAGE.as_millis(),
		"the chain stood still for only {gap} ms"
	);
	ensure!(
		stopped == gap - ALLOWANCE,
		"the agreement clock stopped for {stopped} ms in a gap of {gap} ms"
	);
	// Deadlines are kept less the time that the chain stood still: the same number is now so much later.
	ensure!(
		job_deadline(&chain, ordered.job).await? == deliver_by,
		"the deadline's record changed"
	);
	shop.must_complete(ordered).await?;
	stage.give_back(shop);
	Ok(vec![format!(
		"no block for {:.1} s, so deadlines are {:.1} s later; the job is paid",
		gap as f64 / 1e3,
		stopped as f64 / 1e3
	)])
}

async fn job_deadline(chain: &Chain, job: u64) -> Result<u64> {
	Ok(chain
		.now()
		.await?
		.job(job)
		.await?
		.context("the job's record")?
		.deliver_by)
}

/// The longest time between two finalized blocks from this height on, and by how much the agreement clock stopped in it,
/// in milliseconds.
async fn longest_gap(chain: &Chain, from: u64) -> Result<(u64, u64)> {
	let newest = chain.now().await?.number();
	let mut before = chain.at_height(from).await?.clock().await?;
	let mut longest = (0, 0);
	for number in from + 1..=newest {
		let clock = chain.at_height(number).await?.clock().await?;
		longest = longest.max((clock.last - before.last, clock.stopped - before.stopped));
		before = clock;
	}
	Ok(longest)
}
