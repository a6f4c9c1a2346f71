//! The chain ends by itself what nobody ends, and records go.

use crate::{mock::*, Bookings, Call, Error, ListingTerms, Outcome, Rentals as RentalsMap, Stage};
use frame_support::{assert_noop, assert_ok};
use pallet_escrow::Deadlines;

#[test]
fn the_sweep_ends_what_nobody_does() {
	build_and_execute(|| {
		let listing = listed(terms());
		let approved = listed(ListingTerms {
			booking: crate::BookingMode::Approved { window: HOUR },
			..terms()
		});
		let rent = |listing, hour: u64| rented_by(&renter(), renting_at(listing, hour * HOUR, 2));
		let silent = rent(approved, 4);
		let no_show = rent(listing, 6);
		let lost = rent(listing, 8);
		let back = rent(listing, 10);
		at(HOUR + 1);
		idle();
		assert_eq!(stage(silent), Stage::Settled(Outcome::NotApproved));
		at(6 * HOUR + SHOW_WINDOW + 1);
		idle();
		assert_eq!(stage(no_show), Stage::Settled(Outcome::NoShow));
		at(8 * HOUR);
		assert_ok!(start(&renter(), lost));
		at(10 * HOUR);
		// His own, which he has not given back: he cannot have both.
		assert_noop!(start(&renter(), back), Error::<Test>::NotFreeYet);
		at(10 * HOUR + SHOW_WINDOW + 1);
		idle();
		assert_eq!(stage(back), Stage::Settled(Outcome::Blocked));
		assert_eq!(stage(lost), Stage::Active);
		at(14 * HOUR + 1);
		idle();
		assert_eq!(stage(lost), Stage::Settled(Outcome::NotReturned));
		assert_eq!(
			(Deadlines::<Test>::iter().count(), Bookings::<Test>::iter().count()),
			(0, 0)
		);
	});
}

#[test]
fn the_sweep_follows_a_rental_through_all_its_stages() {
	build_and_execute(|| {
		let rental = active();
		at(FROM + HOUR);
		assert_ok!(report(rental, FROM + HOUR));
		at(FROM + SHOW_WINDOW + 1);
		idle();
		assert_eq!(stage(rental), Stage::Active);
		try_state();
		at(UNTIL + 1);
		idle();
		assert_eq!(stage(rental), Stage::Returned(Outcome::Completed));
		try_state();
		at(UNTIL + 1 + CLAIM_WINDOW + 1);
		idle();
		assert_eq!(stage(rental), Stage::Settled(Outcome::Completed));
		assert_eq!(Deadlines::<Test>::iter().count(), 0);
	});
}

#[test]
fn a_late_claim_gives_the_renter_all_his_time() {
	build_and_execute(|| {
		let rental = returned(active());
		at(FROM + 2 * HOUR + MINUTE + CLAIM_WINDOW);
		idle();
		assert_ok!(claim(rental, 100));
		at(FROM + 2 * HOUR + MINUTE + CLAIM_WINDOW + ANSWER_WINDOW);
		idle();
		assert!(matches!(stage(rental), Stage::Claimed(_)));
		at(FROM + 2 * HOUR + MINUTE + CLAIM_WINDOW + ANSWER_WINDOW + 1);
		idle();
		assert_eq!(stage(rental), Stage::Settled(Outcome::Completed));
	});
}

#[test]
fn a_record_goes_with_its_deposit_when_everything_is_paid() {
	build_and_execute(|| {
		let rental = returned(active());
		let remove = Call::remove { rental };
		assert_noop!(signed(&renter(), remove.clone()), Error::<Test>::NotSettled);
		assert_ok!(waive(rental));
		for nobody in [owner(), stranger()] {
			assert_noop!(signed(&nobody, remove.clone()), Error::<Test>::NotTheRenter);
		}
		assert_ok!(signed(&renter(), remove.clone()));
		assert_eq!(money(&renter()).1, 0);
		assert_eq!(RentalsMap::<Test>::iter().count(), 0);
		assert_noop!(signed(&renter(), remove), Error::<Test>::UnknownRental);
	});
}
