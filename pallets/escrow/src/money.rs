//! The only place of the platform that holds and moves other people's funds.

use crate::{AccountOf, BalanceOf, Config, Credits, Disputes, Error, EscrowAccount, Event, HoldReason, Pallet};
use bpiiot_primitives::{
	Actor, AgreementRef, AssetKind, AtRisk, BondOutcome, Case, Escrow, EscrowTerms, Mistake, Settlement, SpendPolicy,
	SpendPurpose,
};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	storage::with_storage_layer,
	traits::{
		fungibles::{Inspect, InspectHold, MutateHold, UnbalancedHold},
		tokens::{Fortitude, Precision, Restriction},
		Get,
	},
};
use sp_runtime::{
	traits::{CheckedAdd, CheckedSub, Zero},
	ArithmeticError,
};

impl<T: Config> Escrow<T::AccountId> for Pallet<T> {
	type AssetId = AssetKind;
	type Balance = BalanceOf<T>;
	type Account = AccountOf<T>;

	fn open(
		agreement: AgreementRef,
		payer: &Actor<T::AccountId>,
		terms: EscrowTerms<T::AccountId, AssetKind, BalanceOf<T>>,
	) -> Result<AccountOf<T>, DispatchError> {
		let EscrowTerms {
			payee,
			asset,
			amount,
			smallest_release,
			arbitration,
			..
		} = terms;
		ensure!(payer.account != payee, Error::<T>::SameParty);
		Self::ensure_may_open(asset, smallest_release)?;
		ensure!(amount >= smallest_release, Error::<T>::ReleaseBelowMinimum);
		let arbiter = arbitration
			.map(|arbitration| Self::named(arbitration, &payer.account, &payee))
			.transpose()?;
		let deposit = Self::worth(terms.deposit, asset)?;
		let fee = Self::worth(terms.fee, asset)?;
		let total = amount
			.checked_add(&deposit)
			.and_then(|sum| sum.checked_add(&fee))
			.ok_or(ArithmeticError::Overflow)?;
		Self::ask_policy(payer, SpendPurpose::Purchase, asset, total)?;
		Self::hold(asset, HoldReason::Agreement, &payer.account, total)?;
		Self::deposit_event(Event::Opened {
			agreement,
			payer: payer.account.clone(),
			payee: payee.clone(),
			asset,
			amount,
			deposit,
			fee,
			arbiter: arbiter.as_ref().map(|named| named.arbitration.arbiter.clone()),
		});
		Ok(EscrowAccount {
			payer: payer.account.clone(),
			payee,
			asset,
			held: amount,
			deposit,
			fee,
			bond: Zero::zero(),
			ended: false,
			arbiter,
		})
	}

	fn ensure_may_open(asset: AssetKind, smallest: BalanceOf<T>) -> DispatchResult {
		ensure!(Self::is_listed(asset), Error::<T>::AssetNotListed);
		Self::ensure_payable(asset, smallest)
	}

	fn ensure_payable(asset: AssetKind, smallest: BalanceOf<T>) -> DispatchResult {
		ensure!(
			smallest >= T::Fungibles::minimum_balance(asset),
			Error::<T>::ReleaseBelowMinimum
		);
		Ok(())
	}

	fn top_up(
		agreement: AgreementRef,
		account: &mut AccountOf<T>,
		payer: &Actor<T::AccountId>,
		amount: BalanceOf<T>,
	) -> DispatchResult {
		Self::ensure_open(account)?;
		ensure!(account.payer == payer.account, Error::<T>::NotPayer);
		ensure!(!amount.is_zero(), Error::<T>::ZeroAmount);
		let held = account.held.checked_add(&amount).ok_or(ArithmeticError::Overflow)?;
		Self::ask_policy(payer, SpendPurpose::Purchase, account.asset, amount)?;
		Self::hold(account.asset, HoldReason::Agreement, &account.payer, amount)?;
		Self::deposit_event(Event::ToppedUp {
			agreement,
			payer: account.payer.clone(),
			asset: account.asset,
			amount,
		});
		account.held = held;
		Ok(())
	}

	fn post_bond(
		agreement: AgreementRef,
		account: &mut AccountOf<T>,
		payee: &Actor<T::AccountId>,
		amount: BalanceOf<T>,
	) -> DispatchResult {
		Self::ensure_open(account)?;
		ensure!(account.payee == payee.account, Error::<T>::NotPayee);
		ensure!(account.bond.is_zero(), Error::<T>::BondAlreadyPosted);
		ensure!(!amount.is_zero(), Error::<T>::ZeroAmount);
		Self::ask_policy(payee, SpendPurpose::Bond, account.asset, amount)?;
		if !Mistake::SkippedBond.is_made() {
			Self::hold(account.asset, HoldReason::Bond, &account.payee, amount)?;
		}
		account.bond = amount;
		Self::deposit_event(Event::BondPosted {
			agreement,
			payee: account.payee.clone(),
			asset: account.asset,
			amount,
		});
		Ok(())
	}

