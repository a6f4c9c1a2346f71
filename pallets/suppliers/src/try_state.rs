//! What must always hold of this pallet's storage, numbered as in the system design.

use crate::{discovery::shelves, BalanceOf, Config, HoldReason, Names, Pairs, Pallet, Suppliers, SuppliersBy};
use alloc::collections::{BTreeMap, BTreeSet};
use frame_support::{
	ensure,
	traits::{fungible::InspectHold, Get},
};
use sp_runtime::{traits::Saturating, TryRuntimeError};

/// What rounding a record down day after day comes to at most, in planck: the sum of all that is left of one planck a day,
/// 1 / (1 − 2^(−1/180)) = 260.2, rounded up.
const ROUNDING: u128 = 261;
/// The share of a weight that the rounding of the factors stays far below: see the tests of `standing`.
const PRECISION: u128 = 1_000_000_000_000;

impl<T: Config> Pallet<T> {
	/// Checks the invariants that this pallet can see by itself.
	///
	/// # Errors
	/// Names the invariant that is broken.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_names()?;
		Self::check_pairs()?;
		Self::check_shelves()?;
		Self::check_deposits()
	}

	/// Invariant 8: a name is what its pairs have given, with what those had that were forgotten; and no sum of it says more
	/// than all that was settled.
	fn check_names() -> Result<(), TryRuntimeError> {
		let today = Self::today();
		for (supplier, name) in Names::<T>::iter() {
			let name = name.on(today);
			let (sums, settled) = (name.sums, name.sums.settled);
			ensure!(
				[sums.punctual, sums.failed, sums.lost]
					.into_iter()
					.all(|sum| sum <= settled),
				"invariant 8: more has come, failed or been lost than was settled"
			);
			let pairs: BTreeMap<_, _> = Pairs::<T>::iter_prefix(&supplier).collect();
			let records = (pairs.len() as u128).saturating_add(1);
			let rounding = records.saturating_mul(ROUNDING).saturating_add(settled / PRECISION);
			ensure!(
				sums.rated() <= settled.saturating_add(rounding),
				"invariant 8: more was rated than was settled"
			);
			let given = pairs
				.values()
				.fold(name.forgotten, |sum, pair| sum.saturating_add(pair.on(today).given));
			ensure!(
				settled.abs_diff(given) <= rounding,
				"invariant 8: a name differs from what its pairs have given"
			);
		}
		Ok(())
	}

	/// Invariant 8: a pair has given what it may at most, to a name that there is, by another than itself and no later than the
	/// name was touched.
	fn check_pairs() -> Result<(), TryRuntimeError> {
		for (supplier, customer, pair) in Pairs::<T>::iter() {
			ensure!(
				pair.given <= T::PairLimit::get(),
				"invariant 8: a pair has given more than its limit"
			);
			ensure!(supplier != customer, "invariant 8: somebody has given to his own name");
			let name = Names::<T>::get(&supplier).ok_or("invariant 8: a pair has given to no name")?;
			ensure!(
				pair.day <= name.day,
				"invariant 8: a pair has given after its name was touched"
			);
		}
		Ok(())
	}

	/// The shelves list exactly the suppliers with a profile.
	fn check_shelves() -> Result<(), TryRuntimeError> {
		let shelved: BTreeSet<_> = SuppliersBy::<T>::iter().collect();
		let wanted: BTreeSet<_> = Suppliers::<T>::iter()
			.flat_map(|(account, supplier)| {
				let place = supplier.place;
				let shelves = shelves(&supplier.profile).into_iter();
				shelves.map(move |shelf| (shelf, place, account.clone()))
			})
			.collect();
		ensure!(
			shelved == wanted,
			"the suppliers on the shelves differ from the profiles"
		);
		Ok(())
	}

	/// Invariant 9: every deposit on hold belongs to a profile that exists.
	fn check_deposits() -> Result<(), TryRuntimeError> {
		let mut deposits = BTreeMap::new();
		for supplier in Suppliers::<T>::iter_values() {
			let sum: &mut BalanceOf<T> = deposits.entry(supplier.depositor).or_default();
			sum.saturating_accrue(supplier.deposit);
		}
		for who in frame_system::Account::<T>::iter_keys() {
			ensure!(
				T::Currency::balance_on_hold(&HoldReason::Profile.into(), &who)
					== deposits.remove(&who).unwrap_or_default(),
				"invariant 9: deposits for profiles differ from the profiles"
			);
		}
		ensure!(
			deposits.is_empty(),
			"invariant 9: a deposit of an account that does not exist"
		);
		Ok(())
	}
}
