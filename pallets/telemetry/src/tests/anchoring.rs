//! What is anchored, and all that is not.

use crate::{mock::*, AllSeries, Anchor, Anchors, Call, Error, Event, Series, Tally};
use bpiiot_seal::{Batch, Position, Run, Sealer};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

/// What is done to a batch, and what is said of it.
type Case = (Error<Test>, fn(&mut Batch));

/// That each of these batches is refused, and nothing moves.
fn each_is_refused<const CASES: usize>(batch: &Batch, cases: [Case; CASES]) {
	for (error, break_it) in cases {
		let mut batch = batch.clone();
		break_it(&mut batch);
		assert_noop!(anchor(PRESS, batch), error);
	}
}

#[test]
fn a_batch_is_anchored_as_what_is_said_of_it() {
	build_and_execute(|| {
		let readings = measured(PRESS, 10);
		let mut batch = sealed(PRESS, &readings);
		batch.jumps = 2;
		batch.lost = 1;
		batch.runs[0].first = 4;
		batch.runs[0].last = 14;
		time_passes(MINUTE);
		assert_ok!(anchor(PRESS, batch.clone()));
		let hash = batch.hash(&[69; 32], &PRESS.0);
		System::assert_last_event(
			Event::<Test>::Anchored {
				machine: PRESS,
				batch: 1,
				hash,
				root: batch.root,
				count: 10,
				lost: 1,
				missing: 4,
				jumps: 2,
				from: START,
				to: START + 9_000,
			}
			.into(),
		);
		let expected = Anchor {
			hash,
			root: batch.root,
			channels: TABLE,
			count: 10,
			lost: 1,
			jumps: 2,
			from: START,
			to: START + 9_000,
			after: START,
			anchored_at: START + MINUTE,
			kept_from: START + MINUTE,
			withheld: false,
		};
		assert_eq!(kept(1), expected);
		let expected = Series {
			number: 1,
			last: hash,
			end: Some(Position {
				epoch: 0,
				session: 77,
				sequence: 14,
			}),
			to: START + 9_000,
			anchored_at: START + MINUTE,
			oldest: 1,
			pruned: [0; 32],
			room: ROOM,
			deposit: SERIES_DEPOSIT + 5 * ANCHOR_DEPOSIT,
			tally: Tally {
				readings: 10,
				lost: 5,
				jumps: 2,
				..Default::default()
			},
		};
		assert_eq!(series(), expected);
	});
}

#[test]
fn batches_follow_each_other_over_sessions() {
	build_and_execute(|| {
		let first = anchored();
		anchored();
		assert_eq!(kept(2).after, kept(1).anchored_at);
		assert_eq!(series().tally.lost, 0);
		// The board was reset, and its first reading of the new session did not arrive.
		let mut readings = measured(PRESS, 3);
		for (place, reading) in readings.iter_mut().enumerate() {
			(reading.session, reading.sequence) = (5, place as u64 + 1);
		}
		let batch = sealed(PRESS, &readings);
		time_passes(MINUTE);
		assert_ok!(anchor(PRESS, batch));
		let end = Position {
			epoch: 1,
			session: 5,
			sequence: 3,
		};
		assert_eq!((series().end, series().tally.lost), (Some(end), 1));
		assert_eq!((series().number, series().tally.readings), (3, 23));
		assert_eq!(first[0].sequence, 0);
	});
}

#[test]
fn a_batch_that_was_anchored_is_not_anchored_again() {
	build_and_execute(|| {
		let batch = sealed(PRESS, &measured(PRESS, 10));
		time_passes(MINUTE);
		assert_ok!(anchor(PRESS, batch.clone()));
		assert_noop!(anchor(PRESS, batch.clone()), Error::<Test>::AlreadyAnchored);
		let zero = Batch {
			number: 0,
			..batch.clone()
		};
		assert_noop!(anchor(PRESS, zero), Error::<Test>::AlreadyAnchored);
		let skipped = Batch {
			number: 3,
			..batch.clone()
		};
		assert_noop!(anchor(PRESS, skipped), Error::<Test>::BatchSkipped);
		let last = Batch {
			number: u64::MAX,
			..batch.clone()
		};
		assert_noop!(anchor(PRESS, last), Error::<Test>::BatchSkipped);
		// Under the next number it follows nothing that there is, or has what is there.
		let renamed = Batch { number: 2, ..batch };
		assert_noop!(anchor(PRESS, renamed.clone()), Error::<Test>::OtherPredecessor);
		let chained = Batch {
			previous: series().last,
			..renamed
		};
		assert_noop!(anchor(PRESS, chained), Error::<Test>::Overlap);
	});
}

