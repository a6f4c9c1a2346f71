use crate::bench::{acks, readings, Bench, BRAKE, FEED, SESSION, SPEED, SPINDLE};
use board_core::protocol::{AckResult, HostFrame, HostMessage, Session, Status};

const fn set(channel: u8, value: i32) -> HostMessage {
	HostMessage::SetOutput { channel, value }
}

#[test]
fn drives_outputs_within_their_limits_only() {
	let mut bench = Bench::new();
	for (channel, value, result) in [
		(SPINDLE, 1200, AckResult::Done),
		(SPINDLE, 3000, AckResult::Done),
		(SPINDLE, -100, AckResult::Done),
		(SPINDLE, 3001, AckResult::OutOfLimits),
		(SPINDLE, -101, AckResult::OutOfLimits),
		(SPINDLE, i32::MAX, AckResult::OutOfLimits),
		(FEED, i32::MIN, AckResult::OutOfLimits),
		(BRAKE, 0, AckResult::Done),
		(SPEED, 1, AckResult::NotAnOutput),
		(6, 0, AckResult::NoSuchChannel),
		(255, 0, AckResult::NoSuchChannel),
	] {
		bench.machine.driven.clear();
		assert_eq!(bench.set(channel, value), result, "{channel} {value}");
		let expected = if result == AckResult::Done {
			vec![(channel, value)]
		} else {
			vec![]
		};
		assert_eq!(bench.machine.driven, expected);
	}
}

#[test]
fn executes_a_repeated_command_once_and_answers_each_time() {
	let mut bench = Bench::new();
	bench.machine.driven.clear();
	for _ in 0..5 {
		assert_eq!(bench.send(9, set(SPINDLE, 700)).result, AckResult::Done);
	}
	assert_eq!(bench.machine.driven, [(SPINDLE, 700)]);
	// The first result stays, even when it would be another one now.
	assert_eq!(bench.send(10, set(SPINDLE, 9999)).result, AckResult::OutOfLimits);
	assert_eq!(bench.send(10, set(SPINDLE, 9999)).result, AckResult::OutOfLimits);
}

#[test]
fn refuses_old_and_reused_numbers() {
	let mut bench = Bench::new();
	assert_eq!(bench.send(100, set(SPINDLE, 1)).result, AckResult::Done);
	assert_eq!(bench.send(100, set(SPINDLE, 2)).result, AckResult::SequenceReused);
	assert_eq!(bench.send(99, set(SPINDLE, 3)).result, AckResult::Stale);
	assert_eq!(
		bench.send(100u16.wrapping_add(0x8000), set(SPINDLE, 4)).result,
		AckResult::Stale
	);
	assert_eq!(bench.send(100 + 0x7fff, set(SPINDLE, 5)).result, AckResult::Done);
	assert_eq!(bench.machine.outputs[&SPINDLE], 5);
}

#[test]
fn numbers_wrap_around() {
	let mut bench = Bench::new();
	assert_eq!(bench.send(u16::MAX, set(SPINDLE, 1)).result, AckResult::Done);
	assert_eq!(bench.send(0, set(SPINDLE, 2)).result, AckResult::Done);
	assert_eq!(bench.send(u16::MAX, set(SPINDLE, 1)).result, AckResult::Stale);
	assert_eq!(bench.machine.outputs[&SPINDLE], 2);
}

#[test]
fn refuses_commands_of_another_session() {
	let mut bench = Bench::new();
	bench.machine.driven.clear();
	for session in [Session::UNKNOWN, Session(76)] {
		let frames = bench.exchange(HostFrame::new(session, 1, set(SPINDLE, 5)));
		assert_eq!(frames[0].session, SESSION);
		assert_eq!(acks(&frames)[0].1.result, AckResult::WrongSession);
	}
	assert!(bench.machine.driven.is_empty());
}

