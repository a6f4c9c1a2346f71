//! What must always hold of this pallet's storage, numbered as in the system design.

use crate::{BalanceOf, Config, EscrowOf, HoldReason, JobState, Jobs, JobsOf, Offers, OffersBy, OffersOf, Pallet};
use alloc::collections::{BTreeMap, BTreeSet};
use bpiiot_primitives::{AgreementClock, AgreementRef, Counted, DeadlineIndex, Escrow, EscrowView};
use frame_support::{ensure, traits::fungible::InspectHold};
use sp_runtime::{
	traits::{Saturating, Zero},
	TryRuntimeError,
};

impl<T: Config> Pallet<T> {
	/// Checks the invariants that this pallet can see by itself.
	///
	/// # Errors
	/// Names the invariant that is broken.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_money()?;
		Self::check_states()?;
		Self::check_disputes()?;
		Self::check_indexes()?;
		Self::check_deadlines()?;
		Self::check_deposits()
	}

	/// Invariants 1 and 3: an open job has the price of its unpaid units on hold, and the bond that it posted; a settled
	/// job's escrow has ended. That both are really on hold is for the escrow to check.
	fn check_money() -> Result<(), TryRuntimeError> {
		for job in Jobs::<T>::iter_values() {
			let escrow = &job.escrow;
			ensure!(
				*escrow.payee() == job.machine.account(),
				"invariant 1: somebody else than the machine is paid"
			);
			ensure!(
				job.is_settled() == escrow.has_ended(),
				"invariant 3: a job and its escrow have not ended together"
			);
			if job.is_settled() {
				continue;
			}
			ensure!(
				escrow.held() == Self::price(job.unit_price, job.unpaid_units())?,
				"invariant 1: an open job's escrow differs from its unpaid units"
			);
			let promised = job.state != JobState::Ordered;
			ensure!(
				escrow.bond() == if promised { job.bond } else { Zero::zero() },
				"invariant 1: an open job's bond differs from its state"
			);
		}
		Ok(())
	}

	/// Invariant 4: what a job says of units and times fits its state. Invariant 8: an open job has counted nothing yet.
	fn check_states() -> Result<(), TryRuntimeError> {
		for job in Jobs::<T>::iter_values() {
			let reviewed = job.approved.saturating_add(job.rejected);
			let fits = match job.state {
				JobState::Ordered | JobState::Accepted => job.units_done == 0 && reviewed == 0,
				JobState::Started => job.contested == 0,
				JobState::Delivered => job.review_until > 0 && reviewed < job.units_done,
				JobState::Rejected | JobState::Disputed => {
					job.challenge_until > 0 && job.contested > 0 && reviewed == job.units_done
				}
				JobState::Settled(_) => reviewed <= job.units_done,
			};
			ensure!(
				job.is_settled() || (!job.rated && job.counted == Counted::default() && job.verdict.is_none()),
				"invariant 8: a job has counted, or was rated, before it has ended"
			);
			ensure!(
				fits && job.contested <= job.rejected && job.units_done <= job.units,
				"invariant 4: a job's units do not fit its state"
			);
			// Units that go back have a deadline of their own.
			ensure!(
				job.accept_by <= job.deliver_by || job.was_delivered(),
				"invariant 4: a job could be accepted after its delivery is due"
			);
		}
		Ok(())
	}

	/// Invariant 3: the jobs in dispute are those whose dispute escrow keeps, or one would stand still for ever.
	fn check_disputes() -> Result<(), TryRuntimeError> {
		for (id, job) in Jobs::<T>::iter() {
			ensure!(
				EscrowOf::<T>::is_disputed(AgreementRef::Job(id)) == (job.state == JobState::Disputed),
				"invariant 3: a job's state and its dispute differ"
			);
		}
		Ok(())
	}

	/// The indexes by machine, and that of offers by what they are looked for, list exactly what there is.
	fn check_indexes() -> Result<(), TryRuntimeError> {
		let listed: BTreeSet<_> = JobsOf::<T>::iter()
			.flat_map(|(machine, jobs)| {
				jobs.open
					.into_iter()
					.map(move |open| (machine, open.job, open.customer))
			})
			.collect();
		let open: BTreeSet<_> = Jobs::<T>::iter()
			.filter(|(_, job)| !job.is_settled())
			.map(|(id, job)| (job.machine, id, job.customer().clone()))
			.collect();
		ensure!(listed == open, "the open jobs of the machines differ from the jobs");
		let listed: BTreeSet<_> = OffersOf::<T>::iter()
			.flat_map(|(machine, offers)| offers.into_iter().map(move |offer| (machine, offer)))
			.collect();
		let published: BTreeSet<_> = Offers::<T>::iter().map(|(id, offer)| (offer.machine, id)).collect();
		ensure!(listed == published, "the offers of the machines differ from the offers");
		let shelved: BTreeSet<_> = OffersBy::<T>::iter_keys().collect();
		let places: BTreeSet<_> = Offers::<T>::iter()
			.flat_map(|(id, offer)| Self::places(id, &offer.terms))
			.collect();
		ensure!(shelved == places, "the offers on the shelves differ from the offers");
		Ok(())
	}

	/// No open job escapes the sweep: until the moment under which it is indexed has passed, it is in the index, and
	/// that moment is no later than its deadline.
	fn check_deadlines() -> Result<(), TryRuntimeError> {
		for (id, job) in Jobs::<T>::iter() {
			let Some((deadline, _)) = job.deadline() else {
				continue;
			};
			ensure!(
				job.indexed_at <= deadline,
				"deadlines: an open job is looked at too late"
			);
			ensure!(
				job.indexed_at < T::Clock::now() || T::Deadlines::contains(job.indexed_at, AgreementRef::Job(id)),
				"deadlines: an open job is not in the index"
			);
		}
		Ok(())
	}

	/// Invariant 9: every deposit on hold belongs to a record that exists. Those for jobs are the escrow's.
	fn check_deposits() -> Result<(), TryRuntimeError> {
		let mut offers = BTreeMap::new();
		for offer in Offers::<T>::iter_values() {
			let sum: &mut BalanceOf<T> = offers.entry(offer.depositor).or_default();
			sum.saturating_accrue(offer.deposit);
		}
		for who in frame_system::Account::<T>::iter_keys() {
			ensure!(
				T::Currency::balance_on_hold(&HoldReason::Offer.into(), &who)
					== offers.remove(&who).unwrap_or_default(),
				"invariant 9: deposits for offers differ from the offers"
			);
		}
		ensure!(
			offers.is_empty(),
			"invariant 9: a deposit of an account that does not exist"
		);
		Ok(())
	}
}
