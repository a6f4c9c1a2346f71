//! What a bad line does to frames: noise, cuts, repeats and flipped bits.

use crate::samples::{board_frame, board_frames, host_frame, host_frames, longest_channel};
use bpiiot_protocol::{
	checksum, checksum_of, BoardFrame, BoardMessage, DecodeError, Decoder, EncodedFrame, HelloPage, HostFrame,
	HostMessage, Session, HEADER_LEN, MAX_FRAME, MAX_PAYLOAD, MAX_RAW, PROTOCOL_VERSION,
};
use proptest::prelude::*;

fn receive(bytes: &[u8]) -> Vec<Result<BoardFrame, DecodeError>> {
	let mut decoder = Decoder::<BoardMessage>::new();
	bytes.iter().filter_map(|byte| decoder.push(*byte)).collect()
}

fn sound(bytes: &[u8]) -> Vec<BoardFrame> {
	receive(bytes).into_iter().filter_map(Result::ok).collect()
}

fn wire(frame: &BoardFrame) -> Vec<u8> {
	frame.encode().expect("every message fits").to_vec()
}

/// Header, payload and checksum of a frame.
fn raw(frame: &BoardFrame) -> Vec<u8> {
	let mut block = wire(frame);
	block.pop();
	block.remove(0);
	let len = cobs::decode_in_place(&mut block).expect("our own stuffing");
	block.truncate(len);
	block
}

fn wrap(raw: &[u8]) -> Vec<u8> {
	let mut block = [0; 128];
	let len = cobs::encode(raw, &mut block);
	[&[0], &block[..len], &[0]].concat()
}

proptest! {
	#[test]
	fn every_board_frame_survives_the_trip(frame in board_frame()) {
		let bytes = wire(&frame);
		prop_assert!(bytes.len() <= MAX_FRAME);
		prop_assert_eq!((bytes[0], bytes[bytes.len() - 1]), (0, 0));
		prop_assert!(bytes[1..bytes.len() - 1].iter().all(|byte| *byte != 0));
		prop_assert_eq!(receive(&bytes), vec![Ok(frame)]);
	}

	#[test]
	fn every_host_frame_survives_the_trip(frame in host_frame()) {
		let mut decoder = Decoder::<HostMessage>::new();
		let bytes = frame.encode().expect("every message fits");
		let results: Vec<_> = bytes.iter().filter_map(|byte| decoder.push(*byte)).collect();
		prop_assert_eq!(results, vec![Ok(frame)]);
	}

	#[test]
	fn garbage_never_hides_the_frame_behind_it(garbage in proptest::collection::vec(any::<u8>(), 0..300), frame in board_frame()) {
		let results = receive(&[garbage, wire(&frame)].concat());
		prop_assert_eq!(results.last(), Some(&Ok(frame)));
	}

	#[test]
	fn a_cut_frame_costs_only_itself(cut in board_frame(), at in 0usize..64, next in board_frame()) {
		let mut bytes = wire(&cut);
		let at = at % bytes.len();
		bytes.truncate(at);
		bytes.extend(wire(&next));
		let frames = sound(&bytes);
		// Cut off but for its last delimiter, the first one still arrives whole.
		let whole = at == wire(&cut).len() - 1;
		prop_assert_eq!(frames, if whole { vec![cut, next] } else { vec![next] });
	}

	#[test]
	fn lost_bytes_cost_only_their_frame(damaged in board_frame(), from in 1usize..62, count in 1usize..8, next in board_frame()) {
		let mut bytes = wire(&damaged);
		let inner = bytes.len() - 2;
		let from = 1 + from % inner;
		let to = (from + count).min(inner + 1);
		bytes.drain(from..to);
		bytes.extend(wire(&next));
		let frames = sound(&bytes);
		prop_assert_eq!(frames.last(), Some(&next));
	}

	#[test]
	fn frames_may_share_a_delimiter_and_come_twice(frames in proptest::collection::vec(board_frame(), 1..6)) {
		let mut bytes = vec![0];
		for frame in frames.iter().chain(&frames) {
			bytes.extend(&wire(frame)[1..]);
		}
		prop_assert_eq!(sound(&bytes), [frames.clone(), frames].concat());
	}

	#[test]
	fn up_to_three_flipped_bits_are_always_found(frame in board_frame(), bits in proptest::collection::hash_set(0usize..MAX_RAW * 8, 1..4)) {
		let mut bytes = raw(&frame);
		let len = bytes.len() * 8;
		let bits: std::collections::HashSet<_> = bits.into_iter().map(|bit| bit % len).collect();
		for bit in &bits {
			bytes[bit / 8] ^= 1 << (bit % 8);
		}
		prop_assert_eq!(receive(&wrap(&bytes)), vec![Err(DecodeError::Checksum)]);
	}

	#[test]
	fn any_burst_of_sixteen_bits_is_found(frame in board_frame(), start in 0usize..MAX_RAW * 8, pattern in 1u16..) {
		let mut bytes = raw(&frame);
		let len = bytes.len() * 8;
		// Bits in the order in which the CRC takes them: the highest of each byte first.
		for i in (0..16).filter(|i| pattern >> i & 1 == 1) {
			let bit = start % (len - 15) + i;
			bytes[bit / 8] ^= 0x80 >> (bit % 8);
		}
		// The checksum's bytes are swapped on the wire, so a burst across them is split; there three bits are the promise.
		prop_assume!(start % (len - 15) + 15 < len - 16);
		prop_assert_eq!(receive(&wrap(&bytes)), vec![Err(DecodeError::Checksum)]);
	}

	#[test]
	fn a_foreign_version_is_told_and_not_guessed(frame in board_frame(), version in (PROTOCOL_VERSION + 1)..) {
		let foreign = BoardFrame { version, ..frame };
		prop_assert_eq!(receive(&wire(&foreign)), vec![Err(DecodeError::Version { ours: PROTOCOL_VERSION, theirs: version })]);
		let mut decoder = Decoder::<BoardMessage>::with_version(version);
		let results: Vec<_> = wire(&foreign).into_iter().filter_map(|byte| decoder.push(byte)).collect();
		prop_assert_eq!(results, vec![Ok(foreign)]);
	}

	#[test]
	fn a_sound_checksum_around_nonsense_never_panics(mut body in proptest::collection::vec(any::<u8>(), HEADER_LEN..MAX_RAW - 1)) {
		body[0] = PROTOCOL_VERSION;
		body.extend(checksum(&body).to_le_bytes());
		let results = receive(&wrap(&body));
		prop_assert_eq!(results.len(), 1);
		let expected = matches!(results[0], Ok(_) | Err(DecodeError::Kind(_) | DecodeError::Payload { .. }));
		prop_assert!(expected, "{:?}", results[0]);
	}

	#[test]
	fn counters_add_up(bytes in proptest::collection::vec(prop_oneof![Just(0u8), any::<u8>()], 0..2000)) {
		let mut decoder = Decoder::<BoardMessage>::new();
		let results: Vec<_> = bytes.iter().filter_map(|byte| decoder.push(*byte)).collect();
		let counters = decoder.counters();
		prop_assert_eq!(counters.frames as usize, results.iter().filter(|r| r.is_ok()).count());
		prop_assert_eq!(counters.errors() as usize, results.iter().filter(|r| r.is_err()).count());
	}
}

