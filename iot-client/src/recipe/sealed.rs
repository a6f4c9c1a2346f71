//! The address of a recipe that only the machine can read.
//!
//! HPKE (RFC 9180) in base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305. The chain keeps the
//! encapsulated key (32 bytes), then the ciphertext (128) and its tag (16), and the version of the machine's key. The address
//! is padded with zero bytes, so that its length tells nothing. Whatever an order is about is bound to it (see
//! [`Context`]): sealed for one order, it opens for no other.

use hpke::{
	aead::ChaCha20Poly1305, kdf::HkdfSha256, kem::X25519HkdfSha256, Deserializable, Kem, OpModeR, OpModeS, Serializable,
};
use rand::{
	rngs::{OsRng, StdRng},
	SeedableRng,
};

/// The longest address, in bytes.
pub const ADDRESS: usize = 128;
/// Bytes of an encapsulated key.
const ENCAPSULATED: usize = 32;
/// Bytes of a tag.
const TAG: usize = 16;
/// What is kept on the chain, in bytes.
pub const SEALED: usize = ENCAPSULATED + ADDRESS + TAG;

/// What the key is derived for.
const INFO: &[u8] = b"bpiiot/recipe-reference/1";

/// The order that an address is sealed for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Context {
	/// The chain's genesis hash.
	pub genesis: [u8; 32],
	/// Who orders.
	pub customer: [u8; 32],
	/// The machine that is to read it.
	pub machine: [u8; 32],
	/// `blake2_256` of the recipe.
	pub recipe: [u8; 32],
	/// The version of the machine's key.
	pub key_version: u32,
}

impl Context {
	/// Its fields one after the other, the version little-endian: the associated data.
	fn bytes(&self) -> Vec<u8> {
		[
			&self.genesis[..],
			&self.customer,
			&self.machine,
			&self.recipe,
			&self.key_version.to_le_bytes(),
		]
		.concat()
	}
}

/// Why an address cannot be sealed or opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SealError {
	/// The address.
	#[error("the recipe's address must have 1 to {ADDRESS} bytes, none of them zero")]
	Address,
	/// The machine's key.
	#[error("the machine's encryption key is no X25519 key; its owner must declare another one")]
	Key,
	/// The system gives no random numbers.
	#[error("the system gives no random numbers")]
	Random,
	/// It was not made by [`seal`], or for another key or order.
	#[error("the recipe's address was encrypted to another key, or for another order, or is damaged")]
	Sealed,
}

/// Encrypts an address to a machine's key.
///
/// # Errors
/// When the address is too long, the key is none, or there is no randomness.
pub fn seal(key: &[u8; 32], context: &Context, address: &str) -> Result<Vec<u8>, SealError> {
	if address.is_empty() || address.len() > ADDRESS || address.contains('\0') {
		return Err(SealError::Address);
	}
	let mut padded = [0; ADDRESS];
	padded[..address.len()].copy_from_slice(address.as_bytes());
	let key = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(key).map_err(|_| SealError::Key)?;
	let mut random = StdRng::try_from_rng(&mut OsRng).map_err(|_| SealError::Random)?;
	let (encapsulated, ciphertext) = hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256, _>(
		&OpModeS::Base,
		&key,
		INFO,
		&padded,
		&context.bytes(),
		&mut random,
	)
	.map_err(|_| SealError::Key)?;
	Ok([&encapsulated.to_bytes()[..], &ciphertext].concat())
}

