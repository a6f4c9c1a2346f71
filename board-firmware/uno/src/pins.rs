//! The digital terminals, numbered as on the Uno: 0 to 13, and 14 to 19 for A0 to A5.

use crate::mcu::{Port, PORT_B, PORT_C, PORT_D};

/// Makes every terminal an input without pull-up: what is connected to it is held by its own resistor.
pub fn release_all() {
	for port in [PORT_B, PORT_C, PORT_D] {
		port.direction.set(0);
		port.output.set(0);
	}
}

/// Drives a terminal. The level first, then the direction: it never shows the other level in between.
pub fn write(pin: u8, high: bool) {
	let (port, bit) = place(pin);
	if high {
		port.output.set_bits(bit);
	} else {
		port.output.clear_bits(bit);
	}
	port.direction.set_bits(bit);
}

/// Makes a terminal an input that is high unless something pulls it to ground.
pub fn pull_up(pin: u8) {
	let (port, bit) = place(pin);
	port.direction.clear_bits(bit);
	port.output.set_bits(bit);
}

/// Whether a terminal is connected to ground.
pub fn is_low(pin: u8) -> bool {
	let (port, bit) = place(pin);
	port.input.get() & bit == 0
}

fn place(pin: u8) -> (Port, u8) {
	match pin {
		0..=7 => (PORT_D, 1 << pin),
		8..=13 => (PORT_B, 1 << (pin - 8)),
		_ => (PORT_C, 1 << (pin.wrapping_sub(14) & 7)),
	}
}
