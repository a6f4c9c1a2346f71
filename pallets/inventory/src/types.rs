//! What the pallet stores, but for the stock itself, which is in `stock`.

use bpiiot_primitives::{
	AgreementMillis, AssetKind, Category, Item, Lot, MachineId, PurchaseOrderId, Region, ScoreWeights, SiteId,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{pallet_prelude::ConstU32, BoundedVec};
use scale_info::TypeInfo;

/// A tool, a fixture, a machine: a thing that is known by itself and not by its quantity.
/// [`fresh_id`](bpiiot_primitives::fresh_id) mints it.
#[derive(
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Clone,
	Copy,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Debug,
	Default,
)]
pub struct AssetId(pub u64);

impl From<u64> for AssetId {
	fn from(id: u64) -> Self {
		Self(id)
	}
}

/// The name of a site, for people: UTF-8, at most 64 bytes.
pub type SiteName = BoundedVec<u8, ConstU32<64>>;

/// A GS1 Global Location Number: 13 digits.
pub type Gln = BoundedVec<u8, ConstU32<13>>;

/// What is on an asset's plate: a GIAI (GS1 AI 8004) or the owner's own number. At most 30 bytes.
pub type AssetTag = BoundedVec<u8, ConstU32<30>>;

/// The maker's serial number (GS1 AI 21), at most 20 bytes; empty if there is none.
pub type Serial = BoundedVec<u8, ConstU32<20>>;

/// Most keepers of a site.
pub const MAX_KEEPERS: u32 = 8;

/// The keepers of a site, each named once.
pub type Keepers<AccountId> = BoundedVec<Keeper<AccountId>, ConstU32<MAX_KEEPERS>>;

/// Most lines of a reservation.
pub const MAX_LINES: u32 = 8;

/// Most arrivals of an owner that wait to be put on stock.
pub const MAX_ARRIVALS: u32 = 16;

/// What a site's owner says of it.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug, Default)]
pub struct SiteProfile {
	/// What people call it.
	pub name: SiteName,
	/// Its Global Location Number, if it has one.
	pub gln: Option<Gln>,
	/// In which country or part of one it lies.
	pub region: Region,
}

/// A site: a place where stock is kept, and who may touch it.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Site<AccountId, Balance> {
	/// Whose goods are kept here, and whose deposit is on hold.
	pub owner: AccountId,
	/// The machine whose account the owner is, if it is one.
	pub machine: Option<MachineId>,
	/// What he says of it.
	pub profile: SiteProfile,
	/// How many records there may be of what is kept and reserved here. The deposit pays for all of them.
	pub room: u32,
	/// How many there are.
	pub used: u32,
	/// The deposit.
	pub deposit: Balance,
	/// Who may touch the stock beside the owner.
	pub keepers: Keepers<AccountId>,
	/// Who controlled the site when they were appointed. They are keepers for as long as he does: if the owner is a machine,
	/// whoever buys it appoints his own.
	pub appointed_by: AccountId,
}

/// Somebody who may touch a site's stock: a person, or by its account a machine that works there.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Keeper<AccountId> {
	/// Who. A machine is a keeper only while it and the site are under one control.
	pub account: AccountId,
	/// What he may do.
	pub rights: Rights,
}

/// What a keeper may do.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct Rights {
	/// Take goods and assets in.
	pub receive: bool,
	/// Give goods and assets out, and use goods up.
	pub issue: bool,
	/// Put right what the books say, by counting.
	pub count: bool,
	/// Put goods aside for jobs, and let go of them.
	pub reserve: bool,
}

/// One of the [`Rights`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Right {
	Receive,
	Issue,
	Count,
	Reserve,
}

impl Rights {
	pub(crate) fn allow(&self, right: Right) -> bool {
		match right {
			Right::Receive => self.receive,
			Right::Issue => self.issue,
			Right::Count => self.count,
			Right::Reserve => self.reserve,
		}
	}
}

/// How an item is named.
///
/// The indexes are fixed, so that a way may be added without moving the others.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub enum ItemCode {
	/// By a part number of the owner's own.
	#[default]
	#[codec(index = 0)]
	Own,
	/// By its GTIN, whose check digit is right.
	#[codec(index = 1)]
	Gtin,
}

