use super::{Defect, SOUND};
use crate::rig::{Block, Rig};
use board_conformance::protocol::{checksum, AckResult, DecodeError, Decoder, HostFrame, HostMessage, HEADER_LEN};

const NOISE: Defect = Defect {
	breaks: "noise",
	..SOUND
};

const REFUSED: Defect = Defect {
	breaks: "refused-vectors",
	..SOUND
};

const MANGLED: Defect = Defect {
	breaks: "mangled",
	..SOUND
};

/// What is in a block, whatever its checksum says.
fn body(block: &Block) -> Option<Vec<u8>> {
	let mut bytes = block.bytes[..block.bytes.len() - 1].to_vec();
	let len = cobs::decode_in_place(&mut bytes).ok()?;
	(len >= HEADER_LEN + 2).then(|| bytes[..len - 2].to_vec())
}

fn sequence(block: &Block) -> Option<u16> {
	body(block).map(|body| u16::from_le_bytes([body[5], body[6]]))
}

/// The frame that it would be with a sound checksum.
fn repaired(block: &Block) -> Option<HostFrame> {
	let body = body(block)?;
	let bytes = [&body[..], &checksum(&body).to_le_bytes()].concat();
	let mut stuffed = vec![0; cobs::max_encoding_length(bytes.len())];
	let len = cobs::try_encode(&bytes, &mut stuffed).ok()?;
	let mut decoder = Decoder::new();
	let wire = [&[0], &stuffed[..len], &[0]].concat();
	wire.iter().find_map(|byte| decoder.push(*byte)).and_then(Result::ok)
}

fn ignores_the_checksum(rig: &mut Rig, block: &Block) {
	match (block.frame, repaired(block)) {
		(Err(DecodeError::Checksum), Some(frame)) => rig.hear_instead(frame),
		_ => rig.hear(block),
	}
}

/// Answers a block that it should refuse for this reason.
fn answers(rig: &mut Rig, block: &Block, reason: impl FnOnce(DecodeError) -> bool) {
	match (block.frame, sequence(block)) {
		(Err(error), Some(sequence)) if reason(error) => rig.answer(sequence, AckResult::Done),
		_ => rig.hear(block),
	}
}

pub const DEFECTS: &[Defect] = &[
	Defect {
		name: "ignores the checksum",
		hears: ignores_the_checksum,
		..NOISE
	},
	Defect {
		name: "does not hear the frame after a broken one",
		hears: |rig, block| {
			let lost = rig.count == 1 && block.frame.is_ok();
			rig.count = u32::from(block.frame.is_err());
			if !lost {
				rig.hear(block);
			}
		},
		..NOISE
	},
	Defect {
		name: "is reset by a block that is too long",
		hears: |rig, block| {
			if block.bytes.len() > 100 {
				rig.machine.restart_at = Some(rig.machine.now);
			}
			rig.hear(block);
		},
		..NOISE
	},
	Defect {
		name: "wants a delimiter of its own before each frame",
		hears: |rig, block| {
			if !block.shares {
				rig.hear(block);
			}
		},
		..NOISE
	},
	Defect {
		name: "answers what is broken",
		hears: |rig, block| {
			if block.frame == Err(DecodeError::Checksum) {
				rig.answer(1, AckResult::Stale);
			}
			rig.hear(block);
		},
		..NOISE
	},
	Defect {
		name: "drives an output when a frame ends early",
		hears: |rig, block| {
			if block.frame == Err(DecodeError::Stuffing) {
				rig.drive(HostMessage::SetOutput { channel: 0, value: 7 });
			}
			rig.hear(block);
		},
		..NOISE
	},
	Defect {
		name: "takes a payload that is too long or too short",
		hears: |rig, block| answers(rig, block, |error| matches!(error, DecodeError::Payload { .. })),
		..REFUSED
	},
	Defect {
		name: "takes a message that does not exist",
		hears: |rig, block| answers(rig, block, |error| error == DecodeError::Kind(8)),
		..REFUSED
	},
	Defect {
		name: "takes a message of the other direction",
		hears: |rig, block| answers(rig, block, |error| matches!(error, DecodeError::Kind(0x80..=0x83))),
		..REFUSED
	},
	Defect {
		name: "does not check the checksum of refused bytes",
		hears: ignores_the_checksum,
		..REFUSED
	},
	Defect {
		name: "does not say its version to another one",
		hears: |rig, block| {
			if !matches!(block.frame, Err(DecodeError::Version { .. })) {
				rig.hear(block);
			}
		},
		..REFUSED
	},
	Defect {
		name: "executes silently what has a byte too many",
		hears: |rig, block| {
			rig.hear(block);
			if let (Err(DecodeError::Payload { kind: 2 }), Some(body)) = (block.frame, body(block)) {
				if body[HEADER_LEN..].len() == 3 {
					rig.drive(HostMessage::SetOutput { channel: 0, value: 1 });
				}
			}
		},
		..REFUSED
	},
	Defect {
		name: "takes what is damaged",
		hears: ignores_the_checksum,
		..MANGLED
	},
	Defect {
		name: "drives something else now and then",
		hears: |rig, block| match (block.frame, block.message()) {
			(Ok(mut frame), Some(HostMessage::SetOutput { channel, value })) if value > 64 => {
				rig.count += 1;
				if rig.count.is_multiple_of(5) {
					let value = value ^ 1;
					frame.message = HostMessage::SetOutput { channel, value };
				}
				rig.hear_instead(frame);
			}
			_ => rig.hear(block),
		},
		..MANGLED
	},
];
