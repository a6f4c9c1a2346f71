//! Who takes part, and what either pays besides prices and freights.

use crate::{Balance, Caller, Config, Error, HoldReason, OpenOf, Pallet};
use bpiiot_primitives::{in_planck, Actor, Actors, AssetKind, MachineId, SpendPolicy, SpendPurpose};
use frame_support::{
	ensure,
	pallet_prelude::DispatchResult,
	storage::with_storage_layer,
	traits::{
		fungible::{Mutate, MutateHold},
		tokens::{Fortitude, Precision, Preservation, Restriction},
		Get,
	},
};
use sp_runtime::{
	traits::{Convert, One, Zero},
	FixedU128,
};

impl<T: Config> Pallet<T> {
	/// Whether `actor` is that party, or owns the machine that is: what a machine has agreed to outlives its key.
	pub(crate) fn is(actor: &Caller<T>, party: &T::AccountId) -> bool {
		actor.account == *party || actor.account == T::Actors::controller(party)
	}

	/// Whether one owner stands behind both.
	pub(crate) fn share_an_owner(one: &T::AccountId, other: &T::AccountId) -> bool {
		T::Actors::controller(one) == T::Actors::controller(other)
	}

	/// The party as an actor, for what it has agreed to in person: its spending policy is asked as if its key had signed.
	pub(crate) fn party(account: &T::AccountId) -> Caller<T> {
		let is_machine = T::Actors::controller(account) != *account;
		Actor {
			account: account.clone(),
			machine: is_machine.then(|| MachineId(account.clone().into())),
		}
	}

	/// Takes a fee from who acts, for the chain. A machine's policy is asked as for a purchase: the fee is spent.
	pub(crate) fn pay_fee(actor: &Caller<T>, fee: Balance) -> DispatchResult {
		T::SpendPolicy::spend(actor, SpendPurpose::Purchase, &AssetKind::Native, fee)?;
		let to = T::FeeDestination::get();
		T::Currency::transfer(&actor.account, &to, fee, Preservation::Preserve).map(drop)
	}

	/// What a price or a freight costs who pays it besides, in planck. It grows with it, so that all of it counts for a name.
	pub(crate) fn agreement_fee(asset: AssetKind, amount: Balance) -> Balance {
		let rate = match asset {
			AssetKind::Native => Some(FixedU128::one()),
			asset => T::Rates::convert(asset),
		};
		let share = rate.map_or(0, |rate| T::AgreementFeeShare::get().mul_ceil(in_planck(amount, rate)));
		share.max(T::AgreementFee::get())
	}

	/// Counts an agreement that `who` has entered.
	pub(crate) fn bind(who: &T::AccountId) -> DispatchResult {
		OpenOf::<T>::try_mutate(who, |open| {
			ensure!(*open < T::MaxOpen::get(), Error::<T>::TooManyOpen);
			*open = open.saturating_add(1);
			Ok(())
		})
	}

	/// Counts an agreement of `who` that has ended.
	pub(crate) fn unbind(who: &T::AccountId) {
		OpenOf::<T>::mutate_exists(who, |open| {
			*open = open
				.map(|open: u32| open.saturating_sub(1))
				.filter(|open| !open.is_zero());
		});
	}

	/// Gives what `who` has on hold for a claim back, or to the chain if the claim was none.
	pub(crate) fn end_claim_deposit(who: &T::AccountId, deposit: Balance, forfeited: bool) -> DispatchResult {
		let (reason, exact) = (HoldReason::Claim.into(), Precision::Exact);
		if forfeited {
			let (chain, free, force) = (T::FeeDestination::get(), Restriction::Free, Fortitude::Force);
			let taken =
				with_storage_layer(|| T::Currency::transfer_on_hold(&reason, who, &chain, deposit, exact, free, force));
			if taken.is_ok() {
				T::SpendPolicy::forfeited(who, &AssetKind::Native, deposit);
				return Ok(());
			}
			// What the chain cannot take stops no leg from ending.
		}
		T::Currency::release(&reason, who, deposit, exact).map(drop)
	}
}
