//! Profiles: what suppliers say of themselves.

use crate::{
	is_region, Caller, Config, Error, Event, HoldReason, Pallet, Place, Profile, Supplier, SupplierOf, Suppliers,
};
use bpiiot_primitives::{fresh_id, Actors};
use frame_support::{
	ensure,
	pallet_prelude::DispatchResult,
	traits::{fungible::MutateHold, tokens::Precision, Get},
};
use sp_runtime::DispatchError;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_publish_profile(actor: Caller<T>, supplier: T::AccountId, profile: Profile) -> DispatchResult {
		Self::ensure_is(&actor, &supplier)?;
		ensure!(!Suppliers::<T>::contains_key(&supplier), Error::<T>::AlreadyPublished);
		Self::check_profile(&profile)?;
		let (depositor, deposit) = (actor.account, T::ProfileDeposit::get());
		T::Currency::hold(&HoldReason::Profile.into(), &depositor, deposit)?;
		let place = Place::new(fresh_id::<T>());
		Self::shelve(&supplier, place, None, Some(&profile));
		Suppliers::<T>::insert(
			&supplier,
			Supplier {
				depositor: depositor.clone(),
				deposit,
				place,
				version: 1,
				profile,
			},
		);
		Self::deposit_event(Event::ProfilePublished { supplier, depositor });
		Ok(())
	}

	pub(crate) fn do_update_profile(actor: Caller<T>, supplier: T::AccountId, profile: Profile) -> DispatchResult {
		let mut record = Self::supplier(&supplier)?;
		Self::ensure_is(&actor, &supplier)?;
		Self::check_profile(&profile)?;
		Self::shelve(&supplier, record.place, Some(&record.profile), Some(&profile));
		record.version = record.version.saturating_add(1);
		record.profile = profile;
		Suppliers::<T>::insert(&supplier, &record);
		Self::deposit_event(Event::ProfileUpdated {
			supplier,
			version: record.version,
		});
		Ok(())
	}

	pub(crate) fn do_remove_profile(actor: Caller<T>, supplier: T::AccountId) -> DispatchResult {
		let record = Self::supplier(&supplier)?;
		if actor.account != record.depositor {
			Self::ensure_is(&actor, &supplier)?;
		}
		Self::shelve(&supplier, record.place, Some(&record.profile), None);
		Suppliers::<T>::remove(&supplier);
		T::Currency::release(
			&HoldReason::Profile.into(),
			&record.depositor,
			record.deposit,
			Precision::Exact,
		)?;
		Self::deposit_event(Event::ProfileRemoved {
			supplier,
			depositor: record.depositor,
		});
		Ok(())
	}

	/// That `actor` is the supplier, or owns the machine that is.
	fn ensure_is(actor: &Caller<T>, supplier: &T::AccountId) -> DispatchResult {
		let is = actor.account == *supplier || actor.account == T::Actors::controller(supplier);
		ensure!(is, Error::<T>::NotTheSupplier);
		Ok(())
	}

	fn supplier(supplier: &T::AccountId) -> Result<SupplierOf<T>, DispatchError> {
		Ok(Suppliers::<T>::get(supplier).ok_or(Error::<T>::UnknownSupplier)?)
	}

	fn check_profile(profile: &Profile) -> DispatchResult {
		let categories = &profile.categories;
		let named = !categories.is_empty() && categories.iter().all(|category| !category.is_empty());
		ensure!(named, Error::<T>::BadCategories);
		let is_area = |area: &[u8]| !area.is_empty() && is_region(area);
		ensure!(profile.areas.iter().all(|area| is_area(area)), Error::<T>::BadAreas);
		Ok(())
	}
}
