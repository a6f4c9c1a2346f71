//! A runtime with real balances, assets, timestamps, machines, escrow and suppliers around the pallet.

mod workshop;
mod worlds;

pub(crate) use workshop::*;
pub(crate) use worlds::*;

use crate::{self as pallet_procurement, Balance, Item, Lot, PurchaseOrderId, RequisitionTerms, SiteId, WeightInfo};
use bpiiot_primitives::{AssetKind, Receiving};
use frame_support::{
	derive_impl,
	pallet_prelude::Weight,
	parameter_types,
	traits::{
		fungible::{NativeFromLeft, UnionOf},
		AsEnsureOriginWithArg, ConstU128, ConstU32, ConstU64, ConstU8, Contains, Everything,
	},
};
use frame_system::{EnsureNever, EnsureRoot};
use sp_runtime::{
	traits::{Convert, IdentityLookup},
	AccountId32, FixedU128, Permill,
};

pub(crate) type AccountId = AccountId32;

/// The smallest balance of an account.
pub(crate) const MINIMUM: Balance = 10;
/// The deposits of a quote, a request, a sealed bid and an order.
pub(crate) const QUOTE_DEPOSIT: Balance = 500;
pub(crate) const REQUEST_DEPOSIT: Balance = 600;
pub(crate) const BID_DEPOSIT: Balance = 400;
pub(crate) const ORDER_DEPOSIT: Balance = 300;
/// What an order costs at the least, a request, and a bid.
pub(crate) const ORDER_FEE: Balance = 60;
pub(crate) const REQUEST_FEE: Balance = 30;
pub(crate) const BID_FEE: Balance = 20;
/// The number of the dollars.
pub(crate) const DOLLAR_ID: u32 = 1;
/// A listed asset that keeps accounts alive by itself and is worth 3 of the native token.
pub(crate) const DOLLAR: AssetKind = AssetKind::Asset(DOLLAR_ID);
/// An asset that no agreement may be made in.
pub(crate) const UNLISTED: AssetKind = AssetKind::Asset(2);
/// Shortest and longest windows.
pub(crate) const MIN_WINDOW: u64 = 10_000;
pub(crate) const MAX_WINDOW: u64 = 10 * DAY;
/// Milliseconds of a day.
pub(crate) const DAY: u64 = 86_400_000;
/// Caps.
pub(crate) const MAX_QUOTES: u32 = 3;
pub(crate) const MAX_PURCHASES: u32 = 4;
pub(crate) const MAX_SALES: u32 = 6;
pub(crate) const MAX_BIDS: u32 = 64;
pub(crate) const MAX_SEALED: u32 = 4;

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Timestamp = pallet_timestamp;
	#[runtime::pallet_index(2)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(3)]
	pub type Assets = pallet_assets;
	#[runtime::pallet_index(4)]
	pub type AssetsHolder = pallet_assets_holder;
	#[runtime::pallet_index(50)]
	pub type Machines = pallet_machines;
	#[runtime::pallet_index(51)]
	pub type Escrow = pallet_escrow;
	#[runtime::pallet_index(53)]
	pub type Suppliers = pallet_suppliers;
	#[runtime::pallet_index(54)]
	pub type Procurement = pallet_procurement;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlock<Test>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
	type AccountData = pallet_balances::AccountData<Balance>;
}

impl pallet_timestamp::Config for Test {
	type Moment = u64;
	type OnTimestampSet = Escrow;
	type MinimumPeriod = ConstU64<1>;
	type WeightInfo = ();
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<MINIMUM>;
}

#[derive_impl(pallet_assets::config_preludes::TestDefaultConfig)]
impl pallet_assets::Config for Test {
	type Balance = Balance;
	type Currency = Balances;
	type CreateOrigin = AsEnsureOriginWithArg<EnsureNever<AccountId>>;
	type ForceOrigin = EnsureRoot<AccountId>;
	type Holder = AssetsHolder;
}

impl pallet_assets_holder::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type RuntimeEvent = RuntimeEvent;
}

