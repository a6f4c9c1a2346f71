//! Whatever is done in whatever order, the invariants hold.

use super::money::ASSETS;
use crate::{mock::*, Arbiters, Call, Clock, Credits, Deadlines, Disputes};
use bpiiot_primitives::{
	AgreementRef, AssetKind,
	BondOutcome::{Returned, Slashed},
	JobId, Side,
};
use frame_support::{assert_ok, storage::with_storage_layer, traits::fungibles::InspectHold, weights::Weight};
use proptest::prelude::*;
use sp_runtime::{DispatchError, FixedU128, Permill};

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

fn asset() -> impl Strategy<Value = AssetKind> {
	prop_oneof![Just(AssetKind::Native), Just(DOLLAR), Just(COUPON)]
}

fn step() -> impl Strategy<Value = Step> {
	let party = || PAYER..=OWNER;
	let amount = || prop_oneof![0..400u64, Just(u64::MAX)];
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
	]
}

/// Mostly what the parties and the arbiter of [`deals`] do.
fn dispute_step() -> impl Strategy<Value = Step> {
	let party = || prop_oneof![4 => Just(ROBOT), 4 => Just(PAYER), 2 => Just(OWNER), 1 => PAYER..=ROBOT_KEY];
	let judge = || prop_oneof![9 => Just(ARBITER), 1 => PAYER..=ROBOT_KEY];
	let side = || prop_oneof![Just(Side::Payer), Just(Side::Payee)];
	let share = || 0..=1_000_000u32;
	let which = || 0..DEALS;
	prop_oneof![
		6 => step(),
		1 => (judge(), share()).prop_map(|(who, fee)| Step::Register { who, fee: fee / 4 }),
		1 => judge().prop_map(|who| Step::Retire { who }),
		12 => (which(), party(), side(), 0..220u64)
			.prop_map(|(which, opener, side, at_stake)| Step::Dispute { which, opener, side, at_stake }),
		8 => (which(), judge()).prop_map(|(which, who)| Step::Accept { which, who }),
		4 => (which(), party(), 0..8u8).prop_map(|(which, who, nth)| Step::Evidence { which, who, nth }),
		6 => (which(), judge(), share(), side())
			.prop_map(|(which, who, to_payee, bond_to)| Step::Rule { which, who, to_payee, bond_to }),
		2 => which().prop_map(|which| Step::End { which }),
		1 => (PAYER..=OWNER).prop_map(|to| Step::Sell { to }),
		1 => any::<bool>().prop_map(|paused| Step::Pause { paused }),
		2 => (0..2 * CASE_WINDOW, any::<bool>()).prop_map(|(millis, swept)| Step::Time { millis, swept }),
	]
}

/// How many [`deals`] there are.
const DEALS: usize = 4;

/// Deals that can be disputed, in which the machine is paid or pays, in each asset.
fn deals() {
	registered();
	for (asset, ..) in ASSETS {
		for (payer, payee) in [(PAYER, ROBOT), (ROBOT, PAYER)] {
			open(payer, arbitrated(asset, payee, 200)).expect("funded");
		}
	}
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

/// Makes good what keeps payments back, lets the arbiters' time pass, ends, removes and claims everything. Then nothing is on
/// hold but dust for accounts that do not exist.
fn wind_up() {
	let _ = run(Step::Freeze { frozen: false });
	for who in PAYER..=ROBOT_KEY {
		let _ = run(Step::Block { who, blocked: false });
	}
	let _ = run(Step::Pause { paused: false });
	for _ in 0..2 {
		let (millis, swept) = (RULING_WINDOW, true);
		assert_ok!(run(Step::Time { millis, swept }));
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
		// Who has nothing of an asset cannot be made from dust.
		let nothing = [NEWCOMER, ARBITER, ROBOT_KEY, ISSUER].contains(&payee);
		assert!(paid.is_ok() || nothing, "{payee} at {holder}: {paid:?}");
	}
	for who in PAYER..=ROBOT_KEY {
		for (asset, ..) in ASSETS {
			let dust: u64 = Credits::<Test>::iter()
				.filter(|((_, other, holder), _)| (*other, *holder) == (asset, who))
				.map(|(_, amount)| amount)
				.sum();
			assert_eq!(Fungibles::total_balance_on_hold(asset, &who), dust);
		}
	}
}

/// Refusals are part of the game; what matters is the state after them.
fn play(steps: Vec<Step>) {
	for step in steps {
		let _ = run(step);
		try_state();
	}
	wind_up();
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

	/// Whatever is tried in whatever order, in whatever asset, the invariants hold and no money comes or goes at any
	/// step.
	#[test]
	fn invariants_hold_after_every_step(steps in proptest::collection::vec(step(), 1..60)) {
		build_and_execute(|| play(steps));
	}

	/// The same of disputes: whatever parties and arbiters do, each of them ends.
	#[test]
	fn invariants_hold_after_every_step_of_a_dispute(steps in proptest::collection::vec(dispute_step(), 1..60)) {
		build_and_execute(|| {
			deals();
			play(steps);
		});
	}
}
