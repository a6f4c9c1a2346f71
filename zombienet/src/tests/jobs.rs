//! Jobs on a network where nothing breaks.

use super::Seen;
use crate::{
	network::{COLLATORS, FULL_NODE},
	stage::Stage,
};
use anyhow::{ensure, Context, Result};
use bpiiot_harness::{
	chain::{JobState, Outcome},
	world::account_of,
};
use iot_client::chain::light::LightReport;
use serde_json::Value;
use std::time::Instant;

/// A job's whole life through a collator; the full node says the same of it.
pub async fn life_cycle(stage: &mut Stage) -> Result<Seen> {
	let start = Instant::now();
	let mut shop = stage.shop().await?;
	let opened = start.elapsed().as_secs_f64();
	let by = stage.network.url(COLLATORS[0])?;
	let status = shop
		.status("it to work by a collator", |status| status["chain"]["endpoint"] == by)
		.await?;
	ensure!(status["chain"]["trust"] == "confirmed", "{status}");
	let ordered = shop.order(2).await?;
	let (job, machine) = (ordered.job, shop.machine);
	shop.must_complete(ordered).await?;
	let took = start.elapsed().as_secs_f64() - opened;

	let there = shop.world.chain.now().await?;
	stage.agree(&[COLLATORS[0], FULL_NODE], there.number()).await?;
	let here = stage.chain(COLLATORS[0]).await?.at_height(there.number()).await?;
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
	stage.give_back(shop);
	Ok(vec![
		format!("machine registered, funded, offered and on line in {opened:.0} s; from order to payment {took:.0} s"),
		"each step was proved against a second node before it was taken".to_owned(),
	])
}

/// The client follows the relay chain's finality by itself, and does a job that one node tells it of and nobody but its light
/// client confirms.
pub async fn light_client(stage: &mut Stage) -> Result<Seen> {
	let mut shop = stage.shop().await?;
	let specs = stage.network.write_specs(shop.world.site.folder())?;
	let world = &mut shop.world;
	if let Some(daemon) = &mut world.daemon {
		daemon.stop().await?;
	}
	let (board, url) = (
		world.board.as_ref().context("the board")?,
		stage.network.url(FULL_NODE)?,
	);
	let text = world.site.configuration_with_light_client(board.port(), url, &specs);
	world.site.use_program("iot-client-light");
	world.site.configure(&text)?;

	let answer = world.site.run(&["light-client"]).await?;
	let answer: Value = serde_json::from_str(&answer.said).context("what it said is no JSON")?;
	ensure!(answer["agrees"] == true, "{answer}");
	let report: LightReport = serde_json::from_value(answer["light_client"].clone())?;

	world.start_daemon()?.ready().await?;
	let ordered = shop.order(1).await?;
	shop.must_complete(ordered).await?;
	let status = shop
		.status("its light client", |status| status["chain"]["light_client"].is_object())
		.await?;
	let working: LightReport = serde_json::from_value(status["chain"]["light_client"].clone())?;
	shop.world.stop().await?;
	Ok(vec![
		format!("agrees with {FULL_NODE}: {report}"),
		format!("a job was paid with one endpoint and the light client for its witness: {working}"),
	])
}
