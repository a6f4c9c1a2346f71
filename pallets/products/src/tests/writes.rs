//! How many records each step writes: what the chain's throughput hangs on.

use crate::{mock::*, Call, InputLine, RecallOf, Scope, Thing};
use codec::{Encode, MaxEncodedLen};
use frame_support::assert_ok;
use std::collections::BTreeSet;

/// What every block writes anyway, or forgets again, and what benchmarks leave out: events and their number, the depth
/// of transactions. And what only the mock writes: its clock.
fn is_the_blocks_own(key: &[u8]) -> bool {
	if key == frame_support::storage::transactional::TRANSACTION_LEVEL_KEY {
		return true;
	}
	let of_system = sp_io::hashing::twox_128(b"System");
	let account = sp_io::hashing::twox_128(b"Account");
	key.starts_with(&of_system) && !key[16..].starts_with(&account)
}

/// How many keys `step` writes.
fn written(chain: &mut sp_io::TestExternalities, step: impl FnOnce()) -> usize {
	chain.commit_all().expect("no transaction is open");
	chain.execute_with(step);
	let changes = chain.overlayed_changes().changes();
	let keys: BTreeSet<_> = changes.map(|(key, _)| key.clone()).collect();
	keys.iter().filter(|key| !is_the_blocks_own(key)).count()
}

#[test]
fn an_item_takes_two_writes_and_a_range_of_any_length_too() {
	let mut chain = empty();
	let chain = &mut chain;
	assert_eq!(written(chain, || register(&SMITH, part(), "A1").expect("allowed")), 2);
	for last in ["000000000000000001", "999999999999999999"] {
		let register = || register_range(&SMITH, part(), last, last).expect("allowed");
		assert_eq!(written(chain, register), 2);
	}
	let all = || register_range(&SMITH, part(), "0000000", "9999999").expect("allowed");
	assert_eq!(written(chain, all), 2);
	assert_eq!(
		written(chain, || register_lot(&SMITH, steel(), "A", 5).expect("allowed")),
		3
	);
	// The item, and the fee: payer and receiver.
	let touch = || transfer(&SMITH, item(part(), "0000500"), &SMITH, &SHOP, 0).expect("allowed");
	assert_eq!(written(chain, touch), 3);
	let again = || transfer(&SHOP, item(part(), "0000500"), &SHOP, &SMITH, 0).expect("allowed");
	assert_eq!(written(chain, again), 1);
	let whole = || transfer(&SMITH, range(part(), "9999999"), &SMITH, &SHOP, 0).expect("allowed");
	assert_eq!(written(chain, whole), 1);
	chain.execute_with(try_state);
}

/// What eight inputs of each kind take to become one item on a machine.
fn transformation(prepare: impl FnOnce() -> Vec<Thing>) -> usize {
	let mut chain = empty();
	let inputs: Vec<InputLine> = chain.execute_with(|| {
		let line = |thing: Thing| {
			let quantity = u64::from(matches!(thing, Thing::Lot { .. }));
			using(thing, quantity)
		};
		prepare().into_iter().map(line).collect()
	});
	assert_eq!(inputs.len(), 8);
	let writes = written(&mut chain, || {
		made(&SMITH, &inputs, &[new_item(steel(), "X")], Some(work(MILL)));
	});
	chain.execute_with(try_state);
	writes
}

#[test]
fn a_transformation_of_eight_inputs_takes_at_most_eighteen_writes() {
	let lots = transformation(|| {
		let one = |number: u32| {
			let name = format!("L{number}");
			assert_ok!(register_lot(&SMITH, steel(), &name, 5));
			lot(steel(), &name)
		};
		(0..8).map(one).collect()
	});
	// Eight inputs; the making, how, and when on the machine; the item and the prefix.
	assert_eq!(lots, 8 + 3 + 2);
	let items = transformation(|| {
		let one = |number: u32| {
			let name = format!("I{number}");
			assert_ok!(register(&SMITH, part(), &name));
			item(part(), &name)
		};
		(0..8).map(one).collect()
	});
	assert_eq!(items, 13);
	// And the fee, when they are touched for the first time.
	let pieces = transformation(|| {
		assert_ok!(register_range(&SMITH, part(), "10", "99"));
		(10..18).map(|number| item(part(), &number.to_string())).collect()
	});
	assert_eq!(pieces, 15);
	assert!(lots.max(items).max(pieces) <= 18);
}

