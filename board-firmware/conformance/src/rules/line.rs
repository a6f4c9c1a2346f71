//! What a line does to frames, and what a board makes of it.

use super::{demand, same, Stop};
use crate::{dice::Dice, subject::Subject, Heard, HostError};
use bpiiot_protocol::{
	checksum, AckResult, ChannelInfo, DecodeError, Decoder, HostFrame, HostMessage, Session, Status, MAX_FRAME,
	PROTOCOL_VERSION,
};
use std::time::Duration;

/// Bytes that must be refused, each block with a name and the reason.
const REFUSED: &str = include_str!("../../../protocol/vectors/refused.txt");

/// Ten bits at 115,200 baud, and a little more.
const BYTE: Duration = Duration::from_micros(100);
/// Until the board has dealt with what has come.
const DEALT_WITH: Duration = Duration::from_millis(5);

/// How many damaged frames are sent, and how many of them in a row.
const MANGLED: usize = 1000;
const IN_A_ROW: usize = 10;

/// A frame with a sound checksum, whatever is in it.
pub(super) fn raw(version: u8, session: Session, sequence: u16, kind: u8, payload: &[u8]) -> Vec<u8> {
	let mut bytes = vec![version];
	bytes.extend(session.0.to_le_bytes());
	bytes.extend(sequence.to_le_bytes());
	bytes.push(kind);
	bytes.extend(payload);
	bytes.extend(checksum(&bytes).to_le_bytes());
	wrap(&bytes)
}

/// Stuffs bytes and puts a delimiter on both sides.
fn wrap(bytes: &[u8]) -> Vec<u8> {
	let mut block = vec![0; cobs::max_encoding_length(bytes.len())];
	// It is as long as this can become.
	let len = cobs::try_encode(bytes, &mut block).unwrap_or_default();
	[&[0], &block[..len], &[0]].concat()
}

/// The frame with a wrong checksum, and nothing else wrong.
pub(super) fn with_wrong_checksum(frame: HostFrame) -> Result<Vec<u8>, HostError> {
	let encoded = frame.encode()?;
	let mut bytes = encoded.to_vec();
	bytes.retain(|byte| *byte != 0);
	let len = cobs::decode_in_place(&mut bytes).unwrap_or_default();
	bytes.truncate(len);
	if let Some(last) = bytes.last_mut() {
		*last ^= 0x40;
	}
	Ok(wrap(&bytes))
}

/// What a sound board makes of these bytes when a sound frame follows.
fn received(bytes: &[u8]) -> Vec<Result<HostFrame, DecodeError>> {
	let mut decoder = Decoder::<HostMessage>::new();
	let all = [&[0], bytes, &[0]].concat();
	all.iter().filter_map(|byte| decoder.push(*byte)).collect()
}

/// Sends bytes that are no frame, then a sound command, once. Gives what came before its answer.
fn costs_only_itself(subject: &mut Subject<'_>, name: &str, bytes: &[u8]) -> Result<Vec<Heard>, Stop> {
	let host = &mut subject.host;
	host.take_frames();
	host.write(bytes)?;
	host.wait(BYTE * bytes.len() as u32 + DEALT_WITH)?;
	let command = host.next_frame(HostMessage::KeepAlive);
	host.put(command)?;
	let mut others = Vec::new();
	let ack = host.find(host.answer, |heard| {
		let ack = heard.ack().filter(|_| heard.frame.sequence == command.sequence);
		others.extend(ack.is_none().then_some(*heard));
		ack
	})?;
	let Some(ack) = ack else {
		return Err(Stop::Late(format!("after {name} the next command is not answered")));
	};
	same(
		&format!("the answer to the command after {name}"),
		ack.result,
		AckResult::Done,
	)?;
	demand(ack.status.has(Status::ALL_SAFE), || {
		format!("after {name} an output is not safe")
	})?;
	others.retain(|heard| heard.ack().is_some() || heard.page().is_some());
	Ok(others)
}

/// The same, and there is no answer to what is no frame.
fn is_dropped(subject: &mut Subject<'_>, name: &str, bytes: &[u8]) -> Result<(), Stop> {
	match costs_only_itself(subject, name, bytes)?.first() {
		None => Ok(()),
		// Or it is a late answer to something before.
		Some(heard) => Err(Stop::Late(format!("{name} is answered with {:?}", heard.frame.message))),
	}
}

