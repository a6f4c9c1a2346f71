//! A runtime with real balances, machines and a domain pallet in small, and a clock that tests set.

mod domain;

pub use domain::*;

use crate::{
	self as pallet_suppliers, Category, Certificate, Counted, Facts, Name, Pair, Profile, RateableAgreements, Rated,
	Region, Reputation, Stars, WeightInfo,
};
use bpiiot_primitives::{
	Actor, Actors, AgreementClock, AgreementMillis, AgreementRef, AssetKind, JobId, MachineId, UnixMillis,
};
use codec::{Decode, Encode};
use frame_support::{
	assert_ok, derive_impl,
	dispatch::DispatchResultWithPostInfo,
	ensure,
	pallet_prelude::{DispatchError, DispatchResult, Weight},
	parameter_types,
	traits::{fungible::Mutate, tokens::Preservation, ConstU128},
};
use frame_system::ensure_signed;
use sp_core::H256;
use sp_runtime::{
	traits::{Convert, Dispatchable},
	BuildStorage, FixedU128, Permill,
};

/// A token, as in the runtime.
pub const BPI: u128 = 1_000_000_000_000;
/// What everybody with money has at the start.
pub const ENDOWMENT: u128 = 1_000_000 * BPI;
/// Sells.
pub const SUPPLIER: u64 = 1;
/// Buys.
pub const CUSTOMER: u64 = 2;
/// Buys as well.
pub const NEIGHBOUR: u64 = 3;
/// Has money, and nothing to do with anything.
pub const STRANGER: u64 = 4;
/// Owns [`ROBOT`] and [`PRINTER`] at the start.
pub const OWNER: u64 = 5;
/// Where fees go.
pub const POT: u64 = 9;
/// The first of the accounts with money that stand for nobody in particular.
pub const CROWD: u64 = 100;
/// The accounts of machines; their keys are [`KEYS`] more.
pub const ROBOT: u64 = 1_001;
pub const PRINTER: u64 = 1_002;
const KEYS: u64 = 1_000;
/// The deposit of a profile.
pub const DEPOSIT: u128 = BPI;
/// What a pair gives at most.
pub const PAIR_LIMIT: u128 = 1_000 * BPI;
/// The weight of doubt.
pub const DOUBT: u128 = 100 * BPI;
/// The score of who is unknown.
pub const PRIOR: Permill = Permill::from_percent(50);
/// An asset that is worth 3 of the native token.
pub const DOLLAR: AssetKind = AssetKind::Asset(1);
/// An asset that no agreement may be made in.
pub const UNLISTED: AssetKind = AssetKind::Asset(2);
/// Milliseconds of a day.
pub const DAY: u64 = 86_400_000;
/// The timestamp of the first block: a midnight.
pub const START: u64 = 20_000 * DAY;

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
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(2)]
	pub type Suppliers = pallet_suppliers;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlock<Test>;
	type AccountData = pallet_balances::AccountData<u128>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
	type Balance = u128;
	type ExistentialDeposit = ConstU128<10>;
}

parameter_types! {
	pub const FeeShare: Permill = Permill::from_parts(5_000);
	pub const Prior: Permill = PRIOR;
	/// What a dollar is worth, in planck; nothing for no rate.
	pub storage DollarRate: Option<FixedU128> = Some(FixedU128::from_u32(3));
	/// The timestamp of the block.
	pub storage Timestamp: u64 = START;
}

/// Who owns the machines.
#[frame_support::storage_alias]
pub type Owners = StorageMap<MachinesPallet, frame_support::Blake2_128Concat, u64, u64>;

/// Knows the machines.
pub struct Robots;

fn machine_id(account: u64) -> MachineId {
	let mut id = MachineId([0; 32]);
	id.0[..8].copy_from_slice(&account.to_le_bytes());
	id
}

