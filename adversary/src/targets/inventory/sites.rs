//! Sites, their keepers, and what is kept there.

use super::{keeper, owners};
use crate::{
	draw::Draw,
	market::{text, AREAS, ITEMS},
	target::{Entitled, Form, Intent},
	world::{speakers_for, World},
};
use bpiiot_runtime::Runtime;
use pallet_inventory::{Call, ItemCode, Keeper, Rights, SiteProfile};

pub(super) fn forms() -> Vec<Form> {
	vec![
		Form::new("create_site", create_site).weighing(6).honest(),
		Form::new("update_site", update_site).weighing(2),
		Form::new("close_site", close_site).weighing(2),
		Form::new("set_keepers", set_keepers).weighing(5),
		Form::new("open_item", open_item).weighing(8),
		Form::new("close_item", close_item).weighing(2),
	]
}

fn profile(draw: &mut Draw<'_>) -> SiteProfile {
	let small = draw.number();
	SiteProfile {
		name: if small % 16 == 15 { text(b"") } else { text(b"Hall 3") },
		gln: match small / 16 % 16 {
			0..8 => None,
			15 => Some(text(b"4012345000010")),
			_ => Some(text(b"9506000134352")),
		},
		region: if small / 256 % 16 == 15 {
			text(AREAS[4])
		} else {
			text(AREAS[usize::from(small / 4_096 % 3)])
		},
	}
}

fn room(draw: &mut Draw<'_>) -> u32 {
	match draw.number() % 32 {
		30 => 0,
		31 => u32::MAX,
		more => 2 + u32::from(more % 6),
	}
}

fn create_site(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let owners = owners(world, draw);
	let call = Call::<Runtime>::create_site {
		profile: profile(draw),
		room: room(draw),
	};
	Intent::new(call, Entitled::Anybody(owners))
}

fn update_site(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (site, record) = world.market.site(draw)?;
	let (profile, room) = (profile(draw), room(draw));
	let entitled = Entitled::these_if(room >= record.used, speakers_for(&record.owner));
	Intent::new(Call::<Runtime>::update_site { site, profile, room }, entitled)
}

fn close_site(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let site = draw.mostly(&world.market.sites, |site| site.used == 0)?;
	let record = pallet_inventory::Sites::<Runtime>::get(site)?;
	let is_empty = pallet_inventory::Stocks::<Runtime>::iter_key_prefix(site)
		.next()
		.is_none();
	let entitled = Entitled::these_if(is_empty, speakers_for(&record.owner));
	Intent::new(Call::<Runtime>::close_site { site }, entitled)
}

fn set_keepers(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (site, record) = world.market.site(draw)?;
	let keepers = (0..draw.below(4)).map(|_| {
		let account = keeper(world, draw);
		let rights = draw.number();
		let chosen = |bit: u16| rights >> bit & 1 == 1;
		Keeper {
			account,
			rights: Rights {
				receive: !chosen(0),
				issue: chosen(1),
				count: chosen(2),
				reserve: chosen(3),
			},
		}
	});
	let keepers: Vec<_> = keepers.collect();
	let keepers = keepers.try_into().ok()?;
	let entitled = Entitled::These(speakers_for(&record.owner));
	Intent::new(Call::<Runtime>::set_keepers { site, keepers }, entitled)
}

fn open_item(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (site, record) = world.market.site(draw)?;
	let (item, wrong) = (draw.below(ITEMS.len()), draw.number() % 32);
	let code = match (item == 0) != (wrong == 31) {
		true => ItemCode::Gtin,
		false => ItemCode::Own,
	};
	let call = Call::<Runtime>::open_item {
		site,
		item: text(if wrong == 30 { b"" } else { ITEMS[item] }),
		code,
		unit: match wrong {
			28 => text(b"KGM"),
			29 => text(b"ltr"),
			_ => text(b"LTR"),
		},
	};
	Intent::new(call, Entitled::These(speakers_for(&record.owner)))
}

fn close_item(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (site, item, stock) = world.market.stock(draw, |stock| stock.lots.is_empty())?;
	let record = pallet_inventory::Sites::<Runtime>::get(site)?;
	let entitled = Entitled::these_if(stock.lots.is_empty(), speakers_for(&record.owner));
	Intent::new(Call::<Runtime>::close_item { site, item }, entitled)
}
