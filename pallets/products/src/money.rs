//! Fees, deposits and bonds.

use crate::{BalanceOf, Caller, Config, HoldReason, Pallet};
use bpiiot_primitives::{Actors, AssetKind, AtRisk, SpendPolicy, SpendPurpose};
use frame_support::{
	pallet_prelude::DispatchResult,
	traits::{
		fungible::{InspectHold, Mutate, MutateHold},
		tokens::{Fortitude, Precision, Preservation, Restriction},
		Get,
	},
};
use sp_runtime::traits::{Saturating, Zero};

impl<T: Config> Pallet<T> {
	/// Whether the actor is this account, or owns the machine whose account it is.
	pub(crate) fn stands_for(actor: &Caller<T>, account: &T::AccountId) -> bool {
		actor.account == *account || actor.account == T::Actors::controller(account)
	}

	/// Whether one owner stands behind both.
	pub(crate) fn are_one(one: &T::AccountId, other: &T::AccountId) -> bool {
		one == other || T::Actors::controller(one) == T::Actors::controller(other)
	}

	/// Takes a fee from who acts, for the chain. A machine's policy is asked as for a purchase.
	pub(crate) fn pay_fee(actor: &Caller<T>, fee: BalanceOf<T>) -> DispatchResult {
		if fee.is_zero() {
			return Ok(());
		}
		T::SpendPolicy::spend(actor, SpendPurpose::Purchase, &AssetKind::Native, fee)?;
		let to = T::FeeDestination::get();
		T::Currency::transfer(&actor.account, &to, fee, Preservation::Preserve).map(drop)
	}

	/// Takes the fee for so many records that stay.
	pub(crate) fn pay_touches(actor: &Caller<T>, touched: u32) -> DispatchResult {
		Self::pay_fee(actor, T::TouchFee::get().saturating_mul(touched.into()))
	}

	pub(crate) fn hold(reason: HoldReason, from: &T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
		T::Currency::hold(&reason.into(), from, amount)
	}

	pub(crate) fn release(reason: HoldReason, to: &T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
		T::Currency::release(&reason.into(), to, amount, Precision::Exact).map(drop)
	}

	fn on_hold(reason: HoldReason, who: &T::AccountId) -> BalanceOf<T> {
		T::Currency::balance_on_hold(&reason.into(), who)
	}

	/// Puts on hold what may be forfeited. A machine's policy is asked.
	pub(crate) fn hold_bond(reason: HoldReason, from: &Caller<T>, amount: BalanceOf<T>) -> DispatchResult {
		T::SpendPolicy::spend(from, SpendPurpose::Bond, &AssetKind::Native, amount)?;
		Self::hold(reason, &from.account, amount)
	}

	/// Gives to the chain what is forfeited.
	pub(crate) fn forfeit(reason: HoldReason, from: &T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
		T::Currency::transfer_on_hold(
			&reason.into(),
			from,
			&T::FeeDestination::get(),
			amount,
			Precision::Exact,
			Restriction::Free,
			Fortitude::Force,
		)?;
		T::SpendPolicy::forfeited(from, &AssetKind::Native, amount);
		Ok(())
	}
}

/// What recalls and their contests are backed by.
impl<T: Config> AtRisk<T::AccountId, AssetKind, BalanceOf<T>> for Pallet<T> {
	fn at_risk(who: &T::AccountId, asset: &AssetKind) -> BalanceOf<T> {
		match asset {
			AssetKind::Native => {
				Self::on_hold(HoldReason::Recall, who).saturating_add(Self::on_hold(HoldReason::Contest, who))
			}
			AssetKind::Asset(_) => 0u32.into(),
		}
	}
}
