//! A runtime with real balances, timestamps and escrow, whose clock and sweep the challenges use, and machines in small.

mod others;

pub use others::*;

use crate::{self as pallet_telemetry, Anchor, Call, ChallengeId, SeriesOf, WeightInfo};
use bpiiot_primitives::{AssetKind, MachineId};
use bpiiot_seal::{Batch, Proof, Reading, Sealer};
use frame_support::{
	assert_ok, derive_impl,
	dispatch::DispatchResultWithPostInfo,
	pallet_prelude::{DispatchResult, Weight},
	parameter_types,
	traits::{
		fungible::{NativeFromLeft, UnionOf},
		AsEnsureOriginWithArg, ConstU128, ConstU32, ConstU64, Hooks, OnTimestampSet,
	},
};
use frame_system::{EnsureNever, EnsureRoot};
use sp_runtime::{
	traits::{Dispatchable, IdentityLookup},
	AccountId32, BuildStorage, Permill,
};

pub type AccountId = AccountId32;

/// The smallest balance of an account.
pub const MINIMUM: u128 = 10;
/// What everybody with money has at the start.
pub const ENDOWMENT: u128 = 1_000_000;
/// Owns [`PRESS`] at the start.
pub const OWNER: AccountId = AccountId32::new([1; 32]);
/// Is party to what rests on the press's readings.
pub const PARTY: AccountId = AccountId32::new([2; 32]);
/// Owns [`MILL`] at the start.
pub const NEIGHBOUR: AccountId = AccountId32::new([3; 32]);
/// Has money, and nothing to do with anything.
pub const STRANGER: AccountId = AccountId32::new([4; 32]);
/// Where forfeited deposits go.
pub const POT: AccountId = AccountId32::new([6; 32]);
/// Machines.
pub const PRESS: MachineId = MachineId([101; 32]);
pub const MILL: MachineId = MachineId([102; 32]);
/// The deposits.
pub const SERIES_DEPOSIT: u128 = 500;
pub const ANCHOR_DEPOSIT: u128 = 100;
pub const CHALLENGE_DEPOSIT: u128 = 300;
/// Milliseconds of a minute.
pub const MINUTE: u64 = 60_000;
/// How old a reading may be when it is anchored.
pub const MAX_AGE: u64 = 15 * MINUTE;
/// How long an anchor is kept at the least.
pub const RETENTION: u64 = 60 * MINUTE;
/// Shortest and longest windows.
pub const MIN_WINDOW: u64 = 10 * MINUTE;
pub const MAX_WINDOW: u64 = 100 * MINUTE;
/// Challenges of a machine at a time.
pub const MAX_CHALLENGES: u32 = 3;
/// Anchors that [`PRESS`] has room for.
pub const ROOM: u32 = 5;
/// The timestamp of the first block, in unix ms.
pub const START: u64 = 1_790_000_000_000;
/// The table of channels.
pub const TABLE: [u8; 32] = [8; 32];

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
		RuntimeTask,
		RuntimeViewFunction
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
	#[runtime::pallet_index(51)]
	pub type Escrow = pallet_escrow;
	#[runtime::pallet_index(55)]
	pub type Telemetry = pallet_telemetry;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlock<Test>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
	type AccountData = pallet_balances::AccountData<u128>;
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
	type Balance = u128;
	type ExistentialDeposit = ConstU128<MINIMUM>;
}

#[derive_impl(pallet_assets::config_preludes::TestDefaultConfig)]
impl pallet_assets::Config for Test {
	type Balance = u128;
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
	pub const FeeDestination: AccountId = POT;
	pub const Half: Permill = Permill::from_percent(50);
}

