//! Ordering, and haggling over an order.

use crate::{
	calendar, BalanceOf, Caller, CancellationFees, Config, CounterOffer, Error, EscrowOf, Event, Job, JobState, Jobs,
	JobsOf, Offer, OfferOf, OfferTermsOf, Offers, OpenJob, OrderLine, Pallet,
};
use alloc::vec::Vec;
use bpiiot_primitives::{
	fresh_id, Actors, AgreementClock, AgreementMillis, AgreementRef, Arbitration, Counted, DeadlineIndex, Escrow,
	EscrowTerms, JobId, MachineId, OfferId, UnixMillis,
};
use frame_support::{ensure, pallet_prelude::DispatchResult, traits::Get};
use sp_core::H256;
use sp_runtime::{
	traits::{CheckedMul, Saturating, Zero},
	DispatchError, Permill,
};

type LineOf<T> = OrderLine<<T as frame_system::Config>::AccountId, BalanceOf<T>>;

/// Ordering.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_order_batch(actor: &Caller<T>, lines: Vec<LineOf<T>>) -> DispatchResult {
		ensure!(!lines.is_empty(), Error::<T>::EmptyBatch);
		lines.into_iter().try_for_each(|line| Self::do_order(actor, line))
	}

	pub(crate) fn do_order(actor: &Caller<T>, line: LineOf<T>) -> DispatchResult {
		let Offer { machine, terms, .. } = Self::offer_as_read(line.offer, line.version)?;
		let owner = T::Actors::ensure_in_service(&machine)?;
		let own = actor.account == owner || actor.account == machine.account();
		ensure!(!own, Error::<T>::OwnMachine);
		ensure!(line.units > 0, Error::<T>::ZeroUnits);
		ensure!(line.units <= terms.max_units, Error::<T>::TooManyUnits);
		let unit_price = terms.unit_price_of(line.units);
		let price = Self::price(unit_price, line.units)?;
		ensure!(price <= line.max_price, Error::<T>::MaxPriceTooLow);
		let now = T::Clock::now();
		let working = calendar::working_time(&terms.calendar, T::Clock::unix_now(), line.deliver_by);
		ensure!(working >= terms.lead_time, Error::<T>::DeadlineTooSoon);
		let deliver_by = Self::deadline(now, line.deliver_by)?;
		let arbitration = Self::arbitration(&terms, line.arbiter)?;
		let challenge_window = match (&arbitration, &terms.disputes) {
			(Some(_), Some(disputes)) => disputes.challenge_window,
			_ => 0,
		};

		// Taken before the first event of this call, which is the next one's guarantee of another id.
		let id = JobId(fresh_id::<T>());
		let agreement = AgreementRef::Job(id);
		let escrow = EscrowOf::<T>::open(
			agreement,
			actor,
			EscrowTerms {
				payee: machine.account(),
				asset: terms.asset,
				amount: price,
				smallest_release: Self::smallest_release(unit_price, price, terms.rejection_fee, terms.cancellation),
				deposit: T::JobDeposit::get(),
				fee: T::OrderFee::get(),
				arbitration,
			},
		)?;
		Self::add_open_job(machine, id, &actor.account)?;
		let accept_by = now.saturating_add(terms.accept_window).min(deliver_by);
		T::Deadlines::insert(accept_by, agreement);
		let (units, recipe) = (line.units, line.recipe);
		Jobs::<T>::insert(
			id,
			Job {
				escrow,
				machine,
				offer: line.offer,
				version: line.version,
				unit_price,
				units,
				units_done: 0,
				approved: 0,
				rejected: 0,
				contested: 0,
				recipe,
				recipe_reference: line.recipe_reference,
				state: JobState::Ordered,
				accept_by,
				deliver_by,
				review_window: terms.review_window,
				review_until: 0,
				challenge_window,
				challenge_until: 0,
				indexed_at: accept_by,
				bond: terms.bond,
				rejection_fee: terms.rejection_fee,
				cancellation: terms.cancellation,
				rework: terms.rework,
				counter: None,
				result: H256::zero(),
				reason: H256::zero(),
				ordered_at: now,
				verdict: None,
				counted: Counted::default(),
				rated: false,
			},
		);
		Self::deposit_event(Event::Ordered {
			job: id,
			machine,
			customer: actor.account.clone(),
			offer: line.offer,
			units,
			price,
			recipe,
		});
		Ok(())
	}

	/// Lists the job with its machine, if machine and customer may have one more.
	fn add_open_job(machine: MachineId, job: JobId, customer: &T::AccountId) -> DispatchResult {
		JobsOf::<T>::try_mutate(machine, |book| {
			let his = book.open.iter().filter(|other| other.customer == *customer).count();
			ensure!(
				his < T::MaxOpenJobsPerCustomer::get() as usize,
				Error::<T>::TooManyOpenJobsOfCustomer
			);
			let customer = customer.clone();
			book.open
				.try_push(OpenJob { job, customer })
				.map_err(|_| Error::<T>::TooManyOpenJobs.into())
		})
	}

	fn offer_as_read(id: OfferId, version: u32) -> Result<OfferOf<T>, DispatchError> {
		let offer = Offers::<T>::get(id).ok_or(Error::<T>::UnknownOffer)?;
		ensure!(offer.version == version, Error::<T>::OfferChanged);
		Ok(offer)
	}

	fn arbitration(
		terms: &OfferTermsOf<T>,
		arbiter: Option<T::AccountId>,
	) -> Result<Option<Arbitration<T::AccountId>>, DispatchError> {
		let Some(arbiter) = arbiter else {
			return Ok(None);
		};
		let disputes = terms
			.disputes
			.as_ref()
			.filter(|disputes| disputes.arbiters.contains(&arbiter));
		let disputes = disputes.ok_or(Error::<T>::ArbiterNotOffered)?;
		Ok(Some(Arbitration {
			arbiter,
			case_window: disputes.case_window,
			ruling_window: disputes.ruling_window,
		}))
	}

	pub(crate) fn price(unit_price: BalanceOf<T>, units: u32) -> Result<BalanceOf<T>, DispatchError> {
		Ok(unit_price.checked_mul(&units.into()).ok_or(Error::<T>::PriceOverflow)?)
	}

	/// The smallest payment that terms can lead to by themselves: for one unit that is approved or rejected, or for all that
	/// are called off.
	pub(crate) fn smallest_release(
		unit_price: BalanceOf<T>,
		price: BalanceOf<T>,
		rejection_fee: Permill,
		cancellation: CancellationFees,
	) -> BalanceOf<T> {
		let fees = [
			rejection_fee * unit_price,
			cancellation.accepted * price,
			cancellation.started * price,
		];
		let fees = fees.into_iter().filter(|fee| !fee.is_zero());
		fees.fold(unit_price, |smallest, fee| smallest.min(fee))
	}

	/// The delivery deadline on the agreement clock, if it is not out of reach.
	fn deadline(now: AgreementMillis, deliver_by: UnixMillis) -> Result<AgreementMillis, DispatchError> {
		let deadline = T::Clock::from_unix(deliver_by);
		ensure!(deadline > now, Error::<T>::DeadlineTooSoon);
		ensure!(
			deadline <= now.saturating_add(T::MaxWindow::get()),
			Error::<T>::DeadlineTooFar
		);
		Ok(deadline)
	}
}