	fn release(agreement: AgreementRef, account: &mut AccountOf<T>, amount: BalanceOf<T>) -> DispatchResult {
		let payee = account.payee.clone();
		Self::pay_part(agreement, account, &payee, amount)?;
		Self::deposit_event(Event::Released {
			agreement,
			payee,
			asset: account.asset,
			amount,
		});
		Ok(())
	}

	fn refund(agreement: AgreementRef, account: &mut AccountOf<T>, amount: BalanceOf<T>) -> DispatchResult {
		let payer = account.payer.clone();
		Self::pay_part(agreement, account, &payer, amount)?;
		Self::deposit_event(Event::Refunded {
			agreement,
			payer,
			asset: account.asset,
			amount,
		});
		Ok(())
	}

	fn settle(
		agreement: AgreementRef,
		account: &mut AccountOf<T>,
		settlement: Settlement<BalanceOf<T>>,
	) -> DispatchResult {
		Self::ensure_open(account)?;
		let to_payee = settlement.to_payee;
		let to_payer = account.held.checked_sub(&to_payee).ok_or(Error::<T>::MoreThanHeld)?;
		let (payer, payee, asset) = (&account.payer, &account.payee, account.asset);
		let pay = |reason, from: &T::AccountId, to: &T::AccountId, amount| {
			Self::pay(agreement, asset, reason, from, to, amount)
		};
		pay(HoldReason::Agreement, payer, payee, to_payee)?;
		if !Mistake::MissingRefund.is_made() {
			pay(HoldReason::Agreement, payer, payer, to_payer)?;
		}
		pay(HoldReason::Agreement, payer, &T::FeeDestination::get(), account.fee)?;
		match settlement.bond {
			BondOutcome::Returned => pay(HoldReason::Bond, payee, payee, account.bond)?,
			BondOutcome::Slashed => {
				pay(HoldReason::Bond, payee, payer, account.bond)?;
				if !account.bond.is_zero() {
					T::SpendPolicy::forfeited(payee, &asset, account.bond);
				}
			}
		}
		Self::deposit_event(Event::Settled {
			agreement,
			payer: payer.clone(),
			payee: payee.clone(),
			asset,
			to_payee,
			to_payer,
			fee: account.fee,
			bond: account.bond,
			bond_outcome: settlement.bond,
		});
		account.held = Zero::zero();
		account.fee = Zero::zero();
		account.bond = Zero::zero();
		account.ended = true;
		Ok(())
	}

	fn dispute(
		agreement: AgreementRef,
		account: &AccountOf<T>,
		case: Case<T::AccountId, BalanceOf<T>>,
	) -> DispatchResult {
		Self::do_dispute(agreement, account, case)
	}

	fn is_disputed(agreement: AgreementRef) -> bool {
		Disputes::<T>::contains_key(agreement)
	}

