//! What the calls cost at worst: by a machine wherever one may call, in an asset, with a bond, with full lists.

use crate::{
	BalanceOf, Call, Config, EscrowOf, JobOf, JobState, Jobs, Offer, OfferTerms, Offers, OffersOf, OpenJobs, Outcome,
	Pallet,
};
use bpiiot_primitives::{Actors, AgreementClock, AssetKind, Escrow, JobId, MachineId, OfferId};
use frame_benchmarking::v2::*;
use frame_support::{traits::Get, BoundedVec};
use frame_system::{Pallet as System, RawOrigin};
use sp_core::H256;
use sp_runtime::{
	traits::{Bounded, One, Saturating},
	Permill,
};

type AccountOf<T> = <T as frame_system::Config>::AccountId;

fn rich<T: Config>(asset: AssetKind, who: &AccountOf<T>) {
	let amount = BalanceOf::<T>::max_value() / 1_000_000u32.into();
	EscrowOf::<T>::benchmark_fund(AssetKind::Native, who, amount);
	EscrowOf::<T>::benchmark_fund(asset, who, amount);
}

/// A delivery is reviewed for less time than the order would have waited for acceptance, so that it is indexed anew.
fn terms<T: Config>(asset: AssetKind) -> OfferTerms<BalanceOf<T>> {
	OfferTerms {
		capability: BoundedVec::truncate_from(alloc::vec![b'x'; 32]),
		asset,
		unit_price: 1_000_000u32.into(),
		max_units: 1_000,
		bond: 100_000u32.into(),
		accept_window: T::MinWindow::get().saturating_mul(2),
		lead_time: T::MinWindow::get(),
		review_window: T::MinWindow::get(),
		rejection_fee: Permill::from_percent(10),
		recipe_schema: H256::repeat_byte(1),
		contract: H256::repeat_byte(1),
	}
}

/// A machine with money, its key, and the key of another one, which buys under a spending policy.
struct Parties<T: Config> {
	asset: AssetKind,
	machine: MachineId,
	key: AccountOf<T>,
	customer: AccountOf<T>,
}

fn parties<T: Config>() -> Parties<T> {
	System::<T>::set_block_number(System::<T>::block_number().saturating_add(One::one()));
	let asset = EscrowOf::<T>::benchmark_asset();
	let owner: AccountOf<T> = account("owner", 0, 0);
	rich::<T>(asset, &owner);
	let (machine, key) = T::Actors::benchmark_machine(&owner, 0, asset);
	rich::<T>(asset, &machine.account());
	let (buyer, customer) = T::Actors::benchmark_machine(&account("buyer", 0, 0), 1, asset);
	rich::<T>(asset, &buyer.account());
	Parties {
		asset,
		machine,
		key,
		customer,
	}
}

fn customer<T: Config>(asset: AssetKind, index: u32) -> AccountOf<T> {
	let customer: AccountOf<T> = account("customer", index, 0);
	rich::<T>(asset, &customer);
	customer
}

/// An offer of a machine that has as many as it may.
fn offer<T: Config>(parties: &Parties<T>, others: u32) -> Result<OfferId, BenchmarkError> {
	let origin = RawOrigin::Signed(parties.key.clone());
	for _ in 0..=others {
		Pallet::<T>::publish_offer(origin.clone().into(), parties.machine, terms::<T>(parties.asset))?;
	}
	let offers = OffersOf::<T>::get(parties.machine);
	offers
		.last()
		.copied()
		.ok_or(BenchmarkError::Stop("the offer was not published"))
}

/// Orders from as many customers as it takes, until the machine has one order less than it may have.
fn orders<T: Config>(parties: &Parties<T>, offer: OfferId) -> Result<(), BenchmarkError> {
	for nth in 1..T::MaxOpenJobs::get() {
		let customer = customer::<T>(parties.asset, nth / T::MaxOpenJobsPerCustomer::get());
		order_of::<T>(customer, offer)?;
	}
	Ok(())
}

/// A job of a machine that has as many open ones as it may.
fn job<T: Config>(parties: &Parties<T>) -> Result<JobId, BenchmarkError> {
	let offer = offer::<T>(parties, 0)?;
	order_of::<T>(parties.customer.clone(), offer)?;
	orders::<T>(parties, offer)?;
	let jobs = OpenJobs::<T>::get(parties.machine);
	let first = jobs.first().ok_or(BenchmarkError::Stop("nothing was ordered"))?;
	Ok(first.job)
}

fn order_of<T: Config>(customer: AccountOf<T>, offer: OfferId) -> Result<(), BenchmarkError> {
	Ok(Pallet::<T>::order(
		RawOrigin::Signed(customer).into(),
		offer,
		1,
		10,
		BalanceOf::<T>::max_value(),
		H256::repeat_byte(2),
		BoundedVec::truncate_from(alloc::vec![b'x'; 128]),
		T::Clock::now().saturating_add(2 * T::MinWindow::get()),
	)?)
}

