//! Numbers that choose the arguments of a call. The plainest choice is zero, so that shrinking leads to plain calls.

use bpiiot_runtime::Balance;
use sp_runtime::Permill;
use std::collections::BTreeMap;

/// How many numbers a step has.
pub const NUMBERS: usize = 12;

/// The numbers of a step, taken one after the other; zero when there are no more.
#[derive(Clone, Debug)]
pub struct Draw<'a> {
	numbers: &'a [u16],
}

impl<'a> Draw<'a> {
	/// These numbers.
	pub fn new(numbers: &'a [u16]) -> Self {
		Self { numbers }
	}

	/// The next number.
	pub fn number(&mut self) -> u16 {
		let Some((first, rest)) = self.numbers.split_first() else {
			return 0;
		};
		self.numbers = rest;
		*first
	}

	/// A number below `end`, which is at least 1.
	pub fn below(&mut self, end: usize) -> usize {
		usize::from(self.number()) % end.max(1)
	}

	/// Whether something happens that happens once in so many times.
	pub fn once_in(&mut self, times: u16) -> bool {
		self.number() % times == times - 1
	}

	/// One of these, if there is one.
	pub fn one_of<'b, T>(&mut self, these: &'b [T]) -> Option<&'b T> {
		these.get(self.below(these.len()))
	}

	/// One of these by its key, mostly one of those that `is` wants.
	pub fn mostly<Key: Copy, Value>(&mut self, all: &BTreeMap<Key, Value>, is: impl Fn(&Value) -> bool) -> Option<Key> {
		let wanted = all.iter().filter(|(_, value)| is(value)).map(|(key, _)| *key);
		let mut these: Vec<_> = wanted.collect();
		if self.once_in(16) || these.is_empty() {
			these = all.keys().copied().collect();
		}
		self.one_of(&these).copied()
	}

	/// These, beginning with one of them.
	pub fn beginning_with_one<T>(&mut self, mut these: Vec<T>) -> Vec<T> {
		let first = self.below(these.len());
		these.rotate_left(first);
		these
	}

	/// An amount of about so much: mostly a tenth of it to all of it, sometimes something that is out of order.
	pub fn amount(&mut self, most: Balance) -> Balance {
		let number = self.number();
		match number % 16 {
			13 => 0,
			14 => 1,
			15 => Balance::MAX,
			_ => most / 10 * Balance::from(number % 10 + 1),
		}
	}

	/// So many units: mostly from 1 to `most`, sometimes none or too many.
	pub fn units(&mut self, most: u32) -> u32 {
		let number = self.number();
		match number % 16 {
			14 => 0,
			15 => most.saturating_add(1),
			_ => 1 + u32::from(number / 16) % most.max(1),
		}
	}

	/// A share in steps of a tenth.
	pub fn share(&mut self) -> Permill {
		Permill::from_percent(u32::from(self.number() % 11) * 10)
	}

	/// A span of time that terms may give: mostly between one and some minutes, sometimes too short or too long.
	pub fn window(&mut self) -> u64 {
		let number = self.number();
		match number % 32 {
			30 => 1,
			31 => u64::MAX,
			_ => 60_000 * (1 + u64::from(number / 32 % 8)),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn what_is_not_there_is_zero_and_zero_is_plain() {
		let mut draw = Draw::new(&[7]);
		assert_eq!((draw.number(), draw.number()), (7, 0));
		assert_eq!((draw.units(5), draw.window(), draw.amount(100)), (1, 60_000, 10));
		assert_eq!((draw.one_of::<u8>(&[]), draw.one_of(&[3, 4])), (None, Some(&3)));
		assert!(!draw.once_in(8) && Draw::new(&[7]).once_in(8));
	}
}
