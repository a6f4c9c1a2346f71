//! Who the board is, and how it says so.

use super::{commands::optional, demand, same, Stop};
use crate::{line::Line, subject::Subject, Heard, Host};
use bpiiot_protocol::{
	channel_page, Ack, AckResult, BoardMessage, ChannelInfo, ChannelKind, HelloPage, HostFrame, HostMessage, Identity,
	Session, CONFIG_PAGES_START, PROTOCOL_VERSION, SCHEMA_HASH,
};

/// What the board answers to a hello request that is made by hand.
enum Answer {
	Page(HelloPage),
	Ack(Ack),
}

/// Sends a hello request and gives the answer, and the session that it carries.
fn hello<L: Line>(host: &mut Host<L>, session: Session, sequence: u16, page: u8) -> Result<(Session, Answer), Stop> {
	let request = HostFrame::new(session, sequence, HostMessage::HelloRequest { page });
	let answer = host.ask(request, |heard| {
		let answer = match heard.frame.message {
			BoardMessage::Hello(page) => Answer::Page(page),
			BoardMessage::Ack(ack) => Answer::Ack(ack),
			_ => return None,
		};
		(heard.frame.sequence == sequence).then_some((heard.frame.session, answer))
	});
	answer.map_err(|error| Stop::Fail(format!("page {page}, session {session}, sequence {sequence}: {error}")))
}

fn identity(answer: &Answer) -> Result<Identity, Stop> {
	match answer {
		Answer::Page(HelloPage::Identity(identity)) => Ok(*identity),
		_ => Err(Stop::Fail("page 0 is not the identity".to_owned())),
	}
}

pub(super) fn greeting(subject: &mut Subject<'_>) -> Result<(), Stop> {
	let host = &mut subject.host;
	host.take_frames();
	host.record();
	let (session, first) = hello(host, Session::UNKNOWN, 0, 0)?;
	let identity = identity(&first)?;
	demand(session != Session::UNKNOWN, || "the board's session is 0".to_owned())?;
	same("the protocol version", identity.protocol, PROTOCOL_VERSION)?;
	same("the schema hash", identity.schema, SCHEMA_HASH)?;
	demand(identity.dead_man_ms > 0, || "the dead-man time is 0".to_owned())?;
	demand(identity.min_interval_ms > 0, || {
		"the shortest streaming interval is 0".to_owned()
	})?;
	let pages = u16::from(channel_page(0)) + u16::from(identity.channels);
	demand(pages <= CONFIG_PAGES_START.into(), || {
		format!(
			"{} channels reach into the pages of the configuration",
			identity.channels
		)
	})?;

	any_session_and_any_sequence(host, session, &identity)?;
	let (_, firmware) = hello(host, session, 1, 1)?;
	demand(matches!(firmware, Answer::Page(HelloPage::Firmware(_))), || {
		"page 1 is not the firmware".to_owned()
	})?;
	for channel in 0..identity.channels {
		match hello(host, session, 2, channel_page(channel))?.1 {
			Answer::Page(HelloPage::Channel(info)) => is_sane(channel, &info)?,
			_ => {
				return Err(Stop::Fail(format!(
					"page {} is not channel {channel}",
					channel_page(channel)
				)))
			}
		}
	}
	for page in [identity.pages(), CONFIG_PAGES_START - 1] {
		if (identity.pages()..CONFIG_PAGES_START).contains(&page) {
			ends_with(hello(host, session, 3, page)?.1, page)?;
		}
	}
	let record = host.take_record();
	for heard in &record.frames {
		same("the session of a frame", heard.frame.session, session)?;
	}

	// Not a command, so it has taken no number.
	host.session = session;
	host.sequence = host.sequence.wrapping_add(1);
	let far_ahead = host.sequence.wrapping_add(20_000);
	hello(host, session, far_ahead, 0)?;
	subject.order(HostMessage::KeepAlive)?;
	Ok(())
}

fn any_session_and_any_sequence<L: Line>(host: &mut Host<L>, own: Session, expected: &Identity) -> Result<(), Stop> {
	let sessions = [own, Session(own.0 ^ 1), Session(u32::MAX), Session::UNKNOWN];
	for (session, sequence) in sessions.into_iter().zip([1, 300, u16::MAX, 0x8000]) {
		let (_, answer) = hello(host, session, sequence, 0)?;
		same("the second identity", identity(&answer)?, *expected)?;
	}
	Ok(())
}

