//! What is on the chain, in this client's own words. Only `convert` beside it knows the generated types.
//!
//! Times are milliseconds. Deadlines are on the agreement clock: the timestamp of a block less the time that the chain
//! stood still or agreements were paused. Amounts that are not in the chain's own token are in their asset's smallest unit;
//! [`Denomination`](crate::asset::Denomination) writes them for people.

use super::terms::{CancellationFees, Rework, Terms};
use crate::{amount::Amount, asset::Asset, parse, wallet::blake2_256};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use subxt::utils::{AccountId32, H256};

/// A machine's stable name; its bytes are at the same time the machine's keyless account.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct MachineId(pub [u8; 32]);

impl MachineId {
	/// The id of the machine that registers with this key: `blake2_256("bpiiot/machine" ++ key)`.
	pub fn from_first_key(key: &AccountId32) -> Self {
		Self(blake2_256([b"bpiiot/machine", &key.0]))
	}

	/// The machine's keyless account, where its money is.
	pub fn account(&self) -> AccountId32 {
		AccountId32(self.0)
	}
}

impl fmt::Display for MachineId {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(&parse::hex(self.0))
	}
}

/// Reads the 32 bytes in hexadecimal, or the address of the machine's account.
impl FromStr for MachineId {
	type Err = parse::ParseError;

	fn from_str(text: &str) -> Result<Self, Self::Err> {
		text.parse::<AccountId32>()
			.map(|account| Self(account.0))
			.or_else(|_| parse::hash(text).map(Self))
	}
}

impl Serialize for MachineId {
	fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_str(self)
	}
}

macro_rules! number_id {
	($(#[$doc:meta])* $name:ident) => {
		$(#[$doc])*
		#[derive(
			Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize,
		)]
		#[serde(transparent)]
		pub struct $name(pub u64);

		impl fmt::Display for $name {
			fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
				self.0.fmt(f)
			}
		}

		impl FromStr for $name {
			type Err = std::num::ParseIntError;

			fn from_str(text: &str) -> Result<Self, Self::Err> {
				text.trim().parse().map(Self)
			}
		}
	};
}

pub(super) use number_id;

number_id! {
	/// An order and all that becomes of it.
	JobId
}
number_id! {
	/// A published price and its terms.
	OfferId
}

/// What a machine says of itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Profile {
	/// Maker and type; at most 64 bytes.
	pub model: String,
	/// Where it stands; at most 64 bytes.
	pub location: String,
	/// What it can do; at most 16 words of 32 bytes.
	pub capabilities: Vec<String>,
	/// Hash of the board's firmware, as the owner declares it.
	pub firmware: H256,
	/// Hash of the machine's data sheet.
	pub metadata: H256,
}

/// The X25519 public key to encrypt private matter to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct EncryptionKey {
	/// The key; all zeroes when none is declared.
	#[serde(serialize_with = "hex_text")]
	pub key: [u8; 32],
	/// 1 from registration and one more at each rotation.
	pub version: u32,
}

/// Writes an amount in an asset's smallest unit: as text, since numbers of JSON lose the last digits.
pub(super) fn smallest<S: serde::Serializer>(amount: &u128, serializer: S) -> Result<S::Ok, S::Error> {
	serializer.collect_str(amount)
}

fn hex_bytes<S: serde::Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
	serializer.serialize_str(&hex::encode(bytes))
}

fn hex_text<S: serde::Serializer>(bytes: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
	serializer.serialize_str(&parse::hex(bytes))
}

/// Whether a machine takes orders.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MachineStatus {
	/// It takes orders.
	InService,
	/// It takes no new orders, but finishes what it has begun.
	OutOfService,
	/// It is gone for good.
	Decommissioned,
}

impl MachineStatus {
	/// The same in words.
	pub fn words(self) -> &'static str {
		match self {
			Self::InService => "in service",
			Self::OutOfService => "out of service",
			Self::Decommissioned => "decommissioned",
		}
	}
}

/// A registered machine.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Machine {
	/// Its name.
	pub id: MachineId,
	/// Who owns it.
	pub owner: AccountId32,
	/// Whom the owner lets take it over.
	pub offered_to: Option<AccountId32>,
	/// The key that acts for it now, or did last.
	pub key: AccountId32,
	/// How many keys were replaced.
	pub rotations: u32,
	/// What to encrypt to.
	pub encryption: EncryptionKey,
	/// What it says of itself.
	pub profile: Profile,
	/// Whether it takes orders.
	pub status: MachineStatus,
	/// Whether its owner has barred its key. It takes no orders then, whatever its status says.
	pub frozen: bool,
	/// What is on hold at the owner for it.
	pub deposit: Amount,
	/// Unix milliseconds of its registration.
	pub registered_at: u64,
}

