//! What the benchmarks measure with.

use crate::{
	Actions, Balance, Booking, BookingMode, Bookings, Calendar, CancellationStage, Closure, Config, EndKey, EscrowOf,
	ListingId, ListingTermsOf, ListingsBy, ListingsOf, Pallet, RentalId, RentalOf, RentalTerms, Rentals, WeekWindow,
};
use alloc::{vec, vec::Vec};
use bpiiot_primitives::{Actors, AgreementClock, AgreementRef, AssetKind, Category, Escrow, MachineId, Region};
use frame_benchmarking::v2::*;
use frame_support::{traits::Get, BoundedVec};
use frame_system::{Pallet as System, RawOrigin};
use sp_core::H256;
use sp_runtime::{
	traits::{One, Saturating},
	Permill,
};

pub(super) type AccountOf<T> = <T as frame_system::Config>::AccountId;

pub(super) const HASH: H256 = H256::repeat_byte(7);
/// The price of a period, the deposit, and the owner's bond.
pub(super) const PRICE: Balance = 1_000_000_000_000;
pub(super) const DEPOSIT: Balance = 4 * PRICE;
pub(super) const BOND: Balance = PRICE;
/// The periods of a rental, and the most of one.
pub(super) const PERIODS: u32 = 4;
pub(super) const MOST: u32 = 8;
/// Bookings of the machine beside the one that is measured.
const NEIGHBOURS: u64 = 500;

fn rich<T: Config>(asset: AssetKind, who: &AccountOf<T>) {
	let amount = Balance::MAX / 1_000_000;
	EscrowOf::<T>::benchmark_fund(AssetKind::Native, who, amount);
	EscrowOf::<T>::benchmark_fund(asset, who, amount);
}

pub(super) fn arbiter<T: Config>() -> AccountOf<T> {
	account("arbiter", 0, 0)
}

/// So long that no window of the runtime's shortest is longer.
pub(super) fn period<T: Config>() -> u64 {
	T::MinWindow::get().saturating_mul(4).max(T::MinPeriod::get())
}

/// When the rental begins that is measured: behind all its neighbours' half.
pub(super) fn begin<T: Config>() -> u64 {
	T::Clock::unix_now().saturating_add(period::<T>().saturating_mul(8))
}

/// Of everything as much as there may be. Another `letter`, other shelves.
pub(super) fn terms<T: Config>(asset: AssetKind, letter: u8, booking: BookingMode) -> ListingTermsOf<T> {
	let least = T::MinWindow::get();
	let stage = |before, percent| CancellationStage {
		before,
		fee: Permill::from_percent(percent),
	};
	let window = |nth: u16| WeekWindow {
		from: 720 * nth,
		until: 720 * nth + 720,
	};
	let closure = |nth: u64| Closure {
		from: nth,
		until: nth + 1,
	};
	let people = |name, most| {
		let all: Vec<AccountOf<T>> = (0..most).map(|nth| account(name, nth, 0)).collect();
		all
	};
	let arbiters = (1..4)
		.map(|nth| account("another arbiter", nth, 0))
		.chain([arbiter::<T>()]);
	ListingTermsOf::<T> {
		category: Category::truncate_from(vec![letter; 32]),
		area: Region::truncate_from(vec![b'X', letter.to_ascii_uppercase(), b'-', b'X', b'X', b'X']),
		asset,
		rental: RentalTerms {
			price: PRICE,
			period: period::<T>(),
			min_periods: 1,
			deposit: DEPOSIT,
			overdue_price: DEPOSIT / 2,
			stop_penalty: BOND,
			check_in: least,
			show_window: least,
			claim_window: least,
			answer_window: least,
			cancellation: BoundedVec::truncate_from(vec![stage(3, 10), stage(2, 20), stage(1, 30)]),
			no_show: Permill::from_percent(40),
		},
		max_periods: MOST,
		booking,
		calendar: Calendar {
			week: BoundedVec::truncate_from((0..14).map(window).collect()),
			closures: BoundedVec::truncate_from((0..8).map(closure).collect()),
		},
		actions: Actions(u16::MAX),
		allow: BoundedVec::truncate_from([people("admitted", 15), vec![account("renter", 0, 0)]].concat()),
		deny: BoundedVec::truncate_from(people("denied", 16)),
		arbiters: BoundedVec::truncate_from(arbiters.collect()),
		case_window: least,
		ruling_window: least,
		contract: HASH,
	}
}

pub(super) fn approved<T: Config>() -> BookingMode {
	let window = T::MinWindow::get();
	BookingMode::Approved { window }
}

/// Two machines of two owners with money: one rents the other, each under a spending policy.
pub(super) struct Parties<T: Config> {
	pub(super) asset: AssetKind,
	/// The key and the account of who rents.
	pub(super) renter: (AccountOf<T>, AccountOf<T>),
	/// The key of what is rented.
	pub(super) key: AccountOf<T>,
	/// What is rented.
	pub(super) machine: MachineId,
}

pub(super) fn parties<T: Config>() -> Parties<T> {
	let asset = EscrowOf::<T>::benchmark_asset();
	next_block::<T>();
	let machine = |name, seed| {
		let (machine, key) = T::Actors::benchmark_machine(&account(name, 0, 0), seed, asset);
		rich::<T>(asset, &machine.account());
		(machine, key)
	};
	let ((renter, renters_key), (machine, key)) = (machine("renter", 0), machine("owner", 1));
	rich::<T>(asset, &arbiter::<T>());
	EscrowOf::<T>::benchmark_arbiter(&arbiter::<T>());
	Parties {
		asset,
		renter: (renters_key, renter.account()),
		key,
		machine,
	}
}

