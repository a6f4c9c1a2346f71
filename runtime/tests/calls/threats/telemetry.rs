//! Readings: changing them, withholding them, asking for them to annoy.

use super::{as_many_as_may_be, done, fails, Threat};
use crate::{
	chain::{pass, skip},
	world::*,
};
use bpiiot_runtime::{Runtime, Telemetry};
use pallet_telemetry::{Call, Error as Errors, Evidence};

type Error = Errors<Runtime>;

pub fn threats() -> Vec<Threat> {
	holders().into_iter().chain(askers()).collect()
}

/// The window of a challenge passes, and nobody answers.
fn a_day_passes() {
	skip(DAY + 1);
	pass(1);
}

/// What was asked for is produced.
fn produce() -> Call<Runtime> {
	let (challenge, proof) = (challenge(), proven(0, 1));
	Call::produce { challenge, proof }
}

fn prune(count: u32) -> Call<Runtime> {
	Call::prune {
		machine: machine(),
		count,
		keep_room: true,
	}
}

fn holders() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Telemetry.anchor"],
			by: "owner",
			wants: "change afterwards what his machine has measured",
			scene: || {
				measuring();
				measures(&[BAD]);
			},
			does: || {
				let mut batch = seals(&[GOOD]);
				batch.number = 1;
				fails(KEY, Call::<Runtime>::anchor { batch }, Error::AlreadyAnchored);
				let mut batch = seals(&[GOOD]);
				batch.previous = [0; 32];
				fails(KEY, Call::<Runtime>::anchor { batch }, Error::OtherPredecessor);
			},
			so: "refused: one number, one hash, and each names the one before",
		},
		Threat {
			calls: &["Telemetry.challenge", "Telemetry.expire"],
			by: "owner",
			wants: "keep readings to himself that somebody with an order about the machine asks for",
			scene: citable,
			does: || {
				done(CUSTOMER, cite(0, 1));
				a_day_passes();
				assert!(Telemetry::is_withheld(&machine(), 1));
				assert_eq!(Telemetry::record(&machine()).withheld, 1);
			},
			so: "the batch is no evidence any more, and it counts against the machine for good; who has asked has his deposit back. \
			     (His order has lapsed meanwhile, since he did not come: that is his bond.)",
		},
		Threat {
			calls: &["Telemetry.prune"],
			by: "owner",
			wants: "have readings forgotten before anybody asks for them",
			scene: || {
				measuring();
				(0..ANCHORS).for_each(|_| measures(&[BAD]));
			},
			does: || {
				fails(OWNER, prune(1), Error::TooYoung);
				skip(KEPT + 1);
				fails(OWNER, prune(3), Error::NewestIsKept);
				done(OWNER, prune(2));
			},
			so: "refused for 30 days, and the newest stays; what goes leaves a hash by which whoever has kept it shows it",
		},
		Threat {
			calls: &["Telemetry.anchor", "Telemetry.set_room"],
			by: "thief of the key",
			wants: "fill the chain with anchors of nothing",
			scene: measuring,
			does: || {
				let anchored = as_many_as_may_be(KEY, || Call::<Runtime>::anchor { batch: seals(&[GOOD]) });
				assert_eq!(anchored, ANCHORS as usize);
				fails(KEY, make_room(ANCHORS + 1), Error::NotTheOwner);
			},
			so: "as many as the owner has made room for in advance (here three), and he alone makes more; each costs its fee out of the \
			     allowance. What nobody can produce is withheld when somebody asks",
		},
		Threat {
			calls: &["Telemetry.anchor", "Telemetry.set_room", "Telemetry.prune"],
			by: "stranger",
			wants: "anchor in another machine's name, or have its room and its anchors go",
			scene: || {
				measuring();
				measures(&[GOOD]);
			},
			does: || {
				fails(STRANGER, Call::<Runtime>::anchor { batch: seals(&[BAD]) }, Error::NotAMachine);
				fails(STRANGER, make_room(1), Error::NotTheOwner);
				fails(STRANGER, prune(1), Error::NotTheOwner);
			},
			so: "refused, all three",
		},
	]
}

fn askers() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Telemetry.challenge", "Telemetry.produce"],
			by: "customer",
			wants: "flood a machine that he maintains with questions",
			scene: citable,
			does: || {
				let mut asked = 0;
				for _ in 0..8 {
					asked += as_many_as_may_be(CUSTOMER, || cite(0, 1));
					done(KEY, produce());
				}
				assert_eq!(asked, 8);
				assert_eq!(Telemetry::record(&machine()).produced, 8);
			},
			so: "one at a time, each with a deposit that goes to the chain when it is answered (here eight times); the answer costs the \
			     owner a transaction",
		},
		Threat {
			calls: &["Telemetry.challenge"],
			by: "stranger",
			wants: "learn what others' machines measure, or have their evidence spoiled while they sleep",
			scene: citable,
			does: || fails(STRANGER, cite(0, 1), Error::NotAParty),
			so: "refused: only who has an order about the machine asks, and its owner has a day at least",
		},
		Threat {
			calls: &["Telemetry.challenge"],
			by: "owner",
			wants: "spoil a batch that speaks for the maintainer, by asking for it himself or by his machine",
			scene: citable,
			does: || {
				fails(OWNER, cite(0, 1), Error::OwnEvidence);
			},
			so: "refused. A friend with an order of his own could: it counts against the machine, and silence about work is for the \
			     maintainer",
		},
		Threat {
			calls: &["Telemetry.produce", "Telemetry.expire"],
			by: "customer",
			wants: "have a batch called withheld before its time, or answer with other readings",
			scene: cited,
			does: || {
				let expire = Call::<Runtime>::expire { challenge: challenge() };
				fails(CUSTOMER, expire, Error::NotExpired);
				let mut proof = proven(0, 1);
				proof.readings[0].value += 1;
				let produce = Call::<Runtime>::produce { challenge: challenge(), proof };
				fails(CUSTOMER, produce, Error::ForgedProof);
			},
			so: "refused, both",
		},
	]
}
