//! Amounts that come back: what a machine's key may cost in fees, and what a machine may spend.
//!
//! # Which rule
//!
//! A *window* begins with the first amount that is taken after the one before it has ended, and lasts one period. In a
//! window no more than the period's amount is taken.
//!
//! So windows do not lie on a grid. On a grid, whoever comes at the end of a window could take its amount and the next
//! one's together; here a whole period must pass since the window began with what he took. Windows that nobody used are
//! lost and do not add up: over any time shorter than `n` periods, at most `n + 1` times the amount is taken. That bound is
//! reached by taking a little first, the rest at the end of that window, and the next amount after it; to do better, a
//! list of all that was taken would have to be kept.
//!
//! A period of 0 is a window that never ends: what was taken does not come back by itself.

use crate::{Config, Error, Pallet};
use bpiiot_primitives::UnixMillis;
use frame_support::{ensure, pallet_prelude::DispatchResult};

/// The shortest period, in milliseconds: a minute. Shorter ones would limit nothing.
pub const MIN_PERIOD: u64 = 60_000;

/// The longest period, in milliseconds: 365 days.
pub const MAX_PERIOD: u64 = 365 * 24 * 60 * 60 * 1_000;

/// Whether a period is one that may be set: 0, or from [`MIN_PERIOD`] to [`MAX_PERIOD`].
pub fn is_period(period: u64) -> bool {
	period == 0 || (MIN_PERIOD..=MAX_PERIOD).contains(&period)
}

/// The end of the window that begins at `now`, if the one that ends at `renews_at` is over; none while it lasts. In the
/// millisecond of its end a window is over. A `renews_at` of 0 is that of a window that never began.
pub fn renewal(period: u64, renews_at: UnixMillis, now: UnixMillis) -> Option<UnixMillis> {
	(period > 0 && now >= renews_at).then(|| now.saturating_add(period))
}

impl<T: Config> Pallet<T> {
	pub(crate) fn ensure_period(period: u64) -> DispatchResult {
		ensure!(is_period(period), Error::<T>::PeriodOutOfRange);
		Ok(())
	}
}
