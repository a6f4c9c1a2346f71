//! Every reading of every batch proves, and nothing else does.

mod common;

use bpiiot_seal::{Proof, Refused, Tree, MAX_PROVEN, MAX_READINGS};
use codec::{Decode, Encode};
use common::*;
use proptest::prelude::*;

fn root(count: u64) -> [u8; 32] {
	let mut tree = Tree::default();
	readings(count).iter().for_each(|reading| {
		tree.push(reading.leaf());
	});
	tree.root().expect("there are readings")
}

#[test]
fn each_row_of_readings_of_each_small_batch_proves_and_no_other_batch_has_it() {
	let roots: Vec<_> = (1..=20).map(root).collect();
	for count in 1..=17u32 {
		let all = readings(count.into());
		for first in 0..count {
			for length in 1..=count - first {
				let proof = Proof::of(1, &all, first, length).expect("there are such places");
				for (other, root) in (1u32..).zip(&roots) {
					assert_eq!(
						proof.verify(root, other).is_ok(),
						other == count,
						"{first} {length} {count}"
					);
					// Nor by saying another number of readings.
					assert_eq!(proof.verify(root, count).is_ok(), other == count);
				}
			}
		}
	}
}

#[test]
fn there_is_no_proof_of_what_is_not_there() {
	let all = readings(9);
	for (first, count) in [(0, 0), (0, 10), (9, 1), (8, 2), (u32::MAX, 1), (1, u32::MAX)] {
		assert_eq!(Proof::of(1, &all, first, count), None);
	}
	assert_eq!(Proof::of(1, &[], 0, 0), None);
	let many = readings(MAX_PROVEN as u64 + 1);
	assert!(Proof::of(1, &many, 0, MAX_PROVEN as u32).is_some());
	assert_eq!(Proof::of(1, &many, 0, MAX_PROVEN as u32 + 1), None);
}

#[test]
fn what_is_wrong_with_a_proof_is_said() {
	let (all, root) = (readings(100), root(100));
	let good = Proof::of(1, &all, 50, 3).expect("there are such places");
	assert_eq!(good.verify(&root, 100), Ok(()));
	type Break = fn(&mut Proof);
	let cases: [(Refused, Break); 11] = [
		(Refused::NoReadings, |proof| proof.readings.clear()),
		(Refused::TooManyReadings, |proof| {
			proof.readings = readings(MAX_PROVEN as u64 + 1)
		}),
		(Refused::BeyondTheBatch, |proof| proof.first = 98),
		(Refused::BeyondTheBatch, |proof| proof.first = u32::MAX),
		(Refused::PathTooShort, |proof| {
			proof.path.pop();
		}),
		(Refused::PathTooShort, |proof| proof.path.clear()),
		(Refused::PathTooLong, |proof| proof.path.push([0; 32])),
		(Refused::PathTooLong, |proof| proof.path = vec![[0; 32]; 41]),
		(Refused::OtherRoot, |proof| proof.path.swap(0, 1)),
		(Refused::OtherRoot, |proof| proof.readings.swap(0, 1)),
		(Refused::OtherRoot, |proof| proof.readings[1].value += 1),
	];
	for (error, break_it) in cases {
		let mut proof = good.clone();
		break_it(&mut proof);
		assert_eq!(proof.verify(&root, 100), Err(error), "{proof:?}");
	}
	for count in [0, 52, MAX_READINGS + 1, u32::MAX] {
		assert_eq!(good.verify(&root, count), Err(Refused::BeyondTheBatch));
	}
}

/// A batch that ends with its last reading twice has another root than the one without it, and a node is no leaf.
#[test]
fn no_leaf_stands_for_two_and_no_node_for_a_leaf() {
	let three = readings(3);
	let four: Vec<_> = three.iter().chain(three.last()).copied().collect();
	let top = |readings: &[bpiiot_seal::Reading]| {
		let mut tree = Tree::default();
		readings.iter().for_each(|reading| {
			tree.push(reading.leaf());
		});
		tree.top()
	};
	assert_ne!(top(&three), top(&four));
	// The tree over the tops of two pairs has the same top as that of the four, and another root.
	let mut pairs = Tree::default();
	for pair in four.chunks(2) {
		pairs.push(top(pair).expect("two"));
	}
	assert_eq!(pairs.top(), top(&four));
	let mut whole = Tree::default();
	four.iter().for_each(|reading| {
		whole.push(reading.leaf());
	});
	assert_ne!(pairs.root(), whole.root());
}

