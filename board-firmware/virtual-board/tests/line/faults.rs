use crate::client::{Client, PATIENCE};
use std::time::{Duration, Instant};
use virtual_board::{
	protocol::{
		AckResult, DecodeError, EventKind, HostFrame, HostMessage, ResetCause, Session, Status, PROTOCOL_VERSION,
	},
	Command, Fault, Options, VirtualBoard, COOLANT, SPINDLE_RPM, SPINDLE_SPEED, TEMPERATURE,
};

fn board(faults: &[Fault]) -> (tempfile::TempDir, VirtualBoard) {
	let folder = tempfile::tempdir().expect("a folder");
	let options = Options {
		faults: faults.to_vec(),
		..Options::new(folder.path().join("board"))
	};
	let board = VirtualBoard::start(options).expect("a board");
	(folder, board)
}

fn fault(board: &VirtualBoard, fault: Fault) {
	board.command(Command::Fault(fault)).expect("it runs");
}

#[test]
fn commands_get_through_a_noisy_line_exactly_once() {
	let (_folder, board) = board(&[Fault::LineNoise]);
	let mut client = Client::connect(board.path());
	assert_eq!(
		client.command(HostMessage::SetStreaming { interval_ms: 10 }),
		AckResult::Done
	);
	for round in 0..60 {
		// A dead-man trip in a row of lost frames must not end the test.
		let result = client.set(COOLANT, round % 2);
		if result == AckResult::Tripped {
			assert_eq!(client.command(HostMessage::Safe), AckResult::Done);
		} else {
			assert_eq!(result, AckResult::Done);
			assert_eq!(board.state().resets, 1);
		}
	}
	assert!(!client.errors.is_empty(), "the noise is real");
	board.command(Command::Clear).expect("it runs");
	assert_eq!(client.command(HostMessage::Safe), AckResult::Done);
}

#[test]
fn garbage_from_the_host_harms_nothing() {
	let (_folder, board) = board(&[]);
	let mut client = Client::connect(board.path());
	let garbage: Vec<u8> = (0..5000u32)
		.map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
		.collect();
	client.write(&garbage);
	assert_eq!(client.set(SPINDLE_RPM, 500), AckResult::Done);
	assert!(board.state().counters.errors() > 0);
	// A frame that breaks off costs nothing but itself.
	let whole = HostFrame::new(client.session, 500, HostMessage::KeepAlive)
		.encode()
		.expect("fits");
	client.write(&whole[..6]);
	client.sequence = 600;
	assert_eq!(client.set(SPINDLE_RPM, 600), AckResult::Done);
}

const FOREIGN: DecodeError = DecodeError::Version {
	ours: PROTOCOL_VERSION,
	theirs: PROTOCOL_VERSION + 1,
};

#[test]
fn a_foreign_version_is_named_on_both_sides() {
	let (_folder, board) = board(&[Fault::WrongVersion]);
	let mut client = Client::open(board.path());
	client.put(HostFrame::new(
		Session::UNKNOWN,
		1,
		HostMessage::HelloRequest { page: 0 },
	));
	let deadline = Instant::now() + PATIENCE;
	// The reset event and the hello, both in the board's version.
	while client.errors.len() < 2 && Instant::now() < deadline {
		client.pump().expect("the line is up");
	}
	assert_eq!(client.errors, [FOREIGN; 2]);
	assert_eq!(
		client.errors[0].to_string(),
		format!(
			"the other side speaks protocol version {}, this side speaks version {PROTOCOL_VERSION}",
			PROTOCOL_VERSION + 1
		)
	);
	board.command(Command::Clear).expect("it runs");
	client.hello(0);
}

#[test]
fn the_firmware_can_be_changed_while_it_runs() {
	let (_folder, board) = board(&[]);
	let mut client = Client::connect(board.path());
	let before = board.state();
	fault(&board, Fault::WrongVersion);
	let reset = board
		.wait_for(PATIENCE, |state| state.session != before.session)
		.expect("a reset");
	assert_eq!(reset.resets, before.resets + 1);
	let deadline = Instant::now() + PATIENCE;
	while client.errors.is_empty() && Instant::now() < deadline {
		client.pump().expect("the line is up");
	}
	assert_eq!(client.errors, [FOREIGN]);
}

#[test]
fn the_watchdog_resets_a_running_machine() {
	let (_folder, board) = board(&[Fault::Reset]);
	let mut client = Client::connect(board.path());
	let started = Instant::now();
	assert_eq!(client.set(SPINDLE_RPM, 1000), AckResult::Done);
	// Kept company, so that nothing but the watchdog stops it.
	while board
		.wait_for(Duration::from_millis(50), |state| state.resets == 2)
		.is_none()
	{
		assert!(started.elapsed() < PATIENCE, "it never bites");
		client.command(HostMessage::KeepAlive);
	}
	assert!(started.elapsed() >= Duration::from_secs(2));
	client.event(EventKind::Reset {
		cause: ResetCause::Watchdog,
	});
	assert!(board.state().status.has(Status::ALL_SAFE));
}

#[test]
fn a_stalled_spindle_and_a_drift_show_in_the_readings() {
	let (_folder, board) = board(&[]);
	let mut client = Client::connect(board.path());
	assert_eq!(
		client.command(HostMessage::SetStreaming { interval_ms: 20 }),
		AckResult::Done
	);
	assert_eq!(client.set(SPINDLE_RPM, 1000), AckResult::Done);
	client.reading(SPINDLE_SPEED, |rpm| rpm > 900);
	fault(&board, Fault::SpindleStall);
	client.reading(SPINDLE_SPEED, |rpm| rpm < 10);
	board.command(Command::Clear).expect("it runs");
	client.reading(SPINDLE_SPEED, |rpm| rpm > 900);
	fault(&board, Fault::Drift);
	client.reading(TEMPERATURE, |decidegrees| decidegrees > 230);
}

#[test]
fn sensors_that_drop_out_are_reported() {
	let (_folder, board) = board(&[]);
	let mut client = Client::connect(board.path());
	fault(&board, Fault::Dropout);
	client.event(EventKind::InputLost { channel: SPINDLE_SPEED });
	client.event(EventKind::InputLost { channel: TEMPERATURE });
	assert!(board.state().status.has(Status::INPUT_LOST));
	board.command(Command::Clear).expect("it runs");
	client.event(EventKind::InputBack { channel: SPINDLE_SPEED });
}
