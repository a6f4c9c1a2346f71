//! The end of use, by either side's word and by silence.

use super::{bonded, name, Error, EscrowError};
use crate::prelude::*;
use bpiiot_primitives::RentalId;
use bpiiot_runtime::Balance;
use pallet_rentals::{Call, Outcome, Stage};

pub fn rows() -> Vec<Row> {
	vec![give_back(), confirm(), stop(), expire(), remove()]
}

/// What is the renter's of the rent when he gives it back at once.
fn unused_rent() -> Balance {
	rent_price() - least_rent()
}

/// The lock has said that it came back.
fn reported() {
	rental_at(Use::Active);
	act(KEY, confirm_return(START));
}

/// What is paid when both sides agree that it came back at once. The deposit waits.
const USED: [Payment; 2] = [
	(Party::Machine, Party::Customer, least_rent),
	(Party::Customer, Party::Customer, unused_rent),
];

fn give_back() -> Row {
	let gives = |rental: RentalId| Call::<Runtime>::give_back { rental };
	let may = actor(CUSTOMER, Error::NotTheRenter);
	let active = || rental_at(Use::Active);
	Row::new(name("give_back"), may, active, move || gives(rental()))
		.at_uses(&[Use::Active], gives)
		.of_a_renting_machine_too(Use::Active)
		// Its owner has taken it from him.
		.case(
			FrozenMachine,
			then(freeze).leaves(|| rental_is(Stage::Returned(Outcome::Stopped))),
		)
		.case(
			WrongState,
			then(out_of_service).leaves(|| rental_is(Stage::Returned(Outcome::Stopped))),
		)
		// Nobody else has said so yet: nothing is paid.
		.pays([])
		.case(BlockedPayee, then(block_machine).leaves(|| credited([])))
		.pays_when(|| given(reported), USED)
		.of_the_new_owner_as_renter(bonded)
		.says_no_amount()
		.case(TooLate, then(later(RENTED)))
		.case(
			TooLate,
			then(later(RENTED + 1)).leaves(|| assert_eq!(rental_record().money.overdue, security() / 2)),
		)
}

fn confirm() -> Row {
	let confirms = |rental, at| Call::<Runtime>::confirm_return {
		rental,
		at,
		evidence: Default::default(),
	};
	let at = move |at: u64| calling(move || confirms(rental(), at));
	let may = actor(KEY, Error::NotTheMachinesOwner);
	let returned = || rental_at(Use::Returned);
	Row::new(name("confirm_return"), may, returned, || confirm_return(START))
		.at_uses(&[Use::Active, Use::Returned], move |rental| confirms(rental, START))
		.of_the_machines_side_too()
		// Said once.
		.case(
			WrongState,
			then(|| act(KEY, confirm_return(START))).fails(Error::WrongStage),
		)
		.case(Zero, at(0).fails(Error::BadMoment))
		.case(Zero, at(START - PERIOD - 1).fails(Error::BadMoment))
		.case(Zero, at(START - PERIOD))
		.case(Maximum, at(START + 1).fails(Error::BadMoment))
		.case(Maximum, at(u64::MAX).fails(Error::BadMoment))
		.never(&[Overflow], super::WAS_A_NUMBER)
		.pays(USED)
		.takes_nothing_for_rent()
		.at_any_time(WINDOW)
}

fn stop() -> Row {
	let stops = |rental: RentalId| Call::<Runtime>::stop {
		rental,
		reason: Default::default(),
	};
	let may = actor(KEY, Error::NotTheMachinesOwner);
	let active = || rental_at(Use::Active);
	let booked = || given(|| rental_at(Use::Booked));
	Row::new(name("stop"), may, active, move || stops(rental()))
		.at_uses(&[Use::Booked, Use::Active], stops)
		.of_the_machines_side_too()
		// Before anything was used. The deposit waits, and the bond with it.
		.pays([(Party::Customer, Party::Customer, rent_price)])
		.case(BlockedPayee, then(block_machine).leaves(|| credited([])))
		// Booked, and the bond is put up only to be lost.
		.case(Right, booked().leaves(|| rental_is(Stage::Settled(Outcome::Stopped))))
		.never(&AMOUNTS, NO_AMOUNT)
		.never(&[FullList], FILLS_NO_LIST)
		.case(DepositUnaffordable, booked().then(|| allow(1)).fails(Error::NoBond))
		.in_time(RENTED - 1, Error::TooLate)
}

fn expire() -> Row {
	let ends = |rental: RentalId| Call::<Runtime>::expire { rental };
	let due = || {
		rental_at(Use::Booked);
		crate::chain::pass(WINDOW + 1);
	};
	let row = Row::new(name("expire"), anybody(STRANGER), due, move || ends(rental()))
		.case(WrongState, calling(move || ends(NO_RENTAL)).fails(Error::UnknownRental))
		.case(WrongState, given(|| rental_at(Use::Disputed)).fails(Error::WrongStage))
		.case(WrongState, given(|| rental_at(Use::Settled)).fails(Error::WrongStage))
		.case(
			WrongState,
			then(|| root_acts(pallet_escrow::Call::pause {})).fails(EscrowError::AgreementsPaused),
		)
		.with_a_frozen_machine_too()
		// Not started.
		.pays([
			(Party::Machine, Party::Customer, least_rent),
			(Party::Customer, Party::Customer, most_back),
			(Party::Chain, Party::Customer, rent_fee),
		])
		// Not approved.
		.pays_when(
			|| given(|| rental_at(Use::Requested)).then(later(WINDOW + 1)),
			[
				(Party::Customer, Party::Customer, rent_and_security),
				(Party::Chain, Party::Customer, rent_fee),
			],
		)
		// Not given back.
		.pays_when(
			|| given(|| rental_at(Use::Active)).then(later(RENTED + RUNS_DOWN + 1)),
			[
				(Party::Machine, Party::Customer, rent_and_security),
				(Party::Machine, Party::Machine, stop_penalty),
				(Party::Chain, Party::Customer, rent_fee),
			],
		)
		.of_the_new_owner_as_renter(|| savings() + least_rent())
		.says_no_amount();
	// Each stage has its own deadline, and until that has passed nobody ends it.
	[
		(Use::Requested, WINDOW),
		(Use::Booked, WINDOW),
		(Use::Active, RENTED + RUNS_DOWN),
		(Use::Returned, WINDOW),
		(Use::Claimed, WINDOW),
	]
	.into_iter()
	.fold(row, |row, (stage, millis)| {
		row.case(
			TooLate,
			given(move || rental_at(stage))
				.then(later(millis))
				.fails(Error::NotExpired),
		)
		.case(TooLate, given(move || rental_at(stage)).then(later(millis + 1)))
	})
}

fn remove() -> Row {
	let removes = |rental: RentalId| Call::<Runtime>::remove { rental };
	let may = actor(CUSTOMER, Error::NotTheRenter);
	let settled = || rental_at(Use::Settled);
	Row::new(name("remove"), may, settled, move || removes(rental()))
		.at_uses_or(&[Use::Settled], Error::NotSettled, removes)
		.with_a_frozen_machine_too()
		.of_a_renting_machine_too(Use::Settled)
		.case(
			WrongState,
			then(move || act(CUSTOMER, removes(rental())))
				.calling(move || removes(NO_RENTAL))
				.fails(Error::UnknownRental),
		)
		.pays([(Party::Customer, Party::Customer, record_deposit)])
		.of_the_new_owner_as_renter(|| savings() + least_rent())
		.says_no_amount()
		.at_any_time(RENTED)
		.case(Right, then(|| impoverish(&account(CUSTOMER))))
}
