//! How jobs end, and who gets what.

use crate::{
	BalanceOf, Config, Error, EscrowAccountOf, EscrowOf, Event, JobOf, JobState, Jobs, OpenJobs, Outcome, Pallet,
	WeightInfo,
};
use alloc::vec::Vec;
use bpiiot_primitives::{
	Actor, AgreementClock, AgreementMillis, AgreementRef, Agreements, BondOutcome, DeadlineIndex, Escrow, Expiry,
	JobId, MachineId, OpenEscrows, OpenWork, Settlement,
};
use frame_support::{ensure, pallet_prelude::DispatchResult, weights::Weight};
use sp_core::H256;
use sp_runtime::{
	traits::{Saturating, Zero},
	DispatchError,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_approve(actor: Actor<T::AccountId>, id: JobId, units: u32) -> DispatchResult {
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

	pub(crate) fn do_reject(actor: Actor<T::AccountId>, id: JobId, units: u32, reason: H256) -> DispatchResult {
		let mut job = Self::reviewed_by(&actor, id, units)?;
		ensure!(T::Clock::now() <= job.review_until, Error::<T>::TooLate);
		let price = Self::price(job.unit_price, units)?;
		// Unit by unit, so that it does not matter in how many calls they are rejected.
		let fee = Self::price(job.rejection_fee * job.unit_price, units)?;
		job.rejected = job.rejected.saturating_add(units);
		Self::deposit_event(Event::Rejected {
			job: id,
			machine: job.machine,
			customer: job.customer().clone(),
			units,
			reason,
		});
		Self::pay_reviewed(id, job, fee, price.saturating_sub(fee))
	}

	/// Ends the job if the deadline of its state has passed.
	pub(crate) fn do_expire(id: JobId) -> DispatchResult {
		let job = Self::job(id)?;
		T::Clock::ensure_running()?;
		let (deadline, outcome) = job.deadline().ok_or(Error::<T>::WrongState)?;
		ensure!(T::Clock::now() > deadline, Error::<T>::NotExpired);
		Self::end_by_silence(id, job, outcome)
	}

	/// Ends the job in favour of the one who waited.
	fn end_by_silence(id: JobId, mut job: JobOf<T>, outcome: Outcome) -> DispatchResult {
		if outcome != Outcome::Completed {
			return Self::refund_all(id, job, outcome, H256::zero());
		}
		let silent = job.in_review();
		job.approved = job.approved.saturating_add(silent);
		let pay = Self::price(job.unit_price, silent)?;
		Self::pay_reviewed(id, job, pay, Zero::zero())
	}

	/// The delivered job, if `actor` is its customer and `units` are still in review.
	fn reviewed_by(actor: &Actor<T::AccountId>, id: JobId, units: u32) -> Result<JobOf<T>, DispatchError> {
		let job = Self::job(id)?;
		ensure!(actor.account == *job.customer(), Error::<T>::NotTheCustomer);
		ensure!(job.state == JobState::Delivered, Error::<T>::WrongState);
		ensure!(units > 0, Error::<T>::ZeroUnits);
		ensure!(units <= job.in_review(), Error::<T>::TooManyUnits);
		Ok(job)
	}

	/// Pays for units that have left review. With the last of them the job ends: what is still on hold is the price of
	/// units that were not delivered, and goes back.
	fn pay_reviewed(
		id: JobId,
		mut job: JobOf<T>,
		to_machine: BalanceOf<T>,
		to_customer: BalanceOf<T>,
	) -> DispatchResult {
		if job.in_review() > 0 {
			let agreement = AgreementRef::Job(id);
			if !to_machine.is_zero() {
				EscrowOf::<T>::release(agreement, &mut job.escrow, to_machine)?;
			}
			if !to_customer.is_zero() {
				EscrowOf::<T>::refund(agreement, &mut job.escrow, to_customer)?;
			}
			Jobs::<T>::insert(id, job);
			return Ok(());
		}
		let bond = if job.units_done == job.units {
			BondOutcome::Returned
		} else {
			BondOutcome::Slashed
		};
		Self::settle(id, job, to_machine, bond, Outcome::Completed, H256::zero())
	}

	/// Ends the job without any unit: the price goes back, and the bond to whom the outcome says.
	pub(crate) fn refund_all(id: JobId, job: JobOf<T>, outcome: Outcome, reason: H256) -> DispatchResult {
		let bond = match outcome {
			Outcome::GivenUp | Outcome::NotDelivered => BondOutcome::Slashed,
			Outcome::Completed | Outcome::Declined | Outcome::Cancelled | Outcome::NotAccepted => BondOutcome::Returned,
		};
		Self::settle(id, job, Zero::zero(), bond, outcome, reason)
	}

	fn settle(
		id: JobId,
		mut job: JobOf<T>,
		to_payee: BalanceOf<T>,
		bond: BondOutcome,
		outcome: Outcome,
		reason: H256,
	) -> DispatchResult {
		let agreement = AgreementRef::Job(id);
		EscrowOf::<T>::settle(agreement, &mut job.escrow, Settlement { to_payee, bond })?;
		OpenJobs::<T>::mutate(job.machine, |open| open.retain(|other| other.job != id));
		T::Deadlines::remove(job.indexed_at, agreement);
		job.state = JobState::Settled(outcome);
		Self::deposit_event(Event::Settled {
			job: id,
			machine: job.machine,
			customer: job.customer().clone(),
			outcome,
			approved: job.approved,
			rejected: job.rejected,
			reason,
		});
		Jobs::<T>::insert(id, job);
		Ok(())
	}
}

impl<T: Config> OpenWork for Pallet<T> {
	fn has_open_work(machine: &MachineId) -> bool {
		!OpenJobs::<T>::get(machine).is_empty()
	}
}

impl<T: Config> Agreements for Pallet<T> {
	/// A job that was delivered early stands under two moments: the earlier one counts.
	fn expire(agreement: AgreementRef, indexed_at: AgreementMillis) -> Result<Expiry, DispatchError> {
		let AgreementRef::Job(id) = agreement;
		let Some(mut job) = Jobs::<T>::get(id).filter(|job| job.indexed_at == indexed_at) else {
			return Ok(Expiry::Stale);
		};
		let Some((deadline, outcome)) = job.deadline() else {
			return Ok(Expiry::Stale);
		};
		if T::Clock::now() > deadline {
			Self::end_by_silence(id, job, outcome)?;
			return Ok(Expiry::Ended);
		}
		job.indexed_at = deadline;
		Jobs::<T>::insert(id, job);
		Ok(Expiry::Until(deadline))
	}

	fn expire_weight() -> Weight {
		T::WeightInfo::expire()
	}
}

impl<T: Config> OpenEscrows<EscrowAccountOf<T>> for Pallet<T> {
	fn all() -> Vec<EscrowAccountOf<T>> {
		Jobs::<T>::iter_values().map(|job| job.escrow).collect()
	}
}
