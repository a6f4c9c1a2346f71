//! The two outputs that are driven by pulse width: terminals 9 and 10, 976 times a second, 14 bits.

use crate::{
	mcu::{self, Compare},
	pins,
};

/// The count that is a whole period.
pub const TOP: u16 = 0x3fff;

/// Lets the timer run; the terminals are left alone.
pub fn start() {
	mcu::start_pwm(TOP);
}

/// Whether a terminal can be driven by pulse width.
pub fn is_pwm(pin: u8) -> bool {
	compare(pin).is_some()
}

/// Drives a terminal for `duty` of [`TOP`] counts. Nothing means nothing: the timer, whose shortest pulse is one count, lets go
/// of the terminal.
pub fn write(pin: u8, duty: u16) {
	let Some(compare) = compare(pin) else { return };
	if duty == 0 {
		mcu::disconnect(compare);
		pins::write(pin, false);
	} else {
		mcu::set_duty(compare, duty);
		pins::write(pin, false);
		mcu::connect(compare);
	}
}

fn compare(pin: u8) -> Option<Compare> {
	match pin {
		9 => Some(Compare::A),
		10 => Some(Compare::B),
		_ => None,
	}
}
