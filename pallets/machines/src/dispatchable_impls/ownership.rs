//! A machine changes hands.

use crate::*;
use bpiiot_primitives::MachineId;
use frame_support::{
	ensure,
	pallet_prelude::DispatchResult,
	traits::{
		fungible::{Inspect, MutateHold},
		tokens::{Fortitude::Polite, Precision::Exact, Preservation::Expendable},
		Get,
	},
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_offer_ownership(
		owner: &T::AccountId,
		machine: MachineId,
		to: Option<T::AccountId>,
	) -> DispatchResult {
		let record = Self::active_of(owner, &machine)?;
		if let Some(to) = &to {
			ensure!(to != owner, Error::<T>::AlreadyOwner);
			ensure!(!Self::is_machine(to), Error::<T>::OwnerIsMachine);
		}
		Machines::<T>::insert(
			machine,
			Machine {
				offered_to: to.clone(),
				..record
			},
		);
		Self::deposit_event(Event::OwnershipOffered { machine, to });
		Ok(())
	}

	pub(crate) fn do_accept_ownership(to: T::AccountId, machine: MachineId, at_least: BalanceOf<T>) -> DispatchResult {
		let record = Self::machine(&machine)?;
		Self::ensure_active(&record)?;
		ensure!(record.offered_to.as_ref() == Some(&to), Error::<T>::NotOffered);
		// He may have become a key since it was offered to him.
		ensure!(!Self::is_machine(&to), Error::<T>::OwnerIsMachine);
		let free = T::Currency::reducible_balance(&machine.account(), Expendable, Polite);
		ensure!(free >= at_least, Error::<T>::TooLittleMoney);

		Self::count_registration(&to)?;
		let (from, deposit) = (record.owner.clone(), T::MachineDeposit::get());
		T::Currency::hold(&HoldReason::MachineDeposit.into(), &to, deposit)?;
		T::Currency::release(&HoldReason::MachineDeposit.into(), &from, record.deposit, Exact)?;

		// He pays, and lets the machine spend, only what he allows himself.
		Self::allow(machine, FeeAllowance::default());
		Spending::<T>::remove(machine);
		Machines::<T>::insert(
			machine,
			Machine {
				owner: to.clone(),
				offered_to: None,
				frozen: false,
				deposit,
				..record
			},
		);
		Self::deposit_event(Event::OwnershipTransferred {
			machine,
			from,
			to,
			deposit,
		});
		Ok(())
	}
}
