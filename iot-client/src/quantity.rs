//! Quantities of goods: thousandths of an item's unit on the chain, decimal numbers for people.

use serde::{Serialize, Serializer};
use std::{fmt, str::FromStr};

/// A thousandth, in places behind the point.
const PLACES: usize = 3;

/// How much of an item, in thousandths of its unit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Quantity(pub u64);

/// A text that is no quantity.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{0}` is not a quantity; write a number of the item's unit with at most three places, such as 16 or 0.5")]
pub struct QuantityError(String);

impl FromStr for Quantity {
	type Err = QuantityError;

	fn from_str(text: &str) -> Result<Self, Self::Err> {
		let wrong = || QuantityError(text.to_owned());
		let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
		let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
		if !digits(whole) || !digits(fraction) || fraction.len() > PLACES {
			return Err(wrong());
		}
		format!("{whole}{fraction:0<PLACES$}")
			.parse()
			.map(Self)
			.map_err(|_| wrong())
	}
}

impl fmt::Display for Quantity {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let (whole, rest) = (self.0 / 1000, self.0 % 1000);
		match rest {
			0 => write!(f, "{whole}"),
			rest => {
				let fraction = format!("{rest:0>PLACES$}");
				write!(f, "{whole}.{}", fraction.trim_end_matches('0'))
			}
		}
	}
}

/// As text, since numbers of JSON lose the last digits.
impl Serialize for Quantity {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_str(self)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn quantities_are_exact_to_a_thousandth() {
		for (text, thousandths) in [
			("16", 16_000),
			("0.5", 500),
			("0.001", 1),
			("1.050", 1_050),
			("18446744073709551.615", u64::MAX),
		] {
			assert_eq!(text.parse(), Ok(Quantity(thousandths)), "{text}");
		}
		for text in ["", ".5", "1.", "-1", "1.0001", "1,5", "18446744073709551.616", "1e3"] {
			let error = text.parse::<Quantity>().unwrap_err().to_string();
			assert!(error.contains("such as 16 or 0.5"), "{error}");
		}
	}

	#[test]
	fn what_is_shown_reads_back() {
		for thousandths in [0, 1, 10, 500, 1_000, 1_050, 16_000, u64::MAX] {
			let quantity = Quantity(thousandths);
			assert_eq!(quantity.to_string().parse(), Ok(quantity));
		}
		assert_eq!(Quantity(1_050).to_string(), "1.05");
	}
}
