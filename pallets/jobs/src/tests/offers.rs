use crate::{
	mock::*, Calendar, Closure, DisputeTerms, Error, Event, OfferTerms, Offers, OffersOf, PriceTier, Region, Rework,
	WeekWindow,
};
use bpiiot_primitives::OfferId;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{DispatchError, DispatchResult, Permill};

const DAY: u64 = 86_400_000;
const MINUTE: u64 = 60_000;

type Terms = OfferTerms<AccountId, Balance>;

fn tiers(terms: &mut Terms, tiers: &[(u32, Balance)]) {
	let tiers = tiers.iter().map(|(from_units, unit_price)| PriceTier {
		from_units: *from_units,
		unit_price: *unit_price,
	});
	terms.tiers = tiers.collect::<Vec<_>>().try_into().expect("at most 4");
}

fn calendar(week: &[(u16, u16)], closures: &[(u64, u64)]) -> Calendar {
	let week = week.iter().map(|(from, until)| WeekWindow {
		from: *from,
		until: *until,
	});
	let closures = closures.iter().map(|(from, until)| Closure {
		from: *from,
		until: *until,
	});
	Calendar {
		week: week.collect::<Vec<_>>().try_into().expect("at most 14"),
		closures: closures.collect::<Vec<_>>().try_into().expect("at most 8"),
	}
}

fn region(region: &[u8]) -> Region {
	region.to_vec().try_into().expect("at most 6")
}

fn rework(terms: &mut Terms, rounds: u8, window: u64) {
	terms.rework = Some(Rework { rounds, window });
}

/// Names the arbiters, with windows for challenge, case and ruling.
fn disputes(terms: &mut Terms, arbiters: &[&[u8]], windows: [u64; 3]) {
	let arbiters = arbiters.iter().map(|name| account(name)).collect::<Vec<_>>();
	let [challenge_window, case_window, ruling_window] = windows;
	terms.disputes = Some(DisputeTerms {
		arbiters: arbiters.try_into().expect("at most 4"),
		challenge_window,
		case_window,
		ruling_window,
	});
}

fn order(offer: OfferId, units: u32, max_price: Balance, deliver_by: u64) -> DispatchResult {
	let (recipe, reference) = Default::default();
	Jobs::order(
		signed(&customer()),
		offer,
		1,
		units,
		max_price,
		recipe,
		reference,
		deliver_by,
		None,
	)
}

#[test]
fn owner_and_machine_publish_and_pay_the_deposit_each() {
	build_and_execute(|| {
		registered(1);
		for (who, depositor) in [(owner(), owner()), (key(1), machine(1).account())] {
			assert_ok!(Jobs::publish_offer(signed(&who), machine(1), terms()));
			let offer = *OffersOf::<Test>::get(machine(1)).last().expect("published");
			assert_eq!(offer_record(offer).depositor, depositor);
			System::assert_last_event(
				Event::OfferPublished {
					offer,
					machine: machine(1),
				}
				.into(),
			);
		}
		assert_eq!(money(&machine(1).account()).1, OFFER_DEPOSIT);
	});
}

#[test]
fn publishing_fails_for_others_and_beyond_the_cap() {
	build_and_execute(|| {
		registered(1);
		registered(2);
		for who in [stranger(), key(2)] {
			assert_noop!(
				Jobs::publish_offer(signed(&who), machine(1), terms()),
				Error::<Test>::NotTheMachinesOwner
			);
		}
		for _ in 0..3 {
			published(terms());
		}
		assert_noop!(
			Jobs::publish_offer(signed(&owner()), machine(1), terms()),
			Error::<Test>::TooManyOffers
		);
	});
}

/// That neither a new offer nor an update may have what any of the changes makes of [`terms`].
fn refused(error: impl Into<DispatchError>, changes: &[fn(&mut Terms)]) {
	let offer = OffersOf::<Test>::get(machine(1))[0];
	let error = error.into();
	for change in changes {
		let mut bad = terms();
		change(&mut bad);
		assert_noop!(Jobs::publish_offer(signed(&owner()), machine(1), bad.clone()), error);
		assert_noop!(Jobs::update_offer(signed(&owner()), offer, bad), error);
	}
}

