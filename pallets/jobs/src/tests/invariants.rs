use crate::{mock::*, HoldReason, Jobs as JobsMap, Offers, OffersOf, OpenJobs};
use bpiiot_primitives::{JobId, MachineId, OfferId};
use frame_support::{
	assert_ok,
	storage::{with_storage_layer, with_transaction},
	traits::fungible::MutateHold,
};
use proptest::prelude::*;
use sp_core::H256;
use sp_runtime::{DispatchError, TransactionOutcome, TryRuntimeError};

/// Runs `break_it` on a state with one started job and tells what try-state says.
fn broken_by(break_it: impl FnOnce(JobId)) -> TryRuntimeError {
	let mut said = Ok(());
	build_and_execute(|| {
		let _ = with_transaction(|| {
			let job = job_at(Stage::Started);
			break_it(job);
			said = Jobs::do_try_state();
			TransactionOutcome::Rollback(Ok::<(), DispatchError>(()))
		});
	});
	said.expect_err("try-state must see the damage")
}

fn change(job: JobId, change: impl FnOnce(&mut crate::JobOf<Test>)) {
	JobsMap::<Test>::mutate(job, |job| change(job.as_mut().expect("the job exists")));
}

#[test]
fn try_state_sees_each_kind_of_damage() {
	let other = TryRuntimeError::Other;
	assert_eq!(
		broken_by(|job| change(job, |job| job.units = 6)),
		other("invariant 1: an open job's escrow differs from its unpaid units")
	);
	assert_eq!(
		broken_by(|job| change(job, |job| job.state =
			crate::JobState::Settled(crate::Outcome::Completed))),
		other("invariant 3: a settled job's escrow is still open")
	);
	assert_eq!(
		broken_by(|job| change(job, |job| job.units_done = 6)),
		other("invariant 4: a job's units do not fit its state")
	);
	assert_eq!(
		broken_by(|_| OpenJobs::<Test>::remove(machine(1))),
		other("the open jobs of the machines differ from the jobs")
	);
	assert_eq!(
		broken_by(|_| OffersOf::<Test>::remove(machine(1))),
		other("the offers of the machines differ from the offers")
	);
	assert_eq!(
		broken_by(|_| {
			assert_ok!(Balances::hold(&HoldReason::Offer.into(), &stranger(), 20));
		}),
		other("invariant 9: deposits for offers differ from the offers")
	);
	assert_eq!(
		broken_by(|_| {
			assert_ok!(Balances::hold(&HoldReason::Job.into(), &stranger(), 20));
		}),
		other("invariant 9: deposits for jobs differ from the jobs")
	);
}

/// A call by somebody about the `which`-th offer or job that there is.
#[derive(Clone, Debug)]
struct Step {
	call: u8,
	who: usize,
	which: usize,
	units: u32,
	/// Time until the next step, in milliseconds.
	pause: u64,
}

fn step() -> impl Strategy<Value = Step> {
	(
		0..14u8,
		0..5usize,
		0..4usize,
		0..7u32,
		prop_oneof![9 => 0..20_000u64, 1 => Just(400_000u64)],
	)
		.prop_map(|(call, who, which, units, pause)| Step {
			call,
			who,
			which,
			units,
			pause,
		})
}

fn run(step: &Step) -> Result<(), DispatchError> {
	let people = [owner(), customer(), stranger(), key(1), key(2)];
	let who = signed(&people[step.who]);
	let offers: Vec<OfferId> = Offers::<Test>::iter_keys().collect();
	let jobs: Vec<JobId> = JobsMap::<Test>::iter_keys().collect();
	let offer = offers.get(step.which).copied().unwrap_or(OfferId(0));
	let job = jobs.get(step.which).copied().unwrap_or(JobId(0));
	let machine: MachineId = machine(1 + (step.which % 2) as u8);
	let deliver_by = pallet_timestamp::Now::<Test>::get() + DEADLINE;
	with_storage_layer(|| match step.call {
		0 => Jobs::publish_offer(who, machine, terms()),
		1 => Jobs::update_offer(who, offer, terms()),
		2 => Jobs::withdraw_offer(who, offer),
		3 => {
			let version = Offers::<Test>::get(offer).map_or(0, |offer| offer.version);
			let (price, recipe) = (Balance::MAX, H256::zero());
			Jobs::order(
				who,
				offer,
				version,
				step.units,
				price,
				recipe,
				Default::default(),
				deliver_by,
			)
		}
		4 => Jobs::accept(who, job),
		5 => Jobs::decline(who, job, H256::zero()),
		6 => Jobs::start(who, job),
		7 => Jobs::progress(who, job, step.units),
		8 => Jobs::deliver(who, job, step.units, H256::zero()),
		9 => Jobs::approve(who, job, step.units),
		10 => Jobs::reject(who, job, step.units, H256::zero()),
		11 => Jobs::cancel(who, job, H256::zero()),
		12 => Jobs::expire(who, job),
		_ => Jobs::remove(who, job),
	})
}

/// Steps that make headway: the same call by its rightful caller.
fn rightful(mut step: Step) -> Step {
	step.who = match step.call {
		0..=2 => 0,
		3 | 9 | 10 | 13 => 1,
		4..=8 => 3,
		_ => step.who,
	};
	step
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

	/// Whatever anybody tries in whatever order, the invariants of all three pallets hold after every step; and once
	/// time has run out every job can be ended by a stranger, after which nothing is on hold in escrow.
	#[test]
	fn invariants_hold_after_every_step(steps in proptest::collection::vec((step(), any::<bool>()), 1..80)) {
		build_and_execute(|| {
			registered(1);
			registered(2);
			let mut clock = 0;
			for (step, honest) in steps {
				let step = if honest { rightful(step) } else { step };
				// Refusals are part of the game; what matters is the state after them.
				let _ = run(&step);
				try_state();
				clock += step.pause;
				at(clock);
			}
			// The stop clock takes gaps of more than an hour for halts.
			(0..30).for_each(|_| {
				clock += 3_600_000;
				at(clock);
			});
			for (job, record) in JobsMap::<Test>::iter().collect::<Vec<_>>() {
				if !record.is_settled() {
					assert_ok!(Jobs::expire(signed(&stranger()), job));
				}
			}
			assert_eq!(pallet_escrow::Escrows::<Test>::iter().count(), 0);
		});
	}
}