fn ends_with(answer: Answer, page: u8) -> Result<(), Stop> {
	match answer {
		Answer::Ack(ack) => same(
			&format!("the answer for page {page}"),
			ack.result,
			AckResult::NoSuchChannel,
		),
		Answer::Page(found) => Err(Stop::Fail(format!(
			"page {page} is beyond the last one, and is {found:?}"
		))),
	}
}

fn is_sane(channel: u8, info: &ChannelInfo) -> Result<(), Stop> {
	same(
		&format!("the channel number on page {}", channel_page(channel)),
		info.channel,
		channel,
	)?;
	demand(info.scale.divisor != 0, || {
		format!("the divisor of channel {channel} is 0")
	})?;
	demand(info.min <= info.max, || {
		format!(
			"channel {channel} has a min of {} above its max of {}",
			info.min, info.max
		)
	})?;
	let is_within = info.kind == ChannelKind::Input || (info.min..=info.max).contains(&info.safe);
	demand(is_within, || {
		format!(
			"the safe value {} of channel {channel} is not within its limits",
			info.safe
		)
	})
}

pub(super) fn framing(subject: &mut Subject<'_>) -> Result<(), Stop> {
	let host = &mut subject.host;
	host.wait(host.answer / 10)?;
	let broken = host.errors.len();
	host.record();
	for page in [0, 1, 0] {
		host.hello(page)?;
	}
	host.command(HostMessage::KeepAlive)?;
	host.read_all()?;
	host.wait(host.answer / 10)?;
	let record = host.take_record();
	if let Some(error) = host.errors.get(broken) {
		// Noise does that too.
		return Err(Stop::Late(format!("the board sends what is no frame: {error}")));
	}
	let blocks: Vec<_> = record.bytes.split(|byte| *byte == 0).collect();
	// Between two frames are two delimiters, and before the first and behind the last one is one.
	let shared = blocks.windows(2).any(|pair| pair.iter().all(|block| !block.is_empty()));
	let open = [blocks.first(), blocks.last()]
		.iter()
		.flatten()
		.any(|block| !block.is_empty());
	demand(!shared && !open, || "a frame has one delimiter, not two".to_owned())
}

pub(super) fn another_version(subject: &mut Subject<'_>) -> Result<(), Stop> {
	let output = optional(subject.output())?;
	let identity = subject.profile()?.identity;
	let message = output.map_or(HostMessage::KeepAlive, |output| output.drive());
	let session = subject.host.session;
	// Far from the numbers of all other frames, so that an answer to it is known.
	let sequence = subject.host.sequence.wrapping_add(5000).max(1);
	for version in [1, PROTOCOL_VERSION + 1, u8::MAX]
		.into_iter()
		.filter(|version| *version != PROTOCOL_VERSION)
	{
		let frame = HostFrame {
			version,
			..HostFrame::new(session, sequence, message)
		};
		subject.host.record();
		let page = subject.host.ask(frame, in_own_version);
		let unanswered =
			|error| format!("version {version} is not answered with page 0 of the hello, sequence 0: {error}");
		let page = page.map_err(|error| Stop::Fail(unanswered(error)))?;
		same("the identity for another version", page, identity)?;
		answers_nothing_else(subject, version, sequence)?;
	}
	// What it means in that version nobody knows here.
	let unknown = super::line::raw(9, session, sequence, 0x7f, &[0xff, 0xff]);
	subject.host.record();
	subject.host.write(&unknown)?;
	subject
		.host
		.wait_for("the hello for an unknown kind of version 9", in_own_version)?;
	answers_nothing_else(subject, 9, sequence)?;
	if let Some(output) = output {
		subject.shows(output.channel, output.safe, "frames of other versions")?;
	}
	subject.expect(HostMessage::KeepAlive, AckResult::Done)?;
	Ok(())
}

fn in_own_version(heard: &Heard) -> Option<Identity> {
	match heard.page() {
		Some(HelloPage::Identity(identity)) if heard.frame.sequence == 0 => Some(identity),
		_ => None,
	}
}

fn answers_nothing_else(subject: &mut Subject<'_>, version: u8, sequence: u16) -> Result<(), Stop> {
	let host = &mut subject.host;
	host.wait(host.answer / 10)?;
	let record = host.take_record();
	let ack = record
		.frames
		.iter()
		.filter(|heard| heard.frame.sequence == sequence)
		.find_map(Heard::ack);
	demand(ack.is_none(), || {
		format!("a frame of version {version} is answered with {ack:?}")
	})
}
