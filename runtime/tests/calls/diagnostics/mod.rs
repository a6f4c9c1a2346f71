//! Rows of the diagnostics pallet.

mod calibration;
mod care;
mod endings;
mod offers;
mod readings;
mod reports;
mod tickets;
mod work;

use crate::prelude::*;
use bpiiot_primitives::{ServiceOrderId, TicketId};
use bpiiot_runtime::RuntimeCall;
use sp_runtime::DispatchError;

type Error = pallet_diagnostics::Error<Runtime>;
type MachinesError = pallet_machines::Error<Runtime>;
type EscrowError = pallet_escrow::Error<Runtime>;

/// The rows.
pub fn rows() -> Vec<Row> {
	let of_orders = [offers::rows(), work::rows(), readings::rows(), endings::rows()];
	let of_orders = of_orders.into_iter().flatten().map(Row::in_all_money);
	[care::rows(), reports::rows(), tickets::rows(), calibration::rows()]
		.into_iter()
		.flatten()
		.chain(of_orders)
		.collect()
}

const fn name(call: &'static str) -> (&'static str, &'static str) {
	("Diagnostics", call)
}

const NO_TICKET: TicketId = TicketId(1);
const NO_ORDER: ServiceOrderId = ServiceOrderId(1);

/// Of [`ASSETS`].
const IN_NATIVE: &str = "its deposit is in the native token";
/// Of [`Overflow`].
const WAS_A_NUMBER: &str = "no more can come of it than price and bonus, which were numbers when it was ordered";

impl Row {
	/// A call on a maintenance order, right at these stages only: at all others it fails with `error`, and so it does on an order
	/// that is not.
	fn at_repairs<C: Into<RuntimeCall>>(
		self,
		right: &[Repair],
		error: impl Into<DispatchError>,
		call: impl Fn(ServiceOrderId) -> C + 'static,
	) -> Self {
		let error = error.into();
		let row = self.case(WrongState, calling(move || call(NO_ORDER)).fails(Error::UnknownOrder));
		Repair::ALL.into_iter().fold(row, |row, stage| {
			if right.contains(&stage) {
				row.case(Right, given(move || repaired(stage)))
			} else {
				row.case(WrongState, given(move || repaired(stage)).fails(error))
			}
		})
	}

	/// A call of the machine's side: its owner makes it, and its key.
	fn of_the_machines_side(self) -> Self {
		self.case(Right, by(OWNER)).case(Right, by(KEY)).by_the_next_key_too()
	}

	/// A call of the machine's owner, who may change.
	fn of_whoever_owns_it(self) -> Self {
		self.case(OwnCounterparty, then(|| sell(BUYER)).by(BUYER))
			.case(OwnCounterparty, then(|| sell(BUYER)).fails(Error::NotTheOwner))
	}

	/// A call on an order that takes nothing from its caller and lists nothing.
	fn of_an_open_repair(self) -> Self {
		self.never(&[FullList], FILLS_NO_LIST)
			.never(&[DepositUnaffordable], TAKES_NOTHING)
	}
}
