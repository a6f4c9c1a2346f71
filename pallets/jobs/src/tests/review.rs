use crate::{mock::*, Error, JobState, Outcome};
use frame_support::{assert_noop, assert_ok};
use sp_core::H256;
use sp_runtime::Permill;

/// What the machine keeps of a rejected unit's price.
const FEE: Balance = UNIT_PRICE / 5;

#[test]
fn pays_only_approved_units() {
	build_and_execute(|| {
		let job = job_at(Stage::Delivered);
		let (before, _) = money(&machine(1).account());
		assert_ok!(Jobs::approve(signed(&customer()), job, 2));
		assert_eq!(money(&machine(1).account()).0, before + 2 * UNIT_PRICE);
		assert_eq!(record(job).state, JobState::Delivered);
		assert_noop!(Jobs::approve(signed(&customer()), job, 4), Error::<Test>::TooManyUnits);
		assert_ok!(Jobs::approve(signed(&customer()), job, 3));
		assert_eq!(money(&machine(1).account()), (before + 5 * UNIT_PRICE, 0));
		assert_eq!(record(job).state, JobState::Settled(Outcome::Completed));
	});
}

#[test]
fn a_rejected_unit_costs_its_fee_and_the_rest_goes_back() {
	build_and_execute(|| {
		let job = job_at(Stage::Delivered);
		let (before, _) = money(&machine(1).account());
		assert_ok!(Jobs::reject(signed(&customer()), job, 2, H256::repeat_byte(8)));
		let waiting = 3 * UNIT_PRICE + JOB_DEPOSIT + ORDER_FEE;
		assert_eq!(money(&customer()), (ENDOWMENT - 2 * FEE, waiting));
		assert_ok!(Jobs::approve(signed(&customer()), job, 2));
		assert_ok!(Jobs::reject(signed(&customer()), job, 1, H256::zero()));
		assert_eq!(money(&machine(1).account()), (before + 2 * UNIT_PRICE + 3 * FEE, 0));
		let paid = 2 * UNIT_PRICE + 3 * FEE + ORDER_FEE;
		assert_eq!(money(&customer()), (ENDOWMENT - paid, JOB_DEPOSIT));
		let record = record(job);
		assert_eq!((record.approved, record.rejected), (2, 3));
	});
}

#[test]
fn without_a_rejection_fee_a_rejected_unit_is_free() {
	build_and_execute(|| {
		registered(1);
		let mut free = terms();
		free.rejection_fee = Permill::zero();
		let job = take(ordered(published(free), 5), Stage::Delivered);
		assert_ok!(Jobs::reject(signed(&customer()), job, 4, H256::zero()));
		assert_ok!(Jobs::reject(signed(&customer()), job, 1, H256::zero()));
		assert_eq!(money(&customer()), (ENDOWMENT - ORDER_FEE, JOB_DEPOSIT));
	});
}

#[test]
fn units_that_were_not_delivered_are_refunded_and_cost_the_bond() {
	build_and_execute(|| {
		let job = job_at(Stage::Started);
		let (before, _) = money(&machine(1).account());
		assert_ok!(Jobs::deliver(signed(&key(1)), job, 3, H256::zero()));
		assert_ok!(Jobs::approve(signed(&customer()), job, 3));
		assert_eq!(money(&machine(1).account()), (before + 3 * UNIT_PRICE - BOND, 0));
		assert_eq!(
			money(&customer()),
			(ENDOWMENT - 3 * UNIT_PRICE + BOND - ORDER_FEE, JOB_DEPOSIT)
		);
	});
}

#[test]
fn a_delivery_has_between_one_and_all_units() {
	build_and_execute(|| {
		let job = job_at(Stage::Started);
		assert_noop!(
			Jobs::deliver(signed(&key(1)), job, 0, H256::zero()),
			Error::<Test>::ZeroUnits
		);
		assert_noop!(
			Jobs::deliver(signed(&key(1)), job, 6, H256::zero()),
			Error::<Test>::TooManyUnits
		);
	});
}

#[test]
fn zero_units_are_neither_approved_nor_rejected() {
	build_and_execute(|| {
		let job = job_at(Stage::Delivered);
		assert_noop!(Jobs::approve(signed(&customer()), job, 0), Error::<Test>::ZeroUnits);
		assert_noop!(
			Jobs::reject(signed(&customer()), job, 0, H256::zero()),
			Error::<Test>::ZeroUnits
		);
		assert_noop!(
			Jobs::reject(signed(&customer()), job, u32::MAX, H256::zero()),
			Error::<Test>::TooManyUnits
		);
	});
}
