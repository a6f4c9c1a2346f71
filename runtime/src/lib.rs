//! The BPIIoT parachain runtime: which pallets there are and how they are joined. It holds no logic of its own.
//!
//! | where | what |
//! |---|---|
//! | this file | the pallets, their numbers, the types of a block and of a transaction |
//! | [`configs`] | how each pallet is set up, by topic |
//! | `apis` | what the node and clients may ask the runtime |
//! | [`genesis_config_presets`] | the first block of each network |
//! | [`weights`] | what everything costs |

#![cfg_attr(not(feature = "std"), no_std)]
#![recursion_limit = "256"]
#![allow(
	missing_docs,
	reason = "`frame_support::runtime` and `impl_runtime_apis!` write items without a word on them"
)]

extern crate alloc;

mod apis;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarks;
pub mod configs;
pub mod genesis_config_presets;
#[cfg(feature = "std")]
pub mod in_memory;
pub mod migrations;
pub mod weights;

use alloc::vec::Vec;
use sp_runtime::{
	generic, impl_opaque_keys,
	traits::{BlakeTwo256, IdentifyAccount, Verify},
	MultiAddress, MultiSignature,
};
use sp_version::RuntimeVersion;

pub use configs::money::{BPI, EXISTENTIAL_DEPOSIT, MICRO_BPI, MILLI_BPI};
pub use configs::system::{DAYS, HOURS, MINUTES, SLOT_DURATION};
pub use configs::xcm::tokens::{RELAY_TOKEN_ASSET_ID, RELAY_TOKEN_MIN_BALANCE};

#[cfg(feature = "std")]
#[expect(dead_code, reason = "the builder also writes where the uncompressed wasm is")]
mod wasm {
	include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));
}

/// The wasm of this runtime, compact and compressed.
///
/// # Panics
/// When the crate was built with `SKIP_WASM_BUILD`.
#[cfg(feature = "std")]
pub fn wasm_binary() -> &'static [u8] {
	wasm::WASM_BINARY.expect("the runtime was built without its wasm: build again with SKIP_WASM_BUILD unset")
}

/// Where [`wasm_binary`] was found at build time, if it was built.
#[cfg(feature = "std")]
pub const fn wasm_binary_path() -> Option<&'static str> {
	wasm::WASM_BINARY_PATH
}

/// The id under which the chain is registered with its relay chain.
pub const PARA_ID: u32 = 2000;
/// What the native token is called.
pub const TOKEN_SYMBOL: &str = "BPI";
/// How many decimals the native token has.
pub const TOKEN_DECIMALS: u8 = 12;
/// The address format: the generic one of Substrate.
pub const SS58_PREFIX: u16 = 42;

/// A signature by any of the usual kinds of key.
pub type Signature = MultiSignature;
/// An account: the public key behind its signatures, or a hash that stands for it.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;
/// An amount of the native token, in units of 10⁻¹² BPI.
pub type Balance = u128;
/// How many transactions an account has sent.
pub type Nonce = u32;
/// A hash of the chain: Blake2b, 256 bits.
pub type Hash = sp_core::H256;
/// The number of a block.
pub type BlockNumber = u32;
/// An account as transactions name it.
pub type Address = MultiAddress<AccountId, ()>;
/// A block's header.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
/// A block.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;

/// What every signed transaction carries and is checked for. Wallets know each by its name (a test has the list), so
/// they sign our transactions with no software of ours.
pub type TxExtension = cumulus_pallet_weight_reclaim::StorageWeightReclaim<
	Runtime,
	(
		frame_system::CheckNonZeroSender<Runtime>,
		frame_system::CheckSpecVersion<Runtime>,
		frame_system::CheckTxVersion<Runtime>,
		frame_system::CheckGenesis<Runtime>,
		frame_system::CheckEra<Runtime>,
		frame_system::CheckNonce<Runtime>,
		frame_system::CheckWeight<Runtime>,
		pallet_asset_tx_payment::ChargeAssetTxPayment<Runtime>,
		frame_metadata_hash_extension::CheckMetadataHash<Runtime>,
	),
>;

/// A transaction as it arrives.
pub type UncheckedExtrinsic = generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;

/// Runs blocks.
pub type Executive =
	frame_executive::Executive<Runtime, Block, frame_system::ChainContext<Runtime>, Runtime, AllPalletsWithSystem>;

impl_opaque_keys! {
	/// The keys of a collator.
	pub struct SessionKeys {
		/// Signs blocks.
		pub aura: Aura,
		/// Signs where the collator is found in the network.
		pub authority_discovery: AuthorityDiscovery,
	}
}

