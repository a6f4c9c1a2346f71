//! What comes, goes, moves and is counted.

use crate::{
	gs1::{is_text_82, is_unit},
	stock::{is_item, Flow, Pick, Refusal},
	types::Right,
	Caller, Config, CountReason, Error, Event, Item, ItemCode, Lot, Pallet, SiteId, Sites, SitesWith, Stock, StockOf,
	Stocks, Unit,
};
use bpiiot_primitives::{fresh_id, AgreementClock, Mistake, Purchasing, UnixMillis};
use frame_support::{ensure, pallet_prelude::DispatchResult};
use sp_runtime::DispatchError;

/// Whether more was asked for in passing, or that was tried.
pub(crate) type Asked = bool;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_open_item(actor: Caller<T>, id: SiteId, item: Item, code: ItemCode, unit: Unit) -> DispatchResult {
		let mut site = Self::site(id)?;
		Self::ensure_owner(&actor, &site)?;
		ensure!(
			is_item(code, &item),
			match code {
				ItemCode::Gtin => Error::<T>::BadGtin,
				ItemCode::Own => Error::<T>::BadItem,
			}
		);
		ensure!(is_unit(&unit), Error::<T>::BadUnit);
		ensure!(!Stocks::<T>::contains_key(id, &item), Error::<T>::AlreadyKept);
		Self::take_room(&mut site)?;
		SitesWith::<T>::insert((&site.owner, &item), id, ());
		Sites::<T>::insert(id, site);
		Stocks::<T>::insert(id, &item, Stock::new(code, unit.clone()));
		Self::deposit_event(Event::ItemOpened { site: id, item, unit });
		Ok(())
	}

	pub(crate) fn do_close_item(actor: Caller<T>, id: SiteId, item: Item) -> DispatchResult {
		let site = Self::site(id)?;
		Self::ensure_owner(&actor, &site)?;
		let stock = Self::stock(id, &item)?;
		ensure!(stock.lots.is_empty(), Error::<T>::InUse);
		let request = stock.raised.and_then(|raised| raised.request);
		ensure!(!request.is_some_and(T::Purchasing::is_open), Error::<T>::RequestOpen);
		Stocks::<T>::remove(id, &item);
		SitesWith::<T>::remove((&site.owner, &item), id);
		Self::give_room(id, site);
		Self::deposit_event(Event::ItemClosed { site: id, item });
		Ok(())
	}

	pub(crate) fn do_receive(
		actor: Caller<T>,
		id: SiteId,
		item: Item,
		lot: Lot,
		quantity: u64,
		expires: Option<UnixMillis>,
	) -> DispatchResult {
		let site = Self::site(id)?;
		Self::ensure_right(&actor, &site, Right::Receive)?;
		let mut stock = Self::stock(id, &item)?;
		Self::check_lot(&lot)?;
		if let Some(expires) = expires {
			ensure!(expires > T::Clock::unix_now(), Error::<T>::LotExpired);
			let other = stock.lot(&lot).and_then(|there| there.expires);
			ensure!(other.is_none_or(|other| other == expires), Error::<T>::OtherExpiry);
		}
		let version = fresh_id::<T>();
		stock
			.add(Flow::Received, &lot, quantity, expires, version)
			.map_err(Self::refused)?;
		Stocks::<T>::insert(id, &item, stock);
		Self::deposit_event(Event::Received {
			site: id,
			item,
			lot,
			quantity,
			order: None,
		});
		Ok(())
	}

	pub(crate) fn do_consume(
		actor: Caller<T>,
		id: SiteId,
		item: Item,
		lot: Option<Lot>,
		quantity: u64,
	) -> Result<Asked, DispatchError> {
		let site = Self::site(id)?;
		Self::ensure_right(&actor, &site, Right::Issue)?;
		let mut stock = Self::stock(id, &item)?;
		let picks = stock
			.pick(lot.as_ref(), quantity, T::Clock::unix_now())
			.map_err(Self::refused)?;
		let version = fresh_id::<T>();
		for pick in &picks {
			stock.take(Flow::Consumed, pick, version).map_err(Self::refused)?;
		}
		Stocks::<T>::insert(id, &item, &stock);
		for Pick { lot, quantity } in picks {
			Self::deposit_event(Event::Consumed {
				site: id,
				item: item.clone(),
				lot,
				quantity,
				job: None,
			});
		}
		Ok(Self::watch(id, &site, &item, stock))
	}

	pub(crate) fn do_move_stock(
		actor: Caller<T>,
		from: SiteId,
		to: SiteId,
		item: Item,
		lot: Lot,
		quantity: u64,
	) -> Result<Asked, DispatchError> {
		let [source, target] = [Self::site(from)?, Self::site(to)?];
		Self::ensure_right(&actor, &source, Right::Issue)?;
		Self::ensure_right(&actor, &target, Right::Receive)?;
		ensure!(from != to, Error::<T>::SameSite);
		// What goes to somebody else is sold, or lent, and not moved.
		ensure!(Self::are_one(&source.owner, &target.owner), Error::<T>::OtherOwner);
		let [mut left, mut grown] = [Self::stock(from, &item)?, Self::stock(to, &item)?];
		ensure!(left.unit == grown.unit, Error::<T>::OtherUnit);
		let pick = left.pick_any(&lot, quantity).map_err(Self::refused)?;
		let expires = left.lot(&lot).and_then(|there| there.expires);
		let version = fresh_id::<T>();
		left.take(Flow::MovedOut, &pick, version).map_err(Self::refused)?;
		grown
			.add(Flow::MovedIn, &lot, quantity, expires, version)
			.map_err(Self::refused)?;
		Stocks::<T>::insert(from, &item, &left);
		Stocks::<T>::insert(to, &item, grown);
		Self::deposit_event(Event::Moved {
			from,
			to,
			item: item.clone(),
			lot,
			quantity,
		});
		Ok(Self::watch(from, &source, &item, left))
	}

	#[allow(clippy::too_many_arguments)]
	pub(crate) fn do_count(
		actor: Caller<T>,
		id: SiteId,
		item: Item,
		lot: Lot,
		basis: u64,
		on_hand: u64,
		reason: CountReason,
	) -> Result<Asked, DispatchError> {
		let site = Self::site(id)?;
		Self::ensure_right(&actor, &site, Right::Count)?;
		let mut stock = Self::stock(id, &item)?;
		Self::check_lot(&lot)?;
		let is_of_now = stock.basis(&lot) == basis || Mistake::StaleCount.is_made();
		ensure!(is_of_now, Error::<T>::StaleCount);
		let version = fresh_id::<T>();
		let before = stock.count(&lot, on_hand, version).map_err(Self::refused)?;
		ensure!(reason.explains(before, on_hand), Error::<T>::ReasonDoesNotFit);
		Stocks::<T>::insert(id, &item, &stock);
		Self::deposit_event(Event::Counted {
			site: id,
			item: item.clone(),
			lot,
			before,
			on_hand,
			reason,
		});
		Ok(Self::watch(id, &site, &item, stock))
	}

	pub(crate) fn do_set_expiry(
		actor: Caller<T>,
		id: SiteId,
		item: Item,
		lot: Lot,
		expires: Option<UnixMillis>,
	) -> Result<Asked, DispatchError> {
		let site = Self::site(id)?;
		Self::ensure_right(&actor, &site, Right::Count)?;
		let mut stock = Self::stock(id, &item)?;
		stock.set_expiry(&lot, expires).map_err(Self::refused)?;
		Stocks::<T>::insert(id, &item, &stock);
		Self::deposit_event(Event::ExpirySet {
			site: id,
			item: item.clone(),
			lot,
			expires,
		});
		Ok(Self::watch(id, &site, &item, stock))
	}

	pub(crate) fn stock(site: SiteId, item: &Item) -> Result<StockOf<T>, DispatchError> {
		Ok(Stocks::<T>::get(site, item).ok_or(Error::<T>::UnknownItem)?)
	}

	pub(crate) fn check_lot(lot: &Lot) -> DispatchResult {
		ensure!(is_text_82(lot), Error::<T>::BadLot);
		Ok(())
	}

	pub(crate) fn refused(refusal: Refusal) -> DispatchError {
		let error = match refusal {
			Refusal::ZeroQuantity => Error::<T>::ZeroQuantity,
			Refusal::UnknownLot => Error::<T>::UnknownLot,
			Refusal::LotExpired => Error::<T>::LotExpired,
			Refusal::NotEnough => Error::<T>::NotEnough,
			Refusal::TooMuch => Error::<T>::TooMuch,
			Refusal::TooManyLots => Error::<T>::TooManyLots,
			Refusal::BelowReserved => Error::<T>::BelowReserved,
			Refusal::Broken => return DispatchError::Corruption,
		};
		error.into()
	}
}
