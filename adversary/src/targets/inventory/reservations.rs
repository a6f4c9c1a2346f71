//! What is put aside for jobs.

use super::{available, free, those_at, ISSUE, RESERVE};
use crate::{
	draw::Draw,
	market::text,
	target::{Entitled, Form, Intent},
	world::{controller_of, side_of, World},
};
use bpiiot_primitives::{JobId, Lot};
use bpiiot_runtime::Runtime;
use pallet_inventory::{Call, Reservation, Reservations, SiteOf, Sites, Stocks};
use pallet_jobs::{JobState, Jobs};

pub(super) fn forms() -> Vec<Form> {
	vec![
		Form::new("reserve", reserve).weighing(16),
		Form::new("release", release).weighing(6),
		Form::new("consume_reserved", consume_reserved).weighing(6),
		Form::new("end_reservation", end_reservation).weighing(4),
	]
}

fn is_open(job: JobId) -> bool {
	Jobs::<Runtime>::get(job).is_some_and(|job| !matches!(job.state, JobState::Settled(_)))
}

/// About so much: mostly some of it, sometimes nothing or too much.
fn some(draw: &mut Draw<'_>, most: u64) -> u64 {
	let number = draw.number();
	match number % 16 {
		14 => 0,
		15 => most.saturating_add(1),
		13 => most,
		_ => 1 + u64::from(number / 16) % most.clamp(1, 1_000),
	}
}

/// For a job of a machine that is under the same control as the site.
fn reserve(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (site, item, stock) = world.market.stock(draw, |stock| available(stock) > 0)?;
	let record = Sites::<Runtime>::get(site)?;
	let control = controller_of(&record.owner);
	let is_his = |job: &JobId| {
		let machine = Jobs::<Runtime>::get(job).map(|job| job.machine);
		machine.is_some_and(|machine| controller_of(&machine.account()) == control)
	};
	let any = draw.once_in(8);
	let open = world
		.jobs
		.iter()
		.filter(|(job, standing)| any || !matches!(standing.state, JobState::Settled(_)) && is_his(job));
	let jobs: Vec<_> = open.map(|(job, _)| *job).collect();
	let job = *draw.one_of(&jobs)?;
	let lot: Option<Lot> = match (draw.once_in(2), draw.one_of(&stock.lots)) {
		(true, Some(there)) => Some(there.lot.clone()),
		(true, None) => Some(text(b"X")),
		(false, _) => None,
	};
	let left = match &lot {
		None => available(&stock),
		Some(lot) => stock.lots.iter().find(|there| there.lot == *lot).map_or(0, free),
	};
	let quantity = some(draw, left);
	let fits = (1..=left).contains(&quantity) && is_open(job) && is_his(&job);
	let those = draw.beginning_with_one(those_at(&record, RESERVE));
	let call = Call::<Runtime>::reserve {
		job,
		site,
		item,
		lot,
		quantity,
	};
	Intent::new(call, Entitled::these_if(fits, those))
}

/// A reservation, with its site.
fn reservation(world: &World, draw: &mut Draw<'_>) -> Option<(JobId, Reservation, SiteOf<Runtime>)> {
	let job = draw.mostly(&world.market.reservations, |_| true)?;
	let reservation = Reservations::<Runtime>::get(job)?;
	let site = Sites::<Runtime>::get(reservation.site)?;
	Some((job, reservation, site))
}

fn release(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (job, reservation, site) = reservation(world, draw)?;
	let line = draw.one_of(&reservation.lines)?;
	let quantity = some(draw, line.quantity);
	let fits = (1..=line.quantity).contains(&quantity);
	let those = draw.beginning_with_one(those_at(&site, RESERVE));
	let call = Call::<Runtime>::release {
		job,
		item: line.item.clone(),
		lot: line.lot.clone(),
		quantity,
	};
	Intent::new(call, Entitled::these_if(fits, those))
}

fn consume_reserved(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (job, reservation, site) = reservation(world, draw)?;
	let line = draw.one_of(&reservation.lines)?;
	let quantity = some(draw, line.quantity);
	let stock = Stocks::<Runtime>::get(reservation.site, &line.item)?;
	let is_there = stock
		.lots
		.iter()
		.any(|there| there.lot == line.lot && quantity <= there.reserved);
	let fits = is_there && (1..=line.quantity).contains(&quantity);
	let those = draw.beginning_with_one(those_at(&site, ISSUE));
	let call = Call::<Runtime>::consume_reserved {
		job,
		item: line.item.clone(),
		lot: line.lot.clone(),
		quantity,
	};
	Intent::new(call, Entitled::these_if(fits, those))
}

/// While the job is open: who may put aside, and the job's machine and its owner. Afterwards anybody.
fn end_reservation(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (job, reservation, site) = reservation(world, draw)?;
	let mut those = those_at(&site, RESERVE);
	those.extend(side_of(&reservation.machine));
	let those = draw.beginning_with_one(those);
	let entitled = match is_open(job) {
		true => Entitled::These(those),
		false => Entitled::Anybody(those),
	};
	Intent::new(Call::<Runtime>::end_reservation { job }, entitled)
}
