//! What an end of a channel must not forget.

use bpiiot_voucher::{ChannelId, Domain, SignedTally};
use codec::{Decode, Encode};

/// The first byte of a book: its format.
const FORMAT: u8 = 1;

/// What an end of a channel must not forget.
#[derive(Encode, Decode, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Book {
	/// The newest voucher: at the buyer what it owes, at the seller what it can have the chain pay.
	pub newest: Option<SignedTally>,
	/// The end that the buyer has asked for, with its signature.
	pub close: Option<SignedTally>,
	/// The same with the seller's signature.
	pub consent: Option<SignedTally>,
}

impl Book {
	pub(crate) fn to_bytes(self) -> Vec<u8> {
		(FORMAT, self).encode()
	}

	/// `None` when it is not of this format.
	pub(crate) fn from_bytes(mut bytes: &[u8]) -> Option<Self> {
		let (format, book) = <(u8, Self)>::decode(&mut bytes).ok()?;
		(format == FORMAT && bytes.is_empty()).then_some(book)
	}
}

/// Under which a book stands: the genesis hash, and the channel big-endian.
pub(crate) type Key = [u8; 40];

pub(crate) fn key_of(domain: &Domain) -> Key {
	let mut bytes = domain.genesis.0.into_iter().chain(domain.channel.0.to_be_bytes());
	std::array::from_fn(|_| bytes.next().unwrap_or_default())
}

pub(crate) fn domain_of(key: &Key) -> Domain {
	let (genesis, channel) = key.split_at(32);
	Domain {
		genesis: sp_core::H256::from_slice(genesis),
		channel: ChannelId(channel.iter().fold(0, |id, byte| id << 8 | u64::from(*byte))),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use bpiiot_voucher::{Tally, Word};
	use sp_core::{sr25519::Pair, Pair as _, H256};

	#[test]
	fn a_book_is_what_was_written_and_nothing_else_is_one() {
		let domain = Domain {
			genesis: H256::repeat_byte(7),
			channel: ChannelId(0x0102_0304_0506_0708),
		};
		assert_eq!(domain_of(&key_of(&domain)), domain);
		let tally = Tally {
			sequence: 1,
			reading: 2,
			amount: 3,
		};
		let signed = SignedTally::sign(Word::Voucher, &domain, tally, &Pair::from_seed(&[1; 32]));
		for book in [
			Book::default(),
			Book {
				newest: Some(signed),
				close: Some(signed),
				consent: Some(signed),
			},
		] {
			let bytes = book.to_bytes();
			assert_eq!(Book::from_bytes(&bytes), Some(book));
			assert_eq!(Book::from_bytes(&bytes[1..]), None);
			assert_eq!(Book::from_bytes(&bytes[..bytes.len() - 1]), None);
			assert_eq!(Book::from_bytes(&[&[2], &bytes[1..]].concat()), None);
			assert_eq!(Book::from_bytes(&[bytes, vec![0]].concat()), None);
		}
	}
}
