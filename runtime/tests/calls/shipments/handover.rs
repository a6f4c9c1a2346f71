//! Handovers: both sides sign.

use super::{name, Error, WAS_A_NUMBER};
use crate::prelude::*;
use bpiiot_primitives::ShipmentId;
use pallet_shipments::{Call, Outcome as Ending, ShipmentState};

pub fn rows() -> Vec<Row> {
	vec![
		hand_over(),
		take_over(),
		present_row(),
		decline_handover(),
		report_loss(),
	]
}

/// That the newest shipment's goods have changed hands so often.
fn hops(number: u8) {
	assert_eq!(shipment_record().next_hop(), number + 1);
}

/// What is alike for all of them.
fn of_handovers(row: Row) -> Row {
	row.with_a_frozen_machine_too()
		.never(&AMOUNTS, NO_AMOUNT)
		.case(UnlistedAsset, then(delist))
		.case(FrozenAsset, then(freeze_asset))
		.case(BlockedPayee, then(|| block(&account(CARTER))))
		.never(&[FullList], "no shipment has more hands than the terms name")
		.never(&[DepositUnaffordable], TAKES_NOTHING)
}

fn hand_over() -> Row {
	let hands = |shipment: ShipmentId, hop: u8, to: &'static str| Call::<Runtime>::hand_over {
		shipment,
		hop,
		to: Some(account(to)),
	};
	let may = actor(OWNER, Error::NotTheHolder);
	let row = Row::new(name("hand_over"), may, || on_way(Way::Agreed), || call_to(CARTER))
		.case(
			WrongState,
			calling(move || hands(super::NO_SHIPMENT, 1, CARTER)).fails(Error::UnknownShipment),
		)
		.case(WrongState, given(|| on_way(Way::Offered)).fails(Error::WrongState))
		.case(WrongState, given(|| on_way(Way::Delivered)).fails(Error::WrongState))
		.case(WrongState, given(|| on_way(Way::Settled)).fails(Error::WrongState))
		// Who has called and waits goes on waiting.
		.case(Right, given(|| on_way(Way::Called)).idly());
	of_handovers(row)
		.case(
			Right,
			given(|| on_way(Way::First)).calling(|| call_to(HAULIER)).by(CARTER),
		)
		.case(
			Right,
			given(|| on_way(Way::Second)).calling(|| call_to(CUSTOMER)).by(HAULIER),
		)
		.case(
			Right,
			given(|| on_way(Way::Returning)).calling(|| call_to(OWNER)).by(CUSTOMER),
		)
		// A call may be taken back.
		.case(
			Right,
			given(|| on_way(Way::Called)).calling(|| Call::hand_over {
				shipment: shipment(),
				hop: 1,
				to: None,
			}),
		)
		.case(Stranger, by(CARTER).fails(Error::NotTheHolder))
		.case(Stranger, by(KEY).fails(Error::NotTheHolder))
		.case(
			WrongState,
			calling(move || hands(shipment(), 2, CARTER)).fails(Error::HandoverChanged),
		)
		.case(
			WrongState,
			calling(move || hands(shipment(), 1, HAULIER)).fails(Error::NotTheReceiver),
		)
		.case(
			OwnCounterparty,
			calling(move || hands(shipment(), 1, OWNER)).fails(Error::NotTheReceiver),
		)
		.in_time(TRANSIT, Error::TooLate)
}

fn take_over() -> Row {
	let takes = |shipment: ShipmentId, hop| Call::<Runtime>::take_over {
		shipment,
		hop,
		reservation: Default::default(),
	};
	let may = actor(CARTER, Error::NotTheReceiver);
	let row = Row::new(name("take_over"), may, || on_way(Way::Called), take)
		.case(Right, as_ever().leaves(|| hops(1)))
		.case(Right, given(|| on_way(Way::AtTheDoor)).by(CUSTOMER))
		.case(Stranger, by(OWNER).fails(Error::NotTheReceiver))
		.case(Stranger, by(CUSTOMER).fails(Error::NotTheReceiver))
		// A delivery is never the carrier's word alone.
		.case(
			Stranger,
			given(|| on_way(Way::AtTheDoor))
				.by(HAULIER)
				.fails(Error::NotTheReceiver),
		)
		.case(
			WrongState,
			calling(move || takes(super::NO_SHIPMENT, 1)).fails(Error::UnknownShipment),
		)
		.case(WrongState, given(|| on_way(Way::Agreed)).fails(Error::NotTendered))
		.case(WrongState, given(|| on_way(Way::Offered)).fails(Error::WrongState))
		.case(WrongState, given(|| on_way(Way::Settled)).fails(Error::WrongState))
		// Twice.
		.case(
			WrongState,
			then(|| act(CARTER, take()))
				.calling(move || takes(shipment(), 1))
				.fails(Error::HandoverChanged),
		)
		.case(OwnCounterparty, then(|| sell(CARTER)))
		.in_time(TRANSIT, Error::TooLate);
	of_handovers(row)
}

