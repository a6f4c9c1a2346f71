//! Inputs become outputs.

use crate::{
	mock::*, Calibration, Call, Error, Event, MadeOn, MakingId, Makings, Productions, Readings, Report, Thing, Work,
};
use bpiiot_primitives::{Actor, JobId, Production};
use codec::Encode;
use frame_support::{assert_noop, assert_ok, storage::with_storage_layer};
use sp_core::H256;
use sp_io::hashing::blake2_256;

/// Steel of the smith's, of which the builder has half.
fn steel_for_both() -> Thing {
	assert_ok!(register_lot(&SMITH, steel(), "A", 1_000));
	let thing = lot(steel(), "A");
	assert_ok!(transfer(&SMITH, thing.clone(), &SMITH, &BUILDER, 500));
	thing
}

fn amend(who: &AccountId, making: MakingId, work: Work) -> sp_runtime::DispatchResult {
	signed(who, Call::amend { making, work })
}

#[test]
fn what_goes_in_is_used_up_and_what_comes_out_is_the_makers() {
	build_and_execute(|| {
		let steel_lot = steel_for_both();
		assert_ok!(register_range(&SMITH, part(), "00", "99"));
		assert_ok!(transfer(&SMITH, range(part(), "99"), &SMITH, &BUILDER, 0));
		let inputs = [using(steel_lot.clone(), 200), using(item(part(), "07"), 0)];
		let id = made(&BUILDER, &inputs, &[new_item(engine(), "E1")], Some(work(PRESS)));
		let making = Makings::<Test>::get(id).expect("recorded");
		assert_eq!(making.maker, BUILDER);
		assert_eq!(making.outputs.to_vec(), [item(engine(), "E1")]);
		assert_eq!(Products::owner_of(&item(engine(), "E1")), Some(BUILDER));
		assert_eq!(Products::uses_of(item(part(), "07"), None).found, [id]);
		assert_eq!(Products::uses_of(range(part(), "99"), None).found, [id]);
		assert_eq!(Products::uses_of(steel_lot.clone(), None).found, [id]);
		assert_eq!(Products::production(id).expect("told").work.machine, PRESS);
		let holders = Products::holders_of(steel_lot, None).found;
		assert!(holders.iter().any(|(_, who, left)| *who == BUILDER && *left == 300));
		System::assert_last_event(
			Event::Made {
				making: id,
				maker: BUILDER,
				owner: BUILDER,
				job: None,
				inherited: 0,
			}
			.into(),
		);
	});
}

#[test]
fn nothing_is_used_twice_and_nothing_that_is_not_there() {
	build_and_execute(|| {
		let steel_lot = steel_for_both();
		assert_ok!(register(&BUILDER, engine(), "A1"));
		assert_ok!(register_range(&BUILDER, engine(), "10", "19"));
		let out = |name: &str| [new_item(engine(), name)];
		let using_one = using(item(engine(), "A1"), 0);
		// In one making.
		for twice in [
			[using_one.clone(), using_one.clone()],
			[using(steel_lot.clone(), 1), using(steel_lot.clone(), 1)],
			[using(range(engine(), "19"), 0), using(item(engine(), "12"), 0)],
		] {
			assert_noop!(make(&BUILDER, &twice, &out("X"), None), Error::<Test>::AlreadyUsed);
		}
		let twice = [using(item(engine(), "12"), 0), using(range(engine(), "19"), 0)];
		assert_noop!(make(&BUILDER, &twice, &out("X"), None), Error::<Test>::RangeIsSplit);
		// In two.
		made(&BUILDER, core::slice::from_ref(&using_one), &out("X"), None);
		assert_noop!(
			make(&BUILDER, &[using_one], &out("Y"), None),
			Error::<Test>::AlreadyUsed
		);
		made(&BUILDER, &[using(range(engine(), "19"), 0)], &out("Y"), None);
		for used in [range(engine(), "19"), item(engine(), "12")] {
			assert_noop!(
				make(&BUILDER, &[using(used.clone(), 0)], &out("Z"), None),
				Error::<Test>::AlreadyUsed
			);
			assert_noop!(transfer(&BUILDER, used, &BUILDER, &SHOP, 0), Error::<Test>::AlreadyUsed);
		}
		for (thing, quantity, error) in [
			(steel_lot.clone(), 501, Error::<Test>::NotEnough),
			(steel_lot.clone(), 0, Error::<Test>::BadQuantity),
			(item(engine(), "X"), 1, Error::<Test>::BadQuantity),
			(item(engine(), "none"), 0, Error::<Test>::UnknownThing),
			(range(engine(), "29"), 0, Error::<Test>::UnknownThing),
			(lot(steel(), "none"), 1, Error::<Test>::UnknownThing),
		] {
			assert_noop!(make(&BUILDER, &[using(thing, quantity)], &out("Z"), None), error);
		}
		assert_noop!(
			make(
				&BUILDER,
				&[using(Thing::Unit { sscc: sscc(GOODS, 1) }, 0)],
				&out("Z"),
				None
			),
			Error::<Test>::NotAProduct
		);
	});
}

