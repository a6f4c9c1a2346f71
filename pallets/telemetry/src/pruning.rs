//! How old anchors are forgotten, so that what they were can still be shown.

use crate::{AllSeries, Anchors, Caller, Citations, Config, Error, Event, Pallet, MAX_PRUNED};
use bpiiot_primitives::{Actors, AgreementClock, MachineId};
use bpiiot_seal::fold_pruned;
use frame_support::{ensure, pallet_prelude::DispatchResult, traits::Get};
use sp_runtime::traits::Zero;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_prune(actor: Caller<T>, machine: MachineId, count: u32, keep_room: bool) -> DispatchResult {
		ensure!(T::Actors::controls(&actor.account, &machine), Error::<T>::NotTheOwner);
		let mut series = Self::series(&machine)?;
		ensure!((1..=MAX_PRUNED).contains(&count), Error::<T>::BadPrune);
		let first = series.oldest;
		let oldest = first.saturating_add(count.into());
		ensure!(oldest <= series.number, Error::<T>::NewestIsKept);
		let is_cited = Citations::<T>::get(machine).iter().any(|cited| cited.batch < oldest);
		ensure!(!is_cited, Error::<T>::Cited);

		let youngest = Self::kept_anchor(&machine, oldest.saturating_sub(1))?;
		let may_go = youngest.kept_from.saturating_add(T::Retention::get());
		ensure!(may_go < T::Clock::now(), Error::<T>::TooYoung);
		for number in first..oldest {
			let anchor = Anchors::<T>::take(machine, number).ok_or(Error::<T>::UnknownBatch)?;
			series.pruned = fold_pruned(&series.pruned, &anchor.hash, anchor.anchored_at);
		}
		series.oldest = oldest;
		let mut returned = Zero::zero();
		if !keep_room {
			let room = series.room.saturating_sub(count);
			returned = Self::resize(&machine, &mut series, room)?;
		}
		Self::deposit_event(Event::Pruned {
			machine,
			first,
			last: oldest.saturating_sub(1),
			pruned: series.pruned,
			returned,
		});
		AllSeries::<T>::insert(machine, series);
		Ok(())
	}
}
