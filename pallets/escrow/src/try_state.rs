//! What must always hold of this pallet's storage, numbered as in the system design.

use crate::{Arbiters, BalanceOf, Config, Credits, DeadlineKey, Deadlines, Disputes, HoldReason, ListedAssets, Pallet};
use alloc::collections::{BTreeMap, BTreeSet};
use bpiiot_primitives::{AgreementClock, AssetKind, DeadlineIndex, OpenEscrows};
use frame_support::{ensure, traits::fungibles::InspectHold};
use sp_runtime::{
	traits::{Saturating, Zero},
	TryRuntimeError,
};

/// What is due to be on hold for one reason, by account and asset.
type Due<T> = BTreeMap<(<T as frame_system::Config>::AccountId, AssetKind), BalanceOf<T>>;

fn add<T: Config>(due: &mut Due<T>, who: &T::AccountId, asset: AssetKind, amount: BalanceOf<T>) {
	due.entry((who.clone(), asset)).or_default().saturating_accrue(amount);
}

impl<T: Config> Pallet<T> {
	/// Checks the invariants that this pallet can see by itself.
	///
	/// # Errors
	/// Names the invariant that is broken.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_holds()?;
		Self::check_arbitration_holds()?;
		Self::check_disputes()?;
		Self::check_deadlines()
	}

	/// Invariants 1 and 3: for every account and asset, what is on hold for each reason is the sum over the escrows that
	/// stand in the agreements' records; an ended one has nothing on hold but its deposit.
	fn check_holds() -> Result<(), TryRuntimeError> {
		let (mut agreements, mut bonds, mut credits) = (Due::<T>::new(), Due::<T>::new(), Due::<T>::new());
		for escrow in T::OpenEscrows::all() {
			ensure!(
				!escrow.ended || (escrow.held.is_zero() && escrow.fee.is_zero() && escrow.bond.is_zero()),
				"invariant 3: something is held for an escrow that has ended"
			);
			for amount in [escrow.held, escrow.fee, escrow.deposit] {
				add::<T>(&mut agreements, &escrow.payer, escrow.asset, amount);
			}
			add::<T>(&mut bonds, &escrow.payee, escrow.asset, escrow.bond);
		}
		for ((_, asset, holder), amount) in Credits::<T>::iter() {
			ensure!(!amount.is_zero(), "invariant 1: a credit of nothing");
			add::<T>(&mut credits, &holder, asset, amount);
		}
		Self::check_reason(
			HoldReason::Agreement,
			agreements,
			"invariant 1: what payers have on hold differs from the escrows",
		)?;
		Self::check_reason(
			HoldReason::Bond,
			bonds,
			"invariant 1: bonds on hold differ from the escrows",
		)?;
		Self::check_reason(
			HoldReason::Credit,
			credits,
			"invariant 1: what is on hold as credit differs from the credits",
		)
	}

	/// Invariants 1 and 9: what is on hold for arbitration is the sum over the registered arbiters, the accepted cases and
	/// the disputes.
	fn check_arbitration_holds() -> Result<(), TryRuntimeError> {
		let (mut deposits, mut cases, mut disputes) = (Due::<T>::new(), Due::<T>::new(), Due::<T>::new());
		for (arbiter, record) in Arbiters::<T>::iter() {
			add::<T>(&mut deposits, &arbiter, AssetKind::Native, record.deposit);
		}
		for dispute in Disputes::<T>::iter_values() {
			let case_bond = dispute.case_bond.unwrap_or_default();
			add::<T>(&mut cases, &dispute.arbiter, AssetKind::Native, case_bond);
			add::<T>(&mut disputes, &dispute.opener, dispute.asset, dispute.bond);
			add::<T>(&mut disputes, &dispute.opener, dispute.asset, dispute.fee);
		}
		Self::check_reason(
			HoldReason::Arbiter,
			deposits,
			"invariant 9: arbiters' deposits on hold differ from the registered arbiters",
		)?;
		Self::check_reason(
			HoldReason::Case,
			cases,
			"invariant 1: arbiters' bonds on hold differ from the accepted cases",
		)?;
		Self::check_reason(
			HoldReason::Dispute,
			disputes,
			"invariant 1: openers' bonds and fees on hold differ from the disputes",
		)
	}

	/// Invariant 3: a dispute's agreement has not ended. An escrow does not say of which agreement it is, so disputes and
	/// open escrows are compared by parties, asset and arbiter: there is an escrow for each dispute, and what is at stake
	/// is on hold in them.
	fn check_disputes() -> Result<(), TryRuntimeError> {
		let mut open = BTreeMap::<_, (u32, BalanceOf<T>)>::new();
		for escrow in T::OpenEscrows::all().into_iter().filter(|escrow| !escrow.ended) {
			let Some(named) = escrow.arbiter else {
				continue;
			};
			let key = (escrow.payer, escrow.payee, escrow.asset, named.arbitration.arbiter);
			let (count, held) = open.entry(key).or_default();
			count.saturating_inc();
			held.saturating_accrue(escrow.held);
		}
		for dispute in Disputes::<T>::iter_values() {
			let key = (dispute.payer, dispute.payee, dispute.asset, dispute.arbiter);
			let (count, held) = open.entry(key).or_default();
			ensure!(
				*count > 0 && *held >= dispute.at_stake,
				"invariant 3: a dispute of an agreement that has ended"
			);
			count.saturating_dec();
			held.saturating_reduce(dispute.at_stake);
		}
		Ok(())
	}

	/// Looks at every account that exists or should have something on hold, in every asset that is listed or should be
	/// on hold.
	fn check_reason(reason: HoldReason, due: Due<T>, broken: &'static str) -> Result<(), TryRuntimeError> {
		let mut accounts: BTreeSet<_> = frame_system::Account::<T>::iter_keys().collect();
		let mut assets: BTreeSet<_> = ListedAssets::<T>::iter_keys().chain([AssetKind::Native]).collect();
		for (who, asset) in due.keys() {
			accounts.insert(who.clone());
			assets.insert(*asset);
		}
		for who in accounts {
			for asset in &assets {
				let due = due.get(&(who.clone(), *asset)).copied().unwrap_or_default();
				ensure!(
					T::Fungibles::balance_on_hold(*asset, &reason.into(), &who) == due,
					broken
				);
			}
		}
		Ok(())
	}

	/// The index of deadlines finds what it names. No dispute escapes the sweep: until its time has passed, it is in the
	/// index.
	fn check_deadlines() -> Result<(), TryRuntimeError> {
		for (key, agreement) in Deadlines::<T>::iter() {
			ensure!(
				key == DeadlineKey::new(key.at(), agreement),
				"deadlines: an entry stands under another agreement's key"
			);
		}
		for (agreement, dispute) in Disputes::<T>::iter() {
			ensure!(
				dispute.until < Self::now() || Self::contains(dispute.until, agreement),
				"deadlines: a dispute is not in the index"
			);
		}
		Ok(())
	}
}
