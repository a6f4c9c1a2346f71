//! Element strings: what a scanner gives, and the same with brackets for people (General Specifications, 7.8).

use crate::ai::{Ai, AiError};
use std::fmt;
use thiserror::Error;

/// What FNC1 is sent as within a symbol: the group separator.
pub const GROUP_SEPARATOR: char = '\u{1d}';
/// Most bytes that are looked at: a QR code holds no more digits.
pub const MOST_BYTES: usize = 7_089;

/// A symbol's identifier, in front of what a scanner gives, where it says that GS1 data follow: GS1-128, GS1 DataBar and composites,
/// GS1 DataMatrix, GS1 QR code, GS1 DotCode.
const SYMBOLOGIES: [&str; 5] = ["]C1", "]e0", "]d2", "]Q3", "]J1"];

/// Why a text is no element string.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ElementError {
	/// Nothing is there.
	#[error("the element string is empty; it must have at least one Application Identifier and its value")]
	Empty,
	/// Too long.
	#[error("the element string has {got} bytes; it must have at most {MOST_BYTES}")]
	TooLong {
		/// How many it has.
		got: usize,
	},
	/// The scanner says that the symbol has other data than GS1's.
	#[error("the symbol's identifier is {text}; for GS1 data it must be ]C1, ]e0, ]d2, ]Q3 or ]J1")]
	OtherSymbol {
		/// What it is.
		text: String,
	},
	/// No Application Identifier where one must be.
	#[error("at sign {place} stands {text:?}; an Application Identifier must stand there")]
	NoAi {
		/// Which sign, counted from 1.
		place: usize,
		/// What stands there, at most eight signs of it.
		text: String,
	},
	/// A value that does not fit.
	#[error("at sign {place}: {error}")]
	Value {
		/// Where the value begins, counted from 1.
		place: usize,
		/// What is wrong with it.
		error: AiError,
	},
	/// An Application Identifier comes twice, with two values.
	#[error("({ai}) comes twice, with {one:?} and {other:?}; it must come once")]
	Twice {
		/// Which one.
		ai: Ai,
		/// Its first value.
		one: String,
		/// Another one.
		other: String,
	},
}

/// Application Identifiers with their values, in the order in which they stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ElementString(Vec<(Ai, String)>);

impl ElementString {
	/// From its parts; each value is checked.
	pub fn new(elements: impl IntoIterator<Item = (Ai, String)>) -> Result<Self, ElementError> {
		let mut made = Self(vec![]);
		for (place, (ai, value)) in (1..).zip(elements) {
			made.push(ai, &value, || place)?;
		}
		made.some()
	}

	/// From parts that were checked before, none of them twice.
	pub(crate) fn of_checked(elements: Vec<(Ai, String)>) -> Self {
		Self(elements)
	}

	/// What a scanner gives: perhaps the symbol's identifier, perhaps FNC1 first, then Application Identifiers and values, with FNC1
	/// (the sign 29) after each value that is not of a length known beforehand and not the last. Bytes that are no UTF-8 are refused
	/// where they stand, as no value may have them.
	pub fn parse_scanned(scanned: impl AsRef<[u8]>) -> Result<Self, ElementError> {
		let scanned = scanned.as_ref();
		check_length(scanned.len())?;
		let text = &*String::from_utf8_lossy(scanned);
		let mut rest = text;
		if text.starts_with(']') {
			let (symbol, after) = text.split_at_checked(3).unwrap_or((text, ""));
			if !SYMBOLOGIES.contains(&symbol) {
				return Err(ElementError::OtherSymbol {
					text: symbol.to_owned(),
				});
			}
			rest = after;
		}
		rest = rest.strip_prefix(GROUP_SEPARATOR).unwrap_or(rest);
		let mut made = Self(vec![]);
		while !rest.is_empty() {
			let (ai, after) = Ai::split(rest).ok_or_else(|| no_ai(text, rest))?;
			let begins = after;
			let end = match ai.fixed() {
				Some(signs) => after.char_indices().nth(signs).map_or(after.len(), |(end, _)| end),
				None => after.find(GROUP_SEPARATOR).unwrap_or(after.len()),
			};
			let (value, after) = after.split_at(end);
			made.push(ai, value, || place_of(text, begins))?;
			// Allowed after any value, and after the last one by no rule, but sent by some.
			rest = after.strip_prefix(GROUP_SEPARATOR).unwrap_or(after);
		}
		made.some()
	}

