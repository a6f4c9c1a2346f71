//! How jobs end, and who gets what.

use crate::{
	BalanceOf, Config, Error, EscrowAccountOf, EscrowOf, Event, JobOf, JobState, Jobs, JobsOf, Outcome, Pallet,
	WeightInfo,
};
use alloc::vec::Vec;
use bpiiot_primitives::{
	AgreementClock, AgreementMillis, AgreementRef, Agreements, BondOutcome, DeadlineIndex, Escrow, Expiry, JobId,
	MachineId, Mistake, OpenEscrows, OpenWork, Settlement,
};
use frame_support::{ensure, pallet_prelude::DispatchResult, weights::Weight};
use sp_runtime::{traits::Zero, DispatchError, Permill};

impl<T: Config> Pallet<T> {
	/// Ends the job if the deadline of its state has passed.
	pub(crate) fn do_expire(id: JobId) -> DispatchResult {
		let job = Self::job(id)?;
		T::Clock::ensure_running()?;
		let (deadline, outcome) = job.deadline().ok_or(Error::<T>::WrongState)?;
		let now = T::Clock::now();
		let is_over = now > deadline || now == deadline && Mistake::EarlyDeadline.is_made();
		ensure!(is_over, Error::<T>::NotExpired);
		Self::end_by_silence(id, job, outcome)
	}

	/// Ends the job in favour of the one who waited.
	fn end_by_silence(id: JobId, mut job: JobOf<T>, outcome: Outcome) -> DispatchResult {
		if outcome != Outcome::Completed {
			return Self::refund_all(id, job, outcome);
		}
		if job.state == JobState::Rejected {
			return Self::let_rejection_stand(id, job);
		}
		let silent = job.in_review();
		job.approved = job.approved.saturating_add(silent);
		let pay = Self::price(job.unit_price, silent)?;
		Self::pay_reviewed(id, job, pay, Zero::zero())
	}

	/// Ends a reviewed job: this much to the machine, the rest back.
	pub(crate) fn complete(id: JobId, job: JobOf<T>, to_machine: BalanceOf<T>) -> DispatchResult {
		let bond = Self::bond_outcome(&job);
		Self::settle(id, job, to_machine, bond, Outcome::Completed)
	}

	/// The bond answers for the number of units that were delivered.
	pub(crate) fn bond_outcome(job: &JobOf<T>) -> BondOutcome {
		if job.units_done == job.units {
			BondOutcome::Returned
		} else {
			BondOutcome::Slashed
		}
	}

	/// Ends the job before any further unit is paid: what is on hold goes back, and the bond to whom the outcome says.
	pub(crate) fn refund_all(id: JobId, job: JobOf<T>, outcome: Outcome) -> DispatchResult {
		let bond = match outcome {
			Outcome::GivenUp | Outcome::NotDelivered => BondOutcome::Slashed,
			_ => BondOutcome::Returned,
		};
		Self::settle(id, job, Zero::zero(), bond, outcome)
	}

	pub(crate) fn settle(
		id: JobId,
		mut job: JobOf<T>,
		to_payee: BalanceOf<T>,
		bond: BondOutcome,
		outcome: Outcome,
	) -> DispatchResult {
		let agreement = AgreementRef::Job(id);
		EscrowOf::<T>::settle(agreement, &mut job.escrow, Settlement { to_payee, bond })?;
		T::Deadlines::remove(job.indexed_at, agreement);
		job.state = JobState::Settled(outcome);
		let history = JobsOf::<T>::mutate(job.machine, |book| {
			book.settle(id, &job);
			book.history
		});
		Self::deposit_event(Event::Settled {
			job: id,
			machine: job.machine,
			customer: job.customer().clone(),
			outcome,
			approved: job.approved,
			rejected: job.rejected,
			reason: job.reason,
			history,
		});
		Jobs::<T>::insert(id, job);
		Ok(())
	}
}

impl<T: Config> OpenWork for Pallet<T> {
	fn has_open_work(machine: &MachineId) -> bool {
		!JobsOf::<T>::get(machine).open.is_empty()
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
			// A silent review may only have opened the time to dispute what was rejected before.
			let next = Jobs::<T>::get(id).and_then(|job| job.deadline().map(|(deadline, _)| (deadline, job)));
			return Ok(match next {
				Some((deadline, mut job)) => {
					job.indexed_at = deadline;
					Jobs::<T>::insert(id, job);
					Expiry::Until(deadline)
				}
				None => Expiry::Ended,
			});
		}
		job.indexed_at = deadline;
		Jobs::<T>::insert(id, job);
		Ok(Expiry::Until(deadline))
	}

	fn expire_weight() -> Weight {
		T::WeightInfo::expire()
	}

	fn resolve(agreement: AgreementRef, to_payee: Permill) -> DispatchResult {
		let AgreementRef::Job(id) = agreement;
		Self::do_resolve(id, to_payee)
	}

	fn resolve_weight() -> Weight {
		T::WeightInfo::resolve()
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_disputed() -> AgreementRef {
		crate::benchmarking::disputed_agreement::<T>()
	}
}

impl<T: Config> OpenEscrows<EscrowAccountOf<T>> for Pallet<T> {
	fn all() -> Vec<EscrowAccountOf<T>> {
		Jobs::<T>::iter_values().map(|job| job.escrow).collect()
	}
}
