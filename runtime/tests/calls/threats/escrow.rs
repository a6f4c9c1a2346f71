//! Arbiters, disputes and credits.

use super::{done, fails, verdict, Threat};
use crate::{
	chain::{pass, send, Signature},
	world::*,
};
use bpiiot_primitives::Side;
use bpiiot_runtime::{Hash, Runtime};
use pallet_escrow::{Call, Error as Errors};
use sp_runtime::Permill;

type Error = Errors<Runtime>;

pub fn threats() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Escrow.register_arbiter", "Escrow.retire_arbiter"],
			by: "stranger",
			wants: "fill the list of arbiters",
			scene: published,
			does: || {
				done(STRANGER, arbitrate(ARBITER_FEE));
				fails(BUYER, Call::<Runtime>::retire_arbiter {}, Error::UnknownArbiter);
			},
			so: "a deposit for each, until he retires; nobody is bound to name him, and nobody else can take him off",
		},
		Threat {
			calls: &["Escrow.register_arbiter"],
			by: "stranger",
			wants: "ask for all that is at stake as his fee",
			scene: published,
			does: || fails(STRANGER, arbitrate(Permill::one()), Error::FeeTooHigh),
			so: "a fifth is the most",
		},
		Threat {
			calls: &["Escrow.accept_case", "Escrow.end_dispute"],
			by: "arbiter",
			wants: "let both sides wait for ever, or be bribed to be silent",
			scene: || at(Stage::Disputed),
			does: || {
				done(ARBITER, accept_case());
				pass(WINDOW + 1);
				done(STRANGER, Call::<Runtime>::end_dispute { agreement: agreement() });
			},
			so: "when his time is over the dispute ends by itself or by anybody's word: what is at stake is halved, the opener has \
			     his bond back, and the arbiter forfeits his own to the collators",
		},
		Threat {
			calls: &["Escrow.accept_case", "Escrow.rule"],
			by: "stranger",
			wants: "decide somebody else's dispute",
			scene: || at(Stage::Heard),
			does: || {
				fails(STRANGER, accept_case(), Error::NotArbiter);
				fails(STRANGER, verdict(Side::Payee), Error::NotArbiter);
			},
			so: "refused, both",
		},
		Threat {
			calls: &["Escrow.rule"],
			by: "arbiter",
			wants: "buy the machine and decide for himself",
			scene: || {
				at(Stage::Heard);
				sell(ARBITER);
			},
			does: || {
				fails(ARBITER, verdict(Side::Payee), Error::ArbiterIsParty);
				pass(WINDOW + 1);
				done(CUSTOMER, Call::<Runtime>::end_dispute { agreement: agreement() });
			},
			so: "who stands behind a party rules no more: he is as silent, and forfeits his bond",
		},
		Threat {
			calls: &["Escrow.submit_evidence"],
			by: "customer",
			wants: "drown the other side's evidence in his own",
			scene: || at(Stage::Disputed),
			does: || {
				let submit = |number| Call::<Runtime>::submit_evidence {
					agreement: agreement(),
					evidence: Hash::repeat_byte(number),
				};
				let mut documents = 0;
				for number in 1..=u8::MAX {
					match send(CUSTOMER, submit(number).into(), Signature::Good) {
						Ok(Ok(())) => documents += 1,
						_ => break,
					}
				}
				assert_eq!(documents, 4, "documents of one side");
				done(OWNER, submit(0xee));
			},
			so: "four documents for each side, in a list of its own; each costs a transaction",
		},
		Threat {
			calls: &["Escrow.submit_evidence"],
			by: "stranger",
			wants: "put something into somebody else's dispute",
			scene: || at(Stage::Disputed),
			does: || {
				let call = Call::<Runtime>::submit_evidence {
					agreement: agreement(),
					evidence: Hash::repeat_byte(1),
				};
				fails(STRANGER, call, Error::NotParty);
			},
			so: "refused",
		},
		Threat {
			calls: &["Escrow.end_dispute"],
			by: "customer",
			wants: "end a dispute before the arbiter has had his time",
			scene: || at(Stage::Heard),
			does: || fails(CUSTOMER, Call::<Runtime>::end_dispute { agreement: agreement() }, Error::NotExpired),
			so: "refused until his time is over",
		},
		Threat {
			calls: &["Escrow.claim_credit"],
			by: "stranger",
			wants: "take what waits to be paid to somebody else",
			scene: published,
			does: || {
				let claim = Call::<Runtime>::claim_credit {
					holder: account(CUSTOMER),
					asset: asset(),
					payee: machine().account(),
				};
				fails(STRANGER, claim, Error::NoCredit);
			},
			so: "anybody may claim, but what is claimed goes to the one whom it is due to, and once: a claim of nothing is refused",
		},
	]
}
