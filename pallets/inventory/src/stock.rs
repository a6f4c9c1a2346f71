//! The stock of an item at a site: what may become of it, and the sums that tell what has. No storage, no origins.

use crate::{Item, ItemCode, Lot, Reorder, RequestId, Unit};
use alloc::vec::Vec;
use bpiiot_primitives::{Mistake, UnixMillis};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{ensure, pallet_prelude::ConstU32, BoundedVec};
use scale_info::TypeInfo;

/// Most lots of an item at a site.
pub const MAX_LOTS: u32 = 16;

/// Why a stock stays what it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
	/// Nothing was to be done.
	ZeroQuantity,
	/// There is no such lot.
	UnknownLot,
	/// The lot is past its date.
	LotExpired,
	/// There is not that much that is neither reserved nor expired.
	NotEnough,
	/// More than can be counted.
	TooMuch,
	/// There are too many lots.
	TooManyLots,
	/// More is reserved than there would be.
	BelowReserved,
	/// The sums would not add up. Cannot happen.
	Broken,
}

/// A way in or out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flow {
	/// In, from somebody else.
	Received,
	/// Out, used up.
	Consumed,
	/// In, from another site.
	MovedIn,
	/// Out, to another site.
	MovedOut,
	/// In: counting has found more.
	CountedUp,
	/// Out: counting has found less.
	CountedDown,
}

/// All that ever came and went, in thousandths of the unit.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct Flows {
	/// Received from somebody else.
	pub received: u128,
	/// Used up.
	pub consumed: u128,
	/// Moved in from other sites.
	pub moved_in: u128,
	/// Moved out to other sites.
	pub moved_out: u128,
	/// Found by counting.
	pub counted_up: u128,
	/// Missed by counting.
	pub counted_down: u128,
}

impl Flows {
	/// What must be there; none if more has gone than came.
	pub fn balance(&self) -> Option<u128> {
		let come = self.received.checked_add(self.moved_in)?.checked_add(self.counted_up)?;
		let gone = self
			.consumed
			.checked_add(self.moved_out)?
			.checked_add(self.counted_down)?;
		come.checked_sub(gone)
	}

	fn add(&mut self, flow: Flow, quantity: u64) -> Result<(), Refusal> {
		let sum = match flow {
			Flow::Received => &mut self.received,
			Flow::Consumed => &mut self.consumed,
			Flow::MovedIn => &mut self.moved_in,
			Flow::MovedOut => &mut self.moved_out,
			Flow::CountedUp => &mut self.counted_up,
			Flow::CountedDown => &mut self.counted_down,
		};
		*sum = sum.checked_add(quantity.into()).ok_or(Refusal::TooMuch)?;
		Ok(())
	}
}

/// What is there of a lot. An empty lot has no record.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct LotStock {
	/// Which lot; empty for goods without one.
	pub lot: Lot,
	/// How much there is, in thousandths of the unit.
	pub on_hand: u64,
	/// How much of that is put aside for jobs.
	pub reserved: u64,
	/// Its date, if it has one: from then on nobody uses it or puts it aside.
	pub expires: Option<UnixMillis>,
	/// When `on_hand` has changed last, as a number that no other change has. Who counts names it.
	pub version: u64,
}

impl LotStock {
	/// What is not put aside.
	pub fn free(&self) -> u64 {
		self.on_hand.saturating_sub(self.reserved)
	}

	/// Whether it is past its date.
	pub fn is_expired(&self, now: UnixMillis) -> bool {
		self.expires.is_some_and(|expires| expires <= now)
	}
}

/// Some of a lot.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pick {
	/// Of which lot.
	pub lot: Lot,
	/// How much.
	pub quantity: u64,
}

/// A request for more, that was made or tried.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Raised {
	/// When, by the wall clock.
	pub at: UnixMillis,
	/// Which; none if it failed.
	pub request: Option<RequestId>,
}

/// An item that is kept at a site.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Stock<AccountId, Balance> {
	/// How the item is named.
	pub code: ItemCode,
	/// The unit of all quantities, which are in thousandths of it.
	pub unit: Unit,
	/// When any `on_hand` has changed last; 0 for never. Who counts a lot that is not there names it.
	pub version: u64,
	/// All that ever came and went.
	pub flows: Flows,
	/// What there is, by lot, in the order of their arrival.
	pub lots: BoundedVec<LotStock, ConstU32<MAX_LOTS>>,
	/// When to ask for more.
	pub reorder: Option<Reorder<Balance>>,
	/// Who controlled the site when that was set. It counts for him alone: if the owner is a machine, whoever buys it does not
	/// pay what its former owner has thought right.
	pub reorder_by: Option<AccountId>,
	/// The last request for more.
	pub raised: Option<Raised>,
}

