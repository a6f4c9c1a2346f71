//! Whatever anybody does.

mod model;
mod steps;

use super::run;
use crate::{mock::*, Call, FeeRecord, Fees, Spending, SpendingRecord};
use bpiiot_primitives::MachineId;
use frame_support::traits::{fungible::Inspect as _, fungibles::Inspect};
use model::Model;
use proptest::prelude::*;
use sp_runtime::StateVersion;
use steps::{steps, Step, FIRST, LATER};

fn person(number: u8) -> AccountId {
	key(100 + number)
}

fn machine(of: u8) -> MachineId {
	MachineId::from_first_key(&key(of))
}

/// What owners allow, and what is left of it: per machine the fees as they are now, and the policy as if nothing was spent.
type Limits = Vec<(FeeRecord<Balance>, Option<SpendingRecord<Balance>>)>;

fn limits() -> Limits {
	let of = |machine: MachineId| {
		let unspent = Spending::<Test>::get(machine).map(|mut record| {
			record.renews_at = 0;
			record.budgets.iter_mut().for_each(|budget| budget.spent = 0);
			record
		});
		(
			Fees::<Test>::get(machine).unwrap_or_default().at(Timestamp::get()),
			unspent,
		)
	};
	FIRST.map(|seed| of(machine(seed))).collect()
}

/// Whether the step is one by which owners set limits.
fn sets_limits(step: &Step) -> bool {
	matches!(
		step,
		Step::Register { .. }
			| Step::Allow { .. }
			| Step::Policy { .. }
			| Step::Accept { .. }
			| Step::Decommission { .. }
	)
}

fn check_limits(before: Limits, step: &Step) {
	let raises = matches!(step, Step::Register { .. } | Step::Allow { .. });
	for ((fees_before, policy_before), (fees, policy)) in before.into_iter().zip(limits()) {
		assert!(
			raises || fees.left <= fees_before.left,
			"a key may cost more after {step:?}"
		);
		assert!(
			raises || fees.per_period <= fees_before.per_period,
			"a key may cost more after {step:?}"
		);
		if !sets_limits(step) {
			assert_eq!(
				(fees.per_period, fees.period, policy),
				(fees_before.per_period, fees_before.period, policy_before),
				"limits changed by {step:?}"
			);
		}
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(48))]

	/// Whatever anybody does: the checks hold, no money is made or lost, a key never has any, a refused step leaves no
	/// trace, no key signs for a machine after its rotation, and no step but its owner's raises what a key may cost.
	#[test]
	fn nothing_breaks_whatever_happens(steps in steps()) {
		let people = (0..3).map(person).fold(ExtBuilder::default(), |builder, who| {
				builder.balance(who.clone(), 40_000).dollars(who, 40_000)
			});
		people.build_and_execute(|| {
			let issuance = || ASSETS.map(|(asset, _)| Fungibles::total_issuance(asset));
			let issued = issuance();
			let mut model = Model::default();
			for step in steps {
				model.clock += 6_000;
				at(model.clock);
				let root = sp_io::storage::root(StateVersion::V1);
				let before = limits();

				let done = model.take(step.clone());

				assert!(done || sp_io::storage::root(StateVersion::V1) == root, "a trace of {step:?}");
				Machines::do_try_state().unwrap_or_else(|broken| panic!("{broken:?} after {step:?}"));
				assert_eq!(issuance(), issued, "after {step:?}");
				for seed in FIRST.chain(LATER) {
					assert_eq!(Balances::total_balance(&key(seed)), 0, "after {step:?}");
				}
				model.check_actors();
				check_limits(before, &step);
			}
		});
	}

	/// Nobody registers or rotates with bytes that are not a proof.
	#[test]
	fn no_garbage_is_a_proof(bytes in proptest::array::uniform32(any::<u8>()), rest in proptest::array::uniform32(any::<u8>())) {
		ExtBuilder::default().build_and_execute(|| {
			let mut raw = [0; 64];
			raw[..32].copy_from_slice(&bytes);
			raw[32..].copy_from_slice(&rest);
			let proof = sp_core::sr25519::Signature::from_raw(raw);
			let machine = registered(2);
			let register = Call::register {
				key: key(1),
				proof,
				profile: profile(),
				encryption_key: ENCRYPTION_KEY,
				fee_allowance: once(0),
			};
			let rotate = Call::rotate_key { machine, new_key: key(1), proof };
			for call in [register, rotate] {
				assert_eq!(
					run(RuntimeOrigin::signed(owner()), call),
					Err(crate::Error::<Test>::BadProof.into())
				);
			}
		});
	}
}
