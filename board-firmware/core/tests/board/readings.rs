use crate::bench::{acks, events, readings, Bench, DOOR, SESSION, SPEED};
use board_core::protocol::{AckResult, BoardFrame, BoardMessage, EventKind, HostFrame, HostMessage, Status};

const fn stream(interval_ms: u32) -> HostMessage {
	HostMessage::SetStreaming { interval_ms }
}

fn times(frames: &[BoardFrame]) -> Vec<u32> {
	readings(frames)
		.iter()
		.filter(|(_, reading)| reading.channel == SPEED)
		.map(|(_, r)| r.board_ms)
		.collect()
}

#[test]
fn streams_at_once_and_then_in_step() {
	let mut bench = Bench::new();
	bench.machine.now_ms = 1000;
	bench.send(1, stream(100));
	let mut seen = Vec::new();
	for _ in 0..30 {
		seen.extend(times(&bench.wait(15)));
	}
	// The first sample came with the command; later ones keep step although the rounds do not.
	assert_eq!(seen, [1105, 1210, 1300, 1405]);
	assert!(bench.board.status().has(Status::STREAMING));
}

#[test]
fn counts_readings_without_a_gap() {
	let mut bench = Bench::new();
	bench.send(1, stream(10));
	let mut counters = Vec::new();
	for _ in 0..20 {
		counters.extend(readings(&bench.wait(10)).iter().map(|(counter, _)| *counter));
	}
	// Six of them went with the command.
	assert_eq!(counters, (6..6 + 120).collect::<Vec<u16>>());
}

#[test]
fn stops_and_changes_on_demand() {
	let mut bench = Bench::new();
	bench.send(1, stream(10));
	bench.send(2, stream(40));
	assert!(times(&bench.wait(39)).is_empty());
	assert_eq!(times(&bench.wait(1)).len(), 1);
	assert_eq!(bench.send(3, stream(0)).status.flags, Status::ALL_SAFE);
	assert!(bench.wait(400).is_empty());
}

#[test]
fn refuses_an_interval_below_the_shortest() {
	let mut bench = Bench::new();
	assert_eq!(bench.send(1, stream(9)).result, AckResult::OutOfLimits);
	assert_eq!(bench.send(2, stream(u32::MAX)).result, AckResult::Done);
	assert_eq!(times(&bench.wait(1000)).len(), 0);
}

#[test]
fn does_not_catch_up_after_a_late_round() {
	let mut bench = Bench::new();
	bench.send(1, stream(10));
	assert_eq!(times(&bench.wait(95)).len(), 1);
	assert!(times(&bench.wait(9)).is_empty());
	assert_eq!(times(&bench.wait(1)).len(), 1);
}

#[test]
fn an_input_that_cannot_be_read_sends_nothing() {
	let mut bench = Bench::new();
	bench.machine.inputs.insert(SPEED, None);
	bench.send(1, stream(10));
	let frames = bench.wait(10);
	assert_eq!(readings(&frames).len(), 5);
	assert!(times(&frames).is_empty());
}

#[test]
fn readings_that_the_line_does_not_take_show_as_a_gap() {
	let mut bench = Bench::new();
	bench.send(1, stream(10));
	bench.machine.room = 0;
	for _ in 0..3 {
		assert!(bench.wait(10).is_empty());
	}
	bench.machine.room = usize::MAX;
	let counters: Vec<_> = readings(&bench.poll()).iter().map(|(counter, _)| *counter).collect();
	// Of three samples of six channels only the last one is sent.
	assert_eq!(counters, (18..24).collect::<Vec<u16>>());
}

#[test]
fn a_full_line_is_taken_up_where_it_stopped() {
	let mut bench = Bench::new();
	bench.send(1, stream(1000));
	bench.machine.now_ms = 1000;
	let mut frames = Vec::new();
	for _ in 0..20 {
		bench.machine.room = 20;
		frames.extend(bench.poll());
	}
	let channels: Vec<_> = readings(&frames).iter().map(|(_, reading)| reading.channel).collect();
	assert_eq!(channels, [0, 1, 2, 3, 4, 5]);
	// The bus was silent for a second: the dead-man event went first.
	assert!(matches!(frames[0].message, BoardMessage::Event(_)));
}

#[test]
fn events_that_find_no_room_show_as_a_gap() {
	let mut bench = Bench::new();
	bench.machine.room = 0;
	for round in 0..6 {
		bench.machine.inputs.insert(DOOR, Some(i32::from(round % 2 == 1)));
		bench.poll();
		bench.machine.inputs.insert(SPEED, (round % 2 == 1).then_some(5));
		bench.poll();
	}
	assert_eq!(bench.board.status().events, 13);
	bench.machine.room = usize::MAX;
	let frames = bench.poll();
	assert_eq!(
		frames.iter().map(|frame| frame.sequence).collect::<Vec<_>>(),
		(1..9).collect::<Vec<u16>>()
	);
	bench.machine.inputs.insert(DOOR, None);
	let frames = bench.poll();
	assert_eq!(events(&frames)[0], EventKind::InputLost { channel: DOOR });
	assert_eq!(frames[0].sequence, 13);
}

#[test]
fn a_line_that_says_when_it_is_full_is_offered_nothing_in_vain() {
	let mut bench = Bench::new();
	bench.machine.says_when_full = true;
	bench.machine.room = 70;
	let first = bench.exchange(HostFrame::new(SESSION, 1, HostMessage::ReadAll));
	assert!(!first.is_empty() && readings(&first).len() < 6);
	bench.machine.room = usize::MAX;
	let rest = bench.poll();
	assert_eq!(readings(&first).len() + readings(&rest).len(), 6);
	assert_eq!((acks(&rest).len(), bench.machine.refused), (1, 0));
}
