//! GS1 Application Identifiers: which there are, and what their values must be (General Specifications, section 3; the same facts as
//! GS1's Barcode Syntax Dictionary of July 2026).

use crate::keys::{check_digit, SIGNS_82};
use std::fmt;
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

/// Which signs a part of a value may have.
#[derive(Clone, Copy)]
enum Signs {
	Digits,
	/// Character set 82.
	Text,
	/// Character set 39: capital letters, digits, `#`, `-` and `/`.
	Parts,
	/// Character set 64: base64 for URLs.
	Base64,
}

/// What else must hold for a part.
#[derive(Clone, Copy, PartialEq)]
enum Check {
	None,
	Digit,
	/// A day; 00 stands for the whole month.
	MonthOrDay,
	Day,
}

/// A part of a value.
#[derive(Clone, Copy)]
struct Part {
	signs: Signs,
	least: usize,
	most: usize,
	check: Check,
	/// Whether it may be left out. Such parts come last.
	optional: bool,
}

const fn part(signs: Signs, least: usize, most: usize, check: Check) -> Part {
	Part {
		signs,
		least,
		most,
		check,
		optional: false,
	}
}

/// Exactly so many digits.
const fn n(digits: usize) -> Part {
	part(Signs::Digits, digits, digits, Check::None)
}

/// The same, the last of them a check digit.
const fn k(digits: usize) -> Part {
	part(Signs::Digits, digits, digits, Check::Digit)
}

/// One to so many digits.
const fn n_to(most: usize) -> Part {
	part(Signs::Digits, 1, most, Check::None)
}

/// One to so many signs.
const fn x_to(most: usize) -> Part {
	part(Signs::Text, 1, most, Check::None)
}

/// The same, or nothing.
const fn maybe(part: Part) -> Part {
	Part { optional: true, ..part }
}

const DAY_OR_MONTH: Part = part(Signs::Digits, 6, 6, Check::MonthOrDay);
const DAY: Part = part(Signs::Digits, 6, 6, Check::Day);

