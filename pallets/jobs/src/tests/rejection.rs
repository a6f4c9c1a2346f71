//! Rejections that may be disputed, and what becomes of them.

use crate::{mock::*, Error, JobState, Outcome};
use bpiiot_primitives::{AgreementRef, AssetKind, AssetKind::Native, DeadlineIndex, JobId, Side, SpendPurpose};
use frame_support::{assert_noop, assert_ok};
use pallet_machines::{SpendingCap, SpendingPolicy};
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
fn units_that_are_rejected_one_by_one_are_disputed_together() {
	build_and_execute(|| {
		let job = full_job(Native, Stage::Delivered);
		for unit in 1..=4 {
			assert_ok!(Jobs::reject(signed(&customer()), job, 1, H256::zero()));
			assert_eq!((record(job).state, record(job).contested), (JobState::Delivered, unit));
			// Nothing of it is paid, to anybody.
			assert_eq!(
				money(&customer()),
				(ENDOWMENT, 5 * UNIT_PRICE + JOB_DEPOSIT + ORDER_FEE)
			);
		}
		// Approval is never too late, and the challenge begins when it comes.
		at(REVIEW_WINDOW + 1);
		assert_ok!(Jobs::approve(signed(&customer()), job, 1));
		let until = START + REVIEW_WINDOW + 1 + CHALLENGE_WINDOW;
		assert_eq!(
			(record_state(job), record(job).challenge_until),
			(JobState::Rejected, until)
		);
		assert_ok!(Jobs::dispute(signed(&owner()), job, H256::zero()));
		let agreement = AgreementRef::Job(job);
		let dispute = pallet_escrow::Disputes::<Test>::get(agreement).expect("it is open");
		assert_eq!(dispute.at_stake, 4 * UNIT_PRICE);
	});
}

#[test]
fn a_challenge_that_ends_before_the_indexed_moment_is_indexed_anew() {
	build_and_execute(|| {
		let job = rejected(Native);
		assert_eq!(record(job).indexed_at, START + CHALLENGE_WINDOW);
		assert!(Escrow::contains(START + CHALLENGE_WINDOW, AgreementRef::Job(job)));
		// A dispute takes it out, and leaves the old one to the sweep, which finds that it is stale.
		assert_ok!(Jobs::dispute(signed(&owner()), job, H256::zero()));
		assert!(!Escrow::contains(START + CHALLENGE_WINDOW, AgreementRef::Job(job)));
		at(ACCEPT_WINDOW + 1);
		idle();
		assert_eq!(record_state(job), JobState::Disputed);
		let index: Vec<_> = pallet_escrow::Deadlines::<Test>::iter_keys()
			.map(|key| key.at())
			.collect();
		assert_eq!(index, [START + CASE_WINDOW]);
		at(CASE_WINDOW + 1);
		idle();
		assert_eq!(record_state(job), JobState::Settled(Outcome::Arbitrated));
		assert_eq!(pallet_escrow::Deadlines::<Test>::iter().count(), 0);
	});
}

#[test]
fn anybody_ends_a_rejection_that_was_not_disputed_in_time() {
	build_and_execute(|| {
		let job = rejected(Native);
		at(CHALLENGE_WINDOW);
		assert_noop!(Jobs::expire(signed(&stranger()), job), Error::<Test>::NotExpired);
		at(CHALLENGE_WINDOW + 1);
		assert_ok!(Jobs::expire(signed(&stranger()), job));
		assert_eq!(record_state(job), JobState::Settled(Outcome::Completed));
	});
}

#[test]
fn a_dispute_is_too_late_a_millisecond_after_its_window() {
	for (millis, in_time) in [(CHALLENGE_WINDOW, true), (CHALLENGE_WINDOW + 1, false)] {
		build_and_execute(|| {
			let job = rejected(Native);
			at(millis);
			let dispute = || Jobs::dispute(signed(&owner()), job, H256::zero());
			if in_time {
				assert_ok!(dispute());
			} else {
				assert_noop!(dispute(), Error::<Test>::TooLate);
				// To concede is never too late.
				assert_ok!(Jobs::concede(signed(&owner()), job));
			}
		});
	}
}

#[test]
fn a_pause_takes_no_time_from_the_machines_side() {
	build_and_execute(|| {
		let job = rejected(Native);
		at(CHALLENGE_WINDOW - 1_000);
		assert_ok!(Escrow::pause(RuntimeOrigin::root()));
		at(CHALLENGE_WINDOW + 86_400_000);
		idle();
		let paused = pallet_escrow::Error::<Test>::AgreementsPaused;
		assert_noop!(Jobs::expire(signed(&customer()), job), paused);
		assert_ok!(Escrow::resume(RuntimeOrigin::root()));
		assert_noop!(Jobs::expire(signed(&customer()), job), Error::<Test>::NotExpired);
		assert_ok!(Jobs::dispute(signed(&owner()), job, H256::zero()));
	});
}

#[test]
fn a_key_disputes_out_of_the_machines_account_under_its_policy_only() {
	build_and_execute(|| {
		let job = rejected(Native);
		let dispute = || Jobs::dispute(signed(&key(1)), job, H256::zero());
		assert_noop!(dispute(), pallet_machines::Error::<Test>::PurposeNotAllowed);
		let policy = SpendingPolicy {
			purposes: vec![SpendPurpose::Dispute].try_into().expect("one of 8"),
			period: 0,
			caps: vec![SpendingCap {
				asset: Native,
				per_period: 1_000,
			}]
			.try_into()
			.expect("one of 8"),
		};
		assert_ok!(Machines::set_spending_policy(
			signed(&owner()),
			machine(1),
			Some(policy)
		));
		assert_ok!(dispute());
		// The dispute's bond, a tenth of what is at stake, and the bond for the work.
		assert_eq!(money(&machine(1).account()).1, 90 + 2 * UNIT_PRICE / 10 + BOND);
		assert_eq!(money(&key(1)), (0, 0));
	});
}

#[test]
fn who_buys_the_machine_answers_for_it() {
	for concedes in [true, false] {
		build_and_execute(|| {
			let job = rejected(Native);
			assert_ok!(Machines::offer_ownership(
				signed(&owner()),
				machine(1),
				Some(stranger())
			));
			assert_ok!(Machines::accept_ownership(signed(&stranger()), machine(1), 0));
			let none = || Error::<Test>::NotTheMachinesOwner;
			assert_noop!(Jobs::concede(signed(&owner()), job), none());
			assert_noop!(Jobs::dispute(signed(&owner()), job, H256::zero()), none());
			if concedes {
				assert_ok!(Jobs::concede(signed(&stranger()), job));
			} else {
				assert_ok!(Jobs::dispute(signed(&stranger()), job, H256::zero()));
			}
		});
	}
}

#[test]
fn who_disputes_without_money_does_not() {
	build_and_execute(|| {
		let job = rejected(Native);
		let free = Balances::free_balance(owner());
		assert_ok!(Balances::transfer_allow_death(
			signed(&owner()),
			stranger(),
			free - MINIMUM - 100
		));
		let dispute = || Jobs::dispute(signed(&owner()), job, H256::zero());
		assert!(frame_support::storage::with_storage_layer(dispute).is_err());
		assert_eq!(record_state(job), JobState::Rejected);
		at(CHALLENGE_WINDOW + 1);
		idle();
		assert_eq!(record_state(job), JobState::Settled(Outcome::Completed));
	});
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
