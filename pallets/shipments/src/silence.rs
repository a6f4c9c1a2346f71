//! What silence comes to. Every state that waits for somebody has a moment after which it ends without him, and whoever was
//! waited for bears it.

use crate::{
	agreement::agreement_of, ClaimKind, Config, Error, Holder, LegId, LegOf, Legs, Outcome, Pallet, ShipmentId,
	ShipmentOf, ShipmentState, Shipments, WeightInfo,
};
use bpiiot_primitives::{AgreementClock, AgreementMillis, AgreementRef, Agreements, DeadlineIndex, Expiry};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
	weights::Weight,
};
use sp_runtime::Permill;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_expire(id: ShipmentId) -> DispatchResult {
		let shipment = Self::shipment(id)?;
		T::Clock::ensure_running()?;
		let deadline = shipment.deadline().ok_or(Error::<T>::WrongState)?;
		ensure!(T::Clock::now() > deadline, Error::<T>::NotExpired);
		Self::end_by_silence(id, shipment)
	}

	pub(crate) fn do_expire_leg(id: LegId) -> DispatchResult {
		let leg = Self::leg(id)?;
		T::Clock::ensure_running()?;
		let deadline = leg.deadline().ok_or(Error::<T>::WrongState)?;
		ensure!(T::Clock::now() > deadline, Error::<T>::NotExpired);
		Self::settle_leg(id, leg)
	}

	/// Ends the state at the cost of who was waited for.
	fn end_by_silence(id: ShipmentId, shipment: ShipmentOf<T>) -> DispatchResult {
		match shipment.state {
			ShipmentState::Offered => Self::end_custody(id, shipment, Outcome::Lapsed),
			ShipmentState::Agreed => Self::not_collected(id, shipment),
			ShipmentState::InTransit => Self::not_handed_on(id, shipment),
			ShipmentState::Delivered => Self::review(id, shipment),
			ShipmentState::Returning(outcome) => Self::end_return(id, shipment, outcome),
			ShipmentState::Refused(outcome) => Self::let_refusal_stand(id, shipment, outcome),
			ShipmentState::Disputed(_) | ShipmentState::Settled(_) => Err(Error::<T>::WrongState.into()),
		}
	}

	/// The goods are where they were: the carrier did not come although he was called, or nobody called him in time.
	fn not_collected(id: ShipmentId, mut shipment: ShipmentOf<T>) -> DispatchResult {
		if shipment.call_that_counts().is_none() {
			return Self::end_custody(id, shipment, Outcome::NotHandedOver);
		}
		Self::add_fault(&mut shipment, 0, ClaimKind::NoShow);
		Self::end_custody(id, shipment, Outcome::NotCollected)
	}

	/// The carrier did not hand over. If he had called who was to take over, it was that one's turn, and the goods go back. They
	/// do so too if that one has said that nothing was there: the consignor will see whether they are.
	fn not_handed_on(id: ShipmentId, mut shipment: ShipmentOf<T>) -> DispatchResult {
		let Holder::Carrier(leg) = shipment.holder() else {
			return Err(Error::<T>::WrongState.into());
		};
		let called = shipment.call_that_counts();
		// However long it takes until somebody ends it.
		let ready = called.map_or(shipment.until, |tender| tender.at);
		Self::note_lateness(&mut shipment, ready);
		match called.map(|tender| tender.to) {
			Some(Holder::Carrier(next)) => {
				Self::add_fault(&mut shipment, next, ClaimKind::NoShow);
				Self::undelivered(id, shipment)
			}
			Some(_) => Self::turn_away(id, shipment, Outcome::NotTaken),
			None if shipment.declined => Self::undelivered(id, shipment),
			None => Self::lose(id, shipment, leg),
		}
	}

	/// The consignee has no part in it, and his money is free at once.
	fn undelivered(id: ShipmentId, mut shipment: ShipmentOf<T>) -> DispatchResult {
		Self::refund(id, &mut shipment)?;
		Self::send_back(id, shipment, Outcome::Undelivered)
	}

	/// What was to go back is back, or its time is over. Who has called the next one bears nothing: the goods stay with him for
	/// the consignor. A carrier who has not has lost them, and a consignee who has not has accepted them.
	fn end_return(id: ShipmentId, shipment: ShipmentOf<T>, outcome: Outcome) -> DispatchResult {
		match (shipment.call_that_counts(), shipment.holder()) {
			(Some(_), _) | (None, Holder::Consignor) => Self::end_custody(id, shipment, outcome),
			(None, Holder::Carrier(leg)) => Self::lose(id, shipment, leg),
			// Who is not believed that he would give back cannot be said to keep.
			(None, Holder::Consignee) if shipment.declined => Self::end_custody(id, shipment, outcome),
			(None, Holder::Consignee) => Self::keep(id, shipment),
		}
	}
}

