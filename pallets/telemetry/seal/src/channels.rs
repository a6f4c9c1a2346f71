//! What the raw counts of a batch mean.

use crate::{
	hash::{plain, Hash, CHANNELS},
	MAX_CHANNELS, MAX_NAME_BYTES,
};
use alloc::{string::String, vec::Vec};

/// A channel, and how its raw counts become values: `(raw - zero) * multiplier / divisor`, in its unit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Channel {
	/// Its number in readings.
	pub number: u16,
	/// The unit by its number in the board's protocol, from 0 for a plain number.
	pub unit: u8,
	/// The raw count that means zero.
	pub zero: i32,
	/// Numerator.
	pub multiplier: i32,
	/// Denominator; never 0.
	pub divisor: u32,
	/// Its name.
	pub name: String,
}

/// The bytes that a table's hash is of. None for a table that cannot be: numbers that do not rise, a divisor of 0, a name
/// that is too long, too many channels.
pub fn table_bytes(channels: &[Channel]) -> Option<Vec<u8>> {
	let mut bytes = CHANNELS.to_vec();
	let count = u16::try_from(channels.len()).ok()?;
	bytes.extend_from_slice(&count.to_le_bytes());
	let rise = channels
		.iter()
		.zip(channels.iter().skip(1))
		.all(|(a, b)| a.number < b.number);
	if !rise || channels.len() > MAX_CHANNELS {
		return None;
	}
	for channel in channels {
		let length = u8::try_from(channel.name.len()).ok()?;
		if channel.divisor == 0 || channel.name.len() > MAX_NAME_BYTES {
			return None;
		}
		bytes.extend_from_slice(&channel.number.to_le_bytes());
		bytes.push(channel.unit);
		bytes.extend_from_slice(&channel.zero.to_le_bytes());
		bytes.extend_from_slice(&channel.multiplier.to_le_bytes());
		bytes.extend_from_slice(&channel.divisor.to_le_bytes());
		bytes.push(length);
		bytes.extend_from_slice(channel.name.as_bytes());
	}
	Some(bytes)
}

/// The hash of a table; none as for [`table_bytes`].
pub fn table_hash(channels: &[Channel]) -> Option<Hash> {
	table_bytes(channels).map(|bytes| plain(&bytes))
}
