//! Whom the renter lets use it.

use crate::{Actions, Caller, Config, Error, Event, Pallet, RentalId, RentalOf, Rentals, Stage, User};
use bpiiot_primitives::UnixMillis;
use frame_support::{ensure, pallet_prelude::DispatchResult};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_set_user(
		actor: Caller<T>,
		id: RentalId,
		account: T::AccountId,
		from: UnixMillis,
		until: UnixMillis,
		actions: Actions,
	) -> DispatchResult {
		let mut rental = Self::usable_by(&actor, id)?;
		let access = &mut rental.access;
		ensure!(account != access.renter, Error::<T>::OwnRental);
		ensure!(from < until, Error::<T>::EmptyWindow);
		ensure!(access.start <= from && until <= access.end, Error::<T>::OutlivesRental);
		ensure!(access.actions.include(actions), Error::<T>::ActionNotRented);
		let is_his = |user: &Option<User<T::AccountId>>| user.as_ref().is_some_and(|user| user.account == account);
		let place = match access.users.iter().position(is_his) {
			// Whatever he had is not good any more.
			Some(place) => {
				access.epoch = access.epoch.saturating_add(1);
				Some(place)
			}
			None => access.users.iter().position(Option::is_none),
		};
		let user = place.and_then(|place| access.users.get_mut(place));
		*user.ok_or(Error::<T>::TooManyUsers)? = Some(User {
			account: account.clone(),
			from,
			until,
			actions,
		});
		Self::deposit_event(Event::UserSet {
			rental: id,
			machine: access.machine,
			user: account,
			from,
			until,
			actions,
			epoch: access.epoch,
		});
		Rentals::<T>::insert(id, rental);
		Ok(())
	}

	pub(crate) fn do_remove_user(actor: Caller<T>, id: RentalId, account: T::AccountId) -> DispatchResult {
		let mut rental = Self::usable_by(&actor, id)?;
		let access = &mut rental.access;
		let mut users = access.users.iter_mut();
		let user = users.find(|user| user.as_ref().is_some_and(|user| user.account == account));
		*user.ok_or(Error::<T>::UnknownUser)? = None;
		access.epoch = access.epoch.saturating_add(1);
		Self::deposit_event(Event::UserRemoved {
			rental: id,
			machine: access.machine,
			user: account,
			epoch: access.epoch,
		});
		Rentals::<T>::insert(id, rental);
		Ok(())
	}

	/// The rental, if `actor` has rented it and it is not over.
	fn usable_by(actor: &Caller<T>, id: RentalId) -> Result<RentalOf<T>, sp_runtime::DispatchError> {
		let rental = Self::rented_by(actor, id)?;
		let is_agreed = matches!(rental.stage(), Stage::Booked | Stage::Active);
		ensure!(is_agreed, Error::<T>::WrongStage);
		Ok(rental)
	}
}
