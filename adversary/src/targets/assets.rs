//! What the issuer of an asset, and everybody who has some, can do to it beside us.

use crate::{
	draw::Draw,
	ledger::{COIN, DOLLARS, EUROS},
	parties::{account, ISSUER},
	target::{Entitled, Form, Intent, Target},
	world::World,
};
use bpiiot_runtime::{AccountId, Runtime};
use pallet_assets::Call;

/// The SDK's pallet `assets`.
pub struct Assets;

impl Target for Assets {
	fn name(&self) -> &'static str {
		"assets"
	}

	fn forms(&self) -> Vec<Form> {
		vec![
			Form::new("freeze_asset", freeze_asset).weighing(1),
			Form::new("thaw_asset", thaw_asset).weighing(4),
			Form::new("block", block).weighing(2),
			Form::new("thaw", thaw).weighing(4),
			Form::new("transfer_keep_alive", transfer).weighing(2),
		]
	}
}

fn issuer() -> Entitled {
	Entitled::These(vec![account(ISSUER)])
}

fn id(draw: &mut Draw<'_>) -> u32 {
	[DOLLARS, EUROS][draw.below(2)]
}

/// Somebody who may be paid: a machine, or a party of a dispute.
fn payee(world: &World, draw: &mut Draw<'_>) -> Option<AccountId> {
	match draw.once_in(4) {
		true => {
			let (_, dispute) = world.dispute(draw)?;
			Some(dispute?.payer)
		}
		false => Some(world.machine(draw)?.0.account()),
	}
}

fn freeze_asset(_: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	Intent::new(Call::<Runtime>::freeze_asset { id: id(draw) }, issuer())
}

fn thaw_asset(_: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	Intent::new(Call::<Runtime>::thaw_asset { id: id(draw) }, issuer())
}

fn block(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let id = id(draw);
	let who = payee(world, draw)?.into();
	Intent::new(Call::<Runtime>::block { id, who }, issuer())
}

fn thaw(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let id = id(draw);
	let who = payee(world, draw)?.into();
	Intent::new(Call::<Runtime>::thaw { id, who }, issuer())
}

fn transfer(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let id = id(draw);
	let target = payee(world, draw)?.into();
	let amount = draw.amount(10 * COIN);
	let call = Call::<Runtime>::transfer_keep_alive { id, target, amount };
	Intent::new(call, Entitled::Anybody(vec![account(ISSUER)]))
}
