//! GS1 Application Identifiers: which there are, and what their values must be (General Specifications, section 3; the same facts as
//! GS1's Barcode Syntax Dictionary of July 2026).

mod table;

use crate::keys::{check_digit, SIGNS_82};
use std::fmt;
use table::{Check, Part, Signs, NO_ATTRIBUTE, TABLE};
use thiserror::Error;

/// An Application Identifier: the two to four digits that say what a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ai(u16);

/// Why a value is none of its Application Identifier.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AiError {
	/// There is no such Application Identifier.
	#[error("({text}) is no Application Identifier that is known here")]
	Unknown {
		/// What stands there.
		text: String,
	},
	/// The value is too short or too long.
	#[error("the value of ({ai}) has {got} signs; it must have {least} to {most}")]
	Length {
		/// Which one.
		ai: Ai,
		/// How many signs the value has.
		got: usize,
		/// How many it must have at least.
		least: usize,
		/// How many it may have at most.
		most: usize,
	},
	/// A sign that may not be there.
	#[error("sign {place} of the value of ({ai}) is {sign:?}; it must be {right}")]
	Sign {
		/// Which one.
		ai: Ai,
		/// Which sign, counted from 1.
		place: usize,
		/// What stands there.
		sign: char,
		/// What must stand there.
		right: &'static str,
	},
	/// The check digit does not fit the others.
	#[error("the check digit of ({ai}) is {is}; after {before} it must be {should}")]
	CheckDigit {
		/// Which one.
		ai: Ai,
		/// The digits before it.
		before: String,
		/// The digit that stands there.
		is: char,
		/// The digit that must stand there.
		should: char,
	},
	/// No day of the calendar.
	#[error("({ai}) is {text}, which is no day; it must be year, month and day in two digits each{zero}", zero = if *.zero { ", 00 for a whole month" } else { "" })]
	Day {
		/// Which one.
		ai: Ai,
		/// What stands there.
		text: String,
		/// Whether the day may be 00.
		zero: bool,
	},
}

impl Ai {
	/// SSCC.
	pub const SSCC: Self = Self(0);
	/// GTIN.
	pub const GTIN: Self = Self(1);
	/// Lot.
	pub const LOT: Self = Self(10);
	/// Date of production.
	pub const PRODUCED: Self = Self(11);
	/// Last day of use.
	pub const EXPIRES: Self = Self(17);
	/// Serial number.
	pub const SERIAL: Self = Self(21);
	/// Consumer product variant.
	pub const VARIANT: Self = Self(22);
	/// GDTI.
	pub const DOCUMENT: Self = Self(253);
	/// What within a place.
	pub const EXTENSION: Self = Self(254);
	/// GLN of a place.
	pub const LOCATION: Self = Self(414);
	/// GLN of a firm.
	pub const PARTY: Self = Self(417);
	/// GIAI.
	pub const ASSET: Self = Self(8004);

	/// Reads its digits, two to four.
	pub fn parse(text: &str) -> Result<Self, AiError> {
		let unknown = || AiError::Unknown {
			text: text.chars().take(8).collect(),
		};
		if !(2..=4).contains(&text.len()) || !text.bytes().all(|sign| sign.is_ascii_digit()) {
			return Err(unknown());
		}
		let ai = Self(text.parse().map_err(|_| unknown())?);
		// `021` is none, though the number 21 is.
		if ai.row().is_some() && ai.to_string() == text {
			Ok(ai)
		} else {
			Err(unknown())
		}
	}

	/// The one that a text begins with, and the rest. None begins with another one.
	pub(crate) fn split(text: &str) -> Option<(Self, &str)> {
		(2..=4).find_map(|digits| {
			let (ai, rest) = text.split_at_checked(digits)?;
			Some((Self::parse(ai).ok()?, rest))
		})
	}

