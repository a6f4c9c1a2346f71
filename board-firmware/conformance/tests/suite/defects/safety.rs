use super::{ack, is_beyond, swap, Defect, SOUND};
use crate::rig::Rig;
use board_conformance::protocol::{
	AckResult, BoardFrame, BoardMessage, DecodeError, Event, EventKind, HelloPage, HostMessage, Status,
};

const DEAD_MAN: Defect = Defect {
	breaks: "dead-man",
	..SOUND
};

const TRIPPED: Defect = Defect {
	breaks: "tripped",
	..SOUND
};

const NO_SIGN: Defect = Defect {
	breaks: "hello-is-no-sign-of-life",
	..SOUND
};

const KEEP_ALIVE: Defect = Defect {
	breaks: "keep-alive",
	..SOUND
};

const FLAGS: Defect = Defect {
	breaks: "status-flags",
	..SOUND
};

pub const NEVER_TRIPS: Defect = Defect {
	name: "has no dead-man timer",
	lives: |rig| {
		rig.count += 1;
		if rig.count.is_multiple_of(100) {
			rig.poke();
		}
	},
	..DEAD_MAN
};

/// The dead-man time that the board says, other than its own.
fn says_dead_man(mut frame: BoardFrame, change: impl FnOnce(&mut u32)) -> Option<BoardFrame> {
	if let BoardMessage::Hello(HelloPage::Identity(identity)) = &mut frame.message {
		change(&mut identity.dead_man_ms);
	}
	Some(frame)
}

fn is_trip(frame: &BoardFrame) -> bool {
	matches!(
		frame.message,
		BoardMessage::Event(Event {
			kind: EventKind::DeadManTripped,
			..
		})
	)
}

fn is_tripped(rig: &Rig) -> bool {
	rig.board.status().has(Status::TRIPPED)
}

/// Whether this SetOutput is to the channel's safe value.
fn is_safe_value(rig: &Rig, message: HostMessage) -> bool {
	let HostMessage::SetOutput { channel, value } = message else {
		return false;
	};
	rig.config.channel(channel).is_some_and(|info| info.safe == value)
}

