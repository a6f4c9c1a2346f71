//! Between volts and raw counts, in 32-bit integers.

/// Samples that a board adds up for one measurement, so that noise becomes resolution.
pub const OVERSAMPLING: u16 = 16;
/// The sum when the input is at the full supply voltage: so many samples of 10 bits.
pub const FULL_SCALE: u16 = 1023 * OVERSAMPLING;

/// Widest range of an analogue channel, in raw counts: beyond it the arithmetic would need more than 32 bits.
pub const MAX_SPAN: u32 = u16::MAX as u32;

/// The sum at the lower end of a sensor's range: 10 % of the supply voltage, as ratiometric sensors have it.
const LIVE_ZERO: u16 = FULL_SCALE / 10;
/// The sum at the upper end: 90 %.
const LIVE_FULL: u16 = FULL_SCALE - LIVE_ZERO;
/// Below 5 % or above 95 % no sensor speaks: its wire is broken or shorted.
const BROKEN_BELOW: u16 = FULL_SCALE / 20;
const BROKEN_ABOVE: u16 = FULL_SCALE - BROKEN_BELOW;

/// By so much a sum above the live zero is multiplied to be a share of the live range, in 2^32ths.
const SHARE: u32 = (1 << 31) / (LIVE_FULL - LIVE_ZERO) as u32 * 2;

/// Whether a channel's range can be measured and driven with these functions.
pub const fn is_span(min: i32, max: i32) -> bool {
	min <= max && max.abs_diff(min) <= MAX_SPAN
}

/// The raw value of a ratiometric sensor from the sum of [`OVERSAMPLING`] samples: 10 % of the supply voltage is `min`,
/// 90 % is `max`, linear between and cut off at both ends. `None` below 5 % and above 95 %: the wire is broken or shorted.
///
/// `min` and `max` are such that [`is_span`] holds.
pub fn sensed(sum: u16, min: i32, max: i32) -> Option<i32> {
	if !(BROKEN_BELOW..=BROKEN_ABOVE).contains(&sum) {
		return None;
	}
	if sum <= LIVE_ZERO {
		return Some(min);
	}
	if sum >= LIVE_FULL {
		return Some(max);
	}
	// Multiplications and whole bytes: a small controller divides slowly, and shifts by one bit at a time.
	let share = (u32::from(sum - LIVE_ZERO) * SHARE) >> 16;
	let counts = (share * max.abs_diff(min) + (1 << 15)) >> 16;
	Some(min.wrapping_add_unsigned(counts))
}

/// The part of `top` that an output driven with `value` is on for: none of it at `min`, all of it at `max`.
///
/// `min` and `max` are such that [`is_span`] holds, and `top` is at most 2^15, so that their product fits 32 bits. A value
/// outside the limits counts as the nearer of the two.
pub fn duty(value: i32, min: i32, max: i32, top: u16) -> u16 {
	let span = max.abs_diff(min).max(1);
	let counts = value.clamp(min, max).abs_diff(min);
	((counts * u32::from(top) + span / 2) / span) as u16
}
