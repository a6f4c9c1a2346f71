//! Rows of the telemetry pallet.

mod challenges;
mod series;

use crate::prelude::*;

type Error = pallet_telemetry::Error<Runtime>;
type MachinesError = pallet_machines::Error<Runtime>;
type EscrowError = pallet_escrow::Error<Runtime>;

/// The rows.
pub fn rows() -> Vec<Row> {
	[series::rows(), challenges::rows()].into_iter().flatten().collect()
}

const fn name(call: &'static str) -> (&'static str, &'static str) {
	("Telemetry", call)
}

/// Of [`ASSETS`].
const IN_NATIVE: &str = "its deposit is in the native token";
