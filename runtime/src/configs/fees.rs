//! What a transaction costs, what it may be paid in, and where the fee goes.
//!
//! A fee is computed in the native token. Whoever names an asset in his transaction (`ChargeAssetTxPayment`) pays it in
//! that asset, at the rate that root has set, rounded up. The asset must be listed in the escrow pallet.
//!
//! A machine's key pays nothing by itself: its owner pays for it, in the native token. In assets nobody can: the SDK
//! hands the adapter of asset fees nothing but the withdrawn amount back after the call, so it could not tell who had
//! paid, and a look-up after the call finds another owner, or none, when the call changed that. Such a transaction is
//! refused as `InvalidTransaction::Custom` of [`NO_ASSET_FEES`], or of one of the codes of [`pallet_machines::fees`] if
//! it would be refused anyway.

#[cfg(test)]
mod tests;

use super::money::{AssetId, MICRO_BPI, MILLI_BPI};
use crate::{
	weights::ExtrinsicBaseWeight, AccountId, Assets, Balance, Balances, Escrow, Runtime, RuntimeCall, RuntimeEvent,
};
use bpiiot_primitives::AssetKind;
use frame_support::{
	parameter_types,
	traits::{
		tokens::{
			fungibles::Credit,
			imbalance::{ResolveAssetTo, ResolveTo},
			ConversionToAssetBalance,
		},
		ConstU8, OnUnbalanced,
	},
	weights::{ConstantMultiplier, Weight, WeightToFee as WeightToFeeT},
};
use pallet_asset_tx_payment::{FungiblesAdapter, HandleCredit, OnChargeAssetTransaction};
use pallet_collator_selection::StakingPotAccountId;
use pallet_machines::{fees::payer, OwnerPaysFees};
use pallet_transaction_payment::FungibleAdapter;
use polkadot_runtime_common::SlowAdjustingFeeUpdate;
use sp_runtime::{
	traits::{DispatchInfoOf, PostDispatchInfoOf},
	transaction_validity::{InvalidTransaction, TransactionValidityError},
	DispatchError,
};

/// A machine's key named an asset for its fee. Leave the asset out: the owner pays. (Numbers below 120 are the machines
/// pallet's.)
pub const NO_ASSET_FEES: u8 = 120;

/// What the lightest transaction costs, before its length and the congestion factor.
const BASE_FEE: Balance = MILLI_BPI / 10;
/// What the proof of that transaction may come to, in bytes, before size costs more than time.
const PROOF_AT_BASE_FEE: u64 = 10 * 1024;

parameter_types! {
	/// The fee for a byte of a transaction.
	pub const TransactionByteFee: Balance = MICRO_BPI;
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

/// What native fees come to in a listed asset, at the rate that root has set.
pub struct GovernedPrice;

impl ConversionToAssetBalance<Balance, AssetId, Balance> for GovernedPrice {
	type Error = DispatchError;

	fn to_asset_balance(native: Balance, asset: AssetId) -> Result<Balance, DispatchError> {
		Escrow::to_asset_balance(native, AssetKind::Asset(asset))
	}
}

/// Fees in assets go to the same pot. Root shares them out, since the pot does that by itself with the native token only.
pub struct AssetFeesToCollators;

impl HandleCredit<AccountId, Assets> for AssetFeesToCollators {
	fn handle_credit(credit: Credit<AccountId, Assets>) {
		ResolveAssetTo::<StakingPotAccountId<Runtime>, Assets>::on_unbalanced(credit);
	}
}

type Adapter = FungiblesAdapter<GovernedPrice, AssetFeesToCollators>;

/// Takes fees in assets from plain accounts, and from no machine's key.
pub struct PlainAccountsPayInAssets;

/// Refuses what a machine's key signed.
fn ensure_plain_account(
	who: &AccountId,
	call: &RuntimeCall,
	fee: Balance,
	tip: Balance,
) -> Result<(), TransactionValidityError> {
	match payer::<Runtime>(who, call, fee, tip)? {
		Some(_) => Err(InvalidTransaction::Custom(NO_ASSET_FEES).into()),
		None => Ok(()),
	}
}

impl OnChargeAssetTransaction<Runtime> for PlainAccountsPayInAssets {
	type Balance = Balance;
	type AssetId = AssetId;
	type LiquidityInfo = Credit<AccountId, Assets>;

	fn can_withdraw_fee(
		who: &AccountId,
		call: &RuntimeCall,
		info: &DispatchInfoOf<RuntimeCall>,
		asset: AssetId,
		fee: Balance,
		tip: Balance,
	) -> Result<(), TransactionValidityError> {
		ensure_plain_account(who, call, fee, tip)?;
		<Adapter as OnChargeAssetTransaction<Runtime>>::can_withdraw_fee(who, call, info, asset, fee, tip)
	}

	fn withdraw_fee(
		who: &AccountId,
		call: &RuntimeCall,
		info: &DispatchInfoOf<RuntimeCall>,
		asset: AssetId,
		fee: Balance,
		tip: Balance,
	) -> Result<Self::LiquidityInfo, TransactionValidityError> {
		ensure_plain_account(who, call, fee, tip)?;
		<Adapter as OnChargeAssetTransaction<Runtime>>::withdraw_fee(who, call, info, asset, fee, tip)
	}

	/// Root may delist an asset, or take its rate away, by a call whose fee it pays in it. There is no change then: an
	/// error here would undo a call that was made.
	fn correct_and_deposit_fee(
		who: &AccountId,
		info: &DispatchInfoOf<RuntimeCall>,
		post_info: &PostDispatchInfoOf<RuntimeCall>,
		corrected_fee: Balance,
		tip: Balance,
		paid: Self::LiquidityInfo,
	) -> Result<(Balance, Balance), TransactionValidityError> {
		if GovernedPrice::to_asset_balance(corrected_fee, paid.asset()).is_err() {
			let fee = paid.peek();
			AssetFeesToCollators::handle_credit(paid);
			return Ok((fee, 0));
		}
		<Adapter as OnChargeAssetTransaction<Runtime>>::correct_and_deposit_fee(
			who,
			info,
			post_info,
			corrected_fee,
			tip,
			paid,
		)
	}
}

/// The extension by which a transaction names what it pays its fee in. With no asset named it goes the way of
/// `pallet-transaction-payment`.
impl pallet_asset_tx_payment::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type Fungibles = Assets;
	type OnChargeAssetTransaction = PlainAccountsPayInAssets;
	type WeightInfo = crate::weights::asset_tx_payment::WeightInfo<Runtime>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::TestAsset;
}
