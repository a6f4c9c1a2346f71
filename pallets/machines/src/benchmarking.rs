//! What each call costs at worst: full profiles, cold accounts, a machine's key where one may sign.

use crate::*;
use alloc::vec;
use bpiiot_primitives::{Actors, MachineId};
use frame_benchmarking::v2::*;
use frame_support::{
	dispatch::{DispatchInfo, PostDispatchInfo},
	traits::{
		fungible::{Inspect, InspectHold, Mutate},
		Get,
	},
};
use frame_system::RawOrigin;
use pallet_transaction_payment::OnChargeTransaction;
use sp_core::{crypto::key_types::DUMMY, H256};
use sp_runtime::traits::{Dispatchable, Saturating, Zero};

/// The largest profile.
fn profile() -> MachineProfile {
	let capability = Text::truncate_from(vec![b'c'; 32]);
	MachineProfile {
		model: Text::truncate_from(vec![b'm'; 64]),
		location: Text::truncate_from(vec![b'l'; 64]),
		capabilities: frame_support::BoundedVec::truncate_from(vec![capability; 16]),
		firmware: H256::repeat_byte(1),
		metadata: H256::repeat_byte(2),
		encryption_key: [3; 32],
	}
}

/// Far more than any call here costs.
fn plenty<T: Config>() -> BalanceOf<T> {
	let all = T::Currency::minimum_balance().saturating_add(T::MachineDeposit::get());
	all.saturating_add(T::RegistrationFee::get())
		.saturating_mul(100u32.into())
}

/// Gives an account plenty, on top of what it has.
fn fund<T: Config>(who: &T::AccountId) {
	let balance = T::Currency::balance(who).saturating_add(plenty::<T>());
	T::Currency::set_balance(who, balance);
}

/// An owner with plenty.
fn owner<T: Config>() -> T::AccountId {
	let owner = account("owner", 0, 0);
	fund::<T>(&owner);
	owner
}

/// Registers a machine with the largest profile, without a proof. Its id and key.
pub(crate) fn machine<T: Config>(owner: &T::AccountId, seed: u32) -> (MachineId, T::AccountId) {
	fund::<T>(owner);
	let key: T::AccountId = account("machine", seed, 0);
	frame_support::assert_ok!(Pallet::<T>::admit(owner.clone(), key.clone(), profile(), plenty::<T>()));
	(MachineId::from_first_key(&key), key)
}

fn status<T: Config>(machine: &MachineId) -> Option<MachineStatus> {
	Machines::<T>::get(machine).map(|machine| machine.status)
}

#[benchmarks(where
	T: pallet_transaction_payment::Config,
	T::OnChargeTransaction: OnChargeTransaction<T, Balance = BalanceOf<T>>,
	T::RuntimeCall: From<Call<T>> + Dispatchable<Info = DispatchInfo, PostInfo = PostDispatchInfo>,
)]
mod benchmarks {
	use super::*;

	/// The proof in the form that is tried last.
	#[benchmark]
	fn register() -> Result<(), BenchmarkError> {
		let owner = owner::<T>();
		let public = sp_io::crypto::sr25519_generate(DUMMY, None);
		let key = T::AccountId::from(public.0);
		let genesis = frame_system::Pallet::<T>::block_hash(frame_system::pallet_prelude::BlockNumberFor::<T>::zero());
		let message = proof::wrapped_text(&proof::payload(&genesis, &owner, &key, 0));
		let proof = sp_io::crypto::sr25519_sign(DUMMY, &public, &message).ok_or("no signature")?;

		#[extrinsic_call]
		_(
			RawOrigin::Signed(owner.clone()),
			key.clone(),
			proof,
			profile(),
			1u32.into(),
		);

		let machine = MachineId::from_first_key(&key);
		assert_eq!(Keys::<T>::get(&key), Some(KeyRecord { machine, live: true }));
		assert_eq!(Pallet::<T>::ensure_in_service(&machine), Ok(owner));
		Ok(())
	}