/// Why the books were put right, in words of EPCIS (CBV 2: business steps and dispositions).
///
/// The indexes are fixed, so that a reason may be added without moving the others.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum CountReason {
	/// It was counted ('stock_taking'): more, less or the same.
	#[codec(index = 0)]
	StockTaking,
	/// Some is damaged.
	#[codec(index = 1)]
	Damaged,
	/// Some is missing, and nobody knows why.
	#[codec(index = 2)]
	Lost,
	/// Some was stolen.
	#[codec(index = 3)]
	Stolen,
	/// Some is past its date.
	#[codec(index = 4)]
	Expired,
	/// Some was thrown away.
	#[codec(index = 5)]
	Disposed,
	/// Some was found.
	#[codec(index = 6)]
	Found,
}

impl CountReason {
	/// Whether it can be why there were `before` and are `now`.
	pub fn explains(self, before: u64, now: u64) -> bool {
		match self {
			Self::StockTaking => true,
			Self::Found => now > before,
			Self::Damaged | Self::Lost | Self::Stolen | Self::Expired | Self::Disposed => now < before,
		}
	}
}

/// When to ask for more of an item, and for what.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Reorder<Balance> {
	/// Below this much that is neither reserved nor expired, in thousandths of the item's unit.
	pub point: u64,
	/// How much to ask for, in thousandths of the item's unit.
	pub quantity: u64,
	/// What suppliers who are asked deal in.
	pub category: Category,
	/// The asset that is paid in.
	pub asset: AssetKind,
	/// The most that may be paid for all of it, in the asset's smallest unit.
	pub highest_price: Balance,
	/// The longest time until it is there, in milliseconds.
	pub longest_lead_time: u64,
	/// How bids are compared.
	pub weights: ScoreWeights,
	/// The machine that buys it, under its spending policy; none for the site's owner himself.
	pub buyer: Option<MachineId>,
}

/// Goods that are put aside for a job.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Reservation {
	/// Where they are.
	pub site: SiteId,
	/// The job's machine.
	pub machine: MachineId,
	/// Which goods; each item and lot once.
	pub lines: BoundedVec<ReservedLine, ConstU32<MAX_LINES>>,
}

/// Some of a lot that is put aside.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct ReservedLine {
	/// What.
	pub item: Item,
	/// Of which lot.
	pub lot: Lot,
	/// How much, in thousandths of the item's unit.
	pub quantity: u64,
}

/// Goods that were bought and delivered, and could not be put on stock.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Arrival {
	/// The order that they were bought by.
	pub order: PurchaseOrderId,
	/// What.
	pub item: Item,
	/// Of which lot, if it was told.
	pub lot: Lot,
	/// How much, in thousandths of the unit that was ordered in.
	pub quantity: u64,
}

/// What an asset is, in words of ISA-95 (equipment and physical assets).
///
/// The indexes are fixed, so that a kind may be added without moving the others.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum AssetClass {
	/// A tool.
	#[codec(index = 0)]
	Tool,
	/// A fixture or a jig.
	#[codec(index = 1)]
	Fixture,
	/// An instrument to measure with.
	#[codec(index = 2)]
	Instrument,
	/// A pallet, a crate or another container that comes back.
	#[codec(index = 3)]
	Container,
	/// A machine that is registered on this chain. Its owner there is the asset's.
	#[codec(index = 4)]
	Machine(MachineId),
	/// Something else.
	#[codec(index = 5)]
	Other,
}

/// Where an asset is.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub enum Whereabouts<AccountId> {
	/// At a site.
	#[codec(index = 0)]
	Site(SiteId),
	/// In somebody's custody.
	#[codec(index = 1)]
	Custodian(AccountId),
}

/// An asset.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Asset<AccountId, Balance> {
	/// Who registered it and has the deposit on hold. It is his, unless it is a machine: that is its owner's.
	pub registrant: AccountId,
	/// The deposit.
	pub deposit: Balance,
	/// What is on its plate: one of a kind among all that he registered.
	pub tag: AssetTag,
	/// What it is.
	pub class: AssetClass,
	/// The maker's serial number.
	pub serial: Serial,
	/// The site where it belongs. It may have been closed since.
	pub home: Option<SiteId>,
	/// Where it is.
	pub location: Whereabouts<AccountId>,
	/// To whom it is being handed over.
	pub handover: Option<Handover<AccountId>>,
}

/// An asset that one side has given, and the other not taken yet. It stays where it is until then.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Handover<AccountId> {
	/// Where it goes.
	pub to: Whereabouts<AccountId>,
	/// Until when it may be taken, on the agreement clock.
	pub until: AgreementMillis,
}
