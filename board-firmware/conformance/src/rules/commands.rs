//! Which commands are executed, and which are not.

use super::{demand, same, Stop};
use crate::subject::Subject;
use bpiiot_protocol::{AckResult, ChannelInfo, ChannelKind, EventKind, HelloPage, HostFrame, HostMessage, Session};
use std::time::Duration;

/// Until something that must not come would have come.
const QUIET: Duration = Duration::from_millis(60);

pub(super) fn wrong_session(subject: &mut Subject<'_>) -> Result<(), Stop> {
	let own = subject.host.session;
	let output = optional(subject.output())?;
	let sequence = subject.host.sequence.wrapping_add(1000);
	let mut messages = vec![
		HostMessage::KeepAlive,
		HostMessage::ReadAll,
		HostMessage::SetStreaming { interval_ms: 60_000 },
		HostMessage::Restart,
	];
	messages.extend(output.map(|output| output.drive()));
	subject.host.record();
	for session in [
		Session(own.0.wrapping_add(1)),
		Session(own.0 ^ 0x8000_0000),
		Session::UNKNOWN,
	] {
		for message in &messages {
			let ack = subject.host.acknowledged(HostFrame::new(session, sequence, *message))?;
			let what = format!("the answer to {message:?} in session {session}");
			same(&what, ack.result, AckResult::WrongSession)?;
		}
	}
	demand(!reads_meanwhile(subject)?, || {
		"a command of another session is refused, and readings come".to_owned()
	})?;
	demand(matches!(subject.host.hello(0)?, HelloPage::Identity(_)), || {
		"page 0 is not the identity".to_owned()
	})?;
	same(
		"the session after commands of other sessions",
		subject.host.session,
		own,
	)?;
	// They have taken no number.
	subject.order(HostMessage::KeepAlive)?;
	match output {
		Some(output) => subject
			.shows(output.channel, output.safe, "commands of other sessions")
			.map(drop),
		None => Ok(()),
	}
}

/// Whether readings have come since the record began, or still come.
fn reads_meanwhile(subject: &mut Subject<'_>) -> Result<bool, Stop> {
	subject.host.wait(QUIET)?;
	let record = subject.host.take_record();
	Ok(record.frames.iter().any(|heard| heard.reading().is_some()))
}

/// What can be tried without an output is tried.
pub(super) fn optional<T>(output: Result<T, Stop>) -> Result<Option<T>, Stop> {
	match output {
		Ok(output) => Ok(Some(output)),
		Err(Stop::Skip(_)) => Ok(None),
		Err(stop) => Err(stop),
	}
}

pub(super) fn at_most_once(subject: &mut Subject<'_>) -> Result<(), Stop> {
	let read = subject.host.next_frame(HostMessage::ReadAll);
	same(
		"the answer to ReadAll",
		subject.host.acknowledged(read)?.result,
		AckResult::Done,
	)?;
	subject.host.record();
	same(
		"the answer to a repeated ReadAll",
		subject.host.acknowledged(read)?.result,
		AckResult::Done,
	)?;
	demand(!reads_meanwhile(subject)?, || {
		"a repeated ReadAll is executed again".to_owned()
	})?;

	let output = subject.output()?;
	let first = subject.host.next_frame(output.drive());
	for _ in 0..3 {
		same(
			"the answer to a repeated SetOutput",
			subject.host.acknowledged(first)?.result,
			AckResult::Done,
		)?;
	}
	subject.order(output.rest())?;
	let late = subject.host.acknowledged(first)?.result;
	same(
		"the answer to a SetOutput from before the last command",
		late,
		AckResult::Stale,
	)?;
	subject.shows(output.channel, output.safe, "a repeated SetOutput")?;

	// Executed again it would be refused now, or start what was stopped.
	let dead_man = subject.dead_man()?;
	let first = subject.host.next_frame(output.drive());
	same(
		"the answer to SetOutput",
		subject.host.acknowledged(first)?.result,
		AckResult::Done,
	)?;
	subject.host.wait(dead_man)?;
	subject.host.event(EventKind::DeadManTripped)?;
	subject.host.expected(EventKind::DeadManTripped);
	let again = subject.host.acknowledged(first)?.result;
	same(
		"the answer to a SetOutput repeated after a trip",
		again,
		AckResult::Done,
	)?;
	subject.shows(output.channel, output.safe, "a SetOutput repeated after a trip")?;
	Ok(())
}

