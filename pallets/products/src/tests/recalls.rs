//! Who may recall what, and what is reached.

use crate::{
	mock::*, runtime_api::RecallStatus, Error, HoldReason, MakingId, Marks, RecallId, Recalls, Scope, Thing, Verdict,
};
use frame_support::{assert_noop, assert_ok, traits::fungible::InspectHold};

/// Steel becomes parts, and they become engines: two of lot A, one of lot B, and one of both.
pub(super) struct Chain {
	pub parts_of_a: MakingId,
	pub engine_a: MakingId,
	pub engine_b: MakingId,
	pub engine_ab: MakingId,
}

pub(super) fn chain() -> Chain {
	for name in ["A", "B"] {
		assert_ok!(register_lot(&SMITH, steel(), name, 1_000));
	}
	let make_parts = |name: &str, first: &str, last: &str| {
		let id = made(
			&SMITH,
			&[using(lot(steel(), name), 100)],
			&[new_range(part(), first, last)],
			Some(work(MILL)),
		);
		assert_ok!(transfer(&SMITH, range(part(), last), &SMITH, &BUILDER, 0));
		id
	};
	let parts_of_a = make_parts("A", "100", "199");
	make_parts("B", "200", "299");
	let engine = |name: &str, parts: &[&str]| {
		let inputs: Vec<_> = parts.iter().map(|serial| using(item(part(), serial), 0)).collect();
		made(&BUILDER, &inputs, &[new_item(engine(), name)], Some(work(PRESS)))
	};
	Chain {
		parts_of_a,
		engine_a: engine("EA", &["100", "101"]),
		engine_b: engine("EB", &["200"]),
		engine_ab: engine("EAB", &["102", "201"]),
	}
}

pub(super) fn marked(recall: RecallId) -> Vec<MakingId> {
	let all = Marks::<Test>::iter_keys().filter(|(_, by)| *by == recall);
	let mut all: Vec<_> = all.map(|(making, _)| making).collect();
	all.sort();
	all
}

pub(super) fn status(thing: Thing) -> RecallStatus {
	Products::recall_status(thing, None)
}

fn held(who: &AccountId) -> u128 {
	Balances::balance_on_hold(&HoldReason::Recall.into(), who)
}

#[test]
fn a_recalled_lot_takes_with_it_what_was_made_of_it_and_nothing_else() {
	build_and_execute(|| {
		let chain = chain();
		let rich = Balances::free_balance(&SMITH);
		let id = recalled(&SMITH, Scope::Thing(lot(steel(), "A")));
		assert_eq!(Balances::free_balance(&SMITH), rich - RECALL_FEE - RECALL_BOND);
		assert_eq!(held(&SMITH), RECALL_BOND);
		// At once, before it has spread at all.
		assert_eq!(status(lot(steel(), "A")), RecallStatus::Recalled { recall: id });
		assert_eq!(status(lot(steel(), "B")), RecallStatus::Clear);
		assert_eq!(
			status(item(engine(), "EA")),
			RecallStatus::Affected {
				recall: id,
				contested: false
			}
		);
		spread_all(id);
		assert_eq!(marked(id), [chain.parts_of_a, chain.engine_a, chain.engine_ab]);
		// What the recalling smith has made himself is recalled, what others have made of it is affected.
		let verdict = |making| Marks::<Test>::get(making, id).expect("marked").verdict;
		assert_eq!(verdict(chain.parts_of_a), Verdict::Confirmed);
		assert_eq!(verdict(chain.engine_ab), Verdict::Affected);
		assert_eq!(status(item(part(), "150")), RecallStatus::Recalled { recall: id });
		assert_eq!(status(range(part(), "199")), RecallStatus::Recalled { recall: id });
		assert_eq!(status(item(engine(), "EB")), RecallStatus::Clear);
		assert_eq!(status(item(part(), "250")), RecallStatus::Clear);
	});
}

