//! From an offer to an agreement of all.

use super::{name, Error, MachinesError, NO_LEG, NO_SHIPMENT, WAS_A_NUMBER};
use crate::prelude::*;
use frame_support::traits::Get;
use pallet_shipments::{Call, Line as Load};
use sp_runtime::{Permill, TokenError};

pub fn rows() -> Vec<Row> {
	vec![offer(), agree(), agree_to_carry(), cancel()]
}

type EscrowError = pallet_escrow::Error<Runtime>;
type ProductsError = pallet_products::Error<Runtime>;

/// The longest time that terms may reach.
fn longest() -> u64 {
	<Runtime as pallet_shipments::Config>::MaxWindow::get()
}

fn offer() -> Row {
	let with = |change: fn(&mut Waybill)| {
		calling(move || {
			let mut terms = waybill();
			change(&mut terms);
			send_off(terms)
		})
	};
	let world = || {
		packed();
		act(ARBITER, arbitrate(ARBITER_FEE));
	};
	let may = actor(OWNER, Error::NotTheOwner);
	Row::new(name("offer"), may, world, || send_off(waybill()))
		.case(Right, with(|terms| terms.arbiter = None))
		.case(
			Right,
			with(|terms| {
				terms.goods = list([Load {
					unit: item_of(part(), "A"),
					quantity: 1,
					price: 0,
				}]);
			}),
		)
		.case(
			Right,
			with(|terms| {
				terms.goods = list([Load {
					unit: steel_lot(),
					quantity: PIECE,
					price: price(),
				}]);
			}),
		)
		.case(Stranger, by(KEY).fails(Error::NotTheOwner))
		.case(Stranger, by(ARBITER).fails(Error::NotTheOwner))
		.with_a_frozen_machine_too()
		.case(WrongState, with(|terms| terms.goods = list([])).fails(Error::NoGoods))
		.case(WrongState, with(|terms| terms.legs = list([])).fails(Error::NoLegs))
		.case(
			WrongState,
			with(|terms| {
				let load = terms.goods[0].clone();
				terms.goods = list([load.clone(), load]);
			})
			.fails(Error::RepeatedUnit),
		)
		.case(
			WrongState,
			with(|terms| terms.goods[0].unit = unit_thing(2)).fails(Error::NotTheOwner),
		)
		.case(
			WrongState,
			with(|terms| terms.goods[0].unit = ten_parts()).fails(ProductsError::IsPacked),
		)
		.case(
			WrongState,
			then(|| act(OWNER, send_off(waybill()))).fails(ProductsError::OnItsWay),
		)
		.case(
			WrongState,
			with(|terms| terms.max_gap = WINDOW).fails(Error::LimitsWithoutLogger),
		)
		.case(
			WrongState,
			with(|terms| terms.gap_penalty = Permill::one()).fails(Error::ContradictoryGap),
		)
		.case(
			WrongState,
			with(|terms| terms.legs[0].late_window = 0).fails(Error::PenaltyWithoutDelay),
		)
		.case(
			Zero,
			with(|terms| terms.goods[0].quantity = 0).fails(Error::ZeroQuantity),
		)
		.case(
			Zero,
			with(|terms| terms.windows.review = 0).fails(Error::WindowOutOfRange),
		)
		.case(
			Zero,
			with(|terms| {
				terms.goods[0].price = 0;
				for leg in terms.legs.iter_mut() {
					(leg.freight, leg.return_freight, leg.liability) = (0, 0, 0);
				}
			}),
		)
		.case(
			Zero,
			with(|terms| terms.goods[0].price = 1).fails(EscrowError::ReleaseBelowMinimum),
		)
		.case(
			Maximum,
			with(|terms| terms.goods[0].quantity = 2).fails(ProductsError::BadQuantity),
		)
		.case(
			Maximum,
			with(|terms| {
				terms.goods[0].unit = steel_lot();
				terms.goods[0].quantity = STEEL + 1;
			})
			.fails(ProductsError::NotEnough),
		)
		.case(
			Maximum,
			with(|terms| terms.windows.review = longest() + 1).fails(Error::WindowOutOfRange),
		)
		.case(Maximum, with(|terms| terms.windows.review = longest()))
		.case(
			Maximum,
			with(|terms| terms.legs[0].freight = MOST / 2).fails(TokenError::FundsUnavailable),
		)
		.case(
			Overflow,
			with(|terms| terms.legs[0].freight = MOST).fails(Error::PriceOverflow),
		)
		.case(
			Overflow,
			with(|terms| {
				let load = |unit| Load {
					unit,
					quantity: 1,
					price: MOST,
				};
				terms.goods = list([load(unit_thing(1)), load(item_of(part(), "A"))]);
			})
			.fails(Error::PriceOverflow),
		)
		.case(UnlistedAsset, then(delist).fails(EscrowError::AssetNotListed))
		.case(FrozenAsset, then(freeze_asset).fails(TokenError::FundsUnavailable))
		.case(BlockedPayee, then(|| block(&account(CARTER))))
		.case(
			OwnCounterparty,
			with(|terms| terms.consignee = account(OWNER)).fails(Error::SameOwner),
		)
		// A machine is its owner.
		.case(
			OwnCounterparty,
			with(|terms| terms.legs[0].carrier = machine().account()).fails(Error::SameOwner),
		)
		.case(
			OwnCounterparty,
			with(|terms| terms.legs[0].carrier = account(CUSTOMER)).fails(Error::SameOwner),
		)
		.case(FullList, then(sends_as_much_as_he_may).fails(Error::TooManyOpen))
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(OWNER))).fails(TokenError::FundsUnavailable),
		)
		.never(&[TooLate], NO_DEADLINE)
}

