//! Numbers as JSON carries them without loss.

use serde::{Serialize, Serializer};
use std::fmt;
use thiserror::Error;

/// Most digits that a number of JSON carries exactly through a double.
const MOST_DIGITS: usize = 15;
/// Most of them after the point.
const MOST_PLACES: u8 = 9;

/// A decimal number of at most 15 digits, at most 9 of them after the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
	/// All digits.
	digits: i64,
	/// How many of them stand after the point.
	places: u8,
}

/// Why a number does not fit.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DecimalError {
	/// Too many digits.
	#[error("{digits} with {places} of its digits after the point does not fit; at most 15 digits do, 9 of them after the point")]
	Digits {
		/// All digits.
		digits: i64,
		/// How many of them stand after the point.
		places: u8,
	},
	/// No number.
	#[error(
		"{text:?} is no decimal number; it must be digits, perhaps with a minus before them and a point among them"
	)]
	NoNumber {
		/// What was given, at most 24 signs of it.
		text: String,
	},
}

impl Decimal {
	/// So many units of the last place: `new(121, 1)` is 12.1.
	pub fn new(digits: i64, places: u8) -> Result<Self, DecimalError> {
		let (mut own, mut left) = (digits, places);
		while left > 0 && own % 10 == 0 {
			own /= 10;
			left -= 1;
		}
		if left > MOST_PLACES || own.unsigned_abs() >= 10u64.pow(MOST_DIGITS as u32) {
			return Err(DecimalError::Digits { digits, places });
		}
		Ok(Self {
			digits: own,
			places: left,
		})
	}

	/// Reads `12.1`.
	pub fn parse(text: &str) -> Result<Self, DecimalError> {
		let no_number = || DecimalError::NoNumber {
			text: text.chars().take(24).collect(),
		};
		let (sign, unsigned) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
		let (whole, part) = unsigned.split_once('.').unwrap_or((unsigned, ""));
		let digits = |text: &str| text.bytes().all(|sign| sign.is_ascii_digit());
		if whole.is_empty() || !digits(whole) || !digits(part) || unsigned.ends_with('.') || text.len() > 24 {
			return Err(no_number());
		}
		let all: i64 = format!("{whole}{part}").parse().map_err(|_| no_number())?;
		Self::new(sign * all, u8::try_from(part.len()).unwrap_or(u8::MAX))
	}

	/// Whether it is nearer to zero than 0.0001 but not zero: there, programs print numbers with an exponent.
	pub(crate) fn is_tiny(self) -> bool {
		self.digits != 0 && f64::from(self).abs() < 1e-4
	}
}

impl From<u32> for Decimal {
	fn from(number: u32) -> Self {
		Self {
			digits: i64::from(number),
			places: 0,
		}
	}
}

impl From<Decimal> for f64 {
	fn from(number: Decimal) -> Self {
		// The double nearest to the decimal, which at most 15 digits are told from each other by.
		number.to_string().parse().unwrap_or_default()
	}
}

/// Without zeros that say nothing.
impl fmt::Display for Decimal {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let unsigned = self.digits.unsigned_abs();
		let power = 10u64.pow(u32::from(self.places));
		let sign = if self.digits < 0 { "-" } else { "" };
		match usize::from(self.places) {
			0 => write!(f, "{sign}{unsigned}"),
			places => write!(f, "{sign}{}.{:0places$}", unsigned / power, unsigned % power),
		}
	}
}

impl Serialize for Decimal {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		match self.places {
			0 => serializer.serialize_i64(self.digits),
			_ => serializer.serialize_f64(f64::from(*self)),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn numbers_are_read_and_printed_without_needless_zeros() {
		for (text, printed) in [
			("12.10", "12.1"),
			("26", "26"),
			("-0.050", "-0.05"),
			("0.0", "0"),
			("100", "100"),
			("007", "7"),
		] {
			assert_eq!(Decimal::parse(text).unwrap().to_string(), printed);
		}
		for text in ["", "-", "1.", ".5", "1e5", "1,5", "+1", "NaN", "--1", "1.2.3", "１"] {
			assert!(
				matches!(Decimal::parse(text), Err(DecimalError::NoNumber { .. })),
				"{text}"
			);
		}
		assert!(matches!(
			Decimal::parse("1234567890123456"),
			Err(DecimalError::Digits { .. })
		));
		assert!(matches!(
			Decimal::parse("0.0123456789"),
			Err(DecimalError::Digits { .. })
		));
		assert!(matches!(Decimal::new(i64::MIN, 0), Err(DecimalError::Digits { .. })));
	}

	proptest! {
		#[test]
		fn json_says_the_same_number(digits in -999_999_999_999_999i64..=999_999_999_999_999, places in 0u8..=9) {
			let number = Decimal::new(digits, places).unwrap();
			prop_assert_eq!(Decimal::parse(&number.to_string()), Ok(number));
			let json = serde_json::to_string(&number).unwrap();
			let read: f64 = json.parse().unwrap();
			prop_assert_eq!(read, f64::from(number));
			if !json.contains('e') {
				prop_assert_eq!(json, number.to_string());
			} else {
				prop_assert!(number.is_tiny());
			}
		}

		#[test]
		fn no_text_makes_it_panic(text in ".{0,30}", near in "[-.0-9e]{0,30}", digits: i64, places: u8) {
			let _ = (Decimal::parse(&text), Decimal::parse(&near), Decimal::new(digits, places));
		}
	}
}
