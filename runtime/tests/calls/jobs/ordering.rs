//! Ordering, alone and in batches, and haggling.

use super::{block_customer, name, Error, NO_JOB, PARTIES_STAND};
use crate::prelude::*;
use bpiiot_primitives::{AssetKind, OfferId};
use bpiiot_runtime::Balance;
use pallet_jobs::Call;
use sp_runtime::{ArithmeticError, TokenError};

type EscrowError = pallet_escrow::Error<Runtime>;
type MachinesError = pallet_machines::Error<Runtime>;

pub fn rows() -> Vec<Row> {
	vec![
		ordering(
			Row::new(name("order"), any_actor(CUSTOMER), published, || order(line())),
			order,
		),
		order_batch_row(),
		counter_offer_row(),
		accept_counter_offer(),
	]
}

/// What the customer orders of which something is different.
fn but(change: fn(&mut Line)) -> Line {
	let mut line = line();
	change(&mut line);
	line
}

/// So many customers fill what is left of the machine's list.
fn fill(customers: &[&str]) {
	for customer in customers {
		(0..8).for_each(|_| act(customer, order(but(|line| line.units = 1))));
	}
}

/// What is alike for one order and for several.
fn ordering(row: Row, call: fn(Line) -> Call<Runtime>) -> Row {
	let line = move |change: fn(&mut Line)| calling(move || call(but(change)));
	// The offer names him, and the order too.
	let judged_by = move |who: &'static str| {
		given(move || {
			let mut terms = terms();
			if let Some(disputes) = &mut terms.disputes {
				disputes.arbiters = list([account(who)]);
			}
			registered();
			if who != STRANGER {
				act(who, arbitrate(ARBITER_FEE));
			}
			publish(terms);
		})
		.calling(move || {
			call(Line {
				arbiter: Some(account(who)),
				..crate::world::line()
			})
		})
	};
	let of = |change: fn(&mut Terms)| given(move || published_with(change));
	let row = row
		.case(
			WrongState,
			line(|line| line.offer = OfferId(1)).fails(Error::UnknownOffer),
		)
		.case(WrongState, line(|line| line.version = 2).fails(Error::OfferChanged))
		.case(
			WrongState,
			then(|| {
				let (offer, terms) = (offer(), terms());
				act(OWNER, Call::update_offer { offer, terms });
			})
			.fails(Error::OfferChanged),
		)
		.case(WrongState, then(out_of_service).fails(MachinesError::OutOfService))
		.case(
			WrongState,
			then(decommission).fails(MachinesError::MachineDecommissioned),
		)
		.case(
			WrongState,
			line(|line| line.arbiter = Some(account(STRANGER))).fails(Error::ArbiterNotOffered),
		)
		.case(WrongState, judged_by(STRANGER).fails(EscrowError::UnknownArbiter))
		.case(Right, line(|line| line.arbiter = Some(account(ARBITER))))
		.case(FrozenMachine, then(freeze).fails(MachinesError::MachineFrozen))
		.case(Zero, line(|line| line.units = 0).fails(Error::ZeroUnits))
		.case(Zero, line(|line| line.max_price = 0).fails(Error::MaxPriceTooLow))
		.case(Zero, line(|line| line.deliver_by = 0).fails(Error::DeadlineTooSoon))
		.case(Maximum, line(|line| line.units = u32::MAX).fails(Error::TooManyUnits))
		.case(
			Maximum,
			line(|line| line.units = 2 * UNITS + 1).fails(Error::TooManyUnits),
		)
		.case(
			Maximum,
			line(|line| line.max_price = UNITS as Balance * PRICE - 1).fails(Error::MaxPriceTooLow),
		)
		.case(
			Maximum,
			line(|line| line.deliver_by = u64::MAX).fails(Error::DeadlineTooFar),
		)
		.case(
			Overflow,
			of(|terms| terms.unit_price = MOST / 2).fails(Error::PriceOverflow),
		)
		// The price is a number, and with deposit and fee it is none.
		.case(
			Overflow,
			of(|terms| terms.unit_price = MOST / UNITS as Balance).fails(ArithmeticError::Overflow),
		);
	row.case(UnlistedAsset, then(delist).fails(EscrowError::AssetNotListed))
		.case(
			UnlistedAsset,
			of(|terms| terms.asset = AssetKind::Asset(EUROS)).fails(EscrowError::AssetNotListed),
		)
		.case(UnlistedAsset, then(unrate).fails(EscrowError::NoRate))
		.case(FrozenAsset, then(freeze_asset).fails(TokenError::FundsUnavailable))
		// The machine is paid when it is not blocked any more.
		.case(BlockedPayee, then(block_machine))
		.case(BlockedPayee, then(block_customer).fails(TokenError::FundsUnavailable))
		.case(OwnCounterparty, by(OWNER).fails(Error::OwnMachine))
		.case(OwnCounterparty, by(KEY).fails(Error::OwnMachine))
		.case(OwnCounterparty, judged_by(OWNER).fails(EscrowError::ArbiterIsParty))
		.case(OwnCounterparty, judged_by(CUSTOMER).fails(EscrowError::ArbiterIsParty))
		.case(
			FullList,
			then(|| fill(&[CUSTOMER])).fails(Error::TooManyOpenJobsOfCustomer),
		)
		.case(
			FullList,
			then(|| fill(&[STRANGER, BUYER, ARBITER, ROBOT])).fails(Error::TooManyOpenJobs),
		)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(CUSTOMER))).fails(TokenError::FundsUnavailable),
		)
		.case(
			DepositUnaffordable,
			then(|| robot(UNITS as Balance * PRICE))
				.by(ROBOT)
				.fails(MachinesError::OverSpendingCap),
		)
		.case(Right, then(|| robot(100 * DOLLAR)).by(ROBOT))
		// At the least, the machine has its lead time.
		.case(TooLate, line(|line| line.deliver_by = START + WINDOW))
		.case(
			TooLate,
			line(|line| line.deliver_by = START + WINDOW - 1).fails(Error::DeadlineTooSoon),
		)
		.case(
			TooLate,
			line(|line| line.deliver_by = START).fails(Error::DeadlineTooSoon),
		)
}

