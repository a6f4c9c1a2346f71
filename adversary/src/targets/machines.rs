//! Machines, their keys, and their money.

use crate::{
	draw::Draw,
	ledger,
	parties::{self, account, keys, ARBITERS, CUSTOMERS, OWNERS},
	target::{Entitled, Form, Intent, Target},
	world::{live_key, World},
};
use bpiiot_primitives::{MachineId, SpendPurpose};
use bpiiot_runtime::{AccountId, Balance, Runtime, System, BPI};
use pallet_machines::{Call, FeeAllowance, MachineOf, SpendingCap, SpendingPolicy};
use sp_core::Pair;
use sp_runtime::TryRuntimeError;

/// The pallet `machines`.
pub struct Machines;

impl Target for Machines {
	fn name(&self) -> &'static str {
		"machines"
	}

	fn forms(&self) -> Vec<Form> {
		vec![
			Form::new("register", register).weighing(4).honest(),
			Form::new("set_profile", set_profile).weighing(1),
			Form::new("set_fee_allowance", set_fee_allowance).weighing(1),
			Form::new("set_service", set_service).weighing(2),
			Form::new("deposit", deposit).weighing(12),
			Form::new("withdraw", withdraw),
			Form::new("decommission", decommission).weighing(1),
			Form::new("rotate_key", rotate_key).weighing(2),
			Form::new("rotate_encryption_key", rotate_encryption_key).weighing(1),
			Form::new("freeze", freeze).weighing(1),
			Form::new("unfreeze", unfreeze).weighing(4),
			Form::new("offer_ownership", offer_ownership).weighing(2),
			Form::new("accept_ownership", accept_ownership).weighing(4),
			Form::new("set_spending_policy", set_spending_policy).weighing(4),
		]
	}

	fn errors(&self) -> Vec<&'static str> {
		super::names_of::<pallet_machines::Error<Runtime>>()
	}

	fn try_state(&self) -> Result<(), TryRuntimeError> {
		bpiiot_runtime::Machines::do_try_state()
	}
}

fn owner_of(record: &MachineOf<Runtime>) -> Entitled {
	Entitled::These(vec![record.owner.clone()])
}

fn owner_or_key(machine: &MachineId, record: &MachineOf<Runtime>) -> Entitled {
	let key = live_key(machine);
	Entitled::These([record.owner.clone()].into_iter().chain(key).collect())
}

/// People who may own machines. The last two are customers, so that machines also order.
fn somebody(draw: &mut Draw<'_>) -> AccountId {
	let people = [OWNERS[0], OWNERS[1], CUSTOMERS[0], CUSTOMERS[1]];
	account(people[draw.below(people.len())])
}

