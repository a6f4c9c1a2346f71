//! The end of a machine.

use super::signed;
use crate::{mock::*, Call, Error, Event, Fees, HoldReason, KeyRecord, Keys, MachineStatus, Spending};
use bpiiot_primitives::{Actors, MachineId, SpendPurpose};
use frame_support::{
	assert_noop, assert_ok,
	traits::fungible::{Inspect, InspectHold, MutateHold},
};
use sp_runtime::traits::Dispatchable;

fn held() -> Balance {
	Balances::balance_on_hold(&HoldReason::MachineDeposit.into(), &owner())
}

#[test]
fn gives_back_the_deposit_and_the_money_and_retires_the_key() {
	ExtBuilder::default().build_and_execute(|| {
		// GIVEN two machines, one of which has earned.
		let (machine, other) = (registered(1), registered(2));
		assert_ok!(signed(
			&stranger(),
			Call::deposit {
				machine,
				asset: NATIVE,
				amount: 1_234
			}
		));
		let before = Balances::balance(&owner());

		// WHEN the earner goes.
		assert_ok!(signed(&owner(), Call::decommission { machine }));

		// THEN its deposit and money are the owner's, and the other's deposit stays.
		assert_eq!(Balances::balance(&owner()), before + DEPOSIT + 1_234);
		assert_eq!(held(), DEPOSIT);
		assert!(!System::account_exists(&machine.account()));
		// AND its key is retired for ever, with its account and nonce.
		assert_eq!(Keys::<Test>::get(key(1)), Some(KeyRecord { machine, live: false }));
		assert_eq!(System::sufficients(&key(1)), 1);
		assert_eq!(Fees::<Test>::get(machine), None);
		// AND its record stays.
		let stored = record(&machine);
		assert_eq!((stored.status, stored.deposit), (MachineStatus::Decommissioned, 0));
		assert_eq!((stored.owner, stored.key, stored.profile), (owner(), key(1), profile()));
		let (deposit, paid_out) = (DEPOSIT, 1_234);
		System::assert_last_event(
			Event::Decommissioned {
				machine,
				owner: owner(),
				key: key(1),
				deposit,
				paid_out,
			}
			.into(),
		);
		assert_eq!(Machines::ensure_in_service(&other), Ok(owner()));
	});
}

#[test]
fn gives_back_the_deposit_that_was_paid() {
	ExtBuilder::default().build_and_execute(|| {
		// GIVEN a machine of the time when the deposit was lower.
		let machine = registered(1);
		let old = DEPOSIT / 2;
		crate::Machines::<Test>::mutate_extant(machine, |stored| stored.deposit = old);
		let reason = HoldReason::MachineDeposit.into();
		assert_ok!(Balances::release(
			&reason,
			&owner(),
			DEPOSIT - old,
			frame_support::traits::tokens::Precision::Exact
		));

		assert_ok!(signed(&owner(), Call::decommission { machine }));
		assert_eq!(held(), 0);
	});
}

#[test]
fn is_refused_while_work_is_open() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);

		Busy::set(vec![machine]);
		assert_noop!(
			signed(&owner(), Call::decommission { machine }),
			Error::<Test>::WorkOpen
		);
		Busy::set(vec![]);
		assert_ok!(signed(&owner(), Call::decommission { machine }));
	});
}

#[test]
fn is_the_end_of_all_calls_but_withdraw() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = decommissioned(1);

		for call in [
			Call::set_profile {
				machine,
				profile: profile(),
			},
			Call::set_fee_allowance {
				machine,
				allowance: once(1),
			},
			Call::set_service {
				machine,
				in_service: true,
			},
			Call::deposit {
				machine,
				asset: NATIVE,
				amount: ED,
			},
			Call::decommission { machine },
			Call::rotate_key {
				machine,
				new_key: key(9),
				proof: rotation_proof(&machine, 9),
			},
			Call::rotate_encryption_key { machine, key: [1; 32] },
			Call::freeze { machine },
			Call::unfreeze { machine },
			Call::offer_ownership {
				machine,
				to: Some(stranger()),
			},
			Call::accept_ownership { machine, at_least: 0 },
			Call::set_spending_policy { machine, policy: None },
		] {
			assert_noop!(signed(&owner(), call), Error::<Test>::MachineDecommissioned);
		}
	});
}

