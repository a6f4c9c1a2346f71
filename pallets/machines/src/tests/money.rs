//! What goes into a machine's account and comes out of it, in each asset.

use super::signed;
use crate::{mock::*, Call, Error, Event, HoldReason};
use bpiiot_primitives::{AssetKind, MachineId};
use frame_support::{
	assert_noop, assert_ok,
	traits::{
		fungible::{Inspect, MutateHold},
		fungibles::{Inspect as _, MutateHold as _},
	},
};
use sp_runtime::{ArithmeticError, DispatchError, DispatchResult, TokenError};

const UNKNOWN_ASSET: AssetKind = AssetKind::Asset(9);

fn deposit(who: AccountId, machine: MachineId, asset: AssetKind, amount: Balance) -> DispatchResult {
	signed(&who, Call::deposit { machine, asset, amount })
}

fn withdraw(who: AccountId, machine: MachineId, asset: AssetKind, amount: Balance) -> DispatchResult {
	signed(&who, Call::withdraw { machine, asset, amount })
}

/// A machine with this much of an asset in its account, and nothing else.
fn with_money(asset: AssetKind, amount: Balance) -> MachineId {
	let machine = registered(1);
	assert_ok!(deposit(stranger(), machine, asset, amount));
	machine
}

fn balance(asset: AssetKind, who: &AccountId) -> Balance {
	Fungibles::balance(asset, who)
}

/// Puts something of a machine's on hold, as a bond: the reason does not matter here.
fn hold(asset: AssetKind, machine: &MachineId, amount: Balance) {
	let (reason, account) = (HoldReason::MachineDeposit.into(), machine.account());
	assert_ok!(match asset {
		AssetKind::Native => Balances::hold(&reason, &account, amount),
		AssetKind::Asset(id) => AssetsHolder::hold(id, &reason, &account, amount),
	});
}

/// Runs a test in a world of its own for each asset, and tells which one it was if it fails.
fn in_each_asset(test: impl Fn(AssetKind, Balance)) {
	for (asset, minimum) in ASSETS {
		ExtBuilder::default().build_and_execute(|| {
			println!("in {asset:?}");
			test(asset, minimum);
		});
	}
}

#[test]
fn anyone_deposits() {
	in_each_asset(|asset, minimum| {
		let machine = with_money(asset, minimum);
		assert_ok!(deposit(stranger(), machine, asset, 1));

		assert_eq!(balance(asset, &machine.account()), minimum + 1);
		assert_eq!(balance(asset, &stranger()), ENDOWMENT - minimum - 1);
		System::assert_last_event(
			Event::Deposited {
				machine,
				from: stranger(),
				asset,
				amount: 1,
			}
			.into(),
		);
	});
}

#[test]
fn a_key_deposits_only_what_is_its_own() {
	for (asset, minimum) in ASSETS {
		let world = ExtBuilder::default().balance(key(1), 1_000).dollars(key(1), 1_000);
		world.build_and_execute(|| {
			let machine = with_money(asset, 5_000);
			let other = registered(2);

			// What the key's account had before it was a key, and not the machine's money.
			let own = 1_000 - minimum;
			assert_ok!(deposit(key(1), other, asset, own));
			assert!(deposit(key(1), other, asset, own).is_err());
			let after = [machine, other].map(|machine| balance(asset, &machine.account()));
			assert_eq!(after, [5_000, own], "in {asset:?}");
		});
	}
}

#[test]
fn refuses_deposits_that_cannot_be() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = registered(1);
		let gone = decommissioned(2);
		let unknown = MachineId([0; 32]);
		let short: [DispatchError; 2] = [TokenError::FundsUnavailable.into(), ArithmeticError::Underflow.into()];
		for ((asset, minimum), short) in ASSETS.into_iter().zip(short) {
			let cases: [(&str, MachineId, Balance, DispatchError); 7] = [
				(
					"more than there is",
					machine,
					Balance::MAX,
					ArithmeticError::Underflow.into(),
				),
				("nothing", machine, 0, Error::<Test>::ZeroAmount.into()),
				(
					"no such machine",
					unknown,
					minimum,
					Error::<Test>::UnknownMachine.into(),
				),
				(
					"decommissioned",
					gone,
					minimum,
					Error::<Test>::MachineDecommissioned.into(),
				),
				(
					"too little to make an account",
					machine,
					minimum - 1,
					TokenError::BelowMinimum.into(),
				),
				("more than he has", machine, ENDOWMENT + 1, short),
				("all that he has", machine, ENDOWMENT, TokenError::NotExpendable.into()),
			];
			for (case, machine, amount, error) in cases {
				assert_eq!(
					deposit(stranger(), machine, asset, amount),
					Err(error),
					"{case} in {asset:?}"
				);
			}
		}
		assert_eq!(
			deposit(stranger(), machine, UNKNOWN_ASSET, 100),
			Err(TokenError::UnknownAsset.into())
		);
	});
}

#[test]
fn the_owner_withdraws_a_part_or_everything() {
	in_each_asset(|asset, minimum| {
		let machine = with_money(asset, 1_000);
		let before = balance(asset, &owner());

		assert_ok!(withdraw(owner(), machine, asset, 1_000 - minimum));
		assert_eq!(balance(asset, &machine.account()), minimum);
		assert_ok!(withdraw(owner(), machine, asset, minimum));
		assert!(!System::account_exists(&machine.account()));
		assert_eq!(balance(asset, &owner()), before + 1_000);
		System::assert_last_event(
			Event::Withdrawn {
				machine,
				owner: owner(),
				asset,
				amount: minimum,
			}
			.into(),
		);
	});
}

