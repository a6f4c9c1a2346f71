//! What is said of a batch, and how it follows the one before.

use crate::{
	hash::{plain, Hash, BATCH},
	Reading, MAX_READINGS, MAX_RUNS,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// The readings of one session of the board within a batch.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Run {
	/// Which of the sessions in the machine's batches it is, from 0, none left out: the client counts them, since the board's
	/// own numbers are in no order.
	pub epoch: u32,
	/// The board's number of it.
	pub session: u32,
	/// The sequence number of the first reading.
	pub first: u64,
	/// And of the last one.
	pub last: u64,
}

/// Where a series of readings has come to.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Position {
	/// Which of the machine's sessions.
	pub epoch: u32,
	/// The board's number of it.
	pub session: u32,
	/// The sequence number of the last reading.
	pub sequence: u64,
}

/// What is said of a batch. Together with the chain and the machine, which the chain knows by itself, it is what the
/// anchored hash is of.
#[derive(Encode, Decode, DecodeWithMemTracking, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Batch {
	/// Which of the machine's batches it is, from 1.
	pub number: u64,
	/// The hash of the batch before; zeros for the first.
	pub previous: Hash,
	/// The root of the tree over its readings.
	pub root: Hash,
	/// How many readings it has.
	pub count: u32,
	/// How many of the sequence numbers between the first and the last of its runs are not among its readings.
	pub lost: u32,
	/// When its first reading was measured, in unix ms.
	pub from: u64,
	/// When its last reading was measured, in unix ms.
	pub to: u64,
	/// The hash of the table of channels: names, units and scales of all its readings.
	pub channels: Hash,
	/// How often the client's clock was put right meanwhile.
	pub jumps: u16,
	/// Its readings by sessions, in order.
	pub runs: Vec<Run>,
}

/// What of a batch cannot be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Malformed {
	/// No readings, or more than a batch may have.
	Count,
	/// No runs, more than a batch may have, one that ends before it begins, or epochs that do not follow each other.
	Runs,
	/// The runs have other readings than the batch has and lacks.
	Lost,
	/// It ends before it begins.
	Times,
}

/// How a batch does not follow the one before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Misplaced {
	/// It begins with readings that may have been in an earlier one, or before them.
	Overlap,
	/// It leaves out an epoch. If that were allowed, one batch could use them all up.
	EpochSkipped,
}

impl Batch {
	/// Whether it can be a batch at all, whatever was before it.
	///
	/// # Errors
	/// What of it cannot be.
	pub fn check(&self) -> Result<(), Malformed> {
		if self.count == 0 || self.count > MAX_READINGS {
			return Err(Malformed::Count);
		}
		let runs = &self.runs;
		if runs.is_empty() || runs.len() > MAX_RUNS {
			return Err(Malformed::Runs);
		}
		let pairs = runs.iter().zip(runs.iter().skip(1));
		let in_order = pairs.into_iter().all(|(a, b)| a.epoch.checked_add(1) == Some(b.epoch));
		let run_forward = runs.iter().all(|run| run.first <= run.last);
		if !in_order || !run_forward {
			return Err(Malformed::Runs);
		}
		let numbers = |run: &Run| u128::from(run.last.saturating_sub(run.first)).saturating_add(1);
		let spanned = runs.iter().map(numbers).fold(0, u128::saturating_add);
		if spanned != u128::from(self.count).saturating_add(self.lost.into()) {
			return Err(Malformed::Lost);
		}
		if self.from > self.to {
			return Err(Malformed::Times);
		}
		Ok(())
	}

	/// Where it ends.
	pub fn end(&self) -> Option<Position> {
		self.runs.last().map(|run| Position {
			epoch: run.epoch,
			session: run.session,
			sequence: run.last,
		})
	}

	/// How many readings are missing before its runs, if it begins after this end of the batch before. A session's readings
	/// count from 0.
	///
	/// # Errors
	/// It begins before that, or not with the next session.
	pub fn missing_after(&self, end: Option<&Position>) -> Result<u64, Misplaced> {
		let next_epoch = end.map_or(Some(0), |end| end.epoch.checked_add(1));
		let mut missing = 0u64;
		for (place, run) in self.runs.iter().enumerate() {
			let from = match end.filter(|end| place == 0 && run.epoch <= end.epoch) {
				None if place == 0 && Some(run.epoch) != next_epoch => return Err(Misplaced::EpochSkipped),
				None => 0,
				Some(end) if run.epoch == end.epoch && run.session == end.session && run.first > end.sequence => {
					end.sequence.saturating_add(1)
				}
				Some(_) => return Err(Misplaced::Overlap),
			};
			missing = missing.saturating_add(run.first.saturating_sub(from));
		}
		Ok(missing)
	}

	/// Whether a reading can be in it: by its time, its session and its sequence number.
	pub fn may_have(&self, reading: &Reading) -> bool {
		let is_timed = (self.from..=self.to).contains(&reading.at);
		let has = |run: &Run| run.session == reading.session && (run.first..=run.last).contains(&reading.sequence);
		is_timed && self.runs.iter().any(has)
	}

	/// The bytes that its hash is of; the crate's page has them one by one. Runs beyond [`MAX_RUNS`] are none of a batch that
	/// [`Self::check`] accepts.
	pub fn to_bytes(&self, genesis: &Hash, machine: &Hash) -> Vec<u8> {
		let mut bytes = Vec::with_capacity(BATCH.len() + 195 + 24 * self.runs.len());
		bytes.extend_from_slice(BATCH);
		bytes.extend_from_slice(genesis);
		bytes.extend_from_slice(machine);
		bytes.extend_from_slice(&self.number.to_le_bytes());
		bytes.extend_from_slice(&self.previous);
		bytes.extend_from_slice(&self.root);
		bytes.extend_from_slice(&self.count.to_le_bytes());
		bytes.extend_from_slice(&self.lost.to_le_bytes());
		bytes.extend_from_slice(&self.from.to_le_bytes());
		bytes.extend_from_slice(&self.to.to_le_bytes());
		bytes.extend_from_slice(&self.channels);
		bytes.extend_from_slice(&self.jumps.to_le_bytes());
		bytes.push(self.runs.len() as u8);
		for run in &self.runs {
			bytes.extend_from_slice(&run.epoch.to_le_bytes());
			bytes.extend_from_slice(&run.session.to_le_bytes());
			bytes.extend_from_slice(&run.first.to_le_bytes());
			bytes.extend_from_slice(&run.last.to_le_bytes());
		}
		bytes
	}

	/// Its hash on this chain for this machine: what is anchored.
	pub fn hash(&self, genesis: &Hash, machine: &Hash) -> Hash {
		plain(&self.to_bytes(genesis, machine))
	}
}
