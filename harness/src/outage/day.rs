//! A whole simulated day without a broker: the outbox and the bridge alone, in a process of their own.

use super::{
	arrivals::{Arrivals, Tried},
	lines::Lines,
	memory::Sampler,
	table::Table,
};
use crate::{
	broker::Broker,
	process::{binary, Process},
	world::temporary_folder,
};
use anyhow::{ensure, Context, Result};
use serde::Deserialize;
use serde_json::Value;
use std::{
	fs,
	path::Path,
	time::{Duration, Instant},
};
use tokio::time::sleep;

/// How long a simulated hour may take.
const HOUR_LIMIT: Duration = Duration::from_secs(900);
/// How long the whole delivery may take.
const DELIVERY_LIMIT: Duration = Duration::from_secs(7_200);
/// How long the listener may be behind the broker.
const LISTENER_LIMIT: Duration = Duration::from_secs(300);
/// How often what arrived is looked at.
const LOOK: Duration = Duration::from_millis(250);

/// A piece of news of `bpiiot-cloud-day`.
#[derive(Debug, Deserialize)]
struct News {
	event: String,
	#[serde(default)]
	hour: u64,
	#[serde(default)]
	tried: Tried,
	#[serde(default)]
	stats: Value,
}

/// Lives through so many simulated hours with no broker, with an outbox of so many MiB, and looks what arrives then.
///
/// # Errors
/// When anything is missing that is not said to be, out of order, or memory grows.
pub async fn run(hours: u64, most_mib: u64, tell: &mut impl FnMut(&str)) -> Result<Table> {
	let folder = temporary_folder()?;
	let mut broker = Broker::start(folder.path()).await?;
	broker.down().await?;
	let mut day = start(&broker, folder.path(), hours, most_mib)?;
	let pid = day.pid().context("the process runs")?;
	let (began, sampler) = (Instant::now(), Sampler::start(pid));
	let filled = fill(&mut day, tell).await?;
	let (filling, took) = (sampler.end(), began.elapsed());

	let (began, sampler) = (Instant::now(), Sampler::start(pid));
	broker.up().await?;
	let mut lines = Lines::open(broker.heard_log())?;
	let mut arrivals = Arrivals::default();
	let delivered = drain(&mut day, &mut lines, &mut arrivals).await?;
	let (draining, delivery) = (sampler.end(), began.elapsed());
	hear_the_rest(&mut lines, &mut arrivals, &filled.tried).await?;
	arrivals.must_be_all(&filled.tried)?;
	filling.must_be_flat("while the broker was down")?;
	draining.must_be_flat("while all was delivered")?;
	let ended = day.wait(LISTENER_LIMIT).await?;
	ensure!(
		ended.success(),
		"bpiiot-cloud-day: {ended}; its log ends with:\n{}",
		day.log().tail(10)
	);
	broker.stop().await?;

	let (figures, told) = (dropped(&delivered.stats), arrivals.dropped.values().sum::<u64>());
	ensure!(
		figures == told,
		"the outbox counts {figures} messages that were dropped, and its records tell of {told}"
	);

	let mut table = Table::new(format!(
		"{hours} simulated hours with no broker, an outbox of {most_mib} MiB"
	));
	table.say(
		"simulated",
		format!(
			"the clock: {hours} h passed in {:.0} s; and the readings, 6 channels of 10 Hz",
			took.as_secs_f64()
		),
	);
	table.say("real", "outbox and bridge as the daemon has them, the disk, the broker");
	describe(&mut table, &filled, &arrivals);
	table.say("memory, no broker", filling);
	table.say(
		"memory, delivery",
		format!("{draining}; it took {:.0} s", delivery.as_secs_f64()),
	);
	folder.close()?;
	Ok(table)
}

/// What the outbox counts as dropped or refused.
fn dropped(stats: &Value) -> u64 {
	let lanes = stats["lanes"].as_array().into_iter().flatten();
	let keys = ["dropped_for_room", "dropped_for_age", "refused"];
	lanes
		.map(|lane| keys.iter().filter_map(|key| lane[key].as_u64()).sum::<u64>())
		.sum()
}

fn describe(table: &mut Table, filled: &News, arrivals: &Arrivals) {
	let (waited, tried) = (&filled.stats, &filled.tried);
	table.say(
		"put",
		format!(
			"{} batches with {} readings, {} events, {} alarms",
			tried.readings,
			tried.readings * 60,
			tried.events,
			tried.alarms
		),
	);
	table.say(
		"waited",
		format!(
			"{} bytes of at most {}, a file of {}",
			waited["used_bytes"], waited["max_bytes"], waited["file_bytes"]
		),
	);
	table.say(
		"arrived",
		format!(
			"{} messages with {} readings, in order, each value as measured; {} came again",
			arrivals.messages.values().sum::<u64>(),
			arrivals.readings,
			arrivals.repeated
		),
	);
	table.say(
		"made smaller",
		format!(
			"{} batches arrived with {} readings fewer, and say so",
			arrivals.reduced, arrivals.reduced_by
		),
	);
	table.say(
		"dropped",
		format!(
			"{:?}, by the outbox's figures and by its records at the broker",
			arrivals.dropped
		),
	);
	table.say("missing without a word", 0);
}

fn start(broker: &Broker, folder: &Path, hours: u64, most_mib: u64) -> Result<Process> {
	let place = folder.join("day");
	fs::create_dir_all(&place)?;
	let arguments = [
		broker.url(),
		place.display().to_string(),
		hours.to_string(),
		most_mib.to_string(),
	];
	let program = binary("bpiiot-cloud-day")?;
	Process::spawn("bpiiot-cloud-day", &program, &arguments, &folder.join("day.log"))
}

/// Waits for the end of the day.
async fn fill(day: &mut Process, tell: &mut impl FnMut(&str)) -> Result<News> {
	loop {
		let news = next(day, HOUR_LIMIT).await?;
		if news.event == "filled" {
			return Ok(news);
		}
		tell(&format!(
			"hour {}: {} bytes wait, a file of {}",
			news.hour, news.stats["used_bytes"], news.stats["file_bytes"]
		));
	}
}

async fn next(day: &mut Process, limit: Duration) -> Result<News> {
	let line = day
		.wait_for_line("what it did", limit, |line| line.starts_with('{'))
		.await?;
	serde_json::from_str(&line).with_context(|| format!("bpiiot-cloud-day says what is no news: {line}"))
}

/// Takes what arrives until nothing waits any more.
async fn drain(day: &mut Process, lines: &mut Lines, arrivals: &mut Arrivals) -> Result<News> {
	let until = Instant::now() + DELIVERY_LIMIT;
	loop {
		while let Some(line) = lines.next_line()? {
			arrivals.take(&line);
		}
		// Looked at first: its last word comes just before its end.
		let runs = day.ensure_running();
		while let Some(line) = day.next_line()? {
			if line.starts_with('{') {
				return serde_json::from_str(&line).with_context(|| format!("no news: {line}"));
			}
		}
		runs?;
		ensure!(Instant::now() < until, "not delivered after {DELIVERY_LIMIT:?}");
		sleep(LOOK).await;
	}
}

async fn hear_the_rest(lines: &mut Lines, arrivals: &mut Arrivals, tried: &Tried) -> Result<()> {
	let until = Instant::now() + LISTENER_LIMIT;
	while !arrivals.is_complete(tried) && Instant::now() < until {
		while let Some(line) = lines.next_line()? {
			arrivals.take(&line);
		}
		sleep(LOOK).await;
	}
	Ok(())
}