	#[benchmark]
	fn set_profile() {
		let owner = owner::<T>();
		let (machine, _) = machine::<T>(&owner, 0);
		let new = MachineProfile {
			metadata: H256::repeat_byte(9),
			..profile()
		};

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), machine, new.clone());

		assert_eq!(Machines::<T>::get(machine).map(|machine| machine.profile), Some(new));
	}

	#[benchmark]
	fn set_fee_allowance() {
		let owner = owner::<T>();
		let (machine, _) = machine::<T>(&owner, 0);

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), machine, 7u32.into());

		assert_eq!(Fees::<T>::get(machine).map(|fees| fees.allowance), Some(7u32.into()));
	}

	#[benchmark]
	fn set_service() {
		let (machine, key) = machine::<T>(&owner::<T>(), 0);

		#[extrinsic_call]
		_(RawOrigin::Signed(key), machine, false);

		assert_eq!(status::<T>(&machine), Some(MachineStatus::OutOfService));
	}

	/// The first deposit, which makes the machine's account.
	#[benchmark]
	fn deposit() {
		let (machine, _) = machine::<T>(&owner::<T>(), 0);
		let giver: T::AccountId = account("giver", 0, 0);
		fund::<T>(&giver);
		let amount = T::Currency::minimum_balance();

		#[extrinsic_call]
		_(RawOrigin::Signed(giver), machine, amount);

		assert_eq!(T::Currency::balance(&machine.account()), amount);
	}

	/// Everything, which ends the machine's account.
	#[benchmark]
	fn withdraw() {
		let owner = owner::<T>();
		let (machine, _) = machine::<T>(&owner, 0);
		fund::<T>(&machine.account());
		let before = T::Currency::balance(&owner);

		#[extrinsic_call]
		_(RawOrigin::Signed(owner.clone()), machine, plenty::<T>());

		assert_eq!(T::Currency::balance(&owner), before.saturating_add(plenty::<T>()));
		assert!(T::Currency::total_balance(&machine.account()).is_zero());
	}

	#[benchmark]
	fn decommission() {
		let owner = owner::<T>();
		let (machine, key) = machine::<T>(&owner, 0);
		fund::<T>(&machine.account());

		#[extrinsic_call]
		_(RawOrigin::Signed(owner.clone()), machine);

		assert_eq!(status::<T>(&machine), Some(MachineStatus::Decommissioned));
		assert_eq!(Keys::<T>::get(&key), Some(KeyRecord { machine, live: false }));
		assert!(T::Currency::total_balance(&machine.account()).is_zero());
		assert!(T::Currency::balance_on_hold(&HoldReason::MachineDeposit.into(), &owner).is_zero());
	}

	/// All that the runtime's fee adapter does for a transaction of a machine's key: the check in the pool, the fee, the
	/// change.
	#[benchmark]
	fn charge_machine() -> Result<(), BenchmarkError> {
		let owner = owner::<T>();
		let (machine, key) = machine::<T>(&owner, 0);
		let before = T::Currency::balance(&owner);
		let call: T::RuntimeCall = Call::<T>::set_service {
			machine,
			in_service: false,
		}
		.into();
		let (info, post_info) = (DispatchInfo::default(), PostDispatchInfo::default());
		let cost = T::Currency::minimum_balance();
		let (fee, tip) = (cost.saturating_add(cost), BalanceOf::<T>::zero());

		#[block]
		{
			T::OnChargeTransaction::can_withdraw_fee(&key, &call, &info, fee, tip)
				.map_err(|_| "the fee of set_service must be sponsored")?;
			let paid = T::OnChargeTransaction::withdraw_fee(&key, &call, &info, fee, tip)
				.map_err(|_| "the owner must have paid")?;
			T::OnChargeTransaction::correct_and_deposit_fee(&key, &info, &post_info, cost, tip, paid)
				.map_err(|_| "the change must have been given")?;
		}

		assert_eq!(T::Currency::balance(&owner), before.saturating_sub(cost));
		assert_eq!(
			Fees::<T>::get(machine).map(|fees| fees.allowance),
			Some(plenty::<T>().saturating_sub(cost))
		);
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::ExtBuilder::default().build(), crate::mock::Test);
}
