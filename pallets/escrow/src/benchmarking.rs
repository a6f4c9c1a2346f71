//! What the calls and the sweep cost at worst: in an asset, to an account that is made by the payment, or in a frozen asset,
//! where a payment becomes a credit.

use crate::*;
use bpiiot_primitives::{
	Actors, AgreementClock, AgreementRef, Agreements, AssetKind, BenchmarkAssets, DeadlineIndex, Escrow, JobId, Side,
};
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{
		fungibles::{InspectHold, MutateHold},
		EnsureOrigin, Get,
	},
	weights::Weight,
};
use frame_system::RawOrigin;
use sp_core::H256;
use sp_runtime::{traits::Zero, Permill};

fn origin_of<Of, Origin>() -> Result<Origin, BenchmarkError>
where
	Of: EnsureOrigin<Origin>,
{
	Of::try_successful_origin().map_err(|_| BenchmarkError::Stop("there is no such origin"))
}

const AGREEMENT: AgreementRef = AgreementRef::Job(JobId(7));

/// An agreement in dispute, with as much evidence as fits beside one more document.
fn disputed<T: Config>() -> (AgreementRef, DisputeOf<T>) {
	let agreement = T::Agreements::benchmark_disputed();
	let documents = |from| Evidence::truncate_from((from..from + 3).map(H256::repeat_byte).collect());
	Disputes::<T>::mutate(agreement, |dispute| {
		let dispute = dispute.as_mut().expect("it is in dispute");
		dispute.payer_evidence = documents(10);
		dispute.payee_evidence = documents(20);
	});
	(agreement, Pallet::<T>::disputed(agreement).expect("it is in dispute"))
}

/// The same, accepted by the arbiter.
fn accepted<T: Config>() -> (AgreementRef, DisputeOf<T>) {
	let (agreement, dispute) = disputed::<T>();
	let arbiter = RawOrigin::Signed(dispute.arbiter).into();
	Pallet::<T>::accept_case(arbiter, agreement).expect("the arbiter has money");
	(agreement, Pallet::<T>::disputed(agreement).expect("it is in dispute"))
}

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

	/// For the first time.
	#[benchmark]
	fn register_arbiter() {
		let arbiter: T::AccountId = account("arbiter", 0, 0);
		let (fee, profile) = (T::MaxArbiterFee::get(), H256::repeat_byte(1));
		for _ in 0..2 {
			Pallet::<T>::benchmark_fund(AssetKind::Native, &arbiter, T::ArbiterDeposit::get());
			Pallet::<T>::benchmark_fund(AssetKind::Native, &arbiter, T::CaseBond::get());
		}
		#[extrinsic_call]
		_(RawOrigin::Signed(arbiter.clone()), fee, profile);
		let deposit = T::ArbiterDeposit::get();
		assert_eq!(
			Arbiters::<T>::get(arbiter),
			Some(ArbiterRecord { fee, profile, deposit })
		);
	}

	#[benchmark]
	fn retire_arbiter() {
		let arbiter: T::AccountId = account("arbiter", 0, 0);
		Pallet::<T>::benchmark_arbiter(&arbiter);
		#[extrinsic_call]
		_(RawOrigin::Signed(arbiter.clone()));
		assert!(!Arbiters::<T>::contains_key(arbiter));
	}

	#[benchmark]
	fn accept_case() {
		let (agreement, dispute) = disputed::<T>();
		#[extrinsic_call]
		_(RawOrigin::Signed(dispute.arbiter), agreement);
		let dispute = Disputes::<T>::get(agreement).expect("it is in dispute");
		assert_eq!(dispute.case_bond, Some(T::CaseBond::get()));
	}

	/// By who stands behind the payee: he is looked for last.
	#[benchmark]
	fn submit_evidence() {
		let (agreement, dispute) = disputed::<T>();
		let owner = T::Actors::controller(&dispute.payee);
		#[extrinsic_call]
		_(RawOrigin::Signed(owner), agreement, H256::repeat_byte(1));
		let dispute = Disputes::<T>::get(agreement).expect("it is in dispute");
		assert_eq!(dispute.payee_evidence.len(), 4);
	}

	/// Both sides have brought forward all that they may, and the bond goes to the other party. How the agreement ends is
	/// counted with its pallet.
	#[benchmark]
	fn rule() -> Result<(), BenchmarkError> {
		let (agreement, dispute) = accepted::<T>();
		let other = match dispute.side {
			Side::Payer => Side::Payee,
			Side::Payee => Side::Payer,
		};
		let arbiter = RawOrigin::Signed(dispute.arbiter.clone());
		T::BenchmarkHelper::freeze(dispute.asset);
		#[block]
		{
			let actor = T::Actors::ensure_actor(arbiter.into())?;
			Pallet::<T>::pronounce(actor, agreement, Permill::from_percent(50), other, H256::repeat_byte(1))?;
		}
		assert!(!Disputes::<T>::contains_key(agreement));
		assert!(Credits::<T>::contains_key((
			&dispute.arbiter,
			dispute.asset,
			&dispute.opener
		)));
		T::Agreements::resolve(agreement, Permill::from_percent(50))?;
		Ok(())
	}

	/// The arbiter had accepted. How the agreement ends is counted with its pallet.
	#[benchmark]
	fn end_dispute() -> Result<(), BenchmarkError> {
		let (agreement, dispute) = accepted::<T>();
		let now = Pallet::<T>::now();
		Pallet::<T>::benchmark_advance(dispute.until.saturating_sub(now).saturating_add(1));
		T::BenchmarkHelper::freeze(dispute.asset);
		#[block]
		{
			Pallet::<T>::let_lapse(agreement)?;
		}
		assert!(!Disputes::<T>::contains_key(agreement));
		assert!(T::Fungibles::balance_on_hold(AssetKind::Native, &HoldReason::Case.into(), &dispute.arbiter).is_zero());
		T::Agreements::resolve(agreement, T::FallbackSplit::get())?;
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
