use crate::{mock::*, Error, JobState, Outcome, Rework};
use bpiiot_primitives::{AssetKind::Native, JobId};
use frame_support::{assert_noop, assert_ok};
use sp_core::H256;

fn send_back(job: JobId) -> sp_runtime::DispatchResult {
	Jobs::request_rework(signed(&customer()), job, H256::repeat_byte(5))
}

#[test]
fn units_that_were_sent_back_are_delivered_and_paid_like_others() {
	build_and_execute(|| {
		let job = full_job(Native, Stage::Delivered);
		let (before, _) = money(&machine(1).account());
		assert_ok!(Jobs::approve(signed(&customer()), job, 3));
		at(1_000);
		assert_ok!(send_back(job));
		let back = record(job);
		assert_eq!(
			(back.state, back.units_done, back.in_review()),
			(JobState::Started, 3, 0)
		);
		assert_eq!(back.deliver_by, START + 1_000 + REWORK_WINDOW);
		assert_eq!(back.reason, H256::repeat_byte(5));

		assert_ok!(Jobs::progress(signed(&key(1)), job, 4));
		assert_noop!(
			Jobs::deliver(signed(&key(1)), job, 3, H256::zero()),
			Error::<Test>::TooManyUnits
		);
		assert_ok!(Jobs::deliver(signed(&key(1)), job, 2, H256::repeat_byte(6)));
		assert_eq!((record(job).units_done, record(job).in_review()), (5, 2));
		assert_ok!(Jobs::approve(signed(&customer()), job, 2));
		assert_eq!(money(&machine(1).account()), (before + 5 * UNIT_PRICE, 0));
		assert_eq!(record(job).state, JobState::Settled(Outcome::Completed));
	});
}

#[test]
fn a_machine_mends_as_often_as_its_offer_says_and_no_more() {
	build_and_execute(|| {
		let job = full_job(Native, Stage::Delivered);
		for _ in 0..2 {
			assert_ok!(send_back(job));
			assert_ok!(Jobs::deliver(signed(&key(1)), job, 5, H256::zero()));
		}
		assert_noop!(send_back(job), Error::<Test>::NoRework);
	});
	build_and_execute(|| {
		let job = job_at(Stage::Delivered);
		assert_noop!(send_back(job), Error::<Test>::NoRework);
	});
}

#[test]
fn a_machine_that_does_not_mend_in_time_loses_its_bond_and_keeps_what_was_approved() {
	for gives_up in [false, true] {
		build_and_execute(|| {
			let job = full_job(Native, Stage::Delivered);
			let (before, _) = money(&machine(1).account());
			assert_ok!(Jobs::approve(signed(&customer()), job, 2));
			assert_ok!(send_back(job));
			let outcome = if gives_up {
				assert_ok!(Jobs::cancel(signed(&key(1)), job, H256::zero()));
				Outcome::GivenUp
			} else {
				at(REWORK_WINDOW + 1);
				assert_noop!(
					Jobs::deliver(signed(&key(1)), job, 3, H256::zero()),
					Error::<Test>::TooLate
				);
				idle();
				Outcome::NotDelivered
			};
			assert_eq!(record(job).state, JobState::Settled(outcome));
			assert_eq!(money(&machine(1).account()), (before + 2 * UNIT_PRICE - BOND, 0));
			let paid = 2 * UNIT_PRICE + ORDER_FEE;
			assert_eq!(money(&customer()), (ENDOWMENT - paid + BOND, JOB_DEPOSIT));
		});
	}
}

#[test]
fn rework_is_asked_for_within_the_review_and_before_anything_is_rejected() {
	build_and_execute(|| {
		let job = full_job(Native, Stage::Delivered);
		assert_ok!(Jobs::reject(signed(&customer()), job, 1, H256::zero()));
		assert_noop!(send_back(job), Error::<Test>::AlreadyContested);
	});
	build_and_execute(|| {
		let job = full_job(Native, Stage::Delivered);
		at(REVIEW_WINDOW);
		let _ = frame_support::storage::with_transaction(|| {
			assert_ok!(send_back(job));
			frame_support::storage::TransactionOutcome::Rollback(Ok::<(), sp_runtime::DispatchError>(()))
		});
		at(REVIEW_WINDOW + 1);
		assert_noop!(send_back(job), Error::<Test>::TooLate);
	});
}