/// That a new offer and an update may have what each of the changes makes of [`terms`].
fn allowed(changes: &[fn(&mut Terms)]) {
	let offer = OffersOf::<Test>::get(machine(1))[0];
	for change in changes {
		let mut good = terms();
		change(&mut good);
		assert_ok!(Jobs::update_offer(signed(&owner()), offer, good.clone()));
		let published = published(good);
		assert_ok!(Jobs::withdraw_offer(signed(&owner()), published));
	}
}

fn with_an_offer(test: impl FnOnce()) {
	build_and_execute(|| {
		registered(1);
		published(terms());
		test();
	});
}

#[test]
fn prices_and_units_are_not_zero() {
	with_an_offer(|| {
		refused(
			Error::<Test>::ZeroPrice,
			&[|terms| terms.unit_price = 0, |terms| tiers(terms, &[(2, 9), (3, 0)])],
		);
		refused(Error::<Test>::ZeroUnits, &[|terms| terms.max_units = 0]);
	});
}

#[test]
fn terms_that_no_order_could_be_made_by_are_refused() {
	with_an_offer(|| {
		let too_small = pallet_escrow::Error::<Test>::ReleaseBelowMinimum;
		refused(
			too_small,
			&[
				|terms| terms.unit_price = MINIMUM - 1,
				|terms| tiers(terms, &[(2, MINIMUM - 1)]),
				|terms| terms.rejection_fee = Permill::from_parts(5_000),
				|terms| terms.cancellation.started = Permill::from_parts(500),
			],
		);
		refused(
			pallet_escrow::Error::<Test>::AssetNotListed,
			&[|terms| terms.asset = UNLISTED],
		);
		allowed(&[
			// Two units pay a fee that one could not.
			|terms| (terms.max_units, terms.cancellation.accepted) = (2, Permill::from_parts(5_000)),
			|terms| (terms.unit_price, terms.rejection_fee) = (MINIMUM, Permill::zero()),
			|terms| terms.asset = DOLLAR,
		]);
	});
}

#[test]
fn windows_are_within_the_runtimes_bounds() {
	with_an_offer(|| {
		refused(
			Error::<Test>::WindowOutOfRange,
			&[
				|terms| terms.accept_window = 9_999,
				|terms| terms.lead_time = 0,
				|terms| terms.review_window = 1,
				|terms| terms.review_window = 86_400_001,
				|terms| terms.lead_time = u64::MAX,
				|terms| rework(terms, 1, 9_999),
				|terms| rework(terms, 1, 86_400_001),
				|terms| disputes(terms, &[b"judge"], [9_999, 10_000, 10_000]),
				|terms| disputes(terms, &[b"judge"], [10_000, 9_999, 10_000]),
				|terms| disputes(terms, &[b"judge"], [10_000, 10_000, 9_999]),
				|terms| disputes(terms, &[b"judge"], [86_400_001, 10_000, 10_000]),
				|terms| disputes(terms, &[b"judge"], [10_000, 86_400_001, 10_000]),
				|terms| disputes(terms, &[b"judge"], [10_000, 10_000, u64::MAX]),
			],
		);
		allowed(&[
			|terms| (terms.accept_window, terms.lead_time) = (10_000, 86_400_000),
			|terms| rework(terms, 1, 10_000),
			|terms| rework(terms, u8::MAX, 86_400_000),
			|terms| disputes(terms, &[b"judge"], [10_000; 3]),
			|terms| disputes(terms, &[b"judge"], [86_400_000; 3]),
		]);
	});
}

#[test]
fn tiers_rise_in_units_from_two_to_the_largest_order() {
	with_an_offer(|| {
		refused(
			Error::<Test>::TiersOutOfOrder,
			&[
				|terms| tiers(terms, &[(0, 900)]),
				|terms| tiers(terms, &[(1, 900)]),
				|terms| tiers(terms, &[(3, 900), (3, 800)]),
				|terms| tiers(terms, &[(3, 900), (2, 800)]),
				|terms| tiers(terms, &[(11, 900)]),
				|terms| tiers(terms, &[(2, 900), (10, 800), (11, 700)]),
				|terms| {
					terms.max_units = u32::MAX;
					tiers(terms, &[(u32::MAX, 900), (u32::MAX, 800)]);
				},
			],
		);
		allowed(&[
			|terms| tiers(terms, &[(2, 900), (3, 800), (9, 700), (10, 600)]),
			// Larger orders may be dearer.
			|terms| tiers(terms, &[(2, 2_000)]),
			|terms| {
				terms.max_units = u32::MAX;
				tiers(terms, &[(u32::MAX, 900)]);
			},
		]);
	});
}

