//! Ordering, alone and in batches, and haggling.

use super::{name, Error, EscrowError, MachinesError, NO_JOB};
use crate::prelude::*;
use bpiiot_primitives::OfferId;
use bpiiot_runtime::Balance;
use pallet_jobs::Call;
use sp_runtime::{ArithmeticError, TokenError};

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

/// Leaves room for deposit and fee at any rate but the lowest ones.
const NEARLY_MOST: Balance = MOST - 1_000_000_000_000_000_000_000_000_000;

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
			line(|line| line.max_price = whole_price() - 1).fails(Error::MaxPriceTooLow),
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
		)
		// Deposit and fee are numbers at any rate: too large for everybody, and with a large price for any number.
		.case(
			Maximum,
			then(debase).only_in(Money::Dollars).fails(TokenError::FundsUnavailable),
		)
		.case(
			Maximum,
			of(|terms| terms.unit_price = NEARLY_MOST / UNITS as Balance).fails(TokenError::FundsUnavailable),
		)
		.case(
			Overflow,
			of(|terms| terms.unit_price = NEARLY_MOST / UNITS as Balance)
				.then(debase)
				.only_in(Money::Dollars)
				.fails(ArithmeticError::Overflow),
		);
	row.case(UnlistedAsset, then(delist).fails(EscrowError::AssetNotListed))
		.case(UnlistedAsset, then(unrate).fails(EscrowError::NoRate))
		.case(FrozenAsset, then(freeze_asset).fails(TokenError::FundsUnavailable))
		// The machine is paid when it is not blocked any more.
		.case(BlockedPayee, then(block_machine))
		.case(
			BlockedPayee,
			then(|| block(&account(CUSTOMER))).fails(TokenError::FundsUnavailable),
		)
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
			then(|| fill(&[STRANGER, BUYER, ARBITER, ISSUER])).fails(Error::TooManyOpenJobs),
		)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(CUSTOMER))).fails(TokenError::FundsUnavailable),
		)
		.case(
			DepositUnaffordable,
			then(|| robot(whole_price()))
				.by(ROBOT)
				.fails(MachinesError::OverSpendingCap),
		)
		.case(Right, then(|| robot(100 * coin())).by(ROBOT))
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
	let price_of = move |price| calling(move || counters(job(), price, counter().1));
	let time = move |time| calling(move || counters(job(), counter_price(), time));
	let may = actor(KEY, Error::NotTheMachinesOwner);
	let right = move || counters(job(), price(), counter().1);
	Row::new(name("counter_offer"), may, || at(Stage::Ordered), right)
		.at_stages(&Stage::OPEN, Error::WrongState, move |job| {
			counters(job, price(), u64::MAX)
		})
		.by_the_next_key_too()
		.case(Right, by(OWNER))
		.case(WrongState, given(|| at(Stage::Countered)).calling(counter_offer).idly())
		.case(FrozenMachine, then(freeze).by(OWNER))
		.case(Zero, price_of(0).fails(Error::ZeroPrice))
		.case(Zero, price_of(1).fails(EscrowError::ReleaseBelowMinimum))
		.case(Zero, time(0).fails(Error::DeadlineTooSoon))
		.case(Maximum, time(u64::MAX).fails(Error::DeadlineTooFar))
		.case(Maximum, price_of(MOST / UNITS as Balance))
		.case(Overflow, price_of(MOST).fails(Error::PriceOverflow))
		.whatever_the_asset()
		// Who has bought the machine may ask himself for something else.
		.case(OwnCounterparty, then(|| sell(CUSTOMER)).by(CUSTOMER))
		.case(
			OwnCounterparty,
			then(|| sell(CUSTOMER)).by(OWNER).fails(Error::NotTheMachinesOwner),
		)
		.never(&[FullList], "the next one takes the place of the one before")
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.in_time(WINDOW, Error::TooLate)
}

/// The machine wants another price, or another time.
fn wants(unit_price: Balance, deliver_by: u64) {
	let job = job();
	act(
		KEY,
		Call::counter_offer {
			job,
			unit_price,
			deliver_by,
		},
	);
}

fn accept_counter_offer() -> Row {
	let accepts = |job, unit_price, deliver_by| Call::<Runtime>::accept_counter_offer {
		job,
		unit_price,
		deliver_by,
	};
	let read = move |price: fn() -> Balance| move || accepts(job(), price(), counter().1);
	let misread = move |price| calling(read(price)).fails(Error::CounterOfferChanged);
	// The machine wants more than was ordered for.
	let dearer = move |price: fn() -> Balance| then(move || wants(price(), counter().1)).calling(read(price));
	let double = || 2 * price();
	let soon = || START + WINDOW / 2;
	let may = actor(CUSTOMER, Error::NotTheCustomer);
	Row::new(
		name("accept_counter_offer"),
		may,
		|| at(Stage::Countered),
		read(counter_price),
	)
	.case(
		WrongState,
		calling(move || accepts(NO_JOB, price(), now())).fails(Error::UnknownJob),
	)
	.case(WrongState, given(|| at(Stage::Ordered)).fails(Error::NoCounterOffer))
	.with_a_frozen_machine_too()
	.of_a_machines_key_too(Stage::Countered)
	// What it may spend is for its policy to say, which asks its key.
	.case(
		Stranger,
		given(|| bought_at(Stage::Countered)).fails(Error::NotTheCustomer),
	)
	.case(
		WrongState,
		then(|| wants(price(), counter().1)).fails(Error::CounterOfferChanged),
	)
	.case(WrongState, given(|| at(Stage::Accepted)).fails(Error::WrongState))
	.case(WrongState, given(|| at(Stage::Delivered)).fails(Error::WrongState))
	.case(WrongState, given(|| at(Stage::Settled)).fails(Error::WrongState))
	.case(Zero, misread(|| 0))
	.case(Maximum, misread(|| MOST))
	.case(
		Maximum,
		dearer(|| MOST / UNITS as Balance).fails(TokenError::FundsUnavailable),
	)
	.never(&[Overflow], "the price was a number when it was countered")
	.case(Right, dearer(double))
	.pays([(Party::Customer, Party::Customer, || {
		whole_price() - UNITS as Balance * counter_price()
	})])
	.of_the_new_owner_too(savings)
	.never(&[FullList], FILLS_NO_LIST)
	.case(
		DepositUnaffordable,
		dearer(double)
			.then(|| impoverish(&account(CUSTOMER)))
			.fails(TokenError::FundsUnavailable),
	)
	.case(
		DepositUnaffordable,
		given(|| bought_at(Stage::Countered))
			.then(move || wants(double(), counter().1))
			.then(|| allow_robot(1))
			.calling(read(double))
			.by(ROBOT)
			.fails(MachinesError::OverSpendingCap),
	)
	.in_time(WINDOW, Error::TooLate)
	// What the machine wanted has become too soon.
	.case(
		TooLate,
		then(move || wants(counter_price(), soon() + 1))
			.then(later(WINDOW / 2))
			.calling(move || accepts(job(), counter_price(), soon() + 1)),
	)
	.case(
		TooLate,
		then(move || wants(counter_price(), soon()))
			.then(later(WINDOW / 2))
			.calling(move || accepts(job(), counter_price(), soon()))
			.fails(Error::DeadlineTooSoon),
	)
}
