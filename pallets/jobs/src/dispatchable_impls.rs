//! What the calls do. Each checks its caller first, then the job's state, then moves money.

use crate::{
	BalanceOf, Config, Error, EscrowOf, Event, HoldReason, Job, JobOf, JobState, Jobs, Offer, OfferTerms, Offers,
	OffersOf, OpenJob, OpenJobs, Outcome, Pallet, RecipeUri,
};
use bpiiot_primitives::{
	fresh_id, Actor, Actors, AgreementClock, AgreementMillis, AgreementRef, DeadlineIndex, Escrow, EscrowTerms, JobId,
	MachineId, OfferId, UnixMillis,
};
use frame_support::{
	ensure,
	pallet_prelude::DispatchResult,
	traits::{fungible::MutateHold, tokens::Precision, Get},
};
use sp_core::H256;
use sp_runtime::{
	traits::{CheckedMul, Zero},
	DispatchError,
};

type Caller<T> = Actor<<T as frame_system::Config>::AccountId>;

/// Offers.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_publish_offer(
		actor: Caller<T>,
		machine: MachineId,
		terms: OfferTerms<BalanceOf<T>>,
	) -> DispatchResult {
		Self::ensure_controls(&actor, &machine)?;
		T::Actors::ensure_in_service(&machine)?;
		Self::check_terms(&terms)?;

		let offer = OfferId(fresh_id::<T>());
		OffersOf::<T>::try_mutate(machine, |offers| offers.try_push(offer)).map_err(|_| Error::<T>::TooManyOffers)?;
		let deposit = T::OfferDeposit::get();
		T::Currency::hold(&HoldReason::Offer.into(), &actor.account, deposit)?;
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

	pub(crate) fn do_update_offer(actor: Caller<T>, id: OfferId, terms: OfferTerms<BalanceOf<T>>) -> DispatchResult {
		let mut offer = Offers::<T>::get(id).ok_or(Error::<T>::UnknownOffer)?;
		Self::ensure_controls(&actor, &offer.machine)?;
		Self::check_terms(&terms)?;
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

	fn ensure_controls(actor: &Caller<T>, machine: &MachineId) -> DispatchResult {
		ensure!(
			T::Actors::controls(&actor.account, machine),
			Error::<T>::NotTheMachinesOwner
		);
		Ok(())
	}

	fn check_terms(terms: &OfferTerms<BalanceOf<T>>) -> DispatchResult {
		ensure!(!terms.unit_price.is_zero(), Error::<T>::ZeroPrice);
		ensure!(terms.max_units > 0, Error::<T>::ZeroUnits);
		for window in [terms.accept_window, terms.lead_time, terms.review_window] {
			ensure!(
				(T::MinWindow::get()..=T::MaxWindow::get()).contains(&window),
				Error::<T>::WindowOutOfRange
			);
		}
		Ok(())
	}
}

/// Ordering.
impl<T: Config> Pallet<T> {
	#[allow(clippy::too_many_arguments)]
	pub(crate) fn do_order(
		actor: Caller<T>,
		offer_id: OfferId,
		version: u32,
		units: u32,
		max_price: BalanceOf<T>,
		recipe: H256,
		recipe_uri: RecipeUri,
		deliver_by: UnixMillis,
	) -> DispatchResult {
		let Offer { machine, terms, .. } = Self::offer_as_read(offer_id, version)?;
		ensure!(!T::Actors::controls(&actor.account, &machine), Error::<T>::OwnMachine);
		T::Actors::ensure_in_service(&machine)?;
		ensure!(units > 0, Error::<T>::ZeroUnits);
		ensure!(units <= terms.max_units, Error::<T>::TooManyUnits);
		let price = Self::price(terms.unit_price, units)?;
		ensure!(price <= max_price, Error::<T>::MaxPriceTooLow);
		let now = T::Clock::now();
		let deliver_by = Self::deadline(now, deliver_by, terms.lead_time)?;

		// Taken before the first event of this call, which is the next one's guarantee of another id.
		let id = JobId(fresh_id::<T>());
		let agreement = AgreementRef::Job(id);
		let escrow = EscrowOf::<T>::open(
			agreement,
			&actor,
			EscrowTerms {
				payee: machine.account(),
				asset: terms.asset,
				amount: price,
				smallest_release: Self::smallest_release(&terms),
				deposit: T::JobDeposit::get(),
				fee: T::OrderFee::get(),
			},
		)?;
		let customer = actor.account;
		Self::add_open_job(machine, id, &customer)?;
		let accept_by = now.saturating_add(terms.accept_window).min(deliver_by);
		T::Deadlines::insert(accept_by, agreement);
		Jobs::<T>::insert(
			id,
			Job {
				escrow,
				machine,
				offer: offer_id,
				version,
				unit_price: terms.unit_price,
				units,
				units_done: 0,
				approved: 0,
				rejected: 0,
				recipe,
				recipe_uri,
				state: JobState::Ordered,
				accept_by,
				deliver_by,
				review_window: terms.review_window,
				review_until: 0,
				indexed_at: accept_by,
				bond: terms.bond,
				rejection_fee: terms.rejection_fee,
				result: H256::zero(),
				ordered_at: now,
			},
		);
		Self::deposit_event(Event::Ordered {
			job: id,
			machine,
			customer,
			offer: offer_id,
			units,
			price,
			recipe,
		});
		Ok(())
	}

	/// Lists the job with its machine, if machine and customer may have one more.
	fn add_open_job(machine: MachineId, job: JobId, customer: &T::AccountId) -> DispatchResult {
		OpenJobs::<T>::try_mutate(machine, |open| {
			let his = open.iter().filter(|other| other.customer == *customer).count();
			ensure!(
				his < T::MaxOpenJobsPerCustomer::get() as usize,
				Error::<T>::TooManyOpenJobsOfCustomer
			);
			let customer = customer.clone();
			open.try_push(OpenJob { job, customer })
				.map_err(|_| Error::<T>::TooManyOpenJobs.into())
		})
	}

	fn offer_as_read(id: OfferId, version: u32) -> Result<Offer<T::AccountId, BalanceOf<T>>, DispatchError> {
		let offer = Offers::<T>::get(id).ok_or(Error::<T>::UnknownOffer)?;
		ensure!(offer.version == version, Error::<T>::OfferChanged);
		Ok(offer)
	}

	pub(crate) fn price(unit_price: BalanceOf<T>, units: u32) -> Result<BalanceOf<T>, DispatchError> {
		Ok(unit_price.checked_mul(&units.into()).ok_or(Error::<T>::PriceOverflow)?)
	}

	/// The smallest payment that these terms can lead to: one unit, or the fee for one rejected unit.
	fn smallest_release(terms: &OfferTerms<BalanceOf<T>>) -> BalanceOf<T> {
		let fee = terms.rejection_fee * terms.unit_price;
		if fee.is_zero() {
			terms.unit_price
		} else {
			fee
		}
	}

	fn deadline(
		now: AgreementMillis,
		deliver_by: UnixMillis,
		lead_time: u64,
	) -> Result<AgreementMillis, DispatchError> {
		let deadline = T::Clock::from_unix(deliver_by);
		ensure!(deadline >= now.saturating_add(lead_time), Error::<T>::DeadlineTooSoon);
		ensure!(
			deadline <= now.saturating_add(T::MaxWindow::get()),
			Error::<T>::DeadlineTooFar
		);
		Ok(deadline)
	}
}

/// Working.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_accept(actor: Caller<T>, id: JobId) -> DispatchResult {
		Self::work_on(&actor, id, |job| {
			ensure!(job.state == JobState::Ordered, Error::<T>::WrongState);
			ensure!(T::Clock::now() <= job.accept_by, Error::<T>::TooLate);
			if !job.bond.is_zero() {
				EscrowOf::<T>::post_bond(AgreementRef::Job(id), &mut job.escrow, &actor, job.bond)?;
			}
			job.state = JobState::Accepted;
			Ok(Event::Accepted {
				job: id,
				machine: job.machine,
				deliver_by: job.deliver_by,
			})
		})
	}

	pub(crate) fn do_start(actor: Caller<T>, id: JobId) -> DispatchResult {
		Self::work_on(&actor, id, |job| {
			ensure!(job.state == JobState::Accepted, Error::<T>::WrongState);
			ensure!(T::Clock::now() <= job.deliver_by, Error::<T>::TooLate);
			job.state = JobState::Started;
			Ok(Event::Started {
				job: id,
				machine: job.machine,
			})
		})
	}

	pub(crate) fn do_progress(actor: Caller<T>, id: JobId, units_done: u32) -> DispatchResult {
		Self::work_on(&actor, id, |job| {
			ensure!(job.state == JobState::Started, Error::<T>::WrongState);
			ensure!(units_done > job.units_done, Error::<T>::NoProgress);
			ensure!(units_done <= job.units, Error::<T>::TooManyUnits);
			job.units_done = units_done;
			Ok(Event::Progressed {
				job: id,
				machine: job.machine,
				units_done,
			})
		})
	}

	pub(crate) fn do_deliver(actor: Caller<T>, id: JobId, units: u32, result: H256) -> DispatchResult {
		Self::work_on(&actor, id, |job| {
			ensure!(job.state == JobState::Started, Error::<T>::WrongState);
			let now = T::Clock::now();
			ensure!(now <= job.deliver_by, Error::<T>::TooLate);
			ensure!(units > 0, Error::<T>::ZeroUnits);
			ensure!(units <= job.units, Error::<T>::TooManyUnits);
			job.state = JobState::Delivered;
			job.units_done = units;
			job.result = result;
			job.review_until = now.saturating_add(job.review_window);
			// Otherwise whoever looks at the old deadline finds the new one.
			if job.review_until < job.indexed_at {
				job.indexed_at = job.review_until;
				T::Deadlines::insert(job.indexed_at, AgreementRef::Job(id));
			}
			Ok(Event::Delivered {
				job: id,
				machine: job.machine,
				customer: job.customer().clone(),
				units,
				result,
				review_until: job.review_until,
			})
		})
	}

	/// Runs `step` on the job if `actor` is its machine, and tells the world.
	fn work_on(
		actor: &Caller<T>,
		id: JobId,
		step: impl FnOnce(&mut JobOf<T>) -> Result<Event<T>, DispatchError>,
	) -> DispatchResult {
		let event = Jobs::<T>::try_mutate(id, |entry| {
			let job = entry.as_mut().ok_or(Error::<T>::UnknownJob)?;
			ensure!(actor.machine == Some(job.machine), Error::<T>::NotTheMachine);
			step(job)
		})?;
		Self::deposit_event(event);
		Ok(())
	}
}

