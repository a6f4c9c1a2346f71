//! What is put aside for jobs. All of a job's lies at one site: where its machine works.

use crate::{
	stock::Pick, stocking::Asked, types::Right, Caller, Config, Error, Event, Item, JobsAt, Lot, Need, Pallet,
	Reservation, Reservations, ReservedLine, SiteId, SiteOf, Sites, StockOf, Stocks,
};
use bpiiot_primitives::{fresh_id, Actor, Actors, AgreementClock, JobId, MachineId, Mistake, OpenJobs};
use frame_support::{ensure, pallet_prelude::DispatchResult, BoundedVec};
use sp_runtime::DispatchError;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_reserve(actor: Caller<T>, job: JobId, id: SiteId, need: Need) -> Result<Asked, DispatchError> {
		let mut site = Self::site(id)?;
		Self::ensure_right(&actor, &site, Right::Reserve)?;
		let machine = T::Jobs::machine_of(job).ok_or(Error::<T>::JobNotOpen)?;
		ensure!(Self::is_machine_of(&machine, &site), Error::<T>::OtherMachine);
		let stock = Self::put_aside(job, &machine, id, &mut site, &need)?;
		Ok(Self::watch(id, &site, &need.item, stock))
	}

	/// See [`Materials::reserve`](bpiiot_primitives::Materials::reserve).
	pub(crate) fn reserve_for(job: JobId, machine: &MachineId, id: SiteId, needs: &[Need]) -> DispatchResult {
		let mut site = Self::site(id)?;
		let actor = Actor {
			account: machine.account(),
			machine: Some(*machine),
		};
		Self::ensure_right(&actor, &site, Right::Reserve)?;
		for need in needs {
			let stock = Self::put_aside(job, machine, id, &mut site, need)?;
			Self::watch(id, &site, &need.item, stock);
		}
		Ok(())
	}

	/// Puts something aside, and stores all that this changes.
	fn put_aside(
		job: JobId,
		machine: &MachineId,
		id: SiteId,
		site: &mut SiteOf<T>,
		need: &Need,
	) -> Result<StockOf<T>, DispatchError> {
		let mut reservation = match Reservations::<T>::get(job) {
			Some(reservation) => {
				ensure!(reservation.site == id, Error::<T>::ReservedElsewhere);
				reservation
			}
			None => {
				Self::take_room(site)?;
				Sites::<T>::insert(id, &*site);
				JobsAt::<T>::insert(id, job, ());
				Reservation {
					site: id,
					machine: *machine,
					lines: BoundedVec::new(),
				}
			}
		};
		let mut stock = Self::stock(id, &need.item)?;
		let picks = stock
			.pick(need.lot.as_ref(), need.quantity, T::Clock::unix_now())
			.map_err(Self::refused)?;
		for pick in &picks {
			stock.reserve(pick).map_err(Self::refused)?;
			reservation
				.add(&need.item, pick)
				.map_err(|()| Error::<T>::TooManyLines)?;
		}
		Stocks::<T>::insert(id, &need.item, &stock);
		Reservations::<T>::insert(job, reservation);
		for Pick { lot, quantity } in picks {
			Self::deposit_event(Event::Reserved {
				job,
				site: id,
				item: need.item.clone(),
				lot,
				quantity,
			});
		}
		Ok(stock)
	}

	pub(crate) fn do_release(actor: Caller<T>, job: JobId, item: Item, lot: Lot, quantity: u64) -> DispatchResult {
		let (reservation, site) = Self::reservation(job)?;
		Self::ensure_right(&actor, &site, Right::Reserve)?;
		let (reservation, pick) = Self::without(reservation, &item, lot, quantity)?;
		let mut stock = Self::stock(reservation.site, &item)?;
		stock.release(&pick).map_err(Self::refused)?;
		Stocks::<T>::insert(reservation.site, &item, stock);
		Self::deposit_event(Event::Released {
			job,
			site: reservation.site,
			item,
			lot: pick.lot,
			quantity,
		});
		Self::store(job, reservation, site);
		Ok(())
	}

	pub(crate) fn do_consume_reserved(
		actor: Caller<T>,
		job: JobId,
		item: Item,
		lot: Lot,
		quantity: u64,
	) -> DispatchResult {
		let (reservation, site) = Self::reservation(job)?;
		Self::ensure_right(&actor, &site, Right::Issue)?;
		let (reservation, pick) = Self::without(reservation, &item, lot, quantity)?;
		let mut stock = Self::stock(reservation.site, &item)?;
		stock.take_reserved(&pick, fresh_id::<T>()).map_err(Self::refused)?;
		Stocks::<T>::insert(reservation.site, &item, stock);
		Self::deposit_event(Event::Consumed {
			site: reservation.site,
			item,
			lot: pick.lot,
			quantity,
			job: Some(job),
		});
		Self::store(job, reservation, site);
		Ok(())
	}

	pub(crate) fn do_end_reservation(actor: Caller<T>, job: JobId) -> DispatchResult {
		let (reservation, site) = Self::reservation(job)?;
		if T::Jobs::machine_of(job).is_some() {
			let machines_owner = T::Actors::controls(&actor.account, &reservation.machine);
			let may = machines_owner || Self::has_right(&actor, &site, Right::Reserve);
			ensure!(may, Error::<T>::NotAllowed);
		}
		Self::release_all(job);
		Ok(())
	}

	/// See [`Materials::release`](bpiiot_primitives::Materials::release).
	pub(crate) fn release_all(job: JobId) -> bool {
		let Ok((mut reservation, site)) = Self::reservation(job) else {
			return false;
		};
		for line in core::mem::take(&mut reservation.lines) {
			let ReservedLine { item, lot, quantity } = line;
			let pick = Pick { lot, quantity };
			// try-state says that this cannot fail; and if it could, the job must end all the same.
			let release =
				|stock: &mut StockOf<T>| stock.release(&pick).is_ok() && !Mistake::ForgottenReservation.is_made();
			Self::change_stock(reservation.site, &item, release);
			Self::deposit_event(Event::Released {
				job,
				site: reservation.site,
				item,
				lot: pick.lot,
				quantity,
			});
		}
		Self::store(job, reservation, site);
		true
	}

	/// See [`Materials::consume`](bpiiot_primitives::Materials::consume).
	pub(crate) fn consume_for(job: JobId, done: u32, whole: u32) -> bool {
		let Ok((mut reservation, site)) = Self::reservation(job) else {
			return false;
		};
		if !Self::is_machine_of(&reservation.machine, &site) {
			return true;
		}
		let id = reservation.site;
		for line in reservation.lines.iter_mut() {
			let quantity = share(line.quantity, done, whole);
			if quantity == 0 {
				continue;
			}
			let (version, lot) = (fresh_id::<T>(), line.lot.clone());
			let pick = Pick { lot, quantity };
			let take = |stock: &mut StockOf<T>| stock.take_reserved(&pick, version).is_ok();
			if !Self::change_stock(id, &line.item, take) {
				continue;
			}
			line.quantity = line.quantity.saturating_sub(quantity);
			Self::deposit_event(Event::Consumed {
				site: id,
				item: line.item.clone(),
				lot: pick.lot,
				quantity,
				job: Some(job),
			});
		}
		reservation.lines.retain(|line| line.quantity > 0);
		Self::store(job, reservation, site);
		true
	}

	/// Changes what is kept, if it can be done.
	fn change_stock(id: SiteId, item: &Item, change: impl FnOnce(&mut StockOf<T>) -> bool) -> bool {
		let Some(mut stock) = Stocks::<T>::get(id, item) else {
			return false;
		};
		let is_done = change(&mut stock);
		if is_done {
			Stocks::<T>::insert(id, item, stock);
		}
		is_done
	}

	fn reservation(job: JobId) -> Result<(Reservation, SiteOf<T>), DispatchError> {
		let reservation = Reservations::<T>::get(job).ok_or(Error::<T>::UnknownReservation)?;
		let site = Self::site(reservation.site)?;
		Ok((reservation, site))
	}

	/// The reservation less that much of an item and lot.
	fn without(
		mut reservation: Reservation,
		item: &Item,
		lot: Lot,
		quantity: u64,
	) -> Result<(Reservation, Pick), DispatchError> {
		ensure!(quantity > 0, Error::<T>::ZeroQuantity);
		let mut lines = reservation.lines.iter_mut();
		let line = lines.find(|line| line.item == *item && line.lot == lot);
		let line = line.ok_or(Error::<T>::NotReserved)?;
		line.quantity = line.quantity.checked_sub(quantity).ok_or(Error::<T>::NotReserved)?;
		reservation.lines.retain(|line| line.quantity > 0);
		Ok((reservation, Pick { lot, quantity }))
	}

	/// Stores a reservation, or removes it if nothing is left of it.
	fn store(job: JobId, reservation: Reservation, site: SiteOf<T>) {
		if !reservation.lines.is_empty() {
			return Reservations::<T>::insert(job, reservation);
		}
		let id = reservation.site;
		Reservations::<T>::remove(job);
		JobsAt::<T>::remove(id, job);
		Self::give_room(id, site);
		Self::deposit_event(Event::ReservationEnded { job, site: id });
	}
}

