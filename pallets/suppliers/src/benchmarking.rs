//! What the calls cost at worst: by a machine wherever one may call, with full profiles none of whose shelves stays.

use crate::{
	discovery::shelves, standing::FORGOTTEN_AFTER, BalanceOf, Call, Category, Certificate, CertificateUri, Config,
	Name, Names, Pair, Pairs, Pallet, Profile, RateableAgreements, Region, Shelf, Stars, Suppliers, SuppliersBy,
};
use alloc::vec;
use bpiiot_primitives::{Actors, AgreementClock, AssetKind, BenchmarkAssets};
use frame_benchmarking::v2::*;
use frame_support::{traits::Get, BoundedVec};
use frame_system::{Pallet as System, RawOrigin};
use sp_core::H256;
use sp_runtime::traits::{Bounded, One, Saturating};

type AccountOf<T> = <T as frame_system::Config>::AccountId;

/// Of everything as much as there may be, with four countries and a part of each. Another `letter`, other shelves.
fn profile(letter: u8) -> Profile {
	let categories = (b'0'..b'4').map(|digit| {
		let mut word = vec![letter; 31];
		word.push(digit);
		Category::truncate_from(word)
	});
	let areas = (b'A'..b'E').map(|country| Region::truncate_from(vec![letter, country, b'-', b'X', b'X', b'X']));
	let certificate = Certificate {
		hash: H256::repeat_byte(1),
		uri: CertificateUri::truncate_from(vec![b'x'; 128]),
	};
	Profile {
		categories: BoundedVec::truncate_from(categories.collect()),
		areas: BoundedVec::truncate_from(areas.collect()),
		certificates: BoundedVec::truncate_from(vec![certificate; 8]),
	}
}

/// A machine with money: its key and its account.
fn machine<T: Config>() -> Result<(AccountOf<T>, AccountOf<T>), BenchmarkError> {
	System::<T>::set_block_number(System::<T>::block_number().saturating_add(One::one()));
	let owner = account("owner", 0, 0);
	let (_, key) = T::Actors::benchmark_machine(&owner, 0, AssetKind::Native);
	let machine = T::Actors::ensure_actor(RawOrigin::Signed(key.clone()).into())?.account;
	let amount = BalanceOf::<T>::max_value() / 1_000_000u32.into();
	T::BenchmarkHelper::fund(AssetKind::Native, &machine, amount);
	Ok((key, machine))
}

/// The same, with a profile.
fn published<T: Config>() -> Result<(AccountOf<T>, AccountOf<T>), BenchmarkError> {
	let (key, machine) = machine::<T>()?;
	Pallet::<T>::publish_profile(RawOrigin::Signed(key.clone()).into(), machine.clone(), profile(b'A'))?;
	Ok((key, machine))
}

/// On how many shelves somebody stands that this profile wants.
fn shelved<T: Config>(supplier: &AccountOf<T>, profile: &Profile) -> usize {
	let shelves = shelves(profile).into_iter();
	let stands = |shelf: &Shelf| SuppliersBy::<T>::iter_prefix_values(shelf).any(|other| other == *supplier);
	shelves.filter(stands).count()
}

/// All shelves of [`profile`].
const SHELVES: usize = 4 * 9;

/// A name that one customer has given to, long enough ago for that to be forgotten.
fn old_name<T: Config>() -> (AccountOf<T>, AccountOf<T>) {
	let (supplier, customer): (AccountOf<T>, AccountOf<T>) = (account("supplier", 0, 0), account("customer", 0, 0));
	let (given, day) = (T::PairLimit::get(), Pallet::<T>::today());
	let mut name = Name { day, ..Name::default() };
	name.sums.settled = given;
	Pairs::<T>::insert(&supplier, &customer, Pair { given, day });
	Names::<T>::insert(&supplier, name);
	T::Clock::benchmark_advance(u64::from(FORGOTTEN_AFTER).saturating_mul(86_400_000));
	(supplier, customer)
}

#[benchmarks]
mod benches {
	use super::*;

	#[benchmark]
	fn publish_profile() -> Result<(), BenchmarkError> {
		let (key, machine) = machine::<T>()?;
		#[extrinsic_call]
		_(RawOrigin::Signed(key), machine.clone(), profile(b'A'));
		assert!(Suppliers::<T>::contains_key(&machine));
		assert_eq!(shelved::<T>(&machine, &profile(b'A')), SHELVES);
		Ok(())
	}

	/// Every shelf is another one.
	#[benchmark]
	fn update_profile() -> Result<(), BenchmarkError> {
		let (key, machine) = published::<T>()?;
		#[extrinsic_call]
		_(RawOrigin::Signed(key), machine.clone(), profile(b'B'));
		assert_eq!(shelved::<T>(&machine, &profile(b'A')), 0);
		assert_eq!(shelved::<T>(&machine, &profile(b'B')), SHELVES);
		Ok(())
	}

	#[benchmark]
	fn remove_profile() -> Result<(), BenchmarkError> {
		let (key, machine) = published::<T>()?;
		#[extrinsic_call]
		_(RawOrigin::Signed(key), machine.clone());
		assert!(!Suppliers::<T>::contains_key(&machine));
		assert_eq!(shelved::<T>(&machine, &profile(b'A')), 0);
		Ok(())
	}

	#[benchmark]
	fn rate() -> Result<(), BenchmarkError> {
		let (agreement, customer) = T::Agreements::benchmark_rateable();
		#[extrinsic_call]
		_(RawOrigin::Signed(customer), agreement, Stars::Five);
		assert_eq!(
			Names::<T>::iter_values().filter(|name| name.sums.stars[4] > 0).count(),
			1
		);
		Ok(())
	}

	#[benchmark]
	fn forget_pair() -> Result<(), BenchmarkError> {
		let (supplier, customer) = old_name::<T>();
		#[extrinsic_call]
		_(RawOrigin::Signed(customer.clone()), supplier.clone(), customer.clone());
		assert!(!Pairs::<T>::contains_key(&supplier, &customer));
		let name = Names::<T>::get(&supplier).ok_or(BenchmarkError::Stop("the name is gone"))?;
		assert_eq!(name.forgotten, name.sums.settled);
		Ok(())
	}

	#[benchmark]
	fn forget_name() -> Result<(), BenchmarkError> {
		let (supplier, customer) = old_name::<T>();
		Pairs::<T>::remove(&supplier, &customer);
		Names::<T>::mutate(&supplier, |name| {
			if let Some(name) = name {
				name.sums.settled = T::Doubt::get();
			}
		});
		#[extrinsic_call]
		_(RawOrigin::Signed(customer), supplier.clone());
		assert!(!Names::<T>::contains_key(&supplier));
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::empty(), crate::mock::Test);
}
