//! Readings that are asked for, that come, and that do not.

use crate::{mock::*, Call, ChallengeId, Challenges, Citations, Error, Event, Evidence, Record, MAX_ASKED};
use bpiiot_primitives::OpenWork;
use bpiiot_seal::{Proof, Refused};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{DispatchError, TokenError};

fn record(challenged: u32, produced: u32, withheld: u32) -> Record {
	Record {
		challenged,
		produced,
		withheld,
	}
}

fn windowed(window: u64) -> Call<Test> {
	Call::challenge {
		machine: PRESS,
		batch: 1,
		first: 0,
		count: 1,
		window,
	}
}

#[test]
fn readings_that_are_asked_for_are_produced() {
	build_and_execute(|| {
		let readings = anchored();
		assert_ok!(challenge(&PARTY, 1, 3, 4));
		let id = last_challenge();
		System::assert_last_event(
			Event::<Test>::Challenged {
				challenge: id,
				machine: PRESS,
				batch: 1,
				first: 3,
				count: 4,
				challenger: PARTY,
				until: START + MINUTE + MIN_WINDOW,
			}
			.into(),
		);
		assert_eq!(money(&PARTY), (ENDOWMENT, CHALLENGE_DEPOSIT));
		assert!(Telemetry::has_open_work(&PRESS) && !Telemetry::has_open_work(&MILL));
		// Until the last millisecond of the window.
		time_passes(MIN_WINDOW);
		let proof = Proof::of(1, &readings, 3, 4).expect("there are such places");
		assert_ok!(produce(&key(PRESS), id, proof.clone()));
		System::assert_last_event(
			Event::<Test>::Produced {
				challenge: id,
				machine: PRESS,
				batch: 1,
				challenger: PARTY,
				forfeited: CHALLENGE_DEPOSIT,
			}
			.into(),
		);
		assert_eq!(Telemetry::record(&PRESS), record(1, 1, 0));
		assert_eq!(money(&PARTY), (ENDOWMENT - CHALLENGE_DEPOSIT, 0));
		assert_eq!(money(&POT).0, MINIMUM + CHALLENGE_DEPOSIT);
		assert_eq!(Forfeits::get(PARTY), Some(CHALLENGE_DEPOSIT));
		assert!(!Telemetry::has_open_work(&PRESS));
		assert_noop!(produce(&key(PRESS), id, proof), Error::<Test>::UnknownChallenge);
		assert_noop!(expire(id), Error::<Test>::UnknownChallenge);
		assert_eq!(pallet_escrow::Deadlines::<Test>::iter().count(), 0);
	});
}

#[test]
fn what_is_not_produced_counts_against_its_holder() {
	build_and_execute(|| {
		let readings = anchored();
		let proof = proof(1, &readings, 0);
		assert_ok!(challenge(&PARTY, 1, 0, 1));
		let id = last_challenge();
		time_passes(MIN_WINDOW);
		assert_noop!(expire(id), Error::<Test>::NotExpired);
		assert!(Telemetry::admissible_reading(&PRESS, &proof).is_ok());
		time_passes(1);
		assert_noop!(produce(&OWNER, id, proof.clone()), Error::<Test>::TooLate);
		assert_ok!(expire(id));
		System::assert_last_event(
			Event::<Test>::Withheld {
				challenge: id,
				machine: PRESS,
				batch: 1,
				challenger: PARTY,
			}
			.into(),
		);
		assert_eq!(Telemetry::record(&PRESS), record(1, 0, 1));
		assert!(Telemetry::is_withheld(&PRESS, 1) && kept(1).withheld);
		assert_eq!(Telemetry::admissible_reading(&PRESS, &proof), Err(crate::Why::Withheld));
		assert_eq!(money(&PARTY), (ENDOWMENT, 0));
		assert_noop!(challenge(&PARTY, 1, 0, 1), Error::<Test>::AlreadyWithheld);
		assert_noop!(expire(id), Error::<Test>::UnknownChallenge);
		// The others are as they were.
		let readings = anchored();
		assert!(Telemetry::admissible_reading(&PRESS, &self::proof(2, &readings, 0)).is_ok());
		assert!(!Telemetry::is_withheld(&PRESS, 2) && !Telemetry::is_withheld(&MILL, 1));
	});
}

