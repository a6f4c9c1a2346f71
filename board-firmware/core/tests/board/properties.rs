//! Whatever happens, in whatever order: the guarantees of the README.

use crate::bench::{acks, Bench, BRAKE, CONFIG, DEAD_MAN_MS, DOOR, FEED, PRESSURE, SESSION, SPEED, SPINDLE};
use board_core::protocol::{AckResult, HostFrame, HostMessage, ResetCause, Session};
use board_core::Board;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
	Send {
		session: Session,
		sequence: u16,
		message: HostMessage,
	},
	Garbage(Vec<u8>),
	Wait(u32),
	Input(u8, Option<i32>),
	Break(u8),
	Mend,
	Room(usize),
	Reset,
}

fn message() -> impl Strategy<Value = HostMessage> {
	prop_oneof![
		6 => (0u8..7, prop_oneof![-200i32..60_000, any::<i32>()])
			.prop_map(|(channel, value)| HostMessage::SetOutput { channel, value }),
		2 => Just(HostMessage::Safe),
		2 => Just(HostMessage::KeepAlive),
		1 => Just(HostMessage::ReadAll),
		1 => (0u32..100).prop_map(|interval_ms| HostMessage::SetStreaming { interval_ms }),
		1 => any::<u8>().prop_map(|page| HostMessage::HelloRequest { page }),
	]
}

fn step() -> impl Strategy<Value = Step> {
	let session = prop_oneof![9 => Just(SESSION), 1 => (0u32..80).prop_map(Session)];
	prop_oneof![
		8 => (session, 0u16..40, message())
			.prop_map(|(session, sequence, message)| Step::Send { session, sequence, message }),
		1 => proptest::collection::vec(any::<u8>(), 0..80).prop_map(Step::Garbage),
		3 => (0u32..DEAD_MAN_MS + 100).prop_map(Step::Wait),
		1 => (SPEED..=PRESSURE, proptest::option::of(-60i32..60)).prop_map(|(channel, value)| Step::Input(channel, value)),
		2 => Just(Step::Input(DOOR, Some(1))),
		1 => (SPINDLE..=BRAKE).prop_map(Step::Break),
		1 => Just(Step::Mend),
		1 => (0usize..200).prop_map(Step::Room),
		1 => Just(Step::Reset),
	]
}

fn is_held(bench: &Bench, channel: u8) -> bool {
	let door = bench.machine.inputs[&DOOR] != Some(1);
	let pressure = !bench.machine.inputs[&PRESSURE].is_some_and(|value| (-50..=40).contains(&value));
	match channel {
		SPINDLE => door,
		FEED => door || pressure,
		_ => false,
	}
}

/// What must hold after every round.
fn check(bench: &Bench) -> Result<(), TestCaseError> {
	for info in CONFIG.channels.iter().filter(|info| CONFIG.outputs().has(info.channel)) {
		let value = bench.machine.outputs[&info.channel];
		prop_assert!((info.min..=info.max).contains(&value), "{} is {value}", info.name);
		if is_held(bench, info.channel) && !bench.machine.broken.contains(&info.channel) {
			prop_assert_eq!(value, info.safe, "{} is held", info.name);
		}
	}
	Ok(())
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(400))]

	#[test]
	fn outputs_stay_within_limits_and_interlocks(steps in proptest::collection::vec(step(), 1..120)) {
		let mut bench = Bench::new();
		for step in steps {
			match step {
				Step::Send { session, sequence, message } => bench.put(HostFrame::new(session, sequence, message)),
				Step::Garbage(bytes) => bench.machine.to_board.extend(bytes),
				Step::Wait(ms) => bench.machine.now_ms = bench.machine.now_ms.wrapping_add(ms),
				Step::Input(channel, value) => { bench.machine.inputs.insert(channel, value); },
				Step::Break(channel) => { bench.machine.broken.insert(channel); },
				Step::Mend => bench.machine.broken.clear(),
				Step::Room(room) => bench.machine.room = room,
				Step::Reset => {
					bench.machine.broken.clear();
					bench.board = Board::start(CONFIG, SESSION, ResetCause::External, &mut bench.machine).expect("sound");
					prop_assert!(bench.is_safe());
				},
			}
			bench.board.poll(&mut bench.machine);
			check(&bench)?;
		}
		// However it got there: after a silence everything is safe.
		bench.machine.broken.clear();
		bench.machine.to_board.clear();
		bench.wait(DEAD_MAN_MS + 1);
		bench.wait(DEAD_MAN_MS + 1);
		prop_assert!(bench.is_safe());
	}

	#[test]
	fn no_command_is_executed_twice_however_often_and_late_it_comes(
		order in proptest::collection::vec((0u16..20, 1usize..4), 1..60),
	) {
		let mut bench = Bench::new();
		bench.machine.driven.clear();
		for (sequence, times) in order {
			for _ in 0..times {
				// The value names the command.
				let ack = bench.send(sequence, HostMessage::SetOutput { channel: FEED, value: 1000 + i32::from(sequence) });
				prop_assert!(matches!(ack.result, AckResult::Done | AckResult::Stale));
			}
		}
		let mut values: Vec<_> = bench.machine.driven.iter().map(|(_, value)| *value).collect();
		let executed = values.len();
		prop_assert!(values.is_sorted(), "in order");
		values.dedup();
		prop_assert_eq!(values.len(), executed, "each once");
	}

	#[test]
	fn garbage_drives_nothing_and_the_next_command_gets_through(
		garbage in proptest::collection::vec(any::<u8>(), 0..500),
	) {
		let mut bench = Bench::new();
		bench.machine.driven.clear();
		bench.machine.to_board.extend(garbage);
		while !bench.machine.to_board.is_empty() {
			bench.poll();
		}
		prop_assert!(bench.machine.driven.is_empty());
		let frames = bench.exchange(HostFrame::new(SESSION, 1, HostMessage::SetOutput { channel: BRAKE, value: 0 }));
		prop_assert_eq!(acks(&frames).last().map(|(_, ack)| ack.result), Some(AckResult::Done));
	}
}
