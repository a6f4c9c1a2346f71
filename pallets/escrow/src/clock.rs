//! The stop clock: time that the chain stood still, or that agreements were paused, does not count against anybody.

use crate::{Clock, Config, Error, Event, Pallet, StopClock};
use bpiiot_primitives::{AgreementClock, AgreementMillis, UnixMillis};
use frame_support::{
	ensure,
	pallet_prelude::DispatchResult,
	traits::{Get, OnTimestampSet},
};

impl StopClock {
	/// The clock after a block with timestamp `now`. Of the gap since the last block, what exceeds `allowance`
	/// milliseconds counts as stopped, and all of it while paused. The first block has no gap.
	pub(crate) fn tick(self, now: UnixMillis, allowance: u64) -> Self {
		let gap = if self.last == 0 {
			0
		} else {
			now.saturating_sub(self.last)
		};
		let allowance = if self.paused { 0 } else { allowance };
		Self {
			last: now,
			stopped: self.stopped.saturating_add(gap.saturating_sub(allowance)),
			paused: self.paused,
		}
	}

	/// Milliseconds of the agreement clock.
	pub(crate) fn agreement(self) -> AgreementMillis {
		self.last.saturating_sub(self.stopped)
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_pause() -> DispatchResult {
		Clock::<T>::try_mutate(|clock| {
			ensure!(!clock.paused, Error::<T>::AlreadyPaused);
			clock.paused = true;
			Self::deposit_event(Event::Paused { at: clock.agreement() });
			Ok(())
		})
	}

	pub(crate) fn do_resume() -> DispatchResult {
		Clock::<T>::try_mutate(|clock| {
			ensure!(clock.paused, Error::<T>::NotPaused);
			clock.paused = false;
			Self::deposit_event(Event::Resumed { at: clock.agreement() });
			Ok(())
		})
	}
}

impl<T: Config> OnTimestampSet<UnixMillis> for Pallet<T> {
	fn on_timestamp_set(now: UnixMillis) {
		Clock::<T>::mutate(|clock| *clock = clock.tick(now, T::StopAllowance::get()));
	}
}

impl<T: Config> AgreementClock for Pallet<T> {
	fn now() -> AgreementMillis {
		Clock::<T>::get().agreement()
	}

	fn unix_now() -> UnixMillis {
		Clock::<T>::get().last
	}

	fn from_unix(moment: UnixMillis) -> AgreementMillis {
		moment.saturating_sub(Clock::<T>::get().stopped)
	}

	fn ensure_running() -> DispatchResult {
		ensure!(!Clock::<T>::get().paused, Error::<T>::AgreementsPaused);
		Ok(())
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_advance(millis: u64) {
		Clock::<T>::mutate(|clock| clock.last = clock.last.saturating_add(millis));
	}
}
