//! What the owner claims of the deposit, and what the renter says to that.

use super::{name, Error, EscrowError, MachinesError};
use crate::prelude::*;
use bpiiot_primitives::RentalId;
use bpiiot_runtime::Balance;
use pallet_rentals::{Call, Outcome, Stage};
use sp_runtime::TokenError;

pub fn rows() -> Vec<Row> {
	vec![claim_row(), waive(), concede(), dispute()]
}

/// What is the machine's when all that is claimed is owed.
fn with_damage() -> Balance {
	least_rent() + damage()
}

fn without_damage() -> Balance {
	rent_and_security() - with_damage()
}

/// And when half of it is.
fn with_half() -> Balance {
	least_rent() + damage() / 2
}

fn without_half() -> Balance {
	rent_and_security() - with_half()
}

/// What comes back to the machine in the end, and goes to the chain.
const BOND: Payment = (Party::Machine, Party::Machine, stop_penalty);
const FEE: Payment = (Party::Chain, Party::Customer, rent_fee);

fn claim_row() -> Row {
	let claims = |rental, amount| Call::<Runtime>::claim {
		rental,
		amount,
		evidence: Default::default(),
	};
	let amount = move |amount: fn() -> Balance| calling(move || claims(rental(), amount()));
	let may = actor(KEY, Error::NotTheMachinesOwner);
	let returned = || rental_at(Use::Returned);
	Row::new(name("claim"), may, returned, || claim(damage()))
		.at_uses(&[Use::Returned], move |rental| claims(rental, damage()))
		.of_the_machines_side_too()
		.case(Zero, amount(|| 0).fails(Error::ZeroClaim))
		.case(Zero, amount(|| 1).fails(EscrowError::ReleaseBelowMinimum))
		.case(Maximum, amount(security))
		.case(Maximum, amount(|| security() + 1).fails(Error::ClaimAboveDeposit))
		.case(Maximum, amount(|| MOST).fails(Error::ClaimAboveDeposit))
		.never(&[Overflow], super::WAS_A_NUMBER)
		.pays([])
		.case(BlockedPayee, then(block_machine).leaves(|| credited([])))
		.takes_nothing_for_rent()
		.in_time(WINDOW, Error::TooLate)
}

fn waive() -> Row {
	let waives = |rental: RentalId| Call::<Runtime>::waive { rental };
	let may = actor(KEY, Error::NotTheMachinesOwner);
	let returned = || rental_at(Use::Returned);
	let paid = [
		(Party::Machine, Party::Customer, least_rent as fn() -> Balance),
		(Party::Customer, Party::Customer, most_back),
		BOND,
		FEE,
	];
	Row::new(name("waive"), may, returned, move || waives(rental()))
		.at_uses(&[Use::Returned, Use::Claimed], waives)
		.of_the_machines_side_too()
		.pays(paid)
		.pays_when(|| given(|| rental_at(Use::Claimed)), paid)
		.says_no_amount()
		.at_any_time(WINDOW)
}

fn concede() -> Row {
	let concedes = |rental: RentalId| Call::<Runtime>::concede { rental };
	let may = actor(CUSTOMER, Error::NotTheRenter);
	let claimed = || rental_at(Use::Claimed);
	Row::new(name("concede"), may, claimed, move || concedes(rental()))
		.at_uses(&[Use::Claimed], concedes)
		.with_a_frozen_machine_too()
		.of_a_renting_machine_too(Use::Claimed)
		.pays([
			(Party::Machine, Party::Customer, with_damage),
			(Party::Customer, Party::Customer, without_damage),
			BOND,
			FEE,
		])
		.of_the_new_owner_as_renter(|| savings() + with_damage())
		.says_no_amount()
		// Silence concedes: saying so later is no different.
		.at_any_time(WINDOW)
}

fn dispute() -> Row {
	let disputes = |rental: RentalId| Call::<Runtime>::dispute {
		rental,
		evidence: Default::default(),
	};
	let may = actor(CUSTOMER, Error::NotTheRenter);
	let claimed = || rental_at(Use::Claimed);
	let alone = || given(claimed_without_arbiter);
	Row::new(name("dispute"), may, claimed, move || disputes(rental()))
		.at_uses(&[Use::Claimed], disputes)
		.with_a_frozen_machine_too()
		.of_a_renting_machine_too(Use::Claimed)
		.never(&AMOUNTS, NO_AMOUNT)
		.case(
			Right,
			as_ever().leaves(|| rental_is(Stage::Disputed(Outcome::Completed))),
		)
		.case(FrozenAsset, then(freeze_asset).fails(TokenError::FundsUnavailable))
		// Without an arbiter it is halved at once.
		.pays_when(
			alone,
			[
				(Party::Machine, Party::Customer, with_half),
				(Party::Customer, Party::Customer, without_half),
				BOND,
				FEE,
			],
		)
		.case(UnlistedAsset, then(unrate).fails(EscrowError::NoRate))
		.case(
			OwnCounterparty,
			then(|| sell(CUSTOMER)).leaves(|| rental_is(Stage::Disputed(Outcome::Completed))),
		)
		.case(
			OwnCounterparty,
			then(|| sell(ARBITER)).fails(EscrowError::ArbiterIsParty),
		)
		.never(&[FullList], "its evidence is its side's first")
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(CUSTOMER))).fails(TokenError::FundsUnavailable),
		)
		.case(
			DepositUnaffordable,
			given(|| machines_rental_at(Use::Claimed))
				.then(|| allow_robot(1))
				.by(ROBOT)
				.fails(MachinesError::OverSpendingCap),
		)
		.in_time(WINDOW, Error::TooLate)
}
