//! The board beside the drill press: the channels of the virtual board, on the Uno's terminals.

use board_core::{
	protocol::{ChannelInfo, ChannelKind, Label, Scale, Unit},
	ChannelSet, Interlock, Record,
};

const DOOR_CLOSED: u8 = 8;

/// What concerns the whole board.
pub const BOARD: Record = Record::Board {
	serial: Label::literal("UNO-1"),
	dead_man_ms: 500,
	min_interval_ms: 20,
};

/// The channels, each with the number of its terminal as Arduino counts them: 0 to 13 digital, 14 to 19 analogue.
pub const CHANNELS: &[(u8, ChannelInfo)] = &[
	(9, output(0, Unit::Rpm, 3000, "spindle_rpm")),
	(10, output(1, Unit::Micrometre, 50_000, "feed_um")),
	(7, output(2, Unit::Switch, 1, "clamp")),
	(8, output(3, Unit::Switch, 1, "coolant")),
	(14, input(4, Unit::Rpm, Scale::ONE, 0, 4000, "spindle_speed")),
	(15, input(5, Unit::Micrometre, Scale::ONE, 0, 50_000, "feed_position")),
	(
		16,
		input(6, Unit::DegreeCelsius, Scale::per(10), -400, 3000, "temperature"),
	),
	(
		17,
		input(7, Unit::MillimetrePerSecond, Scale::per(100), 0, 10_000, "vibration"),
	),
	(2, input(DOOR_CLOSED, Unit::Switch, Scale::ONE, 0, 1, "door_closed")),
	(18, input(9, Unit::PerMille, Scale::ONE, 0, 1000, "tool_wear")),
];

/// While the door is open, spindle and feed are safe.
pub const INTERLOCKS: &[Interlock] = &[Interlock {
	input: DOOR_CLOSED,
	min: 1,
	max: 1,
	outputs: ChannelSet::of(&[0, 1]),
}];

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
