//! Disks without space.

use super::*;

fn minute(history: &History, minute: u64) {
	for second in 0..60 {
		(0..4).for_each(|n| {
			add(
				history,
				&format!("channel {n}"),
				T0 + minute * MINUTE + second * SECOND,
				(second * n) as i32,
			)
		});
	}
}

#[test]
fn a_full_disk_is_said_costs_nothing_old_and_is_written_again_when_there_is_space() {
	let (files, history) = history(Limits::default());
	minute(&history, 0);
	history.flush().unwrap();
	let disk = files.disk();
	disk.set_space(Some(disk.used()));
	let mut minutes = 1;
	while history.flush().is_ok() {
		minute(&history, minutes);
		minutes += 1;
		assert!(minutes < 1000, "the disk does not become full");
	}
	let stats = history.stats();
	assert!(stats.disk_full && stats.problem.unwrap().contains("is full"));
	// Readings go on, and the charts show them and what was before.
	for _ in 0..40 {
		minute(&history, minutes);
		minutes += 1;
		let _ = history.flush();
		let to = T0 + minutes * MINUTE;
		let whole: u64 = counts(&history, "channel 1", T0, to, 2000)
			.iter()
			.map(|(_, count)| count)
			.sum();
		assert_eq!(whole, minutes * 60);
	}
	disk.set_space(None);
	// Passed over at most so often.
	let tried = (0..17).position(|_| history.flush().is_ok());
	assert!(tried.is_some());
	assert_eq!(history.stats().problem, None);
	drop(history);
	disk.cut();
	let history = files.history(Limits::default());
	let whole: u64 = counts(&history, "channel 1", T0, T0 + minutes * MINUTE, 2000)
		.iter()
		.map(|(_, count)| count)
		.sum();
	assert_eq!(whole, minutes * 60);
	assert_eq!(files.put_aside(), 0);
}

#[test]
fn memory_is_bounded_when_the_disk_takes_nothing_for_long() {
	let (files, history) = history(Limits::default());
	minute(&history, 0);
	history.flush().unwrap();
	files.disk().set_space(Some(0));
	let most = crate::memory::MAX_ROWS as u64;
	for n in 1..2 * most / 240 {
		minute(&history, n);
		if n % 60 == 0 {
			let _ = history.flush();
		}
	}
	let stats = history.stats();
	assert!(stats.rows_lost > 0);
	assert!(stats.rows_waiting <= 2 * most, "{}", stats.rows_waiting);
	// The newest is there.
	let last = T0 + (2 * most / 240 - 1) * MINUTE;
	assert_eq!(counts(&history, "channel 3", last, last + MINUTE, 1).len(), 1);
}

#[test]
fn the_file_never_becomes_longer_than_it_may() {
	let limits = Limits {
		seconds: TierLimits {
			max_age_ms: u64::MAX,
			max_bytes: 128 * 1024,
		},
		minutes: TierLimits {
			max_age_ms: u64::MAX,
			max_bytes: 64 * 1024,
		},
		hours: TierLimits {
			max_age_ms: u64::MAX,
			max_bytes: 64 * 1024,
		},
		max_bytes: 1024 * 1024,
		..Limits::default()
	};
	let (files, history) = history(limits);
	for n in 0..600 {
		minute(&history, n * 7);
		history.flush().unwrap();
		assert!(files.disk().length() <= limits.max_bytes);
	}
	let stats = history.stats();
	assert!(
		stats.kept_bytes[0] <= 128 * 1024 && stats.kept_bytes[0] > 100 * 1024,
		"{:?}",
		stats.kept_bytes
	);
	assert_eq!(stats.rows_lost, 0);
}

#[test]
fn a_file_that_is_full_and_may_not_grow_is_put_aside() {
	let roomy = Limits::default();
	let (files, history) = history(roomy);
	for n in 0..200 {
		minute(&history, n);
		history.flush().unwrap();
	}
	drop(history);
	// As when what is in it needs more pages than was thought.
	let length = files.disk().length();
	let tight = Limits {
		max_bytes: length,
		..roomy
	};
	let history = files.history(tight);
	let mut refused = 0;
	for n in 200..700 {
		minute(&history, n);
		refused += u32::from(matches!(history.flush_now(), Err(HistoryError::NoRoom(_))));
		assert!(files.disk().length() <= length);
	}
	assert!(refused > 0 && refused < 20, "{refused}");
	history.flush_now().unwrap();
	assert_eq!(history.stats().problem, None);
	let last = T0 + 699 * MINUTE;
	assert_eq!(counts(&history, "channel 1", last, last + MINUTE, 60).len(), 60);
	assert_eq!(files.put_aside(), refused as usize);
	assert_eq!(history.stats().rows_lost, 0);
}