/// The index of deadlines.
impl<T: Config> Pallet<T> {
	/// Has the shipment looked at no later than the deadline of its state. When that has moved away, whoever looks at the old
	/// one finds the new one.
	pub(crate) fn keep_indexed(id: ShipmentId, shipment: &mut ShipmentOf<T>) {
		if let Some(deadline) = shipment.deadline().filter(|deadline| *deadline < shipment.indexed_at) {
			shipment.indexed_at = deadline;
			T::Deadlines::insert(deadline, agreement_of(id));
		}
	}

	/// The same for a leg. It is in no index before its custody is over.
	pub(crate) fn keep_leg_indexed(id: LegId, leg: &mut LegOf<T>) {
		if let Some(deadline) = leg
			.deadline()
			.filter(|deadline| leg.indexed_at == 0 || *deadline < leg.indexed_at)
		{
			leg.indexed_at = deadline;
			T::Deadlines::insert(deadline, agreement_of(id));
		}
	}

	/// The sweep's look at a shipment. One that stands under several moments is looked at under the earliest.
	fn sweep_shipment(id: ShipmentId, shipment: ShipmentOf<T>) -> Result<Expiry, DispatchError> {
		let Some(deadline) = shipment.deadline() else {
			return Ok(Expiry::Stale);
		};
		if T::Clock::now() <= deadline {
			return Ok(Self::look_again(id, shipment, deadline));
		}
		Self::end_by_silence(id, shipment)?;
		// Silence may only have ended a state.
		let next =
			Shipments::<T>::get(id).and_then(|shipment| shipment.deadline().map(|deadline| (deadline, shipment)));
		Ok(match next {
			Some((deadline, shipment)) => Self::look_again(id, shipment, deadline),
			None => Expiry::Ended,
		})
	}

	fn look_again(id: ShipmentId, mut shipment: ShipmentOf<T>, at: AgreementMillis) -> Expiry {
		shipment.indexed_at = at;
		Shipments::<T>::insert(id, shipment);
		Expiry::Until(at)
	}

	/// The sweep's look at a leg.
	fn sweep_leg(id: LegId, mut leg: LegOf<T>) -> Result<Expiry, DispatchError> {
		let Some(deadline) = leg.deadline() else {
			return Ok(Expiry::Stale);
		};
		if T::Clock::now() > deadline {
			Self::settle_leg(id, leg)?;
			return Ok(Expiry::Ended);
		}
		leg.indexed_at = deadline;
		Legs::<T>::insert(id, leg);
		Ok(Expiry::Until(deadline))
	}
}

impl<T: Config> Agreements for Pallet<T> {
	fn expire(agreement: AgreementRef, indexed_at: AgreementMillis) -> Result<Expiry, DispatchError> {
		match agreement {
			AgreementRef::Shipment(id) => {
				match Shipments::<T>::get(id).filter(|shipment| shipment.indexed_at == indexed_at) {
					Some(shipment) => Self::sweep_shipment(id, shipment),
					None => Ok(Expiry::Stale),
				}
			}
			AgreementRef::Leg(id) => match Legs::<T>::get(id).filter(|leg| leg.indexed_at == indexed_at) {
				Some(leg) => Self::sweep_leg(id, leg),
				None => Ok(Expiry::Stale),
			},
			_ => Ok(Expiry::Stale),
		}
	}

	fn expire_weight() -> Weight {
		T::WeightInfo::expire().max(T::WeightInfo::expire_leg())
	}

	fn resolve(agreement: AgreementRef, to_payee: Permill) -> DispatchResult {
		Self::do_resolve(agreement, to_payee)
	}

	fn resolve_weight() -> Weight {
		T::WeightInfo::resolve().max(T::WeightInfo::resolve_claim())
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_disputed() -> AgreementRef {
		crate::benchmarking::disputed_agreement::<T>()
	}
}
