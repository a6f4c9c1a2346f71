//! Health, tickets, maintenance orders and certificates.

mod calibration;
mod care;
mod endings;
mod tickets;
mod work;

use crate::{
	draw::Draw,
	ledger,
	market::{seller, text},
	parties::{account, ARBITERS},
	target::{Form, Target},
	upkeep::{IDLE, METRIC, TABLE},
	world::World,
};
use bpiiot_primitives::{AgreementClock, MachineId};
use bpiiot_runtime::{AccountId, Escrow, Hash, Runtime};
use pallet_diagnostics::{Check, Conditions, FaultCode, MetricId, OrderOf, OrderState, ServiceTerms};
use sp_runtime::{Permill, TryRuntimeError};

/// The pallet `diagnostics`.
pub struct Diagnostics;

impl Target for Diagnostics {
	fn name(&self) -> &'static str {
		"diagnostics"
	}

	fn forms(&self) -> Vec<Form> {
		[
			care::forms(),
			tickets::forms(),
			work::forms(),
			endings::forms(),
			calibration::forms(),
		]
		.concat()
	}

	fn errors(&self) -> Vec<&'static str> {
		super::names_of::<pallet_diagnostics::Error<Runtime>>()
	}

	fn try_state(&self) -> Result<(), TryRuntimeError> {
		bpiiot_runtime::Diagnostics::do_try_state()
	}
}

/// The faults that machines have.
const FAULTS: [&[u8]; 4] = [b"SPINDLE-VIB", b"LEAK", b"NOISE", b""];

fn fault(number: u16) -> FaultCode {
	// No fault at all, once in a while.
	text(FAULTS[if number % 16 == 15 { 3 } else { usize::from(number % 3) }])
}

/// Whether deadlines count now, or governance has paused agreements.
fn is_running() -> bool {
	<Escrow as AgreementClock>::ensure_running().is_ok()
}

fn owner_of(machine: &MachineId) -> Vec<AccountId> {
	let record = pallet_machines::Machines::<Runtime>::get(machine);
	record.map(|record| record.owner).into_iter().collect()
}

/// Somebody who maintains, as the account that is paid.
fn maintainer(world: &World, draw: &mut Draw<'_>) -> AccountId {
	seller(world, draw)
}

/// The moment after which anybody may end an order's state, by the README.
fn deadline(order: &OrderOf<Runtime>) -> Option<u64> {
	match order.state {
		OrderState::Proposed => Some(order.response_by),
		OrderState::Assigned if order.acknowledged_at.is_none() => Some(order.response_by),
		OrderState::Assigned | OrderState::InWork => Some(order.due_until),
		OrderState::DeclaredDone => Some(order.verify_until),
		OrderState::Verified => Some(order.guarantee_until),
		OrderState::Failed | OrderState::Returned => Some(order.challenge_until),
		OrderState::Disputed(_) | OrderState::Settled(_) => None,
	}
}

/// Conditions, mostly well formed.
fn conditions(draw: &mut Draw<'_>) -> Conditions {
	let (small, windows) = (draw.number(), draw.number());
	let chosen = |bit: u16| small >> bit & 1 == 1;
	let percent = |bit, percent| Permill::from_percent(if chosen(bit) { percent } else { 0 });
	let minutes = |bits: u16| 4 * 60_000 * (1 + u64::from(windows >> bits & 7));
	let has_guarantee = chosen(0);
	Conditions {
		response_window: if windows >> 12 == 15 { 1 } else { minutes(0) },
		bonus_window: minutes(3),
		work_window: 32 * 60_000 + minutes(0),
		verify_window: minutes(6),
		guarantee_window: if has_guarantee { minutes(3) } else { 0 },
		challenge_window: minutes(6),
		case_window: minutes(9),
		ruling_window: minutes(9),
		bonus: percent(1, 10),
		bond: percent(2, 20),
		late_penalty: percent(3, 25),
		retention: percent(if chosen(4) { 5 } else { 0 }, 30),
		failure_fee: percent(6, 5),
		cancellation_fee: percent(7, 10),
		check: Check {
			metric: MetricId(METRIC),
			table: Hash::from(TABLE),
			idle: chosen(8).then_some(IDLE),
			low: if small >> 12 == 15 { 10_000 } else { IDLE },
			high: 4_500,
			readings: match small >> 9 & 7 {
				7 => 11,
				6 => 2,
				_ => 1,
			},
		},
	}
}

/// Terms of maintenance.
fn terms(draw: &mut Draw<'_>) -> ServiceTerms<AccountId> {
	let asset = ledger::asset(draw.below(3));
	let price = draw.amount(10 * ledger::whole(asset));
	let arbiter = draw.once_in(3).then(|| account(ARBITERS[0]));
	ServiceTerms {
		asset,
		price,
		conditions: conditions(draw),
		arbiter,
	}
}
