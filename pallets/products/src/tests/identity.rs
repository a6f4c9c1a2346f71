//! Keys are issued once, and a range is one record.

use crate::{
	gs1::{CompanyPrefix, Gtin},
	mock::*,
	Call, Error, Items, Prefixes, Ranges, State,
};
use codec::Encode;
use frame_support::{assert_noop, assert_ok};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn a_key_with_a_wrong_check_digit_is_refused() {
	build_and_execute(|| {
		let right = part().0;
		for wrong in [right + 1, right - 1] {
			assert_noop!(register(&SMITH, Gtin(wrong), "1"), Error::<Test>::BadGtin);
			assert_noop!(register_range(&SMITH, Gtin(wrong), "1", "2"), Error::<Test>::BadGtin);
			assert_noop!(register_lot(&SMITH, Gtin(wrong), "1", 5), Error::<Test>::BadGtin);
			assert_noop!(
				make(&SMITH, &[], &[new_item(Gtin(wrong), "1")], None),
				Error::<Test>::BadGtin
			);
		}
		// Fifteen digits, with the right prefix in the place of the last twelve.
		let long = Gtin(right + 100_000_000_000_000);
		assert_noop!(register(&SMITH, long, "1"), Error::<Test>::BadGtin);
		let unit = crate::gs1::Sscc(sscc(PARTS, 1).0 + 1);
		assert_ok!(register(&SMITH, part(), "1"));
		assert_noop!(pack(&SMITH, unit, &[item(part(), "1")]), Error::<Test>::BadSscc);
	});
}

#[test]
fn serials_lots_and_units_have_the_signs_that_labels_carry() {
	build_and_execute(|| {
		for bad in ["", "a b", "#"] {
			assert_noop!(register(&SMITH, part(), bad), Error::<Test>::BadSerial);
			assert_noop!(register_lot(&SMITH, steel(), bad, 5), Error::<Test>::BadLot);
		}
		assert_noop!(register_lot(&SMITH, steel(), "A", 0), Error::<Test>::BadQuantity);
		let line = new_lot(steel(), "A", "kg", 5);
		assert_noop!(make(&SMITH, &[], &[line], None), Error::<Test>::BadUnit);
	});
}

#[test]
fn no_serial_and_no_lot_is_issued_twice() {
	build_and_execute(|| {
		assert_ok!(register(&SMITH, part(), "A1"));
		assert_noop!(register(&SMITH, part(), "A1"), Error::<Test>::AlreadyRegistered);
		// Another kind, another width: another item.
		assert_ok!(register(&SMITH, steel(), "A1"));
		assert_ok!(register(&SMITH, part(), "007"));
		assert_ok!(register(&SMITH, part(), "7"));
		assert_noop!(register(&SMITH, part(), "007"), Error::<Test>::AlreadyRegistered);
		assert_ok!(register_lot(&SMITH, steel(), "A", 5));
		assert_noop!(register_lot(&SMITH, steel(), "A", 5), Error::<Test>::AlreadyRegistered);
	});
}

#[test]
fn ranges_do_not_overlap_each_other_or_single_items() {
	build_and_execute(|| {
		assert_ok!(register_range(&SMITH, part(), "0100", "0199"));
		for (first, last) in [
			("0100", "0199"),
			("0000", "0100"),
			("0199", "0300"),
			("0150", "0150"),
			("0000", "9999"),
		] {
			assert_noop!(
				register_range(&SMITH, part(), first, last),
				Error::<Test>::RangeOverlaps
			);
		}
		for serial in ["0100", "0150", "0199"] {
			assert_noop!(register(&SMITH, part(), serial), Error::<Test>::AlreadyRegistered);
		}
		assert_ok!(register(&SMITH, part(), "0099"));
		assert_ok!(register(&SMITH, part(), "0200"));
		assert_noop!(
			register_range(&SMITH, part(), "0090", "0099"),
			Error::<Test>::RangeOverlaps
		);
		assert_noop!(
			register_range(&SMITH, part(), "0200", "0300"),
			Error::<Test>::RangeOverlaps
		);
		assert_ok!(register_range(&SMITH, part(), "0201", "0201"));
		assert_ok!(register_range(&SMITH, part(), "0000", "0098"));
		// Other widths and other kinds are other numbers.
		assert_ok!(register_range(&SMITH, part(), "100", "199"));
		assert_ok!(register_range(&SMITH, part(), "00000", "99999"));
		assert_ok!(register_range(&SMITH, steel(), "0100", "0199"));
		assert_ok!(register_range(
			&SMITH,
			part(),
			"000000000000000000",
			"999999999999999999"
		));
	});
}

#[test]
fn the_serials_of_a_range_are_numbers_of_one_width() {
	build_and_execute(|| {
		for (first, last) in [
			("2", "1"),
			("1", "10"),
			("A1", "A9"),
			("", ""),
			("0000000000000000000", "0000000000000000009"),
		] {
			assert_noop!(register_range(&SMITH, part(), first, last), Error::<Test>::BadRange);
		}
	});
}