#[test]
fn what_is_made_afterwards_takes_the_recall_over() {
	build_and_execute(|| {
		chain();
		let id = recalled(&SMITH, Scope::Thing(lot(steel(), "A")));
		let affected = RecallStatus::Affected {
			recall: id,
			contested: false,
		};
		// Of something that the recall has not reached yet, and of the recalled lot itself.
		made(
			&BUILDER,
			&[using(item(engine(), "EA"), 0)],
			&[new_item(engine(), "ship")],
			None,
		);
		assert_eq!(status(item(engine(), "ship")), affected);
		assert_ok!(transfer(&SMITH, lot(steel(), "A"), &SMITH, &BUILDER, 10));
		let direct = made(
			&BUILDER,
			&[using(lot(steel(), "A"), 10)],
			&[new_item(engine(), "rod")],
			None,
		);
		assert_eq!(marked(id), [direct]);
		spread_all(id);
		// Of something that it has reached.
		made(
			&BUILDER,
			&[using(item(part(), "150"), 0)],
			&[new_item(engine(), "late")],
			None,
		);
		for name in ["ship", "rod", "late"] {
			assert_eq!(status(item(engine(), name)), affected, "{name}");
		}
		made(
			&BUILDER,
			&[using(item(part(), "250"), 0)],
			&[new_item(engine(), "fine")],
			None,
		);
		assert_eq!(status(item(engine(), "fine")), RecallStatus::Clear);
	});
}

#[test]
fn an_item_of_a_range_is_recalled_alone() {
	build_and_execute(|| {
		let chain = chain();
		assert_noop!(
			recall(&STRANGER, Scope::Thing(item(part(), "102"))),
			Error::<Test>::NotYoursToRecall
		);
		let id = recalled(&SMITH, Scope::Thing(item(part(), "102")));
		spread_all(id);
		assert_eq!(marked(id), [chain.engine_ab]);
		assert_eq!(status(item(part(), "102")), RecallStatus::Recalled { recall: id });
		assert_eq!(status(item(part(), "103")), RecallStatus::Clear);
		assert_eq!(status(range(part(), "199")), RecallStatus::Clear);
		// One that nobody has touched: the range is not used up together any more.
		assert_ok!(register_range(&SMITH, part(), "5000", "5999"));
		let id = recalled(&SMITH, Scope::Thing(item(part(), "5500")));
		spread_all(id);
		assert_noop!(
			make(
				&SMITH,
				&[using(range(part(), "5999"), 0)],
				&[new_item(steel(), "X")],
				None
			),
			Error::<Test>::RangeIsSplit
		);
		assert_noop!(withdraw(&SMITH, range(part(), "5999")), Error::<Test>::InUse);
		let of_it = made(
			&SMITH,
			&[using(item(part(), "5500"), 0)],
			&[new_item(steel(), "X")],
			None,
		);
		made(
			&SMITH,
			&[using(item(part(), "5501"), 0)],
			&[new_item(steel(), "Y")],
			None,
		);
		assert_eq!(marked(id), [of_it]);
	});
}

/// Also if the range is packed when it is recalled.
#[test]
fn an_item_of_a_packed_range_is_recalled_alone() {
	build_and_execute(|| {
		assert_ok!(register_range(&SMITH, part(), "10", "19"));
		let whole = [range(part(), "19")];
		assert_ok!(pack(&SMITH, sscc(PARTS, 1), &whole));
		let id = recalled(&SMITH, Scope::Thing(item(part(), "12")));
		spread_all(id);
		assert_ok!(transfer(
			&SMITH,
			Thing::Unit { sscc: sscc(PARTS, 1) },
			&SMITH,
			&BUILDER,
			0
		));
		assert_ok!(unpack(&BUILDER, sscc(PARTS, 1), &whole));
		let together = [using(whole[0].clone(), 0)];
		assert_noop!(
			make(&BUILDER, &together, &[new_item(engine(), "X")], None),
			Error::<Test>::RangeIsSplit
		);
		let of_it = made(
			&BUILDER,
			&[using(item(part(), "12"), 0)],
			&[new_item(engine(), "X")],
			None,
		);
		made(
			&BUILDER,
			&[using(item(part(), "13"), 0)],
			&[new_item(engine(), "Y")],
			None,
		);
		assert_eq!(marked(id), [of_it]);
		assert_eq!(Products::holders_of(whole[0].clone(), None).found.len(), 3);
	});
}

#[test]
fn an_item_of_a_range_that_was_used_up_together_is_recalled_alone() {
	build_and_execute(|| {
		assert_ok!(register_range(&SMITH, part(), "10", "19"));
		let whole = made(
			&SMITH,
			&[using(range(part(), "19"), 0)],
			&[new_item(steel(), "X")],
			None,
		);
		let id = recalled(&SMITH, Scope::Thing(item(part(), "12")));
		spread_all(id);
		assert_eq!(marked(id), [whole]);
	});
}

