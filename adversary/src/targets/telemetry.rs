//! Anchors of readings, and challenges.

use crate::{
	draw::Draw,
	ledger,
	target::{Entitled, Form, Intent, Target},
	upkeep::{self, is_junk, STEP},
	world::{actors_as, controller_of, live_key, side_of, World},
};
use bpiiot_primitives::{AgreementClock, MachineId};
use bpiiot_runtime::{AccountId, Escrow, Runtime};
use pallet_telemetry::{AllSeries, Anchors, Call, Challenges, Citations};
use sp_runtime::TryRuntimeError;
use std::collections::BTreeSet;

/// The pallet `telemetry`.
pub struct Telemetry;

impl Target for Telemetry {
	fn name(&self) -> &'static str {
		"telemetry"
	}

	fn forms(&self) -> Vec<Form> {
		vec![
			Form::new("set_room", set_room).weighing(6),
			Form::new("anchor", anchor).weighing(40),
			Form::new("prune", prune).weighing(10),
			Form::new("challenge", challenge).weighing(16),
			Form::new("produce", produce).weighing(16),
			Form::new("expire", expire).weighing(16),
		]
	}

	fn errors(&self) -> Vec<&'static str> {
		super::names_of::<pallet_telemetry::Error<Runtime>>()
	}

	fn try_state(&self) -> Result<(), TryRuntimeError> {
		bpiiot_runtime::Telemetry::do_try_state()
	}
}

/// How long an anchor is kept, by the README.
const RETENTION: u64 = 30 * 86_400_000;
/// The windows that a challenge may have.
const WINDOWS: std::ops::RangeInclusive<u64> = 86_400_000..=14 * 86_400_000;

fn owner_of(machine: &MachineId) -> Vec<AccountId> {
	let record = pallet_machines::Machines::<Runtime>::get(machine);
	record.map(|record| record.owner).into_iter().collect()
}

fn set_room(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (machine, _) = world.machine(draw)?;
	let room = match draw.number() % 16 {
		14 => 0,
		15 => u32::MAX,
		more => 2 + u32::from(more),
	};
	Intent::new(
		Call::<Runtime>::set_room { machine, room },
		Entitled::These(owner_of(&machine)),
	)
}

/// Its key, what may come next, into room that there is.
fn anchor(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let machine = draw.mostly(&world.upkeep.series, |series| series.kept() < series.room.into())?;
	let series = AllSeries::<Runtime>::get(machine)?;
	let now = ledger::now();
	// Mostly as old as evidence may be.
	let age = [10 * STEP, 20 * STEP][usize::from(draw.once_in(8))];
	let from = series.to.max(series.anchored_at).max(now.saturating_sub(age));
	let most = (1 + now.saturating_sub(from) / STEP).min(8);
	let count = 1 + draw.below(most as usize) as u32;
	let kind = draw.number() % 16;
	let mut batch = upkeep::sealed(&series, from, count, kind)?;
	let wrong = draw.number();
	match if wrong / 16 % 4 == 3 { wrong % 16 } else { 15 } {
		0 => batch.number += 1,
		1 => batch.number = series.number,
		2 => batch.previous = [9; 32],
		3 => batch.count = 0,
		4 => batch.runs.clear(),
		5 => batch.lost += 1,
		6 => batch.from = batch.to + 1,
		7 => batch.to = now + 1,
		8 => batch.runs.iter_mut().for_each(|run| run.epoch += 2),
		9 if series.number > 0 => batch.runs.iter_mut().for_each(|run| {
			(run.first, run.last) = (0, run.last - run.first);
		}),
		10 if series.to > 0 => batch.from = series.to - 1,
		_ => (),
	}
	let is_next = batch.number == series.number + 1
		&& batch.previous == series.last
		&& batch.check().is_ok()
		&& batch.missing_after(series.end.as_ref()).is_ok()
		&& batch.from >= series.to
		&& batch.to <= now;
	let fits = is_next && series.kept() < series.room.into();
	let key = live_key(&machine).into_iter().collect();
	Intent::new(Call::<Runtime>::anchor { batch }, Entitled::these_if(fits, key))
}

