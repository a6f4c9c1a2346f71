//! Which pallets' weights can be measured on this runtime.

use crate::*;
use alloc::{boxed::Box, string::String, vec::Vec};
use bpiiot_primitives::{AssetKind, BenchmarkAssets};
use configs::xcm::{
	tokens::{Token, ASSET_HUB},
	PriceOfMessage, XcmConfig,
};
use cumulus_pallet_session_benchmarking::Pallet as SessionBench;
use cumulus_primitives_core::ParaId;
use frame_benchmarking::{account, whitelisted_caller, BenchmarkBatch, BenchmarkConfig, BenchmarkError, BenchmarkList};
use frame_support::{
	assert_ok, parameter_types,
	traits::{
		fungible,
		fungibles::{self, Inspect as _},
		StorageInfo, StorageInfoTrait, WhitelistedStorageKeys,
	},
};
use frame_system_benchmarking::{extensions::Pallet as SystemExtensionsBench, Pallet as SystemBench};
use pallet_xcm::benchmarking::Pallet as PalletXcmBench;
use polkadot_runtime_common::xcm_sender::ToParachainDeliveryHelper;
use sp_runtime::{traits::AccountIdConversion, FixedU128};
use xcm::latest::{Asset, Junctions::Here, Location};

frame_benchmarking::define_benchmarks!(
	[frame_system, SystemBench::<Runtime>]
	[frame_system_extensions, SystemExtensionsBench::<Runtime>]
	[cumulus_pallet_parachain_system, ParachainSystem]
	[cumulus_pallet_weight_reclaim, WeightReclaim]
	[cumulus_pallet_xcmp_queue, XcmpQueue]
	[pallet_asset_rate, AssetRate]
	[pallet_asset_tx_payment, AssetTxPayment]
	[pallet_assets, Assets]
	[pallet_balances, Balances]
	[pallet_collator_selection, CollatorSelection]
	[pallet_escrow, Escrow]
	[pallet_inventory, Inventory]
	[pallet_jobs, Jobs]
	[pallet_machines, Machines]
	[pallet_message_queue, MessageQueue]
	[pallet_multisig, Multisig]
	[pallet_preimage, Preimage]
	[pallet_procurement, Procurement]
	[pallet_products, Products]
	[pallet_proxy, Proxy]
	[pallet_ranked_collective, TechnicalCollective]
	[pallet_referenda, Referenda]
	[pallet_scheduler, Scheduler]
	[pallet_session, SessionBench::<Runtime>]
	[pallet_shipments, Shipments]
	[pallet_sudo, Sudo]
	[pallet_suppliers, Suppliers]
	[pallet_timestamp, Timestamp]
	[pallet_transaction_payment, TransactionPayment]
	[pallet_tx_pause, TxPause]
	[pallet_utility, Utility]
	[pallet_xcm, PalletXcmBench::<Runtime>]
);

impl frame_system_benchmarking::Config for Runtime {
	fn setup_set_code_requirements(code: &Vec<u8>) -> Result<(), BenchmarkError> {
		ParachainSystem::initialize_for_set_code_benchmark(code.len() as u32);
		Ok(())
	}

	fn verify_set_code() {
		System::assert_last_event(cumulus_pallet_parachain_system::Event::<Runtime>::ValidationFunctionStored.into());
	}
}

impl pallet_transaction_payment::BenchmarkConfig for Runtime {}

impl cumulus_pallet_session_benchmarking::Config for Runtime {
	fn generate_session_keys_and_proof(owner: AccountId) -> (SessionKeys, Vec<u8>) {
		let generated = SessionKeys::generate(&codec::Encode::encode(&owner), None);
		(generated.keys, codec::Encode::encode(&generated.proof))
	}
}

/// Makes what is needed to measure payments in an asset.
pub struct TestAsset;

/// The number of the asset.
const TEST_ASSET: u32 = 1_000_000;

impl BenchmarkAssets<AccountId, Balance> for TestAsset {
	fn create_asset() -> AssetKind {
		let asset = AssetKind::Asset(TEST_ASSET);
		let issuer: AccountId = account("issuer", 0, 0);
		assert_ok!(Assets::force_create(
			RuntimeOrigin::root(),
			TEST_ASSET,
			issuer.into(),
			true,
			1
		));
		pallet_asset_rate::ConversionRateToNative::<Runtime>::insert(asset, FixedU128::from_rational(3, 2));
		<Self as BenchmarkAssets<_, _>>::fund(asset, &CollatorSelection::account_id(), 1);
		asset
	}

	fn fund(asset: AssetKind, who: &AccountId, amount: Balance) {
		let funded = match asset {
			AssetKind::Native => <Balances as fungible::Mutate<AccountId>>::mint_into(who, amount),
			AssetKind::Asset(id) => <Assets as fungibles::Mutate<AccountId>>::mint_into(id, who, amount),
		};
		assert_ok!(funded);
	}