/// The owner takes part in as many shipments as he may.
fn sends_as_much_as_he_may() {
	let most: u32 = <Runtime as pallet_shipments::Config>::MaxOpen::get();
	act(OWNER, set_space(of_owner(), 1_000));
	for nth in 0..most {
		let name = format!("F{nth}");
		act(OWNER, register_one(part(), &name));
		let mut terms = waybill();
		terms.goods = list([Load {
			unit: item_of(part(), &name),
			quantity: 1,
			price: 0,
		}]);
		for leg in terms.legs.iter_mut() {
			(leg.freight, leg.return_freight, leg.liability) = (0, 0, 0);
		}
		act(OWNER, send_off(terms));
	}
}

fn agree() -> Row {
	let may = actor(CUSTOMER, Error::NotTheConsignee);
	let offered = || on_way(Way::Offered);
	Row::new(name("agree"), may, offered, take_part)
		.at_ways(&[Way::Offered], Error::WrongState, |shipment| Call::<Runtime>::agree {
			shipment,
		})
		.case(Stranger, by(OWNER).fails(Error::NotTheConsignee))
		.case(Stranger, by(CARTER).fails(Error::NotTheConsignee))
		.with_a_frozen_machine_too()
		.case(
			WrongState,
			then(|| act(CUSTOMER, take_part())).fails(Error::AlreadyAgreed),
		)
		.case(
			Zero,
			given(|| on_way_with(Way::Offered, |terms| terms.goods[0].price = 0)),
		)
		.case(
			Maximum,
			given(|| on_way_with(Way::Offered, |terms| terms.goods[0].price = MOST / 2))
				.fails(TokenError::FundsUnavailable),
		)
		.never(&[Overflow], WAS_A_NUMBER)
		.case(UnlistedAsset, then(delist).fails(EscrowError::AssetNotListed))
		.case(FrozenAsset, then(freeze_asset).fails(TokenError::FundsUnavailable))
		.case(BlockedPayee, then(|| block(&account(OWNER))))
		// He has bought a machine of the owner's: no part of it.
		.case(OwnCounterparty, then(|| sell(CUSTOMER)))
		.never(
			&[FullList],
			"the list of the consignee is as long as the consignor's, whose row fills it",
		)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(CUSTOMER))).fails(TokenError::FundsUnavailable),
		)
		.in_time(WINDOW, Error::TooLate)
}

fn agree_to_carry() -> Row {
	let may = actor(CARTER, Error::NotTheCarrier);
	let offered = || on_way(Way::Offered);
	Row::new(name("agree_to_carry"), may, offered, || carry(0))
		.case(Right, calling(|| carry(1)).by(HAULIER))
		.case(Stranger, by(HAULIER).fails(Error::NotTheCarrier))
		.case(Stranger, by(CUSTOMER).fails(Error::NotTheCarrier))
		.with_a_frozen_machine_too()
		.case(
			WrongState,
			calling(|| Call::agree_to_carry { leg: NO_LEG }).fails(Error::UnknownLeg),
		)
		.case(WrongState, then(|| act(CARTER, carry(0))).fails(Error::AlreadyAgreed))
		.case(WrongState, given(|| on_way(Way::Agreed)).fails(Error::WrongState))
		.case(
			Zero,
			given(|| on_way_with(Way::Offered, |terms| terms.legs[0].liability = 0)),
		)
		.case(
			Maximum,
			given(|| on_way_with(Way::Offered, |terms| terms.legs[0].liability = MOST))
				.fails(TokenError::FundsUnavailable),
		)
		.never(&[Overflow], WAS_A_NUMBER)
		.case(UnlistedAsset, then(delist).fails(EscrowError::AssetNotListed))
		.case(FrozenAsset, then(freeze_asset).fails(TokenError::FundsUnavailable))
		.case(BlockedPayee, then(|| block(&account(OWNER))))
		.case(OwnCounterparty, then(|| sell(CARTER)))
		.never(
			&[FullList],
			"the list of a carrier is as long as the consignor's, whose row fills it",
		)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(CARTER))).fails(TokenError::FundsUnavailable),
		)
		.in_time(WINDOW, Error::TooLate)
}

fn cancel() -> Row {
	let cancels = |shipment| Call::<Runtime>::cancel {
		shipment,
		reason: Default::default(),
	};
	let may = actor(OWNER, Error::NotAParty);
	Row::new(name("cancel"), may, || on_way(Way::Agreed), move || cancels(shipment()))
		.at_ways(&[Way::Offered, Way::Agreed, Way::Called], Error::WrongState, cancels)
		// Before all have agreed whoever is named may say no; then a carrier may give up, and who gets the goods may not.
		.case(Right, given(|| on_way(Way::Offered)).by(CUSTOMER))
		.case(Right, given(|| on_way(Way::Offered)).by(HAULIER))
		.case(Right, by(CARTER))
		.case(WrongState, by(CUSTOMER).fails(Error::WrongState))
		.case(Stranger, by(KEY).fails(Error::NotAParty))
		.case(Stranger, by(ARBITER).fails(Error::NotAParty))
		.with_a_frozen_machine_too()
		.never(&AMOUNTS, NO_AMOUNT)
		.goes_on_without_asset(CARTER)
		.never(&[OwnCounterparty], ONE_PARTY)
		.never(&[FullList], FILLS_NO_LIST)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.in_time(TRANSIT, Error::TooLate)
		.case(
			WrongState,
			calling(move || cancels(NO_SHIPMENT)).fails(Error::UnknownShipment),
		)
		.case(RotatedKey, then(rotate).by(NEXT_KEY).fails(Error::NotAParty))
		.case(FrozenMachine, then(freeze).by(KEY).fails(MachinesError::MachineFrozen))
}
