//! Who pays for a transaction.

use super::signed;
use crate::{fees::*, mock::*, Call, FeeAllowance, Fees};
use bpiiot_primitives::MachineId;
use frame_support::{
	assert_noop, assert_ok, assert_storage_noop,
	dispatch::{DispatchInfo, GetDispatchInfo, PostDispatchInfo},
	traits::{
		fungible::{Inspect, Mutate, MutateHold},
		tokens::{Fortitude::Force, Precision::Exact},
	},
	weights::Weight,
};
use pallet_transaction_payment::{ChargeTransactionPayment, Config as FeeConfig, OnChargeTransaction};
use sp_runtime::{
	traits::DispatchTransaction,
	transaction_validity::{InvalidTransaction, TransactionValidityError},
};

type Adapter = <Test as FeeConfig>::OnChargeTransaction;

pub(super) fn refused(code: u8) -> TransactionValidityError {
	InvalidTransaction::Custom(code).into()
}

/// A call that owners pay for.
pub(super) fn sponsored(machine: MachineId) -> Call<Test> {
	Call::set_service {
		machine,
		in_service: false,
	}
}

fn set_allowance(machine: MachineId, amount: Balance) {
	let allowance = once(amount);
	assert_ok!(signed(&owner(), Call::set_fee_allowance { machine, allowance }));
}

/// Both the pool and the block refuse it, with no trace.
pub(super) fn assert_refused(tx: Tx, error: TransactionValidityError) {
	assert_storage_noop!(assert_eq!(tx.validate(), Err(error)));
	assert_storage_noop!(assert_eq!(tx.apply(), Err(error)));
}

#[test]
fn the_owner_pays_for_the_key() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);
		let (before, treasury) = (Balances::balance(&owner()), Balances::balance(&Treasury::account()));
		block(5);

		let tx = Tx::new(&key(1), sponsored(machine));
		assert_ok!(tx.validate());
		assert_eq!(tx.apply(), Ok(Ok(())));

		assert_eq!(Balances::balance(&owner()), before - FEE);
		assert_eq!(Balances::balance(&Treasury::account()), treasury + FEE);
		assert_eq!(Balances::total_balance(&key(1)), 0);
		let fees = Fees::<Test>::get(machine).expect("active");
		assert_eq!((fees.left, fees.last_seen), (ALLOWANCE - FEE, START + 4 * 6_000));
	});
}

#[test]
fn everybody_else_pays_for_himself() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);
		let before = Balances::balance(&owner());

		assert_eq!(Tx::new(&owner(), sponsored(machine)).tip(7).apply(), Ok(Ok(())));
		assert_eq!(
			Tx::new(
				&stranger(),
				Call::deposit {
					machine,
					asset: NATIVE,
					amount: ED
				}
			)
			.apply(),
			Ok(Ok(()))
		);

		assert_eq!(Balances::balance(&owner()), before - FEE - 7);
		assert_eq!(Balances::balance(&stranger()), ENDOWMENT - FEE - ED);
		let fees = Fees::<Test>::get(machine).expect("active");
		assert_eq!((fees.left, fees.last_seen), (ALLOWANCE, 0));
	});
}

#[test]
fn failed_calls_count() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);
		let before = Balances::balance(&owner());

		let outcome = Tx::new(&key(1), sponsored(MachineId([0; 32]))).apply();

		assert_eq!(outcome, Ok(Err(crate::Error::<Test>::UnknownMachine.into())));
		assert_eq!(Balances::balance(&owner()), before - FEE);
		assert_eq!(allowance(&machine), Some(ALLOWANCE - FEE));
	});
}

#[test]
fn the_change_goes_back_to_owner_and_allowance() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);
		let before = Balances::balance(&owner());
		let call = RuntimeCall::from(sponsored(machine));
		let info = call.get_dispatch_info();
		let post_info = PostDispatchInfo {
			actual_weight: Some(Weight::from_parts(400, 0)),
			..Default::default()
		};

		let extension = ChargeTransactionPayment::<Test>::from(0);
		let origin = RuntimeOrigin::signed(key(1));
		assert!(matches!(
			extension.test_run(origin, &call, &info, LENGTH, 0, |_| Ok(post_info)),
			Ok(Ok(_))
		));

		assert_eq!(Balances::balance(&owner()), before - (FEE - 600));
		assert_eq!(allowance(&machine), Some(ALLOWANCE - (FEE - 600)));
	});
}

