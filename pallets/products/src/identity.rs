//! Keys are issued, each once, and things are found by them.

use crate::{
	gs1::{is_text_82, is_unit, Gtin, Lot, Serial, SerialKey, SerialNumber, Sscc},
	Caller, CertificatesOf, Config, Error, Event, Holding, Holdings, Item, ItemOf, Items, LotRecord, Lots, MakingId,
	OutputLine, Pallet, RangeOf, Ranges, Roots, SerialRange, State, Subject, Tags, Thing, Units, MAX_LEVELS,
	ROOM_OF_LOT,
};
use frame_support::{ensure, pallet_prelude::DispatchResult};
use sp_runtime::DispatchError;

/// An item, whether it has a record of its own or not.
pub(crate) struct FoundItem<T: Config> {
	pub item: ItemOf<T>,
	/// In which range its serial lies.
	pub range: Option<SerialNumber>,
	/// Whether it has a record of its own.
	pub touched: bool,
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_register(actor: Caller<T>, line: OutputLine) -> DispatchResult {
		let mut prefix = Self::issuing(&actor, line.gtin().body())?;
		prefix.take_room(line.room())?;
		Self::issue(&actor.account, &line, None)?;
		prefix.store();
		let (thing, owner) = (line.thing(), actor.account);
		Self::deposit_event(Event::Registered { thing, owner });
		Ok(())
	}

	/// Makes the record of something new.
	pub(crate) fn issue(owner: &T::AccountId, line: &OutputLine, making: Option<MakingId>) -> DispatchResult {
		ensure!(line.gtin().is_valid(), Error::<T>::BadGtin);
		let (owner, state) = (owner.clone(), State::Free);
		match line {
			OutputLine::Item { gtin, serial } => {
				Self::ensure_new_serial(*gtin, serial)?;
				let item = Item { owner, making, state };
				Items::<T>::insert(gtin, SerialKey::of(serial), item);
			}
			OutputLine::Range { gtin, first, last } => {
				let (first, last) = Self::ensure_new_range(*gtin, first, last)?;
				let first = first.value();
				let range = SerialRange {
					first,
					owner,
					making,
					state,
					recalled_in_part: false,
				};
				Ranges::<T>::insert(gtin, last, range);
			}
			OutputLine::Lot {
				gtin,
				lot,
				unit,
				quantity,
			} => {
				ensure!(is_text_82(lot), Error::<T>::BadLot);
				ensure!(is_unit(unit), Error::<T>::BadUnit);
				ensure!(*quantity > 0, Error::<T>::BadQuantity);
				ensure!(!Lots::<T>::contains_key(gtin, lot), Error::<T>::AlreadyRegistered);
				let (unit, total) = (unit.clone(), *quantity);
				Lots::<T>::insert(gtin, lot, LotRecord { unit, total, making });
				let holding = Holding {
					quantity: total,
					..Holding::default()
				};
				Holdings::<T>::insert((gtin, lot), owner, holding);
			}
		}
		Ok(())
	}

	fn ensure_new_serial(gtin: Gtin, serial: &Serial) -> DispatchResult {
		ensure!(is_text_82(serial), Error::<T>::BadSerial);
		ensure!(Self::find_item(gtin, serial).is_none(), Error::<T>::AlreadyRegistered);
		Ok(())
	}

	fn ensure_new_range(
		gtin: Gtin,
		first: &Serial,
		last: &Serial,
	) -> Result<(SerialNumber, SerialNumber), DispatchError> {
		let numbers = SerialNumber::of(first).zip(SerialNumber::of(last));
		let (first, last) = numbers.ok_or(Error::<T>::BadRange)?;
		ensure!(first.width == last.width && first <= last, Error::<T>::BadRange);
		// The first range that ends at or behind its beginning is the only one that can overlap it.
		let next = Self::range_from(gtin, first);
		let overlaps = next.is_some_and(|(key, range)| key.width == last.width && range.first <= last.value());
		ensure!(!overlaps, Error::<T>::RangeOverlaps);
		ensure!(!Self::has_items_within(gtin, first, last), Error::<T>::RangeOverlaps);
		Ok((first, last))
	}

	/// The first range of a kind that ends at or behind a number: one ordered look.
	fn range_from(gtin: Gtin, number: SerialNumber) -> Option<(SerialNumber, RangeOf<T>)> {
		let before = Ranges::<T>::hashed_key_for(gtin, before(number));
		Ranges::<T>::iter_prefix_from(gtin, before).next()
	}

