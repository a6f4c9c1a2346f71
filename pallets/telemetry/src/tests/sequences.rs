//! Whatever happens in whatever order.

use crate::{mock::*, AllSeries, Call, ChallengeId, Challenges, Evidence};
use bpiiot_primitives::MachineId;
use bpiiot_seal::{Proof, Reading};
use proptest::{prelude::*, sample::select, strategy::ValueTree, test_runner::TestRunner};
use sp_runtime::DispatchResult;
use std::collections::BTreeMap;

/// Something that happens. Numbers name people, machines and batches that there may be.
#[derive(Clone, Debug)]
enum Step {
	Room(usize, usize, u32),
	Anchor(usize, u64, u64),
	Replay(usize),
	Forge(usize, u64),
	Prune(usize, usize, u32, bool),
	Challenge(usize, usize, u64, u32, u32),
	Produce(usize, usize),
	ProduceForged(usize, usize),
	Expire(usize),
	Sweep,
	Wait(u64),
	Sell(usize, usize),
	Pause(bool),
}

const PEOPLE: [AccountId; 4] = [OWNER, PARTY, NEIGHBOUR, STRANGER];
const MACHINES: [MachineId; 2] = [PRESS, MILL];

/// What machines have kept of their batches.
type Kept = BTreeMap<(MachineId, u64), Vec<Reading>>;

fn step() -> impl Strategy<Value = Step> {
	let minutes = select(vec![0, 1, MINUTE, MIN_WINDOW, MIN_WINDOW + 1, RETENTION]);
	let (who, machine) = (0..6usize, 0..2usize);
	prop_oneof![
		1 => (who.clone(), machine.clone(), 0..8u32).prop_map(|(a, b, room)| Step::Room(a, b, room)),
		6 => (machine.clone(), 1..6u64, 0..3 * MINUTE).prop_map(|(a, count, wait)| Step::Anchor(a, count, wait)),
		1 => machine.clone().prop_map(Step::Replay),
		1 => (machine.clone(), any::<u64>()).prop_map(|(a, how)| Step::Forge(a, how)),
		2 => (who.clone(), machine.clone(), 0..4u32, any::<bool>())
			.prop_map(|(a, b, count, keep)| Step::Prune(a, b, count, keep)),
		4 => (who.clone(), machine.clone(), 0..4u64, 0..6u32, 0..4u32)
			.prop_map(|(a, b, batch, first, count)| Step::Challenge(a, b, batch, first, count)),
		2 => (who.clone(), 0..4usize).prop_map(|(a, which)| Step::Produce(a, which)),
		1 => (who.clone(), 0..4usize).prop_map(|(a, which)| Step::ProduceForged(a, which)),
		1 => (0..4usize).prop_map(Step::Expire),
		1 => Just(Step::Sweep),
		4 => minutes.prop_map(Step::Wait),
		1 => (machine, 0..4usize).prop_map(|(a, b)| Step::Sell(a, b)),
		1 => any::<bool>().prop_map(Step::Pause),
	]
}

/// A person, or the key of a machine.
fn who(number: usize) -> AccountId {
	let machine = |place: usize| key(MACHINES[place % MACHINES.len()]);
	PEOPLE.get(number).cloned().unwrap_or_else(|| machine(number))
}

/// The first of all is whoever controls the machine, so that something comes of it.
fn for_machine(number: usize, machine: MachineId) -> AccountId {
	match number {
		0 => Owners::get(machine).expect("it has an owner"),
		_ => who(number),
	}
}

/// One of the challenges that are open.
fn open(number: usize) -> ChallengeId {
	let mut open: Vec<_> = Challenges::<Test>::iter_keys().collect();
	open.sort_unstable();
	open.get(number % open.len().max(1)).copied().unwrap_or_default()
}

/// What was asked for by a challenge.
fn answer(id: ChallengeId, kept: &Kept) -> Option<Proof> {
	let asked = Challenges::<Test>::get(id)?;
	let readings = kept.get(&(asked.machine, asked.batch))?;
	Proof::of(asked.batch, readings, asked.first, asked.count)
}

fn nothing_to_do() -> DispatchResult {
	Err(sp_runtime::DispatchError::Other("there is nothing to do it with"))
}

