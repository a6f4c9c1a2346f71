//! How what is too long ago is removed.

use crate::{mock::*, Error, Event, Names, Pairs};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

#[test]
fn a_pair_is_forgotten_after_ten_half_lives_and_its_name_keeps_the_rest() {
	build_and_execute(|| {
		Deal::over(DOUBT).settled();
		days_pass(1_799);
		assert_noop!(forget_pair(SUPPLIER, CUSTOMER), Error::<Test>::TooEarly);
		days_pass(1);
		assert_ok!(forget_pair(SUPPLIER, CUSTOMER));
		System::assert_last_event(
			Event::<Test>::PairForgotten {
				supplier: SUPPLIER,
				customer: CUSTOMER,
			}
			.into(),
		);
		let name = name(SUPPLIER);
		assert_eq!((name.forgotten, name.sums.settled), (DOUBT / 1_024, DOUBT / 1_024));
		assert_noop!(forget_pair(SUPPLIER, CUSTOMER), Error::<Test>::UnknownPair);
	});
}

#[test]
fn a_pair_that_has_given_since_is_not_forgotten() {
	build_and_execute(|| {
		Deal::over(DOUBT).settled();
		days_pass(1_000);
		Deal::over(BPI).settled();
		days_pass(1_000);
		assert_noop!(forget_pair(SUPPLIER, CUSTOMER), Error::<Test>::TooEarly);
	});
}

/// Else who has his pairs removed while they are light would never wear them out, and who has others' removed could take
/// small customers from their names.
#[test]
fn a_light_pair_is_not_forgotten_before_its_time() {
	build_and_execute(|| {
		Deal::over(1).settled();
		days_pass(1);
		assert_eq!(pair(SUPPLIER, CUSTOMER).on(20_001).given, 0);
		assert_noop!(forget_pair(SUPPLIER, CUSTOMER), Error::<Test>::TooEarly);
	});
}

#[test]
fn a_name_is_forgotten_when_it_says_nothing_and_nobody_has_a_pair_with_it() {
	build_and_execute(|| {
		assert_noop!(forget_name(SUPPLIER), Error::<Test>::UnknownName);
		Deal::over(DOUBT).settled();
		Deal::over(1).between(NEIGHBOUR, SUPPLIER).settled();
		days_pass(1_800);
		assert_noop!(forget_name(SUPPLIER), Error::<Test>::HasPairs);
		assert_ok!(forget_pair(SUPPLIER, CUSTOMER));
		assert_noop!(forget_name(SUPPLIER), Error::<Test>::HasPairs);
		assert_ok!(forget_pair(SUPPLIER, NEIGHBOUR));
		assert_ok!(forget_name(SUPPLIER));
		System::assert_last_event(Event::<Test>::NameForgotten { supplier: SUPPLIER }.into());
		assert_eq!((Names::<Test>::iter().count(), Pairs::<Test>::iter().count()), (0, 0));
		assert_eq!(score(SUPPLIER), PRIOR);
	});
}

#[test]
fn a_heavy_bad_name_outlives_its_pairs() {
	build_and_execute(|| {
		for customer in CROWD..CROWD + 3 {
			Deal::over(PAIR_LIMIT).between(customer, SUPPLIER).broken().settled();
		}
		days_pass(1_800);
		for customer in CROWD..CROWD + 3 {
			assert_ok!(forget_pair(SUPPLIER, customer));
		}
		assert_noop!(forget_name(SUPPLIER), Error::<Test>::TooEarly);
		// 3,000 tokens are no more than 100 / 1,024 after 14.91 half-lives.
		days_pass(883);
		assert_noop!(forget_name(SUPPLIER), Error::<Test>::TooEarly);
		days_pass(1);
		assert_ok!(forget_name(SUPPLIER));
	});
}

#[test]
fn forgetting_is_for_anybody_who_signs() {
	build_and_execute(|| {
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(
				Suppliers::forget_pair(origin.clone(), SUPPLIER, CUSTOMER),
				DispatchError::BadOrigin
			);
			assert_noop!(Suppliers::forget_name(origin, SUPPLIER), DispatchError::BadOrigin);
		}
	});
}
