//! Which machines are looked after, and how long their parts live.

use crate::{
	life, Balance, Caller, Care, CareOf, Cares, Config, Contract, Error, Event, Healths, HoldReason, Pallet,
	WearLimits, TICKETS,
};
use alloc::collections::BTreeSet;
use bpiiot_primitives::MachineId;
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	traits::Get,
	BoundedVec,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_enrol(actor: Caller<T>, machine: MachineId, room: u32) -> DispatchResult {
		Self::ensure_owner(&actor, &machine)?;
		let former = Cares::<T>::get(machine);
		let taken = former.as_ref().map_or(0, |care| care.tickets.len() as u32);
		ensure!((taken.max(1)..=TICKETS).contains(&room), Error::<T>::RoomOutOfRange);
		let deposit = Self::care_deposit(room);
		let reason = HoldReason::Care;
		let care = match former {
			Some(care) if care.depositor == actor.account => {
				// Only the difference, so that nobody needs twice the deposit to have a little more room.
				if deposit > care.deposit {
					Self::hold(reason, &actor.account, deposit.saturating_sub(care.deposit))?;
				} else {
					Self::release(reason, &actor.account, care.deposit.saturating_sub(deposit))?;
				}
				Care { deposit, room, ..care }
			}
			Some(care) => {
				Self::hold(reason, &actor.account, deposit)?;
				Self::release(reason, &care.depositor, care.deposit)?;
				Care {
					depositor: actor.account.clone(),
					deposit,
					room,
					..care
				}
			}
			None => {
				Self::hold(reason, &actor.account, deposit)?;
				Care {
					depositor: actor.account.clone(),
					deposit,
					room,
					contract: None,
					rules: BoundedVec::new(),
					wear: BoundedVec::new(),
					tickets: BoundedVec::new(),
				}
			}
		};
		Cares::<T>::insert(machine, care);
		Self::deposit_event(Event::Enrolled {
			machine,
			depositor: actor.account,
			room,
		});
		Ok(())
	}

	/// What a record costs that has room for so many tickets.
	pub(crate) fn care_deposit(room: u32) -> Balance {
		let tickets = T::TicketDeposit::get().saturating_mul(room.into());
		T::CareDeposit::get().saturating_add(tickets)
	}

	pub(crate) fn do_discharge(actor: Caller<T>, machine: MachineId) -> DispatchResult {
		let care = Self::care(&machine)?;
		// Who has sold the machine gets his deposit out once nothing of it is in use.
		if actor.account != care.depositor {
			Self::ensure_owner(&actor, &machine)?;
		}
		let is_empty = care.rules.is_empty() && care.tickets.is_empty();
		ensure!(is_empty, Error::<T>::InUse);
		Cares::<T>::remove(machine);
		Healths::<T>::remove(machine);
		Self::release(HoldReason::Care, &care.depositor, care.deposit)?;
		Self::deposit_event(Event::Discharged {
			machine,
			depositor: care.depositor,
		});
		Ok(())
	}

	pub(crate) fn do_appoint(actor: Caller<T>, machine: MachineId, maintainer: Option<T::AccountId>) -> DispatchResult {
		let mut care = Self::owned(&actor, &machine)?;
		let owner = actor.account;
		care.contract = maintainer.clone().map(|maintainer| Contract { maintainer, owner });
		Cares::<T>::insert(machine, care);
		Self::deposit_event(Event::MaintainerAppointed { machine, maintainer });
		Ok(())
	}

	pub(crate) fn do_set_wear(actor: Caller<T>, machine: MachineId, limits: WearLimits) -> DispatchResult {
		let mut care = Self::owned(&actor, &machine)?;
		let metrics: BTreeSet<_> = limits.iter().map(|limit| limit.metric).collect();
		let is_sound = limits.iter().all(|limit| life::limit(&limit.model) > 0);
		ensure!(is_sound && metrics.len() == limits.len(), Error::<T>::BadWearLimit);
		let counters = limits.len() as u32;
		care.wear = limits;
		Cares::<T>::insert(machine, care);
		// A new limit is for a new part.
		Healths::<T>::mutate_extant(machine, |health| health.baselines = BoundedVec::new());
		Self::deposit_event(Event::WearSet { machine, counters });
		Ok(())
	}

	pub(crate) fn care(machine: &MachineId) -> Result<CareOf<T>, DispatchError> {
		Ok(Cares::<T>::get(machine).ok_or(Error::<T>::NotEnrolled)?)
	}

	/// The record, if `actor` owns the machine.
	fn owned(actor: &Caller<T>, machine: &MachineId) -> Result<CareOf<T>, DispatchError> {
		let care = Self::care(machine)?;
		Self::ensure_owner(actor, machine)?;
		Ok(care)
	}

	/// Whether `actor` is the machine's maintainer by a contract with its owner of now.
	pub(crate) fn has_contract(actor: &Caller<T>, machine: &MachineId, care: &CareOf<T>) -> bool {
		care.contract
			.as_ref()
			.is_some_and(|contract| contract.maintainer == actor.account && contract.owner == Self::owner_of(machine))
	}
}
