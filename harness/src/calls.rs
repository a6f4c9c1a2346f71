//! Calls as the chain's metadata has them, for whoever goes past the client.

use crate::world::BPI;
use subxt::{
	dynamic::{self, Value},
	ext::scale_value::value,
	tx::DynamicPayload,
};

/// The call that offers drilling at a BPI a unit, with no bond and all windows of a day.
pub fn publish_offer(machine: [u8; 32]) -> DynamicPayload<Vec<Value>> {
	let day = 24 * 3_600_000u128;
	let terms = value!({
		capability: Value::from_bytes("drilling"),
		region: (),
		asset: Native(),
		unit_price: Value::from(BPI),
		tiers: (),
		max_units: 10u128,
		bond: 0u128,
		accept_window: Value::from(day),
		lead_time: Value::from(day),
		calendar: { week: (), closures: () },
		review_window: Value::from(day),
		rejection_fee: 0u128,
		cancellation: { accepted: 0u128, started: 0u128 },
		rework: None(),
		disputes: None(),
		recipe_schema: Value::from_bytes([0; 32]),
		contract: Value::from_bytes([0; 32]),
		governing_law: ()
	});
	dynamic::tx("Jobs", "publish_offer", vec![Value::from_bytes(machine), terms])
}

/// The arguments of an order of one unit of an offer's first version, without an arbiter.
pub fn order_arguments(offer: u64, max_price: u128, deliver_by: u64) -> Vec<Value> {
	vec![
		Value::from(u128::from(offer)),
		Value::from(1u128),
		Value::from(1u128),
		Value::from(max_price),
		Value::from_bytes([7; 32]),
		Value::unnamed_variant("Open", [Value::from_bytes("file:any.toml")]),
		Value::from(u128::from(deliver_by)),
		Value::unnamed_variant("None", []),
	]
}