/// The oldest that were kept long enough and that nobody asks for, but the newest.
fn prune(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let machine = draw.mostly(&world.upkeep.series, |series| series.kept() > 1)?;
	let series = AllSeries::<Runtime>::get(machine)?;
	let count = match draw.number() % 16 {
		14 => 0,
		15 => 65,
		more => 1 + u32::from(more % 3),
	};
	let oldest = series.oldest + u64::from(count);
	let now = ledger::agreement_now();
	let is_old =
		|number| Anchors::<Runtime>::get(machine, number).is_some_and(|anchor| anchor.kept_from + RETENTION < now);
	let is_cited = Citations::<Runtime>::get(machine)
		.iter()
		.any(|cited| cited.batch < oldest);
	let fits = (1..=64).contains(&count) && oldest <= series.number && !is_cited;
	let is_time = fits && (series.oldest..oldest).all(is_old);
	let call = Call::<Runtime>::prune {
		machine,
		count,
		keep_room: draw.once_in(2),
	};
	Intent::new(call, Entitled::these_if(is_time, side_of(&machine)))
}

/// Who has an open order about the machine, but not its owner.
fn parties_to(machine: &MachineId) -> Vec<AccountId> {
	let owner = controller_of(&machine.account());
	let orders = pallet_diagnostics::Orders::<Runtime>::iter_values();
	let about_it = orders.filter(|order| !order.is_settled() && order.machine == *machine);
	about_it
		.map(|order| order.maintainer().clone())
		.filter(|who| controller_of(who) != owner)
		.collect()
}

fn challenge(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let open = world.upkeep.orders.values().filter(|order| !order.is_settled());
	let busy: BTreeSet<_> = open.map(|order| order.machine).collect();
	let (machine, batch) = draw_mostly(draw, world, |machine| busy.contains(machine))?;
	let anchor = Anchors::<Runtime>::get(machine, batch)?;
	let (small, window) = (draw.number(), draw.number());
	let first = match small % 16 {
		15 => u32::MAX,
		more => u32::from(more) % anchor.count.max(1),
	};
	let count = match small / 16 % 16 {
		14 => 0,
		15 => 17,
		more => 1 + u32::from(more % 2),
	};
	let window = match window % 16 {
		14 => 86_400_000 - 1,
		15 => u64::MAX,
		more => 86_400_000 * (1 + u64::from(more)),
	};
	let citations = Citations::<Runtime>::get(machine);
	let asks = |who: &AccountId| citations.iter().any(|cited| cited.challenger == *who);
	let mut parties = parties_to(&machine);
	parties.retain(|who| !asks(who));
	let end = first.checked_add(count).filter(|end| *end <= anchor.count);
	let fits = end.is_some() && (1..=16).contains(&count) && WINDOWS.contains(&window) && !anchor.withheld;
	let call = Call::<Runtime>::challenge {
		machine,
		batch,
		first,
		count,
		window,
	};
	let entitled: Vec<_> = parties.iter().flat_map(actors_as).collect();
	match entitled.is_empty() {
		true => Intent::new(call, Entitled::Nobody(side_of(&machine))),
		false => Intent::new(call, Entitled::these_if(fits, draw.beginning_with_one(entitled))),
	}
}

/// An anchor, mostly of a machine that `is` wants.
fn draw_mostly(draw: &mut Draw<'_>, world: &World, is: impl Fn(&MachineId) -> bool) -> Option<(MachineId, u64)> {
	let all: Vec<_> = world.upkeep.anchors.keys().copied().collect();
	let wanted: Vec<_> = all.iter().copied().filter(|(machine, _)| is(machine)).collect();
	let any = draw.once_in(8) || wanted.is_empty();
	draw.one_of(if any { &all } else { &wanted }).copied()
}

/// Anybody who has what was asked for, in time.
fn produce(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let id = draw.mostly(&world.upkeep.challenges, |_| true)?;
	let challenge = Challenges::<Runtime>::get(id)?;
	let anchor = Anchors::<Runtime>::get(challenge.machine, challenge.batch)?;
	let mut proof = upkeep::proof(challenge.batch, &anchor, challenge.first, challenge.count)?;
	let wrong = draw.number();
	match wrong % 16 {
		14 => proof.first += 1,
		15 => proof.readings.iter_mut().for_each(|reading| reading.value += 1),
		_ => (),
	}
	let is_right = wrong % 16 < 14 && !is_junk(anchor.jumps);
	let is_time = is_right && ledger::agreement_now() <= challenge.until;
	let who = side_of(&challenge.machine);
	let call = Call::<Runtime>::produce { challenge: id, proof };
	Intent::new(call, Entitled::anybody_if(is_time, who))
}

fn expire(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let now = ledger::agreement_now();
	let id = draw.mostly(&world.upkeep.challenges, |challenge| now > challenge.until)?;
	let challenge = Challenges::<Runtime>::get(id)?;
	let is_running = <Escrow as AgreementClock>::ensure_running().is_ok();
	let is_time = now > challenge.until && is_running;
	let entitled = Entitled::anybody_if(is_time, actors_as(&challenge.challenger));
	Intent::new(Call::<Runtime>::expire { challenge: id }, entitled)
}
