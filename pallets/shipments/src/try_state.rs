//! What must always hold of this pallet's storage, numbered as in the system design.

use crate::{
	agreement::agreement_of, Balance, Config, EscrowOf, HoldReason, Holder, LegOf, LegState, Legs, OpenOf, Outcome,
	Pallet, ShipmentOf, ShipmentPlace, ShipmentState, Shipments, ShipmentsOf,
};
use alloc::collections::{BTreeMap, BTreeSet};
use bpiiot_primitives::{AgreementClock, DeadlineIndex, Escrow, EscrowView};
use frame_support::{ensure, traits::fungible::InspectHold};
use sp_runtime::TryRuntimeError;

/// Whether custody is over, and the shipment is not.
fn at_the_end(state: ShipmentState) -> bool {
	matches!(state, ShipmentState::Refused(_) | ShipmentState::Disputed(_))
}

impl<T: Config> Pallet<T> {
	/// Checks the invariants that this pallet can see by itself.
	///
	/// # Errors
	/// Names the invariant that is broken.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		for (id, shipment) in Shipments::<T>::iter() {
			Self::check_payment(&shipment)?;
			Self::check_state(&shipment)?;
			Self::check_custody(&shipment)?;
			ensure!(
				EscrowOf::<T>::is_disputed(agreement_of(id)) == matches!(shipment.state, ShipmentState::Disputed(_)),
				"invariant 3: a shipment's state and its dispute differ"
			);
		}
		for (id, leg) in Legs::<T>::iter() {
			Self::check_leg_money(&leg)?;
			Self::check_leg_state(&leg)?;
			ensure!(
				EscrowOf::<T>::is_disputed(agreement_of(id)) == (leg.state == LegState::Disputed),
				"invariant 3: a leg's state and its dispute differ"
			);
		}
		Self::check_legs_of_shipments()?;
		Self::check_lists()?;
		Self::check_open()?;
		Self::check_deadlines()?;
		Self::check_deposits()
	}

	/// Invariants 1 and 3: until the consignee has spoken all of the price is on hold, afterwards what is at stake; a settled
	/// shipment's escrow has ended. That it is really on hold is for the escrow to check.
	fn check_payment(shipment: &ShipmentOf<T>) -> Result<(), TryRuntimeError> {
		let price = shipment.terms.price().unwrap_or_default();
		let Some(payment) = &shipment.payment else {
			let is_free = price == 0 || !shipment.agreed;
			ensure!(
				is_free && shipment.at_stake == 0,
				"invariant 1: goods that are not paid travel without their price on hold"
			);
			return Ok(());
		};
		ensure!(
			shipment.is_settled() == payment.has_ended(),
			"invariant 3: a shipment and its escrow have not ended together"
		);
		let due = match shipment.state {
			ShipmentState::Settled(_) => 0,
			ShipmentState::Returning(_) | ShipmentState::Refused(_) | ShipmentState::Disputed(_) => shipment.at_stake,
			_ => price,
		};
		ensure!(
			payment.held() == due,
			"invariant 1: a shipment's escrow differs from what is not paid"
		);
		Ok(())
	}

	/// Invariants 4 and 8: who has the goods and who has agreed fit the state, and only a shipment that has ended was rated.
	fn check_state(shipment: &ShipmentOf<T>) -> Result<(), TryRuntimeError> {
		let all_agreed = shipment.agreed && shipment.awaited == 0;
		let holder = shipment.holder();
		let fits = match shipment.state {
			ShipmentState::Offered => !all_agreed && holder == Holder::Consignor,
			ShipmentState::Agreed => all_agreed && holder == Holder::Consignor,
			ShipmentState::InTransit => all_agreed && matches!(holder, Holder::Carrier(_)),
			ShipmentState::Delivered => all_agreed && holder == Holder::Consignee && shipment.decided.is_empty(),
			ShipmentState::Returning(outcome) => {
				let decided = outcome == Outcome::Undelivered || !shipment.decided.is_empty();
				let is_back = holder == Holder::Consignor;
				all_agreed && decided && (!is_back || shipment.until < T::Clock::now())
			}
			ShipmentState::Refused(_) | ShipmentState::Disputed(_) => {
				all_agreed && shipment.at_stake > 0 && shipment.terms.arbiter.is_some() && !shipment.decided.is_empty()
			}
			ShipmentState::Settled(outcome) => {
				let early = matches!(outcome, Outcome::Withdrawn | Outcome::Lapsed);
				(all_agreed || early) && shipment.at_stake == 0
			}
		};
		ensure!(fits, "invariant 4: a shipment does not fit its state");
		let is_waiting =
			shipment.receivers().iter().any(Option::is_some) || shipment.is_settled() || at_the_end(shipment.state);
		ensure!(
			is_waiting || !shipment.declined,
			"invariant 4: somebody has declined what was not to be handed over"
		);
		let tendered = shipment.tender.map(|tender| Some(tender.to));
		ensure!(
			tendered.is_none_or(|to| shipment.receivers().contains(&to)),
			"invariant 4: somebody is called who may not take over"
		);
		let lines = shipment.terms.goods.iter().zip(shipment.decided.iter());
		let mut parts =
			lines.map(|(line, decision)| decision.refused.saturating_add(decision.missing) <= line.quantity);
		ensure!(
			parts.all(|fits| fits) && [0, shipment.terms.goods.len()].contains(&shipment.decided.len()),
			"invariant 4: more is refused than was sent"
		);
		ensure!(
			shipment.is_settled() || !shipment.rated,
			"invariant 8: a shipment was rated before it has ended"
		);
		Ok(())
	}

	/// Invariant 4: the chain of custody begins with the consignor, each link is another's than the one before, no carrier is
	/// left out, and time does not run backwards.
	fn check_custody(shipment: &ShipmentOf<T>) -> Result<(), TryRuntimeError> {
		let last = shipment.terms.last_leg();
		let may_follow = |from, to| match (from, to) {
			(Holder::Consignor, Holder::Carrier(leg)) => leg == 0,
			(Holder::Carrier(from), Holder::Carrier(to)) => to == from.saturating_add(1),
			(Holder::Carrier(leg), Holder::Consignee) => leg == last,
			(Holder::Consignee, Holder::Carrier(leg)) => leg == last,
			(Holder::Carrier(_) | Holder::Consignee, Holder::Consignor) => true,
			_ => false,
		};
		let begins = shipment.custody.first().map(|hop| hop.holder);
		let mut links = shipment.custody.windows(2);
		let holds = links.all(|pair| {
			matches!(pair, [one, next] if may_follow(one.holder, next.holder)
				&& one.at <= next.at && one.since <= next.since)
		});
		ensure!(
			begins == Some(Holder::Consignor) && holds,
			"invariant 4: a chain of custody is broken"
		);
		Ok(())
	}

	/// Invariants 1 and 3: a leg that has not ended has freight and liability on hold in full; one that has, nothing.
	fn check_leg_money(leg: &LegOf<T>) -> Result<(), TryRuntimeError> {
		let Some(shipment) = Shipments::<T>::get(leg.shipment) else {
			return Err("a leg of no shipment".into());
		};
		let Some(carriage) = shipment.terms.leg(leg.number) else {
			return Err("a leg that its shipment's terms do not have".into());
		};
		let escrows = [
			(&leg.freight, carriage.freight.saturating_add(carriage.return_freight)),
			(&leg.liability, carriage.liability),
		];
		for (escrow, amount) in escrows {
			if let Some(escrow) = escrow {
				ensure!(
					escrow.has_ended() == leg.is_settled(),
					"invariant 3: a leg and its escrows have not ended together"
				);
				ensure!(
					escrow.held() == if leg.is_settled() { 0 } else { amount },
					"invariant 1: a leg's escrow differs from its terms"
				);
			}
		}
		let is_bound = !matches!(leg.state, LegState::Offered | LegState::Settled);
		ensure!(
			!is_bound || carriage.liability == 0 || leg.liability.is_some(),
			"invariant 1: a carrier is bound without his liability on hold"
		);
		Ok(())
	}

	/// Invariants 4 and 8: claims and breaches fit the state, and only a leg that has ended was rated.
	fn check_leg_state(leg: &LegOf<T>) -> Result<(), TryRuntimeError> {
		let custody_is_over = Shipments::<T>::get(leg.shipment).is_some_and(|shipment| {
			matches!(
				shipment.state,
				ShipmentState::Refused(_) | ShipmentState::Disputed(_) | ShipmentState::Settled(_)
			)
		});
		let fits = match leg.state {
			LegState::Offered | LegState::Agreed => !custody_is_over && leg.claim.is_none(),
			LegState::Closing => custody_is_over && leg.claim.is_none(),
			LegState::Claimed | LegState::Disputed => custody_is_over && leg.claim.is_some(),
			LegState::Settled => custody_is_over,
		};
		ensure!(fits, "invariant 4: a leg does not fit its state");
		ensure!(
			leg.is_settled() || !leg.rated,
			"invariant 8: a leg was rated before it has ended"
		);
		Ok(())
	}

	/// Each shipment has the legs of its terms, and each leg a shipment.
	fn check_legs_of_shipments() -> Result<(), TryRuntimeError> {
		let mut named = 0usize;
		for (id, shipment) in Shipments::<T>::iter() {
			let mut legs = shipment.legs.iter().enumerate();
			let fit = legs.all(|(nth, leg)| {
				Legs::<T>::get(leg).is_some_and(|leg| leg.shipment == id && usize::from(leg.number) == nth)
			});
			ensure!(
				fit && shipment.legs.len() == shipment.terms.legs.len(),
				"the legs of a shipment differ from its terms"
			);
			let awaited = shipment
				.legs
				.iter()
				.filter(|leg| Legs::<T>::get(leg).is_some_and(|leg| leg.state == LegState::Offered));
			ensure!(
				shipment.state != ShipmentState::Offered || awaited.count() == usize::from(shipment.awaited),
				"a shipment does not know whom it awaits"
			);
			named = named.saturating_add(shipment.legs.len());
		}
		ensure!(named == Legs::<T>::iter_keys().count(), "a leg of no shipment");
		Ok(())
	}

	/// The lists of accounts name exactly the shipments that name them.
	fn check_lists() -> Result<(), TryRuntimeError> {
		let listed: BTreeSet<_> = ShipmentsOf::<T>::iter_keys().collect();
		let named: BTreeSet<_> = Shipments::<T>::iter()
			.flat_map(|(id, shipment)| {
				let place = ShipmentPlace::new(id);
				Self::parties_of(&shipment).into_iter().map(move |party| (party, place))
			})
			.collect();
		ensure!(
			listed == named,
			"the lists of shipments differ from whom the shipments name"
		);
		Ok(())
	}

	/// What accounts are bound by is counted.
	fn check_open() -> Result<(), TryRuntimeError> {
		let mut open: BTreeMap<T::AccountId, u32> = BTreeMap::new();
		let mut count = |who: &T::AccountId| {
			let sum = open.entry(who.clone()).or_default();
			*sum = sum.saturating_add(1);
		};
		for shipment in Shipments::<T>::iter_values().filter(|shipment| !shipment.is_settled()) {
			count(&shipment.consignor);
			if shipment.agreed {
				count(&shipment.terms.consignee);
			}
		}
		for leg in Legs::<T>::iter_values().filter(|leg| !matches!(leg.state, LegState::Offered | LegState::Settled)) {
			let shipment = Shipments::<T>::get(leg.shipment);
			if let Some(carriage) = shipment.as_ref().and_then(|shipment| shipment.terms.leg(leg.number)) {
				count(&carriage.carrier);
			}
		}
		let counted: BTreeMap<_, _> = OpenOf::<T>::iter().collect();
		ensure!(
			counted == open,
			"what accounts are counted for differs from what they are bound by"
		);
		Ok(())
	}

	/// Nothing that is open escapes the sweep: until the moment under which it is indexed has passed, it is in the index, and
	/// that moment is no later than its deadline.
	fn check_deadlines() -> Result<(), TryRuntimeError> {
		let shipments = Shipments::<T>::iter()
			.filter_map(|(id, shipment)| Some((agreement_of(id), shipment.indexed_at, shipment.deadline()?)));
		let legs = Legs::<T>::iter().filter_map(|(id, leg)| Some((agreement_of(id), leg.indexed_at, leg.deadline()?)));
		for (agreement, indexed_at, deadline) in shipments.chain(legs) {
			ensure!(
				indexed_at <= deadline,
				"deadlines: something open is looked at too late"
			);
			ensure!(
				indexed_at < T::Clock::now() || T::Deadlines::contains(indexed_at, agreement),
				"deadlines: something open is not in the index"
			);
		}
		Ok(())
	}

	/// Invariant 9: every deposit on hold belongs to a record that exists.
	fn check_deposits() -> Result<(), TryRuntimeError> {
		let shipments = Shipments::<T>::iter_values().map(|shipment| (shipment.consignor, shipment.deposit));
		let claims = Legs::<T>::iter_values()
			.filter(|leg| !leg.is_settled())
			.filter_map(|leg| leg.claim?.claimant);
		Self::check_reason(
			HoldReason::Shipment,
			shipments,
			"invariant 9: deposits for shipments differ from the shipments",
		)?;
		Self::check_reason(
			HoldReason::Claim,
			claims,
			"invariant 9: deposits for claims differ from the claims",
		)
	}

	fn check_reason(
		reason: HoldReason,
		deposits: impl Iterator<Item = (T::AccountId, Balance)>,
		broken: &'static str,
	) -> Result<(), TryRuntimeError> {
		let mut due = BTreeMap::new();
		for (who, deposit) in deposits {
			let sum: &mut Balance = due.entry(who).or_default();
			*sum = sum.saturating_add(deposit);
		}
		for who in frame_system::Account::<T>::iter_keys() {
			let on_hold = T::Currency::balance_on_hold(&reason.into(), &who);
			ensure!(on_hold == due.remove(&who).unwrap_or_default(), broken);
		}
		ensure!(due.is_empty(), broken);
		Ok(())
	}
}
