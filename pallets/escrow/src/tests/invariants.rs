use super::money::ASSETS;
use crate::{mock::*, Credits, DeadlineKey, Deadlines, HoldReason};
use bpiiot_primitives::{
	AgreementRef, AssetKind,
	BondOutcome::{Returned, Slashed},
	JobId,
};
use frame_support::{
	assert_ok,
	storage::{with_storage_layer, with_transaction},
	traits::fungibles::{InspectHold, MutateHold},
};
use proptest::prelude::*;
use sp_runtime::{DispatchError, FixedU128, TransactionOutcome, TryRuntimeError};

/// Runs `break_it` on a state with one bonded escrow and a credit, and tells what try-state says.
fn broken_by(asset: AssetKind, break_it: impl FnOnce(JobId)) -> TryRuntimeError {
	let mut said = Ok(());
	build_and_execute(|| {
		let _ = with_transaction(|| {
			let dust = open(PAYER, terms(asset, NEWCOMER, 100)).expect("funded");
			assert_ok!(settle(dust, 1, Returned));
			let id = opened(asset);
			assert_ok!(post_bond(id, PAYEE, 50));
			break_it(id);
			said = Escrow::do_try_state();
			TransactionOutcome::Rollback(Ok::<(), DispatchError>(()))
		});
	});
	said.expect_err("try-state must see the damage")
}

fn change(id: JobId, change: impl FnOnce(&mut Deal)) {
	Deals::mutate(id, |deal| change(deal.as_mut().expect("the deal exists")));
}

#[test]
fn try_state_sees_each_kind_of_damage_in_each_asset() {
	let other = TryRuntimeError::Other;
	for (asset, ..) in ASSETS {
		let broken = |break_it: fn(JobId)| broken_by(asset, break_it);
		assert_eq!(
			broken(|id| change(id, |deal| deal.escrow.held -= 1)),
			other("invariant 1: prices on hold differ from the escrows")
		);
		assert_eq!(
			broken(|id| change(id, |deal| deal.escrow.fee += 1)),
			other("invariant 1: fees on hold differ from the escrows")
		);
		assert_eq!(
			broken(|id| change(id, |deal| deal.escrow.deposit = 0)),
			other("invariant 1: deposits on hold differ from the escrows")
		);
		assert_eq!(
			broken(|id| change(id, |deal| deal.escrow.bond = 0)),
			other("invariant 1: bonds on hold differ from the escrows")
		);
		assert_eq!(
			broken(|_| drop(Credits::<Test>::clear(10, None))),
			other("invariant 1: what is on hold as credit differs from the credits")
		);
		assert_eq!(
			broken(|id| change(id, |deal| deal.escrow.ended = true)),
			other("invariant 3: something is held for an escrow that has ended")
		);
	}
}

#[test]
fn try_state_fails_when_a_record_vanishes_or_is_there_twice() {
	let prices = TryRuntimeError::Other("invariant 1: prices on hold differ from the escrows");
	for (asset, ..) in ASSETS {
		assert_eq!(broken_by(asset, Deals::remove), prices);
		let copied = |id| Deals::insert(JobId(1), Deals::get(id).expect("the deal exists"));
		assert_eq!(broken_by(asset, copied), prices);
	}
}

#[test]
fn try_state_fails_when_the_asset_is_another_one() {
	let said = broken_by(AssetKind::Native, |id| change(id, |deal| deal.escrow.asset = DOLLAR));
	assert_eq!(
		said,
		TryRuntimeError::Other("invariant 1: prices on hold differ from the escrows")
	);
}

#[test]
fn try_state_fails_when_a_stranger_has_funds_on_hold() {
	for (asset, ..) in ASSETS {
		let said = broken_by(asset, |_| {
			assert_ok!(Fungibles::hold(asset, &HoldReason::Price.into(), &BROKE, 20));
		});
		assert_eq!(
			said,
			TryRuntimeError::Other("invariant 1: prices on hold differ from the escrows")
		);
	}
}

#[test]
fn try_state_fails_when_a_party_does_not_exist() {
	let said = broken_by(AssetKind::Native, |id| change(id, |deal| deal.escrow.payee = NEWCOMER));
	assert_eq!(
		said,
		TryRuntimeError::Other("invariant 1: bonds on hold differ from the escrows")
	);
}

#[test]
fn try_state_fails_when_a_credit_is_of_nothing() {
	let said = broken_by(AssetKind::Native, |_| {
		Credits::<Test>::insert((PAYEE, AssetKind::Native, PAYER), 0);
	});
	assert_eq!(said, TryRuntimeError::Other("invariant 1: a credit of nothing"));
}

#[test]
fn try_state_fails_when_a_deadline_stands_under_another_key() {
	let said = broken_by(AssetKind::Native, |id| {
		Deadlines::<Test>::insert(DeadlineKey::new(5, AgreementRef::Job(JobId(6))), AgreementRef::Job(id));
	});
	assert_eq!(
		said,
		TryRuntimeError::Other("deadlines: an entry stands under another agreement's key")
	);
}

