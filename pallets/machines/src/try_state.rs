//! What must hold after every block, numbered as in the system design.

use crate::*;
use alloc::collections::BTreeMap;
use bpiiot_primitives::{MachineId, UnixMillis};
use frame_support::{
	ensure,
	pallet_prelude::Zero,
	traits::{fungible::InspectHold, Time},
};
use sp_runtime::{traits::Saturating, TryRuntimeError};

impl<T: Config> Pallet<T> {
	/// Checks all that must hold.
	///
	/// # Errors
	/// What does not, by its number.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		let mut keys = BTreeMap::<MachineId, u64>::new();
		for record in Keys::<T>::iter_values() {
			keys.entry(record.machine).or_default().saturating_inc();
		}
		for (id, machine) in Machines::<T>::iter() {
			Self::try_state_machine(&id, &machine)?;
			ensure!(
				keys.get(&id) == Some(&u64::from(machine.rotations).saturating_add(1)),
				"machines 5: a machine had more or fewer keys than rotations and one"
			);
		}
		for (key, record) in Keys::<T>::iter() {
			Self::try_state_key(&key, &record)?;
		}
		for (id, fees) in Fees::<T>::iter() {
			Self::try_state_fees(&id, &fees)?;
		}
		for (id, spending) in Spending::<T>::iter() {
			Self::try_state_spending(&id, &spending)?;
		}
		Self::try_state_deposits()
	}

	/// 5: each machine that is not decommissioned has exactly one live key, and an allowance; the others have none, and
	/// nothing else that only its owner could end.
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
			active || !machine.frozen && machine.offered_to.is_none() && !Spending::<T>::contains_key(id),
			"machines 5: a decommissioned machine is frozen, offered, or may spend"
		);
		ensure!(
			machine.encryption.version > 0,
			"machines 5: an encryption key has no version"
		);
		ensure!(
			!Self::is_machine(&machine.owner),
			"machines 5: a machine owns a machine"
		);
		ensure!(
			!Registrations::<T>::get(&machine.owner).is_zero(),
			"machines 5: an owner never registered"
		);
		ensure!(
			machine.offered_to.as_ref() != Some(&machine.owner),
			"machines 5: a machine is offered to its owner"
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

	/// 9: an allowance belongs to a machine, and there is never more left of it than its owner allows in a period.
	fn try_state_fees(id: &MachineId, fees: &FeeRecord<BalanceOf<T>>) -> Result<(), TryRuntimeError> {
		ensure!(
			Machines::<T>::contains_key(id),
			"machines 9: an allowance belongs to no machine"
		);
		ensure!(
			fees.left <= fees.per_period,
			"machines 9: more is left of an allowance than there is in a period"
		);
		Self::try_state_window(fees.period, fees.renews_at)
	}

	/// 9: a policy belongs to a machine, and it has spent no more than its owner allows in a period.
	fn try_state_spending(id: &MachineId, spending: &SpendingRecord<BalanceOf<T>>) -> Result<(), TryRuntimeError> {
		ensure!(
			Machines::<T>::contains_key(id),
			"machines 9: a policy belongs to no machine"
		);
		ensure!(
			types::each_once(spending.purposes.iter())
				&& types::each_once(spending.budgets.iter().map(|budget| &budget.asset)),
			"machines 9: a policy names something twice"
		);
		ensure!(
			spending.budgets.iter().all(|budget| budget.spent <= budget.per_period),
			"machines 9: a machine has spent more than its policy allows"
		);
		Self::try_state_window(spending.period, spending.renews_at)
	}

	/// 9: no window lasts longer than its period, and none ends that never renews.
	fn try_state_window(period: u64, renews_at: UnixMillis) -> Result<(), TryRuntimeError> {
		ensure!(
			window::is_period(period) && renews_at <= T::Time::now().saturating_add(period),
			"machines 9: a window that nobody could set"
		);
		ensure!(
			period > 0 || renews_at == 0,
			"machines 9: a window ends that does not renew"
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
