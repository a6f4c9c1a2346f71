//! Room for anchors, anchors, and how old ones go.

use super::{name, Error, IN_NATIVE};
use crate::{chain::skip, prelude::*};
use bpiiot_seal::{Batch, Run};
use pallet_telemetry::Call;
use sp_runtime::TokenError;

pub fn rows() -> Vec<Row> {
	vec![set_room(), anchor(), prune()]
}

fn set_room() -> Row {
	let may = actor(OWNER, Error::NotTheOwner);
	Row::new(name("set_room"), may, trading, || make_room(ANCHORS))
		.case(Right, given(measuring).calling(|| make_room(ANCHORS + 1)))
		.case(Right, given(measuring).calling(|| make_room(1)))
		.case(WrongState, given(measuring).fails(Error::SameRoom))
		.case(
			WrongState,
			given(citable).calling(|| make_room(0)).fails(Error::RoomInUse),
		)
		.case(
			WrongState,
			calling(|| Call::set_room {
				machine: NO_MACHINE,
				room: 1,
			})
			.fails(Error::NotTheOwner),
		)
		// A key is no key to money.
		.case(Stranger, by(KEY).fails(Error::NotTheOwner))
		.with_a_frozen_machine_too()
		.case(Zero, given(measuring).calling(|| make_room(0)))
		.case(Zero, calling(|| make_room(0)).fails(Error::SameRoom))
		.case(
			Maximum,
			calling(|| make_room(u32::MAX)).fails(TokenError::FundsUnavailable),
		)
		.never(&[Overflow], "so much room costs no more than a number")
		.never(&ASSETS, IN_NATIVE)
		.case(OwnCounterparty, then(|| sell(CUSTOMER)).by(CUSTOMER))
		.case(OwnCounterparty, then(|| sell(CUSTOMER)).fails(Error::NotTheOwner))
		.never(&[FullList], FILLS_NO_LIST)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&machine().account())).fails(TokenError::FundsUnavailable),
		)
		.never(&[TooLate], NO_DEADLINE)
}

/// The next batch, of which something is different.
fn but(change: fn(&mut Batch)) -> Call<Runtime> {
	let mut batch = seals(&[GOOD]);
	change(&mut batch);
	Call::anchor { batch }
}

fn anchor() -> Row {
	let batch = |change: fn(&mut Batch)| calling(move || but(change));
	let second = |change: fn(&mut Batch)| given(anchored).calling(move || but(change));
	let full = || {
		measuring();
		(0..ANCHORS).for_each(|_| measures(&[GOOD]));
	};
	let row = Row::new(name("anchor"), actor(KEY, Error::NotAMachine), measuring, || {
		but(|_| ())
	})
	.case(Right, given(anchored))
	.case(
		Right,
		calling(|| Call::anchor {
			batch: seals(&[GOOD; 7]),
		}),
	)
	// It counts that the clock was put right.
	.case(Right, batch(|batch| batch.jumps = u16::MAX))
	.case(Stranger, by(OWNER).fails(Error::NotAMachine))
	.case(WrongState, given(trading).calling(first_batch).fails(Error::NoSeries))
	.case(WrongState, batch(|batch| batch.number = 2).fails(Error::BatchSkipped))
	.case(
		WrongState,
		second(|batch| batch.number = 1).fails(Error::AlreadyAnchored),
	)
	.case(
		WrongState,
		second(|batch| batch.previous = [1; 32]).fails(Error::OtherPredecessor),
	)
	.case(WrongState, batch(|batch| batch.runs.clear()).fails(Error::BadRuns))
	.case(
		WrongState,
		batch(|batch| batch.runs[0].last += 1).fails(Error::CountsDiffer),
	)
	.case(
		WrongState,
		batch(|batch| batch.from = batch.to + 1).fails(Error::TimesReversed),
	)
	.case(
		WrongState,
		batch(|batch| batch.runs[0].epoch = 1).fails(Error::EpochSkipped),
	)
	.case(
		WrongState,
		second(|batch| {
			(batch.runs[0].first, batch.runs[0].last) = (0, 0);
		})
		.fails(Error::Overlap),
	)
	.case(WrongState, second(|batch| batch.from = 0).fails(Error::GoesBack))
	.case(
		WrongState,
		batch(|batch| batch.to = now() + 1).fails(Error::FromTheFuture),
	)
	.case(Zero, batch(|batch| batch.count = 0).fails(Error::BadCount))
	.case(
		Maximum,
		batch(|batch| {
			batch.count = bpiiot_seal::MAX_READINGS;
			batch.runs[0].last = u64::from(bpiiot_seal::MAX_READINGS) - 1;
		}),
	)
	.case(Maximum, batch(|batch| batch.count = u32::MAX).fails(Error::BadCount))
	.case(
		Maximum,
		batch(|batch| batch.runs = vec![batch.runs[0]; 17]).fails(Error::BadRuns),
	)
	// A session that ends at the last number ends there.
	.case(
		Overflow,
		batch(|batch| (batch.runs[0].first, batch.runs[0].last) = (u64::MAX, u64::MAX)),
	)
	.case(
		Overflow,
		batch(|batch| (batch.runs[0].first, batch.runs[0].last) = (0, u64::MAX)).fails(Error::CountsDiffer),
	)
	.never(&ASSETS, NAMES_NO_ASSET)
	.case(OwnCounterparty, then(|| sell(CUSTOMER)))
	.case(FullList, given(full).fails(Error::NoRoom))
	.never(&[DepositUnaffordable], "room for it was paid in advance");
	row.never(&[TooLate], "how late it is says what it is evidence for")
		.by_the_next_key_too()
}

