//! Finding listings, bookings and free time: asked as a client asks, through the runtime API and its encoding.

use crate::{
	calendar::{is_open, open_spans},
	mock::*,
	runtime_api::{BookingPage, FreeTime, ListingPage},
	Actions, Calendar, Call, Closure, Denied, EndKey, ListingId, ListingRank, ListingTerms, Right, Target, WeekWindow,
};
use bpiiot_primitives::{AssetKind, UnixMillis};
use bpiiot_primitives::{Category, Region};
use codec::{Decode, Encode};
use frame_support::assert_ok;
use proptest::prelude::*;
use sp_runtime::{traits::Block as BlockT, ExtrinsicInclusionMode};

type Block = <Test as frame_system::Config>::Block;

sp_api::impl_runtime_apis! {
	impl sp_api::Core<Block> for Test {
		fn version() -> sp_version::RuntimeVersion {
			Default::default()
		}

		fn execute_block(_: <Block as BlockT>::LazyBlock) {}

		fn initialize_block(_: &<Block as BlockT>::Header) -> ExtrinsicInclusionMode {
			ExtrinsicInclusionMode::AllExtrinsics
		}
	}

	impl crate::runtime_api::RentalsApi<Block, AccountId> for Test {
		fn can_access(
			target: Target,
			account: AccountId,
			actions: Actions,
			at: UnixMillis,
		) -> Result<Right, Denied> {
			Rentals::can_access(target, &account, actions, at)
		}

		fn listings_by(
			category: Category,
			area: Region,
			asset: AssetKind,
			max_hourly: Option<Balance>,
			cursor: Option<ListingRank>,
		) -> ListingPage<AccountId> {
			Rentals::listings_by(category, area, asset, max_hourly, cursor)
		}

		fn bookings_of(listing: ListingId, from: UnixMillis, until: UnixMillis) -> BookingPage {
			Rentals::bookings_of(listing, from, until)
		}

		fn free_time_of(listing: ListingId, from: UnixMillis, until: UnixMillis) -> FreeTime {
			Rentals::free_time_of(listing, from, until)
		}
	}
}

/// What a node answers to `state_call`.
fn ask<Answer: Decode>(method: &str, arguments: impl Encode) -> Answer {
	let answer = api::dispatch(method, &arguments.encode()).expect("the runtime has it");
	Answer::decode(&mut answer.as_slice()).expect("it is of this type")
}

fn listings(area: &str, max_hourly: Option<Balance>, cursor: Option<ListingRank>) -> ListingPage<AccountId> {
	let (category, area): (Category, Region) = (text("3d-printer"), text(area));
	ask(
		"RentalsApi_listings_by",
		(category, area, AssetKind::Native, max_hourly, cursor),
	)
}

fn ids(area: &str) -> Vec<ListingId> {
	listings(area, None, None)
		.listings
		.iter()
		.map(|found| found.id)
		.collect()
}

/// Between so many hours after the beginning.
fn free(listing: ListingId, from: u64, until: u64) -> (Vec<(u64, u64)>, Option<u64>) {
	let answer: FreeTime = ask(
		"RentalsApi_free_time_of",
		(listing, START + from * HOUR, START + until * HOUR),
	);
	let hours = |moment: u64| (moment - START) / HOUR;
	let spans = answer
		.spans
		.into_iter()
		.map(|(from, until)| (hours(from), hours(until)));
	(spans.collect(), answer.next.map(hours))
}

#[test]
fn listings_are_found_by_category_and_area_the_cheapest_hour_first() {
	build_and_execute(|| {
		registered(1);
		registered(2);
		let with = |area: &str, price, hours: u64| {
			let mut terms = ListingTerms {
				area: text(area),
				..terms()
			};
			terms.rental.price = price;
			terms.rental.period = hours * HOUR;
			terms.rental.overdue_price = DEPOSIT;
			terms
		};
		let in_bremen = listed_of(1, with("DE-HB", 900, 1));
		// Dearer, but for two hours.
		let in_germany = listed_of(1, with("DE", 1_400, 2));
		let anywhere = listed_of(2, with("", 800, 1));
		assert_eq!(ids(""), [in_germany, anywhere, in_bremen]);
		assert_eq!(ids("DE"), [in_germany, in_bremen]);
		assert_eq!(ids("DE-HB"), [in_bremen]);
		assert_eq!(ids("FR"), []);
		assert_eq!(listings("", Some(850), None).listings.len(), 2);
		// Out of service, withdrawn, changed.
		assert_ok!(Machines::set_service(RuntimeOrigin::signed(owner()), machine(2), false));
		assert_eq!(ids(""), [in_germany, in_bremen]);
		let listing = in_germany;
		assert_ok!(signed(&owner(), Call::withdraw_listing { listing }));
		let (listing, terms) = (in_bremen, with("FR", 500, 1));
		assert_ok!(signed(&owner(), Call::update_listing { listing, terms }));
		assert_eq!((ids("DE"), ids("FR")), (vec![], vec![in_bremen]));
	});
}

