//! The fingerprint of everything above: equal on both sides, or they misunderstand each other.

/// The wire types as text, one a line. A test checks that this is what is really encoded.
pub const SCHEMA: &str = include_str!("../schema.txt");

/// 32-bit FNV-1a of [`SCHEMA`]. The hello carries it; a host refuses a board with another one.
pub const SCHEMA_HASH: u32 = fnv1a(SCHEMA.as_bytes());

/// FNV-1a with 32 bits: offset basis 0x811c9dc5, prime 0x01000193 (draft-eastlake-fnv).
const fn fnv1a(bytes: &[u8]) -> u32 {
	let mut hash: u32 = 0x811c_9dc5;
	let mut i = 0;
	while i < bytes.len() {
		hash = (hash ^ bytes[i] as u32).wrapping_mul(0x0100_0193);
		i += 1;
	}
	hash
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn fnv1a_matches_its_published_values() {
		assert_eq!(fnv1a(b""), 0x811c_9dc5);
		assert_eq!(fnv1a(b"a"), 0xe40c_292c);
		assert_eq!(fnv1a(b"foobar"), 0xbf9c_f968);
	}
}
