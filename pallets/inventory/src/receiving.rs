//! The door for goods that were bought, and what becomes of those that cannot be put on stock.

use crate::{
	stock::Flow, Arrival, Arrivals, Caller, Config, Error, Event, Item, Lot, Pallet, SiteId, Stocks, WeightInfo,
	MAX_ARRIVALS,
};
use bpiiot_primitives::{fresh_id, PurchaseOrderId, Receiving};
use frame_support::{
	ensure,
	pallet_prelude::{ConstU32, DispatchResult, Weight},
	BoundedVec,
};
use sp_runtime::DispatchError;

impl<T: Config> Receiving<T::AccountId> for Pallet<T> {
	fn received(
		owner: &T::AccountId,
		site: Option<SiteId>,
		item: &Item,
		lot: Option<Lot>,
		quantity: u64,
		order: PurchaseOrderId,
	) {
		let arrival = Arrival {
			order,
			item: item.clone(),
			lot: lot.unwrap_or_default(),
			quantity,
		};
		if let Err(error) = Self::book(owner, site, &arrival) {
			Self::keep_arrival(owner, site, arrival, error);
		}
	}

	fn received_weight() -> Weight {
		T::WeightInfo::received()
	}
}

impl<T: Config> Pallet<T> {
	/// Puts bought goods on stock, or changes nothing.
	fn book(owner: &T::AccountId, site: Option<SiteId>, arrival: &Arrival) -> DispatchResult {
		let id = site.ok_or(Error::<T>::UnknownSite)?;
		let site = Self::site(id)?;
		ensure!(Self::are_one(owner, &site.owner), Error::<T>::OtherOwner);
		let Arrival {
			order,
			item,
			lot,
			quantity,
		} = arrival;
		let mut stock = Self::stock(id, item)?;
		Self::check_lot(lot)?;
		stock
			.add(Flow::Received, lot, *quantity, None, fresh_id::<T>())
			.map_err(Self::refused)?;
		Stocks::<T>::insert(id, item, stock);
		Self::deposit_event(Event::Received {
			site: id,
			item: item.clone(),
			lot: lot.clone(),
			quantity: *quantity,
			order: Some(*order),
		});
		Ok(())
	}

	/// Keeps what could not be put on stock for the owner to decide, unless too much waits already. Parts of an order that are
	/// of the same kind wait as one.
	fn keep_arrival(owner: &T::AccountId, site: Option<SiteId>, arrival: Arrival, error: DispatchError) {
		let (order, item, quantity) = (arrival.order, arrival.item.clone(), arrival.quantity);
		let waits = quantity > 0 && Arrivals::<T>::mutate(owner, |arrivals| arrival.wait_in(arrivals));
		Self::deposit_event(Event::NotBooked {
			owner: owner.clone(),
			order,
			site,
			item,
			quantity,
			error,
			waits,
		});
	}

	pub(crate) fn do_put_away(
		actor: Caller<T>,
		owner: T::AccountId,
		order: PurchaseOrderId,
		site: SiteId,
	) -> DispatchResult {
		let arrival = Self::take_arrival(&actor, &owner, order)?;
		Self::book(&owner, Some(site), &arrival)
	}

	pub(crate) fn do_dismiss_arrival(actor: Caller<T>, owner: T::AccountId, order: PurchaseOrderId) -> DispatchResult {
		Self::take_arrival(&actor, &owner, order)?;
		Self::deposit_event(Event::ArrivalDismissed { owner, order });
		Ok(())
	}

	/// Removes what waits, for its owner.
	fn take_arrival(actor: &Caller<T>, owner: &T::AccountId, order: PurchaseOrderId) -> Result<Arrival, DispatchError> {
		ensure!(Self::stands_for(actor, owner), Error::<T>::NotTheOwner);
		let mut arrivals = Arrivals::<T>::get(owner);
		let place = arrivals.iter().position(|arrival| arrival.order == order);
		let place = place.ok_or(Error::<T>::UnknownArrival)?;
		let arrival = arrivals.remove(place);
		if arrivals.is_empty() {
			Arrivals::<T>::remove(owner);
		} else {
			Arrivals::<T>::insert(owner, arrivals);
		}
		Ok(arrival)
	}
}

impl Arrival {
	/// Joins a list, if there is room.
	fn wait_in(self, arrivals: &mut BoundedVec<Self, ConstU32<MAX_ARRIVALS>>) -> bool {
		let goods = |arrival: &Self| (arrival.order, arrival.item.clone(), arrival.lot.clone());
		let mut others = arrivals.iter_mut();
		match others.find(|other| goods(other) == goods(&self)) {
			Some(other) => {
				let sum = other.quantity.checked_add(self.quantity);
				other.quantity = sum.unwrap_or(other.quantity);
				sum.is_some()
			}
			None => arrivals.try_push(self).is_ok(),
		}
	}
}
