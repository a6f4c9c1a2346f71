//! What each call costs at worst: full profiles, cold accounts, a machine's key where one may sign.

use crate::*;
use alloc::{vec, vec::Vec};
use bpiiot_primitives::{Actors, AssetKind, BenchmarkAssets, MachineId, SpendPurpose};
use frame_benchmarking::v2::*;
use frame_support::{
	dispatch::{DispatchInfo, PostDispatchInfo},
	traits::{
		fungible::{Inspect, InspectHold, Mutate},
		fungibles::Inspect as _,
		Get,
	},
};
use frame_system::RawOrigin;
use pallet_transaction_payment::OnChargeTransaction;
use sp_core::{crypto::key_types::DUMMY, sr25519::Signature, H256};
use sp_runtime::traits::{Bounded, Dispatchable, Saturating, Zero};

/// The largest profile.
fn profile() -> MachineProfile {
	let capability = Text::truncate_from(vec![b'c'; 32]);
	MachineProfile {
		model: Text::truncate_from(vec![b'm'; 64]),
		location: Text::truncate_from(vec![b'l'; 64]),
		capabilities: frame_support::BoundedVec::truncate_from(vec![capability; 16]),
		firmware: H256::repeat_byte(1),
		metadata: H256::repeat_byte(2),
	}
}

/// The largest policy, which allows plenty of eight assets; `last` stands at the end.
fn policy<T: Config>(last: AssetKind) -> SpendingPolicy<BalanceOf<T>> {
	let caps = (1..8).map(AssetKind::Asset).chain([last]).map(|asset| SpendingCap {
		asset,
		per_period: BalanceOf::<T>::max_value(),
	});
	SpendingPolicy {
		purposes: Purposes::truncate_from(vec![SpendPurpose::Purchase, SpendPurpose::Bond, SpendPurpose::Dispute]),
		period: window::MIN_PERIOD,
		caps: frame_support::BoundedVec::truncate_from(caps.collect()),
	}
}

