//! How shipments and legs end, who gets what, and what is told of it.

use crate::{
	agreement::agreement_of, breaches::less_lateness, Balance, Caller, Carriage, Claim, ClaimKind, Config, Error,
	EscrowAccountOf, EscrowOf, Event, HoldReason, Holder, LegId, LegOf, LegState, Legs, OpenOf, Outcome, Pallet,
	ShipmentId, ShipmentOf, ShipmentPlace, ShipmentState, Shipments, ShipmentsOf,
};
use alloc::vec::Vec;
use bpiiot_primitives::{
	AgreementClock, AgreementRef, AssetKind, BondOutcome, DeadlineIndex, Escrow, EscrowView, Facts, MachineId,
	OpenEscrows, OpenWork, RateableAgreements, Rated, Reputation, Settlement,
};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	traits::{fungible::MutateHold, tokens::Precision, Get},
};
use sp_core::H256;
use sp_runtime::Permill;

/// Shipments.
impl<T: Config> Pallet<T> {
	/// Nobody hands the goods over any more: the legs are wound up, and the shipment ends, unless the consignor may dispute
	/// that his goods were refused.
	pub(crate) fn end_custody(id: ShipmentId, mut shipment: ShipmentOf<T>, outcome: Outcome) -> DispatchResult {
		for leg in shipment.legs.clone() {
			Self::wind_up_leg(leg, &shipment, outcome)?;
		}
		shipment.tender = None;
		let may_be_disputed = shipment.at_stake > 0 && shipment.terms.arbiter.is_some();
		if may_be_disputed {
			shipment.state = ShipmentState::Refused(outcome);
			shipment.until = T::Clock::now().saturating_add(shipment.terms.windows.challenge);
			Self::keep_indexed(id, &mut shipment);
			Self::deposit_event(Event::RefusalDisputable {
				shipment: id,
				consignor: shipment.consignor.clone(),
				consignee: shipment.terms.consignee.clone(),
				at_stake: shipment.at_stake,
				until: shipment.until,
			});
			Shipments::<T>::insert(id, shipment);
			return Ok(());
		}
		if shipment.at_stake > 0 {
			return Self::let_refusal_stand_undecided(id, shipment, outcome);
		}
		let to_consignor = match outcome {
			Outcome::Delivered => Self::held(&shipment),
			_ => 0,
		};
		Self::settle(id, shipment, outcome, to_consignor)
	}

	/// Ends a shipment whose refusal nobody disputes any more.
	pub(crate) fn let_refusal_stand(id: ShipmentId, shipment: ShipmentOf<T>, outcome: Outcome) -> DispatchResult {
		let fee = shipment.terms.refusal_fee.mul_floor(shipment.at_stake);
		Self::settle(id, shipment, outcome, fee)
	}

	/// Ends a shipment about whose refusal nobody could decide. What came back came back; what is said to have been missing, or
	/// not to have been there to take back, is one's word against the other's, and both bear it.
	fn let_refusal_stand_undecided(id: ShipmentId, shipment: ShipmentOf<T>, outcome: Outcome) -> DispatchResult {
		let missing = match shipment.is_undecided() {
			true => shipment.at_stake,
			false => shipment.missing_at_stake(),
		};
		let refused = shipment.at_stake.saturating_sub(missing);
		let fee = shipment.terms.refusal_fee.mul_floor(refused);
		let shared = T::FallbackSplit::get().mul_floor(missing);
		Self::settle(id, shipment, outcome, fee.saturating_add(shared))
	}

	/// Ends a shipment or a leg by what its dispute came to.
	pub(crate) fn do_resolve(agreement: AgreementRef, to_payee: Permill) -> DispatchResult {
		match agreement {
			AgreementRef::Shipment(id) => {
				let mut shipment = Self::shipment(id)?;
				let ShipmentState::Disputed(outcome) = shipment.state else {
					return Err(Error::<T>::WrongState.into());
				};
				shipment.verdict = Some(to_payee);
				let pay = to_payee.mul_floor(shipment.at_stake);
				Self::settle(id, shipment, outcome, pay)
			}
			AgreementRef::Leg(id) => {
				let mut leg = Self::leg(id)?;
				ensure!(leg.state == LegState::Disputed, Error::<T>::WrongState);
				leg.verdict = Some(to_payee);
				Self::settle_leg(id, leg)
			}
			_ => Err(Error::<T>::UnknownShipment.into()),
		}
	}

