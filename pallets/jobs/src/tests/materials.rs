//! What a job needs: put aside when it is accepted, used up when it is delivered, free when it ends.

use crate::{mock::*, Call, Error, JobState, WeightInfo};
use bpiiot_primitives::{AgreementRef, Agreements, EscrowView, JobId, Need, Needs, OpenJobs, SiteId};
use frame_support::{
	assert_noop, assert_ok,
	dispatch::{extract_actual_weight, DispatchResultWithPostInfo, GetDispatchInfo},
	pallet_prelude::{DispatchError, Weight},
};
use sp_core::H256;
use sp_runtime::traits::Dispatchable;

type Measured = <Test as crate::Config>::WeightInfo;

/// So many things of each of these quantities.
pub(super) fn needs(quantities: &[u64]) -> Needs {
	let need = |quantity: &u64| Need {
		item: b"sheet-3mm".to_vec().try_into().expect("short"),
		lot: None,
		quantity: *quantity,
	};
	quantities.iter().map(need).collect::<Vec<_>>().try_into().expect("few")
}

fn accept_with(who: &AccountId, job: JobId, quantities: &[u64]) -> DispatchResultWithPostInfo {
	call(
		who,
		Call::accept_with {
			job,
			site: SiteId(3),
			needs: needs(quantities),
		},
	)
}

fn call(who: &AccountId, call: Call<Test>) -> DispatchResultWithPostInfo {
	RuntimeCall::Jobs(call).dispatch(signed(who))
}

/// A job of 5 units that needs 50.
fn with_fifty(stage: Stage) -> JobId {
	let job = full_job(bpiiot_primitives::AssetKind::Native, Stage::Ordered);
	assert_ok!(accept_with(&key(1), job, &[30, 20]));
	if stage >= Stage::Started {
		assert_ok!(Jobs::start(signed(&key(1)), job));
	}
	job
}

/// What is put aside for a job, and what is free.
fn stock(job: JobId) -> (Option<u64>, u64) {
	(PutAside::get(job), Free::get())
}

#[test]
fn what_a_job_needs_is_put_aside_when_it_is_accepted() {
	build_and_execute(|| {
		let job = with_fifty(Stage::Accepted);
		assert_eq!(record(job).state, JobState::Accepted);
		assert_eq!(record(job).escrow.bond(), BOND);
		assert_eq!(stock(job), (Some(50), 50));
	});
}

#[test]
fn a_job_is_not_accepted_if_too_little_is_there_and_nothing_moves() {
	build_and_execute(|| {
		let job = job_at(Stage::Ordered);
		let before = money(&machine(1).account());
		assert_noop!(accept_with(&key(1), job, &[60, 50]), DispatchError::Unavailable);
		assert_noop!(accept_with(&key(1), job, &[]), Error::<Test>::NothingNeeded);
		assert_noop!(accept_with(&owner(), job, &[1]), Error::<Test>::NotTheMachine);
		assert_noop!(accept_with(&key(1), JobId(7), &[1]), Error::<Test>::UnknownJob);
		assert_eq!(stock(job), (None, 100));
		assert_eq!(money(&machine(1).account()), before);
		assert_ok!(Jobs::accept(signed(&key(1)), job));
		assert_noop!(accept_with(&key(1), job, &[1]), Error::<Test>::WrongState);
	});
	build_and_execute(|| {
		let job = job_at(Stage::Ordered);
		at(ACCEPT_WINDOW + 1);
		assert_noop!(accept_with(&key(1), job, &[1]), Error::<Test>::TooLate);
	});
}

#[test]
fn a_machine_that_cannot_post_its_bond_puts_nothing_aside() {
	build_and_execute(|| {
		registered(1);
		let mut terms = terms();
		terms.bond = 50_000;
		let job = ordered(published(terms), 5);
		assert!(accept_with(&key(1), job, &[1]).is_err());
		assert_eq!(stock(job), (None, 100));
	});
}

#[test]
fn the_share_of_what_is_delivered_is_used_up_and_the_end_lets_go_of_the_rest() {
	build_and_execute(|| {
		let job = with_fifty(Stage::Started);
		assert_ok!(Jobs::deliver(signed(&key(1)), job, 4, H256::zero()));
		assert_eq!(stock(job), (Some(10), 50));
		assert_ok!(Jobs::approve(signed(&customer()), job, 4));
		assert!(record(job).is_settled());
		assert_eq!(stock(job), (None, 60));
	});
}

#[test]
fn what_is_mended_takes_of_what_is_left() {
	build_and_execute(|| {
		let job = with_fifty(Stage::Started);
		assert_ok!(Jobs::deliver(signed(&key(1)), job, 4, H256::zero()));
		assert_ok!(Jobs::approve(signed(&customer()), job, 2));
		assert_ok!(Jobs::request_rework(signed(&customer()), job, H256::zero()));
		// Three units are to come, and 10 are left for them: two of three take 7.
		assert_ok!(Jobs::deliver(signed(&key(1)), job, 2, H256::zero()));
		assert_eq!(stock(job), (Some(3), 50));
		assert_ok!(Jobs::approve(signed(&customer()), job, 2));
		assert_eq!(stock(job), (None, 53));
	});
}

