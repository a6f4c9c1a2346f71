//! The beginning and the end of a machine.

use crate::*;
use bpiiot_primitives::{MachineId, Mistake, OpenWork};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchResult, Zero},
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
use sp_core::sr25519::Signature;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_register(
		owner: T::AccountId,
		key: T::AccountId,
		proof: Signature,
		profile: MachineProfile,
		encryption_key: [u8; 32],
		fee_allowance: FeeAllowance<BalanceOf<T>>,
	) -> DispatchResult {
		ensure!(!Self::is_machine(&owner), Error::<T>::OwnerIsMachine);
		Self::ensure_new_key(&key, &owner)?;
		Self::ensure_period(fee_allowance.period)?;
		let payload = proof::payload(&Self::genesis_hash(), &owner, &key, Registrations::<T>::get(&owner));
		if !Mistake::ReplayedProof.is_made() {
			Self::ensure_proof(&payload, &proof, &key)?;
		}

		Self::admit(owner, key, profile, encryption_key, fee_allowance)
	}

	/// Takes the owner's money and stores a machine whose key and owner were found good.
	pub(crate) fn admit(
		owner: T::AccountId,
		key: T::AccountId,
		profile: MachineProfile,
		encryption_key: [u8; 32],
		fee_allowance: FeeAllowance<BalanceOf<T>>,
	) -> DispatchResult {
		Self::count_registration(&owner)?;
		let deposit = T::MachineDeposit::get();
		T::Currency::transfer(&owner, &T::FeeDestination::get(), T::RegistrationFee::get(), Preserve)?;
		T::Currency::hold(&HoldReason::MachineDeposit.into(), &owner, deposit)?;

		let machine = MachineId::from_first_key(&key);
		Self::enrol(machine, &key);
		Self::allow(machine, fee_allowance);
		Machines::<T>::insert(
			machine,
			Machine {
				owner: owner.clone(),
				offered_to: None,
				key: key.clone(),
				rotations: 0,
				encryption: EncryptionKey {
					key: encryption_key,
					version: 1,
				},
				profile,
				status: MachineStatus::InService,
				frozen: false,
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

		Self::retire(machine, &key);
		Fees::<T>::remove(machine);
		Spending::<T>::remove(machine);
		Machines::<T>::insert(
			machine,
			Machine {
				offered_to: None,
				status: MachineStatus::Decommissioned,
				frozen: false,
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
}
