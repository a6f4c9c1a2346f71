//! What the file says of itself: which channels have which numbers, what counts, and rows that are not complete yet.

use crate::{
	batch::{Batch, ChannelKey, Owner},
	codec::{read_rows, write_number, write_rows, write_signed, Reader, Rows},
	row::{Row, Scale},
	tier::{floor, Tier},
	MAX_CHANNELS, MAX_NAME_BYTES,
};
use std::{collections::BTreeMap, sync::Arc};

/// Of this layout of the file; a file of another one is put aside.
pub(crate) const FORMAT: u8 = 1;

/// Key of a piece: the tier, when its window begins, and in which write it came. Two pieces of one window are merged
/// when they are read.
pub(crate) type Key = (u8, u64, u64);
/// The account, beyond all tiers.
pub(crate) const ACCOUNT: Key = (u8::MAX, 0, 0);
/// The names.
pub(crate) const NAMES: Key = (u8::MAX, 0, 1);
/// The rows that are not complete.
pub(crate) const OPEN: Key = (u8::MAX, 0, 2);

/// What counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Account {
	/// Writes since the file was made; the number of the last one.
	pub(crate) writes: u64,
	/// By tier.
	pub(crate) tiers: [TierAccount; 3],
}

/// What counts of one tier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TierAccount {
	/// Bytes of its pieces, as they count.
	pub(crate) used: u64,
	/// What was measured before may be gone.
	pub(crate) gone_before: u64,
}

/// What a piece counts: its bytes and what the store needs for it.
pub(crate) fn cost(bytes: usize) -> u64 {
	(bytes as u64).saturating_add(32)
}

impl Account {
	pub(crate) fn to_bytes(&self) -> Vec<u8> {
		let mut out = vec![FORMAT];
		write_number(&mut out, self.writes.into());
		for tier in &self.tiers {
			write_number(&mut out, tier.used.into());
			write_number(&mut out, tier.gone_before.into());
		}
		out
	}

	pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
		let mut reader = Reader(bytes);
		if reader.byte()? != FORMAT {
			return None;
		}
		let mut account = Self {
			writes: reader.number()?,
			..Self::default()
		};
		for tier in &mut account.tiers {
			tier.used = reader.number()?;
			tier.gone_before = reader.number()?;
		}
		reader.0.is_empty().then_some(account)
	}
}

/// Rows that are not complete: of which tier and channel, when they begin, and what they are so far.
pub(crate) type OpenRow = (Tier, Owner, u64, Row);

/// Writes rows that are not complete, by the numbers of their channels.
pub(crate) fn write_open(open: &[OpenRow], mut number: impl FnMut(&Owner) -> u32) -> Vec<u8> {
	let mut out = Vec::new();
	for (tier, owner, start, row) in open {
		let window = floor(*start, tier.window());
		out.push(tier.index());
		write_number(&mut out, number(owner).into());
		write_number(&mut out, window.into());
		write_section(&mut out, *tier, window, &Rows::from([(*start, *row)]));
	}
	out
}

/// Reads what [`write_open`] wrote. Rows of channels that are forgotten are left out.
pub(crate) fn read_open(bytes: &[u8], names: &Names) -> Option<Batch> {
	let mut reader = Reader(bytes);
	let mut open = Batch::default();
	while !reader.0.is_empty() {
		let tier = Tier::from_index(reader.byte()?)?;
		let number = u32::try_from(reader.number()?).ok()?;
		let window = reader.number()?;
		let length = reader.number()?;
		let section = reader.bytes(length)?;
		let owner = names.owner(number);
		read_rows(section, tier, window, |start, row| {
			if let Some(owner) = owner {
				open.add(tier, owner, start, row);
			}
		})?;
	}
	Some(open)
}

/// Rows, and before them their length: so that who wants another channel's can pass over them.
pub(crate) fn write_section(out: &mut Vec<u8>, tier: Tier, window: u64, rows: &Rows) {
	let mut section = Vec::with_capacity(rows.len() * 6);
	write_rows(&mut section, tier, window, rows);
	write_number(out, section.len() as u128);
	out.extend_from_slice(&section);
}

/// The channels that are in the file, by number. A number is never given twice, so what is left of a channel that was
/// forgotten means nothing until it is gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Names {
	next: u32,
	by_number: BTreeMap<u32, Owner>,
	by_owner: BTreeMap<Owner, u32>,
}

impl Names {
	pub(crate) fn owner(&self, number: u32) -> Option<&Owner> {
		self.by_number.get(&number)
	}

