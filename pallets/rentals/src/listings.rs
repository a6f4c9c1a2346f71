//! Listings: what is to be rented, and on which terms.

use crate::{
	calendar, Actions, Balance, BookingMode, Caller, Config, Error, EscrowOf, Event, HoldReason, Listing, ListingId,
	ListingTermsOf, Listings, ListingsOf, Pallet, RentalTerms,
};
use alloc::vec;
use bpiiot_primitives::{fresh_id, is_region, Actors, Escrow, MachineId};
use frame_support::{
	ensure,
	pallet_prelude::DispatchResult,
	traits::{fungible::MutateHold, tokens::Precision, Get},
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_publish_listing(actor: Caller<T>, machine: MachineId, terms: ListingTermsOf<T>) -> DispatchResult {
		Self::ensure_controls(&actor, &machine)?;
		T::Actors::ensure_in_service(&machine)?;
		Self::check_terms(&terms)?;
		let id = ListingId(fresh_id::<T>());
		ListingsOf::<T>::try_mutate(machine, |listings| listings.try_push(id))
			.map_err(|_| Error::<T>::TooManyListings)?;
		let deposit = T::ListingDeposit::get();
		T::Currency::hold(&HoldReason::Listing.into(), &actor.account, deposit)?;
		Self::shelve(id, None, Some(&terms));
		Listings::<T>::insert(
			id,
			Listing {
				machine,
				depositor: actor.account,
				deposit,
				version: 1,
				terms,
			},
		);
		Self::deposit_event(Event::ListingPublished { listing: id, machine });
		Ok(())
	}

	pub(crate) fn do_update_listing(actor: Caller<T>, id: ListingId, terms: ListingTermsOf<T>) -> DispatchResult {
		let mut listing = Listings::<T>::get(id).ok_or(Error::<T>::UnknownListing)?;
		Self::ensure_controls(&actor, &listing.machine)?;
		Self::check_terms(&terms)?;
		Self::shelve(id, Some(&listing.terms), Some(&terms));
		listing.version = listing.version.saturating_add(1);
		listing.terms = terms;
		Listings::<T>::insert(id, &listing);
		Self::deposit_event(Event::ListingUpdated {
			listing: id,
			machine: listing.machine,
			version: listing.version,
		});
		Ok(())
	}

	pub(crate) fn do_withdraw_listing(actor: Caller<T>, id: ListingId) -> DispatchResult {
		let listing = Listings::<T>::get(id).ok_or(Error::<T>::UnknownListing)?;
		if actor.account != listing.depositor {
			Self::ensure_controls(&actor, &listing.machine)?;
		}
		Self::shelve(id, Some(&listing.terms), None);
		Listings::<T>::remove(id);
		ListingsOf::<T>::mutate_exists(listing.machine, |entry| {
			if let Some(listings) = entry {
				listings.retain(|other| *other != id);
				if listings.is_empty() {
					*entry = None;
				}
			}
		});
		let (reason, exact) = (HoldReason::Listing.into(), Precision::Exact);
		T::Currency::release(&reason, &listing.depositor, listing.deposit, exact)?;
		Self::deposit_event(Event::ListingWithdrawn {
			listing: id,
			machine: listing.machine,
		});
		Ok(())
	}
}

/// What terms must be.
impl<T: Config> Pallet<T> {
	fn check_terms(terms: &ListingTermsOf<T>) -> DispatchResult {
		ensure!(!terms.category.is_empty(), Error::<T>::BadCategory);
		ensure!(is_region(&terms.area), Error::<T>::BadArea);
		ensure!(terms.actions != Actions::default(), Error::<T>::NoActions);
		ensure!(calendar::is_well_formed(&terms.calendar), Error::<T>::BadCalendar);
		Self::check_periods(terms)?;
		Self::check_windows(terms)?;
		Self::check_cancellation(&terms.rental)?;
		Self::check_arbiters(&terms.arbiters)?;
		EscrowOf::<T>::ensure_may_open(terms.asset, Self::smallest_release(&terms.rental))
	}

	fn check_periods(terms: &ListingTermsOf<T>) -> DispatchResult {
		let rental = &terms.rental;
		ensure!(rental.price > 0, Error::<T>::ZeroPrice);
		ensure!(rental.period > 0, Error::<T>::ZeroPeriod);
		let (least, most) = (T::MinPeriod::get(), T::MaxAhead::get());
		ensure!((least..=most).contains(&rental.period), Error::<T>::PeriodOutOfRange);
		let longest = rental.period.checked_mul(terms.max_periods.into());
		let fits = longest.is_some_and(|longest| longest <= most);
		let in_order = 0 < rental.min_periods && rental.min_periods <= terms.max_periods;
		ensure!(fits && in_order, Error::<T>::PeriodsOutOfRange);
		let rent = rental.price.checked_mul(terms.max_periods.into());
		let all = rent.and_then(|rent| rent.checked_add(rental.deposit));
		ensure!(all.is_some(), Error::<T>::PriceOverflow);
		// Or who forgets it has the machine for ever.
		let runs_down_in = rental.runs_down_in().unwrap_or_default();
		ensure!(runs_down_in <= T::MaxWindow::get(), Error::<T>::OverdueTooSlow);
		Ok(())
	}

	fn check_windows(terms: &ListingTermsOf<T>) -> DispatchResult {
		let rental = &terms.rental;
		ensure!(rental.check_in <= T::MaxWindow::get(), Error::<T>::WindowOutOfRange);
		let mut windows = vec![rental.show_window, rental.claim_window, rental.answer_window];
		if let BookingMode::Approved { window } = terms.booking {
			windows.push(window);
		}
		if !terms.arbiters.is_empty() {
			windows.extend([terms.case_window, terms.ruling_window]);
		}
		Self::ensure_windows(&windows)
	}

	/// The later, the dearer.
	fn check_cancellation(terms: &RentalTerms) -> DispatchResult {
		let stages = &terms.cancellation;
		let falls = stages
			.windows(2)
			.all(|pair| matches!(pair, [one, other] if one.before > other.before && one.fee <= other.fee));
		let below_the_last = stages.last().is_none_or(|last| last.fee <= terms.no_show);
		ensure!(falls && below_the_last, Error::<T>::StagesOutOfOrder);
		Ok(())
	}

	fn check_arbiters(arbiters: &[T::AccountId]) -> DispatchResult {
		let mut each = arbiters.iter().enumerate();
		let once = each.all(|(place, name)| !arbiters.iter().take(place).any(|other| other == name));
		ensure!(once, Error::<T>::BadArbiters);
		Ok(())
	}

	/// The smallest payment that terms can lead to by themselves.
	pub(crate) fn smallest_release(terms: &RentalTerms) -> Balance {
		let least = terms.price.saturating_mul(terms.min_periods.into());
		let fees = terms.cancellation.iter().map(|stage| stage.fee).chain([terms.no_show]);
		let fees = fees.filter(|fee| !fee.is_zero()).map(|fee| fee.mul_floor(least));
		let others = [terms.deposit, terms.overdue_price, terms.stop_penalty];
		let others = others.into_iter().filter(|amount| *amount > 0);
		fees.chain(others).fold(terms.price, Balance::min)
	}
}
