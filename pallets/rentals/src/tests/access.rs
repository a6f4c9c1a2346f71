//! Who may use it: by the runtime, and by a proof of one record.

use crate::{
	mock::*, Access, Actions, Booking, Bookings, Call, Denied, EndKey, ListingId, RentalId, Rentals as RentalsMap,
	Right, Target,
};
use bpiiot_access::{Claims, Door, Refused, Seen, Token};
use codec::{Decode, Encode};
use frame_support::assert_ok;
use sp_core::{sr25519, Pair};
use sp_runtime::traits::BlakeTwo256;
use sp_state_machine::{prove_read, read_proof_check};

fn ask(target: Target, who: &AccountId, actions: Actions, at: u64) -> Result<u64, Denied> {
	Rentals::can_access(target, who, actions, START + at).map(|right: Right| right.until - START)
}

#[test]
fn the_renter_and_his_guests_may_use_it_in_their_time() {
	build_and_execute(|| {
		let rental = booked();
		let target = Target::Rental(rental);
		let (enter, operate) = (Actions::ENTER, Actions::OPERATE);
		assert_ok!(set_user(rental, &guest(), FROM + HOUR, FROM + 2 * HOUR));
		assert_eq!(ask(target, &renter(), enter, FROM), Err(Denied::NotActive));
		started(rental);
		for (who, actions, at, said) in [
			(renter(), enter, FROM - 1, Err(Denied::TooEarly)),
			(renter(), enter | operate, FROM, Ok(UNTIL)),
			(renter(), enter, UNTIL - 1, Ok(UNTIL)),
			(renter(), enter, UNTIL, Err(Denied::TooLate)),
			(renter(), Actions::CONFIGURE, FROM, Err(Denied::ActionNotAllowed)),
			(guest(), enter, FROM, Err(Denied::TooEarly)),
			(guest(), enter, FROM + HOUR, Ok(FROM + 2 * HOUR)),
			(guest(), operate, FROM + HOUR, Err(Denied::ActionNotAllowed)),
			(guest(), enter, FROM + 2 * HOUR, Err(Denied::TooLate)),
			(owner(), enter, FROM, Err(Denied::NotAUser)),
			(stranger(), enter, FROM, Err(Denied::NotAUser)),
		] {
			assert_eq!(ask(target, &who, actions, at), said, "{who} {at}");
		}
		assert_ok!(give_back(&renter(), rental));
		assert_eq!(ask(target, &renter(), enter, FROM), Err(Denied::NotActive));
		let nothing = Target::Rental(RentalId(1));
		assert_eq!(ask(nothing, &renter(), enter, FROM), Err(Denied::NotRented));
	});
}

#[test]
fn a_listing_is_whoevers_turn_it_is() {
	build_and_execute(|| {
		let first = booked();
		let listing = record(first).listing;
		let other = listed(terms());
		assert_ok!(signed(&rival(), renting_at(other, UNTIL + HOUR, 2)));
		started(first);
		// All listings of a machine are that machine.
		for listing in [listing, other] {
			let target = Target::Listing(listing);
			let enter = Actions::ENTER;
			assert_eq!(ask(target, &renter(), enter, FROM), Ok(UNTIL));
			assert_eq!(ask(target, &rival(), enter, FROM), Err(Denied::NotAUser));
			assert_eq!(ask(target, &renter(), enter, UNTIL), Err(Denied::NotRented));
			assert_eq!(ask(target, &renter(), enter, UNTIL + HOUR), Err(Denied::NotAUser));
			assert_eq!(ask(target, &rival(), enter, UNTIL + HOUR), Err(Denied::NotActive));
			assert_eq!(ask(target, &renter(), enter, FROM - 1), Err(Denied::NotRented));
		}
		let nothing = Target::Listing(ListingId(1));
		assert_eq!(ask(nothing, &renter(), Actions::ENTER, FROM), Err(Denied::NotRented));
	});
}

/// What a door decodes: the beginning of the record, and no type of this pallet.
fn as_door(mut record: &[u8]) -> Access<[u8; 32], [u8; 32]> {
	Access::decode(&mut record).expect("the record begins with it")
}

