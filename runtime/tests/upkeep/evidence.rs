//! Which readings decide: what telemetry, calibration and an order each ask of them.

use crate::{readings, world::*};
use bpiiot_primitives::{AssetKind, AtRisk, ServiceOrderId};
use bpiiot_runtime::{AccountId, Balance, Runtime, Telemetry, BPI};
use bpiiot_seal::Reading;
use frame_support::{assert_noop, assert_ok};
use pallet_diagnostics::{Call, Error, MetricId, OrderState, Proof};
use pallet_telemetry::{Call as Anchoring, Error as AnchoringError, Evidence, Why};
use sp_core::H256;

/// An order that waits for readings.
fn declared() -> ServiceOrderId {
	let id = a_press_asks_for_help();
	he_comes(MAINTAINER, id);
	id
}

fn submits(order: ServiceOrderId, proof: Proof) -> sp_runtime::DispatchResult {
	by(OWNER, Call::submit_reading { order, proof })
}

/// The press has anchored these readings, each at its time.
fn anchors(seen: &[(u64, i64)]) -> (u64, Vec<Reading>) {
	let measured = readings::measured(press(), seen);
	let batch = readings::sealed(press(), &measured);
	let number = batch.number;
	press_sends(Anchoring::anchor { batch });
	(number, measured)
}

#[test]
fn a_reading_counts_only_if_it_was_anchored_in_time() {
	story(|| {
		let id = declared();
		pass(MINUTE);
		let at = now();
		pass(15 * MINUTE);
		// To the millisecond.
		let (batch, measured) = anchors(&[(at, GOOD)]);
		assert_ok!(submits(id, readings::shown(batch, &measured, 0)));
		let at = now();
		pass(15 * MINUTE + 1);
		let (batch, measured) = anchors(&[(at, GOOD)]);
		assert_noop!(
			submits(id, readings::shown(batch, &measured, 0)),
			Error::<Runtime>::ReadingTooOld
		);
		// Measured before the batch before was anchored.
		let before = now() - 1;
		let (batch, measured) = {
			pass(MINUTE);
			anchors(&[(before, GOOD)])
		};
		assert_noop!(
			submits(id, readings::shown(batch, &measured, 0)),
			Error::<Runtime>::ReadingTooOld
		);
		let proof = readings::proven(batch, &measured, 0, 1);
		assert_eq!(
			Telemetry::admissible_reading(&press(), &proof),
			Err(Why::BeforePredecessor)
		);
	});
}

#[test]
fn a_reading_counts_only_with_a_certificate_that_was_registered_before_and_not_revoked() {
	story(|| {
		let id = declared();
		let sensor = pallet_diagnostics::Sensors::<Runtime>::get(press(), MetricId(VIBRATION)).expect("it has one");
		let certificate = sensor.certificates[0].id;
		let while_valid = measures(&[GOOD]).remove(0);
		pass(MINUTE);
		act(
			LABORATORY,
			Call::revoke_certificate {
				machine: press(),
				metric: MetricId(VIBRATION),
				certificate,
			},
		);
		let after = measures(&[GOOD]).remove(0);
		assert_noop!(submits(id, after), Error::<Runtime>::NotCalibrated);
		// What was anchored before says what it said.
		assert_ok!(submits(id, while_valid));
		let (batch, measured) = {
			pass(2 * MINUTE);
			anchors(&[(now(), GOOD)])
		};
		act(LABORATORY, certify(2));
		assert_noop!(
			submits(id, readings::shown(batch, &measured, 0)),
			Error::<Runtime>::NotCalibrated
		);
		let seen =
			Telemetry::verify_proof(press(), readings::proven(batch, &measured, 0, 1)).expect("it is in the batch");
		assert_eq!(seen.refused, Some(Why::NotCalibrated));
		pass(MINUTE);
		reads(id, &[GOOD, GOOD]);
		assert_eq!(record(id).state, OrderState::Verified);
	});
}

#[test]
fn nobody_shows_a_reading_twice_another_machines_or_one_that_never_was() {
	story(|| {
		let id = declared();
		let mut proofs = measures(&[GOOD, GOOD]);
		let second = proofs.remove(1);
		assert_ok!(submits(id, second.clone()));
		assert_noop!(submits(id, second), Error::<Runtime>::ReadingUsed);
		assert_noop!(submits(id, proofs.remove(0)), Error::<Runtime>::ReadingUsed);
		// Another value in the same place.
		pass(2 * MINUTE);
		let (batch, mut measured) = anchors(&[(now(), BAD)]);
		measured[0].value = GOOD;
		assert_noop!(
			submits(id, readings::shown(batch, &measured, 0)),
			Error::<Runtime>::ForgedProof
		);
		assert_noop!(
			submits(id, readings::shown(batch + 1, &measured, 0)),
			Error::<Runtime>::UnknownBatch
		);
		assert_noop!(
			by(
				STRANGER,
				Call::submit_reading {
					order: id,
					proof: Proof::default()
				}
			),
			Error::<Runtime>::NotAParty
		);
	});
}

