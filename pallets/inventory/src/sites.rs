//! Sites, and who may do what there.

use crate::{
	gs1::{is_gln, is_region},
	types::Right,
	AssetsAt, BalanceOf, Caller, Config, Error, Event, HoldReason, Keepers, Pallet, Site, SiteId, SiteOf, SiteProfile,
	Sites, SitesOf, WhereaboutsOf,
};
use bpiiot_primitives::{fresh_id, Actors, MachineId, Mistake};
use frame_support::{
	ensure,
	pallet_prelude::DispatchResult,
	traits::{fungible::MutateHold, tokens::Precision, Get},
};
use sp_runtime::{traits::Saturating, DispatchError};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_create_site(actor: Caller<T>, profile: SiteProfile, room: u32) -> DispatchResult {
		Self::check_site(&profile)?;
		let (owner, deposit) = (actor.account, Self::deposit_for(room));
		T::Currency::hold(&HoldReason::Site.into(), &owner, deposit)?;
		let id = SiteId(fresh_id::<T>());
		let site = Site {
			owner: owner.clone(),
			machine: actor.machine,
			profile,
			room,
			used: 0,
			deposit,
			keepers: Keepers::default(),
			appointed_by: owner.clone(),
		};
		Sites::<T>::insert(id, site);
		SitesOf::<T>::insert(&owner, id, ());
		Self::deposit_event(Event::SiteCreated { site: id, owner, room });
		Ok(())
	}

	pub(crate) fn do_update_site(actor: Caller<T>, id: SiteId, profile: SiteProfile, room: u32) -> DispatchResult {
		let mut site = Self::site(id)?;
		Self::ensure_owner(&actor, &site)?;
		Self::check_site(&profile)?;
		ensure!(site.used <= room, Error::<T>::RoomInUse);
		// All of it anew: the price of a record may have changed since.
		let (owner, deposit) = (&site.owner, Self::deposit_for(room));
		T::Currency::release(&HoldReason::Site.into(), owner, site.deposit, Precision::Exact)?;
		T::Currency::hold(&HoldReason::Site.into(), owner, deposit)?;
		site.profile = profile;
		site.room = room;
		site.deposit = deposit;
		Sites::<T>::insert(id, site);
		Self::deposit_event(Event::SiteUpdated { site: id, room });
		Ok(())
	}

	pub(crate) fn do_close_site(actor: Caller<T>, id: SiteId) -> DispatchResult {
		let site = Self::site(id)?;
		Self::ensure_owner(&actor, &site)?;
		let holds_assets = AssetsAt::<T>::iter_key_prefix(WhereaboutsOf::<T>::Site(id))
			.next()
			.is_some();
		ensure!(site.used == 0 && !holds_assets, Error::<T>::InUse);
		let owner = site.owner;
		T::Currency::release(&HoldReason::Site.into(), &owner, site.deposit, Precision::Exact)?;
		Sites::<T>::remove(id);
		SitesOf::<T>::remove(&owner, id);
		Self::deposit_event(Event::SiteClosed { site: id, owner });
		Ok(())
	}

	pub(crate) fn do_set_keepers(actor: Caller<T>, id: SiteId, keepers: Keepers<T::AccountId>) -> DispatchResult {
		let mut site = Self::site(id)?;
		Self::ensure_owner(&actor, &site)?;
		let is_named_once = |place: usize| {
			let account = &keepers[place].account;
			keepers[..place].iter().all(|other| other.account != *account)
		};
		let may_something = keepers.iter().all(|keeper| keeper.rights != Default::default());
		ensure!(
			may_something && (0..keepers.len()).all(is_named_once),
			Error::<T>::BadKeepers
		);
		site.appointed_by = T::Actors::controller(&site.owner);
		site.keepers = keepers;
		Sites::<T>::insert(id, site);
		Self::deposit_event(Event::KeepersSet { site: id });
		Ok(())
	}

	pub(crate) fn site(id: SiteId) -> Result<SiteOf<T>, DispatchError> {
		Ok(Sites::<T>::get(id).ok_or(Error::<T>::UnknownSite)?)
	}

	/// Whether the actor is this account, or owns the machine whose account it is.
	pub(crate) fn stands_for(actor: &Caller<T>, account: &T::AccountId) -> bool {
		actor.account == *account || actor.account == T::Actors::controller(account)
	}

	/// That the actor is the site's owner, or owns the machine that is.
	pub(crate) fn ensure_owner(actor: &Caller<T>, site: &SiteOf<T>) -> DispatchResult {
		ensure!(Self::stands_for(actor, &site.owner), Error::<T>::NotTheOwner);
		Ok(())
	}

	/// That the actor may do this at the site.
	pub(crate) fn ensure_right(actor: &Caller<T>, site: &SiteOf<T>, right: Right) -> DispatchResult {
		ensure!(Self::has_right(actor, site, right), Error::<T>::NotAllowed);
		Ok(())
	}

	pub(crate) fn has_right(actor: &Caller<T>, site: &SiteOf<T>, right: Right) -> bool {
		if actor.account == site.owner {
			return true;
		}
		let controller = T::Actors::controller(&site.owner);
		if actor.account == controller {
			return true;
		}
		let keeper = site.keepers.iter().find(|keeper| keeper.account == actor.account);
		let is_allowed = keeper.is_some_and(|keeper| keeper.rights.allow(right) || Mistake::UncheckedKeeper.is_made());
		let is_ours = |machine: &MachineId| T::Actors::controls(&controller, machine);
		is_allowed && site.appointed_by == controller && actor.machine.as_ref().is_none_or(is_ours)
	}

	/// Whether a machine is under the same control as the site.
	pub(crate) fn is_machine_of(machine: &MachineId, site: &SiteOf<T>) -> bool {
		T::Actors::controls(&T::Actors::controller(&site.owner), machine)
	}

	/// Whether two accounts are under one control.
	pub(crate) fn are_one(this: &T::AccountId, other: &T::AccountId) -> bool {
		this == other || T::Actors::controller(this) == T::Actors::controller(other)
	}

	/// Takes room for one record more. The caller stores the site.
	pub(crate) fn take_room(site: &mut SiteOf<T>) -> DispatchResult {
		ensure!(site.used < site.room, Error::<T>::NoRoom);
		site.used = site.used.saturating_add(1);
		Ok(())
	}

	/// Gives back the room of a record, and stores the site.
	pub(crate) fn give_room(id: SiteId, mut site: SiteOf<T>) {
		site.used = site.used.saturating_sub(1);
		Sites::<T>::insert(id, site);
	}

	fn deposit_for(room: u32) -> BalanceOf<T> {
		T::RecordDeposit::get()
			.saturating_mul(room.into())
			.saturating_add(T::SiteDeposit::get())
	}

	fn check_site(profile: &SiteProfile) -> DispatchResult {
		let name = &profile.name;
		let is_name = !name.is_empty() && core::str::from_utf8(name).is_ok();
		ensure!(is_name, Error::<T>::BadName);
		ensure!(profile.gln.as_ref().is_none_or(|gln| is_gln(gln)), Error::<T>::BadGln);
		ensure!(is_region(&profile.region), Error::<T>::BadRegion);
		Ok(())
	}
}
