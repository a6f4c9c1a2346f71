//! Handovers. Both sides sign, always: the giver by a call and the receiver by another, or the giver by a token that the
//! receiver presents.

use crate::{
	token, Caller, ClaimKind, Config, Error, Event, Holder, Hop, Outcome, Pallet, ShipmentId, ShipmentOf,
	ShipmentState, Shipments, Tender, Token,
};
use bpiiot_primitives::{AgreementClock, AgreementMillis, HolderKeys, Mistake};
use frame_support::{
	ensure,
	pallet_prelude::{DispatchError, DispatchResult},
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_core::H256;
use sp_runtime::traits::Zero;

impl<T: Config> Pallet<T> {
	/// The giver names who is to take the goods over, or nobody any more.
	pub(crate) fn do_hand_over(actor: &Caller<T>, id: ShipmentId, hop: u8, to: Option<T::AccountId>) -> DispatchResult {
		let mut shipment = Self::on_its_way(id, hop)?;
		let giver = shipment.custodian().clone();
		ensure!(Self::is(actor, &giver), Error::<T>::NotTheHolder);
		shipment.tender = match &to {
			Some(receiver) => {
				let to = Self::receiver(&shipment, receiver)?;
				let at = T::Clock::now();
				// Who has waited goes on waiting.
				let waited = shipment.tender.filter(|tender| tender.to == to);
				Some(waited.unwrap_or(Tender { to, at }))
			}
			None => None,
		};
		Self::deposit_event(Event::HandoverTendered {
			shipment: id,
			hop,
			giver,
			receiver: to,
		});
		Shipments::<T>::insert(id, shipment);
		Ok(())
	}

	/// The receiver takes over what was handed over to him.
	pub(crate) fn do_take_over(actor: &Caller<T>, id: ShipmentId, hop: u8, reservation: H256) -> DispatchResult {
		let shipment = Self::on_its_way(id, hop)?;
		let tender = shipment.tender.ok_or(Error::<T>::NotTendered)?;
		let receiver = shipment.account_of(tender.to).ok_or(Error::<T>::NotTheReceiver)?;
		let is_called = Self::is(actor, receiver) || Mistake::UncheckedReceiver.is_made();
		ensure!(is_called, Error::<T>::NotTheReceiver);
		Self::pass_on(id, shipment, tender.to, tender.at, reservation)
	}

	/// The receiver brings the giver's signature.
	pub(crate) fn do_present(
		actor: &Caller<T>,
		id: ShipmentId,
		hop: u8,
		token: Token,
		reservation: H256,
	) -> DispatchResult {
		let shipment = Self::on_its_way(id, hop)?;
		let mine = shipment
			.receivers()
			.into_iter()
			.flatten()
			.find_map(|to| Some((to, shipment.account_of(to)?)).filter(|(_, account)| Self::is(actor, account)));
		let (to, receiver) = mine.ok_or(Error::<T>::NotTheReceiver)?;
		ensure!(T::Clock::unix_now() <= token.valid_until, Error::<T>::TokenExpired);
		let key = T::Keys::key_of(shipment.custodian()).ok_or(Error::<T>::GiverBarred)?;
		let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
		let payload = token::payload(&genesis, id, hop, receiver, token.valid_until);
		ensure!(token::verify(&payload, &token.signature, &key), Error::<T>::BadToken);
		let now = T::Clock::now();
		// Who had called him before has not waited in vain.
		let ready = shipment
			.tender
			.filter(|tender| tender.to == to)
			.map_or(now, |tender| tender.at);
		Self::pass_on(id, shipment, to, ready, reservation)
	}

	/// The receiver says that nothing was there to take over. Silence would have counted against him; this counts against
	/// neither.
	pub(crate) fn do_decline(actor: &Caller<T>, id: ShipmentId, hop: u8, evidence: H256) -> DispatchResult {
		let mut shipment = Self::on_its_way(id, hop)?;
		let tender = shipment.tender.take().ok_or(Error::<T>::NotTendered)?;
		let receiver = shipment
			.account_of(tender.to)
			.ok_or(Error::<T>::NotTheReceiver)?
			.clone();
		ensure!(Self::is(actor, &receiver), Error::<T>::NotTheReceiver);
		shipment.declined = true;
		Self::deposit_event(Event::HandoverDeclined {
			shipment: id,
			hop,
			giver: shipment.custodian().clone(),
			receiver,
			evidence,
		});
		Shipments::<T>::insert(id, shipment);
		Ok(())
	}

	/// Whoever has the goods says that they are gone, and does not wait for it to come out.
	pub(crate) fn do_report_loss(actor: &Caller<T>, id: ShipmentId, evidence: H256) -> DispatchResult {
		let mut shipment = Self::shipment(id)?;
		ensure!(
			matches!(shipment.state, ShipmentState::InTransit | ShipmentState::Returning(_)),
			Error::<T>::WrongState
		);
		ensure!(Self::is(actor, shipment.custodian()), Error::<T>::NotTheHolder);
		let Holder::Carrier(leg) = shipment.holder() else {
			return Err(Error::<T>::NotTheCarrier.into());
		};
		shipment.reason = evidence;
		// His own word decides.
		shipment.declined = false;
		Self::lose(id, shipment, leg)
	}

	/// The goods are gone. If they were on their way back already, the shipment ends by why they were.
	pub(crate) fn lose(id: ShipmentId, mut shipment: ShipmentOf<T>, leg: u8) -> DispatchResult {
		Self::add_fault(&mut shipment, leg, ClaimKind::Loss);
		let outcome = match shipment.state {
			ShipmentState::Returning(outcome) => outcome,
			_ => Outcome::Lost,
		};
		Self::deposit_event(Event::Lost {
			shipment: id,
			consignor: shipment.consignor.clone(),
			carrier: shipment.custodian().clone(),
			number: leg,
			evidence: shipment.reason,
		});
		Self::end_custody(id, shipment, outcome)
	}

	/// Who has the goods of a shipment that has locked them.
	pub fn custodian(shipment: ShipmentId) -> Option<T::AccountId> {
		let shipment = Shipments::<T>::get(shipment)?;
		(!shipment.is_settled()).then(|| shipment.custodian().clone())
	}

	/// The shipment, if a handover of this number may take place now.
	fn on_its_way(id: ShipmentId, hop: u8) -> Result<ShipmentOf<T>, DispatchError> {
		let shipment = Self::shipment(id)?;
		let may_move = shipment.receivers().into_iter().flatten().next().is_some();
		ensure!(may_move, Error::<T>::WrongState);
		ensure!(shipment.next_hop() == hop, Error::<T>::HandoverChanged);
		ensure!(T::Clock::now() <= shipment.until, Error::<T>::TooLate);
		Ok(shipment)
	}

	fn receiver(shipment: &ShipmentOf<T>, account: &T::AccountId) -> Result<Holder, DispatchError> {
		let mut receivers = shipment.receivers().into_iter().flatten();
		let found = receivers.find(|to| shipment.account_of(*to) == Some(account));
		found.ok_or_else(|| Error::<T>::NotTheReceiver.into())
	}

	/// The goods change hands. This is the record of it, and all that is written but for a deadline that has come nearer.
	fn pass_on(
		id: ShipmentId,
		mut shipment: ShipmentOf<T>,
		to: Holder,
		ready: AgreementMillis,
		reservation: H256,
	) -> DispatchResult {
		let giver = shipment.custodian().clone();
		let receiver = shipment.account_of(to).ok_or(Error::<T>::NotTheReceiver)?.clone();
		// Machines are sold. Who has become both sides cannot sign for both.
		ensure!(!Self::share_an_owner(&giver, &receiver), Error::<T>::SameOwner);
		let now = T::Clock::now();
		Self::note_lateness(&mut shipment, ready);
		let hop = Hop {
			holder: to,
			at: T::Clock::unix_now(),
			since: now,
			reservation,
		};
		let number = shipment.next_hop();
		shipment.custody.try_push(hop).map_err(|_| Error::<T>::WrongState)?;
		(shipment.tender, shipment.declined) = (None, false);
		Self::deposit_event(Event::HandedOver {
			shipment: id,
			hop: number,
			giver,
			receiver,
			reservation,
		});
		let windows = &shipment.terms.windows;
		(shipment.state, shipment.until) = match (shipment.state, to) {
			// Over, and due at once: whoever ends it pays for that, and a handover costs the same whatever it is.
			(ShipmentState::Returning(outcome), Holder::Consignor) => {
				(ShipmentState::Returning(outcome), now.saturating_sub(1))
			}
			(ShipmentState::Returning(outcome), _) => {
				(ShipmentState::Returning(outcome), now.saturating_add(windows.returning))
			}
			(_, Holder::Carrier(leg)) => (ShipmentState::InTransit, Self::transit_until(&shipment, leg, now)),
			(_, _) => (ShipmentState::Delivered, now.saturating_add(windows.review)),
		};
		Self::keep_indexed(id, &mut shipment);
		Shipments::<T>::insert(id, shipment);
		Ok(())
	}

	/// Notes by how much the carrier who has the goods is late, when he is ready to hand them over.
	pub(crate) fn note_lateness(shipment: &mut ShipmentOf<T>, ready: AgreementMillis) {
		if let (ShipmentState::InTransit, Holder::Carrier(leg)) = (shipment.state, shipment.holder()) {
			let days = shipment.days_late(leg, ready);
			if let Some(noted) = shipment.late_days.get_mut(usize::from(leg)) {
				*noted = days;
			}
		}
	}

	fn transit_until(shipment: &ShipmentOf<T>, leg: u8, now: AgreementMillis) -> AgreementMillis {
		shipment.terms.leg(leg).map_or(now, |leg| {
			now.saturating_add(leg.transit_time).saturating_add(leg.late_window)
		})
	}

	pub(crate) fn add_fault(shipment: &mut ShipmentOf<T>, leg: u8, kind: ClaimKind) {
		// There is room for each leg's. Who did not come cannot lose the goods, too.
		if shipment.fault_of(leg).is_none() {
			let _ = shipment.faults.try_push((leg, kind));
		}
	}
}
