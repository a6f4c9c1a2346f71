//! A runtime with real balances, assets, timestamps, machines and escrow around the pallet.

mod others;

pub(crate) use others::*;

use crate::{self as pallet_jobs, CancellationFees, DisputeTerms, JobOf, Offer, OfferTerms, Rework};
use bpiiot_primitives::{AssetKind, JobId, MachineId, OfferId, SpendPurpose};
use frame_support::{
	assert_ok, derive_impl,
	pallet_prelude::Weight,
	parameter_types,
	traits::{
		fungible::{NativeFromLeft, UnionOf},
		fungibles::{Inspect, InspectHold},
		AsEnsureOriginWithArg, ConstU128, ConstU32, ConstU64, Contains, Everything, Hooks, OnTimestampSet,
	},
};
use frame_system::{EnsureNever, EnsureRoot};
use pallet_machines::{SpendingCap, SpendingPolicy};
use sp_core::{sr25519, Pair, H256};
use sp_runtime::{
	traits::{Convert, IdentityLookup},
	AccountId32, BuildStorage, FixedU128, Permill,
};

pub(crate) type AccountId = AccountId32;
pub(crate) type Balance = u128;

/// The smallest balance of an account.
pub(crate) const MINIMUM: Balance = 10;
/// What everybody with money has at the start.
pub(crate) const ENDOWMENT: Balance = 1_000_000;
/// The deposits of an offer and of a job.
pub(crate) const OFFER_DEPOSIT: Balance = 500;
pub(crate) const JOB_DEPOSIT: Balance = 300;
/// What an order costs.
pub(crate) const ORDER_FEE: Balance = 70;
/// The number of the dollars.
pub(crate) const DOLLAR_ID: u32 = 1;
/// A listed asset that keeps accounts alive by itself and is worth 3 of the native token.
pub(crate) const DOLLAR: AssetKind = AssetKind::Asset(DOLLAR_ID);
/// An asset that no agreement may be made in.
pub(crate) const UNLISTED: AssetKind = AssetKind::Asset(2);
/// What an order holds for its record and costs in dollars: thirds, rounded up.
pub(crate) const DOLLAR_DEPOSIT: Balance = 100;
pub(crate) const DOLLAR_FEE: Balance = 24;
/// Every asset in which work is sold, with deposit and fee of an order.
pub(crate) const ASSETS: [(AssetKind, Balance, Balance); 2] = [
	(AssetKind::Native, JOB_DEPOSIT, ORDER_FEE),
	(DOLLAR, DOLLAR_DEPOSIT, DOLLAR_FEE),
];
/// The timestamp of the first block, in unix milliseconds.
pub(crate) const START: u64 = 1_790_000_000_000;
/// The windows of [`terms`], in milliseconds.
pub(crate) const ACCEPT_WINDOW: u64 = 60_000;
pub(crate) const LEAD_TIME: u64 = 120_000;
pub(crate) const REVIEW_WINDOW: u64 = 180_000;
/// The windows of [`full_terms`].
pub(crate) const REWORK_WINDOW: u64 = 90_000;
pub(crate) const CHALLENGE_WINDOW: u64 = 50_000;
pub(crate) const CASE_WINDOW: u64 = 70_000;
pub(crate) const RULING_WINDOW: u64 = 80_000;
/// The delivery deadline of [`ordered`], in milliseconds after [`START`].
pub(crate) const DEADLINE: u64 = 600_000;
/// Price, bond and rejection fee of [`terms`].
pub(crate) const UNIT_PRICE: Balance = 1_000;
pub(crate) const BOND: Balance = 400;

#[frame_support::runtime]
mod runtime {
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
		RuntimeTask
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Timestamp = pallet_timestamp;
	#[runtime::pallet_index(2)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(3)]
	pub type Assets = pallet_assets;
	#[runtime::pallet_index(4)]
	pub type AssetsHolder = pallet_assets_holder;
	#[runtime::pallet_index(50)]
	pub type Machines = pallet_machines;
	#[runtime::pallet_index(51)]
	pub type Escrow = pallet_escrow;
	#[runtime::pallet_index(52)]
	pub type Jobs = pallet_jobs;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlock<Test>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
	type AccountData = pallet_balances::AccountData<Balance>;
}

