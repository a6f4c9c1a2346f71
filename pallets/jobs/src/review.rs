//! What the customer says of a delivery, and what the machine's side says to that.

use crate::{BalanceOf, Caller, Config, Error, EscrowOf, Event, JobOf, JobState, Jobs, Outcome, Pallet, WithMaterials};
use bpiiot_primitives::{AgreementClock, AgreementRef, Case, DeadlineIndex, Escrow, JobId, Side};
use frame_support::{ensure, pallet_prelude::DispatchResult};
use sp_core::H256;
use sp_runtime::{
	traits::{Saturating, Zero},
	DispatchError, Permill,
};

/// The customer's word.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_approve(actor: Caller<T>, id: JobId, units: u32) -> Result<WithMaterials, DispatchError> {
		let mut job = Self::reviewed_by(&actor, id, units)?;
		let pay = Self::price(job.unit_price, units)?;
		job.approved = job.approved.saturating_add(units);
		Self::deposit_event(Event::Approved {
			job: id,
			machine: job.machine,
			customer: job.customer().clone(),
			units,
		});
		Self::pay_reviewed(id, job, pay, Zero::zero())
	}

	pub(crate) fn do_reject(
		actor: Caller<T>,
		id: JobId,
		units: u32,
		reason: H256,
	) -> Result<WithMaterials, DispatchError> {
		let mut job = Self::reviewed_by(&actor, id, units)?;
		ensure!(T::Clock::now() <= job.review_until, Error::<T>::TooLate);
		job.rejected = job.rejected.saturating_add(units);
		job.reason = reason;
		Self::deposit_event(Event::Rejected {
			job: id,
			machine: job.machine,
			customer: job.customer().clone(),
			units,
			reason,
		});
		if job.challenge_window > 0 {
			job.contested = job.contested.saturating_add(units);
			return Self::pay_reviewed(id, job, Zero::zero(), Zero::zero());
		}
		let price = Self::price(job.unit_price, units)?;
		let fee = Self::rejection_fee(&job, units)?;
		Self::pay_reviewed(id, job, fee, price.saturating_sub(fee))
	}

	pub(crate) fn do_request_rework(actor: Caller<T>, id: JobId, reason: H256) -> DispatchResult {
		let mut job = Self::reviewed_by(&actor, id, 1)?;
		let now = T::Clock::now();
		ensure!(now <= job.review_until, Error::<T>::TooLate);
		ensure!(job.contested == 0, Error::<T>::AlreadyContested);
		let rework = job.rework.as_mut().filter(|rework| rework.rounds > 0);
		let rework = rework.ok_or(Error::<T>::NoRework)?;
		rework.rounds = rework.rounds.saturating_sub(1);
		let deliver_by = now.saturating_add(rework.window);
		let units = job.in_review();
		job.units_done = job.reviewed();
		job.state = JobState::Started;
		job.deliver_by = deliver_by;
		job.reason = reason;
		Self::keep_indexed(id, &mut job);
		Self::deposit_event(Event::ReworkRequested {
			job: id,
			machine: job.machine,
			customer: job.customer().clone(),
			units,
			reason,
			deliver_by,
		});
		Jobs::<T>::insert(id, job);
		Ok(())
	}

	/// The delivered job, if `actor` is its customer and `units` are still in review.
	fn reviewed_by(actor: &Caller<T>, id: JobId, units: u32) -> Result<JobOf<T>, DispatchError> {
		let job = Self::job(id)?;
		ensure!(Self::is_customer(actor, &job), Error::<T>::NotTheCustomer);
		ensure!(job.state == JobState::Delivered, Error::<T>::WrongState);
		ensure!(units > 0, Error::<T>::ZeroUnits);
		ensure!(units <= job.in_review(), Error::<T>::TooManyUnits);
		Ok(job)
	}

	/// What the machine keeps of so many rejected units. Unit by unit, so that it does not matter in how many calls they
	/// are rejected.
	pub(crate) fn rejection_fee(job: &JobOf<T>, units: u32) -> Result<BalanceOf<T>, DispatchError> {
		Self::price(job.rejection_fee * job.unit_price, units)
	}

	/// Pays for units that have left review. With the last of them the review ends. What is still on hold then is the price of
	/// rejected units, if their rejection may be disputed, and of units that were not delivered, which goes back.
	pub(crate) fn pay_reviewed(
		id: JobId,
		mut job: JobOf<T>,
		to_machine: BalanceOf<T>,
		to_customer: BalanceOf<T>,
	) -> Result<WithMaterials, DispatchError> {
		let over = job.in_review() == 0;
		if over && job.contested == 0 {
			return Self::complete(id, job, to_machine);
		}
		let agreement = AgreementRef::Job(id);
		if !to_machine.is_zero() {
			EscrowOf::<T>::release(agreement, &mut job.escrow, to_machine)?;
		}
		if !to_customer.is_zero() {
			EscrowOf::<T>::refund(agreement, &mut job.escrow, to_customer)?;
		}
		if over {
			Self::open_challenge(id, &mut job);
		}
		Jobs::<T>::insert(id, job);
		Ok(false)
	}
}

