//! Messages from other chains, and to them. Only what is needed is open: the relay chain governs, siblings may pay for
//! what they ask, and users move [tokens of the relay chain and its asset hub](tokens) in and out; nothing else moves.

pub mod tokens;
pub mod trader;

use crate::{
	configs::fees::{FeesToCollators, TransactionByteFee, WeightToFee},
	weights, AccountId, AllPalletsWithSystem, Balance, Balances, ParachainInfo, ParachainSystem, PolkadotXcm, Runtime,
	RuntimeCall, RuntimeEvent, RuntimeOrigin, XcmpQueue, MILLI_BPI,
};
use frame_support::{
	ensure, parameter_types,
	traits::{ConstU32, Contains, Disabled, Equals, Everything, Nothing, ProcessMessageError, TypedGet},
	weights::Weight,
};
use frame_system::{EnsureRoot, EnsureRootWithSuccess};
use pallet_collator_selection::StakingPotAccountId;
use pallet_xcm::XcmPassthrough;
use polkadot_parachain_primitives::primitives::Sibling;
use polkadot_runtime_common::xcm_sender::ExponentialPrice;
use tokens::{OnlyTheirTokens, TheirReserves, TokenTransactor};
use trader::TokenTrader;
use xcm::latest::prelude::*;
use xcm_builder::{
	AccountId32Aliases, AllowExplicitUnpaidExecutionFrom, AllowKnownQueryResponses, AllowTopLevelPaidExecutionFrom,
	DenyRecursively, DenyThenTry, EnsureXcmOrigin, FixedWeightBounds, FrameTransactionalProcessor, FungibleAdapter,
	IsConcrete, ParentAsSuperuser, ParentIsPreset, RelayChainAsNative, SendXcmFeeToAccount, SiblingParachainAsNative,
	SiblingParachainConvertsVia, SignedToAccountId32, SovereignSignedViaLocation, TakeWeightCredit,
	TrailingSetTopicAsId, UsingComponents, WithComputedOrigin, WithUniqueTopic, XcmFeeManagerFromComponents,
};
use xcm_executor::{
	traits::{DenyExecution, Properties},
	XcmExecutor,
};

parameter_types! {
	/// Our token, and this chain.
	pub const HereLocation: Location = Location::here();
	/// The network is known once a relay chain is chosen for good; until then accounts belong to any.
	pub const RelayNetwork: Option<NetworkId> = None;
	/// The relay chain as a caller without rights of its own.
	pub RelayChainOrigin: RuntimeOrigin = cumulus_pallet_xcm::Origin::Relay.into();
	/// Where this chain is.
	pub UniversalLocation: InteriorLocation = Parachain(ParachainInfo::parachain_id().into()).into();
	/// What an instruction of a message is taken to cost.
	pub const InstructionWeight: Weight = weights::MESSAGE_INSTRUCTION;
	/// How many instructions a message may have.
	pub const MaxInstructions: u32 = 100;
	/// How many assets a message may carry. The executor bears twice as many, which is what an instruction can name.
	pub const MaxAssetsIntoHolding: u32 = 10;
	/// What a message to another chain costs beside its bytes, as long as its queue is short.
	pub const BaseDeliveryFee: Balance = MILLI_BPI;
	/// What that is paid in: our token.
	pub DeliveryFeeAsset: AssetId = AssetId(HereLocation::get());
	/// The pot from which collators are paid.
	pub CollatorsPot: Location = AccountId32 {
		network: RelayNetwork::get(),
		id: StakingPotAccountId::<Runtime>::get().into(),
	}.into();
}

/// Which account a location stands for.
pub type LocationToAccountId = (
	ParentIsPreset<AccountId>,
	SiblingParachainConvertsVia<Sibling, AccountId>,
	AccountId32Aliases<RelayNetwork, AccountId>,
);

/// Our own token, kept here.
pub type LocalAssetTransactor = FungibleAdapter<Balances, IsConcrete<HereLocation>, LocationToAccountId, AccountId, ()>;

