//! The keys of a machine.

use crate::*;
use bpiiot_primitives::MachineId;
use frame_support::{
	ensure,
	pallet_prelude::{DispatchResult, Zero},
	traits::{fungible::Mutate, tokens::Preservation::Preserve, Get},
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_core::sr25519::{Public, Signature};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_rotate_key(
		who: &T::AccountId,
		machine: MachineId,
		new: T::AccountId,
		proof: &Signature,
	) -> DispatchResult {
		let record = Self::active_for(who, &machine)?;
		Self::ensure_new_key(&new, &record.owner)?;
		let payload = proof::rotation_payload(&Self::genesis_hash(), &machine, &new, record.rotations);
		Self::ensure_proof(&payload, proof, &new)?;
		let rotations = Self::next(record.rotations)?;

		// Whoever stole the key could rotate for ever at the owner's cost, if this were not a cost of the key like any
		// other.
		let fee = T::RotationFee::get();
		if *who != record.owner {
			fees::take::<T>(machine, fee)?;
		}
		T::Currency::transfer(&record.owner, &T::FeeDestination::get(), fee, Preserve)?;

		let old = record.key.clone();
		Self::retire(machine, &old);
		Self::enrol(machine, &new);
		Machines::<T>::insert(
			machine,
			Machine {
				key: new.clone(),
				rotations,
				..record
			},
		);
		Self::deposit_event(Event::KeyRotated {
			machine,
			old_key: old,
			new_key: new,
		});
		Ok(())
	}

	pub(crate) fn do_rotate_encryption_key(who: &T::AccountId, machine: MachineId, key: [u8; 32]) -> DispatchResult {
		let record = Self::active_for(who, &machine)?;
		let version = Self::next(record.encryption.version)?;
		let encryption = EncryptionKey { key, version };
		Machines::<T>::insert(machine, Machine { encryption, ..record });
		Self::deposit_event(Event::EncryptionKeyRotated { machine, version });
		Ok(())
	}

	/// Whether `key` may become the key of a machine of `owner`: it has nothing to do with machines yet, nor with anything
	/// else. What an account in use has, and what it owes, would be out of its holder's reach.
	pub(super) fn ensure_new_key(key: &T::AccountId, owner: &T::AccountId) -> DispatchResult {
		ensure!(
			key != owner && Registrations::<T>::get(key).is_zero(),
			Error::<T>::KeyIsOwner
		);
		ensure!(!Self::is_machine(key), Error::<T>::KeyAlreadyUsed);
		let account = frame_system::Account::<T>::get(key);
		ensure!(
			account.nonce.is_zero() && account.consumers.is_zero(),
			Error::<T>::KeyInUse
		);
		Ok(())
	}

	pub(super) fn ensure_proof(payload: &[u8], proof: &Signature, key: &T::AccountId) -> DispatchResult {
		ensure!(
			proof::verify(payload, proof, &Public::from_raw(key.clone().into())),
			Error::<T>::BadProof
		);
		Ok(())
	}

	/// The hash of block 0, which is never pruned.
	pub(crate) fn genesis_hash() -> T::Hash {
		frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero())
	}

	/// Makes `key` the one that acts for a machine.
	pub(super) fn enrol(machine: MachineId, key: &T::AccountId) {
		// Never given back: without it the key's account could be reaped, its nonce start anew, and every transaction
		// that it ever signed be sent again.
		frame_system::Pallet::<T>::inc_sufficients(key);
		Keys::<T>::insert(key, KeyRecord { machine, live: true });
	}

	/// Bars a machine's key for ever.
	pub(super) fn retire(machine: MachineId, key: &T::AccountId) {
		Keys::<T>::insert(key, KeyRecord { machine, live: false });
	}
}
