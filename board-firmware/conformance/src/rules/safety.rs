//! What keeps a machine safe whose host is not there.

use super::{demand, same, Stop};
use crate::{
	subject::{Meanwhile, Output, Subject},
	HostError,
};
use bpiiot_protocol::{Ack, AckResult, EventKind, HostFrame, HostMessage, Session, Status, PROTOCOL_VERSION};
use std::time::Duration;

fn nothing(_: &mut Subject<'_>) -> Result<(), HostError> {
	Ok(())
}

pub(super) fn dead_man(subject: &mut Subject<'_>) -> Result<(), Stop> {
	let output = subject.output()?;
	subject.trip(&output, "after silence", nothing)?;
	let readings = subject.shows_all_safe("a trip of the dead-man timer")?;
	has(&readings.ack, Status::TRIPPED, true, "a trip")?;
	Ok(())
}

fn has(ack: &Ack, flag: u8, expected: bool, after: &str) -> Result<(), Stop> {
	if !expected && flag == Status::TRIPPED && ack.status.has(Status::INTERLOCKED) {
		// Whoever takes notice of a trip whose cause is still there is told of it all the same.
		return Ok(());
	}
	let name = match flag {
		Status::TRIPPED => "'tripped'",
		Status::ALL_SAFE => "'all safe'",
		_ => "'tripped' and 'all safe' together",
	};
	same(
		&format!("what the flag {name} says after {after}"),
		ack.status.has(flag),
		expected,
	)
}

pub(super) fn tripped(subject: &mut Subject<'_>) -> Result<(), Stop> {
	let output = subject.output()?;
	subject.trip(&output, "after silence", nothing)?;
	for _ in 0..2 {
		let ack = subject.expect(output.drive(), AckResult::Tripped)?;
		has(&ack, Status::TRIPPED | Status::ALL_SAFE, true, "a trip")?;
		subject.shows(output.channel, output.safe, "a trip")?;
		subject.order(output.rest())?;
	}
	let ack = subject.order(HostMessage::Safe)?;
	has(&ack, Status::TRIPPED, false, "Safe")?;
	subject.order(output.drive())?;
	subject.shows(output.channel, output.live, "Safe and SetOutput")?;
	Ok(())
}

pub(super) fn hello_is_no_sign_of_life(subject: &mut Subject<'_>) -> Result<(), Stop> {
	let output = subject.output()?;
	let cases: [(&str, Meanwhile); 6] = [
		("with hello requests only", |subject| {
			let (session, sequence) = (subject.host.session, subject.host.next_sequence());
			let page = HostMessage::HelloRequest { page: 0 };
			subject.host.put(HostFrame::new(session, sequence, page))
		}),
		("with commands of another session only", |subject| {
			let session = Session(subject.host.session.0 ^ 1);
			// Not the number of the next command, whose answer this one's would be taken for.
			let sequence = subject.host.sequence.wrapping_add(3000);
			subject
				.host
				.put(HostFrame::new(session, sequence, HostMessage::KeepAlive))
		}),
		("with stale commands only", |subject| {
			let sequence = subject.host.sequence.wrapping_sub(1);
			subject
				.host
				.put(HostFrame::new(subject.host.session, sequence, HostMessage::KeepAlive))
		}),
		("with reused numbers only", |subject| {
			let sequence = subject.host.sequence;
			subject
				.host
				.put(HostFrame::new(subject.host.session, sequence, HostMessage::ReadAll))
		}),
		("with frames of another version only", |subject| {
			let sequence = subject.host.sequence.wrapping_add(1);
			let frame = HostFrame::new(subject.host.session, sequence, HostMessage::KeepAlive);
			subject.host.put(HostFrame {
				version: PROTOCOL_VERSION + 1,
				..frame
			})
		}),
		("with broken frames only", |subject| {
			let sequence = subject.host.sequence.wrapping_add(1);
			let frame = HostFrame::new(subject.host.session, sequence, HostMessage::KeepAlive);
			subject.host.write(&super::line::with_wrong_checksum(frame)?)
		}),
	];
	for (name, meanwhile) in cases {
		subject.trip(&output, name, meanwhile)?;
		subject.shows(output.channel, output.safe, "a trip")?;
	}
	Ok(())
}

