//! Publishing, changing and withdrawing listings.

use super::{name, Error, EscrowError, MachinesError};
use crate::prelude::*;
use bpiiot_primitives::{AssetKind, Closure, ListingId, WeekWindow};
use pallet_rentals::{Actions, BookingMode, Call, CancellationStage, ListingTermsOf};
use sp_runtime::{Permill, TokenError};

type Terms = ListingTermsOf<Runtime>;

pub fn rows() -> Vec<Row> {
	vec![publish(), update(), withdraw()]
}

/// Terms of which something is different.
fn but(change: fn(&mut Terms)) -> Terms {
	let mut terms = listing_terms();
	change(&mut terms);
	terms
}

/// Terms whose lists are full.
fn full(terms: &mut Terms) {
	let window = |day: u16| WeekWindow {
		from: 720 * day,
		until: 720 * day + 60,
	};
	let closure = |day: u64| Closure {
		from: 1_000 * day,
		until: 1_000 * day + 500,
	};
	let stage = |nth: u64| CancellationStage {
		before: 10 * PERIOD * (3 - nth),
		fee: Permill::from_percent(nth as u32),
	};
	terms.category = list([b'c'; 32]);
	terms.calendar.week = list((0..14).map(window));
	terms.calendar.closures = list((1..9).map(closure));
	terms.rental.cancellation = list((0..3).map(stage));
	terms.arbiters = list([ARBITER, STRANGER, BUYER, ISSUER].map(account));
	terms.allow = list([CUSTOMER; 16].map(account));
	terms.deny = list([STRANGER; 16].map(account));
}

/// What is alike when a listing is published and when it is changed.
fn with_terms(row: Row, call: fn(Terms) -> Call<Runtime>) -> Row {
	let terms = move |change: fn(&mut Terms)| calling(move || call(but(change)));
	let windows: [fn(&mut Terms); 5] = [
		|terms| terms.rental.show_window = 0,
		|terms| terms.rental.claim_window = 0,
		|terms| terms.rental.answer_window = 0,
		|terms| terms.case_window = 0,
		|terms| terms.booking = BookingMode::Approved { window: 0 },
	];
	let row = windows.into_iter().fold(row, |row, change| {
		row.case(Zero, terms(change).fails(Error::WindowOutOfRange))
	});
	let wrong: [(fn(&mut Terms), Error); 5] = [
		(|terms| terms.category = list([]), Error::BadCategory),
		(|terms| terms.area = list(*b"de"), Error::BadArea),
		(
			|terms| terms.calendar.week = list([WeekWindow { from: 60, until: 60 }]),
			Error::BadCalendar,
		),
		(
			|terms| terms.rental.cancellation[0].fee = Permill::from_percent(51),
			Error::StagesOutOfOrder,
		),
		(|terms| terms.actions = Actions::default(), Error::NoActions),
	];
	let row = wrong.into_iter().fold(row, |row, (change, error)| {
		row.case(WrongState, terms(change).fails(error))
	});
	let row = row
		.case(Zero, terms(|terms| terms.rental.price = 0).fails(Error::ZeroPrice))
		.case(Zero, terms(|terms| terms.rental.period = 0).fails(Error::ZeroPeriod))
		.case(
			Zero,
			terms(|terms| terms.rental.period = PERIOD - 1).fails(Error::PeriodOutOfRange),
		)
		.case(
			Zero,
			terms(|terms| terms.rental.min_periods = 0).fails(Error::PeriodsOutOfRange),
		)
		.case(
			Zero,
			terms(|terms| terms.max_periods = 0).fails(Error::PeriodsOutOfRange),
		)
		.case(
			Zero,
			terms(|terms| {
				terms.rental.deposit = 0;
				terms.rental.overdue_price = 0;
				terms.rental.stop_penalty = 0;
			}),
		)
		.case(
			Zero,
			terms(|terms| terms.rental.deposit = 1).fails(EscrowError::ReleaseBelowMinimum),
		)
		.case(
			Maximum,
			terms(|terms| terms.rental.claim_window = u64::MAX).fails(Error::WindowOutOfRange),
		)
		.case(
			Maximum,
			terms(|terms| terms.rental.check_in = u64::MAX).fails(Error::WindowOutOfRange),
		)
		.case(
			Maximum,
			terms(|terms| terms.rental.period = u64::MAX).fails(Error::PeriodOutOfRange),
		)
		.case(
			Maximum,
			terms(|terms| terms.max_periods = u32::MAX).fails(Error::PeriodsOutOfRange),
		)
		// A hundred years until it is over.
		.case(
			Maximum,
			terms(|terms| {
				terms.rental.deposit = 60 * 24 * 36_500 * coin();
				terms.rental.overdue_price = coin();
			})
			.fails(Error::OverdueTooSlow),
		)
		// Dear, but who rents is told.
		.case(Maximum, terms(|terms| terms.rental.stop_penalty = MOST))
		.case(
			Overflow,
			terms(|terms| terms.rental.price = MOST).fails(Error::PriceOverflow),
		)
		.case(
			Overflow,
			terms(|terms| {
				terms.rental.deposit = MOST;
				terms.rental.overdue_price = MOST;
			})
			.fails(Error::PriceOverflow),
		);
	row.case(
		UnlistedAsset,
		terms(|terms| terms.asset = AssetKind::Asset(EUROS)).fails(EscrowError::AssetNotListed),
	)
	.case(FrozenAsset, then(freeze_asset))
	.case(BlockedPayee, then(block_machine))
	.case(FullList, terms(full))
	.case(
		FullList,
		terms(|terms| terms.arbiters = list([ARBITER, ARBITER].map(account))).fails(Error::BadArbiters),
	)
	.never(
		&[OwnCounterparty],
		"who the arbiter is to the parties is asked when somebody rents",
	)
}

