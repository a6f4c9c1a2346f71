use crate::bench::{events, Bench, BRAKE, CONFIG, DEAD_MAN_MS, DOOR, FEED, PRESSURE, SESSION, SPEED, SPINDLE};
use board_core::protocol::{AckResult, EventKind, HostFrame, HostMessage, ResetCause, Session, Status};
use board_core::Board;

const KEEP_ALIVE: HostMessage = HostMessage::KeepAlive;

#[test]
fn everything_is_safe_after_a_reset() {
	let mut bench = Bench::with(CONFIG);
	assert!(bench.is_safe());
	bench.poll();
	bench.set(SPINDLE, 900);
	// Whatever ran before the reset does not run after it.
	Board::start(CONFIG, Session(78), ResetCause::Watchdog, &mut bench.machine).expect("sound");
	assert!(bench.is_safe());
}

#[test]
fn silence_makes_everything_safe() {
	let mut bench = Bench::new();
	bench.set(SPINDLE, 900);
	bench.set(BRAKE, 0);
	assert!(bench.wait(DEAD_MAN_MS).is_empty());
	assert_eq!(bench.machine.outputs[&SPINDLE], 900);
	assert_eq!(events(&bench.wait(1)), [EventKind::DeadManTripped]);
	assert!(bench.is_safe());
	// Told once.
	assert!(bench.wait(10 * DEAD_MAN_MS).is_empty());
}

#[test]
fn a_host_that_never_spoke_trips_nothing() {
	let mut bench = Bench::new();
	assert!(bench.wait(100 * DEAD_MAN_MS).is_empty());
	assert_eq!(bench.board.status().flags, Status::ALL_SAFE);
}

#[test]
fn keep_alives_and_repetitions_hold_off_the_dead_man() {
	let mut bench = Bench::new();
	bench.set(SPINDLE, 900);
	for sequence in [500, 500, 501, 501] {
		bench.wait(DEAD_MAN_MS);
		assert_eq!(bench.send(sequence, KEEP_ALIVE).result, AckResult::Done);
	}
	assert_eq!(bench.machine.outputs[&SPINDLE], 900);
}

#[test]
fn nothing_but_a_sound_new_command_holds_off_the_dead_man() {
	let sequence = 600;
	let frames: [(&str, Vec<u8>); 5] = [
		("garbage", vec![0, 5, 5, 5, 0]),
		("another session", bytes(HostFrame::new(Session(1), 601, KEEP_ALIVE))),
		("an old number", bytes(HostFrame::new(SESSION, 599, KEEP_ALIVE))),
		(
			"a reused number",
			bytes(HostFrame::new(SESSION, sequence, HostMessage::Safe)),
		),
		(
			"another version",
			bytes(HostFrame {
				version: 9,
				..HostFrame::new(SESSION, 601, KEEP_ALIVE)
			}),
		),
	];
	for (name, frame) in frames {
		let mut bench = Bench::new();
		bench.set(SPINDLE, 900);
		bench.send(sequence, KEEP_ALIVE);
		bench.machine.to_board.extend(&frame);
		bench.wait(DEAD_MAN_MS);
		assert_eq!(events(&bench.wait(1)), [EventKind::DeadManTripped], "{name}");
	}
}

fn bytes(frame: HostFrame) -> Vec<u8> {
	frame.encode().expect("fits").to_vec()
}

#[test]
fn the_dead_man_works_across_the_clocks_end() {
	let mut bench = Bench::new();
	bench.machine.now_ms = u32::MAX - 10;
	bench.set(SPINDLE, 900);
	bench.wait(DEAD_MAN_MS);
	assert!(bench.machine.now_ms < DEAD_MAN_MS);
	assert_eq!(bench.machine.outputs[&SPINDLE], 900);
	bench.wait(1);
	assert!(bench.is_safe());
}

#[test]
fn after_a_trip_nothing_moves_before_the_host_takes_notice() {
	let mut bench = Bench::new();
	bench.set(SPINDLE, 900);
	bench.wait(DEAD_MAN_MS + 1);
	assert_eq!(bench.set(SPINDLE, 900), AckResult::Tripped);
	assert!(bench.board.status().has(Status::TRIPPED | Status::ALL_SAFE));
	// The safe value is always allowed.
	assert_eq!(bench.set(SPINDLE, 0), AckResult::Done);
	assert_eq!(bench.set(BRAKE, 1), AckResult::Done);
	assert_eq!(bench.command(HostMessage::Safe), AckResult::Done);
	assert_eq!(bench.set(SPINDLE, 900), AckResult::Done);
	assert!(!bench.board.status().has(Status::TRIPPED));
}