/// The range itself is not written when one of its items is touched.
#[test]
fn an_item_of_a_range_has_a_record_once_it_is_touched_alone() {
	build_and_execute(|| {
		assert_ok!(register_range(&SMITH, part(), "0100", "0199"));
		let key = Ranges::<Test>::iter_keys().next().expect("it is there");
		let before = Ranges::<Test>::get(key.0, key.1).encode();
		let (one, rich) = (item(part(), "0150"), Balances::free_balance(&SMITH));
		assert_eq!(Products::owner_of(&one), Some(SMITH));
		assert_eq!(Items::<Test>::iter().count(), 0);
		assert_ok!(transfer(&SMITH, one.clone(), &SMITH, &SHOP, 0));
		assert_eq!(Items::<Test>::iter().count(), 1);
		assert_eq!(Balances::free_balance(&SMITH), rich - TOUCH_FEE);
		assert_eq!(Products::owner_of(&one), Some(SHOP));
		assert_eq!(Products::owner_of(&item(part(), "0151")), Some(SMITH));
		assert_eq!(Ranges::<Test>::get(key.0, key.1).encode(), before);
		// What was touched alone goes alone, and is not paid for again.
		assert_ok!(transfer(&SMITH, range(part(), "0199"), &SMITH, &BUILDER, 0));
		assert_eq!(Products::owner_of(&one), Some(SHOP));
		assert_eq!(Products::owner_of(&item(part(), "0151")), Some(BUILDER));
		let rich = Balances::free_balance(&SHOP);
		assert_ok!(transfer(&SHOP, one.clone(), &SHOP, &BUILDER, 0));
		assert_eq!(Balances::free_balance(&SHOP), rich);
		assert_noop!(register(&SMITH, part(), "0150"), Error::<Test>::AlreadyRegistered);
	});
}

#[test]
fn only_its_owner_gives_something_away_and_only_what_is_there() {
	build_and_execute(|| {
		assert_ok!(register(&SMITH, part(), "A1"));
		let thing = item(part(), "A1");
		for thief in [&STRANGER, &key(MILL)] {
			assert_noop!(
				transfer(thief, thing.clone(), &SMITH, thief, 0),
				Error::<Test>::NotTheOwner
			);
		}
		assert_noop!(
			transfer(&STRANGER, thing.clone(), &STRANGER, &SHOP, 0),
			Error::<Test>::NotTheOwner
		);
		assert_noop!(
			transfer(&SMITH, thing.clone(), &SMITH, &SMITH, 0),
			Error::<Test>::SameOwner
		);
		assert_noop!(transfer(&SMITH, thing, &SMITH, &SHOP, 1), Error::<Test>::BadQuantity);
		assert_noop!(
			transfer(&SMITH, item(part(), "B2"), &SMITH, &SHOP, 0),
			Error::<Test>::UnknownThing
		);
		// The owner of a machine gives away what is the machine's.
		assert_ok!(register(&key(MILL), part(), "M1"));
		assert_ok!(transfer(&SMITH, item(part(), "M1"), &MILL.account(), &SHOP, 0));
	});
}

#[test]
fn a_lot_is_many_peoples() {
	build_and_execute(|| {
		assert_ok!(register_lot(&SMITH, steel(), "A", 1_000));
		let thing = lot(steel(), "A");
		assert_noop!(
			transfer(&SMITH, thing.clone(), &SMITH, &SHOP, 1_001),
			Error::<Test>::NotEnough
		);
		assert_noop!(
			transfer(&SMITH, thing.clone(), &SMITH, &SHOP, 0),
			Error::<Test>::BadQuantity
		);
		assert_noop!(
			transfer(&SHOP, thing.clone(), &SHOP, &SMITH, 1),
			Error::<Test>::NotTheOwner
		);
		let rich = Balances::free_balance(&SMITH);
		assert_ok!(transfer(&SMITH, thing.clone(), &SMITH, &SHOP, 400));
		assert_ok!(transfer(&SMITH, thing.clone(), &SMITH, &SHOP, 100));
		assert_eq!(Balances::free_balance(&SMITH), rich - TOUCH_FEE);
		assert_ok!(transfer(&SHOP, thing.clone(), &SHOP, &BUILDER, 500));
		let holders = Products::holders_of(thing, None).found;
		let mut parts: Vec<_> = holders.into_iter().map(|(_, who, part)| (who, part)).collect();
		parts.sort();
		assert_eq!(parts, [(SMITH, 500), (BUILDER, 500)]);
	});
}

