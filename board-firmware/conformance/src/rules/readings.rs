//! What the board reads, how often, and when by its clock.

use super::{commands::optional, demand, same, Stop};
use crate::{
	subject::{Subject, LONGEST},
	Readings,
};
use bpiiot_protocol::{Ack, AckResult, ChannelKind, HostMessage, Reading, Status};
use std::{collections::BTreeMap, time::Duration};

/// Longest time that a reading of one channel takes on the line, with some to spare for the answers between.
const READING: Duration = Duration::from_millis(4);
/// Shortest time in which it shows whether there are as many samples as there should be.
const STREAMED: Duration = Duration::from_millis(1000);
/// And the fewest samples.
const SAMPLES: u32 = 4;
/// Until what was already on its way has come.
const REST: Duration = Duration::from_millis(100);

pub(super) fn read_all(subject: &mut Subject<'_>) -> Result<(), Stop> {
	let mut counter = None;
	for _ in 0..3 {
		let readings = subject.read_all()?;
		every_channel_once(subject, &readings)?;
		for (sequence, _) in &readings.all {
			follows(counter, *sequence)?;
			counter = Some(*sequence);
		}
		subject.reads_nothing(REST, "the answer to ReadAll")?;
	}
	subject.order(HostMessage::Safe)?;
	subject.shows_all_safe("Safe")?;
	if let Some(output) = optional(subject.output())? {
		subject.order(output.drive())?;
		subject.shows(output.channel, output.live, "SetOutput")?;
	}
	Ok(())
}

fn follows(before: Option<u16>, sequence: u16) -> Result<(), Stop> {
	match before {
		Some(before) => same("the counter of a reading", sequence, before.wrapping_add(1)),
		None => Ok(()),
	}
}

fn every_channel_once(subject: &mut Subject<'_>, readings: &Readings) -> Result<(), Stop> {
	let lost = readings.ack.status.has(Status::INPUT_LOST);
	let mut missing = Vec::new();
	let profile = subject.profile()?;
	for info in &profile.channels {
		let count = readings
			.all
			.iter()
			.filter(|(_, reading)| reading.channel == info.channel)
			.count();
		demand(count <= 1, || {
			format!("ReadAll gives {count} readings of channel {}", info.channel)
		})?;
		if count == 0 {
			demand(lost && info.kind == ChannelKind::Input, || {
				format!("ReadAll gives no reading of channel {}", info.channel)
			})?;
			missing.push(info.channel);
		}
	}
	let known = |reading: &Reading| usize::from(reading.channel) < profile.channels.len();
	let strange = readings.all.iter().find(|(_, reading)| !known(reading));
	demand(strange.is_none(), || {
		format!("ReadAll reads a channel that does not exist: {strange:?}")
	})?;
	demand(lost != missing.is_empty(), || {
		"an input cannot be read, say the flags, and every channel is".to_owned()
	})
}

pub(super) fn clock(subject: &mut Subject<'_>) -> Result<(), Stop> {
	let nothing = || Stop::Skip("the board has no channel that can be read".to_owned());
	let first = subject.read_all()?;
	let (_, earlier) = first.all.first().ok_or_else(nothing)?;
	subject.host.keep_alive_for(STREAMED, STREAMED / 10)?;
	let second = subject.read_all()?;
	let (_, later) = second.all.first().ok_or_else(nothing)?;
	let by_board = later.board_ms.wrapping_sub(earlier.board_ms);
	let by_host = second.at.saturating_sub(first.at).as_millis() as u32;
	if by_board.abs_diff(by_host) > by_host / 50 + 30 {
		return Err(Stop::Late(format!(
			"{by_board} ms pass on the board while {by_host} ms pass here"
		)));
	}
	let runs_back = second
		.all
		.windows(2)
		.any(|pair| pair[1].1.board_ms.wrapping_sub(pair[0].1.board_ms) > 1000);
	demand(!runs_back, || "the board's clock runs back".to_owned())
}

