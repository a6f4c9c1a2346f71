//! Every call in every state, and how each state ends.

use super::abuse::calls;
use crate::{mock::*, Call, Error};
use bpiiot_primitives::{AgreementRef, AssetKind, JobId, OfferId};
use frame_support::{assert_noop, assert_ok, traits::GetCallName};
use sp_core::H256;
use sp_runtime::traits::Dispatchable;

/// Every state in which a job can be, and what of its past makes a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Situation {
	Ordered,
	Countered,
	Accepted,
	Started,
	Delivered,
	Contested,
	Reworked,
	Rejected,
	Disputed,
	Settled,
}

use Situation::*;

const SITUATIONS: [Situation; 10] = [
	Ordered, Countered, Accepted, Started, Delivered, Contested, Reworked, Rejected, Disputed, Settled,
];

fn job_in_situation(situation: Situation) -> JobId {
	let native = AssetKind::Native;
	match situation {
		Ordered => full_job(native, Stage::Ordered),
		Countered => {
			let job = job_in_situation(Ordered);
			let by = START + DEADLINE;
			assert_ok!(Jobs::counter_offer(signed(&owner()), job, UNIT_PRICE, by));
			job
		}
		Accepted => full_job(native, Stage::Accepted),
		Started => full_job(native, Stage::Started),
		Delivered => full_job(native, Stage::Delivered),
		Contested => {
			let job = job_in_situation(Delivered);
			assert_ok!(Jobs::reject(signed(&customer()), job, 1, H256::zero()));
			job
		}
		Reworked => {
			let job = job_in_situation(Delivered);
			assert_ok!(Jobs::request_rework(signed(&customer()), job, H256::zero()));
			job
		}
		Rejected => {
			let job = job_in_situation(Contested);
			assert_ok!(Jobs::approve(signed(&customer()), job, 4));
			job
		}
		Disputed => {
			let job = job_in_situation(Rejected);
			assert_ok!(Jobs::dispute(signed(&owner()), job, H256::zero()));
			job
		}
		Settled => full_job(native, Stage::Settled),
	}
}

/// Each call on a job, who may make it, and the situations in which it succeeds then.
fn allowed() -> Vec<(&'static str, AccountId, Vec<Situation>)> {
	vec![
		("accept", key(1), vec![Ordered, Countered]),
		("accept_with", key(1), vec![Ordered, Countered]),
		("decline", key(1), vec![Ordered, Countered]),
		("start", key(1), vec![Accepted]),
		("progress", key(1), vec![Started, Reworked]),
		("deliver", key(1), vec![Started, Reworked]),
		("deliver_with", key(1), vec![Started, Reworked]),
		("approve", customer(), vec![Delivered, Contested]),
		("reject", customer(), vec![Delivered, Contested]),
		("cancel", customer(), vec![Ordered, Countered, Accepted, Started]),
		("cancel", key(1), vec![Accepted, Started, Reworked]),
		("expire", stranger(), vec![]),
		("remove", customer(), vec![Settled]),
		("counter_offer", key(1), vec![Ordered, Countered]),
		("counter_offer", owner(), vec![Ordered, Countered]),
		("accept_counter_offer", customer(), vec![Countered]),
		("request_rework", customer(), vec![Delivered]),
		("concede", key(1), vec![Rejected]),
		("concede", owner(), vec![Rejected]),
		("dispute", owner(), vec![Rejected]),
	]
}

/// The calls that are about one job.
fn calls_on_a_job(job: JobId) -> Vec<Call<Test>> {
	let of_offers = [
		"publish_offer",
		"update_offer",
		"withdraw_offer",
		"order",
		"order_batch",
	];
	let calls = calls(job, OfferId(1)).into_iter();
	calls
		.filter(|call| !of_offers.contains(&call.get_call_name()))
		.collect()
}

#[test]
fn every_call_on_a_job_fails_in_every_wrong_state() {
	let table = allowed();
	for call in calls_on_a_job(JobId(1)) {
		let name = call.get_call_name();
		assert!(table.iter().any(|(row, ..)| *row == name), "no row for the call {name}");
	}
	for (name, who, allowed) in table {
		for situation in SITUATIONS {
			build_and_execute(|| {
				let job = job_in_situation(situation);
				let call = calls_on_a_job(job)
					.into_iter()
					.find(|call| call.get_call_name() == name);
				let call = call.expect("each row names a call");
				let before = record(job);
				let done = RuntimeCall::from(call).dispatch(signed(&who));
				assert_eq!(
					done.is_ok(),
					allowed.contains(&situation),
					"{name} by {who} in {situation:?}: {done:?}"
				);
				assert!(done.is_ok() || record(job) == before);
			});
		}
	}
}

/// Whoever waits for another's silence to end: when all time is over, each situation has come to its end by itself.
#[test]
fn every_state_is_ended_by_silence() {
	for situation in SITUATIONS {
		build_and_execute(|| {
			let job = job_in_situation(situation);
			for minute in 1..=20 {
				at(minute * 60_000);
				idle();
			}
			assert!(record(job).is_settled(), "{situation:?}");
			assert!(open_jobs().is_empty());
			assert_eq!(pallet_escrow::Deadlines::<Test>::iter().count(), 0);
			assert_eq!(money(&customer()).1, JOB_DEPOSIT, "{situation:?}");
			assert_eq!(money(&machine(1).account()).1, 0, "{situation:?}");
		});
	}
}

/// The same by calls alone, when no block has room.
#[test]
fn every_state_is_ended_by_calls_of_strangers() {
	for situation in SITUATIONS {
		build_and_execute(|| {
			let job = job_in_situation(situation);
			for minute in 1..=20 {
				at(minute * 60_000);
				let expired = Jobs::expire(signed(&stranger()), job).is_ok();
				let lapsed = Escrow::end_dispute(signed(&stranger()), AgreementRef::Job(job)).is_ok();
				assert!(!expired || !lapsed);
			}
			assert!(record(job).is_settled(), "{situation:?}");
		});
	}
}

#[test]
fn nothing_is_done_twice() {
	build_and_execute(|| {
		let job = job_in_situation(Settled);
		let all = || [customer(), machine(1).account(), owner(), arbiter()].map(|who| money(&who));
		let after = all();
		for call in calls_on_a_job(job) {
			if call.get_call_name() == "remove" {
				continue;
			}
			for who in [customer(), key(1), owner(), arbiter()] {
				let done = RuntimeCall::from(call.clone()).dispatch(signed(&who));
				assert!(done.is_err(), "{call:?} by {who}");
			}
		}
		assert_eq!(all(), after);
		assert_ok!(Jobs::remove(signed(&customer()), job));
		let after = all();
		assert_noop!(Jobs::remove(signed(&customer()), job), Error::<Test>::UnknownJob);
		assert_eq!(all(), after);
	});
}
