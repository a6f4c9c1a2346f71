//! That each check of try-state fails on a broken state.

use crate::{
	mock::*,
	tests::damage::{claimed, disputed},
	Actions, Booking, Bookings, EndKey, HoldReason, ListingsBy, ListingsOf, Outcome, RentalId, RentalOf,
	Rentals as RentalsMap, Stage, User,
};
use frame_support::{assert_ok, storage::with_transaction, traits::fungible::MutateHold};
use sp_runtime::{DispatchError, TransactionOutcome, TryRuntimeError};

/// Runs `make` and then `break_it`, and tells what try-state says.
fn broken<Made>(make: impl FnOnce() -> Made, break_it: impl FnOnce(Made)) -> &'static str {
	let mut said = Ok(());
	build_and_execute(|| {
		let _ = with_transaction(|| {
			let made = make();
			assert_eq!(Rentals::do_try_state(), Ok(()), "before the damage");
			break_it(made);
			said = Rentals::do_try_state();
			TransactionOutcome::Rollback(Ok::<(), DispatchError>(()))
		});
	});
	match said {
		Err(TryRuntimeError::Other(broken)) => broken,
		other => panic!("try-state must see the damage, and says {other:?}"),
	}
}

fn change(id: RentalId, change: impl FnOnce(&mut RentalOf<Test>)) {
	RentalsMap::<Test>::mutate(id, |rental| change(rental.as_mut().expect("it exists")));
}

/// What try-state says of a rental that was changed.
fn spoiled(make: fn() -> RentalId, spoil: fn(&mut RentalOf<Test>)) -> &'static str {
	broken(make, |id| change(id, spoil))
}

fn back() -> RentalId {
	returned(active())
}

fn confirmed() -> RentalId {
	let rental = back();
	assert_ok!(report(rental, FROM + 2 * HOUR));
	rental
}

fn with_guest() -> RentalId {
	let rental = active();
	assert_ok!(set_user(rental, &guest(), FROM, UNTIL));
	rental
}

#[test]
fn try_state_sees_money_that_does_not_fit() {
	let parties = "invariant 1: somebody else pays or is paid than the renter and the machine";
	assert_eq!(spoiled(booked, |rental| rental.access.renter = rival()), parties);
	assert_eq!(spoiled(booked, |rental| rental.access.machine = machine(2)), parties);
	assert_eq!(
		spoiled(booked, |rental| rental.access.stage =
			Stage::Settled(Outcome::Completed)),
		"invariant 3: a rental and its escrow have not ended together"
	);
	let unpaid = "invariant 1: an open rental's escrow differs from what is not paid";
	assert_eq!(spoiled(booked, |rental| rental.terms.price += 1), unpaid);
	assert_eq!(spoiled(active, |rental| rental.terms.deposit -= 1), unpaid);
	assert_eq!(spoiled(confirmed, |rental| rental.confirmed = false), unpaid);
	assert_eq!(spoiled(back, |rental| rental.confirmed = true), unpaid);
	assert_eq!(
		spoiled(claimed, |rental| rental.money.claim = DEPOSIT + 1),
		"invariant 1: more than the deposit is taken of it"
	);
	assert_eq!(
		spoiled(back, |rental| rental.money.due = RENT + DEPOSIT + 1),
		"invariant 1: more is the owner's than is on hold"
	);
	let bond = "invariant 1: an open rental's bond differs from its terms";
	assert_eq!(spoiled(active, |rental| rental.terms.stop_penalty += 1), bond);
	assert_eq!(spoiled(booked, |rental| rental.access.stage = Stage::Active), bond);
}

#[test]
fn try_state_sees_what_does_not_fit_a_stage() {
	let fit = "invariant 4: what a rental says does not fit its stage";
	type Spoil = fn(&mut RentalOf<Test>);
	let cases: [(fn() -> RentalId, Spoil); 7] = [
		(booked, |rental| rental.returned_at = 1),
		(booked, |rental| rental.reported_at = 1),
		(active, |rental| rental.money.due = 1),
		(back, |rental| rental.returned_at = 0),
		(back, |rental| rental.money.claim = 1),
		(claimed, |rental| rental.money.claim = 0),
		(confirmed, |rental| rental.money.due = 1),
	];
	for (nth, (make, spoil)) in cases.into_iter().enumerate() {
		assert_eq!(spoiled(make, spoil), fit, "{nth}");
	}
	let long = "invariant 4: a rental is not as long as its periods";
	assert_eq!(spoiled(booked, |rental| rental.access.end += 1), long);
	assert_eq!(
		spoiled(booked, |rental| rental.rated = true),
		"invariant 8: a rental was rated before it has ended"
	);
}

