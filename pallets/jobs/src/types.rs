//! What the pallet stores.

pub use bpiiot_primitives::Region;
use bpiiot_primitives::{
	AgreementMillis, AssetKind, Calendar, Counted, EscrowView, JobId, MachineId, OfferId, UnixMillis,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	pallet_prelude::{ConstU32, Get},
	BoundedVec, CloneNoBound, DebugNoBound, EqNoBound, PartialEqNoBound,
};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_io::hashing::blake2_256;
use sp_runtime::Permill;

/// What a machine can do, as a short word of the owner's trade ("drilling", "laser-cutting"). At most 32 bytes.
pub type Capability = BoundedVec<u8, ConstU32<32>>;

/// Where a recipe can be fetched. At most 128 bytes.
pub type RecipeUri = BoundedVec<u8, ConstU32<128>>;

/// Where the machine finds the recipe.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub enum RecipeReference {
	/// For everybody to read.
	#[codec(index = 0)]
	Open(RecipeUri),
	/// For the machine alone.
	#[codec(index = 1)]
	Sealed(SealedReference),
}

impl Default for RecipeReference {
	fn default() -> Self {
		Self::Open(RecipeUri::default())
	}
}

/// A [`RecipeUri`] that is encrypted to a machine's X25519 key (HPKE, RFC 9180). The chain only keeps it.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct SealedReference {
	/// The version of the machine's encryption key.
	pub key_version: u32,
	/// The encapsulated key, 32 bytes, and what is encrypted, with its tag of 16 bytes.
	pub ciphertext: BoundedVec<u8, ConstU32<176>>,
}

/// From this many units on, all units of an order cost this.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct PriceTier<Balance> {
	/// The smallest order, in units.
	pub from_units: u32,
	/// Price of one unit, in the asset's smallest unit.
	pub unit_price: Balance,
}

/// What it costs the customer to call a job off, as shares of the price. The machine gets it. Before acceptance it costs
/// nothing, and what was delivered is not called off any more.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct CancellationFees {
	/// Once the machine has accepted.
	pub accepted: Permill,
	/// Once it has started.
	pub started: Permill,
}

/// How often, and how fast, a machine mends what it delivered.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rework {
	/// How many times the customer may send units back.
	pub rounds: u8,
	/// How long the machine has each time, in milliseconds.
	pub window: u64,
}

/// How disputes over rejected units are decided.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct DisputeTerms<AccountId> {
	/// Whom the machine's owner takes as arbiter. An order names one of them, or none.
	pub arbiters: BoundedVec<AccountId, ConstU32<4>>,
	/// How long the machine's side may think about a rejection, in milliseconds.
	pub challenge_window: u64,
	/// How long the arbiter may take to accept the case, in milliseconds.
	pub case_window: u64,
	/// How long he may then take to rule, in milliseconds.
	pub ruling_window: u64,
}

/// The terms of an offer. An order fixes those of the version that it names.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct OfferTerms<AccountId, Balance> {
	/// The capability that is for sale.
	pub capability: Capability,
	/// Where the work is done.
	pub region: Region,
	/// The asset of price and bond, and of what the order costs besides. Orders need it to be listed.
	pub asset: AssetKind,
	/// Price of one unit, in the asset's smallest unit.
	pub unit_price: Balance,
	/// Other prices of larger orders, by rising `from_units` above 1.
	pub tiers: BoundedVec<PriceTier<Balance>, ConstU32<4>>,
	/// The largest order, in units.
	pub max_units: u32,
	/// What the machine puts on hold when it accepts an order; it goes to the customer when the machine gives up,
	/// misses the deadline or delivers fewer units. Zero for none.
	pub bond: Balance,
	/// How long an order waits for acceptance, in milliseconds.
	pub accept_window: u64,
	/// The least working time between order and delivery deadline, in milliseconds.
	pub lead_time: u64,
	/// When the machine works.
	pub calendar: Calendar,
	/// How long the customer may look at a delivery, in milliseconds. Silence approves.
	pub review_window: u64,
	/// The share of a rejected unit's price that the machine keeps.
	pub rejection_fee: Permill,
	/// What the customer pays for calling the job off.
	pub cancellation: CancellationFees,
	/// Whether the customer may send units back to be mended.
	pub rework: Option<Rework>,
	/// Whether a rejection may be disputed. Without it the rejection fee is the last word.
	pub disputes: Option<DisputeTerms<AccountId>>,
	/// Hash of the schema that recipes must follow.
	pub recipe_schema: H256,
	/// Hash of the contract text; zero for none.
	pub contract: H256,
	/// The law that governs the contract, as a region; empty if it names none.
	pub governing_law: Region,
}

