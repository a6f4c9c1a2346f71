//! Shipments and products: who has what, that both say the same, and what becomes of the price.

use super::Broken;
use crate::trace::Trace;
use bpiiot_primitives::{AgreementRef, ShipmentId};
use bpiiot_runtime::{AccountId, Balance, CollatorSelection, Runtime, RuntimeEvent};
use pallet_products::Thing;
use pallet_shipments::{Event, Holder, LegState, ShipmentOf, ShipmentState};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of the shipments that are open.
#[derive(Clone, Debug, Default)]
pub struct Carriage {
	/// What each shipment has paid to its consignor and given back to its consignee.
	paid: BTreeMap<ShipmentId, (Balance, Balance)>,
}

impl Carriage {
	/// Looks at the events of a block between one state and the next.
	///
	/// # Errors
	/// When something does not hold.
	pub fn look(&mut self, events: &[RuntimeEvent], before: &Trace, now: &Trace) -> Result<(), Broken> {
		shipments_move_on(before, now)?;
		legs_move_on(before, now)?;
		goods_and_shipments_say_the_same(now)?;
		recalls_move_on(before, now)?;
		false_recalls_are_paid_for(events, before)?;
		self.prices_are_paid(events, before, now)
	}

	/// Invariant 3: a shipment's price is all paid or given back, and what is accepted is paid in full.
	fn prices_are_paid(&mut self, events: &[RuntimeEvent], before: &Trace, now: &Trace) -> Result<(), Broken> {
		use pallet_escrow::Event as Money;
		for event in events {
			match event {
				RuntimeEvent::Escrow(Money::Released {
					agreement: AgreementRef::Shipment(shipment),
					amount,
					..
				}) => self.paid.entry(*shipment).or_default().0 += amount,
				RuntimeEvent::Escrow(Money::Refunded {
					agreement: AgreementRef::Shipment(shipment),
					amount,
					..
				}) => self.paid.entry(*shipment).or_default().1 += amount,
				RuntimeEvent::Escrow(Money::Settled {
					agreement: AgreementRef::Shipment(shipment),
					to_payee,
					to_payer,
					..
				}) => {
					let paid = self.paid.entry(*shipment).or_default();
					*paid = (paid.0 + to_payee, paid.1 + to_payer);
				}
				RuntimeEvent::Shipments(Event::Settled { shipment, .. }) => {
					let paid = self.paid.remove(shipment).unwrap_or_default();
					let record = now.shipments.get(shipment).or_else(|| before.shipments.get(shipment));
					let Some(record) = record.filter(|record| record.agreed) else {
						continue;
					};
					let price = record.terms.price().unwrap_or_default();
					if paid.0 + paid.1 != price {
						let seen = format!("shipment {}: {paid:?} of {price}", shipment.0);
						return Err(Broken::new("the price of a shipment is paid or given back", seen));
					}
				}
				_ => (),
			}
		}
		Ok(())
	}
}

/// What may only grow.
fn stage(state: ShipmentState) -> u8 {
	match state {
		ShipmentState::Offered => 0,
		ShipmentState::Agreed => 1,
		ShipmentState::InTransit => 2,
		ShipmentState::Delivered => 3,
		ShipmentState::Returning(_) => 4,
		ShipmentState::Refused(_) => 5,
		ShipmentState::Disputed(_) => 6,
		ShipmentState::Settled(_) => 7,
	}
}

/// Invariant 4: a shipment only moves on, its terms stay, its chain of custody only grows, and what is settled stays.
fn shipments_move_on(before: &Trace, now: &Trace) -> Result<(), Broken> {
	for (id, old) in &before.shipments {
		let Some(new) = now.shipments.get(id) else {
			continue;
		};
		let grows = stage(old.state) <= stage(new.state) && new.custody.starts_with(&old.custody);
		let stays = !old.is_settled() || (old.state == new.state && old.custody == new.custody);
		if !grows || !stays || old.terms != new.terms || old.consignor != new.consignor {
			let seen = format!("shipment {} from {:?} to {:?}", id.0, old.state, new.state);
			return Err(Broken::new("a shipment only moves on", seen));
		}
	}
	Ok(())
}

