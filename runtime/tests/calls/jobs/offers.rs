//! Publishing, changing and withdrawing offers.

use super::{name, Error, EscrowError};
use crate::prelude::*;
use bpiiot_primitives::{AssetKind, OfferId};
use pallet_jobs::{Call, Closure, PriceTier, WeekWindow};
use sp_runtime::TokenError;

pub fn rows() -> Vec<Row> {
	vec![publish_offer(), update_offer(), withdraw_offer()]
}

const NO_OFFER: OfferId = OfferId(1);

/// Terms of which something is different.
fn but(change: fn(&mut Terms)) -> Terms {
	let mut terms = terms();
	change(&mut terms);
	terms
}

/// Terms whose lists are full.
fn full(terms: &mut Terms) {
	let tier = |from_units| PriceTier {
		from_units,
		unit_price: price(),
	};
	let window = |day: u16| WeekWindow {
		from: 720 * day,
		until: 720 * day + 60,
	};
	let closure = |day: u64| Closure {
		from: 1_000 * day,
		until: 1_000 * day + 500,
	};
	terms.capability = list([b'c'; 32]);
	terms.tiers = list((2..6).map(tier));
	terms.calendar.week = list((0..14).map(window));
	terms.calendar.closures = list((1..9).map(closure));
	if let Some(disputes) = &mut terms.disputes {
		disputes.arbiters = list([ARBITER, STRANGER, BUYER, ISSUER].map(account));
	}
}

/// What is alike when an offer is published and when it is changed.
fn with_terms(row: Row, call: fn(Terms) -> Call<Runtime>) -> Row {
	let terms = move |change: fn(&mut Terms)| calling(move || call(but(change)));
	let zero_windows: [fn(&mut Terms); 3] = [
		|terms| terms.accept_window = 0,
		|terms| terms.lead_time = 0,
		|terms| terms.review_window = 0,
	];
	let row = zero_windows.into_iter().fold(row, |row, change| {
		row.case(Zero, terms(change).fails(Error::WindowOutOfRange))
	});
	let row = row
		.case(
			WrongState,
			terms(|terms| terms.region = list(*b"de")).fails(Error::BadRegion),
		)
		.case(
			WrongState,
			terms(|terms| terms.governing_law = list(*b"D")).fails(Error::BadRegion),
		)
		.case(
			WrongState,
			terms(|terms| terms.calendar.week = list([WeekWindow { from: 60, until: 60 }])).fails(Error::BadCalendar),
		)
		.case(
			WrongState,
			terms(|terms| {
				let tier = PriceTier {
					from_units: 1,
					unit_price: price(),
				};
				terms.tiers = list([tier]);
			})
			.fails(Error::TiersOutOfOrder),
		);
	row.case(Zero, terms(|terms| terms.unit_price = 0).fails(Error::ZeroPrice))
		.case(Zero, terms(|terms| terms.max_units = 0).fails(Error::ZeroUnits))
		.case(Zero, terms(|terms| terms.bond = 0))
		.case(
			Zero,
			terms(|terms| {
				terms.tiers = list([PriceTier {
					from_units: 2,
					unit_price: 0,
				}]);
			})
			.fails(Error::ZeroPrice),
		)
		.case(
			Zero,
			terms(|terms| {
				terms.rework.iter_mut().for_each(|rework| rework.rounds = 0);
			})
			.fails(Error::ZeroRounds),
		)
		.case(
			Maximum,
			terms(|terms| terms.review_window = u64::MAX).fails(Error::WindowOutOfRange),
		)
		// Dear, but who orders is told.
		.case(Maximum, terms(|terms| (terms.unit_price, terms.bond) = (MOST, MOST)))
		.case(
			Overflow,
			terms(|terms| (terms.unit_price, terms.max_units) = (MOST, u32::MAX)),
		)
		.case(
			UnlistedAsset,
			terms(|terms| terms.asset = AssetKind::Asset(EUROS)).fails(EscrowError::AssetNotListed),
		)
		.case(FrozenAsset, then(freeze_asset))
		.case(BlockedPayee, then(block_machine))
		.case(FullList, terms(full))
		.case(
			FullList,
			terms(|terms| {
				if let Some(disputes) = &mut terms.disputes {
					disputes.arbiters = list([ARBITER, ARBITER].map(account));
				}
			})
			.fails(Error::BadArbiters),
		)
		.never(
			&[OwnCounterparty],
			"who the arbiter is to the parties is asked when somebody orders",
		)
}

fn publish_offer() -> Row {
	fn publishes(terms: Terms) -> Call<Runtime> {
		let machine = machine();
		Call::publish_offer { machine, terms }
	}
	let may = actor(OWNER, Error::NotTheMachinesOwner);
	let row = Row::new(name("publish_offer"), may, registered, || publishes(terms()))
		.case(Right, by(KEY))
		.case(
			WrongState,
			calling(|| Call::publish_offer {
				machine: NO_MACHINE,
				terms: terms(),
			})
			.fails(Error::NotTheMachinesOwner),
		)
		.case(
			WrongState,
			then(out_of_service).fails(pallet_machines::Error::<Runtime>::OutOfService),
		)
		.case(
			WrongState,
			then(decommission).fails(pallet_machines::Error::<Runtime>::MachineDecommissioned),
		)
		.case(
			FrozenMachine,
			then(freeze).fails(pallet_machines::Error::<Runtime>::MachineFrozen),
		)
		.case(
			FullList,
			then(|| (0..32).for_each(|_| publish(terms()))).fails(Error::TooManyOffers),
		)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(OWNER))).fails(TokenError::FundsUnavailable),
		)
		.never(&[TooLate], NO_DEADLINE);
	with_terms(row, publishes)
}

fn update_offer() -> Row {
	fn updates(terms: Terms) -> Call<Runtime> {
		let offer = offer();
		Call::update_offer { offer, terms }
	}
	let may = actor(OWNER, Error::NotTheMachinesOwner);
	let row = Row::new(name("update_offer"), may, published, || updates(terms()))
		.case(Right, by(KEY))
		// What was ordered before stays as it was.
		.case(Right, given(|| at(Stage::Started)))
		.case(
			WrongState,
			calling(|| Call::update_offer {
				offer: NO_OFFER,
				terms: terms(),
			})
			.fails(Error::UnknownOffer),
		)
		// Nobody can order of it any more.
		.case(WrongState, then(decommission))
		.case(FrozenMachine, then(freeze))
		.never(&[DepositUnaffordable], "the offer's deposit is there")
		.never(&[TooLate], NO_DEADLINE);
	with_terms(row, updates)
}

fn withdraw_offer() -> Row {
	let withdraws = |offer| Call::<Runtime>::withdraw_offer { offer };
	let may = actor(OWNER, Error::NotTheMachinesOwner);
	Row::new(name("withdraw_offer"), may, published, move || withdraws(offer()))
		.case(Right, by(KEY))
		.case(Right, given(|| at(Stage::Started)))
		.case(
			WrongState,
			calling(move || withdraws(NO_OFFER)).fails(Error::UnknownOffer),
		)
		.case(WrongState, then(decommission))
		.case(FrozenMachine, then(freeze))
		.never(&AMOUNTS, NO_AMOUNT)
		.never(&ASSETS, "its deposit is in the native token")
		.never(&[OwnCounterparty], ONE_PARTY)
		.never(&[FullList], FILLS_NO_LIST)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.never(&[TooLate], NO_DEADLINE)
}
