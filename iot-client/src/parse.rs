//! What people type for times, shares and hashes, with errors that show the right form.

use crate::chain::limits::{LONGEST_PERIOD, SHORTEST_PERIOD};
use std::time::Duration;

/// A text that is not what was asked for; says what would be.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct ParseError {
	text: String,
	expected: &'static str,
}

fn refuse(text: &str, expected: &'static str) -> ParseError {
	ParseError {
		text: text.to_owned(),
		expected,
	}
}

/// Reads `250ms`, `30s`, `2m`, `1h` or `1d`.
///
/// # Errors
/// When it is none of these, or too long for 64 bits of milliseconds.
pub fn duration(text: &str) -> Result<Duration, ParseError> {
	const EXPECTED: &str = "a time; write a whole number and a unit: 250ms, 30s, 2m, 1h or 1d";
	let text = text.trim();
	let unit_at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
	let (number, unit) = text.split_at(unit_at);
	let factor = match unit.trim() {
		"ms" => 1,
		"s" => 1_000,
		"m" | "min" => 60_000,
		"h" => 3_600_000,
		"d" => 86_400_000,
		_ => return Err(refuse(text, EXPECTED)),
	};
	let number: u64 = number.parse().map_err(|_| refuse(text, EXPECTED))?;
	number
		.checked_mul(factor)
		.map(Duration::from_millis)
		.ok_or_else(|| refuse(text, EXPECTED))
}

/// Reads the period of an allowance, such as `30d`, as milliseconds.
///
/// # Errors
/// When it is no time from a minute to 365 days.
pub fn period(text: &str) -> Result<u64, ParseError> {
	const EXPECTED: &str = "a period; write a time from 1m to 365d, such as 12h or 30d";
	let millis = duration(text).map_err(|_| refuse(text, EXPECTED))?.as_millis();
	u64::try_from(millis)
		.ok()
		.filter(|millis| (SHORTEST_PERIOD..=LONGEST_PERIOD).contains(millis))
		.ok_or_else(|| refuse(text, EXPECTED))
}

/// Reads a share such as `10%` or `2.5%` as parts per million.
///
/// # Errors
/// When it is no percentage from 0 to 100 with at most four places.
pub fn share(text: &str) -> Result<u32, ParseError> {
	const EXPECTED: &str = "a share; write a percentage from 0% to 100%, such as 10% or 2.5%";
	let number = text
		.trim()
		.strip_suffix('%')
		.ok_or_else(|| refuse(text, EXPECTED))?
		.trim_end();
	let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
	let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
	if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > 4 {
		return Err(refuse(text, EXPECTED));
	}
	let parts: u32 = format!("{whole}{fraction:0<4}")
		.parse()
		.map_err(|_| refuse(text, EXPECTED))?;
	(parts <= 1_000_000)
		.then_some(parts)
		.ok_or_else(|| refuse(text, EXPECTED))
}

/// Reads 32 bytes in hexadecimal, with or without `0x`.
///
/// # Errors
/// When it is anything else.
pub fn hash(text: &str) -> Result<[u8; 32], ParseError> {
	const EXPECTED: &str = "a hash; write 32 bytes as 64 hexadecimal digits, such as 0x1f…";
	let text = text.trim();
	let mut bytes = [0; 32];
	hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(text), &mut bytes).map_err(|_| refuse(text, EXPECTED))?;
	Ok(bytes)
}

/// Reads a country or a part of one as ISO 3166 names it: `DE`, `DE-HB`.
///
/// # Errors
/// When it has not this form.
pub fn region(text: &str) -> Result<String, ParseError> {
	const EXPECTED: &str = "a region; write a country or a part of one as ISO 3166 names it, such as DE or DE-HB";
	let (country, part) = text
		.split_once('-')
		.map_or((text, None), |(country, part)| (country, Some(part)));
	let country_fits = country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase());
	let part_fits = part.is_none_or(|part| {
		(1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
	});
	match country_fits && part_fits {
		true => Ok(text.to_owned()),
		false => Err(refuse(text, EXPECTED)),
	}
}

/// Writes bytes in hexadecimal, with `0x`.
pub fn hex(bytes: impl AsRef<[u8]>) -> String {
	format!("0x{}", hex::encode(bytes))
}

/// Writes milliseconds as people read them, to the second: `1 h 5 min`, `12 s`, `250 ms`.
pub fn show_millis(millis: u64) -> String {
	let (seconds, rest) = (millis / 1000, millis % 1000);
	match seconds {
		0 => format!("{rest} ms"),
		1..60 => format!("{seconds} s"),
		60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
		3600..86_400 => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
		_ => format!("{} d {} h", seconds / 86_400, seconds % 86_400 / 3600),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn reads_times() {
		for (text, millis) in [
			("250ms", 250),
			("30s", 30_000),
			("2m", 120_000),
			("1 h", 3_600_000),
			("0s", 0),
		] {
			assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
		}
		for text in [
			"",
			"5",
			"s",
			"-1s",
			"1.5h",
			"1w",
			"99999999999999999999s",
			"18446744073709551615d",
		] {
			assert!(duration(text).is_err(), "{text}");
		}
	}

	#[test]
	fn reads_periods_that_the_chain_takes() {
		for (text, millis) in [("1m", 60_000), ("30d", 2_592_000_000), ("365d", LONGEST_PERIOD)] {
			assert_eq!(period(text), Ok(millis), "{text}");
		}
		for text in ["0s", "59999ms", "366d", "month", ""] {
			assert!(period(text).is_err(), "{text}");
		}
	}

	#[test]
	fn reads_shares_as_parts_per_million() {
		for (text, parts) in [("10%", 100_000), ("2.5 %", 25_000), ("100%", 1_000_000), ("0.0001%", 1)] {
			assert_eq!(share(text), Ok(parts), "{text}");
		}
		for text in ["10", "101%", "-1%", "%", ".5%", "0.00001%", "100.0001%"] {
			assert!(share(text).is_err(), "{text}");
		}
	}

	#[test]
	fn reads_hashes_with_and_without_prefix() {
		let text = "ab".repeat(32);
		assert_eq!(hash(&text), Ok([0xab; 32]));
		assert_eq!(hash(&hex([0xab; 32])), Ok([0xab; 32]));
		assert!(hash("0xab").is_err());
		assert!(hash(&"zz".repeat(32)).is_err());
	}

	#[test]
	fn shows_spans_in_the_two_largest_units() {
		let shown: Vec<_> = [5, 2_000, 65_000, 3_900_000, 90_000_000]
			.into_iter()
			.map(show_millis)
			.collect();
		assert_eq!(shown, ["5 ms", "2 s", "1 min 5 s", "1 h 5 min", "1 d 1 h"]);
	}
}
