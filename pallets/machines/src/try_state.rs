//! What must hold after every block, numbered as in the system design.

use crate::*;
use alloc::collections::BTreeMap;
use bpiiot_primitives::MachineId;
use frame_support::{ensure, pallet_prelude::Zero, traits::fungible::InspectHold};
use sp_runtime::{traits::Saturating, TryRuntimeError};

impl<T: Config> Pallet<T> {
	/// Checks all that must hold.
	///
	/// # Errors
	/// What does not, by its number.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		for (id, machine) in Machines::<T>::iter() {
			Self::try_state_machine(&id, &machine)?;
		}
		for (key, record) in Keys::<T>::iter() {
			Self::try_state_key(&key, &record)?;
		}
		ensure!(
			Fees::<T>::iter_keys().all(Machines::<T>::contains_key),
			"machines 9: an allowance belongs to no machine"
		);
		Self::try_state_deposits()
	}

	/// 5: each machine that is not decommissioned has exactly one live key, and an allowance; the others have none.
	fn try_state_machine(id: &MachineId, machine: &MachineOf<T>) -> Result<(), TryRuntimeError> {
		let active = machine.status != MachineStatus::Decommissioned;
		ensure!(
			Keys::<T>::get(&machine.key)
				== Some(KeyRecord {
					machine: *id,
					live: active
				}),
			"machines 5: the key of a machine is not known as its key"
		);
		ensure!(
			Fees::<T>::contains_key(id) == active,
			"machines 5: an allowance without a live key, or none with one"
		);
		ensure!(
			!Self::is_machine(&machine.owner),
			"machines 5: a machine owns a machine"
		);
		ensure!(
			!Registrations::<T>::get(&machine.owner).is_zero(),
			"machines 5: an owner never registered"
		);
		Ok(())
	}

	/// 5: each key belongs to one machine; a live key is that machine's key of now. No key's account can be reaped, or
	/// what it signed could be sent again.
	fn try_state_key(key: &T::AccountId, record: &KeyRecord) -> Result<(), TryRuntimeError> {
		let machine = Machines::<T>::get(record.machine).ok_or("machines 5: a key belongs to no machine")?;
		ensure!(
			!record.live || machine.key == *key,
			"machines 5: a machine has two live keys"
		);
		ensure!(
			Registrations::<T>::get(key).is_zero(),
			"machines 5: a key registers machines"
		);
		ensure!(
			!frame_system::Pallet::<T>::sufficients(key).is_zero(),
			"machines 5: the account of a key may be reaped"
		);
		Ok(())
	}

	/// 9: each owner has on hold what his machines' records say, and nothing is on hold for a decommissioned one.
	fn try_state_deposits() -> Result<(), TryRuntimeError> {
		let mut due = Registrations::<T>::iter_keys()
			.map(|owner| (owner, BalanceOf::<T>::zero()))
			.collect::<BTreeMap<_, _>>();
		for machine in Machines::<T>::iter_values() {
			ensure!(
				machine.deposit.is_zero() == (machine.status == MachineStatus::Decommissioned),
				"machines 9: a deposit for a decommissioned machine, or none for another"
			);
			due.entry(machine.owner).or_default().saturating_accrue(machine.deposit);
		}
		for (owner, due) in due {
			ensure!(
				T::Currency::balance_on_hold(&HoldReason::MachineDeposit.into(), &owner) == due,
				"machines 9: the hold at an owner is not the sum of his machines' deposits"
			);
		}
		Ok(())
	}
}
