use super::money::ASSETS;
use crate::{mock::*, Arbiters, Call, Clock, Credits, DeadlineKey, Deadlines, Disputes, HoldReason};
use bpiiot_primitives::{
	AgreementRef, AssetKind,
	BondOutcome::{Returned, Slashed},
	JobId, Side,
};
use frame_support::{
	assert_ok,
	storage::{with_storage_layer, with_transaction},
	traits::fungibles::{InspectHold, MutateHold},
	weights::Weight,
};
use proptest::prelude::*;
use sp_runtime::{DispatchError, FixedU128, Permill, TransactionOutcome, TryRuntimeError};

/// Runs `break_it` on a state with one bonded escrow, a credit and an accepted dispute, and tells what try-state says.
fn broken_by(asset: AssetKind, break_it: impl FnOnce(JobId)) -> TryRuntimeError {
	let mut said = Ok(());
	build_and_execute(|| {
		let _ = with_transaction(|| {
			let dust = open(PAYER, terms(asset, NEWCOMER, 100)).expect("funded");
			assert_ok!(settle(dust, 1, Returned));
			let id = opened(asset);
			assert_ok!(post_bond(id, PAYEE, 50));
			registered();
			assert_ok!(dispute(disputed_in(asset), OWNER, Side::Payee, 90));
			assert_ok!(signed(ARBITER, Call::accept_case { agreement: DISPUTED }));
			break_it(id);
			said = Escrow::do_try_state();
			TransactionOutcome::Rollback(Ok::<(), DispatchError>(()))
		});
	});
	said.expect_err("try-state must see the damage")
}

/// The agreement in dispute of [`broken_by`].
const DISPUTED: AgreementRef = AgreementRef::Job(JobId(103));

fn disputed_in(asset: AssetKind) -> JobId {
	let id = open(PAYER, arbitrated(asset, ROBOT, 100)).expect("funded");
	assert_eq!(AgreementRef::Job(id), DISPUTED);
	id
}

