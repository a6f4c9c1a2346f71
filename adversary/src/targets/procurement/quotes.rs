//! Standing quotes, and orders from them.

use super::conditions;
use crate::{
	draw::Draw,
	ledger,
	market::{buyers, seller, text, AREAS, CATEGORIES, ITEMS},
	parties::{account, ARBITERS},
	target::{Entitled, Form, Intent},
	world::{actors_as, speakers_for, World},
};
use bpiiot_primitives::Region;
use bpiiot_runtime::{Balance, Runtime};
use pallet_procurement::{Call, PriceTier, QuoteTerms, QuoteTermsOf};

pub(super) fn forms() -> Vec<Form> {
	vec![
		Form::new("publish_quote", publish_quote).weighing(10),
		Form::new("update_quote", update_quote).weighing(3),
		Form::new("set_stock", set_stock).weighing(3),
		Form::new("withdraw_quote", withdraw_quote).weighing(2),
		Form::new("buy", buy).weighing(30).honest(),
	]
}

fn terms(draw: &mut Draw<'_>) -> Option<QuoteTermsOf<Runtime>> {
	let asset = ledger::asset(draw.below(3));
	let unit_price = draw.amount(2 * ledger::whole(asset));
	// One number chooses among many small things.
	let small = draw.number();
	let tier = |from_quantity, unit_price| PriceTier {
		from_quantity,
		unit_price,
	};
	let tiers = match small & 15 {
		13 => vec![],
		14 => vec![tier(0, unit_price)],
		15 => vec![tier(3, unit_price)],
		more if more & 1 == 1 => vec![tier(1, unit_price), tier(5, unit_price / 2)],
		_ => vec![tier(1, unit_price)],
	};
	let areas: Vec<Region> = match small >> 4 & 7 {
		4 => vec![text(AREAS[0])],
		5 => vec![text(AREAS[2]), text(AREAS[3])],
		6 => vec![text(AREAS[3])],
		7 => vec![text(AREAS[4])],
		_ => vec![],
	};
	let arbiters = match small >> 7 & 7 {
		0..3 => vec![],
		3 => vec![ARBITERS[0], ARBITERS[0]],
		_ => ARBITERS.to_vec(),
	};
	let arbiters: Vec<_> = arbiters.into_iter().map(account).collect();
	let category = if small >> 12 == 15 {
		b"".as_slice()
	} else {
		CATEGORIES[usize::from(small >> 10 & 1)]
	};
	Some(QuoteTerms {
		category: text(category),
		item: text(ITEMS[usize::from(small >> 11) % 3]),
		asset,
		tiers: tiers.try_into().ok()?,
		lead_time: draw.window(),
		areas: areas.try_into().ok()?,
		conditions: conditions(draw),
		arbiters: arbiters.try_into().ok()?,
	})
}

fn publish_quote(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let supplier = seller(world, draw);
	let entitled = draw.beginning_with_one(speakers_for(&supplier));
	let terms = terms(draw)?;
	let stock = u64::from(draw.units(40));
	let call = Call::<Runtime>::publish_quote { supplier, terms, stock };
	Intent::new(call, Entitled::These(entitled))
}

fn update_quote(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (quote, record) = world.market.quote(draw)?;
	let terms = terms(draw)?;
	let entitled = Entitled::These(speakers_for(&record.supplier));
	Intent::new(Call::<Runtime>::update_quote { quote, terms }, entitled)
}

/// Only by who has seen the stock as it is.
fn set_stock(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (quote, record) = world.market.quote(draw)?;
	let read = record.stock.saturating_add(u64::from(draw.once_in(8)));
	let stock = match draw.once_in(16) {
		true => u64::MAX,
		false => u64::from(draw.units(40)),
	};
	let entitled = Entitled::these_if(read == record.stock, speakers_for(&record.supplier));
	Intent::new(Call::<Runtime>::set_stock { quote, read, stock }, entitled)
}

fn withdraw_quote(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (quote, record) = world.market.quote(draw)?;
	let mut entitled = speakers_for(&record.supplier);
	entitled.extend(actors_as(&record.depositor));
	Intent::new(
		Call::<Runtime>::withdraw_quote { quote },
		Entitled::These(draw.beginning_with_one(entitled)),
	)
}

/// What so many units cost, by the tier of the largest quantity that is not larger.
fn price_of(terms: &QuoteTermsOf<Runtime>, quantity: u64) -> Option<Balance> {
	let reached = terms.tiers.iter().filter(|tier| tier.from_quantity <= quantity);
	let tier = reached.max_by_key(|tier| tier.from_quantity)?;
	tier.unit_price.checked_mul(quantity.into())
}

/// Whoever wants to but the supplier and his kin, as the quote is now, at a price that he will pay.
fn buy(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (quote, record) = world.market.quote(draw)?;
	let buyers = buyers(world, draw);
	let quantity = u64::from(draw.units(8));
	let choice = draw.number();
	let version = record.version.saturating_sub(u32::from(choice & 15 == 15));
	let max_price = if choice >> 4 & 15 == 15 { 1 } else { Balance::MAX };
	let area = match choice >> 8 & 15 {
		13 => text(AREAS[4]),
		14 => text(AREAS[1]),
		15 => text(AREAS[3]),
		_ => text(AREAS[2]),
	};
	let arbiter = match choice >> 12 {
		0..3 => None,
		3 => Some(account(ARBITERS[0])),
		_ => record.terms.arbiters.first().cloned(),
	};
	let site = match draw.once_in(4) {
		true => None,
		false => world.market.site_of(draw, buyers.first()?),
	};
	let price = price_of(&record.terms, quantity);
	let fits = version == record.version && quantity <= record.stock && price.is_some_and(|price| price <= max_price);
	let call = Call::<Runtime>::buy {
		quote,
		version,
		quantity,
		max_price,
		area,
		site,
		arbiter,
	};
	let entitled = match fits {
		true => Entitled::AnybodyBut(buyers, world.kin_of(&record.supplier)),
		false => Entitled::Nobody(buyers),
	};
	Intent::new(call, entitled)
}
