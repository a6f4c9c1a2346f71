//! A machine's day with no broker, for `make outage`: outbox and bridge as the daemon has them, readings that are made up, and
//! a clock that skips from second to second. Then it waits until all that is left has reached the broker.
//!
//! Each piece of news is a line of JSON on its standard output: `hour` after each simulated hour, `filled` after the last of
//! them, `delivered` when nothing waits any more.

use iot_cloud::{Cloud, CloudConfig, CloudHandle, MachineFacts, NumberFolder, OutboxSource, World, READINGS};
use iot_outbox::{Clock, Lane, Limits, NewMessage, Outbox, OutboxError, ReadingBatch, Sample, Stats};
use serde_json::{json, Value};
use std::{
	env,
	error::Error,
	io::Write,
	path::{Path, PathBuf},
	process::ExitCode,
	sync::{
		atomic::{AtomicU64, Ordering},
		Arc,
	},
	time::{Duration, Instant},
};
use tokio::{sync::mpsc, task, time::sleep};
use tokio_util::sync::CancellationToken;

/// When the day begins, in unix ms.
const BEGIN_MS: u64 = 1_800_000_000_000;
/// Channels, each read [`A_SECOND`] times a second.
const CHANNELS: u16 = 6;
/// Readings of a channel in a second.
const A_SECOND: u64 = 10;
/// So many seconds' batches go to the disk in one write, or the writes of a day would take as long as one hour.
const AT_ONCE: u64 = 10;
/// An event comes every so many seconds, an alarm every so many.
const EVENT_S: u64 = 600;
const ALARM_S: u64 = 3_600;
/// What is due by time is done every so many seconds.
const TEND_S: u64 = 60;
/// What was dropped is told at most once a minute.
const TOLD_MS: u64 = 61_000;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> ExitCode {
	let arguments: Vec<String> = env::args().skip(1).collect();
	let [broker, folder, hours, most_mib] = arguments.as_slice() else {
		eprintln!("usage: bpiiot-cloud-day BROKER FOLDER HOURS MOST_MIB");
		return ExitCode::from(2);
	};
	match run(broker, folder.into(), hours, most_mib).await {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("bpiiot-cloud-day: {error}");
			ExitCode::FAILURE
		}
	}
}

async fn run(broker: &str, folder: PathBuf, hours: &str, most_mib: &str) -> Result<()> {
	let (hours, most_mib): (u64, u64) = (hours.parse()?, most_mib.parse()?);
	let clock = Arc::new(SkippingClock::new());
	let usual = Limits::default();
	let max_bytes = most_mib.saturating_mul(1024 * 1024);
	let limits = Limits {
		max_bytes,
		// A quarter of all is the most.
		max_message_bytes: usual.max_message_bytes.min(usize::try_from(max_bytes / 4)?),
		..usual
	};
	let outbox = Outbox::open(&folder.join("cloud.outbox"), limits, clock.clone())?;
	let stop = CancellationToken::new();
	let (cloud, bridge) = start(broker, &folder, &outbox, &clock, &stop)?;

	let filling = (outbox.clone(), clock.clone());
	let tried = task::spawn_blocking(move || fill(&filling.0, &filling.1, hours)).await??;
	say(&json!({ "event": "filled", "tried": tried, "stats": outbox.stats() }))?;

	let stats = drain(&outbox, &clock).await?;
	say(&json!({ "event": "delivered", "stats": stats, "cloud": cloud.state() }))?;
	stop.cancel();
	bridge.await?;
	Ok(())
}

fn start(
	broker: &str,
	folder: &Path,
	outbox: &Outbox,
	clock: &Arc<SkippingClock>,
	stop: &CancellationToken,
) -> Result<(CloudHandle, task::JoinHandle<()>)> {
	let source = OutboxSource::new(outbox.clone(), folder.join("cloud-aside"), clock.clone());
	let world = World {
		source: Arc::new(source),
		numbers: Arc::new(NumberFolder::open(&folder.join("cloud"))?),
		time: Arc::new(|| None),
	};
	// Nobody commands here.
	let (commands, _) = mpsc::channel(1);
	let config = CloudConfig::new(broker.parse()?, "day", "bpiiot/day");
	Ok(Cloud::start(
		config,
		world,
		MachineFacts::default(),
		commands,
		stop.clone(),
	)?)
}