	/// The form for people: `(01)09506000134352(21)12345`. A bracket that belongs to a value is written `\(`.
	pub fn parse_bracketed(text: &str) -> Result<Self, ElementError> {
		check_length(text.len())?;
		let mut rest = text;
		let mut made = Self(vec![]);
		while !rest.is_empty() {
			let read = rest.strip_prefix('(').and_then(|rest| rest.split_once(')'));
			let (ai, begins) = read.ok_or_else(|| no_ai(text, rest))?;
			let ai = Ai::parse(ai).map_err(|_| no_ai(text, rest))?;
			let (value, after) = until_bracket(begins);
			made.push(ai, &value, || place_of(text, begins))?;
			rest = after;
		}
		made.some()
	}

	/// The value of one of them.
	pub fn get(&self, ai: Ai) -> Option<&str> {
		self.0
			.iter()
			.find(|(own, _)| *own == ai)
			.map(|(_, value)| value.as_str())
	}

	/// All of them.
	pub fn iter(&self) -> impl Iterator<Item = (Ai, &str)> {
		self.0.iter().map(|(ai, value)| (*ai, value.as_str()))
	}

	/// As it is printed into a symbol, FNC1 as the sign 29. The FNC1 that makes it a GS1 symbol belongs in front of it.
	pub fn to_scanned(&self) -> String {
		let mut out = String::new();
		let mut open = false;
		for (ai, value) in &self.0 {
			if open {
				out.push(GROUP_SEPARATOR);
			}
			out.push_str(&ai.to_string());
			out.push_str(value);
			open = ai.fixed().is_none();
		}
		out
	}

	fn push(&mut self, ai: Ai, value: &str, place: impl FnOnce() -> usize) -> Result<(), ElementError> {
		ai.check(value)
			.map_err(|error| ElementError::Value { place: place(), error })?;
		match self.get(ai) {
			Some(one) if one != value => Err(ElementError::Twice {
				ai,
				one: one.to_owned(),
				other: value.to_owned(),
			}),
			Some(_) => Ok(()),
			None => {
				self.0.push((ai, value.to_owned()));
				Ok(())
			}
		}
	}

	fn some(self) -> Result<Self, ElementError> {
		if self.0.is_empty() {
			return Err(ElementError::Empty);
		}
		Ok(self)
	}
}

/// The form for people.
impl fmt::Display for ElementString {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		self.0
			.iter()
			.try_for_each(|(ai, value)| write!(f, "({ai}){}", value.replace('(', "\\(")))
	}
}

fn check_length(got: usize) -> Result<(), ElementError> {
	match got > MOST_BYTES {
		true => Err(ElementError::TooLong { got }),
		false => Ok(()),
	}
}

/// Where a text's rest begins, counted from 1.
fn place_of(text: &str, rest: &str) -> usize {
	text.chars().count() - rest.chars().count() + 1
}

fn no_ai(text: &str, rest: &str) -> ElementError {
	ElementError::NoAi {
		place: place_of(text, rest),
		text: rest.chars().take(8).collect(),
	}
}

/// The value up to the next bracket, without the signs that made other brackets part of it.
fn until_bracket(text: &str) -> (String, &str) {
	let mut value = String::new();
	let mut rest = text;
	loop {
		let Some(at) = rest.find('(') else {
			value.push_str(rest);
			return (value, "");
		};
		let (own, after) = rest.split_at(at);
		let Some(own) = own.strip_suffix('\\') else {
			value.push_str(own);
			return (value, after);
		};
		value.push_str(own);
		value.push('(');
		rest = &after[1..];
	}
}

#[cfg(test)]
mod tests;
