use crate::{mock::*, Error, Event, HoldReason};
use bpiiot_primitives::{
	AgreementRef, AssetKind,
	AssetKind::Native,
	BondOutcome::{Returned, Slashed},
	EscrowView,
};
use frame_support::{
	assert_noop, assert_ok,
	traits::fungibles::{Inspect, InspectHold},
};
use sp_runtime::{traits::BadOrigin, ArithmeticError, DispatchError, TokenError};

/// The assets that agreements may be made in, with deposit and fee of [`terms`] in each.
pub(super) const ASSETS: [(AssetKind, u64, u64); 2] = [(Native, DEPOSIT, FEE), (DOLLAR, DOLLAR_DEPOSIT, DOLLAR_FEE)];

pub(super) fn held(asset: AssetKind, reason: HoldReason, who: u64) -> u64 {
	Fungibles::balance_on_hold(asset, &reason.into(), &who)
}

pub(super) fn free(asset: AssetKind, who: u64) -> u64 {
	Fungibles::balance(asset, &who)
}

#[test]
fn open_puts_price_deposit_and_fee_on_hold_in_the_payers_own_account() {
	for (asset, deposit, fee) in ASSETS {
		build_and_execute(|| {
			let id = opened(asset);
			assert_eq!(held(asset, HoldReason::Agreement, PAYER), 300 + deposit + fee);
			assert_eq!(free(asset, PAYER), 700 - deposit - fee);
			let escrow = escrow(id);
			assert_eq!(
				(*escrow.payer(), *escrow.payee(), escrow.asset()),
				(PAYER, PAYEE, asset)
			);
			assert_eq!((escrow.held(), escrow.deposit(), escrow.fee()), (300, deposit, fee));
			assert_eq!((escrow.bond(), escrow.has_ended()), (0, false));
			System::assert_last_event(
				Event::Opened {
					agreement: AgreementRef::Job(id),
					payer: PAYER,
					payee: PAYEE,
					asset,
					amount: 300,
					deposit,
					fee,
					arbiter: None,
				}
				.into(),
			);
		});
	}
}

#[test]
fn open_fails_when_payer_is_payee() {
	build_and_execute(|| {
		assert_noop!(open(PAYER, terms(Native, PAYER, 300)), Error::<Test>::SameParty);
	});
}

#[test]
fn open_fails_when_a_payment_could_be_below_the_minimum_balance() {
	for (asset, ..) in ASSETS {
		build_and_execute(|| {
			let mut too_small = terms(asset, NEWCOMER, 300);
			too_small.smallest_release = MINIMUM - 1;
			assert_noop!(open(PAYER, too_small), Error::<Test>::ReleaseBelowMinimum);
			let too_little = terms(asset, NEWCOMER, MINIMUM - 1);
			assert_noop!(open(PAYER, too_little), Error::<Test>::ReleaseBelowMinimum);
		});
	}
}

#[test]
fn open_fails_when_the_policy_forbids_it() {
	build_and_execute(|| {
		assert_noop!(open(BROKE, terms(Native, PAYEE, 300)), DispatchError::Other("policy"));
	});
}

#[test]
fn open_fails_when_the_payer_cannot_afford_it() {
	for (asset, deposit, fee) in ASSETS {
		build_and_execute(|| {
			let most = 1_000 - MINIMUM - deposit - fee;
			for amount in [1_001, 1_000, 990, most + 1, u64::MAX - 1_000] {
				assert_noop!(open(PAYER, terms(asset, PAYEE, amount)), TokenError::FundsUnavailable);
			}
			assert_ok!(open(PAYER, terms(asset, PAYEE, most)));
		});
	}
}

#[test]
fn open_fails_when_the_sum_is_more_than_any_balance() {
	for (asset, ..) in ASSETS {
		build_and_execute(|| {
			for amount in [u64::MAX, u64::MAX - 20] {
				assert_noop!(open(PAYER, terms(asset, PAYEE, amount)), ArithmeticError::Overflow);
			}
		});
	}
}

