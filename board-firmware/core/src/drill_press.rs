//! The board beside a drill press: what every board of ours is until it is given another configuration.

use crate::{ChannelSet, Interlock, Record};
use bpiiot_protocol::{ChannelInfo, ChannelKind, Label, Scale, Unit};

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

/// The channels, each with the number of its terminal as Arduino counts them: 0 to 13 digital, 14 to 19 analogue.
pub const CHANNELS: &[(u8, ChannelInfo)] = &[
	(9, output(SPINDLE_RPM, Unit::Rpm, 3000, "spindle_rpm")),
	(10, output(FEED_UM, Unit::Micrometre, 50_000, "feed_um")),
	(7, output(CLAMP, Unit::Switch, 1, "clamp")),
	(8, output(COOLANT, Unit::Switch, 1, "coolant")),
	(
		14,
		input(SPINDLE_SPEED, Unit::Rpm, Scale::ONE, 0, 4000, "spindle_speed"),
	),
	(
		15,
		input(FEED_POSITION, Unit::Micrometre, Scale::ONE, 0, 50_000, "feed_position"),
	),
	(
		16,
		input(
			TEMPERATURE,
			Unit::DegreeCelsius,
			Scale::per(10),
			-400,
			3000,
			"temperature",
		),
	),
	(
		17,
		input(
			VIBRATION,
			Unit::MillimetrePerSecond,
			Scale::per(100),
			0,
			10_000,
			"vibration",
		),
	),
	(2, input(DOOR_CLOSED, Unit::Switch, Scale::ONE, 0, 1, "door_closed")),
	(18, input(TOOL_WEAR, Unit::PerMille, Scale::ONE, 0, 1000, "tool_wear")),
];

/// While the door is open, spindle and feed are safe.
pub const INTERLOCKS: &[Interlock] = &[Interlock {
	input: DOOR_CLOSED,
	min: 1,
	max: 1,
	outputs: ChannelSet::of(&[SPINDLE_RPM, FEED_UM]),
}];

/// The configuration as it is kept.
pub fn records(serial: Label, dead_man_ms: u32, min_interval_ms: u32) -> impl Iterator<Item = Record> {
	let board = Record::Board {
		serial,
		dead_man_ms,
		min_interval_ms,
	};
	let channels = CHANNELS.iter().map(|(terminal, info)| Record::Channel {
		terminal: *terminal,
		info: *info,
	});
	let interlocks = INTERLOCKS.iter().map(|interlock| Record::from(*interlock));
	core::iter::once(board).chain(channels).chain(interlocks)
}

const fn output(channel: u8, unit: Unit, max: i32, name: &'static str) -> ChannelInfo {
	ChannelInfo {
		channel,
		kind: ChannelKind::Output,
		unit,
		scale: Scale::ONE,
		min: 0,
		max,
		safe: 0,
		name: Label::literal(name),
	}
}

const fn input(channel: u8, unit: Unit, scale: Scale, min: i32, max: i32, name: &'static str) -> ChannelInfo {
	ChannelInfo {
		channel,
		kind: ChannelKind::Input,
		unit,
		scale,
		min,
		max,
		safe: 0,
		name: Label::literal(name),
	}
}
