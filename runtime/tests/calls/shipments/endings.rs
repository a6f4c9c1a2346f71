//! Claims against carriers, silence, and the records' end.

use super::{name, Error, NO_LEG, WAS_A_NUMBER};
use crate::prelude::*;
use bpiiot_primitives::LegId;
use pallet_shipments::{Breach, Call, LegState};
use sp_runtime::{DispatchError, Permill, TokenError};

pub fn rows() -> Vec<Row> {
	vec![
		expire(),
		claim_breach(),
		report_damage(),
		concede_claim(),
		dispute_claim(),
		expire_leg(),
		remove(),
	]
}

/// Where a leg of the newest shipment stands.
fn stands(nth: usize) -> LegState {
	pallet_shipments::Legs::<Runtime>::get(leg_of(nth))
		.expect("is there")
		.state
}

/// A shipment at this stage, and so many milliseconds later. The block that is open has not looked at deadlines yet.
fn in_silence(way: Way, millis: u64) {
	on_way(way);
	crate::chain::pass(millis);
}

fn expire() -> Row {
	let expires = |shipment| Call::<Runtime>::expire { shipment };
	Row::new(
		name("expire"),
		anybody(STRANGER),
		|| in_silence(Way::Delivered, WINDOW + 1),
		move || expires(shipment()),
	)
	.case(Right, given(|| in_silence(Way::Offered, WINDOW + 1)))
	.case(Right, by(OWNER))
	.case(
		WrongState,
		calling(move || expires(super::NO_SHIPMENT)).fails(Error::UnknownShipment),
	)
	.case(WrongState, given(|| on_way(Way::Settled)).fails(Error::WrongState))
	.case(WrongState, given(|| on_way(Way::Contested)).fails(Error::WrongState))
	.never(&[Zero, Maximum], NO_AMOUNT)
	.never(&[Overflow], WAS_A_NUMBER)
	.goes_on_without_asset(OWNER)
	.never(&[OwnCounterparty], ONE_PARTY)
	.never(&[FullList], FILLS_NO_LIST)
	.never(&[DepositUnaffordable], TAKES_NOTHING)
	.case(
		TooLate,
		given(|| in_silence(Way::Delivered, WINDOW)).fails(Error::NotExpired),
	)
}

fn claim_breach() -> Row {
	let claims = |leg: fn() -> LegId| {
		move || Call::<Runtime>::claim_breach {
			leg: leg(),
			breach: Breach::Limit(0),
			proof: Default::default(),
		}
	};
	let second = || leg_of(1);
	// There are no anchored readings on this chain yet, so nothing is shown.
	let unread = DispatchError::Unavailable;
	let world = || on_way(Way::Settled);
	let mut row = Row::new(name("claim_breach"), any_actor(CUSTOMER), world, claims(second));
	for case in [Right, Stranger, UsedNonce] {
		row.cells.remove(&case);
	}
	row.case(Right, as_ever().fails(unread))
		.case(Stranger, by(STRANGER).fails(unread))
		.never(&[UsedNonce], "is done by nobody yet")
		.case(FrozenMachine, then(freeze).fails(unread))
		.case(WrongState, calling(claims(|| NO_LEG)).fails(Error::UnknownLeg))
		.case(WrongState, given(|| on_way(Way::Offered)).fails(Error::WrongState))
		.case(WrongState, given(wound_up).fails(Error::WrongState))
		.never(&AMOUNTS, NO_AMOUNT)
		.never(&ASSETS, NAMES_NO_ASSET)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.plain()
}

fn report_damage() -> Row {
	let share = |percent| calling(move || claim(1, Permill::from_percent(percent)));
	let may = actor(CUSTOMER, Error::NotAParty);
	Row::new(
		name("report_damage"),
		may,
		|| on_way(Way::Settled),
		|| claim(1, Permill::from_percent(50)),
	)
	.case(Right, by(OWNER))
	.case(Right, calling(|| claim(0, Permill::one())))
	.case(Stranger, by(HAULIER).fails(Error::NotAParty))
	.case(Stranger, by(KEY).fails(Error::NotAParty))
	.with_a_frozen_machine_too()
	.case(
		WrongState,
		calling(|| Call::report_damage {
			leg: NO_LEG,
			share: Permill::one(),
			evidence: Default::default(),
		})
		.fails(Error::UnknownLeg),
	)
	.case(WrongState, given(|| on_way(Way::Second)).fails(Error::WrongState))
	.case(WrongState, given(claimed).fails(Error::WrongState))
	.case(
		WrongState,
		given(|| on_way_with(Way::Settled, |terms| terms.arbiter = None)).fails(Error::NoArbiter),
	)
	.case(Zero, share(0).fails(Error::NothingAtStake))
	.case(Maximum, share(100))
	.never(&[Overflow], WAS_A_NUMBER)
	.never(&ASSETS, "its deposit is in the native token")
	.never(&[OwnCounterparty], ONE_PARTY)
	.never(&[FullList], "one claim for each leg")
	.case(
		DepositUnaffordable,
		then(|| impoverish(&account(CUSTOMER))).fails(TokenError::FundsUnavailable),
	)
	.in_time(WINDOW, Error::TooLate)
}

