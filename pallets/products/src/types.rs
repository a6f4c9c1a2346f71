//! What the pallet stores of things and of how they came to be. What it stores of recalls is in `recall_types`.

use crate::gs1::{CompanyPrefix, Gln, Gtin, Lot, Serial, Sscc, Unit};
use bpiiot_primitives::{JobId, MachineId, ShipmentId, UnixMillis};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{pallet_prelude::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use sp_core::H256;

/// Most inputs of a making.
pub const MAX_INPUTS: u32 = 16;
/// Most outputs of a making.
pub const MAX_OUTPUTS: u32 = 8;
/// Most things in a logistic unit; units in it count as one.
pub const MAX_CONTENTS: u32 = 64;
/// How deep logistic units may lie in each other.
pub const MAX_LEVELS: u8 = 4;

/// The room that a lot takes under its prefix, with what its first owner has of it. An item, a range and a tag take one each.
pub const ROOM_OF_LOT: u32 = 2;
/// The room that a making takes, with how it was made.
pub const ROOM_OF_MAKING: u32 = 7;
/// The room that a logistic unit takes, however little is in it.
pub const ROOM_OF_UNIT: u32 = 7;

/// Declares an identifier that [`fresh_id`](bpiiot_primitives::fresh_id) mints: its bytes are in the order of time, so that
/// what was made together lies together in the state, and a proof of many is short.
macro_rules! ordered_id {
	($(#[$doc:meta])* $name:ident) => {
		$(#[$doc])*
		#[derive(
			Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord,
			Debug, Default,
		)]
		pub struct $name(pub [u8; 8]);

		impl From<u64> for $name {
			fn from(id: u64) -> Self {
				Self(id.to_be_bytes())
			}
		}
	};
}

ordered_id! {
	/// A making: inputs became outputs. The number of the block, then that of the event, the highest byte first.
	MakingId
}
ordered_id! {
	/// A recall.
	RecallId
}
ordered_id! {
	/// A certificate.
	CertificateId
}

/// Anything that has a key of GS1.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub enum Thing {
	/// One item (SGTIN).
	#[codec(index = 0)]
	Item {
		/// Of which kind.
		gtin: Gtin,
		/// Which one.
		serial: Serial,
	},
	/// The items of a range that nobody has touched alone.
	#[codec(index = 1)]
	Range {
		/// Of which kind.
		gtin: Gtin,
		/// The last serial of the range, which names it.
		last: Serial,
	},
	/// A lot (LGTIN).
	#[codec(index = 2)]
	Lot {
		/// Of which kind.
		gtin: Gtin,
		/// Which one.
		lot: Lot,
	},
	/// A logistic unit (SSCC).
	#[codec(index = 3)]
	Unit {
		/// Which one.
		sscc: Sscc,
	},
}

/// What an accredited account may do.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub enum Role {
	/// Assign company prefixes, as a member organisation of GS1 does.
	#[codec(index = 0)]
	Registrant,
	/// Issue certificates.
	#[codec(index = 1)]
	Certifier,
}

/// A company prefix that is somebody's.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Assignment<AccountId, Balance> {
	/// The prefix.
	pub prefix: CompanyPrefix,
	/// Who issues under it.
	pub holder: AccountId,
	/// Who has assigned it, and paid the deposit.
	pub registrant: AccountId,
	/// What the registrant paid.
	pub deposit: Balance,
	/// Whether nothing may be issued under it any more.
	pub revoked: bool,
	/// For how many small records there is room: [`ROOM_OF_MAKING`] and the like say what others take.
	pub room: u32,
	/// How much of it is taken.
	pub used: u32,
	/// What the holder paid for the room.
	pub room_deposit: Balance,
}

/// What has become of an item or a range.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
	/// It stands alone.
	#[codec(index = 0)]
	Free,
	/// It was used up.
	#[codec(index = 1)]
	Used(MakingId),
	/// It is in a logistic unit, and belongs to whom that belongs to.
	#[codec(index = 2)]
	Packed(Sscc),
	/// It is on its way: who has it, the shipment says.
	#[codec(index = 3)]
	OnItsWay(ShipmentId),
}

