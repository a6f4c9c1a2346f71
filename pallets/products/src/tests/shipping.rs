//! Things on their way are locked, and free again with whoever's they are then.

use crate::{mock::*, Error, Event, Holdings, Scope, State, Thing};
use bpiiot_primitives::{Goods, ShipmentId};
use frame_support::{assert_noop, assert_ok};

fn owner_of(thing: &Thing) -> Option<AccountId> {
	Products::owner_of(thing)
}

fn owns(thing: &Thing, who: &AccountId) -> bool {
	<Products as Goods<AccountId>>::owns(thing, who)
}

/// What somebody has of the steel, and what of it is on its way.
fn steel_of(who: &AccountId) -> (u64, u64) {
	let holding = Holdings::<Test>::get((steel(), text("A")), who).unwrap_or_default();
	(holding.quantity, holding.on_its_way)
}

#[test]
fn what_is_on_its_way_is_neither_used_nor_sold_nor_packed_nor_sent() {
	build_and_execute(|| {
		assert_ok!(register_range(&BUILDER, engine(), "10", "19"));
		assert_ok!(register(&BUILDER, engine(), "A"));
		assert_ok!(pack(&BUILDER, sscc(GOODS, 1), &[item(engine(), "15")]));
		let pallet = Thing::Unit { sscc: sscc(GOODS, 1) };
		for thing in [item(engine(), "A"), range(engine(), "19"), pallet] {
			assert!(owns(&thing, &BUILDER) && !owns(&thing, &SHOP));
			assert_ok!(lock(&BUILDER, &thing, 1, 7));
			let locked = Error::<Test>::OnItsWay;
			assert_noop!(transfer(&BUILDER, thing.clone(), &BUILDER, &SHOP, 0), locked);
			assert_noop!(lock(&BUILDER, &thing, 1, 8), Error::<Test>::OnItsWay);
			assert_noop!(
				pack(&BUILDER, sscc(GOODS, 2), &[thing.clone()]),
				Error::<Test>::OnItsWay
			);
			assert_eq!(owner_of(&thing), Some(BUILDER));
			// Of another shipment nothing is freed.
			hand_out(&thing, 1, 8, &BUILDER, &STRANGER);
			assert_eq!(owner_of(&thing), Some(BUILDER));
			hand_out(&thing, 1, 7, &BUILDER, &SHOP);
			assert_eq!(owner_of(&thing), Some(SHOP));
			assert_ok!(transfer(&SHOP, thing, &SHOP, &BUILDER, 0));
		}
	});
}

#[test]
fn no_item_is_taken_out_of_a_range_that_is_on_its_way() {
	build_and_execute(|| {
		assert_ok!(register_range(&BUILDER, engine(), "10", "19"));
		assert_ok!(lock(&BUILDER, &range(engine(), "19"), 1, 7));
		let one = item(engine(), "12");
		let inputs = [using(one.clone(), 0)];
		assert_noop!(
			make(&BUILDER, &inputs, &[new_item(engine(), "B")], None),
			Error::<Test>::OnItsWay
		);
		assert_noop!(transfer(&BUILDER, one, &BUILDER, &SHOP, 0), Error::<Test>::OnItsWay);
		assert_noop!(withdraw(&BUILDER, range(engine(), "19")), Error::<Test>::InUse);
	});
}

#[test]
fn a_part_of_a_lot_travels_and_comes_in_parts() {
	build_and_execute(|| {
		assert_ok!(register_lot(&SMITH, steel(), "A", 100));
		let steel_lot = lot(steel(), "A");
		assert_ok!(lock(&SMITH, &steel_lot, 60, 7));
		assert_eq!(steel_of(&SMITH), (40, 60));
		assert_noop!(lock(&SMITH, &steel_lot, 41, 8), Error::<Test>::NotEnough);
		assert_noop!(
			make(&SMITH, &[using(steel_lot.clone(), 41)], &[new_item(part(), "1")], None),
			Error::<Test>::NotEnough
		);
		hand_out(&steel_lot, 20, 7, &SMITH, &BUILDER);
		try_state();
		hand_out(&steel_lot, 40, 7, &SMITH, &SMITH);
		assert_eq!((steel_of(&SMITH), steel_of(&BUILDER)), ((80, 0), (20, 0)));
		// There is no more of it than there was, whatever is handed out.
		hand_out(&steel_lot, 40, 7, &SMITH, &SHOP);
		assert_eq!(steel_of(&SHOP), (0, 0));
	});
}