/// Lives through so many hours. Says how many messages it tried to put, by lane.
fn fill(outbox: &Outbox, clock: &SkippingClock, hours: u64) -> Result<[u64; 4]> {
	let mut tried = [0; 4];
	let mut readings = Vec::new();
	for second in 0..hours * 3600 {
		let at_ms = clock.skip(1_000);
		readings.push(batch(second, at_ms)?);
		let written = (second + 1).is_multiple_of(AT_ONCE);
		if written {
			put(outbox, &mut tried, std::mem::take(&mut readings))?;
		}
		for (every, lane, topic) in [(EVENT_S, Lane::Event, "events"), (ALARM_S, Lane::Alarm, "alarms")] {
			if (second + 1).is_multiple_of(every) {
				put(outbox, &mut tried, vec![happened(lane, topic, at_ms)])?;
			}
		}
		if second.is_multiple_of(TEND_S) {
			outbox.tend()?;
		}
		if (second + 1).is_multiple_of(3600) {
			say(&json!({ "event": "hour", "hour": (second + 1) / 3600, "stats": outbox.stats() }))?;
		}
	}
	Ok(tried)
}

fn put(outbox: &Outbox, tried: &mut [u64; 4], messages: Vec<NewMessage>) -> Result<()> {
	for message in &messages {
		let counts = Lane::ALL.iter().zip(tried.iter_mut());
		for (_, count) in counts.filter(|(lane, _)| **lane == message.lane) {
			*count += 1;
		}
	}
	match outbox.put_all(messages) {
		// The outbox itself tells of those that it refused.
		Err(OutboxError::NoRoom { .. }) | Ok(_) => Ok(()),
		Err(error) => Err(error.into()),
	}
}

/// A second's readings: reading `n` of a channel was measured at the beginning and `n` tenths of a second.
fn batch(second: u64, at_ms: u64) -> Result<NewMessage> {
	let mut batch = ReadingBatch {
		channels: (0..CHANNELS).map(|channel| format!("channel-{channel}")).collect(),
		samples: Vec::new(),
	};
	for number in second * A_SECOND..(second + 1) * A_SECOND {
		for channel in 0..CHANNELS {
			batch.samples.push(Sample {
				channel,
				at_ms: BEGIN_MS + number * 1_000 / A_SECOND,
				value: value(channel, number),
			});
		}
	}
	Ok(NewMessage {
		lane: Lane::Reading,
		at_ms,
		topic: READINGS.to_owned(),
		body: batch.encode()?,
	})
}

/// What a channel's reading of this number is: whoever receives it knows it too.
fn value(channel: u16, number: u64) -> i32 {
	let channel = u64::from(channel);
	i32::try_from(number.wrapping_mul(2 * channel + 3).wrapping_add(channel) % 41).unwrap_or_default()
}

fn happened(lane: Lane, topic: &str, at_ms: u64) -> NewMessage {
	NewMessage {
		lane,
		at_ms,
		topic: topic.to_owned(),
		body: json!({ "v": 1, "at": at_ms, "event": "tick" }).to_string().into_bytes(),
	}
}

/// Waits until nothing waits any more, and has told what it dropped last.
async fn drain(outbox: &Outbox, clock: &SkippingClock) -> Result<Stats> {
	for round in 0..2 {
		if round > 0 {
			clock.skip(TOLD_MS);
		}
		loop {
			let outbox = outbox.clone();
			let stats = task::spawn_blocking(move || outbox.tend().map(|()| outbox.stats())).await??;
			if stats.messages() == 0 {
				if round > 0 {
					return Ok(stats);
				}
				break;
			}
			sleep(Duration::from_millis(200)).await;
		}
	}
	Ok(outbox.stats())
}

fn say(news: &Value) -> Result<()> {
	let mut out = std::io::stdout().lock();
	out.write_all(format!("{news}\n").as_bytes())?;
	Ok(out.flush()?)
}

/// The time of this computer and what was skipped.
struct SkippingClock {
	began: Instant,
	skipped_ms: AtomicU64,
}

impl SkippingClock {
	fn new() -> Self {
		Self {
			began: Instant::now(),
			skipped_ms: AtomicU64::new(0),
		}
	}

	/// Goes on by so much at once; what was skipped in all, as unix ms.
	fn skip(&self, ms: u64) -> u64 {
		BEGIN_MS + self.skipped_ms.fetch_add(ms, Ordering::Relaxed) + ms
	}
}

impl Clock for SkippingClock {
	fn now_ms(&self) -> u64 {
		BEGIN_MS + self.monotonic_ms()
	}

	fn monotonic_ms(&self) -> u64 {
		let real = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
		real.saturating_add(self.skipped_ms.load(Ordering::Relaxed))
	}
}
