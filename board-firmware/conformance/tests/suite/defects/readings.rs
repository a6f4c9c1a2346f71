use super::{ack, Defect, SOUND};
use crate::rig::SPEED;
use board_conformance::protocol::{AckResult, BoardFrame, BoardMessage, HostMessage, Reading, Status};

const READ_ALL: Defect = Defect {
	breaks: "read-all",
	..SOUND
};

const CLOCK: Defect = Defect {
	breaks: "clock",
	..SOUND
};

const STREAMING: Defect = Defect {
	breaks: "streaming",
	..SOUND
};

fn reading(mut frame: BoardFrame, change: impl FnOnce(&mut Reading, &mut u16)) -> Option<BoardFrame> {
	if let BoardMessage::Reading(reading) = &mut frame.message {
		change(reading, &mut frame.sequence);
	}
	Some(frame)
}

fn is_reading(frame: &BoardFrame) -> bool {
	matches!(frame.message, BoardMessage::Reading(_))
}

pub const DEFECTS: &[Defect] = &[
	Defect {
		name: "forgets a channel",
		says: |rig, mut frame| {
			// Its counter does not show it.
			match frame.message {
				BoardMessage::Reading(reading) if reading.channel == SPEED => {
					rig.number += 1;
					return None;
				}
				BoardMessage::Reading(_) => frame.sequence -= rig.number,
				_ => {}
			}
			Some(frame)
		},
		..READ_ALL
	},
	Defect {
		name: "reads a channel that does not exist",
		says: |_, frame| {
			reading(frame, |reading, _| {
				if reading.channel == 0 {
					reading.channel = 99;
				}
			})
		},
		..READ_ALL
	},
	Defect {
		name: "reads a channel twice",
		hears: |rig, block| {
			let mut frames = rig.exchange(&block.bytes);
			if let Some(first) = frames.first().copied().filter(is_reading) {
				frames.insert(0, first);
			}
			frames.into_iter().for_each(|frame| rig.say(frame));
		},
		..READ_ALL
	},
	Defect {
		name: "counts every second reading only",
		says: |_, frame| reading(frame, |_, sequence| *sequence /= 2),
		..READ_ALL
	},
	Defect {
		name: "counts readings from 0 each time",
		hears: |rig, block| {
			rig.number = 0;
			rig.hear(block);
		},
		says: |rig, frame| {
			reading(frame, |_, sequence| {
				*sequence = rig.number;
				rig.number += 1;
			})
		},
		..READ_ALL
	},
	Defect {
		name: "answers before it reads",
		hears: |rig, block| {
			let mut frames = rig.exchange(&block.bytes);
			frames.sort_by_key(is_reading);
			frames.into_iter().for_each(|frame| rig.say(frame));
		},
		..READ_ALL
	},
	Defect {
		name: "says that an input is lost",
		says: |_, frame| ack(frame, |ack| ack.status.flags |= Status::INPUT_LOST),
		..READ_ALL
	},
	Defect {
		name: "does not say that an input is lost",
		says: |_, frame| ack(frame, |ack| ack.status.flags &= !Status::INPUT_LOST),
		lives: |rig| {
			rig.machine.inputs.insert(SPEED, None);
		},
		..READ_ALL
	},
	Defect {
		name: "reads what is safe, not what is driven",
		says: |rig, frame| {
			reading(frame, |reading, _| {
				if rig.config.outputs().has(reading.channel) {
					reading.value = rig.config.channel(reading.channel).map_or(0, |info| info.safe);
				}
			})
		},
		..READ_ALL
	},
	Defect {
		name: "has a clock that runs at half speed",
		says: |_, frame| reading(frame, |reading, _| reading.board_ms /= 2),
		..CLOCK
	},
	Defect {
		name: "has a clock that stands still",
		says: |_, frame| reading(frame, |reading, _| reading.board_ms = 0),
		..CLOCK
	},
	Defect {
		name: "has a clock that runs back",
		says: |_, frame| {
			reading(frame, |reading, _| {
				if reading.channel == 0 {
					reading.board_ms += 5;
				}
			})
		},
		..CLOCK
	},
	Defect {
		name: "streams as fast as it is told",
		hears: |rig, block| match (block.frame, block.message()) {
			(Ok(frame), Some(HostMessage::SetStreaming { interval_ms: 9 })) => {
				rig.answer(frame.sequence, AckResult::Done);
			}
			_ => rig.hear(block),
		},
		..STREAMING
	},
	Defect {
		name: "never stops streaming",
		hears: |rig, block| match (block.frame, block.message()) {
			(Ok(frame), Some(HostMessage::SetStreaming { interval_ms: 0 })) => {
				rig.answer(frame.sequence, AckResult::Done)
			}
			_ => rig.hear(block),
		},
		..STREAMING
	},
	Defect {
		name: "stops streaming in words only",
		hears: |rig, block| match block.frame {
			Ok(frame) if block.message() == Some(HostMessage::SetStreaming { interval_ms: 0 }) => {
				rig.count = 1;
				rig.answer(frame.sequence, AckResult::Done);
				rig.count = 0;
			}
			_ => rig.hear(block),
		},
		says: |rig, frame| {
			ack(frame, |ack| {
				if rig.count == 1 {
					ack.status.flags &= !Status::STREAMING;
				}
			})
		},
		..STREAMING
	},
	Defect {
		name: "streams half as often",
		hears: |rig, block| match (block.frame, block.message()) {
			(Ok(mut frame), Some(HostMessage::SetStreaming { interval_ms })) if interval_ms > 9 => {
				frame.message = HostMessage::SetStreaming {
					interval_ms: interval_ms * 2,
				};
				rig.hear_instead(frame);
			}
			_ => rig.hear(block),
		},
		..STREAMING
	},
	Defect {
		name: "streams at an interval of its own",
		hears: |rig, block| match (block.frame, block.message()) {
			(Ok(mut frame), Some(HostMessage::SetStreaming { interval_ms })) if interval_ms > 9 => {
				frame.message = HostMessage::SetStreaming { interval_ms: 20 };
				rig.hear_instead(frame);
			}
			_ => rig.hear(block),
		},
		..STREAMING
	},
	Defect {
		name: "streams and does not say so",
		says: |_, frame| ack(frame, |ack| ack.status.flags &= !Status::STREAMING),
		..STREAMING
	},
	Defect {
		name: "takes its first sample late",
		hears: |rig, block| match (block.frame, block.message()) {
			(Ok(frame), Some(HostMessage::SetStreaming { interval_ms: 60_000 })) => {
				rig.number = 1;
				rig.answer(frame.sequence, AckResult::Done);
				rig.number = 0;
			}
			_ => rig.hear(block),
		},
		says: |rig, frame| {
			ack(frame, |ack| {
				if rig.number == 1 {
					ack.status.flags |= Status::STREAMING;
				}
			})
		},
		..STREAMING
	},
	Defect {
		name: "loses a reading now and then",
		says: |rig, frame| {
			if is_reading(&frame) {
				rig.count += 1;
			}
			Some(frame).filter(|frame| !is_reading(frame) || rig.count % 37 != 0)
		},
		..STREAMING
	},
];
