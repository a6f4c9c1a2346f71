//! What a board is: its channels, its interlocks, its limits.

use bpiiot_protocol::{channel_page, ChannelInfo, ChannelKind, FirmwareInfo, HelloPage, Identity, Label, SCHEMA_HASH};
use core::fmt;

/// Most channels a board may have. An Arduino Uno has 20 pins, of which two are the serial line.
pub const MAX_CHANNELS: usize = 16;
/// Most interlocks a board may have.
pub const MAX_INTERLOCKS: usize = 16;

/// A set of channels, one bit each.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct ChannelSet(u16);

impl ChannelSet {
	/// No channel.
	pub const EMPTY: ChannelSet = ChannelSet(0);

	/// These channels. Numbers beyond [`MAX_CHANNELS`] stop the build when this is a constant.
	pub const fn of(channels: &[u8]) -> ChannelSet {
		let mut set = 0;
		let mut i = 0;
		while i < channels.len() {
			assert!((channels[i] as usize) < MAX_CHANNELS, "no such channel");
			set |= 1 << channels[i];
			i += 1;
		}
		ChannelSet(set)
	}

	/// The set whose channels are the bits that are set, channel 0 the lowest.
	pub const fn from_bits(bits: u16) -> ChannelSet {
		ChannelSet(bits)
	}

	/// One bit for each channel of the set, channel 0 the lowest.
	pub const fn bits(self) -> u16 {
		self.0
	}

	/// Whether the channel is in the set.
	pub const fn has(self, channel: u8) -> bool {
		(channel as usize) < MAX_CHANNELS && self.0 >> channel & 1 == 1
	}

	/// Whether no channel is in the set.
	pub const fn is_empty(self) -> bool {
		self.0 == 0
	}

	/// The channels of the set, lowest first.
	pub fn iter(self) -> impl Iterator<Item = u8> {
		// One shift a channel: a controller that shifts by one bit at a time has no other way that is quick.
		let (mut rest, mut next) = (self.0, 0);
		core::iter::from_fn(move || {
			while rest != 0 {
				let (member, channel) = (rest & 1 == 1, next);
				rest >>= 1;
				next += 1;
				if member {
					return Some(channel);
				}
			}
			None
		})
	}

	pub(crate) fn set(&mut self, channel: u8, member: bool) {
		let bit = 1 << channel;
		self.0 = if member { self.0 | bit } else { self.0 & !bit };
	}

	pub(crate) const fn and(self, other: ChannelSet) -> ChannelSet {
		ChannelSet(self.0 & other.0)
	}

	pub(crate) const fn or(self, other: ChannelSet) -> ChannelSet {
		ChannelSet(self.0 | other.0)
	}

	pub(crate) const fn len(self) -> u16 {
		self.0.count_ones() as u16
	}
}

/// Holds outputs safe while an input is not where it must be. An input that cannot be read is not where it must be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Interlock {
	/// The input that is watched.
	pub input: u8,
	/// Smallest raw value that is well.
	pub min: i32,
	/// Largest raw value that is well.
	pub max: i32,
	/// The outputs that are made safe.
	pub outputs: ChannelSet,
}

/// Everything that makes one board different from another.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Config {
	/// The protocol version to speak: [`PROTOCOL_VERSION`](bpiiot_protocol::PROTOCOL_VERSION), unless a test plays another board.
	pub version: u8,
	/// The board's serial number.
	pub serial: Label,
	/// The program that runs.
	pub firmware: FirmwareInfo,
	/// Bytes of the memory that keeps the configuration, from address 0 on; 0 when this board keeps none.
	pub config_len: u16,
	/// Without a command for longer than this many milliseconds all outputs are made safe.
	pub dead_man_ms: u32,
	/// Shortest streaming interval in milliseconds.
	pub min_interval_ms: u32,
	/// The channels; each one's number is its place.
	pub channels: &'static [ChannelInfo],
	/// The interlocks.
	pub interlocks: &'static [Interlock],
}