#[cfg(test)]
impl Machine {
	/// A machine in service as it is after its registration, for tests.
	pub(crate) fn example(id: MachineId, owner: AccountId32, key: AccountId32) -> Self {
		Self {
			id,
			owner,
			offered_to: None,
			key,
			rotations: 0,
			encryption: EncryptionKey {
				key: [0; 32],
				version: 1,
			},
			profile: Profile {
				model: String::new(),
				location: String::new(),
				capabilities: vec![],
				firmware: H256::zero(),
				metadata: H256::zero(),
			},
			status: MachineStatus::InService,
			frozen: false,
			deposit: Amount(0),
			registered_at: 0,
		}
	}
}

/// A published offer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Offer {
	/// Its id.
	pub id: OfferId,
	/// The machine that does the work.
	pub machine: MachineId,
	/// Counts changes, from 1.
	pub version: u32,
	/// The terms of this version.
	pub terms: Terms,
}

/// How a job ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
	/// Every delivered unit was approved, by the customer or by silence, or rejected.
	Completed,
	/// The machine declined the order.
	Declined,
	/// The customer called it off.
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

impl Outcome {
	/// The same in words.
	pub fn words(self) -> &'static str {
		match self {
			Self::Completed => "completed",
			Self::Declined => "declined by the machine; the customer has the price back",
			Self::Cancelled => "called off by the customer, who has the price back less the fee of the stage",
			Self::GivenUp => "given up by the machine; the customer has the price back, and the bond",
			Self::NotAccepted => "not accepted in time; the customer has the price back",
			Self::NotDelivered => "not delivered in time; the customer has the price back, and the bond",
			Self::Arbitrated => "ended by a dispute; the price of the rejected units was split",
		}
	}
}

/// Where a job stands. It only moves down this list, except that units sent back are worked on once more.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
	/// The price is on hold; the machine may accept.
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
	/// Nothing is on hold any more but the record's deposit.
	Settled(Outcome),
}

impl JobState {
	/// The state's name.
	pub fn name(self) -> &'static str {
		match self {
			Self::Ordered => "ordered",
			Self::Accepted => "accepted",
			Self::Started => "started",
			Self::Delivered => "delivered",
			Self::Rejected => "rejected",
			Self::Disputed => "disputed",
			Self::Settled(_) => "settled",
		}
	}
}

/// The money that is on hold for a job, in its asset's smallest unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Escrow {
	/// What all amounts are in.
	pub asset: Asset,
	/// Of the price, at the customer.
	#[serde(serialize_with = "smallest")]
	pub held: u128,
	/// For the record, at the customer, until the record is removed.
	#[serde(serialize_with = "smallest")]
	pub deposit: u128,
	/// For the chain, at the customer, until the job ends.
	#[serde(serialize_with = "smallest")]
	pub fee: u128,
	/// As security, at the machine.
	#[serde(serialize_with = "smallest")]
	pub bond: u128,
	/// Whether it has ended: then only the deposit is on hold.
	pub ended: bool,
	/// Who decides a dispute.
	pub arbiter: Option<NamedArbiter>,
}

/// The arbiter that both sides have agreed on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct NamedArbiter {
	/// Who.
	pub account: AccountId32,
	/// His fee, in parts per million of what is at stake.
	pub fee: u32,
}

/// Where the machine finds a recipe.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RecipeReference {
	/// For everybody to read.
	Open(String),
	/// Encrypted to the machine's key.
	Sealed {
		/// The version of that key.
		key_version: u32,
		/// The encapsulated key and the encrypted address.
		#[serde(serialize_with = "hex_bytes")]
		ciphertext: Vec<u8>,
	},
}

/// What the machine would rather do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct CounterOffer {
	/// Price of one unit, in the escrow's asset.
	#[serde(serialize_with = "smallest")]
	pub unit_price: u128,
	/// Delivery deadline, in unix milliseconds.
	pub deliver_by: u64,
}

/// Money that could not be paid, and waits until somebody claims it for whom it belongs to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Credit {
	/// Whose it is.
	pub payee: AccountId32,
	/// What it is in.
	pub asset: Asset,
	/// In whose account it is on hold.
	pub holder: AccountId32,
	/// How much, in the asset's smallest unit.
	#[serde(serialize_with = "smallest")]
	pub amount: u128,
}

