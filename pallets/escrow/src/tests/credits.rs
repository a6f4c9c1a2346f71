//! A payment that cannot be made stops nothing.

use super::money::{free, held};
use crate::{mock::*, Credits, Error, Event, HoldReason};
use bpiiot_primitives::{
	AgreementRef, AssetKind,
	AssetKind::Native,
	BondOutcome::{Returned, Slashed},
};
use frame_support::{
	assert_noop, assert_ok,
	traits::{LockableCurrency, WithdrawReasons},
};
use sp_runtime::{traits::BadOrigin, DispatchError, TokenError};

fn credit(payee: u64, asset: AssetKind, holder: u64) -> Option<u64> {
	Credits::<Test>::get((payee, asset, holder))
}

fn claim(holder: u64, asset: AssetKind, payee: u64) -> Result<(), DispatchError> {
	frame_support::storage::with_storage_layer(|| {
		Escrow::claim_credit(RuntimeOrigin::signed(BROKE), holder, asset, payee)
	})
}

#[test]
fn a_blocked_payee_does_not_stop_an_agreement() {
	build_and_execute(|| {
		let id = opened(DOLLAR);
		block(PAYEE);
		assert_ok!(release(id, 100));
		System::assert_has_event(
			Event::Credited {
				agreement: AgreementRef::Job(id),
				payee: PAYEE,
				asset: DOLLAR,
				holder: PAYER,
				amount: 100,
			}
			.into(),
		);
		assert_ok!(settle(id, 150, Returned));
		// THEN both parts are one credit, the payer has the rest, the chain its fee
		assert_eq!(credit(PAYEE, DOLLAR, PAYER), Some(250));
		assert_eq!(held(DOLLAR, HoldReason::Credit, PAYER), 250);
		assert_eq!(free(DOLLAR, PAYER), 750 - DOLLAR_DEPOSIT - DOLLAR_FEE);
		assert_eq!(free(DOLLAR, POT), MINIMUM + DOLLAR_FEE);

		assert_noop!(claim(PAYER, DOLLAR, PAYEE), TokenError::CannotCreate);
		thaw(PAYEE);
		assert_ok!(claim(PAYER, DOLLAR, PAYEE));
		System::assert_last_event(
			Event::CreditClaimed {
				payee: PAYEE,
				asset: DOLLAR,
				holder: PAYER,
				amount: 250,
			}
			.into(),
		);
		assert_eq!(free(DOLLAR, PAYEE), 1_250);
		assert_noop!(claim(PAYER, DOLLAR, PAYEE), Error::<Test>::NoCredit);
	});
}

#[test]
fn a_blocked_payer_does_not_stop_an_agreement() {
	build_and_execute(|| {
		let id = opened(DOLLAR);
		assert_ok!(post_bond(id, PAYEE, 50));
		block(PAYER);
		assert_ok!(refund(id, 10));
		assert_ok!(settle(id, 100, Slashed));
		assert_ok!(remove(id));
		// THEN the payee has his price, and the payer's own stays on hold in two places
		assert_eq!(free(DOLLAR, PAYEE), 1_050);
		assert_eq!(credit(PAYER, DOLLAR, PAYER), Some(200 + DOLLAR_DEPOSIT));
		assert_eq!(credit(PAYER, DOLLAR, PAYEE), Some(50));

		thaw(PAYER);
		assert_ok!(claim(PAYER, DOLLAR, PAYER));
		assert_ok!(claim(PAYEE, DOLLAR, PAYER));
		assert_eq!(free(DOLLAR, PAYER), 950 - DOLLAR_FEE);
	});
}

#[test]
fn a_frozen_party_is_paid_and_keeps_nothing_back() {
	for who in [PAYER, PAYEE] {
		build_and_execute(|| {
			let id = opened(DOLLAR);
			assert_ok!(post_bond(id, PAYEE, 50));
			assert_ok!(Assets::freeze(RuntimeOrigin::signed(ISSUER), DOLLAR_ID, who));
			assert_ok!(release(id, 100));
			assert_ok!(settle(id, 150, Slashed));
			assert_eq!(free(DOLLAR, PAYEE), 1_200);
			assert_eq!(free(DOLLAR, PAYER), 800 - DOLLAR_DEPOSIT - DOLLAR_FEE);
			assert_eq!(Credits::<Test>::iter().count(), 0);
		});
	}
}

#[test]
fn a_lock_on_the_native_token_keeps_nothing_back() {
	build_and_execute(|| {
		let id = opened(Native);
		// GIVEN a payer who has bound all that he has elsewhere, as voters do
		Balances::set_lock(*b"the vote", &PAYER, 1_000, WithdrawReasons::all());
		assert_ok!(release(id, 100));
		assert_ok!(settle(id, 200, Returned));
		assert_eq!(free(Native, PAYEE), 1_300);
		assert_eq!(Credits::<Test>::iter().count(), 0);
	});
}

