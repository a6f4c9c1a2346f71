use crate::client::{Client, PATIENCE};
use std::time::Duration;
use virtual_board::{
	protocol::{
		AckResult, BoardMessage, ChannelKind, EventKind, HelloPage, HostFrame, HostMessage, Label, ResetCause, Status,
		PROTOCOL_VERSION, SCHEMA_HASH,
	},
	Command, Options, VirtualBoard, CLAMP, DEAD_MAN_MS, DOOR_CLOSED, FEED_POSITION, FEED_UM, SPINDLE_RPM,
	SPINDLE_SPEED, TEMPERATURE,
};

const STREAM: HostMessage = HostMessage::SetStreaming { interval_ms: 20 };

fn board() -> (tempfile::TempDir, VirtualBoard) {
	let folder = tempfile::tempdir().expect("a folder");
	let options = Options {
		serial: Label::literal("VB-42"),
		..Options::new(folder.path().join("board"))
	};
	let board = VirtualBoard::start(options).expect("a board");
	(folder, board)
}

fn driven(board: &VirtualBoard, channel: u8) -> Option<i32> {
	board.state().values[usize::from(channel)]
}

#[test]
fn introduces_itself_page_by_page() {
	let (_folder, board) = board();
	let mut client = Client::open(board.path());
	let HelloPage::Identity(identity) = client.hello(0) else {
		panic!("page 0 is the identity")
	};
	assert_eq!((identity.protocol, identity.schema), (PROTOCOL_VERSION, SCHEMA_HASH));
	assert_eq!((identity.serial.as_str(), identity.dead_man_ms), ("VB-42", DEAD_MAN_MS));
	let HelloPage::Firmware(firmware) = client.hello(1) else {
		panic!("page 1 is the firmware")
	};
	assert!(firmware.hash.starts_with(b"virtual-board 0.1.0\0"));
	let mut names = Vec::new();
	for page in 2..identity.pages() {
		let HelloPage::Channel(channel) = client.hello(page) else {
			panic!("page {page} is a channel")
		};
		assert_eq!(channel.channel, page - 2);
		assert_eq!(channel.kind == ChannelKind::Output, channel.channel < 4);
		names.push(channel.name.to_string());
	}
	let outputs = ["spindle_rpm", "feed_um", "clamp", "coolant"];
	let inputs = [
		"spindle_speed",
		"feed_position",
		"temperature",
		"vibration",
		"door_closed",
		"tool_wear",
	];
	assert_eq!(names, [&outputs[..], &inputs[..]].concat());
	assert!(client.errors.is_empty());
}

#[test]
fn drills_a_hole_while_readings_stream() {
	let (_folder, board) = board();
	let mut client = Client::connect(board.path());
	assert_eq!(client.command(STREAM), AckResult::Done);
	assert_eq!(client.set(CLAMP, 1), AckResult::Done);
	assert_eq!(client.set(SPINDLE_RPM, 1500), AckResult::Done);
	let turning = client.reading(SPINDLE_SPEED, |rpm| rpm > 1400);
	assert_eq!(client.set(FEED_UM, 30_000), AckResult::Done);
	let deep = client.reading(FEED_POSITION, |um| um == 30_000);
	assert!(
		deep.board_ms > turning.board_ms + 2000,
		"30 mm take two and a half seconds"
	);
	client.reading(TEMPERATURE, |decidegrees| decidegrees > 240);
	assert_eq!(client.set(FEED_UM, 0), AckResult::Done);
	client.reading(FEED_POSITION, |um| um == 0);
	assert_eq!(client.command(HostMessage::Safe), AckResult::Done);
	client.reading(SPINDLE_SPEED, |rpm| rpm < 50);
	assert!(client.errors.is_empty());
}

#[test]
fn reads_all_channels_on_demand() {
	let (_folder, board) = board();
	let mut client = Client::connect(board.path());
	assert_eq!(client.set(SPINDLE_RPM, 10), AckResult::Done);
	client.sequence += 1;
	client.put(HostFrame::new(client.session, client.sequence, HostMessage::ReadAll));
	let mut channels = Vec::new();
	let done = client.find(PATIENCE, |frame| match frame.message {
		BoardMessage::Reading(reading) => {
			channels.push(reading.channel);
			None
		}
		BoardMessage::Ack(ack) => Some(ack.result),
		_ => None,
	});
	assert_eq!(done, Some(AckResult::Done));
	assert_eq!(channels, (0..10).collect::<Vec<u8>>());
}

#[test]
fn stops_by_itself_when_the_host_falls_silent() {
	let (_folder, board) = board();
	let mut client = Client::connect(board.path());
	assert_eq!(client.set(SPINDLE_RPM, 1000), AckResult::Done);
	client.event(EventKind::DeadManTripped);
	assert_eq!(driven(&board, SPINDLE_RPM), Some(0));
	assert_eq!(client.set(SPINDLE_RPM, 1000), AckResult::Tripped);
	assert_eq!(client.command(HostMessage::Safe), AckResult::Done);
	assert_eq!(client.set(SPINDLE_RPM, 1000), AckResult::Done);
}