	/// The end of the goods' part: what is still on hold of the price is split, what is still locked is free, and the
	/// consignor's name hears of it.
	fn settle(id: ShipmentId, mut shipment: ShipmentOf<T>, outcome: Outcome, to_payee: Balance) -> DispatchResult {
		let agreement = agreement_of(id);
		let facts = Self::shipment_facts(agreement, &shipment, outcome);
		if let Some(payment) = &mut shipment.payment {
			let bond = BondOutcome::Returned;
			EscrowOf::<T>::settle(agreement, payment, Settlement { to_payee, bond })?;
		}
		T::Deadlines::remove(shipment.indexed_at, agreement);
		shipment.state = ShipmentState::Settled(outcome);
		shipment.at_stake = 0;
		if let Some(facts) = facts {
			shipment.counted = T::Reputation::settled(&facts);
		}
		Self::hand_out_rest(id, &shipment);
		Self::unbind(&shipment.consignor);
		if shipment.agreed {
			Self::unbind(&shipment.terms.consignee);
		}
		Self::deposit_event(Event::Settled {
			shipment: id,
			consignor: shipment.consignor.clone(),
			consignee: shipment.terms.consignee.clone(),
			outcome,
			custodian: shipment.custodian().clone(),
			to_consignor: to_payee,
			reason: shipment.reason,
		});
		Shipments::<T>::insert(id, shipment);
		Ok(())
	}

	/// Frees what was not accepted. It is the consignor's, wherever it is; but a consignee who has kept what he refused, and has
	/// to pay at least half of it by a verdict, owns it.
	fn hand_out_rest(id: ShipmentId, shipment: &ShipmentOf<T>) {
		let half = Permill::from_percent(50);
		let is_bought = shipment.holder() == Holder::Consignee && shipment.verdict.is_some_and(|share| share >= half);
		let consignor = &shipment.consignor;
		let owner = match is_bought {
			true => &shipment.terms.consignee,
			false => consignor,
		};
		// What was not there when the consignee looked is where it was before.
		let carried = Holder::Carrier(shipment.terms.last_leg());
		let before = shipment.account_of(carried).unwrap_or(consignor);
		for (nth, line) in shipment.terms.goods.iter().enumerate() {
			let (rest, missing) = match shipment.decision(nth) {
				Some(decision) => (decision.refused, decision.missing),
				None => (line.quantity, 0),
			};
			Self::hand_out(id, shipment, line, rest, (owner, shipment.custodian()));
			Self::hand_out(id, shipment, line, missing, (consignor, before));
		}
	}

	/// What has become of what the consignor had promised and was not let off. He answers neither for carriers nor for a
	/// consignee who did not come.
	fn shipment_facts(
		agreement: AgreementRef,
		shipment: &ShipmentOf<T>,
		outcome: Outcome,
	) -> Option<Facts<T::AccountId, AssetKind, Balance>> {
		let payment = shipment.payment.as_ref()?;
		let price = shipment.terms.price().unwrap_or_default();
		let share = |part: Balance| match price {
			0 => Permill::zero(),
			_ => Permill::from_rational(part.min(price), price),
		};
		let value = match outcome {
			// He says that he would have.
			Outcome::NotHandedOver if shipment.declined => 0,
			Outcome::Delivered
			| Outcome::PartlyRefused
			| Outcome::Refused
			| Outcome::NotHandedOver
			| Outcome::Cancelled => price,
			_ => 0,
		};
		let refused = match outcome {
			Outcome::NotHandedOver | Outcome::Cancelled => Permill::one(),
			_ => share(shipment.at_stake),
		};
		let (failed, lost) = match shipment.verdict {
			None if shipment.is_undecided() => (Permill::zero(), Permill::zero()),
			None if shipment.terms.arbiter.is_none() => (refused - share(shipment.missing_at_stake()), Permill::zero()),
			None => (refused, Permill::zero()),
			Some(verdict) => (Permill::zero(), refused * Self::lost_by_payee(verdict)),
		};
		Some(Facts {
			agreement,
			payer: payment.payer().clone(),
			payee: payment.payee().clone(),
			asset: payment.asset(),
			value,
			fee: payment.fee(),
			punctual: Permill::one() - refused,
			failed,
			lost,
		})
	}

