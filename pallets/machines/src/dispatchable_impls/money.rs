//! A machine's money, and the limits that its owner sets.

use crate::*;
use bpiiot_primitives::{AssetKind, MachineId};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchResult, Zero},
	traits::{
		fungibles::{Inspect, Mutate},
		tokens::{
			Fortitude::Polite,
			Preservation::{Expendable, Preserve},
		},
	},
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_deposit(
		from: T::AccountId,
		machine: MachineId,
		asset: AssetKind,
		amount: BalanceOf<T>,
	) -> DispatchResult {
		ensure!(!amount.is_zero(), Error::<T>::ZeroAmount);
		Self::ensure_active(&Self::machine(&machine)?)?;
		T::Fungibles::transfer(asset, &from, &machine.account(), amount, Preserve)?;
		Self::deposit_event(Event::Deposited {
			machine,
			from,
			asset,
			amount,
		});
		Ok(())
	}

	pub(crate) fn do_withdraw(
		owner: &T::AccountId,
		machine: MachineId,
		asset: AssetKind,
		amount: BalanceOf<T>,
	) -> DispatchResult {
		ensure!(!amount.is_zero(), Error::<T>::ZeroAmount);
		ensure!(Self::machine(&machine)?.owner == *owner, Error::<T>::NotOwner);
		let account: T::AccountId = machine.account();
		let free = T::Fungibles::reducible_balance(asset, &account, Expendable, Polite);
		ensure!(amount <= free, Error::<T>::TooLittleMoney);
		// All, or all but the minimum balance: anything between would burn the rest as dust.
		let spare = T::Fungibles::reducible_balance(asset, &account, Preserve, Polite);
		ensure!(amount == free || amount <= spare, Error::<T>::LeavesDust);
		T::Fungibles::transfer(asset, &account, owner, amount, Expendable)?;
		Self::deposit_event(Event::Withdrawn {
			machine,
			owner: owner.clone(),
			asset,
			amount,
		});
		Ok(())
	}

	pub(crate) fn do_set_fee_allowance(
		owner: &T::AccountId,
		machine: MachineId,
		allowance: FeeAllowance<BalanceOf<T>>,
	) -> DispatchResult {
		Self::active_of(owner, &machine)?;
		Self::ensure_period(allowance.period)?;
		Self::allow(machine, allowance);
		Self::deposit_event(Event::FeeAllowanceSet { machine, allowance });
		Ok(())
	}

	/// Replaces what a machine's key may cost. When it was last seen stays known.
	pub(super) fn allow(machine: MachineId, allowance: FeeAllowance<BalanceOf<T>>) {
		Fees::<T>::mutate(machine, |fees| {
			let last_seen = fees.unwrap_or_default().last_seen;
			*fees = Some(FeeRecord::new(allowance, last_seen));
		});
	}

	pub(crate) fn do_set_spending_policy(
		owner: &T::AccountId,
		machine: MachineId,
		policy: Option<SpendingPolicy<BalanceOf<T>>>,
	) -> DispatchResult {
		Self::active_of(owner, &machine)?;
		if let Some(policy) = &policy {
			Self::ensure_period(policy.period)?;
			ensure!(policy.names_nothing_twice(), Error::<T>::NamedTwice);
		}
		Spending::<T>::set(machine, policy.map(SpendingRecord::from));
		Self::deposit_event(Event::SpendingPolicySet { machine });
		Ok(())
	}
}
