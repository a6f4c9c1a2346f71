//! The wires between the Uno's terminals and the simulated drill press.

use crate::chip::Chip;
use virtual_board::{
	protocol::{ChannelInfo, ChannelKind},
	DrillPress, CHANNELS, DOOR_CLOSED,
};

const FIRST_ANALOGUE: u8 = 14;
/// Voltages are in sixteenths of a millivolt. A ratiometric sensor gives 10 % of the supply voltage at the lower end of its range ...
const LOW: i64 = 500 * 16;
/// ... and 90 % at the upper one.
const HIGH: i64 = 4500 * 16;

/// The outputs, each with its terminal.
pub(crate) fn outputs() -> impl Iterator<Item = &'static (u8, ChannelInfo)> {
	CHANNELS.iter().filter(|(_, info)| info.kind == ChannelKind::Output)
}

/// Pull-downs at the outputs, as on the real board.
pub(crate) fn pull_down(chip: &mut Chip) {
	outputs().for_each(|(terminal, _)| chip.hold(*terminal, false));
}

/// What the board drives acts on the press, so many milliseconds pass, and its sensors show the result.
pub(crate) fn advance(chip: &mut Chip, press: &mut DrillPress, ms: u32) {
	for (terminal, info) in outputs() {
		press.drive(info.channel, raw(chip.driven(*terminal), info));
	}
	press.advance(ms);
	for (terminal, info) in CHANNELS {
		match (info.kind, info.channel) {
			(ChannelKind::Output, _) => {}
			// A contact to ground, closed while the door is.
			(_, DOOR_CLOSED) => {
				let closed = press.sample(DOOR_CLOSED) == Some(1);
				chip.hold(*terminal, !closed);
			}
			// A silent sensor is a broken wire.
			(_, channel) => {
				let voltage = press.sample(channel).map_or(0, |value| voltage(value, info));
				chip.set_voltage(terminal - FIRST_ANALOGUE, voltage);
			}
		}
	}
}

/// The raw value that a drive understands when its input is on for so many 65,535ths of the time.
fn raw(driven: u16, info: &ChannelInfo) -> i32 {
	let span = i64::from(info.max) - i64::from(info.min);
	let counts = (i64::from(driven) * span + i64::from(u16::MAX) / 2) / i64::from(u16::MAX);
	info.min + counts as i32
}

fn voltage(value: i32, info: &ChannelInfo) -> u32 {
	let (min, max) = (i64::from(info.min), i64::from(info.max));
	let above = i64::from(value).clamp(min, max) - min;
	(LOW + (HIGH - LOW) * above / (max - min)) as u32
}
