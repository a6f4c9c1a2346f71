//! Each call in each state that there is: what is not for this state is refused, and nothing moves.

use super::claims;
use crate::{mock::*, Call, Error, LegId, ShipmentId};
use frame_support::{assert_ok, traits::GetCallName};
use sp_core::H256;
use sp_runtime::{Permill, StateVersion};

/// How far a shipment before an arbiter has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
	Offered,
	Agreed,
	InTransit,
	Delivered,
	Returning,
	Refused,
	Disputed,
	Settled,
}

use Stage::*;

const STAGES: [Stage; 8] = [
	Offered, Agreed, InTransit, Delivered, Returning, Refused, Disputed, Settled,
];

fn shipment_at(stage: Stage) -> ShipmentId {
	registered_arbiter();
	let shipment = offered(before_arbiter(terms()));
	if stage >= Agreed {
		all_agree(shipment);
	}
	if stage >= InTransit {
		pass(shipment);
	}
	if stage >= Delivered {
		pass(shipment);
	}
	if stage >= Returning {
		assert_ok!(review(shipment, &[(1, 20, 0)]));
	}
	if stage >= Refused {
		pass_to(shipment, &consignor());
	}
	match stage {
		Disputed => done(signed(
			&consignor(),
			Call::dispute {
				shipment,
				evidence: HASH,
			},
		)),
		Settled => {
			assert_ok!(signed(&consignor(), Call::concede { shipment }));
			at(CLAIM_WINDOW + 1);
			assert_ok!(expire_leg(leg_of(shipment, 0)));
		}
		_ => (),
	}
	shipment
}

/// Each call on a shipment by who may make it, and the stages that it is for.
fn shipment_calls(shipment: ShipmentId) -> Vec<(AccountId, Call<Test>, &'static [Stage])> {
	let (reason, evidence) = (HASH, HASH);
	let (hop, refusals) = (record(shipment).next_hop(), Default::default());
	let hand_over = Call::hand_over {
		shipment,
		hop,
		to: None,
	};
	let accept = Call::accept_delivery {
		shipment,
		refusals,
		reason,
	};
	vec![
		(consignee(), Call::agree { shipment }, &[Offered]),
		(
			carrier(),
			Call::agree_to_carry {
				leg: leg_of(shipment, 0),
			},
			&[Offered],
		),
		(consignor(), Call::cancel { shipment, reason }, &[Offered, Agreed]),
		(carrier(), Call::cancel { shipment, reason }, &[Offered, Agreed]),
		(consignee(), Call::cancel { shipment, reason }, &[Offered]),
		(holder(shipment), hand_over, &[Agreed, InTransit, Returning]),
		(carrier(), Call::report_loss { shipment, evidence }, &[InTransit]),
		(consignee(), Call::refuse { shipment, reason }, &[InTransit]),
		(consignee(), accept, &[Delivered]),
		(consignor(), Call::concede { shipment }, &[Refused]),
		(consignor(), Call::dispute { shipment, evidence }, &[Refused]),
		(consignor(), Call::remove { shipment }, &[Settled]),
		(stranger(), Call::expire { shipment }, &[]),
	]
}

#[test]
fn a_shipment_is_only_for_the_calls_of_its_state() {
	for stage in STAGES {
		for nth in 0..13 {
			build_and_execute(|| {
				let shipment = shipment_at(stage);
				let (who, call, stages) = shipment_calls(shipment).swap_remove(nth);
				let (name, before) = (call.get_call_name(), sp_io::storage::root(StateVersion::V1));
				let done = signed(&who, call);
				if stages.contains(&stage) {
					assert_eq!(done, Ok(()), "{name} at {stage:?}");
					return;
				}
				let error = match (name, stage) {
					("remove", _) => Error::<Test>::NotSettled,
					("expire", Disputed | Settled) => Error::WrongState,
					("expire", _) => Error::NotExpired,
					// It is the consignee who has it.
					("report_loss", Returning) => Error::NotTheHolder,
					_ => Error::WrongState,
				};
				assert_eq!(done, Err(error.into()), "{name} at {stage:?}");
				assert_eq!(sp_io::storage::root(StateVersion::V1), before, "{name} at {stage:?}");
			});
		}
	}
}

