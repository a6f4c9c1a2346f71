//! The hashes, each with a prefix of its own, so that none can be taken for one of another kind.

#[cfg(not(target_family = "wasm"))]
use sp_crypto_hashing::blake2_256;
#[cfg(target_family = "wasm")]
use sp_io::hashing::blake2_256;

/// A blake2b hash of 32 bytes.
pub type Hash = [u8; 32];

const READING: &[u8; 14] = b"bpiiot/reading";
const NODE: &[u8; 11] = b"bpiiot/node";
const ROOT: &[u8; 11] = b"bpiiot/root";
const PRUNED: &[u8; 13] = b"bpiiot/pruned";
pub(crate) const BATCH: &[u8; 12] = b"bpiiot/batch";
pub(crate) const CHANNELS: &[u8; 15] = b"bpiiot/channels";

/// Of bytes that begin with their prefix.
pub(crate) fn plain(bytes: &[u8]) -> Hash {
	blake2_256(bytes)
}

/// Of a reading: a leaf.
pub(crate) fn leaf(reading: &[u8; 30]) -> Hash {
	let mut bytes = [0; 44];
	bytes[..14].copy_from_slice(READING);
	bytes[14..].copy_from_slice(reading);
	blake2_256(&bytes)
}

/// Of two neighbours in the tree.
pub fn node(left: &Hash, right: &Hash) -> Hash {
	let mut bytes = [0; 75];
	bytes[..11].copy_from_slice(NODE);
	bytes[11..43].copy_from_slice(left);
	bytes[43..].copy_from_slice(right);
	blake2_256(&bytes)
}

/// Of the top of a tree of so many leaves. With the number in it no proof of a longer or shorter tree is one of this.
pub fn root_of(count: u32, top: &Hash) -> Hash {
	let mut bytes = [0; 47];
	bytes[..11].copy_from_slice(ROOT);
	bytes[11..15].copy_from_slice(&count.to_le_bytes());
	bytes[15..].copy_from_slice(top);
	blake2_256(&bytes)
}

/// What stands for all anchors that the chain has forgotten, once one more is forgotten: the hash of its batch, and when it
/// was anchored (unix ms). It begins with zeros.
pub fn fold_pruned(before: &Hash, batch: &Hash, anchored_at: u64) -> Hash {
	let mut bytes = [0; 85];
	bytes[..13].copy_from_slice(PRUNED);
	bytes[13..45].copy_from_slice(before);
	bytes[45..77].copy_from_slice(batch);
	bytes[77..].copy_from_slice(&anchored_at.to_le_bytes());
	blake2_256(&bytes)
}
