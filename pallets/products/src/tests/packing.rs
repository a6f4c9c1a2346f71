//! Things in units, and units in units.

use crate::{mock::*, Error, Event, State, Thing, Units};
use frame_support::{assert_noop, assert_ok};

fn unit(number: u64) -> crate::gs1::Sscc {
	sscc(PARTS, number)
}

fn unit_thing(number: u64) -> Thing {
	Thing::Unit { sscc: unit(number) }
}

fn parts() -> [Thing; 3] {
	assert_ok!(register(&SMITH, part(), "A1"));
	assert_ok!(register_range(&SMITH, part(), "10", "99"));
	[item(part(), "A1"), item(part(), "12"), range(part(), "99")]
}

#[test]
fn what_is_packed_belongs_to_whom_the_unit_belongs_to() {
	build_and_execute(|| {
		let things = parts();
		assert_ok!(pack(&SMITH, unit(1), &things));
		assert_ok!(pack(&SMITH, unit(2), &[unit_thing(1)]));
		// One record is written, however much is in it.
		assert_ok!(transfer(&SMITH, unit_thing(2), &SMITH, &SHOP, 0));
		for thing in things.iter().chain(&[unit_thing(1), item(part(), "50")]) {
			assert_eq!(Products::owner_of(thing), Some(SHOP), "{thing:?}");
		}
		assert_noop!(unpack(&SHOP, unit(1), &things), Error::<Test>::IsPacked);
		assert_noop!(unpack(&SMITH, unit(2), &[unit_thing(1)]), Error::<Test>::NotTheOwner);
		assert_ok!(unpack(&SHOP, unit(2), &[unit_thing(1)]));
		assert!(!Units::<Test>::contains_key(unit(2)), "an empty unit is gone");
		assert_ok!(unpack(&SHOP, unit(1), &things[..2]));
		System::assert_last_event(
			Event::Unpacked {
				sscc: unit(1),
				owner: SHOP,
				things: things[..2].to_vec().try_into().expect("few"),
			}
			.into(),
		);
		assert_ok!(transfer(&SHOP, things[1].clone(), &SHOP, &STRANGER, 0));
		assert_eq!(
			Products::facts(things[2].clone()).expect("there").state,
			Some(State::Packed(unit(1)))
		);
		assert_ok!(unpack(&SHOP, unit(1), &things[2..]));
		assert_eq!(Products::owner_of(&item(part(), "50")), Some(SHOP));
		assert_eq!(Products::owner_of(&things[1]), Some(STRANGER));
	});
}

#[test]
fn what_is_packed_is_not_used_sold_or_packed_again() {
	build_and_execute(|| {
		let things = parts();
		assert_ok!(pack(&SMITH, unit(1), &things));
		for thing in things.iter().chain(&[item(part(), "50")]) {
			assert_noop!(
				transfer(&SMITH, thing.clone(), &SMITH, &SHOP, 0),
				Error::<Test>::IsPacked
			);
			assert_noop!(
				make(&SMITH, &[using(thing.clone(), 0)], &[new_item(steel(), "X")], None),
				Error::<Test>::IsPacked
			);
			assert_noop!(
				pack(&SMITH, unit(2), core::slice::from_ref(thing)),
				Error::<Test>::IsPacked
			);
		}
		assert_ok!(pack(&SMITH, unit(2), &[unit_thing(1)]));
		assert_noop!(pack(&SMITH, unit(3), &[unit_thing(1)]), Error::<Test>::IsPacked);
		assert_ok!(register(&SMITH, part(), "A2"));
		assert_noop!(pack(&SMITH, unit(1), &[item(part(), "A2")]), Error::<Test>::IsPacked);
		assert_noop!(
			transfer(&SMITH, unit_thing(1), &SMITH, &SHOP, 0),
			Error::<Test>::IsPacked
		);
		// Into the outer one it goes.
		assert_ok!(pack(&SMITH, unit(2), &[item(part(), "A2")]));
	});
}

#[test]
fn no_unit_is_in_itself_and_none_too_deep() {
	build_and_execute(|| {
		let things = parts();
		assert_ok!(pack(&SMITH, unit(1), &things[..1]));
		assert_noop!(pack(&SMITH, unit(1), &[unit_thing(1)]), Error::<Test>::InItself);
		for level in 2..=4 {
			assert_ok!(pack(&SMITH, unit(level), &[unit_thing(level - 1)]));
		}
		assert_noop!(pack(&SMITH, unit(1), &[unit_thing(4)]), Error::<Test>::IsPacked);
		assert_noop!(pack(&SMITH, unit(5), &[unit_thing(4)]), Error::<Test>::TooDeep);
		assert_eq!(Products::owner_of(&things[0]), Some(SMITH));
	});
}

#[test]
fn only_what_one_has_is_packed_and_taken_out() {
	build_and_execute(|| {
		let things = parts();
		assert_noop!(pack(&SMITH, unit(1), &[]), Error::<Test>::NothingPacked);
		assert_noop!(unpack(&SMITH, unit(1), &things[..1]), Error::<Test>::UnknownThing);
		for thief in [&BUILDER, &STRANGER] {
			assert_noop!(pack(thief, unit(1), &things), Error::<Test>::ForeignPrefix);
		}
		assert_noop!(pack(&BUILDER, sscc(GOODS, 1), &things), Error::<Test>::NotTheOwner);
		assert_ok!(register_lot(&SMITH, steel(), "A", 5));
		assert_noop!(
			pack(&SMITH, unit(1), &[lot(steel(), "A")]),
			Error::<Test>::LotsAreNotPacked
		);
		assert_noop!(
			pack(&SMITH, unit(1), &[item(part(), "none")]),
			Error::<Test>::UnknownThing
		);
		assert_ok!(pack(&SMITH, unit(1), &things));
		assert_noop!(
			pack(&SMITH, unit(2), &[things[0].clone(), things[0].clone()]),
			Error::<Test>::IsPacked
		);
		assert_noop!(unpack(&SMITH, unit(1), &[]), Error::<Test>::NothingPacked);
		assert_noop!(
			unpack(&SMITH, unit(1), &[item(part(), "50")]),
			Error::<Test>::NotInThere
		);
		let twice = [things[0].clone(), things[0].clone()];
		assert_noop!(unpack(&SMITH, unit(1), &twice), Error::<Test>::NotInThere);
		assert_ok!(lock(&SMITH, &unit_thing(1), 1, 7));
		assert_noop!(unpack(&SMITH, unit(1), &things), Error::<Test>::OnItsWay);
		assert_noop!(pack(&SMITH, unit(1), &[item(part(), "50")]), Error::<Test>::OnItsWay);
		assert_noop!(pack(&SMITH, unit(2), &[unit_thing(1)]), Error::<Test>::OnItsWay);
	});
}

#[test]
fn a_unit_has_so_much_room() {
	build_and_execute(|| {
		assert_ok!(register_range(&SMITH, part(), "00", "99"));
		let all: Vec<_> = (0..65).map(|number| item(part(), &format!("{number:02}"))).collect();
		assert_ok!(pack(&SMITH, unit(1), &all[..64]));
		assert_noop!(pack(&SMITH, unit(1), &all[64..]), Error::<Test>::UnitIsFull);
	});
}
