//! What must always hold of this pallet's storage, numbered as in the system design.

use crate::{
	Balance, Bookings, Config, EndKey, EscrowOf, HoldReason, Listings, ListingsBy, ListingsOf, Pallet, RentalOf,
	Rentals, Stage,
};
use alloc::collections::{BTreeMap, BTreeSet};
use bpiiot_primitives::{AgreementClock, AgreementRef, DeadlineIndex, Escrow, EscrowView};
use frame_support::{ensure, traits::fungible::InspectHold};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks the invariants that this pallet can see by itself.
	///
	/// # Errors
	/// Names the invariant that is broken.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		for (id, rental) in Rentals::<T>::iter() {
			Self::check_money(&rental)?;
			Self::check_stage(&rental)?;
			Self::check_access(&rental)?;
			ensure!(
				EscrowOf::<T>::is_disputed(AgreementRef::Rental(id)) == matches!(rental.stage(), Stage::Disputed(_)),
				"invariant 3: a rental's stage and its dispute differ"
			);
		}
		Self::check_bookings()?;
		Self::check_listings()?;
		Self::check_deadlines()?;
		Self::check_deposits()
	}

	/// Invariants 1 and 3: an open rental has rent and deposit on hold, less what was paid when both sides agreed on its
	/// return, and its bond; a settled rental's escrow has ended. That both are really on hold is for the escrow to check.
	fn check_money(rental: &RentalOf<T>) -> Result<(), TryRuntimeError> {
		let (escrow, money, terms) = (&rental.escrow, rental.money, &rental.terms);
		ensure!(
			*escrow.payer() == rental.access.renter && *escrow.payee() == rental.access.machine.account(),
			"invariant 1: somebody else pays or is paid than the renter and the machine"
		);
		ensure!(
			rental.is_settled() == escrow.has_ended(),
			"invariant 3: a rental and its escrow have not ended together"
		);
		ensure!(
			money.overdue <= terms.deposit && money.claim <= rental.claimable(),
			"invariant 1: more than the deposit is taken of it"
		);
		if rental.is_settled() {
			return Ok(());
		}
		let held = match rental.confirmed {
			true => rental.claimable(),
			false => rental.rent().saturating_add(terms.deposit),
		};
		ensure!(
			escrow.held() == held,
			"invariant 1: an open rental's escrow differs from what is not paid"
		);
		ensure!(
			money.due.saturating_add(money.claim) <= held,
			"invariant 1: more is the owner's than is on hold"
		);
		let bond_fits = match rental.stage() {
			Stage::Requested => escrow.bond() == 0,
			Stage::Booked => escrow.bond() == 0 || escrow.bond() == terms.stop_penalty,
			_ => escrow.bond() == terms.stop_penalty,
		};
		ensure!(bond_fits, "invariant 1: an open rental's bond differs from its terms");
		Ok(())
	}

	/// Invariants 4 and 8: what a rental says of times and money fits its stage, and only one that has ended was rated.
	fn check_stage(rental: &RentalOf<T>) -> Result<(), TryRuntimeError> {
		let money = rental.money;
		let untouched = money == Default::default() && !rental.confirmed && rental.returned_at == 0;
		let fits = match rental.stage() {
			Stage::Requested | Stage::Booked => untouched && rental.reported_at == 0,
			Stage::Active => untouched,
			Stage::Returned(_) => rental.returned_at > 0 && money.claim == 0,
			Stage::Claimed(_) | Stage::Disputed(_) => rental.returned_at > 0 && money.claim > 0,
			Stage::Settled(_) => true,
		};
		let paid = !rental.confirmed || money.due == 0;
		ensure!(fits && paid, "invariant 4: what a rental says does not fit its stage");
		let time = rental.terms.period.saturating_mul(rental.periods.into());
		ensure!(
			rental.periods > 0 && rental.access.start.saturating_add(time) == rental.access.end,
			"invariant 4: a rental is not as long as its periods"
		);
		ensure!(
			rental.is_settled() || !rental.rated,
			"invariant 8: a rental was rated before it has ended"
		);
		Ok(())
	}

	/// Nobody whom a renter lets in may more than he, nor for longer, and everybody is named once.
	fn check_access(rental: &RentalOf<T>) -> Result<(), TryRuntimeError> {
		let access = &rental.access;
		let mut names: BTreeSet<_> = [access.renter.clone()].into();
		for user in access.users.iter().flatten() {
			ensure!(
				names.insert(user.account.clone()),
				"access: somebody is named twice in a rental"
			);
			ensure!(
				access.start <= user.from && user.from < user.until && user.until <= access.end,
				"access: a sub-user outlives the rental"
			);
			ensure!(
				access.actions.include(user.actions),
				"access: a sub-user may do what is not rented"
			);
		}
		Ok(())
	}

	/// The bookings are exactly the rentals that take up time, and those of a machine are apart from each other.
	fn check_bookings() -> Result<(), TryRuntimeError> {
		let booked: BTreeSet<_> = Bookings::<T>::iter()
			.map(|(machine, key, booking)| (machine, booking.start, key.end(), booking.rental))
			.collect();
		let rented: BTreeSet<_> = Rentals::<T>::iter()
			.filter(|(_, rental)| rental.stage().takes_time())
			.map(|(id, rental)| (rental.access.machine, rental.access.start, rental.access.end, id))
			.collect();
		ensure!(booked == rented, "the bookings differ from the rentals");
		let mut last = None;
		for (machine, start, end, _) in booked {
			ensure!(
				last.is_none_or(|(other, ended)| other != machine || ended <= start),
				"a machine is booked twice at a time"
			);
			last = Some((machine, end));
		}
		for (machine, key, _) in Bookings::<T>::iter() {
			let next = Self::first_ending_after(&machine, key.end().saturating_sub(1));
			ensure!(
				next.is_some_and(|(next, _)| next == EndKey::new(key.end())),
				"a booking is not found by its end"
			);
		}
		Ok(())
	}

	/// The lists of machines' listings and the shelves name exactly what there is.
	fn check_listings() -> Result<(), TryRuntimeError> {
		let listed: BTreeSet<_> = ListingsOf::<T>::iter()
			.flat_map(|(machine, listings)| listings.into_iter().map(move |listing| (machine, listing)))
			.collect();
		let published: BTreeSet<_> = Listings::<T>::iter()
			.map(|(id, listing)| (listing.machine, id))
			.collect();
		ensure!(
			listed == published,
			"the listings of the machines differ from the listings"
		);
		let shelved: BTreeSet<_> = ListingsBy::<T>::iter_keys().collect();
		let places: BTreeSet<_> = Listings::<T>::iter()
			.flat_map(|(id, listing)| Self::places(id, &listing.terms))
			.collect();
		ensure!(
			shelved == places,
			"the listings on the shelves differ from the listings"
		);
		Ok(())
	}

	/// Nothing that is open escapes the sweep: until the moment under which it is indexed has passed, it is in the index, and
	/// that moment is no later than its deadline.
	fn check_deadlines() -> Result<(), TryRuntimeError> {
		for (id, rental) in Rentals::<T>::iter() {
			let Some(deadline) = rental.deadline() else {
				continue;
			};
			ensure!(
				rental.indexed_at <= deadline,
				"deadlines: an open rental is looked at too late"
			);
			ensure!(
				rental.indexed_at < T::Clock::now()
					|| T::Deadlines::contains(rental.indexed_at, AgreementRef::Rental(id)),
				"deadlines: an open rental is not in the index"
			);
		}
		Ok(())
	}

	/// Invariant 9: every deposit on hold belongs to a record that exists. Those for rentals are the escrow's.
	fn check_deposits() -> Result<(), TryRuntimeError> {
		const BROKEN: &str = "invariant 9: deposits for listings differ from the listings";
		let mut due = BTreeMap::new();
		for listing in Listings::<T>::iter_values() {
			let sum: &mut Balance = due.entry(listing.depositor).or_default();
			*sum = sum.saturating_add(listing.deposit);
		}
		for who in frame_system::Account::<T>::iter_keys() {
			let on_hold = T::Currency::balance_on_hold(&HoldReason::Listing.into(), &who);
			ensure!(on_hold == due.remove(&who).unwrap_or_default(), BROKEN);
		}
		ensure!(due.is_empty(), BROKEN);
		Ok(())
	}
}