/// Each recall that is taken over takes a mark and the recall's record.
#[test]
fn a_recall_that_is_taken_over_takes_two_writes_more() {
	let mut chain = empty();
	chain.execute_with(|| {
		for name in ["A", "B"] {
			assert_ok!(register_lot(&SMITH, steel(), name, 100));
			assert_ok!(recall(&SMITH, Scope::Thing(lot(steel(), name))));
		}
	});
	let with = |chain: &mut _, inputs: &[InputLine], name: &str| {
		written(chain, || {
			made(&SMITH, inputs, &[new_item(part(), name)], None);
		})
	};
	let (one, other) = (using(lot(steel(), "A"), 1), using(lot(steel(), "B"), 1));
	let chain = &mut chain;
	assert_eq!(with(chain, &[], "P0"), 3);
	assert_eq!(with(chain, core::slice::from_ref(&one), "P1"), 3 + 1 + 2);
	assert_eq!(with(chain, &[one, other], "P2"), 3 + 2 + 4);
}

/// A making that a recall reaches is written once, whatever it takes to find it.
#[test]
fn spreading_writes_one_mark_for_each_making_and_little_else() {
	let mut chain = empty();
	let id = chain.execute_with(|| {
		assert_ok!(register_lot(&SMITH, steel(), "A", 1_000));
		for number in 0..200 {
			let name = format!("P{number}");
			let first = [using(lot(steel(), "A"), 1)];
			made(&SMITH, &first, &[new_item(part(), &name)], Some(work(MILL)));
		}
		recalled(&SMITH, Scope::Thing(lot(steel(), "A")))
	});
	let writes = written(&mut chain, || spread_all(id));
	// The recall itself, and that it is done.
	assert_eq!(writes, 200 + 2);
	let (bytes, count) = chain.execute_with(|| {
		let marks: Vec<_> = crate::Marks::<Test>::iter().collect();
		let of = |(making, recall, mark): &(_, _, crate::Mark)| {
			crate::Marks::<Test>::hashed_key_for(making, recall).len() + mark.encoded_size()
		};
		(marks.iter().map(of).max().expect("some"), marks.len())
	});
	assert_eq!(count, 200);
	assert_eq!(bytes, 32 + 16 + 10, "of a mark, with its key");
	chain.execute_with(|| lift(&SMITH, id).expect("allowed"));
	let writes = written(&mut chain, || spread_all(id));
	assert_eq!(writes, 200 + 2);
	chain.execute_with(try_state);
}

#[test]
fn packing_writes_what_is_packed_and_the_unit_and_selling_the_unit_one_record() {
	let mut chain = empty();
	chain.execute_with(|| {
		for number in 0..10 {
			assert_ok!(register(&SMITH, part(), &format!("P{number}")));
		}
	});
	let things: Vec<_> = (0..10).map(|number| item(part(), &format!("P{number}"))).collect();
	let (unit, chain) = (sscc(PARTS, 1), &mut chain);
	assert_eq!(written(chain, || pack(&SMITH, unit, &things).expect("allowed")), 10 + 2);
	let sold = || transfer(&SMITH, Thing::Unit { sscc: unit }, &SMITH, &SHOP, 0).expect("allowed");
	assert_eq!(written(chain, sold), 1);
	assert_eq!(
		written(chain, || unpack(&SHOP, unit, &things).expect("allowed")),
		10 + 2
	);
	chain.execute_with(try_state);
}