/// Its own macro wants the number of the version to be written out.
macro_rules! version {
	($spec:tt) => {
		/// The version of the runtime that this code is.
		#[sp_version::runtime_version]
		pub const VERSION: RuntimeVersion = RuntimeVersion {
			spec_name: alloc::borrow::Cow::Borrowed("bpiiot"),
			impl_name: alloc::borrow::Cow::Borrowed("bpiiot"),
			authoring_version: 1,
			spec_version: $spec,
			impl_version: 0,
			apis: apis::RUNTIME_API_VERSIONS,
			transaction_version: 1,
			system_version: 1,
		};
	};
}

#[cfg(not(feature = "next-version"))]
version!(1);
#[cfg(feature = "next-version")]
version!(2);

#[frame_support::runtime]
mod runtime {
	/// The runtime.
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
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Runtime;

	// The chain itself.
	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type ParachainSystem = cumulus_pallet_parachain_system;
	#[runtime::pallet_index(2)]
	pub type Timestamp = pallet_timestamp;
	#[runtime::pallet_index(3)]
	pub type ParachainInfo = staging_parachain_info;
	#[runtime::pallet_index(4)]
	pub type WeightReclaim = cumulus_pallet_weight_reclaim;

	// Money.
	#[runtime::pallet_index(10)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(11)]
	pub type TransactionPayment = pallet_transaction_payment;
	#[runtime::pallet_index(12)]
	pub type Assets = pallet_assets;
	#[runtime::pallet_index(13)]
	pub type AssetTxPayment = pallet_asset_tx_payment;
	#[runtime::pallet_index(14)]
	pub type AssetsHolder = pallet_assets_holder;
	#[runtime::pallet_index(17)]
	pub type AssetRate = pallet_asset_rate;

	// Tools and authority.
	#[runtime::pallet_index(15)]
	pub type Utility = pallet_utility;
	#[runtime::pallet_index(16)]
	pub type Sudo = pallet_sudo;
	#[runtime::pallet_index(18)]
	pub type Multisig = pallet_multisig;
	#[runtime::pallet_index(19)]
	pub type Proxy = pallet_proxy;

	// Collators. Genesis is built in this order: the session hands its keys to those below it.
	#[runtime::pallet_index(20)]
	pub type Authorship = pallet_authorship;
	#[runtime::pallet_index(21)]
	pub type CollatorSelection = pallet_collator_selection;
	#[runtime::pallet_index(22)]
	pub type Session = pallet_session;
	#[runtime::pallet_index(23)]
	pub type Aura = pallet_aura;
	#[runtime::pallet_index(24)]
	pub type AuraExt = cumulus_pallet_aura_ext;
	#[runtime::pallet_index(25)]
	pub type AuthorityDiscovery = pallet_authority_discovery;

	// Messages from other chains and to them.
	#[runtime::pallet_index(30)]
	pub type XcmpQueue = cumulus_pallet_xcmp_queue;
	#[runtime::pallet_index(31)]
	pub type PolkadotXcm = pallet_xcm;
	#[runtime::pallet_index(32)]
	pub type CumulusXcm = cumulus_pallet_xcm;
	#[runtime::pallet_index(33)]
	pub type MessageQueue = pallet_message_queue;

	// Governance.
	#[runtime::pallet_index(40)]
	pub type Preimage = pallet_preimage;
	#[runtime::pallet_index(41)]
	pub type Scheduler = pallet_scheduler;
	#[runtime::pallet_index(42)]
	pub type TechnicalCollective = pallet_ranked_collective;
	#[runtime::pallet_index(43)]
	pub type Founders = configs::governance::founders;
	#[runtime::pallet_index(44)]
	pub type Referenda = pallet_referenda;
	#[runtime::pallet_index(45)]
	pub type TxPause = pallet_tx_pause;

	// The platform.
	#[runtime::pallet_index(50)]
	pub type Machines = pallet_machines;
	#[runtime::pallet_index(51)]
	pub type Escrow = pallet_escrow;
	#[runtime::pallet_index(52)]
	pub type Jobs = pallet_jobs;
	#[runtime::pallet_index(53)]
	pub type Suppliers = pallet_suppliers;
	#[runtime::pallet_index(54)]
	pub type Procurement = pallet_procurement;
	#[runtime::pallet_index(55)]
	pub type Inventory = pallet_inventory;
	#[runtime::pallet_index(58)]
	pub type Products = pallet_products;
	#[runtime::pallet_index(59)]
	pub type Shipments = pallet_shipments;
}

cumulus_pallet_parachain_system::register_validate_block! {
	Runtime = Runtime,
	BlockExecutor = cumulus_pallet_aura_ext::BlockExecutor::<Runtime, Executive>,
}
