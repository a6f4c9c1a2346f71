//! A host on the simulated line that panics where it is disappointed. Every wait has an end, in simulated time.

use board_conformance::Line;
use bpiiot_protocol::{
	Ack, AckResult, BoardFrame, BoardMessage, Event, EventKind, HelloPage, HostFrame, HostMessage, Reading,
};
use std::{
	env, io,
	ops::{Deref, DerefMut},
	path::PathBuf,
	time::Duration,
};
use uno_sim::{Uno, CYCLES_A_MS, FREQUENCY};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(1);
/// The simulation goes on by so many cycles before the host looks again.
const STEP: u64 = CYCLES_A_MS / 20;
const SECOND: u128 = 1_000_000_000;

pub const SPINDLE_TERMINAL: u8 = 9;
pub const CLAMP_TERMINAL: u8 = 7;
pub const COOLANT_TERMINAL: u8 = 8;

/// The program that is tested.
pub fn elf() -> PathBuf {
	let path =
		env::var_os("BPIIOT_UNO_ELF").expect("run `make firmware-test`: it builds the firmware and says where it is");
	PathBuf::from(path)
}

/// The line to a simulated board, in its time.
pub struct Wire {
	pub uno: Uno,
	/// So many bits from now on one is damaged on its way to the host.
	pub damage_next: Option<usize>,
	/// A byte that has begun to come, and the cycle at which it has come as a whole.
	coming: Option<(u64, u8)>,
}

impl Wire {
	pub fn to(uno: Uno) -> Wire {
		Wire {
			uno,
			damage_next: None,
			coming: None,
		}
	}

	/// The next byte that has come as a whole.
	fn take(&mut self) -> Option<u8> {
		self.coming = self.coming.or_else(|| self.uno.receive());
		let (_, byte) = self.coming.take_if(|(cycle, _)| *cycle <= self.uno.now())?;
		Some(self.damage(byte))
	}

	fn damage(&mut self, byte: u8) -> u8 {
		match self.damage_next {
			Some(bits) if bits < 8 => {
				self.damage_next = None;
				byte ^ 1 << bits
			}
			Some(bits) => {
				self.damage_next = Some(bits - 8);
				byte
			}
			None => byte,
		}
	}
}

impl Line for Wire {
	fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
		self.uno.send(bytes);
		Ok(())
	}

	fn receive(&mut self, limit: Duration, into: &mut Vec<u8>) -> io::Result<()> {
		let end = self.uno.now() + cycles(limit);
		loop {
			into.extend(std::iter::from_fn(|| self.take()));
			if !into.is_empty() || self.uno.now() >= end {
				return Ok(());
			}
			// Until the byte that comes is there, so that its time is known to the cycle.
			let next = self.coming.map_or(self.uno.now() + STEP, |(cycle, _)| cycle);
			self.uno.run_to(next.min(end))?;
		}
	}

	fn now(&self) -> Duration {
		let nanoseconds = u128::from(self.uno.now()) * SECOND / u128::from(FREQUENCY);
		Duration::from_nanos(nanoseconds as u64)
	}
}

/// The cycles that are not over before this time.
fn cycles(time: Duration) -> u64 {
	(time.as_nanos() * u128::from(FREQUENCY)).div_ceil(SECOND) as u64
}

/// A host, and the board that it talks to.
pub struct Host(board_conformance::Host<Wire>);

impl Deref for Host {
	type Target = board_conformance::Host<Wire>;

	fn deref(&self) -> &Self::Target {
		&self.0
	}
}

impl DerefMut for Host {
	fn deref_mut(&mut self) -> &mut Self::Target {
		&mut self.0
	}
}

impl Host {
	/// A host of a board that power has just come on for.
	pub fn of(uno: Uno) -> Host {
		let mut host = board_conformance::Host::new(Wire::to(uno));
		host.patience = PATIENCE;
		// Nothing is lost on this line, so nothing is sent again.
		host.answer = PATIENCE;
		Host(host)
	}

	/// A host that has said hello, and taken notice that the board is ready.
	pub fn connected() -> Host {
		let mut host = Host::of(Uno::new(&elf()).expect("a program"));
		host.next_event();
		host.hello(0);
		host
	}

	pub fn put(&mut self, frame: HostFrame) {
		self.0.put(frame).expect("it fits");
	}

	pub fn run_ms(&mut self, ms: u64) {
		self.0.wait(Duration::from_millis(ms)).expect("nothing is recorded");
	}

	/// The frames that came, each with the cycle at which it had.
	pub fn take_frames(&mut self) -> Vec<(u64, BoardFrame)> {
		self.0.pump(Duration::ZERO).expect("nothing is recorded");
		let frames = self.0.take_frames();
		frames.iter().map(|heard| (cycles(heard.at), heard.frame)).collect()
	}

	/// The next frame that `wanted` finds something in, and the cycle of its last byte; others are dropped.
	pub fn find<T>(&mut self, ms: u64, mut wanted: impl FnMut(&BoardFrame) -> Option<T>) -> Option<(u64, T)> {
		let found = self.0.find(Duration::from_millis(ms), |heard| {
			wanted(&heard.frame).map(|found| (cycles(heard.at), found))
		});
		found.expect("nothing is recorded")
	}

	pub fn next_event(&mut self) -> Event {
		self.0.next_event().expect("an event")
	}

	pub fn wait_for_event(&mut self, kind: EventKind) -> Event {
		self.0.event(kind).expect("the event")
	}

	pub fn hello(&mut self, page: u8) -> HelloPage {
		self.0.hello(page).expect("the page")
	}

	/// Sends a frame once and gives its acknowledgement, and the cycles from its first byte to the answer's last one.
	pub fn acknowledged(&mut self, frame: HostFrame) -> (u64, Ack) {
		let start = self.line.uno.now();
		let (end, ack) = self
			.0
			.ask(frame, |heard| match heard.frame.message {
				BoardMessage::Ack(ack) if heard.frame.sequence == frame.sequence => Some((cycles(heard.at), ack)),
				_ => None,
			})
			.expect("an answer");
		(end - start, ack)
	}

	pub fn command(&mut self, message: HostMessage) -> AckResult {
		self.0.command(message).expect("an answer").result
	}

	pub fn set(&mut self, channel: u8, value: i32) -> AckResult {
		self.command(HostMessage::SetOutput { channel, value })
	}

	/// Lets time pass and keeps the board company.
	pub fn keep_alive_ms(&mut self, ms: u64) {
		for _ in 0..ms.div_ceil(100) {
			self.0.keep_alive().expect("an answer");
			self.run_ms(100);
		}
	}

	/// One reading of every channel, by channel.
	pub fn read_all(&mut self) -> Vec<Reading> {
		let readings = self.0.read_all().expect("readings");
		readings.all.into_iter().map(|(_, reading)| reading).collect()
	}

	pub fn read(&mut self, channel: u8) -> Option<i32> {
		self.0.read_all().expect("readings").value(channel)
	}
}
