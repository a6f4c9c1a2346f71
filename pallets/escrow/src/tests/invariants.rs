use super::money::{actor, terms};
use crate::{mock::*, Escrows, HoldReason};
use bpiiot_primitives::{BondOutcome, Escrow as _, EscrowId, Settlement};
use frame_support::{assert_ok, traits::fungible::MutateHold};
use proptest::prelude::*;
use sp_runtime::TryRuntimeError;

/// Runs `break_it` on a state with one bonded escrow and tells what try-state says.
fn broken_by(break_it: impl FnOnce(EscrowId)) -> TryRuntimeError {
	let mut said = Ok(());
	build_and_execute(|| {
		let _ = frame_support::storage::with_transaction(|| {
			let id = Escrow::open(&actor(PAYER), terms(PAYEE, 300)).expect("funded");
			assert_ok!(Escrow::post_bond(id, &actor(PAYEE), 50));
			break_it(id);
			said = Escrow::do_try_state();
			sp_runtime::TransactionOutcome::Rollback(Ok::<(), sp_runtime::DispatchError>(()))
		});
	});
	said.expect_err("try-state must see the damage")
}

#[test]
fn try_state_fails_when_an_escrow_vanishes() {
	let said = broken_by(Escrows::<Test>::remove);
	assert_eq!(
		said,
		TryRuntimeError::Other("invariant 1: what is on hold for prices differs from the open escrows")
	);
}

#[test]
fn try_state_fails_when_a_bond_is_not_on_hold() {
	let said = broken_by(|id| Escrows::<Test>::mutate(id, |escrow| escrow.as_mut().expect("open").bond = 0));
	assert_eq!(
		said,
		TryRuntimeError::Other("invariant 1: what is on hold for bonds differs from the open escrows")
	);
}

#[test]
fn try_state_fails_when_a_stranger_has_funds_on_hold() {
	let said = broken_by(|_| {
		assert_ok!(Balances::hold(&HoldReason::Price.into(), &BROKE, 20));
	});
	assert_eq!(
		said,
		TryRuntimeError::Other("invariant 1: what is on hold for prices differs from the open escrows")
	);
}

#[test]
fn try_state_fails_when_a_party_does_not_exist() {
	let said = broken_by(|id| {
		Escrows::<Test>::mutate(id, |escrow| escrow.as_mut().expect("open").held = 0);
		assert_ok!(Balances::release(
			&HoldReason::Price.into(),
			&PAYER,
			300,
			frame_support::traits::tokens::Precision::Exact
		)
		.map(|_| ()));
		let mut stray = Escrows::<Test>::get(id).expect("open");
		stray.payer = NEWCOMER;
		stray.bond = 0;
		Escrows::<Test>::insert(EscrowId(1), stray);
	});
	assert_eq!(
		said,
		TryRuntimeError::Other("invariant 1: an open escrow of an account that does not exist")
	);
}

/// One thing that a domain pallet may do.
#[derive(Clone, Debug)]
enum Step {
	Open { payer: u64, payee: u64, amount: u64 },
	Bond { which: usize, by: u64, amount: u64 },
	Release { which: usize, amount: u64 },
	Refund { which: usize, amount: u64 },
	Settle { which: usize, to_payee: u64, slash: bool },
}

fn step() -> impl Strategy<Value = Step> {
	let party = || PAYER..=NEWCOMER;
	let amount = || prop_oneof![0..400u64, Just(u64::MAX)];
	prop_oneof![
		3 => (party(), party(), amount()).prop_map(|(payer, payee, amount)| Step::Open { payer, payee, amount }),
		2 => (0..8usize, party(), amount()).prop_map(|(which, by, amount)| Step::Bond { which, by, amount }),
		2 => (0..8usize, amount()).prop_map(|(which, amount)| Step::Release { which, amount }),
		1 => (0..8usize, amount()).prop_map(|(which, amount)| Step::Refund { which, amount }),
		2 => (0..8usize, amount(), any::<bool>())
			.prop_map(|(which, to_payee, slash)| Step::Settle { which, to_payee, slash }),
	]
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

	/// Whatever is tried in whatever order, the invariants hold after every step, and once all is settled nothing is
	/// on hold.
	#[test]
	fn invariants_hold_after_every_step(steps in proptest::collection::vec(step(), 1..40)) {
		build_and_execute(|| {
			let mut ids = Vec::new();
			for step in steps {
				let nth = |which: usize| ids.get(which).copied().unwrap_or(EscrowId(0));
				// Refusals are part of the game; what matters is the state after them.
				let _ = match step {
					Step::Open { payer, payee, amount } => {
						Escrow::open(&actor(payer), terms(payee, amount)).map(|id| ids.push(id))
					}
					Step::Bond { which, by, amount } => Escrow::post_bond(nth(which), &actor(by), amount),
					Step::Release { which, amount } => Escrow::release(nth(which), amount),
					Step::Refund { which, amount } => Escrow::refund(nth(which), amount),
					Step::Settle { which, to_payee, slash } => {
						let bond = if slash { BondOutcome::Slashed } else { BondOutcome::Returned };
						frame_support::storage::with_storage_layer(|| {
							Escrow::settle(nth(which), Settlement { to_payee, bond })
						})
					}
				};
				Escrow::do_try_state().expect("invariants");
				System::set_block_number(System::block_number() + 1);
			}
			for id in ids {
				if Escrow::held(id).is_some() {
					assert_ok!(Escrow::settle(id, Settlement { to_payee: 0, bond: BondOutcome::Returned }));
				}
			}
			assert_eq!(Escrows::<Test>::iter().count(), 0);
		});
	}
}
