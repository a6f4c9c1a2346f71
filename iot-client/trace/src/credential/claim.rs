//! Claims that can be shown or kept back one by one: the chain has a hash of each. The form is that of SD-JWT (RFC 9901, 4.2).

use base64::{engine::general_purpose::URL_SAFE_NO_PAD, Engine};
use blake2::{digest::consts::U32, Blake2b};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// Most bytes of a disclosure.
pub const MOST_BYTES: usize = 4_096;

/// Why a text is no disclosure.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ClaimError {
	/// Too long.
	#[error("it has {got} bytes; it must have at most {MOST_BYTES}")]
	TooLong {
		/// How many it has.
		got: usize,
	},
	/// Not encoded as it must be.
	#[error("it is no base64 for URLs without padding (RFC 4648, 5)")]
	Encoding,
	/// Something else was encoded.
	#[error("it must hold a JSON array of three texts: salt, name and value")]
	Content,
}

/// A claim with its salt: whoever has it can show that the chain's hash is of this claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosure {
	text: String,
	name: String,
	value: String,
}

impl Disclosure {
	/// A claim, with a salt that must be random and used for nothing else: without it nobody can guess the claim from its hash.
	pub fn new(salt: &[u8; 16], name: &str, value: &str) -> Result<Self, ClaimError> {
		let salt = URL_SAFE_NO_PAD.encode(salt);
		let json = serde_json::to_string(&[&salt, name, value]).map_err(|_| ClaimError::Content)?;
		Self::parse(&URL_SAFE_NO_PAD.encode(json))
	}

	/// Reads the text that was handed over.
	pub fn parse(text: &str) -> Result<Self, ClaimError> {
		let got = text.len();
		if got > MOST_BYTES {
			return Err(ClaimError::TooLong { got });
		}
		let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| ClaimError::Encoding)?;
		let [_, name, value]: [String; 3] = serde_json::from_slice(&json).map_err(|_| ClaimError::Content)?;
		Ok(Self {
			text: text.to_owned(),
			name,
			value,
		})
	}

	/// The text to hand over.
	pub fn as_str(&self) -> &str {
		&self.text
	}

	/// What is claimed.
	pub fn name(&self) -> &str {
		&self.name
	}

	/// And that it is so.
	pub fn value(&self) -> &str {
		&self.value
	}

	/// What the chain has of it: SHA-256 of the text.
	pub fn hash(&self) -> [u8; 32] {
		Sha256::digest(&self.text).into()
	}
}

/// The root of the hashes of claims, which is what the chain has of them (`pallet-products`, `disclosure`): a Merkle tree of
/// `blake2b-256(0x01 ++ left ++ right)`, in which one that has no neighbour goes up as it is. Zeros for no claim.
pub fn root(hashes: &[[u8; 32]]) -> [u8; 32] {
	let mut level = hashes.to_vec();
	while level.len() > 1 {
		let up = |pair: &[[u8; 32]]| match pair {
			[left, right] => Blake2b::<U32>::new()
				.chain_update([1])
				.chain_update(left)
				.chain_update(right)
				.finalize()
				.into(),
			_ => pair.first().copied().unwrap_or_default(),
		};
		level = level.chunks(2).map(up).collect();
	}
	level.first().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	/// From RFC 9901, 4.2.1 and 4.2.3: `["_26bc4LT-ac6q2KI6cBW5es", "family_name", "Möbius"]`, spaces and all.
	#[test]
	fn a_disclosure_of_the_standard_is_read_and_hashed() {
		let text = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0";
		let read = Disclosure::parse(text).unwrap();
		assert_eq!((read.name(), read.value()), ("family_name", "Möbius"));
		assert_eq!(
			URL_SAFE_NO_PAD.encode(read.hash()),
			"X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"
		);
	}

	/// Computed with Python; the pallet has the same.
	#[test]
	fn the_root_is_the_chains() {
		let hashes = ["one", "two", "three"].map(|text| <[u8; 32]>::from(Sha256::digest(text)));
		assert_eq!(
			hex::encode(root(&hashes)),
			"ccbdf19f18c8bb610994ad6529669760fcd1fabe634b6aadfdaeca8ec0b1a443"
		);
		assert_eq!(root(&hashes[..1]), hashes[0]);
		assert_eq!(root(&[]), [0; 32]);
	}

	#[test]
	fn what_is_no_disclosure_is_told() {
		for (text, error) in [
			("", ClaimError::Content),
			("a", ClaimError::Encoding),
			("WyJh=", ClaimError::Encoding),
			("WyJhIl0", ClaimError::Content),
			("eyJhIjoxfQ", ClaimError::Content),
		] {
			assert_eq!(Disclosure::parse(text), Err(error), "{text}");
		}
		assert_eq!(
			Disclosure::parse(&"A".repeat(MOST_BYTES + 1)),
			Err(ClaimError::TooLong { got: MOST_BYTES + 1 })
		);
		let deep = URL_SAFE_NO_PAD.encode("[".repeat(3_000));
		assert_eq!(Disclosure::parse(&deep), Err(ClaimError::Content));
	}

	proptest! {
		#[test]
		fn claims_are_read_as_they_were_made(salt: [u8; 16], name: String, value: String) {
			let made = Disclosure::new(&salt, &name, &value).unwrap();
			prop_assert_eq!(Disclosure::parse(made.as_str()), Ok(made.clone()));
			prop_assert_eq!((made.name(), made.value()), (name.as_str(), value.as_str()));
		}

		#[test]
		fn no_text_makes_it_panic(text in ".{0,60}", near in "[A-Za-z0-9_-]{0,60}") {
			let _ = (Disclosure::parse(&text), Disclosure::parse(&near));
		}
	}
}
