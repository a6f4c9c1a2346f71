use crate::{mock::*, Error, Event, JobState, Jobs as JobsMap, JobsOf, Outcome};
use bpiiot_primitives::{AgreementRef, AssetKind, BondOutcome};
use frame_support::{assert_noop, assert_ok};
use sp_core::H256;

fn outcome_is(job: bpiiot_primitives::JobId, outcome: Outcome) {
	assert_eq!(record(job).state, JobState::Settled(outcome));
	assert!(JobsOf::<Test>::get(machine(1)).open.is_empty());
}

#[test]
fn a_whole_job_pays_the_machine_and_leaves_nothing_on_hold() {
	for (asset, deposit, fee) in ASSETS {
		build_and_execute(|| {
			let job = job_in(asset, Stage::Ordered);
			let of = |who: &AccountId| money_in(asset, who);
			let (before, _) = of(&machine(1).account());
			let (pot_before, _) = of(&pot());
			assert_eq!(of(&customer()), (ENDOWMENT, 5 * UNIT_PRICE + deposit + fee));

			assert_ok!(Jobs::accept(signed(&key(1)), job));
			assert_eq!(of(&machine(1).account()), (before, BOND));
			assert_ok!(Jobs::start(signed(&key(1)), job));
			assert_ok!(Jobs::progress(signed(&key(1)), job, 2));
			assert_ok!(Jobs::progress(signed(&key(1)), job, 5));
			assert_ok!(Jobs::deliver(signed(&key(1)), job, 5, H256::repeat_byte(9)));
			assert_ok!(Jobs::approve(signed(&customer()), job, 5));

			assert_eq!(of(&machine(1).account()), (before + 5 * UNIT_PRICE, 0));
			assert_eq!(of(&customer()), (ENDOWMENT - 5 * UNIT_PRICE - fee, deposit));
			assert_eq!(of(&pot()), (pot_before + fee, 0));
			outcome_is(job, Outcome::Completed);
			System::assert_last_event(
				Event::Settled {
					job,
					machine: machine(1),
					customer: customer(),
					outcome: Outcome::Completed,
					approved: 5,
					rejected: 0,
					reason: H256::zero(),
					history: JobsOf::<Test>::get(machine(1)).history,
				}
				.into(),
			);

			assert_ok!(Jobs::remove(signed(&customer()), job));
			assert_eq!(of(&customer()), (ENDOWMENT - 5 * UNIT_PRICE - fee, 0));
			assert!(!JobsMap::<Test>::contains_key(job));
		});
	}
}

#[test]
fn the_machines_key_never_holds_money() {
	build_and_execute(|| {
		job_at(Stage::Settled);
		assert_eq!(money(&key(1)), (0, 0));
	});
}

#[test]
fn a_declined_order_is_refunded() {
	build_and_execute(|| {
		let job = job_at(Stage::Ordered);
		assert_ok!(Jobs::decline(signed(&key(1)), job, H256::repeat_byte(5)));
		assert_eq!(money(&customer()), (ENDOWMENT - ORDER_FEE, JOB_DEPOSIT));
		outcome_is(job, Outcome::Declined);
	});
}

#[test]
fn a_machine_that_gives_up_loses_its_bond_to_the_customer() {
	for stage in [Stage::Accepted, Stage::Started] {
		build_and_execute(|| {
			let job = job_at(stage);
			let (before, _) = money(&machine(1).account());
			assert_ok!(Jobs::cancel(signed(&key(1)), job, H256::repeat_byte(6)));
			assert_eq!(money(&customer()), (ENDOWMENT + BOND - ORDER_FEE, JOB_DEPOSIT));
			assert_eq!(money(&machine(1).account()), (before - BOND, 0));
			outcome_is(job, Outcome::GivenUp);
			let slashed = pallet_escrow::Event::<Test>::Settled {
				agreement: AgreementRef::Job(job),
				payer: customer(),
				payee: machine(1).account(),
				asset: Default::default(),
				to_payee: 0,
				to_payer: 5 * UNIT_PRICE,
				fee: ORDER_FEE,
				bond: BOND,
				bond_outcome: BondOutcome::Slashed,
			};
			System::assert_has_event(slashed.into());
		});
	}
}

#[test]
fn without_a_bond_a_machine_needs_no_money() {
	build_and_execute(|| {
		registered(1);
		assert_ok!(Machines::withdraw(
			signed(&owner()),
			machine(1),
			AssetKind::Native,
			10_000
		));
		let mut free = terms();
		free.bond = 0;
		let job = ordered(published(free), 5);
		take(job, Stage::Settled);
		assert_eq!(money(&machine(1).account()), (5 * UNIT_PRICE, 0));
	});
}

#[test]
fn a_machine_that_cannot_afford_its_bond_does_not_accept() {
	build_and_execute(|| {
		let job = job_at(Stage::Ordered);
		assert_ok!(Machines::withdraw(
			signed(&owner()),
			machine(1),
			AssetKind::Native,
			10_000
		));
		assert!(Jobs::accept(signed(&key(1)), job).is_err());
		assert_eq!(record(job).state, JobState::Ordered);
	});
}

#[test]
fn progress_only_grows_and_only_to_what_was_ordered() {
	build_and_execute(|| {
		let job = job_at(Stage::Started);
		assert_noop!(Jobs::progress(signed(&key(1)), job, 0), Error::<Test>::NoProgress);
		assert_ok!(Jobs::progress(signed(&key(1)), job, 3));
		assert_noop!(Jobs::progress(signed(&key(1)), job, 3), Error::<Test>::NoProgress);
		assert_noop!(Jobs::progress(signed(&key(1)), job, 6), Error::<Test>::TooManyUnits);
	});
}

#[test]
fn a_busy_machine_is_not_decommissioned() {
	build_and_execute(|| {
		let job = job_at(Stage::Delivered);
		assert!(Machines::decommission(signed(&owner()), machine(1)).is_err());
		assert_ok!(Jobs::approve(signed(&customer()), job, 5));
		assert_ok!(Machines::decommission(signed(&owner()), machine(1)));
	});
}

#[test]
fn a_record_is_removed_by_its_customer_after_the_end_only() {
	for stage in Stage::ALL {
		build_and_execute(|| {
			let job = job_at(stage);
			assert_noop!(Jobs::remove(signed(&key(1)), job), Error::<Test>::NotTheCustomer);
			if stage < Stage::Settled {
				assert_noop!(Jobs::remove(signed(&customer()), job), Error::<Test>::NotSettled);
				return;
			}
			assert_ok!(Jobs::remove(signed(&customer()), job));
			assert_noop!(Jobs::remove(signed(&customer()), job), Error::<Test>::UnknownJob);
		});
	}
}
