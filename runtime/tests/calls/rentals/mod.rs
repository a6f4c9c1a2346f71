//! Rows of the rentals.

mod damage;
mod listings;
mod renting;
mod returning;
mod story;

use crate::{chain::Signature, prelude::*};
use bpiiot_primitives::RentalId;
use bpiiot_runtime::{Balance, RuntimeCall};
use sp_runtime::DispatchError;

type Error = pallet_rentals::Error<Runtime>;
type MachinesError = pallet_machines::Error<Runtime>;
type EscrowError = pallet_escrow::Error<Runtime>;

/// The rows.
pub fn rows() -> Vec<Row> {
	[listings::rows(), renting::rows(), returning::rows(), damage::rows()]
		.into_iter()
		.flatten()
		.map(Row::in_all_money)
		.collect()
}

const fn name(call: &'static str) -> (&'static str, &'static str) {
	("Rentals", call)
}

/// Of [`Overflow`].
const WAS_A_NUMBER: &str = "no more can come of it than rent and deposit, which were a number when it was rented";

impl Row {
	/// A call on a rental, right at these stages: at all others it fails, and so it does on a rental that is not.
	fn at_uses<C: Into<RuntimeCall>>(self, right: &[Use], call: impl Fn(RentalId) -> C + 'static) -> Self {
		self.at_uses_or(right, Error::WrongStage, call)
	}

	/// The same, with another error.
	fn at_uses_or<C: Into<RuntimeCall>>(
		self,
		right: &[Use],
		error: impl Into<DispatchError>,
		call: impl Fn(RentalId) -> C + 'static,
	) -> Self {
		let error = error.into();
		let row = self.case(WrongState, calling(move || call(NO_RENTAL)).fails(Error::UnknownRental));
		Use::ALL.into_iter().fold(row, |row, stage| {
			let there = given(move || rental_at(stage));
			match right.contains(&stage) {
				true => row.case(Right, there),
				false => row.case(WrongState, there.fails(error)),
			}
		})
	}

	/// A call of a renter who may be a machine: its key of now makes it.
	fn of_a_renting_machines_key_too(self, stage: Use) -> Self {
		let rented = move || given(move || machines_rental_at(stage));
		self.case(Right, rented().by(ROBOT))
			.case(Right, rented().by(ROBOT).sent(Signature::Good))
			.case(
				RotatedKey,
				rented().then(rotate_robot).by(ROBOT).fails(MachinesError::KeyRetired),
			)
			.case(RotatedKey, rented().then(rotate_robot).by(NEXT_ROBOT))
			.case(
				FrozenMachine,
				rented()
					.then(freeze_robot)
					.by(ROBOT)
					.fails(MachinesError::MachineFrozen),
			)
	}

	/// The same, and its owner makes it too, also when there is no key that may.
	fn of_a_renting_machine_too(self, stage: Use) -> Self {
		let rented = move || given(move || machines_rental_at(stage));
		self.of_a_renting_machines_key_too(stage)
			.case(Right, rented())
			.case(FrozenMachine, rented().then(freeze_robot))
			.case(WrongState, rented().then(end_robot))
			.case(Stranger, by(OWNER).fails(Error::NotTheRenter))
			.case(Stranger, rented().by(STRANGER).fails(Error::NotTheRenter))
	}

	/// A call of the machine's side: its owner makes it too, and another key when that has taken the place of the first.
	fn of_the_machines_side_too(self) -> Self {
		self.by_the_next_key_too()
			.case(Right, by(OWNER))
			.case(FrozenMachine, then(freeze).by(OWNER))
			.case(Stranger, by(CUSTOMER).fails(Error::NotTheMachinesOwner))
			// Whoever has bought the machine says it in the seller's place.
			.case(OwnCounterparty, then(|| sell(CUSTOMER)).by(CUSTOMER))
			.case(
				OwnCounterparty,
				then(|| sell(CUSTOMER)).by(OWNER).fails(Error::NotTheMachinesOwner),
			)
	}

	/// A call of the renter's: it does not matter that he has bought the machine, which has so much afterwards.
	fn of_the_new_owner_as_renter(self, has: fn() -> Balance) -> Self {
		self.case(
			OwnCounterparty,
			then(|| sell(CUSTOMER)).leaves(move || machine_has(has())),
		)
	}

	/// A call that takes nothing from its caller and fills no list.
	fn takes_nothing_for_rent(self) -> Self {
		self.never(&[FullList], FILLS_NO_LIST)
			.never(&[DepositUnaffordable], TAKES_NOTHING)
	}

	/// A call that takes no amount either.
	fn says_no_amount(self) -> Self {
		self.never(&AMOUNTS, NO_AMOUNT).takes_nothing_for_rent()
	}
}

/// The machine's free money while its bond is on hold.
fn bonded() -> Balance {
	savings() - stop_penalty()
}
