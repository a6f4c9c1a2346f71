//! What is to be rented, and on which terms.

use crate::{mock::*, BookingMode, Calendar, Call, CancellationStage, Closure, Error, ListingTerms, WeekWindow};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::Permill;

fn publish(terms: ListingTerms<AccountId>) -> Call<Test> {
	let machine = machine(1);
	Call::publish_listing { machine, terms }
}

#[test]
fn a_listing_holds_a_deposit_until_it_is_withdrawn() {
	build_and_execute(|| {
		let listing = listed(terms());
		let record = listing_record(listing);
		assert_eq!((record.version, record.machine), (1, machine(1)));
		assert_eq!(money(&owner()).1, LISTING_DEPOSIT + 5_000);
		assert_ok!(signed(&owner(), Call::withdraw_listing { listing }));
		assert_eq!(money(&owner()).1, 5_000);
		assert_noop!(
			signed(&owner(), Call::withdraw_listing { listing }),
			Error::<Test>::UnknownListing
		);
	});
}

#[test]
fn a_machine_lists_itself_by_its_own_key() {
	build_and_execute(|| {
		let robot = registered(1);
		assert_ok!(signed(&key(1), publish(terms())));
		assert_eq!(money(&robot).1, LISTING_DEPOSIT);
		// Its owner may take that back; the deposit goes to whoever paid it.
		let listing = crate::ListingsOf::<Test>::get(machine(1))[0];
		assert_ok!(signed(&owner(), Call::withdraw_listing { listing }));
		assert_eq!(money(&robot).1, 0);
	});
}

#[test]
fn each_change_is_another_version() {
	build_and_execute(|| {
		let listing = listed(terms());
		let mut changed = terms();
		changed.rental.price += 1;
		let call = Call::update_listing {
			listing,
			terms: changed.clone(),
		};
		assert_ok!(signed(&owner(), call));
		assert_eq!(
			(listing_record(listing).version, listing_record(listing).terms),
			(2, changed)
		);
	});
}

#[test]
fn a_machine_has_so_many_listings() {
	build_and_execute(|| {
		let listing = listed(terms());
		for _ in 1..MAX_LISTINGS {
			listed(terms());
		}
		assert_noop!(signed(&owner(), publish(terms())), Error::<Test>::TooManyListings);
		assert_ok!(signed(&owner(), Call::withdraw_listing { listing }));
		assert_ok!(signed(&owner(), publish(terms())));
	});
}

#[test]
fn a_machine_out_of_service_is_not_listed() {
	build_and_execute(|| {
		registered(1);
		assert_ok!(Machines::set_service(RuntimeOrigin::signed(owner()), machine(1), false));
		assert_noop!(
			signed(&owner(), publish(terms())),
			pallet_machines::Error::<Test>::OutOfService
		);
	});
}