/// A key that was never a machine's, if there is one; sometimes one that was.
fn key(draw: &mut Draw<'_>) -> &'static str {
	let place = draw.below(keys().len());
	let used = |key: &&String| pallet_machines::Keys::<Runtime>::contains_key(account(key));
	let any = draw.once_in(8);
	let from_there = keys().iter().cycle().skip(place).take(keys().len());
	from_there
		.clone()
		.find(|key| any || !used(key))
		.unwrap_or(&keys()[place])
}

fn register(_: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (owner, key) = (somebody(draw), key(draw));
	let nonce = pallet_machines::Registrations::<Runtime>::get(&owner);
	// Sometimes the proof is an old one.
	let old = nonce > 0 && draw.once_in(8);
	let nonce = nonce - u32::from(old);
	let payload = pallet_machines::proof::payload(&System::block_hash(0), &owner, &account(key), nonce);
	let call = Call::<Runtime>::register {
		key: account(key),
		proof: parties::pair(key).sign(&payload),
		profile: Default::default(),
		encryption_key: [1; 32],
		fee_allowance: FeeAllowance {
			amount: draw.amount(BPI),
			period: period(draw),
		},
	};
	let entitled = if old { Entitled::Nobody } else { Entitled::These };
	Intent::new(call, entitled(vec![owner]))
}

fn period(draw: &mut Draw<'_>) -> u64 {
	[0, 3_600_000, 86_400_000, 1][draw.below(4)]
}

fn set_profile(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (machine, record) = world.machine(draw)?;
	let profile = Default::default();
	Intent::new(Call::<Runtime>::set_profile { machine, profile }, owner_of(&record))
}

fn set_fee_allowance(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (machine, record) = world.machine(draw)?;
	let allowance = FeeAllowance {
		amount: draw.amount(BPI),
		period: period(draw),
	};
	Intent::new(
		Call::<Runtime>::set_fee_allowance { machine, allowance },
		owner_of(&record),
	)
}

fn set_service(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (machine, record) = world.machine(draw)?;
	let in_service = !draw.once_in(3);
	let entitled = owner_or_key(&machine, &record);
	Intent::new(Call::<Runtime>::set_service { machine, in_service }, entitled)
}

fn deposit(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (machine, record) = world.machine(draw)?;
	let asset = ledger::asset(draw.below(3));
	let amount = draw.amount(1_000 * ledger::whole(asset));
	let call = Call::<Runtime>::deposit { machine, asset, amount };
	Intent::new(call, Entitled::Anybody(vec![record.owner]))
}

fn withdraw(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (machine, record) = world.machine(draw)?;
	let asset = ledger::asset(draw.below(3));
	let amount = draw.amount(200 * ledger::whole(asset));
	let call = Call::<Runtime>::withdraw { machine, asset, amount };
	Intent::new(call, owner_of(&record))
}

fn decommission(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (machine, record) = world.machine(draw)?;
	Intent::new(Call::<Runtime>::decommission { machine }, owner_of(&record))
}

fn rotate_key(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (machine, record) = world.machine(draw)?;
	let key = key(draw);
	let rotations = record.rotations.saturating_sub(u32::from(draw.once_in(8)));
	let payload = pallet_machines::proof::rotation_payload(&System::block_hash(0), &machine, &account(key), rotations);
	let call = Call::<Runtime>::rotate_key {
		machine,
		new_key: account(key),
		proof: parties::pair(key).sign(&payload),
	};
	Intent::new(call, owner_or_key(&machine, &record))
}

fn rotate_encryption_key(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (machine, record) = world.machine(draw)?;
	let key = [draw.number() as u8; 32];
	let entitled = owner_or_key(&machine, &record);
	Intent::new(Call::<Runtime>::rotate_encryption_key { machine, key }, entitled)
}

fn freeze(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (machine, record) = world.machine(draw)?;
	Intent::new(Call::<Runtime>::freeze { machine }, owner_of(&record))
}

fn unfreeze(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (machine, record) = world.machine(draw)?;
	Intent::new(Call::<Runtime>::unfreeze { machine }, owner_of(&record))
}

fn offer_ownership(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (machine, record) = world.machine(draw)?;
	let to = match draw.below(8) {
		0..5 => Some(somebody(draw)),
		5 => Some(account(ARBITERS[0])),
		6 => Some(account(key(draw))),
		_ => None,
	};
	Intent::new(Call::<Runtime>::offer_ownership { machine, to }, owner_of(&record))
}

fn accept_ownership(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let offered = |machine: &&MachineId| {
		pallet_machines::Machines::<Runtime>::get(machine).is_some_and(|record| record.offered_to.is_some())
	};
	let offered: Vec<_> = world.machines.iter().filter(offered).copied().collect();
	let machine = match draw.one_of(&offered) {
		Some(machine) => *machine,
		None => *draw.one_of(&world.machines)?,
	};
	let at_least = [0, 0, 0, Balance::MAX][draw.below(4)];
	let to = pallet_machines::Machines::<Runtime>::get(machine)?.offered_to;
	let call = Call::<Runtime>::accept_ownership { machine, at_least };
	Intent::new(call, Entitled::These(to.into_iter().collect()))
}

fn set_spending_policy(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (machine, record) = world.machine(draw)?;
	let all = [SpendPurpose::Bond, SpendPurpose::Purchase, SpendPurpose::Dispute];
	let policy = match draw.below(16) {
		14 => None,
		choice => {
			let purposes = match choice {
				13 => vec![SpendPurpose::Bond, SpendPurpose::Bond],
				12 => vec![all[draw.below(3)]],
				_ => all.to_vec(),
			};
			let caps = (0..3).map(|number| {
				let asset = ledger::asset(number);
				SpendingCap {
					asset,
					per_period: draw.amount(1_000 * ledger::whole(asset)),
				}
			});
			Some(SpendingPolicy {
				caps: caps.collect::<Vec<_>>().try_into().ok()?,
				purposes: purposes.try_into().ok()?,
				period: period(draw),
			})
		}
	};
	Intent::new(
		Call::<Runtime>::set_spending_policy { machine, policy },
		owner_of(&record),
	)
}
