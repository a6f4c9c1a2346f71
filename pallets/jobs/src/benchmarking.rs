//! What the calls cost at worst: by a machine wherever one may call, in an asset, with a bond, with full lists. What ends a
//! job does so in a frozen asset, where nothing can be paid and each payment becomes a credit.

use crate::{
	BalanceOf, Calendar, Call, CancellationFees, Closure, Config, DisputeTerms, EscrowOf, JobOf, JobState, Jobs,
	JobsOf, Offer, OfferTerms, OfferTermsOf, Offers, OffersBy, OffersOf, Outcome, Pallet, PriceTier, RecipeReference,
	Rework, SealedReference, WeekWindow,
};
use bpiiot_primitives::{
	Actors, AgreementClock, AgreementRef, AssetKind, DeadlineIndex, Escrow, JobId, MachineId, OfferId,
};
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

fn arbiter<T: Config>(index: u32) -> AccountOf<T> {
	account("arbiter", index, 0)
}

/// A calendar of as many windows and closures as there may be, which leaves all the time that is needed here.
fn calendar() -> Calendar {
	const HALF_A_DAY: u16 = 720;
	let week = (0..14u16).map(|half| WeekWindow {
		from: half * HALF_A_DAY,
		until: (half + 1) * HALF_A_DAY - 1,
	});
	let closures = (0..8u64).map(|nth| Closure {
		from: nth * 2,
		until: nth * 2 + 1,
	});
	Calendar {
		week: BoundedVec::truncate_from(week.collect()),
		closures: BoundedVec::truncate_from(closures.collect()),
	}
}

/// Of everything as much as there may be. A delivery is reviewed for less time than the order would have waited for
/// acceptance, so that it is indexed anew.
fn terms<T: Config>(asset: AssetKind) -> OfferTermsOf<T> {
	let least = T::MinWindow::get();
	let tiers = (2..6u32).map(|from_units| PriceTier {
		from_units,
		unit_price: 1_000_000u32.into(),
	});
	OfferTerms {
		capability: BoundedVec::truncate_from(alloc::vec![b'x'; 32]),
		region: BoundedVec::truncate_from(b"DE-HB".to_vec()),
		asset,
		unit_price: 1_000_000u32.into(),
		tiers: BoundedVec::truncate_from(tiers.collect()),
		max_units: 1_000,
		bond: 100_000u32.into(),
		accept_window: least.saturating_mul(2),
		lead_time: least,
		calendar: calendar(),
		review_window: least,
		rejection_fee: Permill::from_percent(10),
		cancellation: CancellationFees {
			accepted: Permill::from_percent(10),
			started: Permill::from_percent(20),
		},
		rework: Some(Rework {
			rounds: 1,
			window: least,
		}),
		disputes: Some(DisputeTerms {
			arbiters: BoundedVec::truncate_from((0..4).rev().map(arbiter::<T>).collect()),
			challenge_window: least,
			case_window: least,
			ruling_window: least,
		}),
		recipe_schema: H256::repeat_byte(1),
		contract: H256::repeat_byte(1),
		governing_law: BoundedVec::truncate_from(b"DE".to_vec()),
	}
}

