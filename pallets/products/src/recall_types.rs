//! What the pallet stores of recalls.

use crate::{MakingId, RecallId, Thing};
use bpiiot_primitives::{AgreementMillis, MachineId, UnixMillis};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{pallet_prelude::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use sp_core::H256;

/// Most makings that a recall leaves out.
pub const MAX_EXCEPTIONS: u32 = 16;
/// Most recalls of one issuer that a machine may be under at a time.
pub const MAX_WINDOWS: u32 = 4;
/// Most recalls of a thing itself at a time: of its issuer and of its maker.
pub const MAX_ROOTS: u32 = 4;
/// Most recalls that what is made takes over from what it is made of.
pub const MAX_INHERITED: u32 = 16;

/// What is recalled.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub enum Scope {
	/// An item, a range or a lot, and all that was made of it.
	#[codec(index = 0)]
	Thing(Thing),
	/// All that the issuer has made of a component, be it whose it may.
	#[codec(index = 1)]
	Component {
		/// The item, range or lot.
		thing: Thing,
		/// One of the issuer's makings that used it.
		example: MakingId,
	},
	/// All that the issuer has made on a machine in a time.
	#[codec(index = 2)]
	Machine {
		/// The machine.
		machine: MachineId,
		/// From when, by the calendar.
		from: UnixMillis,
		/// Until when.
		until: UnixMillis,
		/// One of the issuer's makings on it.
		example: MakingId,
	},
}

/// Whether a recall counts.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
	/// It counts.
	#[codec(index = 0)]
	Open,
	/// It counts until the narrower one has reached all that it covers.
	#[codec(index = 1)]
	Narrowed(RecallId),
	/// Its issuer has taken it back, or a narrower one has taken its place.
	#[codec(index = 2)]
	Lifted,
	/// It was judged to be false.
	#[codec(index = 3)]
	Refuted,
}

/// Where in the uses of a thing somebody is who looks at them one by one.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug, Default)]
pub enum At<AccountId> {
	/// Before all.
	#[default]
	#[codec(index = 0)]
	Start,
	/// Behind the item of a range that has this number.
	#[codec(index = 1)]
	Number(u64),
	/// Behind the first holding of a lot, or that of this account.
	#[codec(index = 2)]
	Holder(Option<AccountId>),
	/// At a use of this account's holding.
	#[codec(index = 3)]
	Use(AccountId, MakingId),
}

/// Where in the makings of a machine: when it ended, and which.
pub type Moment = ([u8; 8], MakingId);

/// Where the spreading of a recall is.
///
/// Its marks are one list, the youngest first. A *generation* is the part of it that one round looks through; the marks of
/// the next generation are put before it meanwhile. So the list is the queue as well, and nothing is written twice.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub enum Stage<AccountId> {
	/// It looks for what was made directly of the recalled thing, or component.
	#[codec(index = 0)]
	Uses(At<AccountId>),
	/// It looks for what was made on the recalled machine.
	#[codec(index = 1)]
	Makings(Option<Moment>),
	/// It looks for what was made of what is marked.
	#[codec(index = 2)]
	Spreading(Front<AccountId>),
	/// It has reached everything.
	#[codec(index = 3)]
	Spread,
	/// It does not count any more, and its marks are being removed, the youngest first.
	#[codec(index = 4)]
	Clearing,
	/// It has no marks any more.
	#[codec(index = 5)]
	Cleared,
}

/// The place in a generation.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Front<AccountId> {
	/// The first of the generation.
	pub first: MakingId,
	/// The first of the generation before: here it ends.
	pub end: Option<MakingId>,
	/// Whose outputs are looked at.
	pub making: MakingId,
	/// Which of them.
	pub output: u8,
	/// Which use of that.
	pub at: At<AccountId>,
}

/// A recall.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Recall<AccountId, Balance> {
	/// Who answers for it.
	pub issuer: AccountId,
	/// Where the bond is on hold: the issuer, or a machine of his.
	pub payer: AccountId,
	/// What is recalled.
	pub scope: Scope,
	/// Makings that it does not go through.
	pub exceptions: BoundedVec<MakingId, ConstU32<MAX_EXCEPTIONS>>,
	/// Hash of what the issuer says about it.
	pub reason: H256,
	/// Forfeited if it is judged to be false; zero once it is back or gone.
	pub bond: Balance,
	/// Whether it counts.
	pub outcome: Outcome,
	/// Whether it was judged, and to be right.
	pub upheld: Option<bool>,
	/// The recall whose place it takes.
	pub narrows: Option<RecallId>,
	/// Until when it may be judged, on the agreement clock, since the last maker has contested it.
	pub judge_until: Option<AgreementMillis>,
	/// Statements of makers that have a bond on hold.
	pub contests: u32,
	/// Makings that have a mark.
	pub marked: u32,
	/// The youngest mark.
	pub head: Option<MakingId>,
	/// How far it is.
	pub stage: Stage<AccountId>,
}

impl<AccountId, Balance> Recall<AccountId, Balance> {
	/// Whether its marks count.
	pub fn counts(&self) -> bool {
		matches!(self.outcome, Outcome::Open | Outcome::Narrowed(_))
	}

	/// Whether there may be something that it has not reached yet.
	pub fn is_unfinished(&self) -> bool {
		matches!(self.stage, Stage::Uses(_) | Stage::Makings(_) | Stage::Spreading(_))
	}
}

/// What the maker says of something that he has made of what is recalled.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
	/// Nothing yet.
	#[codec(index = 0)]
	Affected,
	/// It is to be recalled. What the recall's issuer has made himself is so from the start.
	#[codec(index = 1)]
	Confirmed,
	/// It has not what was recalled.
	#[codec(index = 2)]
	Contested,
}

/// What a recall has left at a making.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark {
	/// What the maker says.
	pub verdict: Verdict,
	/// The next older mark of the same recall.
	pub next: Option<MakingId>,
}

/// A maker's statement that something is not affected.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Contest<AccountId, Balance> {
	/// Where the bond is on hold.
	pub payer: AccountId,
	/// The bond.
	pub bond: Balance,
	/// Hash of his evidence.
	pub evidence: H256,
	/// If nobody has judged until then, on the agreement clock, he has his bond back.
	pub until: AgreementMillis,
}

/// An issuer's recalls.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug, Default)]
pub struct RecallBook {
	/// How many have a record.
	pub kept: u32,
	/// A rolling hash over those that were closed: `blake2_256(before ++ SCALE(id, recall))`.
	pub history: H256,
}
