//! What comes, and the buyer's yes to it.

use super::{name, Error, EscrowError, WAS_A_NUMBER};
use crate::prelude::*;
use bpiiot_primitives::PurchaseOrderId;
use bpiiot_runtime::{Balance, Hash};
use pallet_procurement::{Call, PriceTier};

pub fn rows() -> Vec<Row> {
	vec![deliver(), confirm_row()]
}

fn deliver() -> Row {
	let delivers = |order: PurchaseOrderId| Call::<Runtime>::deliver {
		order,
		quantity: QUANTITY,
		lot: None,
		note: Default::default(),
	};
	let quantity = |quantity| calling(move || deliver_goods(quantity));
	let may = actor(OWNER, Error::NotTheSupplier);
	let placed = || bought(Leg::Placed);
	Row::new(name("deliver"), may, placed, || deliver_goods(QUANTITY))
		.at_legs(&[Leg::Placed], Error::WrongState, delivers)
		.case(Right, by(KEY))
		.case(Right, quantity(1))
		.case(Stranger, by(CUSTOMER).fails(Error::NotTheSupplier))
		.by_the_next_key_too()
		.with_a_frozen_machine_too()
		// The last part is all that is outstanding.
		.case(
			WrongState,
			given(|| bought_with(Leg::Placed, |goods| goods.conditions.parts = 1))
				.calling(|| deliver_goods(1))
				.fails(Error::LastPart),
		)
		// The first part is looked at before the next one comes.
		.case(
			WrongState,
			then(|| act(OWNER, deliver_goods(1)))
				.calling(|| deliver_goods(1))
				.fails(Error::WrongState),
		)
		.case(Zero, quantity(0).fails(Error::ZeroQuantity))
		.case(Maximum, quantity(QUANTITY + 1).fails(Error::TooMuch))
		.case(Maximum, quantity(u64::MAX).fails(Error::TooMuch))
		.case(
			Overflow,
			then(|| act(OWNER, deliver_goods(1)))
				.then(|| act(CUSTOMER, confirm(1)))
				.calling(|| deliver_goods(u64::MAX))
				.fails(Error::TooMuch),
		)
		.whatever_the_asset()
		.of_the_machines_owner()
		.of_open_order()
		.case(
			TooLate,
			then(later(DELIVERY)).leaves(|| assert_eq!(purchase_record().late_days, 0)),
		)
		.case(
			TooLate,
			then(later(DELIVERY + 1)).leaves(|| assert_eq!(purchase_record().late_days, 1)),
		)
		.in_time(DUE, Error::TooLate)
}

/// Units of which only a whole order is worth enough to be paid by itself.
fn crumbs(goods: &mut Goods) {
	goods.tiers = list([PriceTier {
		from_quantity: QUANTITY,
		unit_price: minimum() / Balance::from(QUANTITY),
	}]);
	goods.conditions.bond = Default::default();
}

/// What is taken off the price of a unit that is a day late.
fn penalty() -> Balance {
	LATE_PENALTY * price()
}

fn confirm_row() -> Row {
	let confirms = |order, reading| Call::<Runtime>::confirm {
		order,
		quantity: 1,
		reading,
	};
	let read = Some(Hash::repeat_byte(1));
	let quantity = |quantity| calling(move || confirm(quantity));
	let may = actor(CUSTOMER, Error::NotTheBuyer);
	let one = [(Party::Machine, Party::Customer, price as fn() -> Balance)];
	let row = Row::new(name("confirm"), may, || bought(Leg::Arrived), || confirm(1))
		.at_legs(&[Leg::Arrived], Error::WrongState, move |order| confirms(order, None))
		.with_a_frozen_machine_too()
		.of_a_buying_machine_too(Leg::Arrived, Error::NotTheBuyer)
		.case(Stranger, by(OWNER).fails(Error::NotTheBuyer))
		// A reading is the word of the machine that reads.
		.case(
			Right,
			given(|| bought_by_robot(Leg::Arrived))
				.calling(move || confirms(purchase(), read))
				.by(ROBOT),
		)
		.case(
			Stranger,
			given(|| bought_by_robot(Leg::Arrived))
				.calling(move || confirms(purchase(), read))
				.fails(Error::NotTheMachine),
		)
		.case(
			Stranger,
			calling(move || confirms(purchase(), read)).fails(Error::NotTheMachine),
		)
		.case(Right, quantity(QUANTITY))
		.case(Zero, quantity(0).fails(Error::ZeroQuantity))
		.case(
			Zero,
			given(|| bought_with(Leg::Arrived, crumbs)).fails(EscrowError::ReleaseBelowMinimum),
		)
		.case(
			Zero,
			given(|| bought_with(Leg::Arrived, crumbs)).calling(|| confirm(QUANTITY)),
		)
		.case(Maximum, quantity(QUANTITY + 1).fails(Error::TooMuch))
		.case(Maximum, quantity(u64::MAX).fails(Error::TooMuch))
		.never(&[Overflow], WAS_A_NUMBER);
	row.pays(one)
		.pays_when(
			|| calling(|| confirm(QUANTITY)),
			[
				(Party::Machine, Party::Customer, whole_price),
				(Party::Machine, Party::Machine, goods_bond),
				(Party::Chain, Party::Customer, purchase_fee),
			],
		)
		// What was late costs less.
		.pays_when(
			|| given(bought_late),
			[
				(Party::Machine, Party::Customer, || price() - penalty()),
				(Party::Customer, Party::Customer, penalty),
			],
		)
		.of_the_machines_buyer_too(|| savings() - goods_bond() + price())
		.of_open_order()
		// Silence accepts: saying so later is no different.
		.at_any_time(WINDOW)
}
