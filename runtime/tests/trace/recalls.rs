//! Recalls spread by themselves within their share of a block, and nothing slips out of them.

use crate::world::*;
use bpiiot_runtime::{configs::trace::RecallWeight, Products, Runtime, System};
use frame_support::{assert_noop, traits::Hooks, weights::Weight};
use pallet_products::{runtime_api::RecallStatus, Recalls, Scope, Thing};

/// More makings of a lot than a block has room to reach.
const MANY: u32 = 1_600;

/// So many items, each made of a kilogram of a lot.
fn items_of(lot: &Thing, number: u32) {
	for serial in 0..number {
		let serial = format!("{serial:05}");
		made(vec![using(lot.clone(), 100)], vec![new_item(shelf(), &serial)]);
	}
}

#[test]
fn a_recall_takes_no_more_than_its_share_of_a_block_and_is_never_clear_before_it_is_through() {
	story(|| {
		let steel = steel_lot("A");
		items_of(&steel, MANY);
		let recall = recalled(MILL, Scope::Thing(steel));
		let oldest = item(shelf(), "00000");
		let mut blocks = 0u32;
		while Recalls::<Runtime>::get(recall).expect("it is there").is_unfinished() {
			assert_ne!(Products::recall_status(oldest.clone(), None), RecallStatus::Clear);
			let spent = Products::on_idle(System::block_number(), Weight::MAX);
			assert!(spent.all_lte(RecallWeight::get()), "{spent:?}");
			blocks += 1;
			assert!(blocks < 100, "it does not end");
		}
		assert!(blocks > 1, "all of it fits in one block");
		assert_eq!(Recalls::<Runtime>::get(recall).map(|recall| recall.marked), Some(MANY));
		// Of a block with little room it takes less.
		let little = RecallWeight::get() / 100;
		assert!(Products::on_idle(System::block_number(), little).all_lte(little));
	});
}

#[test]
fn what_is_made_of_recalled_things_is_affected_from_the_start() {
	story(|| {
		let (bad, good) = (steel_lot("A"), steel_lot("B"));
		let recall = recalled(MILL, Scope::Thing(bad.clone()));
		items_of(&bad, 2);
		let contested = false;
		assert_eq!(
			Products::recall_status(item(shelf(), "00001"), None),
			RecallStatus::Affected { recall, contested }
		);
		made(vec![using(good, 100)], vec![new_item(shelf(), "A")]);
		pass(2 * MINUTE);
		assert_eq!(Products::recall_status(item(shelf(), "A"), None), RecallStatus::Clear);
	});
}

#[test]
fn nobody_recalls_what_is_not_his() {
	story(|| {
		let steel = steel_lot("A");
		let makings = two_pallets(&steel, &steel_lot("B"));
		let reason = Default::default();
		let foreign = [
			(OWNER, Scope::Thing(steel)),
			(MILL, Scope::Thing(range(shelf(), "19"))),
			(CUSTOMER, Scope::Thing(item(shelf(), "12"))),
			(
				MILL,
				Scope::Machine {
					machine: press(),
					from: 0,
					until: now(),
					example: makings[0],
				},
			),
		];
		for (who, scope) in foreign {
			assert_noop!(
				by(who, pallet_products::Call::recall { scope, reason }),
				pallet_products::Error::<Runtime>::NotYoursToRecall
			);
		}
	});
}

/// What was made on a machine in a time.
#[test]
fn a_machines_time_is_recalled_with_all_that_came_of_it() {
	story(|| {
		let (one, other) = (steel_lot("A"), steel_lot("B"));
		let first = brackets(&one, "100", "149");
		let until = now();
		pass(2 * MINUTE);
		let second = brackets(&other, "200", "249");
		let third = made(vec![using(range(bracket(), "149"), 0)], vec![new_item(shelf(), "1")]);
		let recall = recalled(
			OWNER,
			Scope::Machine {
				machine: press(),
				from: until - MINUTE,
				until,
				example: first,
			},
		);
		pass(2 * MINUTE);
		let found = Products::affected_by(recall, None).found;
		let mut reached: Vec<_> = found.into_iter().map(|found| found.making).collect();
		reached.sort();
		assert_eq!(reached, [first, third]);
		assert!(!reached.contains(&second));
		assert_eq!(
			Products::recall_status(item(shelf(), "1"), None),
			RecallStatus::Recalled { recall }
		);
	});
}
