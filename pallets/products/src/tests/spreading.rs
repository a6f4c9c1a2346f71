//! Recalls reach exactly what was made of what they cover, in whatever order steps and makings come.

use super::recalls::{chain, marked};
use crate::{
	mock::*, runtime_api::RecallStatus, Clearances, LastServed, MakingId, OutputLine, RecallId, Recalls, Scope, Stage,
	Thing, Unfinished,
};
use codec::Encode;
use frame_support::{assert_noop, assert_ok, pallet_prelude::Weight, traits::Hooks};
use proptest::prelude::*;
use std::collections::{BTreeSet, HashSet};

/// What was made of what, as naively as can be.
#[derive(Default)]
struct Model {
	makings: Vec<(MakingId, Vec<Thing>, Vec<Thing>)>,
}

impl Model {
	/// All that was made of a thing, directly or not: again and again through everything, until nothing is new.
	fn descendants(&self, root: &Thing) -> BTreeSet<MakingId> {
		let (mut reached, mut things) = (BTreeSet::new(), HashSet::from([root.encode()]));
		loop {
			let before = reached.len();
			for (id, inputs, outputs) in &self.makings {
				if inputs.iter().any(|input| things.contains(&input.encode())) {
					reached.insert(*id);
					things.extend(outputs.iter().map(Encode::encode));
				}
			}
			if reached.len() == before {
				return reached;
			}
		}
	}
}

/// A graph that grows: lots that are used in parts by many, items that are used once, some of them of ranges.
struct Graph {
	model: Model,
	/// What there still is, and for an item of a range that.
	available: Vec<(Thing, Option<Thing>)>,
	made: u32,
}

impl Graph {
	fn new(lots: u32) -> Self {
		let mut graph = Self {
			model: Model::default(),
			available: Vec::new(),
			made: 0,
		};
		for number in 0..lots {
			assert_ok!(register_lot(&SMITH, steel(), &format!("R{number}"), 1_000_000));
			graph.available.push((lot(steel(), &format!("R{number}")), None));
		}
		graph
	}

	/// Makes something of what these numbers choose.
	fn grow(&mut self, picks: &[u32], kind: u32) {
		let mut chosen = BTreeSet::new();
		for pick in picks {
			// What is young more often.
			let place = self.available.len() - 1 - (*pick as usize % self.available.len());
			chosen.insert(place);
		}
		let (mut inputs, mut used) = (Vec::new(), Vec::new());
		for place in chosen.into_iter().rev() {
			let (thing, around) = self.available[place].clone();
			let is_lot = matches!(thing, Thing::Lot { .. });
			inputs.push(using(thing.clone(), u64::from(is_lot)));
			used.push(thing);
			used.extend(around);
			if !is_lot {
				self.available.remove(place);
			}
		}
		let number = self.made;
		// A unit of its own each time, so that nothing is to be conserved.
		let sign = |place: u32| char::from_digit(number / 36u32.pow(place) % 36, 36).expect("a digit");
		let unit: String = [2, 1, 0].map(sign).into_iter().collect::<String>().to_uppercase();
		let outputs = match kind % 4 {
			0 => vec![new_lot(part(), &format!("L{number}"), &unit, 1_000)],
			1 => vec![new_item(part(), &format!("I{number}"))],
			2 => {
				let serial = |at: u32| format!("{:08}", number * 10 + at);
				vec![new_range(part(), &serial(0), &serial(9))]
			}
			_ => vec![
				new_item(part(), &format!("I{number}")),
				new_lot(part(), &format!("L{number}"), &unit, 1_000),
			],
		};
		let id = made(&SMITH, &inputs, &outputs, None);
		self.made += 1;
		let things: Vec<_> = outputs.iter().map(OutputLine::thing).collect();
		for thing in &things {
			match thing {
				Thing::Range { .. } => {
					for at in 0..3 {
						let one = item(part(), &format!("{:08}", number * 10 + at));
						self.available.push((one, Some(thing.clone())));
					}
				}
				other => self.available.push((other.clone(), None)),
			}
		}
		self.model.makings.push((id, used, things));
	}

	fn check(&self, recall: RecallId, root: &Thing) {
		let expected: Vec<_> = self.model.descendants(root).into_iter().collect();
		assert_eq!(marked(recall), expected, "of {root:?}");
	}
}

/// Numbers without much behind them.
fn chance(seed: &mut u32) -> u32 {
	*seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
	*seed >> 8
}