impl pallet_timestamp::Config for Test {
	type Moment = u64;
	type OnTimestampSet = Escrow;
	type MinimumPeriod = ConstU64<1>;
	type WeightInfo = ();
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<MINIMUM>;
}

#[derive_impl(pallet_assets::config_preludes::TestDefaultConfig)]
impl pallet_assets::Config for Test {
	type Balance = Balance;
	type Currency = Balances;
	type CreateOrigin = AsEnsureOriginWithArg<EnsureNever<AccountId>>;
	type ForceOrigin = EnsureRoot<AccountId>;
	type Holder = AssetsHolder;
}

impl pallet_assets_holder::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type RuntimeEvent = RuntimeEvent;
}

parameter_types! {
	pub FeeDestination: AccountId = pot();
	pub const MaxArbiterFee: Permill = Permill::from_percent(20);
	pub const FallbackSplit: Permill = Permill::from_percent(50);
	/// What a dollar is worth, in planck; nothing for no rate.
	pub storage DollarRate: Option<FixedU128> = Some(FixedU128::from_u32(3));
}

/// Knows the rate of dollars.
pub struct Rates;

impl Convert<AssetKind, Option<FixedU128>> for Rates {
	fn convert(asset: AssetKind) -> Option<FixedU128> {
		match asset {
			DOLLAR => DollarRate::get(),
			_ => Some(FixedU128::from_u32(1)),
		}
	}
}

/// The assets that keep an account alive by themselves.
pub struct Sufficient;

impl Contains<AssetKind> for Sufficient {
	fn contains(asset: &AssetKind) -> bool {
		match asset {
			AssetKind::Native => true,
			AssetKind::Asset(id) => Assets::asset_details(*id).is_some_and(|asset| asset.is_sufficient),
		}
	}
}

/// The native token and the assets, for what is put on hold.
pub(crate) type Fungibles = UnionOf<Balances, AssetsHolder, NativeFromLeft, AssetKind, AccountId>;
/// The same, for what is free.
type FreeFungibles = UnionOf<Balances, Assets, NativeFromLeft, AssetKind, AccountId>;

impl pallet_machines::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type WeightInfo = pallet_machines::weights::SubstrateWeight<Test>;
	type Currency = Balances;
	type Fungibles = FreeFungibles;
	type MachineDeposit = ConstU128<5_000>;
	type RegistrationFee = ConstU128<700>;
	type RotationFee = ConstU128<300>;
	type FeeDestination = FeeDestination;
	type SponsoredCalls = Everything;
	type Time = Timestamp;
	type OpenWork = Jobs;
	type AtRisk = Escrow;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Coupons;
}

impl pallet_escrow::Config for Test {
	type WeightInfo = pallet_escrow::weights::SubstrateWeight<Test>;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Fungibles = Fungibles;
	type Sufficient = Sufficient;
	type Rates = Rates;
	type ListOrigin = EnsureRoot<AccountId>;
	type PauseOrigin = EnsureRoot<AccountId>;
	type FeeDestination = FeeDestination;
	type Actors = Machines;
	type SpendPolicy = Machines;
	type Agreements = Jobs;
	type OpenEscrows = Jobs;
	type StopAllowance = ConstU64<3_600_000>;
	type MaxSweep = ConstU32<3>;
	type ArbiterDeposit = ConstU128<600>;
	type CaseBond = ConstU128<800>;
	type DisputeBond = ConstU128<90>;
	type MaxArbiterFee = MaxArbiterFee;
	type FallbackSplit = FallbackSplit;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Coupons;
}

impl pallet_jobs::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type WeightInfo = pallet_jobs::weights::SubstrateWeight<Test>;
	type Currency = Balances;
	type Escrow = Escrow;
	type Clock = Escrow;
	type Deadlines = Escrow;
	type Actors = Machines;
	type Reputation = Hearsay;
	type Materials = Store;
	type Production = Records;
	type FallbackSplit = FallbackSplit;
	type OfferDeposit = ConstU128<OFFER_DEPOSIT>;
	type JobDeposit = ConstU128<JOB_DEPOSIT>;
	type OrderFee = ConstU128<ORDER_FEE>;
	type MinWindow = ConstU64<10_000>;
	type MaxWindow = ConstU64<86_400_000>;
	type MaxOffers = ConstU32<3>;
	type MaxOpenJobs = ConstU32<6>;
	type MaxOpenJobsPerCustomer = ConstU32<4>;
	type MaxBatch = ConstU32<3>;
}

