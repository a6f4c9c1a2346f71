//! Jobs on a network where nothing breaks.

use super::Seen;
use crate::{
	network::{COLLATORS, FULL_NODE},
	stage::{must_complete, Stage},
};
use anyhow::{ensure, Context, Result};
use bpiiot_harness::{
	chain::{JobState, Outcome},
	ordered::Ordered,
	world::account_of,
};
use std::time::Instant;

/// A job's whole life through a collator; the full node says the same of it.
pub async fn life_cycle(stage: &mut Stage) -> Result<Seen> {
	let start = Instant::now();
	let (mut world, machine, offer) = stage.machine(COLLATORS[0]).await?;
	let opened = start.elapsed().as_secs_f64();
	let ordered = Ordered::new(&mut world, machine, offer, 2).await?;
	let job = ordered.job;
	must_complete(&mut world, ordered).await?;
	let took = start.elapsed().as_secs_f64() - opened;

	let here = world.chain.now().await?;
	stage.agree(&[COLLATORS[0], FULL_NODE], here.number()).await?;
	let there = stage.chain(FULL_NODE).await?.at_height(here.number()).await?;
	let (ours, theirs) = (
		here.job(job).await?,
		there.job(job).await?.context("the full node has no such job")?,
	);
	ensure!(
		ours.as_ref() == Some(&theirs),
		"collator and full node differ: {ours:?}, {theirs:?}"
	);
	ensure!(
		theirs.state == JobState::Settled(Outcome::Completed),
		"{:?}",
		theirs.state
	);
	for account in [machine.account, account_of("Owner"), account_of("Customer")] {
		let (ours, theirs) = (here.balance(&account).await?, there.balance(&account).await?);
		ensure!(
			ours == theirs,
			"collator and full node differ of {account}: {ours:?}, {theirs:?}"
		);
	}
	world.stop().await?;
	Ok(vec![format!(
		"machine registered, funded, offered and on line in {opened:.0} s; from order to payment {took:.0} s"
	)])
}
