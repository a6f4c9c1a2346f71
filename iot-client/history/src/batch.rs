//! Rows on their way to the file.

use crate::{
	codec::Rows,
	row::{Row, Scale},
	tier::{floor, Tier},
};
use std::{collections::BTreeMap, sync::Arc};

/// A channel: its name, and how its raw counts become values.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ChannelKey {
	pub(crate) name: String,
	pub(crate) scale: Scale,
}

/// Of which channel rows are.
pub(crate) type Owner = Arc<ChannelKey>;

/// Rows that wait to be written, as they will lie in the file: by tier, window and channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Batch {
	pub(crate) pieces: BTreeMap<(Tier, u64, Owner), Rows>,
	rows: usize,
}

impl Batch {
	pub(crate) fn len(&self) -> usize {
		self.rows
	}

	/// Adds a row, to the one of the same step if there is one.
	pub(crate) fn add(&mut self, tier: Tier, owner: &Owner, start: u64, row: Row) {
		let key = (tier, floor(start, tier.window()), owner.clone());
		let rows = self.pieces.entry(key).or_default();
		match rows.get_mut(&start) {
			Some(known) => known.merge(&row),
			None => {
				rows.insert(start, row);
				self.rows += 1;
			}
		}
	}

	/// Adds all of another.
	pub(crate) fn merge(&mut self, other: &Self) {
		for ((tier, _, owner), rows) in &other.pieces {
			rows.iter()
				.for_each(|(start, row)| self.add(*tier, owner, *start, *row));
		}
	}

	/// Drops the oldest of the finest until there are at most so many; how many had to go.
	pub(crate) fn shrink(&mut self, most: usize) -> usize {
		let before = self.rows;
		while self.rows > most {
			let Some((_, rows)) = self.pieces.pop_first() else {
				break;
			};
			self.rows = self.rows.saturating_sub(rows.len());
		}
		before.saturating_sub(self.rows)
	}
}