#[test]
fn an_open_door_stops_its_outputs_and_no_others() {
	let mut bench = Bench::new();
	bench.set(SPINDLE, 900);
	bench.set(FEED, 100);
	bench.set(BRAKE, 0);
	bench.machine.inputs.insert(DOOR, Some(0));
	assert_eq!(
		events(&bench.poll()),
		[EventKind::InterlockTripped { input: DOOR, value: 0 }]
	);
	let outputs = &bench.machine.outputs;
	assert_eq!((outputs[&SPINDLE], outputs[&FEED], outputs[&BRAKE]), (0, 0, 0));
	assert!(bench.board.status().has(Status::INTERLOCKED | Status::TRIPPED));
	assert!(bench.poll().is_empty());
}

#[test]
fn a_door_that_opens_with_the_command_wins() {
	let mut bench = Bench::new();
	bench.machine.inputs.insert(DOOR, Some(0));
	assert_eq!(bench.set(SPINDLE, 900), AckResult::Interlocked);
	assert!(!bench.machine.driven.contains(&(SPINDLE, 900)));
}

#[test]
fn a_closed_door_starts_nothing_by_itself() {
	let mut bench = Bench::new();
	bench.set(SPINDLE, 900);
	bench.machine.inputs.insert(DOOR, Some(0));
	bench.poll();
	// Taking notice does not help while the cause is there.
	assert_eq!(bench.command(HostMessage::Safe), AckResult::Done);
	assert_eq!(bench.set(SPINDLE, 900), AckResult::Interlocked);
	assert_eq!(bench.set(SPINDLE, 0), AckResult::Done);
	bench.machine.inputs.insert(DOOR, Some(1));
	assert_eq!(events(&bench.poll()), [EventKind::InterlockCleared { input: DOOR }]);
	assert_eq!(bench.set(SPINDLE, 900), AckResult::Tripped);
	assert!(bench.is_safe());
	assert_eq!(bench.command(HostMessage::Safe), AckResult::Done);
	assert_eq!(bench.set(SPINDLE, 900), AckResult::Done);
}

#[test]
fn two_interlocks_hold_what_each_of_them_holds() {
	let mut bench = Bench::new();
	bench.machine.inputs.insert(PRESSURE, Some(41));
	assert_eq!(
		events(&bench.poll()),
		[EventKind::InterlockTripped {
			input: PRESSURE,
			value: 41
		}]
	);
	assert_eq!(bench.set(SPINDLE, 900), AckResult::Done);
	assert_eq!(bench.set(FEED, 1), AckResult::Interlocked);
	bench.machine.inputs.insert(DOOR, Some(0));
	bench.machine.inputs.insert(PRESSURE, Some(40));
	bench.poll();
	assert_eq!(bench.set(FEED, 1), AckResult::Interlocked);
	assert!(bench.is_safe());
}

#[test]
fn an_input_that_cannot_be_read_trips_its_interlock() {
	let mut bench = Bench::new();
	bench.set(SPINDLE, 900);
	bench.machine.inputs.insert(DOOR, None);
	assert_eq!(
		events(&bench.poll()),
		[
			EventKind::InputLost { channel: DOOR },
			EventKind::InterlockTripped { input: DOOR, value: 0 }
		]
	);
	assert_eq!(bench.machine.outputs[&SPINDLE], 0);
	assert!(bench.board.status().has(Status::INPUT_LOST));
	assert_eq!(bench.board.value(DOOR), None);
	bench.machine.inputs.insert(DOOR, Some(1));
	assert_eq!(
		events(&bench.poll()),
		[
			EventKind::InputBack { channel: DOOR },
			EventKind::InterlockCleared { input: DOOR }
		]
	);
	assert!(!bench.board.status().has(Status::INPUT_LOST));
}

#[test]
fn an_input_without_interlock_that_is_lost_stops_nothing() {
	let mut bench = Bench::new();
	bench.set(SPINDLE, 900);
	bench.machine.inputs.insert(SPEED, None);
	assert_eq!(events(&bench.poll()), [EventKind::InputLost { channel: SPEED }]);
	assert_eq!(bench.machine.outputs[&SPINDLE], 900);
}

#[test]
fn a_trip_reaches_an_output_that_fails_at_first() {
	let mut bench = Bench::new();
	bench.set(SPINDLE, 900);
	bench.machine.broken.insert(SPINDLE);
	bench.machine.inputs.insert(DOOR, Some(0));
	bench.poll();
	assert_eq!(bench.machine.outputs[&SPINDLE], 900);
	bench.machine.broken.clear();
	bench.poll();
	assert_eq!(bench.machine.outputs[&SPINDLE], 0);
}
