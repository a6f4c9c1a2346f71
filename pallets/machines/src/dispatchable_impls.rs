//! What the calls do: state first, then money, then what is stored.

use crate::*;
use bpiiot_primitives::{MachineId, OpenWork};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult, Zero},
	traits::{
		fungible::{Inspect, Mutate, MutateHold},
		tokens::{
			Fortitude::Polite,
			Precision::Exact,
			Preservation::{Expendable, Preserve},
		},
		Get, Time,
	},
};
use sp_core::sr25519::{Public, Signature};
use sp_runtime::{traits::One, ArithmeticError};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_register(
		owner: T::AccountId,
		key: T::AccountId,
		proof: Signature,
		profile: MachineProfile,
		fee_allowance: BalanceOf<T>,
	) -> DispatchResult {
		ensure!(!Self::is_machine(&owner), Error::<T>::OwnerIsMachine);
		ensure!(
			key != owner && Registrations::<T>::get(&key).is_zero(),
			Error::<T>::KeyIsOwner
		);
		ensure!(!Keys::<T>::contains_key(&key), Error::<T>::KeyAlreadyUsed);

		// The hash of block 0 is never pruned.
		let genesis = frame_system::Pallet::<T>::block_hash(frame_system::pallet_prelude::BlockNumberFor::<T>::zero());
		let payload = proof::payload(&genesis, &owner, &key, Registrations::<T>::get(&owner));
		ensure!(
			proof::verify(&payload, &proof, &Public::from_raw(key.clone().into())),
			Error::<T>::BadProof
		);

		Self::admit(owner, key, profile, fee_allowance)
	}

	/// Takes the owner's money and stores a machine whose key and owner were found good.
	pub(crate) fn admit(
		owner: T::AccountId,
		key: T::AccountId,
		profile: MachineProfile,
		allowance: BalanceOf<T>,
	) -> DispatchResult {
		Registrations::<T>::try_mutate(&owner, |count| -> DispatchResult {
			*count = count.checked_add(One::one()).ok_or(ArithmeticError::Overflow)?;
			Ok(())
		})?;

		let deposit = T::MachineDeposit::get();
		T::Currency::transfer(&owner, &T::FeeDestination::get(), T::RegistrationFee::get(), Preserve)?;
		T::Currency::hold(&HoldReason::MachineDeposit.into(), &owner, deposit)?;

		// Never given back: without it the key's account could be reaped, its nonce start anew, and every transaction
		// that it ever signed be sent again.
		frame_system::Pallet::<T>::inc_sufficients(&key);

		let machine = MachineId::from_first_key(&key);
		Keys::<T>::insert(&key, KeyRecord { machine, live: true });
		Fees::<T>::insert(
			machine,
			FeeRecord {
				allowance,
				last_seen: Zero::zero(),
			},
		);
		Machines::<T>::insert(
			machine,
			Machine {
				owner: owner.clone(),
				key: key.clone(),
				profile,
				status: MachineStatus::InService,
				deposit,
				registered_at: T::Time::now(),
			},
		);
		Self::deposit_event(Event::Registered {
			machine,
			owner,
			key,
			deposit,
		});
		Ok(())
	}

	pub(crate) fn do_set_profile(owner: &T::AccountId, machine: MachineId, profile: MachineProfile) -> DispatchResult {
		let record = Self::active_of(owner, &machine)?;
		Machines::<T>::insert(machine, Machine { profile, ..record });
		Self::deposit_event(Event::ProfileSet { machine });
		Ok(())
	}

	pub(crate) fn do_set_fee_allowance(
		owner: &T::AccountId,
		machine: MachineId,
		allowance: BalanceOf<T>,
	) -> DispatchResult {
		Self::active_of(owner, &machine)?;
		Fees::<T>::mutate(machine, |fees| fees.get_or_insert_default().allowance = allowance);
		Self::deposit_event(Event::FeeAllowanceSet { machine, allowance });
		Ok(())
	}

	pub(crate) fn do_set_service(who: &T::AccountId, machine: MachineId, in_service: bool) -> DispatchResult {
		let record = Self::machine(&machine)?;
		if *who != record.owner {
			let signer = Self::machine_behind(who).map_err(Error::<T>::from)?;
			ensure!(
				signer.is_some_and(|(id, _)| id == machine),
				Error::<T>::NotOwnerNorMachine
			);
		}
		ensure!(
			record.status != MachineStatus::Decommissioned,
			Error::<T>::MachineDecommissioned
		);
		let status = if in_service {
			MachineStatus::InService
		} else {
			MachineStatus::OutOfService
		};
		Machines::<T>::insert(machine, Machine { status, ..record });
		Self::deposit_event(Event::ServiceSet { machine, in_service });
		Ok(())
	}

	pub(crate) fn do_deposit(from: T::AccountId, machine: MachineId, amount: BalanceOf<T>) -> DispatchResult {
		ensure!(!amount.is_zero(), Error::<T>::ZeroAmount);
		let record = Self::machine(&machine)?;
		ensure!(
			record.status != MachineStatus::Decommissioned,
			Error::<T>::MachineDecommissioned
		);
		T::Currency::transfer(&from, &machine.account(), amount, Preserve)?;
		Self::deposit_event(Event::Deposited { machine, from, amount });
		Ok(())
	}

	pub(crate) fn do_withdraw(owner: &T::AccountId, machine: MachineId, amount: BalanceOf<T>) -> DispatchResult {
		ensure!(!amount.is_zero(), Error::<T>::ZeroAmount);
		ensure!(Self::machine(&machine)?.owner == *owner, Error::<T>::NotOwner);
		let account: T::AccountId = machine.account();
		let free = T::Currency::reducible_balance(&account, Expendable, Polite);
		ensure!(amount <= free, Error::<T>::TooLittleMoney);
		// All, or all but the minimum balance: anything between would burn the rest as dust.
		let spare = T::Currency::reducible_balance(&account, Preserve, Polite);
		ensure!(amount == free || amount <= spare, Error::<T>::LeavesDust);
		T::Currency::transfer(&account, owner, amount, Expendable)?;
		Self::deposit_event(Event::Withdrawn {
			machine,
			owner: owner.clone(),
			amount,
		});
		Ok(())
	}

	pub(crate) fn do_decommission(owner: T::AccountId, machine: MachineId) -> DispatchResult {
		let record = Self::active_of(&owner, &machine)?;
		ensure!(!T::OpenWork::has_open_work(&machine), Error::<T>::WorkOpen);

		let Machine { key, deposit, .. } = record.clone();
		T::Currency::release(&HoldReason::MachineDeposit.into(), &owner, deposit, Exact)?;
		let account: T::AccountId = machine.account();
		let paid_out = T::Currency::reducible_balance(&account, Expendable, Polite);
		if !paid_out.is_zero() {
			T::Currency::transfer(&account, &owner, paid_out, Expendable)?;
		}

		Keys::<T>::insert(&key, KeyRecord { machine, live: false });
		Fees::<T>::remove(machine);
		Machines::<T>::insert(
			machine,
			Machine {
				status: MachineStatus::Decommissioned,
				deposit: Zero::zero(),
				..record
			},
		);
		Self::deposit_event(Event::Decommissioned {
			machine,
			owner,
			key,
			deposit,
			paid_out,
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
		ensure!(record.owner == *owner, Error::<T>::NotOwner);
		ensure!(
			record.status != MachineStatus::Decommissioned,
			Error::<T>::MachineDecommissioned
		);
		Ok(record)
	}
}
