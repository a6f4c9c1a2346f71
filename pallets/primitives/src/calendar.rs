//! When a machine works, or can be rented. By the wall clock: no halt of the chain moves it.

use crate::UnixMillis;
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{pallet_prelude::ConstU32, BoundedVec};
use scale_info::TypeInfo;

/// A time of each week at which a machine works, in minutes from Monday 00:00 UTC (0 to 10,080).
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct WeekWindow {
	/// The first minute.
	pub from: u16,
	/// The minute after the last one; larger than `from`, at most 10,080.
	pub until: u16,
}

/// A time at which a machine does not work, whatever the week says.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Closure {
	/// Its beginning, in unix milliseconds.
	pub from: UnixMillis,
	/// Its end, in unix milliseconds.
	pub until: UnixMillis,
}

/// When a machine works.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug, Default)]
pub struct Calendar {
	/// The times of each week, in order and apart from each other; none for all the time.
	pub week: BoundedVec<WeekWindow, ConstU32<14>>,
	/// The exceptions, in order and apart from each other.
	pub closures: BoundedVec<Closure, ConstU32<8>>,
}

const MINUTE: u128 = 60_000;
const DAY: u128 = 1_440 * MINUTE;
const WEEK: u128 = 7 * DAY;
/// Time from Monday to the beginning of unix time, which was a Thursday.
const FIRST_THURSDAY: u128 = 3 * DAY;
/// Minutes of a week.
const WEEK_ENDS: u16 = 10_080;

/// A time, from its first millisecond to the one behind its last.
pub type Span = (UnixMillis, UnixMillis);

/// Whether windows and closures are in order, apart from each other and within their bounds. They may touch.
pub fn is_well_formed(calendar: &Calendar) -> bool {
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
pub fn is_open(calendar: &Calendar, from: UnixMillis, until: UnixMillis) -> bool {
	let of_week = worked_by(&calendar.week, until).saturating_sub(worked_by(&calendar.week, from));
	let closed = calendar
		.closures
		.iter()
		.any(|closure| closure.from < until && from < closure.until);
	from < until && of_week == u128::from(until.saturating_sub(from)) && !closed
}

/// Milliseconds in which the machine works between two moments: inside of the week's windows and outside of closures.
/// None if the second moment is not later than the first.
pub fn working_time(calendar: &Calendar, from: UnixMillis, until: UnixMillis) -> u64 {
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

/// The times between two moments at which it can be rented, in order; what touches is one. Each week between the moments is
/// looked at.
pub fn open_spans(calendar: &Calendar, from: UnixMillis, until: UnixMillis) -> Vec<Span> {
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
pub fn without(spans: &[Span], taken: impl Iterator<Item = Span> + Clone) -> Vec<Span> {
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
