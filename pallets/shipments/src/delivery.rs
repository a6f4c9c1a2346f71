//! What the consignee says of what has come, and what the consignor says of that.

use crate::{
	agreement::agreement_of, Balance, Caller, Config, Decision, Decisions, Error, EscrowOf, Event, Holder, Line,
	Outcome, Pallet, Refusals, ShipmentId, ShipmentOf, ShipmentState, Shipments, UnitOf,
};
use alloc::vec::Vec;
use bpiiot_primitives::{AgreementClock, Case, DeadlineIndex, Escrow, EscrowView, Goods, Side};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	BoundedVec,
};
use sp_core::H256;

/// The consignee.
impl<T: Config> Pallet<T> {
	/// Says for each line what is not accepted; the rest is, and is paid.
	pub(crate) fn do_accept_delivery(
		actor: &Caller<T>,
		id: ShipmentId,
		refusals: Refusals,
		reason: H256,
	) -> DispatchResult {
		let mut shipment = Self::shipment(id)?;
		ensure!(Self::is(actor, &shipment.terms.consignee), Error::<T>::NotTheConsignee);
		ensure!(shipment.state == ShipmentState::Delivered, Error::<T>::WrongState);
		ensure!(T::Clock::now() <= shipment.until, Error::<T>::TooLate);
		shipment.decided = Self::decisions(&shipment, &refusals)?;
		shipment.reason = reason;
		Self::review(id, shipment)
	}

	/// The decisions of all lines, if what is refused is there.
	fn decisions(shipment: &ShipmentOf<T>, refusals: &Refusals) -> Result<Decisions, DispatchError> {
		let goods = &shipment.terms.goods;
		let mut decided: Vec<_> = goods.iter().map(|_| Decision::default()).collect();
		for refusal in refusals {
			let nth = usize::from(refusal.line);
			let (line, decision) = goods
				.get(nth)
				.zip(decided.get_mut(nth))
				.ok_or(Error::<T>::UnknownLine)?;
			let out = refusal.refused.saturating_add(refusal.missing);
			ensure!(out > 0, Error::<T>::ZeroQuantity);
			ensure!(*decision == Decision::default(), Error::<T>::UnknownLine);
			ensure!(out <= line.quantity, Error::<T>::TooMuch);
			*decision = Decision {
				refused: refusal.refused,
				missing: refusal.missing,
			};
		}
		Ok(BoundedVec::truncate_from(decided))
	}

	/// Pays for what is accepted and hands it out. What is not goes back, if it is there.
	pub(crate) fn review(id: ShipmentId, mut shipment: ShipmentOf<T>) -> DispatchResult {
		if shipment.decided.is_empty() {
			shipment.decided =
				BoundedVec::truncate_from(shipment.terms.goods.iter().map(|_| Decision::default()).collect());
		}
		let (refused, missing) = shipment.prices_refused();
		shipment.at_stake = refused.saturating_add(missing);
		let accepted = shipment.accepted();
		let goes_back = shipment.decided.iter().any(|decision| decision.refused > 0);
		let is_short = shipment.decided.iter().any(|decision| decision.missing > 0);
		let outcome = match (accepted > 0, goes_back || is_short) {
			(_, false) => Outcome::Delivered,
			(true, true) => Outcome::PartlyRefused,
			(false, true) => Outcome::Refused,
		};
		let paid = Self::held(&shipment).saturating_sub(shipment.at_stake);
		if goes_back || is_short {
			// The rest of the price stays on hold.
			Self::release(id, &mut shipment, paid)?;
		}
		Self::hand_out_accepted(id, &shipment);
		Self::deposit_event(Event::Reviewed {
			shipment: id,
			consignor: shipment.consignor.clone(),
			consignee: shipment.terms.consignee.clone(),
			outcome,
			paid,
			at_stake: shipment.at_stake,
			reason: shipment.reason,
		});
		if goes_back {
			return Self::send_back(id, shipment, outcome);
		}
		Self::end_custody(id, shipment, outcome)
	}

	/// Refuses everything at the door: the carrier brings it back.
	pub(crate) fn do_refuse(actor: &Caller<T>, id: ShipmentId, reason: H256) -> DispatchResult {
		let mut shipment = Self::shipment(id)?;
		ensure!(Self::is(actor, &shipment.terms.consignee), Error::<T>::NotTheConsignee);
		let at_the_door = Holder::Carrier(shipment.terms.last_leg());
		ensure!(
			shipment.state == ShipmentState::InTransit && shipment.holder() == at_the_door,
			Error::<T>::WrongState
		);
		let now = T::Clock::now();
		ensure!(now <= shipment.until, Error::<T>::TooLate);
		let ready = shipment.tender.map_or(now, |tender| tender.at);
		Self::note_lateness(&mut shipment, ready);
		shipment.reason = reason;
		Self::turn_away(id, shipment, Outcome::Refused)
	}

	/// Nothing is accepted, and all of it goes back.
	pub(crate) fn turn_away(id: ShipmentId, mut shipment: ShipmentOf<T>, outcome: Outcome) -> DispatchResult {
		let all = shipment.terms.goods.iter().map(|line| Decision {
			refused: line.quantity,
			missing: 0,
		});
		shipment.decided = BoundedVec::truncate_from(all.collect());
		shipment.at_stake = Self::held(&shipment);
		Self::send_back(id, shipment, outcome)
	}

