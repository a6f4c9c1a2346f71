//! What is on the chain, as far as the harness looks at it: fields that it does not name are skipped.

use subxt::{
	dynamic,
	ext::scale_decode::{self, DecodeAsType},
	utils::{AccountId32, H256},
};

/// What is paid with.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub enum Asset {
	/// The chain's own token.
	Native,
	/// An asset of this number.
	Asset(u32),
}

/// What an account has, in the smallest unit of the native token or of an asset.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Balance {
	/// What it may spend.
	pub free: u128,
	/// What is on hold.
	pub reserved: u128,
}

impl Balance {
	/// Both.
	pub fn total(&self) -> u128 {
		self.free + self.reserved
	}
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub(super) struct AccountInfo {
	pub data: AccountData,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub(super) struct AccountData {
	pub free: u128,
	pub reserved: u128,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub(super) struct AssetDetails {
	pub supply: u128,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub(super) struct AssetAccount {
	pub balance: u128,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub(super) struct Hold {
	pub id: dynamic::Value,
	pub amount: u128,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub(super) struct Sudid {
	pub sudo_result: dynamic::Value,
}

/// The chain's clocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Clock {
	/// Timestamp of the block, in unix milliseconds.
	pub last: u64,
	/// How long the chain stood still in all, in milliseconds.
	pub stopped: u64,
	/// Whether agreements are paused, and the agreement clock stands still.
	pub paused: bool,
}

/// Where a job stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub enum JobState {
	/// The price is on hold.
	Ordered,
	/// The machine has promised.
	Accepted,
	/// The machine works.
	Started,
	/// The customer looks at the units.
	Delivered,
	/// Units were rejected, and the machine's side may dispute that.
	Rejected,
	/// The arbiter decides.
	Disputed,
	/// It has ended.
	Settled(Outcome),
}

/// How a job ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub enum Outcome {
	/// All delivered units were approved or rejected.
	Completed,
	/// The machine declined.
	Declined,
	/// The customer cancelled.
	Cancelled,
	/// The machine gave up.
	GivenUp,
	/// The machine did not accept in time.
	NotAccepted,
	/// The machine did not deliver in time.
	NotDelivered,
	/// A dispute was decided, or its arbiter was silent.
	Arbitrated,
}

/// What is on hold for a job, in the smallest unit of its asset.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Escrow {
	/// Who ordered and pays.
	pub payer: AccountId32,
	/// What all amounts are in.
	pub asset: Asset,
	/// Of the price.
	pub held: u128,
	/// For the record, until it is removed.
	pub deposit: u128,
	/// For the chain, until the job ends.
	pub fee: u128,
	/// At the machine, as security.
	pub bond: u128,
	/// Whether it has ended: then only the deposit is on hold.
	pub ended: bool,
}

/// The part of a job's record that the harness looks at.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Job {
	/// The money.
	pub escrow: Escrow,
	/// The machine that works.
	pub machine: [u8; 32],
	/// Price of one unit, in the escrow's asset.
	pub unit_price: u128,
	/// Units ordered.
	pub units: u32,
	/// Units done.
	pub units_done: u32,
	/// Units approved.
	pub approved: u32,
	/// Units rejected.
	pub rejected: u32,
	/// Of those, the units whose price was on hold to the end, since the rejection might be disputed.
	pub contested: u32,
	/// Where it stands.
	pub state: JobState,
	/// Delivery is too late after this, in unix milliseconds less the time that the chain stood still.
	pub deliver_by: u64,
	/// The machine's bond, in the escrow's asset.
	pub bond: u128,
	/// Hash of the evidence.
	pub result: H256,
}

impl Job {
	/// Who ordered.
	pub fn customer(&self) -> &AccountId32 {
		&self.escrow.payer
	}

	/// Price of all units, in the escrow's asset.
	pub fn price(&self) -> u128 {
		self.unit_price * u128::from(self.units)
	}
}

/// The part of a machine's record that the harness looks at.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Machine {
	/// Who owns it.
	pub owner: AccountId32,
	/// The key that acts for it.
	pub key: AccountId32,
	/// How many keys were replaced.
	pub rotations: u32,
	/// Whether its owner has barred its key.
	pub frozen: bool,
	/// On hold at the owner for its record, in planck.
	pub deposit: u128,
}

/// The part of an offer's record that the harness looks at.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Offer {
	/// The machine that does the work.
	pub machine: [u8; 32],
	/// Counts changes, from 1.
	pub version: u32,
}

/// The part of a quote's record that the harness looks at.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Quote {
	/// Who sells.
	pub supplier: AccountId32,
}

/// The part of a request's record that the harness looks at.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Request {
	/// Who buys.
	pub buyer: AccountId32,
}

/// The part of an order for goods that the harness looks at.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct GoodsOrder {
	/// How much was ordered.
	pub quantity: u64,
}