#[test]
fn reports_its_state_with_every_answer() {
	let mut bench = Bench::new();
	assert_eq!(
		bench.send(1, HostMessage::KeepAlive).status,
		Status {
			flags: Status::ALL_SAFE,
			events: 1
		}
	);
	assert_eq!(bench.send(2, set(BRAKE, 0)).status.flags, 0);
	let streaming = bench.send(3, HostMessage::SetStreaming { interval_ms: 10 });
	assert_eq!(streaming.status.flags, Status::STREAMING);
	assert_eq!(
		bench.send(4, HostMessage::Safe).status.flags,
		Status::STREAMING | Status::ALL_SAFE
	);
	assert_eq!(bench.board.status().flags, Status::STREAMING | Status::ALL_SAFE);
}

#[test]
fn an_output_that_fails_is_made_safe_until_it_obeys() {
	let mut bench = Bench::new();
	assert_eq!(bench.set(SPINDLE, 500), AckResult::Done);
	bench.machine.broken.insert(SPINDLE);
	assert_eq!(bench.set(SPINDLE, 600), AckResult::OutputFailed);
	assert_eq!(bench.command(HostMessage::Safe), AckResult::OutputFailed);
	assert!(!bench.board.status().has(Status::ALL_SAFE));
	assert_eq!(bench.machine.outputs[&SPINDLE], 500);
	bench.machine.broken.clear();
	bench.poll();
	assert_eq!(bench.machine.outputs[&SPINDLE], 0);
	assert!(bench.board.status().has(Status::ALL_SAFE));
	assert_eq!(bench.command(HostMessage::Safe), AckResult::Done);
}

#[test]
fn takes_no_further_command_while_an_answer_waits() {
	let mut bench = Bench::new();
	bench.machine.room = 0;
	bench.put(HostFrame::new(SESSION, 1, set(SPINDLE, 1)));
	bench.put(HostFrame::new(SESSION, 2, set(SPINDLE, 2)));
	assert!(bench.poll().is_empty());
	assert!(bench.poll().is_empty());
	assert_eq!(bench.machine.outputs[&SPINDLE], 1);
	bench.machine.room = usize::MAX;
	let first = bench.poll();
	let second = bench.poll();
	assert_eq!((acks(&first)[0].0, acks(&second)[0].0), (1, 2));
	assert_eq!(bench.machine.outputs[&SPINDLE], 2);
}

#[test]
fn a_chattering_host_does_not_keep_the_board_from_its_round() {
	let mut bench = Bench::new();
	bench.machine.to_board.extend([0x55; 1000]);
	bench.poll();
	assert_eq!(bench.machine.to_board.len(), 1000 - 64);
}

#[test]
fn answers_through_noise_and_counts_it() {
	let mut bench = Bench::new();
	bench.machine.to_board.extend([0, 1, 2, 3, 0, 0xff, 0xff]);
	assert_eq!(bench.send(1, set(SPINDLE, 1)).result, AckResult::Done);
	assert_eq!(bench.board.counters().errors(), 2);
	assert_eq!(bench.board.counters().frames, 1);
}

#[test]
fn reads_every_channel_before_the_acknowledgement() {
	let mut bench = Bench::new();
	bench.machine.inputs.insert(SPEED, Some(-3));
	bench.set(FEED, 250);
	let frames = bench.exchange(HostFrame::new(SESSION, 50, HostMessage::ReadAll));
	let values: Vec<_> = readings(&frames)
		.iter()
		.map(|(_, reading)| (reading.channel, reading.value))
		.collect();
	assert_eq!(values, [(0, 0), (1, 250), (2, 1), (3, -3), (4, 1), (5, 0)]);
	assert_eq!(acks(&frames[6..])[0].0, 50);
	// A repetition is only acknowledged.
	let again = bench.exchange(HostFrame::new(SESSION, 50, HostMessage::ReadAll));
	assert_eq!((readings(&again).len(), acks(&again).len()), (0, 1));
	assert_eq!((bench.board.value(FEED), bench.board.value(6)), (Some(250), None));
	assert_eq!(bench.board.session(), SESSION);
}