pub(super) fn sequence_reused(subject: &mut Subject<'_>) -> Result<(), Stop> {
	let output = subject.output()?;
	let session = subject.host.session;
	subject.order(output.drive())?;
	let sequence = subject.host.sequence;
	for message in [output.rest(), HostMessage::KeepAlive, HostMessage::Safe] {
		let ack = subject.host.acknowledged(HostFrame::new(session, sequence, message))?;
		let what = format!("the answer to {message:?} with the number of the command before");
		same(&what, ack.result, AckResult::SequenceReused)?;
	}
	let first = subject
		.host
		.acknowledged(HostFrame::new(session, sequence, output.drive()))?;
	same(
		"the answer to the command whose number was reused",
		first.result,
		AckResult::Done,
	)?;
	subject.shows(output.channel, output.live, "other commands with its number")?;
	Ok(())
}

pub(super) fn stale(subject: &mut Subject<'_>) -> Result<(), Stop> {
	let output = subject.output()?;
	let behind = |subject: &mut Subject<'_>, distance: u16, message: HostMessage| {
		let sequence = subject.host.sequence.wrapping_sub(distance);
		let frame = HostFrame::new(subject.host.session, sequence, message);
		let result = subject.host.acknowledged(frame)?.result;
		let what = format!("the answer to number {sequence} after number {}", subject.host.sequence);
		same(&what, result, AckResult::Stale)
	};
	for distance in [1, 2, 100, 32_767, 32_768] {
		behind(subject, distance, output.drive())?;
	}
	subject.shows(output.channel, output.safe, "commands with numbers of before")?;
	// As far ahead as a new number may be.
	subject.host.sequence = subject.host.sequence.wrapping_add(32_766);
	subject.order(HostMessage::KeepAlive)?;

	subject.count_to(u16::MAX - 1)?;
	subject.order(output.rest())?;
	same("the last number of the circle", subject.host.sequence, u16::MAX)?;
	subject.order(output.drive())?;
	for distance in [1, 2, 1000, 32_768] {
		behind(subject, distance, output.rest())?;
	}
	subject.shows(output.channel, output.live, "numbers from before the number 0")?;
	Ok(())
}

pub(super) fn limits(subject: &mut Subject<'_>) -> Result<(), Stop> {
	let channels = subject.profile()?.channels;
	let mut held = Vec::new();
	let mut outputs = 0;
	for info in &channels {
		match info.kind {
			ChannelKind::Input => {
				let message = set(info.channel, info.min);
				subject.expect(message, AckResult::NotAnOutput)?;
			}
			ChannelKind::Output if is_held(subject, info)? => held.push(info.channel.to_string()),
			ChannelKind::Output => {
				outputs += 1;
				accepts_its_limits(subject, info)?;
				refuses_beyond(subject, info)?;
			}
		}
	}
	for channel in [channels.len() as u8, u8::MAX] {
		subject.expect(set(channel, 0), AckResult::NoSuchChannel)?;
	}
	if held.is_empty() && outputs == 0 {
		return Err(Stop::Skip("the board has no output".to_owned()));
	}
	subject.shows_all_safe("commands that were refused")?;
	let others = if outputs > 0 { "; the others obey" } else { "" };
	match held.is_empty() {
		true => Ok(()),
		false => Err(Stop::Skip(format!(
			"an interlock holds output {}{others}",
			held.join(" and ")
		))),
	}
}

const fn set(channel: u8, value: i32) -> HostMessage {
	HostMessage::SetOutput { channel, value }
}

fn is_held(subject: &mut Subject<'_>, info: &ChannelInfo) -> Result<bool, Stop> {
	subject.order(HostMessage::Safe)?;
	for value in [info.min, info.max] {
		if subject.host.set(info.channel, value)?.result == AckResult::Interlocked {
			return Ok(true);
		}
	}
	Ok(false)
}

fn accepts_its_limits(subject: &mut Subject<'_>, info: &ChannelInfo) -> Result<(), Stop> {
	for value in [info.min, info.max, info.safe] {
		subject.order(set(info.channel, value))?;
		subject.shows(info.channel, value, &format!("SetOutput to {value}"))?;
	}
	Ok(())
}

fn refuses_beyond(subject: &mut Subject<'_>, info: &ChannelInfo) -> Result<(), Stop> {
	subject.order(set(info.channel, info.max))?;
	let nearest = [info.min.checked_sub(1), info.max.checked_add(1)];
	let furthest = [i32::MIN, i32::MAX].map(Some);
	for value in nearest.into_iter().chain(furthest).flatten() {
		if !(info.min..=info.max).contains(&value) {
			subject.expect(set(info.channel, value), AckResult::OutOfLimits)?;
			subject.shows(
				info.channel,
				info.max,
				&format!("SetOutput to {value}, which is refused,"),
			)?;
		}
	}
	subject.order(set(info.channel, info.safe))?;
	Ok(())
}
