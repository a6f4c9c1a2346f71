//! The stop clock: time that the chain stood still does not count against anybody.

use crate::{Clock, Config, Pallet, StopClock};
use bpiiot_primitives::{AgreementClock, AgreementMillis, UnixMillis};
use frame_support::traits::{Get, OnTimestampSet};

impl StopClock {
	/// The clock after a block with timestamp `now`. Of the gap since the last block, what exceeds `allowance`
	/// milliseconds counts as stopped. The first block has no gap.
	pub(crate) fn tick(self, now: UnixMillis, allowance: u64) -> Self {
		let gap = if self.last == 0 {
			0
		} else {
			now.saturating_sub(self.last)
		};
		Self {
			last: now,
			stopped: self.stopped.saturating_add(gap.saturating_sub(allowance)),
		}
	}

	/// Milliseconds of the agreement clock.
	pub(crate) fn agreement(self) -> AgreementMillis {
		self.last.saturating_sub(self.stopped)
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

	fn from_unix(moment: UnixMillis) -> AgreementMillis {
		moment.saturating_sub(Clock::<T>::get().stopped)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_advance(millis: u64) {
		Clock::<T>::mutate(|clock| clock.last = clock.last.saturating_add(millis));
	}
}
