//! What a forged name costs, and what is tried against it.

use crate::{mock::*, Names, Stars};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::Permill;

/// All that has gone to the chain.
fn fees() -> u128 {
	Balances::free_balance(POT) - 10
}

/// All weight that all names have.
fn weight() -> u128 {
	Names::<Test>::iter_values().map(|name| name.sums.settled).sum()
}

#[test]
fn who_controls_both_parties_earns_nothing() {
	build_and_execute(|| {
		for (payer, payee) in [
			(OWNER, ROBOT),
			(ROBOT, OWNER),
			(PRINTER, ROBOT),
			(ROBOT, ROBOT),
			(SUPPLIER, SUPPLIER),
		] {
			let deal = Deal::over(10 * BPI).between(payer, payee).settled();
			assert_eq!(weight_of(deal), 0, "{payer} pays {payee}");
			assert!(rate(payer, deal, Stars::Five).is_err(), "{payer} rates {payee}");
		}
		assert_eq!(weight(), 0);
	});
}

/// Whose machine it is counts when the agreement ends.
#[test]
fn who_buys_the_machine_that_he_has_ordered_from_earns_nothing() {
	build_and_execute(|| {
		sold(ROBOT, CUSTOMER);
		assert_eq!(Deal::over(BPI).between(CUSTOMER, ROBOT).weight(), 0);
	});
}

/// A machine that its owner passes on from one of his accounts to the next is one name, and its customers the same.
#[test]
fn passing_a_machine_on_makes_no_pair_fresh() {
	build_and_execute(|| {
		let all = Deal::over(PAIR_LIMIT).between(CUSTOMER, ROBOT);
		assert_eq!(all.weight(), PAIR_LIMIT);
		sold(ROBOT, STRANGER);
		assert_eq!(all.weight(), 0);
	});
}

/// A ring of accounts of one mind, each of which orders from each other again and again.
#[test]
fn the_weight_of_a_token_costs_a_ring_five_thousandths_of_one() {
	for accounts in [2u64, 5, 10] {
		build_and_execute(|| {
			let ring = CROWD..CROWD + accounts;
			for _ in 0..8 {
				for payer in ring.clone() {
					for payee in ring.clone().filter(|payee| *payee != payer) {
						Deal::over(PAIR_LIMIT / 4).between(payer, payee).settled();
					}
				}
			}
			let pairs = u128::from(accounts * (accounts - 1));
			assert!(weight() <= pairs * PAIR_LIMIT, "{accounts} accounts");
			assert!(weight() > pairs * PAIR_LIMIT * 8 / 10, "{accounts} accounts");
			// At the fee of 0.5 %, and more the more a pair has given.
			assert_eq!(fees(), pairs * 8 * (PAIR_LIMIT / 4) / 200);
			assert!(fees() > weight() / 200 * 2, "{accounts} accounts");
		});
	}
}

/// What it costs to have oneself praised from the prior to 0.9: that much of the price of orders, which stay in the family,
/// goes to the chain.
#[test]
fn a_forged_score_costs_more_the_fewer_accomplices_there_are() {
	let cost = |accomplices: u64| {
		let mut cost = 0;
		build_and_execute(|| {
			let mut customers = (CROWD..CROWD + accomplices).cycle();
			while score(SUPPLIER) < Permill::from_percent(90) {
				let customer = customers.next().expect("without end");
				let deal = Deal::over(10 * BPI).between(customer, SUPPLIER).settled();
				assert_ok!(rate(customer, deal, Stars::Five));
			}
			assert!(fees() >= name(SUPPLIER).sums.settled / 200);
			cost = fees();
		});
		cost
	};
	// Every part is (50 + w) / (100 + w) = 0.9 at a weight of 400 tokens: 2 tokens if no pair wears out.
	assert!((2 * BPI..2 * BPI + BPI / 5).contains(&cost(30)), "{}", cost(30));
	// One pair: 1 − e^(−v/1000) = 0.4 at orders of 510 tokens.
	let alone = cost(1);
	assert!((2 * BPI + BPI / 2..2 * BPI + BPI * 7 / 10).contains(&alone), "{alone}");
}

#[test]
fn who_starts_anew_has_the_prior_and_all_to_earn() {
	build_and_execute(|| {
		for customer in CROWD..CROWD + 10 {
			let deal = Deal::over(100 * BPI).between(customer, SUPPLIER).settled();
			assert_ok!(rate(customer, deal, Stars::Five));
			Deal::over(100 * BPI).between(customer, NEIGHBOUR).broken().settled();
		}
		assert!(score(SUPPLIER) > Permill::from_percent(90));
		assert!(score(NEIGHBOUR) < PRIOR);
		// Whoever has lost his name wins no more by another than what an unknown one has.
		assert_eq!(score(STRANGER), PRIOR);
		assert!(score(SUPPLIER) > PRIOR + Permill::from_percent(40));
	});
}

#[test]
fn one_star_of_a_small_customer_is_a_small_thing() {
	build_and_execute(|| {
		for customer in CROWD..CROWD + 10 {
			let deal = Deal::over(100 * BPI).between(customer, SUPPLIER).settled();
			assert_ok!(rate(customer, deal, Stars::Five));
		}
		let before = score(SUPPLIER);
		let threat = Deal::over(BPI).settled();
		assert_ok!(rate(CUSTOMER, threat, Stars::One));
		let lost = before.deconstruct() - score(SUPPLIER).deconstruct();
		// A thousandth of the weight, in a fifth of the score.
		assert!(lost < 200, "{lost} millionths");
	});
}

#[test]
fn many_small_sales_do_not_outweigh_a_large_fraud() {
	build_and_execute(|| {
		for _ in 0..100 {
			for customer in CROWD..CROWD + 5 {
				Deal::over(BPI / 10).between(customer, SUPPLIER).settled();
			}
		}
		let before = score(SUPPLIER);
		assert!(before > PRIOR);
		Deal::over(500 * BPI).between(STRANGER, SUPPLIER).broken().settled();
		assert!(score(SUPPLIER) < PRIOR);
	});
}

#[test]
fn spam_weighs_nothing() {
	build_and_execute(|| {
		for _ in 0..100 {
			let spam = Deal {
				fee: BPI / 100,
				..Deal::over(0)
			};
			assert_eq!(spam.weight(), 0);
		}
		assert_eq!(Names::<Test>::iter().count(), 0);
		let spam = Deal::over(0).settled();
		assert_noop!(rate(CUSTOMER, spam, Stars::One), crate::Error::<Test>::CountsNothing);
	});
}