#[test]
fn terms_that_make_no_sense_are_refused() {
	type Spoil = fn(&mut ListingTerms<AccountId>);
	let cases: [(Spoil, Error<Test>); 27] = [
		(|terms| terms.category = Default::default(), Error::BadCategory),
		(|terms| terms.area = text("de"), Error::BadArea),
		(|terms| terms.actions = Default::default(), Error::NoActions),
		(|terms| terms.rental.price = 0, Error::ZeroPrice),
		(|terms| terms.rental.period = 0, Error::ZeroPeriod),
		(|terms| terms.rental.period = MIN_PERIOD - 1, Error::PeriodOutOfRange),
		(|terms| terms.rental.period = MAX_AHEAD + 1, Error::PeriodOutOfRange),
		(|terms| terms.rental.min_periods = 0, Error::PeriodsOutOfRange),
		(
			|terms| terms.rental.min_periods = MAX_PERIODS + 1,
			Error::PeriodsOutOfRange,
		),
		(|terms| terms.max_periods = 60 * 24 + 1, Error::PeriodsOutOfRange),
		(|terms| terms.max_periods = u32::MAX, Error::PeriodsOutOfRange),
		(|terms| terms.rental.price = Balance::MAX / 2, Error::PriceOverflow),
		(|terms| terms.rental.deposit = Balance::MAX, Error::PriceOverflow),
		(|terms| terms.rental.overdue_price = 20, Error::OverdueTooSlow),
		(|terms| terms.rental.check_in = MAX_WINDOW + 1, Error::WindowOutOfRange),
		(
			|terms| terms.rental.show_window = MIN_WINDOW - 1,
			Error::WindowOutOfRange,
		),
		(
			|terms| terms.rental.claim_window = MAX_WINDOW + 1,
			Error::WindowOutOfRange,
		),
		(|terms| terms.rental.answer_window = 0, Error::WindowOutOfRange),
		(
			|terms| terms.booking = BookingMode::Approved { window: 1 },
			Error::WindowOutOfRange,
		),
		(|terms| terms.case_window = 0, Error::WindowOutOfRange),
		(|terms| terms.ruling_window = u64::MAX, Error::WindowOutOfRange),
		(
			|terms| terms.rental.no_show = Permill::from_percent(9),
			Error::StagesOutOfOrder,
		),
		(
			|terms| terms.rental.cancellation[1].before = DAY,
			Error::StagesOutOfOrder,
		),
		(
			|terms| terms.rental.cancellation[0].fee = Permill::from_percent(11),
			Error::StagesOutOfOrder,
		),
		(
			|terms| {
				let again = CancellationStage {
					before: HOUR,
					fee: Permill::from_percent(60),
				};
				terms.rental.cancellation.try_push(again).expect("three");
			},
			Error::StagesOutOfOrder,
		),
		(
			|terms| terms.arbiters.try_push(arbiter()).expect("two"),
			Error::BadArbiters,
		),
		(
			|terms| {
				let window = WeekWindow { from: 0, until: 10_081 };
				terms.calendar.week.try_push(window).expect("one");
			},
			Error::BadCalendar,
		),
	];
	build_and_execute(|| {
		let listing = listed(terms());
		for (nth, (spoil, error)) in cases.into_iter().enumerate() {
			let mut terms = terms();
			spoil(&mut terms);
			assert_noop!(signed(&owner(), publish(terms.clone())), error);
			let refused = signed(&owner(), Call::update_listing { listing, terms });
			assert!(refused.is_err(), "{nth}");
		}
	});
}

#[test]
fn windows_and_closures_are_in_order_and_not_empty() {
	let week = |windows: &[(u16, u16)]| Calendar {
		week: windows
			.iter()
			.map(|(from, until)| WeekWindow {
				from: *from,
				until: *until,
			})
			.collect::<Vec<_>>()
			.try_into()
			.expect("few"),
		..Default::default()
	};
	let closed = |closures: &[(u64, u64)]| Calendar {
		closures: closures
			.iter()
			.map(|(from, until)| Closure {
				from: *from,
				until: *until,
			})
			.collect::<Vec<_>>()
			.try_into()
			.expect("few"),
		..Default::default()
	};
	build_and_execute(|| {
		registered(1);
		for calendar in [
			week(&[(5, 5)]),
			week(&[(5, 4)]),
			week(&[(0, 10), (9, 20)]),
			closed(&[(7, 7)]),
			closed(&[(8, 9), (0, 1)]),
		] {
			let terms = ListingTerms { calendar, ..terms() };
			assert_noop!(signed(&owner(), publish(terms)), Error::<Test>::BadCalendar);
		}
		for calendar in [week(&[(0, 10), (10, 10_080)]), closed(&[(0, 1), (1, u64::MAX)])] {
			let terms = ListingTerms { calendar, ..terms() };
			assert_ok!(signed(&owner(), publish(terms)));
		}
	});
}

#[test]
fn amounts_that_could_not_be_paid_and_assets_that_are_not_listed_are_refused() {
	type Spoil = fn(&mut ListingTerms<AccountId>);
	let small: [Spoil; 6] = [
		|terms| terms.rental.price = MINIMUM - 1,
		|terms| terms.rental.deposit = MINIMUM - 1,
		|terms| terms.rental.stop_penalty = MINIMUM - 1,
		|terms| terms.rental.cancellation[1].fee = Permill::from_parts(1),
		|terms| {
			terms.rental.cancellation = Default::default();
			terms.rental.no_show = Permill::from_parts(1);
		},
		|terms| {
			terms.rental.deposit = 20;
			terms.rental.overdue_price = MINIMUM - 1;
		},
	];
	build_and_execute(|| {
		registered(1);
		for spoil in small {
			let mut terms = terms();
			spoil(&mut terms);
			let below = pallet_escrow::Error::<Test>::ReleaseBelowMinimum;
			assert_noop!(signed(&owner(), publish(terms)), below);
		}
		let terms = ListingTerms {
			asset: UNLISTED,
			..terms()
		};
		let not_listed = pallet_escrow::Error::<Test>::AssetNotListed;
		assert_noop!(signed(&owner(), publish(terms)), not_listed);
	});
}