#[test]
fn the_checksum_is_the_named_one() {
	// The check value of CRC-16/IBM-3740 in the catalogue of parametrised CRC algorithms (reveng.sourceforge.io).
	assert_eq!(checksum(b"123456789"), 0x29b1);
}

#[test]
fn the_longest_message_fills_no_more_than_a_frame() {
	let frame = BoardFrame::new(
		Session(u32::MAX),
		u16::MAX,
		BoardMessage::Hello(HelloPage::Channel(longest_channel())),
	);
	let payload = raw(&frame).len() - HEADER_LEN - 2;
	assert_eq!(payload, 49);
	assert!(payload <= MAX_PAYLOAD);
}

#[test]
fn an_echoing_line_is_recognised() {
	for (_, frame) in host_frames() {
		let echo = frame.encode().expect("fits");
		assert_eq!(receive(&echo), [Err(DecodeError::Kind(frame.kind()))]);
	}
	for (_, frame) in board_frames() {
		let mut board = Decoder::<HostMessage>::default();
		let results: Vec<_> = wire(&frame).into_iter().filter_map(|byte| board.push(byte)).collect();
		assert_eq!(results, [Err(DecodeError::Kind(frame.kind()))]);
	}
}

#[test]
fn an_endless_stream_without_delimiter_is_one_error() {
	let mut bytes = vec![0];
	bytes.extend([0x41; 500]);
	assert_eq!(receive(&bytes), [Err(DecodeError::TooLong)]);
	let frame = board_frames()[0].1;
	bytes.extend(wire(&frame));
	assert_eq!(receive(&bytes), [Err(DecodeError::TooLong), Ok(frame)]);
}

#[test]
fn errors_name_what_is_wrong() {
	let texts = [
		(DecodeError::TooLong, "too many bytes without a delimiter"),
		(DecodeError::TooShort, "the frame is too short"),
		(DecodeError::Stuffing, "the byte stuffing is broken"),
		(DecodeError::Checksum, "the checksum is wrong"),
		(
			DecodeError::Version { ours: 1, theirs: 2 },
			"the other side speaks protocol version 2, this side speaks version 1",
		),
		(DecodeError::Kind(0x7f), "kind 0x7f is not known in this direction"),
		(
			DecodeError::Payload { kind: 0x82 },
			"the payload does not fit kind 0x82",
		),
	];
	for (error, text) in texts {
		assert_eq!(error.to_string(), text);
	}
	assert_eq!(
		bpiiot_protocol::EncodeError::TooLong.to_string(),
		"the message is longer than the 51 bytes a frame can carry"
	);
	assert_eq!(Session(0x2a).to_string(), "0000002a");
}

#[test]
fn a_frame_takes_the_place_of_what_was_there() {
	let frame = HostFrame::new(Session(7), 1, HostMessage::SetOutput { channel: 0, value: 0 });
	let mut out = EncodedFrame::new();
	out.resize(MAX_FRAME, 0x55).expect("room");
	frame.encode_into(&mut out).expect("fits");
	assert_eq!(Ok(out), frame.encode());
}

#[test]
fn scattered_bytes_have_the_same_checksum() {
	assert_eq!(checksum_of(*b"123456789"), checksum(b"123456789"));
}