fn publish() -> Row {
	fn publishes(terms: Terms) -> Call<Runtime> {
		let machine = machine();
		Call::publish_listing { machine, terms }
	}
	let may = actor(OWNER, Error::NotTheMachinesOwner);
	let row = Row::new(name("publish_listing"), may, registered, || publishes(listing_terms()))
		.case(Right, by(KEY))
		.case(
			WrongState,
			calling(|| Call::publish_listing {
				machine: NO_MACHINE,
				terms: listing_terms(),
			})
			.fails(Error::NotTheMachinesOwner),
		)
		.case(WrongState, then(out_of_service).fails(MachinesError::OutOfService))
		.case(
			WrongState,
			then(decommission).fails(MachinesError::MachineDecommissioned),
		)
		.case(FrozenMachine, then(freeze).fails(MachinesError::MachineFrozen))
		.case(
			FullList,
			then(|| (0..16).for_each(|_| publish_listing(listing_terms()))).fails(Error::TooManyListings),
		)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(OWNER))).fails(TokenError::FundsUnavailable),
		)
		.never(&[TooLate], NO_DEADLINE);
	with_terms(row, publishes)
}

fn update() -> Row {
	fn updates(terms: Terms) -> Call<Runtime> {
		let listing = listing();
		Call::update_listing { listing, terms }
	}
	let may = actor(OWNER, Error::NotTheMachinesOwner);
	let row = Row::new(name("update_listing"), may, listed, || updates(listing_terms()))
		.case(Right, by(KEY))
		// What was rented before stays as it was.
		.case(Right, given(|| rental_at(Use::Active)))
		.case(
			WrongState,
			calling(|| Call::update_listing {
				listing: NO_LISTING,
				terms: listing_terms(),
			})
			.fails(Error::UnknownListing),
		)
		// Nobody can rent by it any more.
		.case(WrongState, then(decommission))
		.case(FrozenMachine, then(freeze))
		.never(&[DepositUnaffordable], "the listing's deposit is there")
		.never(&[TooLate], NO_DEADLINE);
	with_terms(row, updates)
}

fn withdraw() -> Row {
	let withdraws = |listing: ListingId| Call::<Runtime>::withdraw_listing { listing };
	let may = actor(OWNER, Error::NotTheMachinesOwner);
	Row::new(name("withdraw_listing"), may, listed, move || withdraws(listing()))
		.case(Right, by(KEY))
		.case(Right, given(|| rental_at(Use::Active)))
		.case(
			WrongState,
			calling(move || withdraws(NO_LISTING)).fails(Error::UnknownListing),
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
