//! Money: the native token, assets, fees and deposits.

use crate::{
	weights::ExtrinsicBaseWeight, AccountId, Assets, Balance, Balances, Runtime, RuntimeEvent, RuntimeFreezeReason,
	RuntimeHoldReason, System,
};
use frame_support::{
	parameter_types,
	traits::{
		tokens::{imbalance::ResolveTo, ConversionToAssetBalance},
		AsEnsureOriginWithArg, ConstU32, ConstU8, VariantCountOf,
	},
	weights::{ConstantMultiplier, Weight, WeightToFee as WeightToFeeT},
};
use frame_system::{EnsureNever, EnsureRoot};
use pallet_asset_tx_payment::FungiblesAdapter;
use pallet_collator_selection::StakingPotAccountId;
use pallet_machines::OwnerPaysFees;
use pallet_transaction_payment::FungibleAdapter;
use polkadot_runtime_common::SlowAdjustingFeeUpdate;
use sp_runtime::DispatchError;

/// One token.
pub const BPI: Balance = 1_000_000_000_000;
/// A thousandth of a token.
pub const MILLI_BPI: Balance = BPI / 1_000;
/// A millionth of a token.
pub const MICRO_BPI: Balance = BPI / 1_000_000;
/// The least that an account holds: below it the account ceases to exist.
pub const EXISTENTIAL_DEPOSIT: Balance = MILLI_BPI;

/// What the lightest transaction costs, before its length and the congestion factor.
const BASE_FEE: Balance = MILLI_BPI / 10;
/// What the proof of that transaction may come to, in bytes, before size costs more than time.
const PROOF_AT_BASE_FEE: u64 = 10 * 1024;

/// The deposit for `items` entries of `bytes` in all. It comes back when they are removed.
pub const fn deposit(items: u32, bytes: u32) -> Balance {
	items as Balance * 20 * MILLI_BPI + bytes as Balance * 100 * MICRO_BPI
}

parameter_types! {
	/// The least that an account holds.
	pub const ExistentialDeposit: Balance = EXISTENTIAL_DEPOSIT;
	/// The fee for a byte of a transaction.
	pub const TransactionByteFee: Balance = MICRO_BPI;
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

/// What a weight costs: its time or its proof, whichever is dearer, since either fills a block.
pub struct WeightToFee;

impl WeightToFeeT for WeightToFee {
	type Balance = Balance;

	fn weight_to_fee(weight: &Weight) -> Balance {
		let share = |used: u64, base: u64| BASE_FEE.saturating_mul(used.into()) / Balance::from(base.max(1));
		share(weight.ref_time(), ExtrinsicBaseWeight::get().ref_time())
			.max(share(weight.proof_size(), PROOF_AT_BASE_FEE))
	}
}

/// Fees and tips go to the pot from which collators are paid for their blocks.
pub type FeesToCollators = ResolveTo<StakingPotAccountId<Runtime>, Balances>;

impl pallet_transaction_payment::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	/// A machine's key has no money: its owner pays.
	type OnChargeTransaction = OwnerPaysFees<FungibleAdapter<Balances, FeesToCollators>>;
	type WeightToFee = WeightToFee;
	type LengthToFee = ConstantMultiplier<Balance, TransactionByteFee>;
	type FeeMultiplierUpdate = SlowAdjustingFeeUpdate<Self>;
	type OperationalFeeMultiplier = ConstU8<5>;
	type WeightInfo = pallet_transaction_payment::weights::SubstrateWeight<Runtime>;
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
	type Holder = ();
	type Extra = ();
	type CallbackHandle = ();
	type AssetIdAllocator = ();
	type WeightInfo = pallet_assets::weights::SubstrateWeight<Runtime>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = ();
}

/// The price of the native token in an asset: no asset is listed for fees yet, so there is none.
pub struct NoAssetListed;

impl ConversionToAssetBalance<Balance, AssetId, Balance> for NoAssetListed {
	type Error = DispatchError;

	fn to_asset_balance(_: Balance, _: AssetId) -> Result<Balance, DispatchError> {
		Err(DispatchError::Other("no asset is listed for fees"))
	}
}

/// The extension by which a transaction names what it pays its fee in. With no asset named it goes the way of
/// `pallet-transaction-payment`.
impl pallet_asset_tx_payment::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type Fungibles = Assets;
	type OnChargeAssetTransaction = FungiblesAdapter<NoAssetListed, ()>;
	type WeightInfo = pallet_asset_tx_payment::weights::SubstrateWeight<Runtime>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = benchmarking::NoAsset;
}

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking {
	use super::{AccountId, AssetId};

	/// There is no asset to pay fees with, so the benchmark of that path is not run.
	pub struct NoAsset;

	impl pallet_asset_tx_payment::BenchmarkHelperTrait<AccountId, AssetId, AssetId> for NoAsset {
		fn create_asset_id_parameter(id: u32) -> (AssetId, AssetId) {
			(id, id)
		}

		fn setup_balances_and_pool(_: AssetId, _: AccountId) {}
	}
}