fn concede_claim() -> Row {
	let concedes = |leg: fn() -> LegId| move || Call::<Runtime>::concede_claim { leg: leg() };
	let second = || leg_of(1);
	let may = actor(HAULIER, Error::NotTheCarrier);
	Row::new(name("concede_claim"), may, claimed, concedes(second))
		.case(Right, as_ever().leaves(|| assert_eq!(stands(1), LegState::Settled)))
		.case(Stranger, by(CARTER).fails(Error::NotTheCarrier))
		.case(Stranger, by(CUSTOMER).fails(Error::NotTheCarrier))
		.case(FrozenMachine, then(freeze))
		.case(WrongState, calling(concedes(|| NO_LEG)).fails(Error::UnknownLeg))
		.case(WrongState, given(|| on_way(Way::Settled)).fails(Error::WrongState))
		.case(WrongState, given(claim_disputed).fails(Error::WrongState))
		.never(&[Zero, Maximum], NO_AMOUNT)
		.never(&[Overflow], WAS_A_NUMBER)
		.goes_on_without_asset(OWNER)
		.never(&[OwnCounterparty], ONE_PARTY)
		.never(&[FullList], FILLS_NO_LIST)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.at_any_time(1)
}

fn dispute_claim() -> Row {
	let disputes = |leg: fn() -> LegId| {
		move || Call::<Runtime>::dispute_claim {
			leg: leg(),
			evidence: Default::default(),
		}
	};
	let second = || leg_of(1);
	let may = actor(HAULIER, Error::NotTheCarrier);
	Row::new(name("dispute_claim"), may, claimed, disputes(second))
		.case(Right, as_ever().leaves(|| assert_eq!(stands(1), LegState::Disputed)))
		.case(Stranger, by(CARTER).fails(Error::NotTheCarrier))
		.case(Stranger, by(CUSTOMER).fails(Error::NotTheCarrier))
		.case(FrozenMachine, then(freeze))
		.case(WrongState, calling(disputes(|| NO_LEG)).fails(Error::UnknownLeg))
		.case(WrongState, given(|| on_way(Way::Settled)).fails(Error::WrongState))
		.case(WrongState, given(claim_disputed).fails(Error::WrongState))
		.never(&[Zero, Maximum], NO_AMOUNT)
		.never(&[Overflow], WAS_A_NUMBER)
		.case(UnlistedAsset, then(delist))
		.case(FrozenAsset, then(freeze_asset).fails(TokenError::FundsUnavailable))
		.case(BlockedPayee, then(|| block(&account(OWNER))))
		.case(OwnCounterparty, then(|| sell(ARBITER)))
		.never(&[FullList], FILLS_NO_LIST)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(HAULIER))).fails(TokenError::FundsUnavailable),
		)
		.in_time(WINDOW, Error::TooLate)
}

fn expire_leg() -> Row {
	let expires = |leg: fn() -> LegId| move || Call::<Runtime>::expire_leg { leg: leg() };
	let second = || leg_of(1);
	Row::new(
		name("expire_leg"),
		anybody(STRANGER),
		|| in_silence(Way::Settled, WINDOW + 1),
		expires(second),
	)
	.case(Right, as_ever().leaves(|| assert_eq!(stands(1), LegState::Settled)))
	.case(WrongState, calling(expires(|| NO_LEG)).fails(Error::UnknownLeg))
	.case(WrongState, given(|| on_way(Way::Second)).fails(Error::WrongState))
	.case(WrongState, given(claim_disputed).fails(Error::WrongState))
	.never(&[Zero, Maximum], NO_AMOUNT)
	.never(&[Overflow], WAS_A_NUMBER)
	.goes_on_without_asset(HAULIER)
	.never(&[OwnCounterparty], ONE_PARTY)
	.never(&[FullList], FILLS_NO_LIST)
	.never(&[DepositUnaffordable], TAKES_NOTHING)
	.case(
		TooLate,
		given(|| in_silence(Way::Settled, WINDOW)).fails(Error::NotExpired),
	)
}

fn remove() -> Row {
	let removes = |shipment| Call::<Runtime>::remove { shipment };
	let may = actor(OWNER, Error::NotTheConsignor);
	Row::new(name("remove"), may, wound_up, move || removes(shipment()))
		.at_ways(&[], Error::NotSettled, removes)
		.case(Stranger, by(CUSTOMER).fails(Error::NotTheConsignor))
		.case(Stranger, by(KEY).fails(Error::NotTheConsignor))
		.with_a_frozen_machine_too()
		.never(&AMOUNTS, NO_AMOUNT)
		.never(&ASSETS, "the deposit is in the native token")
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.plain()
}
