//! A narrower recall takes the place of a wider one, and nothing is called clear too early.

use super::recalls::{chain, marked, status};
use crate::{mock::*, runtime_api::RecallStatus, Call, Error, HoldReason, MakingId, Outcome, Recalls, Scope, Stage};
use frame_support::{assert_noop, assert_ok, traits::fungible::InspectHold};

#[test]
fn what_is_left_out_is_clear_once_the_narrower_recall_has_spread() {
	build_and_execute(|| {
		let chain = chain();
		let wide = recalled(&SMITH, Scope::Thing(lot(steel(), "A")));
		spread_all(wide);
		for (who, exceptions, error) in [
			(&BUILDER, vec![chain.engine_a], Error::<Test>::NotTheIssuer),
			(&SMITH, vec![], Error::<Test>::NotNarrower),
		] {
			assert_noop!(narrow(who, wide, None, &exceptions), error);
		}
		assert_noop!(narrow(&SMITH, wide, Some((1, 2)), &[]), Error::<Test>::NotNarrower);
		assert_ok!(narrow(&SMITH, wide, None, &[chain.engine_a]));
		let slim = last_recall();
		let affected = |recall| RecallStatus::Affected {
			recall,
			contested: false,
		};
		// Both count.
		assert_eq!(status(item(engine(), "EA")), affected(wide));
		assert_eq!(
			Recalls::<Test>::get(wide).expect("kept").outcome,
			Outcome::Narrowed(slim)
		);
		assert_noop!(narrow(&SMITH, wide, None, &[chain.engine_ab]), Error::<Test>::NotOpen);
		assert_noop!(lift(&SMITH, wide), Error::<Test>::NotOpen);
		assert_ok!(spread(&STRANGER, slim, 2));
		assert_eq!(status(item(engine(), "EA")), affected(wide));
		spread_all(slim);
		assert_eq!(marked(slim), [chain.parts_of_a, chain.engine_ab]);
		assert_eq!(status(item(engine(), "EA")), RecallStatus::Clear);
		assert_eq!(status(item(engine(), "EAB")), affected(slim));
		let over = Recalls::<Test>::get(wide).expect("kept");
		assert_eq!((over.outcome, over.stage), (Outcome::Lifted, Stage::Clearing));
		// The bond has gone with it, and what is made of what was left out is clear.
		let bond = Balances::balance_on_hold(&HoldReason::Recall.into(), &SMITH);
		assert_eq!(bond, RECALL_BOND);
		spread_all(wide);
		assert_ok!(signed(&STRANGER, Call::close_recall { recall: wide }));
		made(
			&BUILDER,
			&[using(item(engine(), "EA"), 0)],
			&[new_item(engine(), "ship")],
			None,
		);
		assert_eq!(status(item(engine(), "ship")), RecallStatus::Clear);
		// Once more, and with all that was left out before.
		assert_ok!(narrow(&SMITH, slim, None, &[chain.engine_ab]));
		let slimmer = last_recall();
		spread_all(slimmer);
		assert_eq!(marked(slimmer), [chain.parts_of_a]);
		assert_ok!(lift(&SMITH, slimmer));
	});
}

#[test]
fn a_shorter_time_on_a_machine_is_narrower() {
	build_and_execute(|| {
		let start = Timestamp::get();
		time_passes(MAX_PRODUCTION);
		let at = |minute: u64| {
			let work = work_until(MILL, start + minute * 60_000);
			made(&SMITH, &[], &[new_item(part(), &format!("a{minute}"))], Some(work))
		};
		let (early, late) = (at(10), at(20));
		let scope = Scope::Machine {
			machine: MILL,
			from: start,
			until: start + 1_200_000,
			example: early,
		};
		let wide = recalled(&SMITH, scope);
		spread_all(wide);
		assert_eq!(marked(wide), [early, late]);
		for window in [
			(start - 1, start + 600_000),
			(start, start + 1_200_001),
			(start + 2, start + 1),
			(start, start + 1_200_000),
		] {
			assert_noop!(narrow(&SMITH, wide, Some(window), &[]), Error::<Test>::NotNarrower);
		}
		assert_ok!(narrow(&SMITH, wide, Some((start, start + 600_000)), &[]));
		let slim = last_recall();
		// What is made in the longer time, and not in the shorter one, is not covered any more.
		at(15);
		spread_all(slim);
		spread_all(wide);
		assert_eq!(marked(slim), [early]);
		assert_eq!(marked(wide), []);
		assert_eq!(status(item(part(), "a20")), RecallStatus::Clear);
		assert_eq!(status(item(part(), "a15")), RecallStatus::Clear);
	});
}

/// A wider recall that has not reached everything when it is narrowed goes no further, and nothing is clear too early.
#[test]
fn nothing_is_clear_too_early_when_a_recall_that_spreads_is_narrowed() {
	build_and_execute(|| {
		let chain = chain();
		let wide = recalled(&SMITH, Scope::Thing(lot(steel(), "A")));
		assert_ok!(spread(&STRANGER, wide, 2));
		assert_ok!(narrow(&SMITH, wide, None, &[chain.engine_a]));
		let slim = last_recall();
		assert_noop!(spread(&STRANGER, wide, 1), Error::<Test>::NothingToDo);
		for name in ["EA", "EAB"] {
			let now = status(item(engine(), name));
			assert_eq!(now, RecallStatus::Pending { cursor: None }, "{name}");
		}
		assert_eq!(status(item(engine(), "EB")), RecallStatus::Clear);
		spread_all(slim);
		assert_eq!(status(item(engine(), "EA")), RecallStatus::Clear);
		assert_eq!(marked(slim), [chain.parts_of_a, chain.engine_ab]);
	});
}

#[test]
fn a_narrower_recall_that_is_lifted_takes_the_wider_one_with_it() {
	build_and_execute(|| {
		let chain = chain();
		let wide = recalled(&SMITH, Scope::Thing(lot(steel(), "A")));
		assert_ok!(narrow(&SMITH, wide, None, &[chain.engine_a]));
		let slim = last_recall();
		assert_ok!(lift(&SMITH, slim));
		for id in [slim, wide] {
			assert_eq!(Recalls::<Test>::get(id).expect("kept").outcome, Outcome::Lifted);
			spread_all(id);
			assert_ok!(signed(&STRANGER, Call::close_recall { recall: id }));
		}
		assert_eq!(status(item(engine(), "EA")), RecallStatus::Clear);
	});
}

#[test]
fn what_is_contested_is_judged_before_it_is_narrowed_and_no_more_is_left_out_than_may_be() {
	build_and_execute(|| {
		let chain = chain();
		let wide = recalled(&SMITH, Scope::Thing(lot(steel(), "A")));
		let many: Vec<_> = (0..16u64).map(MakingId::from).collect();
		assert_ok!(narrow(&SMITH, wide, None, &many));
		let slim = last_recall();
		assert_noop!(
			narrow(&SMITH, slim, None, &[chain.engine_a]),
			Error::<Test>::TooManyExceptions
		);
		assert_noop!(narrow(&SMITH, slim, None, &many), Error::<Test>::NotNarrower);
		spread_all(slim);
		let (recall, making, evidence) = (slim, chain.engine_ab, Default::default());
		assert_ok!(signed(
			&BUILDER,
			Call::contest {
				recall,
				making,
				evidence
			}
		));
		assert_noop!(
			narrow(&SMITH, slim, None, &[chain.engine_ab]),
			Error::<Test>::ContestsOpen
		);
		assert_noop!(
			narrow(&SMITH, crate::RecallId::default(), None, &[chain.engine_ab]),
			Error::<Test>::UnknownRecall
		);
	});
}