/// The account of a name.
pub(crate) fn account(name: &[u8]) -> AccountId {
	AccountId::new(sp_io::hashing::blake2_256(name))
}

/// Owns the machines.
pub(crate) fn owner() -> AccountId {
	account(b"owner")
}

/// Orders.
pub(crate) fn customer() -> AccountId {
	account(b"customer")
}

/// Where fees go.
pub(crate) fn pot() -> AccountId {
	account(b"fees")
}

/// Owns the dollars and may block them.
pub(crate) fn issuer() -> AccountId {
	account(b"issuer")
}

/// Has money, and nothing to do with any job.
pub(crate) fn stranger() -> AccountId {
	account(b"stranger")
}

fn pair(seed: u8) -> sr25519::Pair {
	sr25519::Pair::from_seed(&[seed; 32])
}

/// The account of the key of machine `seed`.
pub(crate) fn key(seed: u8) -> AccountId {
	pair(seed).public().into()
}

/// The id of machine `seed`.
pub(crate) fn machine(seed: u8) -> MachineId {
	MachineId::from_first_key(&key(seed))
}

/// Who signs, in tables of cases.
pub(crate) fn signed(who: &AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who.clone())
}

/// Registers machine `seed` for [`owner`], gives it money for bonds and lets it post them.
pub(crate) fn registered(seed: u8) -> MachineId {
	let machine = penniless(seed);
	for asset in [AssetKind::Native, DOLLAR] {
		assert_ok!(Machines::deposit(signed(&owner()), machine, asset, 10_000));
	}
	may_post_bonds(machine);
	machine
}

/// Lets a machine of [`owner`] have bonds on hold.
pub(crate) fn may_post_bonds(machine: MachineId) {
	let cap = |asset| SpendingCap {
		asset,
		per_period: 10_000,
	};
	let policy = SpendingPolicy {
		purposes: vec![SpendPurpose::Bond].try_into().expect("one of 8"),
		period: 0,
		caps: vec![cap(AssetKind::Native), cap(DOLLAR)].try_into().expect("two of 8"),
	};
	assert_ok!(Machines::set_spending_policy(signed(&owner()), machine, Some(policy)));
}

/// Registers machine `seed` for [`owner`].
pub(crate) fn penniless(seed: u8) -> MachineId {
	let nonce = pallet_machines::Registrations::<Test>::get(owner());
	let payload = pallet_machines::proof::payload(&System::block_hash(0), &owner(), &key(seed), nonce);
	assert_ok!(Machines::register(
		signed(&owner()),
		key(seed),
		pair(seed).sign(&payload),
		Default::default(),
		[0; 32],
		Default::default()
	));
	machine(seed)
}

/// Ordinary terms.
pub(crate) fn terms() -> OfferTerms<AccountId, Balance> {
	OfferTerms {
		capability: b"drilling".to_vec().try_into().expect("short"),
		region: b"DE-HB".to_vec().try_into().expect("short"),
		asset: AssetKind::Native,
		unit_price: UNIT_PRICE,
		tiers: Default::default(),
		max_units: 10,
		bond: BOND,
		accept_window: ACCEPT_WINDOW,
		lead_time: LEAD_TIME,
		calendar: Default::default(),
		review_window: REVIEW_WINDOW,
		rejection_fee: Permill::from_percent(20),
		cancellation: Default::default(),
		rework: None,
		disputes: None,
		recipe_schema: H256::repeat_byte(1),
		contract: H256::zero(),
		governing_law: Default::default(),
	}
}

/// The same, in `asset`.
pub(crate) fn terms_in(asset: AssetKind) -> OfferTerms<AccountId, Balance> {
	OfferTerms { asset, ..terms() }
}

/// The same, with two rounds of rework, fees for cancelling, and an arbiter.
pub(crate) fn full_terms() -> OfferTerms<AccountId, Balance> {
	OfferTerms {
		cancellation: CancellationFees {
			accepted: Permill::from_percent(10),
			started: Permill::from_percent(50),
		},
		rework: Some(Rework {
			rounds: 2,
			window: REWORK_WINDOW,
		}),
		disputes: Some(DisputeTerms {
			arbiters: vec![arbiter()].try_into().expect("one of 4"),
			challenge_window: CHALLENGE_WINDOW,
			case_window: CASE_WINDOW,
			ruling_window: RULING_WINDOW,
		}),
		..terms()
	}
}

