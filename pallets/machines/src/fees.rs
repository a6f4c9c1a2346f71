//! The owner pays the fees of his machine's key.
//!
//! [`OwnerPaysFees`] stands around the runtime's own fee adapter. A machine's key has no money: whatever it signs is
//! charged to its owner's account and counted against the allowance that the owner set, whether the call succeeds or
//! fails. When the allowance comes back is told in [`window`](crate::window). Everybody else pays as before.
//!
//! A transaction that a machine's key signs is refused, in the pool and in the block, as `InvalidTransaction::Custom` of
//!
//! | code | constant | meaning | what to do |
//! |---|---|---|---|
//! | 101 | [`NOT_SPONSORED`] | the call is not one whose fees owners pay | let the owner sign it |
//! | 102 | [`TIP`] | owners pay no tips | set the tip to 0 |
//! | 103 | [`ALLOWANCE_TOO_SMALL`] | the fee is more than what is left of the allowance | wait for the next period, or `set_fee_allowance`, by the owner |
//! | 104 | [`KEY_RETIRED`] | the key was replaced | use the machine's key of now |
//! | 105 | [`MACHINE_DECOMMISSIONED`] | the machine is gone for good | register it anew, with a new key |
//! | 106 | [`MACHINE_FROZEN`] | the owner has frozen the machine | `unfreeze`, by the owner |
//!
//! and as `InvalidTransaction::Payment` when the owner's account is short of money. Mind that the SDK's
//! `ChargeAssetTxPayment` reports every refusal of the native path as `Payment`; the code is then in nobody's sight, and
//! whoever must tell the cases apart reads [`Machines`](crate::Machines), [`Keys`](crate::Keys) and
//! [`Fees`].
//!
//! A call that costs nothing never reaches a fee adapter through that extension. What bars a key bars it in the actor's
//! origin as well, so such a call gains it nothing.
//!
//! # Fees in assets
//!
//! This adapter sees fees in the native currency only. An adapter for fees in assets must ask [`payer`] too, and charge
//! whom it names, or a machine's key with assets of its own would get round all of the above.

use crate::{actor::Barred, BalanceOf, Config, Error, FeeRecord, Fees, Pallet};
use bpiiot_primitives::{MachineId, UnixMillis};
use core::marker::PhantomData;
use frame_support::{
	ensure,
	pallet_prelude::DispatchResult,
	traits::{Contains, Time},
};
use pallet_transaction_payment::{Config as FeeConfig, OnChargeTransaction, TxCreditHold};
use sp_runtime::{
	traits::{CheckedSub, DispatchInfoOf, PostDispatchInfoOf, Saturating, Zero},
	transaction_validity::{InvalidTransaction, TransactionValidityError},
};

/// The call is not one whose fees owners pay.
pub const NOT_SPONSORED: u8 = 101;
/// Owners pay no tips.
pub const TIP: u8 = 102;
/// The fee is more than what is left of the allowance.
pub const ALLOWANCE_TOO_SMALL: u8 = 103;
/// The key was replaced by another one.
pub const KEY_RETIRED: u8 = 104;
/// The machine was decommissioned.
pub const MACHINE_DECOMMISSIONED: u8 = 105;
/// The owner has frozen the machine.
pub const MACHINE_FROZEN: u8 = 106;

/// Who pays for a machine's key, and what he paid.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Payer<AccountId, Balance> {
	/// The machine whose key signed.
	pub machine: MachineId,
	/// Its owner when the fee was taken. He gets the change, whoever owns the machine by then.
	pub account: AccountId,
	/// The fee, in planck.
	pub fee: Balance,
	/// The end of the window of the allowance from which it was taken. Change goes back to that window only.
	pub window: UnixMillis,
}

/// The payer in a runtime.
pub type PayerOf<T> = Payer<<T as frame_system::Config>::AccountId, BalanceOf<T>>;

/// Who pays a fee in `who`'s place: nobody if `who` is a plain account, his owner if `who` is a machine's key.
///
/// # Errors
/// The codes above.
pub fn payer<T: Config>(
	who: &T::AccountId,
	call: &T::RuntimeCall,
	fee_with_tip: BalanceOf<T>,
	tip: BalanceOf<T>,
) -> Result<Option<PayerOf<T>>, TransactionValidityError> {
	let Some((machine, record)) = Pallet::<T>::machine_behind(who).map_err(refusal)? else {
		return Ok(None);
	};
	ensure!(
		T::SponsoredCalls::contains(call),
		InvalidTransaction::Custom(NOT_SPONSORED)
	);
	ensure!(tip.is_zero(), InvalidTransaction::Custom(TIP));
	let fees = Fees::<T>::get(machine).unwrap_or_default().at(T::Time::now());
	ensure!(
		fee_with_tip <= fees.left,
		InvalidTransaction::Custom(ALLOWANCE_TOO_SMALL)
	);
	Ok(Some(Payer {
		machine,
		account: record.owner,
		fee: fee_with_tip,
		window: fees.renews_at,
	}))
}

