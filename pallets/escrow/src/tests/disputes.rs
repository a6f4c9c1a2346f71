//! Disputes. First of all: who could gain by what he must not do.

use super::money::{free, held};
use crate::{mock::*, Arbiters, Call, Credits, Deadlines, Disputes, Error, Event, HoldReason, WeightInfo};
use bpiiot_primitives::{
	AgreementRef, AssetKind,
	AssetKind::Native,
	BondOutcome::Returned,
	DeadlineIndex, Escrow as _, EscrowView, JobId,
	Side::{self, Payee, Payer},
};
use frame_support::{
	assert_noop, assert_ok,
	traits::{fungibles::MutateHold, LockableCurrency, WithdrawReasons},
	weights::Weight,
};
use sp_runtime::{traits::BadOrigin, ArithmeticError, DispatchError, DispatchResult, FixedU128, Permill, TokenError};

/// The assets, with bond of a dispute and fee of an agreement in each.
const ASSETS: [(AssetKind, u64, u64); 2] = [(Native, DISPUTE_BOND, FEE), (DOLLAR, DOLLAR_DISPUTE_BOND, DOLLAR_FEE)];
/// What [`disputed`] is about, of a price of 300.
const STAKE: u64 = 200;
/// What a verdict about it costs.
const VERDICT_FEE: u64 = 20;
/// When [`disputed`] is opened, in milliseconds.
const START: u64 = 1_000;
const ACCEPT_BY: u64 = START + CASE_WINDOW;

fn job(id: JobId) -> AgreementRef {
	AgreementRef::Job(id)
}

/// A deal of [`PAYER`] with the machine before [`ARBITER`].
fn deal(asset: AssetKind) -> JobId {
	block_at(START);
	registered();
	open(PAYER, arbitrated(asset, ROBOT, 300)).expect("funded")
}

/// The same, disputed by the machine.
fn disputed(asset: AssetKind) -> JobId {
	let id = deal(asset);
	assert_ok!(dispute(id, ROBOT, Payee, STAKE));
	id
}

/// The same, accepted by the arbiter.
fn accepted(asset: AssetKind) -> JobId {
	let id = disputed(asset);
	assert_ok!(accept(ARBITER, id));
	id
}

fn accept(who: u64, id: JobId) -> DispatchResult {
	signed(who, Call::accept_case { agreement: job(id) })
}

fn submit(who: u64, id: JobId, nth: u8) -> DispatchResult {
	let (agreement, evidence) = (job(id), document(nth));
	signed(who, Call::submit_evidence { agreement, evidence })
}

fn verdict(id: JobId, to_payee: Permill, bond_to: Side) -> Call<Test> {
	Call::rule {
		agreement: job(id),
		to_payee,
		bond_to,
		ruling: document(8),
	}
}

fn rule(id: JobId, percent: u32, bond_to: Side) -> DispatchResult {
	signed(ARBITER, verdict(id, Permill::from_percent(percent), bond_to))
}

fn end(id: JobId) -> DispatchResult {
	signed(BROKE, Call::end_dispute { agreement: job(id) })
}

/// All that `who` has, free or on hold.
fn total(asset: AssetKind, who: u64) -> u64 {
	use frame_support::traits::fungibles::{Inspect, InspectHold};
	Fungibles::balance(asset, &who) + Fungibles::total_balance_on_hold(asset, &who)
}

/// Nothing is left of a dispute.
fn assert_over(id: JobId) {
	assert!(!Escrow::is_disputed(job(id)));
	assert!(escrow(id).has_ended());
	for who in 1..=ROBOT_KEY {
		for (asset, ..) in ASSETS {
			assert_eq!(held(asset, HoldReason::Dispute, who), 0);
			assert_eq!(held(asset, HoldReason::Case, who), 0);
		}
	}
	assert_eq!(Deadlines::<Test>::iter().count(), 0);
	try_state();
}

#[test]
fn opening_puts_bond_and_fee_on_hold_in_the_openers_own_account() {
	for (asset, bond, _) in ASSETS {
		for (opener, side) in [(ROBOT, Payee), (OWNER, Payee), (PAYER, Payer)] {
			build_and_execute(|| {
				let id = deal(asset);
				assert!(!Escrow::is_disputed(job(id)));
				let before = free(asset, opener);
				assert_ok!(dispute(id, opener, side, STAKE));
				assert!(Escrow::is_disputed(job(id)));
				assert_eq!(held(asset, HoldReason::Dispute, opener), bond + VERDICT_FEE);
				assert_eq!(free(asset, opener), before - bond - VERDICT_FEE);
				System::assert_last_event(
					Event::DisputeOpened {
						agreement: job(id),
						arbiter: ARBITER,
						payer: PAYER,
						payee: ROBOT,
						opener,
						side,
						asset,
						at_stake: STAKE,
						bond,
						fee: VERDICT_FEE,
						evidence: document(1),
						accept_by: ACCEPT_BY,
					}
					.into(),
				);
				assert!(Escrow::contains(ACCEPT_BY, job(id)));
			});
		}
	}
}

