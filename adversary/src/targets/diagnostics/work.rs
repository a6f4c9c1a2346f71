//! What maintainers do, and what readings say of it.

use super::deadline;
use crate::{
	draw::Draw,
	ledger,
	target::{Entitled, Form, Intent},
	upkeep::{self, is_junk, METRIC},
	world::{controller_of, side_of, speakers_for, World},
};
use bpiiot_primitives::MachineId;
use bpiiot_runtime::{Hash, Runtime};
use bpiiot_seal::Reading;
use codec::Encode;
use pallet_diagnostics::{Call, MetricId, OrderOf, OrderState, Orders, Sensors, ServiceOrderId, TicketState, Tickets};
use pallet_telemetry::{Anchor, Anchors};

pub(super) fn forms() -> Vec<Form> {
	vec![
		Form::new("acknowledge", acknowledge).weighing(16),
		Form::new("start_work", start_work).weighing(30),
		Form::new("declare_done", declare_done).weighing(30),
		Form::new("submit_reading", submit_reading).weighing(50),
	]
}

fn waits(order: &OrderOf<Runtime>) -> bool {
	let is_waiting = matches!(order.state, OrderState::Proposed | OrderState::Assigned);
	is_waiting && order.acknowledged_at.is_none()
}

fn acknowledge(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (order, record) = world.upkeep.order(draw, waits)?;
	let is_time = waits(&record) && ledger::agreement_now() <= record.response_by;
	let entitled = draw.beginning_with_one(speakers_for(record.maintainer()));
	Intent::new(
		Call::<Runtime>::acknowledge { order },
		Entitled::these_if(is_time, entitled),
	)
}

fn start_work(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let is_assigned = |order: &OrderOf<Runtime>| order.state == OrderState::Assigned;
	let (order, record) = world.upkeep.order(draw, is_assigned)?;
	let in_time = deadline(&record).is_some_and(|latest| ledger::agreement_now() <= latest);
	let entitled = Entitled::these_if(is_assigned(&record) && in_time, speakers_for(record.maintainer()));
	Intent::new(Call::<Runtime>::start_work { order }, entitled)
}

fn declare_done(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let is_in_work = |order: &OrderOf<Runtime>| order.state == OrderState::InWork;
	let (order, record) = world.upkeep.order(draw, is_in_work)?;
	let in_time = ledger::agreement_now() <= record.due_until;
	let entitled = Entitled::these_if(is_in_work(&record) && in_time, speakers_for(record.maintainer()));
	let report = Hash::repeat_byte(1);
	Intent::new(Call::<Runtime>::declare_done { order, report }, entitled)
}

fn is_decided_by_readings(order: &OrderOf<Runtime>) -> bool {
	matches!(order.state, OrderState::DeclaredDone | OrderState::Verified)
}

/// A party, a reading that is evidence by the READMEs of both pallets.
fn submit_reading(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (order, record) = world.upkeep.order(draw, is_decided_by_readings)?;
	let of_it: Vec<u64> = world
		.upkeep
		.anchors
		.keys()
		.filter(|(machine, _)| *machine == record.machine)
		.map(|(_, batch)| *batch)
		.collect();
	// Mostly of the newest batches.
	let newest = of_it.len().saturating_sub(1 + draw.below(3));
	let any = draw.below(of_it.len());
	let place = if draw.once_in(4) { any } else { newest };
	let batch = *of_it.get(place)?;
	let anchor = Anchors::<Runtime>::get(record.machine, batch)?;
	let first = draw.below(anchor.count as usize) as u32;
	let wrong = draw.number() % 32;
	let count = if wrong == 30 && anchor.count > 1 { 2 } else { 1 };
	let first = first.min(anchor.count.saturating_sub(count));
	let mut shown = upkeep::proof(batch, &anchor, first, count)?;
	match wrong {
		29 => shown.readings.iter_mut().for_each(|reading| reading.value -= 1),
		28 => shown.batch += 1_000,
		_ => (),
	}
	let mut proof = shown.encode();
	if wrong == 31 {
		proof.truncate(3);
	}
	let reading = *shown.readings.first()?;
	let is_right = wrong < 28 || (wrong == 30 && count == 1);
	let is_evidence = is_right && is_evidence(&record, order, &anchor, &reading);
	let entitled = [side_of(&record.machine), speakers_for(record.maintainer())].concat();
	let call = Call::<Runtime>::submit_reading {
		order,
		proof: proof.try_into().ok()?,
	};
	Intent::new(call, Entitled::these_if(is_evidence, draw.beginning_with_one(entitled)))
}

/// How old a reading may be when it is anchored, and how far two that count are apart.
const MAX_AGE: u64 = 15 * 60_000;
const GAP: u64 = 60_000;

fn is_evidence(record: &OrderOf<Runtime>, id: ServiceOrderId, anchor: &Anchor, reading: &Reading) -> bool {
	let check = record.conditions.check;
	let in_time = deadline(record).is_some_and(|latest| ledger::agreement_now() <= latest);
	let is_anchored = !is_junk(anchor.jumps)
		&& !anchor.withheld
		&& reading.at >= anchor.after
		&& anchor.anchored_at.saturating_sub(reading.at) <= MAX_AGE;
	let is_of_it = check.metric == MetricId(METRIC)
		&& check.table.0 == anchor.channels
		&& check.idle.is_none_or(|idle| reading.value > idle)
		&& reading.at > record.readings_after;
	let is_good = (check.low..=check.high).contains(&reading.value);
	let is_needed = match record.state {
		OrderState::DeclaredDone => true,
		OrderState::Verified => (record.bad > 0 || !is_good) && is_under_guarantee(record, id),
		_ => false,
	};
	in_time && is_anchored && is_of_it && is_needed && is_calibrated(&record.machine, record, anchor, reading)
}

fn is_calibrated(machine: &MachineId, record: &OrderOf<Runtime>, anchor: &Anchor, reading: &Reading) -> bool {
	let owner = controller_of(&machine.account());
	let Some(sensor) = Sensors::<Runtime>::get(machine, MetricId(METRIC)) else {
		return false;
	};
	let is_next = reading.at > sensor.used && reading.at >= sensor.used.saturating_add(GAP);
	is_next
		&& sensor.certificates.iter().any(|one| {
			(one.valid_from..=one.valid_until).contains(&reading.at)
				&& one.registered_at < anchor.anchored_at
				&& one.revoked_at.is_none_or(|revoked| anchor.anchored_at < revoked)
				&& one.table == record.conditions.check.table
				&& controller_of(&one.issuer) != owner
		})
}

/// Nobody else has begun since, and nobody has closed the ticket.
fn is_under_guarantee(record: &OrderOf<Runtime>, id: ServiceOrderId) -> bool {
	let state = Tickets::<Runtime>::get(record.ticket).map(|ticket| ticket.state);
	match state {
		Some(TicketState::Open) => true,
		Some(TicketState::Ordered(by)) => {
			by == id || Orders::<Runtime>::get(by).is_some_and(|other| other.started_at.is_none())
		}
		Some(TicketState::Closed) | None => false,
	}
}
