//! Profiles and their deposits.

use crate::{mock::*, Error, Event, HoldReason, Profile, Suppliers as Records};
use frame_support::{assert_noop, assert_ok, traits::fungible::InspectHold};
use sp_runtime::{DispatchError, TokenError};

fn deposit_of(who: u64) -> u128 {
	Balances::balance_on_hold(&HoldReason::Profile.into(), &who)
}

#[test]
fn a_profile_is_published_changed_and_removed() {
	build_and_execute(|| {
		assert_ok!(publish(SUPPLIER, SUPPLIER, oil()));
		System::assert_last_event(
			Event::<Test>::ProfilePublished {
				supplier: SUPPLIER,
				depositor: SUPPLIER,
			}
			.into(),
		);
		assert_eq!(deposit_of(SUPPLIER), DEPOSIT);
		let before = Records::<Test>::get(SUPPLIER).expect("published");
		assert_eq!((before.version, before.profile), (1, oil()));

		let other = profile(&["bearings"], &["FR"]);
		assert_ok!(update(SUPPLIER, SUPPLIER, other.clone()));
		System::assert_last_event(
			Event::<Test>::ProfileUpdated {
				supplier: SUPPLIER,
				version: 2,
			}
			.into(),
		);
		let after = Records::<Test>::get(SUPPLIER).expect("published");
		assert_eq!((after.version, after.profile), (2, other));
		assert_eq!(after.place, before.place);
		assert_eq!(deposit_of(SUPPLIER), DEPOSIT);

		assert_ok!(remove(SUPPLIER, SUPPLIER));
		System::assert_last_event(
			Event::<Test>::ProfileRemoved {
				supplier: SUPPLIER,
				depositor: SUPPLIER,
			}
			.into(),
		);
		assert_eq!(deposit_of(SUPPLIER), 0);
		assert!(!Records::<Test>::contains_key(SUPPLIER));
	});
}

#[test]
fn a_machine_is_published_by_its_key_or_its_owner_who_pays() {
	build_and_execute(|| {
		assert_ok!(publish(ROBOT + 1_000, ROBOT, oil()));
		assert_ok!(publish(OWNER, PRINTER, oil()));
		assert_eq!((deposit_of(ROBOT), deposit_of(OWNER)), (DEPOSIT, DEPOSIT));
		assert_ok!(update(OWNER, ROBOT, oil()));
		assert_ok!(update(PRINTER + 1_000, PRINTER, oil()));
		assert_ok!(remove(OWNER, ROBOT));
		assert_eq!(deposit_of(ROBOT), 0);
	});
}

#[test]
fn a_machine_that_was_sold_is_its_new_owners_and_the_deposit_its_payers() {
	build_and_execute(|| {
		assert_ok!(publish(OWNER, ROBOT, oil()));
		sold(ROBOT, STRANGER);
		assert_noop!(update(OWNER, ROBOT, oil()), Error::<Test>::NotTheSupplier);
		assert_ok!(update(STRANGER, ROBOT, oil()));
		assert_ok!(remove(OWNER, ROBOT));
		assert_eq!(deposit_of(OWNER), 0);
		assert_ok!(publish(STRANGER, ROBOT, oil()));
	});
}

#[test]
fn nobody_speaks_for_another() {
	build_and_execute(|| {
		assert_noop!(publish(STRANGER, SUPPLIER, oil()), Error::<Test>::NotTheSupplier);
		assert_noop!(publish(PRINTER + 1_000, ROBOT, oil()), Error::<Test>::NotTheSupplier);
		assert_ok!(publish(SUPPLIER, SUPPLIER, oil()));
		assert_noop!(update(STRANGER, SUPPLIER, oil()), Error::<Test>::NotTheSupplier);
		assert_noop!(remove(STRANGER, SUPPLIER), Error::<Test>::NotTheSupplier);
		let root = RuntimeOrigin::root;
		assert_noop!(
			Suppliers::publish_profile(root(), SUPPLIER, oil()),
			DispatchError::BadOrigin
		);
		assert_noop!(
			Suppliers::update_profile(root(), SUPPLIER, oil()),
			DispatchError::BadOrigin
		);
		assert_noop!(Suppliers::remove_profile(root(), SUPPLIER), DispatchError::BadOrigin);
	});
}

#[test]
fn a_profile_is_published_once_and_must_be_there_to_be_changed() {
	build_and_execute(|| {
		assert_noop!(update(SUPPLIER, SUPPLIER, oil()), Error::<Test>::UnknownSupplier);
		assert_noop!(remove(SUPPLIER, SUPPLIER), Error::<Test>::UnknownSupplier);
		assert_ok!(publish(SUPPLIER, SUPPLIER, oil()));
		assert_noop!(publish(SUPPLIER, SUPPLIER, oil()), Error::<Test>::AlreadyPublished);
	});
}

#[test]
fn who_cannot_pay_the_deposit_has_no_profile() {
	build_and_execute(|| {
		assert_noop!(publish(77, 77, oil()), TokenError::FundsUnavailable);
	});
}

#[test]
fn categories_are_words_and_areas_regions() {
	build_and_execute(|| {
		assert_ok!(publish(SUPPLIER, SUPPLIER, oil()));
		let refused = |bad: Profile, error: Error<Test>| {
			assert_noop!(publish(STRANGER, STRANGER, bad.clone()), error);
			let done = update(SUPPLIER, SUPPLIER, bad);
			assert!(done.is_err(), "an update takes what a publication does not");
		};
		refused(profile(&[], &["DE"]), Error::<Test>::BadCategories);
		refused(profile(&["oil", ""], &["DE"]), Error::<Test>::BadCategories);
		refused(profile(&["oil"], &["Brem"]), Error::<Test>::BadAreas);
		refused(profile(&["oil"], &["DE", ""]), Error::<Test>::BadAreas);
		assert_ok!(publish(STRANGER, STRANGER, profile(&["oil"], &[])));
	});
}
