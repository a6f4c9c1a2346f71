//! Amounts of the chain's own token, as people write them.

use serde::{de::Error as _, Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// Places behind the point: one BPI is 10^12 planck.
pub const DECIMALS: usize = 12;

/// The token's symbol.
pub const SYMBOL: &str = "BPI";

const ONE: u128 = 10u128.pow(DECIMALS as u32);

/// An amount in planck, the smallest unit. Written and read as a decimal number of BPI, never as a float: every planck
/// survives the way through text.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Amount(pub u128);

/// Why a text is no amount.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AmountError {
	/// Not a decimal number.
	#[error("`{text}` is not an amount; write a number of {symbol} such as 12.5 or \"12.5 {symbol}\"")]
	NotANumber {
		/// What was written.
		text: String,
		/// The asset's symbol.
		symbol: String,
	},
	/// More places than the asset has.
	#[error("`{text}` has more than {decimals} places after the point; {symbol} has {decimals}")]
	TooPrecise {
		/// What was written.
		text: String,
		/// The asset's symbol.
		symbol: String,
		/// Its places.
		decimals: usize,
	},
	/// Does not fit into 128 bits of the smallest unit.
	#[error("`{text}` is more {symbol} than can exist")]
	TooLarge {
		/// What was written.
		text: String,
		/// The asset's symbol.
		symbol: String,
	},
}

/// An amount as it was typed, of an asset whose places are known later only.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Written(String);

impl Written {
	/// The text.
	pub fn as_str(&self) -> &str {
		&self.0
	}
}

/// Takes a decimal number, with or without a symbol behind it.
impl FromStr for Written {
	type Err = AmountError;

	fn from_str(text: &str) -> Result<Self, AmountError> {
		let number = text.trim();
		let symbol_at = number.find(char::is_alphabetic).unwrap_or(number.len());
		if !is_decimal(number[..symbol_at].trim_end()) {
			return Err(AmountError::NotANumber {
				text: text.to_owned(),
				symbol: SYMBOL.to_owned(),
			});
		}
		Ok(Self(text.to_owned()))
	}
}

/// Digits, with `_` between them and one point among them if one likes.
fn is_decimal(number: &str) -> bool {
	let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit() || b == b'_');
	let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
	digits(whole) && digits(fraction) && number.bytes().any(|b| b.is_ascii_digit())
}

/// Reads a decimal number, with or without the symbol behind it, as smallest units of an asset with these places.
pub(crate) fn read_decimal(text: &str, symbol: &str, decimals: usize) -> Result<u128, AmountError> {
	let (written, symbol) = (text.to_owned(), symbol.to_owned());
	let number = text.trim();
	let number = number.strip_suffix(symbol.as_str()).unwrap_or(number).trim_end();
	if !is_decimal(number) {
		return Err(AmountError::NotANumber { text: written, symbol });
	}
	let number = number.replace('_', "");
	let (whole, fraction) = number.split_once('.').unwrap_or((&number, ""));
	if fraction.len() > decimals {
		return Err(AmountError::TooPrecise {
			text: written,
			symbol,
			decimals,
		});
	}
	// All digits, so the only way to fail is size.
	let too_large = |_| AmountError::TooLarge { text: written, symbol };
	format!("{whole}{fraction:0<decimals$}").parse().map_err(too_large)
}

/// The shortest exact decimal number of so many smallest units of an asset with these places.
pub(crate) fn write_decimal(smallest: u128, decimals: usize) -> String {
	let digits = format!("{smallest:0>width$}", width = decimals + 1);
	let (whole, fraction) = digits.split_at(digits.len() - decimals);
	match fraction.trim_end_matches('0') {
		"" => whole.to_owned(),
		fraction => format!("{whole}.{fraction}"),
	}
}

impl Amount {
	/// This many whole BPI.
	pub const fn bpi(whole: u64) -> Self {
		Self(whole as u128 * ONE)
	}
}

impl FromStr for Amount {
	type Err = AmountError;

	fn from_str(text: &str) -> Result<Self, AmountError> {
		read_decimal(text, SYMBOL, DECIMALS).map(Self)
	}
}

/// The shortest exact decimal number of BPI, with the symbol: `12.5 BPI`. With `{:#}` without the symbol.
impl fmt::Display for Amount {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(&write_decimal(self.0, DECIMALS))?;
		if f.alternate() {
			return Ok(());
		}
		write!(f, " {SYMBOL}")
	}
}

impl Serialize for Amount {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_str(&format_args!("{self:#}"))
	}
}

impl<'de> Deserialize<'de> for Amount {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn reads_what_people_write() {
		for (text, planck) in [
			("1", ONE),
			("0.000000000001", 1),
			("1.5 BPI", ONE + ONE / 2),
			("  2BPI ", 2 * ONE),
			(".5", ONE / 2),
			("3.", 3 * ONE),
			("1_000", 1000 * ONE),
			("0", 0),
		] {
			assert_eq!(text.parse(), Ok(Amount(planck)), "{text}");
		}
	}

	#[test]
	fn refuses_what_is_no_amount() {
		for text in [
			"", ".", "-1", "+1", "1e3", "1,5", "one", "1.2.3", "1 DOT", "BPI", "٣", "_",
		] {
			assert!(
				matches!(text.parse::<Amount>(), Err(AmountError::NotANumber { .. })),
				"{text}"
			);
		}
		assert!(matches!(
			"0.0000000000001".parse::<Amount>(),
			Err(AmountError::TooPrecise { .. })
		));
		assert!(matches!(
			"340282366920938463463374608".parse::<Amount>(),
			Err(AmountError::TooLarge { .. })
		));
	}

	#[test]
	fn prints_the_shortest_exact_text() {
		assert_eq!(Amount(ONE + ONE / 2).to_string(), "1.5 BPI");
		assert_eq!(format!("{:#}", Amount(1)), "0.000000000001");
		assert_eq!(Amount::bpi(3).to_string(), "3 BPI");
	}

	#[test]
	fn what_could_be_an_amount_of_something_is_taken_as_it_is() {
		for text in ["2.5", "2.5 tUSD", " 1_000BPI", "0.0000000000001"] {
			assert_eq!(text.parse::<Written>().unwrap().as_str(), text);
		}
		for text in ["", "much", "1,5", "-1", "1.2.3", "tUSD 1"] {
			assert!(text.parse::<Written>().is_err(), "{text}");
		}
	}

	proptest! {
		#[test]
		fn every_planck_survives_text(planck: u128) {
			prop_assert_eq!(Amount(planck).to_string().parse(), Ok(Amount(planck)));
		}
	}
}
