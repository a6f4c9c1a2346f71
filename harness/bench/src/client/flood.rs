//! Many readings from the line into the store: 20,000 a second without growth, and the most that goes.
//!
//! The whole way is measured, by the program that is shipped: a played board writes frames into a pseudo-terminal, and what
//! counts in the end is what stands in the outbox's file after the client has ended.

use super::{
	build::Build,
	idle::{knows_manager, manager_section},
	line::PlayedBoard,
	plain,
	usage::{now, Usage},
};
use crate::alone::NO_NODE;
use anyhow::{ensure, Context, Result};
use bpiiot_harness::{
	client::{Daemon, Site},
	figure::{millis, Figure},
	process::free_port,
	world::temporary_folder,
};
use iot_outbox::{InFlight, Lane, Limits, Outbox, ReadingBatch, SystemClock};
use serde_json::Value;
use std::{path::Path, sync::Arc, time::Duration};
use tokio::time::{sleep, timeout};

/// What is wanted, in readings a second of all channels together.
const WANTED: u64 = 20_000;
/// What is tried when that is too much, until nothing is lost.
const LESS: [u64; 4] = [15_000, 10_000, 5_000, 2_000];
/// What is tried when it is not, until something is lost.
const MORE: [u64; 7] = [30_000, 40_000, 60_000, 80_000, 120_000, 160_000, 240_000];
/// How long each of these is tried.
const TRIAL: Duration = Duration::from_secs(6);
/// How long the wanted rate lasts, after it has settled.
const TIME: Duration = Duration::from_secs(30);
const SETTLES: Duration = Duration::from_secs(10);
const CHANNELS: u8 = 20;
/// The most that memory may grow, in MiB. What grows without end grows by more.
const MOST_GROWTH_MIB: f64 = 2.0;
/// The most readings that may wait to go onto the line at the end, as a share of a second's.
const LATE: f64 = 0.1;
const SECOND: Duration = Duration::from_secs(1);
/// From the last reading until everything is surely in the store: readings are gathered for a second, then written.
const STORED: Duration = Duration::from_secs(4);
const LIMIT: Duration = Duration::from_secs(60);
/// Readings of a batch when the gathering is full (`iot-client`'s gatherer).
const BATCH: u64 = 10_000;
/// Batches that the file for comparison gets.
const BATCHES: u32 = 40;

/// A broker that nobody is: everything stays in the outbox.
const CLOUD: &str = "\n[cloud]\nbroker = \"mqtt://127.0.0.1:9\"\nclient_id = \"bench\"\n";

/// What came of a rate.
#[derive(Clone, Copy, Debug)]
struct Run {
	rate: u64,
	sent: u64,
	stored: u64,
	/// Readings that waited for the line at the end.
	late: u64,
	/// Memory before, at its most, and at the end, in MiB.
	memory: [f64; 3],
	/// Of one core, in percent.
	processor: f64,
	/// Of the outbox's file.
	bytes: u64,
	/// Readings that the client itself says it was too slow for.
	missed: u64,
	manager: bool,
}

impl Run {
	fn lost(&self) -> u64 {
		self.sent.saturating_sub(self.stored)
	}

	/// Readings that are lost, or that piled up before the line: then the rate was not reached.
	fn lost_or_behind(&self) -> u64 {
		let piled_up = self.late as f64 >= LATE * self.rate as f64;
		self.lost() + if piled_up { self.late } else { 0 }
	}

	fn is_sustained(&self) -> bool {
		self.lost_or_behind() == 0
	}
}

/// Measures the wanted rate, then higher ones, and a plain file.
///
/// # Errors
/// When the client does not run.
pub async fn measure(build: &Build) -> Result<Vec<Figure>> {
	let wanted = run(WANTED, SETTLES, TIME).await?;
	let (mut most, mut too_much) = (None, None);
	let others: &[u64] = if wanted.is_sustained() { &MORE } else { &LESS };
	note(wanted, &mut most, &mut too_much);
	for rate in others {
		if most.is_some() && too_much.is_some() {
			break;
		}
		note(run(*rate, SECOND, TRIAL).await?, &mut most, &mut too_much);
	}
	let folder = temporary_folder()?;
	let plain = plain::append(folder.path(), BATCHES, BATCH, CHANNELS)?;
	Ok(table(build, &wanted, most.as_ref(), too_much.as_ref(), &plain))
}