#[test]
fn only_the_payee_posts_a_bond_and_only_once() {
	for (asset, ..) in ASSETS {
		build_and_execute(|| {
			let id = opened(asset);
			assert_noop!(post_bond(id, PAYER, 50), Error::<Test>::NotPayee);
			assert_noop!(post_bond(id, PAYEE, 0), Error::<Test>::ZeroAmount);
			assert_noop!(post_bond(id, PAYEE, 5_000), TokenError::FundsUnavailable);
			assert_ok!(post_bond(id, PAYEE, 50));
			assert_noop!(post_bond(id, PAYEE, 50), Error::<Test>::BondAlreadyPosted);
			assert_eq!((held(asset, HoldReason::Bond, PAYEE), free(asset, PAYEE)), (50, 950));
		});
	}
}

#[test]
fn releases_and_refunds_are_bounded_by_what_is_held() {
	for (asset, deposit, fee) in ASSETS {
		build_and_execute(|| {
			let id = opened(asset);
			assert_ok!(release(id, 100));
			assert_ok!(refund(id, 50));
			assert_eq!(escrow(id).held(), 150);
			for too_much in [151, u64::MAX] {
				assert_noop!(release(id, too_much), Error::<Test>::MoreThanHeld);
				assert_noop!(refund(id, too_much), Error::<Test>::MoreThanHeld);
				assert_noop!(settle(id, too_much, Returned), Error::<Test>::MoreThanHeld);
			}
			assert_eq!((free(asset, PAYER), free(asset, PAYEE)), (750 - deposit - fee, 1_100));
		});
	}
}

#[test]
fn settle_splits_in_any_way_and_leaves_the_deposit_on_hold() {
	for (asset, deposit, fee) in ASSETS {
		for to_payee in [0, 1, 150, 299, 300] {
			build_and_execute(|| {
				let id = opened(asset);
				assert_ok!(post_bond(id, PAYEE, 50));
				assert_ok!(settle(id, to_payee, Returned));
				assert_eq!(free(asset, PAYER), 1_000 - to_payee - deposit - fee);
				assert_eq!(free(asset, PAYEE), 1_000 + to_payee);
				assert_eq!(held(asset, HoldReason::Agreement, PAYER), deposit);
				assert_eq!(held(asset, HoldReason::Credit, PAYER), 0);
				assert_eq!(held(asset, HoldReason::Bond, PAYEE), 0);
				assert!(escrow(id).has_ended());
			});
		}
	}
}

#[test]
fn the_fee_goes_to_the_chain_whoever_gets_the_price() {
	for (asset, _, fee) in ASSETS {
		for to_payee in [0, 300] {
			build_and_execute(|| {
				let id = opened(asset);
				assert_eq!(free(asset, POT), MINIMUM, "not before the end");
				assert_ok!(settle(id, to_payee, Returned));
				assert_eq!(free(asset, POT), MINIMUM + fee);
				assert_ok!(remove(id));
				assert_eq!(free(asset, POT), MINIMUM + fee);
			});
		}
	}
}

#[test]
fn the_deposit_stays_until_the_record_is_removed() {
	for (asset, deposit, fee) in ASSETS {
		build_and_execute(|| {
			let id = opened(asset);
			assert_noop!(remove(id), Error::<Test>::NotEnded);
			assert_ok!(settle(id, 300, Returned));
			assert_eq!(free(asset, PAYER), 700 - deposit - fee);
			assert_ok!(remove(id));
			assert_eq!(free(asset, PAYER), 700 - fee);
			assert_eq!(Fungibles::total_balance_on_hold(asset, &PAYER), 0);
		});
	}
}

#[test]
fn a_slashed_bond_goes_to_the_payer() {
	for (asset, deposit, fee) in ASSETS {
		build_and_execute(|| {
			let id = opened(asset);
			assert_ok!(post_bond(id, PAYEE, 50));
			assert_eq!(Forfeited::get(), None);
			assert_ok!(settle(id, 0, Slashed));
			assert_eq!((free(asset, PAYER), free(asset, PAYEE)), (1_050 - deposit - fee, 950));
			assert_eq!(Forfeited::get(), Some((PAYEE, asset, 50)), "for its policy");
			Forfeited::set(&None);
			assert_ok!(settle(opened(asset), 0, Slashed));
			assert_eq!(Forfeited::get(), None, "there was no bond");
		});
	}
}

#[test]
fn an_escrow_ends_once() {
	build_and_execute(|| {
		let id = opened(Native);
		assert_ok!(settle(id, 300, Returned));
		assert_noop!(settle(id, 0, Returned), Error::<Test>::AlreadyEnded);
		assert_noop!(release(id, 0), Error::<Test>::AlreadyEnded);
		assert_noop!(refund(id, 0), Error::<Test>::AlreadyEnded);
		assert_noop!(post_bond(id, PAYEE, 1), Error::<Test>::AlreadyEnded);
	});
}

