//! The proof that whoever makes a key a machine's key holds it.
//!
//! At registration the key signs the owner's account, so nobody can register somebody else's key; the genesis hash, so no
//! proof is of use on another chain; and the owner's registration nonce, so no proof is of use twice.
//!
//! At a rotation the new key signs the machine's id, so nobody can put it into another machine; the genesis hash; and the
//! number of rotations of that machine so far, so that a proof that came to nothing is of no use after the next rotation.

use alloc::{format, vec::Vec};
use bpiiot_primitives::MachineId;
use codec::Encode;
use sp_core::sr25519::{Public, Signature};

/// Tells the signature of a registration from any other that a key gives.
pub const CONTEXT: &[u8; 15] = b"bpiiot/register";

/// Tells the signature of a rotation from any other that a key gives.
pub const ROTATION_CONTEXT: &[u8; 15] = b"bpiiot/rotation";

/// The bytes that the machine's key signs: `SCALE(("bpiiot/register", genesis hash, owner, key, nonce))`, with the
/// context as a fixed array (no length in front) and the nonce as a little-endian `u32`.
pub fn payload<Hash: Encode, AccountId: Encode>(
	genesis_hash: &Hash,
	owner: &AccountId,
	key: &AccountId,
	nonce: u32,
) -> Vec<u8> {
	(CONTEXT, genesis_hash, owner, key, nonce).encode()
}

/// The bytes that a machine's new key signs: `SCALE(("bpiiot/rotation", genesis hash, machine, new key, rotations))`, with
/// the context as a fixed array (no length in front) and `rotations`, how many there were so far, as a little-endian `u32`.
pub fn rotation_payload<Hash: Encode, AccountId: Encode>(
	genesis_hash: &Hash,
	machine: &MachineId,
	new_key: &AccountId,
	rotations: u32,
) -> Vec<u8> {
	(ROTATION_CONTEXT, genesis_hash, machine, new_key, rotations).encode()
}

/// Whether `key` signed `payload`: as it is, or in the `<Bytes>…</Bytes>` that Polkadot.js and other wallets put around
/// whatever is not a transaction. Inside may be the bytes (what Polkadot.js makes of a `0x…` text) or that text itself
/// (what wallets make of it that sign text only).
pub fn verify(payload: &[u8], proof: &Signature, key: &Public) -> bool {
	let signed = |message: &[u8]| sp_io::crypto::sr25519_verify(proof, message, key);
	signed(payload) || signed(&wrapped(payload)) || signed(&wrapped_text(payload))
}

/// `<Bytes>` + payload + `</Bytes>`.
pub fn wrapped(payload: &[u8]) -> Vec<u8> {
	[b"<Bytes>".as_slice(), payload, b"</Bytes>".as_slice()].concat()
}

/// `<Bytes>` + the payload as lowercase `0x…` text + `</Bytes>`.
pub fn wrapped_text(payload: &[u8]) -> Vec<u8> {
	wrapped(format!("0x{:?}", sp_core::hexdisplay::HexDisplay::from(&payload)).as_bytes())
}
