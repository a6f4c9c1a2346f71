//! What the customer says of a delivery, and what the machine's side says to that.

use super::{name, Error, EscrowError, MachinesError, WAS_A_NUMBER};
use crate::{prelude::*, table::Scenario};
use bpiiot_primitives::{JobId, Side};
use bpiiot_runtime::Balance;
use pallet_jobs::Call;
use sp_runtime::{Permill, TokenError};

pub fn rows() -> Vec<Row> {
	vec![approve_row(), reject_row(), request_rework_row(), concede(), dispute()]
}

/// An order with an arbiter: units that are rejected are not paid for before it is clear whether that is disputed.
fn judged() -> Scenario {
	given(|| judged_at(Stage::Delivered))
}

/// What is left of the machine's savings while its bond is on hold.
fn bonded() -> Balance {
	savings() - bond()
}

/// What is alike when units are approved and when they are rejected.
fn of_reviewed_units(row: Row, call: fn(JobId, u32) -> Call<Runtime>) -> Row {
	let units = move |units| calling(move || call(job(), units));
	row.at_stages(&[Stage::Delivered], Error::WrongState, move |job| call(job, 1))
		.with_a_frozen_machine_too()
		.of_a_machine_too(Stage::Delivered, Error::NotTheCustomer)
		.case(Stranger, by(OWNER).fails(Error::NotTheCustomer))
		.case(Right, units(UNITS))
		.case(Zero, units(0).fails(Error::ZeroUnits))
		.case(Maximum, units(UNITS + 1).fails(Error::TooManyUnits))
		.case(Maximum, units(u32::MAX).fails(Error::TooManyUnits))
		.never(&[Overflow], WAS_A_NUMBER)
		.of_running_job()
}

fn approve_row() -> Row {
	let approves = |job, units| Call::<Runtime>::approve { job, units };
	let may = actor(CUSTOMER, Error::NotTheCustomer);
	let row = Row::new(name("approve"), may, || at(Stage::Delivered), || approve(1));
	let one = [(Party::Machine, Party::Customer, price as fn() -> Balance)];
	of_reviewed_units(row, approves)
		.pays(one)
		.pays_when(judged, one)
		.pays_when(
			|| calling(|| approve(UNITS)),
			[
				(Party::Machine, Party::Customer, whole_price),
				(Party::Machine, Party::Machine, bond),
				(Party::Chain, Party::Customer, order_fee),
			],
		)
		// What he pays stays his, since the machine is.
		.of_the_new_owner_too(|| bonded() + price())
		// Silence approves: saying so later is no different.
		.at_any_time(WINDOW)
}

fn reject_row() -> Row {
	let rejects = |job, units| Call::<Runtime>::reject {
		job,
		units,
		reason: Default::default(),
	};
	let may = actor(CUSTOMER, Error::NotTheCustomer);
	let row = Row::new(name("reject"), may, || at(Stage::Delivered), || reject(1));
	of_reviewed_units(row, rejects)
		.pays([
			(Party::Machine, Party::Customer, rejection_fee),
			(Party::Customer, Party::Customer, || price() - rejection_fee()),
		])
		.pays_when(judged, [])
		.case(BlockedPayee, judged().then(block_machine).leaves(|| credited([])))
		.case(
			BlockedPayee,
			judged().then(|| block(&account(CUSTOMER))).leaves(|| credited([])),
		)
		.of_the_new_owner_too(|| bonded() + rejection_fee())
		.in_time(WINDOW, Error::TooLate)
}

fn request_rework_row() -> Row {
	let requests = |job| Call::<Runtime>::request_rework {
		job,
		reason: Default::default(),
	};
	let may = actor(CUSTOMER, Error::NotTheCustomer);
	Row::new(name("request_rework"), may, || at(Stage::Delivered), request_rework)
		.at_stages(&[Stage::Delivered], Error::WrongState, requests)
		.with_a_frozen_machine_too()
		.of_a_machine_too(Stage::Delivered, Error::NotTheCustomer)
		.case(
			Zero,
			given(|| at_with(Stage::Delivered, |terms| terms.rework = None)).fails(Error::NoRework),
		)
		// The only round is over.
		.case(
			Zero,
			given(sent_back)
				.then(|| act(KEY, deliver(UNITS)))
				.fails(Error::NoRework),
		)
		.case(
			WrongState,
			judged()
				.then(|| act(CUSTOMER, reject(1)))
				.fails(Error::AlreadyContested),
		)
		.never(&[Maximum, Overflow], NO_AMOUNT)
		.whatever_the_asset()
		.of_the_new_owner_too(bonded)
		.of_running_job()
		.in_time(WINDOW, Error::TooLate)
}

