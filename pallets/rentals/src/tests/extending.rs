//! More periods.

use crate::{mock::*, Bookings, Call, EndKey, Error};
use frame_support::{assert_noop, assert_ok};

#[test]
fn an_extension_moves_the_end_and_tops_up() {
	build_and_execute(|| {
		let rental = active();
		at(FROM + HOUR);
		assert_ok!(extend(rental, 2));
		let record = record(rental);
		assert_eq!((record.periods, record.access.end), (6, START + UNTIL + 2 * HOUR));
		assert_eq!(money(&renter()).1, 6 * PRICE + DEPOSIT + RECORD_DEPOSIT + RENT_FEE);
		let ends: Vec<_> = Bookings::<Test>::iter().map(|(_, key, _)| key).collect();
		assert_eq!(ends, [EndKey::new(START + UNTIL + 2 * HOUR)]);
		// Nothing is overdue before the new end.
		at(UNTIL + 2 * HOUR);
		assert_ok!(give_back(&renter(), rental));
		assert_ok!(waive(rental));
		assert_eq!((paid(), earned()), (6_000, 6_000));
	});
}

#[test]
fn what_has_not_started_can_be_extended() {
	build_and_execute(|| {
		let rental = booked();
		assert_ok!(extend(rental, 1));
		at(FROM);
		assert_ok!(start(&renter(), rental));
	});
}

#[test]
fn only_the_renter_extends_and_only_before_the_end() {
	build_and_execute(|| {
		let rental = active();
		let call = |max_price| Call::extend {
			rental,
			periods: 2,
			max_price,
		};
		for nobody in [owner(), key(1), rival()] {
			assert_noop!(signed(&nobody, call(9_999)), Error::<Test>::NotTheRenter);
		}
		assert_noop!(signed(&renter(), call(2 * PRICE - 1)), Error::<Test>::MaxPriceTooLow);
		assert_noop!(extend(rental, 0), Error::<Test>::ZeroPeriod);
		assert_noop!(extend(rental, u32::MAX), Error::<Test>::PeriodsOutOfRange);
		assert_noop!(
			extend(rental, MAX_PERIODS - PERIODS + 1),
			Error::<Test>::PeriodsOutOfRange
		);
		at(UNTIL);
		assert_noop!(extend(rental, 2), Error::<Test>::TooLate);
	});
}

#[test]
fn an_owner_who_has_other_plans_changes_his_listing() {
	build_and_execute(|| {
		let rental = active();
		let listing = record(rental).listing;
		let update = Call::update_listing {
			listing,
			terms: terms(),
		};
		assert_ok!(signed(&owner(), update));
		assert_noop!(extend(rental, 1), Error::<Test>::ListingChanged);
		assert_ok!(signed(&owner(), Call::withdraw_listing { listing }));
		assert_noop!(extend(rental, 1), Error::<Test>::UnknownListing);
	});
}

#[test]
fn an_extension_obeys_the_calendar() {
	build_and_execute(|| {
		let mut terms = terms();
		let window = crate::WeekWindow {
			from: 8 * 60,
			until: 15 * 60,
		};
		terms.calendar.week = vec![window].try_into().expect("one");
		let rental = rented_by(&renter(), renting(listed(terms)));
		assert_noop!(extend(rental, 2), Error::<Test>::CalendarGap);
		assert_ok!(extend(rental, 1));
	});
}

#[test]
fn what_was_reported_back_is_not_extended() {
	build_and_execute(|| {
		let rental = active();
		at(FROM + HOUR);
		assert_ok!(report(rental, FROM + HOUR));
		assert_noop!(extend(rental, 1), Error::<Test>::ReportedBack);
	});
}

#[test]
fn a_machine_out_of_service_is_not_extended() {
	build_and_execute(|| {
		let rental = active();
		assert_ok!(Machines::set_service(RuntimeOrigin::signed(owner()), machine(1), false));
		assert_noop!(extend(rental, 1), pallet_machines::Error::<Test>::OutOfService);
	});
}
