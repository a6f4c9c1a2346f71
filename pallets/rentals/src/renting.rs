//! From the wish to the start: rent, approve, start, extend, call off.

use crate::{
	calendar, Access, Balance, BookingMode, Caller, Config, Error, EscrowOf, Event, ListingId, ListingOf,
	ListingTermsOf, Money, Outcome, Pallet, Rental, RentalId, RentalOf, Rentals, Stage,
};
use bpiiot_primitives::{
	fresh_id, in_planck, Actors, AgreementClock, AgreementRef, Arbitration, AssetKind, Counted, DeadlineIndex, Escrow,
	EscrowTerms, EscrowView, UnixMillis,
};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	storage::with_storage_layer,
	traits::Get,
};
use sp_core::H256;
use sp_runtime::{
	traits::{Convert, One},
	FixedU128,
};

/// What a renter asks for.
pub(crate) struct Wish<AccountId> {
	pub(crate) listing: ListingId,
	pub(crate) version: u32,
	pub(crate) start: Option<UnixMillis>,
	pub(crate) periods: u32,
	pub(crate) max_price: Balance,
	pub(crate) arbiter: Option<AccountId>,
}

/// Renting.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_rent(renter: Caller<T>, wish: Wish<T::AccountId>) -> DispatchResult {
		let listing = Self::listing_as_read(wish.listing, wish.version)?;
		Self::ensure_admitted(&renter, &listing)?;
		let terms = listing.terms;
		ensure!(wish.periods > 0, Error::<T>::ZeroPeriod);
		let allowed = terms.rental.min_periods..=terms.max_periods;
		ensure!(allowed.contains(&wish.periods), Error::<T>::PeriodsOutOfRange);
		let rent = terms.rental.price.checked_mul(wish.periods.into());
		let rent = rent.ok_or(Error::<T>::PriceOverflow)?;
		ensure!(rent <= wish.max_price, Error::<T>::MaxPriceTooLow);
		let (start, end) = Self::time_of(&terms, wish.start, wish.periods)?;
		Self::ensure_free(&listing.machine, start, end)?;

		// Taken before the first event of this call, which is the next one's guarantee of another id.
		let id = RentalId(fresh_id::<T>());
		let agreement = AgreementRef::Rental(id);
		let escrow = EscrowOf::<T>::open(
			agreement,
			&renter,
			EscrowTerms {
				payee: listing.machine.account(),
				asset: terms.asset,
				amount: rent
					.checked_add(terms.rental.deposit)
					.ok_or(Error::<T>::PriceOverflow)?,
				smallest_release: Self::smallest_release(&terms.rental),
				deposit: T::RecordDeposit::get(),
				fee: Self::fee_of(terms.asset, rent),
				arbitration: Self::arbitration(&terms, wish.arbiter)?,
			},
		)?;
		let (stage, until) = match terms.booking {
			BookingMode::Instant => (Stage::Booked, T::Clock::from_unix(terms.rental.start_by(start, end))),
			BookingMode::Approved { window } => (Stage::Requested, T::Clock::now().saturating_add(window)),
		};
		let rental = Rental {
			access: Access {
				machine: listing.machine,
				renter: renter.account,
				actions: terms.actions,
				start,
				end,
				stage,
				epoch: 0,
				users: Default::default(),
			},
			escrow,
			listing: wish.listing,
			version: wish.version,
			periods: wish.periods,
			terms: terms.rental,
			until,
			indexed_at: until,
			returned_at: 0,
			reported_at: 0,
			confirmed: false,
			money: Money::default(),
			evidence: H256::zero(),
			reason: H256::zero(),
			verdict: None,
			counted: Counted::default(),
			rated: false,
		};
		Self::take_time(id, &rental);
		T::Deadlines::insert(until, agreement);
		Self::deposit_event(Event::Rented {
			rental: id,
			listing: rental.listing,
			machine: rental.access.machine,
			renter: rental.access.renter.clone(),
			start,
			end,
			asset: rental.asset(),
			rent,
			deposit: rental.terms.deposit,
			stage,
		});
		Rentals::<T>::insert(id, rental);
		Ok(())
	}

	/// That the machine may be rented now, and by him.
	fn ensure_admitted(renter: &Caller<T>, listing: &ListingOf<T>) -> DispatchResult {
		let owner = T::Actors::ensure_in_service(&listing.machine)?;
		let controller = T::Actors::controller(&renter.account);
		ensure!(controller != owner, Error::<T>::OwnMachine);
		ensure!(
			listing.terms.admits(&renter.account, &controller),
			Error::<T>::RenterDenied
		);
		Ok(())
	}

	/// The time of so many periods, if it can be rented at all.
	fn time_of(
		terms: &ListingTermsOf<T>,
		start: Option<UnixMillis>,
		periods: u32,
	) -> Result<(UnixMillis, UnixMillis), DispatchError> {
		let now = T::Clock::unix_now();
		let start = start.unwrap_or(now);
		ensure!(start >= now, Error::<T>::StartPassed);
		if let BookingMode::Approved { window } = terms.booking {
			ensure!(start >= now.saturating_add(window), Error::<T>::NoTimeToApprove);
		}
		let end = Self::end_of(terms, start, periods)?;
		Ok((start, end))
	}

	/// The end of so many periods from a moment on, if all of it can be rented.
	fn end_of(terms: &ListingTermsOf<T>, from: UnixMillis, periods: u32) -> Result<UnixMillis, DispatchError> {
		let time = terms.rental.period.checked_mul(periods.into());
		let end = time.and_then(|time| from.checked_add(time));
		let end = end
			.filter(|end| *end <= Self::horizon())
			.ok_or(Error::<T>::TooFarAhead)?;
		ensure!(calendar::is_open(&terms.calendar, from, end), Error::<T>::CalendarGap);
		Ok(end)
	}

	/// What a rental costs besides its rent, in planck. It grows with the rent, so that all of it counts for the machine's
	/// name.
	pub(crate) fn fee_of(asset: AssetKind, rent: Balance) -> Balance {
		let rate = match asset {
			AssetKind::Native => Some(FixedU128::one()),
			asset => T::Rates::convert(asset),
		};
		let share = rate.map_or(0, |rate| T::RentFeeShare::get().mul_ceil(in_planck(rent, rate)));
		share.max(T::RentFee::get())
	}

	/// The arbiter of a rental, with the time that the terms give him.
	fn arbitration(
		terms: &ListingTermsOf<T>,
		arbiter: Option<T::AccountId>,
	) -> Result<Option<Arbitration<T::AccountId>>, DispatchError> {
		let Some(arbiter) = arbiter else {
			return Ok(None);
		};
		ensure!(terms.arbiters.contains(&arbiter), Error::<T>::ArbiterNotOffered);
		Ok(Some(Arbitration {
			arbiter,
			case_window: terms.case_window,
			ruling_window: terms.ruling_window,
		}))
	}

	pub(crate) fn do_extend(actor: Caller<T>, id: RentalId, periods: u32, max_price: Balance) -> DispatchResult {
		let mut rental = Self::rental(id)?;
		// Not for whoever stands behind a machine that rents: the money is the renter's.
		ensure!(actor.account == rental.access.renter, Error::<T>::NotTheRenter);
		ensure!(
			matches!(rental.stage(), Stage::Booked | Stage::Active),
			Error::<T>::WrongStage
		);
		ensure!(periods > 0, Error::<T>::ZeroPeriod);
		ensure!(T::Clock::unix_now() < rental.access.end, Error::<T>::TooLate);
		ensure!(rental.reported_at == 0, Error::<T>::ReportedBack);
		let listing = Self::listing_as_read(rental.listing, rental.version)?;
		T::Actors::ensure_in_service(&listing.machine)?;
		let all = rental.periods.saturating_add(periods);
		ensure!(all <= listing.terms.max_periods, Error::<T>::PeriodsOutOfRange);
		let price = rental.rent_of(periods);
		ensure!(price <= max_price, Error::<T>::MaxPriceTooLow);
		let before = rental.access.end;
		let end = Self::end_of(&listing.terms, before, periods)?;
		Self::ensure_free(&listing.machine, before, end)?;
		EscrowOf::<T>::top_up(AgreementRef::Rental(id), &mut rental.escrow, &actor, price)?;
		Self::free_time(&rental);
		rental.access.end = end;
		rental.periods = all;
		Self::take_time(id, &rental);
		let until = match rental.stage() {
			Stage::Booked => T::Clock::from_unix(rental.terms.start_by(rental.access.start, end)),
			_ => T::Clock::from_unix(end),
		};
		rental.until = rental.until.max(until);
		Self::keep_indexed(id, &mut rental);
		Self::deposit_event(Event::Extended {
			rental: id,
			machine: rental.access.machine,
			renter: rental.access.renter.clone(),
			end,
			price,
		});
		Rentals::<T>::insert(id, rental);
		Ok(())
	}
}

