//! The relay chain's token on this chain. The relay chain keeps the reserve, in our account there; here is an asset that
//! stands for it, minted when the relay chain says that it has put as much aside, and burned when it goes back.
//! `docs/decisions/0011-relay-token-by-reserve.md` says what is open, and why no more.

use super::LocationToAccountId;
use crate::{
	configs::{
		fees::WeightToFee,
		money::{self, GovernedRates},
	},
	AccountId, Assets, Balance, Escrow, Runtime, RuntimeCall,
};
use alloc::{vec, vec::Vec};
use bpiiot_primitives::AssetKind;
use frame_support::{
	parameter_types,
	traits::{
		fungible::{Inspect, ItemOf},
		tokens::imbalance::ResolveTo,
		Contains, Everything,
	},
	weights::{Weight, WeightToFee as WeightToFeeT},
};
use pallet_collator_selection::StakingPotAccountId;
use sp_runtime::traits::Convert;
use xcm::latest::prelude::*;
use xcm_builder::{Case, FungibleAdapter, IsConcrete, LocationWithAssetFilters, UsingComponents};
use xcm_executor::{traits::WeightTrader, AssetsInHolding};

/// The number of the relay chain's token among the assets of `pallet-assets`: the last one, which neither who counts
/// from the first nor who takes the numbers of currencies (ISO 4217) gives to anything else.
pub const RELAY_TOKEN_ASSET_ID: money::AssetId = money::AssetId::MAX;
/// The least that an account holds of it, in its smallest units: as much as of our own token, where it has as many
/// decimals. It keeps an account alive by itself, so it must cost something to hold.
pub const RELAY_TOKEN_MIN_BALANCE: Balance = 1_000_000_000;

parameter_types! {
	/// The relay chain, and its token.
	pub const RelayLocation: Location = Location::parent();
	/// The number of the relay chain's token.
	pub const RelayTokenAssetId: money::AssetId = RELAY_TOKEN_ASSET_ID;
	/// Any amount of the relay chain's token.
	pub RelayTokens: AssetFilter = AllOf { id: AssetId(RelayLocation::get()), fun: WildFungible }.into();
	/// All that may be moved by reserve.
	pub MovedByReserve: Vec<AssetFilter> = vec![RelayTokens::get()];
	/// The relay chain's token, at the relay chain.
	pub RelayTokensAtRelay: (AssetFilter, Location) = (RelayTokens::get(), RelayLocation::get());
}

/// The relay chain's token as a token of its own.
pub type RelayToken = ItemOf<Assets, RelayTokenAssetId, AccountId>;

/// Mints and burns it.
pub type RelayTokenTransactor =
	FungibleAdapter<RelayToken, IsConcrete<RelayLocation>, LocationToAccountId, AccountId, ()>;

/// Whose word is taken that an asset was put aside for us: the relay chain's, for its own token.
pub type RelayChainIsReserve = Case<RelayTokensAtRelay>;

/// What users may move by reserve: the relay chain's token. Our own is in nobody's reserve yet.
pub type OnlyRelayToken = LocationWithAssetFilters<Everything, MovedByReserve>;

/// The call by which a user would add a program of his own for the other chain, and name the reserve himself: named
/// wrongly, his tokens are lost to him. The calls that find it out by themselves are enough.
pub struct TransfersWithPrograms;

impl Contains<RuntimeCall> for TransfersWithPrograms {
	fn contains(call: &RuntimeCall) -> bool {
		matches!(
			call,
			RuntimeCall::PolkadotXcm(pallet_xcm::Call::transfer_assets_using_type_and_then { .. })
		)
	}
}

/// What a weight costs in the relay chain's token: what it costs in ours, at the rate that root has set. Without a rate
/// the smallest unit is taken for as much as ours: the token of a relay chain is worth more than that of a young
/// parachain, so this is dear rather than cheap. Never less than an account must hold, so that the first fee arrives.
pub struct RelayTokenFee;

impl WeightToFeeT for RelayTokenFee {
	type Balance = Balance;

	fn weight_to_fee(weight: &Weight) -> Balance {
		let native = WeightToFee::weight_to_fee(weight);
		let asset = AssetKind::Asset(RELAY_TOKEN_ASSET_ID);
		let fee = match GovernedRates::convert(asset) {
			// A rate of nothing, or one beyond reason: nobody can pay.
			Some(_) => Escrow::worth(native, asset).unwrap_or(Balance::MAX),
			None => native,
		};
		fee.max(RelayToken::minimum_balance())
	}
}

/// Sells execution for the relay chain's token. Nothing is given back of what was bought: the rest could be too little
/// to arrive in the collators' pot.
pub struct RelayTokenTrader(
	UsingComponents<
		RelayTokenFee,
		RelayLocation,
		AccountId,
		RelayToken,
		ResolveTo<StakingPotAccountId<Runtime>, RelayToken>,
	>,
);

impl WeightTrader for RelayTokenTrader {
	fn new() -> Self {
		Self(UsingComponents::new())
	}

	fn buy_weight(
		&mut self,
		weight: Weight,
		payment: AssetsInHolding,
		context: &XcmContext,
	) -> Result<AssetsInHolding, (AssetsInHolding, XcmError)> {
		self.0.buy_weight(weight, payment, context)
	}

	fn quote_weight(&mut self, weight: Weight, given: AssetId, context: &XcmContext) -> Result<Asset, XcmError> {
		self.0.quote_weight(weight, given, context)
	}
}
