//! Who decides disputes.

use crate::{ArbiterRecord, Arbiters, BalanceOf, Config, Error, Event, HoldReason, NamedArbiter, Pallet};
use bpiiot_primitives::{Actor, Actors, Arbitration, AssetKind};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	traits::Get,
};
use sp_core::H256;
use sp_runtime::Permill;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_register_arbiter(actor: Actor<T::AccountId>, fee: Permill, profile: H256) -> DispatchResult {
		ensure!(actor.machine.is_none(), Error::<T>::MachineNoArbiter);
		ensure!(fee <= T::MaxArbiterFee::get(), Error::<T>::FeeTooHigh);
		let arbiter = actor.account;
		let deposit = match Arbiters::<T>::get(&arbiter) {
			Some(record) => record.deposit,
			None => Self::take_arbiter_deposit(&arbiter)?,
		};
		Arbiters::<T>::insert(&arbiter, ArbiterRecord { fee, profile, deposit });
		Self::deposit_event(Event::ArbiterRegistered {
			arbiter,
			fee,
			profile,
			deposit,
		});
		Ok(())
	}

	fn take_arbiter_deposit(arbiter: &T::AccountId) -> Result<BalanceOf<T>, DispatchError> {
		let deposit = T::ArbiterDeposit::get();
		Self::hold(AssetKind::Native, HoldReason::Arbiter, arbiter, deposit)?;
		Ok(deposit)
	}

	pub(crate) fn do_retire_arbiter(arbiter: T::AccountId) -> DispatchResult {
		let record = Arbiters::<T>::take(&arbiter).ok_or(Error::<T>::UnknownArbiter)?;
		let deposit = record.deposit;
		Self::transfer(AssetKind::Native, HoldReason::Arbiter, &arbiter, &arbiter, deposit)?;
		Self::deposit_event(Event::ArbiterRetired { arbiter, deposit });
		Ok(())
	}

	/// The arbiter on whom both parties agree, with the fee that he asks now.
	pub(crate) fn named(
		arbitration: Arbitration<T::AccountId>,
		payer: &T::AccountId,
		payee: &T::AccountId,
	) -> Result<NamedArbiter<T::AccountId>, DispatchError> {
		let record = Arbiters::<T>::get(&arbitration.arbiter).ok_or(Error::<T>::UnknownArbiter)?;
		Self::ensure_independent(&arbitration.arbiter, payer, payee)?;
		let fee = record.fee;
		Ok(NamedArbiter { arbitration, fee })
	}

	/// An arbiter is no machine, is no party and stands behind none. Machines are sold, so this is asked at every step.
	pub(crate) fn ensure_independent(
		arbiter: &T::AccountId,
		payer: &T::AccountId,
		payee: &T::AccountId,
	) -> DispatchResult {
		// Who is not a machine stands behind himself.
		let behind = T::Actors::controller;
		ensure!(
			behind(arbiter) == *arbiter && behind(payer) != *arbiter && behind(payee) != *arbiter,
			Error::<T>::ArbiterIsParty
		);
		Ok(())
	}
}
