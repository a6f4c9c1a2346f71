//! Products and shipments: what was made of what, where it goes, and whether it is recalled.

use super::{
	bpiiot::{DisputeBond, FallbackSplit, OrderFee, StakingPot},
	market::SettlementFeeShare,
	money::{deposit, GovernedRates},
	system::{MAXIMUM_BLOCK_WEIGHT, MILLISECONDS_PER_DAY},
};
use crate::{
	AccountId, Balance, Balances, Escrow, Machines, Products, Runtime, RuntimeHoldReason, Suppliers, MILLI_BPI,
};
use cumulus_primitives_proof_size_hostfunction::{storage_proof_size::storage_proof_size, PROOF_RECORDING_DISABLED};
use frame_support::{
	pallet_prelude::DispatchError,
	parameter_types,
	traits::{ConstU32, ConstU64},
	weights::Weight,
};
use frame_system::EnsureRoot;
use pallet_products::{ProofMeter, P256};
use pallet_shipments::{Evidence, Proof, Shown};
use sp_runtime::Perbill;

parameter_types! {
	/// The deposit for a company prefix.
	pub const PrefixDeposit: Balance = deposit(1, 160);
	/// The deposit for room for a small record: an item or a range, or a half of a lot, or a seventh of a making or of a
	/// logistic unit.
	pub const ProductDeposit: Balance = deposit(1, 135);
	/// What a record costs that stays for good: an item of a range by itself, or what somebody has of a lot.
	pub const TouchFee: Balance = deposit(1, 150);
	/// The deposit for a certificate and its place in the list of its subject.
	pub const CertificateDeposit: Balance = deposit(2, 310);
	/// What the issuer of a recall forfeits if it is false.
	pub const RecallBond: Balance = 1_000 * OrderFee::get();
	/// What a recall costs whatever becomes of it.
	pub const RecallFee: Balance = 10 * OrderFee::get();
	/// What a maker forfeits who contests a recall that is right.
	pub const ContestBond: Balance = RecallBond::get() / 4;
	/// A quarter of a block.
	pub RecallWeight: Weight = Perbill::from_percent(25) * MAXIMUM_BLOCK_WEIGHT;
	/// The deposit for a shipment, its deadline, and its places in the lists of consignor and consignee.
	pub const ShipmentDeposit: Balance = deposit(4, 3_400);
	/// The deposit for a leg, its deadline, and the shipment's place in its carrier's list.
	pub const LegDeposit: Balance = deposit(3, 800);
	/// What an offer of a shipment costs, whatever becomes of it.
	pub const ShipmentFee: Balance = 20 * MILLI_BPI;
}

/// What is recorded for the proof of this block.
pub struct RecordedProof;

impl ProofMeter for RecordedProof {
	fn proof_size() -> Option<u64> {
		Some(storage_proof_size()).filter(|size| *size != PROOF_RECORDING_DISABLED)
	}
}

/// What loggers have measured. There are no anchored readings yet: nothing is shown, and no breach costs anything.
pub struct NoReadings;

impl Evidence for NoReadings {
	#[cfg(not(feature = "runtime-benchmarks"))]
	fn read(_: &Proof) -> Result<Shown, DispatchError> {
		Err(DispatchError::Unavailable)
	}

	/// So that the call can be measured.
	#[cfg(feature = "runtime-benchmarks")]
	fn read(proof: &Proof) -> Result<Shown, DispatchError> {
		codec::Decode::decode(&mut &proof[..]).map_err(|_| DispatchError::Unavailable)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_proof(shown: Shown) -> Proof {
		Proof::truncate_from(codec::Encode::encode(&shown))
	}
}

impl pallet_products::Config for Runtime {
	type WeightInfo = pallet_products::weights::SubstrateWeight<Runtime>;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Actors = Machines;
	type SpendPolicy = Machines;
	type Clock = Escrow;
	type AccreditOrigin = EnsureRoot<AccountId>;
	type JudgeOrigin = EnsureRoot<AccountId>;
	type FeeDestination = StakingPot;
	type TagVerifier = P256;
	/// Stock lies at sites, and a making names none: who keeps stock books it himself, or with `jobs` by its materials.
	type LotBook = ();
	type ProofMeter = RecordedProof;
	type PrefixDeposit = PrefixDeposit;
	type RecordDeposit = ProductDeposit;
	type CertificateDeposit = CertificateDeposit;
	type TouchFee = TouchFee;
	type RecallBond = RecallBond;
	type RecallFee = RecallFee;
	type ContestBond = ContestBond;
	/// Twice as long as a referendum may take.
	type JudgeWindow = ConstU64<{ 14 * MILLISECONDS_PER_DAY }>;
	type MaxProduction = ConstU64<{ 31 * MILLISECONDS_PER_DAY }>;
	/// Five minutes: long enough to hold a phone to a tag.
	type ChallengeAge = ConstU32<50>;
	type MaxRecalls = ConstU32<64>;
	type IdleWeight = RecallWeight;
	type MaxSteps = ConstU32<2_048>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::TestAsset;
}

impl pallet_shipments::Config for Runtime {
	type WeightInfo = pallet_shipments::weights::SubstrateWeight<Runtime>;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Escrow = Escrow;
	type Clock = Escrow;
	type Deadlines = Escrow;
	type Actors = Machines;
	type SpendPolicy = Machines;
	type Reputation = Suppliers;
	type Goods = Products;
	type Evidence = NoReadings;
	type Keys = Machines;
	type Rates = GovernedRates;
	type FeeDestination = StakingPot;
	type ShipmentDeposit = ShipmentDeposit;
	type LegDeposit = LegDeposit;
	/// As much as a dispute takes.
	type ClaimDeposit = DisputeBond;
	type ShipmentFee = ShipmentFee;
	type AgreementFee = OrderFee;
	/// All of a price or a freight counts for the name of who gets it.
	type AgreementFeeShare = SettlementFeeShare;
	type FallbackSplit = FallbackSplit;
	type MinWindow = ConstU64<60_000>;
	type MaxWindow = ConstU64<{ 365 * MILLISECONDS_PER_DAY }>;
	type MaxOpen = ConstU32<256>;
}
