//! Each call in each state that there is: what is not for this state is refused, and nothing moves.

use crate::{mock::*, Call, Error, OrderState, Outcome, Quarrel, ServiceOrderId};
use frame_support::{assert_ok, traits::GetCallName};
use sp_runtime::StateVersion;

/// How far an order before an arbiter has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
	Proposed,
	Assigned,
	InWork,
	Declared,
	Failed,
	Verified,
	Returned,
	DisputedWork,
	DisputedGuarantee,
	Settled,
}

use Stage::*;

const STAGES: [Stage; 10] = [
	Proposed,
	Assigned,
	InWork,
	Declared,
	Failed,
	Verified,
	Returned,
	DisputedWork,
	DisputedGuarantee,
	Settled,
];

fn order_at(stage: Stage) -> ServiceOrderId {
	if stage == Proposed {
		registered_arbiter();
		calibrated_press();
		let (ticket, maintainer, terms) = (ticketed(), maintainer(), judged_service());
		assert_ok!(owner_calls(Call::assign {
			ticket,
			maintainer,
			terms
		}));
		return last_order();
	}
	let order = assigned_before();
	let to = match stage {
		Proposed | Assigned | Settled => OrderState::Assigned,
		InWork => OrderState::InWork,
		Declared | DisputedWork => OrderState::DeclaredDone,
		Failed => OrderState::Failed,
		Verified | Returned | DisputedGuarantee => OrderState::Verified,
	};
	brought(order, to);
	if matches!(stage, Returned | DisputedGuarantee) {
		brought(order, OrderState::Returned);
	}
	match stage {
		DisputedWork => dispute(&owner(), order).expect("he may"),
		DisputedGuarantee => dispute(&maintainer(), order).expect("he may"),
		Settled => signed(&maintainer(), Call::give_up { order, reason: HASH }).expect("he may"),
		_ => (),
	}
	order
}

/// Each call on an order by who may make it, and the stages that it is for.
fn calls(order: ServiceOrderId) -> Vec<(AccountId, Call<Test>, &'static [Stage])> {
	let (reason, report, evidence) = (HASH, HASH, HASH);
	let proof = measured(BAD);
	vec![
		(maintainer(), Call::acknowledge { order }, &[Proposed, Assigned]),
		(maintainer(), Call::start_work { order }, &[Assigned]),
		(maintainer(), Call::declare_done { order, report }, &[InWork]),
		(key(PRESS), Call::submit_reading { order, proof }, &[Declared, Verified]),
		(
			maintainer(),
			Call::give_up { order, reason },
			&[Proposed, Assigned, InWork],
		),
		(owner(), Call::cancel { order, reason }, &[Proposed, Assigned]),
		(maintainer(), Call::concede { order }, &[Failed, Returned]),
		(owner(), Call::dispute { order, evidence }, &[Declared]),
		(maintainer(), Call::dispute { order, evidence }, &[Failed, Returned]),
		(stranger(), Call::expire { order }, &[]),
		(owner(), Call::remove_order { order }, &[Settled]),
	]
}

fn state() -> Vec<u8> {
	sp_io::storage::root(StateVersion::V1)
}

#[test]
fn an_order_is_only_for_the_calls_of_its_state() {
	for stage in STAGES {
		for nth in 0..11 {
			build_and_execute(|| {
				let order = order_at(stage);
				passes(5 * MINUTE);
				let (who, call, stages) = calls(order).swap_remove(nth);
				let (name, before) = (call.get_call_name(), state());
				let done = signed(&who, call);
				if stages.contains(&stage) {
					assert_eq!(done, Ok(()), "{name} at {stage:?}");
					return;
				}
				let error = match (name, stage) {
					("remove_order", _) => Error::<Test>::NotSettled,
					("expire", DisputedWork | DisputedGuarantee | Settled) => Error::WrongState,
					("expire", _) => Error::NotExpired,
					_ => Error::WrongState,
				};
				assert_eq!(done, Err(error.into()), "{name} at {stage:?}");
				assert_eq!(state(), before, "{name} at {stage:?}");
			});
		}
	}
}

/// By the published state machine: what each step leads to.
#[test]
fn an_order_moves_as_published() {
	let ends = [
		(Proposed, OrderState::Proposed),
		(Assigned, OrderState::Assigned),
		(InWork, OrderState::InWork),
		(Declared, OrderState::DeclaredDone),
		(Failed, OrderState::Failed),
		(Verified, OrderState::Verified),
		(Returned, OrderState::Returned),
		(DisputedWork, OrderState::Disputed(Quarrel::Work)),
		(DisputedGuarantee, OrderState::Disputed(Quarrel::Guarantee)),
		(Settled, OrderState::Settled(Outcome::GivenUp)),
	];
	for (stage, state) in ends {
		build_and_execute(|| assert_eq!(record(order_at(stage)).state, state));
	}
}