/// Lets a graph grow by so many makings, while a recall spreads that begins in the middle, and compares with the model.
fn race(makings: u32, lots: u32, steps: u32, mut seed: u32) -> usize {
	let mut graph = Graph::new(lots);
	let root = lot(steel(), "R0");
	let mut recall = None;
	for number in 0..makings {
		let picks: Vec<_> = (0..1 + chance(&mut seed) % 3).map(|_| chance(&mut seed)).collect();
		graph.grow(&picks, chance(&mut seed));
		if number == makings / 2 {
			recall = Some(recalled(&SMITH, Scope::Thing(root.clone())));
		}
		if let Some(recall) = recall {
			if chance(&mut seed).is_multiple_of(2) {
				let _ = spread(&STRANGER, recall, 1 + chance(&mut seed) % steps);
			}
		}
		if number % 16 == 0 {
			blocks_pass(1);
		}
	}
	let recall = recall.expect("it has begun");
	spread_all(recall);
	graph.check(recall, &root);
	let (mut told, mut cursor) = (Vec::new(), None);
	loop {
		let page = Products::made_from(root.clone(), cursor);
		told.extend(page.found);
		cursor = page.next;
		if cursor.is_none() {
			break;
		}
	}
	assert_eq!(told, marked(recall), "each once, the oldest first");
	told.len()
}

#[test]
fn recalls_mark_exactly_the_descendants_of_ten_thousand_makings() {
	build_and_execute(|| {
		let reached = race(10_000, 100, 3, 1);
		assert!((500..9_500).contains(&reached), "{reached} says little");
	});
}

/// Asks until there is an answer.
fn is_called_clear(thing: &Thing) -> bool {
	let mut cursor = None;
	loop {
		match Products::recall_status(thing.clone(), cursor) {
			RecallStatus::Pending { cursor: Some(next) } => cursor = Some(next),
			RecallStatus::Clear => return true,
			other => {
				assert!(!matches!(other, RecallStatus::Pending { .. }), "nothing is left out");
				return false;
			}
		}
	}
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

	/// Whatever is made while recalls spread, and however few steps they take.
	#[test]
	fn recalls_mark_exactly_the_descendants(
		makings in 4..60u32,
		lots in 1..6u32,
		steps in 1..8u32,
		seed in any::<u32>(),
	) {
		build_and_execute(|| {
			race(makings, lots, steps, seed);
		});
	}

	/// Before a recall has spread, while it does, and afterwards: what was made of what it covers is never called clear, and
	/// all else always.
	#[test]
	fn nothing_is_called_clear_too_early_or_too_late(
		makings in 4..40u32,
		lots in 1..5u32,
		seed in any::<u32>(),
	) {
		build_and_execute(|| {
			let (mut graph, mut seed) = (Graph::new(lots), seed);
			let root = lot(steel(), "R0");
			let mut recall = None;
			for number in 0..makings {
				graph.grow(&[chance(&mut seed), chance(&mut seed)], chance(&mut seed));
				if number == makings / 3 {
					recall = Some(recalled(&SMITH, Scope::Thing(root.clone())));
				}
				if let Some(recall) = recall {
					let _ = spread(&STRANGER, recall, chance(&mut seed) % 3);
					let descendants = graph.model.descendants(&root);
					for (id, _, outputs) in &graph.model.makings {
						for thing in outputs {
							assert_eq!(is_called_clear(thing), !descendants.contains(id), "{thing:?}");
						}
					}
				}
			}
		});
	}

	/// Several at a time, some of which are lifted on the way.
	#[test]
	fn recalls_do_not_disturb_each_other(
		seed in any::<u32>(),
		events in proptest::collection::vec((0..5u32, 0..8u32), 10..60),
	) {
		build_and_execute(|| {
			let mut seed = seed;
			let mut graph = Graph::new(3);
			let mut recalls: Vec<(RecallId, Thing)> = Vec::new();
			for (what, which) in events {
				match what {
					0 | 1 => graph.grow(&[chance(&mut seed), chance(&mut seed)], which),
					2 => {
						let root = graph.available[which as usize % graph.available.len()].0.clone();
						if recall(&SMITH, Scope::Thing(root.clone())).is_ok() {
							recalls.push((last_recall(), root));
						}
					}
					3 => {
						Products::on_idle(1, STEP.saturating_mul(u64::from(which) * 40));
					}
					_ if !recalls.is_empty() && which == 0 => {
						let place = chance(&mut seed) as usize % recalls.len();
						assert_ok!(lift(&SMITH, recalls.remove(place).0));
					}
					_ => (),
				}
				Products::do_try_state().expect("invariants");
			}
			while Unfinished::<Test>::iter().next().is_some() || Clearances::<Test>::iter().next().is_some() {
				Products::on_idle(1, Weight::MAX);
			}
			for (recall, root) in recalls {
				graph.check(recall, &root);
			}
		});
	}
}

#[test]
fn a_block_with_nothing_to_do_does_nothing() {
	build_and_execute(|| {
		let look = Weight::from_parts(1_000, 10);
		assert_eq!(Products::on_idle(1, Weight::MAX), look);
		assert_eq!(Products::on_idle(1, Weight::from_parts(999, 10)), Weight::zero());
		assert!(!LastServed::<Test>::exists());
	});
}

