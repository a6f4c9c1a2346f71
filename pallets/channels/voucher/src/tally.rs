//! What is signed, and the bytes that it is signed as.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{
	sr25519::{Public, Signature},
	H256,
};

/// A payment channel.
#[derive(
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	Clone,
	Copy,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Debug,
	Default,
)]
pub struct ChannelId(pub u64);

/// Where a word counts: in this channel of this chain, and nowhere else.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Domain {
	/// The hash of the chain's first block.
	pub genesis: H256,
	/// The channel.
	pub channel: ChannelId,
}

/// What has been supplied through a channel so far, and what that comes to. All of it counts from the channel's beginning.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct Tally {
	/// Counts the seller's statements, from 1. A voucher has that of the statement that it signs.
	pub sequence: u64,
	/// What the meter shows, in the channel's unit.
	pub reading: u64,
	/// What it costs, in the smallest unit of the channel's asset.
	pub amount: u128,
}

/// What somebody says of a tally by signing it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Word {
	/// The seller: so much has been supplied.
	Tick,
	/// The buyer: so much is yours.
	Voucher,
	/// Both: the channel ends with this.
	Close,
}

impl Word {
	/// All of them.
	pub const ALL: [Self; 3] = [Self::Tick, Self::Voucher, Self::Close];

	/// Tells it from any other that a key signs. None of them is how another begins.
	pub const fn tag(self) -> &'static [u8] {
		match self {
			Self::Tick => b"bpiiot/tick",
			Self::Voucher => b"bpiiot/voucher",
			Self::Close => b"bpiiot/close",
		}
	}

	/// The bytes that are signed: the tag with no length in front, the genesis hash, and then little-endian the channel (8),
	/// the sequence (8), the reading (8) and the amount (16).
	pub fn bytes(self, domain: &Domain, tally: &Tally) -> Vec<u8> {
		let mut bytes = Vec::with_capacity(96);
		bytes.extend_from_slice(self.tag());
		bytes.extend_from_slice(domain.genesis.as_bytes());
		bytes.extend_from_slice(&domain.channel.0.to_le_bytes());
		bytes.extend_from_slice(&tally.sequence.to_le_bytes());
		bytes.extend_from_slice(&tally.reading.to_le_bytes());
		bytes.extend_from_slice(&tally.amount.to_le_bytes());
		bytes
	}
}

/// A tally, and somebody's signature under it: a statement, a voucher or an end, as the place says where it stands.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct SignedTally {
	/// What is signed.
	pub tally: Tally,
	/// The signature over [`Word::bytes`] (sr25519, context `substrate`).
	pub signature: Signature,
}

/// Whether anybody can sign for this key: it is the neutral element of its group. It is the only one, since the order of the
/// group is a prime.
pub fn is_weak(key: &Public) -> bool {
	key.0 == [0; 32]
}

#[cfg(feature = "std")]
mod signing {
	use super::*;
	use sp_core::{sr25519::Pair, Pair as _};

	impl SignedTally {
		/// Says `word` of `tally` with this key.
		pub fn sign(word: Word, domain: &Domain, tally: Tally, key: &Pair) -> Self {
			let signature = key.sign(&word.bytes(domain, &tally));
			Self { tally, signature }
		}

		/// Whether `key` has said `word` of this. A weak key says nothing.
		pub fn is_by(&self, word: Word, domain: &Domain, key: &Public) -> bool {
			!is_weak(key) && Pair::verify(&self.signature, word.bytes(domain, &self.tally), key)
		}
	}
}