#[test]
fn a_refused_step_leaves_the_escrow_as_it_was() {
	build_and_execute(|| {
		let mut escrow = escrow(opened(Native));
		let (before, deal) = (escrow.clone(), AgreementRef::Job(bpiiot_primitives::JobId(1)));
		use bpiiot_primitives::{Escrow as _, Settlement};
		let settlement = Settlement {
			to_payee: 301,
			bond: Returned,
		};
		assert!(Escrow::post_bond(deal, &mut escrow, &actor(PAYEE), 5_000).is_err());
		assert!(Escrow::release(deal, &mut escrow, 301).is_err());
		assert!(Escrow::refund(deal, &mut escrow, 301).is_err());
		assert!(Escrow::settle(deal, &mut escrow, settlement).is_err());
		assert!(Escrow::release_deposit(deal, &mut escrow).is_err());
		assert_eq!(escrow, before);
	});
}

#[test]
fn a_payee_without_an_account_is_paid() {
	for (asset, ..) in ASSETS {
		build_and_execute(|| {
			let id = open(PAYER, terms(asset, NEWCOMER, 300)).expect("funded");
			assert_ok!(release(id, MINIMUM));
			assert_eq!(free(asset, NEWCOMER), MINIMUM);
			assert_ok!(settle(id, 0, Returned));
		});
	}
}

#[test]
fn money_on_hold_cannot_be_spent_otherwise() {
	build_and_execute(|| {
		opened(Native);
		opened(DOLLAR);
		let payer = RuntimeOrigin::signed(PAYER);
		assert!(Balances::transfer_allow_death(payer.clone(), PAYEE, 701).is_err());
		assert!(Assets::transfer(payer, DOLLAR_ID, PAYEE, 701).is_err());
		assert_noop!(
			Balances::force_unreserve(RuntimeOrigin::signed(PAYEE), PAYER, 300),
			BadOrigin
		);
		// Not even the owner of the asset reaches it.
		let issuer = RuntimeOrigin::signed(ISSUER);
		assert!(
			Assets::burn(issuer.clone(), DOLLAR_ID, PAYER, 701).is_ok(),
			"takes what is free"
		);
		assert_eq!(
			held(DOLLAR, HoldReason::Agreement, PAYER),
			300 + DOLLAR_DEPOSIT + DOLLAR_FEE
		);
		assert_ok!(Assets::mint(
			issuer,
			DOLLAR_ID,
			PAYER,
			1_000 - 321 - free(DOLLAR, PAYER)
		));
	});
}

#[test]
fn only_the_payer_puts_more_into_an_escrow() {
	for (asset, deposit, fee) in ASSETS {
		build_and_execute(|| {
			let id = opened(asset);
			assert_noop!(top_up(id, PAYEE, 50), Error::<Test>::NotPayer);
			assert_noop!(top_up(id, PAYER, 0), Error::<Test>::ZeroAmount);
			assert_noop!(top_up(id, PAYER, 5_000), TokenError::FundsUnavailable);
			assert_noop!(top_up(id, PAYER, u64::MAX), ArithmeticError::Overflow);
			assert_ok!(top_up(id, PAYER, 50));
			System::assert_last_event(
				Event::ToppedUp {
					agreement: AgreementRef::Job(id),
					payer: PAYER,
					asset,
					amount: 50,
				}
				.into(),
			);
			assert_eq!(
				(escrow(id).held(), held(asset, HoldReason::Agreement, PAYER)),
				(350, 350 + deposit + fee)
			);
			assert_ok!(settle(id, 350, Returned));
			assert_eq!((free(asset, PAYER), free(asset, PAYEE)), (650 - deposit - fee, 1_350));
			assert_noop!(top_up(id, PAYER, 50), Error::<Test>::AlreadyEnded);
		});
	}
}

#[test]
fn what_a_payer_puts_in_later_is_for_the_policy_too() {
	build_and_execute(|| {
		let id = opened(Native);
		PolicyForbids::set(&true);
		assert_noop!(top_up(id, PAYER, 50), DispatchError::Other("policy"));
	});
}