	/// The share of a dispute that the payee has lost. One that nobody decided is lost by nobody.
	fn lost_by_payee(to_payee: Permill) -> Permill {
		match to_payee == T::FallbackSplit::get() {
			true => Permill::zero(),
			false => Permill::one() - to_payee,
		}
	}
}

/// Legs.
impl<T: Config> Pallet<T> {
	/// Custody is over: what a carrier has earned is known, and what the rules claim of him. Who was never bound, or never had
	/// the goods and was not to, is done at once.
	fn wind_up_leg(id: LegId, shipment: &ShipmentOf<T>, outcome: Outcome) -> DispatchResult {
		let mut leg = Self::leg(id)?;
		let carriage = Self::carriage(shipment, leg.number)?;
		if leg.state == LegState::Offered {
			return Self::settle_leg_of(id, leg, shipment);
		}
		leg.earned = Self::earned(shipment, leg.number, outcome);
		let bond = leg.liability.as_ref().map_or(0, |bond| bond.held());
		let amount = match shipment.fault_of(leg.number) {
			Some(ClaimKind::NoShow) => shipment.terms.no_show.mul_floor(bond),
			Some(_) if shipment.is_undecided() => T::FallbackSplit::get().mul_floor(bond),
			Some(_) => bond,
			None => 0,
		};
		if let Some(kind) = shipment.fault_of(leg.number) {
			leg.claim = Some(Claim {
				kind,
				amount,
				evidence: H256::zero(),
				claimant: None,
			});
		}
		let windows = &shipment.terms.windows;
		if amount > 0 && shipment.terms.arbiter.is_some() {
			Self::await_answer(id, &mut leg, windows.challenge, &carriage.carrier);
		} else if shipment.was_carried(leg.number) && leg.claim.is_none() && windows.claim > 0 {
			leg.state = LegState::Closing;
			leg.until = T::Clock::now().saturating_add(windows.claim);
			Self::keep_leg_indexed(id, &mut leg);
		} else {
			return Self::settle_leg_of(id, leg, shipment);
		}
		Legs::<T>::insert(id, leg);
		Ok(())
	}

	/// What a carrier has earned, before breaches: his freight less his lateness, if he has carried and did not lose it, and
	/// the way back. Of a freight that the consignor pays something also if that one left him standing.
	fn earned(shipment: &ShipmentOf<T>, number: u8, outcome: Outcome) -> Balance {
		let Some(carriage) = shipment.terms.leg(number) else {
			return 0;
		};
		if shipment.fault_of(number).is_some() {
			return 0;
		}
		if shipment.was_carried(number) {
			let back = match shipment.brought_back(number) {
				true => carriage.return_freight,
				false => 0,
			};
			return less_lateness(shipment, number, carriage.freight).saturating_add(back);
		}
		// Who was called and would not take it was not left standing, whatever was there.
		let would_not = number == 0 && shipment.declined;
		let left_standing = matches!(outcome, Outcome::Cancelled | Outcome::NotHandedOver) && !would_not;
		match left_standing && shipment.terms.freight_terms.consignor_pays(number) {
			true => shipment.terms.dead_freight.mul_floor(carriage.freight),
			false => 0,
		}
	}

	pub(crate) fn settle_leg(id: LegId, leg: LegOf<T>) -> DispatchResult {
		let shipment = Self::shipment(leg.shipment)?;
		Self::settle_leg_of(id, leg, &shipment)
	}

