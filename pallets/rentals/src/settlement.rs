//! How rentals end, who gets what, and what is told of it.

use crate::{
	Balance, Bookings, Config, Error, EscrowAccountOf, EscrowOf, Event, Outcome, Pallet, RentalId, RentalOf, Rentals,
	Stage, WeightInfo,
};
use alloc::vec::Vec;
use bpiiot_primitives::{
	Actor, AgreementClock, AgreementMillis, AgreementRef, Agreements, AssetKind, BondOutcome, DeadlineIndex, Escrow,
	EscrowView, Expiry, Facts, MachineId, OpenEscrows, OpenWork, RateableAgreements, Rated, Reputation, Settlement,
};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	traits::Get,
	weights::Weight,
};
use sp_runtime::Permill;

impl<T: Config> Pallet<T> {
	/// The end: what is still on hold is split, the time is free if it was not before, and the name hears of it.
	pub(crate) fn settle(id: RentalId, mut rental: RentalOf<T>, outcome: Outcome, to_payee: Balance) -> DispatchResult {
		let agreement = AgreementRef::Rental(id);
		let facts = Self::facts(agreement, &rental, outcome, to_payee);
		let bond = match outcome.is_broken() {
			true => BondOutcome::Slashed,
			false => BondOutcome::Returned,
		};
		EscrowOf::<T>::settle(agreement, &mut rental.escrow, Settlement { to_payee, bond })?;
		T::Deadlines::remove(rental.indexed_at, agreement);
		if rental.stage().takes_time() {
			Self::free_time(&rental);
			rental.access.epoch = rental.access.epoch.saturating_add(1);
		}
		rental.access.stage = Stage::Settled(outcome);
		rental.counted = T::Reputation::settled(&facts);
		Self::deposit_event(Event::Settled {
			rental: id,
			machine: rental.access.machine,
			renter: rental.access.renter.clone(),
			outcome,
			to_owner: to_payee,
			claim: rental.money.claim,
			verdict: rental.verdict,
			reason: rental.reason,
		});
		Rentals::<T>::insert(id, rental);
		Ok(())
	}

	/// What has become of what the machine had promised and was not let off. What was used counts, and what was taken away.
	pub(crate) fn facts(
		agreement: AgreementRef,
		rental: &RentalOf<T>,
		outcome: Outcome,
		to_payee: Balance,
	) -> Facts<T::AccountId, AssetKind, Balance> {
		let rent = rental.rent();
		let of_rent = |part: Balance| Permill::from_rational(part.min(rent), rent.max(1));
		let (value, punctual) = match outcome {
			Outcome::Completed => (rental.used_rent(rental.returned_at).min(rent), Permill::one()),
			Outcome::NotReturned => (rent.min(to_payee), Permill::one()),
			// Of the hours that were promised, those that were given.
			Outcome::Stopped => (rent, of_rent(rental.rent_of(rental.periods_over(rental.returned_at)))),
			Outcome::NotProvided => (rent, Permill::zero()),
			Outcome::Declined | Outcome::NotApproved | Outcome::Cancelled | Outcome::NoShow | Outcome::Blocked => {
				(0, Permill::zero())
			}
		};
		let failed = match outcome.is_broken() {
			true => Permill::one() - punctual,
			false => Permill::zero(),
		};
		let lost = rental
			.verdict
			.filter(|to_owner| *to_owner != T::FallbackSplit::get())
			.map_or(Permill::zero(), |to_owner| {
				let refused = (Permill::one() - to_owner).mul_floor(rental.money.claim);
				Permill::from_rational(refused.min(value), value.max(1))
			});
		Facts {
			agreement,
			payer: rental.escrow.payer().clone(),
			payee: rental.escrow.payee().clone(),
			asset: rental.asset(),
			value,
			fee: rental.escrow.fee(),
			punctual,
			failed,
			lost: lost.min(Permill::one() - failed),
		}
	}

	/// Ends a rental by what its dispute came to.
	pub(crate) fn do_resolve(id: RentalId, to_payee: Permill) -> DispatchResult {
		let rental = Self::rental(id)?;
		ensure!(matches!(rental.stage(), Stage::Disputed(_)), Error::<T>::WrongStage);
		Self::split_claim(id, rental, to_payee)
	}

	pub(crate) fn do_remove(actor: crate::Caller<T>, id: RentalId) -> DispatchResult {
		let mut rental = Self::rented_by(&actor, id)?;
		ensure!(rental.is_settled(), Error::<T>::NotSettled);
		Rentals::<T>::remove(id);
		EscrowOf::<T>::release_deposit(AgreementRef::Rental(id), &mut rental.escrow)?;
		Self::deposit_event(Event::RentalRemoved {
			rental: id,
			renter: rental.access.renter,
		});
		Ok(())
	}
}

