use super::{Defect, SOUND};
use board_conformance::protocol::{
	BoardFrame, BoardMessage, ChannelInfo, DecodeError, Decoder, HelloPage, HostMessage, Identity, Session,
};

fn identity(mut frame: BoardFrame, change: impl FnOnce(&mut Identity)) -> Option<BoardFrame> {
	if let BoardMessage::Hello(HelloPage::Identity(identity)) = &mut frame.message {
		change(identity);
	}
	Some(frame)
}

fn channel(mut frame: BoardFrame, change: impl FnOnce(&mut ChannelInfo)) -> Option<BoardFrame> {
	if let BoardMessage::Hello(HelloPage::Channel(info)) = &mut frame.message {
		change(info);
	}
	Some(frame)
}

const GREETING: Defect = Defect {
	breaks: "greeting",
	..SOUND
};

const ANOTHER_VERSION: Defect = Defect {
	breaks: "another-version",
	..SOUND
};

pub const DEFECTS: &[Defect] = &[
	Defect {
		name: "has another schema",
		says: |_, frame| identity(frame, |identity| identity.schema ^= 1),
		..GREETING
	},
	Defect {
		name: "says another version than its frames",
		says: |_, frame| identity(frame, |identity| identity.protocol += 1),
		..GREETING
	},
	Defect {
		name: "has no dead-man time",
		says: |_, frame| identity(frame, |identity| identity.dead_man_ms = 0),
		..GREETING
	},
	Defect {
		name: "has no shortest interval",
		says: |_, frame| identity(frame, |identity| identity.min_interval_ms = 0),
		..GREETING
	},
	Defect {
		name: "has more channels than pages",
		says: |_, frame| identity(frame, |identity| identity.channels = 127),
		..GREETING
	},
	Defect {
		name: "has a channel less than pages",
		says: |_, frame| identity(frame, |identity| identity.channels -= 1),
		..GREETING
	},
	Defect {
		name: "is another one at the second look",
		says: |rig, frame| {
			rig.number += 1;
			let number = rig.number;
			identity(frame, |identity| identity.dead_man_ms += u32::from(number))
		},
		..GREETING
	},
	Defect {
		name: "has session 0",
		says: |_, mut frame| {
			frame.session = Session::UNKNOWN;
			Some(frame)
		},
		..GREETING
	},
	Defect {
		name: "says hello to its own session only",
		hears: |rig, block| match block.frame {
			Ok(frame) if frame.session.0 == u32::MAX => {}
			_ => rig.hear(block),
		},
		..GREETING
	},
	Defect {
		name: "echoes the session of a request",
		hears: |rig, block| {
			rig.number = block.frame.map_or(0, |frame| u16::from(frame.session.0 == u32::MAX));
			rig.hear(block);
		},
		says: |rig, mut frame| {
			if rig.number == 1 {
				frame.session = Session(u32::MAX);
			}
			Some(frame)
		},
		..GREETING
	},
	Defect {
		name: "numbers its hellos itself",
		says: |_, mut frame| {
			if matches!(frame.message, BoardMessage::Hello(_)) {
				frame.sequence = 9;
			}
			Some(frame)
		},
		..GREETING
	},
	Defect {
		name: "has the identity on the page of the firmware",
		hears: |rig, block| match block.frame {
			Ok(mut frame) if block.message() == Some(HostMessage::HelloRequest { page: 1 }) => {
				frame.message = HostMessage::HelloRequest { page: 0 };
				rig.hear_instead(frame);
			}
			_ => rig.hear(block),
		},
		..GREETING
	},
	Defect {
		name: "counts its channels from 1",
		says: |_, frame| channel(frame, |info| info.channel += 1),
		..GREETING
	},
	Defect {
		name: "divides by 0",
		says: |_, frame| channel(frame, |info| info.scale.divisor = 0),
		..GREETING
	},
	Defect {
		name: "has crossed limits",
		says: |_, frame| channel(frame, |info| (info.min, info.max) = (info.max, info.min)),
		..GREETING
	},
	Defect {
		name: "has a safe value beyond its limits",
		says: |_, frame| channel(frame, |info| info.safe = info.max.wrapping_add(1)),
		..GREETING
	},
	Defect {
		name: "says nothing of a page that does not exist",
		hears: |rig, block| match block.message() {
			Some(HostMessage::HelloRequest { page: 127 }) => {}
			_ => rig.hear(block),
		},
		..GREETING
	},
	Defect {
		name: "takes a hello request for a command",
		hears: |rig, block| match block.frame {
			Ok(frame) if matches!(frame.message, HostMessage::HelloRequest { .. }) => {
				rig.number = frame.sequence;
				rig.hear(block);
			}
			Ok(frame) if rig.number.wrapping_sub(frame.sequence) < 0x8000 => {
				rig.answer(frame.sequence, board_conformance::protocol::AckResult::Stale);
			}
			_ => rig.hear(block),
		},
		..GREETING
	},
	Defect {
		name: "ends a frame with the delimiter that begins the next",
		breaks: "framing",
		sends: |bytes| bytes[..bytes.len() - 1].to_vec(),
		..SOUND
	},
	Defect {
		name: "begins a frame with the delimiter that ended the one before",
		breaks: "framing",
		sends: |bytes| bytes[1..].to_vec(),
		..SOUND
	},
	Defect {
		name: "says something that is no frame",
		breaks: "framing",
		sends: |bytes| [bytes, &[1, 1, 1, 0]].concat(),
		..SOUND
	},
	Defect {
		name: "is silent when another version is spoken",
		hears: |rig, block| match block.frame {
			Err(DecodeError::Version { .. }) => {}
			_ => rig.hear(block),
		},
		..ANOTHER_VERSION
	},
	Defect {
		name: "answers another version with a number of its own",
		hears: |rig, block| {
			rig.count = u32::from(matches!(block.frame, Err(DecodeError::Version { .. })));
			rig.hear(block);
		},
		says: |rig, mut frame| {
			if rig.count == 1 {
				frame.sequence = 3;
			}
			Some(frame)
		},
		..ANOTHER_VERSION
	},
	Defect {
		name: "speaks every version",
		hears: |rig, block| {
			rig.hear(block);
			if let Err(DecodeError::Version { theirs, .. }) = block.frame {
				let mut decoder = Decoder::<HostMessage>::with_version(theirs);
				decoder.push(0);
				let frame = block
					.bytes
					.iter()
					.find_map(|byte| decoder.push(*byte))
					.and_then(Result::ok);
				if let Some(mut frame) = frame {
					frame.version = rig.config.version;
					rig.hear_instead(frame);
				}
			}
		},
		..ANOTHER_VERSION
	},
	Defect {
		name: "executes what it does not answer, in another version",
		hears: |rig, block| {
			rig.hear(block);
			if let Err(DecodeError::Version { theirs, .. }) = block.frame {
				let mut decoder = Decoder::<HostMessage>::with_version(theirs);
				decoder.push(0);
				let frame = block
					.bytes
					.iter()
					.find_map(|byte| decoder.push(*byte))
					.and_then(Result::ok);
				if let Some(frame) = frame {
					rig.drive(frame.message);
				}
			}
		},
		..ANOTHER_VERSION
	},
];
