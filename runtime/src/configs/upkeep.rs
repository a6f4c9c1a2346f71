//! Machines that look after themselves: readings that are anchored, what they are evidence for, and who mends what is worn.

use super::{
	bpiiot::{FallbackSplit, OrderFee, StakingPot},
	market::SettlementFeeShare,
	money::{deposit, GovernedRates},
	system::MILLISECONDS_PER_DAY,
};
use crate::{
	AccountId, Balance, Balances, Diagnostics, Escrow, Machines, Procurement, Runtime, RuntimeHoldReason, Suppliers,
	Telemetry, MILLI_BPI,
};
use bpiiot_primitives::{MachineId, UnixMillis};
use codec::DecodeAll;
use frame_support::{
	parameter_types,
	traits::{ConstU32, ConstU64, ConstU8},
	weights::Weight,
};
use frame_system::EnsureRoot;
use pallet_diagnostics::{Calibration, Evidence, Inadmissible, MetricId, Proof, Reading};
use pallet_telemetry::{Evidence as _, EvidenceUse, Why};
use sp_core::H256;

/// Milliseconds of a minute.
const MINUTE: u64 = 60_000;
/// How long readings can be looked at after they were anchored, at the least.
const RETENTION: u64 = 30 * MILLISECONDS_PER_DAY;

parameter_types! {
	/// The deposit for how far a machine's series is.
	pub const SeriesDeposit: Balance = deposit(1, 225);
	/// The deposit for an anchor.
	pub const AnchorDeposit: Balance = deposit(1, 225);
	/// The deposit for a challenge, its deadline and its place in the machine's list.
	pub const ChallengeDeposit: Balance = deposit(3, 620);
	/// The deposit for a machine's record and what it has last said of itself, without rules and tickets.
	pub const CareDeposit: Balance = deposit(2, 1_030);
	/// The deposit for a rule.
	pub const RuleDeposit: Balance = deposit(1, 400);
	/// The deposit for a ticket, without offers.
	pub const TicketDeposit: Balance = deposit(1, 355);
	/// The deposit for a maintainer's offer.
	pub const ServiceOfferDeposit: Balance = deposit(1, 270);
	/// The deposit for a maintenance order, its deadline and its place in the maintainer's list.
	pub const ServiceOrderDeposit: Balance = deposit(3, 740);
	/// The deposit for a certificate, each of which may be the only one of its sensor.
	pub const CertificateDeposit: Balance = deposit(1, 230);
	/// What an offer costs, whatever becomes of it.
	pub const ServiceOfferFee: Balance = 10 * MILLI_BPI;
}

/// Who has a maintenance order about a machine may ask for its readings.
pub struct ReadingParties;

impl EvidenceUse<AccountId> for ReadingParties {
	fn is_party(who: &AccountId, machine: &MachineId, _: u64) -> bool {
		Diagnostics::is_party(who, machine)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_party(who: &AccountId, machine: &MachineId) {
		Diagnostics::benchmark_party(who, machine);
	}
}

/// A channel is calibrated by a certificate that counts.
pub struct CertifiedChannels;

impl pallet_telemetry::Calibration for CertifiedChannels {
	fn is_calibrated(machine: &MachineId, channel: u16, measured_at: UnixMillis, anchored_at: UnixMillis) -> bool {
		<Diagnostics as Calibration>::is_calibrated(machine, MetricId(channel), measured_at, anchored_at)
	}
}

/// What an order is decided by is what telemetry admits.
pub struct AnchoredReadings;

impl Evidence for AnchoredReadings {
	fn reading(machine: &MachineId, proof: &Proof) -> Result<Reading, Inadmissible> {
		let proof = bpiiot_seal::Proof::decode_all(&mut proof.as_slice()).map_err(|_| Inadmissible::Malformed)?;
		let admitted = Telemetry::admissible_reading(machine, &proof).map_err(|why| match why {
			Why::NeverAnchored | Why::Pruned => Inadmissible::UnknownBatch,
			Why::NotProven(_) | Why::Disorderly => Inadmissible::Forged,
			Why::Withheld => Inadmissible::Challenged,
			Why::BeforePredecessor | Why::TooOld => Inadmissible::TooOld,
			Why::NotCalibrated => Inadmissible::NotCalibrated,
			Why::SeveralReadings => Inadmissible::Malformed,
		})?;
		Ok(Reading {
			metric: MetricId(admitted.reading.channel),
			value: admitted.reading.value,
			table: H256(admitted.channels),
			at: admitted.reading.at,
			anchored_at: admitted.anchored_at,
		})
	}