	fn freeze(asset: AssetKind) {
		if let AssetKind::Asset(id) = asset {
			assert_ok!(Assets::freeze_asset(RuntimeOrigin::signed(account("issuer", 0, 0)), id));
		}
	}
}

impl pallet_asset_rate::AssetKindFactory<AssetKind> for TestAsset {
	fn create_asset_kind(seed: u32) -> AssetKind {
		AssetKind::Asset(seed)
	}
}

impl pallet_asset_tx_payment::BenchmarkHelperTrait<AccountId, u32, u32> for TestAsset {
	fn create_asset_id_parameter(_: u32) -> (u32, u32) {
		(TEST_ASSET, TEST_ASSET)
	}

	fn setup_balances_and_pool(_: u32, who: AccountId) {
		let asset = <Escrow as bpiiot_primitives::Escrow<AccountId>>::benchmark_asset();
		for kind in [AssetKind::Native, asset] {
			<Self as BenchmarkAssets<_, _>>::fund(kind, &who, 1_000_000 * BPI);
		}
	}
}

/// How much of a token of the hub is sent.
const SENT: Balance = BPI;

parameter_types! {
	/// The chain that messages go to: one beside ours, as they wait in a dearer queue than those to the relay chain.
	pub const AssetHub: ParaId = ParaId::new(ASSET_HUB);
	/// What keeps an account alive.
	pub LeastAsset: Option<Asset> = Some((Here, EXISTENTIAL_DEPOSIT).into());
}

/// A token of the hub, let in.
fn hub_token(index: u32) -> Asset {
	let token = Token::Hub(index);
	if !Assets::asset_exists(token.number()) {
		let nobody = PolkadotXcm::check_account();
		assert_ok!(Assets::force_create(
			RuntimeOrigin::root(),
			token.number(),
			nobody.into(),
			true,
			1
		));
	}
	(token.name(), SENT).into()
}

/// Whoever sends has enough to do it, and so has the hub's account here.
fn sendable() -> (Asset, Location) {
	let token = hub_token(0);
	let sender: AccountId = whitelisted_caller();
	for kind in [AssetKind::Native, AssetKind::Asset(Token::Hub(0).number())] {
		<TestAsset as BenchmarkAssets<_, _>>::fund(kind, &sender, 2 * SENT);
	}
	let hub: AccountId = polkadot_parachain_primitives::primitives::Sibling::from(ASSET_HUB).into_account_truncating();
	<TestAsset as BenchmarkAssets<_, _>>::fund(AssetKind::Asset(Token::Hub(0).number()), &hub, 2 * SENT);
	(token, Token::Hub(0).reserve())
}

impl pallet_xcm::benchmarking::Config for Runtime {
	type DeliveryHelper =
		ToParachainDeliveryHelper<XcmConfig, LeastAsset, PriceOfMessage<XcmpQueue>, AssetHub, ParachainSystem>;

	fn reachable_dest() -> Option<Location> {
		ParachainSystem::open_outbound_hrmp_channel_for_benchmarks_or_tests(ASSET_HUB.into());
		Some(Token::Hub(0).reserve())
	}

	/// The benchmark looks for what was sent in the hub's account here, where a chain that is the reserve itself has it.
	/// Ours burns it, so that account has some before.
	fn reserve_transferable_asset_and_dest() -> Option<(Asset, Location)> {
		Some(sendable())
	}

	fn set_up_complex_asset_transfer() -> Option<(xcm::latest::Assets, u32, Location, Box<dyn FnOnce()>)> {
		let (asset, dest) = sendable();
		let before = Assets::total_supply(Token::Hub(0).number());
		let burned = Box::new(move || assert_eq!(Assets::total_supply(Token::Hub(0).number()), before - SENT));
		Some((asset.into(), 0, dest, burned))
	}

	fn get_asset() -> Asset {
		hub_token(0)
	}

	fn get_assets(count: u32) -> xcm::latest::Assets {
		(0..count).map(hub_token).collect::<Vec<_>>().into()
	}

	fn batch_call(calls: Vec<RuntimeCall>) -> Option<RuntimeCall> {
		Some(pallet_utility::Call::batch { calls }.into())
	}
}

/// The benchmarks that there are, and what is known of storage.
pub(crate) fn metadata(extra: bool) -> (Vec<BenchmarkList>, Vec<StorageInfo>) {
	let mut list = Vec::<BenchmarkList>::new();
	list_benchmarks!(list, extra);
	(list, AllPalletsWithSystem::storage_info())
}

/// Runs the benchmark that is asked for.
pub(crate) fn dispatch(config: BenchmarkConfig) -> Result<Vec<BenchmarkBatch>, String> {
	let whitelist = AllPalletsWithSystem::whitelisted_storage_keys();
	let mut batches = Vec::<BenchmarkBatch>::new();
	let params = (&config, &whitelist);
	add_benchmarks!(params, batches);
	Ok(batches)
}