fn run(step: Step, kept: &mut Kept) -> DispatchResult {
	match step {
		Step::Room(a, b, room) => set_room(&for_machine(a, MACHINES[b]), MACHINES[b], room),
		Step::Anchor(a, count, wait) => {
			let machine = MACHINES[a];
			if !AllSeries::<Test>::contains_key(machine) {
				return nothing_to_do();
			}
			let readings = measured(machine, count);
			let batch = sealed(machine, &readings);
			let number = batch.number;
			time_passes(wait);
			anchor(machine, batch)?;
			kept.insert((machine, number), readings);
			Ok(())
		}
		// Any batch that there was, once more, as it was and as the next one.
		Step::Replay(a) => {
			let machine = MACHINES[a];
			let Some(((_, number), readings)) = kept.iter().rfind(|((of, _), _)| *of == machine) else {
				return nothing_to_do();
			};
			let mut batch = sealed(machine, &measured(machine, 1));
			let (first, last) = (readings[0].sequence, readings[readings.len() - 1].sequence);
			(batch.count, batch.runs[0].first, batch.runs[0].last) = (readings.len() as u32, first, last);
			assert!(anchor(machine, batch.clone()).is_err());
			batch.number = *number;
			assert!(anchor(machine, batch).is_err());
			nothing_to_do()
		}
		Step::Forge(a, how) => {
			let machine = MACHINES[a];
			if !AllSeries::<Test>::contains_key(machine) {
				return nothing_to_do();
			}
			let mut batch = sealed(machine, &measured(machine, 3));
			match how % 5 {
				0 => batch.previous[0] ^= 1,
				1 => batch.number += 1 + how % 3,
				2 => batch.count += 1,
				3 => batch.to = Timestamp::get() + 1 + how % 1_000,
				_ => batch.runs[0].first += 1,
			}
			assert!(anchor(machine, batch).is_err());
			nothing_to_do()
		}
		Step::Prune(a, b, count, keep_room) => {
			let machine = MACHINES[b];
			let call = Call::prune {
				machine,
				count,
				keep_room,
			};
			signed(&for_machine(a, machine), call)
		}
		Step::Challenge(a, b, batch, first, count) => {
			let machine = MACHINES[b];
			// One of the last ones.
			let number = AllSeries::<Test>::get(machine).map_or(0, |series| series.number);
			let call = Call::challenge {
				machine,
				batch: number.saturating_sub(batch),
				first,
				count,
				window: MIN_WINDOW,
			};
			signed(&who(a), call)
		}
		Step::Produce(a, which) => {
			let id = open(which);
			answer(id, kept).map_or_else(nothing_to_do, |proof| produce(&who(a), id, proof))
		}
		Step::ProduceForged(a, which) => {
			let id = open(which);
			let Some(mut proof) = answer(id, kept) else {
				return nothing_to_do();
			};
			proof.readings[0].value ^= 1;
			assert!(produce(&who(a), id, proof).is_err());
			nothing_to_do()
		}
		Step::Expire(which) => expire(open(which)),
		Step::Sweep => {
			idle();
			Ok(())
		}
		Step::Wait(millis) => {
			time_passes(millis);
			Ok(())
		}
		Step::Sell(a, b) => {
			sold(MACHINES[a], &PEOPLE[b]);
			Ok(())
		}
		Step::Pause(pause) => match pause {
			true => Escrow::pause(RuntimeOrigin::root()),
			false => Escrow::resume(RuntimeOrigin::root()),
		},
	}
}

/// Everybody is a party of everything.
fn begin() {
	for who in PEOPLE.into_iter().chain(MACHINES.map(|machine| machine.account())) {
		MACHINES.into_iter().for_each(|machine| is_party(&who, machine));
	}
}

/// What is kept is provable, whatever was pruned, challenged or sold; and nothing else is.
fn check(kept: &Kept) {
	assert_eq!(Telemetry::do_try_state(), Ok(()));
	for ((machine, number), readings) in kept {
		let proof = Proof::of(*number, readings, 0, 1).expect("there is a reading");
		let is_kept = crate::Anchors::<Test>::contains_key(machine, number);
		let is_withheld = Telemetry::is_withheld(machine, *number);
		let found = Telemetry::verify_proof(*machine, proof);
		assert_eq!(found.is_ok(), is_kept);
		let is_evidence = found.is_ok_and(|found| found.refused.is_none());
		assert!(!(is_withheld && is_evidence));
	}
}

/// Or the property would say little.
#[test]
fn chance_brings_each_step_to_its_end() {
	let mut chance = TestRunner::deterministic();
	let sequences = proptest::collection::vec(step(), 60);
	let mut done = BTreeMap::new();
	for _ in 0..60 {
		let steps = sequences.new_tree(&mut chance).expect("it has no filter").current();
		build_and_execute(|| {
			begin();
			let mut kept = Kept::new();
			for step in steps {
				let name = format!("{step:?}").split('(').next().map(str::to_owned);
				*done.entry(name).or_insert(0) += u32::from(run(step, &mut kept).is_ok());
			}
		});
	}
	let refused = ["Replay", "Forge", "ProduceForged"].map(|name| Some(name.to_owned()));
	assert_eq!(done.len(), 13, "{done:?}");
	for (name, times) in &done {
		assert_eq!(*times == 0, refused.contains(name), "{done:?}");
	}
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

	/// The invariants hold all the while.
	#[test]
	fn series_hold_whatever_happens(steps in proptest::collection::vec(step(), 1..60)) {
		build_and_execute(|| {
			begin();
			let mut kept = Kept::new();
			for step in steps {
				// Refusals are part of the game; what matters is the state after them.
				let _ = run(step, &mut kept);
				check(&kept);
			}
		});
	}
}
