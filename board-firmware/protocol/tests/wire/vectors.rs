//! The golden vectors: bytes that every implementation must write and read, this one and a sketch in C++ alike.

use crate::samples::{board_frames, host_frames};
use bpiiot_protocol::{BoardMessage, DecodeError, Decoder, Frame, HostMessage, Message};
use std::{collections::BTreeMap, fmt::Debug};

const FRAMES: &str = include_str!("../../vectors/frames.txt");
const REFUSED: &str = include_str!("../../vectors/refused.txt");

/// `key: value` lines in blocks that blank lines part; `#` starts a comment.
fn blocks(text: &'static str) -> Vec<BTreeMap<&'static str, &'static str>> {
	let lines = |block: &'static str| {
		block
			.lines()
			.filter(|line| !line.starts_with('#'))
			.map(|line| line.split_once(": ").expect("key: value"))
			.collect()
	};
	text.split("\n\n")
		.map(lines)
		.filter(|block: &BTreeMap<_, _>| !block.is_empty())
		.collect()
}

fn bytes(hex: &str) -> Vec<u8> {
	hex.split_whitespace()
		.map(|byte| u8::from_str_radix(byte, 16).expect("a byte in hex"))
		.collect()
}

fn hex(bytes: &[u8]) -> String {
	bytes
		.iter()
		.map(|byte| format!("{byte:02x}"))
		.collect::<Vec<_>>()
		.join(" ")
}

fn describe<M: Message + Debug>(name: &str, from: &str, frame: &Frame<M>) -> String {
	let wire = frame.encode().expect("fits");
	format!(
		"name: {name}\nfrom: {from}\nsession: {}\nsequence: {}\nkind: {:02x}\nmessage: {:?}\nwire: {}",
		frame.session,
		frame.sequence,
		frame.kind(),
		frame.message,
		hex(&wire)
	)
}

#[test]
fn frames_encode_to_the_golden_bytes() {
	let mut text = String::from(
		"# Golden frames of protocol version 2: what `message` says must encode to `wire`, and `wire` must decode to it.\n\
		 # `session` is in hex, `sequence` in decimal, `kind` and `wire` in hex. See docs/protocol.md.\n",
	);
	for (name, frame) in host_frames() {
		text += &format!("\n{}\n", describe(name, "host", &frame));
	}
	for (name, frame) in board_frames() {
		text += &format!("\n{}\n", describe(name, "board", &frame));
	}
	assert_eq!(FRAMES, text, "the wire format changed");
}

fn decode<M: Message>(wire: &[u8]) -> (Vec<Result<Frame<M>, DecodeError>>, Decoder<M>) {
	let mut decoder = Decoder::new();
	let results = wire.iter().filter_map(|byte| decoder.push(*byte)).collect();
	(results, decoder)
}

fn check_decoding<M: Message + Debug + PartialEq>(from: &str, frames: Vec<(&'static str, Frame<M>)>) {
	let vectors: Vec<_> = blocks(FRAMES)
		.into_iter()
		.filter(|block| block["from"] == from)
		.collect();
	assert_eq!(vectors.len(), frames.len());
	for (block, (name, frame)) in vectors.iter().zip(frames) {
		assert_eq!(block["name"], name);
		let (results, decoder) = decode(&bytes(block["wire"]));
		assert_eq!(results, [Ok(frame)], "{name}");
		assert_eq!(
			(decoder.counters().frames, decoder.counters().errors()),
			(1, 0),
			"{name}"
		);
	}
}

#[test]
fn golden_bytes_decode_to_the_frames() {
	check_decoding::<HostMessage>("host", host_frames());
	check_decoding::<BoardMessage>("board", board_frames());
}

#[test]
fn refused_bytes_give_the_stated_error_and_are_counted() {
	let vectors = blocks(REFUSED);
	assert!(vectors.len() >= 10);
	for block in vectors {
		let wire = bytes(block["wire"]);
		let (errors, counters) = match block["to"] {
			"board" => {
				let (results, decoder) = decode::<HostMessage>(&wire);
				(
					results
						.into_iter()
						.map(|r| format!("{:?}", r.err()))
						.collect::<Vec<_>>(),
					decoder.counters(),
				)
			}
			_ => {
				let (results, decoder) = decode::<BoardMessage>(&wire);
				(
					results
						.into_iter()
						.map(|r| format!("{:?}", r.err()))
						.collect::<Vec<_>>(),
					decoder.counters(),
				)
			}
		};
		assert_eq!(errors, [format!("Some({})", block["error"])], "{}", block["name"]);
		assert_eq!((counters.frames, counters.errors()), (0, 1), "{}", block["name"]);
	}
}

#[test]
fn no_single_flipped_bit_makes_another_frame_of_a_golden_one() {
	for block in blocks(FRAMES) {
		let wire = bytes(block["wire"]);
		for bit in 0..wire.len() * 8 {
			let mut damaged = wire.clone();
			damaged[bit / 8] ^= 1 << (bit % 8);
			let sound = match block["from"] {
				"host" => decode::<HostMessage>(&damaged)
					.0
					.into_iter()
					.filter(Result::is_ok)
					.count(),
				_ => decode::<BoardMessage>(&damaged)
					.0
					.into_iter()
					.filter(Result::is_ok)
					.count(),
			};
			assert_eq!(sound, 0, "{} survives flipping bit {bit}", block["name"]);
		}
	}
}
