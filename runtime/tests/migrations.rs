//! What an upgrade makes of an older chain's state.

mod common;

use bpiiot_runtime::{
	genesis_config_presets::{preset_names, DEVELOPMENT},
	Assets, Runtime, RELAY_TOKEN_ASSET_ID,
};
use common::{genesis, patched};
use frame_support::{traits::OnRuntimeUpgrade, weights::Weight};
use serde_json::json;
use sp_core::storage::StateVersion;

type Migrations = <Runtime as frame_system::Config>::SingleBlockMigrations;

fn root() -> Vec<u8> {
	sp_io::storage::root(StateVersion::V1)
}

/// What must not change by the migration.
fn details() -> String {
	format!(
		"{:?}",
		Assets::asset_details(RELAY_TOKEN_ASSET_ID).expect("there is the asset")
	)
}

#[test]
fn a_chain_without_the_relay_chains_token_gets_it_as_the_genesis_makes_it() {
	let today = genesis(DEVELOPMENT).execute_with(details);
	// GIVEN a chain that was born without.
	let mut older = patched(DEVELOPMENT, json!({ "assets": { "assets": [], "metadata": [] } }));
	older.execute_with(|| {
		assert!(Assets::asset_details(RELAY_TOKEN_ASSET_ID).is_none());
		// WHEN it is upgraded THEN it has what a chain of today has.
		let weight = Migrations::on_runtime_upgrade();
		assert_eq!(details(), today);
		assert!(weight.all_gt(Weight::zero()), "{weight}");
		// AND nothing changes the second time.
		let after = root();
		Migrations::on_runtime_upgrade();
		assert_eq!(root(), after);
	});
}

#[test]
fn a_chain_of_today_is_left_as_it_is() {
	for name in preset_names() {
		genesis(&name).execute_with(|| {
			let before = root();
			Migrations::on_runtime_upgrade();
			assert_eq!(root(), before, "{name}");
		});
	}
}