impl<AccountId, Balance: Copy> OfferTerms<AccountId, Balance> {
	/// Price of one unit in an order of so many.
	pub fn unit_price_of(&self, units: u32) -> Balance {
		let tier = self.tiers.iter().rev().find(|tier| tier.from_units <= units);
		tier.map_or(self.unit_price, |tier| tier.unit_price)
	}
}

/// An order as the customer writes it.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct OrderLine<AccountId, Balance> {
	/// The offer.
	pub offer: OfferId,
	/// The version of it that was read.
	pub version: u32,
	/// At least 1, at most the offer's `max_units`.
	pub units: u32,
	/// The most that all units together may cost, in the asset's smallest unit.
	pub max_price: Balance,
	/// `blake2_256` of the recipe file.
	pub recipe: H256,
	/// Where the machine can fetch it.
	pub recipe_reference: RecipeReference,
	/// Delivery deadline, in unix milliseconds of the chain's timestamp.
	pub deliver_by: UnixMillis,
	/// Who decides disputes: one of the offer's arbiters, or nobody.
	pub arbiter: Option<AccountId>,
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
	pub terms: OfferTerms<AccountId, Balance>,
}

/// What offers are looked for by. All that share these stand on one shelf, by rising price.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub struct Shelf {
	/// The capability.
	pub capability: Capability,
	/// The country or the part of one; empty for all offers wherever they are.
	pub region: Region,
	/// The asset of the price.
	pub asset: AssetKind,
}

/// The place of an offer on a shelf: the price of one unit and the offer's id, both big-endian, so that its bytes sort by
/// price and then by id.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub struct OfferRank(pub [u8; 24]);

impl OfferRank {
	/// The place of the offer at this price of one unit.
	pub fn new(unit_price: u128, offer: OfferId) -> Self {
		let mut bytes = unit_price.to_be_bytes().into_iter().chain(offer.0.to_be_bytes());
		Self(core::array::from_fn(|_| bytes.next().unwrap_or_default()))
	}

	/// The price of one unit.
	pub fn unit_price(&self) -> u128 {
		let bytes = self.0.iter().take(16);
		bytes.fold(0, |price, byte| price << 8 | u128::from(*byte))
	}

	/// The offer.
	pub fn offer(&self) -> OfferId {
		let bytes = self.0.iter().skip(16);
		OfferId(bytes.fold(0, |id, byte| id << 8 | u64::from(*byte)))
	}
}

/// How a job ended.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub enum Outcome {
	/// Every delivered unit was approved, rejected or approved by silence.
	Completed,
	/// The machine declined the order.
	Declined,
	/// The customer called it off, and paid the fee of its stage.
	Cancelled,
	/// The machine gave up after accepting.
	GivenUp,
	/// The machine did not accept in time.
	NotAccepted,
	/// The machine did not deliver in time.
	NotDelivered,
	/// A dispute was decided, or its arbiter was silent.
	Arbitrated,
}

/// Where a job stands. It only moves down this list, except that units sent back for rework are worked on once more.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub enum JobState {
	/// The price is on hold; the machine has until `accept_by`.
	Ordered,
	/// The machine has promised; its bond is on hold; it has until `deliver_by`.
	Accepted,
	/// The machine works; it has until `deliver_by`.
	Started,
	/// The customer looks at the units; he has until `review_until`.
	Delivered,
	/// Units were rejected whose price is still on hold; the machine's side may dispute that until `challenge_until`.
	Rejected,
	/// The arbiter decides; escrow keeps the dispute and its deadlines.
	Disputed,
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

/// The jobs of a machine.
#[derive(
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	CloneNoBound,
	PartialEqNoBound,
	EqNoBound,
	DebugNoBound,
)]
#[scale_info(skip_type_params(MaxOpen))]
pub struct JobBook<AccountId: Clone + PartialEq + Eq + core::fmt::Debug, MaxOpen: Get<u32>> {
	/// Those that are not settled, and whose they are.
	pub open: BoundedVec<OpenJob<AccountId>, MaxOpen>,
	/// How many were settled.
	pub settled: u64,
	/// Over all settled jobs in their order: `blake2_256(history ++ job ++ blake2_256(record))`, the record as it was
	/// stored when it was settled. Whoever keeps the records can prove that none is missing.
	pub history: H256,
}

