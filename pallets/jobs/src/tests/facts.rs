//! What the machine's name hears of a job, and who rates it.

use crate::{mock::*, Error, JobState, Jobs as JobsMap, JobsOf, Outcome};
use bpiiot_primitives::{
	Actor, AgreementRef, AssetKind, AssetKind::Native, Counted, JobId, PurchaseOrderId, RateableAgreements, Rated, Side,
};
use frame_support::{assert_noop, assert_ok, pallet_prelude::DispatchError};
use pallet_escrow::Disputes;
use sp_core::H256;
use sp_runtime::Permill;

const PRICE: Balance = 5 * UNIT_PRICE;

/// Value, and the shares in percent that were punctual, failed and lost, of what was told of a job.
fn told(job: JobId) -> (Balance, [u32; 3]) {
	let told = Names::get(job).expect("it was told of");
	assert_eq!(told.payer, customer());
	assert_eq!(told.payee, machine(1).account());
	(told.value, told.shares.map(|share| share.deconstruct() / 10_000))
}

/// Has the arbiter give the machine this share of what is at stake, or stay silent.
fn ruled(job: JobId, to_machine: Option<Permill>) {
	assert_ok!(Jobs::dispute(signed(&owner()), job, H256::zero()));
	let agreement = AgreementRef::Job(job);
	match to_machine {
		Some(share) => {
			assert_ok!(Escrow::accept_case(signed(&arbiter()), agreement));
			assert_ok!(Escrow::rule(
				signed(&arbiter()),
				agreement,
				share,
				Side::Payee,
				H256::zero()
			));
		}
		None => {
			at(CASE_WINDOW + 1);
			idle();
		}
	}
	assert_eq!(Disputes::<Test>::iter().count(), 0);
	assert_eq!(record(job).state, JobState::Settled(Outcome::Arbitrated));
}

#[test]
fn a_job_that_was_called_off_or_never_accepted_says_nothing_of_the_machine() {
	let ends: [fn(JobId); 4] = [
		|job| {
			let _ = Jobs::decline(signed(&key(1)), job, H256::zero());
		},
		|job| {
			let _ = Jobs::cancel(signed(&customer()), job, H256::zero());
		},
		|job| {
			take(job, Stage::Started);
			let _ = Jobs::cancel(signed(&customer()), job, H256::zero());
		},
		|_| {
			at(ACCEPT_WINDOW + 1);
			idle();
		},
	];
	for end in ends {
		build_and_execute(|| {
			let job = full_job(Native, Stage::Ordered);
			end(job);
			assert!(record(job).is_settled());
			assert_eq!(told(job), (0, [0, 0, 0]));
			assert_eq!(record(job).counted, Counted { weight: 0, day: TODAY });
		});
	}
}

#[test]
fn what_was_approved_was_kept_and_what_was_rejected_failed() {
	for (asset, _, fee) in ASSETS {
		build_and_execute(|| {
			let job = job_in(asset, Stage::Delivered);
			assert_ok!(Jobs::approve(signed(&customer()), job, 3));
			assert_eq!(Names::get(job), None);
			assert_ok!(Jobs::reject(signed(&customer()), job, 2, H256::zero()));
			assert_eq!(told(job), (PRICE, [100, 40, 0]));
			// The fee is told of that the job has paid, though it is paid by the time that the name hears of it.
			assert_eq!(Names::get(job).map(|told| told.fee), Some(fee));
			let counted = record(job).counted;
			assert_eq!((counted.weight, counted.day), (PRICE, TODAY));
		});
	}
}

#[test]
fn silence_says_as_much_as_approval() {
	build_and_execute(|| {
		let job = job_at(Stage::Delivered);
		at(REVIEW_WINDOW + 1);
		idle();
		assert_eq!(told(job), (PRICE, [100, 0, 0]));
	});
}

#[test]
fn who_gives_up_or_is_late_fails_with_all_that_he_had_promised() {
	build_and_execute(|| {
		let job = job_at(Stage::Started);
		// What a machine says of its progress is not delivered.
		assert_ok!(Jobs::progress(signed(&key(1)), job, 4));
		assert_ok!(Jobs::cancel(signed(&key(1)), job, H256::zero()));
		assert_eq!(told(job), (PRICE, [0, 100, 0]));
	});
	build_and_execute(|| {
		let job = job_at(Stage::Accepted);
		at(DEADLINE + 1);
		idle();
		assert_eq!(told(job), (PRICE, [0, 100, 0]));
	});
	// Fewer than were ordered.
	build_and_execute(|| {
		let job = job_at(Stage::Started);
		assert_ok!(Jobs::deliver(signed(&key(1)), job, 4, H256::zero()));
		assert_ok!(Jobs::approve(signed(&customer()), job, 4));
		assert_eq!(told(job), (PRICE, [80, 20, 0]));
	});
}

