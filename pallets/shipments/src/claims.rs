//! Claims against a carrier's liability once custody is over: what the rules say by themselves, and damage that somebody says.

use crate::{
	agreement::agreement_of, Balance, Caller, Claim, ClaimKind, Config, Error, EscrowOf, Event, HoldReason, LegId,
	LegOf, LegState, Legs, Pallet,
};
use bpiiot_primitives::{
	AgreementClock, AssetKind, AtRisk, Case, DeadlineIndex, Escrow, EscrowView, Side, SpendPolicy, SpendPurpose,
};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	traits::{
		fungible::{InspectHold, MutateHold},
		Get,
	},
};
use sp_core::H256;
use sp_runtime::Permill;

impl<T: Config> Pallet<T> {
	/// Consignor or consignee says that a carrier has damaged the goods. It stands if the carrier is silent, and he may have
	/// the arbiter decide.
	pub(crate) fn do_report_damage(actor: &Caller<T>, id: LegId, share: Permill, evidence: H256) -> DispatchResult {
		let mut leg = Self::leg(id)?;
		let shipment = Self::shipment(leg.shipment)?;
		let is_party = Self::is(actor, &shipment.consignor) || Self::is(actor, &shipment.terms.consignee);
		ensure!(is_party, Error::<T>::NotAParty);
		ensure!(leg.state == LegState::Closing, Error::<T>::WrongState);
		ensure!(T::Clock::now() <= leg.until, Error::<T>::TooLate);
		ensure!(shipment.terms.arbiter.is_some(), Error::<T>::NoArbiter);
		let carriage = Self::carriage(&shipment, leg.number)?;
		let amount = share.mul_floor(carriage.liability);
		ensure!(amount > 0, Error::<T>::NothingAtStake);
		let (deposit, reason) = (T::ClaimDeposit::get(), HoldReason::Claim.into());
		// It may be forfeited, so a machine's policy is asked as for a bond.
		T::SpendPolicy::spend(actor, SpendPurpose::Bond, &AssetKind::Native, deposit)?;
		T::Currency::hold(&reason, &actor.account, deposit)?;
		leg.claim = Some(Claim {
			kind: ClaimKind::Damage,
			amount,
			evidence,
			claimant: Some((actor.account.clone(), deposit)),
		});
		Self::await_answer(id, &mut leg, shipment.terms.windows.challenge, &carriage.carrier);
		Legs::<T>::insert(id, leg);
		Ok(())
	}

	/// From now on the carrier has `challenge` to dispute what is claimed.
	pub(crate) fn await_answer(id: LegId, leg: &mut LegOf<T>, challenge: u64, carrier: &T::AccountId) {
		leg.state = LegState::Claimed;
		leg.until = T::Clock::now().saturating_add(challenge);
		Self::keep_leg_indexed(id, leg);
		if let Some(claim) = &leg.claim {
			Self::deposit_event(Event::Claimed {
				shipment: leg.shipment,
				leg: id,
				number: leg.number,
				carrier: carrier.clone(),
				kind: claim.kind,
				amount: claim.amount,
				evidence: claim.evidence,
				answer_until: leg.until,
			});
		}
	}

	pub(crate) fn do_concede_claim(actor: &Caller<T>, id: LegId) -> DispatchResult {
		let leg = Self::claimed_of(actor, id)?;
		Self::settle_leg(id, leg)
	}

	pub(crate) fn do_dispute_claim(actor: Caller<T>, id: LegId, evidence: H256) -> DispatchResult {
		let mut leg = Self::claimed_of(&actor, id)?;
		ensure!(T::Clock::now() <= leg.until, Error::<T>::TooLate);
		let (agreement, carrier) = (agreement_of(id), actor.account.clone());
		let (claim, bond) = leg
			.claim
			.as_ref()
			.zip(leg.liability.as_ref())
			.ok_or(Error::<T>::NothingAtStake)?;
		let at_stake = claim.amount.min(bond.held());
		T::Deadlines::remove(leg.indexed_at, agreement);
		let case = Case {
			opener: actor,
			side: Side::Payer,
			at_stake,
			evidence,
		};
		EscrowOf::<T>::dispute(agreement, bond, case)?;
		leg.state = LegState::Disputed;
		Self::deposit_event(Event::ClaimDisputed {
			shipment: leg.shipment,
			leg: id,
			number: leg.number,
			by: carrier,
			at_stake,
		});
		Legs::<T>::insert(id, leg);
		Ok(())
	}

	/// The leg with a claim that `actor` may answer.
	fn claimed_of(actor: &Caller<T>, id: LegId) -> Result<LegOf<T>, DispatchError> {
		let leg = Self::leg(id)?;
		let shipment = Self::shipment(leg.shipment)?;
		let carrier = Self::carriage(&shipment, leg.number)?.carrier;
		ensure!(Self::is(actor, &carrier), Error::<T>::NotTheCarrier);
		ensure!(leg.state == LegState::Claimed, Error::<T>::WrongState);
		Ok(leg)
	}
}

/// The deposits of claims.
impl<T: Config> AtRisk<T::AccountId, AssetKind, Balance> for Pallet<T> {
	fn at_risk(who: &T::AccountId, asset: &AssetKind) -> Balance {
		match asset {
			AssetKind::Native => T::Currency::balance_on_hold(&HoldReason::Claim.into(), who),
			AssetKind::Asset(_) => 0u32.into(),
		}
	}
}
