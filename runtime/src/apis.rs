//! What the node and clients may ask the runtime.

use crate::{
	configs::{
		consensus::{ConsensusHook, BLOCKS_PER_RELAY_BLOCK, RELAY_PARENT_OFFSET},
		xcm::{tokens::Token, HereLocation, LocationToAccountId, Trader, XcmConfig, XcmRouter},
	},
	genesis_config_presets, AccountId, AuthorityDiscovery, Balance, Block, BlockNumber, Executive, InherentDataExt,
	Inventory, Jobs, Nonce, OriginCaller, ParachainInfo, ParachainSystem, PolkadotXcm, Procurement, Products, Runtime,
	RuntimeCall, RuntimeEvent, RuntimeGenesisConfig, SessionKeys, Shipments, Suppliers, System, TransactionPayment,
	SLOT_DURATION, VERSION,
};
use alloc::vec::Vec;
use bpiiot_primitives::{AssetKind, Category, Item, JobId, MachineId, PurchaseOrderId, Region, ShipmentId, SiteId};
use cumulus_primitives_core::{ParaId, RelayProofRequest, VerifySchedulingSignature};
use frame_support::{
	genesis_builder_helper::{build_state, get_preset},
	weights::Weight,
};
use pallet_inventory::{runtime_api::Page, Asset, AssetId as ToolId, Reservation, Site, Stock, Whereabouts};
use pallet_jobs::{
	runtime_api::{JobPage, OfferPage},
	Capability, EscrowAccountOf, OfferRank,
};
use pallet_procurement::{
	runtime_api::{OrderPage, QuotePage, RequestPage},
	QuoteRank, RequestPlace,
};
use pallet_products::{
	disclosure::{Claim, PathStep},
	gs1::{Gtin, Serial, Sscc},
	runtime_api::{Facts, FoundCertificate, FoundMark, Page as ProductPage, RecallStatus, StatusCursor},
	At, CertificateId, Descent, Frontier, LogisticUnit, Making, MakingId, Moment, ProductionRecord, RecallId, Subject,
	Tag, Thing,
};
use pallet_shipments::{
	runtime_api::{CustodyPage, ShipmentPage, WholeShipment},
	ShipmentPlace,
};
use pallet_suppliers::{runtime_api::SupplierPage, Place, Standing};
use pallet_transaction_payment::{FeeDetails, RuntimeDispatchInfo};
use sp_api::impl_runtime_apis;
use sp_authority_discovery::AuthorityId as AuthorityDiscoveryId;
use sp_consensus_aura::sr25519::AuthorityId as AuraId;
use sp_core::{crypto::KeyTypeId, OpaqueMetadata};
use sp_runtime::{
	traits::Block as BlockT,
	transaction_validity::{TransactionSource, TransactionValidity},
	ApplyExtrinsicResult, ExtrinsicInclusionMode,
};
use sp_session::OpaqueGeneratedSessionKeys;
use sp_version::RuntimeVersion;
use xcm::{prelude::*, Version as XcmVersion};
use xcm_runtime_apis::{
	conversions::Error as LocationConversionError,
	dry_run::{CallDryRunEffects, Error as DryRunError, XcmDryRunEffects},
	fees::Error as XcmPaymentError,
};

