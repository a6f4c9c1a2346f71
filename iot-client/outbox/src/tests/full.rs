//! A disk without space.

use super::*;

fn is_full(error: &OutboxError) -> bool {
	matches!(error, OutboxError::DiskFull { .. })
}

/// Space for what is there, the spare included, and so many bytes.
fn leave_space(disk: &FaultyDisk, bytes: u64) {
	disk.set_space(Some(disk.used() + bytes));
}

fn body(n: u64) -> Vec<u8> {
	[&n.to_le_bytes()[..], &[7; 5000]].concat()
}

/// Puts until the disk is full; how many were taken.
fn fill(outbox: &Outbox, lane: Lane) -> u64 {
	for n in 0..3000 {
		if let Err(error) = outbox.put(message(lane, n, &body(n))) {
			assert!(is_full(&error), "{error}");
			return n;
		}
	}
	panic!("the disk did not become full");
}

/// The bodies are those from `from` to before `to`, and nothing is among them but records of gaps.
fn assert_bodies(outbox: &Outbox, from: u64, to: u64) {
	let found: Vec<_> = all(outbox)
		.into_iter()
		.filter(|message| message.topic != DROPPED_TOPIC)
		.collect();
	assert_eq!(found.len() as u64, to - from);
	assert!(found.iter().zip(from..to).all(|(message, n)| message.body == body(n)));
}

#[test]
fn a_full_disk_is_said_and_nothing_is_lost() {
	let (disk, clock, outbox) = outbox(limits());
	leave_space(&disk, 500_000);
	let taken = fill(&outbox, Lane::Event);
	assert!(taken > 50, "{taken}");
	assert_bodies(&outbox, 0, taken);
	assert!(outbox.stats().disk_full);
	assert_account(&outbox);
	drop(outbox);
	disk.cut();
	let outbox = open_on(&disk, limits(), &clock).unwrap();
	assert!(outbox.stats().disk_full);
	assert_bodies(&outbox, 0, taken);
}

#[test]
fn recovers_by_itself_when_there_is_space_again() {
	let (disk, clock, outbox) = outbox(limits());
	leave_space(&disk, 500_000);
	let taken = fill(&outbox, Lane::Alarm);
	(0..20).for_each(|_| {
		clock.pass(10_000);
		assert!(is_full(&outbox.put(message(Lane::Alarm, 0, b"a")).unwrap_err()));
	});
	disk.set_space(None);
	clock.pass(60_000);
	outbox.tend().unwrap();
	assert!(!outbox.stats().disk_full);
	(taken..taken + 200).for_each(|n| {
		outbox.put(message(Lane::Alarm, n, &body(n))).unwrap();
	});
	assert_bodies(&outbox, 0, taken + 200);
}

#[test]
fn readings_make_room_for_others_and_for_readings_while_the_disk_is_full() {
	let (disk, clock, outbox) = outbox(limits());
	let put = |lane, n| outbox.put(message(lane, n, &body(n)));
	(0..200).for_each(|n| {
		put(Lane::Reading, n).unwrap();
	});
	leave_space(&disk, 0);
	(200..400).for_each(|n| {
		clock.pass(1000);
		put(if n % 4 == 0 { Lane::Alarm } else { Lane::Reading }, n).unwrap();
	});
	let stats = outbox.stats();
	assert!(stats.disk_full);
	assert_eq!(stats.lane(Lane::Alarm).messages, 50);
	let (left, dropped) = (
		stats.lane(Lane::Reading).messages,
		stats.lane(Lane::Reading).dropped_for_room,
	);
	assert!(dropped > 100 && left > 50 && left + dropped == 350, "{left} {dropped}");
	assert!(all(&outbox).iter().any(|message| message.topic == DROPPED_TOPIC));
	assert_account(&outbox);
}

#[test]
fn what_waits_is_delivered_while_the_disk_is_full_and_that_makes_room() {
	let (disk, _, outbox) = outbox(limits());
	leave_space(&disk, 2_000_000);
	let taken = fill(&outbox, Lane::Event);
	for _ in 0..taken / 20 {
		let next = outbox.next(&InFlight::new(), 10, usize::MAX).unwrap();
		outbox
			.delivered(&next.iter().map(|message| message.id).collect::<Vec<_>>())
			.unwrap();
	}
	let delivered = taken / 20 * 10;
	assert_bodies(&outbox, delivered, taken);
	outbox.sync().unwrap();
	(taken..taken + delivered / 4).for_each(|n| {
		outbox.put(message(Lane::Event, n, &body(n))).unwrap();
	});
	assert_bodies(&outbox, delivered, taken + delivered / 4);
}

#[test]
fn a_length_that_cannot_grow_loses_nothing() {
	let (disk, clock, outbox) = outbox(limits());
	disk.set_longest(Some(disk.length()));
	let taken = fill(&outbox, Lane::Event);
	assert!(outbox.stats().disk_full);
	disk.set_longest(None);
	clock.pass(60_000);
	outbox.put(message(Lane::Event, taken, &body(taken))).unwrap();
	assert_bodies(&outbox, 0, taken + 1);
	assert_account(&outbox);
}

#[test]
fn a_failed_store_is_not_opened_again_and_again() {
	let (disk, clock, outbox) = outbox(limits());
	disk.cut_after(0);
	let failed = outbox.put(message(Lane::Event, 0, b"a")).unwrap_err();
	assert!(matches!(failed, OutboxError::Store { .. }), "{failed}");
	// At once, then not before a second has passed, although the disk is there again.
	outbox.put(message(Lane::Event, 0, b"a")).unwrap_err();
	disk.cut();
	assert!(matches!(
		outbox.put(message(Lane::Event, 0, b"b")),
		Err(OutboxError::Store { .. })
	));
	clock.pass(1000);
	outbox.put(message(Lane::Event, 0, b"c")).unwrap();
	assert_eq!(bodies(&outbox), [b"c"]);
}
