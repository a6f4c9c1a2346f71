//! Trying the wires: what can be read, and what moves when something is driven.

use super::with_board;
use crate::{
	board::{
		trial::{drive_for, judge, read, Values},
		BoardError, BoardInfo, BoardLease, Signal,
	},
	cli::{CliError, Desk, Result},
	config::BoardConfig,
};
use bpiiot_protocol::{ChannelInfo, ChannelKind, Unit};
use serde_json::json;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;

/// An input has moved when it did so by more than this part of its range.
const MOVED: i64 = 50;
/// What was driven has come to rest when nothing moves for so long ...
const LOOK: Duration = Duration::from_millis(300);
/// ... and is not waited for longer than this.
const REST: Duration = Duration::from_secs(15);
/// A whole, of which shares are parts.
const WHOLE: i64 = 1_000_000;

/// How outputs are driven.
#[derive(Clone, Copy)]
pub(super) struct Drive {
	/// How far, in millionths of the way from the lower to the upper limit.
	pub to: u32,
	/// How long.
	pub hold: Duration,
}

/// Reads every input; with `drive`, drives every output and says what moved. The exit status is 1 when something is wrong.
pub(super) async fn test(desk: &Desk<'_>, config: BoardConfig, drive: Option<Drive>) -> Result<u8> {
	with_board(config, async |handle, info| {
		let (lease, mut signals) = handle.lease()?;
		let values = read(&lease, &mut signals).await?;
		let mut faults = 0;
		for input in info.channels.iter().filter(|info| info.kind == ChannelKind::Input) {
			let finding = judge(&info, input, values.get(&input.channel).copied());
			faults += report(desk, input, finding);
		}
		for output in info.channels.iter().filter(|info| info.kind == ChannelKind::Output) {
			let finding = match drive {
				Some(drive) => try_output(&lease, &mut signals, output, drive).await?,
				None => Ok("not driven; --drive does it".to_owned()),
			};
			faults += report(desk, output, finding);
		}
		match faults {
			0 => Ok(0),
			faults => Err(CliError::refused(format!(
				"{faults} of {} channels have a fault",
				info.channels.len()
			))),
		}
	})
	.await
}

/// What is well, or what is wrong.
type Finding = std::result::Result<String, String>;

fn report(desk: &Desk<'_>, channel: &ChannelInfo, finding: Finding) -> usize {
	let (word, text) = match &finding {
		Ok(text) => ("ok", text),
		Err(text) => ("FAULT", text),
	};
	let name = channel.name.as_str();
	let json = json!({ "channel": channel.channel, "name": name, "ok": finding.is_ok(), "finding": text });
	desk.say(format!("{word:<5}  {name:<16} {text}"), &json);
	usize::from(finding.is_err())
}

/// Drives one output for a while and tells which inputs moved.
async fn try_output(
	lease: &BoardLease,
	signals: &mut Receiver<Signal>,
	output: &ChannelInfo,
	drive: Drive,
) -> Result<Finding> {
	let info = lease.info().clone();
	let before = at_rest(lease, signals).await?;
	let value = target(output, drive.to);
	let driven = match lease.set(output.channel, value).await {
		Ok(_) => drive_for(lease, signals, drive.hold).await,
		Err(BoardError::Refused(result)) => {
			return Ok(Err(format!(
				"refused {}: {}",
				info.display(output.channel, value),
				crate::board::explain(result)
			)));
		}
		Err(error) => Err(error),
	};
	lease.make_safe().await?;
	let after = driven?;
	let told = info.display(output.channel, value);
	if after.get(&output.channel) != Some(&value) {
		return Ok(Err(format!("{told} did not last: was it made safe by an interlock?")));
	}
	let moved: Vec<_> = info
		.channels
		.iter()
		.filter(|input| input.kind == ChannelKind::Input)
		.filter_map(|input| has_moved(&info, input, &before, &after))
		.collect();
	Ok(Ok(match moved.is_empty() {
		true => format!("{told}: no input moved"),
		false => format!("{told}: {}", moved.join(", ")),
	}))
}

/// Waits until what was driven before has come to rest, and gives the values then.
async fn at_rest(lease: &BoardLease, signals: &mut Receiver<Signal>) -> std::result::Result<Values, BoardError> {
	let mut before = read(lease, signals).await?;
	for _ in 0..REST.as_millis() / LOOK.as_millis() {
		let after = drive_for(lease, signals, LOOK).await?;
		let channels = &lease.info().channels;
		if channels
			.iter()
			.all(|channel| way(channel, &before, &after).is_none_or(|way| !moved(channel, way)))
		{
			return Ok(after);
		}
		before = after;
	}
	Ok(before)
}

/// The value that lies so far between the limits.
fn target(output: &ChannelInfo, millionths: u32) -> i32 {
	if output.unit == Unit::Switch {
		return i32::from(millionths > 0);
	}
	let span = i64::from(output.max) - i64::from(output.min);
	// Within the limits, since the share is at most a whole.
	(i64::from(output.min) + span * i64::from(millionths).min(WHOLE) / WHOLE) as i32
}

/// How far a channel went.
fn way(channel: &ChannelInfo, before: &Values, after: &Values) -> Option<i64> {
	let (from, to) = (before.get(&channel.channel)?, after.get(&channel.channel)?);
	Some((i64::from(*to) - i64::from(*from)).abs())
}

/// Whether that is more than its noise.
fn moved(channel: &ChannelInfo, way: i64) -> bool {
	way * MOVED > i64::from(channel.max) - i64::from(channel.min)
}

fn has_moved(info: &BoardInfo, input: &ChannelInfo, before: &Values, after: &Values) -> Option<String> {
	let show = |values: &Values| {
		values
			.get(&input.channel)
			.map(|value| info.display(input.channel, *value))
	};
	let (from, to) = (show(before)?, show(after)?);
	moved(input, way(input, before, after)?).then(|| format!("{} went from {from} to {to}", input.name))
}

#[cfg(test)]
mod tests {
	use super::*;
	use bpiiot_protocol::{Label, Scale};

	fn channel(unit: Unit, min: i32, max: i32) -> ChannelInfo {
		ChannelInfo {
			channel: 0,
			kind: ChannelKind::Output,
			unit,
			scale: Scale::ONE,
			min,
			max,
			safe: min,
			name: Label::literal("x"),
		}
	}

	#[test]
	fn an_output_goes_a_share_of_its_way() {
		let rpm = channel(Unit::Rpm, -1000, 3000);
		assert_eq!(
			[0, 250_000, 1_000_000].map(|share| target(&rpm, share)),
			[-1000, 0, 3000]
		);
		let widest = channel(Unit::Count, i32::MIN, i32::MAX);
		assert_eq!([0, 1_000_000].map(|share| target(&widest, share)), [i32::MIN, i32::MAX]);
		let switch = channel(Unit::Switch, 0, 1);
		assert_eq!([0, 1, 200_000].map(|share| target(&switch, share)), [0, 1, 1]);
	}
}