fn challenges(who: &str, batch: u64, first: u32) -> sp_runtime::DispatchResult {
	let call = Anchoring::challenge {
		machine: press(),
		batch,
		first,
		count: 1,
		window: DAY,
	};
	by(who, call)
}

fn challenge() -> pallet_telemetry::ChallengeId {
	pallet_telemetry::Challenges::<Runtime>::iter_keys()
		.max()
		.expect("somebody has asked")
}

#[test]
fn who_has_an_order_may_ask_for_readings_and_nobody_else() {
	story(|| {
		measures(&[GOOD, BAD]);
		assert_noop!(challenges(MAINTAINER, 1, 0), AnchoringError::<Runtime>::NotAParty);
		let id = a_press_asks_for_help();
		assert_noop!(challenges(OWNER, 1, 0), AnchoringError::<Runtime>::OwnEvidence);
		assert_noop!(challenges(STRANGER, 1, 0), AnchoringError::<Runtime>::NotAParty);
		assert_noop!(challenges(RIVAL, 1, 0), AnchoringError::<Runtime>::NotAParty);
		assert_ok!(challenges(MAINTAINER, 1, 0));
		assert_noop!(
			challenges(MAINTAINER, 1, 1),
			AnchoringError::<Runtime>::AlreadyChallenged
		);
		let reason = Default::default();
		act(OWNER, Call::cancel { order: id, reason });
		skip(DAY + 1);
		pass(2 * MINUTE);
		assert_noop!(challenges(MAINTAINER, 1, 0), AnchoringError::<Runtime>::NotAParty);
	});
}

#[test]
fn readings_that_are_shown_cost_who_has_asked_and_those_that_are_not_cost_the_batch() {
	story(|| {
		let maintainer: AccountId = account(MAINTAINER);
		let id = declared();
		let proofs = measures(&[GOOD, GOOD]);
		let seen = readings::series(press());
		let batch = seen.number;
		let his = total(&maintainer);
		assert_ok!(challenges(MAINTAINER, batch, 1));
		let at_risk = || -> Balance { Telemetry::at_risk(&maintainer, &AssetKind::Native) };
		let deposit = at_risk();
		assert!(deposit > BPI / 10);

		// Answered by anybody who has them: here the press, whose owner pays the fee.
		let shown = pallet_telemetry::Challenges::<Runtime>::get(challenge()).expect("it is open");
		assert_eq!((shown.batch, shown.first, shown.count), (batch, 1, 1));
		let proof = codec::Decode::decode(&mut proofs[1].as_slice()).expect("it is a proof");
		press_sends(Anchoring::produce {
			challenge: challenge(),
			proof,
		});
		assert_eq!((total(&maintainer), at_risk()), (his - deposit, 0));
		assert_eq!(Telemetry::record(&press()).produced, 1);

		// Not answered: he has his deposit back, and the batch is no evidence for anybody.
		assert_ok!(submits(id, proofs[0].clone()));
		assert_ok!(challenges(MAINTAINER, batch, 0));
		skip(DAY + 1);
		pass(2 * MINUTE);
		assert_eq!((total(&maintainer), at_risk()), (his - deposit, 0));
		assert_eq!(Telemetry::record(&press()).withheld, 1);
		assert!(Telemetry::is_withheld(&press(), batch));
	});
}

#[test]
fn a_batch_that_was_withheld_decides_nothing() {
	story(|| {
		// The owner has proof that speaks against the maintainer, and does not show all that he is asked for.
		let id = declared();
		let proofs = measures(&[BAD, BAD, BAD]);
		let batch = readings::series(press()).number;
		assert_ok!(challenges(MAINTAINER, batch, 0));
		// It is evidence until then: an owner cannot be kept from it by asking.
		assert_ok!(submits(id, proofs[0].clone()));
		assert_eq!(record(id).bad, 1);
		pallet_diagnostics::Orders::<Runtime>::mutate_extant(id, |order| order.verify_until += 2 * DAY);
		skip(DAY + 1);
		pass(2 * MINUTE);
		assert_noop!(submits(id, proofs[1].clone()), Error::<Runtime>::BatchChallenged);
		silence(id);
		assert_eq!((record(id).state, record(id).proven), (OrderState::Verified, false));
	});
}

#[test]
fn an_issuer_of_the_owners_calibrates_nothing() {
	story(|| {
		let issuer = account(OWNER);
		let profile = H256::zero();
		root_acts(Call::accredit_issuer { issuer, profile });
		assert_noop!(by(OWNER, certify(9)), Error::<Runtime>::RelatedIssuer);
		assert_noop!(by(RIVAL, certify(9)), Error::<Runtime>::UnknownIssuer);
		// Nor does the maintainer whose work it decides.
		let issuer = account(MAINTAINER);
		root_acts(Call::accredit_issuer { issuer, profile });
		act(MAINTAINER, certify(8));
		reports(&[BAD; 3]);
		bid(MAINTAINER, PRICE, HOUR);
		bid(RIVAL, 15 * BPI, HOUR);
		pass(13 * MINUTE);
		assert_eq!(
			record(order()).maintainer(),
			&account(RIVAL),
			"the other one was struck"
		);
	});
}