/// Silence.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_expire(id: RentalId) -> DispatchResult {
		let rental = Self::rental(id)?;
		T::Clock::ensure_running()?;
		let deadline = rental.deadline().ok_or(Error::<T>::WrongStage)?;
		ensure!(T::Clock::now() > deadline, Error::<T>::NotExpired);
		Self::end_by_silence(id, rental)
	}

	/// Ends the rental's stage in favour of the one who waited.
	fn end_by_silence(id: RentalId, rental: RentalOf<T>) -> DispatchResult {
		match rental.stage() {
			Stage::Requested => Self::settle(id, rental, Outcome::NotApproved, 0),
			Stage::Booked if Self::could_not_begin(&rental) => Self::settle(id, rental, Outcome::Blocked, 0),
			Stage::Booked => {
				let fee = rental.no_show_fee();
				Self::settle(id, rental, Outcome::NoShow, fee)
			}
			Stage::Active => Self::end_overdue(id, rental),
			Stage::Returned(outcome) => {
				let due = rental.money.due;
				Self::settle(id, rental, outcome, due)
			}
			Stage::Claimed(outcome) => {
				let all = rental.money.due.saturating_add(rental.money.claim);
				Self::settle(id, rental, outcome, all)
			}
			Stage::Disputed(_) | Stage::Settled(_) => Err(Error::<T>::WrongStage.into()),
		}
	}

	/// Nobody has given it back. What the machine's side has reported counts, or where nothing runs down the end; otherwise
	/// nothing of the deposit is left.
	fn end_overdue(id: RentalId, mut rental: RentalOf<T>) -> DispatchResult {
		let at = match rental.reported_at {
			0 if rental.terms.runs_down_in().is_some() => {
				rental.money.overdue = rental.terms.deposit;
				let all = rental.escrow.held();
				return Self::settle(id, rental, Outcome::NotReturned, all);
			}
			0 => rental.access.end,
			reported => reported,
		};
		Self::end_use(id, rental, at, true)
	}

	/// The sweep's look at a rental. One that stands under several moments is looked at under the earliest.
	fn sweep_rental(id: RentalId, rental: RentalOf<T>) -> Result<Expiry, DispatchError> {
		let Some(deadline) = rental.deadline() else {
			return Ok(Expiry::Stale);
		};
		if T::Clock::now() <= deadline {
			return Ok(Self::look_again(id, rental, deadline));
		}
		Self::end_by_silence(id, rental)?;
		// Silence may only have ended the use.
		let next = Rentals::<T>::get(id).and_then(|rental| rental.deadline().map(|deadline| (deadline, rental)));
		Ok(match next {
			Some((deadline, rental)) => Self::look_again(id, rental, deadline),
			None => Expiry::Ended,
		})
	}

	fn look_again(id: RentalId, mut rental: RentalOf<T>, at: AgreementMillis) -> Expiry {
		rental.indexed_at = at;
		Rentals::<T>::insert(id, rental);
		Expiry::Until(at)
	}
}

impl<T: Config> Agreements for Pallet<T> {
	fn expire(agreement: AgreementRef, indexed_at: AgreementMillis) -> Result<Expiry, DispatchError> {
		let AgreementRef::Rental(id) = agreement else {
			return Ok(Expiry::Stale);
		};
		match Rentals::<T>::get(id).filter(|rental| rental.indexed_at == indexed_at) {
			Some(rental) => Self::sweep_rental(id, rental),
			None => Ok(Expiry::Stale),
		}
	}

	fn expire_weight() -> Weight {
		T::WeightInfo::expire()
	}

	fn resolve(agreement: AgreementRef, to_payee: Permill) -> DispatchResult {
		match agreement {
			AgreementRef::Rental(id) => Self::do_resolve(id, to_payee),
			_ => Err(Error::<T>::UnknownRental.into()),
		}
	}

	fn resolve_weight() -> Weight {
		T::WeightInfo::resolve()
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_disputed() -> AgreementRef {
		crate::benchmarking::disputed_agreement::<T>()
	}
}

impl<T: Config> OpenWork for Pallet<T> {
	/// While its time is taken. Of what was given back only money is left to settle, and that finds its owner.
	fn has_open_work(machine: &MachineId) -> bool {
		Bookings::<T>::iter_prefix(machine).next().is_some()
	}
}

impl<T: Config> OpenEscrows<EscrowAccountOf<T>> for Pallet<T> {
	fn all() -> Vec<EscrowAccountOf<T>> {
		Rentals::<T>::iter_values().map(|rental| rental.escrow).collect()
	}
}

impl<T: Config> RateableAgreements<T::AccountId> for Pallet<T> {
	fn rate(agreement: AgreementRef, by: &Actor<T::AccountId>) -> Result<Rated<T::AccountId>, DispatchError> {
		let AgreementRef::Rental(id) = agreement else {
			return Err(Error::<T>::UnknownRental.into());
		};
		let mut rental = Self::rented_by(by, id)?;
		ensure!(rental.is_settled(), Error::<T>::NotSettled);
		ensure!(!rental.rated, Error::<T>::AlreadyRated);
		rental.rated = true;
		let rated = Rated {
			payee: rental.escrow.payee().clone(),
			counted: rental.counted,
		};
		Rentals::<T>::insert(id, rental);
		Ok(rated)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_rateable() -> (AgreementRef, T::AccountId) {
		crate::benchmarking::rateable_agreement::<T>()
	}
}
