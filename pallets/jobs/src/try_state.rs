//! What must always hold of this pallet's storage, numbered as in the system design.

use crate::{BalanceOf, Config, EscrowOf, HoldReason, JobState, Jobs, Offers, OffersOf, OpenJobs, Pallet};
use alloc::collections::{BTreeMap, BTreeSet};
use bpiiot_primitives::Escrow;
use frame_support::{ensure, traits::fungible::InspectHold};
use sp_runtime::{traits::Saturating, TryRuntimeError};

impl<T: Config> Pallet<T> {
	/// Checks the invariants that this pallet can see by itself.
	///
	/// # Errors
	/// Names the invariant that is broken.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_money()?;
		Self::check_states()?;
		Self::check_indexes()?;
		Self::check_deposits()
	}

	/// Invariants 1 and 3: an open job has the price of its unpaid units on hold, a settled one nothing.
	fn check_money() -> Result<(), TryRuntimeError> {
		for job in Jobs::<T>::iter_values() {
			let held = EscrowOf::<T>::held(job.escrow);
			if job.is_settled() {
				ensure!(held.is_none(), "invariant 3: a settled job's escrow is still open");
			} else {
				let unpaid = Self::price(job.unit_price, job.unpaid_units())?;
				ensure!(
					held == Some(unpaid),
					"invariant 1: an open job's escrow differs from its unpaid units"
				);
			}
		}
		Ok(())
	}

	/// Invariant 4: what a job says of units and times fits its state.
	fn check_states() -> Result<(), TryRuntimeError> {
		for job in Jobs::<T>::iter_values() {
			let reviewed = job.approved.saturating_add(job.rejected);
			let fits = match job.state {
				JobState::Ordered | JobState::Accepted => job.units_done == 0 && reviewed == 0,
				JobState::Started => reviewed == 0,
				JobState::Delivered => job.review_until > 0 && reviewed < job.units_done,
				JobState::Settled(_) => reviewed <= job.units_done,
			};
			ensure!(
				fits && job.units_done <= job.units && job.accept_by <= job.deliver_by,
				"invariant 4: a job's units do not fit its state"
			);
		}
		Ok(())
	}

	/// The indexes by machine list exactly what there is.
	fn check_indexes() -> Result<(), TryRuntimeError> {
		let listed: BTreeSet<_> = OpenJobs::<T>::iter()
			.flat_map(|(machine, jobs)| jobs.into_iter().map(move |job| (machine, job)))
			.collect();
		let open: BTreeSet<_> = Jobs::<T>::iter()
			.filter(|(_, job)| !job.is_settled())
			.map(|(id, job)| (job.machine, id))
			.collect();
		ensure!(listed == open, "the open jobs of the machines differ from the jobs");
		let listed: BTreeSet<_> = OffersOf::<T>::iter()
			.flat_map(|(machine, offers)| offers.into_iter().map(move |offer| (machine, offer)))
			.collect();
		let published: BTreeSet<_> = Offers::<T>::iter().map(|(id, offer)| (offer.machine, id)).collect();
		ensure!(listed == published, "the offers of the machines differ from the offers");
		Ok(())
	}

	/// Invariant 9: every deposit on hold belongs to a record that exists.
	fn check_deposits() -> Result<(), TryRuntimeError> {
		let mut offers = BTreeMap::new();
		for offer in Offers::<T>::iter_values() {
			let sum: &mut BalanceOf<T> = offers.entry(offer.depositor).or_default();
			sum.saturating_accrue(offer.deposit);
		}
		let mut jobs = BTreeMap::new();
		for job in Jobs::<T>::iter_values() {
			let sum: &mut BalanceOf<T> = jobs.entry(job.customer).or_default();
			sum.saturating_accrue(job.deposit);
		}
		for who in frame_system::Account::<T>::iter_keys() {
			ensure!(
				T::Currency::balance_on_hold(&HoldReason::Offer.into(), &who)
					== offers.remove(&who).unwrap_or_default(),
				"invariant 9: deposits for offers differ from the offers"
			);
			ensure!(
				T::Currency::balance_on_hold(&HoldReason::Job.into(), &who) == jobs.remove(&who).unwrap_or_default(),
				"invariant 9: deposits for jobs differ from the jobs"
			);
		}
		Ok(())
	}
}
