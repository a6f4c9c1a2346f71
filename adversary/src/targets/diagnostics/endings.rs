//! How orders end.

use super::{deadline, is_running};
use crate::{
	draw::Draw,
	ledger,
	target::{Entitled, Form, Intent},
	world::{side_of, speakers_for, World},
};
use bpiiot_primitives::EscrowView;
use bpiiot_runtime::{Hash, Runtime};
use pallet_diagnostics::{Call, OrderOf, OrderState};

pub(super) fn forms() -> Vec<Form> {
	vec![
		Form::new("give_up", give_up).weighing(4),
		Form::new("cancel", cancel).weighing(4),
		Form::new("concede", concede).weighing(6),
		Form::new("dispute", dispute).weighing(16),
		Form::new("expire", expire).weighing(10),
		Form::new("remove_order", remove_order),
	]
}

fn give_up(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let may_be = |order: &OrderOf<Runtime>| {
		matches!(
			order.state,
			OrderState::Proposed | OrderState::Assigned | OrderState::InWork
		)
	};
	let (order, record) = world.upkeep.order(draw, may_be)?;
	let entitled = draw.beginning_with_one(speakers_for(record.maintainer()));
	let reason = Hash::repeat_byte(2);
	Intent::new(
		Call::<Runtime>::give_up { order, reason },
		Entitled::these_if(may_be(&record), entitled),
	)
}

/// The machine's side, before work has begun and within the response time.
fn cancel(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let may_be = |order: &OrderOf<Runtime>| matches!(order.state, OrderState::Proposed | OrderState::Assigned);
	let (order, record) = world.upkeep.order(draw, may_be)?;
	let is_time = may_be(&record) && ledger::agreement_now() <= record.response_by;
	let entitled = draw.beginning_with_one(side_of(&record.machine));
	let reason = Hash::repeat_byte(3);
	Intent::new(
		Call::<Runtime>::cancel { order, reason },
		Entitled::these_if(is_time, entitled),
	)
}

fn is_decided(order: &OrderOf<Runtime>) -> bool {
	matches!(order.state, OrderState::Failed | OrderState::Returned)
}

fn concede(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (order, record) = world.upkeep.order(draw, is_decided)?;
	let entitled = Entitled::these_if(is_decided(&record), speakers_for(record.maintainer()));
	Intent::new(Call::<Runtime>::concede { order }, entitled)
}

/// The machine's side what was declared, the maintainer what was decided; in time, and before an arbiter.
fn dispute(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let may_be = |order: &OrderOf<Runtime>| {
		let is_time = order.state == OrderState::DeclaredDone || is_decided(order);
		is_time && order.escrow.arbiter().is_some()
	};
	let (order, record) = world.upkeep.order(draw, may_be)?;
	let in_time = deadline(&record).is_some_and(|latest| ledger::agreement_now() <= latest);
	let who = match record.state {
		OrderState::DeclaredDone => side_of(&record.machine),
		_ => speakers_for(record.maintainer()),
	};
	let call = Call::<Runtime>::dispute {
		order,
		evidence: Hash::repeat_byte(draw.number() as u8),
	};
	let entitled = Entitled::these_if(may_be(&record) && in_time, draw.beginning_with_one(who));
	Intent::new(call, entitled)
}

fn expire(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let now = ledger::agreement_now();
	let is_over = |order: &OrderOf<Runtime>| deadline(order).is_some_and(|deadline| now > deadline);
	let is_to_end = draw.once_in(2);
	let (order, record) = world
		.upkeep
		.order(draw, |order| is_over(order) || !is_to_end && deadline(order).is_some())?;
	let is_time = is_over(&record) && is_running();
	let entitled = Entitled::anybody_if(is_time, speakers_for(record.maintainer()));
	Intent::new(Call::<Runtime>::expire { order }, entitled)
}

fn remove_order(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (order, record) = world.upkeep.order(draw, |order| order.is_settled())?;
	let entitled = Entitled::these_if(record.is_settled(), side_of(&record.machine));
	Intent::new(Call::<Runtime>::remove_order { order }, entitled)
}
