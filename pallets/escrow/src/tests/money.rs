use crate::{mock::*, Error, Escrows, Event, HoldReason};
use bpiiot_primitives::{Actor, AssetKind, BondOutcome, Escrow as _, EscrowId, EscrowTerms, Settlement};
use frame_support::{
	assert_noop, assert_ok,
	traits::fungible::{Inspect, InspectHold},
};
use sp_runtime::{traits::BadOrigin, DispatchError, TokenError};

pub fn actor(account: u64) -> Actor<u64> {
	Actor { account, machine: None }
}

pub fn terms(payee: u64, amount: u64) -> EscrowTerms<u64, AssetKind, u64> {
	EscrowTerms {
		payee,
		asset: AssetKind::Native,
		amount,
		smallest_release: MINIMUM,
	}
}

fn opened() -> EscrowId {
	Escrow::open(&actor(PAYER), terms(PAYEE, 300)).expect("funded")
}

fn price_held(who: u64) -> u64 {
	Balances::balance_on_hold(&HoldReason::Price.into(), &who)
}

fn bond_held(who: u64) -> u64 {
	Balances::balance_on_hold(&HoldReason::Bond.into(), &who)
}

fn settle(id: EscrowId, to_payee: u64, bond: BondOutcome) {
	assert_ok!(Escrow::settle(id, Settlement { to_payee, bond }));
}

#[test]
fn open_puts_the_amount_on_hold_in_the_payers_own_account() {
	build_and_execute(|| {
		let id = opened();
		assert_eq!((price_held(PAYER), Balances::balance(&PAYER)), (300, 700));
		assert_eq!(Escrow::held(id), Some(300));
		System::assert_last_event(
			Event::Opened {
				escrow: id,
				payer: PAYER,
				payee: PAYEE,
				asset: AssetKind::Native,
				amount: 300,
			}
			.into(),
		);
	});
}

#[test]
fn two_escrows_of_one_block_have_different_ids() {
	build_and_execute(|| assert_ne!(opened(), opened()));
}

#[test]
fn open_fails_when_payer_is_payee() {
	build_and_execute(|| {
		assert_noop!(Escrow::open(&actor(PAYER), terms(PAYER, 300)), Error::<Test>::SameParty);
	});
}

#[test]
fn open_fails_when_a_payment_could_be_below_the_minimum_balance() {
	build_and_execute(|| {
		let mut too_small = terms(NEWCOMER, 300);
		too_small.smallest_release = MINIMUM - 1;
		assert_noop!(
			Escrow::open(&actor(PAYER), too_small),
			Error::<Test>::ReleaseBelowMinimum
		);
		assert_noop!(
			Escrow::open(&actor(PAYER), terms(NEWCOMER, MINIMUM - 1)),
			Error::<Test>::ReleaseBelowMinimum
		);
	});
}

#[test]
fn open_fails_when_the_policy_forbids_it() {
	build_and_execute(|| {
		assert_noop!(
			Escrow::open(&actor(BROKE), terms(PAYEE, 300)),
			DispatchError::Other("policy")
		);
	});
}

#[test]
fn open_fails_when_the_payer_cannot_afford_it() {
	build_and_execute(|| {
		for amount in [1_001, 1_000, 991, u64::MAX] {
			assert_noop!(
				Escrow::open(&actor(PAYER), terms(PAYEE, amount)),
				TokenError::FundsUnavailable
			);
		}
		assert_ok!(Escrow::open(&actor(PAYER), terms(PAYEE, 990)));
	});
}

#[test]
fn only_the_payee_posts_a_bond_and_only_once() {
	build_and_execute(|| {
		let id = opened();
		assert_noop!(Escrow::post_bond(id, &actor(PAYER), 50), Error::<Test>::NotPayee);
		assert_noop!(Escrow::post_bond(id, &actor(PAYEE), 0), Error::<Test>::ZeroAmount);
		assert_noop!(
			Escrow::post_bond(id, &actor(PAYEE), 5_000),
			TokenError::FundsUnavailable
		);
		assert_ok!(Escrow::post_bond(id, &actor(PAYEE), 50));
		assert_noop!(
			Escrow::post_bond(id, &actor(PAYEE), 50),
			Error::<Test>::BondAlreadyPosted
		);
		assert_eq!((bond_held(PAYEE), Balances::balance(&PAYEE)), (50, 950));
	});
}

#[test]
fn releases_and_refunds_are_bounded_by_what_is_held() {
	build_and_execute(|| {
		let id = opened();
		assert_ok!(Escrow::release(id, 100));
		assert_ok!(Escrow::refund(id, 50));
		assert_eq!(Escrow::held(id), Some(150));
		assert_noop!(Escrow::release(id, 151), Error::<Test>::MoreThanHeld);
		assert_noop!(Escrow::refund(id, u64::MAX), Error::<Test>::MoreThanHeld);
		assert_noop!(
			Escrow::settle(
				id,
				Settlement {
					to_payee: 151,
					bond: BondOutcome::Returned
				}
			),
			Error::<Test>::MoreThanHeld
		);
		assert_eq!((Balances::balance(&PAYER), Balances::balance(&PAYEE)), (750, 1_100));
	});
}

#[test]
fn settle_pays_both_sides_and_leaves_nothing_on_hold() {
	build_and_execute(|| {
		let id = opened();
		assert_ok!(Escrow::post_bond(id, &actor(PAYEE), 50));
		settle(id, 200, BondOutcome::Returned);
		assert_eq!((Balances::balance(&PAYER), Balances::balance(&PAYEE)), (800, 1_200));
		assert_eq!((price_held(PAYER), bond_held(PAYEE)), (0, 0));
		assert!(!Escrows::<Test>::contains_key(id));
	});
}

#[test]
fn a_slashed_bond_goes_to_the_payer() {
	build_and_execute(|| {
		let id = opened();
		assert_ok!(Escrow::post_bond(id, &actor(PAYEE), 50));
		settle(id, 0, BondOutcome::Slashed);
		assert_eq!((Balances::balance(&PAYER), Balances::balance(&PAYEE)), (1_050, 950));
	});
}

#[test]
fn an_escrow_ends_once() {
	build_and_execute(|| {
		let id = opened();
		settle(id, 300, BondOutcome::Returned);
		assert_noop!(
			Escrow::settle(
				id,
				Settlement {
					to_payee: 0,
					bond: BondOutcome::Returned
				}
			),
			Error::<Test>::UnknownEscrow
		);
		assert_noop!(Escrow::release(id, 1), Error::<Test>::UnknownEscrow);
		assert_noop!(Escrow::refund(id, 1), Error::<Test>::UnknownEscrow);
		assert_noop!(Escrow::post_bond(id, &actor(PAYEE), 1), Error::<Test>::UnknownEscrow);
	});
}

#[test]
fn a_payee_without_an_account_is_paid() {
	build_and_execute(|| {
		let id = Escrow::open(&actor(PAYER), terms(NEWCOMER, 300)).expect("funded");
		assert_ok!(Escrow::release(id, MINIMUM));
		assert_eq!(Balances::balance(&NEWCOMER), MINIMUM);
		settle(id, 0, BondOutcome::Returned);
	});
}

#[test]
fn money_on_hold_cannot_be_spent_otherwise() {
	build_and_execute(|| {
		opened();
		assert!(Balances::transfer_allow_death(RuntimeOrigin::signed(PAYER), PAYEE, 701).is_err());
		assert_noop!(
			Balances::force_unreserve(RuntimeOrigin::signed(PAYEE), PAYER, 300),
			BadOrigin
		);
	});
}
