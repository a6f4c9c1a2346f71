//! When a machine can be rented.

use crate::{Calendar, WeekWindow};
use alloc::vec::Vec;
use bpiiot_primitives::UnixMillis;

const MINUTE: u128 = 60_000;
const DAY: u128 = 1_440 * MINUTE;
const WEEK: u128 = 7 * DAY;
/// Time from Monday to the beginning of unix time, which was a Thursday.
const FIRST_THURSDAY: u128 = 3 * DAY;
/// Minutes of a week.
const WEEK_ENDS: u16 = 10_080;

/// A time, from its first millisecond to the one behind its last.
pub(crate) type Span = (UnixMillis, UnixMillis);

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

/// Whether all of the time between two moments is inside of the week's windows and outside of closures.
pub(crate) fn is_open(calendar: &Calendar, from: UnixMillis, until: UnixMillis) -> bool {
	let of_week = worked_by(&calendar.week, until).saturating_sub(worked_by(&calendar.week, from));
	let closed = calendar
		.closures
		.iter()
		.any(|closure| closure.from < until && from < closure.until);
	from < until && of_week == u128::from(until.saturating_sub(from)) && !closed
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

/// The times between two moments at which it can be rented, in order; what touches is one. Each week between the moments is
/// looked at.
pub(crate) fn open_spans(calendar: &Calendar, from: UnixMillis, until: UnixMillis) -> Vec<Span> {
	let mut spans = Vec::new();
	if from >= until {
		return spans;
	}
	for (start, end) in spans_of_week(&calendar.week, from, until) {
		let (start, end) = (start.max(from), end.min(until));
		if start < end {
			push(&mut spans, (start, end));
		}
	}
	let closed = calendar.closures.iter().map(|closure| (closure.from, closure.until));
	without(&spans, closed)
}

/// The windows of all weeks that the time between two moments touches.
fn spans_of_week(week: &[WeekWindow], from: UnixMillis, until: UnixMillis) -> Vec<Span> {
	if week.is_empty() {
		return [(from, until)].into();
	}
	let of_week = |moment: UnixMillis| (u128::from(moment) + FIRST_THURSDAY) / WEEK;
	let (first, last) = (of_week(from), of_week(until));
	let moment = |nth: u128, minute: u16| {
		let moment = (nth * WEEK + u128::from(minute) * MINUTE).saturating_sub(FIRST_THURSDAY);
		UnixMillis::try_from(moment).unwrap_or(UnixMillis::MAX)
	};
	let weeks = (first..=last).flat_map(|nth| {
		let windows = week.iter();
		windows.map(move |window| (moment(nth, window.from), moment(nth, window.until)))
	});
	weeks.collect()
}

/// What is left of these spans without the others. Both are in order.
pub(crate) fn without(spans: &[Span], taken: impl Iterator<Item = Span> + Clone) -> Vec<Span> {
	let mut left = Vec::new();
	for (from, until) in spans.iter().copied() {
		let mut free_from = from;
		for (start, end) in taken.clone().filter(|(start, end)| *start < until && from < *end) {
			if free_from < start {
				left.push((free_from, start));
			}
			free_from = free_from.max(end);
		}
		if free_from < until {
			left.push((free_from, until));
		}
	}
	left
}

fn push(spans: &mut Vec<Span>, (from, until): Span) {
	match spans.last_mut() {
		Some((_, last)) if *last >= from => *last = until.max(*last),
		_ => spans.push((from, until)),
	}
}