/// The times of which are shorter the later they come: of acceptance, of the review, of rework, of the challenge.
fn quick_job() -> JobId {
	registered(1);
	registered_arbiter();
	let mut terms = full_terms();
	terms.review_window = 40_000;
	terms.rework = Some(Rework {
		rounds: 5,
		window: 20_000,
	});
	terms.disputes.as_mut().expect("it has them").challenge_window = 10_000;
	take(ordered_before(published(terms), Some(arbiter())), Stage::Delivered)
}

#[test]
fn less_time_for_rework_than_the_order_had_for_acceptance_is_kept_and_swept() {
	build_and_execute(|| {
		let job = quick_job();
		assert_ok!(send_back(job));
		let back = record(job);
		assert_eq!((back.deliver_by, back.indexed_at), (START + 20_000, START + 20_000));
		assert!(back.deliver_by < back.accept_by);
		try_state();
		at(20_000);
		idle();
		assert_eq!(record(job).state, JobState::Started);
		at(20_001);
		idle();
		assert_eq!(record(job).state, JobState::Settled(Outcome::NotDelivered));
	});
}

#[test]
fn a_job_that_goes_to_and_fro_leaves_few_entries_in_the_index() {
	build_and_execute(|| {
		let job = quick_job();
		for _ in 0..5 {
			assert_ok!(send_back(job));
			assert_ok!(Jobs::deliver(signed(&key(1)), job, 5, H256::zero()));
		}
		assert_ok!(Jobs::reject(signed(&customer()), job, 5, H256::zero()));
		assert_eq!(record(job).indexed_at, START + 10_000);
		// Those of acceptance, review and rework are left to the sweep.
		assert_eq!(pallet_escrow::Deadlines::<Test>::iter().count(), 4);
		assert_ok!(Jobs::concede(signed(&owner()), job));
		at(ACCEPT_WINDOW + 1);
		idle();
		assert_eq!(pallet_escrow::Deadlines::<Test>::iter().count(), 0);
	});
}

#[test]
fn a_rejection_that_is_final_stays_so_when_the_rest_goes_back() {
	build_and_execute(|| {
		registered(1);
		let job = take(ordered(published(full_terms()), 5), Stage::Delivered);
		let (before, _) = money(&machine(1).account());
		assert_ok!(Jobs::reject(signed(&customer()), job, 2, H256::zero()));
		assert_ok!(send_back(job));
		assert_eq!((record(job).units_done, record(job).rejected), (2, 2));
		assert_ok!(Jobs::deliver(signed(&key(1)), job, 3, H256::zero()));
		assert_ok!(Jobs::approve(signed(&customer()), job, 3));
		let paid = 3 * UNIT_PRICE + 2 * (UNIT_PRICE / 5);
		assert_eq!(money(&machine(1).account()), (before + paid, 0));
	});
}

#[test]
fn what_was_missing_may_come_with_what_was_mended() {
	build_and_execute(|| {
		let job = full_job(Native, Stage::Started);
		assert_ok!(Jobs::deliver(signed(&key(1)), job, 3, H256::zero()));
		assert_ok!(send_back(job));
		assert_ok!(Jobs::deliver(signed(&key(1)), job, 5, H256::zero()));
		let (before, _) = money(&machine(1).account());
		assert_ok!(Jobs::approve(signed(&customer()), job, 5));
		assert_eq!(money(&machine(1).account()), (before + 5 * UNIT_PRICE, 0));
	});
}

#[test]
fn mended_units_are_disputed_like_others() {
	build_and_execute(|| {
		let job = full_job(Native, Stage::Delivered);
		assert_ok!(Jobs::approve(signed(&customer()), job, 1));
		assert_ok!(send_back(job));
		assert_ok!(Jobs::deliver(signed(&key(1)), job, 4, H256::zero()));
		assert_ok!(Jobs::reject(signed(&customer()), job, 4, H256::zero()));
		assert_ok!(Jobs::dispute(signed(&owner()), job, H256::zero()));
		let (before, _) = money(&machine(1).account());
		at(CASE_WINDOW + 1);
		idle();
		assert_eq!(money(&machine(1).account()), (before + 2 * UNIT_PRICE, 0));
	});
}

#[test]
fn fewer_units_after_rework_are_fewer_units() {
	build_and_execute(|| {
		let job = full_job(Native, Stage::Delivered);
		let (before, _) = money(&machine(1).account());
		assert_ok!(send_back(job));
		assert_ok!(Jobs::deliver(signed(&key(1)), job, 4, H256::zero()));
		assert_ok!(Jobs::approve(signed(&customer()), job, 4));
		assert_eq!(money(&machine(1).account()), (before + 4 * UNIT_PRICE - BOND, 0));
		assert_eq!(record(job).state, JobState::Settled(Outcome::Completed));
	});
}
