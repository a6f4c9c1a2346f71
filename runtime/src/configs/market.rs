//! The market: what suppliers are known for, what is bought of them, and what is kept of that.

use super::{
	agreements::AllAgreements,
	bpiiot::{FallbackSplit, OrderFee, StakingPot},
	money::{deposit, GovernedRates, BPI},
	system::MILLISECONDS_PER_DAY,
};
use crate::{
	Balance, Balances, Diagnostics, Escrow, Inventory, Jobs, Machines, Procurement, Runtime, RuntimeHoldReason,
	Suppliers, MILLI_BPI,
};
use frame_support::{
	parameter_types,
	traits::{ConstU128, ConstU32, ConstU64, ConstU8},
};
use pallet_procurement::{Conditions, RequisitionTerms};
use sp_runtime::Permill;

/// Milliseconds of a minute.
const MINUTE: u64 = 60_000;

parameter_types! {
	/// The deposit for a supplier's profile and its places on 36 shelves.
	pub const ProfileDeposit: Balance = deposit(37, 5_100);
	/// The share of a weight that its agreement must have paid to the chain: 5 mBPI for each BPI that counts.
	pub const SettlementFeeShare: Permill = Permill::from_parts(5_000);
	/// The score of who is unknown.
	pub const Prior: Permill = Permill::from_percent(30);
	/// The deposit for a quote and its places on nine shelves.
	pub const QuoteDeposit: Balance = deposit(10, 1_500);
	/// The deposit for a request, the bids in it, its deadline, and its places on three shelves.
	pub const RequestDeposit: Balance = deposit(5, 6_700);
	/// The deposit for a sealed bid, and a BPI that whoever seals many to reveal one loses of each.
	pub const BidDeposit: Balance = deposit(1, 320) + BPI;
	/// The deposit for an order for goods and its deadline.
	pub const GoodsOrderDeposit: Balance = deposit(2, 750);
	/// What a request costs, whatever becomes of it.
	pub const RequestFee: Balance = 20 * MILLI_BPI;
	/// What a bid costs, whatever becomes of it.
	pub const BidFee: Balance = 10 * MILLI_BPI;
	/// On which terms a reorder point buys.
	pub const Requisitions: RequisitionTerms = RequisitionTerms {
		bid_window: 10 * MINUTE,
		award_window: MILLISECONDS_PER_DAY,
		rounds: 4,
		conditions: Conditions {
			parts: 4,
			review_window: MILLISECONDS_PER_DAY,
			late_window: 2 * MILLISECONDS_PER_DAY,
			late_penalty: Permill::from_percent(10),
			bond: Permill::from_percent(10),
			rejection_fee: Permill::from_percent(5),
			cancellation_fee: Permill::from_percent(20),
			challenge_window: 0,
			case_window: 0,
			ruling_window: 0,
		},
	};
	/// The deposit for a site.
	pub const SiteDeposit: Balance = deposit(2, 620);
	/// The deposit for an item that is kept at a site, with its lots; what is put aside for a job is less.
	pub const RecordDeposit: Balance = deposit(2, 1_400);
	/// The deposit for a tool, a fixture or another asset.
	pub const ToolDeposit: Balance = deposit(4, 500);
}

impl pallet_suppliers::Config for Runtime {
	type WeightInfo = pallet_suppliers::weights::SubstrateWeight<Runtime>;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Actors = Machines;
	type Agreements = AllAgreements;
	type Rates = GovernedRates;
	type Clock = Escrow;
	type ProfileDeposit = ProfileDeposit;
	type FeeShare = SettlementFeeShare;
	type PairLimit = ConstU128<{ 1_000 * BPI }>;
	type Doubt = ConstU128<{ 100 * BPI }>;
	type Prior = Prior;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::TestAsset;
}

impl pallet_procurement::Config for Runtime {
	type WeightInfo = pallet_procurement::weights::SubstrateWeight<Runtime>;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Escrow = Escrow;
	type Clock = Escrow;
	type Deadlines = Escrow;
	type Actors = Machines;
	type SpendPolicy = Machines;
	type Reputation = Suppliers;
	type Standing = Suppliers;
	type Receiving = Inventory;
	type Services = Diagnostics;
	type Rates = GovernedRates;
	type FeeDestination = StakingPot;
	type QuoteDeposit = QuoteDeposit;
	type RequestDeposit = RequestDeposit;
	type BidDeposit = BidDeposit;
	type OrderDeposit = GoodsOrderDeposit;
	type OrderFee = OrderFee;
	/// The whole price counts for the supplier's name.
	type OrderFeeShare = SettlementFeeShare;
	type RequestFee = RequestFee;
	type BidFee = BidFee;
	type FallbackSplit = FallbackSplit;
	type MinWindow = ConstU64<MINUTE>;
	type MaxWindow = ConstU64<{ 365 * MILLISECONDS_PER_DAY }>;
	type Requisitions = Requisitions;
	type MaxRounds = ConstU8<8>;
	type MaxQuotes = ConstU32<32>;
	type MaxPurchases = ConstU32<16>;
	type MaxSales = ConstU32<32>;
	type MaxBids = ConstU32<64>;
	type MaxSealedBids = ConstU32<64>;
}

impl pallet_inventory::Config for Runtime {
	type WeightInfo = pallet_inventory::weights::SubstrateWeight<Runtime>;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Actors = Machines;
	type Clock = Escrow;
	type Purchasing = Procurement;
	type Jobs = Jobs;
	type SiteDeposit = SiteDeposit;
	type RecordDeposit = RecordDeposit;
	type AssetDeposit = ToolDeposit;
	/// As long as bids for the last one were taken.
	type ReorderPause = ConstU64<{ 10 * MINUTE }>;
	type MaxHandover = ConstU64<{ 30 * MILLISECONDS_PER_DAY }>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::TestAsset;
}