	/// The end of a leg: breaches come off what the carrier has earned, and then off his liability; what a claim came to
	/// comes off what is left of that.
	fn settle_leg_of(id: LegId, mut leg: LegOf<T>, shipment: &ShipmentOf<T>) -> DispatchResult {
		let agreement = agreement_of(id);
		let carrier = Self::carriage(shipment, leg.number)?.carrier;
		let was_bound = leg.state != LegState::Offered;
		let bond = leg.liability.as_ref().map_or(0, |bond| bond.held());
		let penalty = Self::breach_penalty(shipment, &leg);
		let off_freight = penalty.min(leg.earned);
		let off_bond = penalty.saturating_sub(off_freight).min(bond);
		let claimed = leg.claim.as_ref().map_or(0, |claim| {
			let share = leg.verdict.unwrap_or(Permill::one());
			share.mul_floor(claim.amount)
		});
		let paid = leg.earned.saturating_sub(off_freight);
		let forfeited = off_bond.saturating_add(claimed).min(bond);
		let facts = Self::leg_facts(agreement, shipment, &leg);
		for (escrow, to_payee) in [(&mut leg.freight, paid), (&mut leg.liability, forfeited)] {
			if let Some(escrow) = escrow {
				let bond = BondOutcome::Returned;
				EscrowOf::<T>::settle(agreement, escrow, Settlement { to_payee, bond })?;
			}
		}
		if let Some(claim) = &leg.claim {
			if let Some((claimant, deposit)) = &claim.claimant {
				let was_none = leg.verdict.is_some_and(|share| share.is_zero());
				Self::end_claim_deposit(claimant, *deposit, was_none)?;
			}
		}
		if leg.indexed_at > 0 {
			T::Deadlines::remove(leg.indexed_at, agreement);
		}
		leg.state = LegState::Settled;
		if let Some(facts) = facts {
			leg.counted = T::Reputation::settled(&facts);
		}
		if was_bound {
			Self::unbind(&carrier);
		}
		Self::deposit_event(Event::LegSettled {
			shipment: leg.shipment,
			leg: id,
			number: leg.number,
			carrier,
			paid,
			penalty: off_freight.saturating_add(off_bond),
			forfeited,
		});
		Legs::<T>::insert(id, leg);
		Ok(())
	}

	/// What has become of what the carrier had promised: nothing, as long as nobody brought him the goods.
	fn leg_facts(
		agreement: AgreementRef,
		shipment: &ShipmentOf<T>,
		leg: &LegOf<T>,
	) -> Option<Facts<T::AccountId, AssetKind, Balance>> {
		let freight = leg.freight.as_ref()?;
		let carriage = shipment.terms.leg(leg.number)?;
		let was_carried = shipment.was_carried(leg.number);
		let fault = shipment.fault_of(leg.number);
		let value = match was_carried || fault.is_some() {
			true => carriage.freight,
			false => 0,
		};
		let late = shipment
			.late_days
			.get(usize::from(leg.number))
			.is_some_and(|days| *days > 0);
		let claimed = match (&leg.claim, fault) {
			(Some(_), Some(_)) if shipment.is_undecided() => Permill::zero(),
			(Some(_), Some(_)) => Permill::one(),
			(Some(claim), None) => {
				Permill::from_rational(claim.amount.min(carriage.liability), carriage.liability.max(1))
			}
			(None, _) => Permill::zero(),
		};
		let (failed, lost) = match leg.verdict {
			None => (claimed, Permill::zero()),
			// The carrier is the payer of the bond: what its payee gets, he has lost.
			Some(verdict) if verdict == T::FallbackSplit::get() => (Permill::zero(), Permill::zero()),
			Some(verdict) => (Permill::zero(), claimed * verdict),
		};
		Some(Facts {
			agreement,
			payer: freight.payer().clone(),
			payee: freight.payee().clone(),
			asset: freight.asset(),
			value,
			fee: freight.fee(),
			punctual: match late || fault.is_some() {
				true => Permill::zero(),
				false => Permill::one(),
			},
			failed,
			lost,
		})
	}
}

/// Records.
impl<T: Config> Pallet<T> {
	pub(crate) fn shipment(id: ShipmentId) -> Result<ShipmentOf<T>, DispatchError> {
		Ok(Shipments::<T>::get(id).ok_or(Error::<T>::UnknownShipment)?)
	}