/// Decides disputes. Registered, and has money for cases, after [`registered_arbiter`].
pub(crate) fn arbiter() -> AccountId {
	account(b"arbiter")
}

/// Registers [`arbiter`], who takes a tenth.
pub(crate) fn registered_arbiter() {
	let money = ENDOWMENT / 10;
	assert_ok!(Balances::transfer_allow_death(signed(&stranger()), arbiter(), money));
	let fee = Permill::from_percent(10);
	assert_ok!(Escrow::register_arbiter(signed(&arbiter()), fee, H256::zero()));
}

/// A job of 5 units of machine 1 with [`full_terms`] in `asset`, before [`arbiter`], taken to `stage`.
pub(crate) fn full_job(asset: AssetKind, stage: Stage) -> JobId {
	registered(1);
	registered_arbiter();
	let offer = published(OfferTerms { asset, ..full_terms() });
	take(ordered_before(offer, Some(arbiter())), stage)
}

/// Publishes `terms` for machine 1, which must be registered.
pub(crate) fn published(terms: OfferTerms<AccountId, Balance>) -> OfferId {
	assert_ok!(Jobs::publish_offer(signed(&owner()), machine(1), terms));
	pallet_jobs::OffersOf::<Test>::get(machine(1))
		.last()
		.copied()
		.expect("just published")
}

/// Orders 5 units of `offer` for [`customer`], with or without an arbiter.
pub(crate) fn ordered_before(offer: OfferId, arbiter: Option<AccountId>) -> JobId {
	assert_ok!(Jobs::order(
		signed(&customer()),
		offer,
		1,
		5,
		Balance::MAX,
		H256::repeat_byte(2),
		Default::default(),
		START + DEADLINE,
		arbiter
	));
	open_jobs().pop().expect("just ordered")
}

/// Orders `units` of `offer` for [`customer`].
pub(crate) fn ordered(offer: OfferId, units: u32) -> JobId {
	assert_ok!(Jobs::order(
		signed(&customer()),
		offer,
		1,
		units,
		Balance::MAX,
		H256::repeat_byte(2),
		Default::default(),
		START + DEADLINE,
		None
	));
	open_jobs().pop().expect("just ordered")
}

/// The open jobs of machine 1.
pub(crate) fn open_jobs() -> Vec<JobId> {
	let open = pallet_jobs::JobsOf::<Test>::get(machine(1)).open;
	open.into_iter().map(|open| open.job).collect()
}

/// A job of 5 units of machine 1, taken to `stage`.
pub(crate) fn job_at(stage: Stage) -> JobId {
	job_in(AssetKind::Native, stage)
}

/// The same, in `asset`.
pub(crate) fn job_in(asset: AssetKind, stage: Stage) -> JobId {
	registered(1);
	let job = ordered(published(terms_in(asset)), 5);
	take(job, stage)
}

/// How far a job has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
	Ordered,
	Accepted,
	Started,
	Delivered,
	Settled,
}

impl Stage {
	pub(crate) const ALL: [Stage; 5] = [
		Stage::Ordered,
		Stage::Accepted,
		Stage::Started,
		Stage::Delivered,
		Stage::Settled,
	];
}

/// Takes an ordered job of 5 units to `stage`.
pub(crate) fn take(job: JobId, stage: Stage) -> JobId {
	if stage >= Stage::Accepted {
		assert_ok!(Jobs::accept(signed(&key(1)), job));
	}
	if stage >= Stage::Started {
		assert_ok!(Jobs::start(signed(&key(1)), job));
	}
	if stage >= Stage::Delivered {
		assert_ok!(Jobs::deliver(signed(&key(1)), job, 5, H256::repeat_byte(3)));
	}
	if stage >= Stage::Settled {
		assert_ok!(Jobs::approve(signed(&customer()), job, 5));
	}
	job
}

/// The record of a job that must exist.
pub(crate) fn record(job: JobId) -> JobOf<Test> {
	pallet_jobs::Jobs::<Test>::get(job).expect("the job exists")
}

