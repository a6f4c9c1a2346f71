//! The end of use: given back, reported back, stopped.

use crate::{Balance, Caller, Config, Error, EscrowOf, Event, Outcome, Pallet, RentalId, RentalOf, Rentals, Stage};
use bpiiot_primitives::{Actors, AgreementClock, AgreementRef, Escrow, UnixMillis};
use frame_support::{ensure, pallet_prelude::DispatchResult};
use sp_core::H256;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_give_back(actor: Caller<T>, id: RentalId) -> DispatchResult {
		let rental = Self::rented_by(&actor, id)?;
		ensure!(rental.stage() == Stage::Active, Error::<T>::WrongStage);
		let now = T::Clock::unix_now();
		// Whose machine is taken from him is not the one who ends it.
		let is_taken = now < rental.access.end && T::Actors::ensure_in_service(&rental.access.machine).is_err();
		if is_taken {
			return Self::end_by_owner(id, rental, now);
		}
		match rental.reported_at {
			0 => Self::end_use(id, rental, now, false),
			// What the lock has said is said: no time after it was used.
			reported => Self::end_use(id, rental, now.min(reported), true),
		}
	}

	pub(crate) fn do_confirm_return(actor: Caller<T>, id: RentalId, at: UnixMillis, evidence: H256) -> DispatchResult {
		let mut rental = Self::let_by(&actor, id)?;
		let now = T::Clock::unix_now();
		let first = rental.access.start.saturating_sub(rental.terms.check_in);
		ensure!((first..=now).contains(&at), Error::<T>::BadMoment);
		rental.evidence = evidence;
		match rental.stage() {
			Stage::Active => {
				// Said once, it can only become earlier: that is never to the renter's harm.
				rental.reported_at = match rental.reported_at {
					0 => at,
					before => before.min(at),
				};
				if now >= rental.access.end {
					let at = rental.reported_at;
					return Self::end_use(id, rental, at, true);
				}
				// Before its end only the renter ends it. If he never says so, it has ended then.
				Self::keep_indexed(id, &mut rental);
				Self::deposit_event(Event::ReportedBack {
					rental: id,
					machine: rental.access.machine,
					renter: rental.access.renter.clone(),
					at: rental.reported_at,
					evidence,
				});
				Rentals::<T>::insert(id, rental);
				Ok(())
			}
			Stage::Returned(_) if !rental.confirmed => {
				rental.reported_at = at;
				let at = rental.returned_at.min(at);
				Self::count(&mut rental, at);
				Self::pay_use(id, &mut rental)?;
				Self::deposit_event(Event::ReturnConfirmed {
					rental: id,
					machine: rental.access.machine,
					renter: rental.access.renter.clone(),
					at,
					evidence,
				});
				Rentals::<T>::insert(id, rental);
				Ok(())
			}
			_ => Err(Error::<T>::WrongStage.into()),
		}
	}

	pub(crate) fn do_stop(actor: Caller<T>, id: RentalId, reason: H256) -> DispatchResult {
		let mut rental = Self::let_by(&actor, id)?;
		rental.reason = reason;
		let now = T::Clock::unix_now();
		match rental.stage() {
			Stage::Booked => {
				Self::ensure_bond(id, &mut rental)?;
				Self::settle(id, rental, Outcome::Stopped, 0)
			}
			Stage::Active => {
				ensure!(now < rental.access.end, Error::<T>::TooLate);
				Self::end_by_owner(id, rental, now)
			}
			_ => Err(Error::<T>::WrongStage.into()),
		}
	}

	/// Ends a rental's use by what its owner does: only whole periods are paid, the bond will be the renter's, and nobody has
	/// to wait for the rest of the rent.
	fn end_by_owner(id: RentalId, mut rental: RentalOf<T>, now: UnixMillis) -> DispatchResult {
		let at = rental.reported_at;
		let at = if at == 0 { now } else { now.min(at) };
		rental.returned_at = at.max(1);
		rental.money.overdue = 0;
		rental.money.due = rental.rent_of(rental.periods_over(at));
		Self::await_claim(id, rental, Outcome::Stopped, true)
	}

	/// Ends a rental's use at a moment.
	pub(crate) fn end_use(id: RentalId, mut rental: RentalOf<T>, at: UnixMillis, confirmed: bool) -> DispatchResult {
		Self::count(&mut rental, at);
		Self::await_claim(id, rental, Outcome::Completed, confirmed)
	}

	/// Counts what the renter has used if he gave it back then: of the rent by the wall clock, of the deposit by the agreement
	/// clock, since he could not act while that stood still.
	fn count(rental: &mut RentalOf<T>, at: UnixMillis) {
		// A rental of an active stage has its end there; one that was given back already is only made earlier by its report.
		let end = match rental.stage() {
			Stage::Active => rental.until,
			_ => T::Clock::from_unix(rental.access.end),
		};
		let late = T::Clock::from_unix(at).saturating_sub(end);
		let overdue = rental.overdue_charge(late);
		rental.money.overdue = match rental.stage() {
			Stage::Active => overdue,
			_ => overdue.min(rental.money.overdue),
		};
		rental.returned_at = at.max(1);
		rental.money.due = rental.used_rent(at).saturating_add(rental.money.overdue);
	}

	/// From now on the owner may claim damage.
	fn await_claim(id: RentalId, mut rental: RentalOf<T>, outcome: Outcome, confirmed: bool) -> DispatchResult {
		Self::free_time(&rental);
		rental.access.stage = Stage::Returned(outcome);
		rental.access.epoch = rental.access.epoch.saturating_add(1);
		rental.until = T::Clock::now().saturating_add(rental.terms.claim_window);
		if confirmed {
			Self::pay_use(id, &mut rental)?;
		}
		Self::keep_indexed(id, &mut rental);
		Self::deposit_event(Event::Returned {
			rental: id,
			machine: rental.access.machine,
			renter: rental.access.renter.clone(),
			outcome,
			at: rental.returned_at,
			overdue: rental.money.overdue,
			confirmed,
			claim_until: rental.until,
		});
		Rentals::<T>::insert(id, rental);
		Ok(())
	}

	/// Pays for used time and overdue periods, and gives the rest of the rent back. The rest of the deposit stays on hold.
	fn pay_use(id: RentalId, rental: &mut RentalOf<T>) -> DispatchResult {
		let agreement = AgreementRef::Rental(id);
		let used: Balance = rental.money.due.saturating_sub(rental.money.overdue);
		let unused = rental.rent().saturating_sub(used);
		if rental.money.due > 0 {
			EscrowOf::<T>::release(agreement, &mut rental.escrow, rental.money.due)?;
		}
		if unused > 0 {
			EscrowOf::<T>::refund(agreement, &mut rental.escrow, unused)?;
		}
		rental.money.due = 0;
		rental.confirmed = true;
		Ok(())
	}
}
