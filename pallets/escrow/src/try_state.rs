//! What must always hold of this pallet's storage, numbered as in the system design.

use crate::{BalanceOf, Config, Escrows, HoldReason, Pallet};
use alloc::collections::BTreeMap;
use frame_support::{ensure, traits::fungible::InspectHold};
use sp_runtime::{traits::Saturating, TryRuntimeError};

impl<T: Config> Pallet<T> {
	/// Checks the invariants that this pallet can see by itself.
	///
	/// # Errors
	/// Names the invariant that is broken.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		let mut prices = BTreeMap::<T::AccountId, BalanceOf<T>>::new();
		let mut bonds = BTreeMap::<T::AccountId, BalanceOf<T>>::new();
		for escrow in Escrows::<T>::iter_values() {
			prices.entry(escrow.payer).or_default().saturating_accrue(escrow.held);
			bonds.entry(escrow.payee).or_default().saturating_accrue(escrow.bond);
		}
		// Invariants 1 and 3: for every account, what is on hold is the sum over its open escrows, so nothing is on hold
		// for one that has ended.
		for who in frame_system::Account::<T>::iter_keys() {
			let expected = prices.remove(&who).unwrap_or_default();
			ensure!(
				T::Native::balance_on_hold(&HoldReason::Price.into(), &who) == expected,
				"invariant 1: what is on hold for prices differs from the open escrows"
			);
			let expected = bonds.remove(&who).unwrap_or_default();
			ensure!(
				T::Native::balance_on_hold(&HoldReason::Bond.into(), &who) == expected,
				"invariant 1: what is on hold for bonds differs from the open escrows"
			);
		}
		ensure!(
			prices.is_empty() && bonds.values().all(|bond| *bond == BalanceOf::<T>::default()),
			"invariant 1: an open escrow of an account that does not exist"
		);
		Ok(())
	}
}
