//! Pure: no storage is touched here.

use crate::{
	calendar::{is_well_formed, working_time},
	Calendar, Closure, WeekWindow,
};
use proptest::prelude::*;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
/// Days of the week in minutes from Monday.
const MONDAY: u16 = 0;
const THURSDAY: u16 = 3 * 1_440;
const SATURDAY: u16 = 5 * 1_440;
const WEEK_ENDS: u16 = 10_080;
/// 2026-01-05T00:00:00Z, a Monday (`date --date 2026-01-05Z +%s`).
const A_MONDAY: u64 = 1_767_571_200_000;
/// 2024-02-29T00:00:00Z, a Thursday.
const A_LEAP_DAY: u64 = 1_709_164_800_000;

fn calendar(week: &[(u16, u16)], closures: &[(u64, u64)]) -> Calendar {
	let week = week.iter().map(|(from, until)| WeekWindow {
		from: *from,
		until: *until,
	});
	let closures = closures.iter().map(|(from, until)| Closure {
		from: *from,
		until: *until,
	});
	Calendar {
		week: week.collect::<Vec<_>>().try_into().expect("at most 14"),
		closures: closures.collect::<Vec<_>>().try_into().expect("at most 8"),
	}
}

#[test]
fn windows_and_closures_are_in_order_apart_and_within_the_week() {
	let day = |nth: u16| (nth * 1_440, (nth + 1) * 1_440);
	for (week, fits) in [
		(vec![], true),
		(vec![(0, WEEK_ENDS)], true),
		(vec![(WEEK_ENDS - 1, WEEK_ENDS)], true),
		(vec![(0, 10), (10, 20)], true),
		((0..7).map(day).collect(), true),
		(vec![(5, 5)], false),
		(vec![(6, 5)], false),
		(vec![(0, WEEK_ENDS + 1)], false),
		(vec![(WEEK_ENDS, WEEK_ENDS)], false),
		(vec![(0, 10), (9, 20)], false),
		(vec![(10, 20), (0, 10)], false),
		(vec![(0, 10), (0, 10)], false),
		(vec![(0, 10), (10, 20), (19, 20)], false),
	] {
		assert_eq!(is_well_formed(&calendar(&week, &[])), fits, "{week:?}");
	}
	for (closures, fits) in [
		(vec![(0, u64::MAX)], true),
		(vec![(0, 1), (1, u64::MAX)], true),
		(vec![(7, 7)], false),
		(vec![(8, 7)], false),
		(vec![(0, 10), (9, 20)], false),
		(vec![(10, 20), (0, 10)], false),
		(vec![(u64::MAX, u64::MAX)], false),
	] {
		assert_eq!(is_well_formed(&calendar(&[], &closures)), fits, "{closures:?}");
	}
}

#[test]
fn without_windows_a_machine_works_all_the_time() {
	let always = calendar(&[], &[]);
	for (from, until, works) in [
		(0, 0, 0),
		(0, 1, 1),
		(5, 4, 0),
		(u64::MAX, 0, 0),
		(0, u64::MAX, u64::MAX),
		(u64::MAX - 1, u64::MAX, 1),
		(u64::MAX, u64::MAX, 0),
	] {
		assert_eq!(working_time(&always, from, until), works, "{from} to {until}");
	}
}

#[test]
fn a_whole_week_of_windows_is_all_the_time_to_its_end() {
	for week in [
		vec![(0, WEEK_ENDS)],
		(0..14).map(|nth| (nth * 720, nth * 720 + 720)).collect(),
	] {
		let always = calendar(&week, &[]);
		assert_eq!(working_time(&always, 0, u64::MAX), u64::MAX);
		assert_eq!(working_time(&always, A_MONDAY - 1, A_MONDAY + 1), 2);
		assert_eq!(working_time(&always, 3, 2), 0);
	}
}

#[test]
fn the_week_begins_on_monday_at_midnight_utc() {
	let thursdays = calendar(&[(THURSDAY, THURSDAY + 1_440)], &[]);
	assert_eq!(working_time(&thursdays, 0, 7 * DAY), DAY);
	assert_eq!(working_time(&thursdays, 0, DAY), DAY);
	assert_eq!(working_time(&thursdays, DAY, 7 * DAY), 0);
	assert_eq!(working_time(&thursdays, A_LEAP_DAY, A_LEAP_DAY + DAY), DAY);
	assert_eq!(working_time(&thursdays, A_LEAP_DAY - 1, A_LEAP_DAY), 0);
	let mondays = calendar(&[(MONDAY, MONDAY + 1_440)], &[]);
	assert_eq!(working_time(&mondays, A_MONDAY - 1, A_MONDAY + 1), 1);
	assert_eq!(working_time(&mondays, A_MONDAY, A_MONDAY + 7 * DAY), DAY);
	assert_eq!(working_time(&mondays, A_MONDAY, A_MONDAY + 700 * DAY), 100 * DAY);
}