impl pallet_escrow::Config for Test {
	type WeightInfo = pallet_escrow::weights::SubstrateWeight<Test>;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Fungibles = UnionOf<Balances, AssetsHolder, NativeFromLeft, AssetKind, AccountId>;
	type Sufficient = NativeAlone;
	type Rates = NativeAlone;
	type ListOrigin = EnsureRoot<AccountId>;
	type PauseOrigin = EnsureRoot<AccountId>;
	type FeeDestination = FeeDestination;
	type Actors = Robots;
	type SpendPolicy = ();
	type Agreements = Telemetry;
	type OpenEscrows = NoEscrows;
	type StopAllowance = ConstU64<{ 1_000 * MINUTE }>;
	type MaxSweep = ConstU32<3>;
	type ArbiterDeposit = ConstU128<600>;
	type CaseBond = ConstU128<800>;
	type DisputeBond = ConstU128<90>;
	type MaxArbiterFee = Half;
	type FallbackSplit = Half;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Money;
}

/// No weight was measured yet.
pub struct Unmeasured;

impl WeightInfo for Unmeasured {
	fn set_room() -> Weight {
		Weight::from_parts(1, 1)
	}

	fn anchor() -> Weight {
		Weight::from_parts(2, 1)
	}

	fn prune(n: u32) -> Weight {
		Weight::from_parts(1_000, n.into())
	}

	fn challenge() -> Weight {
		Weight::from_parts(4, 1)
	}

	fn produce(n: u32) -> Weight {
		Weight::from_parts(2_000, n.into())
	}

	fn expire() -> Weight {
		Weight::from_parts(6, 1)
	}

	fn admissible(n: u32) -> Weight {
		Weight::from_parts(3_000, n.into())
	}
}

impl pallet_telemetry::Config for Test {
	type WeightInfo = Unmeasured;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Actors = Robots;
	type Clock = Escrow;
	type Deadlines = Escrow;
	type SpendPolicy = Purse;
	type EvidenceUse = Contracts;
	type Calibration = Certificates;
	type FeeDestination = FeeDestination;
	type SeriesDeposit = ConstU128<SERIES_DEPOSIT>;
	type AnchorDeposit = ConstU128<ANCHOR_DEPOSIT>;
	type ChallengeDeposit = ConstU128<CHALLENGE_DEPOSIT>;
	type MaxAge = ConstU64<MAX_AGE>;
	type Retention = ConstU64<RETENTION>;
	type MinWindow = ConstU64<MIN_WINDOW>;
	type MaxWindow = ConstU64<MAX_WINDOW>;
	type MaxChallenges = ConstU32<MAX_CHALLENGES>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Money;
}

/// Has `who` call the pallet, as a transaction would: all or nothing.
pub fn signed(who: &AccountId, call: Call<Test>) -> DispatchResult {
	let origin = RuntimeOrigin::signed(who.clone());
	let done: DispatchResultWithPostInfo = RuntimeCall::Telemetry(call).dispatch(origin);
	done.map(drop).map_err(|refused| refused.error)
}

pub fn set_room(who: &AccountId, machine: MachineId, room: u32) -> DispatchResult {
	signed(who, Call::set_room { machine, room })
}

pub fn anchor(machine: MachineId, batch: Batch) -> DispatchResult {
	signed(&key(machine), Call::anchor { batch })
}

pub fn prune(who: &AccountId, count: u32) -> DispatchResult {
	let (machine, keep_room) = (PRESS, true);
	signed(
		who,
		Call::prune {
			machine,
			count,
			keep_room,
		},
	)
}

/// Asks for `count` of the press's readings.
pub fn challenge(who: &AccountId, batch: u64, first: u32, count: u32) -> DispatchResult {
	let (machine, window) = (PRESS, MIN_WINDOW);
	signed(
		who,
		Call::challenge {
			machine,
			batch,
			first,
			count,
			window,
		},
	)
}

pub fn produce(who: &AccountId, challenge: ChallengeId, proof: Proof) -> DispatchResult {
	signed(who, Call::produce { challenge, proof })
}

pub fn expire(challenge: ChallengeId) -> DispatchResult {
	signed(&STRANGER, Call::expire { challenge })
}

/// The challenge that was made last.
pub fn last_challenge() -> ChallengeId {
	crate::Challenges::<Test>::iter_keys().max().expect("there is one")
}

/// How far the press's series is.
pub fn series() -> SeriesOf<Test> {
	series_of(PRESS)
}

pub fn series_of(machine: MachineId) -> SeriesOf<Test> {
	crate::AllSeries::<Test>::get(machine).expect("it has one")
}

