//! The tree over a batch's readings, built while they come.

use crate::{
	hash::{node, root_of, Hash},
	MAX_READINGS,
};
use alloc::vec::Vec;

/// A tree that grows leaf by leaf. It remembers 21 hashes at most, whatever it has taken.
///
/// A tree of more than one leaf has on its left as many as the greatest power of two that is less than all of them, and the
/// rest on its right (as in RFC 9162). No leaf stands in it twice.
#[derive(Clone, Debug, Default)]
pub struct Tree {
	/// The tops of full trees, the largest first: one for each bit of the count.
	peaks: Vec<Hash>,
	count: u32,
}

impl Tree {
	/// Takes a leaf; tells whether there was room for it.
	pub fn push(&mut self, leaf: Hash) -> bool {
		if self.count >= MAX_READINGS {
			return false;
		}
		let mut top = leaf;
		for _ in 0..self.count.trailing_ones() {
			if let Some(left) = self.peaks.pop() {
				top = node(&left, &top);
			}
		}
		self.peaks.push(top);
		self.count = self.count.saturating_add(1);
		true
	}

	/// How many leaves it has.
	pub fn count(&self) -> u32 {
		self.count
	}

	/// The hash over all leaves; none of no leaves.
	pub fn top(&self) -> Option<Hash> {
		let mut peaks = self.peaks.iter().rev();
		let last = *peaks.next()?;
		Some(peaks.fold(last, |right, left| node(left, &right)))
	}

	/// The top with the number of leaves: what is anchored.
	pub fn root(&self) -> Option<Hash> {
		self.top().map(|top| root_of(self.count, &top))
	}
}

/// How many of more than one leaves are on the left.
pub(crate) fn split(count: u32) -> u32 {
	// At most 2^20, so there is a next power of two.
	count.checked_next_power_of_two().unwrap_or(count) / 2
}