/// From, to, and what the value is made of.
type Row = (u16, u16, &'static [Part]);

/// In rising order.
const TABLE: &[Row] = &[
	(0, 0, &[k(18)]),
	(1, 3, &[k(14)]),
	(10, 10, &[x_to(20)]),
	(11, 13, &[DAY_OR_MONTH]),
	(15, 17, &[DAY_OR_MONTH]),
	(20, 20, &[n(2)]),
	(21, 22, &[x_to(20)]),
	(30, 30, &[n_to(8)]),
	(37, 37, &[n_to(8)]),
	(90, 90, &[x_to(30)]),
	(91, 99, &[x_to(90)]),
	(235, 235, &[x_to(28)]),
	(240, 241, &[x_to(30)]),
	(242, 242, &[n_to(6)]),
	(243, 243, &[x_to(20)]),
	(250, 251, &[x_to(30)]),
	(253, 253, &[k(13), maybe(x_to(17))]),
	(254, 254, &[x_to(20)]),
	(255, 255, &[k(13), maybe(n_to(12))]),
	(400, 401, &[x_to(30)]),
	(402, 402, &[k(17)]),
	(403, 403, &[x_to(30)]),
	(410, 417, &[k(13)]),
	(420, 420, &[x_to(20)]),
	(421, 421, &[n(3), x_to(9)]),
	(422, 422, &[n(3)]),
	(423, 423, &[n(3), maybe(n(3)), maybe(n(3)), maybe(n(3)), maybe(n(3))]),
	(424, 424, &[n(3)]),
	(425, 425, &[n(3), maybe(n(3)), maybe(n(3)), maybe(n(3)), maybe(n(3))]),
	(426, 426, &[n(3)]),
	(427, 427, &[x_to(3)]),
	(710, 717, &[x_to(20)]),
	(3100, 3105, &[n(6)]),
	(3110, 3115, &[n(6)]),
	(3120, 3125, &[n(6)]),
	(3130, 3135, &[n(6)]),
	(3140, 3145, &[n(6)]),
	(3150, 3155, &[n(6)]),
	(3160, 3165, &[n(6)]),
	(3200, 3205, &[n(6)]),
	(3210, 3215, &[n(6)]),
	(3220, 3225, &[n(6)]),
	(3230, 3235, &[n(6)]),
	(3240, 3245, &[n(6)]),
	(3250, 3255, &[n(6)]),
	(3260, 3265, &[n(6)]),
	(3270, 3275, &[n(6)]),
	(3280, 3285, &[n(6)]),
	(3290, 3295, &[n(6)]),
	(3300, 3305, &[n(6)]),
	(3310, 3315, &[n(6)]),
	(3320, 3325, &[n(6)]),
	(3330, 3335, &[n(6)]),
	(3340, 3345, &[n(6)]),
	(3350, 3355, &[n(6)]),
	(3360, 3365, &[n(6)]),
	(3370, 3375, &[n(6)]),
	(3400, 3405, &[n(6)]),
	(3410, 3415, &[n(6)]),
	(3420, 3425, &[n(6)]),
	(3430, 3435, &[n(6)]),
	(3440, 3445, &[n(6)]),
	(3450, 3455, &[n(6)]),
	(3460, 3465, &[n(6)]),
	(3470, 3475, &[n(6)]),
	(3480, 3485, &[n(6)]),
	(3490, 3495, &[n(6)]),
	(3500, 3505, &[n(6)]),
	(3510, 3515, &[n(6)]),
	(3520, 3525, &[n(6)]),
	(3530, 3535, &[n(6)]),
	(3540, 3545, &[n(6)]),
	(3550, 3555, &[n(6)]),
	(3560, 3565, &[n(6)]),
	(3570, 3575, &[n(6)]),
	(3600, 3605, &[n(6)]),
	(3610, 3615, &[n(6)]),
	(3620, 3625, &[n(6)]),
	(3630, 3635, &[n(6)]),
	(3640, 3645, &[n(6)]),
	(3650, 3655, &[n(6)]),
	(3660, 3665, &[n(6)]),
	(3670, 3675, &[n(6)]),
	(3680, 3685, &[n(6)]),
	(3690, 3695, &[n(6)]),
	(3900, 3909, &[n_to(15)]),
	(3910, 3919, &[n(3), n_to(15)]),
	(3920, 3929, &[n_to(15)]),
	(3930, 3939, &[n(3), n_to(15)]),
	(3940, 3943, &[n(4)]),
	(3950, 3955, &[n(6)]),
	(4300, 4301, &[x_to(35)]),
	(4302, 4306, &[x_to(70)]),
	(4307, 4307, &[part(Signs::Text, 2, 2, Check::None)]),
	(4308, 4308, &[x_to(30)]),
	(4309, 4309, &[n(20)]),
	(4310, 4311, &[x_to(35)]),
	(4312, 4316, &[x_to(70)]),
	(4317, 4317, &[part(Signs::Text, 2, 2, Check::None)]),
	(4318, 4318, &[x_to(20)]),
	(4319, 4319, &[x_to(30)]),
	(4320, 4320, &[x_to(35)]),
	(4321, 4323, &[n(1)]),
	(4324, 4325, &[DAY_OR_MONTH, n(4)]),
	(4326, 4326, &[DAY]),
	(4330, 4333, &[n(6), maybe(x_to(1))]),
	(7001, 7001, &[n(13)]),
	(7002, 7002, &[x_to(30)]),
	(7003, 7003, &[DAY, n(4)]),
	(7004, 7004, &[n_to(4)]),
	(7005, 7005, &[x_to(12)]),
	(7006, 7006, &[DAY]),
	(7007, 7007, &[DAY, maybe(DAY)]),
	(7008, 7008, &[x_to(3)]),
	(7009, 7009, &[x_to(10)]),
	(7010, 7010, &[x_to(2)]),
	(7011, 7011, &[DAY, maybe(n(4))]),
	(7020, 7022, &[x_to(20)]),
	(7023, 7023, &[x_to(30)]),
	(7030, 7039, &[n(3), x_to(27)]),
	(7040, 7040, &[n(1), part(Signs::Text, 3, 3, Check::None)]),
	(7041, 7041, &[x_to(4)]),
	(7230, 7239, &[part(Signs::Text, 3, 30, Check::None)]),
	(7240, 7240, &[x_to(20)]),
	(7241, 7241, &[n(2)]),
	(7242, 7242, &[x_to(25)]),
	(7250, 7250, &[n(8)]),
	(7251, 7251, &[n(12)]),
	(7252, 7252, &[n(1)]),
	(7253, 7254, &[x_to(40)]),
	(7255, 7255, &[x_to(10)]),
	(7256, 7256, &[x_to(90)]),
	(7257, 7257, &[x_to(70)]),
	(7258, 7258, &[part(Signs::Text, 3, 3, Check::None)]),
	(7259, 7259, &[x_to(40)]),
	(8001, 8001, &[n(14)]),
	(8002, 8002, &[x_to(20)]),
	(8003, 8003, &[n(1), k(13), maybe(x_to(16))]),
	(8004, 8004, &[x_to(30)]),
	(8005, 8005, &[n(6)]),
	(8006, 8006, &[k(14), n(4)]),
	(8007, 8007, &[x_to(34)]),
	(8008, 8008, &[DAY, n(2), maybe(n(2)), maybe(n(2))]),
	(8009, 8009, &[x_to(50)]),
	(8010, 8010, &[part(Signs::Parts, 1, 30, Check::None)]),
	(8011, 8011, &[n_to(12)]),
	(8012, 8012, &[x_to(20)]),
	(8013, 8014, &[x_to(25)]),
	(8017, 8018, &[k(18)]),
	(8019, 8019, &[n_to(10)]),
	(8020, 8020, &[x_to(25)]),
	(8026, 8026, &[k(14), n(4)]),
	(8030, 8030, &[part(Signs::Base64, 1, 90, Check::None)]),
	(8040, 8041, &[n(15)]),
	(8042, 8042, &[n(32)]),
	(8043, 8043, &[n(18), maybe(n_to(2))]),
	(8110, 8110, &[x_to(70)]),
	(8111, 8111, &[n(4)]),
	(8112, 8112, &[x_to(70)]),
	(8200, 8200, &[x_to(70)]),
];

/// Those that may not be attributes in the query of a GS1 Digital Link URI.
const NO_ATTRIBUTE: &[u16] = &[
	3, 21, 22, 235, 254, 7040, 7041, 8011, 8014, 8019, 8020, 8040, 8041, 8042, 8043, 8200,
];

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
