//! Tags: a key in the product itself, and signatures that cannot be copied like a number can.

use crate::{
	gs1::{Gtin, Serial, SerialKey},
	Caller, Config, Error, Event, Pallet, Tag, TagOf, Tags,
};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult, Get},
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::traits::{Saturating, Zero};

/// Checks the signatures of tags.
pub trait TagVerifier {
	/// Whether these are the bytes of a public key.
	fn is_key(key: &[u8; 33]) -> bool;

	/// Whether the key's owner has signed the message. Of the two signatures that every one can be turned into, only the one
	/// with the lower `s` is one.
	fn is_signed(key: &[u8; 33], message: &[u8], signature: &[u8; 64]) -> bool;
}

/// ECDSA on P-256 over SHA-256, as the secure elements of tags have it. Public keys are compressed; a signature is `r` and
/// `s`, the highest byte first.
pub struct P256;

impl TagVerifier for P256 {
	fn is_key(key: &[u8; 33]) -> bool {
		p256::ecdsa::VerifyingKey::from_sec1_bytes(key).is_ok()
	}

	fn is_signed(key: &[u8; 33], message: &[u8], signature: &[u8; 64]) -> bool {
		use p256::ecdsa::{signature::Verifier, Signature, VerifyingKey};
		let key = VerifyingKey::from_sec1_bytes(key).ok();
		let signature = Signature::from_slice(signature).ok();
		// What can be normalised had a high `s`.
		let signature = signature.filter(|signature| signature.normalize_s().is_none());
		key.zip(signature)
			.is_some_and(|(key, signature)| key.verify(message, &signature).is_ok())
	}
}

/// The message that a tag signs: `"bpiiot/tag"`, then the SCALE of what it is bound to: the chain by its genesis, the item, the
/// account that asks, and the hash of a block that nobody knew before.
pub fn challenge<Hash: Encode, AccountId: Encode, BlockNumber: Encode>(
	genesis: &Hash,
	gtin: Gtin,
	serial: &Serial,
	asker: &AccountId,
	block: &BlockNumber,
	hash: &Hash,
	counter: u32,
) -> Vec<u8> {
	(b"bpiiot/tag", genesis, gtin, serial, asker, block, hash, counter).encode()
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_attach_tag(actor: Caller<T>, gtin: Gtin, serial: Serial, key: [u8; 33]) -> DispatchResult {
		ensure!(T::TagVerifier::is_key(&key), Error::<T>::BadKey);
		ensure!(Self::find_item(gtin, &serial).is_some(), Error::<T>::UnknownThing);
		let mut prefix = Self::issuing(&actor, gtin.body())?;
		let place = SerialKey::of(&serial);
		ensure!(!Tags::<T>::contains_key(gtin, &place), Error::<T>::AlreadyTagged);
		prefix.take_room(1)?;
		prefix.store();
		let tag = TagOf::<T> {
			key,
			counter: 0,
			seen: BlockNumberFor::<T>::zero(),
			copies: 0,
		};
		Tags::<T>::insert(gtin, place, tag);
		Self::deposit_event(Event::TagAttached { gtin, serial, key });
		Ok(())
	}

	pub(crate) fn do_verify_tag(
		actor: Caller<T>,
		gtin: Gtin,
		serial: Serial,
		block: BlockNumberFor<T>,
		counter: u32,
		signature: [u8; 64],
	) -> DispatchResult {
		let place = SerialKey::of(&serial);
		let mut tag = Tags::<T>::get(gtin, &place).ok_or(Error::<T>::NoTag)?;
		let message = Self::challenge_of(gtin, &serial, &actor.account, block, counter)?;
		ensure!(
			T::TagVerifier::is_signed(&tag.key, &message, &signature),
			Error::<T>::BadSignature
		);
		let by = actor.account;
		let is_genuine = counter > tag.counter;
		if is_genuine {
			tag.counter = counter;
		} else {
			// When the counter that is known was seen, this challenge had not been made. So there are two that count.
			// A tag counts from one.
			ensure!(counter > 0 && block >= tag.seen, Error::<T>::CounterNotRising);
			tag.copies = tag.copies.saturating_add(1);
		}
		tag.seen = frame_system::Pallet::<T>::block_number();
		let copies = tag.copies;
		Tags::<T>::insert(gtin, place, tag);
		Self::deposit_event(if is_genuine {
			Event::TagVerified {
				gtin,
				serial,
				by,
				counter,
				copies,
			}
		} else {
			Event::CopySeen {
				gtin,
				serial,
				by,
				counter,
				copies,
			}
		});
		Ok(())
	}

	/// What a tag must sign for an account now.
	fn challenge_of(
		gtin: Gtin,
		serial: &Serial,
		asker: &T::AccountId,
		block: BlockNumberFor<T>,
		counter: u32,
	) -> Result<Vec<u8>, DispatchError> {
		let now = frame_system::Pallet::<T>::block_number();
		let oldest = now.saturating_sub(T::ChallengeAge::get());
		ensure!(block < now && block >= oldest, Error::<T>::BadChallenge);
		let hash = frame_system::Pallet::<T>::block_hash(block);
		ensure!(hash != T::Hash::default(), Error::<T>::BadChallenge);
		let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
		Ok(challenge(&genesis, gtin, serial, asker, &block, &hash, counter))
	}

	/// The tag of an item.
	pub fn tag_of(gtin: Gtin, serial: Serial) -> Option<Tag<BlockNumberFor<T>>> {
		Tags::<T>::get(gtin, SerialKey::of(&serial))
	}
}