#[test]
fn stops_by_itself_when_the_client_is_gone() {
	let (_folder, board) = board();
	let mut client = Client::connect(board.path());
	assert_eq!(client.set(SPINDLE_RPM, 1000), AckResult::Done);
	drop(client);
	// Closing alone stops nothing; the dead-man timer does.
	let closed = board
		.wait_for(PATIENCE, |state| !state.connected)
		.expect("the board sees it");
	assert_eq!(closed.values[usize::from(SPINDLE_RPM)], Some(1000));
	let safe = board
		.wait_for(PATIENCE, |state| state.status.has(Status::ALL_SAFE))
		.expect("it stops");
	assert!(safe.status.has(Status::TRIPPED));
	assert_eq!(safe.resets, 1);
}

#[test]
fn an_open_door_stops_the_spindle() {
	let (_folder, board) = board();
	let mut client = Client::connect(board.path());
	assert_eq!(client.set(SPINDLE_RPM, 1000), AckResult::Done);
	board.command(Command::Door { closed: false }).expect("it runs");
	client.event(EventKind::InterlockTripped {
		input: DOOR_CLOSED,
		value: 0,
	});
	assert_eq!(client.set(SPINDLE_RPM, 1000), AckResult::Interlocked);
	assert_eq!(client.set(CLAMP, 1), AckResult::Done);
	board.command(Command::Door { closed: true }).expect("it runs");
	client.event(EventKind::InterlockCleared { input: DOOR_CLOSED });
	assert_eq!(client.set(SPINDLE_RPM, 1000), AckResult::Tripped);
	assert_eq!(client.command(HostMessage::Safe), AckResult::Done);
	assert_eq!(client.set(SPINDLE_RPM, 1000), AckResult::Done);
}

#[test]
fn a_repeated_command_is_executed_once() {
	let (_folder, board) = board();
	let mut client = Client::connect(board.path());
	let first = HostFrame::new(
		client.session,
		100,
		HostMessage::SetOutput {
			channel: SPINDLE_RPM,
			value: 700,
		},
	);
	let second = HostFrame::new(
		client.session,
		101,
		HostMessage::SetOutput {
			channel: SPINDLE_RPM,
			value: 0,
		},
	);
	for _ in 0..3 {
		assert_eq!(client.acknowledged(first).result, AckResult::Done);
	}
	assert_eq!(client.acknowledged(second).result, AckResult::Done);
	assert_eq!(client.acknowledged(first).result, AckResult::Stale);
	assert_eq!(driven(&board, SPINDLE_RPM), Some(0));
	let reused = HostFrame::new(
		client.session,
		101,
		HostMessage::SetOutput {
			channel: SPINDLE_RPM,
			value: 5,
		},
	);
	assert_eq!(client.acknowledged(reused).result, AckResult::SequenceReused);
}

#[test]
fn limits_hold_on_the_board() {
	let (_folder, board) = board();
	let mut client = Client::connect(board.path());
	assert_eq!(client.set(SPINDLE_RPM, 3001), AckResult::OutOfLimits);
	assert_eq!(client.set(FEED_UM, -1), AckResult::OutOfLimits);
	assert_eq!(client.set(SPINDLE_SPEED, 1), AckResult::NotAnOutput);
	assert_eq!(client.set(99, 1), AckResult::NoSuchChannel);
	assert!(board.state().status.has(Status::ALL_SAFE));
}

#[test]
fn the_reset_button_ends_a_session() {
	let (_folder, board) = board();
	let mut client = Client::connect(board.path());
	assert_eq!(client.set(SPINDLE_RPM, 1000), AckResult::Done);
	board.command(Command::Reset).expect("it runs");
	client.event(EventKind::Reset {
		cause: ResetCause::External,
	});
	assert_eq!(driven(&board, SPINDLE_RPM), Some(0));
	let old = client.session;
	assert_eq!(client.set(SPINDLE_RPM, 1000), AckResult::WrongSession);
	client.hello(0);
	assert_ne!(client.session, old);
	assert_eq!(client.set(SPINDLE_RPM, 1000), AckResult::Done);
}

#[test]
fn the_dead_man_time_can_be_set() {
	let folder = tempfile::tempdir().expect("a folder");
	let options = Options {
		dead_man_ms: 100,
		..Options::new(folder.path().join("board"))
	};
	let board = VirtualBoard::start(options).expect("a board");
	let mut client = Client::connect(board.path());
	client.set(SPINDLE_RPM, 1000);
	let tripped = board.wait_for(Duration::from_secs(5), |state| state.status.has(Status::TRIPPED));
	assert!(tripped.is_some());
}