#[test]
fn weekends_and_closures_do_not_count() {
	// Monday to Friday, 08:00 to 16:00.
	let shifts: Vec<_> = (0..5).map(|day| (day * 1_440 + 480, day * 1_440 + 960)).collect();
	let wednesday = A_MONDAY + 2 * DAY;
	let open = calendar(&shifts, &[]);
	let closed = calendar(
		&shifts,
		&[
			(wednesday + 10 * HOUR, wednesday + 12 * HOUR),
			// From Saturday to the next Monday at 09:00.
			(A_MONDAY + 5 * DAY, A_MONDAY + 7 * DAY + 9 * HOUR),
		],
	);
	for (from, until, without, with) in [
		(A_MONDAY, A_MONDAY + 7 * DAY, 40 * HOUR, 38 * HOUR),
		(A_MONDAY, A_MONDAY + 14 * DAY, 80 * HOUR, 77 * HOUR),
		(A_MONDAY + 5 * DAY, A_MONDAY + 7 * DAY, 0, 0),
		(wednesday + 9 * HOUR, wednesday + 11 * HOUR, 2 * HOUR, HOUR),
		(wednesday + 10 * HOUR, wednesday + 12 * HOUR, 2 * HOUR, 0),
		(wednesday + 12 * HOUR - 1, wednesday + 12 * HOUR + 1, 2, 1),
		(wednesday + 16 * HOUR - 1, wednesday + 16 * HOUR, 1, 1),
		(wednesday + 16 * HOUR, wednesday + 16 * HOUR + 1, 0, 0),
	] {
		assert_eq!(working_time(&open, from, until), without, "{from} to {until}");
		assert_eq!(working_time(&closed, from, until), with, "{from} to {until}");
	}
}

#[test]
fn a_closure_of_all_time_leaves_nothing() {
	for week in [vec![], vec![(SATURDAY, WEEK_ENDS)]] {
		let never = calendar(&week, &[(0, u64::MAX)]);
		assert_eq!(working_time(&never, 0, u64::MAX), 0);
	}
}

/// Whether the machine works in the millisecond that begins at `moment`, the long way.
fn works_at(calendar: &Calendar, moment: u64) -> bool {
	let minute = (moment / MINUTE + u64::from(THURSDAY)) % u64::from(WEEK_ENDS);
	let in_week = calendar
		.week
		.iter()
		.any(|window| u64::from(window.from) <= minute && minute < u64::from(window.until));
	let closed = calendar
		.closures
		.iter()
		.any(|closure| closure.from <= moment && moment < closure.until);
	(calendar.week.is_empty() || in_week) && !closed
}

fn pairs<Time: Copy>(times: impl IntoIterator<Item = Time>) -> Vec<(Time, Time)> {
	let times: Vec<_> = times.into_iter().collect();
	times.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
}

/// A calendar whose closures lie in three weeks from `from` on, at multiples of `step` milliseconds.
fn calendars(from: u64, step: u64) -> impl Strategy<Value = Calendar> {
	(
		proptest::collection::btree_set(0..=WEEK_ENDS, 0..=28),
		proptest::collection::btree_set(0..=21 * DAY / step, 0..=16),
	)
		.prop_map(move |(week, closures)| {
			let closures = closures.into_iter().map(|times| from + times * step);
			calendar(&pairs(week), &pairs(closures))
		})
}

/// The beginning of a minute, a calendar around it, and up to three weeks in minutes.
fn some_weeks() -> impl Strategy<Value = (u64, Calendar, u64, u64)> {
	(0..100_000_000u64)
		.prop_map(|minute| minute * MINUTE)
		.prop_flat_map(|from| {
			(
				Just(from),
				calendars(from, MINUTE),
				0..=21 * 1_440u64,
				0..=21 * 1_440u64,
			)
		})
}

/// Any calendar, well-formed or not.
fn any_calendar() -> impl Strategy<Value = Calendar> {
	(
		proptest::collection::vec(any::<(u16, u16)>(), 0..=14),
		proptest::collection::vec(any::<(u64, u64)>(), 0..=8),
	)
		.prop_map(|(week, closures)| calendar(&week, &closures))
}

proptest! {
	/// The sum agrees with one that asks of each minute whether the machine works in it.
	#[test]
	fn working_time_is_the_sum_over_the_minutes((base, calendar, from, until) in some_weeks()) {
		prop_assert!(is_well_formed(&calendar));
		let minutes = (from..until).filter(|minute| works_at(&calendar, base + minute * MINUTE));
		let minutes = minutes.count() as u64;
		prop_assert_eq!(working_time(&calendar, base + from * MINUTE, base + until * MINUTE), minutes * MINUTE);
	}

	/// It is exact to the millisecond, anywhere in time.
	#[test]
	fn a_millisecond_counts_if_the_machine_works_in_it(
		(moment, calendar) in (0..u64::MAX - 30 * DAY)
			.prop_flat_map(|from| (from..from + 21 * DAY, calendars(from, 1))),
	) {
		let works = u64::from(works_at(&calendar, moment));
		prop_assert_eq!(working_time(&calendar, moment, moment + 1), works);
	}

	/// What is cut in two adds up, and is never more than the time that passes.
	#[test]
	fn working_time_adds_up(
		(calendar, mut times) in (0..u64::MAX - 30 * DAY)
			.prop_flat_map(|from| (calendars(from, 1), any::<[u64; 3]>())),
	) {
		times.sort_unstable();
		let [first, second, third] = times;
		let halves = [(first, second), (second, third)].map(|(from, until)| working_time(&calendar, from, until));
		prop_assert_eq!(halves[0].checked_add(halves[1]), Some(working_time(&calendar, first, third)));
		prop_assert!(halves[0] <= second - first);
	}

	/// Not even a calendar that no offer may have makes it panic.
	#[test]
	fn no_calendar_and_no_moment_overflows(calendar in any_calendar(), from in any::<u64>(), until in any::<u64>()) {
		if until <= from {
			prop_assert_eq!(working_time(&calendar, from, until), 0);
		} else {
			working_time(&calendar, from, until);
		}
	}
}