	/// The range that a number lies in.
	pub(crate) fn range_of(gtin: Gtin, number: SerialNumber) -> Option<(SerialNumber, RangeOf<T>)> {
		let next = Self::range_from(gtin, number);
		next.filter(|(key, range)| key.width == number.width && range.first <= number.value())
	}

	/// Whether any number of these has a record of its own.
	pub(crate) fn has_items_within(gtin: Gtin, first: SerialNumber, last: SerialNumber) -> bool {
		Self::next_item_within(gtin, before(first), last).is_some()
	}

	/// The first item behind a number, up to another one, that has a record of its own.
	pub(crate) fn next_item_within(gtin: Gtin, behind: SerialNumber, last: SerialNumber) -> Option<SerialNumber> {
		let behind = Items::<T>::hashed_key_for(gtin, SerialKey::Number(behind));
		match Items::<T>::iter_key_prefix_from(gtin, behind).next() {
			Some(SerialKey::Number(number)) if number <= last => Some(number),
			_ => None,
		}
	}

	/// An item, whether it has a record of its own or lies in a range.
	pub(crate) fn find_item(gtin: Gtin, serial: &Serial) -> Option<FoundItem<T>> {
		let number = SerialNumber::of(serial);
		let range = number.and_then(|number| Self::range_of(gtin, number));
		let key = range.as_ref().map(|(key, _)| *key);
		if let Some(item) = Items::<T>::get(gtin, SerialKey::of(serial)) {
			return Some(FoundItem {
				item,
				range: key,
				touched: true,
			});
		}
		let (
			_,
			SerialRange {
				owner, making, state, ..
			},
		) = range?;
		Some(FoundItem {
			item: Item { owner, making, state },
			range: key,
			touched: false,
		})
	}

	/// A range that this is the last serial of.
	pub(crate) fn find_range(gtin: Gtin, last: &Serial) -> Option<(SerialNumber, RangeOf<T>)> {
		let key = SerialNumber::of(last)?;
		Some((key, Ranges::<T>::get(gtin, key)?))
	}

	/// Whether there is such a thing.
	pub(crate) fn exists(thing: &Thing) -> bool {
		match thing {
			Thing::Item { gtin, serial } => Self::find_item(*gtin, serial).is_some(),
			Thing::Range { gtin, last } => Self::find_range(*gtin, last).is_some(),
			Thing::Lot { gtin, lot } => Lots::<T>::contains_key(gtin, lot),
			Thing::Unit { sscc } => Units::<T>::contains_key(sscc),
		}
	}

	/// How a thing was made; none for what nobody has made, or is no product.
	pub(crate) fn making_of(thing: &Thing) -> Option<MakingId> {
		match thing {
			Thing::Item { gtin, serial } => Self::find_item(*gtin, serial)?.item.making,
			Thing::Range { gtin, last } => Self::find_range(*gtin, last)?.1.making,
			Thing::Lot { gtin, lot } => Lots::<T>::get(gtin, lot)?.making,
			Thing::Unit { .. } => None,
		}
	}

	/// The range that an item lies in, as a thing: what is said of the range is said of the item.
	pub(crate) fn range_around(thing: &Thing) -> Option<Thing> {
		let Thing::Item { gtin, serial } = thing else {
			return None;
		};
		let (key, _) = Self::range_of(*gtin, SerialNumber::of(serial)?)?;
		let (gtin, last) = (*gtin, key.serial());
		Some(Thing::Range { gtin, last })
	}

	/// Whose a thing is; of a lot nobody's. What is packed belongs to whom the outermost unit belongs to.
	pub fn owner_of(thing: &Thing) -> Option<T::AccountId> {
		let (owner, state) = match thing {
			Thing::Item { gtin, serial } => {
				let item = Self::find_item(*gtin, serial)?.item;
				(item.owner, item.state)
			}
			Thing::Range { gtin, last } => {
				let (_, range) = Self::find_range(*gtin, last)?;
				(range.owner, range.state)
			}
			Thing::Lot { .. } => return None,
			Thing::Unit { sscc } => return Self::unit_owner(*sscc),
		};
		match state {
			State::Packed(sscc) => Self::unit_owner(sscc),
			State::Free | State::Used(_) | State::OnItsWay(_) => Some(owner),
		}
	}

	fn unit_owner(mut sscc: Sscc) -> Option<T::AccountId> {
		for _ in 0..MAX_LEVELS {
			let unit = Units::<T>::get(sscc)?;
			match unit.within {
				Some(outer) => sscc = outer,
				None => return Some(unit.owner),
			}
		}
		None
	}