/// An item that stands alone: one that was registered alone, or one of a range that was touched.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Item<AccountId> {
	/// Whose it is, unless it is packed.
	pub owner: AccountId,
	/// How it was made, if the chain knows.
	pub making: Option<MakingId>,
	/// What has become of it.
	pub state: State,
}

/// Items with serials that follow each other: all of them but those that have a record of their own.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct SerialRange<AccountId> {
	/// The first number; the key has the last one.
	pub first: u64,
	/// Whose they are, unless they are packed.
	pub owner: AccountId,
	/// How they were made, if the chain knows.
	pub making: Option<MakingId>,
	/// What has become of them.
	pub state: State,
	/// Whether one of them was recalled alone. Then they are not used up together any more.
	pub recalled_in_part: bool,
}

/// A lot. Who has how much of it is in its holdings.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct LotRecord {
	/// What it is measured in.
	pub unit: Unit,
	/// How much there was of it, in thousandths of the unit.
	pub total: u64,
	/// How it was made, if the chain knows.
	pub making: Option<MakingId>,
}

/// What somebody has of a lot.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug, Default)]
pub struct Holding {
	/// How much, in thousandths of the lot's unit, without what is on its way.
	pub quantity: u64,
	/// How much of it is on its way.
	pub on_its_way: u64,
	/// The last making that used some of it. That names the one before, and so on.
	pub last_use: Option<MakingId>,
}

/// A logistic unit.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct LogisticUnit<AccountId> {
	/// Whose it is, and all that is in it, unless it is packed itself.
	pub owner: AccountId,
	/// In which unit it is.
	pub within: Option<Sscc>,
	/// With which shipment it is on its way: who has it, that says.
	pub shipment: Option<ShipmentId>,
	/// How many levels of units it has, its own included.
	pub level: u8,
	/// What is in it.
	pub contents: BoundedVec<Thing, ConstU32<MAX_CONTENTS>>,
}

/// What is to be used up.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct InputLine {
	/// An item, a range or a lot.
	pub thing: Thing,
	/// How much of a lot, in thousandths of its unit; of anything else, none.
	pub quantity: u64,
}

/// What is to come of it.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub enum OutputLine {
	/// One item.
	#[codec(index = 0)]
	Item {
		/// Of which kind.
		gtin: Gtin,
		/// Which one.
		serial: Serial,
	},
	/// Items with serials that follow each other.
	#[codec(index = 1)]
	Range {
		/// Of which kind.
		gtin: Gtin,
		/// The first serial: digits.
		first: Serial,
		/// The last serial: as many digits.
		last: Serial,
	},
	/// A lot.
	#[codec(index = 2)]
	Lot {
		/// Of which kind.
		gtin: Gtin,
		/// Which one.
		lot: Lot,
		/// What it is measured in.
		unit: Unit,
		/// How much, in thousandths of the unit.
		quantity: u64,
	},
}

impl OutputLine {
	/// Of which kind.
	pub fn gtin(&self) -> Gtin {
		match self {
			Self::Item { gtin, .. } | Self::Range { gtin, .. } | Self::Lot { gtin, .. } => *gtin,
		}
	}

	/// The room that it takes.
	pub fn room(&self) -> u32 {
		match self {
			Self::Item { .. } | Self::Range { .. } => 1,
			Self::Lot { .. } => ROOM_OF_LOT,
		}
	}

	/// What it will be.
	pub fn thing(&self) -> Thing {
		match self.clone() {
			Self::Item { gtin, serial } => Thing::Item { gtin, serial },
			Self::Range { gtin, last, .. } => Thing::Range { gtin, last },
			Self::Lot { gtin, lot, .. } => Thing::Lot { gtin, lot },
		}
	}
}

