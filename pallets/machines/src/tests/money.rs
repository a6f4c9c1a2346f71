//! What goes into a machine's account and comes out of it.

use super::signed;
use crate::{mock::*, Call, Error, Event, HoldReason};
use bpiiot_primitives::MachineId;
use frame_support::{
	assert_noop, assert_ok,
	traits::fungible::{Inspect, MutateHold},
};
use sp_runtime::TokenError;

/// A machine with this much in its account.
fn with_money(amount: Balance) -> MachineId {
	let machine = registered(1);
	assert_ok!(signed(&stranger(), Call::deposit { machine, amount }));
	machine
}

fn balance(machine: &MachineId) -> Balance {
	Balances::balance(&machine.account())
}

#[test]
fn anyone_deposits() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = with_money(ED);
		assert_ok!(signed(&owner(), Call::deposit { machine, amount: 1 }));

		assert_eq!(balance(&machine), ED + 1);
		assert_eq!(Balances::balance(&stranger()), ENDOWMENT - ED);
		System::assert_last_event(
			Event::Deposited {
				machine,
				from: owner(),
				amount: 1,
			}
			.into(),
		);
	});
}

#[test]
fn a_key_deposits_only_what_is_its_own() {
	ExtBuilder::default().balance(key(1), 1_000).build_and_execute(|| {
		let machine = with_money(5_000);
		let other = registered(2);

		// What the key's account had before it was a key, and not the machine's money.
		assert_ok!(signed(
			&key(1),
			Call::deposit {
				machine: other,
				amount: 900
			}
		));
		assert_noop!(
			signed(
				&key(1),
				Call::deposit {
					machine: other,
					amount: 900
				}
			),
			TokenError::FundsUnavailable
		);
		assert_eq!((balance(&machine), balance(&other)), (5_000, 900));
	});
}

#[test]
fn refuses_deposits_that_cannot_be() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);
		let gone = decommissioned(2);
		let unknown = MachineId([0; 32]);
		let cases: [(&str, MachineId, Balance, sp_runtime::DispatchError); 7] = [
			(
				"more than there is",
				machine,
				Balance::MAX,
				sp_runtime::ArithmeticError::Underflow.into(),
			),
			("nothing", machine, 0, Error::<Test>::ZeroAmount.into()),
			("no such machine", unknown, ED, Error::<Test>::UnknownMachine.into()),
			("decommissioned", gone, ED, Error::<Test>::MachineDecommissioned.into()),
			(
				"too little to make an account",
				machine,
				ED - 1,
				TokenError::BelowMinimum.into(),
			),
			(
				"more than he has",
				machine,
				ENDOWMENT + 1,
				TokenError::FundsUnavailable.into(),
			),
			("all that he has", machine, ENDOWMENT, TokenError::NotExpendable.into()),
		];
		for (case, machine, amount, error) in cases {
			assert_eq!(
				signed(&stranger(), Call::deposit { machine, amount }),
				Err(error),
				"{case}"
			);
		}
	});
}

#[test]
fn the_owner_withdraws_a_part_or_everything() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = with_money(1_000);
		let before = Balances::balance(&owner());

		assert_ok!(signed(
			&owner(),
			Call::withdraw {
				machine,
				amount: 1_000 - ED
			}
		));
		assert_eq!(balance(&machine), ED);
		assert_ok!(signed(&owner(), Call::withdraw { machine, amount: ED }));
		assert!(!System::account_exists(&machine.account()));
		assert_eq!(Balances::balance(&owner()), before + 1_000);
		System::assert_last_event(
			Event::Withdrawn {
				machine,
				owner: owner(),
				amount: ED,
			}
			.into(),
		);
	});
}

#[test]
fn leaves_no_dust_behind() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = with_money(1_000);
		let issuance = Balances::total_issuance();

		for amount in [1_000 - ED + 1, 999] {
			assert_noop!(
				signed(&owner(), Call::withdraw { machine, amount }),
				Error::<Test>::LeavesDust
			);
		}
		assert_ok!(signed(&owner(), Call::withdraw { machine, amount: 1_000 }));
		assert_eq!(Balances::total_issuance(), issuance);
	});
}

#[test]
fn refuses_withdrawals_that_cannot_be() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = with_money(1_000);
		let unknown = MachineId([0; 32]);
		let cases: [(&str, AccountId, MachineId, Balance, sp_runtime::DispatchError); 6] = [
			("nothing", owner(), machine, 0, Error::<Test>::ZeroAmount.into()),
			(
				"no such machine",
				owner(),
				unknown,
				1,
				Error::<Test>::UnknownMachine.into(),
			),
			("a stranger", stranger(), machine, 1, Error::<Test>::NotOwner.into()),
			("its key", key(1), machine, 1, Error::<Test>::NotOwner.into()),
			(
				"more than there is",
				owner(),
				machine,
				1_001,
				Error::<Test>::TooLittleMoney.into(),
			),
			(
				"as much as can be",
				owner(),
				machine,
				Balance::MAX,
				Error::<Test>::TooLittleMoney.into(),
			),
		];
		for (case, who, machine, amount, error) in cases {
			assert_eq!(signed(&who, Call::withdraw { machine, amount }), Err(error), "{case}");
		}
	});
}

#[test]
fn what_is_on_hold_stays() {
	ExtBuilder::default().build_and_execute(|| {
		// GIVEN a machine that has posted a bond: the reason does not matter here.
		let machine = with_money(1_000);
		assert_ok!(Balances::hold(
			&HoldReason::MachineDeposit.into(),
			&machine.account(),
			600
		));

		// WHEN its owner takes what is free, which leaves the minimum balance because of the hold.
		assert_noop!(
			signed(&owner(), Call::withdraw { machine, amount: 400 }),
			Error::<Test>::TooLittleMoney
		);
		assert_ok!(signed(
			&owner(),
			Call::withdraw {
				machine,
				amount: 400 - ED
			}
		));

		// THEN the bond is still there.
		assert_eq!(Balances::total_balance(&machine.account()), 600 + ED);
	});
}

#[test]
fn an_owner_whose_account_is_gone_needs_the_minimum_to_come_back() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = decommissioned(1);
		let all = pallet_balances::Call::transfer_all {
			dest: stranger(),
			keep_alive: false,
		};
		assert_ok!(sp_runtime::traits::Dispatchable::dispatch(
			RuntimeCall::from(all),
			RuntimeOrigin::signed(owner())
		));
		let late = pallet_balances::Call::transfer_allow_death {
			dest: machine.account(),
			value: 2 * ED,
		};
		assert_ok!(sp_runtime::traits::Dispatchable::dispatch(
			RuntimeCall::from(late),
			RuntimeOrigin::signed(stranger())
		));

		assert_noop!(
			signed(
				&owner(),
				Call::withdraw {
					machine,
					amount: ED - 1
				}
			),
			TokenError::BelowMinimum
		);
		assert_ok!(signed(
			&owner(),
			Call::withdraw {
				machine,
				amount: 2 * ED
			}
		));
		assert_eq!(Balances::balance(&owner()), 2 * ED);
	});
}
