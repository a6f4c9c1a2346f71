//! An asset hub: the SDK's pallets, set up as it has them, as far as assets leave it and come back.

use bpiiot_runtime::{
	configs::xcm::tokens::{ASSET_HUB, ASSET_HUB_ASSETS},
	AccountId, Balance,
};
use codec::Encode;
use frame_support::{
	assert_ok, construct_runtime, derive_impl, parameter_types,
	traits::{AsEnsureOriginWithArg, ConstU128, ConstU32, Disabled, Everything, Nothing},
	weights::Weight,
};
use frame_system::{EnsureRoot, EnsureSigned};
use polkadot_parachain_primitives::primitives::Sibling;
use sp_io::{hashing::blake2_256, TestExternalities};
use sp_runtime::traits::{IdentityLookup, TryConvertInto};
use std::cell::RefCell;
use xcm::{latest::prelude::*, VersionedAssets, VersionedLocation};
use xcm_builder::{
	AccountId32Aliases, AllowTopLevelPaidExecutionFrom, AsPrefixedGeneralIndex, ConvertedConcreteId, EnsureXcmOrigin,
	FixedRateOfFungible, FixedWeightBounds, FungiblesAdapter, NoChecking, SiblingParachainConvertsVia,
	SignedToAccountId32, TakeWeightCredit, TrailingSetTopicAsId, WithUniqueTopic,
};
use xcm_executor::{traits::ConvertLocation, XcmExecutor};

/// The number of a stablecoin at the hub, as USDT's there.
pub const USDT: u32 = 1984;
/// One of it, which has six decimals.
pub const DOLLAR: Balance = 1_000_000;
/// Our number as a parachain.
pub const US: u32 = 2000;

construct_runtime! {
	pub enum Hub {
		System: frame_system = 0,
		Balances: pallet_balances = 10,
		PolkadotXcm: pallet_xcm = 31,
		Assets: pallet_assets = 50,
	}
}

