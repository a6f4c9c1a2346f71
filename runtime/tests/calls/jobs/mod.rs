//! Rows of the jobs pallet.

mod making;
mod offers;
mod ordering;
mod review;
mod work;

use crate::{chain::Signature, prelude::*};
use bpiiot_primitives::JobId;
use bpiiot_runtime::{Balance, RuntimeCall};
use sp_runtime::DispatchError;

type Error = pallet_jobs::Error<Runtime>;
type MachinesError = pallet_machines::Error<Runtime>;
type EscrowError = pallet_escrow::Error<Runtime>;

/// The rows.
pub fn rows() -> Vec<Row> {
	[
		offers::rows(),
		ordering::rows(),
		work::rows(),
		making::rows(),
		review::rows(),
	]
	.into_iter()
	.flatten()
	.map(Row::in_all_money)
	.collect()
}

const fn name(call: &'static str) -> (&'static str, &'static str) {
	("Jobs", call)
}

const NO_JOB: JobId = JobId(1);

/// Of [`OwnCounterparty`].
const OF_THE_MACHINE: &str = "is the machine's alone, whoever owns it";
/// Of [`Overflow`].
const WAS_A_NUMBER: &str = "no more can come of it than the price, which was a number when it was ordered";

impl Row {
	/// A call on a job, right at these stages only: at all others it fails with `error`, and so it does on a job that is
	/// not.
	fn at_stages<C: Into<RuntimeCall>>(
		self,
		right: &[Stage],
		error: impl Into<DispatchError>,
		call: impl Fn(JobId) -> C + 'static,
	) -> Self {
		let error = error.into();
		let row = self.case(WrongState, calling(move || call(NO_JOB)).fails(Error::UnknownJob));
		Stage::ALL.into_iter().fold(row, |row, stage| {
			if right.contains(&stage) {
				row.case(Right, given(move || at(stage)))
			} else {
				row.case(WrongState, given(move || at(stage)).fails(error))
			}
		})
	}

	/// A call of a running job that takes no amount, nothing from its caller, and lists nothing.
	fn takes_no_money(self) -> Self {
		self.never(&AMOUNTS, NO_AMOUNT).of_running_job()
	}

	/// A call of a running job that takes nothing from its caller and lists nothing.
	fn of_running_job(self) -> Self {
		self.never(&[FullList], FILLS_NO_LIST)
			.never(&[DepositUnaffordable], TAKES_NOTHING)
	}

	/// A call of a customer who may be a machine: its owner makes it too, also when there is no key that may, and a stranger
	/// gets `error`.
	fn of_a_machine_too(self, stage: Stage, error: Error) -> Self {
		let bought = move || given(move || bought_at(stage));
		self.of_a_machines_key_too(stage)
			.case(Right, bought())
			.case(FrozenMachine, bought().then(freeze_robot))
			.case(WrongState, bought().then(end_robot))
			.case(Stranger, bought().by(STRANGER).fails(error))
	}

	/// A call of a customer who may be a machine: its key of now makes it.
	fn of_a_machines_key_too(self, stage: Stage) -> Self {
		let bought = move || given(move || bought_at(stage));
		self.case(Right, bought().by(ROBOT))
			.case(Right, bought().by(ROBOT).sent(Signature::Good))
			.case(
				RotatedKey,
				bought().then(rotate_robot).by(ROBOT).fails(MachinesError::KeyRetired),
			)
			.case(RotatedKey, bought().then(rotate_robot).by(NEXT_ROBOT))
			.case(
				FrozenMachine,
				bought()
					.then(freeze_robot)
					.by(ROBOT)
					.fails(MachinesError::MachineFrozen),
			)
	}

	/// A call of the customer's: it does not matter that he has bought the machine, which has so much afterwards.
	fn of_the_new_owner_too(self, has: fn() -> Balance) -> Self {
		self.case(
			OwnCounterparty,
			then(|| sell(CUSTOMER)).by(CUSTOMER).leaves(move || machine_has(has())),
		)
	}
}
