//! Tools, fixtures and machines: whose they are, where they are, and how they change hands.

use crate::{
	gs1::is_text_82, types::Right, Asset, AssetClass, AssetId, AssetOf, AssetTag, Assets, AssetsAt, AssetsByTag,
	Caller, Config, Error, Event, Handover, HoldReason, MachineAssets, Pallet, Serial, SiteId, Sites, Whereabouts,
	WhereaboutsOf,
};
use bpiiot_primitives::{fresh_id, Actors, AgreementClock};
use frame_support::{
	ensure,
	pallet_prelude::DispatchResult,
	traits::{fungible::MutateHold, tokens::Precision, Get},
};
use sp_runtime::DispatchError;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_register_asset(
		actor: Caller<T>,
		tag: AssetTag,
		class: AssetClass,
		serial: Serial,
		home: Option<SiteId>,
	) -> DispatchResult {
		let location = match home {
			Some(site) => Whereabouts::Site(site),
			None => Whereabouts::Custodian(actor.account.clone()),
		};
		if let Some(site) = home {
			Self::ensure_right(&actor, &Self::site(site)?, Right::Receive)?;
		}
		let is_tag = !tag.is_empty() && is_text_82(&tag) && is_text_82(&serial);
		ensure!(is_tag, Error::<T>::BadTag);
		let registrant = actor.account;
		let is_taken = AssetsByTag::<T>::contains_key(&registrant, &tag);
		ensure!(!is_taken, Error::<T>::TagTaken);
		let id = AssetId(fresh_id::<T>());
		if let AssetClass::Machine(machine) = class {
			ensure!(T::Actors::controls(&registrant, &machine), Error::<T>::OtherMachine);
			ensure!(!MachineAssets::<T>::contains_key(machine), Error::<T>::MachineTaken);
			MachineAssets::<T>::insert(machine, id);
		}
		let deposit = T::AssetDeposit::get();
		T::Currency::hold(&HoldReason::Asset.into(), &registrant, deposit)?;
		AssetsByTag::<T>::insert(&registrant, &tag, id);
		AssetsAt::<T>::insert(&location, id, ());
		let asset = Asset {
			registrant: registrant.clone(),
			deposit,
			tag: tag.clone(),
			class,
			serial,
			home,
			location: location.clone(),
			handover: None,
		};
		Assets::<T>::insert(id, asset);
		Self::deposit_event(Event::AssetRegistered {
			asset: id,
			registrant,
			tag,
			location,
		});
		Ok(())
	}

	pub(crate) fn do_hand_over(actor: Caller<T>, id: AssetId, to: WhereaboutsOf<T>, window: u64) -> DispatchResult {
		let mut asset = Self::asset(id)?;
		Self::ensure_has(&actor, &asset)?;
		ensure!((1..=T::MaxHandover::get()).contains(&window), Error::<T>::BadWindow);
		ensure!(to != asset.location, Error::<T>::AlreadyThere);
		let now = T::Clock::now();
		let is_pending = asset.handover.as_ref().is_some_and(|handover| now <= handover.until);
		ensure!(!is_pending, Error::<T>::HandoverPending);
		if let Whereabouts::Site(site) = to {
			ensure!(Sites::<T>::contains_key(site), Error::<T>::UnknownSite);
		}
		// Who stands on both sides need not ask himself.
		if Self::acts_at(&actor, &to, Right::Receive) {
			return Self::place(id, asset, to);
		}
		let until = now.saturating_add(window);
		asset.handover = Some(Handover { to: to.clone(), until });
		Assets::<T>::insert(id, &asset);
		Self::deposit_event(Event::AssetOffered {
			asset: id,
			from: asset.location,
			to,
			until,
		});
		Ok(())
	}

	pub(crate) fn do_take_asset(actor: Caller<T>, id: AssetId) -> DispatchResult {
		let (asset, Handover { to, until }) = Self::handed_over(id)?;
		let may_take = Self::acts_at(&actor, &to, Right::Receive);
		ensure!(may_take, Error::<T>::NotTheReceiver);
		ensure!(T::Clock::now() <= until, Error::<T>::HandoverLapsed);
		Self::place(id, asset, to)
	}

	pub(crate) fn do_refuse_asset(actor: Caller<T>, id: AssetId) -> DispatchResult {
		let (mut asset, Handover { to, .. }) = Self::handed_over(id)?;
		let may = Self::acts_at(&actor, &to, Right::Receive) || Self::acts_at(&actor, &asset.location, Right::Issue);
		ensure!(may, Error::<T>::NotTheReceiver);
		asset.handover = None;
		Assets::<T>::insert(id, asset);
		Self::deposit_event(Event::HandoverEnded { asset: id, to });
		Ok(())
	}

	/// Whoever registered a machine has his deposit back when he wants it, also after he has sold it.
	pub(crate) fn do_retire_asset(actor: Caller<T>, id: AssetId) -> DispatchResult {
		let asset = Self::asset(id)?;
		let owner = Self::asset_owner(&asset);
		let may = Self::stands_for(&actor, &owner) || Self::stands_for(&actor, &asset.registrant);
		ensure!(may, Error::<T>::NotTheOwner);
		let Asset {
			registrant, location, ..
		} = asset;
		T::Currency::release(&HoldReason::Asset.into(), &registrant, asset.deposit, Precision::Exact)?;
		Assets::<T>::remove(id);
		AssetsByTag::<T>::remove(&registrant, &asset.tag);
		AssetsAt::<T>::remove(&location, id);
		if let AssetClass::Machine(machine) = asset.class {
			MachineAssets::<T>::remove(machine);
		}
		Self::deposit_event(Event::AssetRetired {
			asset: id,
			registrant,
			location,
		});
		Ok(())
	}

	/// Whose an asset is. A machine's owner is the one that `machines` knows, so the two never differ.
	pub fn asset_owner(asset: &AssetOf<T>) -> T::AccountId {
		match asset.class {
			AssetClass::Machine(machine) => T::Actors::controller(&machine.account()),
			_ => asset.registrant.clone(),
		}
	}

	fn asset(id: AssetId) -> Result<AssetOf<T>, DispatchError> {
		Ok(Assets::<T>::get(id).ok_or(Error::<T>::UnknownAsset)?)
	}

	fn handed_over(id: AssetId) -> Result<(AssetOf<T>, Handover<T::AccountId>), DispatchError> {
		let asset = Self::asset(id)?;
		let handover = asset.handover.clone().ok_or(Error::<T>::NotHandedOver)?;
		Ok((asset, handover))
	}

	fn ensure_has(actor: &Caller<T>, asset: &AssetOf<T>) -> DispatchResult {
		let has = Self::acts_at(actor, &asset.location, Right::Issue);
		ensure!(has, Error::<T>::NotTheCustodian);
		Ok(())
	}

	/// Whether the actor may give or take assets here.
	fn acts_at(actor: &Caller<T>, place: &WhereaboutsOf<T>, right: Right) -> bool {
		match place {
			Whereabouts::Site(site) => Sites::<T>::get(site).is_some_and(|site| Self::has_right(actor, &site, right)),
			Whereabouts::Custodian(account) => Self::stands_for(actor, account),
		}
	}

	/// Notes where an asset is from now on.
	fn place(id: AssetId, mut asset: AssetOf<T>, to: WhereaboutsOf<T>) -> DispatchResult {
		let from = core::mem::replace(&mut asset.location, to.clone());
		asset.handover = None;
		AssetsAt::<T>::remove(&from, id);
		AssetsAt::<T>::insert(&to, id, ());
		Assets::<T>::insert(id, asset);
		Self::deposit_event(Event::AssetMoved { asset: id, from, to });
		Ok(())
	}
}
