//! Which registers are read together.

use super::channel::{Place, Table};

/// Registers that one request reads, and the channels that are in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
	pub table: Table,
	pub first: u16,
	/// At most [`Table::most`].
	pub count: u16,
	/// By number.
	pub channels: Vec<u8>,
}

impl Block {
	/// The block of one channel alone.
	pub fn of(channel: u8, place: &Place) -> Self {
		Self {
			table: place.table,
			first: place.register,
			count: place.encoding.registers(),
			channels: vec![channel],
		}
	}

	/// The part of what was read that is at `place`.
	pub fn part<'a>(&self, place: &Place, words: &'a [u16]) -> Option<&'a [u16]> {
		let from = usize::from(place.register.checked_sub(self.first)?);
		words.get(from..from + usize::from(place.encoding.registers()))
	}

	/// Whether `place` follows or overlaps it, and one request may still read both.
	fn takes(&self, place: &Place) -> bool {
		let end = u32::from(self.first) + u32::from(self.count);
		self.table == place.table
			&& u32::from(place.register) <= end
			&& place.end() - u32::from(self.first) <= u32::from(self.table.most())
	}
}

/// The fewest requests that read all of these and no register that nobody asked for: what is in a gap may not be there at all,
/// and then the machine would refuse everything.
pub(super) fn blocks(places: impl IntoIterator<Item = (u8, Place)>) -> Vec<Block> {
	let mut places: Vec<_> = places.into_iter().collect();
	places.sort_by_key(|(channel, place)| (place.table, place.register, place.end(), *channel));
	let mut blocks: Vec<Block> = Vec::new();
	for (channel, place) in places {
		match blocks.last_mut() {
			Some(block) if block.takes(&place) => {
				// At least what it was, at most what one request may read.
				let count = (place.end() - u32::from(block.first)) as u16;
				block.count = block.count.max(count);
				block.channels.push(channel);
			}
			_ => blocks.push(Block::of(channel, &place)),
		}
	}
	blocks
}

#[cfg(test)]
mod tests {
	use super::super::channel::{Encoding, WordOrder};
	use super::*;
	use proptest::prelude::*;
	use std::collections::BTreeSet;

	fn place(table: Table, register: u16, wide: bool) -> Place {
		let encoding = match (table.is_bits(), wide) {
			(true, _) => Encoding::Bit,
			(false, false) => Encoding::U16,
			(false, true) => Encoding::U32(WordOrder::Big),
		};
		Place {
			table,
			register,
			encoding,
		}
	}

	#[test]
	fn neighbours_are_read_together_and_gaps_are_not_read() {
		let places = [
			place(Table::Holding, 1, true),
			place(Table::Holding, 0, false),
			place(Table::Holding, 4, false),
			place(Table::Input, 3, false),
			place(Table::Coil, 0, false),
		];
		let blocks = blocks((0..).zip(places));
		let short: Vec<_> = blocks
			.iter()
			.map(|block| (block.table, block.first, block.count, block.channels.clone()))
			.collect();
		assert_eq!(
			short,
			[
				(Table::Coil, 0, 1, vec![4]),
				(Table::Holding, 0, 3, vec![1, 0]),
				(Table::Holding, 4, 1, vec![2]),
				(Table::Input, 3, 1, vec![3]),
			]
		);
	}

	#[test]
	fn a_row_of_many_is_read_in_as_few_requests_as_the_protocol_allows() {
		let row = |table, count: u16| blocks((0..count).map(|at| (0, place(table, at, false))));
		for (table, count, requests) in [
			(Table::Holding, 125, 1),
			(Table::Holding, 126, 2),
			(Table::Coil, 2000, 1),
			(Table::Discrete, 4001, 3),
		] {
			assert_eq!(row(table, count).len(), requests, "{table:?} {count}");
		}
	}

	proptest! {
		#[test]
		fn every_channel_is_read_once_within_the_limits(
			raw in prop::collection::vec((0usize..4, prop_oneof![0u16..400, 65_000u16..=65_534], any::<bool>()), 1..200)
		) {
			let places: Vec<_> = raw.into_iter().map(|(table, at, wide)| place(Table::ALL[table], at, wide)).collect();
			let blocks = blocks((0u8..=u8::MAX).zip(places.iter().copied()));
			let mut read: Vec<u8> = blocks.iter().flat_map(|block| block.channels.clone()).collect();
			read.sort_unstable();
			prop_assert_eq!(read, (0..places.len() as u8).collect::<Vec<_>>());
			let wanted: BTreeSet<_> = places
				.iter()
				.flat_map(|place| (u32::from(place.register)..place.end()).map(|at| (place.table, at)))
				.collect();
			for block in &blocks {
				prop_assert!(block.count >= 1 && block.count <= block.table.most());
				let end = u32::from(block.first) + u32::from(block.count);
				prop_assert!(end <= 65_536);
				for at in u32::from(block.first)..end {
					prop_assert!(wanted.contains(&(block.table, at)), "{:?} {} was not asked for", block.table, at);
				}
				let words: Vec<u16> = (0..block.count).collect();
				for channel in &block.channels {
					let place = &places[usize::from(*channel)];
					prop_assert_eq!(place.table, block.table);
					let part = block.part(place, &words).expect("the channel is in its block");
					prop_assert_eq!(part[0], place.register - block.first);
				}
			}
		}
	}
}
