//! Who is the owner, who maintains, and what either pays besides the price.

use crate::{Balance, Caller, Config, Error, HoldReason, OrderOf, Pallet};
use bpiiot_primitives::{Actor, Actors, AssetKind, MachineId, SpendPolicy, SpendPurpose};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	traits::{
		fungible::{Mutate, MutateHold},
		tokens::{Precision, Preservation},
		Get,
	},
};

impl<T: Config> Pallet<T> {
	/// Who owns a machine; its account itself if there is no such machine.
	pub(crate) fn owner_of(machine: &MachineId) -> T::AccountId {
		T::Actors::controller(&machine.account())
	}

	/// That `actor` owns the machine. Its key does not: whoever has stolen it sets no rules.
	pub(crate) fn ensure_owner(actor: &Caller<T>, machine: &MachineId) -> DispatchResult {
		let is_owner = actor.machine.is_none() && T::Actors::controls(&actor.account, machine);
		ensure!(is_owner, Error::<T>::NotTheOwner);
		Ok(())
	}

	/// Whether `actor` owns the machine, or is it.
	pub(crate) fn speaks_for(actor: &Caller<T>, machine: &MachineId) -> bool {
		T::Actors::controls(&actor.account, machine)
	}

	pub(crate) fn ensure_speaks_for(actor: &Caller<T>, machine: &MachineId) -> DispatchResult {
		ensure!(Self::speaks_for(actor, machine), Error::<T>::NotTheOwner);
		Ok(())
	}

	/// Whether `actor` is an order's maintainer, or owns the machine that is.
	pub(crate) fn maintains(actor: &Caller<T>, order: &OrderOf<T>) -> bool {
		let maintainer = order.maintainer();
		actor.account == *maintainer || actor.account == T::Actors::controller(maintainer)
	}

	/// Whether one owner stands behind both.
	pub(crate) fn share_an_owner(one: &T::AccountId, other: &T::AccountId) -> bool {
		T::Actors::controller(one) == T::Actors::controller(other)
	}

	/// The machine as an actor: its spending policy is asked as if its key had signed, whoever calls.
	pub(crate) fn payer(machine: MachineId) -> Caller<T> {
		Actor {
			account: machine.account(),
			machine: Some(machine),
		}
	}

	/// The maintainer as an actor, for what he has agreed to before.
	pub(crate) fn payee(account: &T::AccountId) -> Caller<T> {
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

	pub(crate) fn hold(reason: HoldReason, who: &T::AccountId, amount: Balance) -> DispatchResult {
		T::Currency::hold(&reason.into(), who, amount)
	}

	/// Gives a deposit back. It is there, by invariant 9; if it were not, as much of it as there is.
	pub(crate) fn release(reason: HoldReason, who: &T::AccountId, amount: Balance) -> Result<(), DispatchError> {
		T::Currency::release(&reason.into(), who, amount, Precision::BestEffort).map(drop)
	}

	/// That windows are neither too short nor too long.
	pub(crate) fn ensure_windows(windows: &[u64]) -> DispatchResult {
		let allowed = T::MinWindow::get()..=T::MaxWindow::get();
		ensure!(
			windows.iter().all(|window| allowed.contains(window)),
			Error::<T>::WindowOutOfRange
		);
		Ok(())
	}
}