impl Actors<RuntimeOrigin, u64> for Robots {
	fn ensure_actor(origin: RuntimeOrigin) -> Result<Actor<u64>, DispatchError> {
		let who = ensure_signed(origin)?;
		let machine = who.checked_sub(KEYS).filter(|account| Owners::contains_key(account));
		Ok(Actor {
			account: machine.unwrap_or(who),
			machine: machine.map(machine_id),
		})
	}

	fn ensure_in_service(machine: &MachineId) -> Result<u64, DispatchError> {
		let mut account = [0; 8];
		account.copy_from_slice(&machine.0[..8]);
		Owners::get(u64::from_le_bytes(account)).ok_or(DispatchError::CannotLookup)
	}

	fn controls(account: &u64, machine: &MachineId) -> bool {
		machine_id(*account) == *machine || Self::ensure_in_service(machine) == Ok(*account)
	}

	fn controller(party: &u64) -> u64 {
		Owners::get(party).unwrap_or(*party)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_machine(owner: &u64, seed: u32, _: AssetKind) -> (MachineId, u64) {
		let account = ROBOT + 500 + u64::from(seed);
		Owners::insert(account, owner);
		(machine_id(account), account + KEYS)
	}
}

/// Knows the rate of dollars.
pub struct Rates;

impl Convert<AssetKind, Option<FixedU128>> for Rates {
	fn convert(asset: AssetKind) -> Option<FixedU128> {
		DollarRate::get().filter(|_| asset == DOLLAR)
	}
}

/// The clock that tests set.
pub struct TestClock;

impl AgreementClock for TestClock {
	fn now() -> AgreementMillis {
		Timestamp::get()
	}

	fn unix_now() -> UnixMillis {
		Timestamp::get()
	}

	fn from_unix(moment: UnixMillis) -> AgreementMillis {
		moment
	}

	fn ensure_running() -> DispatchResult {
		Ok(())
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_advance(millis: u64) {
		Timestamp::set(&(Timestamp::get() + millis));
	}
}

/// No weight was measured yet.
pub struct Unmeasured;

impl WeightInfo for Unmeasured {
	fn publish_profile() -> Weight {
		Weight::from_parts(1, 1)
	}

	fn update_profile() -> Weight {
		Weight::from_parts(2, 2)
	}

	fn remove_profile() -> Weight {
		Weight::from_parts(3, 3)
	}

	fn rate() -> Weight {
		Weight::from_parts(4, 4)
	}

	fn forget_pair() -> Weight {
		Weight::from_parts(5, 5)
	}

	fn forget_name() -> Weight {
		Weight::from_parts(6, 6)
	}
}

impl pallet_suppliers::Config for Test {
	type WeightInfo = Unmeasured;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Actors = Robots;
	type Agreements = Domain;
	type Rates = Rates;
	type Clock = TestClock;
	type ProfileDeposit = ConstU128<DEPOSIT>;
	type FeeShare = FeeShare;
	type PairLimit = ConstU128<PAIR_LIMIT>;
	type Doubt = ConstU128<DOUBT>;
	type Prior = Prior;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Money;
}

/// Gives money to accounts.
#[cfg(feature = "runtime-benchmarks")]
pub struct Money;

#[cfg(feature = "runtime-benchmarks")]
impl bpiiot_primitives::BenchmarkAssets<u64, u128> for Money {
	fn create_asset() -> AssetKind {
		DOLLAR
	}

	fn fund(_: AssetKind, who: &u64, amount: u128) {
		<Balances as Mutate<u64>>::mint_into(who, amount).expect("it is not too much");
	}

