//! Money on hold, arbiters and disputes.

use crate::{
	draw::Draw,
	ledger,
	parties::{account, ARBITERS},
	target::{Entitled, Form, Intent, Target},
	world::{speakers_for, World},
};
use bpiiot_primitives::Side;
use bpiiot_runtime::{Hash, Runtime};
use pallet_escrow::{Call, DisputeOf};
use sp_runtime::{Permill, TryRuntimeError};

/// The pallet `escrow`.
pub struct Escrow;

impl Target for Escrow {
	fn name(&self) -> &'static str {
		"escrow"
	}

	fn forms(&self) -> Vec<Form> {
		vec![
			Form::new("list_asset", list_asset).weighing(2),
			Form::new("delist_asset", delist_asset).weighing(1),
			Form::new("claim_credit", claim_credit).weighing(4),
			Form::new("pause", pause).weighing(1),
			Form::new("resume", resume).weighing(4),
			Form::new("register_arbiter", register_arbiter).weighing(4).honest(),
			Form::new("retire_arbiter", retire_arbiter).weighing(1),
			Form::new("accept_case", accept_case),
			Form::new("submit_evidence", submit_evidence),
			Form::new("rule", rule),
			Form::new("end_dispute", end_dispute).weighing(4),
		]
	}

	fn errors(&self) -> Vec<&'static str> {
		super::names_of::<pallet_escrow::Error<Runtime>>()
	}

	fn try_state(&self) -> Result<(), TryRuntimeError> {
		bpiiot_runtime::Escrow::do_try_state()
	}
}

fn list_asset(_: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let asset = ledger::asset(draw.below(3));
	Intent::new(Call::<Runtime>::list_asset { asset }, Entitled::Root)
}

fn delist_asset(_: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let asset = ledger::asset(draw.below(3));
	Intent::new(Call::<Runtime>::delist_asset { asset }, Entitled::Root)
}

fn claim_credit(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (payee, asset, holder) = match draw.one_of(&world.credits) {
		Some(credit) => credit.clone(),
		None => (account(ARBITERS[0]), ledger::asset(1), account(ARBITERS[1])),
	};
	let call = Call::<Runtime>::claim_credit {
		holder,
		asset,
		payee: payee.clone(),
	};
	Intent::new(call, Entitled::Anybody(vec![payee]))
}

fn pause(_: &World, _: &mut Draw<'_>) -> Option<Intent> {
	Intent::new(Call::<Runtime>::pause {}, Entitled::Root)
}

fn resume(_: &World, _: &mut Draw<'_>) -> Option<Intent> {
	Intent::new(Call::<Runtime>::resume {}, Entitled::Root)
}

fn register_arbiter(_: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let who = ARBITERS[draw.below(ARBITERS.len())];
	let fee = Permill::from_percent([5, 0, 10, 100][draw.below(4)]);
	let call = Call::<Runtime>::register_arbiter {
		fee,
		profile: Hash::zero(),
	};
	Intent::new(call, Entitled::Anybody(vec![account(who)]))
}

fn retire_arbiter(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let who = draw.one_of(&world.arbiters)?.clone();
	let mut all = world.arbiters.clone();
	all.retain(|other| *other != who);
	all.insert(0, who);
	Intent::new(Call::<Runtime>::retire_arbiter {}, Entitled::These(all))
}

fn arbiter(dispute: Option<DisputeOf<Runtime>>) -> Entitled {
	Entitled::These(dispute.into_iter().map(|dispute| dispute.arbiter).collect())
}

fn accept_case(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (agreement, dispute) = world.dispute(draw)?;
	Intent::new(Call::<Runtime>::accept_case { agreement }, arbiter(dispute))
}

fn submit_evidence(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (agreement, dispute) = world.dispute(draw)?;
	let evidence = Hash::repeat_byte(draw.number() as u8);
	let parties = dispute.into_iter().flat_map(|dispute| [dispute.payer, dispute.payee]);
	let entitled = parties.flat_map(|party| speakers_for(&party)).collect();
	let call = Call::<Runtime>::submit_evidence { agreement, evidence };
	Intent::new(call, Entitled::These(entitled))
}

fn rule(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (agreement, dispute) = world.dispute(draw)?;
	let call = Call::<Runtime>::rule {
		agreement,
		to_payee: draw.share(),
		bond_to: [Side::Payer, Side::Payee][draw.below(2)],
		ruling: Hash::zero(),
	};
	Intent::new(call, arbiter(dispute))
}

fn end_dispute(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (agreement, dispute) = world.dispute(draw)?;
	let by = dispute
		.iter()
		.flat_map(|dispute| speakers_for(&dispute.opener))
		.collect();
	let over = dispute.is_some_and(|dispute| ledger::agreement_now() > dispute.until);
	let entitled = if over {
		Entitled::Anybody(by)
	} else {
		Entitled::Nobody(by)
	};
	Intent::new(Call::<Runtime>::end_dispute { agreement }, entitled)
}
