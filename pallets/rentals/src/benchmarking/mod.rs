//! What the calls cost at worst: by machines wherever one may call, in an asset, with a bond, among other bookings, with lists
//! that are full. What ends a rental does so in a frozen asset, where nothing can be paid and each payment becomes a credit.

mod setup;

pub(crate) use setup::{disputed_agreement, rateable_agreement};

use crate::{
	Actions, Balance, BookingMode, Bookings, Call, Config, EndKey, EscrowOf, Listings, ListingsBy, ListingsOf, Outcome,
	Pallet, Rentals, Stage,
};
use bpiiot_primitives::{AgreementClock, AgreementRef, DeadlineIndex, Escrow, EscrowView};
use frame_benchmarking::v2::*;
use frame_support::traits::Get;
use frame_system::RawOrigin;
use setup::*;
use sp_runtime::Permill;

#[benchmarks]
mod benches {
	use super::*;

	#[benchmark]
	fn publish_listing() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		for _ in 1..T::MaxListings::get() {
			listing::<T>(&parties, BookingMode::Instant)?;
		}
		let terms = terms::<T>(parties.asset, b'c', approved::<T>());
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.key), parties.machine, terms);
		let listings = ListingsOf::<T>::get(parties.machine);
		assert_eq!(listings.len() as u32, T::MaxListings::get());
		Ok(())
	}

	/// Every shelf but one is another one.
	#[benchmark]
	fn update_listing() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let listing = listing::<T>(&parties, BookingMode::Instant)?;
		let others = terms::<T>(parties.asset, b'd', approved::<T>());
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.key), listing, others.clone());
		assert_eq!(Listings::<T>::get(listing).map(|listing| listing.version), Some(2));
		assert_eq!(shelves_of::<T>(listing), 3);
		let places = Pallet::<T>::places(listing, &others);
		assert!(places
			.iter()
			.all(|(shelf, rank)| ListingsBy::<T>::contains_key(shelf, rank)));
		Ok(())
	}

	#[benchmark]
	fn withdraw_listing() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		for _ in 1..T::MaxListings::get() {
			listing::<T>(&parties, BookingMode::Instant)?;
		}
		let listing = listing::<T>(&parties, BookingMode::Instant)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.key), listing);
		assert!(!Listings::<T>::contains_key(listing));
		assert_eq!(shelves_of::<T>(listing), 0);
		Ok(())
	}

	#[benchmark]
	fn rent() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let listing = listing::<T>(&parties, BookingMode::Instant)?;
		crowd::<T>(&parties);
		let from = begin::<T>();
		#[extrinsic_call]
		_(
			RawOrigin::Signed(parties.renter.0),
			listing,
			1,
			Some(from),
			PERIODS,
			Balance::MAX,
			Some(arbiter::<T>()),
		);
		let end = from + u64::from(PERIODS) * period::<T>();
		assert!(Bookings::<T>::contains_key(parties.machine, EndKey::new(end)));
		assert_eq!(Rentals::<T>::iter().count(), 1);
		Ok(())
	}

	#[benchmark]
	fn approve() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let rental = rented::<T>(&parties, approved::<T>())?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.key), rental);
		let record = record::<T>(rental)?;
		assert_eq!((record.stage(), record.escrow.bond()), (Stage::Booked, BOND));
		Ok(())
	}

	#[benchmark]
	fn decline() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let rental = rented::<T>(&parties, approved::<T>())?;
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.key), rental, HASH);
		assert_eq!(record::<T>(rental)?.stage(), Stage::Settled(Outcome::Declined));
		Ok(())
	}

	/// With the owner's bond. If it cannot be put up it ends the rental, as `stop` does.
	#[benchmark]
	fn start() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let rental = booked::<T>(&parties)?;
		let access = record::<T>(rental)?.access;
		passes::<T>(access.start.saturating_sub(T::Clock::unix_now()));
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.renter.0), rental);
		let record = record::<T>(rental)?;
		assert_eq!((record.stage(), record.escrow.bond()), (Stage::Active, BOND));
		Ok(())
	}

	#[benchmark]
	fn extend() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let rental = active::<T>(&parties)?;
		#[extrinsic_call]
		_(
			RawOrigin::Signed(parties.renter.0),
			rental,
			MOST - PERIODS,
			Balance::MAX,
		);
		assert_eq!(record::<T>(rental)?.periods, MOST);
		Ok(())
	}

	/// The last place, which is looked for behind all others.
	#[benchmark]
	fn set_user() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let rental = active::<T>(&parties)?;
		let access = record::<T>(rental)?.access;
		let user: AccountOf<T> = account("guest", 3, 0);
		#[extrinsic_call]
		_(
			RawOrigin::Signed(parties.renter.0),
			rental,
			user,
			access.start,
			access.end,
			Actions(2),
		);
		assert_eq!(record::<T>(rental)?.access.epoch, 1);
		Ok(())
	}

	#[benchmark]
	fn remove_user() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let rental = active::<T>(&parties)?;
		let user: AccountOf<T> = account("guest", 3, 0);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.renter.0), rental, user);
		assert_eq!(record::<T>(rental)?.access.users.iter().flatten().count(), 3);
		Ok(())
	}

	/// After the machine's report, so that both are paid.
	#[benchmark]
	fn give_back() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let rental = reported::<T>(&parties)?;
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.renter.0), rental);
		let record = record::<T>(rental)?;
		assert_eq!(record.stage(), Stage::Returned(Outcome::Completed));
		assert!(record.confirmed);
		Ok(())
	}

	/// After the end, so that it ends the rental and both are paid.
	#[benchmark]
	fn confirm_return() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let rental = active::<T>(&parties)?;
		let access = record::<T>(rental)?.access;
		passes::<T>(access.end.saturating_sub(T::Clock::unix_now()));
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(
			RawOrigin::Signed(parties.key),
			rental,
			access.start + period::<T>(),
			HASH,
		);
		let record = record::<T>(rental)?;
		assert_eq!(record.stage(), Stage::Returned(Outcome::Completed));
		assert!(record.confirmed);
		Ok(())
	}

	#[benchmark]
	fn claim() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let rental = returned::<T>(&parties)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.key), rental, DEPOSIT, HASH);
		assert_eq!(record::<T>(rental)?.stage(), Stage::Claimed(Outcome::Completed));
		Ok(())
	}

	#[benchmark]
	fn waive() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let rental = claimed::<T>(&parties)?;
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.key), rental);
		assert_eq!(record::<T>(rental)?.stage(), Stage::Settled(Outcome::Completed));
		Ok(())
	}

	#[benchmark]
	fn concede() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let rental = claimed::<T>(&parties)?;
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.renter.0), rental);
		assert_eq!(record::<T>(rental)?.stage(), Stage::Settled(Outcome::Completed));
		Ok(())
	}

	/// Before the arbiter. Without one it ends the rental, as `concede` does.
	#[benchmark]
	fn dispute() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let rental = claimed::<T>(&parties)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.renter.0), rental, HASH);
		assert_eq!(record::<T>(rental)?.stage(), Stage::Disputed(Outcome::Completed));
		Ok(())
	}

	/// For a fee, and the bond goes back.
	#[benchmark]
	fn cancel() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let rental = rented::<T>(&parties, approved::<T>())?;
		Pallet::<T>::approve(signed::<T>(&parties.key), rental)?;
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.renter.0), rental, HASH);
		assert_eq!(record::<T>(rental)?.stage(), Stage::Settled(Outcome::Cancelled));
		Ok(())
	}

	/// Before the start, when the bond was put up with the approval: it ends the rental.
	#[benchmark]
	fn stop() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let rental = rented::<T>(&parties, approved::<T>())?;
		Pallet::<T>::approve(signed::<T>(&parties.key), rental)?;
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.key), rental, HASH);
		assert_eq!(record::<T>(rental)?.stage(), Stage::Settled(Outcome::Stopped));
		Ok(())
	}

	/// Silence about what was given back by the renter's word: both are paid, and the bond goes back.
	#[benchmark]
	fn expire() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let rental = returned::<T>(&parties)?;
		passes::<T>(T::MinWindow::get().saturating_add(1));
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.renter.0), rental);
		assert_eq!(record::<T>(rental)?.stage(), Stage::Settled(Outcome::Completed));
		Ok(())
	}

	#[benchmark]
	fn remove() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let rental = booked::<T>(&parties)?;
		Pallet::<T>::cancel(signed::<T>(&parties.renter.0), rental, HASH)?;
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.renter.0), rental);
		assert!(!Rentals::<T>::contains_key(rental));
		Ok(())
	}

	/// The end of a dispute, without what escrow does about the dispute itself.
	#[benchmark]
	fn resolve() -> Result<(), BenchmarkError> {
		let rental = disputed::<T>()?;
		EscrowOf::<T>::benchmark_freeze(record::<T>(rental)?.asset());
		#[block]
		{
			Pallet::<T>::do_resolve(rental, Permill::from_percent(60))?;
		}
		let record = record::<T>(rental)?;
		assert_eq!(record.stage(), Stage::Settled(Outcome::Completed));
		assert!(!T::Deadlines::contains(record.indexed_at, AgreementRef::Rental(rental)));
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::empty(), crate::mock::Test);
}