type Block = frame_system::mocking::MockBlock<Hub>;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Hub {
	type AccountData = pallet_balances::AccountData<Balance>;
	type AccountId = AccountId;
	type Block = Block;
	type Lookup = IdentityLookup<AccountId>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Hub {
	type AccountStore = System;
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<1>;
}

#[derive_impl(pallet_assets::config_preludes::TestDefaultConfig)]
impl pallet_assets::Config for Hub {
	type Balance = Balance;
	type CreateOrigin = AsEnsureOriginWithArg<EnsureSigned<AccountId>>;
	type Currency = Balances;
	type ForceOrigin = EnsureRoot<AccountId>;
	type Freezer = ();
	type Holder = ();
}

parameter_types! {
	pub const AnyNetwork: Option<NetworkId> = None;
	pub HubLocation: InteriorLocation = Parachain(ASSET_HUB).into();
	pub AssetsLocation: Location = PalletInstance(ASSET_HUB_ASSETS).into();
	pub const UnitWeight: Weight = Weight::from_parts(1_000_000_000, 64 * 1024);
	/// A tenth of a dollar for a second, and nothing for the proof.
	pub PriceInUsdt: (AssetId, u128, u128) = (at_hub(USDT), DOLLAR / 10, 0);
	pub NobodysAccount: AccountId = PolkadotXcm::check_account();
}

type LocationToAccountId = (
	SiblingParachainConvertsVia<Sibling, AccountId>,
	AccountId32Aliases<AnyNetwork, AccountId>,
);

type Numbers = AsPrefixedGeneralIndex<AssetsLocation, u32, TryConvertInto>;

pub struct HubXcmConfig;

impl xcm_executor::Config for HubXcmConfig {
	type RuntimeCall = RuntimeCall;
	type XcmSender = Router;
	type XcmEventEmitter = PolkadotXcm;
	type AssetTransactor = FungiblesAdapter<
		Assets,
		ConvertedConcreteId<u32, Balance, Numbers, TryConvertInto>,
		LocationToAccountId,
		AccountId,
		NoChecking,
		NobodysAccount,
	>;
	type OriginConverter = ();
	type IsReserve = ();
	type IsTeleporter = ();
	type Aliasers = Nothing;
	type UniversalLocation = HubLocation;
	type Barrier = TrailingSetTopicAsId<(TakeWeightCredit, AllowTopLevelPaidExecutionFrom<Everything>)>;
	type Weigher = FixedWeightBounds<UnitWeight, RuntimeCall, ConstU32<100>>;
	type Trader = FixedRateOfFungible<PriceInUsdt, ()>;
	type ResponseHandler = PolkadotXcm;
	type AssetTrap = PolkadotXcm;
	type AssetLocker = ();
	type AssetExchanger = ();
	type SubscriptionService = PolkadotXcm;
	type PalletInstancesInfo = AllPalletsWithSystem;
	type MaxAssetsIntoHolding = ConstU32<8>;
	type FeeManager = ();
	type MessageExporter = ();
	type UniversalAliases = Nothing;
	type CallDispatcher = RuntimeCall;
	type SafeCallFilter = Nothing;
	type TransactionalProcessor = ();
	type HrmpNewChannelOpenRequestHandler = ();
	type HrmpChannelAcceptedHandler = ();
	type HrmpChannelClosingHandler = ();
	type XcmRecorder = PolkadotXcm;
}

type Router = WithUniqueTopic<Outbox>;
type LocalOrigin = SignedToAccountId32<RuntimeOrigin, AccountId, AnyNetwork>;

impl pallet_xcm::Config for Hub {
	type RuntimeEvent = RuntimeEvent;
	type Currency = Balances;
	type CurrencyMatcher = ();
	type AuthorizedAliasConsideration = Disabled;
	type SendXcmOrigin = EnsureXcmOrigin<RuntimeOrigin, ()>;
	type XcmRouter = Router;
	type ExecuteXcmOrigin = EnsureXcmOrigin<RuntimeOrigin, LocalOrigin>;
	type XcmExecuteFilter = Nothing;
	type XcmExecutor = XcmExecutor<HubXcmConfig>;
	type XcmTeleportFilter = Nothing;
	type XcmReserveTransferFilter = Everything;
	type Weigher = FixedWeightBounds<UnitWeight, RuntimeCall, ConstU32<100>>;
	type UniversalLocation = HubLocation;
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
	type WeightInfo = pallet_xcm::TestWeightInfo;
}

thread_local! {
	static SENT: RefCell<Vec<Xcm<()>>> = const { RefCell::new(Vec::new()) };
}

/// Keeps what is sent to us until somebody carries it over.
pub struct Outbox;

impl SendXcm for Outbox {
	type Ticket = Xcm<()>;

	fn validate(dest: &mut Option<Location>, message: &mut Option<Xcm<()>>) -> SendResult<Xcm<()>> {
		match dest {
			Some(dest) if *dest == us() => Ok((
				message.take().ok_or(SendError::MissingArgument)?,
				xcm::latest::Assets::new(),
			)),
			_ => Err(SendError::NotApplicable),
		}
	}

	fn deliver(message: Xcm<()>) -> Result<XcmHash, SendError> {
		let topic = message.using_encoded(blake2_256);
		SENT.with_borrow_mut(|sent| sent.push(message));
		Ok(topic)
	}
}

/// This chain, from the hub.
fn us() -> Location {
	Location::new(1, [Parachain(US)])
}

/// An asset of the hub, as the hub names it.
pub fn at_hub(index: u32) -> AssetId {
	AssetId(Location::new(
		0,
		[PalletInstance(ASSET_HUB_ASSETS), GeneralIndex(index.into())],
	))
}

/// A hub where somebody has so much of a stablecoin.
pub fn with(who: &AccountId, amount: Balance) -> TestExternalities {
	let mut hub = TestExternalities::default();
	hub.execute_with(|| {
		System::set_block_number(1);
		let issuer = AccountId::new([9; 32]);
		assert_ok!(Assets::force_create(
			RuntimeOrigin::root(),
			USDT,
			issuer.clone(),
			true,
			1
		));
		assert_ok!(Assets::mint(RuntimeOrigin::signed(issuer), USDT, who.clone(), amount));
	});
	hub
}

/// Somebody sends so much of his stablecoin to somebody here. What the hub tells us of it.
pub fn sends(from: &AccountId, to: &AccountId, amount: Balance) -> Xcm<()> {
	let beneficiary = Location::from(AccountId32 {
		network: None,
		id: to.clone().into(),
	});
	let usdt = Asset {
		id: at_hub(USDT),
		fun: Fungible(amount),
	};
	assert_ok!(PolkadotXcm::limited_reserve_transfer_assets(
		RuntimeOrigin::signed(from.clone()),
		Box::new(VersionedLocation::from(us())),
		Box::new(VersionedLocation::from(beneficiary)),
		Box::new(VersionedAssets::from(xcm::latest::Assets::from(usdt))),
		0,
		Unlimited,
	));
	SENT.take().pop().expect("it was sent")
}

/// What this chain has told the hub comes about there.
pub fn receives(message: Xcm<()>) -> Outcome {
	let mut id = [0; 32];
	let message = Xcm::<RuntimeCall>::from(message);
	XcmExecutor::<HubXcmConfig>::prepare_and_execute(us(), message, &mut id, Weight::MAX, Weight::zero())
}

/// What somebody has of the stablecoin there.
pub fn balance(who: &AccountId) -> Balance {
	Assets::balance(USDT, who)
}

/// The reserve: what the hub keeps for us.
pub fn kept_for_us() -> Balance {
	let ours = LocationToAccountId::convert_location(&us()).expect("a chain has an account");
	balance(&ours)
}
