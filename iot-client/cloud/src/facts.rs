//! What the machine is, as far as the cloud is told: its id and its channels with units and scales.

use std::collections::BTreeMap;

/// Digits after the point of a value that has no finite decimal form.
const ROUNDED_DIGITS: usize = 9;
/// The most digits after the point that a finite value of a 32 bit divisor has (2⁻³¹ has 31).
const EXACT_DIGITS: usize = 31;

/// What the cloud is told about the machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MachineFacts {
	/// The machine's id. Commands name it, so that one for another machine is refused.
	pub id: String,
	/// The channels by name. Readings of a channel that is not here go out as raw counts.
	pub channels: BTreeMap<String, ChannelFact>,
}

/// One channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChannelFact {
	/// The unit's symbol, e.g. `°C`; empty for plain numbers and switches.
	pub unit: String,
	/// From raw counts to the unit.
	pub scale: Scale,
}

/// `value = (raw - zero) × multiplier / divisor`, as the board declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
	/// The raw count that means zero.
	pub zero: i32,
	/// Numerator.
	pub multiplier: i32,
	/// Denominator. With 0 the raw count is the value.
	pub divisor: u32,
}

impl Default for Scale {
	fn default() -> Self {
		Scale::ONE
	}
}

impl Scale {
	/// The raw count is the value.
	pub const ONE: Scale = Scale::per(1);

	/// The raw count is the value in `divisor`-ths of the unit.
	pub const fn per(divisor: u32) -> Scale {
		Scale {
			zero: 0,
			multiplier: 1,
			divisor,
		}
	}

	/// The value in decimal, exact wherever it has a finite decimal form, else rounded to nine digits after the point
	/// (half away from zero). It is a JSON number; no binary fraction is on the way.
	pub fn decimal(&self, raw: i32) -> String {
		if self.divisor == 0 {
			return raw.to_string();
		}
		let counts = (i128::from(raw) - i128::from(self.zero)) * i128::from(self.multiplier);
		let (size, divisor) = (counts.unsigned_abs(), u128::from(self.divisor));
		let digits = exact(size, divisor).unwrap_or_else(|| rounded(size, divisor));
		if counts < 0 && digits.bytes().any(|digit| (b'1'..=b'9').contains(&digit)) {
			format!("-{digits}")
		} else {
			digits
		}
	}

	/// The nearest double of [`Scale::decimal`], for formats that have nothing better.
	pub fn double(&self, raw: i32) -> f64 {
		self.decimal(raw).parse().unwrap_or(f64::NAN)
	}
}

/// All digits of `size / divisor`; `None` when they have no end.
fn exact(size: u128, divisor: u128) -> Option<String> {
	let mut text = (size / divisor).to_string();
	let mut rest = size % divisor;
	for place in 0..=EXACT_DIGITS {
		if rest == 0 {
			return Some(text);
		}
		if place == 0 {
			text.push('.');
		}
		rest *= 10;
		text.push_str(&(rest / divisor).to_string());
		rest %= divisor;
	}
	None
}

/// `size / divisor` with nine digits after the point, without zeros at the end.
fn rounded(size: u128, divisor: u128) -> String {
	let ten = 10_u128.pow(ROUNDED_DIGITS as u32);
	let scaled = (size * ten + divisor / 2) / divisor;
	let fraction = format!("{:0width$}", scaled % ten, width = ROUNDED_DIGITS);
	let fraction = fraction.trim_end_matches('0');
	let whole = scaled / ten;
	if fraction.is_empty() {
		whole.to_string()
	} else {
		format!("{whole}.{fraction}")
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn scale(zero: i32, multiplier: i32, divisor: u32) -> Scale {
		Scale {
			zero,
			multiplier,
			divisor,
		}
	}

	#[test]
	fn writes_values_exactly() {
		let cases = [
			(Scale::ONE, 42, "42"),
			(Scale::per(10), 235, "23.5"),
			(Scale::per(10), -5, "-0.5"),
			(Scale::per(1000), 1, "0.001"),
			(scale(512, 100, 1024), 512, "0"),
			(scale(512, 100, 1024), 513, "0.09765625"),
			(scale(0, -1, 10), 3, "-0.3"),
			(scale(0, 1, 1 << 31), 1, "0.0000000004656612873077392578125"),
			(scale(-2147483648, i32::MAX, 1), i32::MAX, "9223372030412324865"),
		];
		for (scale, raw, text) in cases {
			assert_eq!(scale.decimal(raw), text, "{scale:?} of {raw}");
		}
	}

	#[test]
	fn rounds_what_has_no_end() {
		assert_eq!(scale(0, 1, 3).decimal(1), "0.333333333");
		assert_eq!(scale(0, 1, 3).decimal(2), "0.666666667");
		assert_eq!(scale(0, 1, 3).decimal(-2), "-0.666666667");
		assert_eq!(scale(0, 1, 3).decimal(3), "1");
		// Below the last digit: no "-0".
		assert_eq!(scale(0, 1, u32::MAX).decimal(-1), "0");
	}

	#[test]
	fn a_divisor_of_zero_leaves_the_raw_count() {
		assert_eq!(scale(3, 7, 0).decimal(9), "9");
	}

	proptest! {
		#[test]
		fn is_a_json_number_near_the_value(raw: i32, zero: i32, multiplier: i32, divisor in 1_u32..) {
			let scale = scale(zero, multiplier, divisor);
			let text = scale.decimal(raw);
			let number: f64 = serde_json::from_str(&text).unwrap();
			let value = (f64::from(raw) - f64::from(zero)) * f64::from(multiplier) / f64::from(divisor);
			prop_assert!((number - value).abs() <= value.abs() * 1e-12 + 1e-9, "{} is not {}", text, value);
		}
	}
}