#[test]
fn who_has_made_something_recalls_what_he_has_made_of_a_component() {
	build_and_execute(|| {
		let chain = chain();
		let component = lot(steel(), "A");
		let scope = |thing: &Thing, example| Scope::Component {
			thing: thing.clone(),
			example,
		};
		// The builder has made nothing of it directly, and nobody shows what another has made.
		for (who, example) in [
			(&BUILDER, chain.engine_a),
			(&BUILDER, chain.parts_of_a),
			(&STRANGER, chain.parts_of_a),
		] {
			assert_noop!(recall(who, scope(&component, example)), Error::<Test>::NotYoursToRecall);
		}
		assert_noop!(
			recall(&BUILDER, scope(&component, MakingId::from(3))),
			Error::<Test>::UnknownMaking
		);
		// The range's items, whichever he has used.
		let parts = range(part(), "199");
		let id = recalled(&BUILDER, scope(&parts, chain.engine_a));
		assert_noop!(
			recall(&BUILDER, scope(&parts, chain.engine_a)),
			Error::<Test>::AlreadyRecalled
		);
		spread_all(id);
		assert_eq!(marked(id), [chain.engine_a, chain.engine_ab]);
		assert_eq!(status(item(engine(), "EA")), RecallStatus::Recalled { recall: id });
		assert_eq!(status(item(part(), "150")), RecallStatus::Clear);
		// What he makes of it now as well, and what another makes of it not.
		let late = made(
			&BUILDER,
			&[using(item(part(), "150"), 0)],
			&[new_item(engine(), "L")],
			None,
		);
		assert_ok!(transfer(&BUILDER, item(part(), "151"), &BUILDER, &SMITH, 0));
		made(
			&SMITH,
			&[using(item(part(), "151"), 0)],
			&[new_item(steel(), "S")],
			None,
		);
		assert_eq!(marked(id), [chain.engine_a, chain.engine_ab, late]);
	});
}

#[test]
fn who_has_made_something_recalls_what_he_has_made_on_a_machine_in_a_time() {
	build_and_execute(|| {
		let start = Timestamp::get();
		time_passes(10 * MAX_PRODUCTION);
		let at = |minute: u64, name: &str, who: &AccountId| {
			let work = work_until(MILL, start + minute * 60_000);
			made(who, &[], &[new_item(part(), name)], Some(work))
		};
		let before = at(9, "a", &SMITH);
		let overlaps = at(11, "b", &SMITH);
		let within = at(15, "c", &key(MILL));
		let after = at(22, "d", &SMITH);
		let scope = |example| Scope::Machine {
			machine: MILL,
			from: start + 10 * 60_000,
			until: start + 20 * 60_000,
			example,
		};
		for (who, example) in [(&STRANGER, before), (&BUILDER, before)] {
			assert_noop!(recall(who, scope(example)), Error::<Test>::NotYoursToRecall);
		}
		let other = made(&SMITH, &[], &[new_item(part(), "e")], None);
		assert_noop!(recall(&SMITH, scope(other)), Error::<Test>::NotYoursToRecall);
		let id = recalled(&SMITH, scope(after));
		assert_eq!(
			status(item(part(), "c")),
			RecallStatus::Affected {
				recall: id,
				contested: false
			},
			"before it has spread"
		);
		assert_eq!(status(item(part(), "a")), RecallStatus::Clear);
		spread_all(id);
		assert_eq!(marked(id), [overlaps, within]);
		assert_eq!(status(item(part(), "c")), RecallStatus::Recalled { recall: id });
		// A record that comes late is covered too.
		let late = at(20, "f", &SMITH);
		assert_eq!(marked(id), [overlaps, within, late]);
		at(24, "g", &SMITH);
		assert_eq!(marked(id).len(), 3);
		// What the next owner makes on it is none of the smith's.
		sold(MILL, &BUILDER);
		let work = work_until(MILL, start + 15 * 60_000);
		made(&BUILDER, &[], &[new_item(engine(), "x")], Some(work));
		assert_eq!(marked(id).len(), 3);
		assert_eq!(status(item(engine(), "x")), RecallStatus::Clear);
	});
}

