//! The client with no node: it goes on with the job, goes on measuring, and tells the chain later what it must know.

use super::{
	memory::Memory,
	stage::{Stage, DRAIN, LOOK},
	table::Table,
};
use crate::chain::{JobState, Outcome};
use anyhow::{ensure, Context, Result};
use serde_json::Value;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// Units of the job that goes on with no node.
const UNITS: u32 = 3;
/// How long the client may take to notice.
const NOTICE: Duration = Duration::from_secs(90);

/// What was seen while the node was away.
struct Seen {
	memory: Memory,
	/// Readings that reached the broker meanwhile.
	readings: u64,
	/// Units that were made meanwhile.
	units: u32,
	status: Value,
}

/// Takes the node away for so long while a job runs, and for a sixth of that while none does.
///
/// # Errors
/// When the job is not done and paid, anything was sent twice, a reading is lost, or memory grows.
pub async fn run(away: Duration, tell: &mut impl FnMut(&str)) -> Result<Table> {
	let mut stage = Stage::set("").await?;
	stage.open().await?;
	let ordered = stage.order(UNITS).await?;
	let job = ordered.job;
	stage.wait_for(job, "output", DRAIN).await?;
	tell(&format!("job {job} runs; the node goes away"));
	let working = without_node(&mut stage, away, job).await?;
	// The first may have been made while the node ended.
	ensure!(
		working.units + 1 >= UNITS,
		"{} units of {UNITS} were made with no node",
		working.units
	);
	let shown = working.status["jobs"][0]["doing"]
		.as_str()
		.unwrap_or_default()
		.to_owned();
	let state = stage
		.world
		.chain
		.now()
		.await?
		.job(job)
		.await?
		.context("the job's record")?
		.state;
	ensure!(
		matches!(state, JobState::Started | JobState::Delivered),
		"job {job} is {state:?} when the node is back"
	);
	let back = Instant::now();
	let outcome = stage.settle(ordered).await?;
	ensure!(outcome == Outcome::Completed, "job {job} ended as {outcome:?}");
	let paid = back.elapsed();

	let idle_for = (away / 6).max(Duration::from_secs(20));
	tell(&format!(
		"job {job} is done and paid; the node goes away while nothing runs"
	));
	let idle = without_node(&mut stage, idle_for, job).await?;
	stage.job(1).await?;
	let ended = stage.end().await?;
	ended.must_be_whole()?;
	working.memory.must_be_flat("with no node, at work")?;
	idle.memory.must_be_flat("with no node, idle")?;

	let mut table = Table::new(format!(
		"the client, with no node for {:.0} s at work and {:.0} s idle",
		away.as_secs_f64(),
		idle_for.as_secs_f64()
	));
	table.say("simulated", "the board and its machine; the time is real");
	table.say(
		"real",
		"client, node, broker, disk; readings of each channel every 20 ms",
	);
	table.say("made with no node", format!("{} units of {UNITS}", working.units));
	table.say("its status meanwhile", shown);
	table.say("from the node's return to paid", format!("{:.1} s", paid.as_secs_f64()));
	table.say("calls refused in a block", 0);
	table.say(
		"told the broker meanwhile",
		format!("{} readings at work, {} idle", working.readings, idle.readings),
	);
	table.say(
		"arrived",
		format!(
			"{} messages with {} readings, all that the client had, in order; {} came again",
			ended.heard.numbers.len(),
			ended.heard.readings,
			ended.repeated()
		),
	);
	table.say("memory, at work", working.memory);
	table.say("memory, idle", idle.memory);
	Ok(table)
}

/// Takes the node away, and brings it back on the same chain and port.
async fn without_node(stage: &mut Stage, away: Duration, job: u64) -> Result<Seen> {
	stage.world.own_node()?.stop().await?;
	let (began, sampler) = (Instant::now(), stage.sampler());
	let before = stage.broker.heard()?.readings;
	let alone = |status: &Value| status["chain"]["connected"] == false;
	stage
		.daemon()?
		.wait_for_status("the client to miss its node", NOTICE, alone)
		.await?;
	let mut units = 0;
	while began.elapsed() < away {
		let made = |news: &&crate::client::News| news.job == job && news.event == "unit_made";
		units += stage.listen()?.iter().filter(made).count() as u32;
		stage.broker.heard()?;
		sleep(LOOK).await;
	}
	let status = stage.daemon()?.wait_for_status("its status", NOTICE, alone).await?;
	let readings = stage.broker.heard()?.readings - before;
	ensure!(readings > 0, "nothing was told to the broker while there was no node");
	let memory = sampler.end();

	let world = &mut stage.world;
	let node = world.own_node()?;
	*node = node.setup().clone().start()?;
	world.chain = node.ready().await?;
	world.auditor = world.auditor.go_on(world.chain.clone());
	Ok(Seen {
		memory,
		readings,
		units,
		status,
	})
}