#[test]
fn nobody_uses_what_is_somebody_elses() {
	build_and_execute(|| {
		let steel_lot = steel_for_both();
		assert_ok!(register(&SMITH, part(), "A1"));
		assert_ok!(register_range(&SMITH, part(), "10", "19"));
		assert_ok!(set_room_for_shop());
		for thing in [item(part(), "A1"), range(part(), "19"), item(part(), "12")] {
			assert_noop!(
				make(&BUILDER, &[using(thing, 0)], &[new_item(engine(), "X")], None),
				Error::<Test>::NotTheOwner
			);
		}
		let of_shop = gtin(SHOPS, 1);
		assert_noop!(
			make(&SHOP, &[using(steel_lot, 1)], &[new_item(of_shop, "X")], None),
			Error::<Test>::NotTheOwner
		);
	});
}

#[test]
fn a_machine_uses_what_its_owner_has_and_answers_for_nothing() {
	build_and_execute(|| {
		let steel_lot = steel_for_both();
		let press = key(PRESS);
		let id = made(
			&press,
			&[using(steel_lot.clone(), 100)],
			&[new_item(engine(), "E1")],
			Some(work(PRESS)),
		);
		assert_eq!(Makings::<Test>::get(id).expect("recorded").maker, BUILDER);
		assert_eq!(Products::owner_of(&item(engine(), "E1")), Some(PRESS.account()));
		assert_noop!(
			make(&press, &[using(steel_lot, 500)], &[new_item(engine(), "E2")], None),
			Error::<Test>::NotEnough
		);
		assert_noop!(
			make(&press, &[], &[new_item(engine(), "E2")], Some(work(MILL))),
			Error::<Test>::ForeignMachine
		);
		// But not what another of his machines has.
		sold(MILL, &BUILDER);
		assert_noop!(
			make(
				&key(MILL),
				&[using(item(engine(), "E1"), 0)],
				&[new_item(engine(), "E2")],
				None
			),
			Error::<Test>::NotTheOwner
		);
		IsBroke::set(&true);
		assert_ok!(register_range(&BUILDER, engine(), "10", "19"));
		assert!(
			make(
				&press,
				&[using(item(engine(), "12"), 0)],
				&[new_item(engine(), "E2")],
				None
			)
			.is_err(),
			"its budget does not allow the fee"
		);
	});
}

/// What exists was made before: nothing can be made of itself.
#[test]
fn no_cycle_can_be_made() {
	build_and_execute(|| {
		assert_ok!(register(&BUILDER, engine(), "A"));
		assert_noop!(
			make(
				&BUILDER,
				&[using(item(engine(), "A"), 0)],
				&[new_item(engine(), "A")],
				None
			),
			Error::<Test>::AlreadyRegistered
		);
		made(
			&BUILDER,
			&[using(item(engine(), "A"), 0)],
			&[new_item(engine(), "B")],
			None,
		);
		assert_noop!(
			make(
				&BUILDER,
				&[using(item(engine(), "B"), 0)],
				&[new_item(engine(), "A")],
				None
			),
			Error::<Test>::AlreadyRegistered
		);
		assert_noop!(
			make(
				&BUILDER,
				&[using(item(engine(), "C"), 0)],
				&[new_item(engine(), "C")],
				None
			),
			Error::<Test>::UnknownThing
		);
		// Not by way of a lot of which there is still some, nor within a range.
		made(&BUILDER, &[], &[new_lot(engine(), "L", "KGM", 100)], None);
		let using_it = [using(lot(engine(), "L"), 50)];
		assert_noop!(
			make(&BUILDER, &using_it, &[new_lot(engine(), "L", "KGM", 50)], None),
			Error::<Test>::AlreadyRegistered
		);
		assert_ok!(register_range(&BUILDER, engine(), "10", "19"));
		assert_noop!(
			make(
				&BUILDER,
				&[using(item(engine(), "12"), 0)],
				&[new_item(engine(), "13")],
				None
			),
			Error::<Test>::AlreadyRegistered
		);
		let twice = [new_item(engine(), "D"), new_item(engine(), "D")];
		assert_noop!(make(&BUILDER, &[], &twice, None), Error::<Test>::AlreadyRegistered);
		assert_noop!(make(&BUILDER, &[], &[], None), Error::<Test>::NothingMade);
	});
}

