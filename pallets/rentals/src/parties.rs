//! Who rents, and whose machine it is.

use crate::{Caller, Config, Error, ListingId, ListingOf, Listings, Pallet, RentalId, RentalOf, Rentals};
use bpiiot_primitives::{Actor, Actors, AgreementClock, MachineId, Mistake};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	traits::Get,
};

impl<T: Config> Pallet<T> {
	pub(crate) fn rental(id: RentalId) -> Result<RentalOf<T>, DispatchError> {
		Ok(Rentals::<T>::get(id).ok_or(Error::<T>::UnknownRental)?)
	}

	/// The rental, if `actor` has rented it, or owns the machine that has: what a machine has rented outlives its key, and
	/// the machine itself.
	pub(crate) fn rented_by(actor: &Caller<T>, id: RentalId) -> Result<RentalOf<T>, DispatchError> {
		let rental = Self::rental(id)?;
		ensure!(Self::is_renter(actor, &rental), Error::<T>::NotTheRenter);
		Ok(rental)
	}

	pub(crate) fn is_renter(actor: &Caller<T>, rental: &RentalOf<T>) -> bool {
		let renter = &rental.access.renter;
		let stands_behind = actor.account == *renter || actor.account == T::Actors::controller(renter);
		stands_behind || Mistake::UncheckedRenter.is_made()
	}

	/// The rental, if `actor` is its machine or its owner.
	pub(crate) fn let_by(actor: &Caller<T>, id: RentalId) -> Result<RentalOf<T>, DispatchError> {
		let rental = Self::rental(id)?;
		Self::ensure_controls(actor, &rental.access.machine)?;
		Ok(rental)
	}

	/// That `actor` is `machine` or its owner.
	pub(crate) fn ensure_controls(actor: &Caller<T>, machine: &MachineId) -> DispatchResult {
		ensure!(
			T::Actors::controls(&actor.account, machine),
			Error::<T>::NotTheMachinesOwner
		);
		Ok(())
	}

	/// The listing, if it is still as it was read.
	pub(crate) fn listing_as_read(id: ListingId, version: u32) -> Result<ListingOf<T>, DispatchError> {
		let listing = Listings::<T>::get(id).ok_or(Error::<T>::UnknownListing)?;
		ensure!(listing.version == version, Error::<T>::ListingChanged);
		Ok(listing)
	}

	/// The machine as an actor, for what its owner has agreed to before: its spending policy is asked as if its key had
	/// signed.
	pub(crate) fn as_actor(machine: MachineId) -> Caller<T> {
		Actor {
			account: machine.account(),
			machine: Some(machine),
		}
	}

	/// That a window is neither too short nor too long.
	pub(crate) fn ensure_windows(windows: &[u64]) -> DispatchResult {
		let allowed = T::MinWindow::get()..=T::MaxWindow::get();
		ensure!(
			windows.iter().all(|window| allowed.contains(window)),
			Error::<T>::WindowOutOfRange
		);
		Ok(())
	}

	/// The last moment that a rental may reach, in unix milliseconds.
	pub(crate) fn horizon() -> u64 {
		T::Clock::unix_now().saturating_add(T::MaxAhead::get())
	}
}
