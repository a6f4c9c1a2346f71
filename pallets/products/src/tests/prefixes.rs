//! Nobody issues under another's prefix.

use crate::{gs1::CompanyPrefix, mock::*, Call, Error, HoldReason, Role, ROOM_OF_LOT, ROOM_OF_MAKING, ROOM_OF_UNIT};
use frame_support::{assert_noop, assert_ok, traits::fungible::InspectHold};

fn prefix(digits: &str) -> CompanyPrefix {
	CompanyPrefix::parse(digits.as_bytes()).expect("a prefix")
}

fn held(reason: HoldReason, who: &AccountId) -> u128 {
	Balances::balance_on_hold(&reason.into(), who)
}

#[test]
fn no_prefix_begins_with_another_one() {
	build_and_execute(|| {
		for taken in [
			"950600",
			"9506001",
			"95060",
			"950600123456",
			"4012345",
			"401234512345",
			"4012",
		] {
			assert_noop!(assign(&REGISTRANT, prefix(taken), &SHOP), Error::<Test>::PrefixTaken);
		}
		for free in ["950601", "950599", "4012344", "4012346", "0000", "9999", "000096385074"] {
			if free == "000096385074" {
				// It begins with four zeros.
				assert_noop!(assign(&REGISTRANT, prefix(free), &SHOP), Error::<Test>::PrefixTaken);
			} else {
				assert_ok!(assign(&REGISTRANT, prefix(free), &SHOP));
			}
		}
		assert_eq!(held(HoldReason::Prefix, &REGISTRANT), 8 * PREFIX_DEPOSIT);
	});
}

#[test]
fn a_prefix_has_four_to_twelve_digits() {
	build_and_execute(|| {
		for (digits, length) in [(123, 3), (10_000, 4), (1, 13), (1, 0)] {
			assert_noop!(
				assign(&REGISTRANT, CompanyPrefix { digits, length }, &SHOP),
				Error::<Test>::BadPrefix
			);
		}
	});
}

#[test]
fn only_who_is_accredited_assigns_and_only_while_he_is() {
	build_and_execute(|| {
		assert_noop!(
			assign(&STRANGER, prefix("1234"), &STRANGER),
			Error::<Test>::NotAccredited
		);
		assert_noop!(
			assign(&CERTIFIER, prefix("1234"), &STRANGER),
			Error::<Test>::NotAccredited
		);
		let (who, role) = (REGISTRANT, Role::Registrant);
		let until = Timestamp::get();
		assert_noop!(
			root(Call::accredit {
				who: who.clone(),
				role,
				until
			}),
			Error::<Test>::AlreadyOver
		);
		let until = until + 1;
		assert_ok!(root(Call::accredit {
			who: who.clone(),
			role,
			until
		}));
		assert_ok!(assign(&REGISTRANT, prefix("1234"), &SHOP));
		time_passes(1);
		assert_noop!(assign(&REGISTRANT, prefix("1235"), &SHOP), Error::<Test>::NotAccredited);
		assert_ok!(root(Call::withdraw_accreditation { who: who.clone(), role }));
		assert_noop!(
			root(Call::withdraw_accreditation { who, role }),
			Error::<Test>::NotAccredited
		);
		// What he has assigned stays.
		assert_ok!(register(&SMITH, part(), "1"));
	});
}

#[test]
fn nobody_issues_under_a_foreign_prefix_or_under_none() {
	build_and_execute(|| {
		for who in [&BUILDER, &STRANGER, &REGISTRANT, &key(PRESS)] {
			assert_noop!(register(who, part(), "1"), Error::<Test>::ForeignPrefix);
			assert_noop!(register_range(who, part(), "1", "9"), Error::<Test>::ForeignPrefix);
			assert_noop!(register_lot(who, steel(), "A", 1), Error::<Test>::ForeignPrefix);
			assert_noop!(
				make(who, &[], &[new_item(part(), "1")], None),
				Error::<Test>::ForeignPrefix
			);
		}
		assert_noop!(
			make(&SMITH, &[], &[new_item(part(), "1"), new_item(engine(), "1")], None),
			Error::<Test>::ForeignPrefix
		);
		let nobodys = gtin(prefix("7777"), 1);
		assert_noop!(register(&SMITH, nobodys, "1"), Error::<Test>::UnknownPrefix);
		// A machine of the holder's does.
		assert_ok!(register(&key(MILL), part(), "1"));
		assert_eq!(Products::owner_of(&item(part(), "1")), Some(MILL.account()));
		sold(MILL, &BUILDER);
		assert_noop!(register(&key(MILL), part(), "2"), Error::<Test>::ForeignPrefix);
	});
}

