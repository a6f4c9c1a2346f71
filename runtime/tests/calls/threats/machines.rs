//! Machines, their keys and their money.

use super::{done, fails, refused, Threat};
use crate::{
	chain::{send, Signature},
	world::*,
};
use bpiiot_primitives::AssetKind;
use bpiiot_runtime::{Runtime, BPI};
use pallet_machines::{Call, Error as Errors, FeeAllowance};

type Error = Errors<Runtime>;

pub fn threats() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Machines.register"],
			by: "stranger",
			wants: "fill the chain with machines",
			scene: assets,
			does: || done(STRANGER, register(KEY, proof(this_chain(), STRANGER, KEY, 0))),
			so: "each machine is a fee that never comes back, since the record of its key stays for ever, and a deposit until it \
			     is decommissioned",
		},
		Threat {
			calls: &["Machines.register"],
			by: "stranger",
			wants: "register somebody else's key as his own machine",
			scene: assets,
			does: || fails(STRANGER, register(KEY, proof(this_chain(), OWNER, KEY, 0)), Error::BadProof),
			so: "the key has signed for another owner: refused",
		},
		Threat {
			calls: &["Machines.register"],
			by: "owner",
			wants: "use a registration's proof twice",
			scene: registered,
			does: || fails(OWNER, register(NEXT_KEY, proof(this_chain(), OWNER, NEXT_KEY, 0)), Error::BadProof),
			so: "a proof names the number of the owner's registrations: refused",
		},
		Threat {
			calls: &["Machines.rotate_key"],
			by: "thief of the key",
			wants: "ruin the owner with a stolen key, by fees",
			scene: registered,
			does: || {
				let mut key = KEY.to_owned();
				for rotations in 0..32 {
					let next = format!("Stolen{rotations}");
					if send(&key, rotation(&next, rotations).into(), Signature::Good) != Ok(Ok(())) {
						return;
					}
					key = next;
				}
				panic!("the allowance never ends");
			},
			so: "all fees of a key, that of a rotation too, come out of the allowance that its owner has set: when that is spent, \
			     nothing more is taken, and the owner puts a key of his own in its place",
		},
		Threat {
			calls: &["Machines.set_service", "Machines.rotate_encryption_key"],
			by: "holder of an old key",
			wants: "act on with a key that was replaced",
			scene: || {
				registered();
				rotate();
			},
			does: || {
				let machine = machine();
				refused(KEY, Call::<Runtime>::set_service { machine, in_service: false });
				refused(KEY, Call::<Runtime>::rotate_encryption_key { machine, key: [7; 32] });
			},
			so: "no node takes its transactions any more",
		},
		Threat {
			calls: &["Machines.unfreeze", "Machines.freeze"],
			by: "thief of the key",
			wants: "set a frozen machine free with its stolen key",
			scene: || {
				registered();
				freeze();
			},
			does: || refused(KEY, Call::<Runtime>::unfreeze { machine: machine() }),
			so: "no node takes its transactions until the owner has set it free",
		},
		Threat {
			calls: &[
				"Machines.set_profile",
				"Machines.set_fee_allowance",
				"Machines.set_spending_policy",
				"Machines.freeze",
				"Machines.offer_ownership",
				"Machines.decommission",
			],
			by: "stranger",
			wants: "rule over somebody else's machine",
			scene: registered,
			does: || {
				let (machine, profile) = (machine(), Default::default());
				fails(STRANGER, Call::<Runtime>::set_profile { machine, profile }, Error::NotOwner);
				let allowance = FeeAllowance { amount: BPI, period: 0 };
				fails(STRANGER, Call::<Runtime>::set_fee_allowance { machine, allowance }, Error::NotOwner);
				fails(STRANGER, Call::<Runtime>::set_spending_policy { machine, policy: None }, Error::NotOwner);
				fails(STRANGER, Call::<Runtime>::freeze { machine }, Error::NotOwner);
				fails(STRANGER, Call::<Runtime>::offer_ownership { machine, to: None }, Error::NotOwner);
				fails(STRANGER, Call::<Runtime>::decommission { machine }, Error::NotOwner);
			},
			so: "refused, all six",
		},
		Threat {
			calls: &["Machines.withdraw"],
			by: "stranger",
			wants: "take a machine's money",
			scene: registered,
			does: || {
				let call = |amount| Call::<Runtime>::withdraw {
					machine: machine(),
					asset: AssetKind::Native,
					amount,
				};
				fails(STRANGER, call(BPI), Error::NotOwner);
			},
			so: "only the owner takes money out, and what is on hold nobody does",
		},
		Threat {
			calls: &["Machines.deposit"],
			by: "stranger",
			wants: "burden a machine with money that it does not want",
			scene: registered,
			does: || {
				let (machine, asset) = (machine(), AssetKind::Native);
				done(STRANGER, Call::<Runtime>::deposit { machine, asset, amount: BPI / 1_000 });
			},
			so: "it is a present: the machine keeps it, and its policy does not change by it",
		},
		Threat {
			calls: &["Machines.offer_ownership", "Machines.withdraw", "Machines.accept_ownership"],
			by: "owner",
			wants: "sell a machine with money in it, and take that out just before",
			scene: || {
				registered();
				offer_to_buyer();
			},
			does: || {
				let (machine, asset, at_least) = (machine(), AssetKind::Native, 50 * BPI);
				done(OWNER, Call::<Runtime>::withdraw { machine, asset, amount: at_least });
				fails(BUYER, Call::<Runtime>::accept_ownership { machine, at_least }, Error::TooLittleMoney);
				done(OWNER, Call::<Runtime>::deposit { machine, asset, amount: at_least });
			},
			so: "the buyer says how much must be in it, and buys nothing else; both have paid for their transactions",
		},
		Threat {
			calls: &["Machines.accept_ownership"],
			by: "stranger",
			wants: "take over a machine that is offered to somebody else",
			scene: || {
				registered();
				offer_to_buyer();
			},
			does: || {
				let (machine, at_least) = (machine(), 0);
				fails(STRANGER, Call::<Runtime>::accept_ownership { machine, at_least }, Error::NotOffered);
			},
			so: "refused",
		},
		Threat {
			calls: &["Machines.decommission"],
			by: "owner",
			wants: "get a machine's bond out by decommissioning it",
			scene: || at(Stage::Accepted),
			does: || fails(OWNER, Call::<Runtime>::decommission { machine: machine() }, Error::WorkOpen),
			so: "not while work is open",
		},
	]
}

/// Another key takes the place of the machine's, so many times after its first.
fn rotation(next: &str, rotations: u32) -> Call<Runtime> {
	Call::rotate_key {
		machine: machine(),
		new_key: account(next),
		proof: rotation_proof(this_chain(), machine(), next, rotations),
	}
}
