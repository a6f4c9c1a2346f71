//! The first block of each network.
//!
//! | preset | for | root |
//! |---|---|---|
//! | [`DEVELOPMENT`] | one process with no relay chain | `//Alice`, by sudo |
//! | [`LOCAL_TESTNET`] | a relay chain and collators on one machine | `//Alice`, by sudo |
//! | [`TESTNET`] | a public test network | whoever the launch names, by sudo; else as in production |
//! | [`PRODUCTION`] | the real network | the technical collective that the launch names, a day after it has decided, and the relay chain's governance; there is no sudo key |
//!
//! The first two have the named accounts of [`NAMED_ACCOUNTS`], whose keys everybody can derive. The other two
//! name nobody: whoever launches the network adds its collators, balances and the collective as a patch when he makes the chain spec
//! (`node/README.md` says how), so that no key of ours or of a test can ever be an authority there. Without that
//! patch the chain has no collators and makes no block.
//!
//! Each has the relay chain's token as an asset that nobody holds yet.

use crate::{
	configs::governance::GUARDIAN, AccountId, AssetsConfig, Balance, BalancesConfig, CollatorSelectionConfig,
	FoundersConfig, ParachainInfoConfig, PolkadotXcm, PolkadotXcmConfig, RuntimeGenesisConfig, SessionConfig,
	SessionKeys, SudoConfig, BPI, EXISTENTIAL_DEPOSIT, PARA_ID, RELAY_TOKEN_ASSET_ID, RELAY_TOKEN_MIN_BALANCE,
};
use alloc::{string::ToString, vec, vec::Vec};
use cumulus_primitives_core::ParaId;
use frame_support::build_struct_json_patch;
use frame_support::traits::TypedGet;
use pallet_collator_selection::StakingPotAccountId;
use sp_core::{crypto::get_public_from_string_or_panic, sr25519};
use sp_genesis_builder::PresetId;

/// The preset of a development chain.
pub const DEVELOPMENT: &str = sp_genesis_builder::DEV_RUNTIME_PRESET;
/// The preset of a test network with a relay chain.
pub const LOCAL_TESTNET: &str = sp_genesis_builder::LOCAL_TESTNET_RUNTIME_PRESET;
/// The preset of a public test network. Like [`PRODUCTION`] it names nobody; the patch names a sudo key too.
pub const TESTNET: &str = "testnet";
/// The preset of the real network.
pub const PRODUCTION: &str = "production";

/// The parties of the demonstration and the tests. Each one's key is `//Name`, derived from the well-known phrase for
/// development.
pub const NAMED_ACCOUNTS: [&str; 5] = ["Owner", "Customer", "Supplier", "Arbiter", "Carrier"];
/// Who makes blocks in the networks for development. The first one is also root.
pub const COLLATORS: [&str; 2] = ["Alice", "Bob"];
/// What each account starts with in the networks for development.
pub const ENDOWMENT: Balance = 1_000_000 * BPI;

/// What a candidate collator puts up.
const CANDIDACY_BOND: Balance = 1_000 * BPI;
/// The version of messages that is spoken to a chain that has not told its own.
const SAFE_XCM_VERSION: u32 = xcm::prelude::XCM_VERSION;

/// What a relay chain's token is called, its symbol, and how many decimals it has.
type TokenNames = (&'static str, &'static str, u8);

/// The token of the relay chain for development.
const ROCOCO: TokenNames = ("Rococo", "ROC", 12);
/// The token of a relay chain that nobody has chosen yet. Whoever launches the network writes its real names.
const UNKNOWN_RELAY_CHAIN: TokenNames = ("Relay chain token", "RELAY", 12);

/// The account whose key is `//name`.
pub fn account_of(name: &str) -> AccountId {
	AccountId::new(get_public_from_string_or_panic::<sr25519::Public>(name).0)
}

/// The session keys of the collator whose key is `//name`: the same key for everything.
fn session_keys_of(name: &str) -> SessionKeys {
	let key = get_public_from_string_or_panic::<sr25519::Public>(name);
	SessionKeys {
		aura: key.into(),
		authority_discovery: key.into(),
	}
}

/// A network whose keys everybody knows.
fn development() -> Vec<u8> {
	let collators: Vec<AccountId> = COLLATORS.iter().map(|name| account_of(name)).collect();
	genesis(
		NAMED_ACCOUNTS
			.iter()
			.chain(&COLLATORS)
			.map(|name| (account_of(name), ENDOWMENT))
			.collect(),
		COLLATORS
			.iter()
			.map(|name| (account_of(name), session_keys_of(name)))
			.collect(),
		collators.into_iter().next(),
		ROCOCO,
	)
}

/// A network that belongs to nobody yet.
fn production() -> Vec<u8> {
	genesis(vec![], vec![], None, UNKNOWN_RELAY_CHAIN)
}

/// The first block, as a patch of the default one.
fn genesis(
	mut balances: Vec<(AccountId, Balance)>,
	collators: Vec<(AccountId, SessionKeys)>,
	root: Option<AccountId>,
	(name, symbol, decimals): TokenNames,
) -> Vec<u8> {
	// The pot of fees must exist, or the first fees would be too small to make it and be lost.
	balances.push((StakingPotAccountId::<crate::Runtime>::get(), EXISTENTIAL_DEPOSIT));
	// Nobody has a key for this account, so nobody mints, freezes or burns the relay chain's token by a call of
	// `pallet-assets`; only root can change that.
	let nobody = PolkadotXcm::check_account();
	let invulnerables: Vec<AccountId> = collators.iter().map(|(account, _)| account.clone()).collect();
	let founders = invulnerables
		.iter()
		.map(|account| (account.clone(), GUARDIAN))
		.collect();
	let keys: Vec<_> = collators
		.into_iter()
		.map(|(account, keys)| (account.clone(), account, keys))
		.collect();
	build_struct_json_patch!(RuntimeGenesisConfig {
		balances: BalancesConfig { balances },
		assets: AssetsConfig {
			assets: vec![(RELAY_TOKEN_ASSET_ID, nobody, true, RELAY_TOKEN_MIN_BALANCE)],
			metadata: vec![(RELAY_TOKEN_ASSET_ID, name.into(), symbol.into(), decimals)],
		},
		parachain_info: ParachainInfoConfig {
			parachain_id: ParaId::from(PARA_ID)
		},
		collator_selection: CollatorSelectionConfig {
			invulnerables,
			candidacy_bond: CANDIDACY_BOND
		},
		session: SessionConfig { keys },
		polkadot_xcm: PolkadotXcmConfig {
			safe_xcm_version: Some(SAFE_XCM_VERSION)
		},
		sudo: SudoConfig { key: root },
		founders: FoundersConfig { members: founders },
	})
	.to_string()
	.into_bytes()
}

/// The preset of that name, as JSON to be laid over the default genesis.
pub fn get_preset(name: &PresetId) -> Option<Vec<u8>> {
	match name.as_ref() {
		DEVELOPMENT | LOCAL_TESTNET => Some(development()),
		TESTNET | PRODUCTION => Some(production()),
		_ => None,
	}
}

/// The names of all presets.
pub fn preset_names() -> Vec<PresetId> {
	[DEVELOPMENT, LOCAL_TESTNET, TESTNET, PRODUCTION]
		.into_iter()
		.map(PresetId::from)
		.collect()
}