#[test]
fn what_was_registered_by_mistake_is_withdrawn_while_nothing_has_happened_to_it() {
	build_and_execute(|| {
		assert_ok!(register(&SMITH, part(), "A1"));
		assert_ok!(register_range(&SMITH, part(), "10", "19"));
		assert_ok!(register_lot(&SMITH, steel(), "A", 5));
		let things = [item(part(), "A1"), range(part(), "19"), lot(steel(), "A")];
		for thing in things.clone() {
			assert_noop!(withdraw(&BUILDER, thing), Error::<Test>::ForeignPrefix);
		}
		for thing in things.clone() {
			assert_ok!(withdraw(&SMITH, thing.clone()));
			assert_noop!(withdraw(&SMITH, thing), Error::<Test>::UnknownThing);
		}
		// All of it may be registered again.
		assert_ok!(register(&SMITH, part(), "A1"));
		assert_ok!(register_range(&SMITH, part(), "10", "19"));
		assert_ok!(register_lot(&SMITH, steel(), "A", 5));
		assert_ok!(transfer(&SMITH, item(part(), "12"), &SMITH, &SHOP, 0));
		assert_noop!(withdraw(&SMITH, item(part(), "12")), Error::<Test>::PartOfARange);
		assert_noop!(withdraw(&SMITH, item(part(), "13")), Error::<Test>::PartOfARange);
		assert_noop!(withdraw(&SMITH, range(part(), "19")), Error::<Test>::InUse);
		assert_ok!(transfer(&SMITH, lot(steel(), "A"), &SMITH, &SHOP, 1));
		assert!(withdraw(&SMITH, lot(steel(), "A")).is_err());
		let key = TestTag::new(1).key();
		let (gtin, serial) = (part(), serial("A1"));
		assert_ok!(signed(&SMITH, Call::attach_tag { gtin, serial, key }));
		assert_noop!(withdraw(&SMITH, item(part(), "A1")), Error::<Test>::InUse);
		assert_ok!(transfer(&SMITH, item(part(), "A1"), &SMITH, &SHOP, 0));
		assert_noop!(withdraw(&SMITH, item(part(), "A1")), Error::<Test>::NotTheOwner);
		made(&SMITH, &[], &[new_item(part(), "Z")], None);
		assert_noop!(withdraw(&SMITH, item(part(), "Z")), Error::<Test>::InUse);
	});
}

/// Longest serial, and made by a making: with nothing else happening to it, it is never larger.
#[test]
fn an_item_that_stands_alone_takes_at_most_120_bytes_on_chain() {
	build_and_execute(|| {
		let longest = "ABCDEFGHIJKLMNOPQRST";
		made(&SMITH, &[], &[new_item(part(), longest)], None);
		let (gtin, key, record) = Items::<Test>::iter().next().expect("it is there");
		assert_eq!(record.state, State::Free);
		let size = Items::<Test>::hashed_key_for(gtin, key).len() + record.encode().len();
		assert!(size <= 120, "{size} bytes");
		assert_ok!(register_range(
			&SMITH,
			part(),
			"000000000000000000",
			"999999999999999999"
		));
		let (gtin, key, record) = Ranges::<Test>::iter().next().expect("it is there");
		let size = Ranges::<Test>::hashed_key_for(gtin, key).len() + record.encode().len();
		assert!(size <= 120, "a range: {size} bytes");
	});
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

	/// One ordered look finds what looking at each number would.
	#[test]
	fn a_serial_is_registered_if_and_only_if_it_is_free(
		wanted in proptest::collection::vec((0..100u32, 0..20u32, any::<bool>()), 1..40)
	) {
		build_and_execute(|| {
			let mut taken: BTreeMap<u32, usize> = BTreeMap::new();
			for (place, (first, more, alone)) in wanted.into_iter().enumerate() {
				let last = if alone { first } else { (first + more).min(99) };
				let is_free = (first..=last).all(|number| !taken.contains_key(&number));
				let (from, to) = (format!("{first:02}"), format!("{last:02}"));
				let done = if alone {
					register(&SMITH, part(), &from)
				} else {
					register_range(&SMITH, part(), &from, &to)
				};
				assert_eq!(done.is_ok(), is_free, "{from} to {to}");
				if is_free {
					taken.extend((first..=last).map(|number| (number, place)));
				}
			}
			for number in 0..100 {
				let found = Products::owner_of(&item(part(), &format!("{number:02}")));
				assert_eq!(found.is_some(), taken.contains_key(&number), "{number}");
			}
		});
	}

	/// The same of prefixes, of all lengths.
	#[test]
	fn a_prefix_is_assigned_if_and_only_if_none_begins_with_it_or_it_with_another(
		wanted in proptest::collection::vec("[0-2]{4,7}", 1..30)
	) {
		build_and_execute(|| {
			let mut taken: BTreeSet<String> = BTreeSet::new();
			for digits in wanted {
				let overlaps = |other: &String| other.starts_with(&digits) || digits.starts_with(other.as_str());
				let is_free = !taken.iter().any(overlaps);
				let prefix = CompanyPrefix::parse(digits.as_bytes()).expect("a prefix");
				assert_eq!(assign(&REGISTRANT, prefix, &SHOP).is_ok(), is_free, "{digits}");
				if is_free {
					taken.insert(digits);
				}
			}
			assert_eq!(Prefixes::<Test>::iter().count(), taken.len() + 2);
		});
	}
}
