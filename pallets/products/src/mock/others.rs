//! What stands around the pallet, in small: machines, budgets, stock books and the clock.

use super::*;
use crate::{
	gs1::{Gtin, Lot},
	LotBook, ProofMeter,
};
use bpiiot_primitives::{
	Actor, Actors, AgreementClock, AgreementMillis, AssetKind, SpendPolicy, SpendPurpose, UnixMillis,
};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	storage_alias, Blake2_128Concat,
};
use frame_system::ensure_signed;

parameter_types! {
	/// The timestamp of the block.
	pub storage Timestamp: u64 = START;
	/// Whether agreements are paused.
	pub storage IsPaused: bool = false;
	/// Whether machines may spend nothing.
	pub storage IsBroke: bool = false;
	/// Who has forfeited how much.
	pub storage Forfeited: Vec<(AccountId, u128)> = Vec::new();
	/// What stock books were told: made, whose, which lot and how much.
	pub storage Booked: Vec<(bool, AccountId, Gtin, Lot, u64)> = Vec::new();
	/// How large the proof is so far, and grows with each look at it; none where it is not measured.
	pub storage ProofSize: Option<(u64, u64)> = None;
}

/// Who owns the machines.
#[storage_alias]
pub type Owners = StorageMap<OthersPallet, Blake2_128Concat, MachineId, AccountId>;

/// The machines that act for nobody.
#[storage_alias]
pub type Frozen = StorageMap<OthersPallet, Blake2_128Concat, MachineId, ()>;

/// Gives a machine to another owner.
pub fn sold(machine: MachineId, owner: &AccountId) {
	Owners::insert(machine, owner);
}

/// The key of a machine.
pub fn key(machine: MachineId) -> AccountId {
	AccountId::new([machine.0[0] + 100; 32])
}

/// Lets time go by.
pub fn time_passes(millis: u64) {
	Timestamp::set(&(Timestamp::get() + millis));
}

/// Lets blocks go by, each with a hash that nobody knew before.
pub fn blocks_pass(blocks: u64) {
	for _ in 0..blocks {
		let number = System::block_number();
		let hash = sp_core::H256::from_low_u64_be(number + 1);
		frame_system::BlockHash::<Test>::insert(number, hash);
		System::set_block_number(number + 1);
		System::reset_events();
	}
}

fn machine_behind(who: &AccountId) -> Option<MachineId> {
	let bytes: &[u8; 32] = who.as_ref();
	let machine = MachineId([bytes[0].checked_sub(100)?; 32]);
	Owners::contains_key(machine).then_some(machine)
}

/// Knows the machines.
pub struct Robots;

impl Actors<RuntimeOrigin, AccountId> for Robots {
	fn ensure_actor(origin: RuntimeOrigin) -> Result<Actor<AccountId>, DispatchError> {
		let who = ensure_signed(origin)?;
		let machine = machine_behind(&who);
		let is_frozen = machine.is_some_and(Frozen::contains_key);
		ensure!(!is_frozen, DispatchError::Exhausted);
		let account = machine.map_or(who, |machine| machine.account());
		Ok(Actor { account, machine })
	}

	fn ensure_in_service(machine: &MachineId) -> Result<AccountId, DispatchError> {
		Owners::get(machine).ok_or(DispatchError::CannotLookup)
	}

	fn controls(account: &AccountId, machine: &MachineId) -> bool {
		let owner = Owners::get(machine);
		owner.is_some_and(|owner| owner == *account || machine.account::<AccountId>() == *account)
	}

	fn controller(party: &AccountId) -> AccountId {
		Owners::get(MachineId(*party.as_ref())).unwrap_or_else(|| party.clone())
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_machine(owner: &AccountId, seed: u32, _: AssetKind) -> (MachineId, AccountId) {
		let machine = MachineId([120 + seed as u8; 32]);
		sold(machine, owner);
		(machine, key(machine))
	}
}

/// Lets people spend, and machines if they may.
pub struct Budget;

impl SpendPolicy<AccountId, AssetKind, u128> for Budget {
	fn spend(from: &Actor<AccountId>, _: SpendPurpose, _: &AssetKind, _: u128) -> DispatchResult {
		ensure!(from.machine.is_none() || !IsBroke::get(), DispatchError::Unavailable);
		Ok(())
	}

	fn forfeited(by: &AccountId, _: &AssetKind, amount: u128) {
		let mut all = Forfeited::get();
		all.push((by.clone(), amount));
		Forfeited::set(&all);
	}
}

/// Remembers what was made and used.
pub struct Books;

impl LotBook<AccountId> for Books {
	fn used(owner: &AccountId, gtin: Gtin, lot: &Lot, quantity: u64) {
		note(false, owner, gtin, lot, quantity);
	}

	fn made(owner: &AccountId, gtin: Gtin, lot: &Lot, quantity: u64) {
		note(true, owner, gtin, lot, quantity);
	}

	fn weight() -> Weight {
		Weight::from_parts(10, 1)
	}
}

/// Only while a test has asked for it: the list would grow with each making.
fn note(made: bool, owner: &AccountId, gtin: Gtin, lot: &Lot, quantity: u64) {
	let mut all = Booked::get();
	if all.first().is_some_and(|(_, asker, ..)| *asker == POT) {
		all.push((made, owner.clone(), gtin, lot.clone(), quantity));
		Booked::set(&all);
	}
}

/// Measures what tests say.
pub struct Meter;

impl ProofMeter for Meter {
	fn proof_size() -> Option<u64> {
		let (size, growth) = ProofSize::get()?;
		ProofSize::set(&Some((size + growth, growth)));
		Some(size)
	}
}

/// The clock that tests set.
pub struct TestClock;

impl AgreementClock for TestClock {
	/// Never the wall clock's time, so that no test passes with the wrong one.
	fn now() -> AgreementMillis {
		Timestamp::get() - START
	}

	fn unix_now() -> UnixMillis {
		Timestamp::get()
	}

	fn from_unix(moment: UnixMillis) -> AgreementMillis {
		moment - START
	}

	fn ensure_running() -> DispatchResult {
		ensure!(!IsPaused::get(), DispatchError::Unavailable);
		Ok(())
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_advance(millis: u64) {
		Timestamp::set(&(Timestamp::get() + millis));
	}
}

/// Gives money to accounts.
#[cfg(feature = "runtime-benchmarks")]
pub struct Money;

#[cfg(feature = "runtime-benchmarks")]
impl bpiiot_primitives::BenchmarkAssets<AccountId, u128> for Money {
	fn create_asset() -> AssetKind {
		AssetKind::Native
	}

	fn fund(_: AssetKind, who: &AccountId, amount: u128) {
		use frame_support::traits::fungible::Mutate;
		Balances::mint_into(who, amount).expect("it is not too much");
	}

	fn freeze(_: AssetKind) {}
}
