//! Aggregation and disaggregation: things go into logistic units, and come out of them.
//!
//! No unit lies in itself: only what is not packed is packed, and only a unit that is not packed takes anything in.

use crate::{
	gs1::{SerialKey, Sscc},
	Caller, Config, Error, Event, Items, LogisticUnit, Pallet, Ranges, State, Thing, UnitOf, Units, MAX_LEVELS,
	ROOM_OF_UNIT,
};
use alloc::vec::Vec;
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	BoundedVec,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_pack(actor: Caller<T>, sscc: Sscc, things: Vec<Thing>) -> DispatchResult {
		ensure!(!things.is_empty(), Error::<T>::NothingPacked);
		let mut unit = Self::open_unit(&actor, sscc)?;
		let mut touched = 0u32;
		for thing in &things {
			let (level, is_touched) = Self::put_in(&actor, sscc, thing)?;
			unit.level = unit.level.max(level.saturating_add(1));
			touched = touched.saturating_add(u32::from(is_touched));
			let packed = unit.contents.try_push(thing.clone());
			packed.map_err(|_| Error::<T>::UnitIsFull)?;
		}
		ensure!(unit.level <= MAX_LEVELS, Error::<T>::TooDeep);
		Self::pay_touches(&actor, touched)?;
		let owner = unit.owner.clone();
		Units::<T>::insert(sscc, unit);
		let things = BoundedVec::truncate_from(things);
		Self::deposit_event(Event::Packed { sscc, owner, things });
		Ok(())
	}

	/// A unit of the actor's that takes things in: one that there is, or a new one.
	fn open_unit(actor: &Caller<T>, sscc: Sscc) -> Result<UnitOf<T>, DispatchError> {
		if let Some(unit) = Units::<T>::get(sscc) {
			Self::ensure_unit_free(&unit)?;
			ensure!(Self::stands_for(actor, &unit.owner), Error::<T>::NotTheOwner);
			return Ok(unit);
		}
		ensure!(sscc.is_valid(), Error::<T>::BadSscc);
		let mut prefix = Self::issuing(actor, sscc.body())?;
		prefix.take_room(ROOM_OF_UNIT)?;
		prefix.store();
		Ok(LogisticUnit {
			owner: actor.account.clone(),
			within: None,
			shipment: None,
			level: 1,
			contents: BoundedVec::default(),
		})
	}

	/// Notes at a thing that it is packed now; tells how many levels it has, and whether it was touched for the first time.
	fn put_in(actor: &Caller<T>, sscc: Sscc, thing: &Thing) -> Result<(u8, bool), DispatchError> {
		let ensure_own = |owner: &T::AccountId| -> DispatchResult {
			ensure!(Self::stands_for(actor, owner), Error::<T>::NotTheOwner);
			Ok(())
		};
		match thing {
			Thing::Item { gtin, serial } => {
				let found = Self::find_item(*gtin, serial).ok_or(Error::<T>::UnknownThing)?;
				let mut item = found.item;
				Self::ensure_free(item.state)?;
				ensure_own(&item.owner)?;
				item.state = State::Packed(sscc);
				Items::<T>::insert(gtin, SerialKey::of(serial), item);
				Ok((0, !found.touched))
			}
			Thing::Range { gtin, last } => {
				let (key, mut range) = Self::find_range(*gtin, last).ok_or(Error::<T>::UnknownThing)?;
				Self::ensure_free(range.state)?;
				ensure_own(&range.owner)?;
				range.state = State::Packed(sscc);
				Ranges::<T>::insert(gtin, key, range);
				Ok((0, false))
			}
			Thing::Lot { .. } => Err(Error::<T>::LotsAreNotPacked.into()),
			Thing::Unit { sscc: inner } => {
				ensure!(*inner != sscc, Error::<T>::InItself);
				let mut unit = Units::<T>::get(inner).ok_or(Error::<T>::UnknownThing)?;
				Self::ensure_unit_free(&unit)?;
				ensure_own(&unit.owner)?;
				unit.within = Some(sscc);
				let level = unit.level;
				Units::<T>::insert(inner, unit);
				Ok((level, false))
			}
		}
	}

	pub(crate) fn do_unpack(actor: Caller<T>, sscc: Sscc, things: Vec<Thing>) -> DispatchResult {
		ensure!(!things.is_empty(), Error::<T>::NothingPacked);
		let mut unit = Units::<T>::get(sscc).ok_or(Error::<T>::UnknownThing)?;
		Self::ensure_unit_free(&unit)?;
		ensure!(Self::stands_for(&actor, &unit.owner), Error::<T>::NotTheOwner);
		for thing in &things {
			let place = unit.contents.iter().position(|other| other == thing);
			unit.contents.remove(place.ok_or(Error::<T>::NotInThere)?);
			Self::take_out(&unit.owner, thing);
		}
		let owner = unit.owner.clone();
		if unit.contents.is_empty() {
			Units::<T>::remove(sscc);
			if let Some(mut prefix) = Self::prefix_of(sscc.body()) {
				prefix.record.used = prefix.record.used.saturating_sub(ROOM_OF_UNIT);
				prefix.store();
			}
		} else {
			Units::<T>::insert(sscc, unit);
		}
		let things = BoundedVec::truncate_from(things);
		Self::deposit_event(Event::Unpacked { sscc, owner, things });
		Ok(())
	}

	/// Notes at a thing that it stands alone now, and whose it is.
	fn take_out(owner: &T::AccountId, thing: &Thing) {
		match thing {
			Thing::Item { gtin, serial } => Items::<T>::mutate(gtin, SerialKey::of(serial), |item| {
				if let Some(item) = item {
					item.owner = owner.clone();
					item.state = State::Free;
				}
			}),
			Thing::Range { gtin, last } => {
				if let Some((key, mut range)) = Self::find_range(*gtin, last) {
					range.owner = owner.clone();
					range.state = State::Free;
					Ranges::<T>::insert(gtin, key, range);
				}
			}
			Thing::Lot { .. } => (),
			Thing::Unit { sscc } => Units::<T>::mutate(sscc, |unit| {
				if let Some(unit) = unit {
					unit.owner = owner.clone();
					unit.within = None;
				}
			}),
		}
	}
}
