//! `make demo` and `make run` themselves.

use anyhow::{Context, Result};
use bpiiot_harness::process::{within, Process};
use nix::{
	sys::signal::{kill, Signal},
	unistd::Pid,
};
use serde_json::Value;
use std::{path::Path, time::Duration};

const DEMO: &str = env!("CARGO_BIN_EXE_bpiiot-demo");
const LIMIT: Duration = Duration::from_secs(540);

fn start(folder: &Path, arguments: &[&str]) -> Result<Process> {
	let arguments: Vec<_> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
	Process::spawn("bpiiot-demo", Path::new(DEMO), &arguments, &folder.join("demo.log"))
}

/// The line that tells how it went.
fn verdict(demo: &Process) -> Result<Value> {
	let text = demo.log().text();
	let objects = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
	objects
		.into_iter()
		.find(|object| object["what"] == "verdict")
		.with_context(|| format!("no verdict in:\n{text}"))
}

/// Runs the demonstration to this end, whole; gives its verdict.
async fn ends(arguments: &[&str], status: i32, paid: bool) -> Result<Value> {
	let folder = tempfile::tempdir()?;
	let mut demo = start(folder.path(), arguments)?;
	let ended = demo.wait(LIMIT).await?;
	assert_eq!(ended.code(), Some(status), "{}", demo.log().tail(40));
	let verdict = verdict(&demo)?;
	assert_eq!(
		(&verdict["paid"], &verdict["whole"]),
		(&Value::Bool(paid), &Value::Bool(true))
	);
	Ok(verdict)
}

#[tokio::test(flavor = "multi_thread")]
async fn long_the_demonstration_ends_paid_with_status_0() -> Result<()> {
	within(LIMIT, async {
		let folder = tempfile::tempdir()?;
		let mut demo = start(folder.path(), &["--json"])?;
		let status = demo.wait(LIMIT).await?;
		assert_eq!(status.code(), Some(0), "{}", demo.log().tail(40));
		let verdict = verdict(&demo)?;
		assert_eq!(
			(&verdict["paid"], &verdict["whole"]),
			(&Value::Bool(true), &Value::Bool(true))
		);
		let text = demo.log().text();
		for what in ["accepted", "moving", "readings", "made", "delivered", "paid"] {
			assert!(
				text.contains(&format!("\"what\":\"{what}\"")),
				"nothing of {what} in:\n{text}"
			);
		}
		Ok(())
	})
	.await
}

#[tokio::test(flavor = "multi_thread")]
async fn long_a_machine_without_a_board_does_the_job_over_modbus() -> Result<()> {
	within(LIMIT, async {
		for (arguments, status, paid) in [
			(vec!["--json", "--board", "modbus"], 0, true),
			(
				vec!["--json", "--board", "modbus", "--fault", "spindle-stall"],
				1,
				false,
			),
		] {
			ends(&arguments, status, paid).await?;
		}
		Ok(())
	})
	.await
}

#[tokio::test(flavor = "multi_thread")]
async fn long_a_machine_is_paid_in_a_stablecoin_and_never_has_the_native_token() -> Result<()> {
	within(LIMIT, async {
		for (arguments, status, paid) in [
			(vec!["--json", "--asset", "stable"], 0, true),
			(
				vec!["--json", "--asset", "stable", "--fault", "spindle-stall"],
				1,
				false,
			),
		] {
			let verdict = ends(&arguments, status, paid).await?;
			let machine = &verdict["balances"]["after"]["BPI"]["machine"];
			assert_eq!(
				(&machine["free"], &machine["reserved"]),
				(&Value::from("0"), &Value::from("0"))
			);
		}
		Ok(())
	})
	.await
}

#[tokio::test(flavor = "multi_thread")]
async fn long_a_disputed_rejection_ends_by_the_arbiters_ruling_or_by_his_silence() -> Result<()> {
	within(2 * LIMIT, async {
		for arguments in [
			["--json", "--dispute", "1", "--asset", "BPI"],
			["--json", "--dispute", "silent", "--asset", "BPI"],
			["--json", "--dispute", "1", "--asset", "stable"],
		] {
			let folder = tempfile::tempdir()?;
			let mut demo = start(folder.path(), &arguments)?;
			let ended = demo.wait(LIMIT).await?;
			assert_eq!(ended.code(), Some(0), "{}", demo.log().tail(40));
			let verdict = verdict(&demo)?;
			assert_eq!(verdict["whole"], Value::Bool(true));
			let text = demo.log().text();
			for what in ["rejected", "disputed", "case accepted", "ended"] {
				assert!(
					text.contains(&format!("\"what\":\"{what}\"")),
					"nothing of {what} in:\n{text}"
				);
			}
		}
		Ok(())
	})
	.await
}

#[tokio::test(flavor = "multi_thread")]
async fn long_the_demonstration_of_a_stalled_spindle_ends_with_a_refund_and_status_1() -> Result<()> {
	within(LIMIT, async {
		let folder = tempfile::tempdir()?;
		let mut demo = start(folder.path(), &["--json", "--fault", "spindle-stall"])?;
		let status = demo.wait(LIMIT).await?;
		assert_eq!(status.code(), Some(1), "{}", demo.log().tail(40));
		let verdict = verdict(&demo)?;
		assert_eq!(
			(&verdict["paid"], &verdict["whole"]),
			(&Value::Bool(false), &Value::Bool(true))
		);
		Ok(())
	})
	.await
}

#[tokio::test(flavor = "multi_thread")]
async fn long_ctrl_c_stops_everything_and_leaves_nothing_behind() -> Result<()> {
	within(LIMIT, async {
		let folder = tempfile::tempdir()?;
		let mut demo = start(folder.path(), &["--stay", "--json", "--block-time", "250"])?;
		let log = demo
			.wait_for_line("its node's log", LIMIT, |line| line.contains("node.log"))
			.await?;
		let line: Value = serde_json::from_str(&log)?;
		let log = line["log"].as_str().context("the path of the log")?;
		let world = Path::new(log).parent().context("the world's folder")?.to_owned();
		demo.wait_for_line("what to try", LIMIT, |line| line.contains("\"what\":\"what to try\""))
			.await?;
		let children = children_in(&world)?;
		assert_eq!(children.len(), 3, "node, board and client: {children:?}");

		let id = demo.pid().context("the demonstration runs")?;
		kill(Pid::from_raw(id as i32), Signal::SIGINT)?;
		let status = demo.wait(Duration::from_secs(60)).await?;
		assert_eq!(status.code(), Some(0), "{}", demo.log().tail(20));
		assert!(!world.exists(), "{} is still there", world.display());
		assert_eq!(children_in(&world)?, Vec::<String>::new());
		Ok(())
	})
	.await
}

/// The command lines of processes that name the folder.
fn children_in(folder: &Path) -> Result<Vec<String>> {
	let name = folder.display().to_string();
	let mut found = Vec::new();
	for process in std::fs::read_dir("/proc")? {
		// Gone meanwhile, or not a process.
		let Ok(line) = std::fs::read(process?.path().join("cmdline")) else {
			continue;
		};
		let line = String::from_utf8_lossy(&line).replace('\0', " ");
		if line.contains(&name) {
			found.push(line);
		}
	}
	Ok(found)
}
