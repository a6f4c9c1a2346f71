//! What clients find.

use super::recalls::{chain, marked};
use crate::{mock::*, runtime_api::Page, At, Scope, State, Thing};
use frame_support::assert_ok;
use std::collections::BTreeSet;

/// All pages of a query.
fn all<Found, Cursor>(query: impl Fn(Option<Cursor>) -> Page<Found, Cursor>) -> (Vec<Found>, usize) {
	let (mut found, mut cursor, mut pages) = (Vec::new(), None, 0);
	loop {
		let page = query(cursor);
		found.extend(page.found);
		pages += 1;
		cursor = page.next;
		if cursor.is_none() {
			return (found, pages);
		}
	}
}

#[test]
fn all_that_a_thing_was_made_of_is_found_once() {
	build_and_execute(|| {
		// A lattice: each level is made of both of the level before, so that the number of ways grows without bound.
		for name in ["0a", "0b"] {
			assert_ok!(register_lot(&SMITH, steel(), name, 1_000));
		}
		let mut expected = BTreeSet::new();
		for level in 0..40 {
			for side in ["a", "b"] {
				let inputs = ["a", "b"].map(|other| using(lot(steel(), &format!("{level}{other}")), 1));
				let name = format!("{}{side}", level + 1);
				expected.insert(made(&SMITH, &inputs, &[new_lot(steel(), &name, "KGM", 2)], None));
			}
		}
		let last = lot(steel(), "40a");
		let (found, pages) = all(|cursor| Products::made_of(last.clone(), cursor));
		let ids: Vec<_> = found.iter().map(|(id, _)| *id).collect();
		let mut ordered = ids.clone();
		ordered.sort_by(|one, other| other.cmp(one));
		assert_eq!(ids, ordered, "the youngest first");
		let other = Products::making_of(&lot(steel(), "40b")).expect("made");
		expected.remove(&other);
		assert_eq!(ids.into_iter().collect::<BTreeSet<_>>(), expected);
		assert_eq!(pages, 3);
		assert_eq!(Products::made_of(lot(steel(), "0a"), None).found.len(), 0);
		// Downwards as well: of the first lot all was made.
		let (found, _) = all(|cursor| Products::made_from(lot(steel(), "0a"), cursor));
		let mut everything: Vec<_> = crate::Makings::<Test>::iter_keys().collect();
		everything.sort();
		assert_eq!(found, everything, "the oldest first");
		assert_eq!(all(|cursor| Products::made_from(lot(steel(), "40a"), cursor)).0, []);
	});
}

#[test]
fn all_uses_of_a_lot_are_found_whoever_used_it() {
	build_and_execute(|| {
		assert_ok!(register_lot(&SMITH, steel(), "A", 1_000));
		assert_ok!(transfer(&SMITH, lot(steel(), "A"), &SMITH, &BUILDER, 500));
		let mut expected = BTreeSet::new();
		for number in 0..50 {
			let of_smith = new_item(part(), &format!("P{number}"));
			let of_builder = new_item(engine(), &format!("E{number}"));
			for (who, output) in [(&SMITH, of_smith), (&BUILDER, of_builder)] {
				expected.insert(made(who, &[using(lot(steel(), "A"), 1)], &[output], None));
			}
		}
		let (found, pages) = all(|cursor| Products::uses_of(lot(steel(), "A"), cursor));
		assert_eq!(found.len(), 100);
		assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected);
		assert_eq!(pages, 2);
	});
}

