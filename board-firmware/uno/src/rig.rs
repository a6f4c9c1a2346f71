//! The board's logic joined to the controller.

use crate::{analogue, clock, mcu, pins, pwm, serial};
use board_core::{
	analogue::{duty, sensed},
	Clock, Connection, Eeprom, Inputs, OutputFailed, Outputs, Restart, Uart, Wiring, MAX_CHANNELS,
};

/// What the board's logic works with.
pub struct Rig {
	wiring: Wiring,
	restarting: bool,
}

impl Rig {
	/// Prepares the inputs. Outputs stay released until they are driven.
	pub fn connect(wiring: Wiring) -> Self {
		for channel in 0..MAX_CHANNELS as u8 {
			if let Some((_, Connection::Contact(terminal))) = wiring.channel(channel) {
				pins::pull_up(terminal);
			}
		}
		Rig {
			wiring,
			restarting: false,
		}
	}

	/// Says that the main loop goes round, unless a restart was ordered: then the watchdog brings it, once the line is done.
	pub fn feed_watchdog(&self) {
		if !self.restarting {
			mcu::feed_watchdog();
		}
	}
}

impl Clock for Rig {
	fn now_ms(&self) -> u32 {
		clock::now_ms()
	}
}

impl Uart for Rig {
	fn read(&mut self) -> Option<u8> {
		serial::read()
	}

	fn is_ready(&self) -> bool {
		serial::is_ready()
	}

	fn write(&mut self, frame: &[u8]) -> bool {
		serial::write(frame)
	}
}

impl Inputs for Rig {
	fn sample(&mut self, channel: u8) -> Option<i32> {
		match self.wiring.channel(channel)? {
			(_, Connection::Contact(terminal)) => Some(i32::from(pins::is_low(terminal))),
			(info, Connection::Sensor(input)) => sensed(analogue::sum(input)?, info.min, info.max),
			_ => None,
		}
	}
}

impl Outputs for Rig {
	fn drive(&mut self, channel: u8, value: i32) -> Result<(), OutputFailed> {
		match self.wiring.channel(channel) {
			Some((_, Connection::Switch(terminal))) => pins::write(terminal, value != 0),
			Some((info, Connection::PulseWidth(terminal))) => {
				pwm::write(terminal, duty(value, info.min, info.max, pwm::TOP));
			}
			_ => return Err(OutputFailed),
		}
		Ok(())
	}
}

impl Eeprom for Rig {
	fn load(&self, address: u16) -> u8 {
		mcu::Eeprom.load(address)
	}

	fn store(&mut self, address: u16, byte: u8) {
		mcu::Eeprom.store(address, byte);
	}
}

impl Restart for Rig {
	fn restart(&mut self) {
		mcu::announce_restart();
		self.restarting = true;
	}
}
