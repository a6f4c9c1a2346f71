//! The door to the readings that a machine has anchored.

use crate::{Config, Error, MetricId};
use bpiiot_primitives::{MachineId, UnixMillis};
use frame_support::{
	pallet_prelude::{ConstU32, Weight},
	BoundedVec,
};
use sp_core::H256;

/// What shows that a reading was anchored: for `telemetry` to understand. At most 1,024 bytes.
pub type Proof = BoundedVec<u8, ConstU32<1_024>>;

/// A reading that was anchored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reading {
	/// What was measured.
	pub metric: MetricId,
	/// The value, as an integer in the metric's declared unit and scale.
	pub value: i64,
	/// Hash of the table of channels that declares them.
	pub table: H256,
	/// When it was measured, as the machine says.
	pub at: UnixMillis,
	/// When its batch was anchored, as the chain says.
	pub anchored_at: UnixMillis,
}

/// Why a reading is no evidence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Inadmissible {
	/// This is no proof.
	Malformed,
	/// It is of another machine.
	OtherMachine,
	/// Its batch was never anchored, or is forgotten.
	UnknownBatch,
	/// The batch does not hold it.
	Forged,
	/// The batch was anchored too long after it, or too long after the one before.
	TooOld,
	/// The batch was challenged, and was not or not yet produced.
	Challenged,
	/// No certificate counts for it.
	NotCalibrated,
}

/// Knows which readings were anchored.
pub trait Evidence {
	/// The reading that a proof of a machine shows.
	///
	/// # Errors
	/// Why it is no evidence.
	fn reading(machine: &MachineId, proof: &Proof) -> Result<Reading, Inadmissible>;

	/// What [`Self::reading`] costs at worst.
	fn weight() -> Weight;

	/// Anchors a reading, and gives its proof.
	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_proof(machine: &MachineId, reading: Reading) -> Proof;
}

impl<T: Config> From<Inadmissible> for Error<T> {
	fn from(why: Inadmissible) -> Self {
		match why {
			Inadmissible::Malformed => Self::MalformedProof,
			Inadmissible::OtherMachine => Self::ReadingOfAnotherMachine,
			Inadmissible::UnknownBatch => Self::UnknownBatch,
			Inadmissible::Forged => Self::ForgedProof,
			Inadmissible::TooOld => Self::ReadingTooOld,
			Inadmissible::Challenged => Self::BatchChallenged,
			Inadmissible::NotCalibrated => Self::NotCalibrated,
		}
	}
}
