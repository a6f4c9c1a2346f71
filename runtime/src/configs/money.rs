//! Money: the native token, assets, what they are worth, and deposits.

use crate::{
	AccountId, Assets, AssetsHolder, Balance, Balances, Runtime, RuntimeEvent, RuntimeFreezeReason, RuntimeHoldReason,
	System,
};
use bpiiot_primitives::AssetKind;
use frame_support::{
	parameter_types,
	traits::{
		fungible::{NativeFromLeft, UnionOf},
		AsEnsureOriginWithArg, ConstU32, Contains, VariantCountOf,
	},
};
use frame_system::{EnsureNever, EnsureRoot};
use sp_runtime::{traits::Convert, FixedU128};

/// One token.
pub const BPI: Balance = 1_000_000_000_000;
/// A thousandth of a token.
pub const MILLI_BPI: Balance = BPI / 1_000;
/// A millionth of a token.
pub const MICRO_BPI: Balance = BPI / 1_000_000;
/// The least that an account holds: below it the account ceases to exist.
pub const EXISTENTIAL_DEPOSIT: Balance = MILLI_BPI;

/// The deposit for `items` entries of `bytes` in all. It comes back when they are removed.
pub const fn deposit(items: u32, bytes: u32) -> Balance {
	items as Balance * 20 * MILLI_BPI + bytes as Balance * 100 * MICRO_BPI
}

parameter_types! {
	/// The least that an account holds.
	pub const ExistentialDeposit: Balance = EXISTENTIAL_DEPOSIT;
	/// The deposit for an asset.
	pub const AssetDeposit: Balance = deposit(1, 190);
	/// The deposit for an account that holds an asset that does not keep it alive by itself.
	pub const AssetAccountDeposit: Balance = deposit(1, 16);
	/// The deposit for an asset's names, without their bytes.
	pub const MetadataDepositBase: Balance = deposit(1, 68);
	/// The deposit for a byte of an asset's names.
	pub const MetadataDepositPerByte: Balance = deposit(0, 1);
	/// The deposit for leave to spend from another's holding.
	pub const ApprovalDeposit: Balance = deposit(1, 64);
}

impl pallet_balances::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeHoldReason = RuntimeHoldReason;
	type RuntimeFreezeReason = RuntimeFreezeReason;
	type WeightInfo = pallet_balances::weights::SubstrateWeight<Runtime>;
	type Balance = Balance;
	type DustRemoval = ();
	type ExistentialDeposit = ExistentialDeposit;
	type AccountStore = System;
	type ReserveIdentifier = [u8; 8];
	type FreezeIdentifier = RuntimeFreezeReason;
	type MaxLocks = ConstU32<50>;
	type MaxReserves = ConstU32<50>;
	type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
	type DoneSlashHandler = ();
}

/// Names an asset of `pallet-assets`.
pub type AssetId = u32;

/// Nobody can make an asset by himself: only assets that root has let in may be used for payment, since the owner of
/// an asset can freeze it.
impl pallet_assets::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type Balance = Balance;
	type RemoveItemsLimit = ConstU32<1_000>;
	type AssetId = AssetId;
	type AssetIdParameter = AssetId;
	type ReserveData = ();
	type Currency = Balances;
	type CreateOrigin = AsEnsureOriginWithArg<EnsureNever<AccountId>>;
	type ForceOrigin = EnsureRoot<AccountId>;
	type AssetDeposit = AssetDeposit;
	type AssetAccountDeposit = AssetAccountDeposit;
	type MetadataDepositBase = MetadataDepositBase;
	type MetadataDepositPerByte = MetadataDepositPerByte;
	type ApprovalDeposit = ApprovalDeposit;
	type StringLimit = ConstU32<50>;
	type Freezer = ();
	type Holder = AssetsHolder;
	type Extra = ();
	type CallbackHandle = ();
	type AssetIdAllocator = ();
	type WeightInfo = pallet_assets::weights::SubstrateWeight<Runtime>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = ();
}

/// What of an account's assets is on hold.
impl pallet_assets_holder::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeHoldReason = RuntimeHoldReason;
}

/// The native token and the assets of `pallet-assets` in one, for what is put on hold.
pub type NativeAndAssets = UnionOf<Balances, AssetsHolder, NativeFromLeft, AssetKind, AccountId>;

/// The same, for what is free: the pallet of holds moves only what is on hold.
pub type FreeNativeAndAssets = UnionOf<Balances, Assets, NativeFromLeft, AssetKind, AccountId>;

/// The assets that keep an account alive by themselves.
pub struct SufficientAssets;

impl Contains<AssetKind> for SufficientAssets {
	fn contains(asset: &AssetKind) -> bool {
		match asset {
			AssetKind::Native => true,
			AssetKind::Asset(id) => Assets::asset_details(*id).is_some_and(|asset| asset.is_sufficient),
		}
	}
}

/// What one smallest unit of each asset is worth, in planck, as root has set it.
impl pallet_asset_rate::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type CreateOrigin = EnsureRoot<AccountId>;
	type RemoveOrigin = EnsureRoot<AccountId>;
	type UpdateOrigin = EnsureRoot<AccountId>;
	type Currency = Balances;
	type AssetKind = AssetKind;
	type WeightInfo = pallet_asset_rate::weights::SubstrateWeight<Runtime>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::TestAsset;
}

/// Reads the rates of `pallet-asset-rate`.
pub struct GovernedRates;

impl Convert<AssetKind, Option<FixedU128>> for GovernedRates {
	fn convert(asset: AssetKind) -> Option<FixedU128> {
		pallet_asset_rate::ConversionRateToNative::<Runtime>::get(asset)
	}
}
