//! What clients ask, page by page.

use crate::{
	runtime_api::{Page, Proven},
	AllSeries, Anchor, Anchors, ChallengeId, ChallengeOf, Challenges, Citations, Config, Pallet, SeriesOf,
};
use alloc::vec::Vec;
use bpiiot_primitives::{MachineId, UnixMillis};
use bpiiot_seal::Proof;

/// Anchors in a page.
pub(crate) const ANCHORS_A_PAGE: usize = 32;

/// See [`TelemetryApi`](crate::runtime_api::TelemetryApi) for all of them.
impl<T: Config> Pallet<T> {
	/// How far a machine's series has come.
	pub fn series_of(machine: MachineId) -> Option<SeriesOf<T>> {
		AllSeries::<T>::get(machine)
	}

	/// The anchors that are kept, by number.
	pub fn anchors_of(machine: MachineId, cursor: Option<u64>) -> Page {
		let Some(series) = AllSeries::<T>::get(machine) else {
			return Page::default();
		};
		let begin = cursor.unwrap_or_default().max(series.oldest);
		Self::page(machine, begin, series.number, UnixMillis::MAX)
	}

	/// The batches that are kept and have readings of these times, by number.
	pub fn batches_between(machine: MachineId, from: UnixMillis, to: UnixMillis, cursor: Option<u64>) -> Page {
		let Some(series) = AllSeries::<T>::get(machine) else {
			return Page::default();
		};
		// Times rise from batch to batch: the first whose last reading is not before, found by halving.
		let (mut low, mut high) = (series.oldest, series.number.saturating_add(1));
		while low < high {
			let middle = low.saturating_add(high.saturating_sub(low) / 2);
			let is_before = Anchors::<T>::get(machine, middle).is_none_or(|anchor| anchor.to < from);
			if is_before {
				low = middle.saturating_add(1);
			} else {
				high = middle;
			}
		}
		Self::page(machine, cursor.unwrap_or_default().max(low), series.number, to)
	}

	/// The readings of a proof with their anchor, and whether they are evidence.
	pub fn verify_proof(machine: MachineId, proof: Proof) -> Result<Proven, crate::Why> {
		let anchor = Self::proven(&machine, &proof)?;
		let refused = Self::ensure_evidence(&machine, &anchor, &proof.readings).err();
		Ok(Proven {
			readings: proof.readings,
			anchor,
			refused,
		})
	}

	/// The challenges of a machine that are open.
	pub fn challenges_of(machine: MachineId) -> Vec<(ChallengeId, ChallengeOf<T>)> {
		let cited = Citations::<T>::get(machine)
			.into_iter()
			.map(|citation| citation.challenge);
		cited
			.filter_map(|id| Challenges::<T>::get(id).map(|challenge| (id, challenge)))
			.collect()
	}

	/// Anchors from `begin` on, to `end` at most, that begin no later than `to`.
	fn page(machine: MachineId, begin: u64, end: u64, to: UnixMillis) -> Page {
		let anchors = (begin..=end).map_while(|number| {
			let anchor: Anchor = Anchors::<T>::get(machine, number)?;
			(anchor.from <= to).then_some((number, anchor))
		});
		let mut found: Vec<_> = anchors.take(ANCHORS_A_PAGE.saturating_add(1)).collect();
		let next = (found.len() > ANCHORS_A_PAGE).then(|| found.pop()).flatten();
		Page {
			found,
			next: next.map(|(number, _)| number),
		}
	}
}
