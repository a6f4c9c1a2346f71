//! The only place of the platform that holds and moves other people's funds.

use crate::{BalanceOf, Config, Error, Escrows, Event, HoldReason, Pallet};
use bpiiot_primitives::{
	fresh_id, Actor, AssetKind, BondOutcome, Escrow, EscrowId, EscrowTerms, Settlement, SpendPolicy, SpendPurpose,
};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	traits::{
		fungible::{Inspect, MutateHold},
		tokens::{Fortitude, Precision, Restriction},
	},
};
use sp_runtime::traits::{CheckedSub, Zero};

use crate::types::EscrowRecord;

impl<T: Config> Escrow<T::AccountId> for Pallet<T> {
	type AssetId = AssetKind;
	type Balance = BalanceOf<T>;

	fn open(
		payer: &Actor<T::AccountId>,
		terms: EscrowTerms<T::AccountId, AssetKind, BalanceOf<T>>,
	) -> Result<EscrowId, DispatchError> {
		let EscrowTerms {
			payee,
			asset,
			amount,
			smallest_release,
		} = terms;
		ensure!(payer.account != payee, Error::<T>::SameParty);
		ensure!(
			smallest_release >= Self::minimum_balance(asset) && amount >= smallest_release,
			Error::<T>::ReleaseBelowMinimum
		);
		T::SpendPolicy::spend(payer, SpendPurpose::Purchase, &asset, amount)?;
		Self::hold(asset, HoldReason::Price, &payer.account, amount)?;

		let id = EscrowId(fresh_id::<T>());
		Escrows::<T>::insert(
			id,
			EscrowRecord {
				payer: payer.account.clone(),
				payee: payee.clone(),
				asset,
				held: amount,
				bond: Zero::zero(),
			},
		);
		Self::deposit_event(Event::Opened {
			escrow: id,
			payer: payer.account.clone(),
			payee,
			asset,
			amount,
		});
		Ok(id)
	}

	fn post_bond(id: EscrowId, payee: &Actor<T::AccountId>, amount: BalanceOf<T>) -> DispatchResult {
		Self::try_change(id, |escrow| {
			ensure!(escrow.payee == payee.account, Error::<T>::NotPayee);
			ensure!(escrow.bond.is_zero(), Error::<T>::BondAlreadyPosted);
			ensure!(!amount.is_zero(), Error::<T>::ZeroAmount);
			T::SpendPolicy::spend(payee, SpendPurpose::Bond, &escrow.asset, amount)?;
			Self::hold(escrow.asset, HoldReason::Bond, &escrow.payee, amount)?;
			escrow.bond = amount;
			Self::deposit_event(Event::BondPosted {
				escrow: id,
				payee: escrow.payee.clone(),
				asset: escrow.asset,
				amount,
			});
			Ok(())
		})
	}

	fn release(id: EscrowId, amount: BalanceOf<T>) -> DispatchResult {
		Self::try_change(id, |escrow| {
			escrow.held = escrow.held.checked_sub(&amount).ok_or(Error::<T>::MoreThanHeld)?;
			Self::pay(escrow.asset, HoldReason::Price, &escrow.payer, &escrow.payee, amount)?;
			Self::deposit_event(Event::Released {
				escrow: id,
				payee: escrow.payee.clone(),
				asset: escrow.asset,
				amount,
			});
			Ok(())
		})
	}

	fn refund(id: EscrowId, amount: BalanceOf<T>) -> DispatchResult {
		Self::try_change(id, |escrow| {
			escrow.held = escrow.held.checked_sub(&amount).ok_or(Error::<T>::MoreThanHeld)?;
			Self::give_back(escrow.asset, HoldReason::Price, &escrow.payer, amount)?;
			Self::deposit_event(Event::Refunded {
				escrow: id,
				payer: escrow.payer.clone(),
				asset: escrow.asset,
				amount,
			});
			Ok(())
		})
	}

	fn settle(id: EscrowId, settlement: Settlement<BalanceOf<T>>) -> DispatchResult {
		let escrow = Escrows::<T>::get(id).ok_or(Error::<T>::UnknownEscrow)?;
		let EscrowRecord {
			payer,
			payee,
			asset,
			held,
			bond,
		} = escrow;
		let to_payee = settlement.to_payee;
		let to_payer = held.checked_sub(&to_payee).ok_or(Error::<T>::MoreThanHeld)?;
		Escrows::<T>::remove(id);
		Self::pay(asset, HoldReason::Price, &payer, &payee, to_payee)?;
		Self::give_back(asset, HoldReason::Price, &payer, to_payer)?;
		match settlement.bond {
			BondOutcome::Returned => Self::give_back(asset, HoldReason::Bond, &payee, bond)?,
			BondOutcome::Slashed => Self::pay(asset, HoldReason::Bond, &payee, &payer, bond)?,
		}
		Self::deposit_event(Event::Settled {
			escrow: id,
			payer,
			payee,
			asset,
			to_payee,
			to_payer,
			bond,
			bond_outcome: settlement.bond,
		});
		Ok(())
	}

	fn held(id: EscrowId) -> Option<BalanceOf<T>> {
		Escrows::<T>::get(id).map(|escrow| escrow.held)
	}
}

/// The asset operations. Today there is one asset; listed ones join here and nowhere else.
impl<T: Config> Pallet<T> {
	fn try_change(
		id: EscrowId,
		change: impl FnOnce(&mut EscrowRecord<T::AccountId, BalanceOf<T>>) -> DispatchResult,
	) -> DispatchResult {
		Escrows::<T>::try_mutate(id, |entry| change(entry.as_mut().ok_or(Error::<T>::UnknownEscrow)?))
	}

	fn minimum_balance(asset: AssetKind) -> BalanceOf<T> {
		match asset {
			AssetKind::Native => T::Native::minimum_balance(),
		}
	}

	fn hold(asset: AssetKind, reason: HoldReason, who: &T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
		match asset {
			AssetKind::Native => T::Native::hold(&reason.into(), who, amount),
		}
	}

	fn pay(
		asset: AssetKind,
		reason: HoldReason,
		from: &T::AccountId,
		to: &T::AccountId,
		amount: BalanceOf<T>,
	) -> DispatchResult {
		if amount.is_zero() {
			return Ok(());
		}
		match asset {
			AssetKind::Native => T::Native::transfer_on_hold(
				&reason.into(),
				from,
				to,
				amount,
				Precision::Exact,
				Restriction::Free,
				Fortitude::Polite,
			)
			.map(|_| ()),
		}
	}

	fn give_back(asset: AssetKind, reason: HoldReason, who: &T::AccountId, amount: BalanceOf<T>) -> DispatchResult {
		if amount.is_zero() {
			return Ok(());
		}
		match asset {
			AssetKind::Native => T::Native::release(&reason.into(), who, amount, Precision::Exact).map(|_| ()),
		}
	}
}
