//! What goes when there is no room.

use super::*;

/// Limits for about 100 kB.
fn small() -> Limits {
	Limits {
		max_bytes: 100 * 1024,
		max_message_bytes: 20 * 1024,
		..limits()
	}
}

fn gaps(outbox: &Outbox) -> Vec<Gap> {
	all(outbox)
		.iter()
		.filter_map(Gaps::of)
		.flat_map(|gaps| gaps.gaps)
		.collect()
}

fn reductions(outbox: &Outbox) -> Vec<u32> {
	let readings = all(outbox).into_iter().filter(|message| message.topic == "readings");
	readings
		.map(|message| readings::reduction(&message.body).unwrap())
		.collect()
}

#[test]
fn readings_are_made_smaller_twice_before_any_is_dropped() {
	let (_, _, outbox) = outbox(small());
	let mut put = 0;
	let mut put_until = |done: &dyn Fn(&Stats) -> bool| {
		while !done(&outbox.stats()) {
			outbox.put(readings(put * 1000, 1000)).unwrap();
			put += 1;
			assert!(outbox.stats().used_bytes <= small().max_bytes);
			assert!(put < 5000);
		}
		put
	};
	put_until(&|stats| stats.lane(Lane::Reading).downsampled >= 5);
	// The oldest first, in their order, by 4.
	let now = reductions(&outbox);
	assert!(
		now.is_sorted_by(|a, b| a >= b) && now.iter().filter(|by| **by == 4).count() >= 5,
		"{now:?}"
	);
	put_until(&|_| reductions(&outbox).contains(&16));
	let now = reductions(&outbox);
	assert!(now[..now.len() - 1].iter().all(|by| *by >= 4), "{now:?}");
	assert_eq!(outbox.stats().lane(Lane::Reading).dropped_for_room, 0);
	let put = put_until(&|stats| stats.lane(Lane::Reading).dropped_for_room > 0);
	let now = reductions(&outbox);
	assert!(now[..now.len() - 1].iter().all(|by| *by == 16), "{now:?}");
	let stats = outbox.stats();
	assert_eq!(
		stats.lane(Lane::Reading).messages + stats.lane(Lane::Reading).dropped_for_room,
		put
	);
	assert_account(&outbox);
}

#[test]
fn a_record_of_what_was_dropped_is_put_at_most_once_a_minute_and_merged() {
	let (_, clock, outbox) = outbox(small());
	let put = |n: u64| outbox.put(message(Lane::Reading, n, &[1; 10_000])).unwrap();
	(0..9).for_each(|n| {
		put(n);
	});
	assert_eq!(gaps(&outbox), []);
	(9..13).for_each(|n| {
		put(n);
	});
	let gap = |messages, from_ms, to_ms| Gap {
		lane: Lane::Reading,
		why: Why::Room,
		messages,
		from_ms,
		to_ms,
	};
	let first = gaps(&outbox);
	assert_eq!(first, [gap(1, 0, 0)]);
	clock.pass(59_999);
	outbox.tend().unwrap();
	assert_eq!(gaps(&outbox).len(), 1);
	clock.pass(1);
	outbox.tend().unwrap();
	assert_eq!(gaps(&outbox), [gap(1, 0, 0), gap(3, 1, 3)]);
	let record = all(&outbox)
		.into_iter()
		.find(|message| message.topic == DROPPED_TOPIC)
		.unwrap();
	assert_eq!(
		String::from_utf8(record.body).unwrap(),
		r#"{"gaps":[{"lane":"reading","why":"room","messages":1,"from_ms":0,"to_ms":0}]}"#
	);
	assert_account(&outbox);
}

#[test]
fn files_go_after_readings_then_events_and_alarms_only_for_alarms() {
	let (_, _, outbox) = outbox(small());
	for lane in [Lane::Alarm, Lane::Event, Lane::File, Lane::Reading] {
		(0..2).for_each(|n| {
			outbox.put(message(lane, n, &[2; 10_000])).unwrap();
		});
	}
	let counts = || Lane::ALL.map(|lane| outbox.stats().lane(lane).messages);
	let mut seen = vec![counts()];
	(0..9).for_each(|n| {
		outbox.put(message(Lane::Alarm, 10 + n, &[2; 10_000])).unwrap();
		seen.push(counts());
	});
	// A record of the gap is among the events from the first drop on, and goes with them.
	let expected = [
		[2, 2, 2, 2],
		[3, 2, 2, 2],
		[4, 3, 2, 1],
		[5, 3, 2, 0],
		[6, 3, 1, 0],
		[7, 3, 0, 0],
		[8, 2, 0, 0],
		[9, 1, 0, 0],
	];
	assert_eq!(seen[..8], expected);
	assert!(seen[8..].iter().all(|counts| *counts == [9, 0, 0, 0]), "{seen:?}");
	let stats = outbox.stats();
	let dropped = Lane::ALL.map(|lane| stats.lane(lane).dropped_for_room);
	assert_eq!(dropped, [2, 2, 2, 2]);
	assert!(stats.used_bytes <= small().max_bytes);
	assert_account(&outbox);
}