/// Keeps the highest rate that went and the lowest that did not.
fn note(run: Run, most: &mut Option<Run>, too_much: &mut Option<Run>) {
	*if run.is_sustained() { most } else { too_much } = Some(run);
}

fn table(
	build: &Build,
	wanted: &Run,
	most: Option<&Run>,
	too_much: Option<&Run>,
	plain: &plain::Appended,
) -> Vec<Figure> {
	let [before, highest, after] = wanted.memory;
	let how = format!(
		"{} of {} readings are in the store, the client says that it missed {}, {} waited for the line at the end; {CHANNELS} \
		 channels, {} s, {}",
		wanted.stored,
		wanted.sent,
		wanted.missed,
		wanted.late,
		(SETTLES + TIME).as_secs(),
		if wanted.manager { "history on" } else { "no history" }
	);
	let grown = format!("from {before:.1} to {after:.1} MiB, {highest:.1} at its most, at {WANTED} readings/s");
	let beyond = match too_much {
		Some(run) => format!(
			"at {}/s {} of {} were lost and {} waited for the line",
			run.rate,
			run.lost(),
			run.sent,
			run.late
		),
		None => "the highest rate that is tried".to_owned(),
	};
	let per_second = BATCH as f64 / plain.each.as_secs_f64();
	vec![
		build.judged(
			"client, readings lost or left behind at 20,000/s",
			wanted.lost_or_behind() as f64,
			"readings",
			0.0,
			&how,
		),
		build.judged(
			"client, growth of memory at 20,000/s",
			after - before,
			"MiB",
			MOST_GROWTH_MIB,
			&grown,
		),
		Figure::new(
			"client, processor at 20,000/s",
			wanted.processor,
			"%",
			format!(
				"of one core, from line to store; {:.1} bytes of the store's file for a reading; {build}",
				wanted.bytes as f64 / wanted.stored.max(1) as f64
			),
		),
		Figure::new(
			"client, most readings without loss",
			most.map_or(0.0, |run| run.rate as f64),
			"1/s",
			format!("for {} s; {beyond}; {build}", TRIAL.as_secs()),
		),
		Figure::new(
			"  beside it: the same batches to a plain file",
			per_second,
			"1/s",
			format!(
				"{:.2} ms for {BATCH} readings encoded, appended and fsynced, {:.1} bytes a reading; this program's own profile (dev)",
				millis(plain.each),
				plain.bytes_each
			),
		),
	]
}

/// Has a client take so many readings a second.
async fn run(rate: u64, settles: Duration, time: Duration) -> Result<Run> {
	let folder = temporary_folder()?;
	let board = PlayedBoard::start(CHANNELS)?;
	let site = Site::create(&folder.path().join("machine"), board.path(), &[NO_NODE])?;
	let text = site.configuration(board.path(), &[NO_NODE]) + CLOUD;
	site.configure(&format!("{text}\n{}", manager_section(free_port()?)))?;
	let manager = knows_manager(&site).await?;
	if !manager {
		site.configure(&text)?;
	}
	site.run(&["init"]).await?;
	let mut daemon = site.start()?;
	let online = |status: &Value| status["board"]["online"] == true;
	daemon.wait_for_status("the board", LIMIT, online).await?;

	board.set_rate(rate);
	sleep(settles).await;
	let before = now(daemon.process())?;
	let (highest, last) = follow(&mut daemon, time).await?;
	let late = board.late();
	board.set_rate(0);
	let sent = drained(&board).await?;
	daemon.stop().await?;
	let missed = daemon.log_text().lines().filter_map(missed_in).sum();
	let (stored, bytes) = stored(&site.state().join("cloud.outbox"))?;
	Ok(Run {
		rate,
		sent,
		stored,
		late,
		memory: [before.resident_mib(), highest, last.resident_mib()],
		processor: last.since(&before).percent(),
		bytes,
		missed,
		manager,
	})
}

