//! What comes, goes, moves and is counted, and what is asked for when too little is left.

use super::{available, free, those_at, COUNT, ISSUE, RECEIVE};
use crate::{
	draw::Draw,
	ledger,
	market::{buyers, text, CATEGORIES},
	target::{Entitled, Form, Intent},
	world::{controller_of, speakers_for, World},
};
use bpiiot_primitives::{Lot, PurchaseOrderId, RequestId, ScoreWeights, SiteId};
use bpiiot_runtime::{AccountId, Runtime};
use frame_support::traits::Get;
use pallet_inventory::{Arrivals, Call, CountReason, Reorder, SiteOf, Sites, StockOf, Stocks};
use pallet_procurement::{OrderState, Orders, RequestState, Requests};
use sp_runtime::Permill;

pub(super) fn forms() -> Vec<Form> {
	vec![
		Form::new("receive", receive).weighing(16),
		Form::new("consume", consume).weighing(12),
		Form::new("move_stock", move_stock).weighing(10),
		Form::new("count", count).weighing(12),
		Form::new("set_expiry", set_expiry).weighing(4),
		Form::new("set_reorder", set_reorder).weighing(8),
		Form::new("reorder", reorder).weighing(4),
		Form::new("put_away", put_away).weighing(6),
		Form::new("dismiss_arrival", dismiss_arrival).weighing(2),
	]
}

/// Lots, of which the first one is that of goods without any. The last one no lot can have.
const LOTS: [&[u8]; 5] = [b"", b"A", b"B", b"C", b"\n"];

/// A lot: mostly one that is there.
fn lot(draw: &mut Draw<'_>, stock: &StockOf<Runtime>) -> Lot {
	let any = draw.once_in(4);
	match draw.one_of(&stock.lots) {
		Some(there) if !any => there.lot.clone(),
		_ => text(LOTS[draw.below(LOTS.len())]),
	}
}

/// About so much, in thousandths: mostly some of it, sometimes nothing, or more than can be.
fn quantity(draw: &mut Draw<'_>, most: u64) -> u64 {
	let number = draw.number();
	match number % 16 {
		12 => 0,
		13 => most.saturating_add(1),
		14 => u64::MAX,
		15 => most,
		_ => 1 + u64::from(number / 16) % most.clamp(1, 4_000),
	}
}

/// A date: mostly none, or one that comes soon.
fn date(draw: &mut Draw<'_>) -> Option<u64> {
	let number = draw.number();
	match number % 8 {
		0..4 => None,
		7 => Some(ledger::now().saturating_sub(1)),
		_ => Some(ledger::now() + 600_000 * (1 + u64::from(number / 8 % 4))),
	}
}

fn site_of(site: SiteId) -> Option<SiteOf<Runtime>> {
	Sites::<Runtime>::get(site)
}

fn receive(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (site, item, stock) = world.market.stock(draw, |_| true)?;
	let lot = lot(draw, &stock);
	let quantity = quantity(draw, 3_000);
	let expires = date(draw);
	let is_right = quantity > 0 && expires.is_none_or(|expires| expires > ledger::now());
	let those = draw.beginning_with_one(those_at(&site_of(site)?, RECEIVE));
	let call = Call::<Runtime>::receive {
		site,
		item,
		lot,
		quantity,
		expires,
	};
	Intent::new(call, Entitled::these_if(is_right, those))
}

fn consume(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (site, item, stock) = world.market.stock(draw, |stock| available(stock) > 0)?;
	let lot = draw.once_in(2).then(|| lot(draw, &stock));
	let left = match &lot {
		None => available(&stock),
		Some(lot) => stock.lots.iter().find(|there| there.lot == *lot).map_or(0, free),
	};
	let quantity = quantity(draw, left);
	let those = draw.beginning_with_one(those_at(&site_of(site)?, ISSUE));
	let fits = (1..=left).contains(&quantity);
	let call = Call::<Runtime>::consume {
		site,
		item,
		lot,
		quantity,
	};
	Intent::new(call, Entitled::these_if(fits, those))
}