#[test]
fn a_page_is_bounded_and_every_listing_is_on_one() {
	build_and_execute(|| {
		let mut published = vec![];
		for seed in 1..=24 {
			registered_for(&one_of_many(u32::from(seed) % MANY), seed);
			for nth in 0..2u8 {
				let mut terms = terms();
				terms.rental.price = 1_000 + Balance::from(seed * 7 % 11 + nth);
				let price = terms.rental.price;
				published.push((price, listed_of(seed, terms)));
			}
		}
		published.sort_unstable();
		let first = listings("DE", None, None);
		assert_eq!(first.listings.len(), 32);
		let second = listings("DE", None, first.next);
		assert_eq!(second.next, None);
		let all = first.listings.into_iter().chain(second.listings).map(|found| found.id);
		let published: Vec<_> = published.into_iter().map(|(_, id)| id).collect();
		assert_eq!(all.collect::<Vec<_>>(), published);
	});
}

#[test]
fn bookings_between_two_moments_are_those_that_touch_them() {
	build_and_execute(|| {
		let listing = listed(terms());
		let hours = [2, 6, 10, 14];
		let rentals = hours.map(|hour| rented_by(&renter(), renting_at(listing, hour * HOUR, 3)));
		let between = |from: u64, until: u64| {
			let page: BookingPage = ask("RentalsApi_bookings_of", (listing, START + from, START + until));
			assert_eq!(page.next, None);
			page.bookings
				.into_iter()
				.map(|booked| booked.rental)
				.collect::<Vec<_>>()
		};
		assert_eq!(between(0, DAY), rentals);
		assert_eq!(between(5 * HOUR, 14 * HOUR), rentals[1..3]);
		assert_eq!(between(5 * HOUR - 1, 14 * HOUR + 1), rentals);
		assert_eq!(between(9 * HOUR, 10 * HOUR), []);
		assert_eq!(between(DAY, 0), []);
		let nothing: BookingPage = ask("RentalsApi_bookings_of", (ListingId(1), 0u64, u64::MAX));
		assert_eq!(nothing, BookingPage::default());
	});
}

#[test]
fn many_bookings_come_in_pages() {
	build_and_execute(|| {
		let listing = listed(terms());
		for nth in 0..100 {
			assert_ok!(signed(
				&one_of_many(nth as u32 % MANY),
				renting_at(listing, (3 * nth + 1) * HOUR, 2)
			));
		}
		let until = START + 300 * HOUR;
		let first: BookingPage = ask("RentalsApi_bookings_of", (listing, START, until));
		let second: BookingPage = ask("RentalsApi_bookings_of", (listing, first.next.expect("more"), until));
		assert_eq!(
			(first.bookings.len(), second.bookings.len(), second.next),
			(64, 36, None)
		);
		assert_eq!(second.bookings[0].start, START + (3 * 64 + 1) * HOUR);
		// Free time is as far known as bookings were looked at.
		let (spans, next) = free(listing, 0, 300);
		assert_eq!((spans.len(), next), (64, Some(3 * 64)));
		let (spans, next) = free(listing, 3 * 64, 300);
		assert_eq!((spans.len(), next), (36, None));
	});
}

