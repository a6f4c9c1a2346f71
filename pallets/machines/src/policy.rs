//! What a machine may spend.

use crate::*;
use bpiiot_primitives::{Actor, AssetKind, AtRisk, MachineId, Mistake, SpendPolicy, SpendPurpose};
use frame_support::{ensure, pallet_prelude::DispatchResult, traits::Time};
use sp_runtime::traits::{CheckedAdd, Saturating};

/// Plain accounts spend as they like, and a machine as the policy of its owner says: without one, nothing.
///
/// What a purchase amounts to is all that leaves the account for it: with its price also the deposit and the fee. Bonds
/// of all kinds count while they are on hold, and in the window in which they are forfeited: so a stolen key loses no more by
/// them than the cap, and a machine that keeps its promises never runs out of it.
impl<T: Config> SpendPolicy<T::AccountId, AssetKind, BalanceOf<T>> for Pallet<T> {
	fn spend(
		from: &Actor<T::AccountId>,
		purpose: SpendPurpose,
		asset: &AssetKind,
		amount: BalanceOf<T>,
	) -> DispatchResult {
		let Some(machine) = from.machine else {
			return Ok(());
		};
		if Mistake::BypassedPolicy.is_made() {
			return Ok(());
		}
		let record = Spending::<T>::get(machine).ok_or(Error::<T>::PurposeNotAllowed)?;
		ensure!(record.purposes.contains(&purpose), Error::<T>::PurposeNotAllowed);

		let mut record = record.at(T::Time::now());
		let budget = record.budget(asset).ok_or(Error::<T>::AssetNotAllowed)?;
		let spent = budget.spent.checked_add(&amount).ok_or(Error::<T>::OverSpendingCap)?;
		let at_risk = T::AtRisk::at_risk(&from.account, asset);
		let most = spent.checked_add(&at_risk).ok_or(Error::<T>::OverSpendingCap)?;
		ensure!(most <= budget.per_period, Error::<T>::OverSpendingCap);
		if purpose != SpendPurpose::Bond {
			budget.spent = spent;
			Spending::<T>::insert(machine, record);
		}
		Ok(())
	}

	fn forfeited(by: &T::AccountId, asset: &AssetKind, amount: BalanceOf<T>) {
		let machine = MachineId(by.clone().into());
		let Some(record) = Spending::<T>::get(machine) else {
			return;
		};
		let mut record = record.at(T::Time::now());
		if let Some(budget) = record.budget(asset) {
			// No more than all of it, if the owner has lowered it in between.
			budget.spent = budget.spent.saturating_add(amount).min(budget.per_period);
			Spending::<T>::insert(machine, record);
		}
	}
}