fn concede() -> Row {
	let concedes = |job| Call::<Runtime>::concede { job };
	let fees = || UNITS as Balance * rejection_fee();
	let may = actor(OWNER, Error::NotTheMachinesOwner);
	let row = Row::new(name("concede"), may, || at(Stage::Rejected), move || concedes(job()))
		.at_stages(&[Stage::Rejected], Error::WrongState, concedes)
		.case(Right, by(KEY))
		.with_a_frozen_machine_too()
		.pays([
			(Party::Machine, Party::Customer, fees),
			(Party::Customer, Party::Customer, || {
				whole_price() - UNITS as Balance * rejection_fee()
			}),
			(Party::Machine, Party::Machine, bond),
			(Party::Chain, Party::Customer, order_fee),
		])
		.takes_no_money()
		// Silence concedes: saying so later is no different.
		.at_any_time(WINDOW);
	// Whoever has bought the machine concedes in the seller's place.
	[CUSTOMER, ARBITER].into_iter().fold(row, |row, buyer| {
		row.case(
			OwnCounterparty,
			then(move || sell(buyer))
				.by(buyer)
				.leaves(move || machine_has(savings() + fees())),
		)
		.case(
			OwnCounterparty,
			then(move || sell(buyer)).fails(Error::NotTheMachinesOwner),
		)
	})
}

/// Who has disputed the job, and for whom.
fn opened_by(who: &str) {
	let dispute = pallet_escrow::Disputes::<Runtime>::get(agreement()).expect("is there");
	assert_eq!((dispute.opener, dispute.side), (account(who), Side::Payee));
}

fn dispute() -> Row {
	let disputes = |job| Call::<Runtime>::dispute {
		job,
		evidence: Default::default(),
	};
	// The arbiter asked for nothing when it was ordered.
	let without_fee = || {
		published();
		act(ARBITER, arbitrate(Permill::zero()));
		ordered(CUSTOMER, Stage::Rejected);
	};
	let may = actor(OWNER, Error::NotTheMachinesOwner);
	let row = Row::new(name("dispute"), may, || at(Stage::Rejected), move || disputes(job()))
		.at_stages(&[Stage::Rejected], Error::WrongState, disputes)
		.with_a_frozen_machine_too()
		.case(Right, then(|| allow(100 * coin())).by(KEY))
		.case(Zero, given(without_fee))
		.case(
			Maximum,
			then(debase).only_in(Money::Dollars).fails(TokenError::FundsUnavailable),
		)
		.never(
			&[Overflow],
			"at the lowest rate the bond is 10^30, and the fee is at most a fifth of the largest price",
		)
		.case(UnlistedAsset, then(delist))
		.case(UnlistedAsset, then(unrate).fails(EscrowError::NoRate))
		.case(FrozenAsset, then(freeze_asset).fails(TokenError::FundsUnavailable))
		.case(BlockedPayee, then(block_machine))
		.case(
			OwnCounterparty,
			then(|| sell(ARBITER)).by(ARBITER).fails(EscrowError::ArbiterIsParty),
		)
		.case(
			OwnCounterparty,
			then(|| sell(CUSTOMER)).by(CUSTOMER).leaves(|| opened_by(CUSTOMER)),
		)
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
		.in_time(WINDOW, Error::TooLate);
	[CUSTOMER, ARBITER].into_iter().fold(row, |row, buyer| {
		row.case(
			OwnCounterparty,
			then(move || sell(buyer)).fails(Error::NotTheMachinesOwner),
		)
	})
}
