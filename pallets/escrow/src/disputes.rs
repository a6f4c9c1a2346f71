//! Disputes: one of the parties opens it, the arbiter whom both had agreed on decides, and his silence ends it too.

use crate::{AccountOf, BalanceOf, Config, Dispute, DisputeOf, Disputes, Error, Event, Evidence, HoldReason, Pallet};
use bpiiot_primitives::{
	Actor, Actors, AgreementClock, AgreementMillis, AgreementRef, Agreements, AssetKind, Case, DeadlineIndex, Expiry,
	Mistake, Side, SpendPurpose,
};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	traits::{fungibles::Inspect, Get},
};
use sp_core::H256;
use sp_runtime::{
	traits::{CheckedAdd, Saturating, Zero},
	ArithmeticError, Permill,
};

impl<AccountId, Balance> Dispute<AccountId, Balance> {
	/// The account of a side.
	fn party(&self, side: Side) -> &AccountId {
		match side {
			Side::Payer => &self.payer,
			Side::Payee => &self.payee,
		}
	}

	/// Who gets the opener's bond when it goes to `side`.
	pub(crate) fn bond_of(&self, side: Side) -> &AccountId {
		if side == self.side {
			&self.opener
		} else {
			self.party(side)
		}
	}

	fn evidence_of(&mut self, side: Side) -> &mut Evidence {
		match side {
			Side::Payer => &mut self.payer_evidence,
			Side::Payee => &mut self.payee_evidence,
		}
	}
}

/// The parties.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_dispute(
		agreement: AgreementRef,
		account: &AccountOf<T>,
		case: Case<T::AccountId, BalanceOf<T>>,
	) -> DispatchResult {
		Self::ensure_open(account)?;
		ensure!(!Disputes::<T>::contains_key(agreement), Error::<T>::AlreadyDisputed);
		let named = account.arbiter.as_ref().ok_or(Error::<T>::NoArbiter)?;
		let at_stake = case.at_stake;
		ensure!(!at_stake.is_zero(), Error::<T>::ZeroAmount);
		ensure!(at_stake <= account.held, Error::<T>::MoreThanHeld);
		let (asset, opener, side) = (account.asset, &case.opener.account, case.side);
		let bond = Self::dispute_bond(asset)?;
		let fee = named.fee * at_stake;

		let mut dispute = Dispute {
			arbiter: named.arbitration.arbiter.clone(),
			payer: account.payer.clone(),
			payee: account.payee.clone(),
			asset,
			opener: opener.clone(),
			side,
			at_stake,
			bond,
			fee,
			payer_evidence: Evidence::default(),
			payee_evidence: Evidence::default(),
			ruling_window: named.arbitration.ruling_window,
			case_bond: None,
			until: Self::now().saturating_add(named.arbitration.case_window),
		};
		ensure!(Self::speaks_for(opener, dispute.party(side)), Error::<T>::NotParty);
		// Who has become the arbiter cannot rule, and would get the fallback's share by that.
		let behind = T::Actors::controller(dispute.party(side));
		ensure!(behind != dispute.arbiter, Error::<T>::ArbiterIsParty);
		Self::add_evidence(&mut dispute, side, case.evidence)?;
		let total = bond.checked_add(&fee).ok_or(ArithmeticError::Overflow)?;
		Self::ask_policy(&case.opener, SpendPurpose::Dispute, asset, total)?;
		Self::hold(asset, HoldReason::Dispute, opener, total)?;
		Self::insert(dispute.until, agreement);
		Self::deposit_event(Event::DisputeOpened {
			agreement,
			arbiter: dispute.arbiter.clone(),
			payer: dispute.payer.clone(),
			payee: dispute.payee.clone(),
			opener: opener.clone(),
			side,
			asset,
			at_stake,
			bond,
			fee,
			evidence: case.evidence,
			accept_by: dispute.until,
		});
		Disputes::<T>::insert(agreement, dispute);
		Ok(())
	}

	/// What an opener stakes on being right. It is enough to make the account of whoever gets it.
	fn dispute_bond(asset: AssetKind) -> Result<BalanceOf<T>, DispatchError> {
		let bond = Self::worth(T::DisputeBond::get(), asset)?;
		Ok(bond.max(T::Fungibles::minimum_balance(asset)))
	}

	pub(crate) fn do_submit_evidence(
		actor: Actor<T::AccountId>,
		agreement: AgreementRef,
		evidence: H256,
	) -> DispatchResult {
		let mut dispute = Self::disputed(agreement)?;
		let by = actor.account;
		let side = [Side::Payer, Side::Payee]
			.into_iter()
			.find(|side| Self::speaks_for(&by, dispute.party(*side)))
			.ok_or(Error::<T>::NotParty)?;
		Self::add_evidence(&mut dispute, side, evidence)?;
		Self::deposit_event(Event::EvidenceSubmitted {
			agreement,
			side,
			by,
			evidence,
		});
		Disputes::<T>::insert(agreement, dispute);
		Ok(())
	}

	/// Each side has a list of its own, or one could fill up the other's, or bring its documents forward before it.
	fn add_evidence(dispute: &mut DisputeOf<T>, side: Side, evidence: H256) -> DispatchResult {
		let list = dispute.evidence_of(side);
		ensure!(!list.contains(&evidence), Error::<T>::EvidenceKnown);
		list.try_push(evidence).map_err(|_| Error::<T>::TooMuchEvidence)?;
		Ok(())
	}

	/// Whether `who` is the party or stands behind it.
	fn speaks_for(who: &T::AccountId, party: &T::AccountId) -> bool {
		who == party || *who == T::Actors::controller(party)
	}
}

