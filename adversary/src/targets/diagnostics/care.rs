//! Which machines are looked after, their rules, and what they report.

use super::{fault, maintainer, owner_of, terms};
use crate::{
	draw::Draw,
	ledger,
	market::text,
	target::{Entitled, Form, Intent},
	upkeep::{BAD, GOOD, METRIC},
	world::{actors_as, live_key, World},
};
use bpiiot_primitives::MachineId;
use bpiiot_runtime::{AccountId, Runtime};
use pallet_diagnostics::{
	Action, Bearing, Call, CareOf, Comparison, Healths, Level, Metric, MetricId, RuleId, RuleTerms, Severity, Tender,
	Trigger, WearLimit, WearModel, Weights,
};
use sp_runtime::Permill;

pub(super) fn forms() -> Vec<Form> {
	vec![
		Form::new("enrol", enrol),
		Form::new("discharge", discharge).weighing(2),
		Form::new("appoint_maintainer", appoint_maintainer).weighing(3),
		Form::new("set_wear", set_wear).weighing(3),
		Form::new("set_rule", set_rule).weighing(10),
		Form::new("remove_rule", remove_rule).weighing(4),
		Form::new("report", report).weighing(30),
	]
}

fn enrol(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (machine, _) = world.machine(draw)?;
	let room = match draw.number() % 16 {
		14 => 0,
		15 => 17,
		more => 2 + u32::from(more % 4),
	};
	Intent::new(
		Call::<Runtime>::enrol { machine, room },
		Entitled::These(owner_of(&machine)),
	)
}

/// Its owner, or whose deposit is on hold, once nothing is in use.
fn discharge(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (machine, care) = world.upkeep.care(draw)?;
	let is_empty = care.rules.is_empty() && care.tickets.is_empty();
	let entitled = [owner_of(&machine), vec![care.depositor]].concat();
	Intent::new(
		Call::<Runtime>::discharge { machine },
		Entitled::these_if(is_empty, entitled),
	)
}

fn appoint_maintainer(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (machine, _) = world.upkeep.care(draw)?;
	let appointed = maintainer(world, draw);
	let maintainer = (!draw.once_in(4)).then_some(appointed);
	let call = Call::<Runtime>::appoint_maintainer { machine, maintainer };
	Intent::new(call, Entitled::These(owner_of(&machine)))
}

fn set_wear(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (machine, _) = world.upkeep.care(draw)?;
	let small = draw.number();
	let model = match small % 4 {
		0 => WearModel::Limit(1_000),
		1 => WearModel::Limit(0),
		_ => WearModel::BasicRatingLife {
			bearing: Bearing::Ball,
			capacity: 30_000,
			load: 5_000,
		},
	};
	let limit = WearLimit {
		metric: MetricId(1),
		model,
	};
	let limits = vec![limit; usize::from(small / 4 % 3)].try_into().ok()?;
	let call = Call::<Runtime>::set_wear { machine, limits };
	Intent::new(call, Entitled::These(owner_of(&machine)))
}

/// How a machine asks for quotes, mostly as it may.
pub(super) fn tender(draw: &mut Draw<'_>) -> Tender<AccountId> {
	let small = draw.number();
	let minutes = |bits: u16| 60_000 * (1 + u64::from(small >> bits & 3));
	Tender {
		category: text(if small >> 13 == 7 {
			b""
		} else {
			crate::market::CATEGORIES[0]
		}),
		area: text(crate::market::AREAS[if small >> 12 == 1 { 4 } else { 0 }]),
		bid_window: minutes(0),
		award_window: 10 * minutes(2),
		weights: Weights {
			price: Permill::from_percent(if small >> 9 & 7 == 7 { 60 } else { 50 }),
			response: Permill::from_percent(25),
			standing: Permill::from_percent(25),
		},
		service: terms(draw),
	}
}

/// Its owner; for a rule that only opens tickets also who is appointed by him.
fn set_rule(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (machine, care) = world.upkeep.care(draw)?;
	let small = draw.number();
	let bound = i64::from(small % 8) * 1_000;
	let above = small & 8 == 0;
	let spends = small & 16 == 0;
	let trigger = Trigger {
		metric: MetricId(METRIC + (small >> 5 & 1)),
		comparison: if above { Comparison::Above } else { Comparison::Below },
		bound,
		clear: if small >> 10 == 63 { bound + 1 } else { bound },
		reports: (small >> 6 & 3).min(2) as u8,
	};
	let terms = RuleTerms {
		trigger,
		fault: fault(draw.number()),
		severity: Severity::Major,
		action: if spends {
			Action::Quotes(Box::new(tender(draw)))
		} else {
			Action::Ticket
		},
	};
	let mut entitled = owner_of(&machine);
	if !spends {
		entitled.extend(appointed(&machine, &care));
	}
	Intent::new(
		Call::<Runtime>::set_rule { machine, terms },
		Entitled::These(draw.beginning_with_one(entitled)),
	)
}

/// Who is appointed by the owner of now, by those who act as he.
pub(super) fn appointed(machine: &MachineId, care: &CareOf<Runtime>) -> Vec<AccountId> {
	let of_now = |owner: &AccountId| owner_of(machine).contains(owner);
	let contract = care.contract.as_ref().filter(|contract| of_now(&contract.owner));
	contract.map_or_else(Vec::new, |contract| actors_as(&contract.maintainer))
}

fn remove_rule(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (machine, care) = world.upkeep.care(draw)?;
	let found = draw.one_of(&care.rules);
	let rule = found.map_or(RuleId(1), |rule| rule.id);
	let mut entitled = owner_of(&machine);
	entitled.extend(found.into_iter().flat_map(|rule| actors_as(&rule.by)));
	Intent::new(
		Call::<Runtime>::remove_rule { machine, rule },
		Entitled::these_if(found.is_some(), entitled),
	)
}

/// The machine alone, of a moment after the last one.
fn report(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (machine, _) = world.upkeep.care(draw)?;
	let small = draw.number();
	let now = ledger::now();
	let last = Healths::<Runtime>::get(machine).map_or(0, |health| health.last.at);
	let at = match small % 16 {
		14 => now + 1,
		15 => last,
		_ => now,
	};
	let value = if small >> 4 & 3 == 0 { GOOD } else { BAD };
	let metric = |id| Metric {
		id: MetricId(id),
		value,
	};
	let ids: &[u16] = match small >> 6 & 15 {
		15 => &[METRIC, METRIC],
		14 => &[],
		_ => &[1, METRIC, METRIC + 1],
	};
	let metrics: Vec<_> = ids.iter().map(|id| metric(*id)).collect();
	let fits = at <= now && at > last && small >> 6 & 15 != 15;
	let call = Call::<Runtime>::report {
		at,
		level: Level::Alert,
		metrics: metrics.try_into().ok()?,
	};
	Intent::new(call, Entitled::these_if(fits, live_key(&machine).into_iter().collect()))
}