/// The record of an offer that must exist.
pub(crate) fn offer_record(offer: OfferId) -> Offer<AccountId, Balance> {
	pallet_jobs::Offers::<Test>::get(offer).expect("the offer exists")
}

/// What an account has in all and what of it is on hold.
pub(crate) fn money(who: &AccountId) -> (Balance, Balance) {
	money_in(AssetKind::Native, who)
}

/// The same, in `asset`.
pub(crate) fn money_in(asset: AssetKind, who: &AccountId) -> (Balance, Balance) {
	(
		Fungibles::total_balance(asset, who),
		Fungibles::total_balance_on_hold(asset, who),
	)
}

/// Blocks `who` in dollars, so that he can neither pay nor be paid.
pub(crate) fn block(who: AccountId) {
	assert_ok!(Assets::block(signed(&issuer()), DOLLAR_ID, who));
}

/// Makes good [`block`].
pub(crate) fn thaw(who: AccountId) {
	assert_ok!(Assets::thaw(signed(&issuer()), DOLLAR_ID, who));
}

/// Ends a block in which there is room for everything.
pub(crate) fn idle() {
	<Escrow as Hooks<u64>>::on_idle(System::block_number(), Weight::MAX);
}

/// Starts a block with a timestamp of `millis` after [`START`].
pub(crate) fn at(millis: u64) {
	System::set_block_number(System::block_number() + 1);
	Timestamp::set_timestamp(START + millis);
	<Escrow as OnTimestampSet<u64>>::on_timestamp_set(START + millis);
}

/// A world with three rich people, dollars and no machine.
pub(crate) fn empty() -> sp_io::TestExternalities {
	let people = [owner(), customer(), stranger()].map(|who| (who, ENDOWMENT));
	let rich = people.into_iter().chain([(pot(), MINIMUM)]).collect::<Vec<_>>();
	let storage = RuntimeGenesisConfig {
		assets: pallet_assets::GenesisConfig {
			assets: vec![(DOLLAR_ID, issuer(), true, MINIMUM)],
			accounts: rich.iter().map(|(who, much)| (DOLLAR_ID, who.clone(), *much)).collect(),
			..Default::default()
		},
		balances: pallet_balances::GenesisConfig {
			balances: rich,
			..Default::default()
		},
		..Default::default()
	}
	.build_storage()
	.expect("is a genesis");
	let mut ext = sp_io::TestExternalities::from(storage);
	ext.execute_with(|| {
		at(0);
		assert_ok!(Escrow::list_asset(RuntimeOrigin::root(), DOLLAR));
	});
	ext
}

/// Runs `test`, then checks the invariants of all pallets and that no money came or went.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
	empty().execute_with(|| {
		test();
		try_state();
	});
}

/// What must always hold, and that no money came or went.
pub(crate) fn try_state() {
	let all = 3 * ENDOWMENT + MINIMUM;
	assert_eq!(pallet_balances::TotalIssuance::<Test>::get(), all, "invariant 2");
	assert_eq!(Assets::total_supply(DOLLAR_ID), all, "invariant 2");
	Machines::do_try_state().expect("machines");
	Escrow::do_try_state().expect("escrow");
	Jobs::do_try_state().expect("jobs");
}

#[cfg(feature = "runtime-benchmarks")]
pub struct Coupons;

#[cfg(feature = "runtime-benchmarks")]
impl bpiiot_primitives::BenchmarkAssets<AccountId, Balance> for Coupons {
	fn create_asset() -> AssetKind {
		const ID: u32 = 77;
		assert_ok!(Assets::force_create(RuntimeOrigin::root(), ID, issuer(), true, 1));
		Self::fund(AssetKind::Asset(ID), &pot(), 1);
		AssetKind::Asset(ID)
	}

	fn fund(asset: AssetKind, who: &AccountId, amount: Balance) {
		use frame_support::traits::{fungible, fungibles};
		let _ = match asset {
			AssetKind::Native => <Balances as fungible::Mutate<AccountId>>::mint_into(who, amount),
			AssetKind::Asset(id) => <Assets as fungibles::Mutate<AccountId>>::mint_into(id, who, amount),
		};
	}

	fn freeze(asset: AssetKind) {
		if let AssetKind::Asset(id) = asset {
			Assets::freeze_asset(RuntimeOrigin::signed(issuer()), id).expect("the issuer made it");
		}
	}
}
