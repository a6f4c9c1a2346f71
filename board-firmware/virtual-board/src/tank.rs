//! The tank of cutting oil that a drill press may have, and the sensor in it. No board of ours has it by itself, and a board
//! has room for ten channels: so this one takes the place of the wear of the tool.

use board_core::protocol::{ChannelInfo, ChannelKind, Label, Scale, Unit};

/// How full the tank is, thousandths: what the press knows this by, whichever channel of the board it is.
pub const OIL_LEVEL: u8 = 10;

/// The sensor, with the number of its terminal as Arduino counts them.
pub const TANK: (u8, ChannelInfo) = (
	19,
	ChannelInfo {
		channel: OIL_LEVEL,
		kind: ChannelKind::Input,
		unit: Unit::PerMille,
		scale: Scale::ONE,
		min: 0,
		max: 1000,
		safe: 0,
		name: Label::literal("oil_level"),
	},
);