#[test]
fn all_uses_of_a_ranges_items_are_found_and_those_of_no_other() {
	build_and_execute(|| {
		assert_ok!(register_range(&SMITH, part(), "100", "199"));
		for outside in ["099", "200"] {
			assert_ok!(register(&SMITH, part(), outside));
			made(
				&SMITH,
				&[using(item(part(), outside), 0)],
				&[new_item(steel(), outside)],
				None,
			);
		}
		let mut expected = BTreeSet::new();
		for number in (100..200).step_by(2) {
			let name = number.to_string();
			let output = new_item(steel(), &name);
			expected.insert(made(&SMITH, &[using(item(part(), &name), 0)], &[output], None));
			assert_ok!(transfer(
				&SMITH,
				item(part(), &(number + 1).to_string()),
				&SMITH,
				&SHOP,
				0
			));
		}
		let (found, _) = all(|cursor| Products::uses_of(range(part(), "199"), cursor));
		assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected);
		let (holders, pages) = all(|cursor| Products::holders_of(range(part(), "199"), cursor));
		assert_eq!(holders.len(), 101);
		assert_eq!(holders.iter().filter(|(_, who, _)| *who == SHOP).count(), 50);
		assert_eq!(pages, 4);
		let things: BTreeSet<_> = holders.into_iter().map(|(thing, ..)| thing).collect();
		assert_eq!(things.len(), 101, "each once");
	});
}

#[test]
fn holders_of_what_is_affected_are_found() {
	build_and_execute(|| {
		chain();
		assert_ok!(transfer(&BUILDER, item(engine(), "EA"), &BUILDER, &SHOP, 0));
		let id = recalled(&SMITH, Scope::Thing(lot(steel(), "A")));
		spread_all(id);
		let (found, _) = all(|cursor| Products::affected_by(id, cursor));
		assert_eq!(found.len(), marked(id).len());
		let outputs = found.into_iter().flat_map(|mark| mark.outputs);
		let mut holders = BTreeSet::new();
		for thing in outputs {
			let (found, _) = all(|cursor| Products::holders_of(thing.clone(), cursor));
			holders.extend(found.into_iter().map(|(_, who, _)| who));
		}
		assert_eq!(holders, BTreeSet::from([BUILDER, SHOP]));
		assert_eq!(Products::affected_by(crate::RecallId::default(), None).found.len(), 0);
	});
}

#[test]
fn a_hundred_makings_of_a_machine_are_found_by_the_page() {
	build_and_execute(|| {
		let start = Timestamp::get();
		time_passes(MAX_PRODUCTION);
		for number in 0..100u64 {
			let work = work_until(MILL, start + number);
			made(&SMITH, &[], &[new_item(part(), &number.to_string())], Some(work));
		}
		let (found, pages) = all(|cursor| Products::made_on(MILL, start + 10, cursor));
		assert_eq!((found.len(), pages), (90, 3));
		assert_eq!(all(|cursor| Products::made_on(PRESS, 0, cursor)).0, []);
	});
}

#[test]
fn facts_are_told_of_all_that_has_a_key() {
	build_and_execute(|| {
		let id = made(&SMITH, &[], &[new_range(part(), "10", "19")], None);
		let one = Products::facts(item(part(), "12")).expect("there");
		assert_eq!((one.owner, one.issuer), (Some(SMITH), Some(SMITH)));
		assert_eq!((one.making, one.state), (Some(id), Some(State::Free)));
		assert_eq!(one.range, Some(range(part(), "19")));
		assert_eq!(Products::facts(item(part(), "20")), None);
		assert_eq!(Products::facts(range(part(), "18")), None);
		assert_ok!(register_lot(&SMITH, steel(), "A", 5));
		assert_eq!(Products::facts(lot(steel(), "A")).expect("there").owner, None);
		assert_ok!(pack(&SMITH, sscc(PARTS, 1), &[item(part(), "12")]));
		let unit = Products::facts(Thing::Unit { sscc: sscc(PARTS, 1) }).expect("there");
		assert_eq!((unit.owner, unit.state), (Some(SMITH), None));
		let inside = Products::contents(sscc(PARTS, 1)).expect("there");
		assert_eq!(inside.contents.to_vec(), [item(part(), "12")]);
		assert_eq!(Products::holders_of(item(part(), "12"), None).found.len(), 1);
		// A cursor of another kind of thing begins anew.
		assert_eq!(Products::uses_of(lot(steel(), "A"), Some(At::Number(5))).found, []);
	});
}
