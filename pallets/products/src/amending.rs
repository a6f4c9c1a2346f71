//! What a maker has declared is superseded by what he declares now.

use crate::{Caller, Config, Error, Event, MakingId, Makings, Pallet, ProductionRecord, Productions, Work};
use bpiiot_primitives::Actors;
use codec::Encode;
use frame_support::{ensure, pallet_prelude::DispatchResult};
use sp_core::H256;
use sp_io::hashing::blake2_256;

impl<T: Config> Pallet<T> {
	/// Machine and time stay: who could change them could slip out of a recall.
	pub(crate) fn do_amend(actor: Caller<T>, id: MakingId, work: Work) -> DispatchResult {
		let making = Makings::<T>::get(id).ok_or(Error::<T>::UnknownMaking)?;
		let before = Productions::<T>::get(id).ok_or(Error::<T>::UnknownMaking)?;
		let did_it = actor.machine == Some(before.work.machine);
		let is_his = did_it && making.maker == T::Actors::controller(&actor.account);
		ensure!(making.maker == actor.account || is_his, Error::<T>::NotTheMaker);
		let is_same = |this: &Work, other: &Work| {
			(this.machine, this.from, this.until) == (other.machine, other.from, other.until)
		};
		ensure!(is_same(&before.work, &work), Error::<T>::NotAmendable);
		ensure!(work.place.is_none_or(|place| place.is_valid()), Error::<T>::BadGln);
		let is_series = work.readings.is_none_or(|readings| readings.first <= readings.last);
		ensure!(is_series, Error::<T>::BadReadings);
		let record = ProductionRecord {
			work,
			job: before.job,
			version: before.version.saturating_add(1),
			supersedes: H256(before.using_encoded(blake2_256)),
		};
		let (version, supersedes) = (record.version, record.supersedes);
		Productions::<T>::insert(id, record);
		Self::deposit_event(Event::Amended {
			making: id,
			version,
			supersedes,
		});
		Ok(())
	}
}
