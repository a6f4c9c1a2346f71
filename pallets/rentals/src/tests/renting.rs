//! From the wish to the booking.

use crate::{mock::*, Booking, Bookings, Call, EndKey, Error, ListingTerms, Outcome, Pallet, RentalId, Stage};
use frame_support::{assert_noop, assert_ok};
use proptest::{collection::vec, prelude::*};

#[test]
fn rent_and_deposit_are_on_hold_and_the_time_is_taken() {
	build_and_execute(|| {
		let rental = booked();
		let record = record(rental);
		assert_eq!(record.stage(), Stage::Booked);
		assert_eq!((record.access.start, record.access.end), (START + FROM, START + UNTIL));
		assert_eq!(money(&renter()).1, RENT + DEPOSIT + RECORD_DEPOSIT + RENT_FEE);
		// Nothing of the owner's, before it starts.
		assert_eq!(money(&of_machine(1)).1, 0);
		let booking = Bookings::<Test>::get(machine(1), EndKey::new(START + UNTIL)).expect("booked");
		assert_eq!((booking.start, booking.rental), (START + FROM, rental));
	});
}

#[test]
fn a_rental_keeps_the_terms_that_it_named() {
	build_and_execute(|| {
		let rental = booked();
		let listing = record(rental).listing;
		let mut dearer = terms();
		dearer.rental.price *= 10;
		dearer.rental.no_show = sp_runtime::Permill::one();
		assert_ok!(signed(&owner(), Call::update_listing { listing, terms: dearer }));
		assert_ok!(signed(&owner(), Call::withdraw_listing { listing }));
		assert_eq!(record(rental).terms, rental_terms());
		started(rental);
		returned(rental);
		assert_ok!(waive(rental));
		assert_eq!((paid(), earned()), (USED as i128, USED as i128));
	});
}

#[test]
fn one_after_the_other_without_a_gap() {
	build_and_execute(|| {
		let listing = listed(terms());
		let hours = |from: u64, periods| signed(&renter(), renting_at(listing, from * HOUR, periods));
		for (from, periods) in [(10, 4), (14, 2), (8, 2), (20, 4), (16, 4)] {
			assert_ok!(hours(from, periods));
		}
		for (from, periods) in [(8, 2), (9, 2), (7, 16), (10, 4), (13, 2), (23, 2), (8, 16), (12, 2)] {
			assert_noop!(hours(from, periods), Error::<Test>::AlreadyBooked);
		}
		assert_ok!(hours(24, 2));
		assert_ok!(hours(6, 2));
	});
}

#[test]
fn all_listings_of_a_machine_share_its_time() {
	build_and_execute(|| {
		let listing = listed(terms());
		let other = listed(terms());
		assert_ok!(signed(&renter(), renting(listing)));
		assert_noop!(signed(&rival(), renting(other)), Error::<Test>::AlreadyBooked);
		// Also one that was published after the first one was withdrawn.
		assert_ok!(signed(&owner(), Call::withdraw_listing { listing }));
		let anew = listed(terms());
		assert_noop!(signed(&rival(), renting(anew)), Error::<Test>::AlreadyBooked);
		// Another machine has a time of its own.
		registered(2);
		let elsewhere = listed_of(2, terms());
		assert_ok!(signed(&rival(), renting(elsewhere)));
	});
}

#[test]
fn now_is_the_time_of_the_block() {
	build_and_execute(|| {
		let listing = listed(terms());
		at(1_234);
		let mut call = renting(listing);
		if let Call::rent { start, .. } = &mut call {
			*start = None;
		}
		let rental = rented_by(&renter(), call);
		assert_eq!(record(rental).access.start, START + 1_234);
		assert_ok!(start(&renter(), rental));
	});
}

