//! What must hold of rentals from block to block.

use super::Broken;
use crate::{
	ledger,
	parties::{account, THIEF},
	world::World,
};
use bpiiot_primitives::MachineId;
use bpiiot_runtime::Runtime;
use pallet_rentals::{Actions, Outcome, RentalId, RentalOf, Stage, Target};
use std::collections::BTreeMap;

/// The rentals, as they were.
#[derive(Clone, Debug)]
pub struct Book(BTreeMap<RentalId, RentalOf<Runtime>>);

impl Book {
	/// As they are now.
	pub fn read(world: &World) -> Self {
		let record = |(id, _): &(RentalId, Stage)| Some((*id, pallet_rentals::Rentals::<Runtime>::get(id)?));
		Self(world.rentals.iter().filter_map(record).collect())
	}

	/// Looks what has become of them.
	///
	/// # Errors
	/// When a machine is let to two at a time, a door opens to somebody whom nobody lets in, or a rental has moved back or has
	/// ended by a deadline that has not passed.
	pub fn look(&self, now: &Self) -> Result<(), Broken> {
		now.nobody_is_in_anybodys_way()?;
		for (id, rental) in &now.0 {
			no_door_opens_to_the_thief(*id, rental)?;
			// It may be new.
			if let Some(before) = self.0.get(id) {
				moves_on(*id, before, rental)?;
			}
		}
		Ok(())
	}

	/// Whatever the index of bookings says.
	fn nobody_is_in_anybodys_way(&self) -> Result<(), Broken> {
		let mut times: Vec<(MachineId, u64, u64, RentalId)> = self
			.0
			.iter()
			.filter(|(_, rental)| rental.stage().takes_time())
			.map(|(id, rental)| (rental.access.machine, rental.access.start, rental.access.end, *id))
			.collect();
		times.sort_unstable();
		for pair in times.windows(2) {
			let [(one, _, end, first), (other, start, _, second)] = pair else {
				continue;
			};
			if one == other && start < end {
				return Err(Broken::new(
					"a machine is let to one at a time",
					format!("rentals {} and {} overlap", first.0, second.0),
				));
			}
		}
		Ok(())
	}
}

fn no_door_opens_to_the_thief(id: RentalId, rental: &RentalOf<Runtime>) -> Result<(), Broken> {
	let (thief, actions) = (account(THIEF), Actions::ENTER);
	let target = Target::Rental(id);
	let right = bpiiot_runtime::Rentals::can_access(target, &thief, actions, ledger::now());
	match right {
		Err(_) => Ok(()),
		Ok(right) => Err(Broken::new(
			"no door opens to a thief",
			format!("rental {}: {right:?}, {rental:?}", id.0),
		)),
	}
}

fn place(stage: Stage) -> u8 {
	match stage {
		Stage::Requested => 0,
		Stage::Booked => 1,
		Stage::Active => 2,
		Stage::Returned(_) => 3,
		Stage::Claimed(_) => 4,
		Stage::Disputed(_) => 5,
		Stage::Settled(_) => 6,
	}
}

/// Invariants 3 and 4: a stage only moves down the published list, what is settled stays settled, terms stay, and silence ends
/// nothing before its time.
fn moves_on(id: RentalId, before: &RentalOf<Runtime>, now: &RentalOf<Runtime>) -> Result<(), Broken> {
	let broken = |rule: &str| {
		Err(Broken::new(
			rule,
			format!("rental {}: from {before:?} to {now:?}", id.0),
		))
	};
	let kept = (&now.terms, now.access.machine, now.access.start)
		== (&before.terms, before.access.machine, before.access.start);
	let is_later = place(now.stage()) > place(before.stage());
	let is_same =
		place(now.stage()) == place(before.stage()) && (!before.is_settled() || now.stage() == before.stage());
	if !kept || !(is_later || is_same) || now.access.epoch < before.access.epoch {
		return broken("a rental only moves on");
	}
	let lapsed = matches!(
		(before.stage(), now.stage()),
		(Stage::Requested, Stage::Settled(Outcome::NotApproved))
			| (Stage::Booked, Stage::Settled(Outcome::NoShow))
			| (Stage::Active, Stage::Settled(Outcome::NotReturned))
	);
	if lapsed
		&& before
			.deadline()
			.is_some_and(|deadline| ledger::agreement_now() <= deadline)
	{
		return broken("no rental ends before its time");
	}
	Ok(())
}
