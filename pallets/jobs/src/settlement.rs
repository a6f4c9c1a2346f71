//! How jobs end, and who gets what.

use crate::{
	BalanceOf, Caller, Config, Error, EscrowAccountOf, EscrowOf, Event, FactsOf, JobOf, JobState, Jobs, JobsOf,
	Outcome, Pallet, WeightInfo, WithMaterials,
};
use alloc::vec::Vec;
use bpiiot_primitives::{
	AgreementClock, AgreementMillis, AgreementRef, Agreements, BondOutcome, DeadlineIndex, Escrow, EscrowView, Expiry,
	Facts, JobId, MachineId, Materials, Mistake, OpenEscrows, OpenJobs, OpenWork, RateableAgreements, Rated,
	Reputation, Settlement,
};
use frame_support::{
	dispatch::PostDispatchInfo,
	ensure,
	pallet_prelude::{DispatchResult, Get},
	weights::Weight,
};
use sp_runtime::{
	traits::{Saturating, Zero},
	DispatchError, Permill,
};

impl<T: Config> Pallet<T> {
	/// Ends the job if the deadline of its state has passed.
	pub(crate) fn do_expire(id: JobId) -> Result<WithMaterials, DispatchError> {
		let job = Self::job(id)?;
		T::Clock::ensure_running()?;
		let (deadline, outcome) = job.deadline().ok_or(Error::<T>::WrongState)?;
		let now = T::Clock::now();
		let is_over = now > deadline || now == deadline && Mistake::EarlyDeadline.is_made();
		ensure!(is_over, Error::<T>::NotExpired);
		Self::end_by_silence(id, job, outcome)
	}

	/// Ends the job in favour of the one who waited.
	fn end_by_silence(id: JobId, mut job: JobOf<T>, outcome: Outcome) -> Result<WithMaterials, DispatchError> {
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
	pub(crate) fn complete(id: JobId, job: JobOf<T>, to_machine: BalanceOf<T>) -> Result<WithMaterials, DispatchError> {
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
	pub(crate) fn refund_all(id: JobId, job: JobOf<T>, outcome: Outcome) -> Result<WithMaterials, DispatchError> {
		let bond = match outcome {
			Outcome::GivenUp | Outcome::NotDelivered => BondOutcome::Slashed,
			_ => BondOutcome::Returned,
		};
		Self::settle(id, job, Zero::zero(), bond, outcome)
	}

	/// The end: what is still on hold is split, the machine's name hears of it, and what was put aside for the job is free.
	/// Neither of those can fail.
	pub(crate) fn settle(
		id: JobId,
		mut job: JobOf<T>,
		to_payee: BalanceOf<T>,
		bond: BondOutcome,
		outcome: Outcome,
	) -> Result<WithMaterials, DispatchError> {
		let agreement = AgreementRef::Job(id);
		let facts = Self::facts(agreement, &job, outcome);
		EscrowOf::<T>::settle(agreement, &mut job.escrow, Settlement { to_payee, bond })?;
		T::Deadlines::remove(job.indexed_at, agreement);
		job.state = JobState::Settled(outcome);
		job.counted = T::Reputation::settled(&facts);
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
		Ok(T::Materials::release(id))
	}

	/// What has become of what the machine had promised and was not let off. Nothing comes late: what has not come by the
	/// deadline never does.
	pub(crate) fn facts(agreement: AgreementRef, job: &JobOf<T>, outcome: Outcome) -> FactsOf<T> {
		let promised = match outcome {
			Outcome::Declined | Outcome::NotAccepted | Outcome::Cancelled => 0,
			Outcome::Completed | Outcome::GivenUp | Outcome::NotDelivered | Outcome::Arbitrated => job.units,
		};
		let share = |units: u32| match promised {
			0 => Permill::zero(),
			_ => Permill::from_rational(units.min(promised), promised),
		};
		// A rejection that nobody disputed stands.
		let judged = job.verdict.map_or(0, |_| job.contested);
		let lost = job
			.verdict
			.filter(|to_payee| *to_payee != T::FallbackSplit::get())
			.map_or(Permill::zero(), |to_payee| Permill::one() - to_payee);
		Facts {
			agreement,
			payer: job.customer().clone(),
			payee: job.escrow.payee().clone(),
			asset: job.asset(),
			value: job.unit_price.saturating_mul(promised.into()),
			fee: job.escrow.fee(),
			// Units that went back to be mended have not come.
			punctual: share(job.reviewed()),
			failed: share(promised.saturating_sub(job.approved).saturating_sub(judged)),
			lost: share(judged) * lost,
		}
	}
}

impl<T: Config> OpenJobs for Pallet<T> {
	fn machine_of(job: JobId) -> Option<MachineId> {
		let job = Jobs::<T>::get(job).filter(|job| !job.is_settled())?;
		Some(job.machine)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_job(machine: MachineId) -> JobId {
		crate::benchmarking::open_job_of::<T>(machine)
	}
}

impl<T: Config> RateableAgreements<T::AccountId> for Pallet<T> {
	fn rate(agreement: AgreementRef, by: &Caller<T>) -> Result<Rated<T::AccountId>, DispatchError> {
		let id = Self::job_of(agreement)?;
		let mut job = Self::job(id)?;
		ensure!(Self::is_customer(by, &job), Error::<T>::NotTheCustomer);
		ensure!(job.is_settled(), Error::<T>::NotSettled);
		ensure!(!job.rated || Mistake::RatedTwice.is_made(), Error::<T>::AlreadyRated);
		job.rated = true;
		let rated = Rated {
			payee: job.escrow.payee().clone(),
			counted: job.counted,
		};
		Jobs::<T>::insert(id, job);
		Ok(rated)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_rateable() -> (AgreementRef, T::AccountId) {
		crate::benchmarking::rateable_agreement::<T>()
	}
}

impl<T: Config> Pallet<T> {
	/// The job that an agreement is.
	fn job_of(agreement: AgreementRef) -> Result<JobId, DispatchError> {
		match agreement {
			AgreementRef::Job(id) => Ok(id),
			_ => Err(Error::<T>::UnknownJob.into()),
		}
	}

	/// What a call has weighed: without what materials cost, if none were put aside.
	pub(crate) fn spent(call: Weight, with_materials: WithMaterials) -> PostDispatchInfo {
		Some(call).filter(|_| !with_materials).into()
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
		let AgreementRef::Job(id) = agreement else {
			return Ok(Expiry::Stale);
		};
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
		T::WeightInfo::expire().saturating_add(T::Materials::release_weight())
	}

	fn resolve(agreement: AgreementRef, to_payee: Permill) -> DispatchResult {
		Self::do_resolve(Self::job_of(agreement)?, to_payee).map(drop)
	}

	fn resolve_weight() -> Weight {
		T::WeightInfo::resolve().saturating_add(T::Materials::release_weight())
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
