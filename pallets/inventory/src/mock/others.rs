//! What stands around the pallet, in small: machines, jobs, buyers and the clock.

use super::*;
use crate::RequestId;
use bpiiot_primitives::{
	Actor, Actors, AgreementClock, AgreementMillis, OpenJobs, Purchasing, Requisition, UnixMillis,
};
use codec::{Decode, Encode};
use frame_support::{ensure, pallet_prelude::DispatchError, parameter_types, storage_alias, Blake2_128Concat};
use frame_system::ensure_signed;

parameter_types! {
	/// The timestamp of the block.
	pub storage Timestamp: u64 = START;
	/// Whether those who are asked for goods refuse.
	pub storage Refuses: bool = false;
}

/// Who owns the machines.
#[storage_alias]
pub type Owners = StorageMap<OthersPallet, Blake2_128Concat, MachineId, AccountId>;

/// The machines that act for nobody.
#[storage_alias]
pub type Frozen = StorageMap<OthersPallet, Blake2_128Concat, MachineId, ()>;

/// The jobs that have not ended.
#[storage_alias]
pub type OpenWork = StorageMap<OthersPallet, Blake2_128Concat, JobId, MachineId>;

/// What was asked for.
#[derive(Encode, Decode, Clone, PartialEq, Eq, Debug)]
pub struct Request {
	pub buyer: AccountId,
	pub machine: Option<MachineId>,
	pub site: SiteId,
	pub item: Item,
	pub quantity: u64,
	pub highest_price: u128,
	pub open: bool,
}

/// The requests.
#[storage_alias]
pub type Requests = StorageMap<OthersPallet, Blake2_128Concat, RequestId, Request>;

/// Gives a machine to another owner.
pub fn sold(machine: MachineId, owner: &AccountId) {
	Owners::insert(machine, owner);
}

/// Bars a machine.
pub fn freeze(machine: MachineId) {
	Frozen::insert(machine, ());
}

/// The key of a machine.
pub fn key(machine: MachineId) -> AccountId {
	AccountId::new([machine.0[0] + 100; 32])
}

/// For whom somebody acts.
pub fn actor(who: &AccountId) -> AccountId {
	let machine = machine_behind(who);
	machine.map_or_else(|| who.clone(), |machine| machine.account())
}

/// A job of a machine.
pub fn job(number: u64, machine: MachineId) -> JobId {
	OpenWork::insert(JobId(number), machine);
	JobId(number)
}

/// Ends a job without a word to the pallet.
pub fn job_ends(job: JobId) {
	OpenWork::remove(job);
}

/// The requests that were made, the oldest first.
pub fn requests() -> Vec<Request> {
	let mut all: Vec<_> = Requests::iter().collect();
	all.sort_by_key(|(id, _)| *id);
	all.into_iter().map(|(_, request)| request).collect()
}

/// Ends all requests.
pub fn requests_end() {
	let open: Vec<_> = Requests::iter_keys().collect();
	for id in open {
		Requests::mutate(id, |request| request.as_mut().expect("listed").open = false);
	}
}

/// Lets time go by.
pub fn time_passes(millis: u64) {
	System::set_block_number(System::block_number() + 1);
	Timestamp::set(&(Timestamp::get() + millis));
}

fn machine_behind(who: &AccountId) -> Option<MachineId> {
	let bytes: &[u8; 32] = who.as_ref();
	let machine = MachineId([bytes[0].checked_sub(100)?; 32]);
	Owners::contains_key(machine).then_some(machine)
}

fn machine_of(account: &AccountId) -> MachineId {
	MachineId(*account.as_ref())
}

/// Knows the machines.
pub struct Robots;

impl Actors<RuntimeOrigin, AccountId> for Robots {
	fn ensure_actor(origin: RuntimeOrigin) -> Result<Actor<AccountId>, DispatchError> {
		let who = ensure_signed(origin)?;
		let machine = machine_behind(&who);
		let is_frozen = machine.is_some_and(Frozen::contains_key);
		ensure!(!is_frozen, DispatchError::Exhausted);
		Ok(Actor {
			account: actor(&who),
			machine,
		})
	}

	fn ensure_in_service(machine: &MachineId) -> Result<AccountId, DispatchError> {
		ensure!(!Frozen::contains_key(machine), DispatchError::Exhausted);
		Owners::get(machine).ok_or(DispatchError::CannotLookup)
	}

	fn controls(account: &AccountId, machine: &MachineId) -> bool {
		let owner = Owners::get(machine);
		owner.is_some_and(|owner| owner == *account || machine.account::<AccountId>() == *account)
	}

	fn controller(party: &AccountId) -> AccountId {
		Owners::get(machine_of(party)).unwrap_or_else(|| party.clone())
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_machine(owner: &AccountId, seed: u32, _: AssetKind) -> (MachineId, AccountId) {
		let machine = MachineId([120 + seed as u8; 32]);
		sold(machine, owner);
		(machine, key(machine))
	}
}

/// Knows the jobs.
pub struct Work;

impl OpenJobs for Work {
	fn machine_of(job: JobId) -> Option<MachineId> {
		OpenWork::get(job)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_job(machine: MachineId) -> JobId {
		job(1, machine)
	}
}

/// Takes requests down.
pub struct Buyers;

/// What it costs to ask.
pub const RAISE: Weight = Weight::from_parts(1_000, 1_000);

impl Purchasing<AccountId, u128> for Buyers {
	fn raise(buyer: &Actor<AccountId>, wanted: &Requisition<u128>) -> Result<RequestId, DispatchError> {
		let id = RequestId(Requests::iter().count() as u64 + 1);
		let request = Request {
			buyer: buyer.account.clone(),
			machine: buyer.machine,
			site: wanted.site,
			item: wanted.item.clone(),
			quantity: wanted.quantity,
			highest_price: wanted.highest_price,
			open: true,
		};
		// Written before it is refused, so that tests see whether that is rolled back.
		Requests::insert(id, request);
		ensure!(!Refuses::get(), DispatchError::Unavailable);
		Ok(id)
	}

	fn raise_weight() -> Weight {
		RAISE
	}

	fn is_open(request: RequestId) -> bool {
		Requests::get(request).is_some_and(|request| request.open)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_open() -> RequestId {
		let request = Request {
			buyer: OWNER,
			machine: None,
			site: SiteId(0),
			item: oil(),
			quantity: 1,
			highest_price: 1,
			open: true,
		};
		Requests::insert(RequestId(77), request);
		RequestId(77)
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
