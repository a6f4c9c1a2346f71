//! A machine's money, and the limits that its owner sets.

use super::{name, Error};
use crate::prelude::*;
use bpiiot_primitives::AssetKind;
use bpiiot_runtime::{Balance, BPI};
use pallet_machines::{Call, FeeAllowance};
use sp_runtime::{ArithmeticError, TokenError};

pub fn rows() -> Vec<Row> {
	vec![set_fee_allowance(), deposit(), withdraw(), set_spending_policy()]
}

fn set_fee_allowance() -> Row {
	let set = |machine, allowance| Call::<Runtime>::set_fee_allowance { machine, allowance };
	let allowing = move |amount, period| move || set(machine(), FeeAllowance { amount, period });
	Row::new(name("set_fee_allowance"), owner(), registered, allowing(2 * BPI, 0))
		.case(WrongState, calling(allowing(BPI, 0)).idly())
		.on_a_machine(move |machine| set(machine, allowance(1)))
		.case(Zero, calling(allowing(0, 0)))
		.case(Maximum, calling(allowing(MOST, 0)))
		.case(Maximum, calling(allowing(1, u64::MAX)).fails(Error::PeriodOutOfRange))
		.never(&[Overflow], SUMS_NOTHING)
		.never(&ASSETS, NAMES_NO_ASSET)
		.never(&[OwnCounterparty], ONE_PARTY)
		.never(&[FullList], FILLS_NO_LIST)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.never(&[TooLate], NO_DEADLINE)
}

fn deposit() -> Row {
	let give = |machine, asset, amount| Call::<Runtime>::deposit { machine, asset, amount };
	let amount = move |amount: fn() -> Balance| move || give(machine(), asset(), amount());
	// Keys may give too, if they have something.
	let rich = || {
		registered();
		root_acts(pallet_balances::Call::force_set_balance {
			who: account(KEY).into(),
			new_free: 10 * BPI,
		});
	};
	let row = Row::new(name("deposit"), anybody(CUSTOMER), rich, amount(coin)).in_all_money();
	row.on_a_machine(move |machine| give(machine, asset(), coin()))
		.case(Right, as_ever().leaves(|| machine_has(savings() + coin())))
		.case(Zero, calling(amount(|| 0)).fails(Error::ZeroAmount))
		.case(Maximum, calling(amount(|| MOST)).fails(ArithmeticError::Underflow))
		.case(
			UnlistedAsset,
			calling(move || give(machine(), AssetKind::Asset(EUROS), DOLLAR)),
		)
		.case(FrozenAsset, then(freeze_asset).fails(TokenError::Frozen))
		.case(BlockedPayee, then(block_machine).fails(TokenError::Blocked))
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(CUSTOMER))).fails(TokenError::FundsUnavailable),
		)
		.never(&[Overflow], "no account can have more than there is of an asset")
		.never(&[OwnCounterparty], "nothing is given in return")
		.never(&[FullList], FILLS_NO_LIST)
		.never(&[TooLate], NO_DEADLINE)
}

fn withdraw() -> Row {
	let take = |machine, asset, amount| Call::<Runtime>::withdraw { machine, asset, amount };
	let amount = move |amount: fn() -> Balance| move || take(machine(), asset(), amount());
	let euros = AssetKind::Asset(EUROS);
	Row::new(name("withdraw"), owner(), registered, amount(coin))
		.in_all_money()
		.case(Right, as_ever().leaves(|| machine_has(savings() - coin())))
		.case(Right, calling(amount(savings)).leaves(|| machine_has(0)))
		.case(
			WrongState,
			calling(move || take(NO_MACHINE, asset(), coin())).fails(Error::UnknownMachine),
		)
		// What is left in a machine that is gone is its owner's. He got the native token with its end.
		.case(WrongState, then(decommission).only_in(Money::Dollars))
		.case(
			WrongState,
			then(decommission).only_in(Money::Native).fails(Error::TooLittleMoney),
		)
		// A bond is not free.
		.case(
			WrongState,
			given(|| at(Stage::Accepted))
				.calling(amount(savings))
				.fails(Error::TooLittleMoney),
		)
		.case(Zero, calling(amount(|| 0)).fails(Error::ZeroAmount))
		.case(Maximum, calling(amount(|| MOST)).fails(Error::TooLittleMoney))
		.case(Maximum, calling(amount(|| savings() - 1)).fails(Error::LeavesDust))
		.case(
			UnlistedAsset,
			then(move || {
				act(
					CUSTOMER,
					Call::deposit {
						machine: machine(),
						asset: euros,
						amount: DOLLAR,
					},
				);
			})
			.calling(move || take(machine(), euros, DOLLAR)),
		)
		.case(FrozenAsset, then(freeze_asset).fails(Error::TooLittleMoney))
		.case(BlockedPayee, then(|| block(&account(OWNER))).fails(TokenError::Blocked))
		.never(&[Overflow], SUMS_NOTHING)
		.never(&[OwnCounterparty], "its money is the owner's")
		.never(&[FullList], FILLS_NO_LIST)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.never(&[TooLate], NO_DEADLINE)
}

fn set_spending_policy() -> Row {
	let set = |machine, policy| Call::<Runtime>::set_spending_policy { machine, policy };
	let cap = move |amount| move || set(machine(), Some(policy([ASSET], amount)));
	let of = move |assets: fn(u32) -> AssetKind| move || set(machine(), Some(policy((0..8).map(assets), DOLLAR)));
	Row::new(name("set_spending_policy"), owner(), registered, cap(DOLLAR))
		.on_a_machine(move |machine| set(machine, None))
		.case(FrozenMachine, then(freeze))
		.case(Zero, calling(cap(0)))
		.case(Maximum, calling(cap(MOST)))
		.case(
			Maximum,
			calling(move || {
				let mut policy = policy([ASSET], DOLLAR);
				policy.period = u64::MAX;
				set(machine(), Some(policy))
			})
			.fails(Error::PeriodOutOfRange),
		)
		// What is spent against a cap is listed where it is spent.
		.case(
			UnlistedAsset,
			calling(move || set(machine(), Some(policy([AssetKind::Asset(EUROS)], DOLLAR)))),
		)
		.case(FullList, calling(of(AssetKind::Asset)))
		.case(FullList, calling(of(|_| ASSET)).fails(Error::NamedTwice))
		.never(&[Overflow], "what is spent is summed up where it is spent")
		.never(&[FrozenAsset, BlockedPayee], "moves nothing")
		.never(&[OwnCounterparty], ONE_PARTY)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.never(&[TooLate], NO_DEADLINE)
		.case(Right, then(|| allow(DOLLAR)).calling(move || set(machine(), None)))
		.case(
			WrongState,
			then(move || act(OWNER, set(machine(), None)))
				.calling(move || set(machine(), None))
				.idly(),
		)
}
