//! Age is judged by the outbox's own time.

use super::*;

const YEAR_MS: u64 = 365 * 24 * 3_600_000;
const DAY_MS: u64 = 24 * 3_600_000;

fn limits_of_a_day() -> Limits {
	Limits {
		max_age_ms: DAY_MS,
		..limits()
	}
}

#[test]
fn what_waited_beyond_the_age_goes_and_is_told() {
	let (_, clock, outbox) = outbox(limits_of_a_day());
	outbox.put(message(Lane::Alarm, 1, b"old alarm")).unwrap();
	outbox.put(message(Lane::Reading, 2, b"old reading")).unwrap();
	clock.pass(DAY_MS / 2);
	outbox.put(message(Lane::Reading, 3, b"newer")).unwrap();
	clock.pass(DAY_MS / 2);
	outbox.tend().unwrap();
	let (left, record): (Vec<_>, Vec<_>) = all(&outbox).into_iter().partition(|m| m.topic != DROPPED_TOPIC);
	assert_eq!(left.iter().map(|m| m.body.as_slice()).collect::<Vec<_>>(), [b"newer"]);
	let gaps = Gaps::of(&record[0]).unwrap().gaps;
	let told: Vec<_> = gaps
		.iter()
		.map(|gap| (gap.lane, gap.why, gap.messages, gap.from_ms))
		.collect();
	assert_eq!(told, [(Lane::Alarm, Why::Age, 1, 1), (Lane::Reading, Why::Age, 1, 2)]);
	assert_eq!(outbox.stats().lane(Lane::Alarm).dropped_for_age, 1);
	assert_account(&outbox);
}

#[test]
fn a_date_that_jumps_by_years_makes_nothing_old() {
	let (disk, clock, outbox) = outbox(limits_of_a_day());
	let now = clock.now_ms();
	outbox.put(message(Lane::Event, now, b"a")).unwrap();
	for date in [now + 30 * YEAR_MS, 0, u64::MAX, now] {
		clock.set_unix(date);
		outbox.put(message(Lane::Event, date, b"b")).unwrap();
		outbox.tend().unwrap();
	}
	assert_eq!(all(&outbox).len(), 5);
	// And over a restart at another date.
	drop(outbox);
	clock.set_unix(now + 10 * YEAR_MS);
	let outbox = open_on(&disk, limits_of_a_day(), &clock).unwrap();
	outbox.put(message(Lane::Event, 0, b"c")).unwrap();
	assert_eq!(all(&outbox).len(), 6);
}

#[test]
fn time_while_it_is_closed_does_not_count_but_time_before_does() {
	let (disk, clock, outbox) = outbox(limits_of_a_day());
	outbox.put(message(Lane::Event, 0, b"a")).unwrap();
	clock.pass(DAY_MS / 2);
	outbox.put(message(Lane::Event, 0, b"b")).unwrap();
	drop(outbox);
	clock.pass(10 * DAY_MS);
	let outbox = open_on(&disk, limits_of_a_day(), &clock).unwrap();
	outbox.tend().unwrap();
	assert_eq!(all(&outbox).len(), 2);
	clock.pass(DAY_MS / 2);
	outbox.tend().unwrap();
	assert_eq!(bodies(&outbox)[0], b"b");
}

#[test]
fn many_that_are_too_old_go_in_steps_of_bounded_work() {
	let (_, clock, outbox) = outbox(limits_of_a_day());
	outbox
		.put_all((0..1000).map(|n| message(Lane::Event, n, b"a")).collect())
		.unwrap();
	clock.pass(DAY_MS);
	outbox.tend().unwrap();
	assert_eq!(outbox.stats().lane(Lane::Event).dropped_for_age, 256);
	(0..3).for_each(|_| outbox.tend().unwrap());
	assert_eq!(outbox.stats().lane(Lane::Event).dropped_for_age, 1000);
}

#[test]
fn tells_for_how_many_hours_the_room_lasts() {
	let (_, clock, outbox) = outbox(limits());
	assert_eq!(outbox.stats().hours_left, None);
	for n in 0..120 {
		clock.pass(1000);
		outbox.put(message(Lane::Reading, n, &[0; 63])).unwrap();
	}
	let stats = outbox.stats();
	let (rate, hours) = (stats.bytes_per_second.unwrap(), stats.hours_left.unwrap());
	assert!((rate - 100.0).abs() < 3.0, "{rate}");
	let expected = (stats.max_bytes - stats.used_bytes) as f64 / rate / 3600.0;
	assert!(
		(hours - expected).abs() < 0.001 && (22.0..24.0).contains(&hours),
		"{hours}"
	);
	assert!((stats.messages_per_second.unwrap() - 1.0).abs() < 0.03);
}

#[test]
fn nothing_is_written_when_nothing_is_due() {
	let (disk, clock, outbox) = outbox(limits_of_a_day());
	outbox.put(message(Lane::Event, 0, b"a")).unwrap();
	let before = disk.written();
	for _ in 0..5 {
		clock.pass(60_000);
		outbox.tend().unwrap();
	}
	assert_eq!(disk.written(), before);
}