pub const DEFECTS: &[Defect] = &[
	NEVER_TRIPS,
	Defect {
		name: "trips too early",
		says: |_, frame| says_dead_man(frame, |ms| *ms += 20),
		..DEAD_MAN
	},
	Defect {
		name: "trips too late",
		says: |_, frame| says_dead_man(frame, |ms| *ms = 50),
		..DEAD_MAN
	},
	Defect {
		name: "trips in words only",
		says: |rig, frame| {
			if is_trip(&frame) {
				let told = rig.told.clone();
				rig.machine.outputs.extend(told);
			}
			Some(frame)
		},
		..DEAD_MAN
	},
	Defect {
		name: "trips and does not say so",
		says: |_, frame| Some(frame).filter(|frame| !is_trip(frame)),
		..DEAD_MAN
	},
	Defect {
		name: "drives an output that has tripped",
		hears: |rig, block| {
			if let Some(message) = block.message().filter(|_| is_tripped(rig)) {
				rig.drive(message);
			}
			rig.hear(block);
		},
		says: |_, frame| swap(frame, AckResult::Tripped, AckResult::Done),
		..TRIPPED
	},
	Defect {
		name: "refuses to drive an output that has tripped, and drives it",
		hears: |rig, block| {
			if let Some(message) = block.message().filter(|_| is_tripped(rig)) {
				rig.drive(message);
			}
			rig.hear(block);
		},
		..TRIPPED
	},
	Defect {
		name: "refuses the safe value after a trip",
		hears: |rig, block| match block.frame {
			Ok(frame) if is_tripped(rig) && is_safe_value(rig, frame.message) => {
				rig.answer(frame.sequence, AckResult::Tripped);
			}
			_ => rig.hear(block),
		},
		..TRIPPED
	},
	Defect {
		name: "does not take notice of Safe after a trip",
		hears: |rig, block| match block.frame {
			Ok(frame) if is_tripped(rig) && frame.message == HostMessage::Safe => {
				rig.answer(frame.sequence, AckResult::Done);
			}
			_ => rig.hear(block),
		},
		..TRIPPED
	},
	Defect {
		name: "takes the safe value for Safe",
		hears: |rig, block| match block.frame {
			Ok(mut frame) if is_tripped(rig) && is_safe_value(rig, frame.message) => {
				frame.message = HostMessage::Safe;
				rig.hear_instead(frame);
			}
			_ => rig.hear(block),
		},
		..TRIPPED
	},
	Defect {
		name: "takes a hello request for a sign of life",
		hears: |rig, block| {
			if matches!(block.message(), Some(HostMessage::HelloRequest { .. })) {
				rig.poke();
			}
			rig.hear(block);
		},
		..NO_SIGN
	},
	Defect {
		name: "takes another session for a sign of life",
		hears: |rig, block| {
			if block
				.frame
				.is_ok_and(|frame| frame.session != rig.board.session() && frame.session.0 != 0)
			{
				rig.poke();
			}
			rig.hear(block);
		},
		..NO_SIGN
	},
	Defect {
		name: "takes an old command for a sign of life",
		hears: |rig, block| {
			if block
				.frame
				.is_ok_and(|frame| rig.ahead(&frame).is_some_and(|ahead| ahead > 0x7fff))
			{
				rig.poke();
			}
			rig.hear(block);
		},
		..NO_SIGN
	},
	Defect {
		name: "takes a reused number for a sign of life",
		hears: |rig, block| {
			if block
				.frame
				.is_ok_and(|frame| rig.ahead(&frame) == Some(0) && !rig.is_repeated(&frame))
			{
				rig.poke();
			}
			rig.hear(block);
		},
		..NO_SIGN
	},
	Defect {
		name: "takes another version for a sign of life",
		hears: |rig, block| {
			if matches!(block.frame, Err(DecodeError::Version { .. })) {
				rig.poke();
			}
			rig.hear(block);
		},
		..NO_SIGN
	},
	Defect {
		name: "takes a broken frame for a sign of life",
		hears: |rig, block| {
			if block.frame == Err(DecodeError::Checksum) {
				rig.poke();
			}
			rig.hear(block);
		},
		..NO_SIGN
	},
	Defect {
		name: "does not take KeepAlive for a sign of life",
		hears: |rig, block| match block.frame {
			Ok(frame) if frame.message == HostMessage::KeepAlive => rig.answer(frame.sequence, AckResult::Done),
			_ => rig.hear(block),
		},
		..KEEP_ALIVE
	},
	Defect {
		name: "does not take a repeated command for a sign of life",
		hears: |rig, block| match block.frame {
			Ok(frame) if rig.is_repeated(&frame) => rig.answer(frame.sequence, AckResult::Done),
			_ => rig.hear(block),
		},
		..KEEP_ALIVE
	},
	Defect {
		name: "does not take a refused value for a sign of life",
		hears: |rig, block| match block.frame {
			Ok(frame) if is_beyond(rig, frame.message) => rig.answer(frame.sequence, AckResult::OutOfLimits),
			_ => rig.hear(block),
		},
		..KEEP_ALIVE
	},
	Defect {
		name: "always says that all is safe",
		says: |_, frame| ack(frame, |ack| ack.status.flags |= Status::ALL_SAFE),
		..FLAGS
	},
	Defect {
		name: "never says that all is safe",
		says: |_, frame| ack(frame, |ack| ack.status.flags &= !Status::ALL_SAFE),
		..FLAGS
	},
	Defect {
		name: "never says that an output has tripped",
		says: |_, frame| ack(frame, |ack| ack.status.flags &= !Status::TRIPPED),
		..FLAGS
	},
	Defect {
		name: "always says that an output has tripped",
		says: |_, frame| ack(frame, |ack| ack.status.flags |= Status::TRIPPED),
		..FLAGS
	},
	Defect {
		name: "does not count its events",
		says: |_, frame| ack(frame, |ack| ack.status.events = 1),
		..FLAGS
	},
	Defect {
		name: "counts an event that it does not send",
		says: |rig, frame| {
			let tripped = u16::from(is_tripped(rig));
			ack(frame, |ack| ack.status.events += tripped)
		},
		..FLAGS
	},
	Defect {
		name: "gives its events numbers that it does not count",
		says: |_, mut frame| {
			if is_trip(&frame) {
				frame.sequence += 1;
			}
			Some(frame)
		},
		..FLAGS
	},
];
