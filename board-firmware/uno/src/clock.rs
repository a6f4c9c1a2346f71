//! The tick of a millisecond.

use crate::{analogue, mcu, wake};
use board_core::Millis;

static CLOCK: Millis = Millis::starting_at(0);

/// Lets the clock run.
pub fn start() {
	mcu::start_tick();
}

/// Interrupt: a millisecond has passed.
pub fn tick() {
	CLOCK.tick();
	analogue::tick();
	wake::call();
}

/// Milliseconds since the reset; wraps after 49 days.
pub fn now_ms() -> u32 {
	CLOCK.now()
}
