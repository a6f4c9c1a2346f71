//! The board's clock, fed by an interrupt.

use core::sync::atomic::{AtomicU16, Ordering};

/// Milliseconds since the reset, counted by an interrupt and read by the main loop that it interrupts.
#[derive(Debug, Default)]
pub struct Millis {
	low: AtomicU16,
	high: AtomicU16,
}

impl Millis {
	/// A clock that reads so many milliseconds.
	pub const fn starting_at(ms: u32) -> Self {
		Millis {
			low: AtomicU16::new(ms as u16),
			high: AtomicU16::new((ms >> 16) as u16),
		}
	}

	/// Interrupt: a millisecond has passed.
	pub fn tick(&self) {
		let low = self.low.load(Ordering::Relaxed).wrapping_add(1);
		self.low.store(low, Ordering::Relaxed);
		if low == 0 {
			let high = self.high.load(Ordering::Relaxed);
			self.high.store(high.wrapping_add(1), Ordering::Relaxed);
		}
	}

	/// The time now. Wraps after 49 days.
	pub fn now(&self) -> u32 {
		loop {
			let high = self.high.load(Ordering::Acquire);
			let low = self.low.load(Ordering::Acquire);
			// A tick between the two may have carried over: read again.
			if high == self.high.load(Ordering::Acquire) {
				return u32::from(high) << 16 | u32::from(low);
			}
		}
	}
}