/// The assets that messages can name.
pub type AssetTransactors = (LocalAssetTransactor, TokenTransactor);

/// Whom a message can act as.
pub type OriginConverter = (
	// The chain's or account's own account here.
	SovereignSignedViaLocation<LocationToAccountId, RuntimeOrigin>,
	RelayChainAsNative<RelayChainOrigin, RuntimeOrigin>,
	SiblingParachainAsNative<cumulus_pallet_xcm::Origin, RuntimeOrigin>,
	RootOrigins,
	XcmPassthrough<RuntimeOrigin>,
);

/// Who is root: the relay chain's governance, by a message with superuser rights. Where there is no sudo key this is
/// the only way to root. It gives the relay chain nothing that it lacks, as its own root can replace a parachain's code.
pub type RootOrigins = ParentAsSuperuser<RuntimeOrigin>;

/// The relay chain, and its executive body.
pub struct ParentOrExecutive;

impl Contains<Location> for ParentOrExecutive {
	fn contains(location: &Location) -> bool {
		matches!(
			location.unpack(),
			(1, [])
				| (
					1,
					[Plurality {
						id: BodyId::Executive,
						..
					}]
				)
		)
	}
}

/// Instructions that would send assets on to another chain. No message may have one: assets leave by the calls of users
/// alone, and these burn what leaves and write the message themselves. So nobody moves our token by reserve, nor any
/// through us to a third chain.
pub struct OnwardTransfers;

impl DenyExecution for OnwardTransfers {
	fn deny_execution<Call>(
		_: &Location,
		message: &mut [Instruction<Call>],
		_: Weight,
		_: &mut Properties,
	) -> Result<(), ProcessMessageError> {
		let onward = message.iter().any(|instruction| {
			matches!(
				instruction,
				TransferReserveAsset { .. }
					| DepositReserveAsset { .. }
					| InitiateReserveWithdraw { .. }
					| InitiateTeleport { .. }
					| InitiateTransfer { .. }
					| ExportMessage { .. }
			)
		});
		ensure!(!onward, ProcessMessageError::Unsupported);
		Ok(())
	}
}

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

/// Which messages are let in at all: answers that this chain has asked for and the relay chain's own for nothing,
/// anybody else's for a fee.
pub type Barrier = TrailingSetTopicAsId<
	DenyThenTry<
		DenyRecursively<OnwardTransfers>,
		(
			TakeWeightCredit,
			AllowKnownQueryResponses<PolkadotXcm>,
			WithComputedOrigin<
				(
					AllowTopLevelPaidExecutionFrom<Everything>,
					AllowExplicitUnpaidExecutionFrom<ParentOrExecutive>,
				),
				UniversalLocation,
				ConstU32<8>,
			>,
		),
	>,
>;

/// Weighs a message by its number of instructions.
pub type Weigher = FixedWeightBounds<InstructionWeight, RuntimeCall, MaxInstructions>;

/// Sells execution for our token or another chain's.
pub type Trader = (
	UsingComponents<WeightToFee, HereLocation, AccountId, Balances, FeesToCollators>,
	TokenTrader,
);

/// Who sends a message pays the collators for it. The chain itself and the relay chain's governance do not.
pub type DeliveryFees = XcmFeeManagerFromComponents<
	(Equals<HereLocation>, ParentOrExecutive),
	SendXcmFeeToAccount<AssetTransactors, CollatorsPot>,
>;

/// What a message costs that waits in this queue. It rises while messages pile up, so that nobody fills it for long.
pub type PriceOfMessage<Queue> = ExponentialPrice<DeliveryFeeAsset, BaseDeliveryFee, TransactionByteFee, Queue>;

/// The set-up of the machine that executes messages.
pub struct XcmConfig;

