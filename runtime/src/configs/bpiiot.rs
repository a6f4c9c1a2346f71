//! The platform's own pallets, and what joins them.

use super::{
	agreements::AllAgreements,
	money::{deposit, FreeNativeAndAssets, GovernedRates, NativeAndAssets, SufficientAssets, BPI},
	system::MILLISECONDS_PER_DAY,
};
use crate::{
	AccountId, Balance, Balances, CollatorSelection, Escrow, Inventory, Machines, Procurement, Products, Runtime,
	RuntimeCall, RuntimeHoldReason, Shipments, Suppliers, Timestamp, MILLI_BPI,
};
use frame_support::{
	parameter_types,
	traits::{ConstU32, ConstU64, Contains},
};
use frame_system::EnsureRoot;
use sp_runtime::Permill;

parameter_types! {
	/// Where fees go: the pot from which collators are paid.
	pub StakingPot: AccountId = CollatorSelection::account_id();
	/// The deposit for a machine, its fee allowance and its spending policy.
	pub const MachineDeposit: Balance = deposit(3, 1_300);
	/// The fee for a machine: its record and its key's stay for ever.
	pub const RegistrationFee: Balance = 100 * MILLI_BPI;
	/// The fee for a new key of a machine: its record stays for ever too.
	pub const RotationFee: Balance = 50 * MILLI_BPI;
	/// The deposit for an offer and its places in the index.
	pub const OfferDeposit: Balance = deposit(4, 1_120);
	/// The deposit for a job and its deadline.
	pub const JobDeposit: Balance = deposit(2, 780);
	/// The fee for an order, whatever becomes of it: so that a machine's list is not filled up for nothing.
	pub const OrderFee: Balance = 10 * MILLI_BPI;
	/// The deposit for an arbiter.
	pub const ArbiterDeposit: Balance = deposit(1, 120);
	/// What an arbiter forfeits who accepts a case and does not rule.
	pub const CaseBond: Balance = 10 * BPI;
	/// What the opener of a dispute stakes on being right.
	pub const DisputeBond: Balance = BPI;
	/// The most that an arbiter may ask for a verdict.
	pub const MaxArbiterFee: Permill = Permill::from_percent(20);
	/// The payee's share when the agreed arbiter stays silent.
	pub const FallbackSplit: Permill = Permill::from_percent(50);
}

/// The calls whose fees an owner pays for his machine's key: those that a machine makes that works, sells, sends, carries or keeps
/// stock, or that buys, which its spending policy must allow, or that is in dispute. None of them carries another call, and by
/// none it gives away what it has made.
pub struct SponsoredCalls;

impl Contains<RuntimeCall> for SponsoredCalls {
	fn contains(call: &RuntimeCall) -> bool {
		use pallet_escrow::Call as Money;
		use pallet_inventory::Call as Stock;
		use pallet_jobs::Call as Job;
		use pallet_machines::Call as Machine;
		use pallet_procurement::Call as Goods;
		use pallet_products::Call as Thing;
		use pallet_shipments::Call as Cargo;
		use pallet_suppliers::Call as Name;
		matches!(
			call,
			RuntimeCall::Machines(
				Machine::set_service { .. } | Machine::rotate_key { .. } | Machine::rotate_encryption_key { .. }
			) | RuntimeCall::Jobs(
				Job::publish_offer { .. }
					| Job::update_offer { .. }
					| Job::withdraw_offer { .. }
					| Job::accept { .. }
					| Job::decline { .. }
					| Job::start { .. }
					| Job::progress { .. }
					| Job::deliver { .. }
					| Job::cancel { .. }
					| Job::expire { .. }
					| Job::order { .. }
					| Job::approve { .. }
					| Job::reject { .. }
					| Job::remove { .. }
					| Job::order_batch { .. }
					| Job::counter_offer { .. }
					| Job::accept_counter_offer { .. }
					| Job::request_rework { .. }
					| Job::concede { .. }
					| Job::dispute { .. }
					| Job::accept_with { .. }
					| Job::deliver_with { .. }
			) | RuntimeCall::Escrow(Money::submit_evidence { .. })
				| RuntimeCall::Suppliers(
					Name::publish_profile { .. }
						| Name::update_profile { .. }
						| Name::remove_profile { .. }
						| Name::rate { .. }
				) | RuntimeCall::Procurement(
				Goods::publish_quote { .. }
					| Goods::update_quote { .. }
					| Goods::set_stock { .. }
					| Goods::withdraw_quote { .. }
					| Goods::buy { .. }
					| Goods::deliver { .. }
					| Goods::confirm { .. }
					| Goods::reject { .. }
					| Goods::cancel { .. }
					| Goods::expire { .. }
					| Goods::concede { .. }
					| Goods::dispute { .. }
					| Goods::remove { .. }
					| Goods::raise_request { .. }
					| Goods::cancel_request { .. }
					| Goods::expire_request { .. }
					| Goods::remove_request { .. }
					| Goods::bid { .. }
					| Goods::seal_bid { .. }
					| Goods::reveal_bid { .. }
					| Goods::reclaim_bid { .. }
					| Goods::award { .. }
					| Goods::award_to { .. }
					| Goods::award_private { .. }
					| Goods::counter_offer { .. }
					| Goods::accept_counter_offer { .. }
			) | RuntimeCall::Inventory(
				Stock::receive { .. }
					| Stock::consume { .. }
					| Stock::move_stock { .. }
					| Stock::count { .. }
					| Stock::set_expiry { .. }
					| Stock::reorder { .. }
					| Stock::reserve { .. }
					| Stock::release { .. }
					| Stock::consume_reserved { .. }
					| Stock::end_reservation { .. }
					| Stock::put_away { .. }
					| Stock::dismiss_arrival { .. }
					| Stock::hand_over { .. }
					| Stock::take_asset { .. }
					| Stock::refuse_asset { .. }
			) | RuntimeCall::Products(
				Thing::register_item { .. }
					| Thing::register_range { .. }
					| Thing::register_lot { .. }
					| Thing::withdraw { .. }
					| Thing::make { .. }
					| Thing::amend { .. }
					| Thing::pack { .. }
					| Thing::unpack { .. }
					| Thing::attach_tag { .. }
					| Thing::verify_tag { .. }
					| Thing::recall { .. }
					| Thing::narrow { .. }
					| Thing::lift { .. }
			) | RuntimeCall::Shipments(
				Cargo::offer { .. }
					| Cargo::agree { .. }
					| Cargo::agree_to_carry { .. }
					| Cargo::cancel { .. }
					| Cargo::hand_over { .. }
					| Cargo::take_over { .. }
					| Cargo::present { .. }
					| Cargo::decline_handover { .. }
					| Cargo::report_loss { .. }
					| Cargo::refuse { .. }
					| Cargo::accept_delivery { .. }
					| Cargo::expire { .. }
					| Cargo::concede { .. }
					| Cargo::dispute { .. }
					| Cargo::claim_breach { .. }
					| Cargo::report_damage { .. }
					| Cargo::concede_claim { .. }
					| Cargo::dispute_claim { .. }
					| Cargo::expire_leg { .. }
					| Cargo::remove { .. }
			)
		)
	}
}

