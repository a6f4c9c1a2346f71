//! Where jobs stand in the index of deadlines, and how the chain ends them by itself.

use crate::{mock::*, Error, JobState, Outcome};
use bpiiot_primitives::{AgreementMillis, JobId};
use frame_support::{assert_noop, assert_ok, traits::Hooks, weights::Weight};
use sp_core::H256;

/// The entries of the index: when, and which job.
fn index() -> Vec<(AgreementMillis, JobId)> {
	pallet_escrow::Deadlines::<Test>::iter()
		.map(|(key, agreement)| (key.at() - START, JobId(agreement.id())))
		.collect()
}

fn state(job: JobId) -> JobState {
	record(job).state
}

#[test]
fn an_order_is_indexed_once_and_acceptance_leaves_it_there() {
	build_and_execute(|| {
		let job = job_at(Stage::Ordered);
		assert_eq!(index(), [(ACCEPT_WINDOW, job)]);
		take(job, Stage::Started);
		assert_eq!(index(), [(ACCEPT_WINDOW, job)]);
	});
}

#[test]
fn a_delivery_is_indexed_anew_only_if_its_review_ends_earlier() {
	build_and_execute(|| {
		// GIVEN a review that ends after the moment under which the job is indexed
		let late = job_at(Stage::Delivered);
		assert_eq!(index(), [(ACCEPT_WINDOW, late)]);
	});
	build_and_execute(|| {
		let mut quick = terms();
		quick.review_window = 10_000;
		registered(1);
		let job = take(ordered(published(quick), 5), Stage::Delivered);
		assert_eq!(index(), [(10_000, job), (ACCEPT_WINDOW, job)]);
		at(10_001);
		idle();
		assert_eq!(state(job), JobState::Settled(Outcome::Completed));
		// THEN the old entry is still there, and goes when its time comes
		assert_eq!(index(), [(ACCEPT_WINDOW, job)]);
		at(ACCEPT_WINDOW + 1);
		idle();
		assert_eq!(index(), []);
	});
}

#[test]
fn the_sweep_ends_jobs_in_every_state_as_a_stranger_would() {
	build_and_execute(|| {
		let job = job_at(Stage::Ordered);
		at(ACCEPT_WINDOW);
		idle();
		assert_eq!(state(job), JobState::Ordered);
		at(ACCEPT_WINDOW + 1);
		idle();
		assert_eq!(state(job), JobState::Settled(Outcome::NotAccepted));
		assert_eq!(money(&customer()), (ENDOWMENT - ORDER_FEE, JOB_DEPOSIT));
		assert_eq!(index(), []);
	});
	for stage in [Stage::Accepted, Stage::Started] {
		build_and_execute(|| {
			let job = job_at(stage);
			at(ACCEPT_WINDOW + 1);
			idle();
			assert_eq!(index(), [(DEADLINE, job)], "put in again at the present deadline");
			at(DEADLINE + 1);
			idle();
			assert_eq!(state(job), JobState::Settled(Outcome::NotDelivered));
			assert_eq!(money(&customer()), (ENDOWMENT + BOND - ORDER_FEE, JOB_DEPOSIT));
		});
	}
	build_and_execute(|| {
		let job = job_at(Stage::Delivered);
		assert_ok!(Jobs::approve(signed(&customer()), job, 1));
		at(REVIEW_WINDOW + 1);
		idle();
		idle();
		assert_eq!(state(job), JobState::Settled(Outcome::Completed));
		assert_eq!(record(job).approved, 5);
		assert_eq!(index(), []);
	});
}

#[test]
fn a_job_that_ends_otherwise_leaves_the_index() {
	build_and_execute(|| {
		let jobs = [job_at(Stage::Delivered), ordered(record(open_jobs()[0]).offer, 5)];
		assert_ok!(Jobs::approve(signed(&customer()), jobs[0], 5));
		assert_ok!(Jobs::decline(signed(&key(1)), jobs[1], H256::zero()));
		assert_eq!(index(), []);
	});
}

#[test]
fn the_entry_of_a_removed_job_is_dropped() {
	build_and_execute(|| {
		let mut quick = terms();
		quick.review_window = 10_000;
		registered(1);
		let job = take(ordered(published(quick), 5), Stage::Settled);
		assert_ok!(Jobs::remove(signed(&customer()), job));
		assert_eq!(index(), [(ACCEPT_WINDOW, job)]);
		at(ACCEPT_WINDOW + 1);
		idle();
		assert_eq!(index(), []);
	});
}

#[test]
fn starved_of_weight_the_sweep_waits_and_the_call_still_works() {
	build_and_execute(|| {
		let job = job_at(Stage::Ordered);
		let other = ordered(record(job).offer, 5);
		at(ACCEPT_WINDOW + 1);
		for _ in 0..50 {
			let spent = <Escrow as Hooks<u64>>::on_idle(System::block_number(), Weight::zero());
			assert_eq!(spent, Weight::zero());
		}
		assert_eq!((state(job), state(other)), (JobState::Ordered, JobState::Ordered));
		assert_ok!(Jobs::expire(signed(&stranger()), job));
		idle();
		assert_eq!(state(other), JobState::Settled(Outcome::NotAccepted));
		assert_eq!(index(), []);
	});
}

#[test]
fn more_than_a_block_sweeps_is_swept_by_the_next() {
	build_and_execute(|| {
		let first = job_at(Stage::Ordered);
		let offer = record(first).offer;
		for _ in 0..3 {
			ordered(offer, 1);
		}
		at(ACCEPT_WINDOW + 1);
		idle();
		assert_eq!(open_jobs().len(), 1);
		try_state();
		idle();
		assert_eq!(open_jobs().len(), 0);
	});
}

#[test]
fn nobody_ends_a_job_while_agreements_are_paused() {
	build_and_execute(|| {
		let job = job_at(Stage::Delivered);
		at(REVIEW_WINDOW - 1_000);
		assert_ok!(Escrow::pause(RuntimeOrigin::root()));
		at(REVIEW_WINDOW + 86_400_000);
		idle();
		let paused = pallet_escrow::Error::<Test>::AgreementsPaused;
		assert_noop!(Jobs::expire(signed(&key(1)), job), paused);
		assert_eq!(state(job), JobState::Delivered);
		// The customer may act all the same.
		assert_ok!(Jobs::reject(signed(&customer()), job, 1, H256::zero()));

		// THEN he has after the pause what he had before it
		assert_ok!(Escrow::resume(RuntimeOrigin::root()));
		at(REVIEW_WINDOW + 86_400_000 + 1_000);
		assert_noop!(Jobs::expire(signed(&key(1)), job), Error::<Test>::NotExpired);
		assert_ok!(Jobs::reject(signed(&customer()), job, 1, H256::zero()));
		at(REVIEW_WINDOW + 86_400_000 + 1_001);
		assert_noop!(
			Jobs::reject(signed(&customer()), job, 1, H256::zero()),
			Error::<Test>::TooLate
		);
		idle();
		assert_eq!(state(job), JobState::Settled(Outcome::Completed));
	});
}

#[test]
fn a_halt_across_a_deadline_ends_nothing_early() {
	build_and_execute(|| {
		let mut long = terms();
		long.review_window = 2 * 3_600_000;
		registered(1);
		let job = take(ordered(published(long), 5), Stage::Delivered);
		at(86_400_000);
		idle();
		assert_eq!(state(job), JobState::Delivered);
		assert_ok!(Jobs::reject(signed(&customer()), job, 5, H256::zero()));
	});
}
