//! What a new runtime makes of the state that an older one left behind, once. Each release lists its own here and takes out
//! those of the release before.

use crate::{
	configs::xcm::tokens::{RELAY_TOKEN_ASSET_ID, RELAY_TOKEN_MIN_BALANCE},
	AccountId, Assets, PolkadotXcm, Runtime,
};
#[cfg(feature = "try-runtime")]
use alloc::vec::Vec;
use frame_support::{
	traits::{
		fungibles::{Create, Inspect},
		OnRuntimeUpgrade,
	},
	weights::Weight,
};
use pallet_assets::WeightInfo;
#[cfg(feature = "try-runtime")]
use sp_runtime::TryRuntimeError;

/// Those of this release.
pub type Migrations = (CreateRelayToken,);

/// Makes the asset that stands for the relay chain's token on chains that were born before it could come in, as the
/// genesis makes it for those of today. Names and decimals are left to root: they are those of the relay chain
/// (`assets.forceSetMetadata`).
pub struct CreateRelayToken;

impl OnRuntimeUpgrade for CreateRelayToken {
	fn on_runtime_upgrade() -> Weight {
		let read = <Runtime as frame_system::Config>::DbWeight::get().reads(1);
		if Assets::asset_exists(RELAY_TOKEN_ASSET_ID) {
			return read;
		}
		match create_relay_token() {
			Ok(()) => log::info!("the relay chain's token is asset {RELAY_TOKEN_ASSET_ID} now"),
			Err(error) => log::error!("cannot make an asset for the relay chain's token: {error:?}"),
		}
		read.saturating_add(<Runtime as pallet_assets::Config>::WeightInfo::force_create())
	}

	#[cfg(feature = "try-runtime")]
	fn pre_upgrade() -> Result<Vec<u8>, TryRuntimeError> {
		Ok(Vec::new())
	}

	#[cfg(feature = "try-runtime")]
	fn post_upgrade(_: Vec<u8>) -> Result<(), TryRuntimeError> {
		frame_support::ensure!(
			Assets::asset_exists(RELAY_TOKEN_ASSET_ID),
			"there is no asset for the relay chain's token"
		);
		Ok(())
	}
}

fn create_relay_token() -> sp_runtime::DispatchResult {
	let nobody: AccountId = PolkadotXcm::check_account();
	<Assets as Create<AccountId>>::create(RELAY_TOKEN_ASSET_ID, nobody, true, RELAY_TOKEN_MIN_BALANCE)
}
