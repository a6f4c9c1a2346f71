//! When a machine works.

use crate::{Calendar, WeekWindow};
use bpiiot_primitives::UnixMillis;

const MINUTE: u128 = 60_000;
const DAY: u128 = 1_440 * MINUTE;
const WEEK: u128 = 7 * DAY;
/// Time from Monday to the beginning of unix time, which was a Thursday.
const FIRST_THURSDAY: u128 = 3 * DAY;
/// Minutes of a week.
const WEEK_ENDS: u16 = 10_080;

/// Whether windows and closures are in order, apart from each other and within their bounds. They may touch.
pub(crate) fn is_well_formed(calendar: &Calendar) -> bool {
	let week = calendar.week.iter();
	let closures = calendar.closures.iter();
	week.clone().all(|window| window.until <= WEEK_ENDS)
		&& are_apart(week.map(|window| (window.from, window.until)))
		&& are_apart(closures.map(|closure| (closure.from, closure.until)))
}

/// Whether none of the spans is empty and each begins no sooner than the one before it ends.
fn are_apart<Time: Default + PartialOrd + Copy>(mut spans: impl Iterator<Item = (Time, Time)>) -> bool {
	let mut last = Time::default();
	spans.all(|(from, until)| {
		let fits = last <= from && from < until;
		last = until;
		fits
	})
}

/// Milliseconds in which the machine works between two moments: inside of the week's windows and outside of closures.
/// None if the second moment is not later than the first.
pub(crate) fn working_time(calendar: &Calendar, from: UnixMillis, until: UnixMillis) -> u64 {
	let inside = |from: UnixMillis, until: UnixMillis| {
		let worked = worked_by(&calendar.week, until);
		worked.saturating_sub(worked_by(&calendar.week, from))
	};
	let closed = calendar.closures.iter().fold(0u128, |closed, closure| {
		closed.saturating_add(inside(closure.from.max(from), closure.until.min(until)))
	});
	let open = inside(from, until).saturating_sub(closed);
	u64::try_from(open).unwrap_or(u64::MAX)
}

/// Milliseconds inside of the week's windows, from the Monday before unix time to the moment. In 128 bits nothing here
/// can overflow, and no week is looked at by itself.
fn worked_by(week: &[WeekWindow], moment: UnixMillis) -> u128 {
	let moment = u128::from(moment) + FIRST_THURSDAY;
	if week.is_empty() {
		return moment;
	}
	let (weeks, rest) = (moment / WEEK, moment % WEEK);
	let of_windows = |rest: u128| {
		week.iter().fold(0, |worked, window| {
			let (from, until) = (u128::from(window.from) * MINUTE, u128::from(window.until) * MINUTE);
			worked + until.min(rest).saturating_sub(from)
		})
	};
	weeks * of_windows(WEEK) + of_windows(rest)
}
