//! What the record of the outputs shows, pulse by pulse.

use crate::host::Host;
use bpiiot_protocol::{AckResult, HostMessage};
use virtual_board::{CLAMP, SPINDLE_RPM};

/// The signals' short names in the record: `a` and the number of the terminal.
const SPINDLE: char = 'j';
const CLAMPED: char = 'h';
/// 16 MHz through 2^14, in nanoseconds.
const PERIOD_NS: u64 = 1_024_000;

/// Time and level of each change of a signal.
fn changes(record: &str, signal: char) -> Vec<(u64, bool)> {
	let (_, body) = record.split_once("$enddefinitions $end\n").expect("a header");
	let mut now = 0;
	let mut changes = Vec::new();
	for line in body.lines() {
		if let Some(time) = line.strip_prefix('#') {
			now = time.parse().expect("a time");
		} else if line.ends_with(signal) && line.len() == 2 {
			changes.push((now, line.starts_with('1')));
		}
	}
	changes
}

#[test]
fn the_terminals_show_what_was_commanded() {
	let folder = tempfile::tempdir().expect("a folder");
	let path = folder.path().join("outputs.vcd");
	let mut host = Host::connected();
	host.line.uno.record(&path).expect("a writable folder");
	let quarter = HostMessage::SetOutput {
		channel: SPINDLE_RPM,
		value: 750,
	};
	assert_eq!(host.command(quarter), AckResult::Done);
	assert_eq!(host.set(CLAMP, 1), AckResult::Done);
	host.run_ms(50);
	assert_eq!(host.command(HostMessage::Safe), AckResult::Done);
	let safe_ns = host.line.uno.now() * 125 / 2;
	host.run_ms(50);
	let record = std::fs::read_to_string(&path).expect("a record");

	let spindle = changes(&record, SPINDLE);
	let rising: Vec<_> = spindle.iter().filter(|(_, high)| *high).map(|(at, _)| *at).collect();
	let falling: Vec<_> = spindle[1..]
		.iter()
		.filter(|(_, high)| !*high)
		.map(|(at, _)| *at)
		.collect();
	assert!(rising.len() > 45, "{} pulses", rising.len());
	for pair in rising.windows(2) {
		assert!((pair[1] - pair[0]).abs_diff(PERIOD_NS) < 1000, "{pair:?}");
	}
	// The first pulse may be cut by the command, the last one by the next.
	for (up, down) in rising.iter().zip(&falling).skip(1).take(rising.len() - 3) {
		assert!((down - up).abs_diff(PERIOD_NS / 4) < 1000, "{} ns", down - up);
	}
	let (last, high) = *spindle.last().expect("changes");
	assert!(!high && last <= safe_ns, "it is off when the answer has come");

	let clamp: Vec<_> = changes(&record, CLAMPED).into_iter().map(|(_, high)| high).collect();
	assert_eq!(clamp, [false, true, false], "one pulse, after the first value");
}

#[test]
fn an_output_that_goes_off_in_the_middle_of_a_pulse_is_off_in_the_record() {
	let folder = tempfile::tempdir().expect("a folder");
	let path = folder.path().join("outputs.vcd");
	let mut host = Host::connected();
	host.line.uno.record(&path).expect("a writable folder");
	for _ in 0..20 {
		// On for nine tenths of the time, so that most commands to stop come in the middle of a pulse.
		assert_eq!(host.set(SPINDLE_RPM, 2700), AckResult::Done);
		host.run_ms(7);
		assert_eq!(host.set(SPINDLE_RPM, 0), AckResult::Done);
		let record = std::fs::read_to_string(&path).expect("a record");
		let last = changes(&record, SPINDLE).pop().map(|(_, high)| high);
		assert_eq!(last, Some(false), "it is off when the answer has come");
	}
}
