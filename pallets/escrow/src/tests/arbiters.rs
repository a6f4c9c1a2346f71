//! Who may decide, and what it costs him to say so.

use super::money::{free, held};
use crate::{mock::*, ArbiterRecord, Arbiters, Call, Error, Event, HoldReason};
use bpiiot_primitives::{AgreementRef, AssetKind::Native, EscrowView};
use frame_support::{
	assert_noop, assert_ok,
	traits::{LockableCurrency, WithdrawReasons},
};
use sp_runtime::{traits::BadOrigin, DispatchResult, Permill, TokenError};

fn register(who: u64, fee: Permill) -> DispatchResult {
	let profile = document(9);
	signed(who, Call::register_arbiter { fee, profile })
}

fn retire(who: u64) -> DispatchResult {
	signed(who, Call::retire_arbiter {})
}

#[test]
fn registering_puts_the_deposit_on_hold_and_retiring_gives_it_back() {
	build_and_execute(|| {
		let fee = Permill::from_percent(3);
		assert_ok!(register(ARBITER, fee));
		System::assert_last_event(
			Event::ArbiterRegistered {
				arbiter: ARBITER,
				fee,
				profile: document(9),
				deposit: ARBITER_DEPOSIT,
			}
			.into(),
		);
		assert_eq!(held(Native, HoldReason::Arbiter, ARBITER), ARBITER_DEPOSIT);
		assert_ok!(retire(ARBITER));
		System::assert_last_event(
			Event::ArbiterRetired {
				arbiter: ARBITER,
				deposit: ARBITER_DEPOSIT,
			}
			.into(),
		);
		assert_eq!(
			(held(Native, HoldReason::Arbiter, ARBITER), free(Native, ARBITER)),
			(0, 1_000)
		);
		assert_noop!(retire(ARBITER), Error::<Test>::UnknownArbiter);
		assert_noop!(retire(PAYER), Error::<Test>::UnknownArbiter);
	});
}

#[test]
fn registering_again_changes_the_terms_and_costs_nothing_more() {
	build_and_execute(|| {
		registered();
		let fee = Permill::zero();
		assert_ok!(register(ARBITER, fee));
		let record = ArbiterRecord {
			fee,
			profile: document(9),
			deposit: ARBITER_DEPOSIT,
		};
		assert_eq!(Arbiters::<Test>::get(ARBITER), Some(record));
		assert_eq!(held(Native, HoldReason::Arbiter, ARBITER), ARBITER_DEPOSIT);
	});
}

#[test]
fn a_machine_cannot_be_an_arbiter() {
	build_and_execute(|| {
		assert_noop!(register(ROBOT_KEY, ARBITER_FEE), Error::<Test>::MachineNoArbiter);
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			let (fee, profile) = (ARBITER_FEE, document(9));
			assert_noop!(
				called(origin.clone(), Call::register_arbiter { fee, profile }),
				BadOrigin
			);
			assert_noop!(called(origin, Call::retire_arbiter {}), BadOrigin);
		}
	});
}

#[test]
fn a_fee_above_the_maximum_is_refused() {
	build_and_execute(|| {
		let most = MaxArbiterFee::get();
		for too_high in [Permill::from_parts(most.deconstruct() + 1), Permill::one()] {
			assert_noop!(register(ARBITER, too_high), Error::<Test>::FeeTooHigh);
		}
		assert_ok!(register(ARBITER, most));
		assert_noop!(register(ARBITER, Permill::one()), Error::<Test>::FeeTooHigh);
	});
}

#[test]
fn who_cannot_afford_the_deposit_is_no_arbiter() {
	build_and_execute(|| {
		assert_noop!(register(POT, ARBITER_FEE), TokenError::FundsUnavailable);
		assert_noop!(register(NEWCOMER, ARBITER_FEE), TokenError::FundsUnavailable);
	});
}

#[test]
fn a_lock_keeps_no_deposit_back() {
	build_and_execute(|| {
		registered();
		Balances::set_lock(*b"the vote", &ARBITER, 1_000, WithdrawReasons::all());
		assert_ok!(retire(ARBITER));
		assert_eq!(free(Native, ARBITER), 1_000);
	});
}

#[test]
fn only_a_registered_arbiter_is_named() {
	build_and_execute(|| {
		let terms = || arbitrated(Native, PAYEE, 300);
		assert_noop!(open(PAYER, terms()), Error::<Test>::UnknownArbiter);
		registered();
		let id = open(PAYER, terms()).expect("he is registered");
		assert_eq!(escrow(id).arbiter(), Some(&ARBITER));
		System::assert_last_event(
			Event::Opened {
				agreement: AgreementRef::Job(id),
				payer: PAYER,
				payee: PAYEE,
				asset: Native,
				amount: 300,
				deposit: DEPOSIT,
				fee: FEE,
				arbiter: Some(ARBITER),
			}
			.into(),
		);
		assert_eq!(escrow(opened(Native)).arbiter(), None);
		assert_ok!(retire(ARBITER));
		assert_noop!(open(PAYER, terms()), Error::<Test>::UnknownArbiter);
	});
}

#[test]
fn an_arbiter_is_no_party_and_stands_behind_none() {
	// Who is named, who pays, who is paid, and who owns the machine.
	let refused = [
		("he pays", ARBITER, ARBITER, PAYEE, OWNER),
		("he is paid", ARBITER, PAYER, ARBITER, OWNER),
		("his machine is paid", ARBITER, PAYER, ROBOT, ARBITER),
		("his machine pays", ARBITER, ROBOT, PAYEE, ARBITER),
		("he is a machine that pays", ROBOT, ROBOT, PAYEE, OWNER),
		("he is a machine that is paid", ROBOT, PAYER, ROBOT, OWNER),
		("he is a party's machine", ROBOT, PAYER, PAYEE, PAYER),
		("he is a machine", ROBOT, PAYER, PAYEE, OWNER),
	];
	for (why, arbiter, payer, payee, owner) in refused {
		build_and_execute(|| {
			registered();
			// No call registers a machine; if one were registered, it would not be taken.
			RobotOwner::set(&owner);
			let mut terms = arbitrated(Native, payee, 300);
			terms.arbitration.as_mut().expect("there").arbiter = arbiter;
			frame_support::storage::with_transaction(|| {
				Arbiters::<Test>::insert(
					arbiter,
					ArbiterRecord {
						fee: ARBITER_FEE,
						profile: document(9),
						deposit: ARBITER_DEPOSIT,
					},
				);
				assert_eq!(open(payer, terms), Err(Error::<Test>::ArbiterIsParty.into()), "{why}");
				sp_runtime::TransactionOutcome::Rollback(Ok::<_, sp_runtime::DispatchError>(()))
			})
			.expect("rolled back");
		});
	}
}

#[test]
fn who_owns_a_machine_may_decide_about_others() {
	build_and_execute(|| {
		registered();
		RobotOwner::set(&ARBITER);
		assert_ok!(open(PAYER, arbitrated(Native, PAYEE, 300)));
	});
}
