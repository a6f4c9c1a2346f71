//! Goods: quotes, orders, requests and awards.

use super::{call, Call};
use crate::world::BPI;
use subxt::{dynamic::Value, ext::scale_value::value};

/// A day, in milliseconds.
const DAY: u128 = 24 * 3_600_000;
/// Parts of a share.
const MILLION: u128 = 1_000_000;

/// In one part, with a tenth as bond.
fn conditions() -> Value {
	value!({
		parts: 1u128,
		review_window: Value::from(DAY),
		late_window: 0u128,
		late_penalty: 0u128,
		bond: Value::from(MILLION / 10),
		rejection_fee: 0u128,
		cancellation_fee: 0u128,
		challenge_window: 0u128,
		case_window: 0u128,
		ruling_window: 0u128
	})
}

/// The quote of a supplier who sells very much at a BPI a unit, everywhere.
pub fn publish_quote(supplier: [u8; 32]) -> Call {
	let tier = value!({ from_quantity: 1u128, unit_price: Value::from(BPI) });
	let terms = value!({
		category: Value::from_bytes("cutting-oil"),
		item: Value::from_bytes("OIL-46"),
		asset: Native(),
		tiers: Value::unnamed_composite([tier]),
		lead_time: Value::from(DAY),
		areas: (),
		conditions: self::conditions(),
		arbiters: ()
	});
	let stock = Value::from(1_000_000u128);
	call(
		"Procurement",
		"publish_quote",
		vec![Value::from_bytes(supplier), terms, stock],
	)
}

/// An order of one unit from a quote's first version, without an arbiter.
pub fn buy(quote: u64, max_price: u128) -> Call {
	let none = || Value::unnamed_variant("None", []);
	let arguments = vec![
		Value::from(u128::from(quote)),
		Value::from(1u128),
		Value::from(1u128),
		Value::from(max_price),
		Value::from_bytes("DE-HB"),
		none(),
		none(),
	];
	call("Procurement", "buy", arguments)
}

/// A request for one unit for a BPI at most, of which bids are awarded by hand.
pub fn raise_request() -> Call {
	let wanted = value!({
		category: Value::from_bytes("cutting-oil"),
		item: Value::from_bytes("OIL-46"),
		quantity: 1u128,
		area: Value::from_bytes("DE-HB"),
		site: None(),
		asset: Native(),
		max_price: Value::from(BPI),
		max_lead_time: Value::from(DAY),
		weights: { price: Value::from(MILLION), lead_time: 0u128, standing: 0u128 },
		bidding: Open(),
		award: ByHand(),
		bid_window: Value::from(DAY),
		award_window: Value::from(DAY),
		rounds: 0u128,
		conditions: self::conditions(),
		arbiter: None()
	});
	call("Procurement", "raise_request", vec![wanted])
}

/// The award of a request to a bidder.
pub fn award_to(request: u64, bidder: [u8; 32]) -> Call {
	let request = Value::from(u128::from(request));
	call("Procurement", "award_to", vec![request, Value::from_bytes(bidder)])
}
