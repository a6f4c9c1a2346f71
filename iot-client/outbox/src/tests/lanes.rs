//! Order, removal, and the figures.

use super::*;
use std::sync::atomic::AtomicUsize;

#[test]
fn gives_the_most_urgent_lane_first_and_within_a_lane_the_oldest() {
	let (_, _, outbox) = outbox(limits());
	for (lane, body) in [
		(Lane::Reading, b"r1"),
		(Lane::Event, b"e1"),
		(Lane::Reading, b"r2"),
		(Lane::Alarm, b"a1"),
		(Lane::File, b"f1"),
		(Lane::Event, b"e2"),
	] {
		outbox.put(message(lane, 5, body)).unwrap();
	}
	let expected: [&[u8]; 6] = [b"a1", b"e1", b"e2", b"f1", b"r1", b"r2"];
	assert_eq!(bodies(&outbox), expected);
	assert_account(&outbox);
}

#[test]
fn next_leaves_out_what_is_in_flight_and_stops_at_count_and_bytes() {
	let (_, _, outbox) = outbox(limits());
	let ids = outbox
		.put_all((0..6).map(|n| message(Lane::Event, n, &[n as u8; 100])).collect())
		.unwrap();
	let taken: InFlight = [ids[0], ids[2]].into_iter().collect();
	let next = |count, bytes| -> Vec<MessageId> {
		outbox
			.next(&taken, count, bytes)
			.unwrap()
			.iter()
			.map(|message| message.id)
			.collect()
	};
	assert_eq!(next(2, usize::MAX), [ids[1], ids[3]]);
	// Each counts 137 bytes.
	assert_eq!(next(usize::MAX, 2 * 137), [ids[1], ids[3]]);
	assert_eq!(next(usize::MAX, 2 * 137 - 1), [ids[1]]);
	// One in any case, so that a large message does not stop the rest.
	assert_eq!(next(usize::MAX, 1), [ids[1]]);
	assert_eq!(next(0, 1), []);
}

#[test]
fn delivered_removes_once_and_passes_over_what_is_not_there() {
	let (_, _, outbox) = outbox(limits());
	let ids = outbox
		.put_all(vec![message(Lane::Alarm, 1, b"a"), message(Lane::Reading, 2, b"b")])
		.unwrap();
	for _ in 0..2 {
		outbox.delivered(&[ids[0], MessageId(99)]).unwrap();
		assert_eq!(bodies(&outbox), [b"b"]);
	}
	assert_eq!(outbox.stats().delivered, 1);
	assert_account(&outbox);
}

#[test]
fn ids_rise_by_one_and_are_not_given_twice_after_a_restart() {
	let (disk, clock, outbox) = outbox(limits());
	let first = outbox.put(message(Lane::File, 1, b"a")).unwrap();
	let second = outbox.put(message(Lane::Alarm, 1, b"b")).unwrap();
	assert_eq!(second.0, first.0 + 1);
	outbox.delivered(&[first, second]).unwrap();
	drop(outbox);
	let outbox = open_on(&disk, limits(), &clock).unwrap();
	assert_eq!(all(&outbox), []);
	assert_eq!(outbox.put(message(Lane::File, 1, b"c")).unwrap().0, second.0 + 1);
}

#[test]
fn removals_are_on_disk_after_a_clean_close() {
	let (disk, clock, outbox) = outbox(limits());
	let id = outbox.put(message(Lane::File, 1, b"a")).unwrap();
	outbox.delivered(&[id]).unwrap();
	drop(outbox);
	disk.cut();
	assert_eq!(all(&open_on(&disk, limits(), &clock).unwrap()), []);
}

#[test]
fn removals_cost_no_write_of_their_own_but_are_synced_in_time() {
	let (disk, clock, outbox) = outbox(limits());
	let ids = outbox
		.put_all((0..4).map(|n| message(Lane::Event, n, b"a")).collect())
		.unwrap();
	let before = disk.syncs();
	outbox.delivered(&ids[..1]).unwrap();
	outbox.delivered(&ids[1..2]).unwrap();
	assert_eq!(disk.syncs(), before);
	clock.pass(limits().sync_every_ms);
	outbox.delivered(&ids[2..3]).unwrap();
	assert!(disk.syncs() > before);
	disk.cut();
	let outbox = open_on(&disk, limits(), &clock).unwrap();
	assert_eq!(all(&outbox).len(), 1);
	outbox.delivered(&ids[3..]).unwrap();
	outbox.sync().unwrap();
	disk.cut();
	assert_eq!(all(&open_on(&disk, limits(), &clock).unwrap()), []);
}

