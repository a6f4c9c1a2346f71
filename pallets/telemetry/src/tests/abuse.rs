//! Who may call what, and what a forged, foreign or repeated call gets: a clear error, and nothing moves.

use crate::{mock::*, Anchors, Call, ChallengeId, Error, Evidence};
use bpiiot_primitives::MachineId;
use bpiiot_seal::{Batch, Proof};
use frame_support::{
	assert_noop, assert_ok,
	dispatch::GetDispatchInfo,
	traits::{GetCallName, UnfilteredDispatchable},
};
use sp_runtime::{traits::BadOrigin, DispatchError};

/// Each call, in their order, on a world with a challenge that is open.
fn calls_on(machine: MachineId, challenge: ChallengeId, batch: Batch, proof: Proof) -> Vec<Call<Test>> {
	vec![
		Call::set_room { machine, room: 9 },
		Call::anchor { batch },
		Call::prune {
			machine,
			count: 1,
			keep_room: true,
		},
		Call::challenge {
			machine,
			batch: 1,
			first: 0,
			count: 1,
			window: MIN_WINDOW,
		},
		Call::produce { challenge, proof },
		Call::expire { challenge },
	]
}

fn calls() -> Vec<Call<Test>> {
	let readings = anchored();
	assert_ok!(challenge(&PARTY, 1, 0, 1));
	let batch = sealed(PRESS, &measured(PRESS, 10));
	time_passes(MINUTE);
	calls_on(PRESS, last_challenge(), batch, proof(1, &readings, 0))
}

/// With what each call refuses whoever has no business with it. A new call has no row here, and the test fails.
fn refusal(call: &str) -> Option<Error<Test>> {
	Some(match call {
		"set_room" | "prune" => Error::NotTheOwner,
		"anchor" => Error::NotAMachine,
		"challenge" => Error::NotAParty,
		// Whoever has the readings may show them.
		"produce" => return None,
		"expire" => Error::NotExpired,
		other => panic!("no row for the call {other}"),
	})
}

#[test]
fn every_call_refuses_every_wrong_origin() {
	for (index, name) in Call::<Test>::get_call_names().iter().enumerate() {
		build_and_execute(|| {
			let call = calls().swap_remove(index);
			assert_eq!(call.get_call_name(), *name);
			let unsigned = [RuntimeOrigin::none(), RuntimeOrigin::root()].map(|origin| (origin, BadOrigin.into()));
			let error = refusal(name).map(DispatchError::from);
			let wrong = [STRANGER, NEIGHBOUR].map(|who| Some((RuntimeOrigin::signed(who), error?)));
			for (origin, error) in unsigned.into_iter().chain(wrong.into_iter().flatten()) {
				let refused = frame_support::storage::with_storage_layer(|| {
					call.clone()
						.dispatch_bypass_filter(origin)
						.map_err(|failed| failed.error)
				});
				assert_eq!(refused.map(drop), Err(error), "{name}");
			}
		});
	}
}

#[test]
fn calls_on_what_does_not_exist_say_so() {
	build_and_execute(|| {
		let readings = measured(PRESS, 10);
		let (batch, proof) = (sealed(PRESS, &readings), proof(1, &readings, 0));
		let nothing = MachineId([103; 32]);
		for call in calls_on(nothing, ChallengeId(7), batch.clone(), proof.clone()) {
			let (error, who) = match call.get_call_name() {
				"set_room" | "prune" => (Error::<Test>::NotTheOwner, OWNER),
				"challenge" => (Error::NoSeries, PARTY),
				"anchor" => continue,
				_ => (Error::UnknownChallenge, PARTY),
			};
			assert_noop!(signed(&who, call), error);
		}
		// Of a machine that has no series.
		sold(nothing, &OWNER);
		for call in calls_on(nothing, ChallengeId(7), batch, proof) {
			let who = match call.get_call_name() {
				"anchor" => key(nothing),
				"prune" => OWNER,
				_ => continue,
			};
			assert_noop!(signed(&who, call), Error::<Test>::NoSeries);
		}
	});
}

