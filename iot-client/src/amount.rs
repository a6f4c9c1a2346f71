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
	#[error("`{0}` is not an amount; write a number of {SYMBOL} such as 12.5 or \"12.5 {SYMBOL}\"")]
	NotANumber(String),
	/// More places than the token has.
	#[error("`{0}` has more than {DECIMALS} places after the point; {SYMBOL} has {DECIMALS}")]
	TooPrecise(String),
	/// Does not fit into 128 bits of planck.
	#[error("`{0}` is more {SYMBOL} than can exist")]
	TooLarge(String),
}

impl Amount {
	/// This many whole BPI.
	pub const fn bpi(whole: u64) -> Self {
		Self(whole as u128 * ONE)
	}

	/// The amount for `units` at this price, unless it overflows.
	pub fn times(self, units: u32) -> Option<Self> {
		self.0.checked_mul(u128::from(units)).map(Self)
	}
}

impl FromStr for Amount {
	type Err = AmountError;

	fn from_str(text: &str) -> Result<Self, AmountError> {
		let refuse = || AmountError::NotANumber(text.to_owned());
		let number = text.trim();
		let number = number.strip_suffix(SYMBOL).unwrap_or(number).trim_end();
		let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
		let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit() || b == b'_');
		let bare = |part: &str| part.replace('_', "");
		if !digits(whole) || !digits(fraction) || (bare(whole).is_empty() && bare(fraction).is_empty()) {
			return Err(refuse());
		}
		let (whole, fraction) = (bare(whole), bare(fraction));
		if fraction.len() > DECIMALS {
			return Err(AmountError::TooPrecise(text.to_owned()));
		}
		// All digits, so the only way to fail is size.
		let too_large = || AmountError::TooLarge(text.to_owned());
		let planck = format!("{whole}{fraction:0<DECIMALS$}");
		planck.parse().map(Self).map_err(|_| too_large())
	}
}

/// The shortest exact decimal number of BPI, with the symbol: `12.5 BPI`. With `{:#}` without the symbol.
impl fmt::Display for Amount {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let fraction = format!("{:0DECIMALS$}", self.0 % ONE);
		let fraction = fraction.trim_end_matches('0');
		write!(f, "{}", self.0 / ONE)?;
		if !fraction.is_empty() {
			write!(f, ".{fraction}")?;
		}
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
				matches!(text.parse::<Amount>(), Err(AmountError::NotANumber(_))),
				"{text}"
			);
		}
		assert!(matches!(
			"0.0000000000001".parse::<Amount>(),
			Err(AmountError::TooPrecise(_))
		));
		assert!(matches!(
			"340282366920938463463374608".parse::<Amount>(),
			Err(AmountError::TooLarge(_))
		));
	}

	#[test]
	fn prints_the_shortest_exact_text() {
		assert_eq!(Amount(ONE + ONE / 2).to_string(), "1.5 BPI");
		assert_eq!(format!("{:#}", Amount(1)), "0.000000000001");
		assert_eq!(Amount::bpi(3).to_string(), "3 BPI");
	}

	proptest! {
		#[test]
		fn every_planck_survives_text(planck: u128) {
			prop_assert_eq!(Amount(planck).to_string().parse(), Ok(Amount(planck)));
		}
	}
}