#[test]
fn calendars_are_well_formed() {
	with_an_offer(|| {
		refused(
			Error::<Test>::BadCalendar,
			&[
				|terms| terms.calendar = calendar(&[(0, 10_081)], &[]),
				|terms| terms.calendar = calendar(&[(9, 9)], &[]),
				|terms| terms.calendar = calendar(&[(0, 10), (9, 20)], &[]),
				|terms| terms.calendar = calendar(&[(10, 20), (0, 9)], &[]),
				|terms| terms.calendar = calendar(&[], &[(START, START)]),
				|terms| terms.calendar = calendar(&[(0, 10)], &[(5, 7), (6, 8)]),
			],
		);
		allowed(&[|terms| {
			terms.calendar = calendar(&[(0, 10), (10, 10_080)], &[(5, 7), (7, u64::MAX)]);
		}]);
	});
}

#[test]
fn regions_are_of_the_form_of_iso_3166() {
	with_an_offer(|| {
		refused(
			Error::<Test>::BadRegion,
			&[
				|terms| terms.region = region(b"Bremen"),
				|terms| terms.region = region(b"de"),
				|terms| terms.governing_law = region(b"DE-"),
			],
		);
		allowed(&[
			|terms| terms.region = region(b""),
			|terms| terms.region = region(b"GB-ENG"),
			|terms| terms.governing_law = region(b"US-CA"),
		]);
	});
}

#[test]
fn rework_has_rounds() {
	with_an_offer(|| {
		refused(Error::<Test>::ZeroRounds, &[|terms| rework(terms, 0, 10_000)]);
		allowed(&[|terms| rework(terms, 1, 10_000)]);
	});
}

#[test]
fn disputes_name_arbiters_and_each_once() {
	with_an_offer(|| {
		refused(
			Error::<Test>::BadArbiters,
			&[
				|terms| disputes(terms, &[], [10_000; 3]),
				|terms| disputes(terms, &[b"one", b"one"], [10_000; 3]),
				|terms| disputes(terms, &[b"one", b"two", b"one"], [10_000; 3]),
			],
		);
		allowed(&[|terms| disputes(terms, &[b"one", b"two", b"three", b"four"], [10_000; 3])]);
	});
}

#[test]
fn an_order_costs_the_price_of_its_tier() {
	build_and_execute(|| {
		registered(1);
		let mut terms = terms();
		tiers(&mut terms, &[(3, 900), (6, 1_200), (7, 500)]);
		let offer = published(terms);
		for (units, unit_price) in [
			(1, UNIT_PRICE),
			(2, UNIT_PRICE),
			(3, 900),
			(5, 900),
			(6, 1_200),
			(7, 500),
			(10, 500),
		] {
			let price = unit_price * Balance::from(units);
			assert_noop!(
				order(offer, units, price - 1, START + DEADLINE),
				Error::<Test>::MaxPriceTooLow
			);
			assert_ok!(order(offer, units, price, START + DEADLINE));
			let job = open_jobs().pop().expect("just ordered");
			assert_eq!(record(job).unit_price, unit_price, "{units} units");
			assert_ok!(Jobs::cancel(signed(&customer()), job, Default::default()));
		}
	});
}

/// Orders so that the lead time of [`terms`] ends exactly at `deliver_by`, and a millisecond sooner.
fn assert_earliest(offer: OfferId, deliver_by: u64) {
	assert_noop!(
		order(offer, 1, Balance::MAX, deliver_by - 1),
		Error::<Test>::DeadlineTooSoon
	);
	assert_ok!(order(offer, 1, Balance::MAX, deliver_by));
}

