//! What a sealer takes, what it refuses, and what a batch must be.

mod common;

use bpiiot_seal::{table_bytes, Batch, Channel, Malformed, Misplaced, Position, Reading, Run, Sealer, Unsealable};
use codec::{Decode, Encode};
use common::*;
use proptest::prelude::*;

fn at(session: u32, sequence: u64, at: u64) -> Reading {
	Reading {
		session,
		sequence,
		at,
		..Default::default()
	}
}

fn run(epoch: u32, session: u32, first: u64, last: u64) -> Run {
	Run {
		epoch,
		session,
		first,
		last,
	}
}

fn finished(sealer: Sealer) -> Batch {
	sealer.finish(2, [1; 32], [2; 32]).expect("there are readings")
}

#[test]
fn a_batch_says_what_its_readings_are() {
	let batch = sealed(&readings(100));
	let runs = [run(0, 0xC0FF_EE01, 0, 117), run(1, 0x0BAD_CAFE, 0, 59)];
	assert_eq!(batch.runs, runs);
	assert_eq!((batch.count, batch.lost, batch.jumps), (100, 78, 0));
	assert_eq!((batch.from, batch.to), (START, START + 990));
	assert_eq!(batch.check(), Ok(()));
	assert!(readings(100).iter().all(|reading| batch.may_have(reading)));
	assert!(!batch.may_have(&reading(100)));
	assert!(!batch.may_have(&at(5, 1, START)));
	assert_eq!(Sealer::new(None, 0).finish(1, [0; 32], [0; 32]), None);
}

#[test]
fn readings_that_go_back_are_refused_and_change_nothing() {
	let mut sealer = Sealer::new(None, 10);
	assert_eq!(sealer.push(&at(1, 0, 9)), Err(Unsealable::TimeWentBack));
	sealer.push(&at(1, 5, 20)).expect("first");
	let before = finished(sealer.clone());
	assert_eq!(sealer.push(&at(1, 6, 19)), Err(Unsealable::TimeWentBack));
	assert_eq!(sealer.push(&at(1, 5, 20)), Err(Unsealable::SequenceWentBack));
	assert_eq!(sealer.push(&at(1, 4, 20)), Err(Unsealable::SequenceWentBack));
	assert_eq!(sealer.push(&at(1, u64::MAX, 20)), Err(Unsealable::Full));
	assert_eq!(finished(sealer.clone()), before);
	sealer.push(&at(1, 6, 20)).expect("the next");
	assert_eq!(finished(sealer).count, 2);
}

#[test]
fn a_batch_goes_on_where_the_last_one_ended() {
	let end = Position {
		epoch: 3,
		session: 1,
		sequence: 5,
	};
	let mut sealer = Sealer::new(Some(end), 10);
	assert_eq!(sealer.push(&at(1, 5, 10)), Err(Unsealable::SequenceWentBack));
	sealer.push(&at(1, 8, 10)).expect("later");
	sealer.push(&at(2, 4, 10)).expect("another session");
	// The board was reset, and has the same number as before by chance.
	sealer.session_began();
	sealer.push(&at(2, 0, 11)).expect("another session");
	sealer.clock_jumped();
	let batch = finished(sealer);
	assert_eq!(batch.runs, [run(3, 1, 8, 8), run(4, 2, 4, 4), run(5, 2, 0, 0)]);
	assert_eq!(batch.jumps, 1);
	assert_eq!(batch.check(), Ok(()));
	// 6 and 7 of the first, 0 to 3 of the second.
	assert_eq!(batch.missing_after(Some(&end)), Ok(6));
	assert_eq!(batch.missing_after(None), Err(Misplaced::EpochSkipped));
	let later = Position { sequence: 8, ..end };
	let other = Position { session: 9, ..end };
	let newer = Position { epoch: 4, ..end };
	for taken in [later, other, newer] {
		assert_eq!(batch.missing_after(Some(&taken)), Err(Misplaced::Overlap));
	}
	let other_session = Position { epoch: 2, ..later };
	assert_eq!(batch.missing_after(Some(&other_session)), Ok(12));
	let earlier = Position { epoch: 1, ..later };
	assert_eq!(batch.missing_after(Some(&earlier)), Err(Misplaced::EpochSkipped));
	let mut new = Sealer::new(Some(end), 10);
	new.session_began();
	new.push(&at(1, 0, 10)).expect("the board was reset");
	assert_eq!(finished(new).runs, [run(4, 1, 0, 0)]);
}