#[test]
fn ends_freeze_offer_and_policy() {
	ExtBuilder::default().build_and_execute(|| {
		// GIVEN a machine that is frozen, offered to somebody, and may spend.
		let machine = registered(1);
		let to = Some(stranger());
		let policy = Some(policy(SpendPurpose::Purchase, 1_000));
		assert_ok!(signed(&owner(), Call::offer_ownership { machine, to }));
		assert_ok!(signed(&owner(), Call::set_spending_policy { machine, policy }));
		assert_ok!(signed(&owner(), Call::freeze { machine }));

		// WHEN it goes, which is refused as long as it has work.
		Busy::set(vec![machine]);
		assert_noop!(
			signed(&owner(), Call::decommission { machine }),
			Error::<Test>::WorkOpen
		);
		Busy::set(vec![]);
		assert_ok!(signed(&owner(), Call::decommission { machine }));

		// THEN nothing of that is left, and nobody takes it over.
		let stored = record(&machine);
		assert_eq!((stored.offered_to, stored.frozen), (None, false));
		assert!(!Spending::<Test>::contains_key(machine));
		assert_eq!(held(), 0);
		assert_noop!(
			signed(&stranger(), Call::accept_ownership { machine, at_least: 0 }),
			Error::<Test>::MachineDecommissioned
		);
	});
}

#[test]
fn retires_the_key_of_now_and_leaves_the_older_ones_retired() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);
		let new = rotated(&machine, 9);
		assert_ok!(signed(&owner(), Call::decommission { machine }));

		for old in [key(1), new] {
			assert_eq!(Keys::<Test>::get(&old), Some(KeyRecord { machine, live: false }));
			assert_eq!(
				Machines::ensure_actor(RuntimeOrigin::signed(old)),
				Err(Error::<Test>::MachineDecommissioned.into())
			);
		}
	});
}

#[test]
fn money_that_arrives_later_is_withdrawn() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = decommissioned(1);
		let late = pallet_balances::Call::transfer_allow_death {
			dest: machine.account(),
			value: 777,
		};
		assert_ok!(RuntimeCall::from(late).dispatch(RuntimeOrigin::signed(stranger())));
		let before = Balances::balance(&owner());

		assert_ok!(signed(
			&owner(),
			Call::withdraw {
				machine,
				asset: NATIVE,
				amount: 777
			}
		));
		assert_eq!(Balances::balance(&owner()), before + 777);
	});
}

#[test]
fn leaves_assets_to_be_withdrawn_later() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);
		for (asset, _) in ASSETS {
			let amount = 1_000;
			assert_ok!(signed(&stranger(), Call::deposit { machine, asset, amount }));
		}
		assert_ok!(signed(&owner(), Call::decommission { machine }));
		assert_eq!(Balances::total_balance(&machine.account()), 0);
		assert_eq!(Assets::balance(DOLLAR_ID, machine.account::<AccountId>()), 1_000);

		let withdraw = Call::withdraw {
			machine,
			asset: DOLLAR,
			amount: 1_000,
		};
		assert_noop!(signed(&stranger(), withdraw.clone()), Error::<Test>::NotOwner);
		assert_ok!(signed(&owner(), withdraw));
		assert_eq!(Assets::balance(DOLLAR_ID, owner()), 1_000);
		assert!(!System::account_exists(&machine.account()));
	});
}

#[test]
fn leaves_what_is_on_hold_to_whoever_holds_it() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);
		let account: AccountId = machine.account();
		let reason = HoldReason::MachineDeposit.into();
		assert_ok!(signed(
			&stranger(),
			Call::deposit {
				machine,
				asset: NATIVE,
				amount: 1_000
			}
		));
		assert_ok!(Balances::hold(&reason, &account, 300));

		// The minimum balance stays with the hold, and both come when it ends.
		assert_ok!(signed(&owner(), Call::decommission { machine }));
		assert_eq!(Balances::total_balance(&account), 300 + ED);
		assert_ok!(Balances::release(
			&reason,
			&account,
			300,
			frame_support::traits::tokens::Precision::Exact
		));
		assert_ok!(signed(
			&owner(),
			Call::withdraw {
				machine,
				asset: NATIVE,
				amount: 300 + ED
			}
		));
	});
}

#[test]
fn names_the_unknown_machine_and_the_wrong_owner() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);
		let unknown = MachineId([0; 32]);

		assert_noop!(
			signed(&owner(), Call::decommission { machine: unknown }),
			Error::<Test>::UnknownMachine
		);
		assert_noop!(
			signed(&stranger(), Call::decommission { machine }),
			Error::<Test>::NotOwner
		);
		assert_noop!(signed(&key(1), Call::decommission { machine }), Error::<Test>::NotOwner);
	});
}
