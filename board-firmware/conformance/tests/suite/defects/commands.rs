use super::{ack, is_beyond, swap, Defect, SOUND};
use crate::rig::Rig;
use board_conformance::protocol::{
	AckResult, BoardFrame, BoardMessage, ChannelKind, HostMessage, Reading, Session, Status,
};

const WRONG_SESSION: Defect = Defect {
	breaks: "wrong-session",
	..SOUND
};

const AT_MOST_ONCE: Defect = Defect {
	breaks: "at-most-once",
	..SOUND
};

const REUSED: Defect = Defect {
	breaks: "sequence-reused",
	..SOUND
};

const STALE: Defect = Defect {
	breaks: "stale",
	..SOUND
};

const LIMITS: Defect = Defect {
	breaks: "limits",
	..SOUND
};

pub const OBEYS_ANY_SESSION: Defect = Defect {
	name: "obeys any session",
	hears: |rig, block| match block.frame {
		Ok(mut frame) if !matches!(frame.message, HostMessage::HelloRequest { .. }) => {
			frame.session = rig.board.session();
			rig.hear_instead(frame);
		}
		_ => rig.hear(block),
	},
	..WRONG_SESSION
};

/// Sends a reading.
fn read(rig: &mut Rig) {
	let reading = Reading {
		channel: 0,
		value: 0,
		board_ms: 0,
	};
	rig.say(BoardFrame::new(rig.board.session(), 0, BoardMessage::Reading(reading)));
}

