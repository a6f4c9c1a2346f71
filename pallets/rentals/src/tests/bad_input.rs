//! The inputs that the design names one by one: each has its own clear error, and nothing has moved after it.

use crate::{mock::*, BookingMode, Call, Error, ListingTerms, RentalId, WeekWindow};
use bpiiot_primitives::AssetKind;
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};

fn changed(listing: crate::ListingId, change: impl FnOnce(&mut Call<Test>)) -> Call<Test> {
	let mut call = renting(listing);
	change(&mut call);
	call
}

#[test]
fn overlap_by_a_millisecond() {
	build_and_execute(|| {
		let rental = booked();
		let listing = record(rental).listing;
		let tried = |from| signed(&rival(), renting_at(listing, from, 2));
		assert_noop!(tried(UNTIL - 1), Error::<Test>::AlreadyBooked);
		assert_noop!(tried(FROM - 2 * HOUR + 1), Error::<Test>::AlreadyBooked);
		assert_noop!(tried(FROM), Error::<Test>::AlreadyBooked);
		assert_ok!(tried(UNTIL));
		assert_ok!(tried(FROM - 2 * HOUR));
	});
}

#[test]
fn zero_periods() {
	build_and_execute(|| {
		let listing = listed(terms());
		assert_noop!(
			signed(&renter(), renting_at(listing, FROM, 0)),
			Error::<Test>::ZeroPeriod
		);
		for periods in [MIN_PERIODS - 1, MAX_PERIODS + 1, u32::MAX] {
			assert_noop!(
				signed(&renter(), renting_at(listing, FROM, periods)),
				Error::<Test>::PeriodsOutOfRange
			);
		}
	});
}

#[test]
fn a_gap_in_the_calendar() {
	build_and_execute(|| {
		// Mondays from 8 to 12 and from 12 to 18.
		let window = |from: u16, until: u16| WeekWindow {
			from: 60 * from,
			until: 60 * until,
		};
		let mut terms = terms();
		terms.calendar.week = vec![window(8, 12), window(12, 18)].try_into().expect("two");
		let listing = listed(terms);
		let tried = |from, periods| signed(&renter(), renting_at(listing, from, periods));
		for (from, periods) in [
			(8 * HOUR - 1, 2),
			(16 * HOUR + 1, 2),
			(6 * HOUR, 2),
			(7 * HOUR, 12),
			(20 * HOUR, 2),
		] {
			assert_noop!(tried(from, periods), Error::<Test>::CalendarGap);
		}
		assert_ok!(tried(8 * HOUR, 10));
		// And in a week.
		assert_ok!(tried(7 * DAY + 10 * HOUR, 4));
	});
}

#[test]
fn a_price_that_changes_between_reading_and_renting() {
	build_and_execute(|| {
		let listing = listed(terms());
		let read = renting(listing);
		let mut dearer = terms();
		dearer.rental.price += 1;
		let update = Call::update_listing { listing, terms: dearer };
		assert_ok!(signed(&owner(), update));
		assert_noop!(signed(&renter(), read), Error::<Test>::ListingChanged);
		// And a limit that says what was meant.
		let limited = changed(listing, |call| {
			if let Call::rent { max_price, .. } = call {
				*max_price = RENT;
			}
		});
		assert_noop!(signed(&renter(), limited), Error::<Test>::MaxPriceTooLow);
		assert_ok!(signed(&owner(), Call::withdraw_listing { listing }));
		let version = 2;
		let gone = Call::rent {
			listing,
			version,
			start: None,
			periods: PERIODS,
			max_price: RENT,
			arbiter: None,
		};
		assert_noop!(signed(&renter(), gone), Error::<Test>::UnknownListing);
	});
}

#[test]
fn a_sub_user_who_would_outlive_the_rental() {
	build_and_execute(|| {
		let rental = booked();
		let tried = |from, until| set_user(rental, &guest(), from, until);
		assert_noop!(tried(FROM, UNTIL + 1), Error::<Test>::OutlivesRental);
		assert_noop!(tried(FROM - 1, UNTIL), Error::<Test>::OutlivesRental);
		assert_noop!(tried(UNTIL, FROM), Error::<Test>::EmptyWindow);
		assert_noop!(tried(FROM, FROM), Error::<Test>::EmptyWindow);
		assert_ok!(tried(FROM, UNTIL));
	});
}

#[test]
fn a_renter_who_is_denied() {
	build_and_execute(|| {
		let deny = vec![renter()].try_into().expect("one");
		let listing = listed(ListingTerms { deny, ..terms() });
		assert_noop!(signed(&renter(), renting(listing)), Error::<Test>::RenterDenied);
	});
}

#[test]
fn ones_own_machine() {
	build_and_execute(|| {
		registered(2);
		let listing = listed(terms());
		for own in [owner(), key(1), key(2)] {
			assert_noop!(signed(&own, renting(listing)), Error::<Test>::OwnMachine);
		}
	});
}

#[test]
fn a_start_that_is_too_early_or_too_late() {
	build_and_execute(|| {
		let rental = booked();
		at(FROM - CHECK_IN - 1);
		assert_noop!(start(&renter(), rental), Error::<Test>::TooEarly);
		at(FROM + SHOW_WINDOW + 1);
		assert_noop!(start(&renter(), rental), Error::<Test>::TooLate);
	});
}