pub(super) fn streaming(subject: &mut Subject<'_>) -> Result<(), Stop> {
	let profile = subject.profile()?;
	let shortest = profile.identity.min_interval_ms;
	if let Some(interval_ms) = shortest.checked_sub(1).filter(|interval| *interval > 0) {
		let ack = subject.expect(HostMessage::SetStreaming { interval_ms }, AckResult::OutOfLimits)?;
		streams(&ack, false, "an interval that is refused")?;
	}
	let readable: Vec<_> = subject
		.read_all()?
		.all
		.iter()
		.map(|(_, reading)| reading.channel)
		.collect();
	if readable.is_empty() {
		return Err(Stop::Skip("the board has no channel that can be read".to_owned()));
	}
	the_first_comes_at_once(subject, shortest.max(60_000), readable.len())?;
	// So long that the line can carry every reading: a board that cannot send one drops it.
	let fits = READING * readable.len() as u32;
	let interval_ms = shortest.max(fits.as_millis() as u32);
	if SAMPLES * Duration::from_millis(interval_ms.into()) > LONGEST {
		return Err(Stop::Skip(format!(
			"an interval of {interval_ms} ms is too long to wait for"
		)));
	}
	comes_at_the_interval(subject, interval_ms, &readable)?;
	let ack = subject.order(HostMessage::SetStreaming { interval_ms: 0 })?;
	streams(&ack, false, "an interval of 0")?;
	subject.host.wait(REST)?;
	subject.host.take_frames();
	subject.reads_nothing(Duration::from_millis(u64::from(interval_ms) * 2), "an interval of 0")
}

fn streams(ack: &Ack, expected: bool, after: &str) -> Result<(), Stop> {
	let found = ack.status.has(Status::STREAMING);
	same(
		&format!("the flag that readings are streamed, after {after},"),
		found,
		expected,
	)
}

/// With an interval of a minute nothing but the first sample comes.
fn the_first_comes_at_once(subject: &mut Subject<'_>, interval_ms: u32, channels: usize) -> Result<(), Stop> {
	let ack = subject.order(HostMessage::SetStreaming { interval_ms })?;
	streams(&ack, true, "SetStreaming")?;
	subject.host.wait(REST + READING * channels as u32)?;
	let readings = subject
		.host
		.take_frames()
		.iter()
		.filter(|heard| heard.reading().is_some())
		.count();
	if readings < channels {
		return Err(Stop::Late(format!("{readings} readings come at once, not {channels}")));
	}
	same("the number of readings that come at once", readings, channels)
}

fn comes_at_the_interval(subject: &mut Subject<'_>, interval_ms: u32, readable: &[u8]) -> Result<(), Stop> {
	let every = (STREAMED / 10).min(Duration::from_millis(
		u64::from(subject.profile()?.identity.dead_man_ms) / 3,
	));
	let interval = Duration::from_millis(interval_ms.into());
	let time = STREAMED.max(SAMPLES * interval);
	subject.host.record();
	subject.order(HostMessage::SetStreaming { interval_ms })?;
	let started = subject.now();
	subject.host.keep_alive_for(time, every)?;
	let ack = subject.order(HostMessage::KeepAlive)?;
	let took = subject.now().saturating_sub(started);
	streams(&ack, true, "a while of streaming")?;
	let record = subject.host.take_record();
	let mut counts = BTreeMap::new();
	let mut counter = None;
	for heard in &record.frames {
		let Some(reading) = heard.reading() else { continue };
		follows(counter, heard.frame.sequence)?;
		counter = Some(heard.frame.sequence);
		*counts.entry(reading.channel).or_insert(0_u32) += 1;
	}
	let expected = (took.as_millis() / interval.as_millis()) as u32 + 1;
	for channel in readable {
		let count = counts.get(channel).copied().unwrap_or_default();
		// A sample more or less at either end, and clocks that differ a little.
		if count.abs_diff(expected) > 2 + expected / 50 {
			return Err(Stop::Late(format!(
				"{count} readings of channel {channel} come in {} ms, each {interval_ms} ms",
				took.as_millis()
			)));
		}
	}
	Ok(())
}