#[test]
fn no_more_comes_out_than_went_in_where_one_unit_measures_both() {
	build_and_execute(|| {
		for (name, quantity) in [("A", 300), ("B", 200)] {
			assert_ok!(register_lot(&SMITH, steel(), name, quantity));
		}
		let inputs = [using(lot(steel(), "A"), 300), using(lot(steel(), "B"), 100)];
		let out = |quantity, unit: &str| [new_lot(part(), "M", "KGM", 200), new_lot(part(), "N", unit, quantity)];
		assert_noop!(
			make(&SMITH, &inputs, &out(201, "KGM"), None),
			Error::<Test>::MoreThanWentIn
		);
		assert_noop!(
			make(&SMITH, &inputs, &out(u64::MAX, "KGM"), None),
			Error::<Test>::MoreThanWentIn
		);
		// Losses are allowed, and litres are no kilograms.
		assert_ok!(with_storage_layer(|| make(&SMITH, &inputs, &out(150, "KGM"), None)));
		let rest = [using(lot(steel(), "B"), 100)];
		assert_ok!(make(&SMITH, &rest, &[new_lot(part(), "O", "LTR", 900)], None));
	});
}

#[test]
fn a_making_is_over_was_short_enough_and_names_what_is_right() {
	build_and_execute(|| {
		let now = Timestamp::get();
		let good = work(MILL);
		let out = [new_item(part(), "1")];
		let with = |change: fn(&mut Work)| {
			let mut work = work(MILL);
			change(&mut work);
			make(&SMITH, &[], &out, Some(work))
		};
		assert_noop!(with(|work| work.until += 1), Error::<Test>::BadTime);
		assert_noop!(with(|work| work.from = work.until + 1), Error::<Test>::BadTime);
		assert_noop!(
			with(|work| work.from = work.until - MAX_PRODUCTION - 1),
			Error::<Test>::BadTime
		);
		assert_noop!(
			with(|work| work.place = Some(crate::gs1::Gln(1))),
			Error::<Test>::BadGln
		);
		assert_noop!(
			with(|work| work.readings = Some(Readings { first: 2, last: 1 })),
			Error::<Test>::BadReadings
		);
		assert_noop!(with(|work| work.machine = PRESS), Error::<Test>::ForeignMachine);
		let id = made(&SMITH, &[], &out, Some(good));
		assert_eq!(MadeOn::<Test>::iter_prefix(MILL).count(), 1);
		let page = Products::made_on(MILL, now, None);
		assert_eq!((page.found, page.next), (vec![id], None));
		assert_eq!(Products::made_on(MILL, now + 1, None).found, []);
	});
}

