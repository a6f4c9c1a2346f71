//! Makes a batch of readings while they come.

use crate::{tree::Tree, Batch, Hash, Position, Reading, Run, MAX_READINGS, MAX_RUNS};
use alloc::vec::Vec;

/// Takes readings one by one and keeps none of them: memory is the same for ten and for a million.
#[derive(Clone, Debug)]
pub struct Sealer {
	tree: Tree,
	runs: Vec<Run>,
	lost: u32,
	from: u64,
	to: u64,
	jumps: u16,
	after: Option<Position>,
	is_new_session: bool,
}

/// Why a reading is not taken. The batch is as before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unsealable {
	/// There are as many readings, sessions or gaps in it as there may be: finish it, and begin the next one.
	Full,
	/// It was measured before the one before it. A clock that was put back stands still until it has caught up.
	TimeWentBack,
	/// Its sequence number was there before.
	SequenceWentBack,
}

impl Sealer {
	/// A batch that follows one that has ended here, with its last reading at that time (unix ms).
	pub fn new(after: Option<Position>, not_before: u64) -> Self {
		Self {
			tree: Tree::default(),
			runs: Vec::new(),
			lost: 0,
			from: not_before,
			to: not_before,
			jumps: 0,
			after,
			is_new_session: false,
		}
	}

	/// The client's clock was put right: forward, or back.
	pub fn clock_jumped(&mut self) {
		self.jumps = self.jumps.saturating_add(1);
	}

	/// The board was reset. It need not be said when its session has another number than before.
	pub fn session_began(&mut self) {
		self.is_new_session = true;
	}

	/// How many readings it has.
	pub fn count(&self) -> u32 {
		self.tree.count()
	}

	/// Takes a reading.
	///
	/// # Errors
	/// It cannot be in this batch.
	pub fn push(&mut self, reading: &Reading) -> Result<(), Unsealable> {
		if self.count() >= MAX_READINGS {
			return Err(Unsealable::Full);
		}
		if reading.at < self.to {
			return Err(Unsealable::TimeWentBack);
		}
		let end = self.runs.last().map(Self::end_of).or(self.after);
		let same = end.filter(|end| !self.is_new_session && end.session == reading.session);
		let sequence = reading.sequence;
		match (self.runs.last_mut(), same) {
			(Some(run), Some(_)) => {
				let ahead = sequence.checked_sub(run.last).filter(|ahead| *ahead > 0);
				let between = ahead.ok_or(Unsealable::SequenceWentBack)?.saturating_sub(1);
				let between = u32::try_from(between).ok();
				self.lost = between
					.and_then(|lost| self.lost.checked_add(lost))
					.ok_or(Unsealable::Full)?;
				run.last = sequence;
			}
			(_, same) => {
				if self.runs.len() >= MAX_RUNS {
					return Err(Unsealable::Full);
				}
				if same.is_some_and(|end| sequence <= end.sequence) {
					return Err(Unsealable::SequenceWentBack);
				}
				let epoch = match (same, end) {
					(Some(end), _) => Some(end.epoch),
					(None, Some(end)) => end.epoch.checked_add(1),
					(None, None) => Some(0),
				};
				self.runs.push(Run {
					epoch: epoch.ok_or(Unsealable::Full)?,
					session: reading.session,
					first: sequence,
					last: sequence,
				});
				self.is_new_session = false;
			}
		}
		if self.count() == 0 {
			self.from = reading.at;
		}
		self.to = reading.at;
		self.tree.push(reading.leaf());
		Ok(())
	}

	/// The batch, as the one of this number after the one with this hash, with this table of channels. None without any
	/// reading.
	pub fn finish(self, number: u64, previous: Hash, channels: Hash) -> Option<Batch> {
		Some(Batch {
			number,
			previous,
			root: self.tree.root()?,
			count: self.tree.count(),
			lost: self.lost,
			from: self.from,
			to: self.to,
			channels,
			jumps: self.jumps,
			runs: self.runs,
		})
	}

	fn end_of(run: &Run) -> Position {
		Position {
			epoch: run.epoch,
			session: run.session,
			sequence: run.last,
		}
	}
}
