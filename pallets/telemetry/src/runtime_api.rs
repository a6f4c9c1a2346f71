//! What clients may ask the runtime of machines' readings, without knowing how they are stored.

use crate::{Anchor, Challenge, ChallengeId, Series, Why};
use alloc::vec::Vec;
use bpiiot_primitives::{MachineId, UnixMillis};
use bpiiot_seal::{Proof, Reading};
use codec::{Codec, Decode, Encode};
use scale_info::TypeInfo;

/// Some anchors of a machine.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug, Default)]
pub struct Page {
	/// The anchors, by rising number.
	pub found: Vec<(u64, Anchor)>,
	/// The number to go on with; none at the end.
	pub next: Option<u64>,
}

/// Readings that are in a batch.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Proven {
	/// The readings.
	pub readings: Vec<Reading>,
	/// Their anchor.
	pub anchor: Anchor,
	/// Why one of them is no evidence; none if all are.
	pub refused: Option<Why>,
}

sp_api::decl_runtime_apis! {
	/// Machines' anchors, page by page, at most 32 at a time, and what they prove. Each call does bounded work: whoever wants
	/// more asks again with `next` as the `cursor`.
	pub trait TelemetryApi<AccountId, Balance>
	where
		AccountId: Codec,
		Balance: Codec,
	{
		/// How far a machine's series has come, what it has lost, and how it answers to challenges.
		fn series_of(machine: MachineId) -> Option<Series<Balance>>;

		/// The anchors that are kept, from the oldest on.
		fn anchors_of(machine: MachineId, cursor: Option<u64>) -> Page;

		/// The batches that are kept and have readings between two times (unix ms).
		fn batches_between(machine: MachineId, from: UnixMillis, to: UnixMillis, cursor: Option<u64>) -> Page;

		/// What a proof of one or more readings shows, or why it shows nothing.
		fn verify_proof(machine: MachineId, proof: Proof) -> Result<Proven, Why>;

		/// The challenges of a machine that are open.
		fn challenges_of(machine: MachineId) -> Vec<(ChallengeId, Challenge<AccountId, Balance>)>;
	}
}
