//! Sites, stock, reservations and assets.

mod assets;
mod reservations;
mod sites;
mod stock;

use crate::{
	draw::Draw,
	ledger,
	parties::{account, KEEPERS, OWNERS},
	target::{Form, Target},
	world::{controller_of, live_key, speakers_for, World},
};
use bpiiot_primitives::MachineId;
use bpiiot_runtime::{AccountId, Runtime};
use pallet_inventory::{LotStock, Rights, SiteOf, StockOf};
use sp_runtime::TryRuntimeError;

/// The pallet `inventory`.
pub struct Inventory;

impl Target for Inventory {
	fn name(&self) -> &'static str {
		"inventory"
	}

	fn forms(&self) -> Vec<Form> {
		[sites::forms(), stock::forms(), reservations::forms(), assets::forms()].concat()
	}

	fn errors(&self) -> Vec<&'static str> {
		super::names_of::<pallet_inventory::Error<Runtime>>()
	}

	fn try_state(&self) -> Result<(), TryRuntimeError> {
		bpiiot_runtime::Inventory::do_try_state()
	}
}

/// One of the rights of a keeper.
type Right = fn(&Rights) -> bool;

const RECEIVE: Right = |rights| rights.receive;
const ISSUE: Right = |rights| rights.issue;
const COUNT: Right = |rights| rights.count;
const RESERVE: Right = |rights| rights.reserve;

/// Who may do something at a site: its owner and who stands behind him, and the keepers that the one has appointed who stands
/// there now. A machine is one only while it is his.
fn those_at(site: &SiteOf<Runtime>, right: Right) -> Vec<AccountId> {
	let mut all = speakers_for(&site.owner);
	let control = controller_of(&site.owner);
	if site.appointed_by == control {
		let keepers = site.keepers.iter().filter(|keeper| right(&keeper.rights));
		all.extend(keepers.filter_map(|keeper| acts_as_keeper(&keeper.account, &control)));
	}
	all
}

/// Who acts for a keeper, if he is one.
fn acts_as_keeper(keeper: &AccountId, control: &AccountId) -> Option<AccountId> {
	let machine = MachineId(keeper.clone().into());
	match pallet_machines::Machines::<Runtime>::get(machine) {
		Some(record) if record.owner == *control => live_key(&machine),
		Some(_) => None,
		None => Some(keeper.clone()),
	}
}

/// Those who keep stock, by the accounts that sign for them, beginning with one of them.
fn owners(world: &World, draw: &mut Draw<'_>) -> Vec<AccountId> {
	let people = OWNERS.iter().map(|name| account(name));
	let machines = world.active.iter().filter_map(live_key);
	draw.beginning_with_one(people.chain(machines).collect())
}

/// Somebody who may be appointed: a keeper, or a machine.
fn keeper(world: &World, draw: &mut Draw<'_>) -> AccountId {
	let number = usize::from(draw.number());
	match (number % 3, world.active.get(number / 3 % world.active.len().max(1))) {
		(2, Some(machine)) => machine.account(),
		_ => account(KEEPERS[number % KEEPERS.len()]),
	}
}

/// What of a lot is neither put aside nor past its date.
fn free(lot: &LotStock) -> u64 {
	let is_past = lot.expires.is_some_and(|expires| expires <= ledger::now());
	if is_past {
		0
	} else {
		lot.on_hand.saturating_sub(lot.reserved)
	}
}

/// The same, of all lots.
fn available(stock: &StockOf<Runtime>) -> u64 {
	stock.lots.iter().map(free).fold(0, u64::saturating_add)
}
