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

/// Drives terminal 9 or 10 for `duty` of [`TOP`] counts. Off and on are levels without a pulse: the timer, whose shortest pulse is
/// one count, lets go of the terminal.
pub fn write(terminal: u8, duty: u16) {
	let compare = match terminal {
		9 => Compare::A,
		_ => Compare::B,
	};
	if duty == 0 || duty >= TOP {
		mcu::disconnect(compare);
		pins::write(terminal, duty != 0);
	} else {
		mcu::set_duty(compare, duty);
		pins::write(terminal, false);
		mcu::connect(compare);
	}
}