impl Reservation {
	/// Adds a pick, or tells that there are too many lines.
	fn add(&mut self, item: &Item, pick: &Pick) -> Result<(), ()> {
		let mut lines = self.lines.iter_mut();
		if let Some(line) = lines.find(|line| line.item == *item && line.lot == pick.lot) {
			// It cannot overflow: all of it lies in one lot, which does not.
			line.quantity = line.quantity.saturating_add(pick.quantity);
			return Ok(());
		}
		let line = ReservedLine {
			item: item.clone(),
			lot: pick.lot.clone(),
			quantity: pick.quantity,
		};
		self.lines.try_push(line).map_err(drop)
	}
}

/// What `done` units out of `whole` need of what all of them do, rounded up: no more than that.
fn share(quantity: u64, done: u32, whole: u32) -> u64 {
	let (quantity, done, whole) = (u128::from(quantity), u128::from(done), u128::from(whole));
	if done >= whole {
		return quantity.try_into().unwrap_or(u64::MAX);
	}
	// Neither overflows nor divides by zero: 64 and 32 bits, and `whole` is more than `done`.
	let part = quantity.saturating_mul(done).div_ceil(whole);
	part.try_into().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_share_is_rounded_up_and_never_more_than_the_whole() {
		for (quantity, done, whole, part) in [
			(10, 0, 3, 0),
			(10, 1, 3, 4),
			(10, 2, 3, 7),
			(10, 3, 3, 10),
			(10, 4, 3, 10),
			(10, 0, 0, 10),
			(0, 1, 3, 0),
			(
				u64::MAX,
				u32::MAX - 1,
				u32::MAX,
				u64::MAX - (u64::MAX / u64::from(u32::MAX)),
			),
		] {
			assert_eq!(share(quantity, done, whole), part, "{done} of {whole} of {quantity}");
		}
	}
}
