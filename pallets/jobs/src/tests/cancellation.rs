use crate::{mock::*, Error, JobState, Outcome};
use bpiiot_primitives::AssetKind::Native;
use frame_support::{assert_noop, assert_ok};
use sp_core::H256;
use sp_runtime::Permill;

const PRICE: Balance = 5 * UNIT_PRICE;

#[test]
fn an_order_that_nobody_has_accepted_is_cancelled_for_nothing() {
	for (asset, deposit, fee) in ASSETS {
		build_and_execute(|| {
			let job = full_job(asset, Stage::Ordered);
			assert_ok!(Jobs::cancel(signed(&customer()), job, H256::repeat_byte(1)));
			assert_eq!(money_in(asset, &customer()), (ENDOWMENT - fee, deposit));
			assert_eq!(record(job).state, JobState::Settled(Outcome::Cancelled));
			assert_eq!(record(job).reason, H256::repeat_byte(1));
		});
	}
}

#[test]
fn cancelling_costs_the_fee_of_the_stage_and_the_machine_gets_it_with_its_bond() {
	for (stage, share) in [(Stage::Accepted, 10), (Stage::Started, 50)] {
		for (asset, deposit, fee) in ASSETS {
			build_and_execute(|| {
				let job = full_job(asset, stage);
				let (before, _) = money_in(asset, &machine(1).account());
				assert_ok!(Jobs::cancel(signed(&customer()), job, H256::zero()));
				let paid = PRICE * share / 100;
				assert_eq!(money_in(asset, &customer()), (ENDOWMENT - paid - fee, deposit));
				assert_eq!(money_in(asset, &machine(1).account()), (before + paid, 0));
				assert_eq!(record(job).state, JobState::Settled(Outcome::Cancelled));
			});
		}
	}
}

#[test]
fn a_delivered_job_is_cancelled_by_nobody() {
	for stage in [Stage::Delivered, Stage::Settled] {
		for who in [customer(), key(1)] {
			build_and_execute(|| {
				let job = full_job(Native, stage);
				assert_noop!(Jobs::cancel(signed(&who), job, H256::zero()), Error::<Test>::WrongState);
			});
		}
	}
}

#[test]
fn a_machine_does_not_cancel_what_it_has_not_accepted_but_declines_it() {
	build_and_execute(|| {
		let job = full_job(Native, Stage::Ordered);
		assert_noop!(
			Jobs::cancel(signed(&key(1)), job, H256::zero()),
			Error::<Test>::WrongState
		);
		assert_ok!(Jobs::decline(signed(&key(1)), job, H256::zero()));
	});
}

/// He would have the units, and pay neither their price nor the fee for rejecting them.
#[test]
fn what_was_delivered_once_is_not_called_off_by_its_customer() {
	build_and_execute(|| {
		let job = full_job(Native, Stage::Delivered);
		assert_ok!(Jobs::approve(signed(&customer()), job, 3));
		assert_ok!(Jobs::request_rework(signed(&customer()), job, H256::zero()));
		let cancel = |who| Jobs::cancel(signed(&who), job, H256::zero());
		assert_noop!(cancel(customer()), Error::<Test>::AlreadyDelivered);
		at(REWORK_WINDOW + 1);
		assert_noop!(cancel(customer()), Error::<Test>::AlreadyDelivered);
		assert_ok!(Jobs::expire(signed(&customer()), job));
		let paid = 3 * UNIT_PRICE + ORDER_FEE;
		assert_eq!(money(&customer()), (ENDOWMENT + BOND - paid, JOB_DEPOSIT));
	});
}

#[test]
fn a_fee_is_anything_from_nothing_to_the_whole_price() {
	for (percent, paid) in [(0, 0), (33, 1_650), (100, PRICE)] {
		build_and_execute(|| {
			registered(1);
			let mut terms = terms();
			terms.cancellation.started = Permill::from_percent(percent);
			let job = take(ordered(published(terms), 5), Stage::Started);
			let (before, _) = money(&machine(1).account());
			assert_ok!(Jobs::cancel(signed(&customer()), job, H256::zero()));
			assert_eq!(money(&machine(1).account()), (before + paid, 0));
			assert_eq!(money(&customer()), (ENDOWMENT - paid - ORDER_FEE, JOB_DEPOSIT));
		});
	}
}

#[test]
fn a_fee_that_would_be_too_small_to_arrive_is_refused_at_the_order() {
	build_and_execute(|| {
		registered(1);
		let mut terms = terms();
		// Of 5 units 10, of 4 only 8: the minimum is 10.
		terms.cancellation.accepted = Permill::from_parts(2_000);
		let offer = published(terms);
		let order = |units| {
			Jobs::order(
				signed(&customer()),
				offer,
				1,
				units,
				Balance::MAX,
				H256::zero(),
				Default::default(),
				START + DEADLINE,
				None,
			)
		};
		assert_noop!(order(4), pallet_escrow::Error::<Test>::ReleaseBelowMinimum);
		assert_ok!(order(5));
	});
}

#[test]
fn a_customer_of_a_late_machine_pays_no_fee_for_cancelling_but_lets_it_expire() {
	build_and_execute(|| {
		let job = full_job(Native, Stage::Started);
		at(DEADLINE + 1);
		assert_noop!(
			Jobs::cancel(signed(&customer()), job, H256::zero()),
			Error::<Test>::TooLate
		);
		assert_ok!(Jobs::expire(signed(&customer()), job));
		assert_eq!(money(&customer()), (ENDOWMENT + BOND - ORDER_FEE, JOB_DEPOSIT));
	});
}