#[test]
fn a_verdict_splits_what_is_at_stake_exactly_and_pays_everybody() {
	let shares = [0, 1, 2_500, 333_333, 500_000, 999_999, 1_000_000].map(Permill::from_parts);
	for (asset, bond, fee) in ASSETS {
		for (opener, side) in [(ROBOT, Payee), (OWNER, Payee), (PAYER, Payer)] {
			for (to_payee, bond_to) in shares.iter().flat_map(|share| [(*share, Payer), (*share, Payee)]) {
				build_and_execute(|| {
					// GIVEN something at stake that no share divides
					let id = deal(asset);
					assert_ok!(dispute(id, opener, side, 199));
					assert_ok!(accept(ARBITER, id));
					let before = [PAYER, ROBOT, OWNER, ARBITER, POT].map(|who| total(asset, who));
					assert_ok!(signed(ARBITER, verdict(id, to_payee, bond_to)));
					// THEN the payee has his share to the unit, the arbiter his fee, the chain its own, and the bond is where
					// the verdict says
					let part = to_payee * 199;
					let [payer, robot, owner, arbiter, pot] = before;
					let mut due = [payer - part - fee, robot + part, owner, arbiter + 20, pot + fee];
					let account = |who| match who {
						PAYER => 0,
						ROBOT => 1,
						_ => 2,
					};
					due[account(opener)] -= 20 + bond;
					let other = if side == Payee { PAYER } else { ROBOT };
					due[account(if bond_to == side { opener } else { other })] += bond;
					assert_eq!([PAYER, ROBOT, OWNER, ARBITER, POT].map(|who| total(asset, who)), due);
					assert_eq!(total(Native, ARBITER), 1_000 + if asset == Native { 20 } else { 0 });
					assert_eq!(Credits::<Test>::iter().count(), 0);
					assert_over(id);
				});
			}
		}
	}
}

#[test]
fn a_verdict_tells_all_that_became_of_it() {
	build_and_execute(|| {
		let id = accepted(DOLLAR);
		System::assert_last_event(
			Event::CaseAccepted {
				agreement: job(id),
				arbiter: ARBITER,
				case_bond: CASE_BOND,
				rule_by: START + RULING_WINDOW,
			}
			.into(),
		);
		assert_eq!(held(Native, HoldReason::Case, ARBITER), CASE_BOND);
		assert_ok!(rule(id, 25, Payer));
		System::assert_has_event(
			Event::Ruled {
				agreement: job(id),
				arbiter: ARBITER,
				opener: ROBOT,
				asset: DOLLAR,
				to_payee: Permill::from_percent(25),
				bond: DOLLAR_DISPUTE_BOND,
				bond_to: PAYER,
				fee: VERDICT_FEE,
				ruling: document(8),
			}
			.into(),
		);
	});
}

#[test]
fn an_arbiter_who_never_accepts_gains_and_loses_nothing_and_the_opener_loses_nothing() {
	for (asset, bond, fee) in ASSETS {
		for by_sweep in [true, false] {
			build_and_execute(|| {
				let id = disputed(asset);
				block_at(ACCEPT_BY);
				idle(Weight::MAX);
				assert_noop!(end(id), Error::<Test>::NotExpired);
				block_at(ACCEPT_BY + 1);
				if by_sweep {
					idle(Weight::MAX);
				} else {
					assert_ok!(end(id));
				}
				System::assert_has_event(
					Event::DisputeLapsed {
						agreement: job(id),
						arbiter: ARBITER,
						opener: ROBOT,
						asset,
						returned: bond + VERDICT_FEE,
						to_payee: FALLBACK,
						forfeited: 0,
					}
					.into(),
				);
				assert_eq!(total(asset, ROBOT), 1_000 + STAKE / 2);
				assert_eq!(total(asset, PAYER), 1_000 - STAKE / 2 - fee);
				assert_eq!(total(Native, ARBITER), 1_000);
				assert_over(id);
			});
		}
	}
}

