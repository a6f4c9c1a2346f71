//! What was made of a thing: its uses, looked at one by one.
//!
//! An item and a range know the making that used them up. A holding of a lot knows the last making that used some of it, and
//! that one, in its input, the one before. So a use is written down by nothing but what is written anyway, and whoever comes
//! from the head of such a list sees all uses that there were when he began.

use crate::{
	gs1::{Gtin, Lot, Serial, SerialKey, SerialNumber},
	identity::before,
	At, AtOf, Config, Holdings, Items, MakingId, Makings, Pallet, State, Thing,
};

/// What a look has found.
pub(crate) struct Look<AccountId> {
	/// A making that used the thing.
	pub found: Option<MakingId>,
	/// Where to look next; none at the end.
	pub next: Option<At<AccountId>>,
}

impl<AccountId> Look<AccountId> {
	fn last(found: Option<MakingId>) -> Self {
		Self { found, next: None }
	}

	fn onwards(found: Option<MakingId>, next: At<AccountId>) -> Self {
		let next = Some(next);
		Self { found, next }
	}
}

impl State {
	/// What it was used up by.
	pub(crate) fn used_by(self) -> Option<MakingId> {
		match self {
			Self::Used(making) => Some(making),
			Self::Free | Self::Packed(_) | Self::OnItsWay(_) => None,
		}
	}
}

impl<T: Config> Pallet<T> {
	/// Looks at one use of a thing, or for the next one: constant work.
	pub(crate) fn look(thing: &Thing, at: &AtOf<T>) -> Look<T::AccountId> {
		match thing {
			Thing::Item { gtin, serial } => {
				let found = Self::find_item(*gtin, serial);
				Look::last(found.and_then(|found| found.item.state.used_by()))
			}
			Thing::Range { gtin, last } => Self::look_in_range(*gtin, last, at),
			Thing::Lot { gtin, lot } => Self::look_in_lot((*gtin, lot.clone()), at),
			Thing::Unit { .. } => Look::last(None),
		}
	}

	/// The use of what nobody has touched, then those of the items that were touched, by their numbers.
	fn look_in_range(gtin: Gtin, last: &Serial, at: &AtOf<T>) -> Look<T::AccountId> {
		let Some((last, range)) = Self::find_range(gtin, last) else {
			return Look::last(None);
		};
		let behind = match at {
			At::Number(number) => SerialNumber::new(last.width, *number),
			_ => before(SerialNumber::new(last.width, range.first)),
		};
		// Of a range that was used up together no item has a record of its own.
		if let Some(making) = range.state.used_by() {
			return Look::last(Some(making));
		}
		match Self::next_item_within(gtin, behind, last) {
			Some(number) => {
				let item = Items::<T>::get(gtin, SerialKey::Number(number));
				let found = item.and_then(|item| item.state.used_by());
				Look::onwards(found, At::Number(number.value()))
			}
			None => Look::last(None),
		}
	}

	/// The holdings one by one, and the uses of each.
	fn look_in_lot(lot: (Gtin, Lot), at: &AtOf<T>) -> Look<T::AccountId> {
		let behind = match at {
			At::Use(holder, making) => {
				let thing = Thing::Lot {
					gtin: lot.0,
					lot: lot.1,
				};
				let inputs = Makings::<T>::get(making)
					.map(|making| making.inputs)
					.unwrap_or_default();
				let input = inputs.into_iter().find(|input| input.thing == thing);
				let next = match input.and_then(|input| input.previous) {
					Some(previous) => At::Use(holder.clone(), previous),
					None => At::Holder(Some(holder.clone())),
				};
				return Look::onwards(Some(*making), next);
			}
			At::Holder(holder) => holder.clone(),
			At::Start | At::Number(_) => None,
		};
		let mut holdings = match behind {
			Some(holder) => {
				let behind = Holdings::<T>::hashed_key_for(&lot, holder);
				Holdings::<T>::iter_prefix_from(&lot, behind)
			}
			None => Holdings::<T>::iter_prefix(&lot),
		};
		let Some((holder, holding)) = holdings.next() else {
			return Look::last(None);
		};
		let next = match holding.last_use {
			Some(making) => At::Use(holder, making),
			None => At::Holder(Some(holder)),
		};
		Look::onwards(None, next)
	}
}
