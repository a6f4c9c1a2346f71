//! The first block of each network.

mod common;

use bpiiot_runtime::{
	configs::xcm::RootOrigins,
	genesis_config_presets::{
		account_of, preset_names, COLLATORS, DEVELOPMENT, ENDOWMENT, LOCAL_TESTNET, NAMED_ACCOUNTS, PRODUCTION, TESTNET,
	},
	AccountId, Assets, AuthorityDiscovery, Balances, CollatorSelection, ParachainInfo, Runtime, RuntimeOrigin, Session,
	Sudo, EXISTENTIAL_DEPOSIT, PARA_ID, RELAY_TOKEN_ASSET_ID, RELAY_TOKEN_MIN_BALANCE,
};
use common::{genesis, patched};
use frame_support::{assert_noop, assert_ok, traits::fungibles::metadata::Inspect};
use serde_json::json;
use sp_core::storage::StateVersion;
use sp_runtime::traits::Dispatchable;
use xcm::latest::{Junction::Parachain, Location, OriginKind};
use xcm_executor::traits::ConvertOrigin;

#[test]
fn every_preset_makes_a_chain_with_our_para_id() {
	assert_eq!(preset_names().len(), 4);
	for name in preset_names() {
		genesis(&name).execute_with(|| {
			assert_eq!(ParachainInfo::parachain_id(), PARA_ID.into(), "{name}");
			assert_eq!(
				Balances::free_balance(CollatorSelection::account_id()),
				EXISTENTIAL_DEPOSIT,
				"{name}"
			);
		});
	}
}

/// Nobody has any: it is made when the relay chain says that it has put as much aside.
#[test]
fn every_preset_has_the_relay_chains_token_and_nobody_holds_any() {
	for (name, token, symbol) in [
		(DEVELOPMENT, "Rococo", "ROC"),
		(LOCAL_TESTNET, "Rococo", "ROC"),
		(TESTNET, "Relay chain token", "RELAY"),
		(PRODUCTION, "Relay chain token", "RELAY"),
	] {
		genesis(name).execute_with(|| {
			let id = RELAY_TOKEN_ASSET_ID;
			let asset = Assets::asset_details(id).expect("is there");
			assert_eq!(
				(asset.supply, asset.accounts, asset.is_sufficient),
				(0, 0, true),
				"{name}"
			);
			assert_eq!(asset.min_balance, RELAY_TOKEN_MIN_BALANCE, "{name}");
			assert_eq!(Assets::name(id), token.as_bytes(), "{name}");
			assert_eq!(Assets::symbol(id), symbol.as_bytes(), "{name}");
			assert_eq!(Assets::decimals(id), 12, "{name}");
		});
	}
}

#[test]
fn a_preset_makes_the_same_first_block_each_time() {
	for name in preset_names() {
		let root = || genesis(&name).execute_with(|| sp_io::storage::root(StateVersion::V1));
		assert_eq!(root(), root(), "{name}");
	}
}

#[test]
fn an_unknown_preset_is_none() {
	assert_eq!(
		bpiiot_runtime::genesis_config_presets::get_preset(&"mainnet".into()),
		None
	);
}

#[test]
fn the_named_accounts_are_those_of_the_development_phrase() {
	for (name, key) in [
		(
			"Alice",
			"d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d",
		),
		(
			"Bob",
			"8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48",
		),
		(
			"Owner",
			"967565a72ebaf286e32c4fa2bff58394bb727afb3c2b10f0a628d4f56d890075",
		),
		(
			"Customer",
			"e048f00f9dbc10ab2127793aa53a3d4e8d86576cade5baaad5d0e980fda7e703",
		),
		(
			"Supplier",
			"ee8d2aded3d370e71b50d34ebe741e6cd5f5e6fcbacaa7dfc11ea851d0a27727",
		),
		(
			"Arbiter",
			"2c8fbcc390a0da443c8de152a4946b06f0ef37025ab6b06d571ed11e2992482a",
		),
		(
			"Carrier",
			"da21c40a3a486921ae352f9c957b1f6d95862b1dfe3d2f5b52ca8fd795849a4d",
		),
	] {
		assert_eq!(
			format!("{:?}", sp_core::H256(account_of(name).into())),
			format!("0x{key}"),
			"{name}"
		);
	}
}