#[test]
fn an_arbiter_who_accepts_and_is_silent_pays_for_it() {
	for (asset, bond, fee) in ASSETS {
		for by_sweep in [true, false] {
			build_and_execute(|| {
				let id = accepted(asset);
				let pot = total(Native, POT);
				block_at(START + RULING_WINDOW);
				idle(Weight::MAX);
				assert_noop!(end(id), Error::<Test>::NotExpired);
				block_at(START + RULING_WINDOW + 1);
				if by_sweep {
					idle(Weight::MAX);
				} else {
					assert_ok!(end(id));
				}
				System::assert_has_event(
					Event::DisputeLapsed {
						agreement: job(id),
						arbiter: ARBITER,
						opener: ROBOT,
						asset,
						returned: bond + VERDICT_FEE,
						to_payee: FALLBACK,
						forfeited: CASE_BOND,
					}
					.into(),
				);
				// THEN neither party has his bond, the chain does
				assert_eq!(total(Native, ARBITER), 1_000 - CASE_BOND);
				let fee_of_agreement = if asset == Native { fee } else { 0 };
				assert_eq!(total(Native, POT), pot + CASE_BOND + fee_of_agreement);
				assert_eq!(total(asset, ROBOT), 1_000 + STAKE / 2);
				assert_eq!(total(asset, PAYER), 1_000 - STAKE / 2 - fee);
				assert_over(id);
			});
		}
	}
}

#[test]
fn the_arbiter_is_in_time_to_the_millisecond() {
	build_and_execute(|| {
		let id = disputed(Native);
		block_at(ACCEPT_BY + 1);
		assert_noop!(accept(ARBITER, id), Error::<Test>::TooLate);
	});
	build_and_execute(|| {
		let id = disputed(Native);
		block_at(ACCEPT_BY);
		assert_ok!(accept(ARBITER, id));
		block_at(ACCEPT_BY + RULING_WINDOW + 1);
		assert_noop!(rule(id, 100, Payee), Error::<Test>::TooLate);
		assert_ok!(end(id));
	});
	build_and_execute(|| {
		let id = disputed(Native);
		block_at(ACCEPT_BY);
		assert_ok!(accept(ARBITER, id));
		block_at(ACCEPT_BY + RULING_WINDOW);
		assert_noop!(end(id), Error::<Test>::NotExpired);
		assert_ok!(rule(id, 100, Payee));
	});
}

#[test]
fn nobody_decides_but_the_agreed_arbiter() {
	build_and_execute(|| {
		let id = disputed(Native);
		// GIVEN another one who is registered, too
		let other = Call::register_arbiter {
			fee: ARBITER_FEE,
			profile: document(9),
		};
		assert_ok!(signed(BROKE, other));
		let others = [PAYER, ROBOT, ROBOT_KEY, OWNER, BROKE, POT, PAYEE];
		for who in others {
			assert_noop!(accept(who, id), Error::<Test>::NotArbiter);
		}
		assert_ok!(accept(ARBITER, id));
		for who in others {
			let call = verdict(id, Permill::one(), Payee);
			assert_noop!(signed(who, call), Error::<Test>::NotArbiter);
		}
	});
}

#[test]
fn every_call_refuses_every_wrong_origin() {
	build_and_execute(|| {
		let id = accepted(Native);
		let (agreement, evidence) = (job(id), document(5));
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			for call in [
				Call::accept_case { agreement },
				Call::submit_evidence { agreement, evidence },
				verdict(id, Permill::one(), Payee),
				Call::end_dispute { agreement },
			] {
				assert_noop!(called(origin.clone(), call), BadOrigin);
			}
		}
	});
}

#[test]
fn a_verdict_needs_a_case_that_was_accepted() {
	build_and_execute(|| {
		let id = disputed(Native);
		assert_noop!(rule(id, 100, Payee), Error::<Test>::NotAccepted);
	});
}

#[test]
fn nothing_is_done_twice() {
	build_and_execute(|| {
		let id = accepted(Native);
		assert_noop!(accept(ARBITER, id), Error::<Test>::AlreadyAccepted);
		assert_noop!(dispute(id, PAYER, Payer, 100), Error::<Test>::AlreadyDisputed);
		assert_noop!(dispute(id, ROBOT, Payee, STAKE), Error::<Test>::AlreadyDisputed);
		assert_ok!(rule(id, 100, Payee));
		assert_noop!(rule(id, 100, Payee), Error::<Test>::NotDisputed);
		assert_noop!(accept(ARBITER, id), Error::<Test>::NotDisputed);
		assert_noop!(submit(PAYER, id, 7), Error::<Test>::NotDisputed);
		assert_noop!(end(id), Error::<Test>::NotDisputed);
		assert_noop!(dispute(id, ROBOT, Payee, 1), Error::<Test>::AlreadyEnded);
		block_at(START + RULING_WINDOW + 1);
		idle(Weight::MAX);
		assert_eq!(total(Native, ARBITER), 1_000 + VERDICT_FEE);
		assert_over(id);
	});
}

