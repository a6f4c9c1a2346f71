//! Rentals in an asset that can be blocked and delisted.

use crate::{mock::*, ListingTerms, Outcome, RentalId, Stage};
use frame_support::assert_ok;
use pallet_escrow::Credits;

fn active_in_dollars() -> RentalId {
	let terms = ListingTerms {
		asset: DOLLAR,
		..terms()
	};
	started(rented_by(&renter(), renting(listed(terms))))
}

fn block(who: AccountId) {
	assert_ok!(Assets::block(RuntimeOrigin::signed(issuer()), DOLLAR_ID, who));
}

#[test]
fn everything_but_the_listing_is_in_the_asset() {
	build_and_execute(|| {
		let rental = active_in_dollars();
		// Record and fee at the governed rate: a third.
		let held = RENT + DEPOSIT + RECORD_DEPOSIT / 3 + RENT_FEE / 3;
		assert_eq!(money_in(DOLLAR, &renter()).1, held);
		assert_eq!(money_in(DOLLAR, &of_machine(1)).1, PENALTY);
		assert_eq!(money(&renter()), (ENDOWMENT, 0));
		returned(rental);
		assert_ok!(waive(rental));
		assert_eq!(money_in(DOLLAR, &of_machine(1)), (100_000 + USED, 0));
	});
}

#[test]
fn who_blocks_a_party_stops_no_rental() {
	build_and_execute(|| {
		let rental = active_in_dollars();
		block(renter());
		block(of_machine(1));
		at(FROM + 2 * HOUR);
		assert_ok!(stop(rental));
		assert_ok!(waive(rental));
		assert_eq!(stage(rental), Stage::Settled(Outcome::Stopped));
		assert!(Credits::<Test>::iter().count() > 0);
		for who in [renter(), of_machine(1)] {
			assert_ok!(Assets::thaw(RuntimeOrigin::signed(issuer()), DOLLAR_ID, who));
		}
		for (payee, asset, holder) in Credits::<Test>::iter_keys().collect::<Vec<_>>() {
			let by = RuntimeOrigin::signed(stranger());
			assert_ok!(Escrow::claim_credit(by, holder, asset, payee));
		}
		let fee = RENT_FEE / 3;
		assert_eq!(money_in(DOLLAR, &renter()).0, ENDOWMENT - 2_000 + PENALTY - fee);
		assert_eq!(money_in(DOLLAR, &of_machine(1)).0, 100_000 + 2_000 - PENALTY);
	});
}

#[test]
fn a_delisted_asset_ends_its_rentals_in_order() {
	build_and_execute(|| {
		let rental = active_in_dollars();
		assert_ok!(Escrow::delist_asset(RuntimeOrigin::root(), DOLLAR));
		assert_ok!(extend(rental, 1));
		at(UNTIL + 2 * HOUR);
		assert_ok!(give_back(&renter(), rental));
		assert_ok!(claim(rental, 1_000));
		assert_ok!(dispute(rental));
		assert_eq!(
			money_in(DOLLAR, &of_machine(1)).0,
			100_000 + RENT + PRICE + OVERDUE + 500
		);
		assert_ok!(Escrow::list_asset(RuntimeOrigin::root(), DOLLAR));
	});
}
