//! Orders in a listed asset, and payments that cannot be made.

use crate::{mock::*, Call, OrderState, Outcome, ServiceTerms};
use frame_support::{assert_noop, assert_ok};
use pallet_escrow::Credits;

fn in_dollars() -> ServiceTerms<AccountId> {
	ServiceTerms {
		asset: DOLLAR,
		..service()
	}
}

fn dollars(who: &AccountId) -> i128 {
	money_in(DOLLAR, who).0 as i128 - ENDOWMENT as i128
}

#[test]
fn maintenance_is_paid_in_a_listed_asset() {
	build_and_execute(|| {
		calibrated_press();
		let order = assigned_to(&maintainer(), ticketed(), in_dollars());
		// Deposit and fee are taken at the rate, rounded up.
		assert_eq!(money_in(DOLLAR, &of_machine(PRESS)).1, PRICE + BONUS + 100 + 50);
		assert_eq!(money(&of_machine(PRESS)).1, 0);
		brought(order, OrderState::Verified);
		deadline_passes(order);
		idle();
		assert_eq!(dollars(&maintainer()), (PRICE + BONUS) as i128);
		assert_eq!(money_in(DOLLAR, &maintainer()).1, 0);
		// It counts by what a dollar is worth.
		assert_eq!(record(order).counted.weight, 3 * PRICE);
	});
}

#[test]
fn a_payment_that_cannot_be_made_stops_nothing() {
	build_and_execute(|| {
		calibrated_press();
		let order = assigned_to(&maintainer(), ticketed(), in_dollars());
		brought(order, OrderState::DeclaredDone);
		assert_ok!(Assets::block(RuntimeOrigin::signed(issuer()), DOLLAR_ID, maintainer()));
		read(order, &[GOOD; 3]);
		deadline_passes(order);
		idle();
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Completed));
		assert_eq!(dollars(&maintainer()), 0);
		let credits: u128 = Credits::<Test>::iter_values().sum();
		// Price and bonus, and his own bond.
		assert_eq!(credits, PRICE + BONUS + BOND);
		assert_ok!(Assets::thaw(RuntimeOrigin::signed(issuer()), DOLLAR_ID, maintainer()));
		for (payee, asset, holder) in Credits::<Test>::iter_keys().collect::<Vec<_>>() {
			assert_ok!(Escrow::claim_credit(
				RuntimeOrigin::signed(stranger()),
				holder,
				asset,
				payee
			));
		}
		assert_eq!(dollars(&maintainer()), (PRICE + BONUS) as i128);
	});
}

#[test]
fn an_asset_without_a_rate_or_a_listing_is_not_ordered_in() {
	build_and_execute(|| {
		calibrated_press();
		let ticket = ticketed();
		offered_by(&maintainer(), ticket, in_dollars());
		let offer = ticket_record(ticket).offers[0].id;
		let accept = || Call::accept_offer { ticket, offer };
		DollarRate::set(&None);
		assert_noop!(owner_calls(accept()), pallet_escrow::Error::<Test>::NoRate);
		DollarRate::set(&Some(3.into()));
		assert_ok!(Escrow::delist_asset(RuntimeOrigin::root(), DOLLAR));
		assert_noop!(owner_calls(accept()), pallet_escrow::Error::<Test>::AssetNotListed);
	});
}
