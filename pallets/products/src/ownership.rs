//! Things become somebody else's.

use crate::{
	gs1::{Gtin, Lot, SerialKey},
	Caller, Config, Error, Event, Holding, Holdings, Items, Pallet, Ranges, State, Thing, UnitOf, Units,
};
use bpiiot_primitives::Mistake;
use frame_support::{ensure, pallet_prelude::DispatchResult};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_transfer(
		actor: Caller<T>,
		thing: Thing,
		from: T::AccountId,
		to: T::AccountId,
		quantity: u64,
	) -> DispatchResult {
		ensure!(Self::stands_for(&actor, &from), Error::<T>::NotTheOwner);
		Self::pass_on(&actor, &thing, &from, to, quantity)
	}

	fn pass_on(
		payer: &Caller<T>,
		thing: &Thing,
		from: &T::AccountId,
		to: T::AccountId,
		quantity: u64,
	) -> DispatchResult {
		ensure!(*from != to, Error::<T>::SameOwner);
		let is_lot = matches!(thing, Thing::Lot { .. });
		ensure!(is_lot == (quantity > 0), Error::<T>::BadQuantity);
		match thing {
			Thing::Item { gtin, serial } => {
				let found = Self::find_item(*gtin, serial).ok_or(Error::<T>::UnknownThing)?;
				let mut item = found.item;
				Self::ensure_free(item.state)?;
				ensure!(item.owner == *from, Error::<T>::NotTheOwner);
				Self::pay_touches(payer, u32::from(!found.touched))?;
				item.owner = to.clone();
				Items::<T>::insert(gtin, SerialKey::of(serial), item);
			}
			Thing::Range { gtin, last } => {
				let (key, mut range) = Self::find_range(*gtin, last).ok_or(Error::<T>::UnknownThing)?;
				Self::ensure_free(range.state)?;
				ensure!(range.owner == *from, Error::<T>::NotTheOwner);
				range.owner = to.clone();
				Ranges::<T>::insert(gtin, key, range);
			}
			Thing::Lot { gtin, lot } => Self::pass_lot(payer, (*gtin, lot), from, &to, quantity)?,
			Thing::Unit { sscc } => {
				let mut unit = Units::<T>::get(sscc).ok_or(Error::<T>::UnknownThing)?;
				Self::ensure_unit_free(&unit)?;
				ensure!(unit.owner == *from, Error::<T>::NotTheOwner);
				unit.owner = to.clone();
				Units::<T>::insert(sscc, unit);
			}
		}
		Self::deposit_event(Event::Transferred {
			thing: thing.clone(),
			from: from.clone(),
			to,
			quantity,
		});
		Ok(())
	}

	fn pass_lot(
		payer: &Caller<T>,
		(gtin, lot): (Gtin, &Lot),
		from: &T::AccountId,
		to: &T::AccountId,
		quantity: u64,
	) -> DispatchResult {
		let mut given = Holdings::<T>::get((gtin, lot), from).ok_or(Error::<T>::NotTheOwner)?;
		given.quantity = given.quantity.checked_sub(quantity).ok_or(Error::<T>::NotEnough)?;
		let taken = Holdings::<T>::get((gtin, lot), to);
		Self::pay_touches(payer, u32::from(taken.is_none()))?;
		let mut taken = taken.unwrap_or_default();
		// No more than there is of the lot in all.
		taken.quantity = taken.quantity.saturating_add(quantity);
		Self::store_holding(gtin, lot, from, given);
		Holdings::<T>::insert((gtin, lot), to, taken);
		Ok(())
	}

	/// Keeps a holding for as long as there is anything in it, or anything was made of it.
	pub(crate) fn store_holding(gtin: Gtin, lot: &Lot, holder: &T::AccountId, holding: Holding) {
		if holding == Holding::default() {
			Holdings::<T>::remove((gtin, lot), holder);
		} else {
			Holdings::<T>::insert((gtin, lot), holder, holding);
		}
	}

	pub(crate) fn ensure_free(state: State) -> DispatchResult {
		match state {
			State::Free => Ok(()),
			State::Used(_) if Mistake::UsedAgain.is_made() => Ok(()),
			State::Used(_) => Err(Error::<T>::AlreadyUsed.into()),
			State::Packed(_) => Err(Error::<T>::IsPacked.into()),
			State::OnItsWay(_) => Err(Error::<T>::OnItsWay.into()),
		}
	}

	/// That a unit stands alone, and at its owner's.
	pub(crate) fn ensure_unit_free(unit: &UnitOf<T>) -> DispatchResult {
		ensure!(unit.within.is_none(), Error::<T>::IsPacked);
		ensure!(unit.shipment.is_none(), Error::<T>::OnItsWay);
		Ok(())
	}
}
