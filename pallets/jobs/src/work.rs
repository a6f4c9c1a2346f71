//! What the machine does with an order, and how either side calls it off.

use crate::{Caller, Config, Error, EscrowOf, Event, JobOf, JobState, Jobs, Outcome, Pallet, WithMaterials};
use bpiiot_primitives::{
	AgreementClock, AgreementRef, BondOutcome, DeadlineIndex, Escrow, EscrowView, JobId, MachineId, Materials, Mistake,
	Needs, SiteId,
};
use frame_support::{ensure, pallet_prelude::DispatchResult};
use sp_core::H256;
use sp_runtime::{traits::Zero, DispatchError, Permill};

/// The machine's steps.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_accept(actor: Caller<T>, id: JobId) -> DispatchResult {
		Self::accept_if(actor, id, |_| Ok(()))
	}

	pub(crate) fn do_accept_with(actor: Caller<T>, id: JobId, site: SiteId, needs: Needs) -> DispatchResult {
		ensure!(!needs.is_empty(), Error::<T>::NothingNeeded);
		Self::accept_if(actor, id, |machine| T::Materials::reserve(id, machine, site, &needs))
	}

	/// Promises to deliver, if what it takes can be put aside.
	fn accept_if(actor: Caller<T>, id: JobId, put_aside: impl FnOnce(&MachineId) -> DispatchResult) -> DispatchResult {
		Self::work_on(&actor, id, |job| {
			ensure!(job.state == JobState::Ordered, Error::<T>::WrongState);
			ensure!(T::Clock::now() <= job.accept_by, Error::<T>::TooLate);
			if !job.bond.is_zero() {
				EscrowOf::<T>::post_bond(AgreementRef::Job(id), &mut job.escrow, &actor, job.bond)?;
			}
			put_aside(&job.machine)?;
			// Accepted are the terms of the order; what was proposed instead is of no account any more.
			job.counter = None;
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

	pub(crate) fn do_deliver(
		actor: Caller<T>,
		id: JobId,
		units: u32,
		result: H256,
	) -> Result<WithMaterials, DispatchError> {
		let mut with_materials = false;
		Self::work_on(&actor, id, |job| {
			ensure!(job.state == JobState::Started, Error::<T>::WrongState);
			let now = T::Clock::now();
			ensure!(now <= job.deliver_by, Error::<T>::TooLate);
			ensure!(units > 0, Error::<T>::ZeroUnits);
			// What was reviewed before rework stays so.
			let reviewed = job.reviewed();
			let units_done = reviewed.saturating_add(units);
			ensure!(units_done <= job.units, Error::<T>::TooManyUnits);
			with_materials = T::Materials::consume(id, units, job.units.saturating_sub(reviewed));
			job.state = JobState::Delivered;
			job.units_done = units_done;
			job.result = result;
			job.review_until = now.saturating_add(job.review_window);
			Self::keep_indexed(id, job);
			Ok(Event::Delivered {
				job: id,
				machine: job.machine,
				customer: job.customer().clone(),
				units,
				result,
				review_until: job.review_until,
			})
		})?;
		Ok(with_materials)
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
	pub(crate) fn do_decline(actor: Caller<T>, id: JobId, reason: H256) -> Result<WithMaterials, DispatchError> {
		let mut job = Self::job(id)?;
		ensure!(actor.machine == Some(job.machine), Error::<T>::NotTheMachine);
		ensure!(job.state == JobState::Ordered, Error::<T>::WrongState);
		job.reason = reason;
		Self::refund_all(id, job, Outcome::Declined)
	}

	pub(crate) fn do_cancel(actor: Caller<T>, id: JobId, reason: H256) -> Result<WithMaterials, DispatchError> {
		let mut job = Self::job(id)?;
		let by_machine = actor.machine == Some(job.machine);
		ensure!(by_machine || Self::is_customer(&actor, &job), Error::<T>::NotAParty);
		let fee = match job.state {
			JobState::Ordered if !by_machine => Permill::zero(),
			JobState::Accepted if !by_machine => job.cancellation.accepted,
			// He would have the units, and neither pay for them nor reject them.
			JobState::Started if !by_machine && job.was_delivered() => return Err(Error::<T>::AlreadyDelivered.into()),
			JobState::Started if !by_machine => job.cancellation.started,
			JobState::Accepted | JobState::Started => {
				job.reason = reason;
				return Self::refund_all(id, job, Outcome::GivenUp);
			}
			_ => return Err(Error::<T>::WrongState.into()),
		};
		// Who is late has no claim to a fee, nor to his bond.
		let late = job.state != JobState::Ordered && T::Clock::now() > job.deliver_by;
		ensure!(!late, Error::<T>::TooLate);
		job.reason = reason;
		let to_machine = fee * job.escrow.held();
		Self::settle(id, job, to_machine, BondOutcome::Returned, Outcome::Cancelled)
	}

	pub(crate) fn do_remove(actor: Caller<T>, id: JobId) -> DispatchResult {
		let mut job = Self::job(id)?;
		ensure!(Self::is_customer(&actor, &job), Error::<T>::NotTheCustomer);
		ensure!(job.is_settled(), Error::<T>::NotSettled);
		Jobs::<T>::remove(id);
		EscrowOf::<T>::release_deposit(AgreementRef::Job(id), &mut job.escrow)?;
		Self::deposit_event(Event::Removed {
			job: id,
			customer: job.customer().clone(),
		});
		Ok(())
	}

	/// Has the job looked at no later than the deadline of its state. When that has moved away, whoever looks at the old
	/// one finds the new one.
	pub(crate) fn keep_indexed(id: JobId, job: &mut JobOf<T>) {
		if Mistake::ForgottenDeadline.is_made() {
			return;
		}
		if let Some((deadline, _)) = job.deadline().filter(|(deadline, _)| *deadline < job.indexed_at) {
			job.indexed_at = deadline;
			T::Deadlines::insert(deadline, AgreementRef::Job(id));
		}
	}

	pub(crate) fn job(id: JobId) -> Result<JobOf<T>, DispatchError> {
		Ok(Jobs::<T>::get(id).ok_or(Error::<T>::UnknownJob)?)
	}
}