#[test]
fn a_record_is_only_superseded_and_what_it_was_stays_provable() {
	build_and_execute(|| {
		let id = made(&SMITH, &[], &[new_item(part(), "1")], Some(work(MILL)));
		let first = Products::production(id).expect("told");
		let mut better = work(MILL);
		better.calibration = Calibration::Valid(H256::repeat_byte(3));
		assert_noop!(amend(&STRANGER, id, better.clone()), Error::<Test>::NotTheMaker);
		assert_noop!(
			amend(&SMITH, MakingId::from(1), better.clone()),
			Error::<Test>::UnknownMaking
		);
		let mut other = better.clone();
		other.from -= 1;
		assert_noop!(amend(&SMITH, id, other), Error::<Test>::NotAmendable);
		let mut other = better.clone();
		other.machine = PRESS;
		assert_noop!(amend(&SMITH, id, other), Error::<Test>::NotAmendable);
		let mut other = better.clone();
		other.readings = Some(Readings { first: 2, last: 1 });
		assert_noop!(amend(&SMITH, id, other), Error::<Test>::BadReadings);
		assert_ok!(amend(&SMITH, id, better.clone()));
		let second = Products::production(id).expect("told");
		assert_eq!((second.version, second.work.calibration), (1, better.calibration));
		assert_eq!(second.supersedes, H256(first.using_encoded(blake2_256)));
		// By his machine's key as well; and the chain of hashes goes on.
		assert_ok!(amend(&key(MILL), id, work(MILL)));
		let third = Products::production(id).expect("told");
		assert_eq!(third.supersedes, H256(second.using_encoded(blake2_256)));
		assert_eq!(third.version, 2);
		// Without a record there is nothing to supersede.
		let id = made(&SMITH, &[], &[new_item(part(), "2")], None);
		assert_noop!(amend(&SMITH, id, work(MILL)), Error::<Test>::UnknownMaking);
	});
}

#[test]
fn a_delivery_records_how_it_was_made() {
	build_and_execute(|| {
		let steel_lot = steel_for_both();
		let actor = Actor {
			account: PRESS.account(),
			machine: Some(PRESS),
		};
		let report = Report {
			inputs: vec![using(steel_lot, 10)].try_into().expect("one"),
			outputs: vec![new_range(engine(), "1", "5")].try_into().expect("one"),
			work: work(PRESS),
		};
		let record = || {
			let report = report.clone();
			with_storage_layer(|| <Products as Production<AccountId>>::record(&actor, JobId(7), report))
		};
		let most = <Products as Production<AccountId>>::record_weight(&report);
		let cost = record().expect("allowed");
		assert!(cost.all_lt(most), "{cost:?} of {most:?}: it has taken over no recall");
		let told: Vec<_> = Productions::<Test>::iter_values().map(|record| record.job).collect();
		assert_eq!(told, [Some(JobId(7))]);
		assert_noop!(record(), Error::<Test>::RangeOverlaps);
	});
}

#[test]
fn whoever_keeps_stock_is_told_of_lots() {
	build_and_execute(|| {
		let steel_lot = steel_for_both();
		Booked::set(&vec![(true, POT, steel(), serial("x"), 0)]);
		let outputs = [new_lot(engine(), "L", "KGM", 30), new_item(engine(), "1")];
		made(&BUILDER, &[using(steel_lot, 40)], &outputs, None);
		let told = Booked::get().split_off(1);
		assert_eq!(
			told,
			[
				(false, BUILDER, steel(), serial("A"), 40),
				(true, BUILDER, engine(), serial("L"), 30)
			]
		);
	});
}

/// A making is paid for as if it took over as many recalls as it can, and given back what it did not.
#[test]
fn a_making_costs_what_it_takes_over() {
	use frame_support::dispatch::GetDispatchInfo;
	use sp_runtime::traits::Dispatchable;
	build_and_execute(|| {
		let steel_lot = steel_for_both();
		assert_ok!(recall(&SMITH, crate::Scope::Thing(steel_lot.clone())));
		let call = |thing: &Thing, name: &str| {
			RuntimeCall::Products(Call::make {
				inputs: vec![using(thing.clone(), 1)].try_into().expect("one"),
				outputs: vec![new_item(part(), name)].try_into().expect("one"),
				work: None,
			})
		};
		let first = call(&steel_lot, "1");
		let most = first.get_dispatch_info().call_weight;
		let origin = || RuntimeOrigin::signed(SMITH);
		let cost = |call: RuntimeCall| call.dispatch(origin()).expect("allowed").actual_weight.expect("told");
		let with = cost(first);
		assert_ok!(register_lot(&SMITH, steel(), "B", 5));
		let without = cost(call(&lot(steel(), "B"), "2"));
		let each = <Unmeasured as crate::WeightInfo>::inherit();
		assert_eq!(with, without.saturating_add(each));
		assert_eq!(most, without.saturating_add(each.saturating_mul(16)));
	});
}
