//! That readings are in a batch.

use crate::{
	hash::{node, root_of, Hash},
	tree::{split, Tree},
	Reading, MAX_PROVEN, MAX_READINGS,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;

/// The most hashes that a proof can need: two edges of a tree of 2^20 leaves.
const MAX_PATH: usize = 40;

/// One reading of a batch, or several in a row, and the tops of the trees beside them.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Proof {
	/// The batch's number in the machine's series.
	pub batch: u64,
	/// Where in the batch the first of the readings stands, from 0.
	pub first: u32,
	/// The readings.
	pub readings: Vec<Reading>,
	/// The tops of the largest trees that have none of these readings, from left to right.
	pub path: Vec<Hash>,
}

/// Why a proof proves nothing.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refused {
	/// It has no readings.
	#[codec(index = 0)]
	NoReadings,
	/// It has more readings than a proof may have.
	#[codec(index = 1)]
	TooManyReadings,
	/// The batch has no such places.
	#[codec(index = 2)]
	BeyondTheBatch,
	/// There are too few hashes in the path.
	#[codec(index = 3)]
	PathTooShort,
	/// There are too many hashes in the path.
	#[codec(index = 4)]
	PathTooLong,
	/// The readings, their places or the path are others than those of this batch.
	#[codec(index = 5)]
	OtherRoot,
}

impl Proof {
	/// The proof of `count` readings from place `first` on of a batch that consists of `readings`. None when there are no
	/// such places, or more than [`MAX_PROVEN`].
	pub fn of(batch: u64, readings: &[Reading], first: u32, count: u32) -> Option<Self> {
		let size = u32::try_from(readings.len())
			.ok()
			.filter(|size| *size <= MAX_READINGS)?;
		let end = first.checked_add(count).filter(|end| *end <= size)?;
		let proven = readings.get(first as usize..end as usize)?;
		if proven.is_empty() || proven.len() > MAX_PROVEN {
			return None;
		}
		let mut path = Vec::new();
		Prover { readings, first, end }.collect(0, size, &mut path);
		Some(Self {
			batch,
			first,
			readings: proven.to_vec(),
			path,
		})
	}

	/// That its readings stand in a batch with this root and this many readings, at the places that it says.
	///
	/// Its work is bounded by its own length, and no bytes make it panic.
	///
	/// # Errors
	/// Says what does not fit.
	pub fn verify(&self, root: &Hash, count: u32) -> Result<(), Refused> {
		if self.root(count)? != *root {
			return Err(Refused::OtherRoot);
		}
		Ok(())
	}

	/// The root of a batch of this many readings in which these stand at these places, beside trees with these tops.
	///
	/// # Errors
	/// There is no such batch.
	pub fn root(&self, count: u32) -> Result<Hash, Refused> {
		if self.readings.is_empty() {
			return Err(Refused::NoReadings);
		}
		if self.readings.len() > MAX_PROVEN {
			return Err(Refused::TooManyReadings);
		}
		if self.path.len() > MAX_PATH {
			return Err(Refused::PathTooLong);
		}
		let end = self.first.checked_add(self.readings.len() as u32);
		let end = end.filter(|end| *end <= count && count <= MAX_READINGS);
		let mut verifier = Verifier {
			readings: &self.readings,
			first: self.first,
			end: end.ok_or(Refused::BeyondTheBatch)?,
			path: self.path.iter(),
		};
		let top = verifier.top(0, count)?;
		if verifier.path.next().is_some() {
			return Err(Refused::PathTooLong);
		}
		Ok(root_of(count, &top))
	}

	/// Whether the readings follow each other as those of a batch must.
	pub fn is_in_order(&self) -> bool {
		let pairs = self.readings.iter().zip(self.readings.iter().skip(1));
		pairs.into_iter().all(|(one, next)| one.may_precede(next))
	}
}

/// Makes a path.
struct Prover<'a> {
	readings: &'a [Reading],
	first: u32,
	end: u32,
}

impl Prover<'_> {
	fn collect(&self, start: u32, count: u32, path: &mut Vec<Hash>) {
		let end = start.saturating_add(count);
		if end <= self.first || start >= self.end {
			let mut tree = Tree::default();
			for reading in self.readings.get(start as usize..end as usize).unwrap_or_default() {
				tree.push(reading.leaf());
			}
			path.extend(tree.top());
		} else if count > 1 {
			let left = split(count);
			self.collect(start, left, path);
			self.collect(start.saturating_add(left), count.saturating_sub(left), path);
		}
	}
}

/// Goes down the tree only where the readings are: two nodes for each of them and for each level at most.
struct Verifier<'a> {
	readings: &'a [Reading],
	first: u32,
	end: u32,
	path: core::slice::Iter<'a, Hash>,
}

impl Verifier<'_> {
	fn top(&mut self, start: u32, count: u32) -> Result<Hash, Refused> {
		let end = start.saturating_add(count);
		if end <= self.first || start >= self.end {
			return self.path.next().copied().ok_or(Refused::PathTooShort);
		}
		if count <= 1 {
			let place = start.saturating_sub(self.first) as usize;
			return self
				.readings
				.get(place)
				.map(Reading::leaf)
				.ok_or(Refused::BeyondTheBatch);
		}
		let split = split(count);
		let left = self.top(start, split)?;
		let right = self.top(start.saturating_add(split), count.saturating_sub(split))?;
		Ok(node(&left, &right))
	}
}