impl<AccountId, Balance> Stock<AccountId, Balance> {
	/// Nothing, of an item that is kept from now on.
	pub fn new(code: ItemCode, unit: Unit) -> Self {
		Self {
			code,
			unit,
			version: 0,
			flows: Flows::default(),
			lots: BoundedVec::new(),
			reorder: None,
			reorder_by: None,
			raised: None,
		}
	}

	/// Of this lot, what there is.
	pub fn lot(&self, lot: &Lot) -> Option<&LotStock> {
		self.lots.iter().find(|other| other.lot == *lot)
	}

	/// All that there is. It never passes what can be counted.
	pub fn on_hand(&self) -> u64 {
		self.lots.iter().fold(0, |sum, lot| sum.saturating_add(lot.on_hand))
	}

	/// All that is neither put aside nor past its date.
	pub fn available(&self, now: UnixMillis) -> u64 {
		let usable = self.lots.iter().filter(|lot| !lot.is_expired(now));
		usable.fold(0, |sum, lot| sum.saturating_add(lot.free()))
	}

	/// What whoever counts this lot must have seen.
	pub fn basis(&self, lot: &Lot) -> u64 {
		self.lot(lot).map_or(self.version, |lot| lot.version)
	}

	/// Takes goods in. A lot that has a date already keeps the earlier one.
	///
	/// # Errors
	/// `ZeroQuantity`, `TooMuch`, `TooManyLots`.
	pub fn add(
		&mut self,
		flow: Flow,
		lot: &Lot,
		quantity: u64,
		expires: Option<UnixMillis>,
		version: u64,
	) -> Result<(), Refusal> {
		ensure!(quantity > 0, Refusal::ZeroQuantity);
		ensure!(self.on_hand().checked_add(quantity).is_some(), Refusal::TooMuch);
		match self.lots.iter_mut().find(|other| other.lot == *lot) {
			Some(there) => {
				there.on_hand = there.on_hand.saturating_add(quantity);
				there.version = version;
				there.expires = [there.expires, expires].into_iter().flatten().min();
			}
			None => {
				let new = LotStock {
					lot: lot.clone(),
					on_hand: quantity,
					reserved: 0,
					expires,
					version,
				};
				self.lots.try_push(new).map_err(|_| Refusal::TooManyLots)?;
			}
		}
		self.version = version;
		self.flows.add(flow, quantity)
	}

	/// That much of what is neither put aside nor past its date: of a lot, or of those that go out of date first.
	///
	/// # Errors
	/// `ZeroQuantity`, `UnknownLot`, `LotExpired`, `NotEnough`.
	pub fn pick(&self, lot: Option<&Lot>, quantity: u64, now: UnixMillis) -> Result<Vec<Pick>, Refusal> {
		ensure!(quantity > 0, Refusal::ZeroQuantity);
		if let Some(lot) = lot {
			let there = self.lot(lot).ok_or(Refusal::UnknownLot)?;
			ensure!(!there.is_expired(now), Refusal::LotExpired);
			return self.pick_any(lot, quantity).map(|pick| [pick].into());
		}
		let mut usable: Vec<_> = self.lots.iter().filter(|lot| !lot.is_expired(now)).collect();
		// Stable: of the same date, or of none, what came first goes first.
		usable.sort_by_key(|lot| lot.expires.unwrap_or(UnixMillis::MAX));
		let (mut picks, mut wanted) = (Vec::new(), quantity);
		for lot in usable {
			let quantity = lot.free().min(wanted);
			if quantity > 0 {
				let lot = lot.lot.clone();
				picks.push(Pick { lot, quantity });
			}
			wanted = wanted.saturating_sub(quantity);
		}
		ensure!(wanted == 0, Refusal::NotEnough);
		Ok(picks)
	}

	/// That much of a lot that is not put aside, whatever its date.
	///
	/// # Errors
	/// `ZeroQuantity`, `UnknownLot`, `NotEnough`.
	pub fn pick_any(&self, lot: &Lot, quantity: u64) -> Result<Pick, Refusal> {
		ensure!(quantity > 0, Refusal::ZeroQuantity);
		let there = self.lot(lot).ok_or(Refusal::UnknownLot)?;
		let is_free = quantity <= there.free() || Mistake::OverdrawnStock.is_made();
		ensure!(is_free, Refusal::NotEnough);
		let lot = lot.clone();
		Ok(Pick { lot, quantity })
	}