#[test]
fn the_owner_approves_with_a_bond_or_declines_without() {
	build_and_execute(|| {
		let rental = requested();
		assert_eq!(stage(rental), Stage::Requested);
		let approve = Call::approve { rental };
		for nobody in [renter(), stranger()] {
			assert_noop!(signed(&nobody, approve.clone()), Error::<Test>::NotTheMachinesOwner);
		}
		at(APPROVE_WINDOW);
		assert_ok!(signed(&owner(), approve));
		assert_eq!(stage(rental), Stage::Booked);
		assert_eq!(money(&of_machine(1)).1, PENALTY);

		let other = rented_by(&rival(), renting_at(record(rental).listing, 20 * HOUR, 2));
		let decline = Call::decline {
			rental: other,
			reason: HASH,
		};
		assert_ok!(signed(&key(1), decline));
		assert_eq!(stage(other), Stage::Settled(Outcome::Declined));
		assert_eq!(gain(&rival()), -(RENT_FEE as i128));
	});
}

#[test]
fn silence_declines() {
	build_and_execute(|| {
		let rental = requested();
		at(APPROVE_WINDOW);
		assert_noop!(expire(rental), Error::<Test>::NotExpired);
		at(APPROVE_WINDOW + 1);
		assert_noop!(signed(&owner(), Call::approve { rental }), Error::<Test>::TooLate);
		assert_ok!(expire(rental));
		assert_eq!(stage(rental), Stage::Settled(Outcome::NotApproved));
		assert_eq!((paid(), earned()), (0, 0));
		assert_eq!(Bookings::<Test>::iter().count(), 0);
	});
}

#[test]
fn an_owner_without_a_bond_cannot_approve() {
	build_and_execute(|| {
		let rental = requested();
		may_spend(&owner(), 1, PENALTY - 1);
		assert_noop!(signed(&owner(), Call::approve { rental }), Error::<Test>::NoBond);
		assert_eq!(stage(rental), Stage::Requested);
	});
}

#[test]
fn lists_admit_and_keep_out() {
	build_and_execute(|| {
		registered_for(&rival(), 2);
		let with = |allow: &[AccountId], deny: &[AccountId]| ListingTerms {
			allow: allow.to_vec().try_into().expect("few"),
			deny: deny.to_vec().try_into().expect("few"),
			..terms()
		};
		let listing = listed(terms());
		let mut hour = 0;
		let mut tried = |terms, who: &AccountId| {
			let call = Call::update_listing { listing, terms };
			assert_ok!(signed(&owner(), call));
			hour += 2;
			signed(who, renting_at(listing, hour * HOUR, 2))
		};
		let denied = Err(Error::<Test>::RenterDenied.into());
		assert_ok!(tried(with(&[], &[]), &renter()));
		assert_eq!(tried(with(&[], &[renter()]), &renter()), denied);
		assert_ok!(tried(with(&[], &[renter()]), &rival()));
		assert_eq!(tried(with(&[rival()], &[]), &renter()), denied);
		assert_ok!(tried(with(&[rival()], &[]), &rival()));
		assert_eq!(tried(with(&[rival()], &[rival()]), &rival()), denied);
		// A machine is kept out, and let in, with its owner, and by itself.
		assert_ok!(tried(with(&[rival()], &[]), &key(2)));
		assert_eq!(tried(with(&[], &[rival()]), &key(2)), denied);
		assert_eq!(tried(with(&[], &[of_machine(2)]), &key(2)), denied);
		assert_ok!(tried(with(&[of_machine(2)], &[]), &key(2)));
	});
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

	/// Against a list that is looked through from end to end: time can be booked exactly when nobody has booked any of it.
	#[test]
	fn time_is_free_exactly_when_no_booking_touches_it(steps in vec((0..150u64, 1..25u64, 0..4u8), 1..120)) {
		empty().execute_with(|| {
			let mut model: Vec<(u64, u64)> = vec![];
			for (start, length, what) in steps {
				let end = start + length;
				if what == 0 && !model.is_empty() {
					let (_, end) = model.swap_remove(start as usize % model.len());
					Bookings::<Test>::remove(machine(1), EndKey::new(end));
					continue;
				}
				let free = model.iter().all(|(from, until)| end <= *from || *until <= start);
				assert_eq!(Pallet::<Test>::ensure_free(&machine(1), start, end).is_ok(), free);
				// Another machine's time, and whoever has it, is another matter.
				assert_ok!(Pallet::<Test>::ensure_free(&machine(2), start, end));
				if free {
					model.push((start, end));
					let rental = RentalId(start);
					Bookings::<Test>::insert(machine(1), EndKey::new(end), Booking { start, rental });
				}
			}
		});
	}
}