#[test]
fn leaves_no_dust_behind() {
	in_each_asset(|asset, minimum| {
		let machine = with_money(asset, 1_000);
		let issuance = Fungibles::total_issuance(asset);

		for amount in [1_000 - minimum + 1, 999] {
			assert_noop!(withdraw(owner(), machine, asset, amount), Error::<Test>::LeavesDust);
		}
		assert_ok!(withdraw(owner(), machine, asset, 1_000));
		assert_eq!(Fungibles::total_issuance(asset), issuance);
	});
}

#[test]
fn refuses_withdrawals_that_cannot_be() {
	in_each_asset(|asset, _| {
		let machine = with_money(asset, 1_000);
		let unknown = MachineId([0; 32]);
		let other = if asset == NATIVE { DOLLAR } else { NATIVE };
		let too_little = || Error::<Test>::TooLittleMoney;
		let cases = [
			("nothing", owner(), machine, asset, 0, Error::<Test>::ZeroAmount),
			(
				"no such machine",
				owner(),
				unknown,
				asset,
				1,
				Error::<Test>::UnknownMachine,
			),
			("a stranger", stranger(), machine, asset, 1, Error::<Test>::NotOwner),
			("its key", key(1), machine, asset, 1, Error::<Test>::NotOwner),
			("more than there is", owner(), machine, asset, 1_001, too_little()),
			("as much as can be", owner(), machine, asset, Balance::MAX, too_little()),
			("of what it has not", owner(), machine, other, 1, too_little()),
			("of what there is not", owner(), machine, UNKNOWN_ASSET, 1, too_little()),
		];
		for (case, who, machine, of, amount, error) in cases {
			assert_eq!(
				withdraw(who, machine, of, amount),
				Err(error.into()),
				"{case} in {asset:?}"
			);
		}
	});
}

#[test]
fn what_is_on_hold_stays() {
	in_each_asset(|asset, minimum| {
		// GIVEN a machine that has posted a bond.
		let machine = with_money(asset, 1_000);
		hold(asset, &machine, 600);

		// WHEN its owner takes what is free, which leaves the minimum balance because of the hold.
		let free = 400 - minimum;
		for too_much in [400, free + 1] {
			assert_noop!(
				withdraw(owner(), machine, asset, too_much),
				Error::<Test>::TooLittleMoney
			);
		}
		assert_ok!(withdraw(owner(), machine, asset, free));

		// THEN the bond is still there.
		let all = match asset {
			AssetKind::Native => Balances::total_balance(&machine.account()),
			AssetKind::Asset(id) => AssetsHolder::total_balance(id, &machine.account()),
		};
		assert_eq!(all, 600 + minimum);
	});
}

#[test]
fn what_an_assets_owner_has_frozen_stays_until_he_thaws_it() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = with_money(DOLLAR, 1_000);
		let (by, account) = (RuntimeOrigin::signed(issuer()), machine.account::<AccountId>());
		assert_ok!(Assets::freeze(by.clone(), DOLLAR_ID, account.clone()));
		assert_noop!(withdraw(owner(), machine, DOLLAR, 100), Error::<Test>::TooLittleMoney);
		assert_ok!(Assets::block(by.clone(), DOLLAR_ID, account.clone()));
		assert!(deposit(stranger(), machine, DOLLAR, 100).is_err());
		assert_ok!(Assets::thaw(by.clone(), DOLLAR_ID, account));

		// Nor does anything go to a blocked owner.
		assert_ok!(withdraw(owner(), machine, DOLLAR, 100));
		assert_ok!(Assets::block(by.clone(), DOLLAR_ID, owner()));
		assert!(withdraw(owner(), machine, DOLLAR, 100).is_err());
		assert_ok!(Assets::thaw(by, DOLLAR_ID, owner()));
		assert_ok!(withdraw(owner(), machine, DOLLAR, 900));
	});
}

#[test]
fn an_asset_that_keeps_nobody_alive_needs_a_native_account() {
	ExtBuilder::default().build_and_execute(|| {
		const COUPON_ID: u32 = 2;
		const COUPON: AssetKind = AssetKind::Asset(COUPON_ID);
		assert_ok!(Assets::force_create(
			RuntimeOrigin::root(),
			COUPON_ID,
			issuer(),
			false,
			1
		));
		assert_ok!(Assets::mint(
			RuntimeOrigin::signed(issuer()),
			COUPON_ID,
			stranger(),
			100
		));
		let machine = registered(1);
		assert_noop!(deposit(stranger(), machine, COUPON, 10), TokenError::CannotCreate);
		assert_ok!(deposit(stranger(), machine, NATIVE, ED));
		assert_ok!(deposit(stranger(), machine, COUPON, 10));

		// The native currency cannot all go before the coupons.
		assert_noop!(withdraw(owner(), machine, NATIVE, ED), Error::<Test>::TooLittleMoney);
		assert_ok!(withdraw(owner(), machine, COUPON, 10));
		assert_ok!(withdraw(owner(), machine, NATIVE, ED));
		assert!(!System::account_exists(&machine.account()));
	});
}

#[test]
fn the_native_currency_and_the_assets_of_a_machine_are_apart() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = with_money(NATIVE, 1_000);
		assert_ok!(deposit(stranger(), machine, DOLLAR, 500));
		assert_ok!(withdraw(owner(), machine, NATIVE, 1_000));
		assert_eq!(balance(DOLLAR, &machine.account()), 500);
		assert!(System::account_exists(&machine.account()), "the dollars keep it alive");
		assert_ok!(withdraw(owner(), machine, DOLLAR, 500));
		assert!(!System::account_exists(&machine.account()));
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

		assert_noop!(withdraw(owner(), machine, NATIVE, ED - 1), TokenError::BelowMinimum);
		assert_ok!(withdraw(owner(), machine, NATIVE, 2 * ED));
		assert_eq!(Balances::balance(&owner()), 2 * ED);
	});
}