pub const DEFECTS: &[Defect] = &[
	OBEYS_ANY_SESSION,
	Defect {
		name: "obeys a host that knows no session",
		hears: |rig, block| match block.frame {
			Ok(mut frame)
				if frame.session == Session::UNKNOWN && !matches!(frame.message, HostMessage::HelloRequest { .. }) =>
			{
				frame.session = rig.board.session();
				rig.hear_instead(frame);
			}
			_ => rig.hear(block),
		},
		..WRONG_SESSION
	},
	Defect {
		name: "refuses another session and drives its output",
		hears: |rig, block| {
			rig.hear(block);
			if let Ok(frame) = block.frame {
				if frame.session != rig.board.session() {
					rig.drive(frame.message);
				}
			}
		},
		..WRONG_SESSION
	},
	Defect {
		name: "refuses another session and takes its number",
		hears: |rig, block| {
			let own = rig.board.session();
			match block.frame {
				Ok(frame) if frame.session != own && frame.message == HostMessage::KeepAlive => {
					rig.number = frame.sequence;
					rig.hear(block);
				}
				Ok(frame) if frame.session == own && frame.sequence < rig.number => {
					rig.answer(frame.sequence, AckResult::Stale);
				}
				_ => rig.hear(block),
			}
		},
		..WRONG_SESSION
	},
	Defect {
		name: "refuses another session and reads",
		hears: |rig, block| {
			if block.message() == Some(HostMessage::ReadAll)
				&& block.frame.is_ok_and(|frame| frame.session != rig.board.session())
			{
				read(rig);
			}
			rig.hear(block);
		},
		..WRONG_SESSION
	},
	Defect {
		name: "refuses another session and restarts",
		hears: |rig, block| {
			if block.message() == Some(HostMessage::Restart) {
				rig.machine.restart_at = Some(rig.machine.now);
			}
			rig.hear(block);
		},
		..WRONG_SESSION
	},
	Defect {
		name: "drives an output again when the command is repeated",
		hears: |rig, block| {
			let repeated = block.frame.ok().filter(|frame| rig.is_repeated(frame));
			rig.hear(block);
			if let Some(frame) = repeated {
				rig.drive(frame.message);
			}
		},
		..AT_MOST_ONCE
	},
	Defect {
		name: "reads again when the command is repeated",
		hears: |rig, block| {
			if block.message() == Some(HostMessage::ReadAll) && block.frame.is_ok_and(|frame| rig.is_repeated(&frame)) {
				read(rig);
			}
			rig.hear(block);
		},
		..AT_MOST_ONCE
	},
	Defect {
		name: "refuses a command that is repeated",
		hears: |rig, block| match block.frame {
			Ok(frame) if rig.is_repeated(&frame) => rig.answer(frame.sequence, AckResult::Stale),
			_ => rig.hear(block),
		},
		..AT_MOST_ONCE
	},
	Defect {
		name: "judges a repeated command anew",
		hears: |rig, block| match block.frame {
			Ok(frame) if rig.is_repeated(&frame) && rig.board.status().has(Status::TRIPPED) => {
				rig.answer(frame.sequence, AckResult::Tripped);
			}
			_ => rig.hear(block),
		},
		..AT_MOST_ONCE
	},
	Defect {
		name: "executes a command with the number of another",
		hears: |rig, block| {
			let reused = block
				.frame
				.ok()
				.filter(|frame| rig.ahead(frame) == Some(0) && !rig.is_repeated(frame));
			rig.hear(block);
			if let Some(frame) = reused {
				rig.drive(frame.message);
			}
		},
		..REUSED
	},
	Defect {
		name: "takes a command with the number of another for its repetition",
		says: |_, frame| swap(frame, AckResult::SequenceReused, AckResult::Done),
		..REUSED
	},
	Defect {
		name: "executes an old command",
		hears: |rig, block| {
			let stale = block
				.frame
				.ok()
				.filter(|frame| rig.ahead(frame).is_some_and(|ahead| ahead > 0x7fff));
			rig.hear(block);
			if let Some(frame) = stale {
				rig.drive(frame.message);
			}
		},
		..STALE
	},
	Defect {
		name: "says that an old command was executed",
		says: |_, frame| swap(frame, AckResult::Stale, AckResult::Done),
		..STALE
	},
	Defect {
		name: "does not know that numbers go round",
		hears: |rig, block| match (block.frame, rig.last) {
			(Ok(frame), Some(last)) if rig.ahead(&frame).is_some() && frame.sequence < last.sequence => {
				rig.answer(frame.sequence, AckResult::Stale);
			}
			_ => rig.hear(block),
		},
		..STALE
	},
	Defect {
		name: "takes half the circle and one more for new",
		hears: |rig, block| match block.frame {
			Ok(frame) if rig.ahead(&frame) == Some(0x8000) => rig.answer(frame.sequence, AckResult::Done),
			_ => rig.hear(block),
		},
		..STALE
	},
	Defect {
		name: "takes a number that is far ahead for an old one",
		hears: |rig, block| match block.frame {
			Ok(frame) if rig.ahead(&frame) == Some(0x7fff) => rig.answer(frame.sequence, AckResult::Stale),
			_ => rig.hear(block),
		},
		..STALE
	},
	Defect {
		name: "knows no limits",
		hears: |rig, block| match block.frame {
			Ok(frame) if is_beyond(rig, frame.message) => {
				rig.drive(frame.message);
				rig.answer(frame.sequence, AckResult::Done);
			}
			_ => rig.hear(block),
		},
		..LIMITS
	},
	Defect {
		name: "drives to the limit what is beyond it",
		hears: |rig, block| {
			if let Some(HostMessage::SetOutput { channel, value }) =
				block.message().filter(|message| is_beyond(rig, *message))
			{
				let value = rig
					.config
					.channel(channel)
					.map_or(value, |info| value.clamp(info.min, info.max));
				rig.drive(HostMessage::SetOutput { channel, value });
			}
			rig.hear(block);
		},
		..LIMITS
	},
	Defect {
		name: "makes an output safe when it refuses a value",
		hears: |rig, block| {
			if let Some(HostMessage::SetOutput { channel, .. }) =
				block.message().filter(|message| is_beyond(rig, *message))
			{
				let value = rig.config.channel(channel).map_or(0, |info| info.safe);
				rig.drive(HostMessage::SetOutput { channel, value });
			}
			rig.hear(block);
		},
		..LIMITS
	},
	Defect {
		name: "does not accept its own limit",
		hears: |rig, block| match (block.frame, block.message()) {
			(Ok(frame), Some(HostMessage::SetOutput { channel, value }))
				if rig
					.config
					.channel(channel)
					.is_some_and(|info| info.kind == ChannelKind::Output && info.max == value) =>
			{
				rig.answer(frame.sequence, AckResult::OutOfLimits);
			}
			_ => rig.hear(block),
		},
		..LIMITS
	},
	Defect {
		name: "says that it drives an input",
		says: |_, frame| swap(frame, AckResult::NotAnOutput, AckResult::Done),
		..LIMITS
	},
	Defect {
		name: "takes a channel that does not exist for an input",
		says: |_, frame| swap(frame, AckResult::NoSuchChannel, AckResult::NotAnOutput),
		..LIMITS
	},
	Defect {
		name: "does not drive what it says",
		hears: |rig, block| {
			let before = rig.machine.outputs.clone();
			rig.hear(block);
			if matches!(block.message(), Some(HostMessage::SetOutput { .. })) {
				rig.machine.outputs = before;
			}
		},
		..LIMITS
	},
	Defect {
		name: "says that nothing is safe",
		says: |_, frame| ack(frame, |ack| ack.status.flags &= !Status::ALL_SAFE),
		..LIMITS
	},
];
