//! What goes, and which tier answers then.

use super::*;
use crate::{store::TABLE, tier::Tier};
use redb::{Database, ReadableDatabase};

fn limits() -> Limits {
	let tier = |max_age_ms| TierLimits {
		max_age_ms,
		max_bytes: 4 * 1024 * 1024,
	};
	Limits {
		seconds: tier(HOUR),
		minutes: tier(DAY),
		hours: tier(365 * DAY),
		..Limits::default()
	}
}

/// A reading every ten seconds, a flush every minute.
fn run(history: &History, from: u64, length: u64) {
	let mut at = from;
	while at < from + length {
		add(history, "t", at, (at / SECOND % 100) as i32);
		at += 10 * SECOND;
		if at.is_multiple_of(MINUTE) {
			history.flush().unwrap();
		}
	}
}

/// When the first piece of a tier begins, and what its pieces count, by looking at them.
fn look(files: &TestDisk, tier: Tier) -> (Option<u64>, u64) {
	let database = Database::builder().create_with_backend(files.disk().plug()).unwrap();
	let table = database.begin_read().unwrap().open_table(TABLE).unwrap();
	let all = table.range((tier.index(), 0, 0)..(tier.index() + 1, 0, 0)).unwrap();
	let pieces: Vec<_> = all.map(|piece| piece.unwrap()).collect();
	let first = pieces.first().map(|(key, _)| key.value().1);
	(
		first,
		pieces
			.iter()
			.map(|(_, bytes)| crate::record::cost(bytes.value().len()))
			.sum(),
	)
}

#[test]
fn each_tier_keeps_its_age_and_the_finest_that_has_all_answers() {
	let (files, history) = history(limits());
	run(&history, T0, 2 * DAY);
	let now = T0 + 2 * DAY;
	let cases = [
		(now - 30 * MINUTE, 2000, SECOND),
		(now - 5 * HOUR, 2000, MINUTE),
		(now - 40 * HOUR, 2000, HOUR),
		(now - 30 * MINUTE, 30, MINUTE),
	];
	for (from, most, step) in cases {
		let (found, points) = points(&history, "t", from, now, most);
		assert_eq!(found, step);
		assert_eq!(
			points.iter().map(|point| point.count).sum::<u64>(),
			(now - from) / (10 * SECOND)
		);
	}
	let kept = history.stats().kept_bytes;
	drop(history);
	for (tier, age) in [(Tier::Second, HOUR), (Tier::Minute, DAY), (Tier::Hour, 365 * DAY)] {
		let (first, bytes) = look(&files, tier);
		let oldest = now.saturating_sub(age + tier.window()).max(T0 - T0 % tier.window());
		assert!(
			first.is_some_and(|first| first >= oldest && first <= now - age.min(2 * DAY)),
			"{tier:?} {first:?}"
		);
		assert_eq!(bytes, *tier.of(&kept), "{tier:?}: the account is what is there");
	}
}

#[test]
fn the_oldest_goes_for_room() {
	let mut limits = limits();
	limits.seconds = TierLimits {
		max_age_ms: u64::MAX,
		max_bytes: 16 * 1024,
	};
	let (files, history) = history(limits);
	run(&history, T0, DAY);
	assert!(history.stats().kept_bytes[0] <= 16 * 1024);
	drop(history);
	let (first, bytes) = look(&files, Tier::Second);
	assert!(
		first.is_some_and(|first| first > T0) && bytes > 15 * 1024,
		"{first:?} {bytes}"
	);
}

#[test]
fn a_clock_that_is_ahead_for_a_minute_takes_little_along() {
	let (files, history) = history(limits());
	run(&history, T0, HOUR);
	add(&history, "t", T0 + 400 * DAY, 1);
	history.flush().unwrap();
	run(&history, T0 + HOUR, 10 * MINUTE);
	let left = counts(&history, "t", T0 + 20 * MINUTE, T0 + 70 * MINUTE, 2000);
	assert_eq!(left.iter().map(|(_, count)| count).sum::<u64>(), 50 * 6);
	drop(history);
	assert!(look(&files, Tier::Second)
		.0
		.is_some_and(|first| first <= T0 + 20 * MINUTE));
}

#[test]
fn what_a_clock_stamped_that_was_far_ahead_goes_before_what_is_new() {
	let mut limits = limits();
	limits.seconds = TierLimits {
		max_age_ms: u64::MAX,
		max_bytes: 16 * 1024,
	};
	let (_, history) = history(limits);
	run(&history, T0 + 3650 * DAY, 10 * HOUR);
	run(&history, T0, 10 * HOUR);
	let (from, to) = (T0 + 9 * HOUR + 40 * MINUTE, T0 + 10 * HOUR);
	let (step, points) = points(&history, "t", from, to, 2000);
	assert_eq!((step, points.len()), (SECOND, 120));
}

#[test]
fn a_computer_that_does_not_know_the_date_loses_nothing_that_is_dated() {
	let mut limits = limits();
	limits.seconds = TierLimits {
		max_age_ms: u64::MAX,
		max_bytes: 64 * 1024,
	};
	let (_, history) = history(limits);
	run(&history, T0, 10 * HOUR);
	let count = || counts(&history, "t", T0 + 9 * HOUR + 30 * MINUTE, T0 + 10 * HOUR, 2000).len();
	assert_eq!(count(), 180);
	run(&history, 0, 20 * HOUR);
	assert_eq!(count(), 180);
}

#[test]
fn a_channel_that_is_not_measured_any_more_is_kept() {
	let (_, history) = history(limits());
	add(&history, "old", T0, 5);
	run(&history, T0, 3 * HOUR);
	assert_eq!(counts(&history, "old", T0, T0 + 3 * HOUR, 2000), [(T0, 1)]);
	let (step, _) = points(&history, "old", T0, T0 + 3 * HOUR, 2000);
	assert_eq!(step, MINUTE);
}

#[test]
fn limits_that_became_smaller_hold_after_some_writes() {
	let (files, history) = history(limits());
	run(&history, T0, 12 * HOUR);
	drop(history);
	let mut small = limits();
	small.minutes.max_bytes = 16 * 1024;
	let history = files.history(small);
	run(&history, T0 + 12 * HOUR, 2 * MINUTE);
	assert!(history.stats().kept_bytes[1] <= 16 * 1024);
}
