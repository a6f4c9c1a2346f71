//! Offers: what is for sale, and on which terms.

use crate::{
	calendar, Caller, Config, Error, EscrowOf, Event, HoldReason, JobOf, Offer, OfferTermsOf, Offers, OffersOf, Pallet,
};
use alloc::vec;
use bpiiot_primitives::{fresh_id, is_region, Actors, Escrow, MachineId, OfferId};
use frame_support::{
	ensure,
	pallet_prelude::DispatchResult,
	traits::{fungible::MutateHold, tokens::Precision, Get},
};
use sp_runtime::traits::{Saturating, Zero};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_publish_offer(actor: Caller<T>, machine: MachineId, terms: OfferTermsOf<T>) -> DispatchResult {
		Self::ensure_controls(&actor, &machine)?;
		T::Actors::ensure_in_service(&machine)?;
		Self::check_terms(&terms)?;

		let offer = OfferId(fresh_id::<T>());
		OffersOf::<T>::try_mutate(machine, |offers| offers.try_push(offer)).map_err(|_| Error::<T>::TooManyOffers)?;
		let deposit = T::OfferDeposit::get();
		T::Currency::hold(&HoldReason::Offer.into(), &actor.account, deposit)?;
		Self::shelve(offer, None, Some(&terms));
		Offers::<T>::insert(
			offer,
			Offer {
				machine,
				depositor: actor.account,
				deposit,
				version: 1,
				terms,
			},
		);
		Self::deposit_event(Event::OfferPublished { offer, machine });
		Ok(())
	}

	pub(crate) fn do_update_offer(actor: Caller<T>, id: OfferId, terms: OfferTermsOf<T>) -> DispatchResult {
		let mut offer = Offers::<T>::get(id).ok_or(Error::<T>::UnknownOffer)?;
		Self::ensure_controls(&actor, &offer.machine)?;
		Self::check_terms(&terms)?;
		Self::shelve(id, Some(&offer.terms), Some(&terms));
		offer.version = offer.version.saturating_add(1);
		offer.terms = terms;
		Offers::<T>::insert(id, &offer);
		Self::deposit_event(Event::OfferUpdated {
			offer: id,
			machine: offer.machine,
			version: offer.version,
		});
		Ok(())
	}

	pub(crate) fn do_withdraw_offer(actor: Caller<T>, id: OfferId) -> DispatchResult {
		let offer = Offers::<T>::get(id).ok_or(Error::<T>::UnknownOffer)?;
		if actor.account != offer.depositor {
			Self::ensure_controls(&actor, &offer.machine)?;
		}
		Self::shelve(id, Some(&offer.terms), None);
		Offers::<T>::remove(id);
		OffersOf::<T>::mutate(offer.machine, |offers| offers.retain(|other| *other != id));
		T::Currency::release(
			&HoldReason::Offer.into(),
			&offer.depositor,
			offer.deposit,
			Precision::Exact,
		)?;
		Self::deposit_event(Event::OfferWithdrawn {
			offer: id,
			machine: offer.machine,
		});
		Ok(())
	}

	/// That `actor` is `machine` or its owner.
	pub(crate) fn ensure_controls(actor: &Caller<T>, machine: &MachineId) -> DispatchResult {
		ensure!(
			T::Actors::controls(&actor.account, machine),
			Error::<T>::NotTheMachinesOwner
		);
		Ok(())
	}

	/// Whether `actor` ordered the job, or owns the machine that did: what a machine has bought outlives its key, and the
	/// machine itself.
	pub(crate) fn is_customer(actor: &Caller<T>, job: &JobOf<T>) -> bool {
		actor.account == *job.customer() || actor.account == T::Actors::controller(job.customer())
	}

	fn check_terms(terms: &OfferTermsOf<T>) -> DispatchResult {
		Self::check_prices(terms)?;
		ensure!(calendar::is_well_formed(&terms.calendar), Error::<T>::BadCalendar);
		ensure!(
			is_region(&terms.region) && is_region(&terms.governing_law),
			Error::<T>::BadRegion
		);
		let mut windows = vec![terms.accept_window, terms.lead_time, terms.review_window];
		if let Some(rework) = terms.rework {
			ensure!(rework.rounds > 0, Error::<T>::ZeroRounds);
			windows.push(rework.window);
		}
		if let Some(disputes) = &terms.disputes {
			Self::check_arbiters(&disputes.arbiters)?;
			windows.extend([disputes.challenge_window, disputes.case_window, disputes.ruling_window]);
		}
		let allowed = T::MinWindow::get()..=T::MaxWindow::get();
		ensure!(
			windows.iter().all(|window| allowed.contains(window)),
			Error::<T>::WindowOutOfRange
		);
		Ok(())
	}

	fn check_prices(terms: &OfferTermsOf<T>) -> DispatchResult {
		ensure!(terms.max_units > 0, Error::<T>::ZeroUnits);
		ensure!(!terms.unit_price.is_zero(), Error::<T>::ZeroPrice);
		let mut before = 1;
		for tier in &terms.tiers {
			ensure!(!tier.unit_price.is_zero(), Error::<T>::ZeroPrice);
			ensure!(
				before < tier.from_units && tier.from_units <= terms.max_units,
				Error::<T>::TiersOutOfOrder
			);
			before = tier.from_units;
		}
		// An order of all units is the one that may have the smallest fees.
		let unit_price = terms.unit_price_of(terms.max_units);
		let price = unit_price.saturating_mul(terms.max_units.into());
		let smallest = Self::smallest_release(unit_price, price, terms.rejection_fee, terms.cancellation);
		EscrowOf::<T>::ensure_may_open(terms.asset, smallest)
	}

	fn check_arbiters(arbiters: &[T::AccountId]) -> DispatchResult {
		let each_once = arbiters
			.iter()
			.enumerate()
			.all(|(place, name)| !arbiters.iter().take(place).any(|other| other == name));
		ensure!(!arbiters.is_empty() && each_once, Error::<T>::BadArbiters);
		Ok(())
	}
}
