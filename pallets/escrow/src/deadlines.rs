//! The deadlines of all agreements in the order of time, and the sweep that ends those that have passed.

use crate::{Clock, Config, DeadlineKey, Deadlines, Disputes, Event, Pallet, WeightInfo};
use bpiiot_primitives::{AgreementMillis, AgreementRef, Agreements, DeadlineIndex, Expiry};
use frame_support::{
	storage::with_storage_layer,
	traits::Get,
	weights::{Weight, WeightMeter},
};

impl<T: Config> DeadlineIndex for Pallet<T> {
	fn insert(at: AgreementMillis, agreement: AgreementRef) {
		Deadlines::<T>::insert(DeadlineKey::new(at, agreement), agreement);
	}

	fn remove(at: AgreementMillis, agreement: AgreementRef) {
		Deadlines::<T>::remove(DeadlineKey::new(at, agreement));
	}

	fn contains(at: AgreementMillis, agreement: AgreementRef) -> bool {
		Deadlines::<T>::get(DeadlineKey::new(at, agreement)) == Some(agreement)
	}
}

impl<T: Config> Pallet<T> {
	/// Ends agreements whose deadline has passed, the longest overdue first, and tells what it cost: never more than
	/// `limit`, and for `MaxSweep` entries at most. How many entries there are does not matter, since they are in order.
	pub(crate) fn sweep(limit: Weight) -> Weight {
		let mut meter = WeightMeter::with_limit(limit);
		if meter.try_consume(T::WeightInfo::sweep_look()).is_err() {
			return meter.consumed();
		}
		let clock = Clock::<T>::get();
		if clock.paused {
			return meter.consumed();
		}
		// Each entry pays for the look at the one behind it.
		let lapse = T::WeightInfo::end_dispute().saturating_add(T::Agreements::resolve_weight());
		let each = T::WeightInfo::sweep_look()
			.saturating_add(T::WeightInfo::sweep_entry())
			.saturating_add(T::Agreements::expire_weight().max(lapse));
		let due = Deadlines::<T>::iter().take_while(|(key, _)| key.at() < clock.agreement());
		for (key, agreement) in due.take(T::MaxSweep::get() as usize) {
			if meter.try_consume(each).is_err() {
				break;
			}
			Self::sweep_entry(key, agreement);
		}
		meter.consumed()
	}

	/// Takes an entry out and does what it was there for. Whatever comes of it, the entry is gone, so that no agreement
	/// can keep the sweep from those behind it. An agreement in dispute stands still, and only the dispute has a deadline.
	pub(crate) fn sweep_entry(key: DeadlineKey, agreement: AgreementRef) {
		Deadlines::<T>::remove(key);
		let looked_at = with_storage_layer(|| match Disputes::<T>::get(agreement) {
			Some(dispute) => Self::expire_dispute(agreement, dispute),
			None => T::Agreements::expire(agreement, key.at()),
		});
		match looked_at {
			Ok(Expiry::Until(at)) => Self::insert(at, agreement),
			Ok(Expiry::Ended | Expiry::Stale) => (),
			Err(error) => Self::deposit_event(Event::SweepFailed { agreement, error }),
		}
	}
}
