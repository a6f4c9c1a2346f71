//! What a board says about itself, page by page.

use crate::Label;
use serde::{Deserialize, Serialize};

/// The page of channel 0; channel `n` is on page `CHANNEL_PAGES_START + n`.
pub const CHANNEL_PAGES_START: u8 = 2;

/// The page on which channel `channel` is described.
pub const fn channel_page(channel: u8) -> u8 {
	CHANNEL_PAGES_START.saturating_add(channel)
}

/// The page of the first bytes of the kept configuration; the `n`-th part is on page `CONFIG_PAGES_START + n`.
pub const CONFIG_PAGES_START: u8 = 128;
/// Bytes of the kept configuration on one page.
pub const CONFIG_PAGE_LEN: usize = 8;

/// The page with the kept configuration's bytes from `part × CONFIG_PAGE_LEN` on.
pub const fn config_page(part: u8) -> u8 {
	CONFIG_PAGES_START.saturating_add(part)
}

/// One page of the hello. Page 0 is the identity, page 1 the firmware, then one page a channel; from page 128 on the bytes of
/// the configuration that the board keeps, if it keeps one.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum HelloPage {
	/// Page 0.
	Identity(Identity),
	/// Page 1.
	Firmware(FirmwareInfo),
	/// Pages 2 and up.
	Channel(ChannelInfo),
	/// Pages 128 and up: the memory that keeps the configuration, as it is.
	Configuration([u8; CONFIG_PAGE_LEN]),
}

/// Page 0: who this is and what it speaks.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Identity {
	/// Protocol version, as in the header.
	pub protocol: u8,
	/// [`SCHEMA_HASH`](crate::SCHEMA_HASH) of the board's firmware.
	pub schema: u32,
	/// The board's serial number.
	pub serial: Label,
	/// Without a command for so many milliseconds the board makes all outputs safe.
	pub dead_man_ms: u32,
	/// Shortest streaming interval in milliseconds.
	pub min_interval_ms: u32,
	/// Number of channels, outputs and inputs together.
	pub channels: u8,
}

impl Identity {
	/// Number of pages of this hello.
	pub const fn pages(&self) -> u8 {
		channel_page(self.channels)
	}
}

/// Page 1: which program runs.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct FirmwareInfo {
	/// The firmware's own version.
	pub version: FirmwareVersion,
	/// Hash of the firmware image (blake2b-256), the one declared on chain.
	pub hash: [u8; 32],
}

/// A semantic version.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct FirmwareVersion {
	/// Changes when something that worked no longer does.
	pub major: u8,
	/// Changes when something is added.
	pub minor: u8,
	/// Changes when something is mended.
	pub patch: u8,
}

/// Pages 2 and up: one channel.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ChannelInfo {
	/// The channel's number, from 0.
	pub channel: u8,
	/// Output or input.
	pub kind: ChannelKind,
	/// Unit of the scaled value.
	pub unit: Unit,
	/// From raw counts to the unit.
	pub scale: Scale,
	/// Smallest raw value that the board accepts (output) or expects (input).
	pub min: i32,
	/// Largest raw value that the board accepts (output) or expects (input).
	pub max: i32,
	/// The raw value of an output's safe state. Without meaning for an input.
	pub safe: i32,
	/// The channel's name.
	pub name: Label,
}

/// Direction of a channel, seen from the board.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum ChannelKind {
	/// The board drives it.
	Output,
	/// The board measures it.
	Input,
}

/// Unit of a scaled value.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub enum Unit {
	/// A plain number.
	Count,
	/// 0 is off, open or no; 1 is on, closed or yes.
	Switch,
	/// Revolutions a minute.
	Rpm,
	/// Micrometres.
	Micrometre,
	/// Degrees Celsius.
	DegreeCelsius,
	/// Millimetres a second (vibration velocity).
	MillimetrePerSecond,
	/// Thousandths of a whole.
	PerMille,
	/// Volts.
	Volt,
	/// Amperes.
	Ampere,
	/// Hertz.
	Hertz,
	/// Newtons.
	Newton,
	/// Pascals.
	Pascal,
	/// Watts.
	Watt,
}

impl Unit {
	/// The unit's symbol for people; empty for plain numbers and switches.
	pub const fn symbol(self) -> &'static str {
		match self {
			Unit::Count | Unit::Switch => "",
			Unit::Rpm => "rpm",
			Unit::Micrometre => "µm",
			Unit::DegreeCelsius => "°C",
			Unit::MillimetrePerSecond => "mm/s",
			Unit::PerMille => "‰",
			Unit::Volt => "V",
			Unit::Ampere => "A",
			Unit::Hertz => "Hz",
			Unit::Newton => "N",
			Unit::Pascal => "Pa",
			Unit::Watt => "W",
		}
	}
}

/// `value = (raw - zero) × multiplier / divisor`, in the channel's unit. The divisor is never 0.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Scale {
	/// The raw count that means zero.
	pub zero: i16,
	/// Numerator.
	pub multiplier: i32,
	/// Denominator; a host refuses a channel where it is 0.
	pub divisor: u32,
}

impl Scale {
	/// The raw count is the value.
	pub const ONE: Scale = Scale::per(1);

	/// The raw count is the value in `divisor`-ths of the unit.
	pub const fn per(divisor: u32) -> Scale {
		Scale {
			zero: 0,
			multiplier: 1,
			divisor,
		}
	}

	/// The scaled value in thousandths of the unit, rounded towards zero; `None` when the divisor is 0.
	pub fn thousandths(&self, raw: i32) -> Option<i64> {
		let counts = i128::from(raw) - i128::from(self.zero);
		let value = (counts * i128::from(self.multiplier) * 1000).checked_div(i128::from(self.divisor))?;
		// 2^33 × 2^31 × 10^3 does not fit 64 bits: such a scale is a mistake, and the nearest end says so.
		Some(value.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64)
	}
}
