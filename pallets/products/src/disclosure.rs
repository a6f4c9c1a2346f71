//! Some claims of a certificate are shown, and the others not.
//!
//! The chain has the root of a Merkle tree over the hashes of the claims. Each has a salt of its own, so that nobody guesses what is
//! not shown. Whoever shows a claim gives it with its salt and its path. A claim and its hash are those of SD-JWT (RFC 9901, 4.2), which
//! wallets know; iot-trace has the same as `Disclosure`.

use alloc::vec::Vec;
use codec::{Decode, Encode};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_io::hashing::{blake2_256, sha2_256};

/// Most steps of a path: 65,536 claims.
const MAX_STEPS: usize = 16;

/// A claim with its salt, as it is handed over: the base64 for URLs of the JSON array of salt, name and value. Nothing here looks
/// into it.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Claim(pub Vec<u8>);

/// A step from a claim to the root.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct PathStep {
	/// The hash beside it.
	pub sibling: H256,
	/// Whether that is on the left.
	pub is_left: bool,
}

impl Claim {
	/// SHA-256 of the text.
	pub fn hash(&self) -> H256 {
		H256(sha2_256(&self.0))
	}
}

/// `blake2_256(0x01 ++ left ++ right)`.
pub fn join(left: H256, right: H256) -> H256 {
	H256((1u8, left, right).using_encoded(blake2_256))
}

/// The root over claims in their order. One that has no neighbour goes up as it is.
pub fn root(claims: &[Claim]) -> H256 {
	let mut level: Vec<H256> = claims.iter().map(Claim::hash).collect();
	while level.len() > 1 {
		let pairs = level.chunks(2);
		level = pairs
			.map(|pair| match pair {
				[left, right] => join(*left, *right),
				_ => pair.first().copied().unwrap_or_default(),
			})
			.collect();
	}
	level.first().copied().unwrap_or_default()
}

/// The path of a claim, for whoever has all of them.
pub fn path(claims: &[Claim], mut place: usize) -> Vec<PathStep> {
	let mut level: Vec<H256> = claims.iter().map(Claim::hash).collect();
	let mut steps = Vec::new();
	while level.len() > 1 {
		if let Some(sibling) = level.get(place ^ 1) {
			steps.push(PathStep {
				sibling: *sibling,
				is_left: place % 2 == 1,
			});
		}
		let pairs = level.chunks(2);
		level = pairs
			.map(|pair| match pair {
				[left, right] => join(*left, *right),
				_ => pair.first().copied().unwrap_or_default(),
			})
			.collect();
		place /= 2;
	}
	steps
}

/// Whether a claim is one of those under a root.
pub fn is_under(root: H256, claim: &Claim, path: &[PathStep]) -> bool {
	let up = |below: H256, step: &PathStep| {
		if step.is_left {
			join(step.sibling, below)
		} else {
			join(below, step.sibling)
		}
	};
	path.len() <= MAX_STEPS && path.iter().fold(claim.hash(), up) == root
}

#[cfg(test)]
mod tests {
	use super::*;

	fn claims(number: u8) -> Vec<Claim> {
		(0..number).map(|at| Claim(vec![at; 40])).collect()
	}

	#[test]
	fn each_claim_is_under_the_root_and_no_other_is() {
		for number in 1..20 {
			let claims = claims(number);
			let root = root(&claims);
			for (place, claim) in claims.iter().enumerate() {
				let path = path(&claims, place);
				assert!(is_under(root, claim, &path), "{place} of {number}");
				let mut other = claim.clone();
				other.0.push(0);
				assert!(!is_under(root, &other, &path));
				assert!(!is_under(root, &Claim(vec![99; 40]), &path));
			}
		}
	}

	/// From RFC 9901, 4.2.1 and 4.2.3: `["_26bc4LT-ac6q2KI6cBW5es", "family_name", "Möbius"]`.
	#[test]
	fn a_claim_is_hashed_as_wallets_do() {
		let claim = Claim(b"WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0".to_vec());
		// `X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0` in base64 for URLs.
		let begins = [0x5f, 0xdc, 0x87, 0xd0, 0x08, 0xeb, 0x76, 0x6d];
		assert_eq!(claim.hash().as_bytes()[..8], begins);
	}

	/// Computed with Python; iot-trace has the same.
	#[test]
	fn the_root_is_the_one_that_clients_compute() {
		let claims = ["one", "two", "three"].map(|text| Claim(text.into()));
		let hex: alloc::string::String = root(&claims)
			.0
			.iter()
			.map(|byte| alloc::format!("{byte:02x}"))
			.collect();
		assert_eq!(hex, "ccbdf19f18c8bb610994ad6529669760fcd1fabe634b6aadfdaeca8ec0b1a443");
	}

	#[test]
	fn an_inner_hash_is_no_claim_and_no_path_is_endless() {
		let claims = claims(4);
		let root = root(&claims);
		let step = PathStep {
			sibling: root,
			is_left: true,
		};
		assert!(!is_under(root, &claims[0], &[]));
		assert!(!is_under(root, &claims[0], &vec![step; 40]));
	}
}