#[test]
fn in_development_everybody_has_money_and_alice_is_root() {
	for preset in [DEVELOPMENT, LOCAL_TESTNET] {
		genesis(preset).execute_with(|| {
			for name in NAMED_ACCOUNTS.iter().chain(&COLLATORS) {
				assert_eq!(Balances::free_balance(account_of(name)), ENDOWMENT, "{name}");
			}
			assert_eq!(Balances::total_issuance(), 7 * ENDOWMENT + EXISTENTIAL_DEPOSIT);
			assert_eq!(pallet_sudo::Key::<Runtime>::get(), Some(account_of("Alice")));
		});
	}
}

#[test]
fn in_development_alice_and_bob_make_blocks() {
	genesis(DEVELOPMENT).execute_with(|| {
		let collators: Vec<AccountId> = COLLATORS.iter().map(|name| account_of(name)).collect();
		let mut validators = Session::validators();
		validators.sort();
		let mut expected = collators.clone();
		expected.sort();
		assert_eq!(validators, expected);
		assert_eq!(pallet_aura::Authorities::<Runtime>::get().len(), collators.len());
		assert_eq!(AuthorityDiscovery::authorities().len(), collators.len());
	});
}

#[test]
fn in_public_networks_there_is_no_sudo_key_no_collator_and_no_money() {
	for preset in [TESTNET, PRODUCTION] {
		genesis(preset).execute_with(|| {
			assert_eq!(pallet_sudo::Key::<Runtime>::get(), None, "{preset}");
			assert!(Session::validators().is_empty(), "{preset}");
			assert!(pallet_aura::Authorities::<Runtime>::get().is_empty(), "{preset}");
			assert_eq!(Balances::total_issuance(), EXISTENTIAL_DEPOSIT, "{preset}");
		});
	}
}

#[test]
fn on_the_test_network_root_is_whom_the_launch_names() {
	// An account that is nobody's here.
	let launcher = AccountId::new([7; 32]);
	let collator = AccountId::new([8; 32]);
	let keys = json!({ "aura": collator, "authority_discovery": collator });
	let patch = json!({
		"balances": { "balances": [[launcher, ENDOWMENT], [collator, ENDOWMENT]] },
		"collatorSelection": { "invulnerables": [collator] },
		"session": { "keys": [[collator, collator, keys]] },
		"sudo": { "key": launcher },
	});
	patched(TESTNET, patch).execute_with(|| {
		assert_eq!(pallet_sudo::Key::<Runtime>::get(), Some(launcher.clone()));
		assert_eq!(Session::validators(), std::slice::from_ref(&collator));
		assert_eq!(Balances::free_balance(&launcher), ENDOWMENT);
		let remark = Box::new(frame_system::Call::remark { remark: vec![] }.into());
		assert_ok!(Sudo::sudo(RuntimeOrigin::signed(launcher.clone()), remark));
	});
}

#[test]
fn fails_when_anybody_uses_sudo_in_production() {
	let remark = || Box::new(frame_system::Call::remark { remark: vec![] }.into());
	genesis(PRODUCTION).execute_with(|| {
		for name in NAMED_ACCOUNTS.iter().chain(&COLLATORS) {
			assert_noop!(
				Sudo::sudo(RuntimeOrigin::signed(account_of(name)), remark()),
				pallet_sudo::Error::<Runtime>::RequireSudo
			);
		}
	});
	genesis(DEVELOPMENT).execute_with(|| {
		assert_ok!(Sudo::sudo(RuntimeOrigin::signed(account_of("Alice")), remark()));
	});
}

#[test]
fn root_comes_from_the_relay_chain_and_from_nowhere_else() {
	let governance = |location: Location, kind| {
		let origin = <RootOrigins as ConvertOrigin<RuntimeOrigin>>::convert_origin(location, kind).ok()?;
		let call = frame_system::Call::<Runtime>::set_heap_pages { pages: 8 };
		bpiiot_runtime::RuntimeCall::from(call).dispatch(origin).ok()
	};
	genesis(PRODUCTION).execute_with(|| {
		assert!(governance(Location::parent(), OriginKind::Superuser).is_some());
		assert!(governance(Location::parent(), OriginKind::Native).is_none());
		assert!(governance(Location::new(1, [Parachain(2001)]), OriginKind::Superuser).is_none());
		assert!(governance(Location::here(), OriginKind::Superuser).is_none());
	});
}
