//! When readings become a batch.

use bpiiot_seal::{Batch, Hash, Position, Reading, Sealer, Unsealable};

/// When a batch is full.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
	/// The most readings of a batch.
	pub readings: u32,
	/// How old its first reading may become before it is sealed, in milliseconds.
	pub age: u64,
}

impl Default for Limits {
	/// What an anchor is meant to cover, and half of the time in which it must be anchored.
	fn default() -> Self {
		Self {
			readings: 65_536,
			age: crate::MAX_AGE / 2,
		}
	}
}

/// Where a series has come to: what the next batch must follow.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Seam {
	/// The number of the last batch; 0 before the first one.
	pub number: u64,
	/// Its hash; zeros before the first one.
	pub hash: Hash,
	/// Where its readings end.
	pub end: Option<Position>,
	/// When its last reading was measured, in unix ms.
	pub to: u64,
}

/// A batch, and what it is made of, to be kept until nobody can ask for it any more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sealed {
	/// What is anchored.
	pub batch: Batch,
	/// Its readings, in the order of their places.
	pub readings: Vec<Reading>,
}

/// Makes the batches of one machine on one chain, one after the other.
#[derive(Clone, Debug)]
pub struct Maker {
	genesis: Hash,
	machine: Hash,
	channels: Hash,
	limits: Limits,
	seam: Seam,
	sealer: Sealer,
	readings: Vec<Reading>,
	/// How many readings were not taken, since they came out of order.
	refused: u64,
}

impl Maker {
	/// For a machine with this table of channels, from where its series has come to.
	pub fn new(genesis: Hash, machine: Hash, channels: Hash, limits: Limits, seam: Seam) -> Self {
		Self {
			genesis,
			machine,
			channels,
			limits,
			seam,
			sealer: Sealer::new(seam.end, seam.to),
			readings: Vec::new(),
			refused: 0,
		}
	}

	/// Where the series has come to, with all that was sealed.
	pub fn seam(&self) -> &Seam {
		&self.seam
	}

	/// How many readings wait to be sealed.
	pub fn waiting(&self) -> usize {
		self.readings.len()
	}

	/// How many readings were left out, since they came out of order.
	pub fn refused(&self) -> u64 {
		self.refused
	}

	/// The client's clock was put right.
	pub fn clock_jumped(&mut self) {
		self.sealer.clock_jumped();
	}

	/// The board was reset.
	pub fn session_began(&mut self) {
		self.sealer.session_began();
	}

	/// Takes a reading. Gives the batch that is full by it, or was before it.
	pub fn push(&mut self, reading: Reading) -> Option<Sealed> {
		let before = match self.is_due(reading.at) {
			true => self.seal(),
			false => None,
		};
		match self.sealer.push(&reading) {
			Ok(()) => self.readings.push(reading),
			Err(Unsealable::Full) => {
				// It had something, or it could not be full; what it had goes first.
				let sealed = self.seal();
				match self.sealer.push(&reading) {
					Ok(()) => self.readings.push(reading),
					Err(_) => self.refused += 1,
				}
				return before.or(sealed);
			}
			Err(Unsealable::TimeWentBack | Unsealable::SequenceWentBack) => self.refused += 1,
		}
		match self.readings.len() as u64 >= u64::from(self.limits.readings.max(1)) {
			true => before.or_else(|| self.seal()),
			false => before,
		}
	}

	/// Whether what waits would be too old if it waited longer than now (unix ms).
	pub fn is_due(&self, now: u64) -> bool {
		let first = self.readings.first();
		first.is_some_and(|first| now.saturating_sub(first.at) >= self.limits.age)
	}

	/// Seals what waits. None if nothing does.
	pub fn seal(&mut self) -> Option<Sealed> {
		if self.readings.is_empty() {
			return None;
		}
		let number = self.seam.number.saturating_add(1);
		let sealer = self.sealer.clone();
		let batch = sealer.finish(number, self.seam.hash, self.channels)?;
		self.seam = Seam {
			number,
			hash: batch.hash(&self.genesis, &self.machine),
			end: batch.end(),
			to: batch.to,
		};
		self.sealer = Sealer::new(self.seam.end, self.seam.to);
		let readings = std::mem::take(&mut self.readings);
		Some(Sealed { batch, readings })
	}
}
