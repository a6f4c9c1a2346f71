//! Rows of the machines pallet.

mod keys;
mod money;
mod ownership;
mod registration;

use crate::prelude::*;
use bpiiot_primitives::MachineId;
use bpiiot_runtime::{Hash, RuntimeCall};
use pallet_machines::MachineProfile;

type Error = pallet_machines::Error<Runtime>;

/// The rows.
pub fn rows() -> Vec<Row> {
	[registration::rows(), keys::rows(), ownership::rows(), money::rows()]
		.into_iter()
		.flatten()
		.collect()
}

const fn name(call: &'static str) -> (&'static str, &'static str) {
	("Machines", call)
}

/// The owner's second machine, or the machine's third key.
const OTHER_KEY: &str = "Lathe";

impl Row {
	/// The same call on a machine that is not, and on one that is not any more.
	fn on_a_machine<C>(self, call: impl Fn(MachineId) -> C + Copy + 'static) -> Self
	where
		C: Into<RuntimeCall>,
	{
		self.case(
			WrongState,
			calling(move || call(NO_MACHINE)).fails(Error::UnknownMachine),
		)
		.case(
			WrongState,
			then(decommission)
				.calling(move || call(machine()))
				.by(OWNER)
				.fails(Error::MachineDecommissioned),
		)
	}
}

/// A profile that fills all its fields.
fn full_profile() -> MachineProfile {
	MachineProfile {
		model: list([b'm'; 64]),
		location: list([b'l'; 64]),
		capabilities: list((0..16).map(|_| list([b'c'; 32]))),
		firmware: Hash::repeat_byte(1),
		metadata: Hash::repeat_byte(2),
	}
}