fn order_batch_row() -> Row {
	fn two(second: Line) -> Call<Runtime> {
		order_batch([line(), second])
	}
	let right = || two(line());
	let row = Row::new(name("order_batch"), any_actor(CUSTOMER), published, right)
		.case(Zero, calling(|| order_batch([])).fails(Error::EmptyBatch))
		.case(
			FullList,
			calling(|| order_batch((0..8).map(|_| but(|line| line.units = 1)))),
		)
		// The last one is one too many.
		.case(
			FullList,
			then(|| act(CUSTOMER, order(but(|line| line.units = 1))))
				.calling(|| order_batch((0..8).map(|_| but(|line| line.units = 1))))
				.fails(Error::TooManyOpenJobsOfCustomer),
		);
	ordering(row, two)
}

fn counter_offer_row() -> Row {
	let counters = |job, unit_price, deliver_by| Call::<Runtime>::counter_offer {
		job,
		unit_price,
		deliver_by,
	};
	let price = move |price| calling(move || counters(job(), price, counter().1));
	let time = move |time| calling(move || counters(job(), COUNTER_PRICE, time));
	let may = actor(KEY, Error::NotTheMachinesOwner);
	Row::new(name("counter_offer"), may, || at(Stage::Ordered), counter_offer)
		.at_stages(&Stage::OPEN, Error::WrongState, move |job| {
			counters(job, PRICE, u64::MAX)
		})
		.by_the_next_key_too()
		.case(Right, by(OWNER))
		.case(FrozenMachine, then(freeze).by(OWNER))
		.case(Zero, price(0).fails(Error::ZeroPrice))
		.case(Zero, price(1).fails(EscrowError::ReleaseBelowMinimum))
		.case(Zero, time(0).fails(Error::DeadlineTooSoon))
		.case(Maximum, time(u64::MAX).fails(Error::DeadlineTooFar))
		.case(Maximum, price(MOST / UNITS as Balance))
		.case(Overflow, price(MOST).fails(Error::PriceOverflow))
		.whatever_the_asset()
		.never(&[OwnCounterparty], PARTIES_STAND)
		.case(FullList, given(|| at(Stage::Countered)))
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.in_time(WINDOW, Error::TooLate)
}

fn accept_counter_offer() -> Row {
	let accepts = |job, unit_price, deliver_by| Call::<Runtime>::accept_counter_offer {
		job,
		unit_price,
		deliver_by,
	};
	let read = move |price| calling(move || accepts(job(), price, counter().1));
	let right = move || accepts(job(), counter().0, counter().1);
	// The machine wants more than was ordered for.
	let dearer = |price: Balance| {
		move || {
			act(
				KEY,
				Call::counter_offer {
					job: job(),
					unit_price: price,
					deliver_by: counter().1,
				},
			);
		}
	};
	let may = actor(CUSTOMER, Error::NotTheCustomer);
	Row::new(name("accept_counter_offer"), may, || at(Stage::Countered), right)
		.case(
			WrongState,
			calling(move || accepts(NO_JOB, PRICE, now())).fails(Error::UnknownJob),
		)
		.case(WrongState, given(|| at(Stage::Ordered)).fails(Error::NoCounterOffer))
		.with_a_frozen_machine_too()
		.case(WrongState, then(dearer(PRICE)).fails(Error::CounterOfferChanged))
		.case(WrongState, given(|| at(Stage::Accepted)).fails(Error::WrongState))
		.case(WrongState, given(|| at(Stage::Delivered)).fails(Error::WrongState))
		.case(WrongState, given(|| at(Stage::Settled)).fails(Error::WrongState))
		.case(Zero, read(0).fails(Error::CounterOfferChanged))
		.case(Maximum, read(MOST).fails(Error::CounterOfferChanged))
		.case(
			Maximum,
			then(dearer(MOST / UNITS as Balance))
				.calling(move || accepts(job(), MOST / UNITS as Balance, counter().1))
				.fails(TokenError::FundsUnavailable),
		)
		.never(&[Overflow], "the price was a number when it was countered")
		.case(
			Right,
			then(dearer(2 * PRICE)).calling(move || accepts(job(), 2 * PRICE, counter().1)),
		)
		.pays(block_customer)
		.never(&[OwnCounterparty], PARTIES_STAND)
		.never(&[FullList], FILLS_NO_LIST)
		.case(
			DepositUnaffordable,
			then(dearer(2 * PRICE))
				.then(|| impoverish(&account(CUSTOMER)))
				.calling(move || accepts(job(), 2 * PRICE, counter().1))
				.fails(TokenError::FundsUnavailable),
		)
		.in_time(WINDOW, Error::TooLate)
}