/// The owner's yes or no.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_approve(actor: Caller<T>, id: RentalId) -> DispatchResult {
		let mut rental = Self::let_by(&actor, id)?;
		ensure!(rental.stage() == Stage::Requested, Error::<T>::WrongStage);
		let in_time = T::Clock::now() <= rental.until && T::Clock::unix_now() < rental.access.start;
		ensure!(in_time, Error::<T>::TooLate);
		Self::ensure_bond(id, &mut rental)?;
		let (start, end) = (rental.access.start, rental.access.end);
		rental.access.stage = Stage::Booked;
		rental.until = T::Clock::from_unix(rental.terms.start_by(start, end));
		Self::keep_indexed(id, &mut rental);
		Self::deposit_event(Event::Approved {
			rental: id,
			machine: rental.access.machine,
			renter: rental.access.renter.clone(),
		});
		Rentals::<T>::insert(id, rental);
		Ok(())
	}

	pub(crate) fn do_decline(actor: Caller<T>, id: RentalId, reason: H256) -> DispatchResult {
		let mut rental = Self::let_by(&actor, id)?;
		ensure!(rental.stage() == Stage::Requested, Error::<T>::WrongStage);
		rental.reason = reason;
		Self::settle(id, rental, Outcome::Declined, 0)
	}

	/// Puts the owner's bond on hold in the machine's account, if it is not yet.
	pub(crate) fn ensure_bond(id: RentalId, rental: &mut RentalOf<T>) -> DispatchResult {
		let bond = rental.terms.stop_penalty;
		if bond == 0 || rental.escrow.bond() > 0 {
			return Ok(());
		}
		let (agreement, machine) = (AgreementRef::Rental(id), Self::as_actor(rental.access.machine));
		with_storage_layer(|| EscrowOf::<T>::post_bond(agreement, &mut rental.escrow, &machine, bond))
			.map_err(|_| Error::<T>::NoBond.into())
	}
}

