//! The board's hardware, made of the simulated machine and two byte queues.

use crate::{noise::Noise, DrillPress};
use board_core::{Clock, Inputs, OutputFailed, Outputs, Uart};
use std::{
	collections::VecDeque,
	time::{Duration, Instant},
};

/// What the transmitter can hold.
const TRANSMIT_BUFFER: usize = 512;
/// What the receiver can hold.
const RECEIVE_BUFFER: usize = 1024;
/// With noise: one byte in so many is damaged, and before one frame in so many there is garbage.
const DAMAGED_BYTE_IN: u32 = 200;
const GARBAGE_IN: u32 = 20;

/// What the board is soldered to.
#[derive(Debug)]
pub(crate) struct Rig {
	pub(crate) press: DrillPress,
	pub(crate) noisy: bool,
	noise: Noise,
	received: VecDeque<u8>,
	pub(crate) transmit: Vec<u8>,
	started: Instant,
}

impl Rig {
	pub(crate) fn new() -> Self {
		Rig {
			press: DrillPress::default(),
			noisy: false,
			noise: Noise::new(0x5eed),
			received: VecDeque::new(),
			transmit: Vec::new(),
			started: Instant::now(),
		}
	}

	/// What a reset does: empty buffers, a clock that starts again.
	pub(crate) fn reset(&mut self) {
		self.received.clear();
		self.transmit.clear();
		self.started = Instant::now();
	}

	pub(crate) fn since_reset(&self) -> Duration {
		self.started.elapsed()
	}

	/// A byte comes in over the line.
	pub(crate) fn receive(&mut self, byte: u8) {
		if self.received.len() < RECEIVE_BUFFER {
			let byte = self.damage(byte);
			self.received.push_back(byte);
		}
	}

	/// Whether bytes wait to be read.
	pub(crate) fn has_received(&self) -> bool {
		!self.received.is_empty()
	}

	fn damage(&mut self, byte: u8) -> u8 {
		match self.noisy && self.noise.once_in(DAMAGED_BYTE_IN) {
			true => byte ^ (1 << (self.noise.byte() % 8)),
			false => byte,
		}
	}
}

impl Clock for Rig {
	fn now_ms(&self) -> u32 {
		// Wraps, as a board's counter does.
		self.since_reset().as_millis() as u32
	}
}

impl Uart for Rig {
	fn read(&mut self) -> Option<u8> {
		self.received.pop_front()
	}

	fn write(&mut self, frame: &[u8]) -> bool {
		if self.transmit.len() + frame.len() > TRANSMIT_BUFFER {
			return false;
		}
		if self.noisy && self.noise.once_in(GARBAGE_IN) {
			for _ in 0..self.noise.byte() % 8 {
				let garbage = self.noise.byte();
				self.transmit.push(garbage);
			}
		}
		for byte in frame {
			let byte = self.damage(*byte);
			self.transmit.push(byte);
		}
		true
	}
}

impl Inputs for Rig {
	fn sample(&mut self, channel: u8) -> Option<i32> {
		self.press.sample(channel)
	}
}

impl Outputs for Rig {
	fn drive(&mut self, channel: u8, value: i32) -> Result<(), OutputFailed> {
		self.press.drive(channel, value);
		Ok(())
	}
}
