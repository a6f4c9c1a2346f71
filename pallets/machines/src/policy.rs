//! What a machine may spend.

use crate::*;
use bpiiot_primitives::{Actor, AssetKind, SpendPolicy, SpendPurpose};
use frame_support::{ensure, pallet_prelude::DispatchResult, traits::Time};
use sp_runtime::traits::CheckedAdd;

/// Plain accounts spend as they like, and a machine as the policy of its owner says.
///
/// What a purchase amounts to is all that leaves the account for it: with its price also the deposit and the fee.
///
/// A machine without a policy may secure what it promised, since its owner published the offer that names the bond. It buys
/// nothing and opens no dispute: its owner can do that with his own money.
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
		let Some(record) = Spending::<T>::get(machine) else {
			ensure!(purpose == SpendPurpose::Bond, Error::<T>::PurposeNotAllowed);
			return Ok(());
		};
		ensure!(record.purposes.contains(&purpose), Error::<T>::PurposeNotAllowed);

		let mut record = record.at(T::Time::now());
		let budget = record
			.budgets
			.iter_mut()
			.find(|budget| budget.asset == *asset)
			.ok_or(Error::<T>::AssetNotAllowed)?;
		let spent = budget.spent.checked_add(&amount).ok_or(Error::<T>::OverSpendingCap)?;
		ensure!(spent <= budget.per_period, Error::<T>::OverSpendingCap);
		budget.spent = spent;
		Spending::<T>::insert(machine, record);
		Ok(())
	}
}
