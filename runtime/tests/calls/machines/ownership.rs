//! A machine changes hands.

use super::{name, Error};
use crate::prelude::*;
use bpiiot_runtime::BPI;
use pallet_machines::Call;
use sp_runtime::TokenError;

pub fn rows() -> Vec<Row> {
	vec![offer_ownership(), accept_ownership()]
}

fn offer_ownership() -> Row {
	let offers = |machine, to: Option<&str>| Call::<Runtime>::offer_ownership {
		machine,
		to: to.map(account),
	};
	let to = move |who| move || offers(machine(), Some(who));
	Row::new(name("offer_ownership"), owner(), registered, to(BUYER))
		.on_a_machine(move |machine| offers(machine, None))
		.case(FrozenMachine, then(freeze))
		.case(OwnCounterparty, calling(to(OWNER)).fails(Error::AlreadyOwner))
		.case(OwnCounterparty, calling(to(KEY)).fails(Error::OwnerIsMachine))
		.case(
			OwnCounterparty,
			calling(|| Call::offer_ownership {
				machine: machine(),
				to: Some(machine().account()),
			})
			.fails(Error::OwnerIsMachine),
		)
		.moves_no_money()
		.never(&[FullList], FILLS_NO_LIST)
		.never(&[TooLate], "an offer stands until it is withdrawn")
}

fn accept_ownership() -> Row {
	let takes = |machine, at_least| Call::<Runtime>::accept_ownership { machine, at_least };
	let offered = || {
		registered();
		offer_to_buyer();
	};
	let may = only(BUYER, Error::NotOffered);
	Row::new(name("accept_ownership"), may, offered, move || takes(machine(), BPI))
		.on_a_machine(move |machine| takes(machine, 0))
		.case(
			WrongState,
			then(|| {
				act(
					OWNER,
					Call::offer_ownership {
						machine: machine(),
						to: None,
					},
				);
			})
			.fails(Error::NotOffered),
		)
		// The buyer has become a machine himself.
		.case(
			WrongState,
			then(|| {
				let to = Some(account(NEXT_KEY));
				act(OWNER, Call::offer_ownership { machine: machine(), to });
				act(CUSTOMER, register(NEXT_KEY, proof(this_chain(), CUSTOMER, NEXT_KEY, 0)));
			})
			.by(NEXT_KEY)
			.fails(Error::OwnerIsMachine),
		)
		.case(FrozenMachine, then(freeze))
		.case(Zero, calling(move || takes(machine(), 0)))
		.case(
			Maximum,
			calling(move || takes(machine(), MOST)).fails(Error::TooLittleMoney),
		)
		.case(OwnCounterparty, by(OWNER).fails(Error::NotOffered))
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(BUYER))).fails(TokenError::FundsUnavailable),
		)
		.never(&[Overflow], SUMS_NOTHING)
		.never(&ASSETS, "promises the native token only")
		.never(&[FullList], FILLS_NO_LIST)
		.never(&[TooLate], "an offer stands until it is withdrawn")
}
