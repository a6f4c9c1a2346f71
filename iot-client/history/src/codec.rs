//! Rows as bytes.
//!
//! The rows of a channel in a window, by time. Each begins with a byte of flags and has only what the one before does not
//! say: numbers are base 128, the lowest bits first, signed ones zigzag. What was noisy takes about six bytes, what was
//! constant one.

use crate::{
	row::Row,
	tier::{Tier, WINDOW_STEPS},
};
use std::collections::BTreeMap;

/// Rows of one channel by the time at which their steps begin.
pub(crate) type Rows = BTreeMap<u64, Row>;

/// It begins where the one before ends; otherwise the steps between them follow.
const NEXT: u8 = 1;
/// As many readings as the one before; otherwise the difference follows.
const SAME_COUNT: u8 = 2;
/// All readings are the same; otherwise range and sum follow.
const FLAT: u8 = 4;
/// The smallest is that of the one before; otherwise the difference follows.
const SAME_MIN: u8 = 8;

/// Writes the rows of a window that begins at `window`.
pub(crate) fn write_rows(out: &mut Vec<u8>, tier: Tier, window: u64, rows: &Rows) {
	let mut expected = 0;
	let (mut count, mut min) = (0u64, 0i32);
	for (start, row) in rows {
		let offset = start.saturating_sub(window) / tier.step();
		let gap = offset.saturating_sub(expected);
		let mut flags = 0;
		flags |= if gap == 0 { NEXT } else { 0 };
		flags |= if row.count == count { SAME_COUNT } else { 0 };
		flags |= if row.min == row.max { FLAT } else { 0 };
		flags |= if row.min == min { SAME_MIN } else { 0 };
		out.push(flags);
		if gap > 0 {
			write_number(out, gap.into());
		}
		if row.count != count {
			write_signed(out, i128::from(row.count) - i128::from(count));
		}
		if row.min != min {
			write_signed(out, i128::from(row.min) - i128::from(min));
		}
		if row.min != row.max {
			write_number(out, row.max.abs_diff(row.min).into());
			let over = row.sum.saturating_sub(least_sum(row));
			write_number(out, over.unsigned_abs());
		}
		expected = offset + 1;
		(count, min) = (row.count, row.min);
	}
}

/// Reads what [`write_rows`] wrote; `None` when that is not what this is.
pub(crate) fn read_rows(bytes: &[u8], tier: Tier, window: u64, mut take: impl FnMut(u64, Row)) -> Option<()> {
	let mut reader = Reader(bytes);
	let mut expected = 0u64;
	let (mut count, mut min) = (0u64, 0i32);
	while !reader.0.is_empty() {
		let flags = reader.byte()?;
		let has = |flag: u8| flags & flag != 0;
		let gap = if has(NEXT) { 0 } else { reader.number()? };
		let offset = expected.checked_add(gap).filter(|offset| *offset < WINDOW_STEPS)?;
		if !has(SAME_COUNT) {
			count = u64::try_from(i128::from(count).checked_add(reader.signed()?)?).ok()?;
		}
		if !has(SAME_MIN) {
			min = i32::try_from(i128::from(min).checked_add(reader.signed()?)?).ok()?;
		}
		let mut row = Row {
			count,
			min,
			max: min,
			sum: i128::from(min).checked_mul(i128::from(count))?,
		};
		if !has(FLAT) {
			row.max = i32::try_from(i64::from(min).checked_add(i64::try_from(reader.number()?).ok()?)?).ok()?;
			row.sum = row.sum.checked_add(i128::try_from(reader.long()?).ok()?)?;
		}
		if !is_sound(&row) {
			return None;
		}
		take(window.checked_add(offset * tier.step())?, row);
		expected = offset + 1;
	}
	Some(())
}

/// What the sum would be if all readings were the smallest.
fn least_sum(row: &Row) -> i128 {
	i128::from(row.min).saturating_mul(i128::from(row.count))
}

fn is_sound(row: &Row) -> bool {
	let most = i128::from(row.max).saturating_mul(i128::from(row.count));
	row.count > 0 && row.min <= row.max && (least_sum(row)..=most).contains(&row.sum)
}

/// A whole number from 0.
pub(crate) fn write_number(out: &mut Vec<u8>, mut number: u128) {
	while number >= 0x80 {
		out.push(number as u8 | 0x80);
		number >>= 7;
	}
	out.push(number as u8);
}

/// A whole number; those near 0 are short.
pub(crate) fn write_signed(out: &mut Vec<u8>, number: i128) {
	write_number(out, ((number << 1) ^ (number >> 127)) as u128);
}

/// Reads what was written, from its beginning.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
	pub(crate) fn byte(&mut self) -> Option<u8> {
		let (first, rest) = self.0.split_first()?;
		self.0 = rest;
		Some(*first)
	}

	pub(crate) fn bytes(&mut self, length: u64) -> Option<&'a [u8]> {
		let (bytes, rest) = self.0.split_at_checked(usize::try_from(length).ok()?)?;
		self.0 = rest;
		Some(bytes)
	}

	pub(crate) fn number(&mut self) -> Option<u64> {
		let mut number = 0u64;
		for shift in (0..64).step_by(7) {
			let byte = self.byte()?;
			let bits = u64::from(byte & 0x7f);
			if shift == 63 && bits > 1 {
				return None;
			}
			number |= bits << shift;
			if byte < 0x80 {
				return Some(number);
			}
		}
		None
	}

	/// A number that may be longer than 64 bits.
	pub(crate) fn long(&mut self) -> Option<u128> {
		let mut number = 0u128;
		for shift in (0..128).step_by(7) {
			let byte = self.byte()?;
			let bits = u128::from(byte & 0x7f);
			if shift == 126 && bits > 3 {
				return None;
			}
			number |= bits << shift;
			if byte < 0x80 {
				return Some(number);
			}
		}
		None
	}

	pub(crate) fn signed(&mut self) -> Option<i128> {
		let number = self.long()?;
		Some((number >> 1) as i128 ^ -((number & 1) as i128))
	}
}

#[cfg(test)]
mod tests;