#[test]
fn what_cannot_be_divided_or_is_not_his_is_not_sent() {
	build_and_execute(|| {
		assert_ok!(register(&SMITH, part(), "A"));
		assert_ok!(register_lot(&SMITH, steel(), "A", 100));
		assert_ok!(pack(&SMITH, sscc(PARTS, 1), &[item(part(), "A")]));
		let (part_a, steel_lot) = (item(part(), "A"), lot(steel(), "A"));
		assert_noop!(lock(&SMITH, &part_a, 1, 7), Error::<Test>::IsPacked);
		let pallet = Thing::Unit { sscc: sscc(PARTS, 1) };
		assert_noop!(lock(&SMITH, &pallet, 2, 7), Error::<Test>::BadQuantity);
		assert_noop!(lock(&STRANGER, &pallet, 1, 7), Error::<Test>::NotTheOwner);
		assert_noop!(lock(&STRANGER, &steel_lot, 1, 7), Error::<Test>::NotTheOwner);
		assert_noop!(lock(&SMITH, &item(part(), "B"), 1, 7), Error::<Test>::UnknownThing);
		assert!(!owns(&item(part(), "B"), &SMITH));
		assert!(
			owns(&part_a, &SMITH),
			"what is packed belongs to whom the unit belongs to"
		);
		assert_ok!(make(
			&SMITH,
			&[using(steel_lot.clone(), 100)],
			&[new_item(part(), "2")],
			None
		));
		assert_noop!(lock(&SMITH, &steel_lot, 1, 7), Error::<Test>::NotEnough);
	});
}

/// Whoever gets what was sent pays nothing for the record, and no delivery fails for it: the sender has paid.
#[test]
fn the_sender_pays_for_the_records() {
	build_and_execute(|| {
		assert_ok!(register_range(&SMITH, part(), "10", "19"));
		assert_ok!(register_lot(&SMITH, steel(), "A", 100));
		let before = Balances::free_balance(&SMITH);
		assert_ok!(lock(&SMITH, &item(part(), "12"), 1, 7));
		assert_ok!(lock(&SMITH, &range(part(), "19"), 1, 7));
		assert_ok!(lock(&SMITH, &lot(steel(), "A"), 1, 7));
		assert_eq!(before - Balances::free_balance(&SMITH), 2 * TOUCH_FEE);
		hand_out(&item(part(), "12"), 1, 7, &SMITH, &PAUPER);
		assert_eq!(owner_of(&item(part(), "12")), Some(PAUPER));
	});
}

#[test]
fn recalled_things_go_back_to_who_made_them() {
	build_and_execute(|| {
		assert_ok!(register_lot(&SMITH, steel(), "A", 100));
		let steel_lot = lot(steel(), "A");
		assert_ok!(transfer(&SMITH, steel_lot.clone(), &SMITH, &BUILDER, 50));
		made(
			&BUILDER,
			&[using(steel_lot.clone(), 10)],
			&[new_item(engine(), "A")],
			None,
		);
		assert_ok!(recall(&SMITH, Scope::Thing(steel_lot)));
		assert_ok!(lock(&BUILDER, &item(engine(), "A"), 1, 7));
		hand_out(&item(engine(), "A"), 1, 7, &BUILDER, &SMITH);
		System::assert_last_event(
			Event::HandedOut {
				thing: item(engine(), "A"),
				shipment: ShipmentId(7),
				owner: SMITH,
				custodian: SMITH,
				quantity: 1,
			}
			.into(),
		);
		let state = crate::Items::<Test>::iter_values()
			.map(|item| item.state)
			.collect::<Vec<_>>();
		assert_eq!(state, [State::Free]);
	});
}