/// Decrypts what was encrypted to the key that belongs to `secret`, for this order.
///
/// # Errors
/// When it was encrypted to another key or for another order, or is damaged.
pub fn open(secret: &[u8; 32], context: &Context, sealed: &[u8]) -> Result<String, SealError> {
	if sealed.len() != SEALED {
		return Err(SealError::Sealed);
	}
	let (encapsulated, ciphertext) = sealed.split_at(ENCAPSULATED);
	let open = || {
		let secret = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(secret)?;
		let encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(encapsulated)?;
		hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
			&OpModeR::Base,
			&secret,
			&encapsulated,
			INFO,
			ciphertext,
			&context.bytes(),
		)
	};
	let padded = open().map_err(|_: hpke::HpkeError| SealError::Sealed)?;
	let length = padded.iter().position(|byte| *byte == 0).unwrap_or(padded.len());
	let (address, padding) = padded.split_at(length);
	match String::from_utf8(address.to_vec()) {
		Ok(address) if !address.is_empty() && padding.iter().all(|byte| *byte == 0) => Ok(address),
		_ => Err(SealError::Sealed),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use curve25519_dalek::MontgomeryPoint;
	use proptest::prelude::*;

	const SECRET: [u8; 32] = [7; 32];
	const CONTEXT: Context = Context {
		genesis: [1; 32],
		customer: [2; 32],
		machine: [3; 32],
		recipe: [4; 32],
		key_version: 5,
	};

	fn public(secret: [u8; 32]) -> [u8; 32] {
		MontgomeryPoint::mul_base_clamped(secret).to_bytes()
	}

	fn sealed(address: &str) -> Vec<u8> {
		seal(&public(SECRET), &CONTEXT, address).unwrap()
	}

	#[test]
	fn an_address_of_any_length_is_sealed_to_as_many_bytes_and_opened_by_the_key() {
		for address in ["f", "https://example.com/bracket.toml", &"x".repeat(ADDRESS)] {
			let sealed = sealed(address);
			assert_eq!(sealed.len(), SEALED);
			assert_eq!(open(&SECRET, &CONTEXT, &sealed).as_deref(), Ok(address));
		}
		assert_ne!(sealed("same"), sealed("same"), "never twice the same");
	}

	#[test]
	fn an_address_that_does_not_fit_is_refused() {
		for address in ["", "a\0b", &"x".repeat(ADDRESS + 1)] {
			assert_eq!(seal(&public(SECRET), &CONTEXT, address), Err(SealError::Address));
		}
	}

	#[test]
	fn another_key_and_another_order_open_nothing() {
		let sealed = sealed("file:bracket.toml");
		assert_eq!(open(&[8; 32], &CONTEXT, &sealed), Err(SealError::Sealed));
		let others = [
			Context {
				genesis: [9; 32],
				..CONTEXT
			},
			Context {
				customer: [9; 32],
				..CONTEXT
			},
			Context {
				machine: [9; 32],
				..CONTEXT
			},
			Context {
				recipe: [9; 32],
				..CONTEXT
			},
			Context {
				key_version: 6,
				..CONTEXT
			},
		];
		for other in others {
			assert_eq!(open(&SECRET, &other, &sealed), Err(SealError::Sealed), "{other:?}");
		}
	}

	/// RFC 9180, appendix A.2.1: the key pair of the recipient.
	#[test]
	fn a_public_key_is_what_the_standard_says() {
		let secret = "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb";
		let key = "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a";
		let mut bytes = [0; 32];
		hex::decode_to_slice(secret, &mut bytes).unwrap();
		assert_eq!(hex::encode(public(bytes)), key);
	}

	/// Made with another implementation of the RFC, in Python.
	#[test]
	fn what_others_sealed_is_opened() {
		let secret = crate::wallet::blake2_256([b"bpiiot/x25519".as_slice(), b"//Machine"]);
		let key = "e7297cd97abb1d87c942fa54b2cebef448a19bc429ba1db32e1a4f613f9a3a6d";
		assert_eq!(hex::encode(public(secret)), key);
		let sealed = "8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285f9349cb228817fecba324e0660cff165ff3\
			4435ea71851381b659b07b7612d4e8ba1342b1201fc4d90f66100c4b633d7b6151aa3e7d0a6b78deeaa586f3809fbd2babfb9a9834525f13ebd74b1b\
			d89659080a660392b844befd6aa7397f5a76bec22503ceca59f8380ab4be2e556ca374e30eee6d0245e51aa36a68528eb2dbba9f52e9ab96c56e6cb\
			edae00bbd575314";
		let context = Context {
			recipe: [4; 32],
			key_version: 7,
			..CONTEXT
		};
		let address = "https://recipes.example.com/one-hole.toml?key=5b9e";
		let sealed = hex::decode(sealed).unwrap();
		assert_eq!(open(&secret, &context, &sealed).as_deref(), Ok(address));
	}

	proptest! {
		#[test]
		fn whatever_is_damaged_is_not_opened(at in 0..SEALED, bit in 0..8u8) {
			let mut sealed = sealed("file:bracket.toml");
			sealed[at] ^= 1 << bit;
			let opened = open(&SECRET, &CONTEXT, &sealed);
			// Also the highest bit of the encapsulated key, which X25519 ignores: the key schedule hashes it.
			prop_assert_eq!(opened, Err(SealError::Sealed));
		}

		#[test]
		fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2 * SEALED)) {
			prop_assert_eq!(open(&SECRET, &CONTEXT, &bytes), Err(SealError::Sealed));
		}
	}
}