/// What was used up.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Input {
	/// An item, a range or a lot.
	pub thing: Thing,
	/// How much of a lot, in thousandths of its unit.
	pub quantity: u64,
	/// The making before that used the same holding of the lot.
	pub previous: Option<MakingId>,
}

/// A making: inputs became outputs. Neither ever changes.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Making<AccountId> {
	/// Who answers for it: whoever stood behind the caller.
	pub maker: AccountId,
	/// What was used up.
	pub inputs: BoundedVec<Input, ConstU32<MAX_INPUTS>>,
	/// What came of it.
	pub outputs: BoundedVec<Thing, ConstU32<MAX_OUTPUTS>>,
}

/// Whether what measured was calibrated.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub enum Calibration {
	/// Nobody says.
	#[default]
	#[codec(index = 0)]
	Unknown,
	/// It was; the hash of the certificate.
	#[codec(index = 1)]
	Valid(H256),
	/// It was too long ago; the hash of the last certificate.
	#[codec(index = 2)]
	Expired(H256),
}

/// Readings of the machine: the first and the last of its batches in `telemetry`.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Readings {
	/// The first batch.
	pub first: u64,
	/// The last batch.
	pub last: u64,
}

/// What the maker declares of how it was made.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Work {
	/// On which machine.
	pub machine: MachineId,
	/// From when, by the calendar.
	pub from: UnixMillis,
	/// Until when.
	pub until: UnixMillis,
	/// Where.
	pub place: Option<Gln>,
	/// A salted hash of who stood at the machine. No name is on chain.
	pub operator: Option<H256>,
	/// Hash of the firmware, as the machine declared it.
	pub firmware: Option<H256>,
	/// Hash of the recipe.
	pub recipe: Option<H256>,
	/// Whether what measured was calibrated.
	pub calibration: Calibration,
	/// What the machine's sensors have read.
	pub readings: Option<Readings>,
}

/// How a machine made something by a job.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Report {
	/// Items, ranges and quantities of lots that were used up.
	pub inputs: BoundedVec<InputLine, ConstU32<MAX_INPUTS>>,
	/// Items, ranges and lots that came of it, all under one prefix.
	pub outputs: BoundedVec<OutputLine, ConstU32<MAX_OUTPUTS>>,
	/// On which machine, when and how.
	pub work: Work,
}

/// How something was made.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct ProductionRecord {
	/// What the maker declares.
	pub work: Work,
	/// The job, if it was one.
	pub job: Option<JobId>,
	/// How often it was superseded.
	pub version: u32,
	/// `blake2_256` over the SCALE of the record that this one supersedes; zero for the first one.
	pub supersedes: H256,
}

/// An item's tag.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Tag<BlockNumber> {
	/// Its public key on P-256, compressed.
	pub key: [u8; 33],
	/// The highest counter that it has signed.
	pub counter: u32,
	/// In which block that, or a copy, was seen last. A copy is proved only by a challenge that is as young.
	pub seen: BlockNumber,
	/// How often a signature has shown that there is a second tag with this key.
	pub copies: u32,
}

/// What a certificate is of.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub enum Subject {
	/// Of a kind of item.
	#[codec(index = 0)]
	Product(Gtin),
	/// Of one item, range, lot or unit.
	#[codec(index = 1)]
	Thing(Thing),
	/// Of how something was made.
	#[codec(index = 2)]
	Making(MakingId),
}

/// A certificate.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Certificate<AccountId, Balance> {
	/// Who has issued it.
	pub issuer: AccountId,
	/// What it is of.
	pub subject: Subject,
	/// Hash of the schema that its claims follow.
	pub schema: H256,
	/// Merkle root of its claims, each with a salt of its own; see [`disclosure`](crate::disclosure).
	pub claims: H256,
	/// From when it is valid, by the calendar.
	pub from: UnixMillis,
	/// Until when.
	pub until: UnixMillis,
	/// Since when it is revoked.
	pub revoked: Option<UnixMillis>,
	/// On hold at the issuer.
	pub deposit: Balance,
}
