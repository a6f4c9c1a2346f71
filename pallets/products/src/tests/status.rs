//! Whether a thing is recalled, asked call by call.

use super::recalls::status;
use crate::{
	mock::*,
	runtime_api::{RecallStatus, StatusCursor},
	Frontier, Scope, Thing,
};
use frame_support::assert_ok;

/// So many lots one after the other, each made of the one before, the first of some steel.
fn line(length: u32) -> Thing {
	assert_ok!(register_lot(&SMITH, steel(), "A", 1_000));
	let mut last = lot(steel(), "A");
	for number in 0..length {
		let name = format!("L{number}");
		made(&SMITH, &[using(last, 1)], &[new_lot(part(), &name, "KGM", 1)], None);
		last = lot(part(), &name);
	}
	last
}

/// Something else that spreads, so that there is reason to look.
fn distraction() -> crate::RecallId {
	for name in ["D", "E"] {
		assert_ok!(register_lot(&SMITH, steel(), name, 10));
	}
	made(&SMITH, &[using(lot(steel(), "D"), 1)], &[new_item(part(), "D1")], None);
	recalled(&SMITH, Scope::Thing(lot(steel(), "D")))
}

/// Asks until there is an answer; with how many calls.
fn answer(thing: &Thing) -> (RecallStatus, u32) {
	let (mut cursor, mut calls) = (None, 0);
	loop {
		calls += 1;
		match Products::recall_status(thing.clone(), cursor) {
			RecallStatus::Pending { cursor: Some(next) } => cursor = Some(next),
			other => return (other, calls),
		}
	}
}

#[test]
fn far_ancestors_are_found_in_several_calls() {
	build_and_execute(|| {
		let last = line(1_100);
		let other = distraction();
		assert_eq!(answer(&last), (RecallStatus::Clear, 3));
		let id = recalled(&SMITH, Scope::Thing(lot(steel(), "A")));
		let affected = RecallStatus::Affected {
			recall: id,
			contested: false,
		};
		assert_eq!(answer(&last), (affected, 3));
		spread_all(other);
		spread_all(id);
		assert_eq!(answer(&last), (RecallStatus::Recalled { recall: id }, 1));
		assert_ok!(lift(&SMITH, id));
		assert_eq!(answer(&last), (RecallStatus::Clear, 1));
	});
}

#[test]
fn a_walk_begins_anew_when_there_is_another_recall() {
	build_and_execute(|| {
		let last = line(600);
		distraction();
		let RecallStatus::Pending { cursor } = status(last.clone()) else {
			panic!("there is more to look at");
		};
		let cursor = cursor.expect("it fits");
		// Of something that the walk has left behind already.
		let id = recalled(&SMITH, Scope::Thing(lot(part(), "L598")));
		let now = Products::recall_status(last, Some(cursor));
		assert_eq!(
			now,
			RecallStatus::Affected {
				recall: id,
				contested: false
			}
		);
	});
}

#[test]
fn what_is_no_product_has_no_status() {
	build_and_execute(|| {
		assert_eq!(status(item(part(), "none")), RecallStatus::Unknown);
		assert_eq!(status(lot(part(), "none")), RecallStatus::Unknown);
		assert_ok!(register(&SMITH, part(), "A"));
		assert_eq!(status(item(part(), "A")), RecallStatus::Clear);
		assert_ok!(pack(&SMITH, sscc(PARTS, 1), &[item(part(), "A")]));
		assert_eq!(status(Thing::Unit { sscc: sscc(PARTS, 1) }), RecallStatus::Unknown);
	});
}

/// A cursor is anybody's bytes.
#[test]
fn a_forged_cursor_makes_nothing_dear() {
	build_and_execute(|| {
		let last = line(3);
		distraction();
		let latest = crate::LatestRecall::<Test>::get();
		let many = (0..10_000u64).map(crate::MakingId::from).collect();
		for frontier in [Frontier(many), Frontier::default()] {
			let cursor = StatusCursor { latest, frontier };
			assert_eq!(
				Products::recall_status(last.clone(), Some(cursor)),
				RecallStatus::Clear,
				"whoever forges it fools himself"
			);
		}
	});
}