fn next_block<T: Config>() {
	System::<T>::set_block_number(System::<T>::block_number().saturating_add(One::one()));
}

/// Lets time pass.
pub(super) fn passes<T: Config>(millis: u64) {
	next_block::<T>();
	T::Clock::benchmark_advance(millis);
}

pub(super) fn signed<T: Config>(key: &AccountOf<T>) -> T::RuntimeOrigin {
	RawOrigin::Signed(key.clone()).into()
}

pub(super) fn listing<T: Config>(parties: &Parties<T>, booking: BookingMode) -> Result<ListingId, BenchmarkError> {
	let terms = terms::<T>(parties.asset, b'c', booking);
	Pallet::<T>::publish_listing(signed::<T>(&parties.key), parties.machine, terms)?;
	let listings = ListingsOf::<T>::get(parties.machine);
	listings
		.last()
		.copied()
		.ok_or(BenchmarkError::Stop("it was not listed"))
}

/// On how many shelves the listing stands.
pub(super) fn shelves_of<T: Config>(listing: ListingId) -> usize {
	ListingsBy::<T>::iter_keys()
		.filter(|(_, rank)| rank.listing() == listing)
		.count()
}

/// Puts bookings of others behind the rental that is measured, so that there is a trie to walk down.
pub(super) fn crowd<T: Config>(parties: &Parties<T>) {
	let behind = begin::<T>().saturating_add(period::<T>().saturating_mul(MOST.into()));
	for nth in 0..NEIGHBOURS {
		let start = behind.saturating_add(nth);
		let booking = Booking {
			start,
			rental: RentalId(nth),
		};
		Bookings::<T>::insert(parties.machine, EndKey::new(start.saturating_add(1)), booking);
	}
}

/// A rental, booked or requested, before the arbiter.
pub(super) fn rented<T: Config>(parties: &Parties<T>, booking: BookingMode) -> Result<RentalId, BenchmarkError> {
	let listing = listing::<T>(parties, booking)?;
	crowd::<T>(parties);
	Pallet::<T>::rent(
		signed::<T>(&parties.renter.0),
		listing,
		1,
		Some(begin::<T>()),
		PERIODS,
		Balance::MAX,
		Some(arbiter::<T>()),
	)?;
	let rentals = Rentals::<T>::iter_keys();
	rentals.max().ok_or(BenchmarkError::Stop("nothing was rented"))
}

pub(super) fn booked<T: Config>(parties: &Parties<T>) -> Result<RentalId, BenchmarkError> {
	rented::<T>(parties, BookingMode::Instant)
}

/// In use, with all sub-users that there may be.
pub(super) fn active<T: Config>(parties: &Parties<T>) -> Result<RentalId, BenchmarkError> {
	let rental = booked::<T>(parties)?;
	let access = record::<T>(rental)?.access;
	passes::<T>(access.start.saturating_sub(T::Clock::unix_now()));
	Pallet::<T>::start(signed::<T>(&parties.renter.0), rental)?;
	for nth in 0..4 {
		let user = account("guest", nth, 0);
		let renter = signed::<T>(&parties.renter.0);
		Pallet::<T>::set_user(renter, rental, user, access.start, access.end, Actions(1))?;
	}
	Ok(rental)
}

/// Reported back by the machine after one period, and its deadline looked at before: a return pays both and is indexed anew.
pub(super) fn reported<T: Config>(parties: &Parties<T>) -> Result<RentalId, BenchmarkError> {
	let rental = active::<T>(parties)?;
	passes::<T>(period::<T>());
	let now = T::Clock::unix_now();
	Pallet::<T>::confirm_return(signed::<T>(&parties.key), rental, now, HASH)?;
	Rentals::<T>::mutate_extant(rental, |rental| {
		rental.indexed_at = rental.deadline().unwrap_or_default()
	});
	Ok(rental)
}

/// Given back by the renter's word after one period.
pub(super) fn returned<T: Config>(parties: &Parties<T>) -> Result<RentalId, BenchmarkError> {
	let rental = active::<T>(parties)?;
	passes::<T>(period::<T>());
	Pallet::<T>::give_back(signed::<T>(&parties.renter.0), rental)?;
	Ok(rental)
}

pub(super) fn claimed<T: Config>(parties: &Parties<T>) -> Result<RentalId, BenchmarkError> {
	let rental = returned::<T>(parties)?;
	Pallet::<T>::claim(signed::<T>(&parties.key), rental, DEPOSIT / 2, HASH)?;
	Ok(rental)
}

pub(super) fn disputed<T: Config>() -> Result<RentalId, BenchmarkError> {
	let parties = parties::<T>();
	let rental = claimed::<T>(&parties)?;
	Pallet::<T>::dispute(signed::<T>(&parties.renter.0), rental, HASH)?;
	Ok(rental)
}

/// A rental in dispute, for whoever measures what the end of a dispute costs.
pub(crate) fn disputed_agreement<T: Config>() -> AgreementRef {
	AgreementRef::Rental(disputed::<T>().unwrap_or_default())
}

/// A rental that has ended and counted, and who rates it.
pub(crate) fn rateable_agreement<T: Config>() -> (AgreementRef, AccountOf<T>) {
	let parties = parties::<T>();
	let rental = returned::<T>(&parties).unwrap_or_default();
	let waived = Pallet::<T>::waive(signed::<T>(&parties.key), rental);
	debug_assert!(waived.is_ok());
	(AgreementRef::Rental(rental), parties.renter.0)
}

pub(super) fn record<T: Config>(rental: RentalId) -> Result<RentalOf<T>, BenchmarkError> {
	Rentals::<T>::get(rental).ok_or(BenchmarkError::Stop("the rental is gone"))
}