#[test]
fn a_batch_has_no_more_sessions_than_it_may() {
	let mut sealer = Sealer::new(None, 0);
	for session in 0..16 {
		sealer.push(&at(session, 0, 1)).expect("there is room");
	}
	assert_eq!(sealer.push(&at(16, 0, 1)), Err(Unsealable::Full));
	sealer.push(&at(15, 1, 1)).expect("no new session");
	assert_eq!(finished(sealer).check(), Ok(()));
}

#[test]
fn what_cannot_be_a_batch_is_none() {
	let good = sealed(&readings(100));
	type Break = fn(&mut Batch);
	let cases: [(Malformed, Break); 14] = [
		(Malformed::Count, |batch| batch.count = 0),
		(Malformed::Count, |batch| batch.count = bpiiot_seal::MAX_READINGS + 1),
		(Malformed::Runs, |batch| batch.runs.clear()),
		(Malformed::Runs, |batch| batch.runs.swap(0, 1)),
		(Malformed::Runs, |batch| batch.runs[1].epoch = 0),
		(Malformed::Runs, |batch| batch.runs[1].epoch = 2),
		(Malformed::Runs, |batch| batch.runs[0].last = 0),
		(Malformed::Runs, |batch| {
			batch.runs = (0..17).map(|epoch| run(epoch, 1, 0, 0)).collect();
		}),
		(Malformed::Lost, |batch| batch.lost += 1),
		(Malformed::Lost, |batch| batch.lost -= 1),
		(Malformed::Lost, |batch| batch.count += 1),
		(Malformed::Lost, |batch| batch.runs[0].last += 1),
		(Malformed::Lost, |batch| {
			batch.runs = vec![run(0, 1, 0, u64::MAX), run(1, 1, 0, u64::MAX)];
		}),
		(Malformed::Times, |batch| batch.from = batch.to + 1),
	];
	for (error, break_it) in cases {
		let mut batch = good.clone();
		// Or the first run would end before it begins.
		batch.runs[0].first = 1;
		batch.lost -= 1;
		assert_eq!(batch.check(), Ok(()));
		break_it(&mut batch);
		assert_eq!(batch.check(), Err(error), "{batch:?}");
	}
}

/// So that a chain, which reads SCALE, and a client, which writes bytes, hash the same.
#[test]
fn a_reading_is_its_scale_encoding() {
	let reading = Reading {
		channel: 0x0102,
		session: 0x0304_0506,
		sequence: 0x0708_090A_0B0C_0D0E,
		at: 0x0F10_1112_1314_1516,
		value: -2,
	};
	assert_eq!(reading.encode(), reading.to_bytes());
	assert_eq!(Reading::decode(&mut &reading.to_bytes()[..]), Ok(reading));
	assert_eq!(reading.to_bytes()[..6], [2, 1, 6, 5, 4, 3]);
}

