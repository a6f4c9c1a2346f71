//! What the machine does with an order, and the ways out of it.

use super::{block_customer, name, Error};
use crate::prelude::*;
use bpiiot_primitives::JobId;
use pallet_jobs::Call;
use sp_runtime::{Permill, TokenError};

type EscrowError = pallet_escrow::Error<Runtime>;

pub fn rows() -> Vec<Row> {
	vec![
		accept(),
		decline(),
		start(),
		progress(),
		deliver_row(),
		cancel(),
		expire(),
		remove(),
	]
}

fn accept() -> Row {
	let accepts = |job| Call::<Runtime>::accept { job };
	let may = actor(KEY, Error::NotTheMachine);
	Row::new(name("accept"), may, || at(Stage::Ordered), move || accepts(job()))
		.at_stages(&Stage::OPEN, Error::WrongState, accepts)
		.by_the_next_key_too()
		.case(Stranger, by(OWNER).fails(Error::NotTheMachine))
		.case(Zero, given(|| at_with(Stage::Ordered, |terms| terms.bond = 0)))
		.case(
			Maximum,
			given(|| at_with(Stage::Ordered, |terms| terms.bond = MOST)).fails(TokenError::FundsUnavailable),
		)
		.never(&[Overflow], SUMS_NOTHING)
		.case(UnlistedAsset, then(delist))
		.case(FrozenAsset, then(freeze_asset).fails(TokenError::FundsUnavailable))
		.case(BlockedPayee, then(block_machine).fails(TokenError::FundsUnavailable))
		.never(&[OwnCounterparty], super::PARTIES_STAND)
		.never(&[FullList], FILLS_NO_LIST)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&machine().account())).fails(TokenError::FundsUnavailable),
		)
		.case(
			DepositUnaffordable,
			then(|| allow(BOND - 1)).fails(pallet_machines::Error::<Runtime>::OverSpendingCap),
		)
		.in_time(WINDOW, Error::TooLate)
}

fn decline() -> Row {
	let declines = |job| Call::<Runtime>::decline {
		job,
		reason: Default::default(),
	};
	let may = actor(KEY, Error::NotTheMachine);
	Row::new(name("decline"), may, || at(Stage::Ordered), move || declines(job()))
		.at_stages(&Stage::OPEN, Error::WrongState, declines)
		.by_the_next_key_too()
		.pays(block_customer)
		.takes_no_money()
		.at_any_time(WINDOW)
}

fn start() -> Row {
	let starts = |job| Call::<Runtime>::start { job };
	let may = actor(KEY, Error::NotTheMachine);
	Row::new(name("start"), may, || at(Stage::Accepted), move || starts(job()))
		.at_stages(&[Stage::Accepted], Error::WrongState, starts)
		.by_the_next_key_too()
		.whatever_the_asset()
		.takes_no_money()
		.in_time(DELIVERY, Error::TooLate)
}

fn progress() -> Row {
	let reports = |job, units_done| Call::<Runtime>::progress { job, units_done };
	let units = move |units| calling(move || reports(job(), units));
	let may = actor(KEY, Error::NotTheMachine);
	Row::new(name("progress"), may, || at(Stage::Started), move || reports(job(), 1))
		.at_stages(&[Stage::Started], Error::WrongState, move |job| reports(job, 1))
		.by_the_next_key_too()
		.case(
			WrongState,
			then(move || act(KEY, reports(job(), 1))).fails(Error::NoProgress),
		)
		.case(Zero, units(0).fails(Error::NoProgress))
		.case(Maximum, units(UNITS + 1).fails(Error::TooManyUnits))
		.case(Maximum, units(u32::MAX).fails(Error::TooManyUnits))
		.never(&[Overflow], SUMS_NOTHING)
		.whatever_the_asset()
		.of_running_job()
		// A report of work that comes too late does no harm.
		.at_any_time(DELIVERY)
}

fn deliver_row() -> Row {
	let units = |units| calling(move || deliver(units));
	let delivers = |job: JobId| Call::<Runtime>::deliver {
		job,
		units: 1,
		result: Default::default(),
	};
	let may = actor(KEY, Error::NotTheMachine);
	Row::new(name("deliver"), may, || at(Stage::Started), || deliver(UNITS))
		.at_stages(&[Stage::Started], Error::WrongState, delivers)
		.by_the_next_key_too()
		.case(Zero, units(0).fails(Error::ZeroUnits))
		.case(Maximum, units(UNITS + 1).fails(Error::TooManyUnits))
		.case(Overflow, units(u32::MAX).fails(Error::TooManyUnits))
		.whatever_the_asset()
		.of_running_job()
		.in_time(DELIVERY, Error::TooLate)
}