/// How far a leg before an arbiter has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum LegStage {
	Waiting,
	Bound,
	Closing,
	Claimed,
	InDispute,
	Paid,
}

fn leg_at(stage: LegStage) -> LegId {
	registered_arbiter();
	registered_for(&stranger(), LOGGER);
	let shipment = offered(cold(before_arbiter(terms())));
	let leg = leg_of(shipment, 0);
	if stage >= LegStage::Bound {
		all_agree(shipment);
		pass(shipment);
	}
	if stage >= LegStage::Closing {
		at(1);
		pass(shipment);
		assert_ok!(accept(shipment));
	}
	if stage >= LegStage::Claimed {
		assert_ok!(claims::damage(&consignee(), leg, Permill::from_percent(50)));
	}
	match stage {
		LegStage::InDispute => done(claims::dispute_claim(&carrier(), leg)),
		LegStage::Paid => done(signed(&carrier(), Call::concede_claim { leg })),
		_ => (),
	}
	leg
}

#[test]
fn a_leg_is_only_for_the_calls_of_its_state() {
	use LegStage::*;
	for stage in [Waiting, Bound, Closing, Claimed, InDispute, Paid] {
		for nth in 0..6 {
			build_and_execute(|| {
				let leg = leg_at(stage);
				let (share, evidence) = (Permill::from_percent(50), HASH);
				let breach = crate::Breach::Limit(0);
				let proof = Loggers::anchor(readings(0, 0, 20_000, 20_000));
				let damage = Call::report_damage { leg, share, evidence };
				let show = Call::claim_breach { leg, breach, proof };
				let mut calls: Vec<(AccountId, Call<Test>, &[LegStage])> = vec![
					(carrier(), Call::agree_to_carry { leg }, &[Waiting]),
					(consignor(), damage, &[Closing]),
					(carrier(), Call::concede_claim { leg }, &[Claimed]),
					(carrier(), Call::dispute_claim { leg, evidence }, &[Claimed]),
					(stranger(), show, &[Bound, Closing, Claimed, InDispute]),
					(stranger(), Call::expire_leg { leg }, &[]),
				];
				let (who, call, stages) = calls.swap_remove(nth);
				let (name, before) = (call.get_call_name(), sp_io::storage::root(StateVersion::V1));
				let done = signed(&who, call);
				if stages.contains(&stage) {
					assert_eq!(done, Ok(()), "{name} at {stage:?}");
					return;
				}
				let error = match (name, stage) {
					("expire_leg", Closing | Claimed) => Error::<Test>::NotExpired,
					_ => Error::WrongState,
				};
				assert_eq!(done, Err(error.into()), "{name} at {stage:?}");
				assert_eq!(sp_io::storage::root(StateVersion::V1), before, "{name} at {stage:?}");
			});
		}
	}
}

#[test]
fn a_handover_is_only_for_what_is_on_its_way() {
	for stage in STAGES {
		build_and_execute(|| {
			let shipment = shipment_at(stage);
			let hop = record(shipment).next_hop();
			let reservation = H256::zero();
			let token = token_by(&pair_of("stranger"), shipment, &carrier());
			let take = Call::take_over {
				shipment,
				hop,
				reservation,
			};
			let present = Call::present {
				shipment,
				hop,
				token,
				reservation,
			};
			let moves = [Agreed, InTransit, Returning].contains(&stage);
			let expected = |error: Error<Test>| if moves { error } else { Error::WrongState };
			assert_eq!(signed(&stranger(), take), Err(expected(Error::NotTendered).into()));
			assert_eq!(
				signed(&stranger(), present),
				Err(expected(Error::NotTheReceiver).into())
			);
		});
	}
}
