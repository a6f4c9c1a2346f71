//! From the kept configuration to a board that knows its channels and where they are connected.

use crate::{analogue::is_span, read_image, ChannelSet, Config, ImageError, Interlock, Record};
use bpiiot_protocol::{ChannelInfo, ChannelKind, FirmwareInfo, Label, Scale, Unit};

/// Most channels of a small board. A further one costs 47 bytes of RAM.
const CHANNELS: usize = 10;
/// Most interlocks of a small board.
const INTERLOCKS: usize = 4;

/// The terminal A0.
const FIRST_ANALOGUE: u8 = 14;
/// Terminals A0 to A5.
const ANALOGUE_INPUTS: u8 = 6;

/// What a board is before it has read its configuration.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
	/// The protocol version that it speaks.
	pub version: u8,
	/// The program that runs.
	pub firmware: FirmwareInfo,
	/// Bytes of the memory that keeps the configuration.
	pub config_len: u16,
}

/// A board as it is set up.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
	/// What the board's logic needs to know.
	pub config: Config,
	/// Where its channels are connected.
	pub wiring: Wiring,
}

impl Setup {
	/// Reads the kept configuration, or `factory` when none was ever kept. `kept` and `factory` give the byte at an address.
	///
	/// What cannot be used gives a board without channels, so that nothing can be driven, whose serial number tells.
	#[inline(always)] // a small controller has no room for the copies
	pub fn load(
		tables: &'static mut Tables,
		origin: &Origin,
		kept: impl Fn(u16) -> u8,
		factory: (u16, impl Fn(u16) -> u8),
	) -> Setup {
		let mut reading = Reading::default();
		let kept = read_image(origin.config_len, kept, |record| reading.take(tables, record));
		let result = match kept {
			Err(ImageError::Erased) => read_image(factory.0, factory.1, |record| reading.take(tables, record)),
			result => result,
		};
		let tables = &*tables;
		let setup = match (result, reading.board) {
			(Ok(()), Some(board)) => setup(origin, board, tables, reading.channels, reading.interlocks),
			_ => unusable(origin, tables),
		};
		match setup.config.check() {
			Ok(()) => setup,
			Err(_) => unusable(origin, tables),
		}
	}
}

/// What concerns the whole board.
#[derive(Clone, Copy)]
struct Board {
	serial: Label,
	dead_man_ms: u32,
	min_interval_ms: u32,
}

#[inline(always)]
fn unusable(origin: &Origin, tables: &'static Tables) -> Setup {
	let board = Board {
		serial: Label::literal("CONFIG-DAMAGED"),
		dead_man_ms: 500,
		min_interval_ms: 20,
	};
	setup(origin, board, tables, 0, 0)
}

fn setup(origin: &Origin, board: Board, tables: &'static Tables, channels: usize, interlocks: usize) -> Setup {
	let infos = tables.channels.get(..channels).unwrap_or(&[]);
	Setup {
		config: Config {
			version: origin.version,
			serial: board.serial,
			firmware: origin.firmware,
			config_len: origin.config_len,
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

/// Room for what a configuration says.
#[derive(Debug)]
pub struct Tables {
	channels: [ChannelInfo; CHANNELS],
	connections: [Connection; CHANNELS],
	interlocks: [Interlock; INTERLOCKS],
}

impl Tables {
	/// Empty tables. All zeros, so that they cost a small controller no program memory.
	pub const EMPTY: Tables = Tables {
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
		}; CHANNELS],
		connections: [Connection::None; CHANNELS],
		interlocks: [Interlock {
			input: 0,
			min: 0,
			max: 0,
			outputs: ChannelSet::EMPTY,
		}; INTERLOCKS],
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
#[derive(Clone, Copy, Debug)]
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

/// How a channel is connected, and to which terminal, as Arduino counts them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Connection {
	/// Not at all.
	None,
	/// On above the channel's lower limit.
	Switch(u8),
	/// On for a part of the time, at terminal 9 or 10.
	PulseWidth(u8),
	/// A contact to ground: 1 when it is closed. A broken wire reads as open.
	Contact(u8),
	/// A ratiometric sensor at this analogue input, 0 for A0.
	Sensor(u8),
}

impl Connection {
	/// The connection that suits a channel on a terminal, if there is one. Terminals 0 and 1 are the serial line.
	pub fn of(info: &ChannelInfo, terminal: u8) -> Option<Connection> {
		let is_switch = info.min == 0 && info.max == 1;
		let spans = is_span(info.min, info.max);
		let input = terminal.wrapping_sub(FIRST_ANALOGUE);
		match (info.kind, terminal) {
			(ChannelKind::Output, 2..=19) if is_switch => Some(Connection::Switch(terminal)),
			(ChannelKind::Output, 9 | 10) if spans => Some(Connection::PulseWidth(terminal)),
			(ChannelKind::Input, 2..=13) if is_switch => Some(Connection::Contact(terminal)),
			(ChannelKind::Input, _) if input < ANALOGUE_INPUTS && spans => Some(Connection::Sensor(input)),
			_ => None,
		}
	}

	/// The terminal; `None` when it is not connected.
	pub fn terminal(self) -> Option<u8> {
		match self {
			Connection::None => None,
			Connection::Switch(terminal) | Connection::PulseWidth(terminal) | Connection::Contact(terminal) => {
				Some(terminal)
			}
			Connection::Sensor(input) => Some(FIRST_ANALOGUE + input),
		}
	}
}