impl Config {
	/// Finds what is wrong with this configuration.
	pub fn check(&self) -> Result<(), ConfigError> {
		if self.channels.len() > MAX_CHANNELS {
			return Err(ConfigError::TooManyChannels);
		}
		if self.interlocks.len() > MAX_INTERLOCKS {
			return Err(ConfigError::TooManyInterlocks);
		}
		if self.dead_man_ms == 0 || self.min_interval_ms == 0 {
			return Err(ConfigError::ZeroTime);
		}
		for (place, info) in (0u8..).zip(self.channels) {
			check_channel(place, info)?;
		}
		for (place, interlock) in (0u8..).zip(self.interlocks) {
			let watches_input = self
				.channel(interlock.input)
				.is_some_and(|info| info.kind == ChannelKind::Input);
			let outputs_only = interlock.outputs.and(self.outputs()) == interlock.outputs;
			if !watches_input || !outputs_only || interlock.min > interlock.max {
				return Err(ConfigError::BadInterlock(place));
			}
		}
		Ok(())
	}

	/// One channel, if it exists.
	pub fn channel(&self, channel: u8) -> Option<&'static ChannelInfo> {
		self.channels.get(usize::from(channel))
	}

	/// All outputs.
	pub fn outputs(&self) -> ChannelSet {
		self.of_kind(ChannelKind::Output)
	}

	/// All inputs.
	pub fn inputs(&self) -> ChannelSet {
		self.of_kind(ChannelKind::Input)
	}

	/// One page of the hello, if it exists.
	pub fn hello(&self, page: u8) -> Option<HelloPage> {
		match page {
			0 => Some(HelloPage::Identity(Identity {
				protocol: self.version,
				schema: SCHEMA_HASH,
				serial: self.serial,
				dead_man_ms: self.dead_man_ms,
				min_interval_ms: self.min_interval_ms,
				channels: self.channels.len() as u8,
			})),
			1 => Some(HelloPage::Firmware(self.firmware)),
			page => self.channel(page - channel_page(0)).copied().map(HelloPage::Channel),
		}
	}

	fn of_kind(&self, kind: ChannelKind) -> ChannelSet {
		let mut set = ChannelSet::EMPTY;
		self.channels
			.iter()
			.filter(|info| info.kind == kind)
			.for_each(|info| set.set(info.channel, true));
		set
	}
}

fn check_channel(place: u8, info: &ChannelInfo) -> Result<(), ConfigError> {
	if info.channel != place {
		return Err(ConfigError::ChannelOutOfPlace(place));
	}
	let safe_is_allowed = info.kind == ChannelKind::Input || (info.min..=info.max).contains(&info.safe);
	if info.min > info.max || !safe_is_allowed || info.scale.divisor == 0 {
		return Err(ConfigError::BadChannel(place));
	}
	Ok(())
}

/// Why a board cannot be what its configuration says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ConfigError {
	/// More than [`MAX_CHANNELS`].
	TooManyChannels,
	/// More than [`MAX_INTERLOCKS`].
	TooManyInterlocks,
	/// The dead-man time or the shortest interval is 0.
	ZeroTime,
	/// A channel's number is not its place in the table.
	ChannelOutOfPlace(u8),
	/// A channel's limits are crossed, its safe value is outside them, or its scale divides by 0.
	BadChannel(u8),
	/// An interlock watches no input, holds something that is no output, or has crossed limits.
	BadInterlock(u8),
	/// A session number of 0 means that no session is known; a board cannot have it.
	NoSession,
}

impl fmt::Display for ConfigError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			ConfigError::TooManyChannels => write!(f, "a board has at most {MAX_CHANNELS} channels"),
			ConfigError::TooManyInterlocks => write!(f, "a board has at most {MAX_INTERLOCKS} interlocks"),
			ConfigError::ZeroTime => write!(f, "the dead-man time and the shortest interval must not be 0"),
			ConfigError::ChannelOutOfPlace(n) => write!(f, "channel {n} of the table has another number"),
			ConfigError::BadChannel(n) => write!(f, "channel {n}: check its limits, safe value and scale"),
			ConfigError::BadInterlock(n) => write!(f, "interlock {n}: check its input, limits and outputs"),
			ConfigError::NoSession => write!(f, "the session number must not be 0"),
		}
	}
}

impl core::error::Error for ConfigError {}
