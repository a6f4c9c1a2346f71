//! Rejections that may be disputed, and what becomes of them.

use crate::{mock::*, Error, JobState, Outcome};
use bpiiot_primitives::{AgreementRef, AssetKind, AssetKind::Native, JobId, Side};
use frame_support::{assert_noop, assert_ok};
use sp_core::H256;
use sp_runtime::Permill;

/// What the machine keeps of a rejected unit's price.
const FEE: Balance = UNIT_PRICE / 5;

/// A delivered job of 5 units of which 3 are approved and 2 rejected.
fn rejected(asset: AssetKind) -> JobId {
	let job = full_job(asset, Stage::Delivered);
	assert_ok!(Jobs::approve(signed(&customer()), job, 3));
	assert_ok!(Jobs::reject(signed(&customer()), job, 2, H256::repeat_byte(8)));
	job
}

fn disputed(asset: AssetKind) -> JobId {
	let job = rejected(asset);
	assert_ok!(Jobs::dispute(signed(&owner()), job, H256::repeat_byte(9)));
	job
}

#[test]
fn the_price_of_rejected_units_stays_on_hold_while_they_may_be_disputed() {
	for (asset, deposit, fee) in ASSETS {
		build_and_execute(|| {
			let job = rejected(asset);
			let held = 2 * UNIT_PRICE + deposit + fee;
			assert_eq!(money_in(asset, &customer()), (ENDOWMENT - 3 * UNIT_PRICE, held));
			let record = record(job);
			assert_eq!((record.state, record.contested), (JobState::Rejected, 2));
			assert_eq!(record.challenge_until, START + CHALLENGE_WINDOW);
		});
	}
}

#[test]
fn a_rejection_stands_when_it_is_conceded_or_not_disputed_in_time() {
	for conceded in [true, false] {
		for (asset, deposit, fee) in ASSETS {
			build_and_execute(|| {
				let job = rejected(asset);
				let (before, _) = money_in(asset, &machine(1).account());
				if conceded {
					assert_ok!(Jobs::concede(signed(&key(1)), job));
				} else {
					at(CHALLENGE_WINDOW);
					idle();
					assert_eq!(record(job).state, JobState::Rejected);
					at(CHALLENGE_WINDOW + 1);
					assert_noop!(
						Jobs::dispute(signed(&owner()), job, H256::zero()),
						Error::<Test>::TooLate
					);
					idle();
				}
				assert_eq!(record(job).state, JobState::Settled(Outcome::Completed));
				assert_eq!(money_in(asset, &machine(1).account()), (before + 2 * FEE, 0));
				let paid = 3 * UNIT_PRICE + 2 * FEE + fee;
				assert_eq!(money_in(asset, &customer()), (ENDOWMENT - paid, deposit));
			});
		}
	}
}

#[test]
fn silence_about_the_rest_pays_for_it_and_opens_the_time_to_dispute() {
	for by_call in [true, false] {
		build_and_execute(|| {
			let job = full_job(Native, Stage::Delivered);
			assert_ok!(Jobs::reject(signed(&customer()), job, 2, H256::zero()));
			assert_eq!(record(job).state, JobState::Delivered);
			let (before, _) = money(&machine(1).account());
			at(REVIEW_WINDOW + 1);
			if by_call {
				assert_ok!(Jobs::expire(signed(&stranger()), job));
			}
			idle();
			let record = record(job);
			assert_eq!((record.state, record.approved), (JobState::Rejected, 3));
			assert_eq!(money(&machine(1).account()).0, before + 3 * UNIT_PRICE);
			assert_eq!(record.challenge_until, START + REVIEW_WINDOW + 1 + CHALLENGE_WINDOW);
			// The sweep comes back for it.
			at(REVIEW_WINDOW + CHALLENGE_WINDOW + 2);
			idle();
			assert_eq!(self::record_state(job), JobState::Settled(Outcome::Completed));
		});
	}
}

fn record_state(job: JobId) -> JobState {
	record(job).state
}

#[test]
fn without_an_arbiter_a_rejection_is_the_last_word() {
	build_and_execute(|| {
		registered(1);
		let job = take(ordered(published(full_terms()), 5), Stage::Delivered);
		assert_ok!(Jobs::reject(signed(&customer()), job, 5, H256::zero()));
		assert_eq!(record(job).state, JobState::Settled(Outcome::Completed));
		assert_noop!(
			Jobs::dispute(signed(&owner()), job, H256::zero()),
			Error::<Test>::WrongState
		);
	});
}