#[test]
fn units_that_went_back_to_be_mended_and_never_came_have_failed() {
	build_and_execute(|| {
		let job = full_job(Native, Stage::Delivered);
		assert_ok!(Jobs::approve(signed(&customer()), job, 2));
		assert_ok!(Jobs::request_rework(signed(&customer()), job, H256::zero()));
		assert_ok!(Jobs::progress(signed(&key(1)), job, 4));
		at(REWORK_WINDOW + 1);
		idle();
		assert_eq!(record(job).state, JobState::Settled(Outcome::NotDelivered));
		assert_eq!(told(job), (PRICE, [40, 60, 0]));
	});
}

#[test]
fn a_verdict_says_who_was_right_and_a_silent_arbiter_says_nothing() {
	for (to_machine, shares) in [
		(Some(Permill::one()), [100, 0, 0]),
		(Some(Permill::zero()), [100, 0, 40]),
		(Some(Permill::from_percent(25)), [100, 0, 30]),
		(None, [100, 0, 0]),
	] {
		build_and_execute(|| {
			let job = full_job(Native, Stage::Delivered);
			assert_ok!(Jobs::approve(signed(&customer()), job, 3));
			assert_ok!(Jobs::reject(signed(&customer()), job, 2, H256::zero()));
			ruled(job, to_machine);
			assert_eq!(told(job), (PRICE, shares), "{to_machine:?}");
			let half = Permill::from_percent(50);
			assert_eq!(record(job).verdict, Some(to_machine.unwrap_or(half)));
		});
	}
}

#[test]
fn a_rejection_that_stands_has_failed_and_is_lost_by_nobody() {
	build_and_execute(|| {
		let job = full_job(Native, Stage::Delivered);
		assert_ok!(Jobs::reject(signed(&customer()), job, 5, H256::zero()));
		assert_ok!(Jobs::concede(signed(&key(1)), job));
		assert_eq!(told(job), (PRICE, [100, 100, 0]));
		assert_eq!(record(job).verdict, None);
	});
}

#[test]
fn what_a_job_has_counted_is_a_part_of_its_history() {
	build_and_execute(|| {
		let job = job_at(Stage::Settled);
		assert_eq!(record(job).counted.weight, PRICE);
		let mut book = crate::JobBook::<AccountId, <Test as crate::Config>::MaxOpenJobs>::default();
		book.settle(job, &record(job));
		assert_eq!(JobsOf::<Test>::get(machine(1)).history, book.history);
	});
}

fn rate(who: &AccountId, agreement: AgreementRef) -> Result<Rated<AccountId>, DispatchError> {
	let actor = Actor {
		account: who.clone(),
		machine: None,
	};
	<Jobs as RateableAgreements<_>>::rate(agreement, &actor)
}

#[test]
fn the_customer_rates_a_job_once_when_it_has_ended() {
	build_and_execute(|| {
		let job = job_at(Stage::Delivered);
		let agreement = AgreementRef::Job(job);
		assert_noop!(rate(&customer(), agreement), Error::<Test>::NotSettled);
		assert_ok!(Jobs::approve(signed(&customer()), job, 5));
		for who in [owner(), stranger(), machine(1).account()] {
			assert_noop!(rate(&who, agreement), Error::<Test>::NotTheCustomer);
		}
		let rated = rate(&customer(), agreement).expect("he may");
		assert_eq!(rated.payee, machine(1).account());
		assert_eq!(rated.counted, record(job).counted);
		assert!(record(job).rated);
		assert_noop!(rate(&customer(), agreement), Error::<Test>::AlreadyRated);
		assert_ok!(Jobs::remove(signed(&customer()), job));
		assert_noop!(rate(&customer(), agreement), Error::<Test>::UnknownJob);
	});
}

#[test]
fn what_is_no_job_is_not_rated_here() {
	build_and_execute(|| {
		let JobId(id) = job_at(Stage::Settled);
		let order = AgreementRef::Order(PurchaseOrderId(id));
		assert_noop!(rate(&customer(), order), Error::<Test>::UnknownJob);
		assert!(JobsMap::<Test>::iter_values().all(|job| !job.rated));
	});
}

#[test]
fn a_name_hears_of_a_payment_that_could_not_be_made_too() {
	build_and_execute(|| {
		let job = job_in(DOLLAR, Stage::Delivered);
		block(machine(1).account());
		assert_ok!(Jobs::approve(signed(&customer()), job, 5));
		assert_eq!(told(job), (PRICE, [100, 0, 0]));
		assert_eq!(record(job).asset(), AssetKind::Asset(DOLLAR_ID));
	});
}