/// The arbiter.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_accept_case(actor: Actor<T::AccountId>, agreement: AgreementRef) -> DispatchResult {
		let mut dispute = Self::heard_by(&actor, agreement)?;
		ensure!(dispute.case_bond.is_none(), Error::<T>::AlreadyAccepted);
		let now = Self::in_time(&dispute)?;
		let case_bond = T::CaseBond::get();
		Self::hold(AssetKind::Native, HoldReason::Case, &dispute.arbiter, case_bond)?;
		dispute.case_bond = Some(case_bond);
		<Self as DeadlineIndex>::remove(dispute.until, agreement);
		dispute.until = now.saturating_add(dispute.ruling_window);
		Self::insert(dispute.until, agreement);
		Self::deposit_event(Event::CaseAccepted {
			agreement,
			arbiter: dispute.arbiter.clone(),
			case_bond,
			rule_by: dispute.until,
		});
		Disputes::<T>::insert(agreement, dispute);
		Ok(())
	}

	pub(crate) fn do_rule(
		actor: Actor<T::AccountId>,
		agreement: AgreementRef,
		to_payee: Permill,
		bond_to: Side,
		ruling: H256,
	) -> DispatchResult {
		Self::pronounce(actor, agreement, to_payee, bond_to, ruling)?;
		T::Agreements::resolve(agreement, to_payee)
	}

	/// Ends the dispute by a verdict; what is at stake is for the agreement's pallet to split.
	pub(crate) fn pronounce(
		actor: Actor<T::AccountId>,
		agreement: AgreementRef,
		to_payee: Permill,
		bond_to: Side,
		ruling: H256,
	) -> DispatchResult {
		let dispute = Self::heard_by(&actor, agreement)?;
		let case_bond = dispute.case_bond.ok_or(Error::<T>::NotAccepted)?;
		Self::in_time(&dispute)?;
		Self::forget(agreement, &dispute);
		let (asset, arbiter, opener) = (dispute.asset, &dispute.arbiter, &dispute.opener);
		let winner = dispute.bond_of(bond_to);
		Self::pay(agreement, asset, HoldReason::Dispute, opener, winner, dispute.bond)?;
		Self::pay(agreement, asset, HoldReason::Dispute, opener, arbiter, dispute.fee)?;
		Self::pay(
			agreement,
			AssetKind::Native,
			HoldReason::Case,
			arbiter,
			arbiter,
			case_bond,
		)?;
		Self::deposit_event(Event::Ruled {
			agreement,
			arbiter: arbiter.clone(),
			opener: opener.clone(),
			asset,
			to_payee,
			bond: dispute.bond,
			bond_to: winner.clone(),
			fee: dispute.fee,
			ruling,
		});
		Ok(())
	}

	/// The dispute, if `actor` is its arbiter and still stands behind neither party.
	fn heard_by(actor: &Actor<T::AccountId>, agreement: AgreementRef) -> Result<DisputeOf<T>, DispatchError> {
		let dispute = Self::disputed(agreement)?;
		let is_arbiter = actor.account == dispute.arbiter || Mistake::UncheckedArbiter.is_made();
		ensure!(is_arbiter, Error::<T>::NotArbiter);
		Self::ensure_independent(&dispute.arbiter, &dispute.payer, &dispute.payee)?;
		Ok(dispute)
	}

	/// Now, if the arbiter's time has not passed.
	fn in_time(dispute: &DisputeOf<T>) -> Result<AgreementMillis, DispatchError> {
		let now = Self::now();
		ensure!(now <= dispute.until, Error::<T>::TooLate);
		Ok(now)
	}
}