#[test]
fn a_frozen_asset_is_paid_when_it_thaws() {
	build_and_execute(|| {
		let id = opened(DOLLAR);
		let issuer = || RuntimeOrigin::signed(ISSUER);
		assert_ok!(Assets::freeze_asset(issuer(), DOLLAR_ID));
		assert!(open(PAYER, terms(DOLLAR, PAYEE, 300)).is_err());
		assert_ok!(settle(id, 200, Returned));
		assert_ok!(remove(id));
		// THEN everything is a credit, and the half-done payments left no trace
		assert_eq!(credit(PAYEE, DOLLAR, PAYER), Some(200));
		assert_eq!(credit(PAYER, DOLLAR, PAYER), Some(100 + DOLLAR_DEPOSIT));
		assert_eq!(credit(POT, DOLLAR, PAYER), Some(DOLLAR_FEE));
		try_state();

		assert_ok!(Assets::thaw_asset(issuer(), DOLLAR_ID));
		for payee in [PAYEE, PAYER, POT] {
			assert_ok!(claim(PAYER, DOLLAR, payee));
		}
		assert_eq!((free(DOLLAR, PAYER), free(DOLLAR, PAYEE)), (800 - DOLLAR_FEE, 1_200));
	});
}

#[test]
fn dust_for_an_account_that_does_not_exist_waits_for_the_account() {
	for asset in [Native, DOLLAR] {
		build_and_execute(|| {
			let id = open(PAYER, terms(asset, NEWCOMER, 300)).expect("funded");
			assert_ok!(settle(id, MINIMUM - 1, Returned));
			assert_eq!(credit(NEWCOMER, asset, PAYER), Some(MINIMUM - 1));
			assert!(claim(PAYER, asset, NEWCOMER).is_err());
			// A second agreement brings the account to life.
			let id = open(PAYER, terms(asset, NEWCOMER, 300)).expect("funded");
			assert_ok!(release(id, MINIMUM));
			assert_ok!(claim(PAYER, asset, NEWCOMER));
			assert_eq!(free(asset, NEWCOMER), 2 * MINIMUM - 1);
		});
	}
}

#[test]
fn an_asset_that_makes_no_accounts_is_paid_once_there_is_one() {
	build_and_execute(|| {
		// GIVEN a listed asset that is not sufficient any more, for a machine that has nothing
		assert_ok!(Assets::transfer(RuntimeOrigin::signed(PAYER), COUPON_ID, POT, 1));
		coupons_keep_alive(true);
		assert_ok!(Escrow::list_asset(RuntimeOrigin::root(), COUPON));
		coupons_keep_alive(false);
		let mut coupons = terms(COUPON, NEWCOMER, 300);
		(coupons.deposit, coupons.fee) = (0, 0);
		let id = open(PAYER, coupons).expect("funded");

		assert_ok!(settle(id, 300, Returned));
		assert_eq!(credit(NEWCOMER, COUPON, PAYER), Some(300));
		assert!(claim(PAYER, COUPON, NEWCOMER).is_err());

		assert_ok!(Balances::transfer_allow_death(
			RuntimeOrigin::signed(PAYER),
			NEWCOMER,
			MINIMUM
		));
		assert_ok!(claim(PAYER, COUPON, NEWCOMER));
		assert_eq!(free(COUPON, NEWCOMER), 300);
	});
}

#[test]
fn a_fee_that_does_not_arrive_is_the_chains_credit() {
	build_and_execute(|| {
		let id = opened(DOLLAR);
		block(POT);
		assert_ok!(settle(id, 300, Returned));
		assert_eq!(credit(POT, DOLLAR, PAYER), Some(DOLLAR_FEE));
		thaw(POT);
		assert_ok!(claim(PAYER, DOLLAR, POT));
		assert_eq!(free(DOLLAR, POT), MINIMUM + DOLLAR_FEE);
	});
}

#[test]
fn a_credit_is_out_of_its_holders_reach() {
	build_and_execute(|| {
		let id = opened(DOLLAR);
		block(PAYEE);
		assert_ok!(settle(id, 300, Returned));
		assert_ok!(remove(id));
		let payer = RuntimeOrigin::signed(PAYER);
		assert!(Assets::transfer(payer, DOLLAR_ID, BROKE, 700).is_err());
		assert!(Assets::start_destroy(RuntimeOrigin::root(), DOLLAR_ID).is_err());
		assert_noop!(claim(PAYER, DOLLAR, PAYER), Error::<Test>::NoCredit);
		assert_noop!(claim(PAYER, Native, PAYEE), Error::<Test>::NoCredit);
		assert_noop!(
			Escrow::claim_credit(RuntimeOrigin::root(), PAYER, DOLLAR, PAYEE),
			BadOrigin
		);
	});
}
