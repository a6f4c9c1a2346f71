//! When the main loop sleeps, and what wakes it.

use crate::mcu;
use core::sync::atomic::{AtomicBool, Ordering};

static WANTED: AtomicBool = AtomicBool::new(false);

/// Interrupt: there is something for the main loop to do.
pub fn call() {
	WANTED.store(true, Ordering::Release);
}

/// Sleeps until [`call`] was called since the last time. Interrupts that do not call it cost one look at the flag.
pub fn rest() {
	mcu::sleep_until(|| {
		let wanted = WANTED.load(Ordering::Acquire);
		WANTED.store(false, Ordering::Release);
		wanted
	});
}
