//! try-state sees what is broken.

use crate::{mock::*, AllSeries, Anchor, Anchors, Challenges, Citation, Citations, HoldReason, SeriesOf};
use bpiiot_primitives::{AgreementRef, DeadlineIndex, MachineId};
use frame_support::{
	assert_ok,
	storage::with_transaction,
	traits::{fungible::MutateHold, GetStorageVersion, Hooks},
};
use sp_runtime::{DispatchError, TransactionOutcome, TryRuntimeError};

/// What is done to the state, after what try-state must say.
type Damage = (&'static str, fn());

/// Runs `break_it` on a state with three anchors of the press, of which one was pruned and one is challenged, and tells
/// what try-state says.
fn broken_by(break_it: fn()) -> TryRuntimeError {
	let mut said = Ok(());
	build_and_execute(|| {
		let _ = with_transaction(|| {
			anchored();
			time_passes(RETENTION);
			for _ in 0..3 {
				anchored();
			}
			assert_ok!(prune(&OWNER, 1));
			assert_ok!(challenge(&PARTY, 3, 0, 2));
			Telemetry::do_try_state().expect("nothing is broken yet");
			break_it();
			said = Telemetry::do_try_state();
			TransactionOutcome::Rollback(Ok::<(), DispatchError>(()))
		});
	});
	said.expect_err("try-state must see the damage")
}

fn each_is_seen<const CASES: usize>(cases: [Damage; CASES]) {
	for (message, break_it) in cases {
		assert_eq!(broken_by(break_it), TryRuntimeError::Other(message));
	}
}

fn change_series(change: impl FnOnce(&mut SeriesOf<Test>)) {
	AllSeries::<Test>::mutate(PRESS, |series| change(series.as_mut().expect("it is there")));
}

fn change_anchor(batch: u64, change: impl FnOnce(&mut Anchor)) {
	Anchors::<Test>::mutate(PRESS, batch, |anchor| change(anchor.as_mut().expect("it is kept")));
}

#[test]
fn try_state_sees_anchors_that_are_missing_or_left_over() {
	let other = "invariant 4: a series has other anchors than it keeps";
	let newest = "invariant 4: the newest anchor is not what the series says";
	each_is_seen([
		(other, || Anchors::<Test>::remove(PRESS, 2)),
		(other, || Anchors::<Test>::remove(PRESS, 4)),
		(other, || Anchors::<Test>::insert(PRESS, 1, kept(2))),
		(other, || Anchors::<Test>::insert(PRESS, 5, kept(4))),
		(other, || change_series(|series| series.number += 1)),
		(other, || change_series(|series| series.oldest -= 1)),
		(newest, || change_series(|series| series.last[0] ^= 1)),
		(newest, || change_series(|series| series.to += 1)),
		(newest, || change_series(|series| series.anchored_at += 1)),
		(newest, || {
			change_series(|series| series.oldest = 5);
			(2..=4).for_each(|batch| Anchors::<Test>::remove(PRESS, batch));
		}),
		("invariant 4: an anchor of no series", || {
			Anchors::<Test>::insert(MachineId([9; 32]), 1, kept(2));
		}),
		("invariant 9: a series keeps more than it has room for", || {
			change_series(|series| series.room = 2);
		}),
	]);
}

#[test]
fn try_state_sees_times_that_cannot_be() {
	let older = "invariant 4: an anchor is older than what it is of";
	let follows = "invariant 4: an anchor does not follow the one before";
	each_is_seen([
		(older, || change_anchor(2, |anchor| anchor.from = anchor.to + 1)),
		(older, || change_anchor(2, |anchor| anchor.to = anchor.anchored_at + 1)),
		(older, || {
			change_anchor(2, |anchor| anchor.after = anchor.anchored_at + 1)
		}),
		(follows, || change_anchor(3, |anchor| anchor.from = kept(2).to - 1)),
		(follows, || change_anchor(3, |anchor| anchor.after += 1)),
		(follows, || {
			change_anchor(3, |anchor| anchor.kept_from = kept(2).kept_from - 1)
		}),
	]);
}

#[test]
fn try_state_sees_lists_that_differ_from_the_challenges() {
	let differ = "the lists differ from the challenges";
	let record = "a machine's record differs from its challenges";
	each_is_seen([
		("an empty list of challenges was kept", || {
			Citations::<Test>::insert(PRESS, frame_support::BoundedVec::new());
		}),
		("somebody asks a machine twice", || {
			Citations::<Test>::mutate(PRESS, |citations| {
				let again = citations[0].clone();
				citations.try_push(again).expect("there is room");
			});
		}),
		(differ, || Citations::<Test>::remove(PRESS)),
		(differ, || {
			Citations::<Test>::mutate(PRESS, |citations| citations[0].batch = 2)
		}),
		(differ, || {
			Citations::<Test>::mutate(PRESS, |citations| citations[0].challenger = STRANGER);
		}),
		(differ, || {
			let citation = Citation {
				challenge: crate::ChallengeId(9),
				batch: 3,
				challenger: STRANGER,
			};
			Citations::<Test>::mutate(PRESS, |citations| citations.try_push(citation)).expect("there is room");
		}),
		("what is challenged is not kept", || {
			Challenges::<Test>::mutate(last_challenge(), |challenge| {
				challenge.as_mut().expect("open").batch = 1;
			});
		}),
		("what is challenged is not kept", || {
			Challenges::<Test>::mutate(last_challenge(), |challenge| {
				challenge.as_mut().expect("open").first = 9;
			});
		}),
		("a challenge is not in the index of deadlines", || {
			let (id, challenge) = Challenges::<Test>::iter().next().expect("open");
			Escrow::remove(challenge.until, AgreementRef::Challenge(id));
		}),
		(record, || change_series(|series| series.tally.record.challenged += 1)),
		(record, || change_series(|series| series.tally.record.produced += 1)),
		(record, || change_series(|series| series.tally.record.withheld += 1)),
	]);
}

#[test]
fn try_state_sees_deposits_without_a_record_and_records_without_a_deposit() {
	let series = "invariant 9: deposits for series differ from the series";
	let challenges = "invariant 9: deposits for challenges differ from the challenges";
	each_is_seen([
		(series, || {
			assert_ok!(Balances::hold(&HoldReason::Room.into(), &STRANGER, 20));
		}),
		(series, || change_series(|series| series.deposit -= 1)),
		(challenges, || {
			assert_ok!(Balances::hold(&HoldReason::Challenge.into(), &STRANGER, 20));
		}),
		(challenges, || {
			Challenges::<Test>::mutate(last_challenge(), |challenge| {
				challenge.as_mut().expect("open").deposit += 1;
			});
		}),
		("invariant 9: a deposit of an account that does not exist", || {
			let mut empty = AllSeries::<Test>::get(MILL).expect("it has room");
			empty.deposit = 1;
			AllSeries::<Test>::insert(MachineId([9; 32]), empty);
		}),
	]);
}

#[test]
fn the_pallet_accepts_its_configuration_and_has_a_storage_version() {
	empty().execute_with(|| {
		<Telemetry as Hooks<u64>>::integrity_test();
		assert_eq!(Telemetry::in_code_storage_version(), 1);
	});
}
