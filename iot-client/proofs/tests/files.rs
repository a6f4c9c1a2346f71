//! Files that others have made, and what is refused of them.

use bpiiot_seal::{table_hash, Channel, Hash, Reading};
use iot_proofs::{verify, Export, Limits, Maker, Refused, Seam, MAX_AGE};
use std::fs;

fn golden(name: &str) -> Export {
	let path = format!("../../pallets/telemetry/golden/{name}.json");
	Export::read(&fs::read(path).expect("it is there")).expect("it is a proof")
}

#[test]
fn what_the_pallets_tests_have_exported_is_proved_to_the_block() {
	for (name, places) in [("reading", 777..778), ("range", 595..607)] {
		let export = golden(name);
		let seen = verify(&export, export.block, MAX_AGE).expect("it proves");
		assert_eq!(seen.batch, 2);
		assert!(seen.anchored.is_some());
		let found: Vec<u32> = seen.readings.iter().map(|reading| reading.place).collect();
		assert_eq!(found, places.collect::<Vec<_>>(), "{name}");
		assert!(seen.readings.iter().all(|reading| reading.evidence == Some(true)));
		// Without a block it says nothing of the chain.
		let seen = verify(&export, None, MAX_AGE).expect("it proves");
		assert!(seen.anchored.is_none() && seen.readings[0].evidence.is_none());
	}
}

#[test]
fn a_file_is_read_as_it_was_written() {
	for name in ["reading", "range"] {
		let export = golden(name);
		assert_eq!(Export::read(export.to_text().as_bytes()), Ok(export));
	}
}

/// Each part that is said is a part of what is proved.
#[test]
fn whatever_is_changed_is_noticed() {
	type Change = fn(&mut Export);
	let changes: [(Change, fn(&Refused) -> bool); 12] = [
		(
			|file| file.proof.readings[0].value += 1,
			|why| matches!(why, Refused::NotInTheBatch(_)),
		),
		(
			|file| file.proof.readings[0].at += 1,
			|why| matches!(why, Refused::NotInTheBatch(_)),
		),
		(
			|file| file.proof.first += 1,
			|why| matches!(why, Refused::NotInTheBatch(_)),
		),
		(
			|file| drop(file.proof.path.pop()),
			|why| matches!(why, Refused::NotInTheBatch(_)),
		),
		(
			|file| file.batch.root = [1; 32],
			|why| matches!(why, Refused::NotInTheBatch(_)),
		),
		(|file| file.batch.lost += 1, |why| matches!(why, Refused::Malformed(_))),
		(
			|file| file.channels[0].multiplier = 7,
			|why| *why == Refused::OtherTable,
		),
		(
			|file| file.channels[0].name.push('!'),
			|why| *why == Refused::OtherTable,
		),
		(|file| file.genesis = [7; 32], |why| *why == Refused::OtherBatch),
		(|file| file.machine = [7; 32], |why| *why == Refused::NotAnchored),
		(|file| file.batch.jumps += 1, |why| *why == Refused::OtherBatch),
		(|file| file.anchor = None, |why| *why == Refused::NoAnchor),
	];
	for (nth, (change, is_told)) in changes.iter().enumerate() {
		let mut export = golden("reading");
		let block = export.block;
		change(&mut export);
		let why = verify(&export, block, MAX_AGE).expect_err("it was changed");
		assert!(is_told(&why), "change {nth}: {why:?}");
	}
}

#[test]
fn an_anchor_of_another_block_or_a_broken_one_is_refused() {
	let export = golden("reading");
	let other = Some([9; 32]);
	assert_eq!(verify(&export, other, MAX_AGE), Err(Refused::OtherBlock));
	let anchor = export.anchor.clone().expect("it has one");
	for nth in 0..anchor.nodes.len() {
		let mut broken = export.clone();
		if let Some(anchor) = &mut broken.anchor {
			anchor.nodes.remove(nth);
		}
		assert_eq!(
			verify(&broken, export.block, MAX_AGE),
			Err(Refused::NotAnchored),
			"without node {nth}"
		);
	}
}

#[test]
fn a_reading_that_was_too_old_is_proved_and_is_no_evidence() {
	let export = golden("reading");
	let seen = verify(&export, export.block, 0).expect("it is in the batch");
	assert_eq!(seen.readings[0].evidence, Some(false));
}

#[test]
fn what_is_no_proof_is_told_apart_from_one_of_another_version() {
	let text = golden("reading").to_text();
	for junk in ["", "{}", "[1]", &text[..text.len() / 2]] {
		assert!(
			matches!(Export::read(junk.as_bytes()), Err(Refused::NotAProof(_))),
			"{junk}"
		);
	}
	let newer = text.replace("bpiiot-proof-1", "bpiiot-proof-2");
	assert_eq!(
		Export::read(newer.as_bytes()),
		Err(Refused::OtherFormat("bpiiot-proof-2".to_owned()))
	);
	let short = text.replacen("0x4545", "0x45", 1);
	assert!(matches!(Export::read(short.as_bytes()), Err(Refused::NotAProof(_))));
}

