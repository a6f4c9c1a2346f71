//! Whose time is when: for each machine its bookings by their ends, apart from each other.

use crate::{Booking, Bookings, Config, EndKey, Error, Pallet, RentalId, RentalOf};
use bpiiot_primitives::{MachineId, Mistake, UnixMillis};
use frame_support::{ensure, pallet_prelude::DispatchResult};

impl<T: Config> Pallet<T> {
	/// The first booking of a machine that ends after a moment: one step in the order of keys, however many there are.
	pub(crate) fn first_ending_after(machine: &MachineId, moment: UnixMillis) -> Option<(EndKey, Booking)> {
		let from = Bookings::<T>::hashed_key_for(machine, EndKey::new(moment));
		Bookings::<T>::iter_prefix_from(machine, from).next()
	}

	/// That nobody has booked a machine between two moments. Since bookings are apart from each other, of those that end
	/// after the first one only the earliest can be in the way.
	pub(crate) fn ensure_free(machine: &MachineId, from: UnixMillis, until: UnixMillis) -> DispatchResult {
		let next = Self::first_ending_after(machine, from);
		ensure!(
			next.is_none_or(|(_, booking)| booking.start >= until) || Mistake::DoubleBooking.is_made(),
			Error::<T>::AlreadyBooked
		);
		Ok(())
	}

	/// Whether somebody who was before this rental has not given it back.
	pub(crate) fn is_blocked(rental: &RentalOf<T>) -> bool {
		let first = Bookings::<T>::iter_prefix(rental.access.machine).next();
		first.is_some_and(|(key, _)| key.end() < rental.access.end)
	}

	pub(crate) fn take_time(id: RentalId, rental: &RentalOf<T>) {
		let access = &rental.access;
		let booking = Booking {
			start: access.start,
			rental: id,
		};
		Bookings::<T>::insert(access.machine, EndKey::new(access.end), booking);
	}

	pub(crate) fn free_time(rental: &RentalOf<T>) {
		Bookings::<T>::remove(rental.access.machine, EndKey::new(rental.access.end));
	}
}