#[test]
fn a_verdict_splits_the_price_of_the_rejected_units_and_nothing_else() {
	for (asset, deposit, fee) in ASSETS {
		for percent in [0, 37, 100] {
			build_and_execute(|| {
				let job = disputed(asset);
				let agreement = AgreementRef::Job(job);
				let (before, _) = money_in(asset, &machine(1).account());
				assert_ok!(Escrow::accept_case(signed(&arbiter()), agreement));
				let share = Permill::from_percent(percent);
				let ruling = Escrow::rule(signed(&arbiter()), agreement, share, Side::Payee, H256::zero());
				assert_ok!(ruling);
				let to_machine = 2 * UNIT_PRICE * Balance::from(percent) / 100;
				assert_eq!(record_state(job), JobState::Settled(Outcome::Arbitrated));
				assert_eq!(money_in(asset, &machine(1).account()), (before + to_machine, 0));
				let paid = 3 * UNIT_PRICE + to_machine + fee;
				assert_eq!(money_in(asset, &customer()), (ENDOWMENT - paid, deposit));
			});
		}
	}
}

#[test]
fn a_silent_arbiter_leaves_it_to_the_fallback_split() {
	for accepts in [true, false] {
		build_and_execute(|| {
			let job = disputed(Native);
			if accepts {
				assert_ok!(Escrow::accept_case(signed(&arbiter()), AgreementRef::Job(job)));
			}
			let (before, _) = money(&machine(1).account());
			assert_noop!(Jobs::expire(signed(&stranger()), job), Error::<Test>::WrongState);
			at(CASE_WINDOW + RULING_WINDOW + 1);
			idle();
			assert_eq!(record_state(job), JobState::Settled(Outcome::Arbitrated));
			assert_eq!(money(&machine(1).account()), (before + UNIT_PRICE, 0));
		});
	}
}

#[test]
fn a_dispute_is_opened_for_the_machine_once_and_by_its_side_only() {
	build_and_execute(|| {
		let job = rejected(Native);
		for who in [customer(), stranger(), arbiter()] {
			assert_noop!(
				Jobs::dispute(signed(&who), job, H256::zero()),
				Error::<Test>::NotTheMachinesOwner
			);
			assert_noop!(Jobs::concede(signed(&who), job), Error::<Test>::NotTheMachinesOwner);
		}
		assert_ok!(Jobs::dispute(signed(&owner()), job, H256::zero()));
		assert_noop!(
			Jobs::dispute(signed(&owner()), job, H256::zero()),
			Error::<Test>::WrongState
		);
		// Nobody ends it beside the arbiter.
		assert_noop!(Jobs::concede(signed(&owner()), job), Error::<Test>::WrongState);
		assert_noop!(Jobs::approve(signed(&customer()), job, 1), Error::<Test>::WrongState);
		assert_noop!(
			Jobs::cancel(signed(&key(1)), job, H256::zero()),
			Error::<Test>::WrongState
		);
		assert_noop!(Jobs::remove(signed(&customer()), job), Error::<Test>::NotSettled);
	});
}

#[test]
fn units_that_were_not_delivered_are_not_at_stake_and_cost_the_bond() {
	build_and_execute(|| {
		let job = full_job(Native, Stage::Started);
		assert_ok!(Jobs::deliver(signed(&key(1)), job, 2, H256::zero()));
		assert_ok!(Jobs::reject(signed(&customer()), job, 2, H256::zero()));
		assert_ok!(Jobs::dispute(signed(&owner()), job, H256::zero()));
		let (before, _) = money(&machine(1).account());
		let agreement = AgreementRef::Job(job);
		assert_ok!(Escrow::accept_case(signed(&arbiter()), agreement));
		assert_ok!(Escrow::rule(
			signed(&arbiter()),
			agreement,
			Permill::one(),
			Side::Payee,
			H256::zero()
		));
		assert_eq!(money(&machine(1).account()), (before + 2 * UNIT_PRICE - BOND, 0));
	});
}

#[test]
fn an_order_names_an_arbiter_of_the_offer_who_stands_behind_neither_side() {
	build_and_execute(|| {
		registered(1);
		registered_arbiter();
		let mut terms = full_terms();
		let disputes = terms.disputes.as_mut().expect("it has them");
		disputes.arbiters = vec![arbiter(), owner(), stranger()].try_into().expect("3 of 4");
		let offer = published(terms);
		let with = |arbiter: AccountId| {
			Jobs::order(
				signed(&customer()),
				offer,
				1,
				1,
				Balance::MAX,
				H256::zero(),
				Default::default(),
				START + DEADLINE,
				Some(arbiter),
			)
		};
		assert_noop!(with(account(b"anybody")), Error::<Test>::ArbiterNotOffered);
		assert_noop!(with(stranger()), pallet_escrow::Error::<Test>::UnknownArbiter);
		assert_ok!(Escrow::register_arbiter(
			signed(&owner()),
			Permill::zero(),
			H256::zero()
		));
		assert_noop!(with(owner()), pallet_escrow::Error::<Test>::ArbiterIsParty);
		assert_ok!(with(arbiter()));
	});
	build_and_execute(|| {
		let job = job_at(Stage::Ordered);
		let offer = record(job).offer;
		let order = Jobs::order(
			signed(&customer()),
			offer,
			1,
			1,
			Balance::MAX,
			H256::zero(),
			Default::default(),
			START + DEADLINE,
			Some(arbiter()),
		);
		assert_noop!(order, Error::<Test>::ArbiterNotOffered);
	});
}