fn started<T: Config>(parties: &Parties<T>) -> Result<JobId, BenchmarkError> {
	let job = job::<T>(parties)?;
	let machine = RawOrigin::Signed(parties.key.clone());
	Pallet::<T>::accept(machine.clone().into(), job)?;
	Pallet::<T>::start(machine.into(), job)?;
	Ok(job)
}

fn delivered<T: Config>(parties: &Parties<T>) -> Result<JobId, BenchmarkError> {
	let job = started::<T>(parties)?;
	// Fewer than ordered, so that there is a refund and a slash too.
	Pallet::<T>::deliver(
		RawOrigin::Signed(parties.key.clone()).into(),
		job,
		9,
		H256::repeat_byte(3),
	)?;
	Ok(job)
}

fn record<T: Config>(job: JobId) -> Result<JobOf<T>, BenchmarkError> {
	Jobs::<T>::get(job).ok_or(BenchmarkError::Stop("the job is gone"))
}

#[benchmarks]
mod benches {
	use super::*;

	#[benchmark]
	fn publish_offer() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		if T::MaxOffers::get() > 1 {
			offer::<T>(&parties, T::MaxOffers::get().saturating_sub(2))?;
		}
		#[extrinsic_call]
		_(
			RawOrigin::Signed(parties.key),
			parties.machine,
			terms::<T>(parties.asset),
		);
		assert_eq!(OffersOf::<T>::get(parties.machine).len() as u32, T::MaxOffers::get());
		Ok(())
	}

	#[benchmark]
	fn update_offer() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let offer = offer::<T>(&parties, 0)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.key), offer, terms::<T>(parties.asset));
		assert_eq!(Offers::<T>::get(offer).map(|offer: Offer<_, _>| offer.version), Some(2));
		Ok(())
	}

	#[benchmark]
	fn withdraw_offer() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let offer = offer::<T>(&parties, T::MaxOffers::get().saturating_sub(1))?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.key), offer);
		assert!(!Offers::<T>::contains_key(offer));
		Ok(())
	}

	#[benchmark]
	fn order() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let offer = offer::<T>(&parties, 0)?;
		orders::<T>(&parties, offer)?;
		let deliver_by = T::Clock::now().saturating_add(2 * T::MinWindow::get());
		let uri = BoundedVec::truncate_from(alloc::vec![b'x'; 128]);
		#[extrinsic_call]
		_(
			RawOrigin::Signed(parties.customer),
			offer,
			1,
			10,
			BalanceOf::<T>::max_value(),
			H256::repeat_byte(2),
			uri,
			deliver_by,
		);
		assert_eq!(OpenJobs::<T>::get(parties.machine).len() as u32, T::MaxOpenJobs::get());
		Ok(())
	}

	#[benchmark]
	fn accept() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let job = job::<T>(&parties)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.key), job);
		assert_eq!(record::<T>(job)?.state, JobState::Accepted);
		Ok(())
	}

	#[benchmark]
	fn decline() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let job = job::<T>(&parties)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.key), job, H256::repeat_byte(4));
		assert_eq!(record::<T>(job)?.state, JobState::Settled(Outcome::Declined));
		Ok(())
	}

	#[benchmark]
	fn start() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let job = job::<T>(&parties)?;
		Pallet::<T>::accept(RawOrigin::Signed(parties.key.clone()).into(), job)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.key), job);
		assert_eq!(record::<T>(job)?.state, JobState::Started);
		Ok(())
	}

	#[benchmark]
	fn progress() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let job = started::<T>(&parties)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.key), job, 5);
		assert_eq!(record::<T>(job)?.units_done, 5);
		Ok(())
	}

	#[benchmark]
	fn deliver() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let job = started::<T>(&parties)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.key), job, 10, H256::repeat_byte(3));
		let record = record::<T>(job)?;
		assert_eq!(record.state, JobState::Delivered);
		assert_eq!(record.indexed_at, record.review_until);
		Ok(())
	}

	#[benchmark]
	fn approve() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let job = delivered::<T>(&parties)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.customer), job, 9);
		assert_eq!(record::<T>(job)?.state, JobState::Settled(Outcome::Completed));
		Ok(())
	}

	#[benchmark]
	fn reject() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let job = delivered::<T>(&parties)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.customer), job, 9, H256::repeat_byte(4));
		assert_eq!(record::<T>(job)?.state, JobState::Settled(Outcome::Completed));
		Ok(())
	}

	#[benchmark]
	fn cancel() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let job = started::<T>(&parties)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.key), job, H256::repeat_byte(4));
		assert_eq!(record::<T>(job)?.state, JobState::Settled(Outcome::GivenUp));
		Ok(())
	}

	#[benchmark]
	fn expire() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let job = delivered::<T>(&parties)?;
		T::Clock::benchmark_advance(2 * T::MinWindow::get());
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.customer), job);
		assert_eq!(record::<T>(job)?.state, JobState::Settled(Outcome::Completed));
		Ok(())
	}

	#[benchmark]
	fn remove() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let job = job::<T>(&parties)?;
		Pallet::<T>::decline(RawOrigin::Signed(parties.key).into(), job, H256::zero())?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.customer), job);
		assert!(!Jobs::<T>::contains_key(job));
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::empty(), crate::mock::Test);
}
