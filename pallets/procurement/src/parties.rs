//! Who buys, who sells, and what either pays besides the price.

use crate::{Balance, Books, Caller, Config, Error, Pallet, Purchase, PurchaseOrderId};
use bpiiot_primitives::{Actor, Actors, AssetKind, MachineId, SpendPolicy, SpendPurpose};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	traits::{fungible::Mutate, tokens::Preservation, Get},
};

impl<T: Config> Pallet<T> {
	/// Whether `actor` is that party, or owns the machine that is: what a machine has bought or sold outlives its key, and the
	/// machine itself.
	pub(crate) fn is(actor: &Caller<T>, party: &T::AccountId) -> bool {
		actor.account == *party || actor.account == T::Actors::controller(party)
	}

	/// Whether one owner stands behind both.
	pub(crate) fn share_an_owner(one: &T::AccountId, other: &T::AccountId) -> bool {
		T::Actors::controller(one) == T::Actors::controller(other)
	}

	/// The party as an actor, for what it has agreed to before: its spending policy is asked as if its key had signed.
	pub(crate) fn party(account: &T::AccountId) -> Caller<T> {
		let is_machine = T::Actors::controller(account) != *account;
		Actor {
			account: account.clone(),
			machine: is_machine.then(|| MachineId(account.clone().into())),
		}
	}

	/// That the party is no machine that is out of service: its key may be barred, or its owner has it repaired.
	pub(crate) fn ensure_in_service(party: &Caller<T>) -> DispatchResult {
		party
			.machine
			.map_or(Ok(()), |machine| T::Actors::ensure_in_service(&machine).map(drop))
	}

	/// Takes a fee from who acts, for the chain. A machine's policy is asked as for a purchase: the fee is spent.
	pub(crate) fn pay_fee(actor: &Caller<T>, fee: Balance) -> DispatchResult {
		T::SpendPolicy::spend(actor, SpendPurpose::Purchase, &AssetKind::Native, fee)?;
		let to = T::FeeDestination::get();
		T::Currency::transfer(&actor.account, &to, fee, Preservation::Preserve).map(drop)
	}

	/// Lists what a buyer has open.
	pub(crate) fn add_purchase(buyer: &T::AccountId, purchase: Purchase) -> DispatchResult {
		Books::<T>::try_mutate(buyer, |book| {
			let purchases = &mut book.purchases;
			purchases
				.try_push(purchase)
				.map_err(|_| Error::<T>::TooManyPurchases.into())
		})
	}

	/// Lists what a supplier has open.
	pub(crate) fn add_sale(supplier: &T::AccountId, order: PurchaseOrderId) -> DispatchResult {
		Books::<T>::try_mutate(supplier, |book| {
			book.sales.try_push(order).map_err(|_| Error::<T>::TooManySales.into())
		})
	}

	/// Forgets what a buyer had open.
	pub(crate) fn close_purchase(buyer: &T::AccountId, purchase: Purchase) {
		Books::<T>::mutate_exists(buyer, |entry| {
			if let Some(book) = entry {
				book.purchases.retain(|other| *other != purchase);
				if book.is_empty() {
					*entry = None;
				}
			}
		});
	}

	/// Forgets what a supplier had open.
	pub(crate) fn close_sale(supplier: &T::AccountId, order: PurchaseOrderId) {
		Books::<T>::mutate_exists(supplier, |entry| {
			if let Some(book) = entry {
				book.sales.retain(|other| *other != order);
				if book.is_empty() {
					*entry = None;
				}
			}
		});
	}

	/// That a window is neither too short nor too long.
	pub(crate) fn ensure_windows(windows: &[u64]) -> Result<(), DispatchError> {
		let allowed = T::MinWindow::get()..=T::MaxWindow::get();
		ensure!(
			windows.iter().all(|window| allowed.contains(window)),
			Error::<T>::WindowOutOfRange
		);
		Ok(())
	}
}
