//! What the consignee says of what has come, and what the consignor says of that.

use super::{name, Error, WAS_A_NUMBER};
use crate::prelude::*;
use pallet_shipments::{Call, Line as Load, Refusal, ShipmentState};
use sp_runtime::TokenError;

pub fn rows() -> Vec<Row> {
	vec![refuse(), accept_delivery(), concede(), dispute()]
}

fn refuse() -> Row {
	let refuses = |shipment| Call::<Runtime>::refuse {
		shipment,
		reason: Default::default(),
	};
	let may = actor(CUSTOMER, Error::NotTheConsignee);
	Row::new(
		name("refuse"),
		may,
		|| on_way(Way::AtTheDoor),
		move || refuses(shipment()),
	)
	.at_ways(&[Way::Second, Way::AtTheDoor], Error::WrongState, refuses)
	.case(
		Right,
		as_ever().leaves(|| assert!(matches!(shipment_record().state, ShipmentState::Returning(_)))),
	)
	.case(Stranger, by(HAULIER).fails(Error::NotTheConsignee))
	.case(Stranger, by(OWNER).fails(Error::NotTheConsignee))
	.with_a_frozen_machine_too()
	.never(&AMOUNTS, NO_AMOUNT)
	.goes_on_without_asset(CUSTOMER)
	.never(&[OwnCounterparty], ONE_PARTY)
	.never(&[FullList], FILLS_NO_LIST)
	.never(&[DepositUnaffordable], TAKES_NOTHING)
	.in_time(2 * TRANSIT, Error::TooLate)
}

fn accept_delivery() -> Row {
	let of = |line, refused, missing| calling(move || say(list([Refusal { line, refused, missing }])));
	let may = actor(CUSTOMER, Error::NotTheConsignee);
	Row::new(
		name("accept_delivery"),
		may,
		|| on_way(Way::Delivered),
		|| say(list([])),
	)
	.at_ways(&[Way::Delivered], Error::WrongState, |shipment| {
		Call::<Runtime>::accept_delivery {
			shipment,
			refusals: list([]),
			reason: Default::default(),
		}
	})
	.case(Right, of(0, 1, 0))
	.case(Right, of(0, 0, 1))
	.case(Stranger, by(HAULIER).fails(Error::NotTheConsignee))
	.case(Stranger, by(OWNER).fails(Error::NotTheConsignee))
	.with_a_frozen_machine_too()
	.case(WrongState, of(1, 1, 0).fails(Error::UnknownLine))
	.case(
		WrongState,
		calling(|| {
			let half = Refusal {
				line: 0,
				refused: 1,
				missing: 0,
			};
			say(list([half, half]))
		})
		.fails(Error::UnknownLine),
	)
	.case(Zero, of(0, 0, 0).fails(Error::ZeroQuantity))
	.case(Maximum, of(0, 2, 0).fails(Error::TooMuch))
	.case(Maximum, of(0, 1, 1).fails(Error::TooMuch))
	.case(
		Maximum,
		given(|| {
			on_way_with(Way::Delivered, |terms| {
				terms.goods = list([Load {
					unit: steel_lot(),
					quantity: STEEL,
					price: whole_price(),
				}]);
			});
		})
		.calling(|| {
			say(list([Refusal {
				line: 0,
				refused: STEEL - 1,
				missing: 1,
			}]))
		}),
	)
	.case(Overflow, of(0, u64::MAX, u64::MAX).fails(Error::TooMuch))
	.goes_on_without_asset(OWNER)
	.never(&[OwnCounterparty], ONE_PARTY)
	.never(&[FullList], FILLS_NO_LIST)
	.never(&[DepositUnaffordable], TAKES_NOTHING)
	// Silence accepts.
	.in_time(WINDOW, Error::TooLate)
}

fn concede() -> Row {
	let concedes = |shipment| Call::<Runtime>::concede { shipment };
	let may = actor(OWNER, Error::NotTheConsignor);
	Row::new(
		name("concede"),
		may,
		|| on_way(Way::Refused),
		move || concedes(shipment()),
	)
	.at_ways(&[Way::Refused], Error::WrongState, concedes)
	.case(Stranger, by(CUSTOMER).fails(Error::NotTheConsignor))
	.with_a_frozen_machine_too()
	.never(&[Zero, Maximum], NO_AMOUNT)
	.never(&[Overflow], WAS_A_NUMBER)
	.goes_on_without_asset(OWNER)
	.never(&[OwnCounterparty], ONE_PARTY)
	.never(&[FullList], FILLS_NO_LIST)
	.never(&[DepositUnaffordable], TAKES_NOTHING)
	.at_any_time(1)
}

fn dispute() -> Row {
	let may = actor(OWNER, Error::NotTheConsignor);
	Row::new(name("dispute"), may, || on_way(Way::Refused), object)
		.at_ways(&[Way::Refused], Error::WrongState, |shipment| {
			Call::<Runtime>::dispute {
				shipment,
				evidence: Default::default(),
			}
		})
		.case(
			Right,
			as_ever().leaves(|| assert!(matches!(shipment_record().state, ShipmentState::Disputed(_)))),
		)
		.case(Stranger, by(CUSTOMER).fails(Error::NotTheConsignor))
		.with_a_frozen_machine_too()
		.never(&[Zero, Maximum], NO_AMOUNT)
		.never(&[Overflow], WAS_A_NUMBER)
		.case(UnlistedAsset, then(delist))
		.case(FrozenAsset, then(freeze_asset).fails(TokenError::FundsUnavailable))
		.case(BlockedPayee, then(|| block(&account(CUSTOMER))))
		// Whoever has bought a machine of the owner's is no party by that.
		.case(OwnCounterparty, then(|| sell(ARBITER)))
		.never(&[FullList], FILLS_NO_LIST)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(OWNER))).fails(TokenError::FundsUnavailable),
		)
		// It was a millisecond ago that it came back.
		.in_time(WINDOW - 1, Error::TooLate)
}
