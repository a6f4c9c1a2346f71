//! The client with no broker: it measures at the board's full speed, does jobs, and tells everything later.

use super::{
	stage::{Stage, DRAIN, LOOK},
	table::Table,
};
use anyhow::{ensure, Result};
use serde_json::Value;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// Takes the broker away for so long.
///
/// # Errors
/// When anything does not arrive, or not in order, or memory grows, or a job is not done and paid meanwhile.
pub async fn run(away: Duration, tell: &mut impl FnMut(&str)) -> Result<Table> {
	let mut stage = Stage::set("").await?;
	stage.open().await?;
	stage.broker.down().await?;
	tell("the broker is down");
	let (began, sampler) = (Instant::now(), stage.sampler());
	let mut jobs = 0;
	while began.elapsed() < away {
		if jobs == 0 || began.elapsed() < away / 2 {
			stage.job(1).await?;
			jobs += 1;
		}
		stage.listen()?;
		sleep(LOOK).await;
	}
	let memory_down = sampler.end();
	let waits = |status: &Value| status["cloud"]["online"] == false && status["cloud"]["waiting"] != 0;
	let down = stage.daemon()?.wait_for_status("what waits", DRAIN, waits).await?;

	tell(&format!("{jobs} jobs were done and paid; the broker is up again"));
	let (began, sampler) = (Instant::now(), stage.sampler());
	stage.broker.up().await?;
	let few = |status: &Value| {
		let waiting = status["cloud"]["waiting"].as_u64();
		status["cloud"]["online"] == true && waiting.is_some_and(|waiting| waiting < 10)
	};
	stage
		.daemon()?
		.wait_for_status("what waited to be delivered", DRAIN, few)
		.await?;
	let delivery = began.elapsed();
	// So that there is enough to judge by.
	while began.elapsed() < Duration::from_secs(20) {
		stage.broker.heard()?;
		sleep(LOOK).await;
	}
	let memory_up = sampler.end();
	let ended = stage.end().await?;
	ended.must_be_whole()?;
	let cloud = &ended.status["cloud"];
	ensure!(
		cloud["dropped"] == 0 && cloud["lost"] == 0,
		"something was dropped: {cloud}"
	);
	memory_down.must_be_flat("while the broker was down")?;
	memory_up.must_be_flat("while all was delivered")?;

	let mut table = Table::new(format!("the client, with no broker for {:.0} s", away.as_secs_f64()));
	table.say(
		"simulated",
		"the board and its machine; the time is real, so it is no day",
	);
	table.say(
		"real",
		"client, node, broker, disk; readings of each channel every 20 ms",
	);
	table.say("jobs done and paid meanwhile", jobs);
	table.say(
		"waited",
		format!(
			"{} messages, {} bytes",
			down["cloud"]["waiting"], down["cloud"]["bytes"]
		),
	);
	table.say("until delivered", format!("{:.1} s", delivery.as_secs_f64()));
	table.say(
		"arrived",
		format!(
			"{} messages with {} readings, all that the client had, in order; {} came again",
			ended.heard.numbers.len(),
			ended.heard.readings,
			ended.repeated()
		),
	);
	table.say("memory, no broker", memory_down);
	table.say("memory, delivery", memory_up);
	Ok(table)
}
