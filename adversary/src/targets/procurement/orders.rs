//! What becomes of orders.

use super::is_running;
use crate::{
	draw::Draw,
	ledger,
	target::{Entitled, Form, Intent},
	world::{actors_as, controller_of, speakers_for, World},
};
use bpiiot_runtime::{Hash, Runtime};
use pallet_procurement::{Call, OrderOf, OrderState};

pub(super) fn forms() -> Vec<Form> {
	vec![
		Form::new("deliver", deliver).weighing(30),
		Form::new("confirm", confirm).weighing(16),
		Form::new("reject", reject).weighing(12),
		Form::new("cancel", cancel).weighing(6),
		Form::new("expire", expire),
		Form::new("concede", concede).weighing(4),
		Form::new("dispute", dispute).weighing(8),
		Form::new("remove", remove).weighing(8),
	]
}

fn awaits(order: &OrderOf<Runtime>) -> bool {
	order.state == OrderState::Awaiting
}

fn is_delivered(order: &OrderOf<Runtime>) -> bool {
	order.state == OrderState::Delivered
}

fn is_rejected(order: &OrderOf<Runtime>) -> bool {
	matches!(order.state, OrderState::Rejected(_))
}

/// So many of them, as a call may say it: all or some, sometimes none or too many.
fn some(draw: &mut Draw<'_>, all: u64) -> u64 {
	match draw.once_in(3) {
		true => u64::from(draw.units(all.try_into().unwrap_or(u32::MAX))),
		false => all,
	}
}

fn deliver(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (order, record) = world.market.order(draw, awaits)?;
	let outstanding = record.quantity.saturating_sub(record.delivered);
	let quantity = some(draw, outstanding);
	let lot = [None, Some(b"A".as_slice()), Some(b"B"), Some(b"\n")][draw.below(4)];
	let note = Hash::repeat_byte(1);
	let is_time = awaits(&record) && ledger::agreement_now() <= record.due_until;
	let fits = is_time && (1..=outstanding).contains(&quantity);
	let entitled = Entitled::these_if(fits, speakers_for(record.supplier()));
	let lot = lot.map(crate::market::text);
	let call = Call::<Runtime>::deliver {
		order,
		quantity,
		lot,
		note,
	};
	Intent::new(call, entitled)
}

/// The buyer or his owner; by a reading only the machine that buys.
fn confirm(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (order, record) = world.market.order(draw, is_delivered)?;
	let in_review = record.delivered.saturating_sub(record.accepted + record.rejected);
	let quantity = some(draw, in_review);
	let reading = draw.once_in(4).then(|| Hash::repeat_byte(2));
	let (buyer, fits) = (record.buyer(), (1..=in_review).contains(&quantity));
	let is_machine = controller_of(buyer) != *buyer;
	let entitled = match reading {
		None => Entitled::these_if(is_delivered(&record) && fits, speakers_for(buyer)),
		Some(_) => Entitled::these_if(is_delivered(&record) && fits && is_machine, actors_as(buyer)),
	};
	let call = Call::<Runtime>::confirm {
		order,
		quantity,
		reading,
	};
	Intent::new(call, entitled)
}

fn reject(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (order, record) = world.market.order(draw, is_delivered)?;
	let in_review = record.delivered.saturating_sub(record.accepted + record.rejected);
	let quantity = some(draw, in_review);
	let is_time = is_delivered(&record) && ledger::agreement_now() <= record.review_until;
	let fits = is_time && (1..=in_review).contains(&quantity);
	let call = Call::<Runtime>::reject {
		order,
		quantity,
		reason: Hash::repeat_byte(3),
	};
	Intent::new(call, Entitled::these_if(fits, speakers_for(record.buyer())))
}

/// The buyer before it is due, the supplier as long as it may come.
fn cancel(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (order, record) = world.market.order(draw, awaits)?;
	let now = ledger::agreement_now();
	let supplier = speakers_for(record.supplier());
	let buyer = speakers_for(record.buyer());
	let entitled = match awaits(&record) {
		true if now <= record.deliver_by => Entitled::These([supplier, buyer].concat()),
		true if now <= record.due_until => Entitled::These(supplier),
		_ => Entitled::Nobody([supplier, buyer].concat()),
	};
	let entitled = match entitled {
		Entitled::These(these) => Entitled::These(draw.beginning_with_one(these)),
		other => other,
	};
	let reason = Hash::repeat_byte(4);
	Intent::new(Call::<Runtime>::cancel { order, reason }, entitled)
}

fn expire(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let now = ledger::agreement_now();
	let deadline = |order: &OrderOf<Runtime>| match order.state {
		OrderState::Awaiting => Some(order.due_until),
		OrderState::Delivered => Some(order.review_until),
		OrderState::Rejected(_) => Some(order.challenge_until),
		OrderState::Disputed(_) | OrderState::Settled(_) => None,
	};
	let is_over = |order: &OrderOf<Runtime>| deadline(order).is_some_and(|deadline| now > deadline);
	let is_to_end = draw.once_in(2);
	let (order, record) = world
		.market
		.order(draw, |order| is_over(order) || !is_to_end && deadline(order).is_some())?;
	let is_time = is_over(&record) && is_running();
	let entitled = Entitled::anybody_if(is_time, speakers_for(record.buyer()));
	Intent::new(Call::<Runtime>::expire { order }, entitled)
}

fn concede(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (order, record) = world.market.order(draw, is_rejected)?;
	let entitled = Entitled::these_if(is_rejected(&record), speakers_for(record.supplier()));
	Intent::new(Call::<Runtime>::concede { order }, entitled)
}

fn dispute(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (order, record) = world.market.order(draw, is_rejected)?;
	let is_time = is_rejected(&record) && ledger::agreement_now() <= record.challenge_until;
	let entitled = draw.beginning_with_one(speakers_for(record.supplier()));
	let evidence = Hash::repeat_byte(draw.number() as u8);
	Intent::new(
		Call::<Runtime>::dispute { order, evidence },
		Entitled::these_if(is_time, entitled),
	)
}

fn remove(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (order, record) = world.market.order(draw, |order| order.is_settled())?;
	let is_settled = matches!(record.state, OrderState::Settled(_));
	let entitled = Entitled::these_if(is_settled, speakers_for(record.buyer()));
	Intent::new(Call::<Runtime>::remove { order }, entitled)
}