#[test]
fn a_reading_displaces_nothing_more_urgent_and_its_refusal_is_told() {
	let (_, clock, outbox) = outbox(small());
	(0..9).for_each(|n| {
		outbox.put(message(Lane::Event, n, &[3; 10_900])).unwrap();
	});
	let refused = outbox.put(message(Lane::Reading, 77, &[3; 10_000])).unwrap_err();
	assert!(
		matches!(
			refused,
			OutboxError::NoRoom {
				lane: Lane::Reading,
				..
			}
		),
		"{refused}"
	);
	assert_eq!(outbox.stats().lane(Lane::Event).messages, 9);
	assert_eq!(outbox.stats().lane(Lane::Reading).refused, 1);
	clock.pass(60_000);
	outbox.tend().unwrap();
	let gap = Gap {
		lane: Lane::Reading,
		why: Why::Refused,
		messages: 1,
		from_ms: 77,
		to_ms: 77,
	};
	assert_eq!(gaps(&outbox), [gap]);
	assert_eq!(outbox.stats().lane(Lane::Reading).refused, 1);
}

#[test]
fn a_full_outbox_recovers_when_it_is_delivered() {
	let (_, _, outbox) = outbox(small());
	(0..30).for_each(|n| {
		outbox.put(message(Lane::Event, n, &[4; 10_000])).unwrap();
	});
	while !all(&outbox).is_empty() {
		let ids: Vec<_> = outbox
			.next(&InFlight::new(), 3, usize::MAX)
			.unwrap()
			.iter()
			.map(|m| m.id)
			.collect();
		outbox.delivered(&ids).unwrap();
	}
	assert_eq!(outbox.stats().used_bytes, 0);
	let dropped = outbox.stats().lane(Lane::Event).dropped_for_room;
	(0..9).for_each(|n| {
		outbox.put(message(Lane::Event, n, &[4; 10_000])).unwrap();
	});
	assert_eq!(outbox.stats().lane(Lane::Event).dropped_for_room, dropped);
	assert!(all(&outbox).len() >= 9);
}

#[test]
fn a_record_of_a_gap_that_is_dropped_goes_into_the_next() {
	let (_, clock, outbox) = outbox(small());
	(0..11).for_each(|n| {
		outbox.put(message(Lane::Reading, n, &[5; 10_000])).unwrap();
	});
	let told: u64 = gaps(&outbox).iter().map(|gap| gap.messages).sum();
	assert!(told > 0);
	(0..30).for_each(|n| {
		outbox.put(message(Lane::Event, 100 + n, &[5; 10_000])).unwrap();
	});
	assert_eq!(gaps(&outbox), []);
	clock.pass(60_000);
	outbox.tend().unwrap();
	let all = gaps(&outbox);
	let of = |lane| {
		all.iter()
			.filter(|gap| gap.lane == lane)
			.map(|gap| gap.messages)
			.sum::<u64>()
	};
	assert_eq!(of(Lane::Reading), 11);
	assert_eq!(of(Lane::Event), outbox.stats().lane(Lane::Event).dropped_for_room);
}

#[test]
fn several_messages_are_put_all_or_none_as_the_least_urgent_of_them() {
	let (_, _, outbox) = outbox(small());
	(0..9).for_each(|n| {
		outbox.put(message(Lane::Event, n, &[6; 10_000])).unwrap();
	});
	let mixed = vec![
		message(Lane::Alarm, 50, &[6; 10_000]),
		message(Lane::Reading, 51, &[6; 10_000]),
	];
	assert!(matches!(
		outbox.put_all(mixed),
		Err(OutboxError::NoRoom {
			lane: Lane::Reading,
			..
		})
	));
	assert_eq!(all(&outbox).len(), 9);
	outbox.put(message(Lane::Alarm, 50, &[6; 10_000])).unwrap();
	assert_eq!(outbox.stats().lane(Lane::Alarm).messages, 1);
}