#[test]
fn an_idle_block_spreads_no_further_than_its_room_goes() {
	build_and_execute(|| {
		chain();
		let id = recalled(&SMITH, Scope::Thing(lot(steel(), "A")));
		let turn = STEP.saturating_mul(32);
		let too_little = turn.saturating_add(Weight::from_parts(999, 9));
		assert!(Products::on_idle(1, too_little).all_lte(Weight::from_parts(1_000, 10)));
		assert_eq!(marked(id), []);
		let used = Products::on_idle(1, turn.saturating_add(Weight::from_parts(1_000, 10)));
		assert!(used.all_lte(turn.saturating_add(Weight::from_parts(1_000, 10))));
		assert_eq!(marked(id).len(), 3);
		assert_eq!(Recalls::<Test>::get(id).expect("there").stage, Stage::Spread);
	});
}

#[test]
fn what_the_proof_did_not_need_is_used_for_more() {
	let spread_with = |growth: Option<u64>| {
		let mut used = Weight::zero();
		build_and_execute(|| {
			let mut graph = Graph::new(1);
			(0..400).for_each(|_| graph.grow(&[0], 1));
			let id = recalled(&SMITH, Scope::Thing(lot(steel(), "R0")));
			ProofSize::set(&growth.map(|growth| (0, growth)));
			// Time for all of it, proof for two turns by the estimate.
			let limit = Weight::from_parts(u64::MAX, 10 + 2 * 32 * 100 + 50);
			used = Products::on_idle(1, limit);
			assert!(used.all_lte(limit));
			ProofSize::set(&None);
			spread_all(id);
		});
		used.ref_time()
	};
	let by_estimate = spread_with(None);
	assert_eq!(by_estimate, 1_000 + 2 * 32_000);
	// A tenth of what was estimated.
	assert!(spread_with(Some(320)) > 5 * by_estimate);
	// Half as much again: there is no room for a second turn.
	assert_eq!(spread_with(Some(4_800)), 1_000 + 32_000);
}

#[test]
fn all_recalls_have_their_turn() {
	build_and_execute(|| {
		let mut graph = Graph::new(3);
		// Hundreds of uses of the first lot, one of the others.
		for _ in 0..300 {
			made(
				&SMITH,
				&[using(lot(steel(), "R0"), 1)],
				&[new_item(part(), &format!("X{}", graph.made))],
				None,
			);
			graph.made += 1;
		}
		for name in ["R1", "R2"] {
			made(&SMITH, &[using(lot(steel(), name), 1)], &[new_item(part(), name)], None);
		}
		let recall = |name: &str| recalled(&SMITH, Scope::Thing(lot(steel(), name)));
		let (large, small, other) = (recall("R0"), recall("R1"), recall("R2"));
		let turns = |turns: u64| {
			STEP.saturating_mul(32 * turns)
				.saturating_add(Weight::from_parts(1_000, 10))
		};
		Products::on_idle(1, turns(3));
		for id in [small, other] {
			assert_eq!(Recalls::<Test>::get(id).expect("there").stage, Stage::Spread);
		}
		assert!(Unfinished::<Test>::contains_key(large));
		// What spreads goes before what is cleared.
		assert_ok!(lift(&SMITH, small));
		Products::on_idle(1, turns(2));
		assert!(Clearances::<Test>::contains_key(small));
		Products::on_idle(1, turns(40));
		assert!(!Unfinished::<Test>::contains_key(large));
		Products::on_idle(1, turns(40));
		assert!(!Clearances::<Test>::contains_key(small));
		assert_eq!(marked(large).len(), 300);
	});
}

#[test]
fn anybody_pays_to_help_a_recall_on_and_only_for_what_was_done() {
	use crate::Call;
	use frame_support::dispatch::GetDispatchInfo;
	use sp_runtime::traits::Dispatchable;
	build_and_execute(|| {
		chain();
		let id = recalled(&SMITH, Scope::Thing(lot(steel(), "A")));
		let call = RuntimeCall::Products(Call::spread {
			recall: id,
			steps: u32::MAX,
		});
		assert_eq!(call.get_dispatch_info().call_weight, STEP.saturating_mul(1_000));
		let done = call.dispatch(RuntimeOrigin::signed(STRANGER)).expect("there is work");
		let weight = done.actual_weight.expect("told");
		assert!(weight.all_lt(STEP.saturating_mul(32)), "{weight:?}");
		assert_eq!(marked(id).len(), 3);
		assert_noop!(spread(&STRANGER, id, 1), crate::Error::<Test>::NothingToDo);
	});
}

/// A step reads no more when there is more of everything: neither what is asked for nor what is kept grows with the graph.
#[test]
fn the_record_of_a_recall_does_not_grow_with_what_it_reaches() {
	build_and_execute(|| {
		let mut graph = Graph::new(1);
		(0..100).for_each(|_| graph.grow(&[0], 1));
		let id = recalled(&SMITH, Scope::Thing(lot(steel(), "R0")));
		let mut most = 0;
		while spread(&STRANGER, id, 7).is_ok() {
			most = most.max(Recalls::<Test>::get(id).expect("there").encoded_size());
		}
		assert!(most <= 320, "{most} bytes");
	});
}