#[test]
fn a_stranger_recalls_nothing() {
	build_and_execute(|| {
		let chain = chain();
		for thing in [
			item(engine(), "EA"),
			range(part(), "199"),
			item(part(), "150"),
			lot(steel(), "A"),
		] {
			for who in [&STRANGER, &SHOP, &PAUPER] {
				assert_noop!(
					recall(who, Scope::Thing(thing.clone())),
					Error::<Test>::NotYoursToRecall
				);
			}
		}
		// Nor does whoever owns it, or has delivered for it.
		assert_noop!(
			recall(&BUILDER, Scope::Thing(item(part(), "150"))),
			Error::<Test>::NotYoursToRecall
		);
		assert_noop!(
			recall(&SMITH, Scope::Thing(item(engine(), "EA"))),
			Error::<Test>::NotYoursToRecall
		);
		assert_noop!(
			recall(&SMITH, Scope::Thing(item(engine(), "none"))),
			Error::<Test>::UnknownThing
		);
		let unit = Thing::Unit { sscc: sscc(PARTS, 1) };
		assert_noop!(recall(&SMITH, Scope::Thing(unit)), Error::<Test>::NotAProduct);
		let scope = Scope::Machine {
			machine: PRESS,
			from: 2,
			until: 1,
			example: chain.engine_a,
		};
		assert_noop!(recall(&BUILDER, scope), Error::<Test>::BadTime);
	});
}

#[test]
fn nobody_has_more_recalls_than_he_may() {
	build_and_execute(|| {
		let first = recalled_parts(MAX_RECALLS);
		assert_ok!(register(&SMITH, part(), "one-more"));
		assert_noop!(
			recall(&SMITH, Scope::Thing(item(part(), "one-more"))),
			Error::<Test>::TooManyRecalls
		);
		assert_noop!(
			recall(&SMITH, Scope::Thing(item(part(), "p0"))),
			Error::<Test>::AlreadyRecalled
		);
		assert_ok!(lift(&SMITH, first));
		spread_all(first);
		assert_ok!(signed(&STRANGER, crate::Call::close_recall { recall: first }));
		assert_ok!(recall(&SMITH, Scope::Thing(item(part(), "one-more"))));
		assert_eq!(held(&SMITH), u128::from(MAX_RECALLS) * RECALL_BOND);
	});
}

/// So many recalled parts of the smith's.
fn recalled_parts(number: u32) -> RecallId {
	for at in 0..number {
		assert_ok!(register(&SMITH, part(), &format!("p{at}")));
		assert_ok!(recall(&SMITH, Scope::Thing(item(part(), &format!("p{at}")))));
	}
	Recalls::<Test>::iter_keys().min().expect("there are some")
}

#[test]
fn nothing_takes_over_more_recalls_than_it_can() {
	build_and_execute(|| {
		recalled_parts(17);
		let inputs = |range: core::ops::Range<u32>| -> Vec<_> {
			range.map(|at| using(item(part(), &format!("p{at}")), 0)).collect()
		};
		made(&SMITH, &inputs(0..16), &[new_item(steel(), "X")], None);
		let all = [using(item(steel(), "X"), 0), using(item(part(), "p16"), 0)];
		assert_noop!(
			make(&SMITH, &all, &[new_item(steel(), "Y")], None),
			Error::<Test>::TooManyRecalls
		);
		// Once one of them is over, and its mark is gone, it can.
		let first = Recalls::<Test>::iter_keys().min().expect("there are some");
		assert_ok!(lift(&SMITH, first));
		spread_all(first);
		assert_ok!(make(&SMITH, &all, &[new_item(steel(), "Y")], None));
		assert_eq!(Marks::<Test>::iter_key_prefix(last_making()).count(), 16);
	});
}