	pub(crate) fn leg(id: LegId) -> Result<LegOf<T>, DispatchError> {
		Ok(Legs::<T>::get(id).ok_or(Error::<T>::UnknownLeg)?)
	}

	/// What the carrier of a leg has agreed to.
	pub(crate) fn carriage(shipment: &ShipmentOf<T>, number: u8) -> Result<Carriage<T::AccountId>, DispatchError> {
		let carriage = shipment.terms.leg(number).cloned();
		Ok(carriage.ok_or(Error::<T>::UnknownLeg)?)
	}

	/// Removes a shipment with its legs, once all have ended, and gives the deposit back.
	pub(crate) fn do_remove(actor: &Caller<T>, id: ShipmentId) -> DispatchResult {
		let shipment = Self::shipment(id)?;
		ensure!(Self::is(actor, &shipment.consignor), Error::<T>::NotTheConsignor);
		ensure!(shipment.is_settled(), Error::<T>::NotSettled);
		for leg in &shipment.legs {
			ensure!(Self::leg(*leg)?.is_settled(), Error::<T>::NotSettled);
			Legs::<T>::remove(leg);
		}
		for party in Self::parties_of(&shipment) {
			ShipmentsOf::<T>::remove(party, ShipmentPlace::new(id));
		}
		Shipments::<T>::remove(id);
		let (reason, exact) = (HoldReason::Shipment.into(), Precision::Exact);
		T::Currency::release(&reason, &shipment.consignor, shipment.deposit, exact)?;
		Self::deposit_event(Event::Removed {
			shipment: id,
			consignor: shipment.consignor,
		});
		Ok(())
	}
}

impl<T: Config> OpenWork for Pallet<T> {
	fn has_open_work(machine: &MachineId) -> bool {
		OpenOf::<T>::get(machine.account::<T::AccountId>()) > 0
	}
}

impl<T: Config> OpenEscrows<EscrowAccountOf<T>> for Pallet<T> {
	fn all() -> Vec<EscrowAccountOf<T>> {
		let payments = Shipments::<T>::iter_values().filter_map(|shipment| shipment.payment);
		let legs = Legs::<T>::iter_values().flat_map(|leg| leg.freight.into_iter().chain(leg.liability));
		payments.chain(legs).collect()
	}
}

impl<T: Config> RateableAgreements<T::AccountId> for Pallet<T> {
	fn rate(agreement: AgreementRef, by: &Caller<T>) -> Result<Rated<T::AccountId>, DispatchError> {
		if let AgreementRef::Shipment(id) = agreement {
			let mut shipment = Self::shipment(id)?;
			ensure!(Self::is(by, &shipment.terms.consignee), Error::<T>::NotTheConsignee);
			ensure!(shipment.is_settled(), Error::<T>::NotSettled);
			ensure!(!shipment.rated, Error::<T>::AlreadyRated);
			shipment.rated = true;
			let rated = Rated {
				payee: shipment.consignor.clone(),
				counted: shipment.counted,
			};
			Shipments::<T>::insert(id, shipment);
			return Ok(rated);
		}
		let AgreementRef::Leg(id) = agreement else {
			return Err(Error::<T>::UnknownShipment.into());
		};
		let mut leg = Self::leg(id)?;
		let shipment = Self::shipment(leg.shipment)?;
		ensure!(
			Self::is(by, &Self::freight_payer(&shipment, &leg)),
			Error::<T>::NotTheFreightPayer
		);
		ensure!(leg.is_settled(), Error::<T>::NotSettled);
		ensure!(!leg.rated, Error::<T>::AlreadyRated);
		leg.rated = true;
		let rated = Rated {
			payee: Self::carriage(&shipment, leg.number)?.carrier,
			counted: leg.counted,
		};
		Legs::<T>::insert(id, leg);
		Ok(rated)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_rateable() -> (AgreementRef, T::AccountId) {
		crate::benchmarking::rateable_agreement::<T>()
	}
}
