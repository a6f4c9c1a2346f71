//! Whatever happens in whatever order.

use crate::{mock::*, Names, Pairs, Stars};
use bpiiot_primitives::JobId;
use proptest::prelude::*;
use sp_runtime::Permill;

/// Something that happens.
#[derive(Clone, Debug)]
enum Step {
	/// A deal ends: between whom, over how much, what it pays of the fee that lets all of it count, and how it went.
	Settle(usize, usize, u128, u32, [u32; 3]),
	/// Somebody rates a deal.
	Rate(usize, usize, usize),
	/// Days go by.
	Wait(u64),
	/// Somebody has a pair, or a name, forgotten.
	ForgetPair(usize, usize),
	ForgetName(usize),
	/// A machine changes hands.
	Sell(u64, usize),
}

const PEOPLE: [u64; 6] = [SUPPLIER, CUSTOMER, NEIGHBOUR, OWNER, ROBOT, PRINTER];

fn step() -> impl Strategy<Value = Step> {
	let who = || 0..PEOPLE.len();
	let value = prop_oneof![
		0..10u128,
		(0..2_000u128).prop_map(|tokens| tokens * BPI),
		any::<u32>().prop_map(u128::from)
	];
	let percents = [0..=100u32, 0..=100, 0..=100];
	prop_oneof![
		8 => (who(), who(), value, 0..=100u32, percents).prop_map(|(payer, payee, value, fee, shares)|
			Step::Settle(payer, payee, value, fee, shares)),
		4 => (any::<usize>(), who(), 0..5usize).prop_map(|(deal, by, stars)| Step::Rate(deal, by, stars)),
		3 => prop_oneof![0..3u64, 100..2_000u64].prop_map(Step::Wait),
		2 => (who(), who()).prop_map(|(supplier, customer)| Step::ForgetPair(supplier, customer)),
		1 => who().prop_map(Step::ForgetName),
		1 => (ROBOT..=PRINTER, 0..4usize).prop_map(|(machine, owner)| Step::Sell(machine, owner)),
	]
}

fn run(step: Step) {
	// Refusals are part of the game; what matters is the state after them.
	match step {
		Step::Settle(payer, payee, value, percent, [punctual, failed, lost]) => {
			let whole = Deal::over(value).between(PEOPLE[payer], PEOPLE[payee]);
			let deal = Deal {
				fee: Permill::from_percent(percent) * whole.fee,
				punctual: Permill::from_percent(punctual),
				failed: Permill::from_percent(failed),
				lost: Permill::from_percent(lost),
				..whole
			};
			let before = name(deal.payee).on(today()).sums.settled;
			let weight = deal.weight();
			assert!(weight <= value.min(deal.fee * 200));
			assert_eq!(name(deal.payee).on(today()).sums.settled, before + weight);
		}
		Step::Rate(deal, by, stars) => {
			let deals = Deals::iter_keys().count().max(1);
			let _ = rate(PEOPLE[by], JobId(101 + (deal % deals) as u64), Stars::ALL[stars]);
		}
		Step::Wait(days) => days_pass(days),
		Step::ForgetPair(supplier, customer) => {
			let _ = forget_pair(PEOPLE[supplier], PEOPLE[customer]);
		}
		Step::ForgetName(supplier) => {
			let _ = forget_name(PEOPLE[supplier]);
		}
		Step::Sell(machine, owner) => sold(machine, PEOPLE[owner]),
	}
}

fn today() -> u32 {
	Suppliers::today()
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

	/// The invariants hold all the while, no pair gives more than it may, and no weight is had for less than its share.
	#[test]
	fn names_add_up_whatever_happens(steps in proptest::collection::vec(step(), 1..60)) {
		build_and_execute(|| {
			for step in steps {
				run(step);
				assert_eq!(Suppliers::do_try_state(), Ok(()));
			}
			let fees = Balances::free_balance(POT) - 10;
			let weight: u128 = Names::<Test>::iter_values().map(|name| name.sums.settled).sum();
			assert!(weight <= fees * 200);
			assert!(Pairs::<Test>::iter_values().all(|pair| pair.given <= PAIR_LIMIT));
			for supplier in PEOPLE {
				let standing = Suppliers::standing(&supplier);
				assert!(standing.score <= Permill::one());
				assert!(standing.stars.weight <= standing.punctual.weight + 10_000);
			}
		});
	}
}