#[test]
fn however_a_job_ends_what_is_left_is_free() {
	let ends: [fn(JobId); 5] = [
		|job| {
			let _ = Jobs::cancel(signed(&customer()), job, H256::zero());
		},
		|job| {
			let _ = Jobs::cancel(signed(&key(1)), job, H256::zero());
		},
		|_| {
			at(DEADLINE + 1);
			idle();
		},
		|job| {
			at(DEADLINE + 1);
			assert_ok!(Jobs::expire(signed(&stranger()), job));
		},
		|job| {
			take_on(job);
			assert_ok!(Jobs::reject(signed(&customer()), job, 5, H256::zero()));
			assert_eq!(stock(job), (Some(0), 50));
			assert_ok!(Jobs::dispute(signed(&owner()), job, H256::zero()));
			at(CASE_WINDOW + 1);
			idle();
		},
	];
	for (nth, end) in ends.into_iter().enumerate() {
		build_and_execute(|| {
			let job = with_fifty(Stage::Accepted);
			end(job);
			assert!(record(job).is_settled(), "{nth}");
			assert_eq!(PutAside::get(job), None, "{nth}");
			let used_up = if record(job).units_done > 0 { 50 } else { 0 };
			assert_eq!(Free::get(), 100 - used_up, "{nth}");
		});
	}
}

/// Starts and delivers an accepted job.
fn take_on(job: JobId) {
	assert_ok!(Jobs::start(signed(&key(1)), job));
	assert_ok!(Jobs::deliver(signed(&key(1)), job, 5, H256::zero()));
}

#[test]
fn a_call_pays_for_materials_only_if_there_were_any() {
	let spent = |who: &AccountId, what: Call<Test>| {
		let info = RuntimeCall::Jobs(what.clone()).get_dispatch_info();
		(info.call_weight, extract_actual_weight(&call(who, what), &info))
	};
	let deliver = |job| Call::deliver {
		job,
		units: 5,
		result: H256::zero(),
	};
	let approve = |job| Call::approve { job, units: 5 };
	let worst = |call: Weight, more: Weight| call.saturating_add(more);
	build_and_execute(|| {
		let job = with_fifty(Stage::Started);
		let most = worst(Measured::deliver(), CONSUME);
		assert_eq!(spent(&key(1), deliver(job)), (most, most));
		let most = worst(Measured::approve(), RELEASE);
		assert_eq!(spent(&customer(), approve(job)), (most, most));
	});
	build_and_execute(|| {
		let job = job_at(Stage::Started);
		let (most, least) = (worst(Measured::deliver(), CONSUME), Measured::deliver());
		assert_eq!(spent(&key(1), deliver(job)), (most, least));
		let (most, least) = (worst(Measured::approve(), RELEASE), Measured::approve());
		assert_eq!(spent(&customer(), approve(job)), (most, least));
	});
	build_and_execute(|| {
		let job = job_at(Stage::Ordered);
		let what = Call::accept_with {
			job,
			site: SiteId(3),
			needs: needs(&[1, 2]),
		};
		let most = worst(Measured::accept(), RESERVE.saturating_mul(2));
		assert_eq!(spent(&key(1), what), (most, most));
		let worst_end = worst(Measured::expire(), RELEASE);
		assert_eq!(<Jobs as Agreements>::expire_weight(), worst_end);
		let worst_verdict = worst(Measured::resolve(), RELEASE);
		assert_eq!(<Jobs as Agreements>::resolve_weight(), worst_verdict);
	});
}

#[test]
fn a_delivery_records_how_it_was_made_or_is_none() {
	build_and_execute(|| {
		let job = with_fifty(Stage::Started);
		let deliver = |report| Call::deliver_with {
			job,
			units: 5,
			result: H256::zero(),
			report,
		};
		let before = record(job);
		assert_noop!(call(&key(1), deliver(0)), DispatchError::Other("nothing was made"));
		assert_noop!(call(&owner(), deliver(9)), Error::<Test>::NotTheMachine);
		assert_eq!((record(job), stock(job)), (before, (Some(50), 50)));
		let most = Measured::deliver().saturating_add(CONSUME).saturating_add(RECORD);
		let spent_in_fact = Measured::deliver().saturating_add(CONSUME).saturating_add(RECORDED);
		let info = RuntimeCall::Jobs(deliver(9)).get_dispatch_info();
		assert_eq!(info.call_weight, most);
		let done = call(&key(1), deliver(9));
		assert_eq!(extract_actual_weight(&done, &info), spent_in_fact);
		assert_eq!(record(job).state, JobState::Delivered);
		assert_eq!(Recorded::get(job), Some((machine(1), 9)));
		assert_noop!(call(&key(1), deliver(9)), Error::<Test>::WrongState);
	});
}

#[test]
fn others_are_told_which_machine_a_job_is_for_until_it_has_ended() {
	build_and_execute(|| {
		let job = job_at(Stage::Delivered);
		assert_eq!(<Jobs as OpenJobs>::machine_of(job), Some(machine(1)));
		assert_ok!(Jobs::approve(signed(&customer()), job, 5));
		assert_eq!(<Jobs as OpenJobs>::machine_of(job), None);
		assert_eq!(<Jobs as OpenJobs>::machine_of(JobId(7)), None);
	});
}

#[test]
fn what_is_no_job_is_neither_ended_nor_decided_here() {
	build_and_execute(|| {
		let JobId(id) = job_at(Stage::Ordered);
		let order = AgreementRef::Order(bpiiot_primitives::PurchaseOrderId(id));
		let indexed_at = record(JobId(id)).indexed_at;
		at(ACCEPT_WINDOW + 1);
		let looked_at = <Jobs as Agreements>::expire(order, indexed_at);
		assert_eq!(looked_at, Ok(bpiiot_primitives::Expiry::Stale));
		assert_noop!(
			<Jobs as Agreements>::resolve(order, Default::default()),
			Error::<Test>::UnknownJob
		);
		assert_eq!(record(JobId(id)).state, JobState::Ordered);
	});
}