	fn weight() -> Weight {
		Telemetry::weight(1).saturating_add(<Diagnostics as Calibration>::weight())
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_proof(machine: &MachineId, reading: Reading) -> Proof {
		let measured = bpiiot_seal::Reading {
			channel: reading.metric.0,
			session: 0,
			sequence: 0,
			at: reading.at,
			value: reading.value,
		};
		let proof = Telemetry::benchmark_anchored(machine, measured, reading.table.0, reading.anchored_at);
		Proof::truncate_from(codec::Encode::encode(&proof))
	}
}

impl pallet_telemetry::Config for Runtime {
	type WeightInfo = pallet_telemetry::weights::SubstrateWeight<Runtime>;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Actors = Machines;
	type Clock = Escrow;
	type Deadlines = Escrow;
	type SpendPolicy = Machines;
	type EvidenceUse = ReadingParties;
	type Calibration = CertifiedChannels;
	type FeeDestination = StakingPot;
	type SeriesDeposit = SeriesDeposit;
	type AnchorDeposit = AnchorDeposit;
	type ChallengeDeposit = ChallengeDeposit;
	type MaxAge = ConstU64<{ 15 * MINUTE }>;
	type Retention = ConstU64<RETENTION>;
	type MinWindow = ConstU64<MILLISECONDS_PER_DAY>;
	type MaxWindow = ConstU64<{ 14 * MILLISECONDS_PER_DAY }>;
	type MaxChallenges = ConstU32<8>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::TestAsset;
}

impl pallet_diagnostics::Config for Runtime {
	type WeightInfo = pallet_diagnostics::weights::SubstrateWeight<Runtime>;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Escrow = Escrow;
	type Clock = Escrow;
	type Deadlines = Escrow;
	type Actors = Machines;
	type SpendPolicy = Machines;
	type Reputation = Suppliers;
	type Evidence = AnchoredReadings;
	type Requests = Procurement;
	type AccreditOrigin = EnsureRoot<AccountId>;
	type Rates = GovernedRates;
	type FeeDestination = StakingPot;
	type CareDeposit = CareDeposit;
	type TicketDeposit = TicketDeposit;
	type RuleDeposit = RuleDeposit;
	type OfferDeposit = ServiceOfferDeposit;
	type CertificateDeposit = CertificateDeposit;
	type OrderDeposit = ServiceOrderDeposit;
	type OfferFee = ServiceOfferFee;
	type OrderFee = OrderFee;
	/// The whole price counts for the maintainer's name.
	type OrderFeeShare = SettlementFeeShare;
	type FallbackSplit = FallbackSplit;
	type MinWindow = ConstU64<MINUTE>;
	type MaxWindow = ConstU64<{ 365 * MILLISECONDS_PER_DAY }>;
	type ReportPeriod = ConstU64<{ 60 * MINUTE }>;
	type MaxReports = ConstU32<60>;
	type MaxReadings = ConstU8<10>;
	type ReadingGap = ConstU64<MINUTE>;
	/// Two years, and the months until the laboratory has come again.
	type MaxValidity = ConstU64<{ 800 * MILLISECONDS_PER_DAY }>;
	/// As long as the anchors of the readings that it counts for.
	type KeepCertificates = ConstU64<RETENTION>;
}
