//! The channel table of the simulated drill press.

use board_core::{
	protocol::{ChannelInfo, ChannelKind, FirmwareInfo, FirmwareVersion, Label, Scale, Unit},
	ChannelSet, Config, Interlock,
};

/// Output: speed of the spindle, 0 to 3000 rpm.
pub const SPINDLE_RPM: u8 = 0;
/// Output: where the feed shall go, 0 to 50,000 µm below its upper end.
pub const FEED_UM: u8 = 1;
/// Output: 1 holds the workpiece.
pub const CLAMP: u8 = 2;
/// Output: 1 lets the coolant flow.
pub const COOLANT: u8 = 3;
/// Input: measured speed of the spindle, rpm.
pub const SPINDLE_SPEED: u8 = 4;
/// Input: measured position of the feed, µm.
pub const FEED_POSITION: u8 = 5;
/// Input: temperature of the tool, tenths of a degree Celsius.
pub const TEMPERATURE: u8 = 6;
/// Input: vibration velocity, hundredths of a millimetre a second.
pub const VIBRATION: u8 = 7;
/// Input: 1 while the door is closed.
pub const DOOR_CLOSED: u8 = 8;
/// Input: wear of the tool, thousandths of its life.
pub const TOOL_WEAR: u8 = 9;

/// The dead-man time in milliseconds.
pub const DEAD_MAN_MS: u32 = 1000;

/// The serial number of a board that was given none.
pub const BOARD_SERIAL: Label = Label::literal("VIRTUAL-1");

const CHANNELS: &[ChannelInfo] = &[
	output(SPINDLE_RPM, Unit::Rpm, 3000, "spindle_rpm"),
	output(FEED_UM, Unit::Micrometre, 50_000, "feed_um"),
	output(CLAMP, Unit::Switch, 1, "clamp"),
	output(COOLANT, Unit::Switch, 1, "coolant"),
	input(SPINDLE_SPEED, Unit::Rpm, Scale::ONE, 0, 4000, "spindle_speed"),
	input(FEED_POSITION, Unit::Micrometre, Scale::ONE, 0, 50_000, "feed_position"),
	input(
		TEMPERATURE,
		Unit::DegreeCelsius,
		Scale::per(10),
		-400,
		3000,
		"temperature",
	),
	input(
		VIBRATION,
		Unit::MillimetrePerSecond,
		Scale::per(100),
		0,
		10_000,
		"vibration",
	),
	input(DOOR_CLOSED, Unit::Switch, Scale::ONE, 0, 1, "door_closed"),
	input(TOOL_WEAR, Unit::PerMille, Scale::ONE, 0, 1000, "tool_wear"),
];

const INTERLOCKS: &[Interlock] = &[Interlock {
	input: DOOR_CLOSED,
	min: 1,
	max: 1,
	outputs: ChannelSet::of(&[SPINDLE_RPM, FEED_UM]),
}];

const fn output(channel: u8, unit: Unit, max: i32, name: &'static str) -> ChannelInfo {
	let name = Label::literal(name);
	ChannelInfo {
		channel,
		kind: ChannelKind::Output,
		unit,
		scale: Scale::ONE,
		min: 0,
		max,
		safe: 0,
		name,
	}
}

const fn input(channel: u8, unit: Unit, scale: Scale, min: i32, max: i32, name: &'static str) -> ChannelInfo {
	let name = Label::literal(name);
	ChannelInfo {
		channel,
		kind: ChannelKind::Input,
		unit,
		scale,
		min,
		max,
		safe: 0,
		name,
	}
}

/// The configuration of a virtual board that speaks protocol `version`.
pub fn config(version: u8, serial: Label, dead_man_ms: u32) -> Config {
	Config {
		version,
		serial,
		firmware: FirmwareInfo {
			version: FirmwareVersion {
				major: 0,
				minor: 1,
				patch: 0,
			},
			hash: firmware_hash(),
		},
		dead_man_ms,
		min_interval_ms: 10,
		channels: CHANNELS,
		interlocks: INTERLOCKS,
	}
}

/// A program on Linux has no firmware image; its name and version, padded with zeros, stand for one.
fn firmware_hash() -> [u8; 32] {
	let mut hash = [0; 32];
	let name = concat!("virtual-board ", env!("CARGO_PKG_VERSION")).bytes();
	hash.iter_mut().zip(name).for_each(|(byte, letter)| *byte = letter);
	hash
}