	/// Lets goods go that are not put aside.
	///
	/// # Errors
	/// `UnknownLot`, `NotEnough`.
	pub fn take(&mut self, flow: Flow, pick: &Pick, version: u64) -> Result<(), Refusal> {
		let there = self.lot_mut(&pick.lot)?;
		let is_free = pick.quantity <= there.free() || Mistake::OverdrawnStock.is_made();
		ensure!(is_free, Refusal::NotEnough);
		let left = there.on_hand.saturating_sub(pick.quantity);
		self.put(&pick.lot, left, version);
		self.flows.add(flow, pick.quantity)
	}

	/// Puts goods aside.
	///
	/// # Errors
	/// `UnknownLot`, `NotEnough`.
	pub fn reserve(&mut self, pick: &Pick) -> Result<(), Refusal> {
		let there = self.lot_mut(&pick.lot)?;
		ensure!(pick.quantity <= there.free(), Refusal::NotEnough);
		there.reserved = there.reserved.saturating_add(pick.quantity);
		Ok(())
	}

	/// Lets go of goods that were put aside; they stay where they are.
	///
	/// # Errors
	/// `UnknownLot`, or `Broken` if so much was not put aside.
	pub fn release(&mut self, pick: &Pick) -> Result<(), Refusal> {
		let there = self.lot_mut(&pick.lot)?;
		there.reserved = there.reserved.checked_sub(pick.quantity).ok_or(Refusal::Broken)?;
		Ok(())
	}

	/// Uses up goods that were put aside.
	///
	/// # Errors
	/// `UnknownLot`, or `Broken` if so much was not put aside.
	pub fn take_reserved(&mut self, pick: &Pick, version: u64) -> Result<(), Refusal> {
		self.release(pick)?;
		self.take(Flow::Consumed, pick, version)
	}

	/// Puts right what there is of a lot, and tells what the books said.
	///
	/// # Errors
	/// `BelowReserved`, `TooMuch`, `TooManyLots`.
	pub fn count(&mut self, lot: &Lot, on_hand: u64, version: u64) -> Result<u64, Refusal> {
		let (before, reserved) = self.lot(lot).map_or((0, 0), |lot| (lot.on_hand, lot.reserved));
		ensure!(on_hand >= reserved, Refusal::BelowReserved);
		if on_hand > before {
			self.add(Flow::CountedUp, lot, on_hand.saturating_sub(before), None, version)?;
		} else {
			self.put(lot, on_hand, version);
			self.flows.add(Flow::CountedDown, before.saturating_sub(on_hand))?;
		}
		Ok(before)
	}

	/// Gives a lot another date, or none.
	///
	/// # Errors
	/// `UnknownLot`.
	pub fn set_expiry(&mut self, lot: &Lot, expires: Option<UnixMillis>) -> Result<(), Refusal> {
		self.lot_mut(lot)?.expires = expires;
		Ok(())
	}

	fn lot_mut(&mut self, lot: &Lot) -> Result<&mut LotStock, Refusal> {
		self.lots
			.iter_mut()
			.find(|other| other.lot == *lot)
			.ok_or(Refusal::UnknownLot)
	}

	/// Notes how much there is of a lot, and forgets it if that is nothing.
	fn put(&mut self, lot: &Lot, on_hand: u64, version: u64) {
		self.version = version;
		if let Ok(there) = self.lot_mut(lot) {
			there.on_hand = on_hand;
			there.version = version;
		}
		self.lots.retain(|lot| lot.on_hand > 0);
	}
}

/// Whether this can name an item.
pub(crate) fn is_item(code: ItemCode, item: &Item) -> bool {
	!item.is_empty()
		&& match code {
			ItemCode::Gtin => crate::gs1::is_gtin(item),
			ItemCode::Own => crate::gs1::is_text_82(item),
		}
}

#[cfg(test)]
mod tests {
	use super::*;
	use Flow::*;

	fn lot(name: &str) -> Lot {
		name.as_bytes().to_vec().try_into().expect("short")
	}

	/// `a` of 5 without a date, `b` of 7 that goes at 200, `c` of 9 that goes at 100.
	fn stock() -> Stock<(), u128> {
		let mut stock = Stock::new(ItemCode::Own, Unit::default());
		for (name, quantity, expires) in [("a", 5, None), ("b", 7, Some(200)), ("c", 9, Some(100))] {
			stock.add(Received, &lot(name), quantity, expires, 1).expect("it fits");
		}
		stock
	}

