//! Rows of the jobs pallet.

mod offers;
mod ordering;
mod review;
mod work;

use crate::prelude::*;
use bpiiot_primitives::JobId;
use bpiiot_runtime::RuntimeCall;
use sp_runtime::DispatchError;

type Error = pallet_jobs::Error<Runtime>;

/// The rows.
pub fn rows() -> Vec<Row> {
	[offers::rows(), ordering::rows(), work::rows(), review::rows()]
		.into_iter()
		.flatten()
		.collect()
}

const fn name(call: &'static str) -> (&'static str, &'static str) {
	("Jobs", call)
}

const NO_JOB: JobId = JobId(1);

/// Of [`OwnCounterparty`].
const PARTIES_STAND: &str = "who the parties are was checked when it was ordered";

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
		self.never(&[OwnCounterparty], PARTIES_STAND)
			.never(&[FullList], FILLS_NO_LIST)
			.never(&[DepositUnaffordable], TAKES_NOTHING)
	}
}

fn block_customer() {
	block(&account(CUSTOMER));
}
