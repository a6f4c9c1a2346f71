//! Times as documents have them: ISO 8601 with milliseconds.

use chrono::{DateTime, FixedOffset, Utc};
use serde::{Serialize, Serializer};
use std::fmt;
use thiserror::Error;

/// The last millisecond of the year 9999, less the largest offset.
const LAST_MS: u64 = 253_402_300_799_999 - 14 * 3_600_000;
/// The largest offset, in minutes.
const MOST_OFFSET: u16 = 14 * 60;

/// Why a time is none.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TimeError {
	/// Too far ahead.
	#[error("{ms} ms after 1970 is after the year 9999; it must be at most {LAST_MS}: are these milliseconds?")]
	TooLate {
		/// What was given.
		ms: u64,
	},
	/// No offset of any time zone.
	#[error("the offset from UTC is {minutes} minutes; it must be within 840 (14 hours) of 0")]
	Offset {
		/// What was given.
		minutes: i16,
	},
}

/// A time without a place, printed as UTC: `2026-12-01T03:15:45.000Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(u64);

impl Time {
	/// From milliseconds since 1970, as blocks of the chain have them.
	pub fn new(ms: u64) -> Result<Self, TimeError> {
		match ms > LAST_MS {
			true => Err(TimeError::TooLate { ms }),
			false => Ok(Self(ms)),
		}
	}

	/// Milliseconds since 1970.
	pub fn ms(self) -> u64 {
		self.0
	}

	fn utc(self) -> DateTime<Utc> {
		// Within the range of `DateTime` by far.
		i64::try_from(self.0)
			.ok()
			.and_then(DateTime::from_timestamp_millis)
			.unwrap_or_default()
	}
}

impl fmt::Display for Time {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "{}", self.utc().format("%Y-%m-%dT%H:%M:%S%.3fZ"))
	}
}

impl Serialize for Time {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_str(self)
	}
}

/// A time at a place: when, and how far the clocks there are ahead of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime {
	time: Time,
	offset: FixedMinutes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct FixedMinutes(i16);

impl LocalTime {
	/// From milliseconds since 1970, and the minutes that the clocks at the place are ahead of UTC: 540 in Korea, -300 in New York
	/// in winter.
	pub fn new(ms: u64, offset_minutes: i16) -> Result<Self, TimeError> {
		let time = Time::new(ms)?;
		if offset_minutes.unsigned_abs() > MOST_OFFSET {
			return Err(TimeError::Offset {
				minutes: offset_minutes,
			});
		}
		Ok(Self {
			time,
			offset: FixedMinutes(offset_minutes),
		})
	}

	/// The same, without the place.
	pub fn time(self) -> Time {
		self.time
	}

	/// The offset: `+09:00`.
	pub fn offset(self) -> String {
		let minutes = self.offset.0;
		let sign = if minutes < 0 { '-' } else { '+' };
		let minutes = minutes.unsigned_abs();
		format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
	}
}

/// `2026-12-01T12:15:45.000+09:00`.
impl fmt::Display for LocalTime {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let zone = FixedOffset::east_opt(i32::from(self.offset.0) * 60);
		match zone {
			Some(zone) => write!(
				f,
				"{}",
				self.time.utc().with_timezone(&zone).format("%Y-%m-%dT%H:%M:%S%.3f%:z")
			),
			None => self.time.fmt(f),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn times_are_printed_where_they_were() {
		let ms = 1_583_316_030_000;
		assert_eq!(Time::new(ms).unwrap().to_string(), "2020-03-04T10:00:30.000Z");
		for (offset, printed, zone) in [
			(60, "2020-03-04T11:00:30.000+01:00", "+01:00"),
			(0, "2020-03-04T10:00:30.000+00:00", "+00:00"),
			(-210, "2020-03-04T06:30:30.000-03:30", "-03:30"),
			(840, "2020-03-05T00:00:30.000+14:00", "+14:00"),
		] {
			let time = LocalTime::new(ms, offset).unwrap();
			assert_eq!((time.to_string().as_str(), time.offset().as_str()), (printed, zone));
		}
		assert_eq!(
			LocalTime::new(0, 841).unwrap_err().to_string(),
			"the offset from UTC is 841 minutes; it must be within 840 (14 hours) of 0"
		);
		assert!(Time::new(u64::MAX)
			.unwrap_err()
			.to_string()
			.ends_with("are these milliseconds?"));
	}

	proptest! {
		#[test]
		fn what_was_printed_is_the_same_time(ms in 0..=LAST_MS, offset in -840i16..=840) {
			let time = LocalTime::new(ms, offset).unwrap();
			for printed in [time.to_string(), time.time().to_string()] {
				let read = DateTime::parse_from_rfc3339(&printed).unwrap();
				prop_assert_eq!(read.timestamp_millis(), ms as i64);
			}
		}
	}
}
