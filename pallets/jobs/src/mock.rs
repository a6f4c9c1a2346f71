//! A runtime with real balances, timestamps, machines and escrow around the pallet.

use crate::{self as pallet_jobs, Job, Offer, OfferTerms};
use bpiiot_primitives::{AssetKind, JobId, MachineId, OfferId};
use frame_support::{
	assert_ok, derive_impl, parameter_types,
	traits::{fungible::InspectHold, ConstU128, ConstU32, ConstU64, Everything, OnTimestampSet},
};
use sp_core::{sr25519, Pair, H256};
use sp_runtime::{traits::IdentityLookup, AccountId32, BuildStorage, Permill};

pub(crate) type AccountId = AccountId32;
pub(crate) type Balance = u128;

/// The smallest balance of an account.
pub(crate) const MINIMUM: Balance = 10;
/// What everybody with money has at the start.
pub(crate) const ENDOWMENT: Balance = 1_000_000;
/// The deposits of an offer and of a job.
pub(crate) const OFFER_DEPOSIT: Balance = 500;
pub(crate) const JOB_DEPOSIT: Balance = 300;
/// The timestamp of the first block, in unix milliseconds.
pub(crate) const START: u64 = 1_790_000_000_000;
/// The windows of [`terms`], in milliseconds.
pub(crate) const ACCEPT_WINDOW: u64 = 60_000;
pub(crate) const LEAD_TIME: u64 = 120_000;
pub(crate) const REVIEW_WINDOW: u64 = 180_000;
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

parameter_types! {
	pub FeeDestination: AccountId = account(b"fees");
}

impl pallet_machines::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type WeightInfo = pallet_machines::weights::SubstrateWeight<Test>;
	type Currency = Balances;
	type MachineDeposit = ConstU128<5_000>;
	type RegistrationFee = ConstU128<700>;
	type RotationFee = ConstU128<300>;
	type FeeDestination = FeeDestination;
	type SponsoredCalls = Everything;
	type Time = Timestamp;
	type OpenWork = Jobs;
}

impl pallet_escrow::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Native = Balances;
	type SpendPolicy = Machines;
	type StopAllowance = ConstU64<3_600_000>;
}

impl pallet_jobs::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type WeightInfo = pallet_jobs::weights::SubstrateWeight<Test>;
	type Currency = Balances;
	type Escrow = Escrow;
	type Clock = Escrow;
	type Actors = Machines;
	type OfferDeposit = ConstU128<OFFER_DEPOSIT>;
	type JobDeposit = ConstU128<JOB_DEPOSIT>;
	type MinWindow = ConstU64<10_000>;
	type MaxWindow = ConstU64<86_400_000>;
	type MaxOffers = ConstU32<3>;
	type MaxOpenJobs = ConstU32<4>;
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

/// Registers machine `seed` for [`owner`] and gives it money for bonds.
pub(crate) fn registered(seed: u8) -> MachineId {
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
	assert_ok!(Machines::deposit(signed(&owner()), machine(seed), 10_000));
	machine(seed)
}

/// Ordinary terms.
pub(crate) fn terms() -> OfferTerms<Balance> {
	OfferTerms {
		capability: b"drilling".to_vec().try_into().expect("short"),
		asset: AssetKind::Native,
		unit_price: UNIT_PRICE,
		max_units: 10,
		bond: BOND,
		accept_window: ACCEPT_WINDOW,
		lead_time: LEAD_TIME,
		review_window: REVIEW_WINDOW,
		rejection_fee: Permill::from_percent(20),
		recipe_schema: H256::repeat_byte(1),
		contract: H256::zero(),
	}
}

/// Publishes `terms` for machine 1, which must be registered.
pub(crate) fn published(terms: OfferTerms<Balance>) -> OfferId {
	assert_ok!(Jobs::publish_offer(signed(&owner()), machine(1), terms));
	pallet_jobs::OffersOf::<Test>::get(machine(1))
		.last()
		.copied()
		.expect("just published")
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
		START + DEADLINE
	));
	pallet_jobs::OpenJobs::<Test>::get(machine(1))
		.last()
		.copied()
		.expect("just ordered")
}

/// A job of 5 units of machine 1, taken to `stage`.
pub(crate) fn job_at(stage: Stage) -> JobId {
	registered(1);
	let job = ordered(published(terms()), 5);
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
pub(crate) fn record(job: JobId) -> Job<AccountId, Balance> {
	pallet_jobs::Jobs::<Test>::get(job).expect("the job exists")
}

/// The record of an offer that must exist.
pub(crate) fn offer_record(offer: OfferId) -> Offer<AccountId, Balance> {
	pallet_jobs::Offers::<Test>::get(offer).expect("the offer exists")
}

/// What an account has in all and what of it is on hold.
pub(crate) fn money(who: &AccountId) -> (Balance, Balance) {
	let held = Balances::total_balance_on_hold(who);
	(Balances::free_balance(who) + held, held)
}

/// Starts a block with a timestamp of `millis` after [`START`].
pub(crate) fn at(millis: u64) {
	System::set_block_number(System::block_number() + 1);
	Timestamp::set_timestamp(START + millis);
	<Escrow as OnTimestampSet<u64>>::on_timestamp_set(START + millis);
}

/// A world with three rich people and no machine.
pub(crate) fn empty() -> sp_io::TestExternalities {
	let mut storage = frame_system::GenesisConfig::<Test>::default()
		.build_storage()
		.expect("empty genesis");
	pallet_balances::GenesisConfig::<Test> {
		balances: [owner(), customer(), stranger()].map(|who| (who, ENDOWMENT)).to_vec(),
		..Default::default()
	}
	.assimilate_storage(&mut storage)
	.expect("genesis balances");
	let mut ext = sp_io::TestExternalities::from(storage);
	ext.execute_with(|| at(0));
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
	assert_eq!(
		pallet_balances::TotalIssuance::<Test>::get(),
		3 * ENDOWMENT,
		"invariant 2"
	);
	Machines::do_try_state().expect("machines");
	Escrow::do_try_state().expect("escrow");
	Jobs::do_try_state().expect("jobs");
}
