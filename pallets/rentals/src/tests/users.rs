//! Whom the renter lets in.

use crate::{mock::*, Actions, Call, Error, RentalId};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};

fn remove(who: &AccountId, rental: RentalId, user: &AccountId) -> DispatchResult {
	let user = user.clone();
	signed(who, Call::remove_user { rental, user })
}

#[test]
fn only_what_is_taken_back_raises_the_epoch() {
	build_and_execute(|| {
		let rental = booked();
		assert_ok!(set_user(rental, &guest(), FROM, UNTIL));
		assert_eq!(record(rental).access.epoch, 0);
		assert_ok!(set_user(rental, &guest(), FROM, FROM + HOUR));
		assert_eq!(record(rental).access.epoch, 1);
		assert_eq!(record(rental).access.users.iter().flatten().count(), 1);
		assert_ok!(set_user(rental, &stranger(), FROM, UNTIL));
		assert_ok!(remove(&renter(), rental, &guest()));
		assert_eq!(record(rental).access.epoch, 2);
		assert_noop!(remove(&renter(), rental, &guest()), Error::<Test>::UnknownUser);
		// So does the end.
		started(rental);
		assert_ok!(give_back(&renter(), rental));
		assert_eq!(record(rental).access.epoch, 3);
	});
}

#[test]
fn a_rental_has_so_many_sub_users() {
	build_and_execute(|| {
		let rental = active();
		for nth in 0..4 {
			assert_ok!(set_user(rental, &one_of_many(nth), FROM, UNTIL));
		}
		assert_noop!(set_user(rental, &guest(), FROM, UNTIL), Error::<Test>::TooManyUsers);
		assert_ok!(set_user(rental, &one_of_many(3), FROM, UNTIL));
		assert_ok!(remove(&renter(), rental, &one_of_many(0)));
		assert_ok!(set_user(rental, &guest(), FROM, UNTIL));
	});
}

#[test]
fn a_sub_user_may_no_more_than_the_renter() {
	build_and_execute(|| {
		let rental = active();
		let call = |user: &AccountId, actions| Call::set_user {
			rental,
			user: user.clone(),
			from: START + FROM,
			until: START + UNTIL,
			actions,
		};
		for actions in [Actions::CONFIGURE, Actions::ENTER | Actions::READ, Actions::default()] {
			assert_noop!(
				signed(&renter(), call(&guest(), actions)),
				Error::<Test>::ActionNotRented
			);
		}
		assert_noop!(
			signed(&renter(), call(&renter(), Actions::ENTER)),
			Error::<Test>::OwnRental
		);
		assert_ok!(signed(&renter(), call(&guest(), Actions::ENTER | Actions::OPERATE)));
	});
}

#[test]
fn only_the_renter_lets_somebody_in_and_only_while_it_is_his() {
	build_and_execute(|| {
		let rental = requested();
		assert_noop!(set_user(rental, &guest(), FROM, UNTIL), Error::<Test>::WrongStage);
		let call = Call::approve { rental };
		assert_ok!(signed(&owner(), call));
		assert_ok!(set_user(rental, &guest(), FROM, UNTIL));
		let by_guest = Call::set_user {
			rental,
			user: stranger(),
			from: START + FROM,
			until: START + UNTIL,
			actions: Actions::ENTER,
		};
		for nobody in [guest(), owner(), stranger()] {
			assert_noop!(signed(&nobody, by_guest.clone()), Error::<Test>::NotTheRenter);
			assert_noop!(remove(&nobody, rental, &guest()), Error::<Test>::NotTheRenter);
		}
		returned(started(rental));
		assert_noop!(remove(&renter(), rental, &guest()), Error::<Test>::WrongStage);
	});
}
