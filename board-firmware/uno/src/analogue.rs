//! The six analogue inputs, sampled one after the other without the main loop.
//!
//! A conversion takes 104 µs, and a few more until its interrupt starts the next one. Of each input one is thrown away,
//! since the multiplexer has just moved there, and the next ones are added up: 530 sums a second, each input's anew every
//! 11 ms.

use crate::mcu;
use board_core::analogue::OVERSAMPLING;
use core::sync::atomic::{AtomicU16, AtomicU8, Ordering};

/// Analogue inputs of the controller.
pub const INPUTS: u8 = 6;
/// Without a new round for so long, ms, the converter stands still and its inputs cannot be read.
const STALE_MS: u8 = 100;

static SUMS: [AtomicU16; INPUTS as usize] = [const { AtomicU16::new(0) }; INPUTS as usize];
/// Milliseconds since the last round through all inputs ended; stays at its highest value.
static AGE_MS: AtomicU8 = AtomicU8::new(u8::MAX);

static INPUT: AtomicU8 = AtomicU8::new(0);
static CONVERSIONS: AtomicU8 = AtomicU8::new(0);
static SUM: AtomicU16 = AtomicU16::new(0);

/// Lets the converter run.
pub fn start() {
	mcu::start_converter();
}

/// Returns when every input was measured once. The watchdog sees to it that this does not last.
pub fn wait_for_first_round() {
	mcu::sleep_until(|| AGE_MS.load(Ordering::Acquire) <= STALE_MS);
}

/// Interrupt: a sample of the input that was asked for. Gives the input to convert next.
pub fn converted(sample: u16) -> u8 {
	let input = INPUT.load(Ordering::Relaxed);
	let conversions = CONVERSIONS.load(Ordering::Relaxed);
	let sum = match conversions {
		0 => 0,
		_ => SUM.load(Ordering::Relaxed).wrapping_add(sample),
	};
	SUM.store(sum, Ordering::Relaxed);
	if conversions < OVERSAMPLING as u8 {
		CONVERSIONS.store(conversions + 1, Ordering::Relaxed);
		return input;
	}
	CONVERSIONS.store(0, Ordering::Relaxed);
	if let Some(place) = SUMS.get(usize::from(input)) {
		place.store(sum, Ordering::Release);
	}
	let next = if input + 1 < INPUTS { input + 1 } else { 0 };
	if next == 0 {
		AGE_MS.store(0, Ordering::Release);
	}
	INPUT.store(next, Ordering::Relaxed);
	next
}

/// Interrupt: a millisecond has passed.
pub fn tick() {
	let age_ms = AGE_MS.load(Ordering::Relaxed);
	AGE_MS.store(age_ms.saturating_add(1), Ordering::Release);
}

/// The last sum of an input, unless the converter stands still.
pub fn sum(input: u8) -> Option<u16> {
	let sum = SUMS.get(usize::from(input)).map(|sum| sum.load(Ordering::Acquire));
	sum.filter(|_| AGE_MS.load(Ordering::Acquire) <= STALE_MS)
}
