//! How jobs end, and who gets what.

use crate::{Config, Error, EscrowOf, Event, JobOf, JobState, Jobs, OpenJobs, Outcome, Pallet, PriceOf};
use bpiiot_primitives::{Actor, AgreementClock, BondOutcome, Escrow, JobId, MachineId, OpenWork, Settlement};
use frame_support::{ensure, pallet_prelude::DispatchResult};
use sp_core::H256;
use sp_runtime::traits::{Saturating, Zero};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_approve(actor: Actor<T::AccountId>, id: JobId, units: u32) -> DispatchResult {
		let mut job = Self::reviewed_by(&actor, id, units)?;
		let pay = Self::price(job.unit_price, units)?;
		job.approved = job.approved.saturating_add(units);
		Self::deposit_event(Event::Approved {
			job: id,
			machine: job.machine,
			customer: job.customer.clone(),
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
			customer: job.customer.clone(),
			units,
			reason,
		});
		Self::pay_reviewed(id, job, fee, price.saturating_sub(fee))
	}

	/// Ends the job if the deadline of its state has passed.
	pub(crate) fn do_expire(id: JobId) -> DispatchResult {
		let job = Self::job(id)?;
		let now = T::Clock::now();
		let (deadline, outcome) = match job.state {
			JobState::Ordered => (job.accept_by, Outcome::NotAccepted),
			JobState::Accepted | JobState::Started => (job.deliver_by, Outcome::NotDelivered),
			JobState::Delivered => (job.review_until, Outcome::Completed),
			JobState::Settled(_) => return Err(Error::<T>::WrongState.into()),
		};
		ensure!(now > deadline, Error::<T>::NotExpired);
		if outcome == Outcome::Completed {
			let mut job = job;
			let silent = job.in_review();
			job.approved = job.approved.saturating_add(silent);
			let pay = Self::price(job.unit_price, silent)?;
			return Self::pay_reviewed(id, job, pay, Zero::zero());
		}
		Self::refund_all(id, job, outcome, H256::zero())
	}

	/// The delivered job, if `actor` is its customer and `units` are still in review.
	fn reviewed_by(actor: &Actor<T::AccountId>, id: JobId, units: u32) -> Result<JobOf<T>, sp_runtime::DispatchError> {
		let job = Self::job(id)?;
		ensure!(actor.account == job.customer, Error::<T>::NotTheCustomer);
		ensure!(job.state == JobState::Delivered, Error::<T>::WrongState);
		ensure!(units > 0, Error::<T>::ZeroUnits);
		ensure!(units <= job.in_review(), Error::<T>::TooManyUnits);
		Ok(job)
	}

	/// Pays for units that have left review. With the last of them the job ends: what is still on hold is the price of
	/// units that were not delivered, and goes back.
	fn pay_reviewed(id: JobId, job: JobOf<T>, to_machine: PriceOf<T>, to_customer: PriceOf<T>) -> DispatchResult {
		if job.in_review() > 0 {
			if !to_machine.is_zero() {
				EscrowOf::<T>::release(job.escrow, to_machine)?;
			}
			if !to_customer.is_zero() {
				EscrowOf::<T>::refund(job.escrow, to_customer)?;
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
		to_payee: PriceOf<T>,
		bond: BondOutcome,
		outcome: Outcome,
		reason: H256,
	) -> DispatchResult {
		EscrowOf::<T>::settle(job.escrow, Settlement { to_payee, bond })?;
		OpenJobs::<T>::mutate(job.machine, |jobs| jobs.retain(|other| *other != id));
		job.state = JobState::Settled(outcome);
		Self::deposit_event(Event::Settled {
			job: id,
			machine: job.machine,
			customer: job.customer.clone(),
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
