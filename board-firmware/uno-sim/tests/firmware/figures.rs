//! How quick the firmware is, and what it needs. In simulated time, so the same on every machine.

use crate::host::Host;
use bpiiot_protocol::{AckResult, BoardMessage, HostFrame, HostMessage};
use uno_sim::{CYCLES_A_MS, FREQUENCY};
use virtual_board::{CLAMP, FEED_UM, SPINDLE_RPM};

/// Conversions that make a sum: one is thrown away.
const CONVERSIONS_A_SUM: u32 = 17;
/// The line's own time for a byte, in cycles: ten bits at 115,200 baud.
const CYCLES_A_BYTE: u64 = FREQUENCY * 10 / 115_200;

struct RoundTrips {
	sorted: Vec<u64>,
	/// The line's own time for command and answer, in cycles.
	wire: u64,
}

impl RoundTrips {
	fn measure(host: &mut Host, count: u16) -> RoundTrips {
		let mut cycles = Vec::new();
		let mut wire = 0;
		for n in 0..count {
			host.sequence += 1;
			let command = HostFrame::new(host.session, host.sequence, HostMessage::KeepAlive);
			let (took, ack) = host.acknowledged(command);
			assert_eq!(ack.result, AckResult::Done);
			let answer = bpiiot_protocol::BoardFrame::new(host.session, host.sequence, BoardMessage::Ack(ack));
			let bytes = command.encode().expect("fits").len() + answer.encode().expect("fits").len();
			wire = bytes as u64 * CYCLES_A_BYTE;
			cycles.push(took);
			// Not in step with the tick.
			let next = host.line.uno.now() + u64::from(n % 16) * 977;
			host.line.uno.run_to(next).expect("nothing is recorded");
		}
		cycles.sort_unstable();
		RoundTrips { sorted: cycles, wire }
	}

	fn quantile(&self, percent: usize) -> u64 {
		self.sorted[(self.sorted.len() - 1) * percent / 100]
	}
}

fn row(name: &str, value: String) {
	println!("| {name} | {value} |");
}

fn ms(cycles: u64) -> String {
	format!("{:.2} ms", cycles as f64 / CYCLES_A_MS as f64)
}

#[test]
fn figures() {
	let mut host = Host::connected();
	println!("\n| Arduino Uno, simulated | |\n|---|---|");

	host.keep_alive_ms(1000);
	host.line.uno.take_load();
	host.keep_alive_ms(1000);
	let idle = host.line.uno.take_load();
	row("busy, idle line", format!("{} %", 100 * idle.busy / idle.cycles));

	let quiet = RoundTrips::measure(&mut host, 300);
	row("command and answer, p50", ms(quiet.quantile(50)));
	row("command and answer, p99", ms(quiet.quantile(99)));
	row("of which the line's own time", ms(quiet.wire));

	assert_eq!(
		host.command(HostMessage::SetStreaming { interval_ms: 20 }),
		AckResult::Done
	);
	host.line.uno.take_load();
	host.line.uno.take_conversions();
	host.take_frames();
	for round in 0..20 {
		host.set(SPINDLE_RPM, 1000 + round);
		host.set(FEED_UM, 1000 * round);
		host.set(CLAMP, round % 2);
		host.run_ms(94);
	}
	let streaming = host.line.uno.take_load();
	let conversions = host.line.uno.take_conversions();
	let seconds = streaming.cycles as f64 / FREQUENCY as f64;
	row(
		"busy, streaming 500 readings a second",
		format!("{} %", 100 * streaming.busy / streaming.cycles),
	);
	let sums = f64::from(conversions.count / CONVERSIONS_A_SUM) / seconds;
	row("analogue measurements a second, all inputs", format!("{sums:.0}"));
	row(
		"time between conversions",
		format!(
			"{:.1} … {:.1} µs",
			f64::from(conversions.shortest) / 16.0,
			f64::from(conversions.longest) / 16.0
		),
	);

	let loaded = RoundTrips::measure(&mut host, 300);
	row("command and answer while streaming, p50", ms(loaded.quantile(50)));
	row("command and answer while streaming, p99", ms(loaded.quantile(99)));

	let (deepest, room) = host.line.uno.stack();
	row("stack, deepest", format!("{deepest} of {room} bytes"));

	assert!(sums >= 500.0);
	assert!(quiet.quantile(50) <= 2 * quiet.wire);
	assert!(deepest < room);
}
