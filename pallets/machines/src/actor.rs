//! Who stands behind a signature.

use crate::*;
use bpiiot_primitives::{Actor, Actors, HolderKeys, MachineId, Mistake};
use frame_support::pallet_prelude::DispatchError;
use frame_system::{ensure_signed, pallet_prelude::OriginFor};
use sp_core::sr25519;

/// Why a key that is or was a machine's acts for nobody. The actor's origin and the fees both ask
/// [`Pallet::machine_behind`], so neither can forget a reason.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Barred {
	/// Another key took its place.
	KeyRetired,
	/// Its machine was decommissioned.
	MachineDecommissioned,
	/// The owner has frozen its machine.
	MachineFrozen,
}

impl<T: Config> From<Barred> for Error<T> {
	fn from(barred: Barred) -> Self {
		match barred {
			Barred::KeyRetired => Self::KeyRetired,
			Barred::MachineDecommissioned => Self::MachineDecommissioned,
			Barred::MachineFrozen => Self::MachineFrozen,
		}
	}
}

impl<T: Config> Pallet<T> {
	/// The machine for which `who` acts as its key now, or none if `who` is a plain account.
	pub(crate) fn machine_behind(who: &T::AccountId) -> Result<Option<(MachineId, MachineOf<T>)>, Barred> {
		let Some(KeyRecord { machine, live }) = Keys::<T>::get(who) else {
			return Ok(None);
		};
		match Machines::<T>::get(machine) {
			Some(record) if record.status == MachineStatus::Decommissioned => Err(Barred::MachineDecommissioned),
			Some(record) if Mistake::RetiredKeyActs.is_made() && !record.frozen => Ok(Some((machine, record))),
			Some(record) if live && record.key == *who && record.frozen && !Mistake::FrozenKeyActs.is_made() => {
				Err(Barred::MachineFrozen)
			}
			Some(record) if live && record.key == *who => Ok(Some((machine, record))),
			_ => Err(Barred::KeyRetired),
		}
	}

	/// Whether `account` is or was a machine's key, or is a machine's account.
	pub(crate) fn is_machine(account: &T::AccountId) -> bool {
		Keys::<T>::contains_key(account) || Machines::<T>::contains_key(MachineId(account.clone().into()))
	}
}

impl<T: Config> Actors<OriginFor<T>, T::AccountId> for Pallet<T> {
	/// A machine's account is not looked for: it has no key, so nobody but root can make an origin of it.
	fn ensure_actor(origin: OriginFor<T>) -> Result<Actor<T::AccountId>, DispatchError> {
		let who = ensure_signed(origin)?;
		Ok(match Self::machine_behind(&who).map_err(Error::<T>::from)? {
			Some((machine, _)) => Actor {
				account: machine.account(),
				machine: Some(machine),
			},
			None => Actor {
				account: who,
				machine: None,
			},
		})
	}

	fn ensure_in_service(machine: &MachineId) -> Result<T::AccountId, DispatchError> {
		let record = Self::machine(machine)?;
		match record.status {
			MachineStatus::Decommissioned => Err(Error::<T>::MachineDecommissioned.into()),
			_ if record.frozen => Err(Error::<T>::MachineFrozen.into()),
			MachineStatus::InService => Ok(record.owner),
			MachineStatus::OutOfService => Err(Error::<T>::OutOfService.into()),
		}
	}

	fn controls(account: &T::AccountId, machine: &MachineId) -> bool {
		Machines::<T>::get(machine).is_some_and(|record| record.owner == *account || *account == machine.account())
	}

	fn controller(party: &T::AccountId) -> T::AccountId {
		Machines::<T>::get(MachineId(party.clone().into())).map_or_else(|| party.clone(), |record| record.owner)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_machine(
		owner: &T::AccountId,
		seed: u32,
		asset: bpiiot_primitives::AssetKind,
	) -> (MachineId, T::AccountId) {
		benchmarking::spender::<T>(owner, seed, asset)
	}
}

/// A plain account's bytes are its key; a machine's key of now signs for it, unless it is barred.
impl<T: Config> HolderKeys<T::AccountId> for Pallet<T> {
	fn key_of(holder: &T::AccountId) -> Option<sr25519::Public> {
		let bytes: [u8; 32] = holder.clone().into();
		let key = match Machines::<T>::get(MachineId(bytes)) {
			None => bytes,
			Some(machine) if machine.frozen || machine.status == MachineStatus::Decommissioned => return None,
			Some(machine) => machine.key.into(),
		};
		Some(sr25519::Public::from_raw(key))
	}
}