#[test]
fn a_dispute_that_lapsed_is_over() {
	build_and_execute(|| {
		let id = accepted(Native);
		block_at(START + RULING_WINDOW + 1);
		assert_ok!(end(id));
		assert_noop!(end(id), Error::<Test>::NotDisputed);
		assert_noop!(rule(id, 0, Payer), Error::<Test>::NotDisputed);
		idle(Weight::MAX);
		assert_eq!(total(Native, ARBITER), 1_000 - CASE_BOND);
		assert_over(id);
	});
}

#[test]
fn a_machine_that_is_its_arbiters_opens_no_dispute_and_the_other_side_may() {
	build_and_execute(|| {
		let id = deal(Native);
		RobotOwner::set(&ARBITER);
		for opener in [ROBOT, ARBITER] {
			assert_noop!(dispute(id, opener, Payee, STAKE), Error::<Test>::ArbiterIsParty);
		}
		assert_ok!(dispute(id, PAYER, Payer, STAKE));
	});
}

#[test]
fn an_arbiter_who_buys_the_machine_cannot_accept() {
	build_and_execute(|| {
		let id = disputed(Native);
		RobotOwner::set(&ARBITER);
		assert_noop!(accept(ARBITER, id), Error::<Test>::ArbiterIsParty);
		RobotOwner::set(&OWNER);
		assert_ok!(accept(ARBITER, id));
	});
}

#[test]
fn an_arbiter_who_buys_the_machine_cannot_rule_for_himself() {
	build_and_execute(|| {
		let id = accepted(Native);
		RobotOwner::set(&ARBITER);
		assert_noop!(rule(id, 100, Payee), Error::<Test>::ArbiterIsParty);
		block_at(START + RULING_WINDOW + 1);
		idle(Weight::MAX);
		assert_eq!(total(Native, ARBITER), 1_000 - CASE_BOND);
		assert_over(id);
	});
}

#[test]
fn an_arbiter_whose_account_becomes_a_machines_key_decides_nothing_and_gets_his_deposit_back() {
	build_and_execute(|| {
		let id = disputed(Native);
		// GIVEN an arbiter whose signature is the machine's by now
		let money = RuntimeOrigin::signed(PAYEE);
		assert_ok!(Balances::transfer_allow_death(money, ROBOT_KEY, 500));
		assert_ok!(Fungibles::hold(
			Native,
			&HoldReason::Arbiter.into(),
			&ROBOT_KEY,
			ARBITER_DEPOSIT
		));
		let record = Arbiters::<Test>::get(ARBITER).expect("registered");
		Arbiters::<Test>::insert(ROBOT_KEY, record);
		Disputes::<Test>::mutate(job(id), |dispute| dispute.as_mut().expect("open").arbiter = ROBOT_KEY);
		assert_noop!(accept(ROBOT_KEY, id), Error::<Test>::NotArbiter);
		assert_ok!(signed(ROBOT_KEY, Call::retire_arbiter {}));
		assert_eq!(free(Native, ROBOT_KEY), 500);
		Disputes::<Test>::mutate(job(id), |dispute| dispute.as_mut().expect("open").arbiter = ARBITER);
	});
}

#[test]
fn whoever_owned_the_machine_then_has_his_own_bond_back() {
	build_and_execute(|| {
		let id = deal(Native);
		assert_ok!(dispute(id, OWNER, Payee, STAKE));
		RobotOwner::set(&PAYEE);
		assert_ok!(accept(ARBITER, id));
		assert_ok!(rule(id, 100, Payee));
		// THEN the price is the machine's, and the bond is not the new owner's
		assert_eq!(total(Native, OWNER), 1_000 - VERDICT_FEE);
		assert_eq!(total(Native, ROBOT), 1_000 + STAKE);
		assert_eq!(total(Native, PAYEE), 1_000);
	});
}

