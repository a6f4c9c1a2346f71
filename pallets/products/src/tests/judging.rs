//! Makers confirm or contest, and a false recall costs its bond.

use super::recalls::{chain, marked, status, Chain};
use crate::{
	mock::*, runtime_api::RecallStatus, Call, Contests, Error, HoldReason, MakingId, Marks, Outcome, RecallId, Recalls,
	Scope, Verdict,
};
use frame_support::{assert_noop, assert_ok, traits::fungible::InspectHold};
use sp_core::H256;
use sp_runtime::{traits::BadOrigin, DispatchResult};

fn confirm(who: &AccountId, recall: RecallId, making: MakingId) -> DispatchResult {
	signed(who, Call::confirm { recall, making })
}

fn contest(who: &AccountId, recall: RecallId, making: MakingId) -> DispatchResult {
	let evidence = H256::repeat_byte(9);
	signed(
		who,
		Call::contest {
			recall,
			making,
			evidence,
		},
	)
}

fn judge(recall: RecallId, upheld: bool) -> DispatchResult {
	root(Call::judge { recall, upheld })
}

fn settle(recall: RecallId, making: MakingId) -> DispatchResult {
	signed(&STRANGER, Call::settle_contest { recall, making })
}

fn close(recall: RecallId) -> DispatchResult {
	signed(&STRANGER, Call::close_recall { recall })
}

fn held(reason: HoldReason, who: &AccountId) -> u128 {
	Balances::balance_on_hold(&reason.into(), who)
}

/// A recall of the steel that has spread.
fn begun() -> (Chain, RecallId) {
	let chain = chain();
	let id = recalled(&SMITH, Scope::Thing(lot(steel(), "A")));
	spread_all(id);
	(chain, id)
}

#[test]
fn the_maker_alone_says_whether_what_he_made_is_affected() {
	build_and_execute(|| {
		let (chain, id) = begun();
		for who in [&STRANGER, &SMITH, &SHOP, &key(MILL)] {
			assert_noop!(confirm(who, id, chain.engine_a), Error::<Test>::NotTheMaker);
			assert_noop!(contest(who, id, chain.engine_a), Error::<Test>::NotTheMaker);
		}
		assert_noop!(confirm(&BUILDER, id, chain.engine_b), Error::<Test>::NotAffected);
		assert_noop!(contest(&BUILDER, id, chain.engine_b), Error::<Test>::NotAffected);
		assert_ok!(confirm(&BUILDER, id, chain.engine_a));
		assert_eq!(status(item(engine(), "EA")), RecallStatus::Recalled { recall: id });
		assert_noop!(contest(&key(PRESS), id, chain.engine_ab), Error::<Test>::NotTheMaker);
		assert_ok!(contest(&BUILDER, id, chain.engine_ab));
		assert_eq!(
			status(item(engine(), "EAB")),
			RecallStatus::Affected {
				recall: id,
				contested: true
			}
		);
		for making in [chain.engine_a, chain.engine_ab] {
			assert_noop!(confirm(&BUILDER, id, making), Error::<Test>::AlreadySaid);
			assert_noop!(contest(&BUILDER, id, making), Error::<Test>::AlreadySaid);
		}
		// The issuer need not confirm himself, and cannot contest.
		assert_noop!(contest(&SMITH, id, chain.parts_of_a), Error::<Test>::AlreadySaid);
		assert_ok!(judge(id, true));
		assert_ok!(settle(id, chain.engine_ab));
	});
}

#[test]
fn a_false_recall_ends_and_forfeits_its_bond() {
	build_and_execute(|| {
		let (chain, id) = begun();
		assert_noop!(judge(id, false), Error::<Test>::NotContested);
		assert_ok!(contest(&BUILDER, id, chain.engine_a));
		assert_eq!(held(HoldReason::Contest, &BUILDER), CONTEST_BOND);
		assert_noop!(settle(id, chain.engine_a), Error::<Test>::NotJudged);
		let call = Call::judge {
			recall: id,
			upheld: false,
		};
		assert_noop!(signed(&SMITH, call), BadOrigin);
		let pot = Balances::free_balance(&POT);
		assert_ok!(judge(id, false));
		assert_eq!(Balances::free_balance(&POT), pot + RECALL_BOND);
		assert_eq!(held(HoldReason::Recall, &SMITH), 0);
		assert_eq!(Forfeited::get(), [(SMITH, RECALL_BOND)]);
		assert_eq!(Recalls::<Test>::get(id).expect("kept").outcome, Outcome::Refuted);
		assert_eq!(status(item(engine(), "EA")), RecallStatus::Clear);
		assert_noop!(judge(id, true), Error::<Test>::AlreadyJudged);
		spread_all(id);
		assert_noop!(close(id), Error::<Test>::ContestsOpen);
		assert_ok!(settle(id, chain.engine_a));
		assert_eq!(held(HoldReason::Contest, &BUILDER), 0);
		assert_ok!(close(id));
		assert_eq!(marked(id), []);
	});
}