pub(super) fn noise(subject: &mut Subject<'_>) -> Result<(), Stop> {
	let output = subject.output()?;
	let sequence = subject.host.sequence.wrapping_add(2000);
	let frame = HostFrame::new(subject.host.session, sequence, output.drive());
	let frame = frame.encode().map_err(HostError::from)?.to_vec();
	let cases = damaged(&frame).into_iter().chain(garbage(&mut subject.dice, &frame));
	for (name, bytes) in cases.collect::<Vec<_>>() {
		// Not every damage does harm: a delimiter more, for example. Chance could make a frame, too.
		let harmless = |result| matches!(result, Ok(_) | Err(DecodeError::Version { .. }));
		if !received(&bytes).into_iter().any(harmless) {
			is_dropped(subject, &name, &bytes)?;
		}
	}
	subject.shows(output.channel, output.safe, "noise")?;

	// The delimiter that ends the noise may begin the frame.
	let command = subject.host.next_frame(HostMessage::KeepAlive);
	let bytes = [&[0x55, 0x55, 0], &command.encode().map_err(HostError::from)?[1..]].concat();
	subject.host.write(&bytes)?;
	let ack = subject.host.find(subject.host.answer, |heard| {
		heard.ack().filter(|_| heard.frame.sequence == command.sequence)
	})?;
	match ack {
		Some(ack) => same(
			"the answer to a frame that shares a delimiter",
			ack.result,
			AckResult::Done,
		),
		None => Err(Stop::Late(
			"a frame that shares a delimiter with noise is not answered".to_owned(),
		)),
	}
}

/// A frame with one thing wrong.
fn damaged(frame: &[u8]) -> Vec<(String, Vec<u8>)> {
	let mut cases = Vec::new();
	for place in 1..frame.len() {
		cases.push((
			format!("a frame that ends after {place} bytes"),
			frame[..place].to_vec(),
		));
		let mut doubled = frame.to_vec();
		doubled.insert(place, frame[place]);
		cases.push((format!("a frame with byte {place} twice"), doubled));
		let mut dropped = frame.to_vec();
		dropped.remove(place);
		cases.push((format!("a frame without byte {place}"), dropped));
		for bit in 0..8 {
			let mut flipped = frame.to_vec();
			flipped[place] ^= 1 << bit;
			cases.push((format!("a frame with bit {bit} of byte {place} flipped"), flipped));
		}
	}
	cases
}

/// Noise around a frame, and nothing but noise.
fn garbage(dice: &mut Dice, frame: &[u8]) -> Vec<(String, Vec<u8>)> {
	let mut cases = Vec::new();
	let block = &frame[1..];
	for count in [1, 8, 40] {
		let noise: Vec<u8> = (0..count).map(|_| dice.byte().max(1)).collect();
		cases.push((
			format!("{count} bytes of noise and a frame without its first delimiter"),
			[&noise, block].concat(),
		));
	}
	for count in [MAX_FRAME - 1, MAX_FRAME, MAX_FRAME + 1, 200, 600] {
		let noise = vec![0x41; count];
		cases.push((format!("a block of {count} bytes"), [&[0], &noise[..], &[0]].concat()));
		cases.push((
			format!("a block of {count} bytes that ends like a frame"),
			[&[0], &noise[..], block].concat(),
		));
	}
	for _ in 0..8 {
		let noise: Vec<u8> = (0..200).map(|_| dice.byte()).collect();
		cases.push(("200 bytes of noise".to_owned(), noise));
	}
	cases
}

/// The value of a key in a block of `key: value` lines.
fn value<'a>(block: &'a str, key: &str) -> Option<&'a str> {
	block
		.lines()
		.find_map(|line| line.strip_prefix(key)?.strip_prefix(": "))
}

pub(super) fn refused_vectors(subject: &mut Subject<'_>) -> Result<(), Stop> {
	let to_board = |block: &&str| value(block, "to") == Some("board");
	for block in REFUSED.split("\n\n").filter(to_board) {
		let name = value(block, "name").unwrap_or("a refused frame");
		let hex = value(block, "wire").unwrap_or_default();
		let bytes: Vec<u8> = hex
			.split_whitespace()
			.filter_map(|byte| u8::from_str_radix(byte, 16).ok())
			.collect();
		match value(block, "error") {
			Some(error) if error.starts_with("Version") => {
				let answers = costs_only_itself(subject, name, &bytes)?;
				let hello = answers
					.iter()
					.any(|heard| heard.page().is_some() && heard.frame.sequence == 0);
				demand(hello, || format!("{name} is not answered with a hello"))?;
			}
			_ => is_dropped(subject, name, &bytes)?,
		}
	}
	refused_in_this_session(subject)
}

