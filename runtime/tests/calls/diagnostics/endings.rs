//! What silence does, and the end of a record.

use super::{name, Error, EscrowError, NO_ORDER};
use crate::{chain::pass, prelude::*};
use bpiiot_runtime::Balance;
use pallet_diagnostics::Call;

pub fn rows() -> Vec<Row> {
	vec![expire(), remove_order()]
}

fn price_and_bonus() -> Balance {
	whole_price() + bonus()
}

fn expire() -> Row {
	let expires = |order| Call::<Runtime>::expire { order };
	let due = || {
		repaired(Repair::Assigned);
		pass(WINDOW + 1);
	};
	let row = Row::new(name("expire"), anybody(STRANGER), due, move || expires(repair()))
		.case(
			WrongState,
			calling(move || expires(NO_ORDER)).fails(Error::UnknownOrder),
		)
		.case(
			WrongState,
			given(|| repaired(Repair::Disputed)).fails(Error::WrongState),
		)
		.case(WrongState, given(|| repaired(Repair::Done)).fails(Error::WrongState))
		.case(
			WrongState,
			then(|| root_acts(pallet_escrow::Call::pause {})).fails(EscrowError::AgreementsPaused),
		)
		.with_a_frozen_machine_too()
		.never(&AMOUNTS, NO_AMOUNT)
		// He has not come: his bond is the machine's.
		.pays([
			(Party::Machine, Party::Machine, price_and_bonus),
			(Party::Machine, Party::Customer, care_bond),
			(Party::Chain, Party::Machine, purchase_fee),
		])
		// He was named, and has not agreed.
		.pays_when(
			|| given(|| repaired(Repair::Named)).then(later(WINDOW + 1)),
			[
				(Party::Machine, Party::Machine, price_and_bonus),
				(Party::Chain, Party::Machine, purchase_fee),
			],
		)
		// Nobody has shown a reading: he is paid.
		.pays_when(
			|| given(|| repaired(Repair::Declared)).then(later(WORK + 1)),
			[(Party::Customer, Party::Machine, || price_and_bonus() - retained())],
		)
		// The fault has not come back: he has the rest.
		.pays_when(
			|| given(|| repaired(Repair::Verified)).then(later(WORK + 1)),
			[
				(Party::Customer, Party::Machine, retained),
				(Party::Customer, Party::Customer, care_bond),
				(Party::Chain, Party::Machine, purchase_fee),
			],
		)
		.case(OwnCounterparty, then(|| sell(CUSTOMER)))
		.of_an_open_repair();
	// Each stage has its own deadline, and until that has passed nobody ends it.
	[
		(Repair::Named, WINDOW),
		(Repair::Assigned, WINDOW),
		(Repair::Begun, WORK),
		(Repair::Declared, WORK),
		(Repair::Failed, WINDOW),
		(Repair::Verified, WORK),
		(Repair::Returned, WINDOW),
	]
	.into_iter()
	.fold(row, |row, (stage, millis)| {
		row.case(
			TooLate,
			given(move || repaired(stage))
				.then(later(millis))
				.fails(Error::NotExpired),
		)
		.case(TooLate, given(move || repaired(stage)).then(later(millis + 1)))
	})
}

fn remove_order() -> Row {
	let removes = |order| Call::<Runtime>::remove_order { order };
	let may = actor(OWNER, Error::NotTheOwner);
	Row::new(
		name("remove_order"),
		may,
		|| repaired(Repair::Done),
		move || removes(repair()),
	)
	.at_repairs(&[Repair::Done], Error::NotSettled, removes)
	.of_the_machines_side()
	.case(Stranger, by(CUSTOMER).fails(Error::NotTheOwner))
	.case(
		WrongState,
		then(move || act(OWNER, removes(repair())))
			.calling(move || removes(NO_ORDER))
			.fails(Error::UnknownOrder),
	)
	.with_a_frozen_machine_too()
	.never(&AMOUNTS, NO_AMOUNT)
	.pays([(Party::Machine, Party::Machine, care_deposit)])
	.of_whoever_owns_it()
	.of_an_open_repair()
	.at_any_time(WORK)
}