#[test]
fn only_the_readings_that_were_asked_for_are_an_answer() {
	build_and_execute(|| {
		let readings = anchored();
		let others = anchored();
		assert_ok!(challenge(&PARTY, 1, 3, 2));
		let id = last_challenge();
		let of = |first, count| Proof::of(1, &readings, first, count).expect("there are such places");
		for wrong in [of(3, 1), of(3, 3), of(2, 2), of(4, 2)] {
			assert_noop!(produce(&OWNER, id, wrong), Error::<Test>::OtherReadings);
		}
		let another = Proof::of(2, &readings, 3, 2).expect("there are such places");
		assert_noop!(produce(&OWNER, id, another), Error::<Test>::OtherReadings);
		let mut empty = of(3, 2);
		empty.readings.clear();
		assert_noop!(produce(&OWNER, id, empty), Error::<Test>::OtherReadings);
		// Those of another batch, as if they were of this one.
		let moved = Proof::of(1, &others, 3, 2).expect("there are such places");
		assert_noop!(produce(&OWNER, id, moved), Error::<Test>::ForgedProof);
		let breaks: [fn(&mut Proof); 5] = [
			|proof| proof.readings[1].value += 1,
			|proof| proof.readings.swap(0, 1),
			|proof| proof.path[0][0] ^= 1,
			|proof| proof.path.push([0; 32]),
			|proof| proof.path.clear(),
		];
		for break_it in breaks {
			let mut forged = of(3, 2);
			break_it(&mut forged);
			assert!(forged
				.verify(&kept(1).root, 10)
				.is_err_and(|why| why != Refused::NoReadings));
			assert_noop!(produce(&OWNER, id, forged), Error::<Test>::ForgedProof);
		}
		assert_ok!(produce(&STRANGER, id, of(3, 2)));
	});
}

/// Who has anchored readings that no honest sealer takes cannot answer.
#[test]
fn readings_that_cannot_be_are_no_answer() {
	build_and_execute(|| {
		let good = measured(PRESS, 10);
		let breaks: [fn(&mut [bpiiot_seal::Reading]); 4] = [
			|readings| readings[4].at = readings[0].at - 1,
			|readings| readings[4].at = u64::MAX,
			|readings| readings[4].at = readings[2].at,
			|readings| readings[4].sequence = readings[3].sequence,
		];
		for (place, break_it) in breaks.into_iter().enumerate() {
			let mut readings = measured(PRESS, good.len() as u64);
			let mut batch = sealed(PRESS, &readings);
			break_it(&mut readings);
			let mut tree = bpiiot_seal::Tree::default();
			readings.iter().for_each(|reading| {
				tree.push(reading.leaf());
			});
			batch.root = tree.root().expect("there are readings");
			time_passes(MINUTE);
			assert_ok!(anchor(PRESS, batch));
			let number = place as u64 + 1;
			assert_ok!(challenge(&PARTY, number, 3, 2));
			let proof = Proof::of(number, &readings, 3, 2).expect("there are such places");
			assert_eq!(proof.verify(&kept(number).root, 10), Ok(()));
			assert_noop!(
				produce(&OWNER, last_challenge(), proof.clone()),
				Error::<Test>::Disorderly
			);
			assert_eq!(
				Telemetry::admissible_readings(&PRESS, &proof),
				Err(crate::Why::Disorderly)
			);
			time_passes(MIN_WINDOW + 1);
			assert_ok!(expire(last_challenge()));
		}
		assert_eq!(Telemetry::record(&PRESS), record(4, 0, 4));
	});
}

#[test]
fn only_parties_ask_and_not_of_their_own_machines() {
	build_and_execute(|| {
		anchored();
		for who in [STRANGER, NEIGHBOUR, key(MILL)] {
			assert_noop!(challenge(&who, 1, 0, 1), Error::<Test>::NotAParty);
		}
		for who in [OWNER, PRESS.account()] {
			is_party(&who, PRESS);
		}
		assert_noop!(challenge(&OWNER, 1, 0, 1), Error::<Test>::OwnEvidence);
		assert_noop!(challenge(&key(PRESS), 1, 0, 1), Error::<Test>::OwnEvidence);
		// Nor does another machine of the same owner.
		is_party(&MILL.account(), PRESS);
		sold(MILL, &OWNER);
		assert_noop!(challenge(&key(MILL), 1, 0, 1), Error::<Test>::OwnEvidence);
		sold(MILL, &NEIGHBOUR);
		assert_ok!(challenge(&key(MILL), 1, 0, 1));
		assert_eq!(
			Challenges::<Test>::get(last_challenge()).expect("made").challenger,
			MILL.account()
		);
	});
}

