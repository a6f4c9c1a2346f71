//! An anchor in the state of a block.

use crate::{AnchorFile, Refused};
use bpiiot_seal::Hash;
use codec::{Compact, Decode};
use sp_core::{
	hashing::{blake2_128, blake2_256, twox_128},
	Blake2Hasher, H256,
};
use sp_trie::{LayoutV1, StorageProof};

/// The most nodes that a proof may have: an honest one takes some ten.
const MAX_NODES: usize = 512;

/// What the chain keeps of a batch: of fixed width, in this order.
#[derive(Decode, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Anchor {
	pub(crate) hash: Hash,
	pub(crate) root: Hash,
	pub(crate) channels: Hash,
	pub(crate) count: u32,
	pub(crate) lost: u32,
	pub(crate) jumps: u16,
	pub(crate) from: u64,
	pub(crate) to: u64,
	pub(crate) after: u64,
	pub(crate) anchored_at: u64,
	pub(crate) kept_from: u64,
	pub(crate) withheld: bool,
}

/// How many bytes it is.
const LEN: usize = 147;

/// Where the anchor of a machine's batch is in the state.
fn key(machine: &Hash, number: u64) -> Vec<u8> {
	let number = number.to_le_bytes();
	[
		&twox_128(b"Telemetry")[..],
		&twox_128(b"Anchors"),
		&blake2_128(machine),
		machine,
		&blake2_128(&number),
		&number,
	]
	.concat()
}

/// The root of the state in a header: after the parent's hash and the number.
fn state_root(header: &[u8]) -> Option<H256> {
	let mut rest = header.get(32..)?;
	Compact::<u32>::decode(&mut rest).ok()?;
	H256::decode(&mut rest).ok()
}

/// The anchor in the state of the block with this hash.
pub(crate) fn anchor(file: &AnchorFile, machine: &Hash, number: u64, block: &Hash) -> Result<Anchor, Refused> {
	if blake2_256(&file.header.0) != *block {
		return Err(Refused::OtherBlock);
	}
	if file.nodes.len() > MAX_NODES {
		return Err(Refused::NotAnchored);
	}
	let root = state_root(&file.header.0).ok_or(Refused::OtherBlock)?;
	let nodes = file.nodes.iter().map(|node| node.0.clone());
	let nodes = StorageProof::new(nodes).into_memory_db::<Blake2Hasher>();
	let key = key(machine, number);
	let value = sp_trie::read_trie_value::<LayoutV1<Blake2Hasher>, _>(&nodes, &root, &key, None, None);
	let value = value.ok().flatten().filter(|value| value.len() == LEN);
	let value = value.ok_or(Refused::NotAnchored)?;
	Anchor::decode(&mut value.as_slice()).map_err(|_| Refused::NotAnchored)
}