fn cancel() -> Row {
	let cancels = |job| Call::<Runtime>::cancel {
		job,
		reason: Default::default(),
	};
	let early = [Stage::Ordered, Stage::Countered, Stage::Accepted, Stage::Started];
	let may = actor(CUSTOMER, Error::NotAParty);
	Row::new(name("cancel"), may, || at(Stage::Accepted), move || cancels(job()))
		.at_stages(&early, Error::WrongState, cancels)
		.with_a_frozen_machine_too()
		.case(Stranger, by(OWNER).fails(Error::NotAParty))
		// The machine gives up what it has promised, and declines what it has not.
		.case(Right, by(KEY))
		.case(
			WrongState,
			given(|| at(Stage::Ordered)).by(KEY).fails(Error::WrongState),
		)
		.case(
			WrongState,
			given(|| at(Stage::Delivered)).by(KEY).fails(Error::WrongState),
		)
		// What went back was delivered before: he has it, and may not get it for the fee.
		.case(
			WrongState,
			given(|| {
				at(Stage::Delivered);
				let reason = Default::default();
				act(CUSTOMER, Call::<Runtime>::request_rework { job: job(), reason });
			})
			.fails(Error::AlreadyDelivered),
		)
		// All of the price, and none of it.
		.case(
			Maximum,
			given(|| at_with(Stage::Accepted, |terms| terms.cancellation.accepted = Permill::one())),
		)
		.case(
			Zero,
			given(|| at_with(Stage::Accepted, |terms| terms.cancellation.accepted = Permill::zero())),
		)
		.never(&[Overflow], SUMS_NOTHING)
		.pays(block_customer)
		.of_running_job()
		// A customer whose machine is late lets the job expire, and pays nothing.
		.in_time(DELIVERY, Error::TooLate)
		.case(TooLate, then(later(DELIVERY + 1)).by(KEY))
}

fn expire() -> Row {
	let expires = |job| Call::<Runtime>::expire { job };
	let due = || {
		at(Stage::Started);
		crate::chain::pass(DELIVERY + 1);
	};
	let row = Row::new(name("expire"), anybody(STRANGER), due, move || expires(job()))
		.case(WrongState, calling(move || expires(JobId(1))).fails(Error::UnknownJob))
		.case(WrongState, given(|| at(Stage::Settled)).fails(Error::WrongState))
		.with_a_frozen_machine_too()
		.case(
			WrongState,
			then(|| root_acts(pallet_escrow::Call::pause {})).fails(EscrowError::AgreementsPaused),
		)
		.pays(block_customer)
		.takes_no_money();
	// Each stage has its own deadline, and until that has passed nobody ends it.
	[
		(Stage::Ordered, WINDOW),
		(Stage::Countered, WINDOW),
		(Stage::Accepted, DELIVERY),
		(Stage::Started, DELIVERY),
		(Stage::Delivered, WINDOW),
		(Stage::Rejected, WINDOW),
	]
	.into_iter()
	.fold(row, |row, (stage, millis)| {
		row.case(
			TooLate,
			given(move || at(stage)).then(later(millis)).fails(Error::NotExpired),
		)
		.case(TooLate, given(move || at(stage)).then(later(millis + 1)))
	})
}

fn remove() -> Row {
	let removes = |job| Call::<Runtime>::remove { job };
	let may = actor(CUSTOMER, Error::NotTheCustomer);
	Row::new(name("remove"), may, || at(Stage::Settled), move || removes(job()))
		.at_stages(&[Stage::Settled], Error::NotSettled, removes)
		.with_a_frozen_machine_too()
		.case(
			WrongState,
			then(move || act(CUSTOMER, removes(job())))
				.calling(move || removes(JobId(1)))
				.fails(Error::UnknownJob),
		)
		.pays(block_customer)
		.takes_no_money()
		.at_any_time(DELIVERY)
		.case(Stranger, by(OWNER).fails(Error::NotTheCustomer))
		.case(Right, then(|| impoverish(&account(CUSTOMER))))
}
