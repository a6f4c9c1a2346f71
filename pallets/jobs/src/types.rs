//! What the pallet stores.

use bpiiot_primitives::{AgreementMillis, AssetKind, EscrowView, JobId, MachineId, OfferId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{pallet_prelude::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_runtime::Permill;

/// What a machine can do, as a short word of the owner's trade ("drilling", "laser-cutting"). At most 32 bytes.
pub type Capability = BoundedVec<u8, ConstU32<32>>;

/// Where a recipe can be fetched. At most 128 bytes.
pub type RecipeUri = BoundedVec<u8, ConstU32<128>>;

/// The terms of an offer. An order fixes those of the version that it names.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct OfferTerms<Balance> {
	/// The capability that is for sale.
	pub capability: Capability,
	/// The asset of price and bond, and of what the order costs besides. Orders need it to be listed.
	pub asset: AssetKind,
	/// Price of one unit, in the asset's smallest unit.
	pub unit_price: Balance,
	/// The largest order, in units.
	pub max_units: u32,
	/// What the machine puts on hold when it accepts an order; it goes to the customer when the machine gives up,
	/// misses the deadline or delivers fewer units. Zero for none.
	pub bond: Balance,
	/// How long an order waits for acceptance, in milliseconds.
	pub accept_window: u64,
	/// The least time between order and delivery deadline, in milliseconds.
	pub lead_time: u64,
	/// How long the customer may look at a delivery, in milliseconds. Silence approves.
	pub review_window: u64,
	/// The share of a rejected unit's price that the machine keeps.
	pub rejection_fee: Permill,
	/// Hash of the schema that recipes must follow.
	pub recipe_schema: H256,
	/// Hash of the contract text; zero for none.
	pub contract: H256,
}

/// A published offer.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Offer<AccountId, Balance> {
	/// The machine that does the work.
	pub machine: MachineId,
	/// Whose deposit is on hold for this record.
	pub depositor: AccountId,
	/// The deposit.
	pub deposit: Balance,
	/// Counts changes, from 1. An order names the version that it read.
	pub version: u32,
	/// The terms of this version.
	pub terms: OfferTerms<Balance>,
}

/// How a job ended.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
	/// Every delivered unit was approved, rejected or approved by silence.
	Completed,
	/// The machine declined the order.
	Declined,
	/// The customer cancelled before the machine accepted.
	Cancelled,
	/// The machine gave up after accepting.
	GivenUp,
	/// The machine did not accept in time.
	NotAccepted,
	/// The machine did not deliver in time.
	NotDelivered,
}

/// Where a job stands. It only moves down this list.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum JobState {
	/// The price is on hold; the machine has until `accept_by`.
	Ordered,
	/// The machine has promised; its bond is on hold; it has until `deliver_by`.
	Accepted,
	/// The machine works; it has until `deliver_by`.
	Started,
	/// The customer looks at the units; he has until `review_until`.
	Delivered,
	/// Everything is paid and nothing is on hold but the record's deposit, until the customer removes the record.
	Settled(Outcome),
}

/// An entry in the list of a machine's open jobs.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct OpenJob<AccountId> {
	/// The job.
	pub job: JobId,
	/// Who ordered it: the list also tells how many jobs of his the machine has.
	pub customer: AccountId,
}

/// An order and what became of it.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Job<Escrow, Balance> {
	/// The money: who ordered and pays, who is paid, the asset, and all that is on hold.
	pub escrow: Escrow,
	/// The machine that works and is paid.
	pub machine: MachineId,
	/// The offer.
	pub offer: OfferId,
	/// The version of the offer.
	pub version: u32,
	/// Price of one unit.
	pub unit_price: Balance,
	/// Units ordered.
	pub units: u32,
	/// Units done, as reported by the machine, and from delivery on the units delivered.
	pub units_done: u32,
	/// Units approved so far.
	pub approved: u32,
	/// Units rejected so far.
	pub rejected: u32,
	/// `blake2_256` of the recipe file.
	pub recipe: H256,
	/// Where the recipe can be fetched.
	pub recipe_uri: RecipeUri,
	/// Where the job stands.
	pub state: JobState,
	/// Acceptance is too late after this moment.
	pub accept_by: AgreementMillis,
	/// Delivery is too late after this moment.
	pub deliver_by: AgreementMillis,
	/// How long the customer may look at the delivery, in milliseconds.
	pub review_window: u64,
	/// Rejection is too late after this moment; zero before delivery.
	pub review_until: AgreementMillis,
	/// Under which moment the job stands in the index of deadlines; at most the deadline of its state.
	pub indexed_at: AgreementMillis,
	/// The bond that the machine puts on hold when it accepts.
	pub bond: Balance,
	/// The share of a rejected unit's price that the machine keeps.
	pub rejection_fee: Permill,
	/// Hash of the delivery's evidence; zero before delivery.
	pub result: H256,
	/// When it was ordered.
	pub ordered_at: AgreementMillis,
}

impl<Escrow: EscrowView, Balance> Job<Escrow, Balance> {
	/// Who ordered, pays and approves.
	pub fn customer(&self) -> &Escrow::AccountId {
		self.escrow.payer()
	}

	/// The asset of price, bond, deposit and fee.
	pub fn asset(&self) -> Escrow::AssetId {
		self.escrow.asset()
	}

	/// The deposit for this record.
	pub fn deposit(&self) -> Escrow::Balance {
		self.escrow.deposit()
	}
}

impl<Escrow, Balance> Job<Escrow, Balance> {
	/// Whether everything is paid.
	pub fn is_settled(&self) -> bool {
		matches!(self.state, JobState::Settled(_))
	}

	/// The moment after which anybody may end the job, and how it ends then; none once it is settled.
	pub fn deadline(&self) -> Option<(AgreementMillis, Outcome)> {
		match self.state {
			JobState::Ordered => Some((self.accept_by, Outcome::NotAccepted)),
			JobState::Accepted | JobState::Started => Some((self.deliver_by, Outcome::NotDelivered)),
			JobState::Delivered => Some((self.review_until, Outcome::Completed)),
			JobState::Settled(_) => None,
		}
	}

	/// Delivered units that are neither approved nor rejected.
	pub fn in_review(&self) -> u32 {
		self.units_done
			.saturating_sub(self.approved)
			.saturating_sub(self.rejected)
	}

	/// Units whose price is still on hold.
	pub fn unpaid_units(&self) -> u32 {
		self.units.saturating_sub(self.approved).saturating_sub(self.rejected)
	}
}