/// One thing that a domain pallet, governance or the owner of the dollars may do.
#[derive(Clone, Debug)]
enum Step {
	Open {
		payer: u64,
		payee: u64,
		asset: AssetKind,
		amount: u64,
	},
	Bond {
		which: usize,
		by: u64,
		amount: u64,
	},
	Release {
		which: usize,
		amount: u64,
	},
	Refund {
		which: usize,
		amount: u64,
	},
	Settle {
		which: usize,
		to_payee: u64,
		slash: bool,
	},
	Remove {
		which: usize,
	},
	Claim {
		holder: u64,
		asset: AssetKind,
		payee: u64,
	},
	Block {
		who: u64,
		blocked: bool,
	},
	Freeze {
		frozen: bool,
	},
	List {
		listed: bool,
	},
	Rate {
		rate: u8,
	},
}

fn step() -> impl Strategy<Value = Step> {
	let party = || PAYER..=POT;
	let amount = || prop_oneof![0..400u64, Just(u64::MAX)];
	let asset = || prop_oneof![Just(AssetKind::Native), Just(DOLLAR), Just(COUPON)];
	let which = || 0..8usize;
	prop_oneof![
		6 => (party(), party(), asset(), amount())
			.prop_map(|(payer, payee, asset, amount)| Step::Open { payer, payee, asset, amount }),
		4 => (which(), party(), amount()).prop_map(|(which, by, amount)| Step::Bond { which, by, amount }),
		4 => (which(), amount()).prop_map(|(which, amount)| Step::Release { which, amount }),
		2 => (which(), amount()).prop_map(|(which, amount)| Step::Refund { which, amount }),
		4 => (which(), amount(), any::<bool>())
			.prop_map(|(which, to_payee, slash)| Step::Settle { which, to_payee, slash }),
		2 => which().prop_map(|which| Step::Remove { which }),
		2 => (party(), asset(), party()).prop_map(|(holder, asset, payee)| Step::Claim { holder, asset, payee }),
		2 => (party(), any::<bool>()).prop_map(|(who, blocked)| Step::Block { who, blocked }),
		1 => any::<bool>().prop_map(|frozen| Step::Freeze { frozen }),
		1 => any::<bool>().prop_map(|listed| Step::List { listed }),
		1 => any::<u8>().prop_map(|rate| Step::Rate { rate }),
	]
}

fn run(step: Step) -> Result<(), DispatchError> {
	let mut ids: Vec<JobId> = Deals::iter_keys().collect();
	ids.sort();
	let nth = |which: usize| ids.get(which).copied().unwrap_or(JobId(0));
	let issuer = RuntimeOrigin::signed(ISSUER);
	with_storage_layer(|| match step {
		Step::Open {
			payer,
			payee,
			asset,
			amount,
		} => open(payer, terms(asset, payee, amount)).map(drop),
		Step::Bond { which, by, amount } => post_bond(nth(which), by, amount),
		Step::Release { which, amount } => release(nth(which), amount),
		Step::Refund { which, amount } => refund(nth(which), amount),
		Step::Settle { which, to_payee, slash } => settle(nth(which), to_payee, if slash { Slashed } else { Returned }),
		Step::Remove { which } => remove(nth(which)),
		Step::Claim { holder, asset, payee } => {
			Escrow::claim_credit(RuntimeOrigin::signed(BROKE), holder, asset, payee)
		}
		Step::Block { who, blocked: true } => Assets::block(issuer, DOLLAR_ID, who),
		Step::Block { who, .. } => Assets::thaw(issuer, DOLLAR_ID, who),
		Step::Freeze { frozen: true } => Assets::freeze_asset(issuer, DOLLAR_ID),
		Step::Freeze { .. } => Assets::thaw_asset(issuer, DOLLAR_ID),
		Step::List { listed: true } => Escrow::list_asset(RuntimeOrigin::root(), DOLLAR),
		Step::List { .. } => Escrow::delist_asset(RuntimeOrigin::root(), DOLLAR),
		Step::Rate { rate } => {
			DollarRate::set(&Some(FixedU128::from_u32(rate.into())));
			Ok(())
		}
	})
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

	/// Whatever is tried in whatever order, in whatever asset, the invariants hold and no money comes or goes at any
	/// step. Once all is settled, thawed and removed, nothing is on hold but dust for accounts that do not exist.
	#[test]
	fn invariants_hold_after_every_step(steps in proptest::collection::vec(step(), 1..60)) {
		build_and_execute(|| {
			for step in steps {
				// Refusals are part of the game; what matters is the state after them.
				let _ = run(step);
				try_state();
			}
			let _ = run(Step::Freeze { frozen: false });
			for who in PAYER..=POT {
				let _ = run(Step::Block { who, blocked: false });
			}
			for (id, deal) in Deals::iter().collect::<Vec<_>>() {
				if !deal.escrow.ended {
					assert_ok!(settle(id, 0, Returned));
				}
				assert_ok!(remove(id));
			}
			for ((payee, asset, holder), _) in Credits::<Test>::iter().collect::<Vec<_>>() {
				let paid = run(Step::Claim { holder, asset, payee });
				assert!(paid.is_ok() || payee == NEWCOMER, "{payee} at {holder}: {paid:?}");
			}
			for who in PAYER..=POT {
				for (asset, ..) in ASSETS {
					let dust: u64 = Credits::<Test>::iter()
						.filter(|((_, other, holder), _)| (*other, *holder) == (asset, who))
						.map(|(_, amount)| amount)
						.sum();
					assert_eq!(Fungibles::total_balance_on_hold(asset, &who), dust);
				}
			}
		});
	}
}
