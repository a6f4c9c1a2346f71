//! What is connected to this board: kept in the EEPROM, or that of the drill press beside the program.

use crate::{
	analogue,
	mcu::{self, Compare},
};
use board_core::{
	analogue::is_span,
	protocol::{ChannelInfo, ChannelKind, FirmwareInfo, FirmwareVersion, Label, Scale, Unit, PROTOCOL_VERSION},
	read_image, ChannelSet, Config, ImageError, Interlock, Record, SESSIONS_LEN,
};

/// Most channels of this board. A further one costs 47 bytes of RAM.
const MAX_CHANNELS: usize = 10;
/// Most interlocks of this board.
const MAX_INTERLOCKS: usize = 4;

/// The terminal A0.
const FIRST_ANALOGUE: u8 = 14;

/// Where the session numbers are kept: at the end of the EEPROM.
pub const SESSIONS_AT: u16 = mcu::EEPROM_LEN - SESSIONS_LEN;
/// The configuration is kept at its start.
const CAPACITY: u16 = SESSIONS_AT;

/// The board as it is set up.
pub struct Setup {
	/// What the board's logic needs to know.
	pub config: Config,
	/// Where its channels are connected.
	pub wiring: Wiring,
}

/// Loads the board's setup. Only the first call gives it.
#[inline(never)] // what it needs on the stack is free again afterwards
pub fn load() -> Option<Setup> {
	TABLES.fill(|place| Ok::<_, ()>(place.write(Tables::EMPTY)));
	let tables = TABLES.take()?;
	let mut reading = Reading::default();
	let kept = read_image(CAPACITY, mcu::read_eeprom, |record| reading.take(tables, record));
	let result = match kept {
		// A board that was never given a configuration.
		Err(ImageError::Erased) => read_image(mcu::DEFAULT_LEN, mcu::read_default, |record| {
			reading.take(tables, record)
		}),
		result => result,
	};
	let setup = match (result, reading.board) {
		(Ok(()), Some(board)) => setup(board, tables, reading.channels, reading.interlocks),
		_ => unusable(tables),
	};
	match setup.config.check() {
		Ok(()) => Some(setup),
		Err(_) => Some(unusable(tables)),
	}
}

/// What concerns the whole board.
#[derive(Clone, Copy)]
struct Board {
	serial: Label,
	dead_man_ms: u32,
	min_interval_ms: u32,
}

/// A board whose configuration cannot be used: without channels, so that nothing can be driven.
fn unusable(tables: &'static Tables) -> Setup {
	let board = Board {
		serial: Label::literal("CONFIG-DAMAGED"),
		dead_man_ms: 500,
		min_interval_ms: 20,
	};
	setup(board, tables, 0, 0)
}

fn setup(board: Board, tables: &'static Tables, channels: usize, interlocks: usize) -> Setup {
	let infos = tables.channels.get(..channels).unwrap_or(&[]);
	Setup {
		config: Config {
			version: PROTOCOL_VERSION,
			serial: board.serial,
			firmware: FirmwareInfo {
				version: VERSION,
				hash: mcu::firmware_hash(),
			},
			dead_man_ms: board.dead_man_ms,
			min_interval_ms: board.min_interval_ms,
			channels: infos,
			interlocks: tables.interlocks.get(..interlocks).unwrap_or(&[]),
		},
		wiring: Wiring {
			channels: infos,
			connections: tables.connections.get(..channels).unwrap_or(&[]),
		},
	}
}

/// Room for the tables.
struct Tables {
	channels: [ChannelInfo; MAX_CHANNELS],
	connections: [Connection; MAX_CHANNELS],
	interlocks: [Interlock; MAX_INTERLOCKS],
}

static TABLES: mcu::Place<Tables> = mcu::Place::new();