#[test]
fn refuses_a_message_that_is_too_large_and_a_topic_that_is_too_long() {
	let limits = Limits {
		max_message_bytes: 1000,
		..limits()
	};
	let (_, _, outbox) = outbox(limits);
	let large = outbox.put(message(Lane::File, 0, &[0; 1001])).unwrap_err();
	assert_eq!(
		large.to_string(),
		"a message of topic \"topic\" has 1001 bytes; the most is 1000: put it in parts"
	);
	let mut long = message(Lane::File, 0, b"");
	long.topic = "t".repeat(129);
	assert!(matches!(
		outbox.put(long),
		Err(OutboxError::TopicTooLong { bytes: 129, .. })
	));
	let many = (0..9000).map(|_| message(Lane::File, 0, &[0; 1000])).collect();
	assert!(matches!(outbox.put_all(many), Err(OutboxError::TooLarge { .. })));
	assert_eq!(outbox.put_all(Vec::new()), Ok(Vec::new()));
	assert_eq!(all(&outbox), []);
	outbox.put(message(Lane::File, 0, &[0; 1000])).unwrap();
}

#[test]
fn names_all_limits_that_make_no_sense() {
	let wrong = Limits {
		max_bytes: 1000,
		max_message_bytes: 0,
		max_age_ms: 0,
		gather_ms: 5000,
		cache_bytes: 0,
		..limits()
	};
	let error = open_on(&FaultyDisk::new(1), wrong, &TestClock::new())
		.unwrap_err()
		.to_string();
	for key in [
		"max_bytes is 1000;",
		"max_message_bytes is 0;",
		"max_age_ms is 0;",
		"gather_ms is 5000;",
		"cache_bytes is 0;",
	] {
		assert!(error.contains(key), "{error}");
	}
}

#[test]
fn tells_of_each_change() {
	let (_, _, outbox) = outbox(limits());
	let called = Arc::new(AtomicUsize::new(0));
	let count = called.clone();
	outbox.on_change(Box::new(move || {
		count.fetch_add(1, Ordering::SeqCst);
	}));
	let before = outbox.changed();
	let id = outbox.put(message(Lane::Event, 0, b"a")).unwrap();
	let after_put = outbox.changed();
	assert!(after_put != before && called.load(Ordering::SeqCst) == 1);
	all(&outbox);
	outbox.tend().unwrap();
	assert_eq!((outbox.changed(), called.load(Ordering::SeqCst)), (after_put, 1));
	outbox.delivered(&[id]).unwrap();
	assert!(outbox.changed() != after_put && called.load(Ordering::SeqCst) == 2);
}

#[test]
fn puts_of_several_threads_are_all_there_each_in_its_order() {
	let (_, _, outbox) = outbox(Limits {
		gather_ms: 2,
		..limits()
	});
	let threads: Vec<_> = (0..4_u8)
		.map(|thread| {
			let outbox = outbox.clone();
			std::thread::spawn(move || {
				let put = |n: u8| outbox.put(message(Lane::Reading, 0, &[thread, n])).unwrap();
				(0..20).map(put).collect::<Vec<_>>()
			})
		})
		.collect();
	for thread in threads {
		assert!(thread.join().unwrap().is_sorted());
	}
	let bodies = bodies(&outbox);
	for thread in 0..4 {
		let of: Vec<u8> = bodies
			.iter()
			.filter(|body| body[0] == thread)
			.map(|body| body[1])
			.collect();
		assert_eq!(of, (0..20).collect::<Vec<u8>>());
	}
}

#[test]
fn counts_what_it_writes() {
	let (disk, _, outbox) = outbox(limits());
	assert_eq!(outbox.stats().bytes_written_per_message, None);
	outbox
		.put_all((0..10).map(|n| message(Lane::Event, n, b"a")).collect())
		.unwrap();
	let stats = outbox.stats();
	assert_eq!(
		(stats.put, stats.written_bytes, stats.syncs),
		(10, disk.written(), disk.syncs())
	);
	assert_eq!(stats.file_bytes, disk.length());
	assert_eq!(stats.bytes_written_per_message, Some(disk.written() as f64 / 10.0));
}
