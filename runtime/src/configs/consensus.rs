//! Who makes blocks, and how they reach the relay chain.

use super::{
	money::deposit,
	system::{HOURS, MAXIMUM_BLOCK_WEIGHT, SLOT_DURATION},
	xcm::{ExecuteMessage, PriceOfMessage, RootOrigins},
};
use crate::{
	AccountId, Aura, Balance, Balances, BlockNumber, CollatorSelection, MessageQueue, ParachainSystem, Runtime,
	RuntimeEvent, Session, SessionKeys, XcmpQueue,
};
use cumulus_pallet_parachain_system::RelayNumberMonotonicallyIncreases;
use cumulus_primitives_core::{AggregateMessageOrigin, ParaId};
use frame_support::{
	parameter_types,
	traits::{ConstBool, ConstU32, ConstU64, EnqueueWithOrigin, TransformOrigin},
	weights::Weight,
	PalletId,
};
use frame_system::EnsureRoot;
use parachains_common::message_queue::{NarrowOriginToSibling, ParaIdToSibling};
use sp_consensus_aura::sr25519::AuthorityId as AuraId;
use sp_runtime::Perbill;

/// How long a slot of the relay chain lasts, in ms.
const RELAY_CHAIN_SLOT_DURATION: u32 = 6_000;
/// How many blocks are made for each block of the relay chain.
pub const BLOCKS_PER_RELAY_BLOCK: u32 = 1;
/// How many blocks back from the relay chain's tip the one lies that ours builds on: none, the newest is taken.
pub const RELAY_PARENT_OFFSET: u32 = 0;
/// How many of our blocks may wait to be included: one being built, one being backed, one being included.
const UNINCLUDED_SEGMENT_CAPACITY: u32 = (3 + RELAY_PARENT_OFFSET) * BLOCKS_PER_RELAY_BLOCK;

/// How many collators may stand for themselves.
const MAX_CANDIDATES: u32 = 100;
/// How many root may name.
const MAX_INVULNERABLES: u32 = 20;

/// Lets blocks be built while their forebears are still on their way into the relay chain (asynchronous backing).
pub type ConsensusHook = cumulus_pallet_aura_ext::FixedVelocityConsensusHook<
	Runtime,
	RELAY_CHAIN_SLOT_DURATION,
	BLOCKS_PER_RELAY_BLOCK,
	UNINCLUDED_SEGMENT_CAPACITY,
>;

parameter_types! {
	/// The part of a block that is kept for messages of sibling chains.
	pub const ReservedXcmpWeight: Weight = MAXIMUM_BLOCK_WEIGHT.saturating_div(4);
	/// The part of a block that is kept for messages of the relay chain.
	pub const ReservedDmpWeight: Weight = MAXIMUM_BLOCK_WEIGHT.saturating_div(4);
	/// The relay chain, as a sender of messages.
	pub const RelayOrigin: AggregateMessageOrigin = AggregateMessageOrigin::Parent;
	/// What messages may take of a block at its start.
	pub MessageQueueServiceWeight: Weight = Perbill::from_percent(35) * MAXIMUM_BLOCK_WEIGHT;
	/// What they may take of the room that is left at its end.
	pub MessageQueueIdleServiceWeight: Weight = Perbill::from_percent(20) * MAXIMUM_BLOCK_WEIGHT;
	/// How long a session of collators lasts.
	pub const SessionPeriod: BlockNumber = 6 * HOURS;
	/// When the first one begins.
	pub const SessionOffset: BlockNumber = 0;
	/// The deposit for a collator's keys.
	pub const SessionKeyDeposit: Balance = deposit(1, 64);
	/// Names the account that holds fees until collators are paid.
	pub const StakingPotId: PalletId = PalletId(*b"PotStake");
}

impl cumulus_pallet_parachain_system::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type OnSystemEvent = ();
	type SelfParaId = staging_parachain_info::Pallet<Runtime>;
	type OutboundXcmpMessageSource = XcmpQueue;
	type DmpQueue = EnqueueWithOrigin<MessageQueue, RelayOrigin>;
	type ReservedDmpWeight = ReservedDmpWeight;
	type XcmpMessageHandler = XcmpQueue;
	type ReservedXcmpWeight = ReservedXcmpWeight;
	/// Two of our blocks may build on one block of the relay chain.
	type CheckAssociatedRelayNumber = RelayNumberMonotonicallyIncreases;
	type ConsensusHook = ConsensusHook;
	type RelayParentOffset = ConstU32<RELAY_PARENT_OFFSET>;
	/// Off, as this release of the SDK asks for.
	type SchedulingSignatureVerifier = ();
	type WeightInfo = cumulus_pallet_parachain_system::weights::SubstrateWeight<Runtime>;
}

