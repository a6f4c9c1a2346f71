//! Things on their way: locked by a shipment, and free again, whoever's they are then.

use crate::{gs1::SerialKey, Config, Error, Event, Holdings, Items, Pallet, Ranges, State, Thing, Units};
use bpiiot_primitives::{Actor, Goods, Mistake, ShipmentId};
use frame_support::{ensure, pallet_prelude::DispatchResult};

impl<T: Config> Goods<T::AccountId> for Pallet<T> {
	type Unit = Thing;

	fn owns(thing: &Thing, who: &T::AccountId) -> bool {
		match thing {
			Thing::Lot { gtin, lot } => {
				let holding = Holdings::<T>::get((gtin, lot), who);
				holding.is_some_and(|holding| holding.quantity > 0)
			}
			_ => Self::owner_of(thing).as_ref() == Some(who),
		}
	}

	/// Recalled things may be sent as well: they go back to who made them.
	fn lock(thing: &Thing, quantity: u64, owner: &Actor<T::AccountId>, shipment: ShipmentId) -> DispatchResult {
		let is_lot = matches!(thing, Thing::Lot { .. });
		ensure!(is_lot || quantity == 1, Error::<T>::BadQuantity);
		let ensure_own = |of: &T::AccountId| -> DispatchResult {
			ensure!(*of == owner.account, Error::<T>::NotTheOwner);
			Ok(())
		};
		if Mistake::UnlockedGoods.is_made() {
			return Ok(());
		}
		match thing {
			Thing::Item { gtin, serial } => {
				let found = Self::find_item(*gtin, serial).ok_or(Error::<T>::UnknownThing)?;
				let mut item = found.item;
				Self::ensure_free(item.state)?;
				ensure_own(&item.owner)?;
				Self::pay_touches(owner, u32::from(!found.touched))?;
				item.state = State::OnItsWay(shipment);
				Items::<T>::insert(gtin, SerialKey::of(serial), item);
			}
			Thing::Range { gtin, last } => {
				let (key, mut range) = Self::find_range(*gtin, last).ok_or(Error::<T>::UnknownThing)?;
				Self::ensure_free(range.state)?;
				ensure_own(&range.owner)?;
				range.state = State::OnItsWay(shipment);
				Ranges::<T>::insert(gtin, key, range);
			}
			Thing::Lot { gtin, lot } => {
				let mut holding = Holdings::<T>::get((gtin, lot), &owner.account).ok_or(Error::<T>::NotTheOwner)?;
				holding.quantity = holding.quantity.checked_sub(quantity).ok_or(Error::<T>::NotEnough)?;
				// No more than there is of the lot in all.
				holding.on_its_way = holding.on_its_way.saturating_add(quantity);
				// Whoever gets it may have none of it yet.
				Self::pay_touches(owner, 1)?;
				Holdings::<T>::insert((gtin, lot), &owner.account, holding);
			}
			Thing::Unit { sscc } => {
				let mut unit = Units::<T>::get(sscc).ok_or(Error::<T>::UnknownThing)?;
				Self::ensure_unit_free(&unit)?;
				ensure_own(&unit.owner)?;
				unit.shipment = Some(shipment);
				Units::<T>::insert(sscc, unit);
			}
		}
		Ok(())
	}

	/// Who has it is told and not kept: a thing that is free is its owner's to use.
	fn hand_out(
		thing: &Thing,
		quantity: u64,
		shipment: ShipmentId,
		from: &T::AccountId,
		owner: &T::AccountId,
		custodian: &T::AccountId,
	) {
		let sent = State::OnItsWay(shipment);
		// What was locked, and no more: or there would be more of a lot than there is.
		let quantity = match thing {
			Thing::Item { gtin, serial } => {
				let key = SerialKey::of(serial);
				let Some(mut item) = Items::<T>::get(gtin, &key).filter(|item| item.state == sent) else {
					return;
				};
				(item.owner, item.state) = (owner.clone(), State::Free);
				Items::<T>::insert(gtin, key, item);
				1
			}
			Thing::Range { gtin, last } => {
				let found = Self::find_range(*gtin, last).filter(|(_, range)| range.state == sent);
				let Some((key, mut range)) = found else {
					return;
				};
				(range.owner, range.state) = (owner.clone(), State::Free);
				Ranges::<T>::insert(gtin, key, range);
				1
			}
			Thing::Lot { gtin, lot } => {
				let mut given = Holdings::<T>::get((gtin, lot), from).unwrap_or_default();
				let quantity = quantity.min(given.on_its_way);
				if quantity == 0 {
					return;
				}
				given.on_its_way = given.on_its_way.saturating_sub(quantity);
				Self::store_holding(*gtin, lot, from, given);
				let mut taken = Holdings::<T>::get((gtin, lot), owner).unwrap_or_default();
				taken.quantity = taken.quantity.saturating_add(quantity);
				Self::store_holding(*gtin, lot, owner, taken);
				quantity
			}
			Thing::Unit { sscc } => {
				let Some(mut unit) = Units::<T>::get(sscc).filter(|unit| unit.shipment == Some(shipment)) else {
					return;
				};
				(unit.owner, unit.shipment) = (owner.clone(), None);
				Units::<T>::insert(sscc, unit);
				1
			}
		};
		Self::deposit_event(Event::HandedOut {
			thing: thing.clone(),
			shipment,
			owner: owner.clone(),
			custodian: custodian.clone(),
			quantity,
		});
	}

	/// An item of a range that nobody has touched.
	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_unit(owner: &T::AccountId, nth: u32, quantity: u64) -> Thing {
		crate::benchmarking::sent::<T>(owner, nth, quantity)
	}
}