/// The same kinds of mistakes in frames that are sound but for them. The command after them has their number, so a frame
/// that was taken shows.
fn refused_in_this_session(subject: &mut Subject<'_>) -> Result<(), Stop> {
	let live = optional_drive(subject)?;
	let cases: [(&str, u8, &[u8]); 11] = [
		("a hello request without a page", 0x00, &[]),
		("a hello request with a byte too many", 0x00, &[0, 0]),
		("a KeepAlive with a byte too many", 0x01, &[0]),
		("a SetOutput without a value", 0x02, &live[..1]),
		("a SetOutput with a byte too many", 0x02, &[&live[..], &[0]].concat()),
		(
			"a SetOutput whose number is too long",
			0x02,
			&[live[0], 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
		),
		("a SetStreaming without an interval", 0x05, &[]),
		("a WriteConfig with a byte too few", 0x06, &[0xff; 8]),
		("a message that does not exist", 0x08, &[]),
		("a kind beyond all", 0x7f, &live),
		("a reading from the host", 0x82, &[4, 2, 5]),
	];
	for (name, kind, payload) in cases {
		let sequence = subject.host.sequence.wrapping_add(1);
		let bytes = raw(PROTOCOL_VERSION, subject.host.session, sequence, kind, payload);
		is_dropped(subject, name, &bytes)?;
	}
	subject.shows_all_safe("frames that are refused")?;
	Ok(())
}

/// The payload that drives an output, if there is one.
fn optional_drive(subject: &mut Subject<'_>) -> Result<Vec<u8>, Stop> {
	let Some(output) = super::commands::optional(subject.output())? else {
		return Ok(vec![0, 2]);
	};
	let frame = HostFrame::new(Session(1), 1, output.drive())
		.encode()
		.map_err(HostError::from)?;
	let mut bytes = frame[1..frame.len() - 1].to_vec();
	let len = cobs::decode_in_place(&mut bytes).unwrap_or_default();
	Ok(bytes
		.get(bpiiot_protocol::HEADER_LEN..len.saturating_sub(2))
		.unwrap_or(&[0, 2])
		.to_vec())
}

pub(super) fn mangled(subject: &mut Subject<'_>) -> Result<(), Stop> {
	let channel = subject.output()?.channel;
	let channels = subject.profile()?.channels;
	let Some(info) = channels.iter().find(|info| info.channel == channel) else {
		return Err(Stop::Skip("the board has no output".to_owned()));
	};
	let mut before = info.safe;
	for _ in 0..MANGLED / IN_A_ROW {
		let sound = send_mangled(subject, info)?;
		let readings = subject.read_all()?;
		let value = readings.value(channel).unwrap_or(info.safe);
		// What a sound board may do: what it did, what it does by itself, and what came through undamaged.
		let is_allowed = value == before || value == info.safe || sound.contains(&value);
		let seed = subject.seed;
		demand(is_allowed, || {
			format!("output {channel} is {value}, which no sound frame has said (seed {seed})")
		})?;
		before = value;
	}
	Ok(())
}

/// Sends some damaged frames, and gives the values of those that are sound all the same.
fn send_mangled(subject: &mut Subject<'_>, info: &ChannelInfo) -> Result<Vec<i32>, Stop> {
	let mut decoder = Decoder::<HostMessage>::new();
	decoder.push(0);
	let (mut commands, mut sound, mut sent) = (Vec::new(), Vec::new(), 0);
	for _ in 0..IN_A_ROW {
		let value = subject.dice.between(info.min, info.max);
		let channel = info.channel;
		let command = subject.host.next_frame(HostMessage::SetOutput { channel, value });
		commands.push(command);
		let encoded = command.encode().map_err(HostError::from)?;
		let (bytes, frames) = loop {
			let bytes = mangle(&mut subject.dice, &encoded);
			// The next frame, of whatever kind, begins with a delimiter, which may be the one that was missing.
			let mut next = decoder.clone();
			let frames: Vec<_> = bytes
				.iter()
				.filter_map(|byte| next.push(*byte))
				.filter_map(Result::ok)
				.collect();
			let last = next.clone().push(0).and_then(Result::ok);
			// One in many thousands becomes another sound frame: that would be a command.
			if frames.iter().chain(&last).all(|frame| commands.contains(frame)) {
				decoder = next;
				break (bytes, frames.into_iter().chain(last));
			}
		};
		sound.extend(frames.filter_map(|frame| match frame.message {
			HostMessage::SetOutput { value, .. } => Some(value),
			_ => None,
		}));
		subject.host.write(&bytes)?;
		sent += bytes.len() as u32;
	}
	subject.host.wait(BYTE * sent)?;
	Ok(sound)
}

/// Does one to three things to a frame that lines do.
fn mangle(dice: &mut Dice, frame: &[u8]) -> Vec<u8> {
	let mut bytes = frame.to_vec();
	for _ in 0..=dice.below(3) {
		let place = dice.below(bytes.len());
		match dice.below(8) {
			_ if bytes.is_empty() => bytes.push(dice.byte()),
			0 | 1 => bytes[place] ^= 1 << dice.below(8),
			2 => bytes[place] = dice.byte(),
			3 => {
				bytes.remove(place);
			}
			4 => bytes.insert(place, bytes[place]),
			5 => bytes.insert(place, dice.byte()),
			6 => bytes.truncate(place),
			_ => {
				let other = dice.below(bytes.len());
				bytes.swap(place, other);
			}
		}
	}
	bytes
}