fn present_row() -> Row {
	let from = |giver: &'static str, receiver: &'static str| calling(move || present(giver, receiver, for_a_minute()));
	let may = actor(CARTER, Error::NotTheReceiver);
	let row = Row::new(
		name("present"),
		may,
		|| on_way(Way::Agreed),
		|| present(OWNER, CARTER, for_a_minute()),
	)
	.case(Right, as_ever().leaves(|| hops(1)))
	.case(Right, given(|| on_way(Way::Called)))
	.case(
		Right,
		given(|| on_way(Way::Second))
			.calling(|| present(HAULIER, CUSTOMER, for_a_minute()))
			.by(CUSTOMER),
	)
	.case(Stranger, by(OWNER).fails(Error::NotTheReceiver))
	.case(Stranger, by(HAULIER).fails(Error::NotTheReceiver))
	// Somebody else's signature, or one for somebody else.
	.case(Stranger, from(STRANGER, CARTER).fails(Error::BadToken))
	.case(Stranger, from(CARTER, CARTER).fails(Error::BadToken))
	.case(Stranger, from(OWNER, HAULIER).fails(Error::BadToken))
	.case(WrongState, given(|| on_way(Way::Offered)).fails(Error::WrongState))
	.case(WrongState, given(|| on_way(Way::Delivered)).fails(Error::WrongState))
	.case(
		WrongState,
		calling(|| Call::present {
			shipment: super::NO_SHIPMENT,
			hop: 1,
			token: pallet_shipments::Token {
				valid_until: 0,
				signature: Default::default(),
			},
			reservation: Default::default(),
		})
		.fails(Error::UnknownShipment),
	)
	.case(OwnCounterparty, then(|| sell(CARTER)))
	.case(TooLate, calling(|| present(OWNER, CARTER, now())))
	.case(
		TooLate,
		calling(|| present(OWNER, CARTER, now() - 1)).fails(Error::TokenExpired),
	)
	.in_time(TRANSIT, Error::TooLate);
	of_handovers(row)
}

fn decline_handover() -> Row {
	let declines = |shipment: ShipmentId, hop| Call::<Runtime>::decline_handover {
		shipment,
		hop,
		evidence: Default::default(),
	};
	let may = actor(CARTER, Error::NotTheReceiver);
	let row = Row::new(
		name("decline_handover"),
		may,
		|| on_way(Way::Called),
		move || declines(shipment(), 1),
	)
	.case(Right, as_ever().leaves(|| assert!(shipment_record().declined)))
	.case(Stranger, by(OWNER).fails(Error::NotTheReceiver))
	.case(
		WrongState,
		calling(move || declines(super::NO_SHIPMENT, 1)).fails(Error::UnknownShipment),
	)
	.case(
		WrongState,
		calling(move || declines(shipment(), 2)).fails(Error::HandoverChanged),
	)
	.case(WrongState, given(|| on_way(Way::Agreed)).fails(Error::NotTendered))
	.case(WrongState, given(|| on_way(Way::Offered)).fails(Error::WrongState))
	.never(&[OwnCounterparty], ONE_PARTY)
	.in_time(TRANSIT, Error::TooLate);
	of_handovers(row)
}

fn report_loss() -> Row {
	let lost = |shipment: ShipmentId| Call::<Runtime>::report_loss {
		shipment,
		evidence: Default::default(),
	};
	let may = actor(CARTER, Error::NotTheHolder);
	Row::new(
		name("report_loss"),
		may,
		|| on_way(Way::First),
		move || lost(shipment()),
	)
	.case(
		Right,
		as_ever().leaves(|| assert_eq!(shipment_record().state, ShipmentState::Settled(Ending::Lost))),
	)
	.case(Right, given(|| on_way(Way::Second)).by(HAULIER))
	.case(Stranger, by(HAULIER).fails(Error::NotTheHolder))
	.case(Stranger, by(OWNER).fails(Error::NotTheHolder))
	.case(
		WrongState,
		calling(move || lost(super::NO_SHIPMENT)).fails(Error::UnknownShipment),
	)
	.case(WrongState, given(|| on_way(Way::Agreed)).fails(Error::WrongState))
	.case(WrongState, given(|| on_way(Way::Delivered)).fails(Error::WrongState))
	.case(
		WrongState,
		given(|| on_way(Way::Returning))
			.by(CUSTOMER)
			.fails(Error::NotTheCarrier),
	)
	.with_a_frozen_machine_too()
	.never(&[Zero, Maximum], NO_AMOUNT)
	.never(&[Overflow], WAS_A_NUMBER)
	.goes_on_without_asset(CUSTOMER)
	.never(&[OwnCounterparty], ONE_PARTY)
	.never(&[FullList], FILLS_NO_LIST)
	.never(&[DepositUnaffordable], TAKES_NOTHING)
	.at_any_time(WINDOW)
}
