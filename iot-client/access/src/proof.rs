//! Proofs that a value is in the chain's state, or that there is none: pure, and bounded against whoever made them.
//!
//! The state of a block is a tree whose root's hash is in the block's header. A proof is the nodes of that tree on the way to
//! some keys (`state_getReadProof`): each is named by its hash in the one above it, so none can be changed, and none that
//! matters can be left out.

use sp_core::Blake2Hasher;
use sp_trie::{HashDBT as _, LayoutV1, MemoryDB, StorageProof, EMPTY_PREFIX};

/// The most nodes that a proof may have, and the most bytes in all. A record of ours takes some ten nodes and less than
/// 10 kB, also in a state of millions of records.
pub const MAX_NODES: usize = 512;
/// See [`MAX_NODES`].
pub const MAX_BYTES: usize = 512 * 1024;

/// Why a proof proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
	/// Larger than any honest one.
	#[error("the proof is of {nodes} nodes and {bytes} bytes, more than the {MAX_NODES} nodes and {MAX_BYTES} bytes of any honest one")]
	TooLarge {
		/// Its nodes.
		nodes: usize,
		/// Its bytes.
		bytes: usize,
	},
	/// It belongs to another state.
	#[error("the proof does not begin at the root of that block's state")]
	OtherRoot,
	/// A node on the way to the key is missing or was changed.
	#[error("the proof does not lead to the key: a part of it is missing, or was altered")]
	Broken,
}

/// What a proof shows of the state.
pub struct ProvedState {
	root: sp_core::H256,
	nodes: MemoryDB<Blake2Hasher>,
}

impl std::fmt::Debug for ProvedState {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.debug_tuple("ProvedState").field(&self.root).finish()
	}
}

impl ProvedState {
	/// What these nodes show of the state with this root.
	///
	/// # Errors
	/// When they are too many, or of another state.
	pub fn new(root: [u8; 32], nodes: Vec<Vec<u8>>) -> Result<Self, ProofError> {
		let bytes = nodes.iter().map(Vec::len).sum();
		if nodes.len() > MAX_NODES || bytes > MAX_BYTES {
			let nodes = nodes.len();
			return Err(ProofError::TooLarge { nodes, bytes });
		}
		let root = sp_core::H256(root);
		let nodes = StorageProof::new(nodes).into_memory_db();
		match nodes.contains(&root, EMPTY_PREFIX) {
			true => Ok(Self { root, nodes }),
			false => Err(ProofError::OtherRoot),
		}
	}

	/// The value at this key; `None` when it is proved that there is none.
	///
	/// # Errors
	/// When the proof shows neither.
	pub fn read(&self, key: &[u8]) -> Result<Option<Vec<u8>>, ProofError> {
		sp_trie::read_trie_value::<LayoutV1<Blake2Hasher>, _>(&self.nodes, &self.root, key, None, None)
			.map_err(|_| ProofError::Broken)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;
	use sp_trie::{Recorder, TrieDBBuilder, TrieDBMutBuilder, TrieMut};

	/// A state of so many records, as the chain keeps it: short values within their nodes, long ones (33 bytes and more) beside.
	struct State {
		db: MemoryDB<Blake2Hasher>,
		root: sp_core::H256,
	}

	fn key(index: u32) -> Vec<u8> {
		crate::hash::blake2_256(&index.to_be_bytes()).to_vec()
	}

	fn value(index: u32) -> Vec<u8> {
		vec![index as u8; 1 + (index as usize * 7) % 300]
	}

	impl State {
		fn of(records: u32) -> Self {
			let (mut db, mut root) = (StorageProof::empty().into_memory_db(), Default::default());
			{
				let mut trie = TrieDBMutBuilder::<LayoutV1<Blake2Hasher>>::new(&mut db, &mut root).build();
				for index in 0..records {
					trie.insert(&key(index), &value(index)).unwrap();
				}
			}
			Self { db, root }
		}

		fn root(&self) -> [u8; 32] {
			self.root.0
		}

		/// The nodes that a node of the chain gives for these keys.
		fn prove(&self, keys: &[Vec<u8>]) -> Vec<Vec<u8>> {
			let mut recorder = Recorder::<LayoutV1<Blake2Hasher>>::new();
			{
				let trie = TrieDBBuilder::<LayoutV1<Blake2Hasher>>::new(&self.db, &self.root)
					.with_recorder(&mut recorder)
					.build();
				for key in keys {
					sp_trie::Trie::get(&trie, key).unwrap();
				}
			}
			recorder.drain().into_iter().map(|record| record.data).collect()
		}
	}

	#[test]
	fn shows_what_is_there_and_what_is_not() {
		let state = State::of(500);
		let wanted = [3, 77, 499, 500].map(key);
		let shown = ProvedState::new(state.root(), state.prove(&wanted)).unwrap();
		for index in [3, 77, 499] {
			assert_eq!(shown.read(&key(index)), Ok(Some(value(index))), "{index}");
		}
		assert_eq!(shown.read(&key(500)), Ok(None), "its absence is proved");
	}

	#[test]
	fn shows_nothing_of_what_was_not_asked_for() {
		let state = State::of(500);
		let shown = ProvedState::new(state.root(), state.prove(&[key(3)])).unwrap();
		assert_eq!(shown.read(&key(4)), Err(ProofError::Broken), "neither there nor absent");
	}

	#[test]
	fn a_proof_of_another_state_is_refused() {
		let (state, other) = (State::of(500), State::of(501));
		let proof = state.prove(&[key(3)]);
		assert_eq!(
			ProvedState::new(other.root(), proof).unwrap_err(),
			ProofError::OtherRoot
		);
		assert_eq!(
			ProvedState::new(state.root(), vec![]).unwrap_err(),
			ProofError::OtherRoot
		);
	}

	#[test]
	fn an_oversized_proof_is_refused_before_it_is_looked_into() {
		let root = State::of(1).root();
		for nodes in [vec![vec![0]; MAX_NODES + 1], vec![vec![0; MAX_BYTES + 1]]] {
			let error = ProvedState::new(root, nodes).unwrap_err();
			assert!(matches!(error, ProofError::TooLarge { .. }), "{error}");
		}
	}

	proptest! {
		/// A changed, dropped or added byte anywhere never shows another value.
		#[test]
		fn whatever_is_altered_shows_nothing_else(
			record in 0u32..40, node in any::<prop::sample::Index>(), byte in any::<prop::sample::Index>(), flip in 1u8..,
			how in 0..3,
		) {
			let state = State::of(30);
			let mut proof = state.prove(&[key(record)]);
			let place = node.index(proof.len());
			match how {
				0 => {
					let byte = byte.index(proof[place].len());
					proof[place][byte] ^= flip;
				}
				1 => drop(proof.remove(place)),
				_ => proof[place].push(flip),
			}
			let read = ProvedState::new(state.root(), proof).and_then(|shown| shown.read(&key(record)));
			prop_assert!(read.is_err(), "{:?}", read);
		}

		/// Whoever made it: it ends, without a panic.
		#[test]
		fn garbage_does_no_harm(nodes in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..80), 0..8)) {
			// GIVEN a root that is in it, so that it is looked into.
			let root = nodes.first().map(|node| crate::hash::blake2_256(node)).unwrap_or_default();
			let empty = nodes.is_empty();
			let shown = ProvedState::new(root, nodes);
			prop_assert_eq!(shown.is_err(), empty);
			let _ = shown.map(|shown| shown.read(&key(1)));
		}
	}
}
