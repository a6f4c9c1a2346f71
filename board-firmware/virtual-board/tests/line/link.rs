use crate::client::Client;
use std::{fs, os::unix::fs::symlink};
use virtual_board::{
	protocol::{AckResult, HostMessage},
	Command, Options, ServerError, VirtualBoard,
};

#[test]
fn the_link_goes_with_the_board() {
	let folder = tempfile::tempdir().expect("a folder");
	let link = folder.path().join("board");
	let board = VirtualBoard::start(Options::new(&link)).expect("a board");
	let mut client = Client::connect(&link);
	assert_eq!(client.command(HostMessage::KeepAlive), AckResult::Done);
	board.stop().expect("a clean end");
	assert_eq!(
		fs::read_dir(folder.path()).expect("the folder").count(),
		0,
		"nothing is left"
	);
	// The client is hung up, not left waiting.
	assert!((0..100).any(|_| client.pump().is_err()));

	drop(VirtualBoard::start(Options::new(&link)).expect("another one at the same place"));
	assert!(!link.exists());
}

#[test]
fn a_link_left_behind_is_replaced_and_anything_else_is_not() {
	let folder = tempfile::tempdir().expect("a folder");
	let stale = folder.path().join("stale");
	symlink("/dev/pts/99999", &stale).expect("a link");
	let board = VirtualBoard::start(Options::new(&stale)).expect("a board");
	Client::connect(board.path());

	let precious = folder.path().join("precious");
	fs::write(&precious, "do not touch").expect("a file");
	let elsewhere = folder.path().join("elsewhere");
	symlink(&precious, &elsewhere).expect("a link");
	for path in [&precious, &elsewhere] {
		let error = VirtualBoard::start(Options::new(path))
			.expect_err("refused")
			.to_string();
		assert!(
			error.ends_with("exists and is no link to a terminal; remove it or choose another path"),
			"{error}"
		);
	}
	assert_eq!(fs::read_to_string(&elsewhere).expect("still there"), "do not touch");
}

#[test]
fn a_link_that_cannot_be_made_is_told() {
	let error = VirtualBoard::start(Options::new("/no/such/folder/board")).expect_err("refused");
	assert!(matches!(error, ServerError::Port(_)));
	assert!(
		error.to_string().contains("its folder must exist and be writable"),
		"{error}"
	);
}

#[test]
fn a_board_that_cannot_be_is_told() {
	let folder = tempfile::tempdir().expect("a folder");
	let options = Options {
		dead_man_ms: 0,
		..Options::new(folder.path().join("board"))
	};
	let error = VirtualBoard::start(options).expect_err("refused").to_string();
	assert!(
		error.contains("the dead-man time and the shortest interval must not be 0"),
		"{error}"
	);
}

#[test]
fn another_board_at_the_same_place_takes_it_and_keeps_it() {
	let folder = tempfile::tempdir().expect("a folder");
	let link = folder.path().join("board");
	let first = VirtualBoard::start(Options::new(&link)).expect("a board");
	let second = VirtualBoard::start(Options::new(&link)).expect("a board");
	first.stop().expect("a clean end");
	Client::connect(second.path());
	assert_eq!(second.state().resets, 1);
	second.command(Command::Reset).expect("it runs");
}