const GENESIS: Hash = [4; 32];
const MACHINE: Hash = [5; 32];

fn channels() -> Vec<Channel> {
	vec![Channel {
		number: 3,
		unit: 5,
		zero: 100,
		multiplier: 1,
		divisor: 10,
		name: "vibration".to_owned(),
	}]
}

fn reading(session: u32, sequence: u64, at: u64) -> Reading {
	Reading {
		channel: 3,
		session,
		sequence,
		at,
		value: 150,
	}
}

fn maker(limits: Limits) -> Maker {
	let table = table_hash(&channels()).expect("it is a table");
	Maker::new(GENESIS, MACHINE, table, limits, Seam::default())
}

#[test]
fn what_the_client_seals_follows_itself_and_can_be_exported() {
	let mut maker = maker(Limits {
		readings: 10,
		age: 60_000,
	});
	let sealed: Vec<_> = (0..35)
		.filter_map(|nth| maker.push(reading(1, nth, 1_000 + nth)))
		.collect();
	assert_eq!((sealed.len(), maker.waiting()), (3, 5));
	for (nth, one) in sealed.iter().enumerate() {
		assert_eq!(one.batch.number, nth as u64 + 1);
		assert_eq!((one.batch.count, one.batch.lost, one.readings.len()), (10, 0, 10));
	}
	for pair in sealed.windows(2) {
		let [one, next] = pair else {
			unreachable!("windows of two")
		};
		assert_eq!(next.batch.previous, one.batch.hash(&GENESIS, &MACHINE));
		assert_eq!(next.batch.missing_after(one.batch.end().as_ref()), Ok(0));
	}
	let one = &sealed[1];
	let export = Export::of(GENESIS, MACHINE, &one.batch, &channels(), &one.readings, (3, 2)).expect("there are");
	let seen = verify(&export, None, MAX_AGE).expect("it proves");
	let values: Vec<_> = seen.readings.iter().map(|seen| (seen.place, seen.value)).collect();
	assert_eq!(values, [(3, 5.0), (4, 5.0)]);
	assert!(Export::of(GENESIS, MACHINE, &one.batch, &channels(), &one.readings, (9, 2)).is_none());
}

#[test]
fn a_batch_is_sealed_before_its_first_reading_is_too_old() {
	let mut maker = maker(Limits {
		readings: 1_000,
		age: 60_000,
	});
	assert!(maker.push(reading(1, 0, 1_000)).is_none());
	assert!(maker.push(reading(1, 1, 60_999)).is_none());
	assert!(!maker.is_due(60_999) && maker.is_due(61_000));
	let sealed = maker.push(reading(1, 2, 61_000)).expect("it is due");
	assert_eq!((sealed.batch.count, sealed.batch.to), (2, 60_999));
	assert_eq!(maker.waiting(), 1);
	assert_eq!(maker.seal().map(|sealed| sealed.batch.number), Some(2));
	assert!(maker.seal().is_none() && !maker.is_due(u64::MAX));
}

/// What is lost is counted, what comes out of order is left out, and a session is one.
#[test]
fn gaps_sessions_and_clocks_are_told() {
	let mut maker = maker(Limits::default());
	for reading in [
		reading(1, 0, 10),
		reading(1, 3, 20),
		reading(1, 2, 30),
		reading(1, 4, 15),
	] {
		assert!(maker.push(reading).is_none());
	}
	assert_eq!((maker.waiting(), maker.refused()), (2, 2));
	maker.clock_jumped();
	assert!(maker.push(reading(2, 0, 40)).is_none());
	maker.session_began();
	assert!(maker.push(reading(2, 0, 50)).is_none());
	let sealed = maker.seal().expect("there is something");
	let batch = &sealed.batch;
	assert_eq!((batch.count, batch.lost, batch.jumps, batch.runs.len()), (4, 2, 1, 3));
	assert_eq!(batch.check(), Ok(()));
}

/// A batch spans no more sessions than the chain takes: the next one begins with the next session, and nothing is lost.
#[test]
fn a_board_that_is_reset_all_the_time_fills_batches() {
	let mut maker = maker(Limits::default());
	let sealed: Vec<_> = (0..40)
		.filter_map(|nth| maker.push(reading(nth, 0, u64::from(nth))))
		.collect();
	assert_eq!(sealed.len(), 2);
	assert!(sealed
		.iter()
		.all(|one| one.batch.runs.len() == 16 && one.batch.check().is_ok()));
	assert_eq!((maker.waiting(), maker.refused()), (8, 0));
}
