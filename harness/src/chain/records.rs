//! What is on the chain, as far as the harness looks at it: fields that it does not name are skipped.

use subxt::{
	dynamic,
	ext::scale_decode::{self, DecodeAsType},
	utils::{AccountId32, H256},
};

/// What an account has, in planck.
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
pub(super) struct Hold {
	pub id: dynamic::Value,
	pub amount: u128,
}

/// The chain's clocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Clock {
	/// Timestamp of the block, in unix milliseconds.
	pub last: u64,
	/// How long the chain stood still in all, in milliseconds.
	pub stopped: u64,
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
}

/// The part of a job's record that the harness looks at.
#[derive(Clone, PartialEq, Eq, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Job {
	/// Who ordered.
	pub customer: AccountId32,
	/// The machine that works.
	pub machine: [u8; 32],
	/// Price of one unit, in planck.
	pub unit_price: u128,
	/// Units ordered.
	pub units: u32,
	/// Units done.
	pub units_done: u32,
	/// Units approved.
	pub approved: u32,
	/// Units rejected.
	pub rejected: u32,
	/// Where it stands.
	pub state: JobState,
	/// Delivery is too late after this, in unix milliseconds less the time that the chain stood still.
	pub deliver_by: u64,
	/// The machine's bond, in planck.
	pub bond: u128,
	/// Hash of the evidence.
	pub result: H256,
}

impl Job {
	/// Price of all units, in planck.
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
