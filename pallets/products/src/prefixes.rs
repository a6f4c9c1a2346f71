//! Who may assign company prefixes, whose they are, and how many records there may be under them.

use crate::{
	gs1::CompanyPrefix, Accreditations, AssignmentOf, BalanceOf, Caller, Config, Error, Event, HoldReason, Pallet,
	Prefixes, Role,
};
use bpiiot_primitives::{AgreementClock, UnixMillis};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	traits::Get,
};
use sp_runtime::traits::{Saturating, Zero};

/// A prefix, and where it stands.
pub(crate) struct Assigned<T: Config> {
	pub key: [u8; 8],
	pub record: AssignmentOf<T>,
}

impl<T: Config> Assigned<T> {
	/// Takes room for so many records more.
	pub fn take_room(&mut self, records: u32) -> DispatchResult {
		let used = self.record.used.saturating_add(records);
		ensure!(used <= self.record.room, Error::<T>::NoRoom);
		self.record.used = used;
		Ok(())
	}

	pub fn store(self) {
		Prefixes::<T>::insert(self.key, self.record);
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_accredit(who: T::AccountId, role: Role, until: UnixMillis) -> DispatchResult {
		ensure!(until > T::Clock::unix_now(), Error::<T>::AlreadyOver);
		Accreditations::<T>::insert(role, &who, until);
		Self::deposit_event(Event::Accredited { who, role, until });
		Ok(())
	}

	pub(crate) fn do_withdraw_accreditation(who: T::AccountId, role: Role) -> DispatchResult {
		Accreditations::<T>::take(role, &who).ok_or(Error::<T>::NotAccredited)?;
		Self::deposit_event(Event::AccreditationWithdrawn { who, role });
		Ok(())
	}

	/// Whether somebody is accredited now.
	pub(crate) fn is_accredited(role: Role, who: &T::AccountId) -> bool {
		Accreditations::<T>::get(role, who).is_some_and(|until| until > T::Clock::unix_now())
	}

	pub(crate) fn do_assign_prefix(actor: Caller<T>, prefix: CompanyPrefix, holder: T::AccountId) -> DispatchResult {
		let registrant = actor.account;
		ensure!(
			Self::is_accredited(Role::Registrant, &registrant),
			Error::<T>::NotAccredited
		);
		ensure!(prefix.is_valid(), Error::<T>::BadPrefix);
		// The first that ends at or behind its beginning is the only one that can overlap it.
		let next = Self::prefix_from(prefix.first());
		let overlaps = next.is_some_and(|other| other.record.prefix.first() <= prefix.last());
		ensure!(!overlaps, Error::<T>::PrefixTaken);
		let deposit = T::PrefixDeposit::get();
		Self::hold(HoldReason::Prefix, &registrant, deposit)?;
		let record = AssignmentOf::<T> {
			prefix,
			holder: holder.clone(),
			registrant: registrant.clone(),
			deposit,
			revoked: false,
			room: 0,
			used: 0,
			room_deposit: Zero::zero(),
		};
		Prefixes::<T>::insert(prefix.last().to_be_bytes(), record);
		Self::deposit_event(Event::PrefixAssigned {
			prefix,
			holder,
			registrant,
		});
		Ok(())
	}

	pub(crate) fn do_set_room(actor: Caller<T>, prefix: CompanyPrefix, room: u32) -> DispatchResult {
		let mut assigned = Self::assigned(prefix)?;
		let record = &mut assigned.record;
		ensure!(Self::stands_for(&actor, &record.holder), Error::<T>::NotTheHolder);
		ensure!(record.used <= room, Error::<T>::RoomInUse);
		let deposit: BalanceOf<T> = T::RecordDeposit::get().saturating_mul(room.into());
		Self::release(HoldReason::Room, &record.holder, record.room_deposit)?;
		Self::hold(HoldReason::Room, &record.holder, deposit)?;
		record.room = room;
		record.room_deposit = deposit;
		assigned.store();
		Self::deposit_event(Event::RoomSet { prefix, room });
		Ok(())
	}

	pub(crate) fn do_revoke_prefix(actor: Caller<T>, prefix: CompanyPrefix) -> DispatchResult {
		let mut assigned = Self::assigned(prefix)?;
		let record = &mut assigned.record;
		ensure!(record.registrant == actor.account, Error::<T>::NotTheRegistrant);
		ensure!(!record.revoked, Error::<T>::AlreadyRevoked);
		record.revoked = true;
		assigned.store();
		Self::deposit_event(Event::PrefixRevoked { prefix });
		Ok(())
	}

	pub(crate) fn do_release_prefix(actor: Caller<T>, prefix: CompanyPrefix) -> DispatchResult {
		let Assigned { key, record } = Self::assigned(prefix)?;
		// A registrant could take it from a holder who has not begun yet; but for one that he has revoked.
		let is_registrant = record.revoked && record.registrant == actor.account;
		let may = is_registrant || Self::stands_for(&actor, &record.holder);
		ensure!(may, Error::<T>::NotTheHolder);
		ensure!(record.used == 0, Error::<T>::InUse);
		Self::release(HoldReason::Room, &record.holder, record.room_deposit)?;
		Self::release(HoldReason::Prefix, &record.registrant, record.deposit)?;
		Prefixes::<T>::remove(key);
		Self::deposit_event(Event::PrefixReleased { prefix });
		Ok(())
	}

	/// The first prefix that ends at or behind a body: one ordered look.
	fn prefix_from(body: u64) -> Option<Assigned<T>> {
		// From the one before, since an iteration begins behind its key.
		let mut entries = match body.checked_sub(1) {
			Some(before) => Prefixes::<T>::iter_from(Prefixes::<T>::hashed_key_for(before.to_be_bytes())),
			None => Prefixes::<T>::iter(),
		};
		entries.next().map(|(key, record)| Assigned { key, record })
	}

	/// Under whose prefix a body lies.
	pub(crate) fn prefix_of(body: u64) -> Option<Assigned<T>> {
		Self::prefix_from(body).filter(|assigned| assigned.record.prefix.first() <= body)
	}

	/// Who issues the keys with a body.
	pub(crate) fn issuer_of(body: u64) -> Option<T::AccountId> {
		Self::prefix_of(body).map(|assigned| assigned.record.holder)
	}

	fn assigned(prefix: CompanyPrefix) -> Result<Assigned<T>, DispatchError> {
		let key = prefix.last().to_be_bytes();
		let record = Prefixes::<T>::get(key).filter(|record| record.prefix == prefix);
		let record = record.ok_or(Error::<T>::UnknownPrefix)?;
		Ok(Assigned { key, record })
	}

	/// The prefix of a body, that the actor may issue it: he holds it, or is a machine of its holder.
	pub(crate) fn issuing(actor: &Caller<T>, body: u64) -> Result<Assigned<T>, DispatchError> {
		let assigned = Self::prefix_of(body).ok_or(Error::<T>::UnknownPrefix)?;
		ensure!(
			Self::are_one(&actor.account, &assigned.record.holder),
			Error::<T>::ForeignPrefix
		);
		ensure!(!assigned.record.revoked, Error::<T>::PrefixRevoked);
		Ok(assigned)
	}
}