/// The renter comes, or does not.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_start(actor: Caller<T>, id: RentalId) -> DispatchResult {
		let mut rental = Self::rented_by(&actor, id)?;
		ensure!(rental.stage() == Stage::Booked, Error::<T>::WrongStage);
		let (now, access) = (T::Clock::unix_now(), &rental.access);
		let first = access.start.saturating_sub(rental.terms.check_in);
		ensure!(now >= first, Error::<T>::TooEarly);
		let in_time = T::Clock::now() <= rental.until && now < access.end;
		ensure!(in_time, Error::<T>::TooLate);
		ensure!(!Self::is_blocked(&rental), Error::<T>::NotFreeYet);
		let provided = T::Actors::ensure_in_service(&access.machine).is_ok();
		if !provided || Self::ensure_bond(id, &mut rental).is_err() {
			return Self::settle(id, rental, Outcome::NotProvided, 0);
		}
		rental.access.stage = Stage::Active;
		rental.until = T::Clock::from_unix(rental.access.end);
		Self::keep_indexed(id, &mut rental);
		Self::deposit_event(Event::Started {
			rental: id,
			machine: rental.access.machine,
			renter: rental.access.renter.clone(),
			start: rental.access.start,
			end: rental.access.end,
		});
		Rentals::<T>::insert(id, rental);
		Ok(())
	}

	pub(crate) fn do_cancel(actor: Caller<T>, id: RentalId, reason: H256) -> DispatchResult {
		let mut rental = Self::rented_by(&actor, id)?;
		rental.reason = reason;
		match rental.stage() {
			Stage::Requested => Self::settle(id, rental, Outcome::Cancelled, 0),
			Stage::Booked => {
				let now = T::Clock::unix_now();
				if now >= rental.access.start && Self::could_not_begin(&rental) {
					return Self::settle(id, rental, Outcome::Blocked, 0);
				}
				let before = rental.access.start.saturating_sub(now);
				let fee = rental.cancellation_fee(before);
				Self::settle(id, rental, Outcome::Cancelled, fee)
			}
			_ => Err(Error::<T>::WrongStage.into()),
		}
	}

	/// Whether it is not for the renter that a booked rental was not started: who was there before has not given it back, or
	/// the chain has stood still for as long as it is.
	pub(crate) fn could_not_begin(rental: &RentalOf<T>) -> bool {
		let access = &rental.access;
		let last = T::Clock::from_unix(rental.terms.start_by(access.start, access.end));
		let stood_still = rental.until.saturating_sub(last);
		stood_still >= access.end.saturating_sub(access.start) || Self::is_blocked(rental)
	}

	/// Has the rental looked at no later than the deadline of its stage. When that has moved away, whoever looks at the old
	/// one finds the new one.
	pub(crate) fn keep_indexed(id: RentalId, rental: &mut RentalOf<T>) {
		if let Some(deadline) = rental.deadline().filter(|deadline| *deadline < rental.indexed_at) {
			rental.indexed_at = deadline;
			T::Deadlines::insert(deadline, AgreementRef::Rental(id));
		}
	}
}