impl_runtime_apis! {
	impl sp_api::Core<Block> for Runtime {
		fn version() -> RuntimeVersion {
			VERSION
		}

		fn execute_block(block: <Block as BlockT>::LazyBlock) {
			Executive::execute_block(block)
		}

		fn initialize_block(header: &<Block as BlockT>::Header) -> ExtrinsicInclusionMode {
			Executive::initialize_block(header)
		}
	}

	impl sp_api::Metadata<Block> for Runtime {
		fn metadata() -> OpaqueMetadata {
			OpaqueMetadata::new(Runtime::metadata().into())
		}

		fn metadata_at_version(version: u32) -> Option<OpaqueMetadata> {
			Runtime::metadata_at_version(version)
		}

		fn metadata_versions() -> Vec<u32> {
			Runtime::metadata_versions()
		}
	}

	impl frame_support::view_functions::runtime_api::RuntimeViewFunction<Block> for Runtime {
		fn execute_view_function(
			id: frame_support::view_functions::ViewFunctionId,
			input: Vec<u8>,
		) -> Result<Vec<u8>, frame_support::view_functions::ViewFunctionDispatchError> {
			Runtime::execute_view_function(id, input)
		}
	}

	impl sp_block_builder::BlockBuilder<Block> for Runtime {
		fn apply_extrinsic(extrinsic: <Block as BlockT>::Extrinsic) -> ApplyExtrinsicResult {
			Executive::apply_extrinsic(extrinsic)
		}

		fn finalize_block() -> <Block as BlockT>::Header {
			Executive::finalize_block()
		}

		fn inherent_extrinsics(data: sp_inherents::InherentData) -> Vec<<Block as BlockT>::Extrinsic> {
			data.create_extrinsics()
		}

		fn check_inherents(
			block: <Block as BlockT>::LazyBlock,
			data: sp_inherents::InherentData,
		) -> sp_inherents::CheckInherentsResult {
			data.check_extrinsics(&block)
		}
	}

	impl sp_transaction_pool::runtime_api::TaggedTransactionQueue<Block> for Runtime {
		fn validate_transaction(
			source: TransactionSource,
			transaction: <Block as BlockT>::Extrinsic,
			block_hash: <Block as BlockT>::Hash,
		) -> TransactionValidity {
			Executive::validate_transaction(source, transaction, block_hash)
		}
	}

	impl sp_offchain::OffchainWorkerApi<Block> for Runtime {
		fn offchain_worker(header: &<Block as BlockT>::Header) {
			Executive::offchain_worker(header)
		}
	}

	impl sp_session::SessionKeys<Block> for Runtime {
		fn generate_session_keys(owner: Vec<u8>, seed: Option<Vec<u8>>) -> OpaqueGeneratedSessionKeys {
			SessionKeys::generate(&owner, seed).into()
		}

		fn decode_session_keys(encoded: Vec<u8>) -> Option<Vec<(Vec<u8>, KeyTypeId)>> {
			SessionKeys::decode_into_raw_public_keys(&encoded)
		}
	}

	impl sp_consensus_aura::AuraApi<Block, AuraId> for Runtime {
		fn slot_duration() -> sp_consensus_aura::SlotDuration {
			sp_consensus_aura::SlotDuration::from_millis(SLOT_DURATION)
		}

		fn authorities() -> Vec<AuraId> {
			pallet_aura::Authorities::<Runtime>::get().into_inner()
		}
	}

	impl cumulus_primitives_aura::AuraUnincludedSegmentApi<Block> for Runtime {
		fn can_build_upon(included_hash: <Block as BlockT>::Hash, slot: cumulus_primitives_aura::Slot) -> bool {
			ConsensusHook::can_build_upon(included_hash, slot)
		}
	}

	impl sp_authority_discovery::AuthorityDiscoveryApi<Block> for Runtime {
		fn authorities() -> Vec<AuthorityDiscoveryId> {
			AuthorityDiscovery::authorities()
		}
	}

	impl cumulus_primitives_core::CollectCollationInfo<Block> for Runtime {
		fn collect_collation_info(header: &<Block as BlockT>::Header) -> cumulus_primitives_core::CollationInfo {
			ParachainSystem::collect_collation_info(header)
		}
	}

	impl cumulus_primitives_core::GetParachainInfo<Block> for Runtime {
		fn parachain_id() -> ParaId {
			ParachainInfo::parachain_id()
		}
	}

	impl cumulus_primitives_core::RelayParentOffsetApi<Block> for Runtime {
		fn relay_parent_offset() -> u32 {
			RELAY_PARENT_OFFSET
		}

		fn max_claim_queue_offset() -> u8 {
			ParachainSystem::max_claim_queue_offset()
		}
	}

	impl cumulus_primitives_core::SchedulingV3EnabledApi<Block> for Runtime {
		fn scheduling_v3_enabled() -> bool {
			<Runtime as cumulus_pallet_parachain_system::Config>::SchedulingSignatureVerifier::V3_SCHEDULING_ENABLED
		}
	}

	impl cumulus_primitives_core::TargetBlockRate<Block> for Runtime {
		fn target_block_rate() -> u32 {
			BLOCKS_PER_RELAY_BLOCK
		}
	}

	impl cumulus_primitives_core::KeyToIncludeInRelayProof<Block> for Runtime {
		fn keys_to_prove() -> RelayProofRequest {
			RelayProofRequest::default()
		}
	}

	impl frame_system_rpc_runtime_api::AccountNonceApi<Block, AccountId, Nonce> for Runtime {
		fn account_nonce(account: AccountId) -> Nonce {
			System::account_nonce(account)
		}
	}

	impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentApi<Block, Balance> for Runtime {
		fn query_info(transaction: <Block as BlockT>::Extrinsic, length: u32) -> RuntimeDispatchInfo<Balance> {
			TransactionPayment::query_info(transaction, length)
		}

		fn query_fee_details(transaction: <Block as BlockT>::Extrinsic, length: u32) -> FeeDetails<Balance> {
			TransactionPayment::query_fee_details(transaction, length)
		}

		fn query_weight_to_fee(weight: Weight) -> Balance {
			TransactionPayment::weight_to_fee(weight)
		}

		fn query_length_to_fee(length: u32) -> Balance {
			TransactionPayment::length_to_fee(length)
		}
	}

	impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentCallApi<Block, Balance, RuntimeCall>
		for Runtime
	{
		fn query_call_info(call: RuntimeCall, length: u32) -> RuntimeDispatchInfo<Balance> {
			TransactionPayment::query_call_info(call, length)
		}

		fn query_call_fee_details(call: RuntimeCall, length: u32) -> FeeDetails<Balance> {
			TransactionPayment::query_call_fee_details(call, length)
		}

		fn query_weight_to_fee(weight: Weight) -> Balance {
			TransactionPayment::weight_to_fee(weight)
		}

		fn query_length_to_fee(length: u32) -> Balance {
			TransactionPayment::length_to_fee(length)
		}
	}

	impl pallet_jobs::runtime_api::JobsApi<Block, AccountId, Balance, EscrowAccountOf<Runtime>> for Runtime {
		fn offers_by(
			capability: Capability,
			region: Region,
			asset: AssetKind,
			max_price: Option<Balance>,
			cursor: Option<OfferRank>,
		) -> OfferPage<AccountId, Balance> {
			Jobs::offers_by(capability, region, asset, max_price, cursor)
		}

		fn jobs_for(machine: MachineId, cursor: Option<JobId>) -> JobPage<EscrowAccountOf<Runtime>, Balance> {
			Jobs::jobs_for(machine, cursor)
		}
	}

	impl pallet_suppliers::runtime_api::SuppliersApi<Block, AccountId, Balance> for Runtime {
		fn suppliers_by(category: Category, area: Region, cursor: Option<Place>) -> SupplierPage<AccountId, Balance> {
			Suppliers::suppliers_by(category, area, cursor)
		}

		fn standing(supplier: AccountId) -> Standing {
			Suppliers::standing(&supplier)
		}
	}

	impl pallet_procurement::runtime_api::ProcurementApi<Block, AccountId, EscrowAccountOf<Runtime>> for Runtime {
		fn quotes_by(
			category: Category,
			area: Region,
			asset: AssetKind,
			max_price: Option<Balance>,
			cursor: Option<QuoteRank>,
		) -> QuotePage<AccountId> {
			Procurement::quotes_by(category, area, asset, max_price, cursor)
		}

		fn requests_by(category: Category, area: Region, cursor: Option<RequestPlace>) -> RequestPage<AccountId> {
			Procurement::requests_by(category, area, cursor)
		}

		fn sales_of(supplier: AccountId, cursor: Option<PurchaseOrderId>) -> OrderPage<EscrowAccountOf<Runtime>> {
			Procurement::sales_of(supplier, cursor)
		}
	}

	impl pallet_inventory::runtime_api::InventoryApi<Block, AccountId, Balance> for Runtime {
		fn sites_of(owner: AccountId, cursor: Option<SiteId>) -> Page<SiteId, Site<AccountId, Balance>> {
			Inventory::sites_of(owner, cursor)
		}

		fn stock_at(site: SiteId, cursor: Option<Item>) -> Page<Item, Stock<AccountId, Balance>> {
			Inventory::stock_at(site, cursor)
		}

		fn sites_with(
			owner: AccountId,
			item: Item,
			cursor: Option<SiteId>,
		) -> Page<SiteId, Stock<AccountId, Balance>> {
			Inventory::sites_with(owner, item, cursor)
		}

		fn reserved_for(job: JobId) -> Option<Reservation> {
			Inventory::reserved_for(job)
		}

		fn reserved_at(site: SiteId, cursor: Option<JobId>) -> Page<JobId, Reservation> {
			Inventory::reserved_at(site, cursor)
		}

		fn assets_at(
			place: Whereabouts<AccountId>,
			cursor: Option<ToolId>,
		) -> Page<ToolId, Asset<AccountId, Balance>> {
			Inventory::assets_at(place, cursor)
		}
	}

	impl pallet_products::runtime_api::ProductsApi<Block, AccountId, Balance, BlockNumber> for Runtime {
		fn facts(thing: Thing) -> Option<Facts<AccountId>> {
			Products::facts(thing)
		}

		fn recall_status(thing: Thing, cursor: Option<StatusCursor>) -> RecallStatus {
			Products::recall_status(thing, cursor)
		}

		fn made_of(thing: Thing, cursor: Option<Frontier>) -> ProductPage<(MakingId, Making<AccountId>), Frontier> {
			Products::made_of(thing, cursor)
		}

		fn made_from(
			thing: Thing,
			cursor: Option<Descent<AccountId>>,
		) -> ProductPage<MakingId, Descent<AccountId>> {
			Products::made_from(thing, cursor)
		}

		fn uses_of(thing: Thing, cursor: Option<At<AccountId>>) -> ProductPage<MakingId, At<AccountId>> {
			Products::uses_of(thing, cursor)
		}

		fn production(making: MakingId) -> Option<ProductionRecord> {
			Products::production(making)
		}

		fn made_on(machine: MachineId, from: u64, cursor: Option<Moment>) -> ProductPage<MakingId, Moment> {
			Products::made_on(machine, from, cursor)
		}

		fn affected_by(recall: RecallId, cursor: Option<MakingId>) -> ProductPage<FoundMark<AccountId>, MakingId> {
			Products::affected_by(recall, cursor)
		}

		fn holders_of(
			thing: Thing,
			cursor: Option<At<AccountId>>,
		) -> ProductPage<(Thing, AccountId, u64), At<AccountId>> {
			Products::holders_of(thing, cursor)
		}

		fn contents(sscc: Sscc) -> Option<LogisticUnit<AccountId>> {
			Products::contents(sscc)
		}

		fn tag(gtin: Gtin, serial: Serial) -> Option<Tag<BlockNumber>> {
			Products::tag_of(gtin, serial)
		}

		fn certificates(
			subject: Subject,
			cursor: Option<CertificateId>,
		) -> ProductPage<FoundCertificate<AccountId, Balance>, CertificateId> {
			Products::certificates(subject, cursor)
		}

		fn says(certificate: CertificateId, claim: Claim, path: Vec<PathStep>) -> bool {
			Products::says(certificate, claim, path)
		}
	}

	impl pallet_shipments::runtime_api::ShipmentsApi<Block, AccountId, Thing, EscrowAccountOf<Runtime>> for Runtime {
		fn shipments_of(party: AccountId, cursor: Option<ShipmentPlace>) -> ShipmentPage<AccountId> {
			Shipments::shipments_of(&party, cursor)
		}

		fn shipment(id: ShipmentId) -> Option<WholeShipment<AccountId, Thing, EscrowAccountOf<Runtime>>> {
			Shipments::whole_shipment(id)
		}

		fn in_custody_of(holder: AccountId, cursor: Option<ShipmentPlace>) -> CustodyPage<AccountId, Thing> {
			Shipments::in_custody_of(&holder, cursor)
		}
	}

	impl xcm_runtime_apis::fees::XcmPaymentApi<Block> for Runtime {
		fn query_acceptable_payment_assets(version: XcmVersion) -> Result<Vec<VersionedAssetId>, XcmPaymentError> {
			let rated = pallet_asset_rate::ConversionRateToNative::<Runtime>::iter_keys().filter_map(|asset| match asset {
				AssetKind::Asset(id) => Token::numbered(id).filter(|token| *token != Token::Relay),
				AssetKind::Native => None,
			});
			let others = [Token::Relay].into_iter().chain(rated).map(Token::name);
			let accepted = [HereLocation::get()].into_iter().chain(others).map(AssetId).collect();
			PolkadotXcm::query_acceptable_payment_assets(version, accepted)
		}

		fn query_xcm_weight(message: VersionedXcm<()>) -> Result<Weight, XcmPaymentError> {
			PolkadotXcm::query_xcm_weight(message)
		}

		fn query_weight_to_asset_fee(weight: Weight, asset: VersionedAssetId) -> Result<u128, XcmPaymentError> {
			PolkadotXcm::query_weight_to_asset_fee::<Trader>(weight, asset)
		}

		fn query_delivery_fees(
			destination: VersionedLocation,
			message: VersionedXcm<()>,
			asset: VersionedAssetId,
		) -> Result<VersionedAssets, XcmPaymentError> {
			PolkadotXcm::query_delivery_fees::<<XcmConfig as xcm_executor::Config>::AssetExchanger>(
				destination,
				message,
				asset,
			)
		}
	}

	impl xcm_runtime_apis::dry_run::DryRunApi<Block, RuntimeCall, RuntimeEvent, OriginCaller> for Runtime {
		fn dry_run_call(
			origin: OriginCaller,
			call: RuntimeCall,
			result_xcms_version: XcmVersion,
		) -> Result<CallDryRunEffects<RuntimeEvent>, DryRunError> {
			PolkadotXcm::dry_run_call::<Runtime, XcmRouter, OriginCaller, RuntimeCall>(
				origin,
				call,
				result_xcms_version,
			)
		}

		fn dry_run_xcm(
			origin_location: VersionedLocation,
			message: VersionedXcm<RuntimeCall>,
		) -> Result<XcmDryRunEffects<RuntimeEvent>, DryRunError> {
			PolkadotXcm::dry_run_xcm::<XcmRouter>(origin_location, message)
		}
	}

	impl xcm_runtime_apis::conversions::LocationToAccountApi<Block, AccountId> for Runtime {
		fn convert_location(location: VersionedLocation) -> Result<AccountId, LocationConversionError> {
			xcm_runtime_apis::conversions::LocationToAccountHelper::<AccountId, LocationToAccountId>::convert_location(
				location,
			)
		}
	}

	impl sp_genesis_builder::GenesisBuilder<Block> for Runtime {
		fn build_state(config: Vec<u8>) -> sp_genesis_builder::Result {
			build_state::<RuntimeGenesisConfig>(config)
		}

		fn get_preset(id: &Option<sp_genesis_builder::PresetId>) -> Option<Vec<u8>> {
			get_preset::<RuntimeGenesisConfig>(id, genesis_config_presets::get_preset)
		}

		fn preset_names() -> Vec<sp_genesis_builder::PresetId> {
			genesis_config_presets::preset_names()
		}
	}

	#[cfg(feature = "try-runtime")]
	impl frame_try_runtime::TryRuntime<Block> for Runtime {
		fn on_runtime_upgrade(checks: frame_try_runtime::UpgradeCheckSelect) -> (Weight, Weight) {
			// A panic is the answer here: the tool that asks shows its text.
			let weight = Executive::try_runtime_upgrade(checks).expect("the upgrade failed");
			(weight, crate::configs::system::RuntimeBlockWeights::get().max_block)
		}

		fn execute_block(
			block: <Block as BlockT>::LazyBlock,
			state_root_check: bool,
			signature_check: bool,
			select: frame_try_runtime::TryStateSelect,
		) -> Weight {
			Executive::try_execute_block(block, state_root_check, signature_check, select).expect("the block failed")
		}
	}

	#[cfg(feature = "runtime-benchmarks")]
	impl frame_benchmarking::Benchmark<Block> for Runtime {
		fn benchmark_metadata(
			extra: bool,
		) -> (Vec<frame_benchmarking::BenchmarkList>, Vec<frame_support::traits::StorageInfo>) {
			crate::benchmarks::metadata(extra)
		}

		fn dispatch_benchmark(
			config: frame_benchmarking::BenchmarkConfig,
		) -> Result<Vec<frame_benchmarking::BenchmarkBatch>, alloc::string::String> {
			crate::benchmarks::dispatch(config)
		}
	}
}