impl xcm_executor::Config for XcmConfig {
	type RuntimeCall = RuntimeCall;
	type XcmSender = XcmRouter;
	type XcmEventEmitter = PolkadotXcm;
	type AssetTransactor = AssetTransactors;
	type OriginConverter = OriginConverter;
	type IsReserve = TheirReserves;
	type IsTeleporter = ();
	type Aliasers = Nothing;
	type UniversalLocation = UniversalLocation;
	type Barrier = Barrier;
	type Weigher = Weigher;
	type Trader = Trader;
	type ResponseHandler = PolkadotXcm;
	type AssetTrap = PolkadotXcm;
	type AssetLocker = ();
	type AssetExchanger = ();
	type SubscriptionService = PolkadotXcm;
	type PalletInstancesInfo = AllPalletsWithSystem;
	type MaxAssetsIntoHolding = MaxAssetsIntoHolding;
	type FeeManager = DeliveryFees;
	type MessageExporter = ();
	type UniversalAliases = Nothing;
	type CallDispatcher = RuntimeCall;
	type SafeCallFilter = Everything;
	type TransactionalProcessor = FrameTransactionalProcessor;
	type HrmpNewChannelOpenRequestHandler = ();
	type HrmpChannelAcceptedHandler = ();
	type HrmpChannelClosingHandler = ();
	type XcmRecorder = PolkadotXcm;
}

/// Executes the messages of the queue.
#[cfg(not(feature = "runtime-benchmarks"))]
pub type ExecuteMessage = xcm_builder::ProcessXcmMessage<
	cumulus_primitives_core::AggregateMessageOrigin,
	XcmExecutor<XcmConfig>,
	RuntimeCall,
>;

/// Benchmarks measure the queue, not the messages.
#[cfg(feature = "runtime-benchmarks")]
pub type ExecuteMessage =
	pallet_message_queue::mock_helpers::NoopMessageProcessor<cumulus_primitives_core::AggregateMessageOrigin>;

/// An account of this chain as a location.
pub type LocalOriginToLocation = SignedToAccountId32<RuntimeOrigin, AccountId, RelayNetwork>;

/// How messages leave: up to the relay chain or across to a sibling.
pub type XcmRouter = WithUniqueTopic<(
	cumulus_primitives_utility::ParentAsUmp<ParachainSystem, PolkadotXcm, PriceOfMessage<ParachainSystem>>,
	XcmpQueue,
)>;

impl pallet_xcm::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type Currency = Balances;
	type CurrencyMatcher = ();
	type AuthorizedAliasConsideration = Disabled;
	/// Only root writes a message, in the chain's own name.
	type SendXcmOrigin = EnsureRootWithSuccess<AccountId, HereLocation>;
	type XcmRouter = XcmRouter;
	type ExecuteXcmOrigin = EnsureXcmOrigin<RuntimeOrigin, LocalOriginToLocation>;
	/// Users run no programs of their own. Transfers and claims do not ask this filter.
	type XcmExecuteFilter = Nothing;
	type XcmExecutor = XcmExecutor<XcmConfig>;
	type XcmTeleportFilter = Nothing;
	type XcmReserveTransferFilter = OnlyTheirTokens;
	type Weigher = Weigher;
	type UniversalLocation = UniversalLocation;
	type RuntimeOrigin = RuntimeOrigin;
	type RuntimeCall = RuntimeCall;
	const VERSION_DISCOVERY_QUEUE_SIZE: u32 = 100;
	type AdvertisedXcmVersion = pallet_xcm::CurrentXcmVersion;
	type AdminOrigin = EnsureRoot<AccountId>;
	type TrustedLockers = ();
	type SovereignAccountOf = LocationToAccountId;
	type MaxLockers = ConstU32<8>;
	type MaxRemoteLockConsumers = ConstU32<0>;
	type RemoteLockConsumerIdentifier = ();
	type WeightInfo = weights::pallet_xcm::WeightInfo<Runtime>;
}

impl cumulus_pallet_xcm::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type XcmExecutor = XcmExecutor<XcmConfig>;
}
