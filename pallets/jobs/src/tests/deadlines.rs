use crate::{mock::*, Error, JobState, Outcome};
use frame_support::{assert_noop, assert_ok};
use sp_core::H256;

#[test]
fn acceptance_is_too_late_a_millisecond_after_its_window() {
	build_and_execute(|| {
		let job = job_at(Stage::Ordered);
		at(ACCEPT_WINDOW);
		assert_noop!(Jobs::expire(signed(&stranger()), job), Error::<Test>::NotExpired);
		at(ACCEPT_WINDOW + 1);
		assert_noop!(Jobs::accept(signed(&key(1)), job), Error::<Test>::TooLate);
		assert_ok!(Jobs::expire(signed(&stranger()), job));
		assert_eq!(record(job).state, JobState::Settled(Outcome::NotAccepted));
		assert_eq!(money(&customer()), (ENDOWMENT - ORDER_FEE, JOB_DEPOSIT));
	});
}

#[test]
fn a_missed_delivery_refunds_the_customer_with_the_bond() {
	for stage in [Stage::Accepted, Stage::Started] {
		build_and_execute(|| {
			let job = job_at(stage);
			at(DEADLINE);
			assert_noop!(Jobs::expire(signed(&customer()), job), Error::<Test>::NotExpired);
			at(DEADLINE + 1);
			assert_noop!(
				Jobs::start(signed(&key(1)), job),
				if stage == Stage::Accepted {
					Error::<Test>::TooLate
				} else {
					Error::<Test>::WrongState
				}
			);
			assert_ok!(Jobs::expire(signed(&customer()), job));
			assert_eq!(record(job).state, JobState::Settled(Outcome::NotDelivered));
			assert_eq!(money(&customer()), (ENDOWMENT + BOND - ORDER_FEE, JOB_DEPOSIT));
		});
	}
}

#[test]
fn delivery_is_too_late_a_millisecond_after_the_deadline() {
	build_and_execute(|| {
		let job = job_at(Stage::Started);
		at(DEADLINE + 1);
		assert_noop!(
			Jobs::deliver(signed(&key(1)), job, 5, H256::zero()),
			Error::<Test>::TooLate
		);
	});
	build_and_execute(|| {
		let job = job_at(Stage::Started);
		at(DEADLINE);
		assert_ok!(Jobs::deliver(signed(&key(1)), job, 5, H256::zero()));
	});
}

#[test]
fn silence_approves_what_is_left_in_review() {
	build_and_execute(|| {
		let job = job_at(Stage::Delivered);
		let (before, _) = money(&machine(1).account());
		assert_ok!(Jobs::reject(signed(&customer()), job, 1, H256::zero()));
		at(REVIEW_WINDOW);
		assert_noop!(Jobs::expire(signed(&key(1)), job), Error::<Test>::NotExpired);
		at(REVIEW_WINDOW + 1);
		assert_noop!(
			Jobs::reject(signed(&customer()), job, 1, H256::zero()),
			Error::<Test>::TooLate
		);
		assert_ok!(Jobs::expire(signed(&key(1)), job));
		assert_eq!(
			money(&machine(1).account()),
			(before + 4 * UNIT_PRICE + UNIT_PRICE / 5, 0)
		);
		let record = record(job);
		assert_eq!((record.approved, record.rejected), (4, 1));
	});
}

#[test]
fn an_approval_is_never_too_late() {
	build_and_execute(|| {
		let job = job_at(Stage::Delivered);
		at(REVIEW_WINDOW + 1);
		assert_ok!(Jobs::approve(signed(&customer()), job, 5));
	});
}

#[test]
fn a_settled_job_does_not_expire() {
	build_and_execute(|| {
		let job = job_at(Stage::Settled);
		at(86_400_000);
		assert_noop!(Jobs::expire(signed(&stranger()), job), Error::<Test>::WrongState);
	});
}

#[test]
fn a_halted_chain_costs_nobody_a_right() {
	build_and_execute(|| {
		let job = job_at(Stage::Delivered);
		// GIVEN a chain that stands still for a day, an hour of which counts
		at(86_400_000);
		assert_ok!(Jobs::expire(signed(&key(1)), job));
	});
	build_and_execute(|| {
		let mut long = terms();
		long.review_window = 2 * 3_600_000;
		registered(1);
		let job = take(ordered(published(long), 5), Stage::Delivered);
		at(86_400_000);
		// THEN the customer still has his review
		assert_noop!(Jobs::expire(signed(&key(1)), job), Error::<Test>::NotExpired);
		assert_ok!(Jobs::reject(signed(&customer()), job, 5, H256::zero()));
	});
}

#[test]
fn an_order_must_leave_the_lead_time_and_not_reach_too_far() {
	build_and_execute(|| {
		registered(1);
		let offer = published(terms());
		let order = |deliver_by| {
			Jobs::order(
				signed(&customer()),
				offer,
				1,
				1,
				Balance::MAX,
				H256::zero(),
				Default::default(),
				deliver_by,
				None,
			)
		};
		assert_noop!(order(START + LEAD_TIME - 1), Error::<Test>::DeadlineTooSoon);
		assert_noop!(order(0), Error::<Test>::DeadlineTooSoon);
		assert_noop!(order(START + 86_400_001), Error::<Test>::DeadlineTooFar);
		assert_noop!(order(u64::MAX), Error::<Test>::DeadlineTooFar);
		assert_ok!(order(START + LEAD_TIME));
		assert_ok!(order(START + 86_400_000));
	});
}