/// The code of a key that may not act.
fn refusal(barred: Barred) -> TransactionValidityError {
	InvalidTransaction::Custom(match barred {
		Barred::KeyRetired => KEY_RETIRED,
		Barred::MachineDecommissioned => MACHINE_DECOMMISSIONED,
		Barred::MachineFrozen => MACHINE_FROZEN,
	})
	.into()
}

/// Takes an amount from what a machine's key may still cost.
///
/// # Errors
/// [`Error::AllowanceTooSmall`].
pub(crate) fn take<T: Config>(machine: MachineId, amount: BalanceOf<T>) -> DispatchResult {
	Fees::<T>::try_mutate(machine, |entry| {
		let mut fees = entry.unwrap_or_default().at(T::Time::now());
		fees.left = fees.left.checked_sub(&amount).ok_or(Error::<T>::AllowanceTooSmall)?;
		*entry = Some(fees);
		Ok(())
	})
}

/// Takes a fee from the allowance and stamps the machine as seen.
fn debit<T: Config>(payer: &PayerOf<T>) {
	Fees::<T>::mutate(payer.machine, |entry| {
		let now = T::Time::now();
		let fees = entry.unwrap_or_default().at(now);
		*entry = Some(FeeRecord {
			left: fees.left.saturating_sub(payer.fee),
			last_seen: now,
			..fees
		});
	});
}

/// Gives the change back to the allowance, unless the machine was decommissioned meanwhile, another window of the
/// allowance has begun, or the owner's account is gone and so gets no change.
fn credit<T: Config>(payer: &PayerOf<T>, change: BalanceOf<T>) {
	if change.is_zero() || !frame_system::Pallet::<T>::account_exists(&payer.account) {
		return;
	}
	Fees::<T>::mutate_extant(payer.machine, |fees| {
		if fees.renews_at == payer.window {
			// The allowance may have been set anew, and then it has no room.
			fees.left = fees.left.saturating_add(change).min(fees.per_period);
		}
	});
}

/// The runtime's fee adapter `Inner`, with a machine's owner in the place of the machine's key.
pub struct OwnerPaysFees<Inner>(PhantomData<Inner>);

impl<T: FeeConfig, Inner: TxCreditHold<T>> TxCreditHold<T> for OwnerPaysFees<Inner> {
	type Credit = Inner::Credit;
}

impl<T, Inner> OnChargeTransaction<T> for OwnerPaysFees<Inner>
where
	T: Config + FeeConfig,
	Inner: OnChargeTransaction<T, Balance = BalanceOf<T>>,
{
	type Balance = BalanceOf<T>;

	/// The payer travels with the money, so that nothing that the transaction does can change who gets the change.
	type LiquidityInfo = (Option<PayerOf<T>>, Inner::LiquidityInfo);

	fn can_withdraw_fee(
		who: &T::AccountId,
		call: &T::RuntimeCall,
		info: &DispatchInfoOf<T::RuntimeCall>,
		fee_with_tip: Self::Balance,
		tip: Self::Balance,
	) -> Result<(), TransactionValidityError> {
		let payer = payer::<T>(who, call, fee_with_tip, tip)?;
		let account = payer.as_ref().map_or(who, |payer| &payer.account);
		Inner::can_withdraw_fee(account, call, info, fee_with_tip, tip)
	}

	fn withdraw_fee(
		who: &T::AccountId,
		call: &T::RuntimeCall,
		info: &DispatchInfoOf<T::RuntimeCall>,
		fee_with_tip: Self::Balance,
		tip: Self::Balance,
	) -> Result<Self::LiquidityInfo, TransactionValidityError> {
		let payer = payer::<T>(who, call, fee_with_tip, tip)?;
		let account = payer.as_ref().map_or(who, |payer| &payer.account);
		let inner = Inner::withdraw_fee(account, call, info, fee_with_tip, tip)?;
		if let Some(payer) = &payer {
			debit::<T>(payer);
		}
		Ok((payer, inner))
	}

	/// Nothing of our own may fail here: the call was made, and an error would make the block invalid.
	fn correct_and_deposit_fee(
		who: &T::AccountId,
		info: &DispatchInfoOf<T::RuntimeCall>,
		post_info: &PostDispatchInfoOf<T::RuntimeCall>,
		corrected_fee_with_tip: Self::Balance,
		tip: Self::Balance,
		(payer, inner): Self::LiquidityInfo,
	) -> Result<(), TransactionValidityError> {
		if let Some(payer) = &payer {
			credit::<T>(payer, payer.fee.saturating_sub(corrected_fee_with_tip));
		}
		let account = payer.as_ref().map_or(who, |payer| &payer.account);
		Inner::correct_and_deposit_fee(account, info, post_info, corrected_fee_with_tip, tip, inner)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn endow_account(who: &T::AccountId, amount: Self::Balance) {
		Inner::endow_account(who, amount);
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn minimum_balance() -> Self::Balance {
		Inner::minimum_balance()
	}
}