fn legs_move_on(before: &Trace, now: &Trace) -> Result<(), Broken> {
	let stage = |state| match state {
		LegState::Offered => 0,
		LegState::Agreed => 1,
		LegState::Closing => 2,
		LegState::Claimed => 3,
		LegState::Disputed => 4,
		LegState::Settled => 5,
	};
	for (id, old) in &before.legs {
		let moves = now.legs.get(id).is_none_or(|new| stage(old.state) <= stage(new.state));
		if !moves {
			return Err(Broken::new("a leg only moves on", format!("leg {}", id.0)));
		}
	}
	Ok(())
}

/// How much of a line is still locked: all of it, until something was handed out.
fn locked(shipment: &ShipmentOf<Runtime>, nth: usize) -> u64 {
	let line = &shipment.terms.goods[nth];
	match (shipment.state, shipment.decision(nth)) {
		(ShipmentState::Settled(_), _) => 0,
		// What was accepted is free; who turned it away at the door has accepted nothing.
		(ShipmentState::Returning(_) | ShipmentState::Refused(_) | ShipmentState::Disputed(_), Some(decision)) => {
			decision.refused + decision.missing
		}
		_ => line.quantity,
	}
}

/// What shipments have locked is locked, for them and for nobody else, and nothing else is.
fn goods_and_shipments_say_the_same(now: &Trace) -> Result<(), Broken> {
	let mut due: BTreeMap<Thing, ShipmentId> = BTreeMap::new();
	let mut lots: BTreeMap<(Thing, AccountId), u64> = BTreeMap::new();
	for (id, shipment) in &now.shipments {
		for (nth, line) in shipment.terms.goods.iter().enumerate() {
			let quantity = locked(shipment, nth);
			match &line.unit {
				_ if quantity == 0 => (),
				thing @ Thing::Lot { .. } => {
					*lots.entry((thing.clone(), shipment.consignor.clone())).or_default() += quantity;
				}
				thing => drop(due.insert(thing.clone(), *id)),
			}
		}
		if shipment.holder() == Holder::Consignee && stage(shipment.state) < 3 {
			let seen = format!("shipment {} in {:?}", id.0, shipment.state);
			return Err(Broken::new("who has taken over looks at it", seen));
		}
	}
	let rule = "what is on its way is locked for its shipment, and nothing else";
	if due != now.on_its_way {
		let differ: BTreeSet<_> = due
			.keys()
			.chain(now.on_its_way.keys())
			.filter(|thing| due.get(*thing) != now.on_its_way.get(*thing))
			.collect();
		return Err(Broken::new(rule, format!("{differ:?}")));
	}
	if lots != now.lots_on_their_way {
		let seen = format!("{:?}, and not {lots:?}", now.lots_on_their_way);
		return Err(Broken::new(rule, seen));
	}
	Ok(())
}

/// A recall that does not count any more does not count again, and one that was judged stays so.
fn recalls_move_on(before: &Trace, now: &Trace) -> Result<(), Broken> {
	for (id, old) in &before.recalls {
		let Some(new) = now.recalls.get(id) else {
			continue;
		};
		let counts_again = !old.counts() && new.counts();
		let unjudged = old.upheld.is_some() && old.upheld != new.upheld;
		if counts_again || unjudged || old.scope != new.scope || old.issuer != new.issuer {
			let seen = format!("recall {id:?} from {:?} to {:?}", old.outcome, new.outcome);
			return Err(Broken::new("a recall only moves on", seen));
		}
	}
	Ok(())
}

/// A recall that is judged to be false forfeits its bond in the same call: it comes to where fees go.
fn false_recalls_are_paid_for(events: &[RuntimeEvent], before: &Trace) -> Result<(), Broken> {
	use pallet_balances::Event as Money;
	use pallet_products::Event as Thing;
	let pot = CollatorSelection::account_id();
	for (nth, event) in events.iter().enumerate() {
		let RuntimeEvent::Products(Thing::Judged { recall, upheld: false }) = event else {
			continue;
		};
		let Some(record) = before.recalls.get(recall) else {
			continue;
		};
		let is_paid = |event: &RuntimeEvent| {
			matches!(event, RuntimeEvent::Balances(Money::TransferOnHold { source, dest, amount, .. })
				if *source == record.payer && *dest == pot && *amount == record.bond)
		};
		if record.bond > 0 && !events.iter().skip(nth).any(is_paid) {
			let seen = format!("recall {recall:?} of {}", record.issuer);
			return Err(Broken::new("a false recall forfeits its bond", seen));
		}
	}
	Ok(())
}
