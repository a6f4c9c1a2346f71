//! Asking for more by itself.

use crate::{
	stocking::Asked, BalanceOf, Caller, Config, Error, Event, Item, Pallet, Raised, Reorder, SiteId, SiteOf, StockOf,
	Stocks,
};
use bpiiot_primitives::{Actor, Actors, AgreementClock, Purchasing, Requisition};
use frame_support::{
	dispatch::PostDispatchInfo,
	ensure,
	pallet_prelude::{DispatchResult, Weight},
	storage::with_storage_layer,
	traits::Get,
};
use sp_runtime::{traits::Zero, DispatchError};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_set_reorder(
		actor: Caller<T>,
		id: SiteId,
		item: Item,
		reorder: Option<Reorder<BalanceOf<T>>>,
	) -> Result<Asked, DispatchError> {
		let site = Self::site(id)?;
		Self::ensure_owner(&actor, &site)?;
		let mut stock = Self::stock(id, &item)?;
		if let Some(reorder) = &reorder {
			let asks = reorder.point > 0 && reorder.quantity > 0 && !reorder.category.is_empty();
			let pays = !reorder.highest_price.is_zero() && reorder.longest_lead_time > 0;
			ensure!(asks && pays && reorder.weights.are_whole(), Error::<T>::BadReorder);
			let is_ours = reorder
				.buyer
				.as_ref()
				.is_none_or(|buyer| Self::is_machine_of(buyer, &site));
			ensure!(is_ours, Error::<T>::OtherMachine);
		}
		let point = reorder.as_ref().map(|reorder| reorder.point);
		// What was asked for stays remembered, or a new point would ask for it twice.
		stock.reorder = reorder;
		stock.reorder_by = Some(T::Actors::controller(&site.owner));
		Stocks::<T>::insert(id, &item, &stock);
		Self::deposit_event(Event::ReorderSet {
			site: id,
			item: item.clone(),
			point,
		});
		Ok(Self::watch(id, &site, &item, stock))
	}

	pub(crate) fn do_reorder(id: SiteId, item: Item) -> DispatchResult {
		let site = Self::site(id)?;
		let stock = Self::stock(id, &item)?;
		Self::ensure_due(&stock)?;
		Self::raise(id, &site, &item, &stock);
		Ok(())
	}

	/// Asks for more of an item that has changed, if it is time to. Whatever comes of that, the change stands.
	pub(crate) fn watch(id: SiteId, site: &SiteOf<T>, item: &Item, stock: StockOf<T>) -> Asked {
		let is_due = Self::ensure_due(&stock).is_ok();
		if is_due {
			Self::raise(id, site, item, &stock);
		}
		is_due
	}

	/// What a call has weighed: without what it costs to ask for more, if nobody was asked.
	pub(crate) fn spent(call: Weight, asked: Asked) -> PostDispatchInfo {
		Some(call).filter(|_| !asked).into()
	}

	/// That there is less than there should be, and nobody was asked who may still bring it, nor anybody a moment ago.
	fn ensure_due(stock: &StockOf<T>) -> DispatchResult {
		let reorder = stock.reorder.as_ref().ok_or(Error::<T>::NoReorderPoint)?;
		let now = T::Clock::unix_now();
		ensure!(stock.available(now) < reorder.point, Error::<T>::NotBelowPoint);
		if let Some(last) = stock.raised {
			ensure!(
				!last.request.is_some_and(T::Purchasing::is_open),
				Error::<T>::RequestOpen
			);
			let again = last.at.saturating_add(T::ReorderPause::get());
			ensure!(now >= again, Error::<T>::TooEarly);
		}
		Ok(())
	}

	fn raise(id: SiteId, site: &SiteOf<T>, item: &Item, stock: &StockOf<T>) {
		let raised = Self::buyer(site, stock).and_then(|(buyer, reorder)| {
			let wanted = Requisition {
				item: item.clone(),
				category: reorder.category.clone(),
				site: id,
				area: site.profile.region.clone(),
				unit: stock.unit.clone(),
				quantity: reorder.quantity,
				asset: reorder.asset,
				highest_price: reorder.highest_price,
				longest_lead_time: reorder.longest_lead_time,
				weights: reorder.weights,
			};
			let request = with_storage_layer(|| T::Purchasing::raise(&buyer, &wanted))?;
			Ok((buyer, request, wanted.quantity))
		});
		let at = T::Clock::unix_now();
		let request = raised.as_ref().ok().map(|(_, request, _)| *request);
		// Looked up again: nobody knows what whoever was asked has done.
		Stocks::<T>::mutate(id, item, |stock| {
			if let Some(stock) = stock {
				stock.raised = Some(Raised { at, request });
			}
		});
		let (site, item) = (id, item.clone());
		Self::deposit_event(match raised {
			Ok((buyer, request, quantity)) => Event::Reordered {
				site,
				item,
				buyer: buyer.account,
				request,
				quantity,
			},
			Err(error) => Event::ReorderFailed { site, item, error },
		});
	}

	/// Who buys: for whoever has set the point, if he still controls the site. A machine only while it is under the same control as the site, and in service: it is not there to refuse, so
	/// whoever has frozen it must not find that it has bought.
	fn buyer<'a>(
		site: &SiteOf<T>,
		stock: &'a StockOf<T>,
	) -> Result<(Caller<T>, &'a Reorder<BalanceOf<T>>), DispatchError> {
		let reorder = stock.reorder.as_ref().ok_or(Error::<T>::NoReorderPoint)?;
		let controller = T::Actors::controller(&site.owner);
		ensure!(stock.reorder_by.as_ref() == Some(&controller), Error::<T>::OtherOwner);
		let Some(machine) = reorder.buyer.or(site.machine) else {
			let account = site.owner.clone();
			return Ok((Actor { account, machine: None }, reorder));
		};
		let owner = T::Actors::ensure_in_service(&machine)?;
		ensure!(owner == controller, Error::<T>::OtherMachine);
		let buyer = Actor {
			account: machine.account(),
			machine: Some(machine),
		};
		Ok((buyer, reorder))
	}
}