#[test]
fn a_lifted_recall_counts_no_more_at_once_and_leaves_no_mark() {
	build_and_execute(|| {
		let chain = chain();
		let id = recalled(&SMITH, Scope::Thing(lot(steel(), "A")));
		spread_all(id);
		for who in [&STRANGER, &BUILDER] {
			assert_noop!(lift(who, id), Error::<Test>::NotTheIssuer);
		}
		assert_noop!(
			signed(&STRANGER, crate::Call::close_recall { recall: id }),
			Error::<Test>::NotCleared
		);
		assert_ok!(lift(&SMITH, id));
		assert_eq!(held(&SMITH), 0);
		assert_noop!(lift(&SMITH, id), Error::<Test>::NotOpen);
		for thing in [item(engine(), "EA"), lot(steel(), "A"), item(part(), "150")] {
			assert_eq!(status(thing), RecallStatus::Clear);
		}
		assert_eq!(marked(id).len(), 3);
		made(
			&BUILDER,
			&[using(item(engine(), "EA"), 0)],
			&[new_item(engine(), "ship")],
			None,
		);
		assert_eq!(marked(id).len(), 3);
		// It may be recalled again while the marks go.
		let again = recalled(&SMITH, Scope::Thing(lot(steel(), "A")));
		spread_all(id);
		assert_eq!(marked(id), []);
		assert_noop!(spread(&STRANGER, id, 1), Error::<Test>::NothingToDo);
		assert_ok!(signed(&STRANGER, crate::Call::close_recall { recall: id }));
		let history = crate::RecallBooks::<Test>::get(SMITH).history;
		assert_ne!(history, sp_core::H256::zero());
		spread_all(again);
		assert_eq!(marked(again).len(), 4);
		assert_eq!(marked(again)[0], chain.parts_of_a);
	});
}

#[test]
fn a_recall_that_is_lifted_while_it_spreads_ends() {
	build_and_execute(|| {
		chain();
		let id = recalled(&SMITH, Scope::Thing(lot(steel(), "A")));
		assert_ok!(spread(&STRANGER, id, 3));
		assert_ok!(lift(&SMITH, id));
		assert_eq!(status(item(engine(), "EA")), RecallStatus::Clear);
		spread_all(id);
		assert_eq!(marked(id), []);
		assert_ok!(signed(&STRANGER, crate::Call::close_recall { recall: id }));
		assert_noop!(spread(&STRANGER, id, 1), Error::<Test>::UnknownRecall);
	});
}

#[test]
fn a_machine_is_under_so_many_recalls_of_one_issuer_at_a_time() {
	build_and_execute(|| {
		let example = made(&SMITH, &[], &[new_item(part(), "a")], Some(work(MILL)));
		let scope = |from| Scope::Machine {
			machine: MILL,
			from,
			until: u64::MAX,
			example,
		};
		for from in 0..4 {
			assert_ok!(recall(&SMITH, scope(from)));
		}
		assert_noop!(recall(&SMITH, scope(4)), Error::<Test>::AlreadyRecalled);
		assert_ok!(lift(&SMITH, last_recall()));
		assert_ok!(recall(&SMITH, scope(4)));
		// All of them go over to what is made on it.
		let late = made(&SMITH, &[], &[new_item(part(), "b")], Some(work(MILL)));
		assert_eq!(Marks::<Test>::iter_key_prefix(late).count(), 4);
	});
}

/// Its own maker's word, its issuer's, and those of all others: the worst of them is told.
#[test]
fn of_several_recalls_the_worst_is_told() {
	build_and_execute(|| {
		let chain = chain();
		let (first, second) = (
			recalled(&SMITH, Scope::Thing(item(part(), "102"))),
			recalled(&SMITH, Scope::Thing(item(part(), "201"))),
		);
		spread_all(first);
		spread_all(second);
		let told = || status(item(engine(), "EAB"));
		let affected = |recall, contested| RecallStatus::Affected { recall, contested };
		assert_eq!(told(), affected(first, false));
		let contest = |recall| crate::Call::contest {
			recall,
			making: chain.engine_ab,
			evidence: Default::default(),
		};
		assert_ok!(signed(&BUILDER, contest(first)));
		assert_eq!(told(), affected(second, false));
		assert_ok!(signed(&BUILDER, contest(second)));
		assert_eq!(told(), affected(first, true));
		assert_ok!(root(crate::Call::judge {
			recall: first,
			upheld: false
		}));
		assert_eq!(told(), affected(second, true));
		let making = chain.engine_ab;
		for recall in [first, second] {
			assert_eq!(
				signed(&STRANGER, crate::Call::settle_contest { recall, making }).is_ok(),
				recall == first
			);
		}
		assert_ok!(root(crate::Call::judge {
			recall: second,
			upheld: true
		}));
		assert_ok!(signed(
			&STRANGER,
			crate::Call::settle_contest { recall: second, making }
		));
		assert_eq!(told(), RecallStatus::Recalled { recall: second });
	});
}
