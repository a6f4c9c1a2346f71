//! What the calls do: state first, then money, then what is stored. By topic; here what a machine says of itself, whether
//! it works, and what the others look up.

mod keys;
mod money;
mod ownership;
mod registration;

use crate::*;
use bpiiot_primitives::{MachineId, Mistake};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
};
use sp_runtime::ArithmeticError;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_set_profile(owner: &T::AccountId, machine: MachineId, profile: MachineProfile) -> DispatchResult {
		let record = Self::active_of(owner, &machine)?;
		Machines::<T>::insert(machine, Machine { profile, ..record });
		Self::deposit_event(Event::ProfileSet { machine });
		Ok(())
	}

	pub(crate) fn do_set_service(who: &T::AccountId, machine: MachineId, in_service: bool) -> DispatchResult {
		let record = Self::active_for(who, &machine)?;
		let status = if in_service {
			MachineStatus::InService
		} else {
			MachineStatus::OutOfService
		};
		Machines::<T>::insert(machine, Machine { status, ..record });
		Self::deposit_event(Event::ServiceSet { machine, in_service });
		Ok(())
	}

	pub(crate) fn do_freeze(owner: &T::AccountId, machine: MachineId, frozen: bool) -> DispatchResult {
		let record = Self::active_of(owner, &machine)?;
		Machines::<T>::insert(machine, Machine { frozen, ..record });
		Self::deposit_event(if frozen {
			Event::Frozen { machine }
		} else {
			Event::Unfrozen { machine }
		});
		Ok(())
	}

	/// The machine of an id.
	pub(crate) fn machine(machine: &MachineId) -> Result<MachineOf<T>, DispatchError> {
		Ok(Machines::<T>::get(machine).ok_or(Error::<T>::UnknownMachine)?)
	}

	/// The machine, if it belongs to `owner` and was not decommissioned.
	fn active_of(owner: &T::AccountId, machine: &MachineId) -> Result<MachineOf<T>, DispatchError> {
		let record = Self::machine(machine)?;
		let is_owner = record.owner == *owner || Mistake::UncheckedOwner.is_made();
		ensure!(is_owner, Error::<T>::NotOwner);
		Self::ensure_active(&record)?;
		Ok(record)
	}

	/// The machine, if it belongs to `who` or he is its key, and it was not decommissioned.
	fn active_for(who: &T::AccountId, machine: &MachineId) -> Result<MachineOf<T>, DispatchError> {
		let record = Self::machine(machine)?;
		if *who != record.owner {
			let signer = Self::machine_behind(who).map_err(Error::<T>::from)?;
			ensure!(
				signer.is_some_and(|(id, _)| id == *machine),
				Error::<T>::NotOwnerNorMachine
			);
		}
		Self::ensure_active(&record)?;
		Ok(record)
	}

	fn ensure_active(machine: &MachineOf<T>) -> DispatchResult {
		ensure!(
			machine.status != MachineStatus::Decommissioned,
			Error::<T>::MachineDecommissioned
		);
		Ok(())
	}

	/// Counts a machine for its owner, who can never be a key from now on.
	fn count_registration(owner: &T::AccountId) -> DispatchResult {
		Registrations::<T>::try_mutate(owner, |count| {
			*count = Self::next(*count)?;
			Ok(())
		})
	}

	/// One more.
	fn next(count: u32) -> Result<u32, DispatchError> {
		Ok(count.checked_add(1).ok_or(ArithmeticError::Overflow)?)
	}
}
