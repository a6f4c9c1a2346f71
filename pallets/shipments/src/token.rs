//! Handover tokens: the giver's signature, which the receiver brings to the chain. So a driver at a gate needs no network, and
//! the gate's phone a link or a picture of it.
//!
//! The giver signs the genesis hash, so that a token is of no use on another chain; the shipment and the number of the handover,
//! so that it is of no use for another one or a second time; who receives, so that nobody else can present it; and until when,
//! on the chain's time.

use crate::ShipmentId;
use alloc::{format, vec::Vec};
use bpiiot_primitives::UnixMillis;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::sr25519::{Public, Signature};

/// Tells the signature of a handover from any other that a key gives.
pub const CONTEXT: &[u8; 15] = b"bpiiot/handover";

/// A giver's signature, and until when it holds.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Token {
	/// It is of no use when the chain's time is later than this.
	pub valid_until: UnixMillis,
	/// The giver's signature of [`payload`].
	pub signature: Signature,
}

/// The bytes that the giver signs: `SCALE(("bpiiot/handover", genesis hash, shipment, hop, receiver, valid until))`, with the
/// context as a fixed array (no length in front), the number of the handover as a byte, and both numbers as little-endian
/// `u64`.
pub fn payload<Hash: Encode, AccountId: Encode>(
	genesis_hash: &Hash,
	shipment: ShipmentId,
	hop: u8,
	receiver: &AccountId,
	valid_until: UnixMillis,
) -> Vec<u8> {
	(CONTEXT, genesis_hash, shipment, hop, receiver, valid_until).encode()
}

/// Whether `key` signed `payload`: as it is, or in the `<Bytes>…</Bytes>` that Polkadot.js and other wallets put around
/// whatever is not a transaction, there as bytes or as their `0x…` text.
pub fn verify(payload: &[u8], signature: &Signature, key: &Public) -> bool {
	let signed = |message: &[u8]| sp_io::crypto::sr25519_verify(signature, message, key);
	let text = || format!("0x{:?}", sp_core::hexdisplay::HexDisplay::from(&payload));
	signed(payload) || signed(&wrapped(payload)) || signed(&wrapped(text().as_bytes()))
}

/// `<Bytes>` + message + `</Bytes>`.
pub fn wrapped(message: &[u8]) -> Vec<u8> {
	[b"<Bytes>".as_slice(), message, b"</Bytes>".as_slice()].concat()
}