	fn picked(stock: &Stock<(), u128>, quantity: u64, now: u64) -> Result<Vec<(Lot, u64)>, Refusal> {
		let picks = stock.pick(None, quantity, now)?;
		Ok(picks.into_iter().map(|pick| (pick.lot, pick.quantity)).collect())
	}

	#[test]
	fn what_goes_out_of_date_first_is_used_first_and_nothing_that_has() {
		let stock = stock();
		for (quantity, now, picks) in [
			(1, 0, Ok(vec![(lot("c"), 1)])),
			(10, 0, Ok(vec![(lot("c"), 9), (lot("b"), 1)])),
			(21, 99, Ok(vec![(lot("c"), 9), (lot("b"), 7), (lot("a"), 5)])),
			(22, 99, Err(Refusal::NotEnough)),
			(10, 100, Ok(vec![(lot("b"), 7), (lot("a"), 3)])),
			(13, 100, Err(Refusal::NotEnough)),
			(5, 200, Ok(vec![(lot("a"), 5)])),
			(0, 0, Err(Refusal::ZeroQuantity)),
		] {
			assert_eq!(picked(&stock, quantity, now), picks, "{quantity} at {now}");
		}
		assert_eq!([0, 100, 200].map(|now| stock.available(now)), [21, 12, 5]);
	}

	#[test]
	fn what_is_put_aside_is_not_given_away() {
		let mut stock = stock();
		let pick = |quantity| Pick {
			lot: lot("a"),
			quantity,
		};
		assert_eq!(stock.reserve(&pick(4)), Ok(()));
		assert_eq!(stock.take(Consumed, &pick(2), 2), Err(Refusal::NotEnough));
		assert_eq!(stock.reserve(&pick(2)), Err(Refusal::NotEnough));
		assert_eq!(stock.count(&lot("a"), 3, 2), Err(Refusal::BelowReserved));
		assert_eq!(stock.count(&lot("a"), 4, 2), Ok(5));
		assert_eq!(stock.release(&pick(5)), Err(Refusal::Broken));
		assert_eq!(stock.take_reserved(&pick(3), 3), Ok(()));
		assert_eq!(stock.release(&pick(1)), Ok(()));
		assert_eq!(stock.take(Consumed, &pick(1), 4), Ok(()));
		assert_eq!(stock.lot(&lot("a")), None);
		assert_eq!(stock.flows.balance(), Some(16));
		assert_eq!(u128::from(stock.on_hand()), 16);
	}

	#[test]
	fn no_more_than_can_be_counted_and_no_more_lots_than_there_may_be() {
		let mut stock = stock();
		let most = u64::MAX - 21;
		assert_eq!(stock.add(MovedIn, &lot("a"), most + 1, None, 2), Err(Refusal::TooMuch));
		assert_eq!(stock.add(MovedIn, &lot("a"), most, None, 2), Ok(()));
		assert_eq!(stock.count(&lot("d"), 1, 3), Err(Refusal::TooMuch));
		assert_eq!(stock.count(&lot("a"), 0, 3), Ok(u64::MAX - 16));
		for name in 'd'..='q' {
			assert_eq!(stock.add(MovedIn, &lot(&name.to_string()), 1, None, 4), Ok(()));
		}
		assert_eq!(stock.add(MovedIn, &lot("r"), 1, None, 5), Err(Refusal::TooManyLots));
		assert_eq!(stock.add(MovedIn, &lot("q"), 1, Some(9), 5), Ok(()));
		assert_eq!(stock.lot(&lot("q")).and_then(|lot| lot.expires), Some(9));
		assert_eq!(stock.flows.balance(), Some(u128::from(stock.on_hand())));
	}

	#[test]
	fn who_counts_names_the_lots_last_change_or_that_of_all_if_it_is_gone() {
		let mut stock = stock();
		assert_eq!((stock.basis(&lot("a")), stock.basis(&lot("x"))), (1, 1));
		assert_eq!(stock.count(&lot("a"), 6, 2), Ok(5));
		assert_eq!((stock.basis(&lot("a")), stock.basis(&lot("b"))), (2, 1));
		assert_eq!(stock.count(&lot("a"), 0, 3), Ok(6));
		assert_eq!((stock.basis(&lot("a")), stock.basis(&lot("b"))), (3, 1));
	}
}
