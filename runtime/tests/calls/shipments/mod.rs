//! Rows of the shipments pallet.

mod delivery;
mod endings;
mod handover;
mod offering;

use crate::prelude::*;
use bpiiot_primitives::{LegId, ShipmentId};
use bpiiot_runtime::RuntimeCall;
use sp_runtime::DispatchError;

type Error = pallet_shipments::Error<Runtime>;
type MachinesError = pallet_machines::Error<Runtime>;

/// The rows.
pub fn rows() -> Vec<Row> {
	[offering::rows(), handover::rows(), delivery::rows(), endings::rows()]
		.into_iter()
		.flatten()
		.map(Row::in_all_money)
		.collect()
}

const fn name(call: &'static str) -> (&'static str, &'static str) {
	("Shipments", call)
}

const NO_SHIPMENT: ShipmentId = ShipmentId(1);
const NO_LEG: LegId = LegId(1);

/// Of [`Overflow`].
const WAS_A_NUMBER: &str = "no more can come of it than what was a number when it was offered";

impl Row {
	/// A call on a shipment, right at these stages only: at all others it fails with `error`, and so it does on a shipment that
	/// is not.
	fn at_ways<C: Into<RuntimeCall>>(
		self,
		right: &[Way],
		error: impl Into<DispatchError>,
		call: impl Fn(ShipmentId) -> C + 'static,
	) -> Self {
		let error = error.into();
		let row = self.case(
			WrongState,
			calling(move || call(NO_SHIPMENT)).fails(Error::UnknownShipment),
		);
		Way::ALL.into_iter().fold(row, |row, way| {
			if right.contains(&way) {
				row.case(Right, given(move || on_way(way)))
			} else {
				row.case(WrongState, given(move || on_way(way)).fails(error))
			}
		})
	}

	/// What is agreed goes on, whatever becomes of the asset: what cannot be paid becomes a credit.
	fn goes_on_without_asset(self, payee: &'static str) -> Self {
		self.case(UnlistedAsset, then(delist))
			.case(FrozenAsset, then(freeze_asset))
			.case(BlockedPayee, then(move || block(&account(payee))))
	}
}