/// Who may give at the one site and take at the other, both of which are under one control.
fn move_stock(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (from, item, stock) = world.market.stock(draw, |stock| !stock.lots.is_empty())?;
	let source = site_of(from)?;
	let any = draw.once_in(8);
	let control = controller_of(&source.owner);
	let fit = |to: &SiteId, there: &SiteOf<Runtime>| {
		let keeps = Stocks::<Runtime>::contains_key(to, &item);
		*to != from && keeps && controller_of(&there.owner) == control
	};
	let all = world.market.sites.iter().filter(|(to, there)| any || fit(to, there));
	let all: Vec<_> = all.map(|(to, _)| *to).collect();
	let to = draw.one_of(&all).copied().unwrap_or(from);
	let target = site_of(to)?;
	let lot = lot(draw, &stock);
	let left = stock.lots.iter().find(|there| there.lot == lot);
	let left = left.map_or(0, |there| there.on_hand.saturating_sub(there.reserved));
	let quantity = quantity(draw, left);
	let takers = those_at(&target, RECEIVE);
	let mut those = those_at(&source, ISSUE);
	those.retain(|who| takers.contains(who));
	let fits = (1..=left).contains(&quantity) && fit(&to, &target);
	let call = Call::<Runtime>::move_stock {
		from,
		to,
		item,
		lot,
		quantity,
	};
	Intent::new(call, Entitled::these_if(fits, draw.beginning_with_one(those)))
}

/// Who has seen the stock as it is, and no less than what is put aside.
fn count(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (site, item, stock) = world.market.stock(draw, |_| true)?;
	let lot = lot(draw, &stock);
	let there = stock.lots.iter().find(|there| there.lot == lot);
	let version = there.map_or(stock.version, |there| there.version);
	let (before, reserved) = there.map_or((0, 0), |there| (there.on_hand, there.reserved));
	let choice = draw.number();
	let basis = match choice % 8 {
		6 => version.saturating_sub(1),
		7 => version.saturating_add(1),
		_ => version,
	};
	let on_hand = match choice / 8 % 8 {
		0 => before,
		1 => before.saturating_add(100),
		2 => 0,
		3 => reserved,
		4 => u64::MAX,
		_ => before / 2,
	};
	let reason = match (choice / 64 % 8, on_hand.cmp(&before)) {
		(0, _) => CountReason::Found,
		(1, _) => CountReason::Lost,
		(2.., std::cmp::Ordering::Less) => CountReason::Damaged,
		(2.., std::cmp::Ordering::Greater) => CountReason::Found,
		_ => CountReason::StockTaking,
	};
	let those = draw.beginning_with_one(those_at(&site_of(site)?, COUNT));
	let fits = basis == version && on_hand >= reserved;
	let call = Call::<Runtime>::count {
		site,
		item,
		lot,
		basis,
		on_hand,
		reason,
	};
	Intent::new(call, Entitled::these_if(fits, those))
}

fn set_expiry(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (site, item, stock) = world.market.stock(draw, |stock| !stock.lots.is_empty())?;
	let lot = lot(draw, &stock);
	let expires = date(draw);
	let those = draw.beginning_with_one(those_at(&site_of(site)?, COUNT));
	let call = Call::<Runtime>::set_expiry {
		site,
		item,
		lot,
		expires,
	};
	Intent::new(call, Entitled::These(those))
}