#[test]
fn who_contests_a_right_recall_forfeits_his_bond() {
	build_and_execute(|| {
		let (chain, id) = begun();
		assert_ok!(contest(&BUILDER, id, chain.engine_a));
		let pot = Balances::free_balance(&POT);
		assert_ok!(judge(id, true));
		assert_noop!(contest(&BUILDER, id, chain.engine_ab), Error::<Test>::AlreadyJudged);
		assert_ok!(settle(id, chain.engine_a));
		assert_noop!(settle(id, chain.engine_a), Error::<Test>::NotContested);
		assert_eq!(Balances::free_balance(&POT), pot + CONTEST_BOND);
		let mark = Marks::<Test>::get(chain.engine_a, id).expect("marked");
		assert_eq!(mark.verdict, Verdict::Confirmed);
		// Its own bond comes back when it is closed.
		assert_ok!(lift(&SMITH, id));
		assert_eq!(held(HoldReason::Recall, &SMITH), RECALL_BOND);
		spread_all(id);
		assert_ok!(close(id));
		assert_eq!(held(HoldReason::Recall, &SMITH), 0);
	});
}

/// Or a false recall would be lifted just before it is judged.
#[test]
fn whoever_lifts_what_is_contested_is_judged_all_the_same() {
	build_and_execute(|| {
		let (chain, id) = begun();
		assert_ok!(contest(&BUILDER, id, chain.engine_a));
		assert_ok!(lift(&SMITH, id));
		assert_eq!(held(HoldReason::Recall, &SMITH), RECALL_BOND);
		// The contester has not to wait for that.
		assert_ok!(settle(id, chain.engine_a));
		assert_eq!(held(HoldReason::Contest, &BUILDER), 0);
		spread_all(id);
		assert_noop!(close(id), Error::<Test>::NotJudged);
		assert_ok!(judge(id, false));
		assert_eq!(held(HoldReason::Recall, &SMITH), 0);
		assert_eq!(Forfeited::get(), [(SMITH, RECALL_BOND)]);
		assert_ok!(close(id));
	});
}

#[test]
fn what_nobody_judges_in_time_costs_nobody_anything() {
	build_and_execute(|| {
		let (chain, id) = begun();
		assert_ok!(contest(&BUILDER, id, chain.engine_a));
		time_passes(JUDGE_WINDOW);
		assert_noop!(settle(id, chain.engine_a), Error::<Test>::NotJudged);
		time_passes(1);
		IsPaused::set(&true);
		assert_noop!(settle(id, chain.engine_a), Error::<Test>::NotJudged);
		IsPaused::set(&false);
		assert_noop!(judge(id, false), Error::<Test>::AlreadyJudged);
		assert_ok!(settle(id, chain.engine_a));
		assert_ok!(lift(&SMITH, id));
		spread_all(id);
		assert_ok!(close(id));
		assert_eq!(Forfeited::get(), []);
		assert_eq!(
			held(HoldReason::Recall, &SMITH) + held(HoldReason::Contest, &BUILDER),
			0
		);
		assert_eq!(Contests::<Test>::iter().count(), 0);
	});
}

/// Whom a recall reaches late contests it late; that is no reason for the first to wait longer.
#[test]
fn each_contest_has_its_own_time() {
	build_and_execute(|| {
		let (chain, id) = begun();
		assert_ok!(contest(&BUILDER, id, chain.engine_a));
		time_passes(JUDGE_WINDOW);
		assert_ok!(contest(&BUILDER, id, chain.engine_ab));
		time_passes(1);
		assert_ok!(settle(id, chain.engine_a));
		assert_noop!(settle(id, chain.engine_ab), Error::<Test>::NotJudged);
		assert_ok!(judge(id, false));
		assert_ok!(settle(id, chain.engine_ab));
		assert_eq!(Forfeited::get(), [(SMITH, RECALL_BOND)]);
	});
}

#[test]
fn a_machine_bonds_only_what_its_budget_allows() {
	build_and_execute(|| {
		chain();
		IsBroke::set(&true);
		assert!(recall(&key(MILL), Scope::Thing(lot(steel(), "B"))).is_err());
		IsBroke::set(&false);
		let other = recalled(&key(MILL), Scope::Thing(lot(steel(), "B")));
		assert_eq!(held(HoldReason::Recall, &MILL.account()), RECALL_BOND);
		// It is the smith who answers for it, and lifts it, or that machine while it is his. Not what he has recalled himself.
		let own = recalled(&SMITH, Scope::Thing(lot(steel(), "A")));
		assert_noop!(lift(&key(MILL), own), Error::<Test>::NotTheIssuer);
		sold(MILL, &BUILDER);
		assert_noop!(lift(&key(MILL), other), Error::<Test>::NotTheIssuer);
		assert_noop!(lift(&BUILDER, other), Error::<Test>::NotTheIssuer);
		assert_ok!(lift(&SMITH, other));
		assert_eq!(held(HoldReason::Recall, &MILL.account()), 0);
	});
}
