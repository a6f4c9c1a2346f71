//! Tickets, what is offered for them, and how they are assigned.

use super::{
	care::{appointed, tender},
	fault, maintainer, terms,
};
use crate::{
	draw::Draw,
	ledger,
	target::{Entitled, Form, Intent},
	world::{actors_as, controller_of, side_of, speakers_for, World},
};
use bpiiot_primitives::RequestId;
use bpiiot_runtime::{AccountId, Runtime};
use pallet_diagnostics::{Call, OfferId, Severity, TicketOf, TicketState};
use pallet_procurement::{RequestState, Requests};

pub(super) fn forms() -> Vec<Form> {
	vec![
		Form::new("open_ticket", open_ticket).weighing(16),
		Form::new("close_ticket", close_ticket).weighing(2),
		Form::new("remove_ticket", remove_ticket).weighing(6),
		Form::new("request_quotes", request_quotes).weighing(8),
		Form::new("offer_service", offer_service).weighing(24).honest(),
		Form::new("withdraw_offer", withdraw_offer).weighing(3),
		Form::new("accept_offer", accept_offer).weighing(40),
		Form::new("assign", assign).weighing(12),
	]
}

fn is_open(ticket: &TicketOf<Runtime>) -> bool {
	ticket.state == TicketState::Open
}

/// Whether there may be an award.
fn is_asked(ticket: &TicketOf<Runtime>) -> bool {
	let open = |request: RequestId| Requests::<Runtime>::get(request).is_some_and(|it| it.state == RequestState::Open);
	ticket.asked.as_ref().is_some_and(|asked| open(asked.request))
}

fn open_ticket(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (machine, care) = world.upkeep.care(draw)?;
	let entitled = [side_of(&machine), appointed(&machine, &care)].concat();
	let call = Call::<Runtime>::open_ticket {
		machine,
		fault: fault(draw.number()),
		severity: Severity::Minor,
	};
	Intent::new(call, Entitled::These(draw.beginning_with_one(entitled)))
}

fn close_ticket(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (ticket, record) = world.upkeep.ticket(draw, is_open)?;
	let is_time = is_open(&record) && !is_asked(&record);
	let entitled = Entitled::these_if(is_time, side_of(&record.machine));
	Intent::new(Call::<Runtime>::close_ticket { ticket }, entitled)
}

fn remove_ticket(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let is_closed = |ticket: &TicketOf<Runtime>| ticket.state == TicketState::Closed;
	let (ticket, record) = world.upkeep.ticket(draw, is_closed)?;
	let entitled = Entitled::these_if(is_closed(&record), side_of(&record.machine));
	Intent::new(Call::<Runtime>::remove_ticket { ticket }, entitled)
}

fn request_quotes(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (ticket, record) = world
		.upkeep
		.ticket(draw, |ticket| is_open(ticket) && !is_asked(ticket))?;
	let is_time = is_open(&record) && !is_asked(&record);
	let entitled = Entitled::these_if(is_time, draw.beginning_with_one(side_of(&record.machine)));
	let tender = tender(draw);
	Intent::new(Call::<Runtime>::request_quotes { ticket, tender }, entitled)
}

/// Anybody but the machine's own side.
fn offer_service(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (ticket, record) = world.upkeep.ticket(draw, is_open)?;
	let who = maintainer(world, draw);
	let own = world.kin_of(&record.machine.account());
	let terms = terms(draw);
	let call = Call::<Runtime>::offer_service {
		ticket,
		terms,
		valid_for: draw.window(),
	};
	let would = actors_as(&who);
	let entitled = match is_open(&record) {
		true => Entitled::AnybodyBut(would, own),
		false => Entitled::Nobody(would),
	};
	Intent::new(call, entitled)
}

fn withdraw_offer(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (ticket, record) = world.upkeep.ticket(draw, |ticket| !ticket.offers.is_empty())?;
	let found = draw.one_of(&record.offers);
	let offer = found.map_or(OfferId(1), |offer| offer.id);
	let entitled = found.map_or_else(Vec::new, |offer| speakers_for(&offer.maintainer));
	match found {
		Some(_) => Intent::new(
			Call::<Runtime>::withdraw_offer { ticket, offer },
			Entitled::These(entitled),
		),
		None => Intent::new(
			Call::<Runtime>::withdraw_offer { ticket, offer },
			Entitled::Nobody(side_of(&record.machine)),
		),
	}
}

/// Whether a maintainer may take the work: he is not the owner's, nor the arbiter's, nor has he calibrated the sensor.
fn may_maintain(ticket: &TicketOf<Runtime>, who: &AccountId, arbiter: Option<&AccountId>) -> bool {
	let control = controller_of(who);
	control != controller_of(&ticket.machine.account()) && arbiter != Some(&control)
}

fn accept_offer(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let takes = |ticket: &TicketOf<Runtime>| is_open(ticket) && !ticket.offers.is_empty();
	let (ticket, record) = world.upkeep.ticket(draw, takes)?;
	let found = draw.one_of(&record.offers);
	let offer = found.map_or(OfferId(1), |offer| offer.id);
	let binds = found.is_some_and(|offer| {
		let may = may_maintain(&record, &offer.maintainer, offer.terms.arbiter.as_ref());
		may && ledger::agreement_now() <= offer.until
	});
	let is_time = is_open(&record) && !is_asked(&record) && binds;
	let entitled = draw.beginning_with_one(side_of(&record.machine));
	Intent::new(
		Call::<Runtime>::accept_offer { ticket, offer },
		Entitled::these_if(is_time, entitled),
	)
}

fn assign(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (ticket, record) = world.upkeep.ticket(draw, is_open)?;
	let maintainer = maintainer(world, draw);
	let entitled = draw.beginning_with_one(side_of(&record.machine));
	let terms = terms(draw);
	let may = may_maintain(&record, &maintainer, terms.arbiter.as_ref());
	let is_time = is_open(&record) && !is_asked(&record) && may;
	let call = Call::<Runtime>::assign {
		ticket,
		maintainer,
		terms,
	};
	Intent::new(call, Entitled::these_if(is_time, entitled))
}