parameter_types! {
	pub FeeDestination: AccountId = pot();
	pub const MaxArbiterFee: Permill = Permill::from_percent(20);
	pub const FallbackSplit: Permill = Permill::from_percent(50);
	pub const OrderFeeShare: Permill = Permill::from_parts(5_000);
	pub const Prior: Permill = Permill::from_percent(50);
	/// What a dollar is worth, in planck; nothing for no rate.
	pub storage DollarRate: Option<FixedU128> = Some(FixedU128::from_u32(3));
	pub Requisitions: RequisitionTerms = RequisitionTerms {
		bid_window: BID_WINDOW,
		award_window: AWARD_WINDOW,
		rounds: 3,
		conditions: conditions(),
	};
	/// What was told to have come.
	pub storage Received: Vec<Receipt> = Vec::new();
}

/// Owner, site, item, lot, quantity and order of goods that have come.
type Receipt = (AccountId, Option<SiteId>, Item, Option<Lot>, u64, PurchaseOrderId);

/// Knows the rate of dollars.
pub struct Rates;

impl Convert<AssetKind, Option<FixedU128>> for Rates {
	fn convert(asset: AssetKind) -> Option<FixedU128> {
		match asset {
			DOLLAR => DollarRate::get(),
			_ => Some(FixedU128::from_u32(1)),
		}
	}
}

/// The assets that keep an account alive by themselves.
pub struct Sufficient;

impl Contains<AssetKind> for Sufficient {
	fn contains(asset: &AssetKind) -> bool {
		match asset {
			AssetKind::Native => true,
			AssetKind::Asset(id) => Assets::asset_details(*id).is_some_and(|asset| asset.is_sufficient),
		}
	}
}

/// What it costs to tell that goods have come.
pub(crate) const RECEIVING: Weight = Weight::from_parts(100, 1);

/// Remembers what has come.
pub struct Stock;

impl Receiving<AccountId> for Stock {
	fn received(
		owner: &AccountId,
		site: Option<SiteId>,
		item: &Item,
		lot: Option<Lot>,
		quantity: u64,
		order: PurchaseOrderId,
	) {
		let mut all = Received::get();
		all.push((owner.clone(), site, item.clone(), lot, quantity, order));
		Received::set(&all);
	}

	fn received_weight() -> Weight {
		RECEIVING
	}
}

/// The native token and the assets, for what is put on hold.
pub(crate) type Fungibles = UnionOf<Balances, AssetsHolder, NativeFromLeft, AssetKind, AccountId>;
/// The same, for what is free.
type FreeFungibles = UnionOf<Balances, Assets, NativeFromLeft, AssetKind, AccountId>;

impl pallet_machines::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type WeightInfo = pallet_machines::weights::SubstrateWeight<Test>;
	type Currency = Balances;
	type Fungibles = FreeFungibles;
	type MachineDeposit = ConstU128<5_000>;
	type RegistrationFee = ConstU128<700>;
	type RotationFee = ConstU128<300>;
	type FeeDestination = FeeDestination;
	type SponsoredCalls = Everything;
	type Time = Timestamp;
	type OpenWork = Procurement;
	type AtRisk = (Escrow, Procurement);
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Coupons;
}

impl pallet_escrow::Config for Test {
	type WeightInfo = pallet_escrow::weights::SubstrateWeight<Test>;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Fungibles = Fungibles;
	type Sufficient = Sufficient;
	type Rates = Rates;
	type ListOrigin = EnsureRoot<AccountId>;
	type PauseOrigin = EnsureRoot<AccountId>;
	type FeeDestination = FeeDestination;
	type Actors = Machines;
	type SpendPolicy = Machines;
	type Agreements = Procurement;
	type OpenEscrows = Procurement;
	type StopAllowance = ConstU64<MAX_WINDOW>;
	type MaxSweep = ConstU32<3>;
	type ArbiterDeposit = ConstU128<600>;
	type CaseBond = ConstU128<800>;
	type DisputeBond = ConstU128<90>;
	type MaxArbiterFee = MaxArbiterFee;
	type FallbackSplit = FallbackSplit;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Coupons;
}

/// No weight was measured yet.
macro_rules! unmeasured {
	($($call:ident)*) => {
		/// No weight was measured yet.
		pub struct Unmeasured;

		impl WeightInfo for Unmeasured {
			$(fn $call() -> Weight {
				Weight::from_parts(1_000, 10)
			})*
		}
	};
}