#[test]
fn nothing_is_disputed_without_an_arbiter_or_beyond_what_is_on_hold() {
	build_and_execute(|| {
		registered();
		let plain = open(PAYER, terms(Native, ROBOT, 300)).expect("funded");
		assert_noop!(dispute(plain, ROBOT, Payee, STAKE), Error::<Test>::NoArbiter);
		let id = deal(Native);
		for too_much in [301, u64::MAX] {
			assert_noop!(dispute(id, ROBOT, Payee, too_much), Error::<Test>::MoreThanHeld);
		}
		assert_noop!(dispute(id, ROBOT, Payee, 0), Error::<Test>::ZeroAmount);
		assert_ok!(release(id, 200));
		assert_noop!(dispute(id, ROBOT, Payee, 101), Error::<Test>::MoreThanHeld);
		assert_ok!(settle(id, 0, Returned));
		assert_noop!(dispute(id, ROBOT, Payee, 1), Error::<Test>::AlreadyEnded);
	});
}

#[test]
fn nobody_opens_a_dispute_for_somebody_else() {
	build_and_execute(|| {
		let id = deal(Native);
		for (opener, side) in [
			(PAYER, Payee),
			(ROBOT, Payer),
			(OWNER, Payer),
			(BROKE, Payee),
			(ARBITER, Payer),
		] {
			assert_noop!(dispute(id, opener, side, STAKE), Error::<Test>::NotParty);
		}
		RobotOwner::set(&PAYEE);
		assert_noop!(dispute(id, OWNER, Payee, STAKE), Error::<Test>::NotParty);
		assert_ok!(dispute(id, PAYEE, Payee, STAKE));
	});
}

#[test]
fn nobody_opens_a_dispute_without_money_or_against_the_policy() {
	for (asset, bond, _) in ASSETS {
		build_and_execute(|| {
			let id = deal(asset);
			// The fee is a share of what is at stake, so that a poor machine cannot dispute much.
			let need = bond + VERDICT_FEE;
			let all = free(asset, ROBOT);
			let spend = |amount| match asset {
				Native => Balances::transfer_allow_death(RuntimeOrigin::signed(ROBOT), PAYEE, amount),
				_ => Assets::transfer(RuntimeOrigin::signed(ROBOT), DOLLAR_ID, PAYEE, amount),
			};
			assert_ok!(spend(all - need - MINIMUM + 1));
			assert_noop!(dispute(id, ROBOT, Payee, STAKE), TokenError::FundsUnavailable);
			assert_ok!(dispute(id, ROBOT, Payee, STAKE - 10));

			let broke = open(PAYER, arbitrated(asset, BROKE, 300)).expect("funded");
			assert_noop!(dispute(broke, BROKE, Payee, STAKE), DispatchError::Other("policy"));
		});
	}
}

#[test]
fn an_arbiter_without_the_case_bond_cannot_accept() {
	build_and_execute(|| {
		let id = disputed(Native);
		let away = free(Native, ARBITER) - CASE_BOND + 1;
		assert_ok!(Balances::transfer_allow_death(
			RuntimeOrigin::signed(ARBITER),
			PAYEE,
			away
		));
		assert_noop!(accept(ARBITER, id), TokenError::FundsUnavailable);
	});
}

#[test]
fn a_bond_is_at_least_the_minimum_balance() {
	for (asset, ..) in ASSETS {
		build_and_execute(|| {
			let id = deal(asset);
			DisputeBond::set(&5);
			assert_ok!(dispute(id, ROBOT, Payee, STAKE));
			assert_eq!(held(asset, HoldReason::Dispute, ROBOT), MINIMUM + VERDICT_FEE);
		});
	}
}

#[test]
fn a_bond_that_no_balance_could_hold_is_refused() {
	build_and_execute(|| {
		let id = deal(Native);
		DisputeBond::set(&u64::MAX);
		assert_noop!(dispute(id, ROBOT, Payee, STAKE), ArithmeticError::Overflow);
		DisputeBond::set(&(u64::MAX - VERDICT_FEE));
		assert_noop!(dispute(id, ROBOT, Payee, STAKE), TokenError::FundsUnavailable);
	});
	build_and_execute(|| {
		let id = deal(DOLLAR);
		DollarRate::set(&Some(FixedU128::from_inner(1)));
		assert_noop!(dispute(id, ROBOT, Payee, STAKE), ArithmeticError::Overflow);
		DollarRate::set(&None);
		assert_noop!(dispute(id, ROBOT, Payee, STAKE), Error::<Test>::NoRate);
	});
}

#[test]
fn a_window_without_end_does_no_harm() {
	build_and_execute(|| {
		block_at(START);
		registered();
		let mut terms = arbitrated(Native, ROBOT, 300);
		let arbitration = terms.arbitration.as_mut().expect("there");
		(arbitration.case_window, arbitration.ruling_window) = (u64::MAX, u64::MAX);
		let id = open(PAYER, terms).expect("funded");
		assert_ok!(dispute(id, ROBOT, Payee, STAKE));
		assert_ok!(accept(ARBITER, id));
		assert_ok!(rule(id, 100, Payee));
		assert_over(id);
	});
}