#[test]
fn a_scan_writes_the_tag_and_an_amendment_the_record() {
	let mut chain = empty();
	let tag = TestTag::new(1);
	let (message, id) = chain.execute_with(|| {
		let id = made(&SMITH, &[], &[new_item(part(), "A")], Some(work(MILL)));
		let (gtin, serial, key) = (part(), serial("A"), tag.key());
		let call = Call::attach_tag {
			gtin,
			serial: serial.clone(),
			key,
		};
		assert_ok!(signed(&SMITH, call));
		blocks_pass(1);
		let (genesis, hash) = (System::block_hash(0), System::block_hash(1));
		(
			crate::tags::challenge(&genesis, gtin, &serial, &SHOP, &1u64, &hash, 1),
			id,
		)
	});
	let signature = tag.sign(&message);
	let scan = || {
		let (gtin, serial) = (part(), serial("A"));
		let call = Call::verify_tag {
			gtin,
			serial,
			block: 1,
			counter: 1,
			signature,
		};
		assert_ok!(signed(&SHOP, call));
	};
	assert_eq!(written(&mut chain, scan), 1);
	let amend = || {
		let work = work(MILL);
		assert_ok!(signed(&SMITH, Call::amend { making: id, work }));
	};
	assert_eq!(written(&mut chain, amend), 1);
}

/// What every step of spreading reads and writes must stay small.
#[test]
fn the_largest_records_are_small() {
	let making = crate::MakingOf::<Test>::max_encoded_len();
	assert!(making <= 1_050, "a making: {making} bytes");
	let recall = RecallOf::<Test>::max_encoded_len();
	assert!(recall <= 600, "a recall: {recall} bytes");
}

/// How many bytes of proof a step of spreading takes, in a state of so many makings: with nothing shared but what 64 steps share.
fn proof_of_a_step(makings: u32, of: impl Fn(u32) -> (Vec<InputLine>, crate::OutputLine)) -> usize {
	let mut chain = empty();
	let id = chain.execute_with(|| {
		assert_ok!(register_lot(&SMITH, steel(), "A", 1_000_000));
		for number in 0..makings {
			let (inputs, output) = of(number);
			made(&SMITH, &inputs, &[output], None);
			if number % 16 == 0 {
				blocks_pass(1);
			}
		}
		let id = recalled(&SMITH, Scope::Thing(lot(steel(), "A")));
		spread(&STRANGER, id, 400).expect("there is work");
		id
	});
	chain.commit_all().expect("no transaction is open");
	let steps = 64;
	let (_, proof) = chain.execute_and_prove(|| crate::Pallet::<Test>::run(id, steps));
	proof.encoded_size() / steps as usize
}

#[test]
fn a_step_of_spreading_takes_little_proof() {
	let item_of_lot = |number: u32| {
		let output = new_item(part(), &format!("{number:06}"));
		(vec![using(lot(steel(), "A"), 1)], output)
	};
	let in_a_row = |number: u32| {
		let input = match number.checked_sub(1) {
			Some(before) => using(item(part(), &format!("{before:06}")), 0),
			None => using(lot(steel(), "A"), 1),
		};
		(vec![input], new_item(part(), &format!("{number:06}")))
	};
	let scattered = |number: u32| {
		let input = match number.checked_sub(1) {
			Some(before) => using(item(part(), &format!("S{}", before.wrapping_mul(2_654_435_761))), 0),
			None => using(lot(steel(), "A"), 1),
		};
		let name = format!("S{}", number.wrapping_mul(2_654_435_761));
		(vec![input], new_item(part(), &name))
	};
	let sizes = [
		proof_of_a_step(4_000, item_of_lot),
		proof_of_a_step(4_000, in_a_row),
		proof_of_a_step(4_000, scattered),
	];
	println!("{sizes:?} bytes of proof a step");
	assert!(sizes.iter().all(|size| *size <= 1_500), "{sizes:?}");
}
