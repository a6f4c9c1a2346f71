//! What this pallet stores.

use bpiiot_primitives::{AgreementMillis, ChallengeId, MachineId, UnixMillis};
use bpiiot_seal::{Hash, Position};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// The most readings that one challenge asks for.
pub const MAX_ASKED: u32 = 16;
/// The most anchors that are pruned at a time.
pub const MAX_PRUNED: u32 = 64;

/// How far a machine's series has come. It is never removed, or its batches could be anchored once more.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Series<Balance> {
	/// The number of the last batch; 0 before the first one.
	pub number: u64,
	/// Its hash; zeros before the first one.
	pub last: Hash,
	/// Where its readings end.
	pub end: Option<Position>,
	/// When its last reading was measured.
	pub to: UnixMillis,
	/// When it was anchored; before the first one, when the series began.
	pub anchored_at: UnixMillis,
	/// The number of the oldest anchor that is kept. All from here to the last one are.
	pub oldest: u64,
	/// What stands for all that were pruned: see [`bpiiot_seal::fold_pruned`].
	pub pruned: Hash,
	/// How many anchors may be kept.
	pub room: u32,
	/// On hold in the machine's account.
	pub deposit: Balance,
	/// What was counted.
	pub tally: Tally,
}

/// What is counted of a machine's series, from its beginning.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct Tally {
	/// Readings in its batches.
	pub readings: u64,
	/// Readings that are missing within batches, and between them.
	pub lost: u64,
	/// How often the client's clock was put right.
	pub jumps: u64,
	/// How it answers to challenges.
	pub record: Record,
}

/// How a machine's holder answers to challenges. Those that are open are in none of the two ends.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct Record {
	/// How often readings were asked for.
	pub challenged: u32,
	/// How often they were produced.
	pub produced: u32,
	/// How often they were not.
	pub withheld: u32,
}

/// What the chain keeps of a batch: 147 bytes, whatever it holds.
///
/// All of fixed width, in this order, the lowest byte first: whoever has a storage proof reads it by that.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Anchor {
	/// The hash of all that is said of it.
	pub hash: Hash,
	/// The root of the tree over its readings.
	pub root: Hash,
	/// The hash of the table of its channels.
	pub channels: Hash,
	/// How many readings it has.
	pub count: u32,
	/// How many are missing within it.
	pub lost: u32,
	/// How often the client's clock was put right meanwhile.
	pub jumps: u16,
	/// When its first reading was measured.
	pub from: UnixMillis,
	/// When its last reading was measured.
	pub to: UnixMillis,
	/// When the batch before was anchored; for the first one, when the series began.
	pub after: UnixMillis,
	/// When it was anchored: the timestamp of the block.
	pub anchored_at: UnixMillis,
	/// The same on the agreement clock, for how long it must be kept.
	pub kept_from: AgreementMillis,
	/// Whether its readings were asked for and not produced. It is no evidence any more.
	pub withheld: bool,
}

/// Readings of a batch that somebody has asked for.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Challenge<AccountId, Balance> {
	/// Whose readings.
	pub machine: MachineId,
	/// Of which batch.
	pub batch: u64,
	/// From which place on.
	pub first: u32,
	/// How many.
	pub count: u32,
	/// Who asks.
	pub challenger: AccountId,
	/// On hold at who asks.
	pub deposit: Balance,
	/// The last moment to produce them, on the agreement clock; indexed there.
	pub until: AgreementMillis,
}

/// That a batch is challenged.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Citation<AccountId> {
	/// By which challenge.
	pub challenge: ChallengeId,
	/// The batch.
	pub batch: u64,
	/// Who asks.
	pub challenger: AccountId,
}

impl<Balance> Series<Balance> {
	/// How many anchors are kept.
	pub fn kept(&self) -> u64 {
		self.number.saturating_add(1).saturating_sub(self.oldest)
	}
}

impl Record {
	/// How many challenges are open.
	pub fn open(&self) -> u32 {
		self.challenged
			.saturating_sub(self.produced)
			.saturating_sub(self.withheld)
	}
}