#[test]
fn a_later_registration_changes_no_agreed_fee() {
	build_and_execute(|| {
		let id = deal(Native);
		let dearer = Call::register_arbiter {
			fee: MaxArbiterFee::get(),
			profile: document(9),
		};
		assert_ok!(signed(ARBITER, dearer));
		assert_ok!(dispute(id, ROBOT, Payee, STAKE));
		assert_eq!(Disputes::<Test>::get(job(id)).expect("open").fee, VERDICT_FEE);
	});
}

#[test]
fn an_arbiter_who_retires_in_the_middle_must_still_rule() {
	build_and_execute(|| {
		let id = accepted(Native);
		assert_ok!(signed(ARBITER, Call::retire_arbiter {}));
		assert_eq!(held(Native, HoldReason::Case, ARBITER), CASE_BOND);
		assert_ok!(rule(id, 100, Payee));
		assert_eq!(free(Native, ARBITER), 1_000 + VERDICT_FEE);
		assert_over(id);
	});
	build_and_execute(|| {
		// One who had retired before may still accept, and is bound then.
		let id = disputed(Native);
		assert_ok!(signed(ARBITER, Call::retire_arbiter {}));
		assert_ok!(accept(ARBITER, id));
		block_at(START + RULING_WINDOW + 1);
		idle(Weight::MAX);
		assert_eq!(free(Native, ARBITER), 1_000 - CASE_BOND);
		assert_over(id);
	});
}

#[test]
fn evidence_comes_from_the_parties_and_those_behind_them() {
	build_and_execute(|| {
		let id = disputed(Native);
		for who in [ARBITER, BROKE, PAYEE, POT] {
			assert_noop!(submit(who, id, 2), Error::<Test>::NotParty);
		}
		assert_ok!(submit(PAYER, id, 2));
		assert_ok!(submit(ROBOT_KEY, id, 3));
		System::assert_last_event(
			Event::EvidenceSubmitted {
				agreement: job(id),
				side: Payee,
				by: ROBOT,
				evidence: document(3),
			}
			.into(),
		);
		assert_ok!(submit(OWNER, id, 4));
		// Whoever owns the machine now speaks for it.
		RobotOwner::set(&PAYEE);
		assert_noop!(submit(OWNER, id, 5), Error::<Test>::NotParty);
		assert_ok!(submit(PAYEE, id, 5));
		let stored = Disputes::<Test>::get(job(id)).expect("open");
		assert_eq!(stored.payer_evidence.to_vec(), [document(2)]);
		assert_eq!(stored.payee_evidence.to_vec(), [1, 3, 4, 5].map(document));
		assert_noop!(submit(PAYER, JobId(1), 2), Error::<Test>::NotDisputed);
	});
}

#[test]
fn a_side_brings_forward_four_documents_and_none_twice_and_cannot_hinder_the_other() {
	build_and_execute(|| {
		let id = accepted(Native);
		assert_noop!(submit(OWNER, id, 1), Error::<Test>::EvidenceKnown);
		for nth in 2..=4 {
			assert_ok!(submit(OWNER, id, nth));
		}
		assert_noop!(submit(ROBOT_KEY, id, 5), Error::<Test>::TooMuchEvidence);
		assert_noop!(submit(OWNER, id, 4), Error::<Test>::EvidenceKnown);
		// The other side has its own four, and may answer with the same.
		for nth in 1..=4 {
			assert_ok!(submit(PAYER, id, nth));
		}
		assert_noop!(submit(PAYER, id, 5), Error::<Test>::TooMuchEvidence);
		assert_ok!(rule(id, 50, Payee));
	});
}

#[test]
fn a_payee_who_is_blocked_at_the_verdict_has_a_credit() {
	build_and_execute(|| {
		let id = accepted(DOLLAR);
		block(ROBOT);
		assert_ok!(rule(id, 100, Payee));
		assert_over(id);
		// THEN the arbiter has his fee, and the machine's money waits for it
		assert_eq!(free(DOLLAR, ARBITER), VERDICT_FEE);
		assert_eq!(Credits::<Test>::get((ROBOT, DOLLAR, PAYER)), Some(STAKE));
		assert_eq!(Credits::<Test>::get((ROBOT, DOLLAR, ROBOT)), Some(DOLLAR_DISPUTE_BOND));
		thaw(ROBOT);
		for holder in [PAYER, ROBOT] {
			assert_ok!(signed(
				BROKE,
				Call::claim_credit {
					holder,
					asset: DOLLAR,
					payee: ROBOT
				}
			));
		}
		assert_eq!(free(DOLLAR, ROBOT), 1_000 + STAKE - VERDICT_FEE);
	});
}

