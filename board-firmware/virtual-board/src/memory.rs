//! The memory that keeps the configuration, and the board that comes of it.

use crate::{Options, ServerError, TANK, TOOL_WEAR};
use board_core::{
	drill_press,
	protocol::{ChannelInfo, FirmwareInfo, FirmwareVersion},
	write_image, Config, Origin, Record, Setup, Tables,
};

/// Bytes of the memory: as many as on an Arduino Uno.
const CONFIG_LEN: u16 = 944;
/// Shortest streaming interval in milliseconds.
const MIN_INTERVAL_MS: u32 = 10;

/// A memory in whole parts, with the setup that was last made of it.
#[derive(Debug)]
pub(crate) struct Memory {
	bytes: [u8; CONFIG_LEN as usize],
	version: u8,
	setup: Setup,
	/// It was written since the setup was made.
	is_new: bool,
}

impl Memory {
	/// A memory with the configuration of the drill press.
	pub(crate) fn new(version: u8, options: &Options) -> Result<Memory, ServerError> {
		let dead_man_ms = options.dead_man_ms;
		let mut bytes = [0xff; CONFIG_LEN as usize];
		let press = drill_press::records(options.serial, dead_man_ms, MIN_INTERVAL_MS);
		let with_tank = press.map(|record| match record {
			Record::Channel { info, .. } if options.tank && info.channel == TOOL_WEAR => {
				let (terminal, sensor) = TANK;
				let info = ChannelInfo {
					channel: info.channel,
					..sensor
				};
				Record::Channel { terminal, info }
			}
			record => record,
		});
		write_image(with_tank, &mut bytes)?;
		let setup = load(version, &bytes);
		// All else that is configured here is sound.
		Config {
			dead_man_ms,
			..setup.config
		}
		.check()?;
		Ok(Memory {
			bytes,
			version,
			setup,
			is_new: false,
		})
	}

	pub(crate) fn load(&self, address: u16) -> u8 {
		self.bytes.get(usize::from(address)).copied().unwrap_or(0xff)
	}

	pub(crate) fn store(&mut self, address: u16, byte: u8) {
		if let Some(place) = self.bytes.get_mut(usize::from(address)) {
			*place = byte;
			self.is_new = true;
		}
	}

	/// The board as it is now, without what was written since the last reset.
	pub(crate) fn setup(&self) -> &Setup {
		&self.setup
	}

	/// The board after a reset, with firmware that speaks protocol `version`.
	pub(crate) fn reset(&mut self, version: u8) -> &Setup {
		if self.is_new || version != self.version {
			self.setup = load(version, &self.bytes);
			self.version = version;
			self.is_new = false;
		}
		&self.setup
	}
}

fn load(version: u8, bytes: &[u8]) -> Setup {
	let origin = Origin {
		version,
		firmware: FirmwareInfo {
			version: FirmwareVersion {
				major: 0,
				minor: 1,
				patch: 0,
			},
			hash: firmware_hash(),
		},
		config_len: CONFIG_LEN,
	};
	// The board's logic wants tables that are there for ever. Some hundred bytes for each configuration that somebody writes.
	let tables = Box::leak(Box::new(Tables::EMPTY));
	let byte = |address: u16| bytes.get(usize::from(address)).copied().unwrap_or(0xff);
	// An erased memory means no channels here: this board is what it was started as, or what was written.
	Setup::load(tables, &origin, byte, (0, |_| 0xff))
}

/// A program on Linux has no firmware image; its name and version, padded with zeros, stand for one.
fn firmware_hash() -> [u8; 32] {
	let mut hash = [0; 32];
	let name = concat!("virtual-board ", env!("CARGO_PKG_VERSION")).bytes();
	hash.iter_mut().zip(name).for_each(|(byte, letter)| *byte = letter);
	hash
}

#[cfg(test)]
mod tests {
	use super::*;
	use board_core::protocol::{Label, PROTOCOL_VERSION};

	fn options() -> Options {
		Options {
			serial: Label::literal("VB"),
			dead_man_ms: 700,
			..Options::new("nowhere")
		}
	}

	fn memory() -> Memory {
		Memory::new(PROTOCOL_VERSION, &options()).expect("it fits")
	}

	#[test]
	fn a_press_with_a_tank_measures_oil_in_the_place_of_wear() {
		let with_tank = Options {
			tank: true,
			..options()
		};
		let memory = Memory::new(PROTOCOL_VERSION, &with_tank).expect("it fits");
		let channels = memory.setup().config.channels;
		assert_eq!(channels.len(), drill_press::CHANNELS.len());
		let last = channels.last().expect("it has channels");
		assert_eq!((last.channel, last.name.as_str()), (TOOL_WEAR, "oil_level"));
		let terminal = memory
			.setup()
			.wiring
			.channel(TOOL_WEAR)
			.and_then(|(_, at)| at.terminal());
		assert_eq!(terminal, Some(TANK.0));
	}

	#[test]
	fn it_is_the_drill_press_until_it_is_written() {
		let memory = memory();
		let config = memory.setup().config;
		assert_eq!((config.serial.as_str(), config.dead_man_ms), ("VB", 700));
		assert_eq!(config.channels.len(), drill_press::CHANNELS.len());
		assert_eq!(memory.load(0), b'B');
		assert_eq!((memory.load(943), memory.load(944)), (0xff, 0xff));
	}

	#[test]
	fn what_is_written_counts_from_the_next_reset_on() {
		let mut memory = memory();
		memory.store(0, 0);
		assert_eq!(memory.setup().config.serial.as_str(), "VB");
		assert_eq!(memory.reset(PROTOCOL_VERSION).config.serial.as_str(), "CONFIG-DAMAGED");
		memory.store(0, b'B');
		assert_eq!(memory.reset(PROTOCOL_VERSION).config.serial.as_str(), "VB");
		assert_eq!(memory.reset(9).config.version, 9);
	}
}