#[test]
fn lead_time_counts_no_weekend() {
	build_and_execute(|| {
		registered(1);
		let mut terms = terms();
		// Closed from Saturday 18:00 to Sunday 12:00.
		let (saturday, sunday) = (5 * 1_440, 6 * 1_440);
		terms.calendar = calendar(&[(0, saturday + 1_080), (sunday + 720, 10_080)], &[]);
		let offer = published(terms);
		// START is a Monday.
		let monday = START / DAY * DAY;
		let saturday = monday + u64::from(saturday) * MINUTE;
		// At 17:57 the lead time of two minutes fits, at 17:58 just so, at 17:59 one minute of it is left for Sunday.
		let hour = 60 * MINUTE;
		for (now, earliest) in [
			(saturday + 18 * hour - 3 * MINUTE, saturday + 18 * hour - MINUTE),
			(saturday + 18 * hour - 2 * MINUTE, saturday + 18 * hour),
			(saturday + 18 * hour - MINUTE, saturday + 36 * hour + MINUTE),
			(saturday + 20 * hour, saturday + 36 * hour + 2 * MINUTE),
		] {
			at(now - START);
			assert_earliest(offer, earliest);
			// The orders before are gone by then.
			idle();
		}
		assert_noop!(
			order(offer, 1, Balance::MAX, saturday + 36 * hour),
			Error::<Test>::DeadlineTooSoon
		);
	});
}

#[test]
fn lead_time_counts_no_closure() {
	build_and_execute(|| {
		registered(1);
		let mut terms = terms();
		let hour = 60 * MINUTE;
		let closures = [
			(START - DAY, START - 1),
			(START + MINUTE, START + hour),
			(START + hour + 1, START + 2 * hour),
		];
		terms.calendar = calendar(&[], &closures);
		let offer = published(terms);
		// A minute before the closure, a millisecond between the two, and the rest after them.
		assert_earliest(offer, START + 2 * hour + MINUTE - 1);
		at(MINUTE - 1);
		assert_earliest(offer, START + 2 * hour + 2 * MINUTE - 2);
		at(2 * hour);
		assert_earliest(offer, START + 2 * hour + 2 * MINUTE);
	});
}

#[test]
fn who_never_works_gets_no_orders() {
	build_and_execute(|| {
		registered(1);
		let mut terms = terms();
		terms.calendar = calendar(&[], &[(0, u64::MAX)]);
		let offer = published(terms);
		for deliver_by in [START, START + DEADLINE, START + DAY, u64::MAX] {
			assert_noop!(
				order(offer, 1, Balance::MAX, deliver_by),
				Error::<Test>::DeadlineTooSoon
			);
		}
	});
}

#[test]
fn an_update_makes_a_new_version_that_orders_must_name() {
	build_and_execute(|| {
		registered(1);
		let offer = published(terms());
		let running = ordered(offer, 1);
		let mut dearer = terms();
		dearer.unit_price = 2 * UNIT_PRICE;
		assert_ok!(Jobs::update_offer(signed(&owner()), offer, dearer));
		// A running job keeps what it was ordered under.
		assert_eq!(record(running).unit_price, UNIT_PRICE);
		assert_eq!(offer_record(offer).version, 2);
		assert_noop!(
			Jobs::order(
				signed(&customer()),
				offer,
				1,
				1,
				Balance::MAX,
				Default::default(),
				Default::default(),
				START + DEADLINE,
				None,
			),
			Error::<Test>::OfferChanged
		);
	});
}

#[test]
fn withdrawal_gives_the_deposit_back_and_running_jobs_go_on() {
	build_and_execute(|| {
		let job = job_at(Stage::Started);
		let offer = record(job).offer;
		assert_noop!(
			Jobs::withdraw_offer(signed(&stranger()), offer),
			Error::<Test>::NotTheMachinesOwner
		);
		let (total, held) = money(&owner());
		assert_ok!(Jobs::withdraw_offer(signed(&key(1)), offer));
		assert_eq!(money(&owner()), (total, held - OFFER_DEPOSIT));
		assert!(!Offers::<Test>::contains_key(offer));
		for gone in [offer, OfferId(7)] {
			assert_noop!(
				Jobs::withdraw_offer(signed(&owner()), gone),
				Error::<Test>::UnknownOffer
			);
			assert_noop!(
				Jobs::update_offer(signed(&owner()), gone, terms()),
				Error::<Test>::UnknownOffer
			);
		}
		assert_ok!(Jobs::deliver(signed(&key(1)), job, 5, Default::default()));
		assert_ok!(Jobs::approve(signed(&customer()), job, 5));
	});
}