/// Ways out before delivery, and the record's end.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_decline(actor: Caller<T>, id: JobId, reason: H256) -> DispatchResult {
		let job = Self::job(id)?;
		ensure!(actor.machine == Some(job.machine), Error::<T>::NotTheMachine);
		ensure!(job.state == JobState::Ordered, Error::<T>::WrongState);
		Self::refund_all(id, job, Outcome::Declined, reason)
	}

	pub(crate) fn do_cancel(actor: Caller<T>, id: JobId, reason: H256) -> DispatchResult {
		let job = Self::job(id)?;
		let by_machine = actor.machine == Some(job.machine);
		ensure!(by_machine || actor.account == *job.customer(), Error::<T>::NotAParty);
		let outcome = match job.state {
			JobState::Ordered if !by_machine => Outcome::Cancelled,
			JobState::Accepted | JobState::Started if by_machine => Outcome::GivenUp,
			_ => return Err(Error::<T>::WrongState.into()),
		};
		Self::refund_all(id, job, outcome, reason)
	}

	pub(crate) fn do_remove(actor: Caller<T>, id: JobId) -> DispatchResult {
		let mut job = Self::job(id)?;
		ensure!(actor.account == *job.customer(), Error::<T>::NotTheCustomer);
		ensure!(job.is_settled(), Error::<T>::NotSettled);
		Jobs::<T>::remove(id);
		EscrowOf::<T>::release_deposit(AgreementRef::Job(id), &mut job.escrow)?;
		Self::deposit_event(Event::Removed {
			job: id,
			customer: actor.account,
		});
		Ok(())
	}

	pub(crate) fn job(id: JobId) -> Result<JobOf<T>, DispatchError> {
		Ok(Jobs::<T>::get(id).ok_or(Error::<T>::UnknownJob)?)
	}
}
