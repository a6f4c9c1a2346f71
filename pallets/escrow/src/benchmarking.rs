//! What the calls and the sweep cost at worst: in an asset, to an account that is made by the payment.

use crate::*;
use bpiiot_primitives::{AgreementRef, BenchmarkAssets, DeadlineIndex, Escrow, JobId};
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{fungibles::MutateHold, EnsureOrigin},
	weights::Weight,
};
use frame_system::RawOrigin;

fn origin_of<Of, Origin>() -> Result<Origin, BenchmarkError>
where
	Of: EnsureOrigin<Origin>,
{
	Of::try_successful_origin().map_err(|_| BenchmarkError::Stop("there is no such origin"))
}

const AGREEMENT: AgreementRef = AgreementRef::Job(JobId(7));

#[benchmarks]
mod benches {
	use super::*;

	#[benchmark]
	fn list_asset() -> Result<(), BenchmarkError> {
		let origin = origin_of::<T::ListOrigin, T::RuntimeOrigin>()?;
		let asset = T::BenchmarkHelper::create_asset();
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, asset);
		assert!(Pallet::<T>::is_listed(asset));
		Ok(())
	}

	#[benchmark]
	fn delist_asset() -> Result<(), BenchmarkError> {
		let origin = origin_of::<T::ListOrigin, T::RuntimeOrigin>()?;
		let asset = Pallet::<T>::benchmark_asset();
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, asset);
		assert!(!Pallet::<T>::is_listed(asset));
		Ok(())
	}

	#[benchmark]
	fn claim_credit() -> Result<(), BenchmarkError> {
		let asset = Pallet::<T>::benchmark_asset();
		let (holder, payee): (T::AccountId, T::AccountId) = (account("holder", 0, 0), account("payee", 0, 0));
		let amount: BalanceOf<T> = 1_000_000u32.into();
		Pallet::<T>::benchmark_fund(asset, &holder, amount);
		Pallet::<T>::benchmark_fund(asset, &holder, amount);
		T::Fungibles::hold(asset, &HoldReason::Credit.into(), &holder, amount)?;
		Credits::<T>::insert((&payee, asset, &holder), amount);
		#[extrinsic_call]
		_(RawOrigin::Signed(payee.clone()), holder.clone(), asset, payee.clone());
		assert_eq!(T::Fungibles::balance(asset, &payee), amount);
		assert!(!Credits::<T>::contains_key((&payee, asset, &holder)));
		Ok(())
	}

	#[benchmark]
	fn pause() -> Result<(), BenchmarkError> {
		let origin = origin_of::<T::PauseOrigin, T::RuntimeOrigin>()?;
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin);
		assert!(Clock::<T>::get().paused);
		Ok(())
	}

	#[benchmark]
	fn resume() -> Result<(), BenchmarkError> {
		let origin = origin_of::<T::PauseOrigin, T::RuntimeOrigin>()?;
		Clock::<T>::mutate(|clock| clock.paused = true);
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin);
		assert!(!Clock::<T>::get().paused);
		Ok(())
	}

	/// The earliest deadline has not passed.
	#[benchmark]
	fn sweep_look() {
		Pallet::<T>::insert(u64::MAX, AGREEMENT);
		#[block]
		{
			Pallet::<T>::sweep(Weight::MAX);
		}
		assert!(Pallet::<T>::contains(u64::MAX, AGREEMENT));
	}

	/// An entry whose agreement runs on: what its pallet does is counted with that pallet.
	#[benchmark]
	fn sweep_entry() {
		Pallet::<T>::insert(1, AGREEMENT);
		#[block]
		{
			Pallet::<T>::sweep_entry(DeadlineKey::new(1, AGREEMENT), AGREEMENT);
			Pallet::<T>::insert(2, AGREEMENT);
		}
		assert!(!Pallet::<T>::contains(1, AGREEMENT));
		assert!(Pallet::<T>::contains(2, AGREEMENT));
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::empty(), crate::mock::Test);
}