impl pallet_machines::Config for Runtime {
	type RuntimeHoldReason = RuntimeHoldReason;
	type WeightInfo = pallet_machines::weights::SubstrateWeight<Runtime>;
	type Currency = Balances;
	type Fungibles = FreeNativeAndAssets;
	type MachineDeposit = MachineDeposit;
	type RegistrationFee = RegistrationFee;
	type RotationFee = RotationFee;
	type FeeDestination = StakingPot;
	type SponsoredCalls = SponsoredCalls;
	type Time = Timestamp;
	type OpenWork = AllAgreements;
	type AtRisk = ((Escrow, Procurement), (Products, Shipments));
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::TestAsset;
}

impl pallet_escrow::Config for Runtime {
	type WeightInfo = pallet_escrow::weights::SubstrateWeight<Runtime>;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Fungibles = NativeAndAssets;
	type Sufficient = SufficientAssets;
	type Rates = GovernedRates;
	type ListOrigin = EnsureRoot<AccountId>;
	type PauseOrigin = EnsureRoot<AccountId>;
	type FeeDestination = StakingPot;
	type Actors = Machines;
	type SpendPolicy = Machines;
	type Agreements = AllAgreements;
	type OpenEscrows = AllAgreements;
	/// Ten slots: a chain that misses a few blocks has not stopped.
	type StopAllowance = ConstU64<60_000>;
	/// What an otherwise empty block could end in a small part of its time.
	type MaxSweep = ConstU32<64>;
	type ArbiterDeposit = ArbiterDeposit;
	type CaseBond = CaseBond;
	type DisputeBond = DisputeBond;
	type MaxArbiterFee = MaxArbiterFee;
	type FallbackSplit = FallbackSplit;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::TestAsset;
}

impl pallet_jobs::Config for Runtime {
	type RuntimeHoldReason = RuntimeHoldReason;
	type WeightInfo = pallet_jobs::weights::SubstrateWeight<Runtime>;
	type Currency = Balances;
	type Escrow = Escrow;
	type Clock = Escrow;
	type Deadlines = Escrow;
	type Actors = Machines;
	type Reputation = Suppliers;
	type Materials = Inventory;
	type Production = Products;
	type FallbackSplit = FallbackSplit;
	type OfferDeposit = OfferDeposit;
	type JobDeposit = JobDeposit;
	type OrderFee = OrderFee;
	/// Long enough for a transaction to get into a block ten times over.
	type MinWindow = ConstU64<60_000>;
	type MaxWindow = ConstU64<{ 365 * MILLISECONDS_PER_DAY }>;
	type MaxOffers = ConstU32<32>;
	type MaxOpenJobs = ConstU32<32>;
	type MaxOpenJobsPerCustomer = ConstU32<8>;
	type MaxBatch = ConstU32<8>;
}
