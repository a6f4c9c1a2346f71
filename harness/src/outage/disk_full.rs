//! The client on a disk that others have filled: the machine stays under control, nothing is done that cannot be written
//! down, what is dropped is told, and all goes on when there is space again.

use super::{
	full_disk::{Ballast, SmallDisk},
	memory::Memory,
	stage::{Ended, Stage, DRAIN, LOOK},
	table::Table,
};
use crate::{broker::Heard, chain::Outcome, ordered::Ordered};
use anyhow::{ensure, Context, Result};
use iot_client::evidence::Evidence;
use serde_json::Value;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// The disk, in MiB: what the client needs, and some room for readings.
const DISK_MIB: u64 = 32;
/// How long the client may take to do what it must do at once.
const SOON: Duration = Duration::from_secs(20);
/// How long it may take until what was lost is told: the client says so once a minute at most.
const TOLD: Duration = Duration::from_secs(180);
/// A rule that stops the machine.
const RULES: &str = "\
[[rule]]
name = \"door\"
when = \"door_closed < 1\"
severity = \"alarm\"
then = [{ stop = \"The door is open.\" }]
";

/// What the client's log says when the journal can be written no more.
const JOURNAL_FAILED: &str = "until the journal can be written";

/// What was seen on the full disk.
struct Seen {
	memory: Memory,
	stopped: Duration,
	ballast: u64,
	/// Readings in the evidence of the job that ran.
	readings: usize,
	/// How often the journal could not be written or opened.
	journal: usize,
	/// Whether the machine moved for the order that came meanwhile.
	began: bool,
}

/// Fills the disk for so long while a job runs.
///
/// # Errors
/// When the client dies, a rule does not stop the machine, something is missing that was not said to be, or the machine does
/// not go on by itself when there is space again.
pub async fn run(full: Duration, tell: &mut impl FnMut(&str)) -> Result<Table> {
	let mut stage = Stage::set("\n[rules]\nfile = \"rules.toml\"\n").await?;
	stage.world.site.add_file("rules.toml", RULES)?;
	stage.disk = Some(SmallDisk::mount(&stage.world.site.state(), DISK_MIB).await?);
	stage.open().await?;
	let free = disk(&stage)?.free()?;
	let ordered = stage.order(3).await?;
	let job = ordered.job;
	stage.wait_for(job, "output", DRAIN).await?;
	tell(&format!("job {job} runs; the disk is filled, and the broker goes away"));
	stage.broker.down().await?;
	let ballast = disk(&stage)?.fill()?;
	let (seen, second) = with_full_disk(&mut stage, job, ballast, full).await?;

	tell("there is space again, and the broker is back");
	stage.broker.up().await?;
	let space = Instant::now();
	let (first_outcome, _) = stage.follow(ordered).await?;
	ensure!(
		matches!(first_outcome, Outcome::Completed | Outcome::GivenUp),
		"job {job} ended as {first_outcome:?}"
	);
	let (second_outcome, _) = stage.follow(second).await?;
	ensure!(
		second_outcome == Outcome::Completed,
		"the order on the full disk ended as {second_outcome:?}"
	);
	let recovered = space.elapsed();
	let why = stage.aborted.get(&job).map_or("it was not stopped", String::as_str);
	let first = format!("{first_outcome:?}: {why}");
	stage.job(1).await?;
	let fine = |status: &Value| status["cloud"]["disk_full"] == false && no_word_of_the_disk(status);
	stage
		.daemon()?
		.wait_for_status("no word of the disk any more", DRAIN, fine)
		.await?;
	wait_until_told(&mut stage).await?;
	let ended = stage.end().await?;
	seen.memory.must_be_flat("on the full disk")?;
	judge(&ended)?;
	Ok(table(full, free, &seen, (first, recovered), &ended))
}

fn disk(stage: &Stage) -> Result<&SmallDisk> {
	stage.disk.as_ref().context("the client's state has a disk of its own")
}

/// The door is opened, an order comes, and the client must live.
async fn with_full_disk(stage: &mut Stage, job: u64, ballast: Ballast, full: Duration) -> Result<(Seen, Ordered)> {
	let (began, sampler) = (Instant::now(), stage.sampler());
	idle(stage, full / 4).await?;
	let opened = Instant::now();
	stage.world.own_board()?.tell("door open").await?;
	wait_for_log(stage, "a rule to stop the machine", &["\"door\"", "raised"]).await?;
	let stopped = opened.elapsed();
	idle(stage, full / 4).await?;
	stage.world.own_board()?.tell("door closed").await?;
	wait_for_log(stage, "the rule to be cleared", &["\"door\"", "cleared"]).await?;
	let second = stage.order(1).await?;
	while began.elapsed() < full {
		idle(stage, LOOK).await?;
	}
	// The job is over, one way or the other, and what was measured is on the full disk.
	let evidence = Evidence::load(&stage.world.site.state(), job)?;
	let readings = evidence.map_or(0, |evidence| evidence.readings.len());
	ensure!(
		readings > 0,
		"there is no evidence of job {job}, which ran when the disk was filled"
	);
	let seen = Seen {
		memory: sampler.end(),
		readings,
		stopped,
		ballast: ballast.bytes(),
		journal: stage.daemon()?.log_text().matches(JOURNAL_FAILED).count(),
		began: stage.has_begun(second.job),
	};
	Ok((seen, second))
}

/// Time passes, and the client lives.
async fn idle(stage: &mut Stage, time: Duration) -> Result<()> {
	let began = Instant::now();
	while began.elapsed() < time {
		stage.listen()?;
		sleep(LOOK).await;
	}
	Ok(())
}

async fn wait_for_log(stage: &mut Stage, what: &str, words: &[&str]) -> Result<()> {
	let until = Instant::now() + SOON;
	loop {
		stage.listen()?;
		let log = stage.daemon()?.log_text();
		if log.lines().any(|line| words.iter().all(|word| line.contains(word))) {
			return Ok(());
		}
		ensure!(
			Instant::now() < until,
			"waited {SOON:?} for {what}; the client's log ends with:\n{}",
			stage.daemon()?.log_tail()
		);
		sleep(LOOK).await;
	}
}

/// Waits until the cloud has heard of all that the client says it lost.
async fn wait_until_told(stage: &mut Stage) -> Result<()> {
	let until = Instant::now() + TOLD;
	loop {
		stage.listen()?;
		let status = stage.world.site.status().unwrap_or_default();
		let (lost, told) = (lost(&status), not_kept(stage.broker.heard()?));
		if status["cloud"].is_object() && lost == told {
			return Ok(());
		}
		ensure!(
			Instant::now() < until,
			"after {TOLD:?} the client says that it lost {lost} messages, and told the cloud of {told}"
		);
		sleep(LOOK).await;
	}
}

fn no_word_of_the_disk(status: &Value) -> bool {
	let alarms = status["alarms"].as_array().into_iter().flatten();
	!alarms.filter_map(Value::as_str).any(|alarm| alarm.contains("disk"))
}

/// All that never came was said to be dropped, and the cloud was told of the disk.
fn judge(ended: &Ended) -> Result<()> {
	ended.must_be_in_order()?;
	let (missing, dropped) = (ended.heard.missing().len() as u64, ended.heard.dropped());
	ensure!(
		missing == dropped,
		"{missing} messages never came, and {dropped} were said to be dropped"
	);
	let (lost, told) = (lost(&ended.status), not_kept(&ended.heard));
	ensure!(
		lost == told,
		"{lost} messages never came into the outbox, and the cloud was told of {told}"
	);
	let alarmed = ended
		.heard
		.told
		.iter()
		.any(|(kind, alarm)| kind == "alarms" && alarm.to_string().contains("disk"));
	ensure!(alarmed, "no alarm told of the disk");
	Ok(())
}

/// Messages that never came into the outbox, as the client's status has it.
fn lost(status: &Value) -> u64 {
	status["cloud"]["lost"].as_u64().unwrap_or_default()
}

/// The same, as the cloud was told.
fn not_kept(heard: &Heard) -> u64 {
	let events = heard.told.iter().filter(|(_, event)| event["event"] == "not-kept");
	events.filter_map(|(_, event)| event["messages"].as_u64()).sum()
}

fn table(full: Duration, free: u64, seen: &Seen, (first, recovered): (String, Duration), ended: &Ended) -> Table {
	let mut table = Table::new(format!(
		"the client, with its disk full and no broker for {:.0} s",
		full.as_secs_f64()
	));
	table.say(
		"simulated",
		"the board and its machine; the disk is memory (tmpfs), what is freed is taken at once",
	);
	table.say("real", "client, node, broker");
	table.say(
		"filled",
		format!("{} of {free} free bytes, of {DISK_MIB} MiB", seen.ballast),
	);
	table.say("the client", "lived");
	table.say(
		"from the open door to the rule",
		format!("{:.1} s", seen.stopped.as_secs_f64()),
	);
	let began = match seen.began {
		true => "was begun: the journal could be written",
		false => "was not begun",
	};
	table.say("the order that came meanwhile", format!("{began}; done and paid later"));
	table.say("the job that ran", first);
	table.say("its evidence, on the full disk", format!("{} readings", seen.readings));
	table.say(
		"the journal",
		match seen.journal {
			0 => "could be written all the while".to_owned(),
			times => format!("could not be written or opened {times} times, and is open again"),
		},
	);
	table.say(
		"from space to both settled",
		format!("{:.1} s", recovered.as_secs_f64()),
	);
	table.say(
		"dropped, and told the cloud",
		format!(
			"{} messages of the outbox, {} that it could not take",
			ended.heard.dropped(),
			not_kept(&ended.heard)
		),
	);
	table.say("missing without a word", 0);
	let alarms = ended.heard.told.iter().filter(|(kind, _)| kind == "alarms");
	for (_, alarm) in alarms {
		let text = alarm["text"]
			.as_str()
			.or_else(|| alarm["rule"].as_str())
			.unwrap_or_default();
		table.say(
			"told the cloud",
			format!("{}: {text}", alarm["event"].as_str().unwrap_or_default()),
		);
	}
	table.say("memory, full disk", &seen.memory);
	table
}