	fn release_deposit(agreement: AgreementRef, account: &mut AccountOf<T>) -> DispatchResult {
		ensure!(account.ended, Error::<T>::NotEnded);
		let EscrowAccount {
			payer, asset, deposit, ..
		} = account;
		if !Mistake::LeakedDeposit.is_made() {
			Self::pay(agreement, *asset, HoldReason::Agreement, payer, payer, *deposit)?;
		}
		Self::deposit_event(Event::DepositReleased {
			agreement,
			payer: payer.clone(),
			asset: *asset,
			amount: *deposit,
		});
		account.deposit = Zero::zero();
		Ok(())
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_asset() -> AssetKind {
		let asset = <T::BenchmarkHelper as bpiiot_primitives::BenchmarkAssets<_, _>>::create_asset();
		crate::ListedAssets::<T>::insert(asset, ());
		asset
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_arbiter(who: &T::AccountId) {
		let deposit = T::ArbiterDeposit::get();
		for amount in [deposit, deposit, T::CaseBond::get(), T::CaseBond::get()] {
			Self::benchmark_fund(AssetKind::Native, who, amount);
		}
		Self::hold(AssetKind::Native, HoldReason::Arbiter, who, deposit).expect("funded");
		let (fee, profile) = (T::MaxArbiterFee::get(), Default::default());
		crate::Arbiters::<T>::insert(who, crate::ArbiterRecord { fee, profile, deposit });
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_fund(asset: AssetKind, who: &T::AccountId, amount: BalanceOf<T>) {
		<T::BenchmarkHelper as bpiiot_primitives::BenchmarkAssets<_, _>>::fund(asset, who, amount);
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_freeze(asset: AssetKind) {
		<T::BenchmarkHelper as bpiiot_primitives::BenchmarkAssets<_, _>>::freeze(asset);
	}
}

/// Credits.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_claim_credit(holder: T::AccountId, asset: AssetKind, payee: T::AccountId) -> DispatchResult {
		let amount = Credits::<T>::take((&payee, asset, &holder)).ok_or(Error::<T>::NoCredit)?;
		Self::transfer(asset, HoldReason::Credit, &holder, &payee, amount)?;
		if Mistake::ReplayedClaim.is_made() {
			Credits::<T>::insert((&payee, asset, &holder), amount);
		}
		Self::deposit_event(Event::CreditClaimed {
			payee,
			asset,
			holder,
			amount,
		});
		Ok(())
	}

	/// Leaves on hold at `holder` what could not be paid to `payee`, and remembers that it is his.
	///
	/// The hold changes its reason and nothing else: no balance that is free is touched, so that this works for accounts
	/// that are frozen or blocked. It grows under the new reason before it shrinks under the old one, or the account
	/// could be empty for a moment and vanish.
	fn credit(
		agreement: AgreementRef,
		asset: AssetKind,
		reason: HoldReason,
		holder: &T::AccountId,
		payee: &T::AccountId,
		amount: BalanceOf<T>,
	) -> DispatchResult {
		let exact = Precision::Exact;
		T::Fungibles::increase_balance_on_hold(asset, &HoldReason::Credit.into(), holder, amount, exact)?;
		T::Fungibles::decrease_balance_on_hold(asset, &reason.into(), holder, amount, exact)?;
		Credits::<T>::try_mutate((payee, asset, holder), |credit| {
			let sum = credit.unwrap_or_default().checked_add(&amount);
			*credit = Some(sum.ok_or(ArithmeticError::Overflow)?);
			Ok::<_, DispatchError>(())
		})?;
		Self::deposit_event(Event::Credited {
			agreement,
			payee: payee.clone(),
			asset,
			holder: holder.clone(),
			amount,
		});
		Ok(())
	}
}

/// The steps that touch a balance.
impl<T: Config> Pallet<T> {
	pub(crate) fn ensure_open(account: &AccountOf<T>) -> DispatchResult {
		ensure!(!account.ended, Error::<T>::AlreadyEnded);
		Ok(())
	}

	/// Whether who acts may spend so much of what is in his account.
	pub(crate) fn ask_policy(
		actor: &Actor<T::AccountId>,
		purpose: SpendPurpose,
		asset: AssetKind,
		amount: BalanceOf<T>,
	) -> DispatchResult {
		T::SpendPolicy::spend(actor, purpose, &asset, amount)
	}

	pub(crate) fn hold(
		asset: AssetKind,
		reason: HoldReason,
		who: &T::AccountId,
		amount: BalanceOf<T>,
	) -> DispatchResult {
		if amount.is_zero() {
			return Ok(());
		}
		T::Fungibles::hold(asset, &reason.into(), who, amount)
	}

	/// Pays a part of the price to `to`.
	fn pay_part(
		agreement: AgreementRef,
		account: &mut AccountOf<T>,
		to: &T::AccountId,
		amount: BalanceOf<T>,
	) -> DispatchResult {
		Self::ensure_open(account)?;
		let rest = account.held.checked_sub(&amount).ok_or(Error::<T>::MoreThanHeld)?;
		let (from, asset) = (&account.payer, account.asset);
		Self::pay(agreement, asset, HoldReason::Agreement, from, to, amount)?;
		if !Mistake::DoubleRelease.is_made() {
			account.held = rest;
		}
		Ok(())
	}

	/// Moves money that is on hold at `from` to `to`, where it is free. If that cannot be, it becomes a credit.
	pub(crate) fn pay(
		agreement: AgreementRef,
		asset: AssetKind,
		reason: HoldReason,
		from: &T::AccountId,
		to: &T::AccountId,
		amount: BalanceOf<T>,
	) -> DispatchResult {
		if amount.is_zero() {
			return Ok(());
		}
		// In a layer of its own: a payment may fail when it is half done.
		with_storage_layer(|| Self::transfer(asset, reason, from, to, amount)).or_else(|_: DispatchError| {
			match Mistake::StuckCredit.is_made() {
				false => Self::credit(agreement, asset, reason, from, to, amount),
				true => Ok(()),
			}
		})
	}

	/// The payer cannot keep back by a freeze what was put on hold before: hence the force.
	pub(crate) fn transfer(
		asset: AssetKind,
		reason: HoldReason,
		from: &T::AccountId,
		to: &T::AccountId,
		amount: BalanceOf<T>,
	) -> DispatchResult {
		let (reason, exact) = (reason.into(), Precision::Exact);
		if from == to {
			T::Fungibles::release(asset, &reason, from, amount, exact)?;
		} else {
			let (free, force) = (Restriction::Free, Fortitude::Force);
			T::Fungibles::transfer_on_hold(asset, &reason, from, to, amount, exact, free, force)?;
		}
		Ok(())
	}
}

/// The bonds of agreements.
impl<T: Config> AtRisk<T::AccountId, AssetKind, BalanceOf<T>> for Pallet<T> {
	fn at_risk(who: &T::AccountId, asset: &AssetKind) -> BalanceOf<T> {
		T::Fungibles::balance_on_hold(*asset, &HoldReason::Bond.into(), who)
	}
}
