//! Goods: quotes, requests with bids, and orders.

mod bids;
mod orders;
mod quotes;
mod requests;

use crate::{
	draw::Draw,
	target::{Form, Target},
};
use bpiiot_primitives::AgreementClock;
use bpiiot_runtime::{Escrow, Runtime};
use pallet_procurement::Conditions;
use sp_runtime::{Permill, TryRuntimeError};

/// The pallet `procurement`.
pub struct Procurement;

impl Target for Procurement {
	fn name(&self) -> &'static str {
		"procurement"
	}

	fn forms(&self) -> Vec<Form> {
		[quotes::forms(), requests::forms(), bids::forms(), orders::forms()].concat()
	}

	fn errors(&self) -> Vec<&'static str> {
		super::names_of::<pallet_procurement::Error<Runtime>>()
	}

	fn try_state(&self) -> Result<(), TryRuntimeError> {
		bpiiot_runtime::Procurement::do_try_state()
	}
}

/// Whether deadlines count now, or governance has paused agreements.
fn is_running() -> bool {
	<Escrow as AgreementClock>::ensure_running().is_ok()
}

/// Conditions, mostly well formed.
fn conditions(draw: &mut Draw<'_>) -> Conditions {
	let (small, windows) = (draw.number(), draw.number());
	let chosen = |bit: u16| small >> bit & 1 == 1;
	let percent = |bit, percent| Permill::from_percent(if chosen(bit) { percent } else { 0 });
	let minutes = |bits: u16| 60_000 * (1 + u64::from(windows >> bits & 7));
	let is_late = chosen(0);
	let is_senseless = chosen(2) && chosen(3) && chosen(7);
	Conditions {
		parts: match small >> 12 {
			15 => 0,
			14 => u8::MAX,
			parts => 1 + (parts % 3) as u8,
		},
		review_window: if windows >> 12 == 15 { 1 } else { minutes(0) },
		late_window: if is_late { minutes(3) } else { 0 },
		late_penalty: percent(1, if is_late || is_senseless { 10 } else { 0 }),
		bond: percent(4, 20),
		rejection_fee: percent(5, 25),
		cancellation_fee: percent(6, 10),
		challenge_window: minutes(6),
		case_window: minutes(6),
		ruling_window: minutes(6),
	}
}