/// The arbiter's silence.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_end_dispute(agreement: AgreementRef) -> DispatchResult {
		Self::let_lapse(agreement)?;
		T::Agreements::resolve(agreement, T::FallbackSplit::get())
	}

	/// Ends the dispute if the arbiter's time has passed; what is at stake is for the agreement's pallet to split.
	pub(crate) fn let_lapse(agreement: AgreementRef) -> DispatchResult {
		let dispute = Self::disputed(agreement)?;
		Self::ensure_running()?;
		let is_over = Self::now() > dispute.until || Mistake::EarlyLapse.is_made();
		ensure!(is_over, Error::<T>::NotExpired);
		Self::lapse(agreement, &dispute)
	}

	/// The sweep's look at an agreement in dispute. Entries from before the dispute come to this, too.
	pub(crate) fn expire_dispute(agreement: AgreementRef, dispute: DisputeOf<T>) -> Result<Expiry, DispatchError> {
		if Self::now() <= dispute.until {
			return Ok(Expiry::Until(dispute.until));
		}
		Self::lapse(agreement, &dispute)?;
		T::Agreements::resolve(agreement, T::FallbackSplit::get())?;
		Ok(Expiry::Ended)
	}

	/// Ends the dispute without a verdict.
	fn lapse(agreement: AgreementRef, dispute: &DisputeOf<T>) -> DispatchResult {
		Self::forget(agreement, dispute);
		let (asset, arbiter, opener) = (dispute.asset, &dispute.arbiter, &dispute.opener);
		let returned = dispute.bond.saturating_add(dispute.fee);
		let forfeited = dispute.case_bond.unwrap_or_default();
		let chain = T::FeeDestination::get();
		Self::pay(agreement, asset, HoldReason::Dispute, opener, opener, returned)?;
		Self::pay(
			agreement,
			AssetKind::Native,
			HoldReason::Case,
			arbiter,
			&chain,
			forfeited,
		)?;
		Self::deposit_event(Event::DisputeLapsed {
			agreement,
			arbiter: arbiter.clone(),
			opener: opener.clone(),
			asset,
			returned,
			to_payee: T::FallbackSplit::get(),
			forfeited,
		});
		Ok(())
	}
}

impl<T: Config> Pallet<T> {
	pub(crate) fn disputed(agreement: AgreementRef) -> Result<DisputeOf<T>, DispatchError> {
		Ok(Disputes::<T>::get(agreement).ok_or(Error::<T>::NotDisputed)?)
	}

	/// Before anything is paid, so that nothing is paid twice.
	fn forget(agreement: AgreementRef, dispute: &DisputeOf<T>) {
		Disputes::<T>::remove(agreement);
		<Self as DeadlineIndex>::remove(dispute.until, agreement);
	}
}