#[test]
fn free_time_is_open_and_not_booked() {
	build_and_execute(|| {
		let mut terms = terms();
		// Weekdays from 8 to 18; the second day is a holiday.
		let day = |nth: u16| WeekWindow {
			from: (24 * nth + 8) * 60,
			until: (24 * nth + 18) * 60,
		};
		let closure = Closure {
			from: START + DAY,
			until: START + 2 * DAY,
		};
		terms.calendar = Calendar {
			week: (0..5).map(day).collect::<Vec<_>>().try_into().expect("five"),
			closures: vec![closure].try_into().expect("one"),
		};
		let listing = listed(terms);
		assert_ok!(signed(&renter(), renting(listing)));
		assert_ok!(signed(&rival(), renting_at(listing, (48 + 8) * HOUR, 2)));
		let (spans, next) = free(listing, 0, 7 * 24);
		assert_eq!(next, None);
		assert_eq!(
			spans,
			[
				(8, 10),
				(14, 18),
				(48 + 10, 48 + 18),
				(72 + 8, 72 + 18),
				(96 + 8, 96 + 18)
			]
		);
		assert_eq!(free(listing, 9, 15).0, [(9, 10), (14, 15)]);
		assert_eq!(free(listing, 11, 13).0, []);
		assert_eq!(free(listing, 13, 11), (vec![], None));
		// The next Monday too; no more than five weeks at once.
		assert_eq!(free(listing, 7 * 24, 8 * 24).0, [(7 * 24 + 8, 7 * 24 + 18)]);
		assert_eq!(free(listing, 0, 36 * 24).1, Some(35 * 24));
	});
}

#[test]
fn all_the_time_is_one_span() {
	build_and_execute(|| {
		let listing = listed(terms());
		assert_eq!(free(listing, 0, 100), (vec![(0, 100)], None));
		let mut whole = terms();
		let window = |from, until| WeekWindow { from, until };
		// The same, said in another way.
		whole.calendar.week = vec![window(0, 5_000), window(5_000, 10_080)].try_into().expect("two");
		let listing = listed(whole);
		assert_eq!(free(listing, 0, 400), (vec![(0, 400)], None));
	});
}

#[test]
fn access_is_asked_for_by_the_api() {
	build_and_execute(|| {
		let rental = active();
		let asked = |who: AccountId| -> Result<Right, Denied> {
			let target = Target::Rental(rental);
			ask("RentalsApi_can_access", (target, who, Actions::ENTER, START + FROM))
		};
		assert!(asked(renter()).is_ok());
		assert_eq!(asked(stranger()), Err(Denied::NotAUser));
	});
}

fn calendars() -> impl Strategy<Value = Calendar> {
	let week = proptest::collection::btree_set(0..10_080u16, 0..12);
	let closed = proptest::collection::btree_set(0..21 * 24u64, 0..6);
	(week, closed).prop_map(|(week, closed)| {
		let pairs = |all: Vec<u64>| -> Vec<(u64, u64)> { all.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect() };
		let week = pairs(week.into_iter().map(u64::from).collect());
		let week: Vec<_> = week
			.into_iter()
			.map(|(from, until)| WeekWindow {
				from: from as u16,
				until: until as u16,
			})
			.collect();
		let closures: Vec<_> = pairs(closed.into_iter().collect())
			.into_iter()
			.map(|(from, until)| Closure {
				from: START + from * HOUR,
				until: START + until * HOUR,
			})
			.collect();
		Calendar {
			week: week.try_into().expect("six at most"),
			closures: closures.try_into().expect("three at most"),
		}
	})
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

	/// The open spans are exactly the minutes that are open, and none of them touches the next.
	#[test]
	fn open_spans_are_what_is_open(calendar in calendars(), from in 0..20_000u64, length in 1..20_000u64) {
		let (from, until) = (START + from * MINUTE, START + (from + length) * MINUTE);
		let spans = open_spans(&calendar, from, until);
		for pair in spans.windows(2) {
			prop_assert!(pair[0].1 < pair[1].0 || !is_open(&calendar, pair[0].0, pair[1].1));
		}
		for (start, end) in &spans {
			prop_assert!(from <= *start && *end <= until && is_open(&calendar, *start, *end));
		}
		let open: u64 = spans.iter().map(|(start, end)| end - start).sum();
		let minutes = (from..until).step_by(MINUTE as usize);
		let counted = minutes.filter(|minute| is_open(&calendar, *minute, minute + MINUTE)).count();
		prop_assert_eq!(open, counted as u64 * MINUTE);
	}

	/// Keys sort as times and prices do.
	#[test]
	fn keys_sort_as_they_should(one in any::<(u128, u64)>(), other in any::<(u128, u64)>()) {
		let rank = |(price, id)| ListingRank::at(price, ListingId(id));
		prop_assert_eq!(rank(one).encode().cmp(&rank(other).encode()), one.cmp(&other));
		prop_assert_eq!((rank(one).hourly(), rank(one).listing()), (one.0, ListingId(one.1)));
		let key = |(_, end)| EndKey::new(end);
		prop_assert_eq!(key(one).encode().cmp(&key(other).encode()), one.1.cmp(&other.1));
		prop_assert_eq!(key(one).end(), one.1);
	}
}
