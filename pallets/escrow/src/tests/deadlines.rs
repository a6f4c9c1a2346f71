//! The sweep.

use crate::{mock::*, Clock, DeadlineKey, Deadlines, Event, WeightInfo};
use bpiiot_primitives::{AgreementRef, AssetKind::Native, BondOutcome::Returned, DeadlineIndex, JobId};
use frame_support::{assert_ok, weights::Weight};
use sp_runtime::DispatchError;

type Weights = <Test as crate::Config>::WeightInfo;

fn look() -> Weight {
	Weights::sweep_look()
}

fn each() -> Weight {
	let lapse = Weights::end_dispute() + RESOLVE_WEIGHT;
	look() + Weights::sweep_entry() + EXPIRE_WEIGHT.max(lapse)
}

/// Small deals, due one a millisecond from `from` on.
fn deals(count: u64, from: u64) -> Vec<JobId> {
	let mut tiny = terms(Native, PAYEE, MINIMUM);
	(tiny.deposit, tiny.fee) = (0, 0);
	(0..count)
		.map(|nth| {
			let id = open(PAYER, tiny.clone()).expect("funded");
			due_at(id, from + nth);
			id
		})
		.collect()
}

fn ended(ids: &[JobId]) -> Vec<bool> {
	ids.iter().map(|id| escrow(*id).ended).collect()
}

#[test]
fn keys_are_in_the_order_of_time_and_then_of_ids() {
	let key = |at, id| DeadlineKey::new(at, AgreementRef::Job(JobId(id)));
	let ordered = [
		key(0, 9),
		key(1, 0),
		key(1, 1),
		key(255, 0),
		key(256, 7),
		key(u64::MAX, u64::MAX),
	];
	assert!(ordered.is_sorted());
	assert_eq!(ordered.map(|key| key.at()), [0, 1, 1, 255, 256, u64::MAX]);
	build_and_execute(|| {
		for key in ordered.iter().rev() {
			let id = u64::from_be_bytes(key.0[8..].try_into().expect("8 bytes"));
			Deadlines::<Test>::insert(key, AgreementRef::Job(JobId(id)));
		}
		let stored: Vec<_> = Deadlines::<Test>::iter_keys().collect();
		assert_eq!(stored, ordered);
	});
}

#[test]
fn an_agreement_ends_when_its_deadline_has_passed_and_not_before() {
	build_and_execute(|| {
		let ids = deals(2, 50_000);
		block_at(50_000);
		assert_eq!(idle(Weight::MAX), look());
		assert_eq!(ended(&ids), [false, false]);
		block_at(50_001);
		assert_eq!(idle(Weight::MAX), look() + each());
		assert_eq!(ended(&ids), [true, false]);
		block_at(50_002);
		idle(Weight::MAX);
		assert_eq!(ended(&ids), [true, true]);
		assert_eq!(Deadlines::<Test>::iter().count(), 0);
	});
}

#[test]
fn an_agreement_that_runs_on_is_looked_at_when_it_is_due() {
	build_and_execute(|| {
		let ids = deals(1, 50_000);
		Deals::mutate(ids[0], |deal| deal.as_mut().expect("there").deadline = 90_000);
		block_at(50_001);
		idle(Weight::MAX);
		assert!(Escrow::contains(90_000, AgreementRef::Job(ids[0])));
		assert_eq!(Deadlines::<Test>::iter().count(), 1);
		block_at(90_001);
		idle(Weight::MAX);
		assert_eq!(ended(&ids), [true]);
	});
}

#[test]
fn entries_of_agreements_that_ended_or_were_removed_are_dropped() {
	build_and_execute(|| {
		let ids = deals(2, 50_000);
		for id in &ids {
			assert_ok!(settle(*id, 0, Returned));
		}
		assert_ok!(remove(ids[1]));
		// And one that was indexed anew under an earlier deadline.
		let moved = deals(1, 50_005)[0];
		due_at(moved, 50_001);
		block_at(50_004);
		idle(Weight::MAX);
		assert!(escrow(moved).ended);
		assert_eq!(Deadlines::<Test>::iter().count(), 1);
		block_at(50_006);
		idle(Weight::MAX);
		assert_eq!(Deadlines::<Test>::iter().count(), 0);
	});
}