	/// From now on whoever has the goods has `returning` to give them back.
	pub(crate) fn send_back(id: ShipmentId, mut shipment: ShipmentOf<T>, outcome: Outcome) -> DispatchResult {
		shipment.state = ShipmentState::Returning(outcome);
		shipment.until = T::Clock::now().saturating_add(shipment.terms.windows.returning);
		(shipment.tender, shipment.declined) = (None, false);
		Self::keep_indexed(id, &mut shipment);
		Self::deposit_event(Event::GoesBack {
			shipment: id,
			consignor: shipment.consignor.clone(),
			holder: shipment.custodian().clone(),
			outcome,
			until: shipment.until,
		});
		Shipments::<T>::insert(id, shipment);
		Ok(())
	}

	/// Who refuses and keeps has accepted: what was to go back is paid and is the consignee's.
	pub(crate) fn keep(id: ShipmentId, mut shipment: ShipmentOf<T>) -> DispatchResult {
		let (refused, missing) = shipment.prices_refused();
		let paid = refused.min(shipment.at_stake);
		if missing > 0 {
			Self::release(id, &mut shipment, paid)?;
		}
		shipment.at_stake = shipment.at_stake.saturating_sub(paid);
		for (line, decision) in shipment.terms.goods.iter().zip(shipment.decided.iter()) {
			let consignee = &shipment.terms.consignee;
			Self::hand_out(id, &shipment, line, decision.refused, (consignee, consignee));
		}
		shipment.decided.iter_mut().for_each(|decision| decision.refused = 0);
		let is_short = shipment.decided.iter().any(|decision| decision.missing > 0);
		let outcome = match (is_short, shipment.accepted() > 0) {
			(false, _) => Outcome::Delivered,
			(true, true) => Outcome::PartlyRefused,
			(true, false) => Outcome::Refused,
		};
		Self::deposit_event(Event::Kept {
			shipment: id,
			consignor: shipment.consignor.clone(),
			consignee: shipment.terms.consignee.clone(),
			paid,
		});
		Self::end_custody(id, shipment, outcome)
	}

	fn hand_out_accepted(id: ShipmentId, shipment: &ShipmentOf<T>) {
		for (line, decision) in shipment.terms.goods.iter().zip(shipment.decided.iter()) {
			let out = decision.refused.saturating_add(decision.missing);
			let accepted = line.quantity.saturating_sub(out);
			let consignee = &shipment.terms.consignee;
			Self::hand_out(id, shipment, line, accepted, (consignee, consignee));
		}
	}

	/// Frees so much of a line: whose it is now, and who has it.
	pub(crate) fn hand_out(
		id: ShipmentId,
		shipment: &ShipmentOf<T>,
		line: &Line<UnitOf<T>>,
		quantity: u64,
		(owner, custodian): (&T::AccountId, &T::AccountId),
	) {
		if quantity > 0 {
			T::Goods::hand_out(&line.unit, quantity, id, &shipment.consignor, owner, custodian);
		}
	}
}

/// The consignor.
impl<T: Config> Pallet<T> {
	pub(crate) fn do_concede(actor: &Caller<T>, id: ShipmentId) -> DispatchResult {
		let shipment = Self::sent_by(actor, id)?;
		let ShipmentState::Refused(outcome) = shipment.state else {
			return Err(Error::<T>::WrongState.into());
		};
		Self::let_refusal_stand(id, shipment, outcome)
	}

	pub(crate) fn do_dispute(actor: Caller<T>, id: ShipmentId, evidence: H256) -> DispatchResult {
		let mut shipment = Self::sent_by(&actor, id)?;
		let ShipmentState::Refused(outcome) = shipment.state else {
			return Err(Error::<T>::WrongState.into());
		};
		ensure!(T::Clock::now() <= shipment.until, Error::<T>::TooLate);
		let agreement = agreement_of(id);
		T::Deadlines::remove(shipment.indexed_at, agreement);
		let case = Case {
			opener: actor,
			side: Side::Payee,
			at_stake: shipment.at_stake,
			evidence,
		};
		let payment = shipment.payment.as_ref().ok_or(Error::<T>::NothingAtStake)?;
		EscrowOf::<T>::dispute(agreement, payment, case)?;
		shipment.state = ShipmentState::Disputed(outcome);
		Self::deposit_event(Event::RefusalDisputed {
			shipment: id,
			consignor: shipment.consignor.clone(),
			consignee: shipment.terms.consignee.clone(),
			at_stake: shipment.at_stake,
		});
		Shipments::<T>::insert(id, shipment);
		Ok(())
	}

	fn sent_by(actor: &Caller<T>, id: ShipmentId) -> Result<ShipmentOf<T>, DispatchError> {
		let shipment = Self::shipment(id)?;
		ensure!(Self::is(actor, &shipment.consignor), Error::<T>::NotTheConsignor);
		Ok(shipment)
	}

	/// What of the price is still on hold.
	pub(crate) fn held(shipment: &ShipmentOf<T>) -> Balance {
		shipment.payment.as_ref().map_or(0, |payment| payment.held())
	}

	/// Gives back what of the price is on hold.
	pub(crate) fn refund(id: ShipmentId, shipment: &mut ShipmentOf<T>) -> DispatchResult {
		let held = Self::held(shipment);
		match &mut shipment.payment {
			Some(payment) if held > 0 => EscrowOf::<T>::refund(agreement_of(id), payment, held),
			_ => Ok(()),
		}
	}

	/// Pays a part of the price; the rest stays on hold.
	fn release(id: ShipmentId, shipment: &mut ShipmentOf<T>, amount: Balance) -> DispatchResult {
		match &mut shipment.payment {
			Some(payment) if amount > 0 => EscrowOf::<T>::release(agreement_of(id), payment, amount),
			_ => Ok(()),
		}
	}
}
