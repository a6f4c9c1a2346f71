//! What a batch must be to be anchored. Two records are written, whatever it holds: the anchor, and how far the series is.

use crate::{AllSeries, Anchor, Anchors, Caller, Config, Error, Event, Pallet, SeriesOf};
use bpiiot_primitives::{AgreementClock, UnixMillis};
use bpiiot_seal::{Batch, Hash, Malformed, Misplaced};
use frame_support::{ensure, pallet_prelude::DispatchResult};
use sp_runtime::{
	traits::{Saturating, Zero},
	DispatchError,
};

impl<T> From<Malformed> for Error<T> {
	fn from(malformed: Malformed) -> Self {
		match malformed {
			Malformed::Count => Self::BadCount,
			Malformed::Runs => Self::BadRuns,
			Malformed::Lost => Self::CountsDiffer,
			Malformed::Times => Self::TimesReversed,
		}
	}
}

impl<T> From<Misplaced> for Error<T> {
	fn from(misplaced: Misplaced) -> Self {
		match misplaced {
			Misplaced::Overlap => Self::Overlap,
			Misplaced::EpochSkipped => Self::EpochSkipped,
		}
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_anchor(actor: Caller<T>, batch: Batch) -> DispatchResult {
		let machine = actor.machine.ok_or(Error::<T>::NotAMachine)?;
		let mut series = Self::series(&machine)?;
		let now = T::Clock::unix_now();
		let missing = Self::follows(&series, &batch, now)?;
		ensure!(series.kept() < series.room.into(), Error::<T>::NoRoom);

		let hash = batch.hash(&Self::genesis(), &machine.0);
		let anchor = Anchor {
			hash,
			root: batch.root,
			channels: batch.channels,
			count: batch.count,
			lost: batch.lost,
			jumps: batch.jumps,
			from: batch.from,
			to: batch.to,
			after: series.anchored_at,
			anchored_at: now,
			kept_from: T::Clock::now(),
			withheld: false,
		};
		series.number = batch.number;
		series.last = hash;
		series.end = batch.end();
		series.to = batch.to;
		series.anchored_at = now;
		let tally = &mut series.tally;
		tally.readings.saturating_accrue(batch.count.into());
		tally.lost.saturating_accrue(missing.saturating_add(batch.lost.into()));
		tally.jumps.saturating_accrue(batch.jumps.into());
		Anchors::<T>::insert(machine, batch.number, anchor);
		AllSeries::<T>::insert(machine, series);
		Self::deposit_event(Event::Anchored {
			machine,
			batch: batch.number,
			hash,
			root: batch.root,
			count: batch.count,
			lost: batch.lost,
			missing,
			jumps: batch.jumps,
			from: batch.from,
			to: batch.to,
		});
		Ok(())
	}

	/// How many readings are missing between the series and a batch, if it may come next.
	fn follows(series: &SeriesOf<T>, batch: &Batch, now: UnixMillis) -> Result<u64, DispatchError> {
		ensure!(batch.number > series.number, Error::<T>::AlreadyAnchored);
		let next = series.number.saturating_add(1);
		ensure!(batch.number == next, Error::<T>::BatchSkipped);
		ensure!(batch.previous == series.last, Error::<T>::OtherPredecessor);
		batch.check().map_err(Error::<T>::from)?;
		let missing = batch.missing_after(series.end.as_ref()).map_err(Error::<T>::from)?;
		ensure!(batch.from >= series.to, Error::<T>::GoesBack);
		ensure!(batch.to <= now, Error::<T>::FromTheFuture);
		Ok(missing)
	}

	/// The hash of the chain's first block, which the system keeps.
	pub(crate) fn genesis() -> Hash {
		let first = frame_system::Pallet::<T>::block_hash(frame_system::pallet_prelude::BlockNumberFor::<T>::zero());
		first.as_ref().try_into().unwrap_or_default()
	}
}
