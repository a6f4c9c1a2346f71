//! What the customer says of a delivery, and what the machine's side says to that.

use super::{block_customer, name, Error, PARTIES_STAND};
use crate::prelude::*;
use pallet_jobs::Call;
use sp_runtime::TokenError;

type EscrowError = pallet_escrow::Error<Runtime>;
type MachinesError = pallet_machines::Error<Runtime>;

pub fn rows() -> Vec<Row> {
	vec![approve(), reject_row(), request_rework(), concede(), dispute()]
}

fn approve() -> Row {
	let approves = |job, units| Call::<Runtime>::approve { job, units };
	let units = move |units| calling(move || approves(job(), units));
	let may = actor(CUSTOMER, Error::NotTheCustomer);
	Row::new(
		name("approve"),
		may,
		|| at(Stage::Delivered),
		move || approves(job(), 1),
	)
	.at_stages(&[Stage::Delivered], Error::WrongState, move |job| approves(job, 1))
	.with_a_frozen_machine_too()
	.case(Stranger, by(OWNER).fails(Error::NotTheCustomer))
	.case(Right, units(UNITS))
	.case(Zero, units(0).fails(Error::ZeroUnits))
	.case(Maximum, units(UNITS + 1).fails(Error::TooManyUnits))
	.case(Overflow, units(u32::MAX).fails(Error::TooManyUnits))
	.pays(block_machine)
	.of_running_job()
	// Silence approves: saying so later is no different.
	.at_any_time(WINDOW)
}

fn reject_row() -> Row {
	let rejects = |job, units| Call::<Runtime>::reject {
		job,
		units,
		reason: Default::default(),
	};
	let units = move |units| calling(move || reject(units));
	let may = actor(CUSTOMER, Error::NotTheCustomer);
	Row::new(name("reject"), may, || at(Stage::Delivered), || reject(1))
		.at_stages(&[Stage::Delivered], Error::WrongState, move |job| rejects(job, 1))
		.with_a_frozen_machine_too()
		.case(Stranger, by(OWNER).fails(Error::NotTheCustomer))
		.case(Right, units(UNITS))
		.case(Zero, units(0).fails(Error::ZeroUnits))
		.case(Maximum, units(UNITS + 1).fails(Error::TooManyUnits))
		.case(Overflow, units(u32::MAX).fails(Error::TooManyUnits))
		.pays(block_machine)
		.of_running_job()
		.in_time(WINDOW, Error::TooLate)
}

fn request_rework() -> Row {
	let requests = |job| Call::<Runtime>::request_rework {
		job,
		reason: Default::default(),
	};
	let may = actor(CUSTOMER, Error::NotTheCustomer);
	Row::new(
		name("request_rework"),
		may,
		|| at(Stage::Delivered),
		move || requests(job()),
	)
	.at_stages(&[Stage::Delivered], Error::WrongState, requests)
	.with_a_frozen_machine_too()
	.case(
		Zero,
		given(|| at_with(Stage::Delivered, |terms| terms.rework = None)).fails(Error::NoRework),
	)
	// The only round is over.
	.case(
		Zero,
		then(move || act(CUSTOMER, requests(job())))
			.then(|| act(KEY, deliver(UNITS)))
			.fails(Error::NoRework),
	)
	.never(&[Maximum, Overflow], NO_AMOUNT)
	.whatever_the_asset()
	.of_running_job()
	.in_time(WINDOW, Error::TooLate)
}

fn concede() -> Row {
	let concedes = |job| Call::<Runtime>::concede { job };
	let may = actor(OWNER, Error::NotTheMachinesOwner);
	Row::new(name("concede"), may, || at(Stage::Rejected), move || concedes(job()))
		.at_stages(&[Stage::Rejected], Error::WrongState, concedes)
		.case(Right, by(KEY))
		.with_a_frozen_machine_too()
		.pays(block_customer)
		.takes_no_money()
		// Silence concedes: saying so later is no different.
		.at_any_time(WINDOW)
}

fn dispute() -> Row {
	let disputes = |job| Call::<Runtime>::dispute {
		job,
		evidence: Default::default(),
	};
	let may = actor(OWNER, Error::NotTheMachinesOwner);
	Row::new(name("dispute"), may, || at(Stage::Rejected), move || disputes(job()))
		.at_stages(&[Stage::Rejected], Error::WrongState, disputes)
		.with_a_frozen_machine_too()
		.case(Right, then(|| allow(100 * DOLLAR)).by(KEY))
		.never(&AMOUNTS, NO_AMOUNT)
		.case(UnlistedAsset, then(delist))
		.case(UnlistedAsset, then(unrate).fails(EscrowError::NoRate))
		.case(FrozenAsset, then(freeze_asset).fails(TokenError::FundsUnavailable))
		.case(BlockedPayee, then(block_machine))
		.never(&[OwnCounterparty], PARTIES_STAND)
		.never(&[FullList], "its evidence is its side's first")
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(OWNER))).fails(TokenError::FundsUnavailable),
		)
		.case(DepositUnaffordable, by(KEY).fails(MachinesError::PurposeNotAllowed))
		.case(
			DepositUnaffordable,
			then(|| allow(1)).by(KEY).fails(MachinesError::OverSpendingCap),
		)
		.in_time(WINDOW, Error::TooLate)
}