	pub(crate) fn do_withdraw(actor: Caller<T>, thing: Thing) -> DispatchResult {
		let gtin = match &thing {
			Thing::Item { gtin, .. } | Thing::Range { gtin, .. } | Thing::Lot { gtin, .. } => *gtin,
			Thing::Unit { .. } => return Err(Error::<T>::NotAProduct.into()),
		};
		let mut prefix = Self::prefix_of(gtin.body()).ok_or(Error::<T>::UnknownPrefix)?;
		ensure!(
			Self::are_one(&actor.account, &prefix.record.holder),
			Error::<T>::ForeignPrefix
		);
		ensure!(Self::making_of(&thing).is_none(), Error::<T>::InUse);
		let is_recalled = Roots::<T>::iter_key_prefix(&thing).next().is_some();
		let certified = Subject::Thing(thing.clone());
		let is_certified = CertificatesOf::<T>::iter_key_prefix(certified).next().is_some();
		ensure!(!is_recalled && !is_certified, Error::<T>::InUse);
		match &thing {
			Thing::Item { gtin, serial } => Self::withdraw_item(&actor, *gtin, serial)?,
			Thing::Range { gtin, last } => Self::withdraw_range(&actor, *gtin, last)?,
			Thing::Lot { gtin, lot } => Self::withdraw_lot(&actor, *gtin, lot)?,
			Thing::Unit { .. } => (),
		}
		let room = match thing {
			Thing::Lot { .. } => ROOM_OF_LOT,
			_ => 1,
		};
		prefix.record.used = prefix.record.used.saturating_sub(room);
		prefix.store();
		Self::deposit_event(Event::Withdrawn { thing });
		Ok(())
	}

	fn withdraw_item(actor: &Caller<T>, gtin: Gtin, serial: &Serial) -> DispatchResult {
		let found = Self::find_item(gtin, serial).ok_or(Error::<T>::UnknownThing)?;
		ensure!(found.touched && found.range.is_none(), Error::<T>::PartOfARange);
		ensure!(Self::stands_for(actor, &found.item.owner), Error::<T>::NotTheOwner);
		let key = SerialKey::of(serial);
		let is_tagged = Tags::<T>::contains_key(gtin, &key);
		ensure!(found.item.state == State::Free && !is_tagged, Error::<T>::InUse);
		Items::<T>::remove(gtin, key);
		Ok(())
	}

	fn withdraw_range(actor: &Caller<T>, gtin: Gtin, last: &Serial) -> DispatchResult {
		let (last, range) = Self::find_range(gtin, last).ok_or(Error::<T>::UnknownThing)?;
		ensure!(Self::stands_for(actor, &range.owner), Error::<T>::NotTheOwner);
		let first = SerialNumber::new(last.width, range.first);
		let behind = Tags::<T>::hashed_key_for(gtin, SerialKey::Number(before(first)));
		let next_tag = Tags::<T>::iter_key_prefix_from(gtin, behind).next();
		let is_tagged = matches!(next_tag, Some(SerialKey::Number(number)) if number <= last);
		let is_split = Self::has_items_within(gtin, first, last);
		ensure!(
			range.state == State::Free && !is_tagged && !is_split && !range.recalled_in_part,
			Error::<T>::InUse
		);
		Ranges::<T>::remove(gtin, last);
		Ok(())
	}

	fn withdraw_lot(actor: &Caller<T>, gtin: Gtin, lot: &Lot) -> DispatchResult {
		let record = Lots::<T>::get(gtin, lot).ok_or(Error::<T>::UnknownThing)?;
		let holder = Holdings::<T>::iter_prefix((gtin, lot)).next();
		let (holder, holding) = holder.ok_or(Error::<T>::UnknownThing)?;
		ensure!(Self::stands_for(actor, &holder), Error::<T>::NotTheOwner);
		let is_whole = holding.quantity == record.total && holding.last_use.is_none();
		ensure!(is_whole, Error::<T>::InUse);
		Holdings::<T>::remove((gtin, lot), holder);
		Lots::<T>::remove(gtin, lot);
		Ok(())
	}
}

/// The number before, in the order of keys: behind it an iteration begins with this one.
pub(crate) fn before(number: SerialNumber) -> SerialNumber {
	match number.value().checked_sub(1) {
		Some(value) => SerialNumber::new(number.width, value),
		None => SerialNumber::new(number.width.saturating_sub(1), u64::MAX),
	}
}
