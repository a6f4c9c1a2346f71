//! A host on the simulated line. Every wait has an end, in simulated time.

use bpiiot_protocol::{
	Ack, AckResult, BoardFrame, BoardMessage, DecodeError, Decoder, Event, EventKind, HelloPage, HostFrame,
	HostMessage, Reading, Session,
};
use std::{collections::VecDeque, env, path::PathBuf};
use uno_sim::{Uno, CYCLES_A_MS};

/// Longer than anything here takes, ms.
const PATIENCE_MS: u64 = 1000;
/// The simulation goes on by so many cycles before the host looks again.
const STEP: u64 = CYCLES_A_MS / 20;

pub const SPINDLE_TERMINAL: u8 = 9;
pub const CLAMP_TERMINAL: u8 = 7;
pub const COOLANT_TERMINAL: u8 = 8;

/// The program that is tested.
pub fn elf() -> PathBuf {
	let path =
		env::var_os("BPIIOT_UNO_ELF").expect("run `make firmware-test`: it builds the firmware and says where it is");
	PathBuf::from(path)
}

/// A host, and the board that it talks to.
pub struct Host {
	pub uno: Uno,
	decoder: Decoder<BoardMessage>,
	frames: VecDeque<(u64, BoardFrame)>,
	pub errors: Vec<DecodeError>,
	pub session: Session,
	pub sequence: u16,
	/// So many bits from now on one is damaged on its way to the host.
	pub damage_next: Option<usize>,
}

impl Host {
	/// A host of a board that power has just come on for.
	pub fn of(uno: Uno) -> Host {
		Host {
			uno,
			decoder: Decoder::new(),
			frames: VecDeque::new(),
			errors: Vec::new(),
			session: Session::UNKNOWN,
			sequence: 0,
			damage_next: None,
		}
	}

	/// A host that has said hello, and taken notice that the board is ready.
	pub fn connected() -> Host {
		let mut host = Host::of(Uno::new(&elf()).expect("a program"));
		host.next_event();
		host.hello(0);
		host
	}

	pub fn put(&mut self, frame: HostFrame) {
		self.uno.send(&frame.encode().expect("fits"));
	}

	pub fn run_ms(&mut self, ms: u64) {
		self.uno.run_ms(ms).expect("nothing is recorded");
		self.pump();
	}

	fn pump(&mut self) {
		while let Some((cycle, byte)) = self.uno.receive() {
			let byte = self.damage(byte);
			match self.decoder.push(byte) {
				Some(Ok(frame)) => self.frames.push_back((cycle, frame)),
				Some(Err(error)) => self.errors.push(error),
				None => {}
			}
		}
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

	/// The frames that came.
	pub fn take_frames(&mut self) -> Vec<(u64, BoardFrame)> {
		self.pump();
		self.frames.drain(..).collect()
	}

	/// The next frame that `wanted` finds something in, and the cycle of its last byte; others are dropped.
	pub fn find<T>(&mut self, ms: u64, mut wanted: impl FnMut(&BoardFrame) -> Option<T>) -> Option<(u64, T)> {
		let end = self.uno.now() + ms * CYCLES_A_MS;
		loop {
			while let Some((cycle, frame)) = self.frames.pop_front() {
				if let Some(found) = wanted(&frame) {
					return Some((cycle, found));
				}
			}
			if self.uno.now() >= end {
				return None;
			}
			let next = self.uno.now() + STEP;
			self.uno.run_to(next).expect("nothing is recorded");
			self.pump();
		}
	}

	pub fn next_event(&mut self) -> Event {
		let event = self.find(PATIENCE_MS, |frame| match frame.message {
			BoardMessage::Event(event) => Some(event),
			_ => None,
		});
		event.expect("an event comes").1
	}

	pub fn wait_for_event(&mut self, kind: EventKind) -> Event {
		let event = self.find(PATIENCE_MS, |frame| match frame.message {
			BoardMessage::Event(event) if event.kind == kind => Some(event),
			_ => None,
		});
		event.unwrap_or_else(|| panic!("{kind:?} does not come")).1
	}

	pub fn hello(&mut self, page: u8) -> HelloPage {
		self.sequence += 1;
		let sequence = self.sequence;
		self.put(HostFrame::new(
			Session::UNKNOWN,
			sequence,
			HostMessage::HelloRequest { page },
		));
		let reply = self.find(PATIENCE_MS, |frame| match frame.message {
			BoardMessage::Hello(page) if frame.sequence == sequence => Some((frame.session, page)),
			_ => None,
		});
		let (session, page) = reply.expect("the board says hello").1;
		self.session = session;
		page
	}

	/// Sends a frame once and gives its acknowledgement, and the cycles from its first byte to the answer's last one.
	pub fn acknowledged(&mut self, frame: HostFrame) -> (u64, Ack) {
		let start = self.uno.now();
		self.put(frame);
		let ack = self.find(PATIENCE_MS, |reply| match reply.message {
			BoardMessage::Ack(ack) if reply.sequence == frame.sequence => Some(ack),
			_ => None,
		});
		let (end, ack) = ack.unwrap_or_else(|| panic!("{frame:?} is not acknowledged; {:?}", self.errors));
		(end - start, ack)
	}

	pub fn command(&mut self, message: HostMessage) -> AckResult {
		self.sequence += 1;
		self.acknowledged(HostFrame::new(self.session, self.sequence, message))
			.1
			.result
	}

	pub fn set(&mut self, channel: u8, value: i32) -> AckResult {
		self.command(HostMessage::SetOutput { channel, value })
	}

	/// Lets time pass and keeps the board company.
	pub fn keep_alive_ms(&mut self, ms: u64) {
		for _ in 0..ms.div_ceil(100) {
			assert_eq!(self.command(HostMessage::KeepAlive), AckResult::Done);
			self.run_ms(100);
		}
	}

	/// One reading of every channel, by channel.
	pub fn read_all(&mut self) -> Vec<Reading> {
		self.sequence += 1;
		let sequence = self.sequence;
		self.put(HostFrame::new(self.session, sequence, HostMessage::ReadAll));
		let mut readings = Vec::new();
		let done = self.find(PATIENCE_MS, |frame| match frame.message {
			BoardMessage::Reading(reading) => {
				readings.push(reading);
				None
			}
			BoardMessage::Ack(_) if frame.sequence == sequence => Some(()),
			_ => None,
		});
		done.expect("the board answers");
		readings
	}

	pub fn read(&mut self, channel: u8) -> Option<i32> {
		let readings = self.read_all();
		readings
			.iter()
			.find(|reading| reading.channel == channel)
			.map(|reading| reading.value)
	}
}
