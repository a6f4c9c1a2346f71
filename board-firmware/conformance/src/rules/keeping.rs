//! The kept configuration, and the restart that makes it count.

use super::{commands::optional, demand, same, Stop};
use crate::subject::Subject;
use board_core::image_len;
use bpiiot_protocol::{
	config_page, AckResult, Event, EventKind, HelloPage, HostFrame, HostMessage, ResetCause, Session, Status,
	CONFIG_PAGES_START, CONFIG_PAGE_LEN,
};
use std::time::Duration;

type Part = [u8; CONFIG_PAGE_LEN];

/// What an erased memory reads.
const ERASED: Part = [0xff; CONFIG_PAGE_LEN];
/// Bytes that no erased memory has, no two alike.
const PATTERN: Part = [0x5a, 0xa5, 0x00, 0x3c, 0xc3, 0x0f, 0xf0, 0x81];

/// Until a board that was wrongly told to restart would have done it.
const RESTARTED: Duration = Duration::from_millis(1200);

fn write(part: u8, bytes: Part) -> HostMessage {
	HostMessage::WriteConfig { part, bytes }
}

fn read(subject: &mut Subject<'_>, part: u8) -> Result<Option<Part>, Stop> {
	match subject.host.find_page(config_page(part))? {
		None => Ok(None),
		Some(HelloPage::Configuration(bytes)) => Ok(Some(bytes)),
		Some(page) => Err(Stop::Fail(format!("page {} is {page:?}", config_page(part)))),
	}
}

fn read_parts(subject: &mut Subject<'_>) -> Result<Vec<Part>, Stop> {
	let mut parts = Vec::new();
	for part in 0..=u8::MAX - CONFIG_PAGES_START {
		match read(subject, part)? {
			Some(bytes) => parts.push(bytes),
			None => break,
		}
	}
	Ok(parts)
}

pub(super) fn kept_configuration(subject: &mut Subject<'_>) -> Result<(), Stop> {
	let parts = read_parts(subject)?;
	let beyond = parts.len() as u8;
	for part in [beyond, beyond.saturating_add(1), u8::MAX] {
		subject.expect(write(part, ERASED), AckResult::NoSuchChannel)?;
	}
	let Some((last, bytes)) = (0..beyond).zip(&parts).next_back() else {
		return Ok(());
	};
	if beyond < CONFIG_PAGES_START {
		same("the last page", read(subject, u8::MAX - CONFIG_PAGES_START)?, None)?;
	}
	if let Some(output) = optional(subject.output())? {
		subject.order(output.drive())?;
		subject.expect(write(0, parts[0]), AckResult::NotSafe)?;
		subject.shows(output.channel, output.live, "WriteConfig, which is refused,")?;
		subject.order(HostMessage::Safe)?;
	}
	for (part, bytes) in [(0, &parts[0]), (last, bytes)] {
		subject.order(write(part, *bytes))?;
		same(
			&format!("part {part}, written with what is there,"),
			read(subject, part)?,
			Some(*bytes),
		)?;
	}
	if is_free(&parts) {
		let kept = keeps(subject, last);
		// Whatever was found: nothing is left there.
		subject.order(write(last, ERASED))?;
		kept?;
	}
	demand(read_parts(subject)? == parts, || {
		"the configuration is not what it was before".to_owned()
	})
}

/// Whether the last part is behind the configuration, so that it can be written without harm.
fn is_free(parts: &[Part]) -> bool {
	let start = parts.len().saturating_sub(1) * CONFIG_PAGE_LEN;
	let bytes = parts.concat();
	// Anything else is no image: nobody knows what it is.
	let is_known = bytes.starts_with(b"BP") || parts.first() == Some(&ERASED);
	is_known && start >= image_len(&bytes) && parts.last() == Some(&ERASED)
}

fn keeps(subject: &mut Subject<'_>, part: u8) -> Result<(), Stop> {
	subject.order(write(part, PATTERN))?;
	same(&format!("part {part}, written,"), read(subject, part)?, Some(PATTERN))
}

pub(super) fn restart(subject: &mut Subject<'_>) -> Result<(), Stop> {
	let identity = subject.profile()?.identity;
	let output = optional(subject.output())?;
	if let Some(output) = &output {
		subject.order(output.drive())?;
	}
	let old = subject.host.session;
	let order = subject.host.next_frame(HostMessage::Restart);
	let ack = subject.host.acknowledged(order)?;
	same("the answer to Restart", ack.result, AckResult::Done)?;
	demand(ack.status.has(Status::ALL_SAFE), || {
		"with the answer to Restart not every output is safe".to_owned()
	})?;

	let first = subject.host.find(subject.host.patience, |heard| {
		(heard.frame.session != old).then_some(heard.frame)
	})?;
	let page = subject.host.hello(0)?;
	let session = subject.host.session;
	demand(session != old, || {
		format!("Restart makes no new session: it is still {old}")
	})?;
	demand(session != Session::UNKNOWN, || {
		"the session after Restart is 0".to_owned()
	})?;
	same("the identity after Restart", page, HelloPage::Identity(identity))?;
	let event = first.and_then(|frame| match frame.message {
		bpiiot_protocol::BoardMessage::Event(Event { kind, .. }) => Some((frame.sequence, kind)),
		_ => None,
	});
	let cause = ResetCause::Ordered;
	same(
		"the first message after Restart",
		event,
		Some((0, EventKind::Reset { cause })),
	)?;

	is_of_the_past(subject, order, output.map(|output| output.drive()))?;
	// Numbers of the old session mean nothing: this one is behind them.
	subject.host.sequence = order.sequence.wrapping_sub(100);
	subject.order(HostMessage::KeepAlive)?;
	subject.shows_all_safe("Restart")?;
	Ok(())
}

/// What belongs to the old session is not executed, and does not begin the dead-man time.
fn is_of_the_past(subject: &mut Subject<'_>, order: HostFrame, drive: Option<HostMessage>) -> Result<(), Stop> {
	let session = subject.host.session;
	let next = order.sequence.wrapping_add(1);
	let late = drive.map(|message| HostFrame::new(order.session, next, message));
	subject.host.record();
	for frame in [Some(order), late].into_iter().flatten() {
		let ack = subject.host.acknowledged(frame)?;
		let what = format!("the answer to {:?} of the session before", frame.message);
		same(&what, ack.result, AckResult::WrongSession)?;
	}
	subject.host.wait(RESTARTED)?;
	let record = subject.host.take_record();
	let tripped = record
		.frames
		.iter()
		.filter_map(|heard| heard.event())
		.any(|event| event.kind == EventKind::DeadManTripped);
	demand(!tripped, || {
		"the dead-man timer trips before the first command of a session".to_owned()
	})?;
	subject.host.hello(0)?;
	same("the session after a repeated Restart", subject.host.session, session)
}