#[test]
fn try_state_sees_a_dispute_without_its_stage_and_a_stage_without_its_dispute() {
	let differ = "invariant 3: a rental's stage and its dispute differ";
	let stage = |rental: &mut RentalOf<Test>| rental.access.stage = Stage::Disputed(Outcome::Completed);
	assert_eq!(broken(claimed, |id| change(id, stage)), differ);
	assert_eq!(
		broken(disputed, |id| pallet_escrow::Disputes::<Test>::remove(agreement(id))),
		differ
	);
}

#[test]
fn try_state_sees_guests_who_may_too_much() {
	fn guest_of(rental: &mut RentalOf<Test>) -> &mut User<AccountId> {
		rental.access.users[0].as_mut().expect("there is one")
	}
	let outlives = "access: a sub-user outlives the rental";
	assert_eq!(spoiled(with_guest, |rental| guest_of(rental).until += 1), outlives);
	assert_eq!(spoiled(with_guest, |rental| guest_of(rental).from -= 1), outlives);
	let window = |rental: &mut RentalOf<Test>| guest_of(rental).from = START + UNTIL;
	assert_eq!(broken(with_guest, |id| change(id, window)), outlives);
	assert_eq!(
		spoiled(with_guest, |rental| guest_of(rental).actions = Actions::CONFIGURE),
		"access: a sub-user may do what is not rented"
	);
	let twice = "access: somebody is named twice in a rental";
	assert_eq!(
		spoiled(with_guest, |rental| rental.access.users[1] =
			rental.access.users[0].clone()),
		twice
	);
	assert_eq!(spoiled(with_guest, |rental| guest_of(rental).account = renter()), twice);
}

#[test]
fn try_state_sees_bookings_that_differ() {
	let differ = "the bookings differ from the rentals";
	let key = || EndKey::new(START + UNTIL);
	assert_eq!(broken(booked, |_| Bookings::<Test>::remove(machine(1), key())), differ);
	assert_eq!(
		broken(booked, |rental| {
			let start = START + FROM + 1;
			Bookings::<Test>::insert(machine(1), key(), Booking { start, rental });
		}),
		differ
	);
	assert_eq!(
		broken(back, |rental| {
			let start = START + FROM;
			Bookings::<Test>::insert(machine(1), key(), Booking { start, rental });
		}),
		differ
	);
	// Both agree, and both are wrong: the second begins before the first has ended.
	assert_eq!(
		broken(
			|| {
				let first = booked();
				rented_by(&rival(), renting_at(record(first).listing, UNTIL, 2))
			},
			|rental| {
				change(rental, |rental| {
					rental.access.start -= HOUR;
					rental.access.end -= HOUR;
				});
				let old = Bookings::<Test>::take(machine(1), EndKey::new(START + UNTIL + 2 * HOUR));
				let start = old.expect("booked").start - HOUR;
				let end = EndKey::new(START + UNTIL + HOUR);
				Bookings::<Test>::insert(machine(1), end, Booking { start, rental });
			}
		),
		"a machine is booked twice at a time"
	);
}

#[test]
fn try_state_sees_listings_and_shelves_that_differ() {
	assert_eq!(
		broken(booked, |_| ListingsOf::<Test>::remove(machine(1))),
		"the listings of the machines differ from the listings"
	);
	assert_eq!(
		broken(booked, |_| drop(ListingsBy::<Test>::clear(1, None))),
		"the listings on the shelves differ from the listings"
	);
}

#[test]
fn try_state_sees_what_escapes_the_sweep() {
	assert_eq!(
		spoiled(booked, |rental| rental.indexed_at = rental.until + 1),
		"deadlines: an open rental is looked at too late"
	);
	assert_eq!(
		broken(booked, |_| drop(pallet_escrow::Deadlines::<Test>::clear(10, None))),
		"deadlines: an open rental is not in the index"
	);
}

#[test]
fn try_state_sees_deposits_of_nothing() {
	let deposits = "invariant 9: deposits for listings differ from the listings";
	assert_eq!(
		broken(
			|| (),
			|()| Balances::hold(&HoldReason::Listing.into(), &stranger(), 20).expect("he has it")
		),
		deposits
	);
	assert_eq!(
		broken(booked, |id| {
			crate::Listings::<Test>::mutate_extant(record(id).listing, |listing| {
				listing.depositor = account(b"nobody");
			});
		}),
		deposits
	);
}

#[test]
fn the_escrow_sees_a_rental_that_vanished_or_is_there_twice() {
	let said = |break_it: fn(RentalId)| {
		let mut said = Ok(());
		build_and_execute(|| {
			let _ = with_transaction(|| {
				break_it(booked());
				said = Escrow::do_try_state();
				TransactionOutcome::Rollback(Ok::<(), DispatchError>(()))
			});
		});
		said
	};
	let prices = Err(TryRuntimeError::Other(
		"invariant 1: what payers have on hold differs from the escrows",
	));
	assert_eq!(said(RentalsMap::<Test>::remove), prices);
	assert_eq!(said(|id| RentalsMap::<Test>::insert(RentalId(1), record(id))), prices);
}