pub(super) fn keep_alive(subject: &mut Subject<'_>) -> Result<(), Stop> {
	let output = subject.output()?;
	let (dead_man, every) = (subject.dead_man()?, subject.dead_man()? / 3);
	subject.order(output.drive())?;
	subject.host.keep_alive_for(dead_man * 5 / 2, every)?;
	still_runs(subject, &output, "KeepAlive each third of the dead-man time")?;

	let frame = subject.host.next_frame(HostMessage::KeepAlive);
	for _ in 0..5 {
		same(
			"the answer to KeepAlive",
			subject.host.acknowledged(frame)?.result,
			AckResult::Done,
		)?;
		subject.host.wait(every)?;
	}
	still_runs(subject, &output, "the same KeepAlive each third of the dead-man time")?;

	let (refused, result) = refused(subject, &output)?;
	for _ in 0..5 {
		subject.expect(refused, result)?;
		subject.host.wait(every)?;
	}
	still_runs(subject, &output, "a refused value each third of the dead-man time")
}

fn still_runs(subject: &mut Subject<'_>, output: &Output, after: &str) -> Result<(), Stop> {
	let readings = subject.shows(output.channel, output.live, after)?;
	has(&readings.ack, Status::TRIPPED, false, after)
}

/// A command that is taken and refused.
fn refused(subject: &Subject<'_>, output: &Output) -> Result<(HostMessage, AckResult), Stop> {
	let channels = subject.profile()?.channels;
	let info = channels.get(usize::from(output.channel));
	let beyond = info.and_then(|info| info.max.checked_add(1));
	let (channel, value, result) = match beyond {
		Some(value) => (output.channel, value, AckResult::OutOfLimits),
		None => (u8::MAX, 0, AckResult::NoSuchChannel),
	};
	Ok((HostMessage::SetOutput { channel, value }, result))
}

pub(super) fn status_flags(subject: &mut Subject<'_>) -> Result<(), Stop> {
	let output = subject.output()?;
	let ack = subject.order(HostMessage::Safe)?;
	has(&ack, Status::ALL_SAFE, true, "Safe")?;
	has(&ack, Status::TRIPPED, false, "Safe")?;
	let ack = subject.order(output.drive())?;
	has(&ack, Status::ALL_SAFE, false, "SetOutput")?;
	let ack = subject.order(output.rest())?;
	has(&ack, Status::ALL_SAFE, true, "SetOutput to the safe value")?;

	subject.host.take_frames();
	subject.host.record();
	let before = subject.order(HostMessage::KeepAlive)?.status.events;
	subject.trip(&output, "after silence", nothing)?;
	let ack = subject.order(HostMessage::KeepAlive)?;
	has(&ack, Status::TRIPPED | Status::ALL_SAFE, true, "a trip")?;
	// Another event may still be on its way.
	subject.host.wait(Duration::from_millis(100))?;
	counts_its_events(subject, before, ack.status.events)
}

fn counts_its_events(subject: &mut Subject<'_>, before: u16, after: u16) -> Result<(), Stop> {
	let record = subject.host.take_record();
	let events = record
		.frames
		.iter()
		.filter_map(|heard| Some((heard.frame.sequence, heard.event()?.kind)));
	let counted = after.wrapping_sub(before);
	let known: Vec<_> = events
		.filter(|(sequence, _)| sequence.wrapping_sub(before) < counted)
		.collect();
	demand(known.iter().any(|(_, kind)| *kind == EventKind::DeadManTripped), || {
		format!("the counter of events went from {before} to {after}, and DeadManTripped is not among them")
	})?;
	let numbers: Vec<_> = known.iter().map(|(sequence, _)| *sequence).collect();
	let expected: Vec<_> = (0..counted).map(|ahead| before.wrapping_add(ahead)).collect();
	same("the numbers of the events that came", numbers, expected)
}