#[test]
fn a_rental_in_the_past_or_too_far_ahead() {
	build_and_execute(|| {
		let listing = listed(terms());
		at(HOUR);
		let tried = |from| signed(&renter(), renting_at(listing, from, 2));
		assert_noop!(tried(HOUR - 1), Error::<Test>::StartPassed);
		assert_noop!(tried(MAX_AHEAD - HOUR + 1), Error::<Test>::TooFarAhead);
		assert_noop!(tried(u64::MAX - START), Error::<Test>::TooFarAhead);
		assert_ok!(tried(MAX_AHEAD - HOUR));
		let approved = listed(terms_with_approval());
		let tried = |from| signed(&renter(), renting_at(approved, from, 2));
		assert_noop!(tried(HOUR + APPROVE_WINDOW - 1), Error::<Test>::NoTimeToApprove);
		assert_ok!(tried(HOUR + APPROVE_WINDOW));
	});
}

#[test]
fn an_extension_over_the_next_booking() {
	build_and_execute(|| {
		let rental = booked();
		let listing = record(rental).listing;
		assert_ok!(signed(&rival(), renting_at(listing, UNTIL + 2 * HOUR - 1, 2)));
		assert_noop!(extend(rental, 2), Error::<Test>::AlreadyBooked);
		assert_ok!(extend(rental, 1));
		assert_noop!(extend(rental, 1), Error::<Test>::AlreadyBooked);
	});
}

#[test]
fn what_is_given_back_twice() {
	build_and_execute(|| {
		let rental = returned(active());
		assert_noop!(give_back(&renter(), rental), Error::<Test>::WrongStage);
		assert_ok!(report(rental, FROM + 2 * HOUR));
		assert_noop!(report(rental, FROM + 2 * HOUR), Error::<Test>::WrongStage);
		assert_noop!(give_back(&renter(), rental), Error::<Test>::WrongStage);
		assert_ok!(waive(rental));
		assert_noop!(give_back(&renter(), rental), Error::<Test>::WrongStage);
		assert_noop!(waive(rental), Error::<Test>::WrongStage);
	});
}

#[test]
fn a_claim_after_the_window() {
	build_and_execute(|| {
		let rental = returned(active());
		at(FROM + 2 * HOUR + MINUTE + CLAIM_WINDOW + 1);
		assert_noop!(claim(rental, 100), Error::<Test>::TooLate);
		assert_ok!(expire(rental));
		assert_noop!(claim(rental, 100), Error::<Test>::WrongStage);
	});
}

#[test]
fn a_claim_above_the_deposit_or_of_nothing_or_twice() {
	build_and_execute(|| {
		let rental = returned(active());
		for amount in [DEPOSIT + 1, Balance::MAX] {
			assert_noop!(claim(rental, amount), Error::<Test>::ClaimAboveDeposit);
		}
		assert_noop!(claim(rental, 0), Error::<Test>::ZeroClaim);
		assert_noop!(
			claim(rental, MINIMUM - 1),
			pallet_escrow::Error::<Test>::ReleaseBelowMinimum
		);
		assert_ok!(claim(rental, DEPOSIT));
		assert_noop!(claim(rental, 10), Error::<Test>::WrongStage);
	});
}

#[test]
fn a_claim_by_a_stranger() {
	build_and_execute(|| {
		let rental = returned(active());
		let call = Call::claim {
			rental,
			amount: 100,
			evidence: HASH,
		};
		registered_for(&rival(), 2);
		for nobody in [stranger(), renter(), rival(), key(2), arbiter()] {
			assert_noop!(signed(&nobody, call.clone()), Error::<Test>::NotTheMachinesOwner);
		}
	});
}

#[test]
fn a_return_before_the_rental_or_in_the_future() {
	build_and_execute(|| {
		let rental = active();
		at(FROM + HOUR);
		assert_noop!(report(rental, FROM - CHECK_IN - 1), Error::<Test>::BadMoment);
		assert_noop!(report(rental, FROM + HOUR + 1), Error::<Test>::BadMoment);
	});
}

#[test]
fn an_arbiter_who_is_not_offered_or_not_registered() {
	build_and_execute(|| {
		let listing = listed(terms());
		let stranger = changed(listing, |call| {
			if let Call::rent { arbiter, .. } = call {
				*arbiter = Some(stranger());
			}
		});
		assert_noop!(signed(&renter(), stranger), Error::<Test>::ArbiterNotOffered);
		let refused = signed(&renter(), renting_before(listing));
		assert_eq!(refused, Err(pallet_escrow::Error::<Test>::UnknownArbiter.into()));
		assert_eq!(money(&renter()).1, 0);
	});
}

#[test]
fn a_renter_who_cannot_pay() {
	build_and_execute(|| {
		let listing = listed(terms());
		let poor = account(b"poor");
		let by = RuntimeOrigin::signed(stranger());
		assert_ok!(Balances::transfer_allow_death(by, poor.clone(), RENT + DEPOSIT));
		let refused: DispatchResult = signed(&poor, renting(listing));
		assert!(refused.is_err());
		assert_eq!(money(&poor), (RENT + DEPOSIT, 0));
		assert_eq!(crate::Bookings::<Test>::iter().count(), 0);
	});
}

#[test]
fn what_is_not_there() {
	build_and_execute(|| {
		let rental = RentalId(1);
		for call in [
			Call::approve { rental },
			Call::start { rental },
			Call::give_back { rental },
			Call::waive { rental },
			Call::expire { rental },
			Call::remove { rental },
		] {
			assert_noop!(signed(&renter(), call), Error::<Test>::UnknownRental);
		}
	});
}

#[test]
fn an_asset_that_was_delisted() {
	build_and_execute(|| {
		let listing = listed(ListingTerms {
			asset: DOLLAR,
			booking: BookingMode::Instant,
			..terms()
		});
		assert_ok!(Escrow::delist_asset(RuntimeOrigin::root(), DOLLAR));
		assert_noop!(
			signed(&renter(), renting(listing)),
			pallet_escrow::Error::<Test>::AssetNotListed
		);
		assert_eq!(listing_record(listing).terms.asset, AssetKind::Asset(DOLLAR_ID));
	});
}
