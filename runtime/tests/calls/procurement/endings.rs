//! Ways out of an order, and its record's end.

use super::{name, Error, EscrowError, NO_ORDER, WAS_A_NUMBER};
use crate::{chain::pass, prelude::*};
use bpiiot_runtime::Balance;
use pallet_procurement::Call;
use sp_runtime::Permill;

pub fn rows() -> Vec<Row> {
	vec![cancel(), expire(), remove()]
}

/// What the buyer owes when he calls all of it off.
fn call_off_fee() -> Balance {
	CALL_OFF_FEE * whole_price()
}

fn cancel() -> Row {
	let cancels = |order| Call::<Runtime>::cancel {
		order,
		reason: Default::default(),
	};
	let given_up: [Payment; 3] = [
		(Party::Customer, Party::Customer, whole_price),
		(Party::Customer, Party::Machine, goods_bond),
		(Party::Chain, Party::Customer, purchase_fee),
	];
	let may = actor(CUSTOMER, Error::NotAParty);
	let row = Row::new(name("cancel"), may, || bought(Leg::Placed), call_off)
		.at_legs(&[Leg::Placed], Error::WrongState, cancels)
		.with_a_frozen_machine_too()
		.of_a_buying_machine_too(Leg::Placed, Error::NotAParty)
		// The supplier gives up what he has promised.
		.case(Right, by(OWNER))
		.case(Right, by(KEY))
		.case(
			WrongState,
			given(|| bought(Leg::Arrived)).by(OWNER).fails(Error::WrongState),
		)
		// A part was accepted: the rest may still be called off.
		.case(
			Right,
			then(|| act(OWNER, deliver_goods(1))).then(|| act(CUSTOMER, confirm(1))),
		)
		// All of the price, and none of it.
		.case(
			Maximum,
			given(|| bought_with(Leg::Placed, |goods| goods.conditions.cancellation_fee = Permill::one()))
				.leaves(|| machine_has(savings() + whole_price())),
		)
		.case(
			Zero,
			given(|| bought_with(Leg::Placed, |goods| goods.conditions.cancellation_fee = Permill::zero()))
				.leaves(|| machine_has(savings())),
		)
		.never(&[Overflow], WAS_A_NUMBER);
	row.pays([
		(Party::Machine, Party::Customer, call_off_fee),
		(Party::Customer, Party::Customer, || whole_price() - call_off_fee()),
		(Party::Machine, Party::Machine, goods_bond),
		(Party::Chain, Party::Customer, purchase_fee),
	])
	.pays_when(|| by(OWNER), given_up)
	// Who has both sides gives up, and the machine's bond is his.
	.of_the_machines_buyer_too(|| savings() - goods_bond())
	.of_open_order()
	// The buyer has agreed to wait that much longer, for a lower price.
	.in_time(DELIVERY, Error::TooLate)
	.case(TooLate, then(later(DUE)).by(OWNER))
	.case(TooLate, then(later(DUE + 1)).by(OWNER).fails(Error::TooLate))
}

fn expire() -> Row {
	let expires = |order| Call::<Runtime>::expire { order };
	let due = || {
		bought(Leg::Placed);
		pass(DUE + 1);
	};
	let row = Row::new(name("expire"), anybody(STRANGER), due, move || expires(purchase()))
		.case(
			WrongState,
			calling(move || expires(NO_ORDER)).fails(Error::UnknownOrder),
		)
		.case(WrongState, given(|| bought(Leg::Contested)).fails(Error::WrongState))
		.case(WrongState, given(|| bought(Leg::Argued)).fails(Error::WrongState))
		.case(WrongState, given(|| bought(Leg::Paid)).fails(Error::WrongState))
		.case(
			WrongState,
			then(|| root_acts(pallet_escrow::Call::pause {})).fails(EscrowError::AgreementsPaused),
		)
		.with_a_frozen_machine_too()
		.never(&AMOUNTS, NO_AMOUNT)
		// It never came: the buyer has the bond as well, though the machine is his by now.
		.pays([
			(Party::Customer, Party::Customer, whole_price),
			(Party::Customer, Party::Machine, goods_bond),
			(Party::Chain, Party::Customer, purchase_fee),
		])
		.of_the_machines_buyer_too(|| savings() - goods_bond())
		// Nobody has looked: the supplier is paid.
		.pays_when(
			|| given(|| bought(Leg::Arrived)).then(later(WINDOW + 1)),
			[
				(Party::Machine, Party::Customer, whole_price),
				(Party::Machine, Party::Machine, goods_bond),
				(Party::Chain, Party::Customer, purchase_fee),
			],
		)
		.of_open_order();
	// Each stage has its own deadline, and until that has passed nobody ends it.
	[(Leg::Placed, DUE), (Leg::Arrived, WINDOW), (Leg::Refused, WINDOW)]
		.into_iter()
		.fold(row, |row, (leg, millis)| {
			row.case(
				TooLate,
				given(move || bought(leg)).then(later(millis)).fails(Error::NotExpired),
			)
			.case(TooLate, given(move || bought(leg)).then(later(millis + 1)))
		})
}

fn remove() -> Row {
	let removes = |order| Call::<Runtime>::remove { order };
	let may = actor(CUSTOMER, Error::NotTheBuyer);
	Row::new(name("remove"), may, || bought(Leg::Paid), move || removes(purchase()))
		.at_legs(&[Leg::Paid], Error::NotSettled, removes)
		.with_a_frozen_machine_too()
		.of_a_buying_machine_too(Leg::Paid, Error::NotTheBuyer)
		.case(
			WrongState,
			then(move || act(CUSTOMER, removes(purchase())))
				.calling(move || removes(NO_ORDER))
				.fails(Error::UnknownOrder),
		)
		.pays([(Party::Customer, Party::Customer, purchase_deposit)])
		.of_the_machines_buyer_too(|| savings() + whole_price())
		.never(&AMOUNTS, NO_AMOUNT)
		.of_open_order()
		.at_any_time(DELIVERY)
		.case(Stranger, by(OWNER).fails(Error::NotTheBuyer))
		.case(Right, then(|| impoverish(&account(CUSTOMER))))
}
