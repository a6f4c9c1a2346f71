use crate::client::{Client, PATIENCE};
use std::{
	collections::HashSet,
	time::{Duration, Instant},
};
use virtual_board::{
	protocol::{AckResult, Arrival, BoardMessage, EventKind, GapCounter, HostFrame, HostMessage, ResetCause, Session},
	Options, VirtualBoard, SPINDLE_RPM,
};

fn board() -> (tempfile::TempDir, VirtualBoard) {
	let folder = tempfile::tempdir().expect("a folder");
	let board = VirtualBoard::start(Options::new(folder.path().join("board"))).expect("a board");
	(folder, board)
}

#[test]
fn each_opening_is_a_reset_with_a_new_session() {
	let (_folder, board) = board();
	let mut sessions = HashSet::from([board.state().session]);
	for opening in 1..=20 {
		// Opened again as fast as the program can.
		let mut client = Client::connect(board.path());
		assert_ne!(client.session, Session::UNKNOWN);
		assert!(sessions.insert(client.session), "a new session");
		assert_eq!(board.state().resets, opening);
		assert_eq!(board.state().values[usize::from(SPINDLE_RPM)], Some(0));
		assert_eq!(client.set(SPINDLE_RPM, 1000), AckResult::Done);
	}
}

#[test]
fn the_first_frame_tells_of_the_reset_and_nothing_older_is_heard() {
	let (_folder, board) = board();
	for _ in 0..3 {
		let mut client = Client::open(board.path());
		let first = client
			.find(PATIENCE, |frame| Some(*frame))
			.expect("the board speaks first");
		let BoardMessage::Event(event) = first.message else {
			panic!("{first:?}")
		};
		assert_eq!(
			(first.sequence, event.kind),
			(
				0,
				EventKind::Reset {
					cause: ResetCause::External
				}
			)
		);
		client.hello(0);
		assert_eq!(client.session, first.session);
		assert_eq!(
			client.command(HostMessage::SetStreaming { interval_ms: 10 }),
			AckResult::Done
		);
		// Closed with unread readings in it: the next opening must not see them.
		client.leave_unread(1000);
	}
}

#[test]
fn a_command_from_before_the_opening_is_not_executed() {
	let (_folder, board) = board();
	let before = Client::connect(board.path()).session;
	let mut client = Client::connect(board.path());
	let old = HostFrame::new(
		before,
		9,
		HostMessage::SetOutput {
			channel: SPINDLE_RPM,
			value: 1000,
		},
	);
	assert_eq!(client.acknowledged(old).result, AckResult::WrongSession);
	assert_eq!(board.state().values[usize::from(SPINDLE_RPM)], Some(0));
}

#[test]
fn a_newcomer_gets_the_port_from_a_client_that_hangs() {
	let (_folder, board) = board();
	let mut hanging = Client::connect(board.path());
	let mut newcomer = Client::connect(board.path());
	assert_ne!(hanging.session, newcomer.session);
	let mut hung_up = false;
	for _ in 0..100 {
		hung_up |= hanging.pump().is_err();
	}
	assert!(hung_up, "the first client is told");
	drop(hanging);
	assert_eq!(newcomer.command(HostMessage::KeepAlive), AckResult::Done);
	assert_eq!(board.state().resets, 2);
}

#[test]
fn what_a_client_does_not_read_is_lost_and_counted_and_nothing_hangs() {
	let (_folder, board) = board();
	let mut client = Client::connect(board.path());
	assert_eq!(
		client.command(HostMessage::SetStreaming { interval_ms: 10 }),
		AckResult::Done
	);
	let deadline = Instant::now() + PATIENCE;
	// Kept company, but not read, until the terminal is full.
	while board
		.wait_for(Duration::from_millis(50), |state| state.lost_bytes > 0)
		.is_none()
	{
		assert!(Instant::now() < deadline, "the terminal never fills");
		client.sequence += 1;
		client.put(HostFrame::new(client.session, client.sequence, HostMessage::KeepAlive));
	}
	assert_eq!(
		client.set(SPINDLE_RPM, 1000),
		AckResult::Done,
		"commands still get through"
	);
	let mut gaps = GapCounter::new();
	let jumped = client.find(PATIENCE, |frame| match frame.message {
		BoardMessage::Reading(_) => {
			Some(gaps.observe(frame.session, frame.sequence)).filter(|seen| *seen != Arrival::Next)
		}
		_ => None,
	});
	assert!(matches!(jumped, Some(Arrival::After(_))), "{jumped:?}");
}
