//! `make demo STORY=restock` itself, and the same with somebody killed at each of its steps.

use anyhow::{Context, Result};
use bpiiot_harness::process::{within, Process};
use serde_json::Value;
use std::{path::Path, time::Duration};

const DEMO: &str = env!("CARGO_BIN_EXE_bpiiot-demo");
const LIMIT: Duration = Duration::from_secs(900);
/// All steps at which somebody may be killed.
const STEPS: [&str; 7] = ["low", "raised", "bid", "agreed", "awarded", "delivered", "paid"];

/// Tells the story with these killed, to its end, whole.
async fn told(kills: &[String]) -> Result<()> {
	let folder = tempfile::tempdir()?;
	let mut arguments = ["--story=restock", "--json", "--block-time=400"]
		.map(str::to_owned)
		.to_vec();
	arguments.extend(kills.iter().map(|kill| format!("--kill={kill}")));
	let log = folder.path().join("demo.log");
	let mut demo = Process::spawn("bpiiot-demo", Path::new(DEMO), &arguments, &log)?;
	let ended = demo.wait(LIMIT).await?;
	let text = demo.log().text();
	assert_eq!(ended.code(), Some(0), "{}", demo.log().tail(60));
	let objects: Vec<Value> = text
		.lines()
		.filter_map(|line| serde_json::from_str(line).ok())
		.collect();
	let verdict = objects.iter().find(|object| object["what"] == "verdict");
	let verdict = verdict.with_context(|| format!("no verdict in:\n{text}"))?;
	assert_eq!(verdict["whole"], Value::Bool(true), "{verdict}");
	let killed = objects.iter().filter(|object| object["what"] == "killed").count();
	assert_eq!(killed, kills.len(), "everybody was killed who was to be");
	Ok(())
}

fn at_each_step(who: &str) -> Vec<String> {
	STEPS.map(|step| format!("{who}@{step}")).to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn long_a_machine_buys_oil_and_pays_when_its_sensor_has_seen_it() -> Result<()> {
	within(LIMIT, told(&[])).await
}

#[tokio::test(flavor = "multi_thread")]
async fn long_a_client_that_is_killed_at_each_step_buys_and_pays_once() -> Result<()> {
	within(LIMIT, told(&at_each_step("client"))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn long_a_node_that_is_stopped_at_each_step_holds_nobody_up_for_good() -> Result<()> {
	within(LIMIT, told(&at_each_step("node"))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn long_suppliers_who_are_killed_at_each_step_bid_and_deliver_once() -> Result<()> {
	within(LIMIT, told(&at_each_step("suppliers"))).await
}