#[test]
fn what_cannot_be_a_batch_is_refused() {
	build_and_execute(|| {
		anchored();
		let batch = sealed(PRESS, &measured(PRESS, 10));
		time_passes(MINUTE);
		each_is_refused(
			&batch,
			[
				(Error::BadCount, |batch| batch.count = 0),
				(Error::BadCount, |batch| batch.count = u32::MAX),
				(Error::BadRuns, |batch| batch.runs.clear()),
				(Error::BadRuns, |batch| batch.runs[0].last = 9),
				(Error::BadRuns, |batch| batch.runs = vec![batch.runs[0]; 2]),
				(Error::BadRuns, |batch| {
					let run = |epoch| Run { epoch, ..batch.runs[0] };
					batch.runs = (0..17).map(run).collect();
				}),
				(Error::CountsDiffer, |batch| batch.count += 1),
				(Error::CountsDiffer, |batch| batch.lost += 1),
				(Error::CountsDiffer, |batch| batch.runs[0].last = u64::MAX),
				(Error::TimesReversed, |batch| batch.to = batch.from - 1),
				(Error::OtherPredecessor, |batch| batch.previous[0] ^= 1),
			],
		);
		assert_ok!(anchor(PRESS, batch));
	});
}

#[test]
fn readings_do_not_go_back_and_are_in_no_two_batches() {
	build_and_execute(|| {
		anchored();
		let batch = sealed(PRESS, &measured(PRESS, 10));
		time_passes(MINUTE);
		each_is_refused(
			&batch,
			[
				// The last reading of the one before is in it again.
				(Error::Overlap, |batch| {
					batch.runs[0].first -= 1;
					batch.lost += 1;
				}),
				// The whole of it lies before.
				(Error::Overlap, |batch| {
					(batch.runs[0].first, batch.runs[0].last) = (0, 9);
				}),
				// The session goes by another number.
				(Error::Overlap, |batch| batch.runs[0].session = 78),
			],
		);
		// Of a session before, after one with a new epoch.
		let mut later = measured(PRESS, 1);
		later[0].session = 78;
		assert_ok!(anchor(PRESS, sealed(PRESS, &later)));
		let back = Batch {
			number: 3,
			previous: series().last,
			..batch
		};
		assert_noop!(anchor(PRESS, back), Error::<Test>::Overlap);
	});
}

#[test]
fn times_neither_go_back_nor_come_from_the_future() {
	build_and_execute(|| {
		anchored();
		let to = kept(1).to;
		let now = START + 2 * MINUTE;
		let mut readings = measured(PRESS, 2);
		time_passes(MINUTE);
		(readings[0].at, readings[1].at) = (to - 1, to);
		let mut sealer = Sealer::new(series().end, 0);
		readings
			.iter()
			.for_each(|reading| sealer.push(reading).expect("in order"));
		let early = sealer.finish(2, series().last, TABLE).expect("two");
		assert_noop!(anchor(PRESS, early), Error::<Test>::GoesBack);
		(readings[0].at, readings[1].at) = (now, now + 1);
		let late = sealed(PRESS, &readings);
		assert_noop!(anchor(PRESS, late), Error::<Test>::FromTheFuture);
		let far = Batch {
			to: u64::MAX,
			..sealed(PRESS, &readings)
		};
		assert_noop!(anchor(PRESS, far), Error::<Test>::FromTheFuture);
		// In the same millisecond as the last one, to this very millisecond.
		(readings[0].at, readings[1].at) = (to, now);
		assert_ok!(anchor(PRESS, sealed(PRESS, &readings)));
	});
}

#[test]
fn only_a_machine_with_room_anchors_and_only_for_itself() {
	build_and_execute(|| {
		let batch = sealed(PRESS, &measured(PRESS, 10));
		time_passes(MINUTE);
		for who in [OWNER, STRANGER, PRESS.account()] {
			let call = Call::anchor { batch: batch.clone() };
			assert_noop!(signed(&who, call), Error::<Test>::NotAMachine);
		}
		// Another machine that says the same says it of itself: another hash, and no proof of the press's.
		assert_ok!(anchor(MILL, batch.clone()));
		assert_ne!(series_of(MILL).last, batch.hash(&[69; 32], &PRESS.0));
		assert!(!Anchors::<Test>::contains_key(PRESS, 1));
		freeze(PRESS);
		assert_noop!(anchor(PRESS, batch.clone()), DispatchError::Exhausted);
		sold(bpiiot_primitives::MachineId([103; 32]), &OWNER);
		assert_noop!(
			anchor(bpiiot_primitives::MachineId([103; 32]), batch),
			Error::<Test>::NoSeries
		);
	});
}

#[test]
fn there_are_no_more_anchors_than_room() {
	build_and_execute(|| {
		for _ in 0..ROOM {
			anchored();
		}
		let batch = sealed(PRESS, &measured(PRESS, 10));
		time_passes(MINUTE);
		assert_noop!(anchor(PRESS, batch.clone()), Error::<Test>::NoRoom);
		assert_ok!(set_room(&OWNER, PRESS, ROOM + 1));
		assert_ok!(anchor(PRESS, batch));
		assert_eq!(AllSeries::<Test>::get(PRESS).map(|series| series.kept()), Some(6));
	});
}