	/// Numbers and scales of the channels of this name.
	pub(crate) fn called<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (u32, Scale)> + 'a {
		let called = self.by_number.iter().filter(move |(_, owner)| owner.name == name);
		called.map(|(number, owner)| (*number, owner.scale))
	}

	/// The channel's number, given to it if it has none. For that one that is known longest and not `in_use` is forgotten
	/// when there are too many.
	pub(crate) fn number(&mut self, owner: &Owner, in_use: &[Owner]) -> u32 {
		if let Some(number) = self.by_owner.get(owner) {
			return *number;
		}
		if self.by_number.len() >= MAX_CHANNELS {
			let free = self.by_number.iter().find(|(_, known)| !in_use.contains(known));
			if let Some((number, known)) = free.map(|(number, known)| (*number, known.clone())) {
				tracing::info!(channel = %known.name, "the history forgets a channel that is not measured any more");
				self.by_number.remove(&number);
				self.by_owner.remove(&known);
			}
		}
		let number = self.next;
		self.next = self.next.saturating_add(1);
		self.by_number.insert(number, owner.clone());
		self.by_owner.insert(owner.clone(), number);
		number
	}

	pub(crate) fn to_bytes(&self) -> Vec<u8> {
		let mut out = Vec::new();
		write_number(&mut out, self.next.into());
		for (number, owner) in &self.by_number {
			write_number(&mut out, (*number).into());
			write_number(&mut out, owner.name.len() as u128);
			out.extend_from_slice(owner.name.as_bytes());
			write_signed(&mut out, owner.scale.zero.into());
			write_signed(&mut out, owner.scale.multiplier.into());
			write_number(&mut out, owner.scale.divisor.into());
		}
		out
	}

	pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
		let mut reader = Reader(bytes);
		let mut names = Self {
			next: u32::try_from(reader.number()?).ok()?,
			..Self::default()
		};
		while !reader.0.is_empty() {
			let number = u32::try_from(reader.number()?)
				.ok()
				.filter(|number| *number < names.next)?;
			let length = reader.number().filter(|length| *length <= MAX_NAME_BYTES as u64)?;
			let name = std::str::from_utf8(reader.bytes(length)?).ok()?.to_owned();
			let scale = Scale {
				zero: i32::try_from(reader.signed()?).ok()?,
				multiplier: i32::try_from(reader.signed()?).ok()?,
				divisor: u32::try_from(reader.number()?).ok()?,
			};
			let owner = Arc::new(ChannelKey { name, scale });
			names.by_number.insert(number, owner.clone());
			names.by_owner.insert(owner, number);
		}
		Some(names)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn owner(name: &str) -> Owner {
		Arc::new(ChannelKey {
			name: name.to_owned(),
			scale: Scale {
				zero: -5,
				multiplier: i32::MIN,
				divisor: u32::MAX,
			},
		})
	}

	#[test]
	fn account_and_names_come_back() {
		let mut names = Names::default();
		let open = [
			(Tier::Minute, owner("a"), 1_800_000_060_000, Row::one(7)),
			(Tier::Hour, owner("ä"), 3_600_000, Row::one(-7)),
		];
		let bytes = write_open(&open, |owner| names.number(owner, &[]));
		let read = Names::from_bytes(&names.to_bytes()).unwrap();
		assert_eq!(read, names);
		let mut account = Account {
			writes: 9,
			..Account::default()
		};
		Tier::Hour.of_mut(&mut account.tiers).gone_before = u64::MAX;
		assert_eq!(Account::from_bytes(&account.to_bytes()), Some(account));
		let mut expected = Batch::default();
		open.iter()
			.for_each(|(tier, owner, start, row)| expected.add(*tier, owner, *start, *row));
		assert_eq!(read_open(&bytes, &names), Some(expected));
	}

	#[test]
	fn what_is_cut_off_or_of_another_format_is_refused() {
		let mut names = Names::default();
		names.number(&owner("a"), &[]);
		let bytes = names.to_bytes();
		assert!((2..bytes.len()).all(|length| Names::from_bytes(&bytes[..length]).is_none()));
		let mut bytes = Account::default().to_bytes();
		assert!((0..bytes.len()).all(|length| Account::from_bytes(&bytes[..length]).is_none()));
		bytes[0] = FORMAT + 1;
		assert_eq!(Account::from_bytes(&bytes), None);
	}

	#[test]
	fn the_channel_known_longest_that_is_not_in_use_is_forgotten() {
		let mut names = Names::default();
		let all: Vec<_> = (0..MAX_CHANNELS).map(|n| owner(&format!("{n}"))).collect();
		all.iter().for_each(|owner| {
			names.number(owner, &[]);
		});
		let in_use = [all[0].clone(), all[2].clone()];
		let new = names.number(&owner("new"), &in_use);
		assert_eq!(new as usize, MAX_CHANNELS, "no number is given twice");
		assert_eq!(names.owner(0), Some(&all[0]));
		assert_eq!(names.owner(1), None);
		assert_eq!(names.by_number.len(), MAX_CHANNELS);
	}
}
