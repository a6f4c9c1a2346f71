//! When a machine works.

use crate::Calendar;
use bpiiot_primitives::UnixMillis;

/// Whether windows and closures are in order, apart from each other and within their bounds.
pub(crate) fn is_well_formed(_calendar: &Calendar) -> bool {
	true
}

/// Milliseconds in which the machine works between two moments.
pub(crate) fn working_time(_calendar: &Calendar, from: UnixMillis, until: UnixMillis) -> u64 {
	until.saturating_sub(from)
}
