//! Recorded readings, as people keep them: lines of `ms,channel,value` under a header that says so.

use crate::limits::{MAX_LINES, MAX_LINE_BYTES, MAX_TIME_MS};
use std::io::{self, BufRead, Read};

/// The first line of a recording.
const HEADER: &str = "ms,channel,value";

/// One recorded reading.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
	/// The channel's name.
	pub channel: String,
	/// When, in ms from any beginning.
	pub at_ms: u64,
	/// The value, in the channel's unit.
	pub value: f64,
}

/// Why a recording cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
	/// A line is not what it should be.
	#[error("line {line} {wrong}")]
	Line {
		/// Which, counted from 1.
		line: u64,
		/// What is wrong and what would be right.
		wrong: String,
	},
	/// The lines do not come in.
	#[error("line {line} cannot be read: {source}")]
	Read {
		/// Which, counted from 1.
		line: u64,
		/// Why.
		source: io::Error,
	},
}

/// Reads a recording line by line, with one line in memory. It ends after the first error.
#[derive(Debug)]
pub struct Recording<R> {
	reader: R,
	line: u64,
	last_ms: u64,
	buffer: Vec<u8>,
	ended: bool,
}

impl<R: BufRead> Recording<R> {
	/// Reads the header.
	///
	/// # Errors
	/// When the first line is not `ms,channel,value`.
	pub fn new(reader: R) -> Result<Self, RecordingError> {
		let mut recording = Self {
			reader,
			line: 0,
			last_ms: 0,
			buffer: vec![],
			ended: false,
		};
		let header = recording.next_line()?.unwrap_or_default();
		let named: Vec<&str> = header
			.trim_start_matches('\u{feff}')
			.split(',')
			.map(str::trim)
			.collect();
		if named.join(",") != HEADER {
			return Err(recording.wrong(format!("must be the header {HEADER}, it is {:?}", clipped(&header))));
		}
		Ok(recording)
	}

	fn wrong(&self, wrong: String) -> RecordingError {
		RecordingError::Line { line: self.line, wrong }
	}

	/// The next line without its end; `None` after the last.
	fn next_line(&mut self) -> Result<Option<String>, RecordingError> {
		self.line = self.line.saturating_add(1);
		let line = self.line;
		self.buffer.clear();
		let most = MAX_LINE_BYTES as u64 + 1;
		let read = self.reader.by_ref().take(most).read_until(b'\n', &mut self.buffer);
		if read.map_err(|source| RecordingError::Read { line, source })? == 0 {
			return Ok(None);
		}
		if self.buffer.len() > MAX_LINE_BYTES {
			return Err(self.wrong(format!("must have at most {MAX_LINE_BYTES} bytes")));
		}
		if line > MAX_LINES {
			return Err(self.wrong(format!("is too many: a recording must have at most {MAX_LINES} lines")));
		}
		match std::str::from_utf8(&self.buffer) {
			Ok(text) => Ok(Some(text.trim_end_matches(['\n', '\r']).to_owned())),
			Err(_) => Err(self.wrong("must be text in UTF-8".to_owned())),
		}
	}

	fn sample(&mut self, text: &str) -> Result<Sample, RecordingError> {
		let mut parts = text.split(',').map(str::trim);
		let (Some(ms), Some(channel), Some(value), None) = (parts.next(), parts.next(), parts.next(), parts.next())
		else {
			return Err(self.wrong(format!("must be {HEADER}, it is {:?}", clipped(text))));
		};
		let at_ms = ms.parse().ok().filter(|ms| *ms <= MAX_TIME_MS);
		let at_ms: u64 = at_ms.ok_or_else(|| {
			self.wrong(format!(
				"has the time {:?}; it must be a whole number of ms from 0 to {MAX_TIME_MS}",
				clipped(ms)
			))
		})?;
		if at_ms < self.last_ms {
			let last = self.last_ms;
			return Err(self.wrong(format!(
				"has the time {at_ms}; it must not be before {last}, the one above"
			)));
		}
		if channel.is_empty() {
			return Err(self.wrong("names no channel; it must be ms,channel,value".to_owned()));
		}
		let number = value.parse().ok().filter(|value: &f64| value.is_finite());
		let value = number.ok_or_else(|| {
			self.wrong(format!(
				"has the value {:?}; it must be a number, such as 71.5",
				clipped(value)
			))
		})?;
		self.last_ms = at_ms;
		Ok(Sample {
			channel: channel.to_owned(),
			at_ms,
			value,
		})
	}

	fn read(&mut self) -> Result<Option<Sample>, RecordingError> {
		loop {
			let Some(text) = self.next_line()? else { return Ok(None) };
			if !text.trim().is_empty() {
				return self.sample(&text).map(Some);
			}
		}
	}
}

fn clipped(text: &str) -> String {
	crate::error::clipped(text)
}

impl<R: BufRead> Iterator for Recording<R> {
	type Item = Result<Sample, RecordingError>;

	fn next(&mut self) -> Option<Self::Item> {
		if self.ended {
			return None;
		}
		let next = self.read();
		self.ended = !matches!(next, Ok(Some(_)));
		next.transpose()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn read(text: &str) -> Result<Vec<Sample>, String> {
		let recording = Recording::new(text.as_bytes()).map_err(|error| error.to_string())?;
		recording
			.collect::<Result<_, _>>()
			.map_err(|error: RecordingError| error.to_string())
	}

	#[test]
	fn reads_what_people_write() {
		let samples = read("\u{feff}ms, channel, value\r\n0,temperature,71.5\r\n\r\n 250 , vibration , -1e-3").unwrap();
		let expected = [(0, "temperature", 71.5), (250, "vibration", -1e-3)];
		let found: Vec<_> = samples.iter().map(|s| (s.at_ms, s.channel.as_str(), s.value)).collect();
		assert_eq!(found, expected);
	}

	#[test]
	fn names_the_line_and_what_would_be_right() {
		let long = format!("ms,channel,value\n1,{},2", "x".repeat(MAX_LINE_BYTES));
		let cases = [
			("", "line 1 must be the header ms,channel,value, it is \"\""),
			("1,a,2", "line 1 must be the header ms,channel,value, it is \"1,a,2\""),
			(
				"ms,channel,value\n1,a",
				"line 2 must be ms,channel,value, it is \"1,a\"",
			),
			(
				"ms,channel,value\n1,a,2,3",
				"line 2 must be ms,channel,value, it is \"1,a,2,3\"",
			),
			(
				"ms,channel,value\n1,a,2\n\n-1,a,2",
				"line 4 has the time \"-1\"; it must be a whole number of ms from 0 to 9007199254740992",
			),
			(
				"ms,channel,value\n5,a,2\n4,a,2",
				"line 3 has the time 4; it must not be before 5, the one above",
			),
			(
				"ms,channel,value\n5,,2",
				"line 2 names no channel; it must be ms,channel,value",
			),
			(
				"ms,channel,value\n5,a,NaN",
				"line 2 has the value \"NaN\"; it must be a number, such as 71.5",
			),
			(&long, "line 2 must have at most 256 bytes"),
		];
		for (text, expected) in cases {
			assert_eq!(read(text), Err(expected.to_owned()), "{text:?}");
		}
	}

	#[test]
	fn refuses_bytes_that_are_no_text_and_then_ends() {
		let mut recording = Recording::new(&b"ms,channel,value\n\xff\n1,a,2"[..]).unwrap();
		let first = recording.next().unwrap().unwrap_err().to_string();
		assert_eq!(first, "line 2 must be text in UTF-8");
		assert!(recording.next().is_none());
	}
}