#[test]
fn a_machine_out_of_service_still_finishes_its_work() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);
		for _ in 0..2 {
			assert_eq!(Tx::new(&key(1), sponsored(machine)).apply(), Ok(Ok(())));
		}
		assert_eq!(System::account_nonce(key(1)), 2);
	});
}

#[test]
fn refuses_calls_that_owners_do_not_pay_for() {
	ExtBuilder::default().balance(key(1), ENDOWMENT).build_and_execute(|| {
		let machine = registered(1);
		let calls: [RuntimeCall; 8] = [
			Call::deposit {
				machine,
				asset: NATIVE,
				amount: ED,
			}
			.into(),
			Call::set_fee_allowance {
				machine,
				allowance: once(1),
			}
			.into(),
			Call::set_spending_policy { machine, policy: None }.into(),
			Call::unfreeze { machine }.into(),
			Call::offer_ownership {
				machine,
				to: Some(stranger()),
			}
			.into(),
			Call::accept_ownership { machine, at_least: 0 }.into(),
			pallet_balances::Call::transfer_all {
				dest: stranger(),
				keep_alive: false,
			}
			.into(),
			frame_system::Call::remark { remark: vec![] }.into(),
		];
		for call in calls {
			assert_refused(Tx::new(&key(1), call), refused(NOT_SPONSORED));
		}
	});
}

#[test]
fn refuses_tips() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);
		assert_refused(Tx::new(&key(1), sponsored(machine)).tip(1), refused(TIP));
	});
}

#[test]
fn refuses_what_the_allowance_does_not_cover() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);
		for too_small in [0, FEE - 1] {
			set_allowance(machine, too_small);
			assert_refused(Tx::new(&key(1), sponsored(machine)), refused(ALLOWANCE_TOO_SMALL));
		}

		set_allowance(machine, FEE);
		assert_eq!(Tx::new(&key(1), sponsored(machine)).apply(), Ok(Ok(())));
		assert_eq!(allowance(&machine), Some(0));
		assert_refused(Tx::new(&key(1), sponsored(machine)), refused(ALLOWANCE_TOO_SMALL));
	});
}

#[test]
fn refuses_when_the_owner_has_no_money() {
	let poor = account(b"poor");
	let exactly = DEPOSIT + REGISTRATION_FEE + ED + FEE;
	ExtBuilder::default()
		.balance(poor.clone(), exactly)
		.build_and_execute(|| {
			assert_ok!(try_register(&poor, 1));
			let machine = MachineId::from_first_key(&key(1));

			assert_eq!(Tx::new(&key(1), sponsored(machine)).apply(), Ok(Ok(())));
			assert_refused(Tx::new(&key(1), sponsored(machine)), InvalidTransaction::Payment.into());
		});
}

#[test]
fn refuses_keys_that_act_for_nobody() {
	let rich = [key(1), key(2)];
	let builder = rich
		.iter()
		.fold(ExtBuilder::default(), |b, who| b.balance(who.clone(), ENDOWMENT));
	builder.build_and_execute(|| {
		let machine = registered(1);
		rotated(&machine, 9);
		decommissioned(2);

		// Also with money of their own, and whatever they call.
		for call in [
			RuntimeCall::from(sponsored(machine)),
			frame_system::Call::remark { remark: vec![] }.into(),
		] {
			assert_refused(Tx::new(&key(2), call.clone()), refused(MACHINE_DECOMMISSIONED));
			assert_refused(Tx::new(&key(1), call), refused(KEY_RETIRED));
		}
	});
}

#[test]
fn refuses_a_key_before_it_is_registered() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = MachineId::from_first_key(&key(1));
		assert_refused(Tx::new(&key(1), sponsored(machine)), InvalidTransaction::Payment.into());
	});
}

#[test]
fn nothing_that_a_key_signed_is_sent_twice() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);
		let tx = Tx::new(&key(1), sponsored(machine));

		assert_eq!(tx.apply_with(0), Ok(Ok(())));
		assert_eq!(tx.apply_with(0), Err(InvalidTransaction::Stale.into()));
		assert_ok!(signed(&owner(), Call::decommission { machine }));
		assert_eq!(System::account_nonce(key(1)), 1, "the nonce outlives the machine");
		assert_eq!(tx.apply_with(0), Err(InvalidTransaction::Stale.into()));
	});
}

