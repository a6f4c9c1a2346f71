//! The configuration that a host reads and writes over the line.

use crate::bench::{acks, Bench, CONFIG, CONFIG_LEN, SESSION, SPINDLE};
use board_core::{
	protocol::{config_page, AckResult, BoardMessage, HelloPage, HostFrame, HostMessage, Session, CONFIG_PAGE_LEN},
	Config,
};

const BYTES: [u8; CONFIG_PAGE_LEN] = *b"8 bytes!";

fn write(bench: &mut Bench, part: u8) -> AckResult {
	bench.command(HostMessage::WriteConfig { part, bytes: BYTES })
}

fn page(bench: &mut Bench, part: u8) -> Result<[u8; CONFIG_PAGE_LEN], AckResult> {
	let page = config_page(part);
	let frames = bench.exchange(HostFrame::new(Session::UNKNOWN, 9, HostMessage::HelloRequest { page }));
	match frames[0].message {
		BoardMessage::Hello(HelloPage::Configuration(bytes)) => Ok(bytes),
		BoardMessage::Ack(ack) => Err(ack.result),
		other => panic!("{other:?}"),
	}
}

#[test]
fn what_was_written_is_read_and_nothing_else_is_touched() {
	let mut bench = Bench::new();
	assert_eq!(write(&mut bench, 1), AckResult::Done);
	assert_eq!(page(&mut bench, 0), Ok([0xff; CONFIG_PAGE_LEN]));
	assert_eq!(page(&mut bench, 1), Ok(BYTES));
	assert_eq!(page(&mut bench, 2), Ok([0xff; CONFIG_PAGE_LEN]));
	assert_eq!(bench.machine.memory[24..], [0xff, 0xff]);
}

#[test]
fn bytes_that_are_there_already_are_not_written_again() {
	let mut bench = Bench::new();
	write(&mut bench, 0);
	assert_eq!(bench.machine.stored, CONFIG_PAGE_LEN);
	assert_eq!(write(&mut bench, 0), AckResult::Done);
	assert_eq!(bench.machine.stored, CONFIG_PAGE_LEN);
}

#[test]
fn nothing_is_written_while_an_output_is_not_safe() {
	let mut bench = Bench::new();
	bench.set(SPINDLE, 100);
	assert_eq!(write(&mut bench, 0), AckResult::NotSafe);
	assert_eq!(bench.machine.stored, 0);
	assert_eq!(bench.machine.outputs[&SPINDLE], 100);
	bench.command(HostMessage::Safe);
	assert_eq!(write(&mut bench, 0), AckResult::Done);
}

#[test]
fn there_is_nothing_beyond_the_memory() {
	let mut bench = Bench::new();
	for part in [3, 4, 127, 128, 255] {
		assert_eq!(write(&mut bench, part), AckResult::NoSuchChannel, "{part}");
	}
	assert_eq!(page(&mut bench, 3), Err(AckResult::NoSuchChannel));
	assert_eq!(page(&mut bench, 127), Err(AckResult::NoSuchChannel));
	assert_eq!(bench.machine.stored, 0);
}

#[test]
fn a_board_without_a_memory_says_so() {
	let mut bench = Bench::with(Config {
		config_len: 0,
		..CONFIG
	});
	bench.poll();
	assert_eq!(page(&mut bench, 0), Err(AckResult::NoSuchChannel));
	assert_eq!(write(&mut bench, 0), AckResult::NoSuchChannel);
	assert_eq!(CONFIG_LEN, 26);
}

#[test]
fn a_repeated_write_is_executed_once() {
	let mut bench = Bench::new();
	let message = HostMessage::WriteConfig { part: 0, bytes: BYTES };
	assert_eq!(bench.send(30, message).result, AckResult::Done);
	bench.machine.memory = [0; CONFIG_LEN as usize];
	assert_eq!(bench.send(30, message).result, AckResult::Done);
	assert_eq!(bench.machine.memory, [0; CONFIG_LEN as usize]);
}

#[test]
fn a_restart_makes_safe_and_is_ordered_once() {
	let mut bench = Bench::new();
	bench.set(SPINDLE, 100);
	assert_eq!(bench.send(30, HostMessage::Restart).result, AckResult::Done);
	assert!(bench.is_safe());
	assert_eq!(bench.send(30, HostMessage::Restart).result, AckResult::Done);
	assert_eq!(bench.machine.restarts, 1);
}

#[test]
fn a_restart_of_another_session_is_none() {
	let mut bench = Bench::new();
	let other = Session(SESSION.0 + 1);
	let frames = bench.exchange(HostFrame::new(other, 1, HostMessage::Restart));
	assert_eq!(acks(&frames)[0].1.result, AckResult::WrongSession);
	assert_eq!(bench.machine.restarts, 0);
}
