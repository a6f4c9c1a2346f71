//! What a name hears of rentals.

use crate::{mock::*, Call, Error, Outcome, Pallet, RentalId};
use bpiiot_primitives::Facts;
use bpiiot_primitives::Side;
use frame_support::{assert_noop, assert_ok};
use pallet_suppliers::{Names, Stars};
use sp_runtime::Permill;

type FactsOf = Facts<AccountId, bpiiot_primitives::AssetKind, Balance>;

/// The facts of a rental that would end now.
fn facts(rental: RentalId, outcome: Outcome, to_payee: Balance) -> FactsOf {
	Pallet::<Test>::facts(agreement(rental), &record(rental), outcome, to_payee)
}

fn shares(facts: &FactsOf) -> (Balance, u32, u32, u32) {
	let percent = |share: Permill| share.deconstruct() / 10_000;
	(
		facts.value,
		percent(facts.punctual),
		percent(facts.failed),
		percent(facts.lost),
	)
}

#[test]
fn what_was_used_counts_for_the_machine() {
	build_and_execute(|| {
		let rental = returned(active());
		let facts = facts(rental, Outcome::Completed, USED);
		assert_eq!(shares(&facts), (USED, 100, 0, 0));
		assert_eq!((facts.payer.clone(), facts.payee.clone()), (renter(), of_machine(1)));
		assert_eq!(facts.fee, RENT_FEE);
		assert_ok!(waive(rental));
		assert_eq!(record(rental).counted.weight, USED);
		assert!(Names::<Test>::contains_key(of_machine(1)));
	});
}

#[test]
fn what_is_taken_away_counts_against_it() {
	build_and_execute(|| {
		let rental = active();
		at(FROM + HOUR);
		assert_ok!(stop(rental));
		assert_eq!(shares(&facts(rental, Outcome::Stopped, 0)), (RENT, 25, 75, 0));
	});
	build_and_execute(|| {
		let rental = booked();
		for outcome in [Outcome::Stopped, Outcome::NotProvided] {
			assert_eq!(shares(&facts(rental, outcome, 0)), (RENT, 0, 100, 0));
		}
	});
}

#[test]
fn what_nobody_promised_or_came_for_says_nothing() {
	build_and_execute(|| {
		let rental = booked();
		for outcome in [
			Outcome::Declined,
			Outcome::NotApproved,
			Outcome::Cancelled,
			Outcome::NoShow,
			Outcome::Blocked,
		] {
			assert_eq!(shares(&facts(rental, outcome, 100)), (0, 0, 0, 0));
		}
		assert_ok!(cancel(&renter(), rental));
		assert_eq!(record(rental).counted.weight, 0);
		assert_eq!(Names::<Test>::iter().count(), 0);
	});
}

#[test]
fn a_claim_that_was_refused_counts_against_it_and_silence_against_nobody() {
	build_and_execute(|| {
		let rental = crate::tests::damage::disputed();
		let by = || RuntimeOrigin::signed(arbiter());
		assert_ok!(Escrow::accept_case(by(), agreement(rental)));
		let share = Permill::from_percent(25);
		assert_ok!(Escrow::rule(by(), agreement(rental), share, Side::Payer, HASH));
		// Three quarters of a claim of 2,000, of a rent of 3,000.
		let said = shares(&facts(rental, Outcome::Completed, 0));
		assert_eq!(said, (USED, 100, 0, 50));
	});
	build_and_execute(|| {
		let rental = crate::tests::damage::claimed();
		assert_ok!(dispute(rental));
		let said = shares(&facts(rental, Outcome::Completed, 0));
		assert_eq!(said, (USED, 100, 0, 0));
	});
}

#[test]
fn the_renter_rates_a_rental_once() {
	build_and_execute(|| {
		let rental = returned(active());
		let rate = |who: AccountId| Suppliers::rate(RuntimeOrigin::signed(who), agreement(rental), Stars::One);
		assert_noop!(rate(renter()), Error::<Test>::NotSettled);
		assert_ok!(waive(rental));
		assert_noop!(rate(owner()), Error::<Test>::NotTheRenter);
		assert_ok!(rate(renter()));
		assert_noop!(rate(renter()), Error::<Test>::AlreadyRated);
		assert_ok!(signed(&renter(), Call::remove { rental }));
	});
}

#[test]
fn an_extension_counts_as_far_as_the_first_fee_reaches() {
	build_and_execute(|| {
		let rental = active();
		assert_ok!(extend(rental, MAX_PERIODS - PERIODS));
		at(FROM + 24 * HOUR);
		assert_ok!(give_back(&renter(), rental));
		assert_ok!(waive(rental));
		// The fee is half a hundredth of that; the rent of a day is twice as much.
		assert_eq!(record(rental).counted.weight, 200 * RENT_FEE);
	});
}

#[test]
fn the_fee_grows_with_the_rent() {
	build_and_execute(|| {
		let fee = Pallet::<Test>::fee_of;
		assert_eq!(fee(bpiiot_primitives::AssetKind::Native, 12_000), RENT_FEE);
		assert_eq!(fee(bpiiot_primitives::AssetKind::Native, 100_000), 500);
		// In planck: a dollar is three.
		assert_eq!(fee(DOLLAR, 100_000), 1_500);
		assert_eq!(
			fee(DOLLAR, Balance::MAX),
			Permill::from_parts(5_000).mul_ceil(Balance::MAX)
		);
	});
}
