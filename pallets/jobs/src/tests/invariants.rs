use crate::{mock::*, HoldReason, JobState, Jobs as JobsMap, JobsOf, Offers, OffersOf};
use bpiiot_primitives::{AgreementRef, AssetKind, JobId};
use frame_support::{assert_ok, storage::with_transaction, traits::fungible::MutateHold};
use sp_core::H256;
use sp_runtime::{DispatchError, TransactionOutcome, TryRuntimeError};

/// Runs `break_it` on a state with one started job and tells what try-state says.
fn broken_by(break_it: impl FnOnce(JobId)) -> TryRuntimeError {
	broken_at(|| job_at(Stage::Started), break_it)
}

/// The same, on a state with the job that `make` makes.
fn broken_at(make: impl FnOnce() -> JobId, break_it: impl FnOnce(JobId)) -> TryRuntimeError {
	let mut said = Ok(());
	build_and_execute(|| {
		let _ = with_transaction(|| {
			let job = make();
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
		broken_by(|job| change(job, |job| job.bond = 0)),
		other("invariant 1: an open job's bond differs from its state")
	);
	assert_eq!(
		broken_by(|job| change(job, |job| job.machine = machine(2))),
		other("invariant 1: somebody else than the machine is paid")
	);
	assert_eq!(
		broken_by(|job| change(job, |job| job.state =
			crate::JobState::Settled(crate::Outcome::Completed))),
		other("invariant 3: a job and its escrow have not ended together")
	);
	assert_eq!(
		broken_by(|job| change(job, |job| job.units_done = 6)),
		other("invariant 4: a job's units do not fit its state")
	);
	let early = other("invariant 8: a job has counted, or was rated, before it has ended");
	assert_eq!(broken_by(|job| change(job, |job| job.rated = true)), early);
	assert_eq!(broken_by(|job| change(job, |job| job.counted.weight = 1)), early);
	assert_eq!(
		broken_by(|_| JobsOf::<Test>::remove(machine(1))),
		other("the open jobs of the machines differ from the jobs")
	);
	assert_eq!(
		broken_by(|_| JobsOf::<Test>::mutate(machine(1), |book| book.open[0].customer = stranger())),
		other("the open jobs of the machines differ from the jobs")
	);
	assert_eq!(
		broken_by(|_| OffersOf::<Test>::remove(machine(1))),
		other("the offers of the machines differ from the offers")
	);
	assert_eq!(
		broken_by(|job| change(job, |job| job.indexed_at = job.deliver_by + 1)),
		other("deadlines: an open job is looked at too late")
	);
	assert_eq!(
		broken_by(|_| drop(pallet_escrow::Deadlines::<Test>::clear(10, None))),
		other("deadlines: an open job is not in the index")
	);
	assert_eq!(
		broken_by(|_| {
			assert_ok!(Balances::hold(&HoldReason::Offer.into(), &stranger(), 20));
		}),
		other("invariant 9: deposits for offers differ from the offers")
	);
	assert_eq!(
		broken_by(|job| Offers::<Test>::mutate(record(job).offer, |offer| {
			offer.as_mut().expect("the offer exists").depositor = account(b"nobody");
		})),
		other("invariant 9: deposits for offers differ from the offers")
	);
}

#[test]
fn the_escrow_sees_a_job_whose_record_vanished_or_is_there_twice() {
	let said = |break_it: fn(JobId)| {
		let mut said = Ok(());
		build_and_execute(|| {
			let _ = with_transaction(|| {
				break_it(job_at(Stage::Started));
				said = Escrow::do_try_state();
				TransactionOutcome::Rollback(Ok::<(), DispatchError>(()))
			});
		});
		said
	};
	let prices = Err(TryRuntimeError::Other(
		"invariant 1: what payers have on hold differs from the escrows",
	));
	assert_eq!(said(JobsMap::<Test>::remove), prices);
	assert_eq!(said(|job| JobsMap::<Test>::insert(JobId(1), record(job))), prices);
}

/// A job of which 2 units are rejected and 3 approved.
fn rejected() -> JobId {
	let job = full_job(AssetKind::Native, Stage::Delivered);
	assert_ok!(Jobs::approve(signed(&customer()), job, 3));
	assert_ok!(Jobs::reject(signed(&customer()), job, 2, H256::zero()));
	job
}

fn disputed() -> JobId {
	let job = rejected();
	assert_ok!(Jobs::dispute(signed(&owner()), job, H256::zero()));
	job
}

#[test]
fn try_state_sees_damage_to_what_is_contested() {
	let other = TryRuntimeError::Other;
	let units = other("invariant 4: a job's units do not fit its state");
	let money = other("invariant 1: an open job's escrow differs from its unpaid units");
	let disputes = other("invariant 3: a job's state and its dispute differ");
	// Contested money that leaks, one way or the other.
	assert_eq!(broken_at(rejected, |job| change(job, |job| job.contested = 1)), money);
	assert_eq!(broken_at(rejected, |job| change(job, |job| job.contested = 3)), money);
	assert_eq!(
		broken_at(rejected, |job| change(job, |job| job.challenge_until = 0)),
		units
	);
	// In none of these states is anything rejected whose price is on hold.
	assert_eq!(
		broken_at(rejected, |job| change(job, |job| job.state = JobState::Started)),
		units
	);
	assert_eq!(
		broken_at(rejected, |job| change(job, |job| job.state = JobState::Delivered)),
		units
	);
	// A dispute without its state, and a state without its dispute: for ever, since nothing would end it.
	assert_eq!(
		broken_at(rejected, |job| change(job, |job| job.state = JobState::Disputed)),
		disputes
	);
	assert_eq!(
		broken_at(disputed, |job| change(job, |job| job.state = JobState::Rejected)),
		disputes
	);
	assert_eq!(
		broken_at(disputed, |job| pallet_escrow::Disputes::<Test>::remove(
			AgreementRef::Job(job)
		)),
		disputes
	);
}

#[test]
fn try_state_sees_an_acceptance_that_would_come_after_the_delivery() {
	let late = |job: &mut crate::JobOf<Test>| job.accept_by = job.deliver_by + 1;
	assert_eq!(
		broken_at(|| job_at(Stage::Ordered), |job| change(job, late)),
		TryRuntimeError::Other("invariant 4: a job could be accepted after its delivery is due")
	);
}