impl<AccountId: Clone + PartialEq + Eq + core::fmt::Debug, MaxOpen: Get<u32>> Default for JobBook<AccountId, MaxOpen> {
	fn default() -> Self {
		Self {
			open: BoundedVec::new(),
			settled: 0,
			history: H256::zero(),
		}
	}
}

impl<AccountId: Clone + PartialEq + Eq + core::fmt::Debug, MaxOpen: Get<u32>> JobBook<AccountId, MaxOpen> {
	/// Moves a job from the open ones into the history.
	pub fn settle(&mut self, id: JobId, record: &impl Encode) {
		self.open.retain(|other| other.job != id);
		self.settled = self.settled.saturating_add(1);
		self.history = (self.history, id, record.using_encoded(blake2_256))
			.using_encoded(blake2_256)
			.into();
	}
}

/// What the machine would rather do, until the customer agrees or the order ends.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct CounterOffer<Balance> {
	/// Price of one unit.
	pub unit_price: Balance,
	/// Delivery deadline, in unix milliseconds.
	pub deliver_by: UnixMillis,
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
	/// Of those, the units whose rejection may be disputed: until the job is settled their price is still on hold.
	pub contested: u32,
	/// `blake2_256` of the recipe file.
	pub recipe: H256,
	/// Where the recipe can be fetched.
	pub recipe_reference: RecipeReference,
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
	/// How long the machine's side may dispute a rejection, in milliseconds; zero if it may not.
	pub challenge_window: u64,
	/// A dispute is too late after this moment; zero before the state `Rejected`.
	pub challenge_until: AgreementMillis,
	/// Under which moment the job stands in the index of deadlines; at most the deadline of its state.
	pub indexed_at: AgreementMillis,
	/// The bond that the machine puts on hold when it accepts.
	pub bond: Balance,
	/// The share of a rejected unit's price that the machine keeps.
	pub rejection_fee: Permill,
	/// What the customer pays for calling the job off.
	pub cancellation: CancellationFees,
	/// The rounds of rework that are left.
	pub rework: Option<Rework>,
	/// What the machine has proposed instead and the customer has not agreed to.
	pub counter: Option<CounterOffer<Balance>>,
	/// Hash of the delivery's evidence; zero before delivery.
	pub result: H256,
	/// Hash of the last reason given, for a rejection, for rework or for calling the job off; zero if none was.
	pub reason: H256,
	/// When it was ordered.
	pub ordered_at: AgreementMillis,
	/// Of the price of contested units, the share that a verdict or an arbiter's silence gave to the machine.
	pub verdict: Option<Permill>,
	/// What the job has counted for the machine's name.
	pub counted: Counted,
	/// Whether the customer has rated it.
	pub rated: bool,
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

	/// The moment after which anybody may end the job, and how it ends then; none once it is settled, or while
	/// it is disputed, when escrow keeps the deadline.
	pub fn deadline(&self) -> Option<(AgreementMillis, Outcome)> {
		match self.state {
			JobState::Ordered => Some((self.accept_by, Outcome::NotAccepted)),
			JobState::Accepted | JobState::Started => Some((self.deliver_by, Outcome::NotDelivered)),
			JobState::Delivered => Some((self.review_until, Outcome::Completed)),
			JobState::Rejected => Some((self.challenge_until, Outcome::Completed)),
			JobState::Disputed | JobState::Settled(_) => None,
		}
	}

	/// Whether units were delivered, be it that they went back since.
	pub fn was_delivered(&self) -> bool {
		self.review_until > 0
	}

	/// Delivered units that are neither approved nor rejected.
	pub fn in_review(&self) -> u32 {
		self.units_done.saturating_sub(self.reviewed())
	}

	/// Units that the customer has approved or rejected.
	pub fn reviewed(&self) -> u32 {
		self.approved.saturating_add(self.rejected)
	}

	/// Units whose price is still on hold.
	pub fn unpaid_units(&self) -> u32 {
		self.units
			.saturating_sub(self.reviewed())
			.saturating_add(self.contested)
	}
}
