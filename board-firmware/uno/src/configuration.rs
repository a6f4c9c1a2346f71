//! What is connected to this board: kept in the EEPROM, or that of the drill press beside the program.

use crate::{analogue, mcu, pwm};
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
	let mut board = Board::UNUSABLE;
	let kept = read_image(CAPACITY, mcu::read_eeprom, |record| tables.take(record, &mut board));
	let result = match kept {
		// A board that was never given a configuration.
		Err(ImageError::Erased) => read_image(mcu::DEFAULT_LEN, mcu::read_default, |record| {
			tables.take(record, &mut board)
		}),
		result => result,
	};
	let setup = tables.setup(board);
	Some(match result.is_ok() && setup.is_sound() {
		true => setup,
		false => setup.without_channels(),
	})
}

impl Setup {
	/// A board that drives and measures nothing, and says so by its serial number.
	fn without_channels(self) -> Setup {
		Setup {
			config: Config {
				serial: Board::UNUSABLE.serial,
				dead_man_ms: Board::UNUSABLE.dead_man_ms,
				min_interval_ms: Board::UNUSABLE.min_interval_ms,
				channels: &[],
				interlocks: &[],
				..self.config
			},
			wiring: Wiring {
				channels: &[],
				terminals: &[],
			},
		}
	}

	/// Whether the board's logic and its terminals can do all this.
	fn is_sound(&self) -> bool {
		let mut used = 0u32;
		let apart = self.wiring.terminals.iter().all(|terminal| {
			let bit = 1u32.checked_shl(u32::from(*terminal)).unwrap_or(u32::MAX);
			let free = used & bit == 0;
			used |= bit;
			free
		});
		let possible = (0u8..)
			.zip(self.config.channels)
			.all(|(channel, _)| self.wiring.channel(channel).is_some());
		apart && possible && self.config.check().is_ok()
	}
}

/// What concerns the whole board.
#[derive(Clone, Copy)]
struct Board {
	serial: Label,
	dead_man_ms: u32,
	min_interval_ms: u32,
}

impl Board {
	/// A board whose configuration cannot be used. It has no channels, so nothing can be driven.
	const UNUSABLE: Board = Board {
		serial: Label::literal("CONFIG-DAMAGED"),
		dead_man_ms: 500,
		min_interval_ms: 20,
	};
}

/// Room for the tables.
struct Tables {
	channels: [ChannelInfo; MAX_CHANNELS],
	terminals: [u8; MAX_CHANNELS],
	channel_count: usize,
	interlocks: [Interlock; MAX_INTERLOCKS],
	interlock_count: usize,
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
		terminals: [0; MAX_CHANNELS],
		channel_count: 0,
		interlocks: [Interlock {
			input: 0,
			min: 0,
			max: 0,
			outputs: ChannelSet::EMPTY,
		}; MAX_INTERLOCKS],
		interlock_count: 0,
	};

	fn setup(&'static self, board: Board) -> Setup {
		let channels = self.channels.get(..self.channel_count).unwrap_or(&[]);
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
				channels,
				interlocks: self.interlocks.get(..self.interlock_count).unwrap_or(&[]),
			},
			wiring: Wiring {
				channels,
				terminals: self.terminals.get(..self.channel_count).unwrap_or(&[]),
			},
		}
	}

	fn take(&mut self, record: Record, board: &mut Board) -> Result<(), ImageError> {
		match record {
			Record::Board {
				serial,
				dead_man_ms,
				min_interval_ms,
			} => {
				*board = Board {
					serial,
					dead_man_ms,
					min_interval_ms,
				};
			}
			Record::Channel { terminal, info } => {
				let place = self.channel_count;
				*self.channels.get_mut(place).ok_or(ImageError::Unknown)? = info;
				*self.terminals.get_mut(place).ok_or(ImageError::Unknown)? = terminal;
				self.channel_count += 1;
			}
			Record::Interlock { .. } => {
				let place = self.interlock_count;
				let room = self.interlocks.get_mut(place).ok_or(ImageError::Unknown)?;
				*room = record.interlock().ok_or(ImageError::Unknown)?;
				self.interlock_count += 1;
			}
		}
		Ok(())
	}
}

/// Where the channels are connected.
#[derive(Clone, Copy)]
pub struct Wiring {
	channels: &'static [ChannelInfo],
	terminals: &'static [u8],
}

impl Wiring {
	/// A channel, how it is connected, and to which terminal.
	pub fn channel(&self, channel: u8) -> Option<(&'static ChannelInfo, Connection, u8)> {
		let info = self.channels.get(usize::from(channel))?;
		let terminal = *self.terminals.get(usize::from(channel))?;
		Some((info, Connection::of(info, terminal)?, terminal))
	}
}

/// How a channel is connected.
pub enum Connection {
	/// On above the channel's lower limit.
	Switch,
	/// On for a part of the time.
	PulseWidth,
	/// A contact to ground: 1 when it is closed. A broken wire reads as open.
	Contact,
	/// A ratiometric sensor at this analogue input.
	Sensor(u8),
}

impl Connection {
	/// The connection that suits a channel on a terminal, if there is one. Terminals 0 and 1 are the serial line.
	fn of(info: &ChannelInfo, terminal: u8) -> Option<Connection> {
		let is_switch = info.min == 0 && info.max == 1;
		let input = terminal.wrapping_sub(FIRST_ANALOGUE);
		match (info.kind, terminal) {
			(ChannelKind::Output, 2..=19) if is_switch => Some(Connection::Switch),
			(ChannelKind::Output, _) if pwm::is_pwm(terminal) && is_span(info.min, info.max) => {
				Some(Connection::PulseWidth)
			}
			(ChannelKind::Input, 2..=13) if is_switch => Some(Connection::Contact),
			(ChannelKind::Input, _) if input < analogue::INPUTS && is_span(info.min, info.max) => {
				Some(Connection::Sensor(input))
			}
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