/// The answer of the machine's side to a rejection.
impl<T: Config> Pallet<T> {
	fn open_challenge(id: JobId, job: &mut JobOf<T>) {
		job.state = JobState::Rejected;
		job.challenge_until = T::Clock::now().saturating_add(job.challenge_window);
		Self::keep_indexed(id, job);
		Self::deposit_event(Event::Challengeable {
			job: id,
			machine: job.machine,
			customer: job.customer().clone(),
			units: job.contested,
			challenge_until: job.challenge_until,
		});
	}

	pub(crate) fn do_concede(actor: Caller<T>, id: JobId) -> Result<WithMaterials, DispatchError> {
		let job = Self::rejected_of(&actor, id)?;
		Self::let_rejection_stand(id, job)
	}

	/// Ends a job whose rejection nobody disputes any more.
	pub(crate) fn let_rejection_stand(id: JobId, job: JobOf<T>) -> Result<WithMaterials, DispatchError> {
		let fee = Self::rejection_fee(&job, job.contested)?;
		Self::complete(id, job, fee)
	}

	pub(crate) fn do_dispute(actor: Caller<T>, id: JobId, evidence: H256) -> DispatchResult {
		let mut job = Self::rejected_of(&actor, id)?;
		ensure!(T::Clock::now() <= job.challenge_until, Error::<T>::TooLate);
		let agreement = AgreementRef::Job(id);
		T::Deadlines::remove(job.indexed_at, agreement);
		let case = Case {
			opener: actor,
			side: Side::Payee,
			at_stake: Self::price(job.unit_price, job.contested)?,
			evidence,
		};
		EscrowOf::<T>::dispute(agreement, &job.escrow, case)?;
		job.state = JobState::Disputed;
		Self::deposit_event(Event::Disputed {
			job: id,
			machine: job.machine,
			customer: job.customer().clone(),
			units: job.contested,
		});
		Jobs::<T>::insert(id, job);
		Ok(())
	}

	/// The job with rejected units, if `actor` may answer for its machine.
	fn rejected_of(actor: &Caller<T>, id: JobId) -> Result<JobOf<T>, DispatchError> {
		let job = Self::job(id)?;
		Self::ensure_controls(actor, &job.machine)?;
		ensure!(job.state == JobState::Rejected, Error::<T>::WrongState);
		Ok(job)
	}

	/// Ends a job by what the dispute came to.
	pub(crate) fn do_resolve(id: JobId, to_payee: Permill) -> Result<WithMaterials, DispatchError> {
		let mut job = Self::job(id)?;
		ensure!(job.state == JobState::Disputed, Error::<T>::WrongState);
		job.verdict = Some(to_payee);
		let pay = to_payee * Self::price(job.unit_price, job.contested)?;
		let bond = Self::bond_outcome(&job);
		Self::settle(id, job, pay, bond, Outcome::Arbitrated)
	}
}
