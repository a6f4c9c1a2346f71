//! How the machine stands by the chain, and so what its client may do.

use crate::chain::types::{Machine, MachineStatus};
use subxt::utils::AccountId32;

/// What the client may do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Standing {
	/// Act for the machine.
	Works,
	/// Begin nothing and sign nothing, for this reason. What runs goes on.
	Waits(String),
	/// The same, and what runs is brought to safe at once.
	Stops(String),
}

impl Standing {
	/// How a machine stands whose key is the client's. `owner` is whom the configuration names, if it names anybody.
	pub(super) fn of(machine: &Machine, owner: Option<AccountId32>) -> Self {
		let id = machine.id;
		if machine.status == MachineStatus::Decommissioned {
			return Self::Stops(format!(
				"machine {id} is decommissioned; register it anew, with a new key"
			));
		}
		if machine.frozen {
			return Self::Stops(format!(
				"machine {id} is frozen by its owner: it stands still and nothing is signed, until {} signs `iot-client unfreeze`",
				machine.owner
			));
		}
		match owner.filter(|wanted| *wanted != machine.owner) {
			Some(wanted) => Self::Waits(format!(
				"machine {id} belongs to {}, not to {wanted}; correct machine.owner",
				machine.owner
			)),
			None => Self::Works,
		}
	}

	/// Whether the client acts.
	pub(super) fn works(&self) -> bool {
		*self == Self::Works
	}

	/// Why it does not, if so.
	pub(super) fn trouble(&self) -> Option<&str> {
		match self {
			Self::Works => None,
			Self::Waits(why) | Self::Stops(why) => Some(why),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::types::MachineId;

	const OWNER: AccountId32 = AccountId32([3; 32]);
	const OTHER: AccountId32 = AccountId32([4; 32]);

	fn of(status: MachineStatus, frozen: bool, owner: Option<AccountId32>) -> Standing {
		let machine = Machine::example(MachineId([9; 32]), OWNER, AccountId32([1; 32]));
		let machine = Machine {
			status,
			frozen,
			..machine
		};
		Standing::of(&machine, owner)
	}

	#[test]
	fn a_machine_works_for_its_owner_whether_it_takes_orders_or_not() {
		use MachineStatus::{InService, OutOfService};
		for status in [InService, OutOfService] {
			assert_eq!(of(status, false, Some(OWNER)), Standing::Works);
			assert_eq!(of(status, false, None), Standing::Works, "nobody is pinned");
		}
	}

	#[test]
	fn a_machine_of_another_owner_than_the_configurations_begins_nothing() {
		let standing = of(MachineStatus::InService, false, Some(OTHER));
		assert!(matches!(&standing, Standing::Waits(why) if why.contains("correct machine.owner")));
		assert!(!standing.works());
	}

	#[test]
	fn a_frozen_machine_stops_whoever_owns_it() {
		for owner in [None, Some(OWNER), Some(OTHER)] {
			let standing = of(MachineStatus::InService, true, owner);
			assert!(matches!(&standing, Standing::Stops(why) if why.contains("frozen by its owner")));
		}
	}

	#[test]
	fn a_decommissioned_machine_stops() {
		let standing = of(MachineStatus::Decommissioned, false, None);
		assert!(matches!(&standing, Standing::Stops(why) if why.contains("decommissioned")));
	}
}