/// What the machine would anchor first if there were room.
fn first_batch() -> Call<Runtime> {
	let run = Run {
		epoch: 0,
		session: 1,
		first: 0,
		last: 0,
	};
	let batch = Batch {
		number: 1,
		previous: [0; 32],
		root: [1; 32],
		count: 1,
		lost: 0,
		from: now(),
		to: now(),
		channels: [2; 32],
		jumps: 0,
		runs: vec![run],
	};
	Call::anchor { batch }
}

/// One batch is anchored.
fn anchored() {
	measuring();
	measures(&[GOOD]);
}

/// Three are, and they were kept as long as they must be.
fn old() {
	measuring();
	(0..ANCHORS).for_each(|_| measures(&[GOOD]));
	skip(KEPT + 1);
}

fn prune() -> Row {
	let prunes = |count| Call::<Runtime>::prune {
		machine: machine(),
		count,
		keep_room: false,
	};
	let many = move |count| calling(move || prunes(count));
	let may = actor(OWNER, Error::NotTheOwner);
	Row::new(name("prune"), may, old, move || prunes(1))
		.case(Right, many(2))
		.case(Right, by(KEY))
		.case(
			Right,
			calling(|| Call::prune {
				machine: machine(),
				count: 1,
				keep_room: true,
			}),
		)
		.case(WrongState, given(trading).fails(Error::NoSeries))
		.case(WrongState, many(3).fails(Error::NewestIsKept))
		.case(
			WrongState,
			calling(|| Call::prune {
				machine: NO_MACHINE,
				count: 1,
				keep_room: false,
			})
			.fails(Error::NotTheOwner),
		)
		.case(
			WrongState,
			given(|| {
				repaired(Repair::Assigned);
				(0..ANCHORS).for_each(|_| measures(&[GOOD]));
				act(CUSTOMER, cite(0, 1));
			})
			.fails(Error::Cited),
		)
		.with_a_frozen_machine_too()
		.case(Zero, many(0).fails(Error::BadPrune))
		.case(Maximum, many(65).fails(Error::BadPrune))
		.case(Maximum, many(u32::MAX).fails(Error::BadPrune))
		.never(&[Overflow], SUMS_NOTHING)
		.never(&ASSETS, IN_NATIVE)
		.case(OwnCounterparty, then(|| sell(CUSTOMER)).by(CUSTOMER))
		.case(OwnCounterparty, then(|| sell(CUSTOMER)).fails(Error::NotTheOwner))
		.never(&[FullList], FILLS_NO_LIST)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.case(
			TooLate,
			given(|| {
				measuring();
				(0..ANCHORS).for_each(|_| measures(&[GOOD]));
				skip(KEPT - 2);
			})
			.fails(Error::TooYoung),
		)
		.by_the_next_key_too()
}