/// What the machine has anchored it cannot unsay, and no second story takes its place.
#[test]
fn an_owner_has_one_story_alone() {
	build_and_execute(|| {
		let readings = measured(PRESS, 10);
		let mut nicer = readings.clone();
		nicer.iter_mut().for_each(|reading| reading.value = 0);
		let stories = [sealed(PRESS, &readings), sealed(PRESS, &nicer)];
		time_passes(MINUTE);
		let [one, other] = stories;
		assert_ok!(anchor(PRESS, one));
		assert_noop!(anchor(PRESS, other), Error::<Test>::AlreadyAnchored);
		assert!(Telemetry::admissible_reading(&PRESS, &proof(1, &readings, 0)).is_ok());
		assert!(Telemetry::admissible_reading(&PRESS, &proof(1, &nicer, 0)).is_err());
	});
}

/// Readings that were made up after the fact are too old, or before the anchor before.
#[test]
fn a_story_that_is_made_up_later_is_no_evidence() {
	build_and_execute(|| {
		let made_up = sealed(PRESS, &measured(PRESS, 10));
		let readings = measured(PRESS, 10);
		time_passes(MAX_AGE + 10_000);
		assert_ok!(anchor(PRESS, made_up));
		for place in 0..10 {
			let why = Telemetry::admissible_reading(&PRESS, &proof(1, &readings, place)).map(drop);
			assert_eq!(why, Err(crate::Why::TooOld), "{place}");
		}
	});
}

/// An attacker stores nothing that was not paid for, however often he calls.
#[test]
fn nobody_fills_storage_for_nothing() {
	build_and_execute(|| {
		for _ in 0..ROOM + 5 {
			let batch = sealed(PRESS, &measured(PRESS, 10));
			time_passes(MINUTE);
			let _ = anchor(PRESS, batch);
		}
		assert_eq!(Anchors::<Test>::iter().count() as u32, ROOM);
		for number in 1..=u64::from(ROOM) {
			let _ = challenge(&PARTY, number, 0, 1);
		}
		assert_eq!(crate::Challenges::<Test>::iter().count(), 1);
	});
}

/// A call is weighed by what it may do, and not by what somebody writes into it.
#[test]
fn absurd_numbers_weigh_no_more_than_what_is_allowed() {
	let prune = |count| Call::<Test>::prune {
		machine: PRESS,
		count,
		keep_room: true,
	};
	let weight = |call: Call<Test>| call.get_dispatch_info().call_weight;
	assert_eq!(weight(prune(u32::MAX)), weight(prune(crate::MAX_PRUNED)));
	assert_ne!(weight(prune(1)), weight(prune(2)));
	let produce = |count| Call::<Test>::produce {
		challenge: ChallengeId(1),
		proof: Proof {
			batch: 1,
			first: 0,
			readings: vec![Default::default(); count],
			path: vec![],
		},
	};
	assert_eq!(weight(produce(1_000)), weight(produce(crate::MAX_ASKED as usize)));
	assert_ne!(weight(produce(1)), weight(produce(2)));
}

/// Whoever has a machine's key for a moment cannot use up its numbers, so that it could never anchor again.
#[test]
fn numbers_at_the_edge_do_not_overflow_nor_end_the_series() {
	build_and_execute(|| {
		let mut batch = sealed(PRESS, &measured(PRESS, 1));
		time_passes(MINUTE);
		(batch.runs[0].first, batch.runs[0].last) = (u64::MAX, u64::MAX);
		batch.jumps = u16::MAX;
		for epoch in [1, u32::MAX] {
			let mut skips = batch.clone();
			skips.runs[0].epoch = epoch;
			assert_noop!(anchor(PRESS, skips), Error::<Test>::EpochSkipped);
		}
		assert_ok!(anchor(PRESS, batch.clone()));
		assert_eq!(series().tally.lost, u64::MAX);
		// There is no other reading in this session, and that is said. The next one goes on.
		(batch.number, batch.previous) = (2, series().last);
		assert_noop!(anchor(PRESS, batch.clone()), Error::<Test>::Overlap);
		batch.runs[0].epoch = 2;
		assert_noop!(anchor(PRESS, batch.clone()), Error::<Test>::EpochSkipped);
		batch.runs[0].epoch = 1;
		assert_ok!(anchor(PRESS, batch));
		assert_eq!(series().end.expect("it has one").epoch, 1);
	});
}
