//! What clients find: asked as a client asks, through the runtime API and its encoding.

use crate::{
	mock::*,
	runtime_api::{Page, Proven},
	Challenge, ChallengeId, ChallengeOf, SeriesOf, Why,
};
use bpiiot_primitives::{MachineId, UnixMillis};
use bpiiot_seal::{Proof, Refused};
use codec::{Decode, Encode};
use frame_support::assert_ok;
use sp_runtime::{traits::Block as BlockT, ExtrinsicInclusionMode};

type Block = <Test as frame_system::Config>::Block;

sp_api::impl_runtime_apis! {
	impl sp_api::Core<Block> for Test {
		fn version() -> sp_version::RuntimeVersion {
			Default::default()
		}

		fn execute_block(_: <Block as BlockT>::LazyBlock) {}

		fn initialize_block(_: &<Block as BlockT>::Header) -> ExtrinsicInclusionMode {
			ExtrinsicInclusionMode::AllExtrinsics
		}
	}

	impl crate::runtime_api::TelemetryApi<Block, AccountId, u128> for Test {
		fn series_of(machine: MachineId) -> Option<SeriesOf<Test>> {
			Telemetry::series_of(machine)
		}

		fn anchors_of(machine: MachineId, cursor: Option<u64>) -> Page {
			Telemetry::anchors_of(machine, cursor)
		}

		fn batches_between(machine: MachineId, from: UnixMillis, to: UnixMillis, cursor: Option<u64>) -> Page {
			Telemetry::batches_between(machine, from, to, cursor)
		}

		fn verify_proof(machine: MachineId, proof: Proof) -> Result<Proven, Why> {
			Telemetry::verify_proof(machine, proof)
		}

		fn challenges_of(machine: MachineId) -> Vec<(ChallengeId, ChallengeOf<Test>)> {
			Telemetry::challenges_of(machine)
		}
	}
}

/// What a node answers to `state_call`.
fn ask<Answer: Decode>(method: &str, arguments: impl Encode) -> Answer {
	let method = format!("TelemetryApi_{method}");
	let answer = api::dispatch(&method, &arguments.encode()).expect("the runtime has it");
	Answer::decode(&mut answer.as_slice()).expect("it is of this type")
}

fn anchors_of(machine: MachineId, cursor: Option<u64>) -> Page {
	ask("anchors_of", (machine, cursor))
}

fn between(machine: MachineId, from: u64, to: u64, cursor: Option<u64>) -> Page {
	ask("batches_between", (machine, from, to, cursor))
}

fn verify(machine: MachineId, proof: &Proof) -> Result<Proven, Why> {
	ask("verify_proof", (machine, proof))
}

fn challenges_of(machine: MachineId) -> Vec<(ChallengeId, ChallengeOf<Test>)> {
	ask("challenges_of", machine)
}

fn series_of(machine: MachineId) -> Option<SeriesOf<Test>> {
	ask("series_of", machine)
}

/// The press has so many anchors, a minute apart.
fn with_anchors(count: u32) {
	assert_ok!(set_room(&OWNER, PRESS, count + 1));
	for _ in 0..count {
		anchored();
	}
}

fn numbers(page: &Page) -> Vec<u64> {
	page.found.iter().map(|(number, _)| *number).collect()
}

#[test]
fn anchors_are_found_page_by_page() {
	build_and_execute(|| {
		with_anchors(70);
		let mut cursor = None;
		let mut pages = Vec::new();
		loop {
			let page = anchors_of(PRESS, cursor);
			pages.push(numbers(&page));
			assert!(page.found.iter().all(|(number, anchor)| kept(*number) == *anchor));
			cursor = page.next;
			if cursor.is_none() {
				break;
			}
		}
		let expected: [Vec<u64>; 3] = [(1..=32).collect(), (33..=64).collect(), (65..=70).collect()];
		assert_eq!(pages, expected);
		time_passes(RETENTION);
		assert_ok!(prune(&OWNER, 40));
		assert_eq!(numbers(&anchors_of(PRESS, None)), (41..=70).collect::<Vec<_>>());
		assert_eq!(numbers(&anchors_of(PRESS, Some(3))), (41..=70).collect::<Vec<_>>());
		assert_eq!(anchors_of(PRESS, Some(71)), Page::default());
		assert_eq!(anchors_of(PRESS, Some(u64::MAX)), Page::default());
		assert_eq!(anchors_of(MILL, None), Page::default());
		assert_eq!(anchors_of(MachineId([9; 32]), None), Page::default());
		assert_eq!(series_of(PRESS), Some(series()));
		assert_eq!(series_of(MachineId([9; 32])), None);
	});
}

#[test]
fn batches_are_found_by_what_is_in_them() {
	build_and_execute(|| {
		with_anchors(70);
		let found = |from, to| numbers(&between(PRESS, from, to, None));
		// Each begins with the anchor before it, and has ten readings, a second apart.
		for number in [1, 2, 35, 70] {
			let anchor = kept(number);
			assert_eq!(found(anchor.from, anchor.from), [number]);
			assert_eq!(found(anchor.to, anchor.to), [number]);
			assert_eq!(found(anchor.to + 1, anchor.to + 2), Vec::<u64>::new());
			assert_eq!(found(anchor.from - 1, anchor.to + 1), [number]);
		}
		assert_eq!(found(kept(5).to, kept(7).from), [5, 6, 7]);
		assert_eq!(found(kept(7).to, kept(5).from), Vec::<u64>::new());
		assert_eq!(found(u64::MAX, u64::MAX), Vec::<u64>::new());
		assert_eq!(found(0, START - 1), Vec::<u64>::new());
		let all = between(PRESS, 0, u64::MAX, None);
		assert_eq!((numbers(&all), all.next), ((1..=32).collect(), Some(33)));
		let rest = between(PRESS, 0, kept(40).from, all.next);
		assert_eq!((numbers(&rest), rest.next), ((33..=40).collect(), None));
		assert_eq!(between(MILL, 0, u64::MAX, None), Page::default());
		let nobody = between(MachineId([9; 32]), 0, u64::MAX, None);
		assert_eq!(nobody, Page::default());
	});
}

#[test]
fn a_proof_shows_its_readings_their_anchor_and_whether_they_are_evidence() {
	build_and_execute(|| {
		let readings = anchored();
		let proof = Proof::of(1, &readings, 2, 3).expect("there are such places");
		let shown = |refused| {
			Ok(Proven {
				readings: readings[2..5].to_vec(),
				anchor: kept(1),
				refused,
			})
		};
		assert_eq!(verify(PRESS, &proof), shown(None));
		Expired::insert((PRESS, readings[4].channel), 0);
		assert_eq!(verify(PRESS, &proof), shown(Some(Why::NotCalibrated)));
		let mut forged = proof.clone();
		forged.first = 3;
		let why = Why::NotProven(Refused::OtherRoot);
		assert_eq!(verify(PRESS, &forged), Err(why));
		assert_eq!(verify(MILL, &proof), Err(Why::NeverAnchored));
	});
}

#[test]
fn open_challenges_are_found_by_their_machine() {
	build_and_execute(|| {
		anchored();
		assert_eq!(challenges_of(PRESS), []);
		assert_ok!(challenge(&PARTY, 1, 2, 3));
		let expected = Challenge {
			machine: PRESS,
			batch: 1,
			first: 2,
			count: 3,
			challenger: PARTY,
			deposit: CHALLENGE_DEPOSIT,
			until: START + MINUTE + MIN_WINDOW,
		};
		assert_eq!(challenges_of(PRESS), [(last_challenge(), expected)]);
		assert_eq!(challenges_of(MILL), []);
	});
}
