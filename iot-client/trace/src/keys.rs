//! GS1 identification keys: what the digits and signs of each must be (GS1 General Specifications, sections 3 and 7.9).

use serde::{Serialize, Serializer};
use std::{fmt, str::FromStr};
use thiserror::Error;

/// Signs beside letters and digits that a GS1 label can carry: encodable character set 82 (General Specifications, figure 7.11-1).
pub(crate) const SIGNS_82: &str = "!\"%&'()*+,-./:;<=>?_";

/// Why a text is no GS1 key. Each says what was wrong, where, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
	/// Nothing is there.
	#[error("the {key} is empty; {right}")]
	Empty {
		/// Which key.
		key: &'static str,
		/// What it must have.
		right: &'static str,
	},
	/// A sign is no digit.
	#[error("sign {place} of the {key} is {sign:?}; it must be a digit")]
	NotADigit {
		/// Which key.
		key: &'static str,
		/// Which sign, counted from 1.
		place: usize,
		/// What stands there.
		sign: char,
	},
	/// Too few or too many digits or signs.
	#[error("the {key} has {got} digits or signs; {right}")]
	Length {
		/// Which key.
		key: &'static str,
		/// How many it has.
		got: usize,
		/// How many it must have.
		right: &'static str,
	},
	/// The check digit does not fit the others: one was misread, or two were swapped.
	#[error("the check digit of the {key} {text} is {is}; after {before} it must be {should}", before = text.get(..text.len().saturating_sub(1)).unwrap_or_default())]
	CheckDigit {
		/// Which key.
		key: &'static str,
		/// All its digits.
		text: String,
		/// The digit that stands there.
		is: char,
		/// The digit that must stand there.
		should: char,
	},
	/// A sign that a GS1 label cannot carry.
	#[error("sign {place} of the {key} is {sign:?}; it must be a letter or digit of ASCII or one of {SIGNS_82}")]
	Sign {
		/// Which key.
		key: &'static str,
		/// Which sign, counted from 1.
		place: usize,
		/// What stands there.
		sign: char,
	},
}

/// The check digit for these digits, which stand before it: weighed 3, 1, 3, … from the right, the sum of all and the check digit
/// ends in zero (General Specifications, 7.9.1).
pub(crate) fn check_digit(before: &str) -> char {
	let weights = [3u32, 1].into_iter().cycle();
	let digits = before.bytes().rev().map(|digit| u32::from(digit.wrapping_sub(b'0')));
	let sum = digits.zip(weights).fold(0u32, |sum, (digit, weight)| {
		sum.wrapping_add(digit.wrapping_mul(weight))
	});
	char::from_digit((10 - sum % 10) % 10, 10).unwrap_or('0')
}

/// Checks that all are digits, that there are as many as may be, and the last one.
pub(crate) fn check_digits(
	key: &'static str,
	text: &str,
	lengths: &[usize],
	right: &'static str,
) -> Result<(), KeyError> {
	if text.is_empty() {
		return Err(KeyError::Empty { key, right });
	}
	if let Some((place, sign)) = (1..).zip(text.chars()).find(|(_, sign)| !sign.is_ascii_digit()) {
		return Err(KeyError::NotADigit { key, place, sign });
	}
	let got = text.len();
	if !lengths.contains(&got) {
		return Err(KeyError::Length { key, got, right });
	}
	let (before, is) = text.split_at(got - 1);
	let should = check_digit(before);
	match is.chars().next() {
		Some(is) if is != should => Err(KeyError::CheckDigit {
			key,
			text: text.to_owned(),
			is,
			should,
		}),
		_ => Ok(()),
	}
}

/// Checks that a text is not empty, not too long, and of character set 82.
pub(crate) fn check_text(key: &'static str, text: &str, most: usize, right: &'static str) -> Result<(), KeyError> {
	if text.is_empty() {
		return Err(KeyError::Empty { key, right });
	}
	let fits = |sign: &char| sign.is_ascii_alphanumeric() || SIGNS_82.contains(*sign);
	if let Some((place, sign)) = (1..).zip(text.chars()).find(|(_, sign)| !fits(sign)) {
		return Err(KeyError::Sign { key, place, sign });
	}
	match text.len() {
		got if got > most => Err(KeyError::Length { key, got, right }),
		_ => Ok(()),
	}
}

/// Display, `FromStr` and `Serialize` by `parse` and a format.
macro_rules! as_text {
	($name:ident, $error:ty, |$self:ident, $f:ident| $write:expr) => {
		impl fmt::Display for $name {
			fn fmt(&self, $f: &mut fmt::Formatter<'_>) -> fmt::Result {
				let $self = self;
				$write
			}
		}
		impl FromStr for $name {
			type Err = $error;
			fn from_str(text: &str) -> Result<Self, $error> {
				Self::parse(text)
			}
		}
		impl Serialize for $name {
			fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
				serializer.collect_str(self)
			}
		}
	};
}
pub(crate) use as_text;

