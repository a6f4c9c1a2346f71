//! The board's hardware, made of the simulated machine and two byte queues.

use crate::{memory::Memory, noise::Noise, DrillPress, CHANNELS, TANK};
use board_core::{protocol::ChannelInfo, Clock, Connection, Eeprom, Inputs, OutputFailed, Outputs, Restart, Uart};
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
	pub(crate) memory: Memory,
	/// The host has ordered a restart.
	pub(crate) restarting: bool,
	pub(crate) noisy: bool,
	noise: Noise,
	received: VecDeque<u8>,
	pub(crate) transmit: Vec<u8>,
	started: Instant,
}

impl Rig {
	pub(crate) fn new(memory: Memory) -> Self {
		Rig {
			press: DrillPress::default(),
			memory,
			restarting: false,
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
		self.restarting = false;
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
		let (info, connection) = self.memory.setup().wiring.channel(channel)?;
		let part = part_at(connection);
		match connection {
			// Nothing there is a contact that is open, or a wire that is broken.
			Connection::Contact(_) => Some(part.and_then(|part| self.press.sample(part.channel)).unwrap_or(0)),
			Connection::Sensor(_) => part.and_then(|part| Some(rescale(self.press.sample(part.channel)?, part, info))),
			_ => None,
		}
	}
}

impl Outputs for Rig {
	fn drive(&mut self, channel: u8, value: i32) -> Result<(), OutputFailed> {
		let (info, connection) = self.memory.setup().wiring.channel(channel).ok_or(OutputFailed)?;
		if let Some(part) = part_at(connection) {
			self.press.drive(part.channel, rescale(value, info, part));
		}
		Ok(())
	}
}

impl Eeprom for Rig {
	fn load(&self, address: u16) -> u8 {
		self.memory.load(address)
	}

	fn store(&mut self, address: u16, byte: u8) {
		self.memory.store(address, byte);
	}
}

impl Restart for Rig {
	fn restart(&mut self) {
		self.restarting = true;
	}
}

/// The part of the drill press at a terminal, whose signal spans the part's own range.
fn part_at(connection: Connection) -> Option<&'static ChannelInfo> {
	let terminal = connection.terminal()?;
	let mut parts = CHANNELS.iter().chain([&TANK]);
	parts.find(|(at, _)| *at == terminal).map(|(_, info)| info)
}

/// A value that lies in the range of `from` as far as the result lies in the range of `to`.
fn rescale(value: i32, from: &ChannelInfo, to: &ChannelInfo) -> i32 {
	let span = |info: &ChannelInfo| i64::from(info.max) - i64::from(info.min);
	if (from.min, from.max) == (to.min, to.max) || span(from) == 0 {
		return value;
	}
	let above = (i64::from(value) - i64::from(from.min)) * span(to);
	(i64::from(to.min) + (above + span(from) / 2).div_euclid(span(from))) as i32
}

#[cfg(test)]
mod tests {
	use super::*;
	use board_core::protocol::{ChannelKind, Label, Scale, Unit};

	fn range(min: i32, max: i32) -> ChannelInfo {
		ChannelInfo {
			channel: 0,
			kind: ChannelKind::Input,
			unit: Unit::Count,
			scale: Scale::ONE,
			min,
			max,
			safe: 0,
			name: Label::literal(""),
		}
	}

	#[test]
	fn a_value_keeps_its_place_in_another_range() {
		let (thousands, percent, crossed) = (range(0, 4000), range(0, 100), range(-400, 3000));
		assert_eq!(rescale(1000, &thousands, &percent), 25);
		assert_eq!(rescale(25, &percent, &thousands), 1000);
		assert_eq!(rescale(0, &percent, &crossed), -400);
		assert_eq!(rescale(100, &percent, &crossed), 3000);
		assert_eq!(rescale(-400, &crossed, &percent), 0);
		assert_eq!(rescale(-5, &crossed, &crossed), -5);
		assert_eq!(rescale(i32::MIN, &range(i32::MIN, i32::MAX), &percent), 0);
		assert_eq!(rescale(i32::MAX, &range(i32::MIN, i32::MAX), &percent), 100);
	}

	#[test]
	fn each_terminal_leads_to_its_part() {
		assert_eq!(
			part_at(Connection::PulseWidth(9)).map(|part| part.channel),
			Some(crate::SPINDLE_RPM)
		);
		assert_eq!(
			part_at(Connection::Sensor(2)).map(|part| part.channel),
			Some(crate::TEMPERATURE)
		);
		assert_eq!(part_at(Connection::Switch(13)), None);
		assert_eq!(part_at(Connection::None), None);
	}
}
