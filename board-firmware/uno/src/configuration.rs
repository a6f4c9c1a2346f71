//! What is connected to this board: kept in the EEPROM, or that of the drill press beside the program.

use crate::mcu;
use board_core::{
	protocol::{FirmwareInfo, FirmwareVersion, PROTOCOL_VERSION},
	Origin, Setup, Tables, SESSIONS_LEN,
};

/// Where the session numbers are kept: at the end of the EEPROM.
pub const SESSIONS_AT: u16 = mcu::EEPROM_LEN - SESSIONS_LEN;
/// The configuration is kept at its start.
const CONFIG_LEN: u16 = SESSIONS_AT;

static TABLES: mcu::Place<Tables> = mcu::Place::new();

/// Loads the board's setup. Only the first call gives it.
#[inline(never)] // what it needs on the stack is free again afterwards
pub fn load() -> Option<Setup> {
	TABLES.fill(|place| Ok::<_, ()>(place.write(Tables::EMPTY)));
	let origin = Origin {
		version: PROTOCOL_VERSION,
		firmware: FirmwareInfo {
			version: VERSION,
			hash: mcu::firmware_hash(),
		},
		config_len: CONFIG_LEN,
	};
	let factory = (mcu::DEFAULT_LEN, mcu::read_default);
	Some(Setup::load(TABLES.take()?, &origin, mcu::read_eeprom, factory))
}

const VERSION: FirmwareVersion = FirmwareVersion {
	major: number(env!("CARGO_PKG_VERSION_MAJOR")),
	minor: number(env!("CARGO_PKG_VERSION_MINOR")),
	patch: number(env!("CARGO_PKG_VERSION_PATCH")),
};

const fn number(text: &str) -> u8 {
	match u8::from_str_radix(text, 10) {
		Ok(number) => number,
		Err(_) => panic!("a part of the version does not fit a byte"),
	}
}
