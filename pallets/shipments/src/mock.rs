//! A runtime with real balances, assets, timestamps, machines, escrow and suppliers around the pallet, and with small tables for
//! goods and readings.

mod tables;
mod worlds;

pub(crate) use tables::*;
pub(crate) use worlds::*;

pub(crate) use crate::Balance;

use crate::{self as pallet_shipments, WeightInfo};
use bpiiot_primitives::AssetKind;
use frame_support::{
	derive_impl,
	pallet_prelude::Weight,
	parameter_types,
	traits::{
		fungible::{NativeFromLeft, UnionOf},
		AsEnsureOriginWithArg, ConstU128, ConstU32, ConstU64, Contains, Everything,
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
/// The deposits of a shipment, of each of its legs, and of a claim.
pub(crate) const SHIPMENT_DEPOSIT: Balance = 500;
pub(crate) const LEG_DEPOSIT: Balance = 50;
pub(crate) const CLAIM_DEPOSIT: Balance = 400;
/// What an offer costs, and a price or a freight at the least.
pub(crate) const SHIPMENT_FEE: Balance = 30;
pub(crate) const AGREEMENT_FEE: Balance = 60;
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
/// What an account may take part in at a time.
pub(crate) const MAX_OPEN: u32 = 6;

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
	pub type Shipping = pallet_shipments;
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
	pub const AgreementFeeShare: Permill = Permill::from_parts(5_000);
	pub const Prior: Permill = Permill::from_percent(50);
	/// What a dollar is worth, in planck; nothing for no rate.
	pub storage DollarRate: Option<FixedU128> = Some(FixedU128::from_u32(3));
}

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
	type OpenWork = Shipping;
	type AtRisk = Escrow;
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
	type Agreements = Shipping;
	type OpenEscrows = Shipping;
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
	offer agree agree_to_carry cancel hand_over take_over present decline_handover report_loss refuse accept_delivery expire
	concede dispute claim_breach report_damage concede_claim dispute_claim expire_leg remove resolve resolve_claim
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
	type Agreements = Shipping;
	type Rates = Rates;
	type Clock = Escrow;
	type ProfileDeposit = ConstU128<100>;
	type FeeShare = AgreementFeeShare;
	type PairLimit = ConstU128<1_000_000>;
	type Doubt = ConstU128<10_000>;
	type Prior = Prior;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Coupons;
}

impl pallet_shipments::Config for Test {
	type WeightInfo = Unmeasured;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Escrow = Escrow;
	type Clock = Escrow;
	type Deadlines = Escrow;
	type Actors = Machines;
	type SpendPolicy = Machines;
	type Reputation = Suppliers;
	type Goods = Register;
	type Evidence = Loggers;
	type Keys = Machines;
	type Rates = Rates;
	type FeeDestination = FeeDestination;
	type ShipmentDeposit = ConstU128<SHIPMENT_DEPOSIT>;
	type LegDeposit = ConstU128<LEG_DEPOSIT>;
	type ClaimDeposit = ConstU128<CLAIM_DEPOSIT>;
	type ShipmentFee = ConstU128<SHIPMENT_FEE>;
	type AgreementFee = ConstU128<AGREEMENT_FEE>;
	type AgreementFeeShare = AgreementFeeShare;
	type FallbackSplit = FallbackSplit;
	type MinWindow = ConstU64<MIN_WINDOW>;
	type MaxWindow = ConstU64<MAX_WINDOW>;
	type MaxOpen = ConstU32<MAX_OPEN>;
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
