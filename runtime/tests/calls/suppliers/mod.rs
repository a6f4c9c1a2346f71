//! Rows of the suppliers pallet.

mod names;
mod profiles;

use crate::prelude::*;

type Error = pallet_suppliers::Error<Runtime>;

/// The rows.
pub fn rows() -> Vec<Row> {
	[profiles::rows(), names::rows()].into_iter().flatten().collect()
}

const fn name(call: &'static str) -> (&'static str, &'static str) {
	("Suppliers", call)
}