#[test]
fn every_part_of_a_batch_is_in_its_hash() {
	let good = sealed(&readings(100));
	let hash = good.hash(&GENESIS, &MACHINE);
	let changes: [fn(&mut Batch); 15] = [
		|batch| batch.number += 1,
		|batch| batch.previous[31] += 1,
		|batch| batch.root[0] ^= 1,
		|batch| batch.count += 1,
		|batch| batch.lost += 1,
		|batch| batch.from += 1,
		|batch| batch.to += 1,
		|batch| batch.channels[5] ^= 1,
		|batch| batch.jumps += 1,
		|batch| batch.runs[1].epoch += 1,
		|batch| batch.runs[1].session += 1,
		|batch| batch.runs[1].first += 1,
		|batch| batch.runs[1].last += 1,
		|batch| batch.runs.truncate(1),
		|batch| batch.runs.push(run(9, 9, 9, 9)),
	];
	for change in changes {
		let mut batch = good.clone();
		change(&mut batch);
		assert_ne!(batch.hash(&GENESIS, &MACHINE), hash);
	}
	assert_ne!(good.hash(&MACHINE, &MACHINE), hash);
	assert_ne!(good.hash(&GENESIS, &GENESIS), hash);
}

#[test]
fn tables_that_cannot_be_have_no_hash() {
	let good = table();
	assert!(table_bytes(&good).is_some());
	assert!(table_bytes(&[]).is_some());
	let many: Vec<_> = (0..257)
		.map(|number| Channel {
			number,
			..good[0].clone()
		})
		.collect();
	assert!(table_bytes(&many[..256]).is_some());
	assert_eq!(table_bytes(&many), None);
	let breaks: [fn(&mut Vec<Channel>); 5] = [
		|table| table.swap(0, 1),
		|table| table[1].number = 0,
		|table| table[1].divisor = 0,
		|table| table[1].name = "x".repeat(65),
		|table| table[1].name = "x".repeat(256),
	];
	for break_it in breaks {
		let mut table = good.clone();
		break_it(&mut table);
		assert_eq!(table_bytes(&table), None);
	}
}

/// What a board may do next: go on, lose some, be reset, say something twice or late.
fn happens() -> impl Strategy<Value = (u8, u64, u64)> {
	(0..8u8, 0..4u64, 0..50u64)
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

	/// Whatever a sealer takes becomes batches that follow each other, with nothing in two of them and every gap counted.
	#[test]
	fn what_is_taken_becomes_batches_that_follow_each_other(
		steps in proptest::collection::vec(happens(), 1..200),
		each in 1..40u32,
	) {
		let (mut end, mut to) = (None, START);
		let mut sealer = Sealer::new(end, to);
		let mut next = at(0, 0, START);
		let (mut taken, mut lost, mut numbers) = (vec![], 0, 0u64);
		for (kind, much, later) in steps {
			let mut reading = next;
			match kind {
				0 => reading.sequence = reading.sequence.saturating_sub(much),
				1 => reading.at = reading.at.saturating_sub(much),
				2 => (reading.session, reading.sequence) = (reading.session + 1, much),
				3 => reading.sequence += much,
				_ => (),
			}
			if sealer.push(&reading).is_ok() {
				taken.push(reading);
				(next.session, next.sequence, next.at) = (reading.session, reading.sequence + 1, reading.at + later);
			}
			if sealer.count() == each {
				let batch = finished(sealer);
				prop_assert_eq!(batch.check(), Ok(()));
				let missing = batch.missing_after(end.as_ref());
				prop_assert!(missing.is_ok() && batch.from >= to);
				lost += missing.unwrap_or_default() + u64::from(batch.lost);
				numbers += u64::from(batch.count);
				let its = &taken[taken.len() - each as usize..];
				prop_assert!(its.iter().all(|reading| batch.may_have(reading)));
				prop_assert!(its.windows(2).all(|pair| pair[0].may_precede(&pair[1])));
				// It is not taken for one that comes later, nor once more.
				prop_assert_eq!(batch.missing_after(batch.end().as_ref()), Err(Misplaced::Overlap));
				(end, to) = (batch.end(), batch.to);
				sealer = Sealer::new(end, to);
			}
		}
		// Sequence numbers are counted from 0 in each session, so all of them are there or lost.
		let mut last = std::collections::BTreeMap::new();
		for reading in &taken[..numbers as usize] {
			last.insert(reading.session, reading.sequence + 1);
		}
		prop_assert_eq!(last.values().sum::<u64>(), numbers + lost);
	}
}