#[test]
fn the_sweep_keeps_within_the_weight_that_it_is_given() {
	build_and_execute(|| {
		let ids = deals(5, 1);
		block_at(10);
		// Nothing at all, less than a look, a look only.
		assert_eq!(idle(Weight::zero()), Weight::zero());
		assert_eq!(idle(look() - Weight::from_parts(1, 0)), Weight::zero());
		assert_eq!(idle(look() - Weight::from_parts(0, 1)), Weight::zero());
		assert_eq!(idle(look() + each() - Weight::from_parts(1, 0)), look());
		assert_eq!(idle(look() + each() - Weight::from_parts(0, 1)), look());
		assert_eq!(ended(&ids), [false; 5]);
		// Two of them, the earliest.
		assert_eq!(
			idle(look() + each() * 3 - Weight::from_parts(0, 1)),
			look() + each() * 2
		);
		assert_eq!(ended(&ids), [true, true, false, false, false]);
		assert_eq!(idle(Weight::MAX), look() + each() * 3);
	});
}

#[test]
fn blocks_that_leave_nothing_over_delay_the_sweep_and_lose_nothing() {
	build_and_execute(|| {
		let ids = deals(3, 1);
		for nth in 1..100 {
			block_at(nth * 6_000);
			assert_eq!(idle(Weight::zero()), Weight::zero());
		}
		assert_eq!(ended(&ids), [false; 3]);
		idle(Weight::MAX);
		assert_eq!(ended(&ids), [true; 3]);
	});
}

#[test]
fn a_thousand_entries_that_are_due_at_once_take_no_more_than_their_share_of_each_block() {
	build_and_execute(|| {
		for id in 0..1_000 {
			Escrow::insert(7, AgreementRef::Job(JobId(id)));
		}
		// GIVEN one that must wait for all of them
		let last = deals(1, 8);
		block_at(100);
		let limit = look() + each() * 3;
		assert_eq!(idle(limit), limit);
		assert_eq!(Deadlines::<Test>::iter().count(), 998);
		let mut blocks = 0;
		while Deadlines::<Test>::iter_keys().next().is_some() {
			let before = Deadlines::<Test>::iter().count() as u64;
			let swept = before.min(MAX_SWEEP.into());
			assert_eq!(idle(Weight::MAX), look() + each() * swept);
			assert_eq!(Deadlines::<Test>::iter().count() as u64, before - swept);
			blocks += 1;
		}
		assert_eq!(blocks, 50);
		assert_eq!(ended(&last), [true]);
	});
}

#[test]
fn an_agreement_that_cannot_be_ended_does_not_block_those_behind_it() {
	build_and_execute(|| {
		let ids = deals(3, 1);
		Deals::mutate(ids[0], |deal| deal.as_mut().expect("there").broken = true);
		block_at(10);
		idle(Weight::MAX);
		// THEN what it had done is rolled back, the world is told, and the others are ended
		assert_eq!(ended(&ids), [false, true, true]);
		let failed = Event::SweepFailed {
			agreement: AgreementRef::Job(ids[0]),
			error: DispatchError::Unavailable,
		};
		System::assert_has_event(failed.into());
		assert_eq!(Deadlines::<Test>::iter().count(), 0);
	});
}

#[test]
fn nothing_is_swept_while_agreements_are_paused() {
	build_and_execute(|| {
		let ids = deals(2, 50_000);
		block_at(50_000);
		assert_ok!(Escrow::pause(RuntimeOrigin::root()));
		// WHEN the deadline passes by the calendar
		block_at(3_600_000);
		idle(Weight::MAX);
		assert_eq!(ended(&ids), [false, false]);
		assert_ok!(Escrow::resume(RuntimeOrigin::root()));
		idle(Weight::MAX);
		assert_eq!(ended(&ids), [false, false], "no agreement time has passed");
		block_at(3_600_002);
		idle(Weight::MAX);
		assert_eq!(ended(&ids), [true, true]);
	});
}

#[test]
fn what_was_due_before_a_pause_waits_for_its_end() {
	build_and_execute(|| {
		let ids = deals(1, 50_000);
		block_at(60_000);
		assert_ok!(Escrow::pause(RuntimeOrigin::root()));
		assert_eq!(idle(Weight::MAX), look());
		assert_eq!(ended(&ids), [false]);
		assert_ok!(Escrow::resume(RuntimeOrigin::root()));
		idle(Weight::MAX);
		assert_eq!(ended(&ids), [true]);
	});
}

#[test]
fn a_halted_chain_ends_nothing_early() {
	build_and_execute(|| {
		block_at(1_000);
		let ids = deals(1, 1_000 + ALLOWANCE + 10);
		// GIVEN a halt of an hour across the deadline
		block_at(3_600_000);
		idle(Weight::MAX);
		assert_eq!(ended(&ids), [false]);
		assert_eq!(Clock::<Test>::get().agreement(), 1_000 + ALLOWANCE);
		block_at(3_600_011);
		idle(Weight::MAX);
		assert_eq!(ended(&ids), [true]);
	});
}