unmeasured! {
	publish_quote update_quote set_stock withdraw_quote buy deliver confirm reject cancel expire concede dispute remove
	raise_request cancel_request expire_request remove_request bid seal_bid reveal_bid forfeit_bid reclaim_bid award
	award_to award_private counter_offer accept_counter_offer resolve
}

/// The weights of names, which nobody here measures.
pub struct NamesUnmeasured;

impl pallet_suppliers::WeightInfo for NamesUnmeasured {
	fn publish_profile() -> Weight {
		Weight::zero()
	}

	fn update_profile() -> Weight {
		Weight::zero()
	}

	fn remove_profile() -> Weight {
		Weight::zero()
	}

	fn rate() -> Weight {
		Weight::zero()
	}

	fn forget_pair() -> Weight {
		Weight::zero()
	}

	fn forget_name() -> Weight {
		Weight::zero()
	}
}

impl pallet_suppliers::Config for Test {
	type WeightInfo = NamesUnmeasured;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Actors = Machines;
	type Agreements = Procurement;
	type Rates = Rates;
	type Clock = Escrow;
	type ProfileDeposit = ConstU128<100>;
	type FeeShare = OrderFeeShare;
	type PairLimit = ConstU128<1_000_000>;
	type Doubt = ConstU128<10_000>;
	type Prior = Prior;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Coupons;
}

impl pallet_procurement::Config for Test {
	type WeightInfo = Unmeasured;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Escrow = Escrow;
	type Clock = Escrow;
	type Deadlines = Escrow;
	type Actors = Machines;
	type SpendPolicy = Machines;
	type Reputation = Suppliers;
	type Standing = Suppliers;
	type Receiving = Stock;
	type Services = Workshop;
	type Rates = Rates;
	type FeeDestination = FeeDestination;
	type QuoteDeposit = ConstU128<QUOTE_DEPOSIT>;
	type RequestDeposit = ConstU128<REQUEST_DEPOSIT>;
	type BidDeposit = ConstU128<BID_DEPOSIT>;
	type OrderDeposit = ConstU128<ORDER_DEPOSIT>;
	type OrderFee = ConstU128<ORDER_FEE>;
	type OrderFeeShare = OrderFeeShare;
	type RequestFee = ConstU128<REQUEST_FEE>;
	type BidFee = ConstU128<BID_FEE>;
	type FallbackSplit = FallbackSplit;
	type MinWindow = ConstU64<MIN_WINDOW>;
	type MaxWindow = ConstU64<MAX_WINDOW>;
	type Requisitions = Requisitions;
	type MaxRounds = ConstU8<4>;
	type MaxQuotes = ConstU32<MAX_QUOTES>;
	type MaxPurchases = ConstU32<MAX_PURCHASES>;
	type MaxSales = ConstU32<MAX_SALES>;
	type MaxBids = ConstU32<MAX_BIDS>;
	type MaxSealedBids = ConstU32<MAX_SEALED>;
}

#[cfg(feature = "runtime-benchmarks")]
pub struct Coupons;

#[cfg(feature = "runtime-benchmarks")]
impl bpiiot_primitives::BenchmarkAssets<AccountId, Balance> for Coupons {
	fn create_asset() -> AssetKind {
		const ID: u32 = 77;
		Assets::force_create(RuntimeOrigin::root(), ID, issuer(), true, 1).expect("it is new");
		Self::fund(AssetKind::Asset(ID), &pot(), 1);
		AssetKind::Asset(ID)
	}

	fn fund(asset: AssetKind, who: &AccountId, amount: Balance) {
		use frame_support::traits::{fungible, fungibles};
		let _ = match asset {
			AssetKind::Native => <Balances as fungible::Mutate<AccountId>>::mint_into(who, amount),
			AssetKind::Asset(id) => <Assets as fungibles::Mutate<AccountId>>::mint_into(id, who, amount),
		};
	}

	fn freeze(asset: AssetKind) {
		if let AssetKind::Asset(id) = asset {
			Assets::freeze_asset(RuntimeOrigin::signed(issuer()), id).expect("the issuer made it");
		}
	}
}