#[test]
fn a_proof_of_a_batch_of_65536_has_less_than_700_bytes_and_so_has_one_of_a_million() {
	let mut sizes = Vec::new();
	for count in [65_536, MAX_READINGS] {
		// As long as any: the path does not hang on what is read.
		let proof = Proof {
			batch: u64::MAX,
			first: count - 1,
			readings: vec![reading(0)],
			path: vec![[1; 32]; count.trailing_zeros() as usize],
		};
		assert_eq!(proof.verify(&[0; 32], count), Err(Refused::OtherRoot));
		sizes.push(proof.encoded_size());
	}
	assert_eq!(sizes, [556, 684]);
}

#[test]
fn a_full_tree_takes_no_more() {
	let mut tree = Tree::default();
	assert_eq!(tree.root(), None);
	let leaf = reading(0).leaf();
	while tree.push(leaf) {}
	assert_eq!(tree.count(), MAX_READINGS);
	let root = tree.root();
	assert!(!tree.push(leaf));
	assert_eq!(tree.root(), root);
	// All of one leaf, so each path is that of any other.
	let mut path = vec![leaf];
	while path.len() < 20 {
		let below = path[path.len() - 1];
		path.push(bpiiot_seal::node(&below, &below));
	}
	path.reverse();
	let (batch, first, readings) = (1, MAX_READINGS - 1, vec![reading(0)]);
	let proof = Proof {
		batch,
		first,
		readings,
		path,
	};
	assert_eq!(proof.verify(&root.expect("it is full"), MAX_READINGS), Ok(()));
}

#[test]
fn order_is_seen_over_times_and_sequences() {
	let mut proof = Proof::of(1, &readings(100), 38, 5).expect("there are such places");
	assert!(proof.is_in_order());
	proof.readings[4].at = proof.readings[3].at;
	assert!(proof.is_in_order());
	proof.readings[4].at -= 1;
	assert!(!proof.is_in_order());
	proof.readings.pop();
	proof.readings[3].sequence = 0;
	assert!(!proof.is_in_order());
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

	/// Any row of any batch proves with the same root that the sealer has found.
	#[test]
	fn any_row_of_any_batch_proves(count in 1..600u64, first in any::<u32>(), length in any::<u32>()) {
		let all = readings(count);
		let first = first % count as u32;
		let length = 1 + length % (count as u32 - first);
		let proof = Proof::of(1, &all, first, length).expect("there are such places");
		prop_assert_eq!(proof.verify(&sealed(&all).root, count as u32), Ok(()));
		prop_assert!(proof.path.len() <= 20);
		prop_assert!(proof.is_in_order());
	}

	/// No byte of a proof can be another one, but for the number of the batch, which says where to look for the root.
	#[test]
	fn no_altered_byte_proves(count in 1..600u64, first in any::<u32>(), place in any::<usize>(), flip in 1..=255u8) {
		let all = readings(count);
		let proof = Proof::of(1, &all, first % count as u32, 1).expect("there is such a place");
		let mut bytes = proof.encode();
		let place = 8 + place % (bytes.len() - 8);
		bytes[place] ^= flip;
		if let Ok(altered) = Proof::decode(&mut &bytes[..]) {
			prop_assert!(altered.verify(&root(count), count as u32).is_err());
		}
	}

	/// Nor one of a longer or a shorter batch.
	#[test]
	fn no_proof_of_another_size_proves(count in 1..300u64, other in 1..300u64, first in any::<u32>()) {
		prop_assume!(count != other);
		let all = readings(count);
		let proof = Proof::of(1, &all, first % count as u32, 1).expect("there is such a place");
		prop_assert!(proof.verify(&root(other), other as u32).is_err());
		prop_assert!(proof.verify(&root(other), count as u32).is_err());
		prop_assert!(proof.verify(&root(count), other as u32).is_err());
	}

	/// Whatever comes, it is looked at in time and without a panic.
	#[test]
	fn any_bytes_are_refused_in_peace(
		first in any::<u32>(), count in any::<u32>(), length in 0..40usize, path in 0..50usize, root in any::<[u8; 32]>()
	) {
		let proof = Proof { batch: 0, first, readings: readings(length as u64), path: vec![root; path] };
		prop_assert!(proof.verify(&root, count).is_err());
		prop_assert!(proof.verify(&root, count % 100).is_err());
		let near = Proof { first: first % 100, ..proof };
		prop_assert!(near.verify(&root, count % 100).is_err());
	}
}