#[test]
fn the_codes_are_the_documented_ones() {
	let codes = [
		NOT_SPONSORED,
		TIP,
		ALLOWANCE_TOO_SMALL,
		KEY_RETIRED,
		MACHINE_DECOMMISSIONED,
		MACHINE_FROZEN,
	];
	assert_eq!(codes, [101, 102, 103, 104, 105, 106]);
}

fn with_change(during: impl FnOnce(MachineId)) -> MachineId {
	with_change_of(once(ALLOWANCE), during)
}

/// Takes a fee of 1000 of this allowance, lets something happen, and finds that 400 would have been enough.
pub(super) fn with_change_of(allowance: FeeAllowance<Balance>, during: impl FnOnce(MachineId)) -> MachineId {
	let machine = registered(1);
	assert_ok!(signed(&owner(), Call::set_fee_allowance { machine, allowance }));
	let call = RuntimeCall::from(sponsored(machine));
	let (info, post_info) = (DispatchInfo::default(), PostDispatchInfo::default());
	let paid = <Adapter as OnChargeTransaction<Test>>::withdraw_fee(&key(1), &call, &info, 1_000, 0)
		.map_err(drop)
		.expect("sponsored");
	during(machine);
	let corrected =
		<Adapter as OnChargeTransaction<Test>>::correct_and_deposit_fee(&key(1), &info, &post_info, 400, 0, paid);
	assert_eq!(corrected, Ok(()), "an error here would make the block invalid");
	machine
}

#[test]
fn change_of_a_machine_that_was_decommissioned_meanwhile_goes_to_its_owner_only() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = with_change(|machine| {
			assert_ok!(signed(&owner(), Call::decommission { machine }));
		});
		assert_eq!(Balances::balance(&owner()), ENDOWMENT - REGISTRATION_FEE - 400);
		assert_eq!(Fees::<Test>::get(machine), None);
	});
}

#[test]
fn change_goes_to_who_paid_and_not_to_who_owns_the_machine_by_then() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = with_change(|machine| {
			let to = Some(stranger());
			assert_ok!(signed(&owner(), Call::offer_ownership { machine, to }));
			assert_ok!(signed(&stranger(), Call::accept_ownership { machine, at_least: 0 }));
		});
		assert_eq!(Balances::balance(&owner()), ENDOWMENT - REGISTRATION_FEE - 400);
		assert_eq!(Balances::total_balance(&stranger()), ENDOWMENT);
		assert_eq!(allowance(&machine), Some(0), "the new owner has allowed nothing");
	});
}

#[test]
fn change_for_an_owner_whose_account_is_gone_counts_as_spent() {
	ExtBuilder::default().build().execute_with(|| {
		let treasury = REGISTRATION_FEE + 1_000;
		let machine = with_change(|_| {
			let reason = crate::HoldReason::MachineDeposit.into();
			assert_ok!(Balances::release(&reason, &owner(), DEPOSIT, Exact));
			let all = Balances::balance(&owner());
			let expendable = frame_support::traits::tokens::Preservation::Expendable;
			assert_ok!(Balances::burn_from(&owner(), all, expendable, Exact, Force));
			assert!(!System::account_exists(&owner()));
		});
		assert_eq!(allowance(&machine), Some(ALLOWANCE - 1_000));
		assert_eq!(
			Balances::balance(&Treasury::account()),
			treasury,
			"the chain keeps the whole fee"
		);
	});
}

#[test]
fn the_owner_alone_sets_the_allowance() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);
		for amount in [0, Balance::MAX] {
			set_allowance(machine, amount);
			let allowance = once(amount);
			System::assert_last_event(crate::Event::FeeAllowanceSet { machine, allowance }.into());
		}
		// The largest allowance survives change, and the stamp survives a new allowance.
		assert_eq!(Tx::new(&key(1), sponsored(machine)).apply(), Ok(Ok(())));
		set_allowance(machine, 5);
		assert_eq!(Fees::<Test>::get(machine).map(|fees| fees.last_seen), Some(START));
		let by_key = Call::set_fee_allowance {
			machine,
			allowance: once(9),
		};
		assert_noop!(signed(&key(1), by_key), crate::Error::<Test>::NotOwner);
	});
}
