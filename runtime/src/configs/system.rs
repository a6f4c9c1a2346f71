//! The chain itself: blocks, time, and the pallets that only pass calls on.

use super::xcm::TransfersWithPrograms;
use crate::{
	migrations::Migrations, weights, AccountId, Aura, Balance, Block, BlockNumber, Escrow, Hash, Nonce, OriginCaller,
	PalletInfo, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin, RuntimeTask, TxPause, SS58_PREFIX, VERSION,
};
use cumulus_primitives_core::relay_chain::MAX_POV_SIZE;
use frame_support::{
	derive_impl,
	dispatch::DispatchClass,
	parameter_types,
	traits::{ConstU32, ConstU64, EverythingBut, InsideBoth},
	weights::Weight,
};
use frame_system::limits::{BlockLength, BlockWeights};
use sp_runtime::Perbill;
use sp_version::RuntimeVersion;
use weights::{BlockExecutionWeight, DbWeight, ExtrinsicBaseWeight, WEIGHT_REF_TIME_PER_SECOND};

/// How long a slot lasts, in ms: the relay chain's, one block of ours a slot.
///
/// The development node stamps its blocks one slot apart however fast it really makes them, so nothing in this runtime
/// may take a slot for a measure of real time.
pub const SLOT_DURATION: u64 = 6_000;
/// A day, in ms.
pub const MILLISECONDS_PER_DAY: u64 = 24 * 60 * 60 * 1_000;
/// Blocks a minute.
pub const MINUTES: BlockNumber = (60_000 / SLOT_DURATION) as BlockNumber;
/// Blocks an hour.
pub const HOURS: BlockNumber = 60 * MINUTES;
/// Blocks a day.
pub const DAYS: BlockNumber = 24 * HOURS;

/// Users' calls fill at most this much of a block; the rest is for the chain's own.
const NORMAL_DISPATCH_RATIO: Perbill = Perbill::from_percent(75);
/// What the start of a block takes on average: no single call may be so heavy that it would not fit beside it.
const AVERAGE_ON_INITIALIZE_RATIO: Perbill = Perbill::from_percent(5);
/// A block: two seconds of computing and the largest proof that the relay chain takes.
pub(super) const MAXIMUM_BLOCK_WEIGHT: Weight =
	Weight::from_parts(WEIGHT_REF_TIME_PER_SECOND.saturating_mul(2), MAX_POV_SIZE as u64);
/// The bytes of all transactions of a block.
const MAXIMUM_BLOCK_LENGTH: u32 = 5 * 1024 * 1024;

/// What is never called. What nobody may call is left out of the runtime, but for a call of the SDK's in the midst of others
/// that are needed. Beside it stands what governance has paused ([`governance::pausing`](super::governance::pausing)).
pub type CallFilter = EverythingBut<TransfersWithPrograms>;

parameter_types! {
	/// How many blocks back a block's hash is known: nearly seven hours of real blocks, or 17 minutes of the quickest
	/// development blocks. A transaction's era must be shorter.
	pub const BlockHashCount: BlockNumber = 4096;
	/// The version of the runtime.
	pub const Version: RuntimeVersion = VERSION;
	/// The address format.
	pub const SS58Prefix: u16 = SS58_PREFIX;
	/// How long a block may be.
	pub RuntimeBlockLength: BlockLength = BlockLength::builder()
		.max_length(MAXIMUM_BLOCK_LENGTH)
		.modify_max_length_for_class(DispatchClass::Normal, |length| *length = NORMAL_DISPATCH_RATIO * MAXIMUM_BLOCK_LENGTH)
		.build();
	/// How heavy a block may be.
	pub RuntimeBlockWeights: BlockWeights = BlockWeights::builder()
		.base_block(BlockExecutionWeight::get())
		.for_class(DispatchClass::all(), |weights| weights.base_extrinsic = ExtrinsicBaseWeight::get())
		.for_class(DispatchClass::Normal, |weights| {
			weights.max_total = Some(NORMAL_DISPATCH_RATIO * MAXIMUM_BLOCK_WEIGHT);
		})
		.for_class(DispatchClass::Operational, |weights| {
			weights.max_total = Some(MAXIMUM_BLOCK_WEIGHT);
			// Room that users cannot take, so that a full block never keeps the chain's own calls out.
			weights.reserved = Some(MAXIMUM_BLOCK_WEIGHT - NORMAL_DISPATCH_RATIO * MAXIMUM_BLOCK_WEIGHT);
		})
		.avg_block_initialization(AVERAGE_ON_INITIALIZE_RATIO)
		.build_or_panic();
}

#[derive_impl(frame_system::config_preludes::ParaChainDefaultConfig)]
impl frame_system::Config for Runtime {
	type AccountId = AccountId;
	type Nonce = Nonce;
	type Hash = Hash;
	type Block = Block;
	type AccountData = pallet_balances::AccountData<Balance>;
	type BaseCallFilter = InsideBoth<CallFilter, TxPause>;
	type BlockHashCount = BlockHashCount;
	type BlockLength = RuntimeBlockLength;
	type BlockWeights = RuntimeBlockWeights;
	type DbWeight = DbWeight;
	type ExtensionsWeightInfo = weights::checks::Checks;
	type MaxConsumers = ConstU32<16>;
	type OnSetCode = cumulus_pallet_parachain_system::ParachainSetCode<Self>;
	type SingleBlockMigrations = Migrations;
	type SS58Prefix = SS58Prefix;
	type SystemWeightInfo = frame_system::weights::SubstrateWeight<Runtime>;
	type Version = Version;
}

impl pallet_timestamp::Config for Runtime {
	type Moment = u64;
	/// Aura checks the slot; the escrow's clock sees how long the chain stood still.
	type OnTimestampSet = (Aura, Escrow);
	/// None: with asynchronous backing two blocks may fall into one slot, and pushing the second one's stamp ahead
	/// would move it into the next.
	type MinimumPeriod = ConstU64<0>;
	type WeightInfo = weights::pallet_timestamp::WeightInfo<Runtime>;
}

impl cumulus_pallet_weight_reclaim::Config for Runtime {
	type WeightInfo = weights::cumulus_pallet_weight_reclaim::WeightInfo<Runtime>;
}

impl pallet_utility::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type PalletsOrigin = OriginCaller;
	type WeightInfo = pallet_utility::weights::SubstrateWeight<Runtime>;
}

/// Only a network that is made for development has a key here. Where there is none, as in the `production` preset,
/// every call of this pallet fails, and root calls (upgrades, listed assets, collators) come from the technical collective (see
/// [`governance`](super::governance)) and the relay chain's governance (see [`RootOrigins`](super::xcm::RootOrigins)).
impl pallet_sudo::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type WeightInfo = pallet_sudo::weights::SubstrateWeight<Runtime>;
}