	/// The parts of its values.
	fn row(self) -> Option<&'static [Part]> {
		let row = TABLE.partition_point(|(_, to, _)| *to < self.0);
		TABLE
			.get(row)
			.filter(|(from, ..)| *from <= self.0)
			.map(|(.., parts)| *parts)
	}

	/// How many signs the value has where that follows from the first two digits, so that no separator follows it (General
	/// Specifications, figure 7.8.5-2).
	pub(crate) fn fixed(self) -> Option<usize> {
		match self.to_string().get(..2)? {
			"00" => Some(18),
			"01" | "02" | "03" => Some(14),
			"11" | "12" | "13" | "14" | "15" | "16" | "17" | "18" | "19" => Some(6),
			"20" => Some(2),
			"31" | "32" | "33" | "34" | "35" | "36" => Some(6),
			"41" => Some(13),
			_ => None,
		}
	}

	/// Whether it may stand in the query of a GS1 Digital Link URI.
	pub(crate) fn is_attribute(self) -> bool {
		!NO_ATTRIBUTE.contains(&self.0)
	}

	/// Checks a value.
	pub fn check(self, value: &str) -> Result<(), AiError> {
		let parts = self.row().unwrap_or_default();
		let least = parts.iter().filter(|part| !part.optional).map(|part| part.least).sum();
		let most = parts.iter().map(|part| part.most).sum();
		let got = value.chars().count();
		if !(least..=most).contains(&got) {
			return Err(AiError::Length {
				ai: self,
				got,
				least,
				most,
			});
		}
		let mut rest = value;
		let mut before = 0;
		for part in parts {
			if rest.is_empty() {
				break;
			}
			let end = rest.char_indices().nth(part.most).map_or(rest.len(), |(end, _)| end);
			let (own, after) = rest.split_at(end);
			self.check_part(part, own, before, got)?;
			before += own.chars().count();
			rest = after;
		}
		Ok(())
	}

	fn check_part(self, part: &Part, own: &str, before: usize, got: usize) -> Result<(), AiError> {
		let (fits, right): (fn(char) -> bool, _) = match part.signs {
			Signs::Digits => (|sign| sign.is_ascii_digit(), "a digit"),
			Signs::Text => (
				|sign| sign.is_ascii_alphanumeric() || SIGNS_82.contains(sign),
				"a letter or digit of ASCII or one of !\"%&'()*+,-./:;<=>?_",
			),
			Signs::Parts => (
				|sign| sign.is_ascii_uppercase() || sign.is_ascii_digit() || "#-/".contains(sign),
				"a capital letter, a digit, #, - or /",
			),
			Signs::Base64 => (
				|sign| sign.is_ascii_alphanumeric() || "-_=".contains(sign),
				"a letter or digit of ASCII, -, _ or =",
			),
		};
		if let Some((place, sign)) = (before + 1..).zip(own.chars()).find(|(_, sign)| !fits(*sign)) {
			return Err(AiError::Sign {
				ai: self,
				place,
				sign,
				right,
			});
		}
		// A part is there as a whole or not at all.
		if own.len() < part.least {
			return Err(AiError::Length {
				ai: self,
				got,
				least: before + part.least,
				most: before + part.most,
			});
		}
		match part.check {
			Check::None => Ok(()),
			Check::Digit => self.check_last(own),
			Check::MonthOrDay => self.check_day(own, true),
			Check::Day => self.check_day(own, false),
		}
	}

	fn check_last(self, digits: &str) -> Result<(), AiError> {
		let (before, is) = digits.split_at(digits.len().saturating_sub(1));
		let should = check_digit(before);
		match is.chars().next() {
			Some(is) if is != should => Err(AiError::CheckDigit {
				ai: self,
				before: before.to_owned(),
				is,
				should,
			}),
			_ => Ok(()),
		}
	}

	fn check_day(self, text: &str, zero: bool) -> Result<(), AiError> {
		let two = |from: usize| text.get(from..from + 2).and_then(|digits| digits.parse::<u32>().ok());
		let days = match (two(0), two(2)) {
			(Some(year), Some(2)) if year % 4 == 0 => 29,
			(_, Some(2)) => 28,
			(_, Some(4 | 6 | 9 | 11)) => 30,
			(_, Some(1..=12)) => 31,
			_ => 0,
		};
		match two(4) {
			Some(day) if days > 0 && day <= days && (day > 0 || zero) => Ok(()),
			_ => Err(AiError::Day {
				ai: self,
				text: text.to_owned(),
				zero,
			}),
		}
	}
}

impl fmt::Display for Ai {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "{:02}", self.0)
	}
}

#[cfg(test)]
mod tests;