fn set_reorder(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (site, item, _) = world.market.stock(draw, |stock| stock.reorder.is_none())?;
	let record = site_of(site)?;
	let choice = draw.number();
	let asset = ledger::asset(draw.below(3));
	let is_wrong = choice % 16 == 14;
	let part = Permill::from_percent(25);
	let buyer = match choice / 16 % 4 {
		3 => draw.one_of(&world.machines).copied(),
		_ => None,
	};
	let reorder = (choice % 16 != 15).then(|| Reorder {
		point: 1_000 * (1 + u64::from(choice / 64 % 4)),
		quantity: 1 + u64::from(choice / 256 % 8),
		category: text(CATEGORIES[0]),
		asset,
		highest_price: draw.amount(10 * ledger::whole(asset)),
		longest_lead_time: draw.window(),
		weights: ScoreWeights {
			price: Permill::from_percent(50),
			lead_time: part,
			standing: if is_wrong { Permill::one() } else { part },
		},
		buyer,
	});
	let entitled = Entitled::These(speakers_for(&record.owner));
	Intent::new(Call::<Runtime>::set_reorder { site, item, reorder }, entitled)
}

/// Whether goods may still come of a request.
fn may_come(request: RequestId) -> bool {
	let request = Requests::<Runtime>::get(request);
	request.is_some_and(|request| match request.state {
		RequestState::Open => true,
		RequestState::Awarded(order) => {
			let order = Orders::<Runtime>::get(order);
			order.is_some_and(|order| matches!(order.state, OrderState::Awaiting | OrderState::Delivered))
		}
		_ => false,
	})
}

/// Whether there is less than there should be, and nobody has asked for more, or long enough ago.
fn is_due(stock: &StockOf<Runtime>) -> bool {
	let is_low = stock
		.reorder
		.as_ref()
		.is_some_and(|reorder| available(stock) < reorder.point);
	let is_quiet = stock.raised.is_none_or(|raised| {
		let pause: u64 = <Runtime as pallet_inventory::Config>::ReorderPause::get();
		let waits = raised.request.is_some_and(may_come);
		!waits && ledger::now() >= raised.at.saturating_add(pause)
	});
	is_low && is_quiet
}

fn reorder(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let is_to_happen = draw.once_in(2);
	let (site, item, stock) = world.market.stock(draw, |stock| {
		if is_to_happen {
			is_due(stock)
		} else {
			stock.reorder.is_some()
		}
	})?;
	let entitled = Entitled::anybody_if(is_due(&stock), buyers(world, draw));
	Intent::new(Call::<Runtime>::reorder { site, item }, entitled)
}

/// Goods that wait, as their owner and their order; sometimes of somebody who has none.
fn arrival(world: &World, draw: &mut Draw<'_>) -> Option<(AccountId, PurchaseOrderId)> {
	let (owner, order) = draw.one_of(&world.market.arrivals)?.clone();
	match draw.once_in(16) {
		true => Some((buyers(world, draw).first()?.clone(), order)),
		false => Some((owner, order)),
	}
}

fn waits(owner: &AccountId, order: PurchaseOrderId) -> bool {
	Arrivals::<Runtime>::get(owner)
		.iter()
		.any(|arrival| arrival.order == order)
}

fn put_away(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (owner, order) = arrival(world, draw)?;
	let control = controller_of(&owner);
	let any = draw.once_in(8);
	let item = Arrivals::<Runtime>::get(&owner)
		.first()
		.map(|arrival| arrival.item.clone());
	let keeps = |site: &SiteId| {
		item.as_ref()
			.is_some_and(|item| Stocks::<Runtime>::contains_key(site, item))
	};
	let sites = world
		.market
		.sites
		.iter()
		.filter(|(id, site)| any || controller_of(&site.owner) == control && keeps(id));
	let sites: Vec<_> = sites.map(|(site, _)| *site).collect();
	let any_site = world.market.sites.keys().next().copied();
	let site = draw.one_of(&sites).copied().or(any_site)?;
	let is_his = site_of(site).is_some_and(|site| controller_of(&site.owner) == control);
	let entitled = Entitled::these_if(is_his && waits(&owner, order), speakers_for(&owner));
	Intent::new(Call::<Runtime>::put_away { owner, order, site }, entitled)
}

fn dismiss_arrival(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (owner, order) = arrival(world, draw)?;
	let entitled = Entitled::these_if(waits(&owner, order), speakers_for(&owner));
	Intent::new(Call::<Runtime>::dismiss_arrival { owner, order }, entitled)
}
