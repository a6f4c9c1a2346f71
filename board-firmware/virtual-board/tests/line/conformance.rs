//! The virtual board, as anybody's board is tried: over its serial line, in real time.

use crate::client;
use board_conformance::{rules, run, Verdict};
use virtual_board::{protocol::Status, Options, VirtualBoard};

#[test]
fn the_virtual_board_obeys_every_rule() {
	let folder = tempfile::tempdir().expect("a folder");
	let options = Options {
		dead_man_ms: 400,
		..Options::new(folder.path().join("board"))
	};
	let board = VirtualBoard::start(options).expect("a board");
	let line = client::open(board.path());
	let report = run(line, &board_conformance::Options::default(), |outcome| {
		println!("{outcome}")
	});
	let others: Vec<_> = report
		.outcomes
		.iter()
		.filter(|outcome| outcome.result != Verdict::Passed)
		.collect();
	assert!(others.is_empty(), "{others:#?}");
	assert_eq!(report.outcomes.len(), rules().count());
	assert!(board.state().status.has(Status::ALL_SAFE));
	let resets = board.state().resets;
	assert!(resets >= 2, "the port was opened, and a restart was ordered");
}