#[test]
fn a_frozen_asset_delays_payments_and_no_verdict() {
	for silent in [false, true] {
		build_and_execute(|| {
			let id = accepted(DOLLAR);
			assert_ok!(Assets::freeze_asset(RuntimeOrigin::signed(ISSUER), DOLLAR_ID));
			if silent {
				block_at(START + RULING_WINDOW + 1);
				idle(Weight::MAX);
			} else {
				assert_ok!(rule(id, 50, Payer));
			}
			assert_over(id);
			assert_ok!(Assets::thaw_asset(RuntimeOrigin::signed(ISSUER), DOLLAR_ID));
			for ((payee, asset, holder), _) in Credits::<Test>::iter().collect::<Vec<_>>() {
				assert_ok!(signed(BROKE, Call::claim_credit { holder, asset, payee }));
			}
			let lost = if silent { 0 } else { DOLLAR_DISPUTE_BOND };
			let paid = if silent { 0 } else { VERDICT_FEE };
			assert_eq!(free(DOLLAR, ROBOT), 1_000 + STAKE / 2 - lost - paid);
			assert_eq!(total(DOLLAR, PAYER), 1_000 - STAKE / 2 + lost - DOLLAR_FEE);
			assert_eq!(free(DOLLAR, ARBITER), paid);
		});
	}
}

#[test]
fn a_frozen_opener_keeps_neither_bond_nor_fee_back() {
	build_and_execute(|| {
		let id = accepted(DOLLAR);
		assert_ok!(Assets::freeze(RuntimeOrigin::signed(ISSUER), DOLLAR_ID, ROBOT));
		assert_ok!(rule(id, 0, Payer));
		assert_eq!(free(DOLLAR, ARBITER), VERDICT_FEE);
		assert_eq!(total(DOLLAR, PAYER), 1_000 + DOLLAR_DISPUTE_BOND - DOLLAR_FEE);
		assert_over(id);
	});
	build_and_execute(|| {
		let id = accepted(Native);
		for who in [ROBOT, ARBITER] {
			Balances::set_lock(*b"the vote", &who, 1_000, WithdrawReasons::all());
		}
		assert_ok!(rule(id, 0, Payer));
		assert_eq!(total(Native, PAYER), 1_000 + DISPUTE_BOND - FEE);
		assert_eq!(Credits::<Test>::iter().count(), 0);
		assert_over(id);
	});
	build_and_execute(|| {
		let id = accepted(Native);
		Balances::set_lock(*b"the vote", &ARBITER, 1_000, WithdrawReasons::all());
		block_at(START + RULING_WINDOW + 1);
		idle(Weight::MAX);
		assert_eq!(total(Native, ARBITER), 1_000 - CASE_BOND);
		assert_over(id);
	});
}

#[test]
fn a_fee_too_small_to_make_an_account_is_a_credit() {
	build_and_execute(|| {
		let id = deal(DOLLAR);
		assert_ok!(dispute(id, ROBOT, Payee, 50));
		assert_ok!(accept(ARBITER, id));
		assert_ok!(rule(id, 100, Payee));
		assert_eq!(Credits::<Test>::get((ARBITER, DOLLAR, ROBOT)), Some(5));
		assert_over(id);
	});
}

#[test]
fn a_verdict_whose_agreement_cannot_be_ended_is_none() {
	build_and_execute(|| {
		let id = accepted(Native);
		let broken = |broken| Deals::mutate(id, |deal| deal.as_mut().expect("there").broken = broken);
		broken(true);
		assert_noop!(rule(id, 100, Payee), DispatchError::Unavailable);
		// Nor does silence end it, and nobody else waits for it.
		block_at(START + RULING_WINDOW + 1);
		assert_noop!(end(id), DispatchError::Unavailable);
		idle(Weight::MAX);
		let error = DispatchError::Unavailable;
		let agreement = job(id);
		System::assert_has_event(Event::SweepFailed { agreement, error }.into());
		assert_eq!(held(Native, HoldReason::Case, ARBITER), CASE_BOND);
		broken(false);
		assert_ok!(end(id));
		assert_over(id);
	});
}