#[test]
fn a_proof_of_one_record_among_many_shows_the_right_and_is_small() {
	let mut chain = empty();
	let rental = chain.execute_with(|| {
		registered_arbiter();
		let rental = rented_by(&renter(), renting_before(listed(terms())));
		started(rental);
		for nth in 0..4 {
			assert_ok!(set_user(rental, &one_of_many(nth), FROM, UNTIL));
		}
		// A busy chain: as many rentals, bookings and accounts.
		let record = record(rental);
		for nth in 0..20_000u64 {
			RentalsMap::<Test>::insert(RentalId(nth), &record);
			let booking = Booking {
				start: 0,
				rental: RentalId(nth),
			};
			Bookings::<Test>::insert(machine(1), EndKey::new(nth), booking);
		}
		rental
	});
	chain.commit_all().expect("no transaction is open");
	let key = RentalsMap::<Test>::hashed_key_for(rental);
	let backend = chain.as_backend();
	let root = *backend.root();
	let proof = prove_read(backend, [key.as_slice()]).expect("it is there");
	let size = proof.encoded_size();
	assert!(size <= 3_500, "{size} bytes");

	let shown = read_proof_check::<BlakeTwo256, _>(root, proof, [key.as_slice()]).expect("a good proof");
	let record = shown.get(&key).cloned().flatten().expect("the record is shown");
	assert!(record.len() <= 815, "{} bytes", record.len());
	let access = as_door(&record);
	let bytes = |who: AccountId| -> [u8; 32] { who.into() };
	assert!(access.allows(&bytes(renter()), Actions::OPERATE, START + FROM).is_ok());
	assert!(access
		.allows(&bytes(one_of_many(3)), Actions::ENTER, START + FROM)
		.is_ok());
	assert_eq!(
		access.allows(&bytes(stranger()), Actions::ENTER, START + FROM),
		Err(Denied::NotAUser)
	);
}

/// What opens a door off line is what the runtime would say.
#[test]
fn the_door_and_the_runtime_agree() {
	build_and_execute(|| {
		let rental = booked();
		assert_ok!(set_user(rental, &guest(), FROM, UNTIL));
		let agree = || {
			let door = as_door(&record(rental).encode());
			for who in [renter(), guest(), stranger()] {
				for at in [FROM - 1, FROM, UNTIL - 1, UNTIL] {
					let bytes: [u8; 32] = who.clone().into();
					let target = Target::Rental(rental);
					let here = Rentals::can_access(target, &who, Actions::ENTER, START + at);
					assert_eq!(door.allows(&bytes, Actions::ENTER, START + at), here);
				}
			}
		};
		agree();
		started(rental);
		agree();
		let user = guest();
		assert_ok!(signed(&renter(), Call::remove_user { rental, user }));
		agree();
		assert_ok!(give_back(&renter(), rental));
		agree();
	});
}

/// From the chain to the door: a guest signs, the door knows the record, the renter takes it back.
#[test]
fn a_guests_token_opens_until_it_is_taken_back() {
	build_and_execute(|| {
		let rental = active();
		assert_ok!(set_user(rental, &key(3), FROM, UNTIL));
		let genesis = System::block_hash(0).0;
		let door = Door {
			genesis,
			machine: machine(1).0,
			longest: 5 * MINUTE,
		};
		let token = |nonce| {
			let claims = Claims {
				rental: rental.0,
				machine: machine(1).0,
				signer: key(3).into(),
				actions: Actions::ENTER,
				epoch: record(rental).access.epoch,
				not_before: START + FROM,
				not_after: START + FROM + MINUTE,
				nonce,
			};
			let signature = pair(3).sign(&claims.payload(&genesis)).0;
			Token { claims, signature }
		};
		let mut seen = Seen::<64>::default();
		let mut open = |token: &Token| {
			let record = as_door(&record(rental).encode());
			let verify = |message: &[u8], signature: &[u8; 64], key: &[u8; 32]| {
				sr25519::Pair::verify(&(*signature).into(), message, &(*key).into())
			};
			let (action, now) = (Actions::ENTER, START + FROM);
			token.check(&door, rental.0, &record, action, now, &mut seen, verify)
		};
		let (first, second) = (token(1), token(2));
		assert!(open(&first).is_ok());
		assert_eq!(open(&first), Err(Refused::Replayed));
		let user = key(3);
		assert_ok!(signed(&renter(), Call::remove_user { rental, user }));
		assert_eq!(open(&second), Err(Refused::Revoked));
		// Signed anew, it is still a stranger's.
		assert_eq!(open(&token(3)), Err(Refused::Right(Denied::NotAUser)));
	});
}

/// Doors ask for proofs by this key (`iot-client/access`).
#[test]
fn a_record_is_where_doors_look_for_it() {
	let key = [
		"57475802c691daf429b9c21e2a118185",
		"57475802c691daf429b9c21e2a118185",
		"9ea2d098b5f70192f96c06f38d3fbc97",
		"0100000000000000",
	];
	let found = RentalsMap::<Test>::hashed_key_for(RentalId(1));
	let found: String = found.iter().map(|byte| format!("{byte:02x}")).collect();
	assert_eq!(found, key.concat());
}
