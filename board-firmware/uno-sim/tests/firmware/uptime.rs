//! Fifty days on: the clock of the very program wraps.

use crate::host::{elf, Host, CLAMP_TERMINAL};
use bpiiot_protocol::{AckResult, EventKind, HostMessage};
use std::process::Command;
use uno_sim::CYCLES_A_MS;
use virtual_board::CLAMP;

const DEAD_MAN_MS: u64 = 500;
/// So long before the clock wraps.
const BEFORE_MS: u16 = 1000;

/// The addresses of the clock's halves, the low one first, as the program's symbols tell them.
fn clock() -> [u16; 2] {
	let symbols = Command::new("avr-nm").arg(elf()).output().expect("avr-nm runs");
	let symbols = String::from_utf8(symbols.stdout).expect("text");
	["5clock5CLOCK.0", "5clock5CLOCK.1"].map(|half| {
		let line = symbols.lines().find(|line| line.ends_with(half)).expect("the clock");
		let address = line.split(' ').next().unwrap_or_default();
		// Data begins at 0x800000 in an ELF file for the AVR.
		(u32::from_str_radix(address, 16).expect("an address") - 0x80_0000) as u16
	})
}

/// A host of a board whose clock wraps in a second.
fn nearly_fifty_days_on() -> Host {
	let mut host = Host::connected();
	// As at the start: the board has heard nothing that it could count its dead-man time from.
	let [low, high] = clock();
	for (address, value) in [(low, 0u16.wrapping_sub(BEFORE_MS)), (high, u16::MAX)] {
		let [first, second] = value.to_le_bytes();
		host.line.uno.set_memory(address, first);
		host.line.uno.set_memory(address + 1, second);
	}
	host
}

/// The board's clock, in one reading.
fn board_ms(host: &mut Host) -> u32 {
	host.read_all().first().expect("a reading").board_ms
}

#[test]
fn nothing_happens_when_the_clock_wraps() {
	let mut host = nearly_fifty_days_on();
	assert!(board_ms(&mut host) > u32::MAX - u32::from(BEFORE_MS));
	assert_eq!(host.set(CLAMP, 1), AckResult::Done);
	let stream = HostMessage::SetStreaming { interval_ms: 100 };
	assert_eq!(host.command(stream), AckResult::Done);
	host.record();
	host.keep_alive_ms(2000);
	let frames = host.take_record().frames;
	let readings = frames.iter().filter_map(|heard| heard.reading());
	let readings: Vec<_> = readings
		.filter(|reading| reading.channel == CLAMP)
		.map(|reading| reading.board_ms)
		.collect();
	assert!(readings.len() >= 18, "{readings:?}");
	for pair in readings.windows(2) {
		let step = pair[1].wrapping_sub(pair[0]);
		assert!((80..=120).contains(&step), "{readings:?}");
	}
	assert!(frames.iter().all(|heard| heard.event().is_none()), "something happened");
	assert!(board_ms(&mut host) < 5000);
	assert_eq!(host.line.uno.driven(CLAMP_TERMINAL), u16::MAX);
}

#[test]
fn a_host_that_falls_silent_before_the_wrap_is_missed_in_time() {
	let mut host = nearly_fifty_days_on();
	assert_eq!(host.set(CLAMP, 1), AckResult::Done);
	// The dead-man time is over 250 ms after the wrap.
	host.keep_alive_ms(700);
	let silent_since = host.line.uno.now();
	host.wait_for_event(EventKind::DeadManTripped);
	assert_eq!(host.line.uno.driven(CLAMP_TERMINAL), 0);
	let ms = (host.line.uno.now() - silent_since) / CYCLES_A_MS;
	assert!((DEAD_MAN_MS - 110..DEAD_MAN_MS + 10).contains(&ms), "after {ms} ms");
	assert!(board_ms(&mut host) < 2000, "it was after the wrap");
}
