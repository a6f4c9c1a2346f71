//! A board's configuration as bytes that can be kept: in an EEPROM, or beside the program.
//!
//! ```text
//! 'B' 'P' │ format │ length u16 LE │ records, each: length u8, postcard │ CRC-16 of all before, u16 LE
//! ```

use crate::{ChannelSet, Interlock};
use bpiiot_protocol::{checksum_of, ChannelInfo, Label};
use core::fmt;
use serde::{Deserialize, Serialize};

/// Longest record in bytes: it fits the payload of a frame.
pub const MAX_RECORD: usize = bpiiot_protocol::MAX_PAYLOAD;

const MAGIC: [u8; 2] = *b"BP";
const FORMAT: u8 = 1;
const HEADER_LEN: u16 = 5;
const CHECKSUM_LEN: u16 = 2;
const ERASED: u8 = 0xff;

/// One part of a configuration. The order of variants and fields is the format.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Record {
	/// What concerns the whole board. Always the first record.
	Board {
		/// The board's serial number.
		serial: Label,
		/// The dead-man time in milliseconds.
		dead_man_ms: u32,
		/// Shortest streaming interval in milliseconds.
		min_interval_ms: u32,
	},
	/// A channel. They come in order.
	Channel {
		/// Where it is connected: what this number means is the board's own.
		terminal: u8,
		/// What it is.
		info: ChannelInfo,
	},
	/// An interlock.
	Interlock {
		/// The input that is watched.
		input: u8,
		/// Smallest raw value that is well.
		min: i32,
		/// Largest raw value that is well.
		max: i32,
		/// The outputs that are made safe, one bit for each channel.
		outputs: u16,
	},
}

impl From<Interlock> for Record {
	fn from(interlock: Interlock) -> Self {
		Record::Interlock {
			input: interlock.input,
			min: interlock.min,
			max: interlock.max,
			outputs: interlock.outputs.bits(),
		}
	}
}

impl Record {
	/// The interlock, if this is one.
	pub fn interlock(&self) -> Option<Interlock> {
		match *self {
			Record::Interlock {
				input,
				min,
				max,
				outputs,
			} => Some(Interlock {
				input,
				min,
				max,
				outputs: ChannelSet::from_bits(outputs),
			}),
			_ => None,
		}
	}
}

/// Why a kept configuration cannot be used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ImageError {
	/// There is none: the memory is erased.
	Erased,
	/// Its bytes are not what was written: header, length or checksum are wrong.
	Damaged,
	/// It is whole, but says something that this board does not know or has no room for.
	Unknown,
	/// It does not fit the memory.
	TooLong,
}

impl fmt::Display for ImageError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			ImageError::Erased => f.write_str("no configuration was ever written"),
			ImageError::Damaged => f.write_str("the configuration is damaged; write it again"),
			ImageError::Unknown => f.write_str("the configuration is not for this firmware"),
			ImageError::TooLong => f.write_str("the configuration does not fit the memory"),
		}
	}
}

impl core::error::Error for ImageError {}

/// Reads a configuration out of a memory of `capacity` bytes, a record at a time.
///
/// Nothing is given to `each` before the whole image was found sound. An error that `each` returns ends the reading.
pub fn read_image(
	capacity: u16,
	read: impl Fn(u16) -> u8,
	mut each: impl FnMut(Record) -> Result<(), ImageError>,
) -> Result<(), ImageError> {
	let end = sound_records(capacity, &read)?;
	let mut at = HEADER_LEN;
	while at < end {
		let len = u16::from(read(at));
		at += 1;
		let mut bytes = [0; MAX_RECORD];
		let record = bytes
			.get_mut(..usize::from(len))
			.filter(|_| len <= end - at)
			.ok_or(ImageError::Unknown)?;
		for (byte, address) in record.iter_mut().zip(at..) {
			*byte = read(address);
		}
		at += len;
		match postcard::take_from_bytes(record) {
			Ok((record, [])) => each(record)?,
			_ => return Err(ImageError::Unknown),
		}
	}
	Ok(())
}

/// Checks header, length and checksum, and gives the address where the records end.
fn sound_records(capacity: u16, read: &impl Fn(u16) -> u8) -> Result<u16, ImageError> {
	if (0..HEADER_LEN).all(|address| read(address) == ERASED) {
		return Err(ImageError::Erased);
	}
	let length = u16::from_le_bytes([read(3), read(4)]);
	let room = capacity.saturating_sub(HEADER_LEN + CHECKSUM_LEN);
	if [read(0), read(1)] != MAGIC || length > room {
		return Err(ImageError::Damaged);
	}
	let end = HEADER_LEN + length;
	if checksum_of((0..end).map(read)) != u16::from_le_bytes([read(end), read(end + 1)]) {
		return Err(ImageError::Damaged);
	}
	match read(2) {
		FORMAT => Ok(end),
		_ => Err(ImageError::Unknown),
	}
}

/// The length in bytes of the image that begins so, as its header says; the header's length where none begins, or while that
/// is not whole.
pub fn image_len(start: &[u8]) -> usize {
	let length = match *start {
		[b'B', b'P', _, low, high, ..] => usize::from(u16::from_le_bytes([low, high])) + usize::from(CHECKSUM_LEN),
		_ => 0,
	};
	usize::from(HEADER_LEN) + length
}

/// Writes a configuration into `memory` and gives its length in bytes.
pub fn write_image(records: impl IntoIterator<Item = Record>, memory: &mut [u8]) -> Result<usize, ImageError> {
	let mut end = usize::from(HEADER_LEN);
	for record in records {
		let room = memory.get_mut(end + 1..).ok_or(ImageError::TooLong)?;
		let len = postcard::to_slice(&record, room)
			.map_err(|_| ImageError::TooLong)?
			.len();
		// Every record fits (tested), so the length fits a byte.
		memory[end] = len as u8;
		end += 1 + len;
	}
	let length = u16::try_from(end - usize::from(HEADER_LEN)).map_err(|_| ImageError::TooLong)?;
	let header = memory.get_mut(..usize::from(HEADER_LEN)).ok_or(ImageError::TooLong)?;
	header[..2].copy_from_slice(&MAGIC);
	header[2] = FORMAT;
	header[3..].copy_from_slice(&length.to_le_bytes());
	let crc = bpiiot_protocol::checksum(&memory[..end]).to_le_bytes();
	let place = memory
		.get_mut(end..end + usize::from(CHECKSUM_LEN))
		.ok_or(ImageError::TooLong)?;
	place.copy_from_slice(&crc);
	Ok(end + usize::from(CHECKSUM_LEN))
}