fn change_dispute(change: impl FnOnce(&mut crate::DisputeOf<Test>)) {
	Disputes::<Test>::mutate(DISPUTED, |dispute| change(dispute.as_mut().expect("it is open")));
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
fn try_state_sees_each_kind_of_damage_to_a_dispute() {
	let other = TryRuntimeError::Other;
	let disputes = other("invariant 1: openers' bonds and fees on hold differ from the disputes");
	let cases = other("invariant 1: arbiters' bonds on hold differ from the accepted cases");
	let arbiters = other("invariant 9: arbiters' deposits on hold differ from the registered arbiters");
	let ended = other("invariant 3: a dispute of an agreement that has ended");
	for (asset, ..) in ASSETS {
		let broken = |break_it: fn()| broken_by(asset, |_| break_it());
		let broken_dispute = |damage: fn(&mut crate::DisputeOf<Test>)| broken_by(asset, |_| change_dispute(damage));
		assert_eq!(broken_dispute(|dispute| dispute.bond -= 1), disputes);
		assert_eq!(broken_dispute(|dispute| dispute.fee += 1), disputes);
		assert_eq!(broken_dispute(|dispute| dispute.asset = COUPON), disputes);
		assert_eq!(broken_dispute(|dispute| dispute.opener = ROBOT), disputes);
		assert_eq!(broken_dispute(|dispute| dispute.case_bond = None), cases);
		assert_eq!(broken_dispute(|dispute| dispute.arbiter = PAYEE), cases);
		assert_eq!(broken(|| drop(Disputes::<Test>::clear(10, None))), cases);
		assert_eq!(broken(|| Arbiters::<Test>::remove(ARBITER)), arbiters);
		let copied = || Arbiters::<Test>::insert(PAYER, Arbiters::<Test>::get(ARBITER).expect("registered"));
		assert_eq!(broken_by(asset, |_| copied()), arbiters);
		for (reason, said) in [
			(HoldReason::Dispute, disputes),
			(HoldReason::Case, cases),
			(HoldReason::Arbiter, arbiters),
		] {
			let stray = |_| Fungibles::hold(asset, &reason.into(), &PAYEE, 20).expect("funded");
			assert_eq!(broken_by(asset, stray), said);
		}
		assert_eq!(broken_dispute(|dispute| dispute.at_stake = 101), ended);
		assert_eq!(broken_dispute(|dispute| dispute.payee = PAYEE), ended);
		let settled = |_| {
			let AgreementRef::Job(id) = DISPUTED;
			change(id, |deal| deal.at_stake = None);
			assert_ok!(settle(id, 0, Returned));
		};
		assert_eq!(broken_by(asset, settled), ended);
		assert_eq!(
			broken(|| drop(Deadlines::<Test>::clear(10, None))),
			other("deadlines: a dispute is not in the index")
		);
		assert_eq!(
			broken_dispute(|dispute| dispute.until += 1),
			other("deadlines: a dispute is not in the index")
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

/// One thing that a domain pallet, a party, an arbiter, governance, time or the owner of the dollars may do.
#[derive(Clone, Debug)]
enum Step {
	Open {
		payer: u64,
		payee: u64,
		asset: AssetKind,
		amount: u64,
		arbitrated: bool,
	},
	TopUp {
		which: usize,
		by: u64,
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
	Register {
		who: u64,
		fee: u32,
	},
	Retire {
		who: u64,
	},
	Dispute {
		which: usize,
		opener: u64,
		side: Side,
		at_stake: u64,
	},
	Accept {
		which: usize,
		who: u64,
	},
	Evidence {
		which: usize,
		who: u64,
		nth: u8,
	},
	Rule {
		which: usize,
		who: u64,
		to_payee: u32,
		bond_to: Side,
	},
	End {
		which: usize,
	},
	Sell {
		to: u64,
	},
	Pause {
		paused: bool,
	},
	Time {
		millis: u64,
		swept: bool,
	},
}

fn step() -> impl Strategy<Value = Step> {
	let party = || PAYER..=OWNER;
	let judge = || prop_oneof![8 => Just(ARBITER), 1 => PAYER..=ROBOT_KEY];
	let side = || prop_oneof![Just(Side::Payer), Just(Side::Payee)];
	let share = || 0..=1_000_000u32;
	let amount = || prop_oneof![0..400u64, Just(u64::MAX)];
	let asset = || prop_oneof![Just(AssetKind::Native), Just(DOLLAR), Just(COUPON)];
	let which = || 0..8usize;
	prop_oneof![
		6 => (party(), party(), asset(), amount(), any::<bool>())
			.prop_map(|(payer, payee, asset, amount, arbitrated)| Step::Open { payer, payee, asset, amount, arbitrated }),
		1 => (which(), party(), amount()).prop_map(|(which, by, amount)| Step::TopUp { which, by, amount }),
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
		1 => (judge(), share()).prop_map(|(who, fee)| Step::Register { who, fee: fee / 4 }),
		1 => judge().prop_map(|who| Step::Retire { who }),
		8 => (which(), party(), side(), 0..300u64)
			.prop_map(|(which, opener, side, at_stake)| Step::Dispute { which, opener, side, at_stake }),
		6 => (which(), judge()).prop_map(|(which, who)| Step::Accept { which, who }),
		3 => (which(), PAYER..=ROBOT_KEY, 0..8u8).prop_map(|(which, who, nth)| Step::Evidence { which, who, nth }),
		5 => (which(), judge(), share(), side())
			.prop_map(|(which, who, to_payee, bond_to)| Step::Rule { which, who, to_payee, bond_to }),
		2 => which().prop_map(|which| Step::End { which }),
		1 => party().prop_map(|to| Step::Sell { to }),
		1 => any::<bool>().prop_map(|paused| Step::Pause { paused }),
		3 => (0..2 * CASE_WINDOW, any::<bool>()).prop_map(|(millis, swept)| Step::Time { millis, swept }),
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
			arbitrated: false,
		} => open(payer, terms(asset, payee, amount)).map(drop),
		Step::Open {
			payer,
			payee,
			asset,
			amount,
			..
		} => open(payer, arbitrated(asset, payee, amount)).map(drop),
		Step::TopUp { which, by, amount } => top_up(nth(which), by, amount),
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
		Step::Register { who, fee } => {
			let (fee, profile) = (Permill::from_parts(fee), document(9));
			signed(who, Call::register_arbiter { fee, profile })
		}
		Step::Retire { who } => signed(who, Call::retire_arbiter {}),
		Step::Dispute {
			which,
			opener,
			side,
			at_stake,
		} => dispute(nth(which), opener, side, at_stake),
		Step::Accept { which, who } => {
			let agreement = AgreementRef::Job(nth(which));
			signed(who, Call::accept_case { agreement })
		}
		Step::Evidence {
			which,
			who,
			nth: number,
		} => {
			let (agreement, evidence) = (AgreementRef::Job(nth(which)), document(number));
			signed(who, Call::submit_evidence { agreement, evidence })
		}
		Step::Rule {
			which,
			who,
			to_payee,
			bond_to,
		} => {
			let call = Call::rule {
				agreement: AgreementRef::Job(nth(which)),
				to_payee: Permill::from_parts(to_payee),
				bond_to,
				ruling: document(8),
			};
			signed(who, call)
		}
		Step::End { which } => {
			let agreement = AgreementRef::Job(nth(which));
			signed(BROKE, Call::end_dispute { agreement })
		}
		Step::Sell { to } => {
			RobotOwner::set(&to);
			Ok(())
		}
		Step::Pause { paused: true } => Escrow::pause(RuntimeOrigin::root()),
		Step::Pause { .. } => Escrow::resume(RuntimeOrigin::root()),
		Step::Time { millis, swept } => {
			block_at(Clock::<Test>::get().last + millis + 1);
			idle(if swept { Weight::MAX } else { Weight::zero() });
			Ok(())
		}
	})
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

	/// Whatever is tried in whatever order, in whatever asset, the invariants hold and no money comes or goes at any
	/// step. Once the arbiters' time has passed and all is settled, thawed and removed, nothing is on hold but dust for
	/// accounts that do not exist.
	#[test]
	fn invariants_hold_after_every_step(steps in proptest::collection::vec(step(), 1..60)) {
		build_and_execute(|| {
			registered();
			for step in steps {
				// Refusals are part of the game; what matters is the state after them.
				let _ = run(step);
				try_state();
			}
			let _ = run(Step::Freeze { frozen: false });
			for who in PAYER..=OWNER {
				let _ = run(Step::Block { who, blocked: false });
			}
			let _ = run(Step::Pause { paused: false });
			for _ in 0..2 {
				assert_ok!(run(Step::Time { millis: RULING_WINDOW, swept: true }));
			}
			assert_eq!(Disputes::<Test>::iter().count(), 0, "silence ends every dispute");
			assert_eq!(Deadlines::<Test>::iter().count(), 0);
			for (who, _) in Arbiters::<Test>::iter().collect::<Vec<_>>() {
				assert_ok!(run(Step::Retire { who }));
			}
			for (id, deal) in Deals::iter().collect::<Vec<_>>() {
				if !deal.escrow.ended {
					assert_ok!(settle(id, 0, Returned));
				}
				assert_ok!(remove(id));
			}
			for ((payee, asset, holder), _) in Credits::<Test>::iter().collect::<Vec<_>>() {
				let paid = run(Step::Claim { holder, asset, payee });
				assert!(paid.is_ok() || [NEWCOMER, ARBITER].contains(&payee), "{payee} at {holder}: {paid:?}");
			}
			for who in PAYER..=OWNER {
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