impl staging_parachain_info::Config for Runtime {}

impl cumulus_pallet_xcmp_queue::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type ChannelInfo = ParachainSystem;
	type VersionWrapper = crate::PolkadotXcm;
	type XcmpQueue = TransformOrigin<MessageQueue, AggregateMessageOrigin, ParaId, ParaIdToSibling>;
	type MaxInboundSuspended = ConstU32<1_000>;
	type MaxActiveOutboundChannels = ConstU32<128>;
	type MaxPageSize = ConstU32<{ 1 << 16 }>;
	type ControllerOrigin = EnsureRoot<AccountId>;
	type ControllerOriginConverter = RootOrigins;
	type PriceForSiblingDelivery = PriceOfMessage<XcmpQueue>;
	type WeightInfo = cumulus_pallet_xcmp_queue::weights::SubstrateWeight<Runtime>;
}

impl pallet_message_queue::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type MessageProcessor = ExecuteMessage;
	type Size = u32;
	type QueueChangeHandler = NarrowOriginToSibling<XcmpQueue>;
	type QueuePausedQuery = NarrowOriginToSibling<XcmpQueue>;
	type HeapSize = ConstU32<{ 103 * 1024 }>;
	type MaxStale = ConstU32<8>;
	type ServiceWeight = MessageQueueServiceWeight;
	type IdleMaxServiceWeight = MessageQueueIdleServiceWeight;
	type WeightInfo = pallet_message_queue::weights::SubstrateWeight<Runtime>;
}

impl pallet_authorship::Config for Runtime {
	type FindAuthor = pallet_session::FindAccountFromAuthorIndex<Self, Aura>;
	type EventHandler = (CollatorSelection,);
}

impl pallet_session::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type ValidatorId = AccountId;
	type ValidatorIdOf = pallet_collator_selection::IdentityCollator;
	type ShouldEndSession = pallet_session::PeriodicSessions<SessionPeriod, SessionOffset>;
	type NextSessionRotation = pallet_session::PeriodicSessions<SessionPeriod, SessionOffset>;
	type SessionManager = CollatorSelection;
	type SessionHandler = <SessionKeys as sp_runtime::traits::OpaqueKeys>::KeyTypeIdProviders;
	type Keys = SessionKeys;
	type DisablingStrategy = ();
	type Currency = Balances;
	type KeyDeposit = SessionKeyDeposit;
	type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
}

impl pallet_collator_selection::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type Currency = Balances;
	type UpdateOrigin = EnsureRoot<AccountId>;
	type PotId = StakingPotId;
	type MaxCandidates = ConstU32<MAX_CANDIDATES>;
	type MinEligibleCollators = ConstU32<1>;
	type MaxInvulnerables = ConstU32<MAX_INVULNERABLES>;
	/// A candidate who makes no block for a session is dropped.
	type KickThreshold = SessionPeriod;
	type ValidatorId = AccountId;
	type ValidatorIdOf = pallet_collator_selection::IdentityCollator;
	type ValidatorRegistration = Session;
	type WeightInfo = pallet_collator_selection::weights::SubstrateWeight<Runtime>;
}

impl pallet_aura::Config for Runtime {
	type AuthorityId = AuraId;
	type DisabledValidators = ();
	type MaxAuthorities = ConstU32<{ MAX_CANDIDATES + MAX_INVULNERABLES }>;
	/// The consensus hook sets the limit.
	type AllowMultipleBlocksPerSlot = ConstBool<true>;
	type SlotDuration = ConstU64<SLOT_DURATION>;
}

impl cumulus_pallet_aura_ext::Config for Runtime {}

impl pallet_authority_discovery::Config for Runtime {
	type MaxAuthorities = ConstU32<{ MAX_CANDIDATES + MAX_INVULNERABLES }>;
}
