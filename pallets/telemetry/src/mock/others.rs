//! What stands around the pallet, in small: machines, contracts, certificates and policies.

use super::*;
use crate::{Calibration, EvidenceUse};
use bpiiot_primitives::{Actor, Actors, OpenEscrows, SpendPolicy, SpendPurpose, UnixMillis};
use frame_support::{ensure, pallet_prelude::DispatchError, storage_alias, traits::Contains, Blake2_128Concat};
use frame_system::ensure_signed;
use sp_runtime::{traits::Convert, FixedU128};

/// Who owns the machines.
#[storage_alias]
pub type Owners = StorageMap<OthersPallet, Blake2_128Concat, MachineId, AccountId>;

/// The machines that act for nobody.
#[storage_alias]
pub type Frozen = StorageMap<OthersPallet, Blake2_128Concat, MachineId, ()>;

/// Who has a contract about a machine.
#[storage_alias]
pub type Parties = StorageMap<OthersPallet, Blake2_128Concat, (AccountId, MachineId), ()>;

/// The channels of machines whose sensors have no certificate, and since when.
#[storage_alias]
pub type Expired = StorageMap<OthersPallet, Blake2_128Concat, (MachineId, u16), UnixMillis>;

/// Those who may not spend.
#[storage_alias]
pub type Barred = StorageMap<OthersPallet, Blake2_128Concat, AccountId, ()>;

/// What accounts have forfeited.
#[storage_alias]
pub type Forfeits = StorageMap<OthersPallet, Blake2_128Concat, AccountId, u128>;

/// Gives a machine to another owner.
pub fn sold(machine: MachineId, owner: &AccountId) {
	Owners::insert(machine, owner);
}

/// Bars a machine.
pub fn freeze(machine: MachineId) {
	Frozen::insert(machine, ());
}

/// Gives somebody a contract about a machine.
pub fn is_party(who: &AccountId, machine: MachineId) {
	Parties::insert((who, machine), ());
}

/// The key of a machine.
pub fn key(machine: MachineId) -> AccountId {
	AccountId::new([machine.0[0] + 100; 32])
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
		Ok(Actor {
			account: machine.map_or(who, |machine| machine.account()),
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
		Owners::get(MachineId(*party.as_ref())).unwrap_or_else(|| party.clone())
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_machine(owner: &AccountId, seed: u32, _: AssetKind) -> (MachineId, AccountId) {
		let machine = MachineId([120 + seed as u8; 32]);
		sold(machine, owner);
		(machine, key(machine))
	}
}

/// Knows the contracts.
pub struct Contracts;

impl EvidenceUse<AccountId> for Contracts {
	fn is_party(who: &AccountId, machine: &MachineId, _: u64) -> bool {
		Parties::contains_key((who, machine))
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_party(who: &AccountId, machine: &MachineId) {
		is_party(who, *machine);
	}
}

/// Knows the certificates.
pub struct Certificates;

impl Calibration for Certificates {
	fn is_calibrated(machine: &MachineId, channel: u16, measured_at: UnixMillis, _: UnixMillis) -> bool {
		Expired::get((machine, channel)).is_none_or(|since| measured_at < since)
	}
}

/// Asks before somebody spends.
pub struct Purse;

impl SpendPolicy<AccountId, AssetKind, u128> for Purse {
	fn spend(from: &Actor<AccountId>, purpose: SpendPurpose, _: &AssetKind, _: u128) -> DispatchResult {
		assert_eq!(purpose, SpendPurpose::Bond);
		ensure!(!Barred::contains_key(&from.account), DispatchError::Unavailable);
		Ok(())
	}

	fn forfeited(by: &AccountId, _: &AssetKind, amount: u128) {
		Forfeits::insert(by, Forfeits::get(by).unwrap_or_default() + amount);
	}
}

/// There are no assets beside the native token.
pub struct NativeAlone;

impl Contains<AssetKind> for NativeAlone {
	fn contains(asset: &AssetKind) -> bool {
		*asset == AssetKind::Native
	}
}

impl Convert<AssetKind, Option<FixedU128>> for NativeAlone {
	fn convert(asset: AssetKind) -> Option<FixedU128> {
		(asset == AssetKind::Native).then(|| FixedU128::from_u32(1))
	}
}

/// Nobody has an escrow here.
pub struct NoEscrows;

impl OpenEscrows<pallet_escrow::AccountOf<Test>> for NoEscrows {
	fn all() -> Vec<pallet_escrow::AccountOf<Test>> {
		Vec::new()
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
