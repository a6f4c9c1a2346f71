//! What must always hold of this pallet's storage, numbered as in the system design.

use crate::{AllSeries, Anchor, Anchors, BalanceOf, Challenges, Citations, Config, HoldReason, Pallet, SeriesOf};
use alloc::collections::{BTreeMap, BTreeSet};
use bpiiot_primitives::{AgreementClock, AgreementRef, DeadlineIndex, MachineId};
use frame_support::{ensure, traits::fungible::InspectHold};
use sp_runtime::{traits::Saturating, TryRuntimeError};

impl<T: Config> Pallet<T> {
	/// Checks the invariants that this pallet can see by itself.
	///
	/// # Errors
	/// Names the invariant that is broken.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		for (machine, series) in AllSeries::<T>::iter() {
			Self::check_series(&machine, &series)?;
		}
		let mut machines = Anchors::<T>::iter_keys().map(|(machine, _)| machine);
		ensure!(
			machines.all(AllSeries::<T>::contains_key),
			"invariant 4: an anchor of no series"
		);
		Self::check_challenges()?;
		Self::check_deposits()
	}

	/// Invariant 4: anchors follow each other, and the series has all that it keeps.
	fn check_series(machine: &MachineId, series: &SeriesOf<T>) -> Result<(), TryRuntimeError> {
		let anchors: BTreeMap<u64, Anchor> = Anchors::<T>::iter_prefix(machine).collect();
		let kept = (series.oldest..=series.number).eq(anchors.keys().copied());
		ensure!(kept, "invariant 4: a series has other anchors than it keeps");
		ensure!(
			series.kept() <= series.room.into(),
			"invariant 9: a series keeps more than it has room for"
		);
		for anchor in anchors.values() {
			let is_ordered = anchor.from <= anchor.to && anchor.to.max(anchor.after) <= anchor.anchored_at;
			ensure!(is_ordered, "invariant 4: an anchor is older than what it is of");
		}
		for (one, next) in anchors.values().zip(anchors.values().skip(1)) {
			let follows = one.to <= next.from && one.anchored_at == next.after && one.kept_from <= next.kept_from;
			ensure!(follows, "invariant 4: an anchor does not follow the one before");
		}
		let newest = anchors.values().next_back();
		let is_newest = |anchor: &Anchor| {
			(anchor.hash, anchor.to, anchor.anchored_at) == (series.last, series.to, series.anchored_at)
		};
		ensure!(
			newest.map_or(series.number == 0, is_newest),
			"invariant 4: the newest anchor is not what the series says"
		);
		Ok(())
	}

	/// The lists have exactly the open challenges, of batches that are kept.
	fn check_challenges() -> Result<(), TryRuntimeError> {
		let now = T::Clock::now();
		let mut open = BTreeMap::new();
		let mut cited = BTreeSet::new();
		for (machine, citations) in Citations::<T>::iter() {
			ensure!(!citations.is_empty(), "an empty list of challenges was kept");
			let askers: BTreeSet<_> = citations.iter().map(|citation| &citation.challenger).collect();
			ensure!(askers.len() == citations.len(), "somebody asks a machine twice");
			cited.extend(
				citations
					.into_iter()
					.map(|citation| (machine, citation.challenge, citation.batch, citation.challenger)),
			);
		}
		for (id, challenge) in Challenges::<T>::iter() {
			let anchor = Anchors::<T>::get(challenge.machine, challenge.batch);
			let end = challenge.first.checked_add(challenge.count);
			let is_kept = anchor.is_some_and(|anchor| end.is_some_and(|end| end <= anchor.count));
			ensure!(is_kept, "what is challenged is not kept");
			let is_indexed = T::Deadlines::contains(challenge.until, AgreementRef::Challenge(id));
			ensure!(
				is_indexed || now > challenge.until,
				"a challenge is not in the index of deadlines"
			);
			let count: &mut u32 = open.entry(challenge.machine).or_default();
			count.saturating_inc();
			let citation = (challenge.machine, id, challenge.batch, challenge.challenger);
			ensure!(cited.remove(&citation), "the lists differ from the challenges");
		}
		ensure!(cited.is_empty(), "the lists differ from the challenges");
		for (machine, series) in AllSeries::<T>::iter() {
			ensure!(
				series.tally.record.open() == open.get(&machine).copied().unwrap_or_default(),
				"a machine's record differs from its challenges"
			);
		}
		Ok(())
	}

	/// Invariant 9: every deposit on hold belongs to a series or a challenge that exists.
	fn check_deposits() -> Result<(), TryRuntimeError> {
		let series = AllSeries::<T>::iter().map(|(machine, series)| (machine.account(), series.deposit));
		Self::check_holds(
			HoldReason::Room,
			series,
			"invariant 9: deposits for series differ from the series",
		)?;
		let challenges = Challenges::<T>::iter_values().map(|challenge| (challenge.challenger, challenge.deposit));
		Self::check_holds(
			HoldReason::Challenge,
			challenges,
			"invariant 9: deposits for challenges differ from the challenges",
		)
	}

	fn check_holds(
		reason: HoldReason,
		owed: impl Iterator<Item = (T::AccountId, BalanceOf<T>)>,
		differ: &'static str,
	) -> Result<(), TryRuntimeError> {
		let mut deposits = BTreeMap::new();
		for (who, deposit) in owed {
			let sum: &mut BalanceOf<T> = deposits.entry(who).or_default();
			sum.saturating_accrue(deposit);
		}
		let reason = reason.into();
		for who in frame_system::Account::<T>::iter_keys() {
			let held = T::Currency::balance_on_hold(&reason, &who);
			ensure!(held == deposits.remove(&who).unwrap_or_default(), differ);
		}
		ensure!(
			deposits.is_empty(),
			"invariant 9: a deposit of an account that does not exist"
		);
		Ok(())
	}
}
