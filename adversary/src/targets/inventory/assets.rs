//! Tools, fixtures and machines, and how they change hands.

use super::{keeper, owners, those_at, ISSUE, RECEIVE};
use crate::{
	draw::Draw,
	ledger,
	market::text,
	target::{Entitled, Form, Intent},
	world::{controller_of, side_of, speakers_for, World},
};
use bpiiot_primitives::MachineId;
use bpiiot_runtime::{AccountId, Runtime};
use pallet_inventory::{AssetClass, AssetId, AssetOf, Assets, Call, Rights, Sites, Whereabouts, WhereaboutsOf};

pub(super) fn forms() -> Vec<Form> {
	vec![
		Form::new("register_asset", register_asset).weighing(6),
		Form::new("hand_over", hand_over).weighing(8),
		Form::new("take_asset", take_asset).weighing(8),
		Form::new("refuse_asset", refuse_asset).weighing(2),
		Form::new("retire_asset", retire_asset).weighing(2),
	]
}

/// The caller owns it; a machine only its owner, or itself, can register, and with a home only who may receive there.
fn register_asset(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let choice = draw.number();
	let home = match choice % 3 {
		2 => world.market.site(draw),
		_ => None,
	};
	let machine: Option<MachineId> = match choice / 4 % 3 {
		2 => draw.one_of(&world.machines).copied(),
		_ => None,
	};
	let at_home = home.as_ref().map(|(_, site)| those_at(site, RECEIVE));
	let entitled = match (at_home, machine.as_ref().map(side_of)) {
		(None, None) => Entitled::Anybody(owners(world, draw)),
		(Some(these), None) | (None, Some(these)) => Entitled::These(these),
		(Some(mut these), Some(side)) => {
			these.retain(|who| side.contains(who));
			Entitled::These(these)
		}
	};
	let tag = match choice / 16 % 16 {
		14 => vec![],
		15 => vec![b'\n'],
		_ => vec![b'0' + draw.below(10) as u8],
	};
	let call = Call::<Runtime>::register_asset {
		tag: text(&tag),
		class: machine.map_or(AssetClass::Tool, AssetClass::Machine),
		serial: text(b"S1"),
		home: home.map(|(site, _)| site),
	};
	Intent::new(call, entitled)
}

/// An asset, as it is: mostly one that is being handed over, or one that is not.
fn asset(world: &World, draw: &mut Draw<'_>, is_given: bool) -> Option<(AssetId, AssetOf<Runtime>)> {
	let asset = draw.mostly(&world.market.assets, |asset| asset.handover.is_some() == is_given)?;
	Some((asset, Assets::<Runtime>::get(asset)?))
}

/// Who may give or take assets at a place.
fn those_there(place: &WhereaboutsOf<Runtime>, right: fn(&Rights) -> bool) -> Vec<AccountId> {
	match place {
		Whereabouts::Site(site) => Sites::<Runtime>::get(site).map_or_else(Vec::new, |site| those_at(&site, right)),
		Whereabouts::Custodian(account) => speakers_for(account),
	}
}

/// Who has it, unless it is being handed over already.
fn hand_over(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (asset, record) = asset(world, draw, false)?;
	let to = match draw.below(3) {
		0 => Whereabouts::Custodian(keeper(world, draw)),
		1 => Whereabouts::Custodian(owners(world, draw).first()?.clone()),
		_ => Whereabouts::Site(world.market.site(draw)?.0),
	};
	let now = ledger::agreement_now();
	let is_given = record.handover.as_ref().is_some_and(|handover| now <= handover.until);
	let window = draw.window();
	let those = draw.beginning_with_one(those_there(&record.location, ISSUE));
	let fits = !is_given && to != record.location;
	let call = Call::<Runtime>::hand_over { asset, to, window };
	Intent::new(call, Entitled::these_if(fits, those))
}

/// To whom it was given, in time.
fn take_asset(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (asset, record) = asset(world, draw, true)?;
	let (those, is_time) = match &record.handover {
		Some(handover) => {
			let is_time = ledger::agreement_now() <= handover.until;
			(those_there(&handover.to, RECEIVE), is_time)
		}
		None => (owners(world, draw), false),
	};
	let entitled = Entitled::these_if(is_time, draw.beginning_with_one(those));
	Intent::new(Call::<Runtime>::take_asset { asset }, entitled)
}

/// Whoever may take it, and whoever may give it.
fn refuse_asset(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (asset, record) = asset(world, draw, true)?;
	let mut those = those_there(&record.location, ISSUE);
	let is_given = record.handover.is_some();
	those.extend(
		record
			.handover
			.iter()
			.flat_map(|handover| those_there(&handover.to, RECEIVE)),
	);
	let entitled = Entitled::these_if(is_given, draw.beginning_with_one(those));
	Intent::new(Call::<Runtime>::refuse_asset { asset }, entitled)
}

/// Its owner, and who has registered it.
fn retire_asset(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (asset, record) = asset(world, draw, false)?;
	let mut those = speakers_for(&record.registrant);
	if let AssetClass::Machine(machine) = record.class {
		those.push(controller_of(&machine.account()));
	}
	let those = draw.beginning_with_one(those);
	Intent::new(Call::<Runtime>::retire_asset { asset }, Entitled::These(those))
}