	fn freeze(_: AssetKind) {}
}

/// A text that fits.
pub fn text<Bound: frame_support::traits::Get<u32>>(text: &str) -> frame_support::BoundedVec<u8, Bound> {
	text.as_bytes().to_vec().try_into().expect("short")
}

/// A profile with these categories and areas, and a certificate.
pub fn profile(categories: &[&str], areas: &[&str]) -> Profile {
	let categories: Vec<Category> = categories.iter().map(|word| text(word)).collect();
	let areas: Vec<Region> = areas.iter().map(|area| text(area)).collect();
	let certificate = Certificate {
		hash: H256::repeat_byte(1),
		uri: text("https://example.org/iso-9001.pdf"),
	};
	Profile {
		categories: categories.try_into().expect("few"),
		areas: areas.try_into().expect("few"),
		certificates: vec![certificate].try_into().expect("one"),
	}
}

/// An ordinary profile.
pub fn oil() -> Profile {
	profile(&["cutting-oil"], &["DE-HB"])
}

/// Has `who` call the pallet, as a transaction would: all or nothing.
pub fn signed(who: u64, call: crate::Call<Test>) -> DispatchResult {
	let done: DispatchResultWithPostInfo = RuntimeCall::Suppliers(call).dispatch(RuntimeOrigin::signed(who));
	done.map(drop).map_err(|refused| refused.error)
}

pub fn publish(who: u64, supplier: u64, profile: Profile) -> DispatchResult {
	signed(who, crate::Call::publish_profile { supplier, profile })
}

pub fn update(who: u64, supplier: u64, profile: Profile) -> DispatchResult {
	signed(who, crate::Call::update_profile { supplier, profile })
}

pub fn remove(who: u64, supplier: u64) -> DispatchResult {
	signed(who, crate::Call::remove_profile { supplier })
}

pub fn rate(who: u64, deal: JobId, stars: Stars) -> DispatchResult {
	let agreement = AgreementRef::Job(deal);
	signed(who, crate::Call::rate { agreement, stars })
}

pub fn forget_pair(supplier: u64, customer: u64) -> DispatchResult {
	signed(STRANGER, crate::Call::forget_pair { supplier, customer })
}

pub fn forget_name(supplier: u64) -> DispatchResult {
	signed(STRANGER, crate::Call::forget_name { supplier })
}

/// Lets days go by.
pub fn days_pass(days: u64) {
	System::set_block_number(System::block_number() + 1);
	Timestamp::set(&(Timestamp::get() + days * DAY));
}

/// The name of somebody, as it is stored.
pub fn name(supplier: u64) -> Name {
	crate::Names::<Test>::get(supplier).unwrap_or_default()
}

/// What was given to it, as it is stored.
pub fn pair(supplier: u64, customer: u64) -> Pair {
	crate::Pairs::<Test>::get(supplier, customer).unwrap_or_default()
}

/// The score of somebody, today.
pub fn score(supplier: u64) -> Permill {
	Suppliers::standing(&supplier).score
}

/// Gives a machine to another owner.
pub fn sold(machine: u64, owner: u64) {
	Owners::insert(machine, owner);
}

/// A world with rich people and two machines on block 1.
pub fn empty() -> sp_io::TestExternalities {
	let people = [SUPPLIER, CUSTOMER, NEIGHBOUR, STRANGER, OWNER, ROBOT, PRINTER];
	let rich = people.into_iter().chain(CROWD..CROWD + 30);
	let storage = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig {
			balances: rich.map(|who| (who, ENDOWMENT)).chain([(POT, 10)]).collect(),
			..Default::default()
		},
		..Default::default()
	}
	.build_storage()
	.expect("is a genesis");
	let mut ext = sp_io::TestExternalities::from(storage);
	ext.execute_with(|| {
		System::set_block_number(1);
		sold(ROBOT, OWNER);
		sold(PRINTER, OWNER);
	});
	ext
}

/// Runs `test` on block 1, then checks the invariants and that no money came or went.
pub fn build_and_execute(test: impl FnOnce()) {
	empty().execute_with(|| {
		test();
		try_state();
	});
}

/// What must always hold, and that no money came or went.
pub fn try_state() {
	let all = 37 * ENDOWMENT + 10;
	assert_eq!(pallet_balances::TotalIssuance::<Test>::get(), all, "invariant 2");
	Suppliers::do_try_state().expect("invariants");
}
