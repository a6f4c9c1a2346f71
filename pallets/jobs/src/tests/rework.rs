use crate::{mock::*, Error, JobState, Outcome};
use bpiiot_primitives::AssetKind::Native;
use frame_support::{assert_noop, assert_ok};
use sp_core::H256;

fn send_back(job: bpiiot_primitives::JobId) -> sp_runtime::DispatchResult {
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