impl Tables {
	/// Empty tables. All zeros, so that they cost no program memory.
	const EMPTY: Tables = Tables {
		channels: [ChannelInfo {
			channel: 0,
			kind: ChannelKind::Output,
			unit: Unit::Count,
			scale: Scale {
				zero: 0,
				multiplier: 0,
				divisor: 0,
			},
			min: 0,
			max: 0,
			safe: 0,
			name: Label::literal(""),
		}; MAX_CHANNELS],
		connections: [Connection::None; MAX_CHANNELS],
		interlocks: [Interlock {
			input: 0,
			min: 0,
			max: 0,
			outputs: ChannelSet::EMPTY,
		}; MAX_INTERLOCKS],
	};
}

/// What was read so far.
#[derive(Default)]
struct Reading {
	board: Option<Board>,
	channels: usize,
	interlocks: usize,
	/// Terminals that are taken, one bit each.
	taken: u32,
}

impl Reading {
	fn take(&mut self, tables: &mut Tables, record: Record) -> Result<(), ImageError> {
		match record {
			Record::Board {
				serial,
				dead_man_ms,
				min_interval_ms,
			} => {
				self.board = Some(Board {
					serial,
					dead_man_ms,
					min_interval_ms,
				});
			}
			Record::Channel { terminal, info } => {
				let connection = Connection::of(&info, terminal).ok_or(ImageError::Unknown)?;
				let bit = 1 << terminal;
				if self.taken & bit != 0 {
					return Err(ImageError::Unknown);
				}
				self.taken |= bit;
				*tables.channels.get_mut(self.channels).ok_or(ImageError::Unknown)? = info;
				*tables.connections.get_mut(self.channels).ok_or(ImageError::Unknown)? = connection;
				self.channels += 1;
			}
			Record::Interlock { .. } => {
				let room = tables.interlocks.get_mut(self.interlocks).ok_or(ImageError::Unknown)?;
				*room = record.interlock().ok_or(ImageError::Unknown)?;
				self.interlocks += 1;
			}
		}
		Ok(())
	}
}

/// Where the channels are connected.
#[derive(Clone, Copy)]
pub struct Wiring {
	channels: &'static [ChannelInfo],
	connections: &'static [Connection],
}

impl Wiring {
	/// A channel and how it is connected.
	pub fn channel(&self, channel: u8) -> Option<(&'static ChannelInfo, Connection)> {
		let info = self.channels.get(usize::from(channel))?;
		let connection = self.connections.get(usize::from(channel))?;
		Some((info, *connection))
	}
}

/// How a channel is connected, and to which terminal.
#[derive(Clone, Copy, Eq, PartialEq)]
pub enum Connection {
	/// Not at all.
	None,
	/// On above the channel's lower limit.
	Switch(u8),
	/// On for a part of the time.
	PulseWidth(Compare),
	/// A contact to ground: 1 when it is closed. A broken wire reads as open.
	Contact(u8),
	/// A ratiometric sensor at this analogue input.
	Sensor(u8),
}

impl Connection {
	/// The connection that suits a channel on a terminal, if there is one. Terminals 0 and 1 are the serial line.
	fn of(info: &ChannelInfo, terminal: u8) -> Option<Connection> {
		let is_switch = info.min == 0 && info.max == 1;
		let spans = is_span(info.min, info.max);
		let input = terminal.wrapping_sub(FIRST_ANALOGUE);
		match (info.kind, terminal) {
			(ChannelKind::Output, 2..=19) if is_switch => Some(Connection::Switch(terminal)),
			(ChannelKind::Output, 9) if spans => Some(Connection::PulseWidth(Compare::A)),
			(ChannelKind::Output, 10) if spans => Some(Connection::PulseWidth(Compare::B)),
			(ChannelKind::Input, 2..=13) if is_switch => Some(Connection::Contact(terminal)),
			(ChannelKind::Input, _) if input < analogue::INPUTS && spans => Some(Connection::Sensor(input)),
			_ => None,
		}
	}
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