/// Haggling. It has as long as the order waits for acceptance, so that it holds nobody's money longer.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_counter_offer(
		actor: Caller<T>,
		id: JobId,
		unit_price: BalanceOf<T>,
		deliver_by: UnixMillis,
	) -> DispatchResult {
		let mut job = Self::job(id)?;
		Self::ensure_controls(&actor, &job.machine)?;
		ensure!(job.state == JobState::Ordered, Error::<T>::WrongState);
		let now = T::Clock::now();
		ensure!(now <= job.accept_by, Error::<T>::TooLate);
		ensure!(!unit_price.is_zero(), Error::<T>::ZeroPrice);
		let price = Self::price(unit_price, job.units)?;
		Self::deadline(now, deliver_by)?;
		let smallest = Self::smallest_release(unit_price, price, job.rejection_fee, job.cancellation);
		EscrowOf::<T>::ensure_payable(job.asset(), smallest)?;
		job.counter = Some(CounterOffer { unit_price, deliver_by });
		Self::deposit_event(Event::Countered {
			job: id,
			machine: job.machine,
			customer: job.customer().clone(),
			unit_price,
			deliver_by,
		});
		Jobs::<T>::insert(id, job);
		Ok(())
	}

	pub(crate) fn do_accept_counter_offer(
		actor: Caller<T>,
		id: JobId,
		read: CounterOffer<BalanceOf<T>>,
	) -> DispatchResult {
		let mut job = Self::job(id)?;
		ensure!(actor.account == *job.customer(), Error::<T>::NotTheCustomer);
		ensure!(job.state == JobState::Ordered, Error::<T>::WrongState);
		let now = T::Clock::now();
		ensure!(now <= job.accept_by, Error::<T>::TooLate);
		let counter = job.counter.take().ok_or(Error::<T>::NoCounterOffer)?;
		ensure!(counter == read, Error::<T>::CounterOfferChanged);
		let deliver_by = Self::deadline(now, counter.deliver_by)?;

		let agreement = AgreementRef::Job(id);
		let (before, price) = (
			Self::price(job.unit_price, job.units)?,
			Self::price(counter.unit_price, job.units)?,
		);
		if price > before {
			EscrowOf::<T>::top_up(agreement, &mut job.escrow, &actor, price.saturating_sub(before))?;
		} else if price < before {
			EscrowOf::<T>::refund(agreement, &mut job.escrow, before.saturating_sub(price))?;
		}
		job.unit_price = counter.unit_price;
		job.deliver_by = deliver_by;
		job.accept_by = job.accept_by.min(deliver_by);
		// Not `keep_indexed`: two who haggle for ever would leave an entry at each step.
		if job.accept_by < job.indexed_at {
			T::Deadlines::remove(job.indexed_at, agreement);
			T::Deadlines::insert(job.accept_by, agreement);
			job.indexed_at = job.accept_by;
		}
		Self::deposit_event(Event::CounterOfferAccepted {
			job: id,
			machine: job.machine,
			customer: actor.account,
			price,
			deliver_by,
		});
		Jobs::<T>::insert(id, job);
		Ok(())
	}
}