/// How many readings were missed, if this line of its log says so.
fn missed_in(line: &str) -> Option<u64> {
	let line: Value = serde_json::from_str(line).ok()?;
	line["fields"]["missed"].as_u64()
}

/// The most memory of the daemon over a time, in MiB, and what it has taken at the end.
async fn follow(daemon: &mut Daemon, time: Duration) -> Result<(f64, Usage)> {
	let mut last = now(daemon.process())?;
	let mut highest = last.resident_mib();
	for _ in 0..time.as_secs() {
		sleep(SECOND).await;
		last = now(daemon.process())?;
		highest = highest.max(last.resident_mib());
	}
	Ok((highest, last))
}

/// Waits until all that is on the line has surely come into the store. How many that are.
async fn drained(board: &PlayedBoard) -> Result<u64> {
	let written = async {
		while board.late() > 0 {
			sleep(Duration::from_millis(10)).await;
		}
	};
	timeout(LIMIT, written)
		.await
		.context("the client does not take what is on the line")?;
	sleep(STORED).await;
	Ok(board.sent())
}

/// Readings in an outbox, and the size of its file.
fn stored(path: &Path) -> Result<(u64, u64)> {
	let bytes = std::fs::metadata(path).context("the client made no outbox")?.len();
	let outbox = Outbox::open(path, Limits::default(), Arc::new(SystemClock::new()))?;
	let mut readings = 0;
	loop {
		let messages = outbox.next(&InFlight::new(), 64, 8 * 1024 * 1024)?;
		for message in messages.iter().filter(|message| message.lane == Lane::Reading) {
			readings += ReadingBatch::decode(&message.body)?.samples.len() as u64;
		}
		if messages.is_empty() {
			break;
		}
		outbox.delivered(&messages.iter().map(|message| message.id).collect::<Vec<_>>())?;
	}
	let dropped: u64 = outbox
		.stats()
		.lanes
		.iter()
		.map(|lane| lane.dropped_for_room + lane.downsampled)
		.sum();
	ensure!(dropped == 0, "the outbox was too small for this measurement");
	Ok((readings, bytes))
}

#[cfg(test)]
mod tests {
	use super::*;

	fn run(sent: u64, stored: u64, late: u64) -> Run {
		Run {
			rate: 1_000,
			sent,
			stored,
			late,
			memory: [1.0; 3],
			processor: 1.0,
			bytes: 1,
			missed: 0,
			manager: false,
		}
	}

	#[test]
	fn a_rate_is_sustained_when_nothing_is_lost_and_nothing_piles_up() {
		assert!(run(10, 10, 0).is_sustained());
		assert!(run(10, 10, 99).is_sustained());
		assert!(!run(10, 10, 100).is_sustained());
		assert!(!run(10, 9, 0).is_sustained());
	}

	#[test]
	fn the_highest_rate_that_went_and_the_lowest_that_did_not_are_kept() {
		let (mut most, mut too_much) = (None, None);
		for (rate, stored) in [(20, 10), (30, 10), (40, 9)] {
			note(
				Run {
					rate,
					..run(10, stored, 0)
				},
				&mut most,
				&mut too_much,
			);
		}
		assert_eq!((most.unwrap().rate, too_much.unwrap().rate), (30, 40));
	}

	#[test]
	fn what_the_client_missed_is_in_its_log() {
		let line = r#"{"level":"WARN","fields":{"message":"the outbox's feed was too slow","missed":176}}"#;
		assert_eq!(missed_in(line), Some(176));
		assert_eq!(missed_in("$ iot-client run"), None);
	}
}
