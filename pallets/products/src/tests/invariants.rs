//! try-state sees what is broken.

use super::recalls::{chain, Chain};
use crate::{
	gs1::{SerialKey, SerialNumber},
	mock::*,
	Call, Certificates, CertificatesOf, Clearances, ComponentRecalls, Contests, HoldReason, Holdings, Items, Lots,
	MachineRecalls, MadeOn, MakingId, Makings, Mark, Marks, Outcome, Prefixes, Productions, Ranges, RecallBooks,
	RecallId, Recalls, Roots, Scope, Stage, State, Subject, Tag, Tags, Thing, Unfinished, Units, Verdict,
};
use frame_support::{
	assert_ok,
	storage::with_transaction,
	traits::{fungible::MutateHold, GetStorageVersion, Hooks},
};
use sp_core::H256;
use sp_runtime::{DispatchError, TransactionOutcome, TryRuntimeError};

/// What there is in the state that is broken.
struct World {
	chain: Chain,
	recall: RecallId,
	other: RecallId,
}

/// What is done to the state, after what try-state must say.
type Damage = (&'static str, fn(&World));

/// Runs `break_it` on a state with a bit of everything, and tells what try-state says.
fn broken_by(break_it: impl FnOnce(&World)) -> TryRuntimeError {
	let mut said = Ok(());
	build_and_execute(|| {
		let _ = with_transaction(|| {
			let chain = chain();
			assert_ok!(register(&SMITH, part(), "A1"));
			assert_ok!(pack(&SMITH, sscc(PARTS, 1), &[item(part(), "A1")]));
			assert_ok!(pack(&SMITH, sscc(PARTS, 2), &[Thing::Unit { sscc: sscc(PARTS, 1) }]));
			let now = Timestamp::get();
			assert_ok!(signed(
				&CERTIFIER,
				Call::certify {
					subject: Subject::Product(part()),
					schema: H256::zero(),
					claims: H256::zero(),
					from: now,
					until: now + 1,
				}
			));
			let recall = recalled(&SMITH, Scope::Thing(lot(steel(), "A")));
			spread_all(recall);
			assert_ok!(signed(
				&BUILDER,
				Call::contest {
					recall,
					making: chain.engine_ab,
					evidence: H256::zero(),
				}
			));
			let other = recalled(&SMITH, Scope::Thing(lot(steel(), "B")));
			Products::do_try_state().expect("nothing is broken yet");
			break_it(&World { chain, recall, other });
			said = Products::do_try_state();
			TransactionOutcome::Rollback(Ok::<(), DispatchError>(()))
		});
	});
	said.expect_err("try-state must see the damage")
}

fn change_making(id: MakingId, change: impl FnOnce(&mut crate::MakingOf<Test>)) {
	Makings::<Test>::mutate(id, |making| change(making.as_mut().expect("there")));
}

fn change_recall(id: RecallId, change: impl FnOnce(&mut crate::RecallOf<Test>)) {
	Recalls::<Test>::mutate(id, |recall| change(recall.as_mut().expect("there")));
}

fn change_item(thing: &str, change: impl FnOnce(&mut crate::ItemOf<Test>)) {
	let key = SerialKey::of(&serial(thing));
	let gtin = if thing.starts_with('E') { engine() } else { part() };
	Items::<Test>::mutate(gtin, key, |item| change(item.as_mut().expect("there")));
}

fn change_unit(number: u64, change: impl FnOnce(&mut crate::UnitOf<Test>)) {
	Units::<Test>::mutate(sscc(PARTS, number), |unit| change(unit.as_mut().expect("there")));
}

fn change_prefix(change: impl FnOnce(&mut crate::AssignmentOf<Test>)) {
	Prefixes::<Test>::mutate(PARTS.last().to_be_bytes(), |record| {
		change(record.as_mut().expect("there"))
	});
}

fn check(damages: &[Damage]) {
	for (say, damage) in damages {
		assert_eq!(broken_by(damage), TryRuntimeError::Other(say));
	}
}

#[test]
fn it_sees_what_is_wrong_with_keys() {
	check(&[
		("invariant 9: a prefix counts other records than it has", |_| {
			change_prefix(|record| record.used += 1)
		}),
		("invariant 9: more records than room", |_| {
			change_prefix(|record| record.room = 1)
		}),
		("a prefix stands in the wrong place", |_| {
			change_prefix(|record| record.prefix = GOODS)
		}),
		("prefixes overlap", |_| {
			let mut record = Prefixes::<Test>::get(PARTS.last().to_be_bytes()).expect("there");
			record.prefix.digits = record.prefix.digits * 10 + 9;
			record.prefix.length += 1;
			// Behind it, and within.
			let first = Prefixes::<Test>::take(PARTS.last().to_be_bytes()).expect("there");
			let mut wide = first;
			wide.prefix.digits /= 10;
			wide.prefix.length -= 1;
			Prefixes::<Test>::insert(wide.prefix.last().to_be_bytes(), wide);
			Prefixes::<Test>::insert(record.prefix.last().to_be_bytes(), record);
		}),
		("something lies under no prefix", |_| {
			Prefixes::<Test>::remove(PARTS.last().to_be_bytes());
		}),
		("a GTIN is wrong", |_| {
			let record = Items::<Test>::iter_values().next().expect("some");
			Items::<Test>::insert(crate::gs1::Gtin(part().0 + 1), SerialKey::of(&serial("X")), record);
		}),
		("ranges overlap", |_| {
			let mut range = Ranges::<Test>::get(part(), SerialNumber::new(3, 299)).expect("there");
			range.first = 199;
			Ranges::<Test>::insert(part(), SerialNumber::new(3, 299), range);
		}),
		("a range ends before it begins", |_| {
			let mut range = Ranges::<Test>::get(part(), SerialNumber::new(3, 299)).expect("there");
			range.first = 300;
			range.making = None;
			Ranges::<Test>::insert(part(), SerialNumber::new(3, 299), range);
			// Those of its items that were touched lie in no range now.
			change_prefix(|record| record.used += 2);
		}),
		("a range was used up together that had been split", |world| {
			let mut range = Ranges::<Test>::get(part(), SerialNumber::new(3, 299)).expect("there");
			range.state = State::Used(world.chain.engine_a);
			Ranges::<Test>::insert(part(), SerialNumber::new(3, 299), range);
		}),
	]);
}

#[test]
fn it_sees_what_is_wrong_with_genealogy() {
	check(&[
		("invariant 6: what was used is gone", |world| {
			change_making(world.chain.engine_a, |making| {
				making.inputs[0].thing = item(part(), "none")
			})
		}),
		("invariant 6: something was made of what is younger", |world| {
			change_making(world.chain.engine_a, |making| {
				making.inputs[0].thing = item(engine(), "EB")
			})
		}),
		("invariant 6: a making used something twice", |world| {
			change_making(world.chain.engine_a, |making| {
				making.inputs[0].thing = making.inputs[1].thing.clone();
			})
		}),
		("invariant 6: something does not know how it was made", |world| {
			change_item("EA", |item| item.making = Some(world.chain.engine_b))
		}),
		("a making without anything that came of it", |world| {
			change_making(world.chain.engine_a, |making| making.outputs.clear())
		}),
		("invariant 6: something was used up twice", |world| {
			change_making(world.chain.engine_ab, |making| {
				making.inputs[0].thing = item(part(), "100")
			})
		}),
		("invariant 6: a thing and a making do not say the same", |_| {
			change_item("100", |item| item.state = State::Free)
		}),
		("invariant 6: a thing was made by nothing", |_| {
			change_item("A1", |item| item.making = Some(MakingId::from(1)))
		}),
		("invariant 6: something was used up that is not there", |world| {
			change_making(world.chain.engine_a, |making| {
				let mut input = making.inputs[0].clone();
				input.thing = item(part(), "150");
				making.inputs.try_push(input).expect("room");
			})
		}),
		("invariant 7: a lot is not what was used of it and what is left", |_| {
			Holdings::<Test>::mutate((steel(), serial("A")), SMITH, |holding| {
				holding.as_mut().expect("there").quantity += 1
			})
		}),
		(
			"invariant 7: a lot is not what was used of it and what is left",
			|world| change_making(world.chain.parts_of_a, |making| making.inputs[0].quantity -= 1),
		),
		("a holding of nothing was kept", |_| {
			Holdings::<Test>::insert((steel(), serial("A")), SHOP, crate::Holding::default())
		}),
		("invariant 6: a use of a lot is in no list", |_| {
			Holdings::<Test>::mutate((steel(), serial("A")), SMITH, |holding| {
				holding.as_mut().expect("there").last_use = None
			})
		}),
		("invariant 6: a use of a lot is in no making", |world| {
			let last_use = Some(world.chain.engine_a);
			Holdings::<Test>::mutate((steel(), serial("A")), SMITH, |holding| {
				holding.as_mut().expect("there").last_use = last_use
			})
		}),
		("invariant 6: a use of a lot is listed twice", |world| {
			let holding = crate::Holding {
				last_use: Some(world.chain.parts_of_a),
				..crate::Holding::default()
			};
			Holdings::<Test>::insert((steel(), serial("A")), SHOP, holding)
		}),
		("invariant 6: the uses of a lot are not in order", |world| {
			let id = world.chain.parts_of_a;
			change_making(id, |making| making.inputs[0].previous = Some(id))
		}),
	]);
}

#[test]
fn it_sees_what_is_wrong_with_units_and_records() {
	check(&[
		("an empty unit was kept", |_| {
			change_unit(1, |unit| unit.contents.clear())
		}),
		("units lie in each other too deep, or in themselves", |_| {
			change_unit(1, |unit| {
				unit.contents
					.try_push(Thing::Unit { sscc: sscc(PARTS, 1) })
					.expect("room")
			})
		}),
		("something is in two units", |_| {
			change_unit(2, |unit| unit.contents.try_push(item(part(), "A1")).expect("room"))
		}),
		("a thing and its unit do not say the same", |_| {
			change_item("A1", |item| item.state = State::Free)
		}),
		("a thing and its unit do not say the same", |_| {
			change_unit(1, |unit| unit.within = None)
		}),
		("something is in a unit that is not there", |_| {
			change_unit(1, |unit| unit.contents.try_push(item(part(), "none")).expect("room"))
		}),
		("an SSCC is wrong", |_| {
			let unit = Units::<Test>::take(sscc(PARTS, 2)).expect("there");
			let wrong = crate::gs1::Sscc(sscc(PARTS, 2).0 + 1);
			Units::<Test>::insert(wrong, unit);
		}),
		("a machine's making has no record", |world| {
			Productions::<Test>::remove(world.chain.engine_a)
		}),
		("a machine's making is listed in the wrong place", |world| {
			Productions::<Test>::mutate(world.chain.engine_a, |record| {
				record.as_mut().expect("there").work.until += 1
			})
		}),
		("a machine's making is not listed", |world| {
			let moment = (Timestamp::get().to_be_bytes(), world.chain.engine_a);
			MadeOn::<Test>::remove(PRESS, moment);
		}),
		("a certificate is listed that is not there", |_| {
			let id = Certificates::<Test>::iter_keys().next().expect("some");
			Certificates::<Test>::remove(id);
		}),
		("a certificate is not listed", |_| {
			let _ = CertificatesOf::<Test>::clear(u32::MAX, None);
		}),
		("invariant 9: a prefix counts other records than it has", |_| {
			let tag = Tag {
				key: [0; 33],
				counter: 0,
				seen: 0,
				copies: 0,
			};
			Tags::<Test>::insert(part(), SerialKey::of(&serial("A1")), tag);
		}),
		("invariant 9: a prefix counts other records than it has", |_| {
			let record = Lots::<Test>::get(steel(), serial("B")).expect("there");
			Lots::<Test>::insert(steel(), serial("C"), record);
		}),
	]);
}

#[test]
fn it_sees_what_is_wrong_with_recalls() {
	check(&[
		("invariant 6: a recall has marked what it does not cover", |world| {
			let next = Recalls::<Test>::get(world.recall).expect("there").head;
			let verdict = Verdict::Affected;
			Marks::<Test>::insert(world.chain.engine_b, world.recall, Mark { verdict, next });
			change_recall(world.recall, |recall| {
				recall.head = Some(world.chain.engine_b);
				recall.marked += 1;
			});
		}),
		("invariant 6: a recall has not marked what it covers", |world| {
			let head = Recalls::<Test>::get(world.recall).expect("there").head.expect("some");
			let mark = Marks::<Test>::take(head, world.recall).expect("there");
			change_recall(world.recall, |recall| {
				recall.head = mark.next;
				recall.marked -= 1;
			});
		}),
		("invariant 6: a mark is not in its recall's list", |world| {
			change_recall(world.recall, |recall| recall.head = None)
		}),
		("invariant 6: the marks of a recall run in a circle", |world| {
			let head = Recalls::<Test>::get(world.recall).expect("there").head;
			let id = head.expect("some");
			Marks::<Test>::mutate(id, world.recall, |mark| mark.as_mut().expect("there").next = head);
		}),
		("invariant 6: a recall counts other marks than there are", |world| {
			change_recall(world.recall, |recall| recall.marked += 1)
		}),
		("an issuer's own making is not recalled", |world| {
			Marks::<Test>::mutate(world.chain.parts_of_a, world.recall, |mark| {
				mark.as_mut().expect("there").verdict = Verdict::Affected
			})
		}),
		("a recall counts other contests", |world| {
			change_recall(world.recall, |recall| recall.contests = 0)
		}),
		(
			"invariant 6: a recall that spreads is not on the list, or another one is",
			|world| Unfinished::<Test>::remove(world.other),
		),
		(
			"invariant 6: a recall that spreads is not on the list, or another one is",
			|world| Unfinished::<Test>::insert(world.recall, ()),
		),
		(
			"a recall that is cleared is not on the list, or another one is",
			|world| Clearances::<Test>::insert(world.recall, ()),
		),
		(
			"a recall that is cleared is not on the list, or another one is",
			|world| {
				Unfinished::<Test>::remove(world.other);
				change_recall(world.other, |recall| {
					recall.outcome = Outcome::Lifted;
					recall.stage = Stage::Clearing;
				})
			},
		),
		("invariant 6: a mark of no recall was kept", |world| {
			let mark = Mark {
				verdict: Verdict::Affected,
				next: None,
			};
			Marks::<Test>::insert(world.chain.engine_b, RecallId::from(1), mark)
		}),
		("invariant 6: what is made now would not know of a recall", |world| {
			let _ = world;
			Roots::<Test>::remove(lot(steel(), "A"), SMITH)
		}),
		("a recall is listed that does not count", |world| {
			change_recall(world.other, |recall| recall.outcome = Outcome::Lifted)
		}),
		("a recall is listed that does not count", |world| {
			ComponentRecalls::<Test>::insert(lot(steel(), "A"), BUILDER, world.recall)
		}),
		("a recall is listed that does not count", |world| {
			let _ = MachineRecalls::<Test>::try_append(MILL, SMITH, world.recall);
		}),
		("an issuer's recalls are counted wrongly", |_| {
			RecallBooks::<Test>::mutate(SMITH, |book| book.kept = 0)
		}),
		("an issuer's recalls are not counted", |_| {
			RecallBooks::<Test>::remove(SMITH)
		}),
	]);
}

#[test]
fn it_sees_what_is_wrong_with_deposits() {
	let differ = "invariant 9: deposits on hold differ from the records";
	for reason in [
		HoldReason::Prefix,
		HoldReason::Room,
		HoldReason::Certificate,
		HoldReason::Recall,
		HoldReason::Contest,
	] {
		let said = broken_by(|_| Balances::hold(&reason.into(), &STRANGER, 20).expect("he is rich"));
		assert_eq!(said, TryRuntimeError::Other(differ));
	}
	check(&[
		(differ, |_| change_prefix(|record| record.deposit += 1)),
		(differ, |_| change_prefix(|record| record.room_deposit += 1)),
		(differ, |world| change_recall(world.recall, |recall| recall.bond += 1)),
		(differ, |world| {
			Contests::<Test>::mutate(world.recall, world.chain.engine_ab, |contest| {
				contest.as_mut().expect("there").bond += 1
			})
		}),
		("invariant 9: a record's deposit is not on hold", |world| {
			change_recall(world.recall, |recall| recall.payer = AccountId::new([77; 32]));
			let bond = RECALL_BOND;
			let _ = Balances::release(
				&HoldReason::Recall.into(),
				&SMITH,
				bond,
				frame_support::traits::tokens::Precision::Exact,
			);
		}),
	]);
}

#[test]
fn the_storage_has_a_version_and_the_configuration_is_sound() {
	build_and_execute(|| {
		assert_eq!(Products::in_code_storage_version(), 1);
		<Products as Hooks<u64>>::integrity_test();
		#[cfg(feature = "try-runtime")]
		assert_ok!(<Products as Hooks<u64>>::try_state(1));
	});
}