/// An order and what became of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Job {
	/// Its id.
	pub id: JobId,
	/// Who ordered.
	pub customer: AccountId32,
	/// The machine that works.
	pub machine: MachineId,
	/// The offer.
	pub offer: OfferId,
	/// The version of the offer.
	pub version: u32,
	/// The money that is on hold for it.
	pub escrow: Escrow,
	/// Price of one unit, in the escrow's asset.
	#[serde(serialize_with = "smallest")]
	pub unit_price: u128,
	/// Units ordered.
	pub units: u32,
	/// Units done as the machine reported, and from delivery on the units delivered.
	pub units_done: u32,
	/// Units approved so far.
	pub approved: u32,
	/// Units rejected so far.
	pub rejected: u32,
	/// Of those, the units whose price is still on hold.
	pub contested: u32,
	/// `blake2_256` of the recipe file.
	pub recipe: H256,
	/// Where the recipe can be fetched.
	pub recipe_reference: RecipeReference,
	/// Where the job stands.
	pub state: JobState,
	/// Acceptance is too late after this (agreement clock).
	pub accept_by: u64,
	/// Delivery is too late after this (agreement clock).
	pub deliver_by: u64,
	/// How long the customer may look at the delivery, in milliseconds.
	pub review_window: u64,
	/// Rejection is too late after this (agreement clock); 0 before delivery.
	pub review_until: u64,
	/// How long a rejection may be disputed, in milliseconds; 0 if it may not.
	pub challenge_window: u64,
	/// A dispute is too late after this (agreement clock); 0 before the state `rejected`.
	pub challenge_until: u64,
	/// The bond that the machine puts on hold when it accepts, in the escrow's asset.
	#[serde(serialize_with = "smallest")]
	pub bond: u128,
	/// The share of a rejected unit's price that the machine keeps, in parts per million.
	pub rejection_fee: u32,
	/// What the customer pays for calling the job off.
	pub cancellation: CancellationFees,
	/// The rounds of rework that are left.
	pub rework: Option<Rework>,
	/// What the machine has proposed instead.
	pub counter: Option<CounterOffer>,
	/// Hash of the delivery's evidence; zero before delivery.
	pub result: H256,
	/// Hash of the last reason given for a rejection, rework or for calling the job off; zero if none was.
	pub reason: H256,
	/// When it was ordered (agreement clock).
	pub ordered_at: u64,
}

impl Job {
	/// Delivered units that are neither approved nor rejected.
	pub fn in_review(&self) -> u32 {
		match self.state {
			JobState::Delivered => self.units_done.saturating_sub(self.reviewed()),
			_ => 0,
		}
	}

	/// Units that the customer has approved or rejected.
	pub fn reviewed(&self) -> u32 {
		self.approved.saturating_add(self.rejected)
	}

	/// Units that the machine may still deliver.
	pub fn to_do(&self) -> u32 {
		self.units.saturating_sub(self.reviewed())
	}
}

#[cfg(test)]
impl Job {
	/// An order of three units at offer 1 of machine `[1; 32]`, for tests: accept by 1000, deliver by 10 000, review until
	/// 20 000, challenge until 30 000.
	pub(crate) fn example(id: JobId) -> Self {
		Self {
			id,
			customer: AccountId32([2; 32]),
			machine: MachineId([1; 32]),
			offer: OfferId(1),
			version: 2,
			escrow: Escrow::default(),
			unit_price: Amount::bpi(2).0,
			units: 3,
			units_done: 0,
			approved: 0,
			rejected: 0,
			contested: 0,
			recipe: H256::zero(),
			recipe_reference: RecipeReference::Open(String::new()),
			state: JobState::Ordered,
			accept_by: 1_000,
			deliver_by: 10_000,
			review_window: 60_000,
			review_until: 20_000,
			challenge_window: 0,
			challenge_until: 30_000,
			bond: Amount::bpi(1).0,
			rejection_fee: 100_000,
			cancellation: CancellationFees::default(),
			rework: None,
			counter: None,
			result: H256::zero(),
			reason: H256::zero(),
			ordered_at: 0,
		}
	}
}

/// The chain's clocks at one block.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct ChainTime {
	/// Timestamp of the block, in unix milliseconds.
	pub unix: u64,
	/// How long the chain has stood still in all, in milliseconds.
	pub stopped: u64,
	/// Whether governance has paused agreements: the agreement clock stands still, and no deadline is enforced.
	pub paused: bool,
}

impl ChainTime {
	/// The agreement clock, on which deadlines are. It stands still while agreements are paused.
	pub fn agreement(self) -> u64 {
		self.unix.saturating_sub(self.stopped)
	}
}

/// What an account has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Balance {
	/// What it may spend.
	pub free: Amount,
	/// What is on hold (prices of open jobs, bonds, deposits).
	pub reserved: Amount,
}

/// A block, by number and hash.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BlockId {
	/// Its height.
	pub number: u64,
	/// Its hash.
	pub hash: H256,
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_machine_is_named_after_its_first_key() {
		let key = AccountId32([1; 32]);
		let id = MachineId::from_first_key(&key);
		// blake2b-256 of "bpiiot/machine" and 32 bytes of 1.
		let by_hand = blake2_256([&[b"bpiiot/machine".as_slice(), &[1; 32]].concat()]);
		assert_eq!(id.0, by_hand);
		assert_ne!(id, MachineId::from_first_key(&AccountId32([2; 32])));
	}

	#[test]
	fn a_machine_can_be_written_as_hash_or_address() {
		let id = MachineId([7; 32]);
		assert_eq!(id.to_string().parse(), Ok(id));
		assert_eq!(id.account().to_string().parse(), Ok(id));
		assert!("drill".parse::<MachineId>().is_err());
	}

	#[test]
	fn deadlines_do_not_run_while_the_chain_stands_still() {
		assert_eq!(
			ChainTime {
				unix: 1_000,
				stopped: 400,
				paused: false,
			}
			.agreement(),
			600
		);
	}
}