fn recipe() -> RecipeReference {
	RecipeReference::Sealed(SealedReference {
		key_version: 1,
		ciphertext: BoundedVec::truncate_from(alloc::vec![b'x'; 176]),
	})
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
	rich::<T>(asset, &arbiter::<T>(0));
	EscrowOf::<T>::benchmark_arbiter(&arbiter::<T>(0));
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

/// On how many shelves the offer stands.
fn shelves_of<T: Config>(offer: OfferId) -> usize {
	OffersBy::<T>::iter_keys()
		.filter(|(_, rank)| rank.offer() == offer)
		.count()
}

/// Orders from as many customers as it takes, until the machine has one order less than it may have.
fn orders<T: Config>(parties: &Parties<T>, offer: OfferId) -> Result<(), BenchmarkError> {
	for nth in 1..T::MaxOpenJobs::get() {
		let customer = customer::<T>(parties.asset, nth / T::MaxOpenJobsPerCustomer::get());
		order_of::<T>(customer, offer, None)?;
	}
	Ok(())
}

/// A job of a machine that has as many open ones as it may.
fn job<T: Config>(parties: &Parties<T>) -> Result<JobId, BenchmarkError> {
	job_before::<T>(parties, None)
}

fn job_before<T: Config>(parties: &Parties<T>, arbiter: Option<AccountOf<T>>) -> Result<JobId, BenchmarkError> {
	let offer = offer::<T>(parties, 0)?;
	order_of::<T>(parties.customer.clone(), offer, arbiter)?;
	orders::<T>(parties, offer)?;
	let jobs = JobsOf::<T>::get(parties.machine).open;
	let first = jobs.first().ok_or(BenchmarkError::Stop("nothing was ordered"))?;
	Ok(first.job)
}

fn order_of<T: Config>(
	customer: AccountOf<T>,
	offer: OfferId,
	arbiter: Option<AccountOf<T>>,
) -> Result<(), BenchmarkError> {
	Ok(Pallet::<T>::order(
		RawOrigin::Signed(customer).into(),
		offer,
		1,
		10,
		BalanceOf::<T>::max_value(),
		H256::repeat_byte(2),
		recipe(),
		deliver_by::<T>(),
		arbiter,
	)?)
}

/// Far enough for the lead time, with the minutes that the calendar leaves out.
fn deliver_by<T: Config>() -> u64 {
	T::Clock::unix_now().saturating_add(5 * T::MinWindow::get())
}

fn started<T: Config>(parties: &Parties<T>) -> Result<JobId, BenchmarkError> {
	let job = job::<T>(parties)?;
	start_job::<T>(parties, job)?;
	Ok(job)
}

fn start_job<T: Config>(parties: &Parties<T>, job: JobId) -> Result<(), BenchmarkError> {
	let machine = RawOrigin::Signed(parties.key.clone());
	Pallet::<T>::accept(machine.clone().into(), job)?;
	Pallet::<T>::start(machine.into(), job)?;
	Ok(())
}

fn delivered<T: Config>(parties: &Parties<T>) -> Result<JobId, BenchmarkError> {
	let job = started::<T>(parties)?;
	deliver_job::<T>(parties, job)?;
	Ok(job)
}

fn deliver_job<T: Config>(parties: &Parties<T>, job: JobId) -> Result<(), BenchmarkError> {
	// Fewer than ordered, so that there is a refund and a slash too.
	Pallet::<T>::deliver(
		RawOrigin::Signed(parties.key.clone()).into(),
		job,
		9,
		H256::repeat_byte(3),
	)
	.map_err(|refused| refused.error)?;
	Ok(())
}

/// A job whose delivered units are all rejected, which may be disputed.
fn rejected<T: Config>(parties: &Parties<T>) -> Result<JobId, BenchmarkError> {
	let job = job_before::<T>(parties, Some(arbiter::<T>(0)))?;
	start_job::<T>(parties, job)?;
	deliver_job::<T>(parties, job)?;
	let customer = RawOrigin::Signed(parties.customer.clone());
	Pallet::<T>::reject(customer.into(), job, 9, H256::repeat_byte(4)).map_err(|refused| refused.error)?;
	Ok(job)
}

fn disputed<T: Config>() -> Result<JobId, BenchmarkError> {
	let parties = parties::<T>();
	let job = rejected::<T>(&parties)?;
	Pallet::<T>::dispute(RawOrigin::Signed(parties.key).into(), job, H256::repeat_byte(5))?;
	Ok(job)
}

/// A job in dispute, for whoever measures what the end of a dispute costs.
pub(crate) fn disputed_agreement<T: Config>() -> AgreementRef {
	AgreementRef::Job(disputed::<T>().unwrap_or_default())
}

/// A job that has ended and counted, and who rates it.
pub(crate) fn rateable_agreement<T: Config>() -> (AgreementRef, AccountOf<T>) {
	let parties = parties::<T>();
	let job = delivered::<T>(&parties).unwrap_or_default();
	let approved = Pallet::<T>::approve(RawOrigin::Signed(parties.customer.clone()).into(), job, 9);
	debug_assert!(approved.is_ok());
	(AgreementRef::Job(job), parties.customer)
}

/// An open job of a machine, in the native token: whoever asks may have made the asset to measure with already. So its price is
/// above the least balance of that.
pub(crate) fn open_job_of<T: Config>(machine: MachineId) -> JobId {
	let owner = T::Actors::controller(&machine.account());
	let million = BalanceOf::<T>::from(1_000_000u32);
	let price = BalanceOf::<T>::max_value() / million / million;
	let terms = OfferTerms {
		disputes: None,
		unit_price: price,
		tiers: Default::default(),
		bond: price,
		..terms::<T>(AssetKind::Native)
	};
	rich::<T>(AssetKind::Native, &owner);
	let published = Pallet::<T>::publish_offer(RawOrigin::Signed(owner).into(), machine, terms);
	debug_assert!(published.is_ok());
	let offer = OffersOf::<T>::get(machine).last().copied().unwrap_or_default();
	let ordered = order_of::<T>(customer::<T>(AssetKind::Native, 99), offer, None);
	debug_assert!(ordered.is_ok());
	let open = JobsOf::<T>::get(machine).open;
	open.last().map(|open| open.job).unwrap_or_default()
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

	/// Another price moves the offer on each of its shelves.
	#[benchmark]
	fn update_offer() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let offer = offer::<T>(&parties, 0)?;
		let mut dearer = terms::<T>(parties.asset);
		dearer.unit_price.saturating_inc();
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.key), offer, dearer.clone());
		assert_eq!(Offers::<T>::get(offer).map(|offer: Offer<_, _>| offer.version), Some(2));
		assert_eq!(shelves_of::<T>(offer), 3);
		let moved = Pallet::<T>::places(offer, &dearer);
		assert!(moved
			.iter()
			.all(|(shelf, rank)| OffersBy::<T>::contains_key(shelf, rank)));
		Ok(())
	}

	#[benchmark]
	fn withdraw_offer() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let offer = offer::<T>(&parties, T::MaxOffers::get().saturating_sub(1))?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.key), offer);
		assert!(!Offers::<T>::contains_key(offer));
		assert_eq!(shelves_of::<T>(offer), 0);
		Ok(())
	}

	#[benchmark]
	fn order() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let offer = offer::<T>(&parties, 0)?;
		orders::<T>(&parties, offer)?;
		#[extrinsic_call]
		_(
			RawOrigin::Signed(parties.customer),
			offer,
			1,
			10,
			BalanceOf::<T>::max_value(),
			H256::repeat_byte(2),
			recipe(),
			deliver_by::<T>(),
			Some(arbiter::<T>(0)),
		);
		assert_eq!(
			JobsOf::<T>::get(parties.machine).open.len() as u32,
			T::MaxOpenJobs::get()
		);
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
		EscrowOf::<T>::benchmark_freeze(parties.asset);
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
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.customer), job, 9);
		assert_eq!(record::<T>(job)?.state, JobState::Settled(Outcome::Completed));
		Ok(())
	}

	#[benchmark]
	fn reject() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let job = delivered::<T>(&parties)?;
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.customer), job, 9, H256::repeat_byte(4));
		assert_eq!(record::<T>(job)?.state, JobState::Settled(Outcome::Completed));
		Ok(())
	}

	/// By the customer: the machine gets its fee, he the rest, and the bond goes back.
	#[benchmark]
	fn cancel() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let job = started::<T>(&parties)?;
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.customer), job, H256::repeat_byte(4));
		assert_eq!(record::<T>(job)?.state, JobState::Settled(Outcome::Cancelled));
		Ok(())
	}

	#[benchmark]
	fn expire() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let job = delivered::<T>(&parties)?;
		T::Clock::benchmark_advance(2 * T::MinWindow::get());
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.customer), job);
		assert_eq!(record::<T>(job)?.state, JobState::Settled(Outcome::Completed));
		Ok(())
	}

	#[benchmark]
	fn remove() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let job = job::<T>(&parties)?;
		Pallet::<T>::decline(RawOrigin::Signed(parties.key).into(), job, H256::zero())
			.map_err(|refused| refused.error)?;
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.customer), job);
		assert!(!Jobs::<T>::contains_key(job));
		Ok(())
	}

	#[benchmark]
	fn counter_offer() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let job = job::<T>(&parties)?;
		let unit_price = 2_000_000u32.into();
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.key), job, unit_price, deliver_by::<T>());
		assert!(record::<T>(job)?.counter.is_some());
		Ok(())
	}

	/// The price rises, and the deadline comes before that of acceptance, so that the job is indexed anew.
	#[benchmark]
	fn accept_counter_offer() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let job = job::<T>(&parties)?;
		let unit_price: BalanceOf<T> = 2_000_000u32.into();
		let deliver_by = T::Clock::unix_now().saturating_add(T::MinWindow::get());
		Pallet::<T>::counter_offer(RawOrigin::Signed(parties.key).into(), job, unit_price, deliver_by)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.customer), job, unit_price, deliver_by);
		let record = record::<T>(job)?;
		assert_eq!(record.unit_price, unit_price);
		assert!(T::Deadlines::contains(record.accept_by, AgreementRef::Job(job)));
		Ok(())
	}

	/// The machine has less time than the review would have lasted, so that the job is indexed anew.
	#[benchmark]
	fn request_rework() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let offer = offer::<T>(&parties, 0)?;
		let review_window = T::MinWindow::get().saturating_mul(2);
		let terms = OfferTerms {
			review_window,
			accept_window: review_window.saturating_mul(2),
			..terms::<T>(parties.asset)
		};
		Pallet::<T>::update_offer(RawOrigin::Signed(parties.key.clone()).into(), offer, terms)?;
		Pallet::<T>::order(
			RawOrigin::Signed(parties.customer.clone()).into(),
			offer,
			2,
			10,
			BalanceOf::<T>::max_value(),
			H256::repeat_byte(2),
			recipe(),
			deliver_by::<T>(),
			None,
		)?;
		let open = JobsOf::<T>::get(parties.machine).open;
		let job = open.first().ok_or(BenchmarkError::Stop("nothing was ordered"))?.job;
		start_job::<T>(&parties, job)?;
		deliver_job::<T>(&parties, job)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.customer), job, H256::repeat_byte(4));
		let record = record::<T>(job)?;
		assert_eq!(
			(record.state, record.indexed_at),
			(JobState::Started, record.deliver_by)
		);
		Ok(())
	}

	#[benchmark]
	fn concede() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let job = rejected::<T>(&parties)?;
		EscrowOf::<T>::benchmark_freeze(parties.asset);
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.key), job);
		assert_eq!(record::<T>(job)?.state, JobState::Settled(Outcome::Completed));
		Ok(())
	}

	#[benchmark]
	fn dispute() -> Result<(), BenchmarkError> {
		let parties = parties::<T>();
		let job = rejected::<T>(&parties)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(parties.key), job, H256::repeat_byte(5));
		assert_eq!(record::<T>(job)?.state, JobState::Disputed);
		Ok(())
	}

	/// The end of a dispute, without what escrow does about the dispute itself.
	#[benchmark]
	fn resolve() -> Result<(), BenchmarkError> {
		let job = disputed::<T>()?;
		EscrowOf::<T>::benchmark_freeze(record::<T>(job)?.asset());
		#[block]
		{
			Pallet::<T>::do_resolve(job, Permill::from_percent(60))?;
		}
		assert_eq!(record::<T>(job)?.state, JobState::Settled(Outcome::Arbitrated));
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::empty(), crate::mock::Test);
}