/// A key of digits, the last of which is a check digit. It is kept as a number, as the chain keeps it.
macro_rules! digits {
	($(#[$doc:meta])* $name:ident, $key:literal, $lengths:expr, $right:literal, $width:literal) => {
		$(#[$doc])*
		#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
		pub struct $name(u64);

		impl $name {
			/// Reads the digits.
			pub fn parse(text: &str) -> Result<Self, KeyError> {
				check_digits($key, text, $lengths, $right)?;
				// At most 18 digits, all of them digits.
				Ok(Self(text.bytes().fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))))
			}

			/// Puts the check digit after the others.
			pub fn complete(before: &str) -> Result<Self, KeyError> {
				Self::parse(&format!("{before}{}", check_digit(before)))
			}

			/// The key that the chain has as this number.
			pub fn from_number(number: u64) -> Result<Self, KeyError> {
				Self::parse(&format!(concat!("{:0", $width, "}"), number))
			}

			/// All digits, as a number.
			pub fn number(self) -> u64 {
				self.0
			}
		}

		as_text!($name, KeyError, |key, f| write!(f, concat!("{:0", $width, "}"), key.0));
	};
}

digits! {
	/// A Global Trade Item Number: what kind of product it is. GTIN-8, GTIN-12 and GTIN-13 are the same number with zeros in front of
	/// it, which is how it is printed: 14 digits.
	Gtin, "GTIN", &[8, 12, 13, 14], "it must have 8, 12, 13 or 14 digits", "14"
}

digits! {
	/// A Global Location Number: a place, or a firm.
	Gln, "GLN", &[13], "it must have 13 digits", "13"
}

digits! {
	/// A Serial Shipping Container Code: a pallet, a parcel, or whatever else travels as one.
	Sscc, "SSCC", &[18], "it must have 18 digits", "18"
}

impl Gtin {
	/// In as few digits as there is a GTIN for: 8, 12, 13 or 14, as a bar code of that kind has it.
	pub fn shortest(self) -> String {
		let width = match self.0 {
			number if number < 10u64.pow(8) => 8,
			number if number < 10u64.pow(12) => 12,
			number if number < 10u64.pow(13) => 13,
			_ => 14,
		};
		format!("{:0width$}", self.0)
	}
}

/// A text of character set 82.
macro_rules! text {
	($(#[$doc:meta])* $name:ident, $key:literal, $most:literal, $right:literal) => {
		$(#[$doc])*
		#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
		pub struct $name(String);

		impl $name {
			/// Most signs.
			pub const MOST: usize = $most;

			/// Reads the signs.
			pub fn parse(text: &str) -> Result<Self, KeyError> {
				check_text($key, text, $most, $right)?;
				Ok(Self(text.to_owned()))
			}

			/// The signs.
			pub fn as_str(&self) -> &str {
				&self.0
			}
		}

		as_text!($name, KeyError, |text, f| f.write_str(&text.0));
	};
}

text! {
	/// A serial number (AI 21).
	Serial, "serial number", 20, "it must have 1 to 20 signs"
}

text! {
	/// A lot, also called batch (AI 10).
	Lot, "lot", 20, "it must have 1 to 20 signs"
}

text! {
	/// A consumer product variant (AI 22).
	Variant, "variant", 20, "it must have 1 to 20 signs"
}

text! {
	/// What within a place (AI 254).
	Extension, "GLN extension", 20, "it must have 1 to 20 signs"
}

text! {
	/// A Global Individual Asset Identifier: one machine, one tool, one logger.
	Giai, "GIAI", 30, "it must have 1 to 30 signs"
}

/// A Global Document Type Identifier, and the serial number of one document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gdti(String);

impl Gdti {
	/// Digits with the check digit, before the serial number.
	const DIGITS: usize = 13;
	/// What it must have.
	const RIGHT: &'static str = "it must have 13 digits, then up to 17 signs";

	/// Reads digits and signs.
	pub fn parse(text: &str) -> Result<Self, KeyError> {
		let digits: String = text.chars().take(Self::DIGITS).collect();
		check_digits("GDTI", &digits, &[Self::DIGITS], Self::RIGHT)?;
		check_text("GDTI", text, 30, Self::RIGHT)?;
		Ok(Self(text.to_owned()))
	}

	/// Digits and signs.
	pub fn as_str(&self) -> &str {
		&self.0
	}
}

as_text!(Gdti, KeyError, |key, f| f.write_str(&key.0));

#[cfg(test)]
mod tests;