/// Far more than any call here costs.
fn plenty<T: Config>() -> BalanceOf<T> {
	let all = T::Currency::minimum_balance().saturating_add(T::MachineDeposit::get());
	all.saturating_add(T::RegistrationFee::get())
		.saturating_add(T::RotationFee::get())
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

/// An allowance of plenty that renews itself.
fn allowance<T: Config>() -> FeeAllowance<BalanceOf<T>> {
	FeeAllowance {
		amount: plenty::<T>(),
		period: window::MIN_PERIOD,
	}
}

/// Registers a machine with the largest profile, without a proof, and lets it spend. Its id and key.
fn machine<T: Config>(owner: &T::AccountId, seed: u32) -> (MachineId, T::AccountId) {
	spender::<T>(owner, seed, AssetKind::Native)
}

/// The same; it may spend plenty of `asset`.
pub(crate) fn spender<T: Config>(owner: &T::AccountId, seed: u32, asset: AssetKind) -> (MachineId, T::AccountId) {
	fund::<T>(owner);
	let key: T::AccountId = account("machine", seed, 0);
	frame_support::assert_ok!(Pallet::<T>::admit(
		owner.clone(),
		key.clone(),
		profile(),
		[3; 32],
		allowance::<T>()
	));
	let machine = MachineId::from_first_key(&key);
	frame_support::assert_ok!(Pallet::<T>::do_set_spending_policy(
		owner,
		machine,
		Some(policy::<T>(asset))
	));
	(machine, key)
}

/// A key that can sign, and its signature over the message that is made of it.
fn key_and_proof<T: Config>(
	message: impl FnOnce(&T::AccountId) -> Vec<u8>,
) -> Result<(T::AccountId, Signature), &'static str> {
	let public = sp_io::crypto::sr25519_generate(DUMMY, None);
	let key = T::AccountId::from(public.0);
	let signature = sp_io::crypto::sr25519_sign(DUMMY, &public, &message(&key)).ok_or("no signature")?;
	Ok((key, signature))
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
		let genesis = Pallet::<T>::genesis_hash();
		let (key, proof) = key_and_proof::<T>(|key| proof::wrapped_text(&proof::payload(&genesis, &owner, key, 0)))?;

		#[extrinsic_call]
		_(
			RawOrigin::Signed(owner.clone()),
			key.clone(),
			proof,
			profile(),
			[3; 32],
			allowance::<T>(),
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
		let allowance = FeeAllowance {
			amount: 7u32.into(),
			period: 0,
		};

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), machine, allowance);

		assert_eq!(Fees::<T>::get(machine), Some(FeeRecord::new(allowance, 0)));
	}

	#[benchmark]
	fn set_service() {
		let (machine, key) = machine::<T>(&owner::<T>(), 0);

		#[extrinsic_call]
		_(RawOrigin::Signed(key), machine, false);

		assert_eq!(status::<T>(&machine), Some(MachineStatus::OutOfService));
	}

	/// The first deposit in an asset, which makes the machine's account.
	#[benchmark]
	fn deposit() {
		let (machine, _) = machine::<T>(&owner::<T>(), 0);
		let giver: T::AccountId = account("giver", 0, 0);
		let asset = T::BenchmarkHelper::create_asset();
		T::BenchmarkHelper::fund(asset, &giver, plenty::<T>());
		let amount = T::Fungibles::minimum_balance(asset);

		#[extrinsic_call]
		_(RawOrigin::Signed(giver), machine, asset, amount);

		assert_eq!(T::Fungibles::balance(asset, &machine.account()), amount);
	}

	/// Everything of an asset, which ends the machine's account and makes one for the owner.
	#[benchmark]
	fn withdraw() {
		let owner = owner::<T>();
		let (machine, _) = machine::<T>(&owner, 0);
		let asset = T::BenchmarkHelper::create_asset();
		T::BenchmarkHelper::fund(asset, &machine.account(), plenty::<T>());

		#[extrinsic_call]
		_(RawOrigin::Signed(owner.clone()), machine, asset, plenty::<T>());

		assert_eq!(T::Fungibles::balance(asset, &owner), plenty::<T>());
		assert!(T::Fungibles::total_balance(asset, &machine.account()).is_zero());
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

	/// By the machine's key; the proof in the form that is tried last.
	#[benchmark]
	fn rotate_key() -> Result<(), BenchmarkError> {
		let owner = owner::<T>();
		let (machine, old) = machine::<T>(&owner, 0);
		let genesis = Pallet::<T>::genesis_hash();
		let (new, proof) =
			key_and_proof::<T>(|key| proof::wrapped_text(&proof::rotation_payload(&genesis, &machine, key, 0)))?;
		let left = plenty::<T>().saturating_sub(T::RotationFee::get());

		#[extrinsic_call]
		_(RawOrigin::Signed(old.clone()), machine, new.clone(), proof);

		assert_eq!(Keys::<T>::get(&old), Some(KeyRecord { machine, live: false }));
		assert_eq!(Keys::<T>::get(&new), Some(KeyRecord { machine, live: true }));
		assert_eq!(Fees::<T>::get(machine).map(|fees| fees.left), Some(left));
		Ok(())
	}

	#[benchmark]
	fn rotate_encryption_key() {
		let (machine, key) = machine::<T>(&owner::<T>(), 0);

		#[extrinsic_call]
		_(RawOrigin::Signed(key), machine, [4; 32]);

		let expected = EncryptionKey {
			key: [4; 32],
			version: 2,
		};
		assert_eq!(
			Machines::<T>::get(machine).map(|machine| machine.encryption),
			Some(expected)
		);
	}

	#[benchmark]
	fn freeze() {
		let owner = owner::<T>();
		let (machine, _) = machine::<T>(&owner, 0);

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), machine);

		assert_eq!(Machines::<T>::get(machine).map(|machine| machine.frozen), Some(true));
	}

	#[benchmark]
	fn unfreeze() {
		let owner = owner::<T>();
		let (machine, _) = machine::<T>(&owner, 0);
		frame_support::assert_ok!(Pallet::<T>::do_freeze(&owner, machine, true));

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), machine);

		assert_eq!(Machines::<T>::get(machine).map(|machine| machine.frozen), Some(false));
	}

	#[benchmark]
	fn offer_ownership() {
		let owner = owner::<T>();
		let (machine, _) = machine::<T>(&owner, 0);
		let to: T::AccountId = account("buyer", 0, 0);

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), machine, Some(to.clone()));

		assert_eq!(
			Machines::<T>::get(machine).map(|machine| machine.offered_to),
			Some(Some(to))
		);
	}

	/// A frozen machine with money and a policy.
	#[benchmark]
	fn accept_ownership() {
		let (owner, to) = (owner::<T>(), account("buyer", 0, 0));
		let (machine, _) = machine::<T>(&owner, 0);
		fund::<T>(&machine.account());
		fund::<T>(&to);
		frame_support::assert_ok!(Pallet::<T>::do_freeze(&owner, machine, true));
		frame_support::assert_ok!(Pallet::<T>::do_offer_ownership(&owner, machine, Some(to.clone())));

		#[extrinsic_call]
		_(RawOrigin::Signed(to.clone()), machine, plenty::<T>());

		assert_eq!(
			Machines::<T>::get(machine).map(|machine| machine.owner),
			Some(to.clone())
		);
		assert!(!Spending::<T>::contains_key(machine));
		let reason = HoldReason::MachineDeposit.into();
		assert!(T::Currency::balance_on_hold(&reason, &owner).is_zero());
		assert_eq!(T::Currency::balance_on_hold(&reason, &to), T::MachineDeposit::get());
	}

	#[benchmark]
	fn set_spending_policy() {
		let owner = owner::<T>();
		let (machine, _) = machine::<T>(&owner, 0);
		Spending::<T>::remove(machine);

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), machine, Some(policy::<T>(AssetKind::Native)));

		assert_eq!(Spending::<T>::get(machine), Some(policy::<T>(AssetKind::Native).into()));
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
			Fees::<T>::get(machine).map(|fees| fees.left),
			Some(plenty::<T>().saturating_sub(cost))
		);
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::ExtBuilder::default().build(), crate::mock::Test);
}
