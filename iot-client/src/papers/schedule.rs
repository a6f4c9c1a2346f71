//! When a machine works, as people write it: `"mon 08:00-17:00"` and `"2026-12-24 2027-01-01"`, all in UTC.

use crate::{chain::terms::Calendar, fields::Fields};
use chrono::NaiveDate;
use toml::Value;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const DAY_MINUTES: u16 = 24 * 60;
const DAY_MILLIS: u64 = 86_400_000;
/// The most that the chain takes.
const MOST_WINDOWS: usize = 14;
const MOST_CLOSURES: usize = 8;

/// The keys `week` and `closed`.
pub(crate) fn calendar(fields: &mut Fields<'_>) -> Calendar {
	let week = "up to 14 times such as \"mon 08:00-17:00\", in order and apart from each other";
	let closed = "up to 8 times such as \"2026-12-24 2027-01-01\", in order and apart from each other";
	Calendar {
		week: fields
			.optional("week", week, |value| in_order(value, MOST_WINDOWS, window))
			.unwrap_or_default(),
		closures: fields
			.optional("closed", closed, |value| in_order(value, MOST_CLOSURES, closure))
			.unwrap_or_default(),
	}
}

/// A list of spans of which each begins where the one before has ended, or later.
fn in_order<N: PartialOrd + Copy>(
	value: &Value,
	most: usize,
	span: impl Fn(&str) -> Option<(N, N)>,
) -> Option<Vec<(N, N)>> {
	let spans: Option<Vec<_>> = value.as_array()?.iter().map(|text| span(text.as_str()?)).collect();
	spans.filter(|spans| spans.len() <= most && spans.windows(2).all(|pair| pair[0].1 < pair[1].0))
}

/// `mon 08:00-17:00`, in minutes of the week.
fn window(text: &str) -> Option<(u16, u16)> {
	let (day, times) = text.trim().split_once(' ')?;
	let day = DAYS.iter().position(|name| *name == day.to_lowercase())? as u16 * DAY_MINUTES;
	let (from, until) = times.trim().split_once('-')?;
	let (from, until) = (day + minute(from)?, day + minute(until)?);
	(from < until).then_some((from, until))
}

/// `08:00`, up to `24:00`.
fn minute(text: &str) -> Option<u16> {
	let (hour, minute) = text.trim().split_once(':')?;
	let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
	let within = minute < 60 && (hour < 24 || (hour == 24 && minute == 0));
	within.then_some(hour * 60 + minute)
}

/// `2026-12-24 2027-01-01`: from the beginning of the first day to the end of the last one, in unix milliseconds.
fn closure(text: &str) -> Option<(u64, u64)> {
	let (first, last) = text.trim().split_once(' ').unwrap_or((text, text));
	let (first, last) = (day(first)?, day(last)?.checked_add(DAY_MILLIS)?);
	(first < last).then_some((first, last))
}

fn day(text: &str) -> Option<u64> {
	let date: NaiveDate = text.trim().parse().ok()?;
	let midnight = date.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis();
	u64::try_from(midnight).ok()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn reads_times_of_the_week() {
		assert_eq!(window("mon 00:00-24:00"), Some((0, 1_440)));
		assert_eq!(window("Sun 08:30-17:00"), Some((6 * 1_440 + 510, 6 * 1_440 + 1_020)));
		for wrong in [
			"mon",
			"mon 08:00",
			"mon 17:00-08:00",
			"mon 8-17",
			"mon 24:01-24:02",
			"day 08:00-17:00",
		] {
			assert_eq!(window(wrong), None, "{wrong}");
		}
	}

	#[test]
	fn reads_days_to_the_end_of_the_last() {
		// `date -u -d 2026-12-24 +%s` and of 2027-01-02.
		let christmas = (1_798_070_400_000, 1_798_848_000_000);
		assert_eq!(closure("2026-12-24 2027-01-01"), Some(christmas));
		assert_eq!(closure("2026-12-24"), Some((christmas.0, christmas.0 + DAY_MILLIS)));
		for wrong in ["2027-01-01 2026-12-24", "24.12.2026", "1969-01-01", ""] {
			assert_eq!(closure(wrong), None, "{wrong}");
		}
	}
}