#[test]
fn what_was_revoked_issues_nothing_and_can_be_released_by_its_registrant() {
	build_and_execute(|| {
		let new = prefix("1234");
		assert_ok!(assign(&REGISTRANT, new, &SHOP));
		assert_noop!(
			signed(&REGISTRANT, Call::release_prefix { prefix: new }),
			Error::<Test>::NotTheHolder
		);
		assert_ok!(set_room(&SHOP, new, 5));
		assert_eq!(held(HoldReason::Room, &SHOP), 5 * RECORD_DEPOSIT);
		assert_noop!(
			signed(&SHOP, Call::revoke_prefix { prefix: new }),
			Error::<Test>::NotTheRegistrant
		);
		assert_ok!(register(&SHOP, gtin(new, 1), "1"));
		assert_ok!(signed(&REGISTRANT, Call::revoke_prefix { prefix: new }));
		assert_noop!(
			signed(&REGISTRANT, Call::revoke_prefix { prefix: new }),
			Error::<Test>::AlreadyRevoked
		);
		assert_noop!(register(&SHOP, gtin(new, 1), "2"), Error::<Test>::PrefixRevoked);
		assert_noop!(
			signed(&REGISTRANT, Call::release_prefix { prefix: new }),
			Error::<Test>::InUse
		);
		assert_ok!(withdraw(&SHOP, item(gtin(new, 1), "1")));
		assert_noop!(
			signed(&STRANGER, Call::release_prefix { prefix: new }),
			Error::<Test>::NotTheHolder
		);
		assert_ok!(signed(&REGISTRANT, Call::release_prefix { prefix: new }));
		assert_eq!(held(HoldReason::Room, &SHOP), 0);
		assert_eq!(held(HoldReason::Prefix, &REGISTRANT), 2 * PREFIX_DEPOSIT);
		assert_noop!(
			signed(&SHOP, Call::release_prefix { prefix: new }),
			Error::<Test>::UnknownPrefix
		);
	});
}

#[test]
fn there_is_as_much_room_as_was_paid_for() {
	build_and_execute(|| {
		let new = prefix("1234");
		assert_ok!(assign(&REGISTRANT, new, &SHOP));
		assert_noop!(register(&SHOP, gtin(new, 1), "1"), Error::<Test>::NoRoom);
		assert_noop!(set_room(&STRANGER, new, 1), Error::<Test>::NotTheHolder);
		// For the item and how it was made.
		assert_ok!(set_room(&SHOP, new, 1 + ROOM_OF_MAKING));
		assert_ok!(make(&SHOP, &[], &[new_item(gtin(new, 1), "1")], None));
		assert_noop!(register(&SHOP, gtin(new, 1), "2"), Error::<Test>::NoRoom);
		assert_noop!(set_room(&SHOP, new, ROOM_OF_MAKING), Error::<Test>::RoomInUse);
		assert!(set_room(&SHOP, new, u32::MAX).is_err(), "he is not that rich");
		assert_ok!(set_room(&SHOP, new, 2 + ROOM_OF_MAKING));
		assert_ok!(register(&SHOP, gtin(new, 1), "2"));
		// A lot and a unit take more; what is withdrawn or empty takes none.
		assert_noop!(register_lot(&SHOP, gtin(new, 1), "L", 5), Error::<Test>::NoRoom);
		assert_ok!(set_room(&SHOP, new, 2 + ROOM_OF_MAKING + ROOM_OF_LOT));
		assert_ok!(register_lot(&SHOP, gtin(new, 1), "L", 5));
		let (unit, things) = (sscc(new, 1), [item(gtin(new, 1), "2")]);
		assert_noop!(pack(&SHOP, unit, &things), Error::<Test>::NoRoom);
		assert_ok!(withdraw(&SHOP, lot(gtin(new, 1), "L")));
		assert_ok!(set_room(&SHOP, new, 2 + ROOM_OF_MAKING + ROOM_OF_UNIT));
		assert_ok!(pack(&SHOP, unit, &things));
		assert_ok!(unpack(&SHOP, unit, &things));
		assert_ok!(set_room(&SHOP, new, 2 + ROOM_OF_MAKING));
	});
}
