use super::{swap, Defect, SOUND};
use board_conformance::protocol::{
	AckResult, BoardFrame, BoardMessage, Event, EventKind, HostMessage, ResetCause, Session, Status, CONFIG_PAGE_LEN,
};

const KEPT: Defect = Defect {
	breaks: "kept-configuration",
	..SOUND
};

const RESTART: Defect = Defect {
	breaks: "restart",
	..SOUND
};

fn is_reset(frame: &BoardFrame) -> bool {
	matches!(
		frame.message,
		BoardMessage::Event(Event {
			kind: EventKind::Reset { .. },
			..
		})
	)
}

pub const DEFECTS: &[Defect] = &[
	Defect {
		name: "writes while an output is not safe",
		says: |_, frame| swap(frame, AckResult::NotSafe, AckResult::Done),
		..KEPT
	},
	Defect {
		name: "makes all safe to write",
		hears: |rig, block| {
			rig.hear(block);
			if matches!(block.message(), Some(HostMessage::WriteConfig { .. })) {
				rig.machine.outputs.insert(0, 0);
			}
		},
		..KEPT
	},
	Defect {
		name: "writes beyond its memory",
		hears: |rig, block| match (block.frame, block.message()) {
			(Ok(frame), Some(HostMessage::WriteConfig { part: 8, .. })) => rig.answer(frame.sequence, AckResult::Done),
			_ => rig.hear(block),
		},
		..KEPT
	},
	Defect {
		name: "goes round at the end of its memory",
		hears: |rig, block| match block.frame {
			Ok(mut frame) => {
				if let HostMessage::WriteConfig { part, .. } = &mut frame.message {
					*part %= 8;
				}
				rig.hear_instead(frame);
			}
			Err(_) => rig.hear(block),
		},
		..KEPT
	},
	Defect {
		name: "does not keep what is written",
		hears: |rig, block| match (block.frame, block.message()) {
			(Ok(frame), Some(HostMessage::WriteConfig { part: 0..=7, .. }))
				if rig.board.status().has(Status::ALL_SAFE) =>
			{
				rig.answer(frame.sequence, AckResult::Done);
			}
			_ => rig.hear(block),
		},
		..KEPT
	},
	Defect {
		name: "keeps the last byte only",
		hears: |rig, block| {
			let before = rig.machine.memory;
			rig.hear(block);
			if let Some(HostMessage::WriteConfig { part, .. }) = block.message() {
				let start = usize::from(part) * CONFIG_PAGE_LEN;
				if let Some(kept) = rig.machine.memory.get_mut(start..start + CONFIG_PAGE_LEN - 1) {
					kept.copy_from_slice(&before[start..start + CONFIG_PAGE_LEN - 1]);
				}
			}
		},
		..KEPT
	},
	Defect {
		name: "spoils another part when it writes",
		hears: |rig, block| {
			rig.hear(block);
			if matches!(block.message(), Some(HostMessage::WriteConfig { .. })) {
				rig.machine.memory[30] = 0;
			}
		},
		..KEPT
	},
	Defect {
		name: "shows one part less than it writes",
		hears: |rig, block| match (block.frame, block.message()) {
			(Ok(frame), Some(HostMessage::HelloRequest { page: 135 })) => {
				rig.answer(frame.sequence, AckResult::NoSuchChannel);
			}
			_ => rig.hear(block),
		},
		..KEPT
	},
	Defect {
		name: "does not restart",
		hears: |rig, block| match block.frame {
			Ok(mut frame) if frame.message == HostMessage::Restart => {
				frame.message = HostMessage::Safe;
				rig.hear_instead(frame);
			}
			_ => rig.hear(block),
		},
		..RESTART
	},
	Defect {
		name: "keeps its session",
		restarts: |rig| rig.restart(rig.board.session(), ResetCause::Ordered),
		..RESTART
	},
	Defect {
		name: "names another cause",
		restarts: |rig| rig.restart(Session(rig.board.session().0 + 1), ResetCause::External),
		..RESTART
	},
	Defect {
		name: "does not tell of its reset",
		says: |_, frame| Some(frame).filter(|frame| !is_reset(frame)),
		..RESTART
	},
	Defect {
		name: "counts its events on",
		says: |_, mut frame| {
			if is_reset(&frame) {
				frame.sequence += 4;
			}
			Some(frame)
		},
		..RESTART
	},
	Defect {
		name: "is not safe before a restart",
		says: |rig, mut frame| {
			if let BoardMessage::Ack(ack) = &mut frame.message {
				if rig.machine.restart_at.is_some() {
					ack.status.flags &= !Status::ALL_SAFE;
				}
			}
			Some(frame)
		},
		..RESTART
	},
	Defect {
		name: "is not safe after a restart",
		restarts: |rig| {
			rig.restart(Session(rig.board.session().0 + 1), ResetCause::Ordered);
			rig.machine.outputs.insert(0, 5);
		},
		..RESTART
	},
	Defect {
		name: "restarts before it answers",
		says: |rig, frame| Some(frame).filter(|_| rig.machine.restart_at.is_none()),
		..RESTART
	},
	Defect {
		name: "restarts again when the order is repeated",
		hears: |rig, block| {
			if block.message() == Some(HostMessage::Restart) && rig.board.session() != Session(77) {
				rig.machine.restart_at = Some(rig.machine.now + std::time::Duration::from_millis(50));
			}
			rig.hear(block);
		},
		..RESTART
	},
	Defect {
		name: "obeys the session before",
		hears: |rig, block| match block.frame {
			Ok(mut frame) if frame.session.0 + 1 == rig.board.session().0 => {
				frame.session = rig.board.session();
				rig.hear_instead(frame);
			}
			_ => rig.hear(block),
		},
		..RESTART
	},
	Defect {
		name: "remembers the numbers of the session before",
		hears: |rig, block| match block.frame {
			Ok(frame)
				if frame.session == rig.board.session()
					&& rig.number > 0
					&& rig.number.wrapping_sub(frame.sequence) < 0x8000 =>
			{
				rig.answer(frame.sequence, AckResult::Stale);
			}
			Ok(frame) if frame.message == HostMessage::Restart && frame.session == Session(77) => {
				rig.number = frame.sequence;
				rig.hear(block);
			}
			_ => rig.hear(block),
		},
		..RESTART
	},
	Defect {
		name: "trips before the first command",
		lives: |rig| {
			let since = rig.machine.now - rig.machine.started;
			if rig.board.session() != Session(77) && since == std::time::Duration::from_millis(400) {
				let event = Event {
					board_ms: 400,
					kind: EventKind::DeadManTripped,
				};
				rig.say(BoardFrame::new(rig.board.session(), 1, BoardMessage::Event(event)));
			}
		},
		..RESTART
	},
	Defect {
		name: "is another board after a restart",
		restarts: |rig| {
			rig.config.dead_man_ms += 1;
			rig.restart(Session(rig.board.session().0 + 1), ResetCause::Ordered);
		},
		..RESTART
	},
];