#[test]
fn questions_that_cannot_be_answered_are_refused() {
	build_and_execute(|| {
		anchored();
		for (first, count) in [
			(0, 0),
			(0, MAX_ASKED + 1),
			(0, 11),
			(10, 1),
			(u32::MAX, 1),
			(1, u32::MAX),
		] {
			assert_noop!(challenge(&PARTY, 1, first, count), Error::<Test>::BadPlaces);
		}
		for window in [0, MIN_WINDOW - 1, MAX_WINDOW + 1, u64::MAX] {
			assert_noop!(signed(&PARTY, windowed(window)), Error::<Test>::WindowOutOfRange);
		}
		let of_nobody = Call::challenge {
			machine: bpiiot_primitives::MachineId([9; 32]),
			batch: 1,
			first: 0,
			count: 1,
			window: MIN_WINDOW,
		};
		assert_noop!(signed(&PARTY, of_nobody), Error::<Test>::NoSeries);
		assert_ok!(signed(&PARTY, windowed(MAX_WINDOW)));
	});
}

#[test]
fn a_challenge_is_paid_for_and_policies_are_asked() {
	build_and_execute(|| {
		anchored();
		is_party(&AccountId::new([5; 32]), PRESS);
		assert_noop!(
			challenge(&AccountId::new([5; 32]), 1, 0, 1),
			TokenError::FundsUnavailable
		);
		Barred::insert(PARTY, ());
		assert_noop!(challenge(&PARTY, 1, 0, 1), DispatchError::Unavailable);
	});
}

#[test]
fn nobody_floods_a_machine_with_challenges() {
	build_and_execute(|| {
		let readings = anchored();
		assert_ok!(challenge(&PARTY, 1, 0, 1));
		let first = last_challenge();
		assert_noop!(challenge(&PARTY, 1, 1, 1), Error::<Test>::AlreadyChallenged);
		for who in [NEIGHBOUR, STRANGER] {
			is_party(&who, PRESS);
			assert_ok!(challenge(&who, 1, 0, 1));
		}
		is_party(&MILL.account(), PRESS);
		assert_noop!(challenge(&key(MILL), 1, 0, 1), Error::<Test>::TooManyChallenges);
		assert_eq!(Citations::<Test>::get(PRESS).len() as u32, MAX_CHALLENGES);
		// Each answer makes room, and costs who asks.
		assert_ok!(produce(&OWNER, first, proof(1, &readings, 0)));
		assert_ok!(challenge(&PARTY, 1, 1, 1));
		assert_eq!(money(&PARTY), (ENDOWMENT - CHALLENGE_DEPOSIT, CHALLENGE_DEPOSIT));
		assert_noop!(challenge(&key(MILL), 1, 0, 1), Error::<Test>::TooManyChallenges);
		// The press measures on all the while.
		anchored();
	});
}

#[test]
fn a_frozen_machine_is_answered_for_by_its_owner() {
	build_and_execute(|| {
		let readings = anchored();
		assert_ok!(challenge(&PARTY, 1, 2, 1));
		freeze(PRESS);
		let (id, proof) = (last_challenge(), proof(1, &readings, 2));
		assert_noop!(produce(&key(PRESS), id, proof.clone()), DispatchError::Exhausted);
		assert_ok!(produce(&OWNER, id, proof));
	});
}

#[test]
fn a_challenge_that_there_is_not_cannot_be_answered() {
	build_and_execute(|| {
		let readings = anchored();
		let id = ChallengeId(5);
		assert_noop!(
			produce(&OWNER, id, proof(1, &readings, 2)),
			Error::<Test>::UnknownChallenge
		);
		assert_noop!(expire(id), Error::<Test>::UnknownChallenge);
	});
}
