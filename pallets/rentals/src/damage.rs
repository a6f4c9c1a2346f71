//! What the owner claims of the deposit, and what the renter says to that.

use crate::{Balance, Caller, Config, Error, EscrowOf, Event, Pallet, RentalId, RentalOf, Rentals, Stage};
use bpiiot_primitives::{AgreementClock, AgreementRef, Case, DeadlineIndex, Escrow, EscrowView, Side};
use frame_support::{ensure, pallet_prelude::DispatchResult, traits::Get};
use sp_core::H256;
use sp_runtime::Permill;

/// The owner's word.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_claim(actor: Caller<T>, id: RentalId, amount: Balance, evidence: H256) -> DispatchResult {
		let mut rental = Self::let_by(&actor, id)?;
		let Stage::Returned(outcome) = rental.stage() else {
			return Err(Error::<T>::WrongStage.into());
		};
		ensure!(T::Clock::now() <= rental.until, Error::<T>::TooLate);
		ensure!(amount > 0, Error::<T>::ZeroClaim);
		ensure!(amount <= rental.claimable(), Error::<T>::ClaimAboveDeposit);
		EscrowOf::<T>::ensure_payable(rental.asset(), amount)?;
		rental.access.stage = Stage::Claimed(outcome);
		rental.money.claim = amount;
		rental.evidence = evidence;
		rental.until = T::Clock::now().saturating_add(rental.terms.answer_window);
		Self::keep_indexed(id, &mut rental);
		Self::deposit_event(Event::Claimed {
			rental: id,
			machine: rental.access.machine,
			renter: rental.access.renter.clone(),
			amount,
			evidence,
			answer_until: rental.until,
		});
		Rentals::<T>::insert(id, rental);
		Ok(())
	}

	pub(crate) fn do_waive(actor: Caller<T>, id: RentalId) -> DispatchResult {
		let mut rental = Self::let_by(&actor, id)?;
		let (Stage::Returned(outcome) | Stage::Claimed(outcome)) = rental.stage() else {
			return Err(Error::<T>::WrongStage.into());
		};
		rental.money.claim = 0;
		let due = rental.money.due;
		Self::settle(id, rental, outcome, due)
	}
}

/// The renter's word.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_concede(actor: Caller<T>, id: RentalId) -> DispatchResult {
		let rental = Self::rented_by(&actor, id)?;
		let Stage::Claimed(outcome) = rental.stage() else {
			return Err(Error::<T>::WrongStage.into());
		};
		let all = rental.money.due.saturating_add(rental.money.claim);
		Self::settle(id, rental, outcome, all)
	}

	pub(crate) fn do_dispute(actor: Caller<T>, id: RentalId, evidence: H256) -> DispatchResult {
		let mut rental = Self::rented_by(&actor, id)?;
		let Stage::Claimed(outcome) = rental.stage() else {
			return Err(Error::<T>::WrongStage.into());
		};
		ensure!(T::Clock::now() <= rental.until, Error::<T>::TooLate);
		if rental.escrow.arbiter().is_none() {
			return Self::split_claim(id, rental, T::FallbackSplit::get());
		}
		let agreement = AgreementRef::Rental(id);
		T::Deadlines::remove(rental.indexed_at, agreement);
		let case = Case {
			opener: actor,
			side: Side::Payer,
			at_stake: rental.money.claim,
			evidence,
		};
		EscrowOf::<T>::dispute(agreement, &rental.escrow, case)?;
		rental.access.stage = Stage::Disputed(outcome);
		Self::deposit_event(Event::Disputed {
			rental: id,
			machine: rental.access.machine,
			renter: rental.access.renter.clone(),
			at_stake: rental.money.claim,
		});
		Rentals::<T>::insert(id, rental);
		Ok(())
	}

	/// Ends a rental of which this share of what was claimed is the owner's.
	pub(crate) fn split_claim(id: RentalId, mut rental: RentalOf<T>, to_owner: Permill) -> DispatchResult {
		let (Stage::Claimed(outcome) | Stage::Disputed(outcome)) = rental.stage() else {
			return Err(Error::<T>::WrongStage.into());
		};
		rental.verdict = Some(to_owner);
		let his = to_owner.mul_floor(rental.money.claim);
		let to_payee = rental.money.due.saturating_add(his);
		Self::settle(id, rental, outcome, to_payee)
	}
}
