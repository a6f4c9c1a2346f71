//! How many records each step writes: what the chain's throughput hangs on. And that it hangs on nothing else.

use crate::{mock::*, Booking, Bookings, EndKey, ListingTerms, RentalId};
use bpiiot_primitives::AssetKind;
use codec::Encode;
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use std::collections::BTreeSet;

/// What every block writes anyway, or forgets again, and what benchmarks leave out: events and their number, the depth
/// of transactions.
fn is_the_blocks_own(key: &[u8]) -> bool {
	if key == frame_support::storage::transactional::TRANSACTION_LEVEL_KEY {
		return true;
	}
	let of_system = sp_io::hashing::twox_128(b"System");
	let account = sp_io::hashing::twox_128(b"Account");
	key.starts_with(&of_system) && !key[16..].starts_with(&account)
}

/// The keys that `step` writes.
fn written(chain: &mut sp_io::TestExternalities, step: impl FnOnce() -> DispatchResult) -> usize {
	chain.commit_all().expect("no transaction is open");
	chain.execute_with(|| {
		assert_ok!(step());
	});
	let changes = chain.overlayed_changes().changes();
	let keys: BTreeSet<_> = changes.map(|(key, _)| key.clone()).collect();
	keys.iter().filter(|key| !is_the_blocks_own(key)).count()
}

/// Lets the time come.
fn passes(chain: &mut sp_io::TestExternalities, until: u64) {
	chain.execute_with(|| at(until));
}

/// What a rental writes: rent, start, extension, the lock's report, return, and the end.
fn written_by_a_rental(asset: AssetKind, with_report: bool) -> [usize; 6] {
	let mut chain = empty();
	let listing = chain.execute_with(|| listed(ListingTerms { asset, ..terms() }));
	let rent = written(&mut chain, || signed(&renter(), renting(listing)));
	let rental = chain.execute_with(last_rental);
	passes(&mut chain, FROM);
	let start = written(&mut chain, || start(&renter(), rental));
	let extend = written(&mut chain, || extend(rental, 1));
	passes(&mut chain, FROM + 2 * HOUR);
	let report = match with_report {
		true => written(&mut chain, || report(rental, FROM + 2 * HOUR)),
		false => 0,
	};
	let give_back = written(&mut chain, || give_back(&renter(), rental));
	let end = written(&mut chain, || waive(rental));
	chain.execute_with(try_state);
	[rent, start, extend, report, give_back, end]
}

#[test]
fn a_rental_writes_little() {
	// Renting: the rental, its time, its deadline, the renter's account and his holds.
	// Starting: the rental, the machine's account and its holds, for the bond.
	// Extending: the rental, the old time and the new one, the renter's account and holds.
	// Giving back by the renter's word: the rental and its time.
	// The end: the rental, its deadline, the accounts of both and of the fees, the holds of both, the name and the pair.
	assert_eq!(written_by_a_rental(AssetKind::Native, false), [5, 3, 5, 0, 2, 9]);
	// With the lock's report, giving back pays: the renter's account and holds, the machine's account.
	assert_eq!(written_by_a_rental(AssetKind::Native, true), [5, 3, 5, 1, 5, 9]);
}

/// `pallet-assets` and its holder write two more records for an account than the native token's pallet does.
#[test]
fn a_rental_in_an_asset_writes_little_more() {
	let [rent, start, extend, report, give_back, end] = written_by_a_rental(DOLLAR, true);
	assert_eq!((rent, give_back), (7, 7));
	assert!(
		start <= 5 && extend <= 7 && report == 1 && end <= 14,
		"{start} {extend} {report} {end}"
	);
}

#[test]
fn an_early_return_after_a_late_one_is_the_dearest_and_within_the_goal() {
	let mut chain = empty();
	let rental = chain.execute_with(active);
	// Its deadline has been looked at and moved behind the claim's, so that the return indexes it anew.
	chain.execute_with(|| {
		at(FROM + SHOW_WINDOW + 1);
		idle();
		assert_ok!(report(rental, FROM + SHOW_WINDOW));
	});
	let writes = written(&mut chain, || give_back(&renter(), rental));
	assert_eq!(writes, 6);
	chain.execute_with(try_state);
}

/// What a rental reads, as the size of a proof of it, among so many bookings of its machine, around a hole of a day.
fn read_among(bookings: u64) -> usize {
	let mut chain = empty();
	let listing = chain.execute_with(|| {
		let listing = listed(terms());
		for nth in 0..bookings {
			// Half of them before, half of them behind.
			let start = match nth % 2 {
				0 => START + FROM + DAY + nth * 1_000,
				_ => START + FROM - (nth + 1) * 1_000,
			};
			let booking = Booking {
				start,
				rental: RentalId(nth),
			};
			Bookings::<Test>::insert(machine(1), EndKey::new(start + 1_000), booking);
		}
		listing
	});
	chain.commit_all().expect("no transaction is open");
	let ((), proof) = chain.execute_and_prove(|| {
		let taken = crate::Error::<Test>::AlreadyBooked;
		assert_noop!(signed(&renter(), renting_at(listing, FROM + DAY - 1, 2)), taken);
		assert_ok!(signed(&renter(), renting(listing)));
	});
	proof.encoded_size()
}

/// A step in the order of keys reads the way down the trie and nothing else: a few more nodes of it.
#[test]
fn a_booking_is_checked_alike_among_10_and_among_100_000() {
	let (few, many) = (read_among(10), read_among(100_000));
	assert!(many < few + 8_000 && many < 3 * few, "{few} and {many} bytes");
}