/// An anchor of the press.
pub fn kept(batch: u64) -> Anchor {
	crate::Anchors::<Test>::get(PRESS, batch).expect("it is kept")
}

/// So many readings of the machine's session, one a second, that follow what its series has.
pub fn measured(machine: MachineId, count: u64) -> Vec<Reading> {
	let series = series_of(machine);
	let next = series.end.map_or(0, |end| end.sequence + 1);
	let begin = series.to.max(series.anchored_at);
	let reading = |place: u64| Reading {
		channel: (place % 3) as u16,
		session: 77,
		sequence: next + place,
		at: begin + 1_000 * place,
		value: place as i64 - i64::from(machine.0[0]),
	};
	(0..count).map(reading).collect()
}

/// The readings as the machine's next batch.
pub fn sealed(machine: MachineId, readings: &[Reading]) -> Batch {
	let series = series_of(machine);
	let mut sealer = Sealer::new(series.end, series.to);
	for reading in readings {
		sealer.push(reading).expect("they are in order");
	}
	let batch = sealer.finish(series.number + 1, series.last, TABLE);
	batch.expect("there are readings")
}

/// The press measures ten readings and anchors them a minute later. Gives the readings.
pub fn anchored() -> Vec<Reading> {
	anchored_of(PRESS)
}

/// The same of any machine.
pub fn anchored_of(machine: MachineId) -> Vec<Reading> {
	let readings = measured(machine, 10);
	let batch = sealed(machine, &readings);
	time_passes(MINUTE);
	assert_ok!(anchor(machine, batch));
	readings
}

/// The proof of one of the press's readings.
pub fn proof(batch: u64, readings: &[Reading], first: u32) -> Proof {
	Proof::of(batch, readings, first, 1).expect("there is such a place")
}

/// What an account has in all and what of it is on hold.
pub fn money(who: &AccountId) -> (u128, u128) {
	use frame_support::traits::fungible::{Inspect, InspectHold};
	(Balances::total_balance(who), Balances::total_balance_on_hold(who))
}

/// Ends a block in which there is room for everything.
pub fn idle() {
	<Escrow as Hooks<u64>>::on_idle(System::block_number(), Weight::MAX);
}

/// Starts a block that much later.
pub fn time_passes(millis: u64) {
	let now = Timestamp::get().max(START) + millis;
	System::set_block_number(System::block_number() + 1);
	Timestamp::set_timestamp(now);
	<Escrow as OnTimestampSet<u64>>::on_timestamp_set(now);
}

/// A world with rich people, and two machines with money and room.
pub fn empty() -> sp_io::TestExternalities {
	let machines = [PRESS, MILL].map(|machine| machine.account());
	let rich = [OWNER, PARTY, NEIGHBOUR, STRANGER].into_iter().chain(machines);
	let rich = rich.map(|who| (who, ENDOWMENT)).chain([(POT, MINIMUM)]);
	let storage = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig {
			balances: rich.collect(),
			..Default::default()
		},
		..Default::default()
	}
	.build_storage()
	.expect("is a genesis");
	let mut ext = sp_io::TestExternalities::from(storage);
	ext.execute_with(|| {
		time_passes(0);
		sold(PRESS, &OWNER);
		sold(MILL, &NEIGHBOUR);
		is_party(&PARTY, PRESS);
		assert_ok!(set_room(&OWNER, PRESS, ROOM));
		assert_ok!(set_room(&NEIGHBOUR, MILL, ROOM));
	});
	ext
}

/// Runs `test`, then checks the invariants and that no money came or went.
pub fn build_and_execute(test: impl FnOnce()) {
	empty().execute_with(|| {
		test();
		try_state();
	});
}

/// What must always hold, and that no money came or went.
pub fn try_state() {
	let all = pallet_balances::TotalIssuance::<Test>::get();
	assert_eq!(all, 6 * ENDOWMENT + MINIMUM, "invariant 2");
	Telemetry::do_try_state().expect("invariants");
	Escrow::do_try_state().expect("escrow");
}