#[test]
fn an_entry_from_before_the_dispute_ends_nothing_and_leaves_the_dispute_indexed() {
	build_and_execute(|| {
		let id = deal(Native);
		due_at(id, START + 1);
		assert_ok!(dispute(id, ROBOT, Payee, STAKE));
		block_at(START + 2);
		idle(Weight::MAX);
		assert!(Escrow::is_disputed(job(id)));
		assert!(!escrow(id).has_ended());
		let keys: Vec<_> = Deadlines::<Test>::iter_keys().map(|key| key.at()).collect();
		assert_eq!(keys, [ACCEPT_BY]);
		// Accepting moves the entry, also to an earlier moment.
		Disputes::<Test>::mutate(job(id), |dispute| dispute.as_mut().expect("open").ruling_window = 5);
		assert_ok!(accept(ARBITER, id));
		let keys: Vec<_> = Deadlines::<Test>::iter_keys().map(|key| key.at()).collect();
		assert_eq!(keys, [START + 7]);
		block_at(START + 8);
		idle(Weight::MAX);
		assert_over(id);
	});
}

#[test]
fn an_entry_from_before_takes_no_millisecond_from_the_arbiter() {
	build_and_execute(|| {
		let id = deal(Native);
		due_at(id, START + 1);
		assert_ok!(dispute(id, ROBOT, Payee, STAKE));
		block_at(ACCEPT_BY);
		idle(Weight::MAX);
		assert_ok!(accept(ARBITER, id));
	});
}

#[test]
fn the_sweep_ends_many_lapsed_disputes_within_its_bounds() {
	build_and_execute(|| {
		block_at(START);
		registered();
		DisputeBond::set(&1);
		let mut cheap = arbitrated(Native, ROBOT, MINIMUM);
		(cheap.deposit, cheap.fee) = (0, 0);
		let ids: Vec<_> = (0..50).map(|_| open(PAYER, cheap.clone()).expect("funded")).collect();
		for id in &ids {
			assert_ok!(dispute(*id, ROBOT, Payee, MINIMUM));
		}
		block_at(ACCEPT_BY + 1);
		let look = <Test as crate::Config>::WeightInfo::sweep_look();
		let lapse = <Test as crate::Config>::WeightInfo::end_dispute() + RESOLVE_WEIGHT;
		let each = look + <Test as crate::Config>::WeightInfo::sweep_entry() + lapse.max(EXPIRE_WEIGHT);
		let open = || Disputes::<Test>::iter().count();
		assert_eq!(idle(look + each - Weight::from_parts(1, 0)), look);
		assert_eq!(open(), 50);
		assert_eq!(idle(look + each * 3), look + each * 3);
		assert_eq!(open(), 47);
		for left in [27, 7, 0] {
			idle(Weight::MAX);
			assert_eq!(open(), left);
		}
		assert_eq!(total(Native, ROBOT), 1_000 + 50 * MINIMUM / 2);
		assert_over(ids[0]);
	});
}

#[test]
fn nobodys_time_passes_while_agreements_are_paused() {
	build_and_execute(|| {
		let id = disputed(Native);
		assert_ok!(Escrow::pause(RuntimeOrigin::root()));
		block_at(3_600_000);
		idle(Weight::MAX);
		assert_noop!(end(id), Error::<Test>::AgreementsPaused);
		assert_ok!(accept(ARBITER, id));
		block_at(7_200_000);
		assert_noop!(end(id), Error::<Test>::AgreementsPaused);
		assert_ok!(rule(id, 100, Payee));
		assert_over(id);
	});
	build_and_execute(|| {
		// What was due before a pause waits for its end.
		let id = disputed(Native);
		block_at(ACCEPT_BY + 1);
		assert_ok!(Escrow::pause(RuntimeOrigin::root()));
		idle(Weight::MAX);
		assert_noop!(end(id), Error::<Test>::AgreementsPaused);
		assert_ok!(Escrow::resume(RuntimeOrigin::root()));
		assert_ok!(end(id));
	});
}

#[test]
fn two_disputes_do_not_touch_each_other() {
	build_and_execute(|| {
		let first = disputed(Native);
		let second = open(PAYER, arbitrated(Native, ROBOT, 300)).expect("funded");
		assert_ok!(dispute(second, ROBOT, Payee, 100));
		assert_ok!(accept(ARBITER, first));
		assert_ok!(accept(ARBITER, second));
		assert_ok!(rule(first, 100, Payee));
		assert!(Escrow::is_disputed(job(second)));
		assert_eq!(held(Native, HoldReason::Dispute, ROBOT), DISPUTE_BOND + 10);
		assert_eq!(held(Native, HoldReason::Case, ARBITER), CASE_BOND);
		assert_ok!(rule(second, 0, Payer));
		assert_over(second);
	});
}
