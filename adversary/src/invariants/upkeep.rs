//! Invariants 3 and 4 of maintenance orders, and what must come of challenges: how orders move, what speaks against work, and what
//! becomes of the money.

use super::Broken;
use crate::{upkeep::Upkeep, world::controller_of};
use bpiiot_primitives::{AgreementRef, BondOutcome, ServiceOrderId};
use bpiiot_runtime::{AccountId, Balance, CollatorSelection, Runtime, RuntimeEvent, RuntimeHoldReason};
use pallet_diagnostics::{Event, OrderOf, OrderState, Outcome, Quarrel};
use pallet_procurement::RequestState;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of the orders that are open.
#[derive(Clone, Debug, Default)]
pub struct Mending {
	/// What each order has paid to its maintainer and given back to the machine.
	paid: BTreeMap<ServiceOrderId, (Balance, Balance)>,
}

impl Mending {
	/// Looks at the events of a block between one state and the next.
	///
	/// # Errors
	/// When something does not hold.
	pub fn look(&mut self, events: &[RuntimeEvent], before: &Upkeep, now: &Upkeep) -> Result<(), Broken> {
		orders_move_on(before, now)?;
		nothing_but_readings_or_a_verdict_speaks_against_work(now)?;
		what_is_awarded_is_assigned(now)?;
		answers_cost_who_has_asked(events)?;
		what_is_withheld_is_no_evidence(events, now)?;
		self.orders_are_paid(events, now)
	}

	/// Invariant 3: what is on hold for an order is all paid or given back, by its terms, and the bond goes to the machine if the
	/// maintainer has broken his word.
	fn orders_are_paid(&mut self, events: &[RuntimeEvent], now: &Upkeep) -> Result<(), Broken> {
		use pallet_escrow::Event as Money;
		let mut slashed = BTreeSet::new();
		for event in events {
			match event {
				RuntimeEvent::Escrow(Money::Released {
					agreement: AgreementRef::Ticket(order),
					amount,
					..
				}) => self.paid.entry(*order).or_default().0 += amount,
				RuntimeEvent::Escrow(Money::Refunded {
					agreement: AgreementRef::Ticket(order),
					amount,
					..
				}) => self.paid.entry(*order).or_default().1 += amount,
				RuntimeEvent::Escrow(Money::Settled {
					agreement: AgreementRef::Ticket(order),
					to_payee,
					to_payer,
					bond_outcome,
					..
				}) => {
					let paid = self.paid.entry(*order).or_default();
					*paid = (paid.0 + to_payee, paid.1 + to_payer);
					if *bond_outcome == BondOutcome::Slashed {
						slashed.insert(*order);
					}
				}
				RuntimeEvent::Diagnostics(Event::Settled { order, outcome, .. }) => {
					let paid = self.paid.remove(order).unwrap_or_default();
					if slashed.contains(order) != is_broken(*outcome) {
						let seen = format!("maintenance order {} ended as {outcome:?}", order.0);
						return Err(Broken::new("a bond answers for broken work and for nothing else", seen));
					}
					// It may have been removed since.
					if let Some(record) = now.orders.get(order) {
						is_paid(record, *outcome, paid).map_err(|rule| {
							let seen = format!("maintenance order {}: {paid:?} of {}", order.0, record.price);
							Broken::new(rule, seen)
						})?;
					}
				}
				_ => (),
			}
		}
		Ok(())
	}
}

fn is_broken(outcome: Outcome) -> bool {
	matches!(
		outcome,
		Outcome::Failed | Outcome::Returned | Outcome::NotDone | Outcome::GivenUp
	)
}

fn is_paid(order: &OrderOf<Runtime>, outcome: Outcome, paid: (Balance, Balance)) -> Result<(), &'static str> {
	let bonus = order.conditions.bonus.mul_floor(order.price);
	if paid.0 + paid.1 != order.price + bonus {
		return Err("price and bonus of work are paid or given back");
	}
	let in_time = order.started_at.is_some_and(|started| started <= order.response_by);
	let earned = order.declared_at.is_some_and(|declared| declared <= order.bonus_by) && in_time;
	let late = if in_time {
		0
	} else {
		order.conditions.late_penalty.mul_floor(order.price)
	};
	let net = order.price - late;
	let due = net + if earned { bonus } else { 0 };
	let owed = match outcome {
		// A verdict splits as it says.
		_ if order.verdict.is_some() => {
			return if paid.0 <= due {
				Ok(())
			} else {
				Err("a verdict gives what was due at most")
			}
		}
		Outcome::Completed => due,
		Outcome::Failed => order.conditions.failure_fee.mul_floor(net).min(due),
		Outcome::Returned => due - order.conditions.retention.mul_floor(net).min(due),
		Outcome::Cancelled if order.agreed => order.conditions.cancellation_fee.mul_floor(order.price),
		Outcome::Cancelled | Outcome::NotDone | Outcome::GivenUp | Outcome::Declined => 0,
	};
	match paid.0 == owed {
		true => Ok(()),
		false => Err("work is paid by what became of it"),
	}
}

/// What may only grow.
fn stage(state: OrderState) -> u8 {
	match state {
		OrderState::Proposed => 0,
		OrderState::Assigned => 1,
		OrderState::InWork => 2,
		OrderState::DeclaredDone => 3,
		OrderState::Failed => 4,
		OrderState::Verified => 5,
		OrderState::Returned => 6,
		OrderState::Disputed(Quarrel::Work | Quarrel::Guarantee) => 7,
		OrderState::Settled(_) => 8,
	}
}

/// Invariant 4: an order only moves on, its terms stay, and what is settled stays as it is.
fn orders_move_on(before: &Upkeep, now: &Upkeep) -> Result<(), Broken> {
	for (id, old) in &before.orders {
		let Some(new) = now.orders.get(id) else {
			continue;
		};
		let terms = |order: &OrderOf<Runtime>| (order.price, order.conditions, order.ticket, order.machine);
		let parties = |order: &OrderOf<Runtime>| (order.payer().clone(), order.maintainer().clone());
		let stays = !old.is_settled() || (old.state == new.state && (new.rated || !old.rated));
		let moves_on = stage(old.state) <= stage(new.state) && stays;
		if !moves_on || terms(old) != terms(new) || parties(old) != parties(new) {
			let seen = format!("from {old:?} to {new:?}");
			return Err(Broken::new("a maintenance order only moves on", seen));
		}
	}
	Ok(())
}

/// As many readings out of bounds as the terms say, or an arbiter; silence is for the maintainer.
fn nothing_but_readings_or_a_verdict_speaks_against_work(now: &Upkeep) -> Result<(), Broken> {
	for (id, order) in &now.orders {
		let is_against = matches!(
			order.state,
			OrderState::Failed
				| OrderState::Returned
				| OrderState::Settled(Outcome::Failed)
				| OrderState::Settled(Outcome::Returned)
		);
		if is_against && order.verdict.is_none() && order.bad < order.conditions.check.readings {
			let seen = format!("maintenance order {}: {} bad readings", id.0, order.bad);
			return Err(Broken::new(
				"nothing but readings or a verdict speaks against work",
				seen,
			));
		}
	}
	Ok(())
}

/// Who was awarded a ticket has the order that the request names, at no more than its price; it is the machine that has asked.
fn what_is_awarded_is_assigned(now: &Upkeep) -> Result<(), Broken> {
	for (id, order) in &now.orders {
		let pallet_diagnostics::Source::Request(request) = order.source else {
			continue;
		};
		let Some(request) = pallet_procurement::Requests::<Runtime>::get(request) else {
			continue;
		};
		let is_named = match request.state {
			RequestState::Assigned(named) => named == *id || order.is_settled(),
			_ => order.is_settled(),
		};
		let is_its = request.ticket == Some(order.ticket) && request.buyer == order.machine.account::<AccountId>();
		if !is_named || !is_its || order.price > request.wanted.max_price {
			let seen = format!("maintenance order {} of {:?}", id.0, request.state);
			return Err(Broken::new("an award of a ticket is its order", seen));
		}
	}
	Ok(())
}

/// The deposit of a challenge that was answered goes to the chain.
fn answers_cost_who_has_asked(events: &[RuntimeEvent]) -> Result<(), Broken> {
	let pot = CollatorSelection::account_id();
	let reason = RuntimeHoldReason::from(pallet_telemetry::HoldReason::Challenge);
	let mut forfeited = BTreeMap::new();
	for event in events {
		match event {
			RuntimeEvent::Balances(pallet_balances::Event::TransferOnHold {
				reason: held,
				source,
				dest,
				amount,
			}) if *held == reason && *dest == pot => *forfeited.entry(source.clone()).or_insert(0) += amount,
			RuntimeEvent::Telemetry(pallet_telemetry::Event::Produced {
				challenger,
				forfeited: said,
				challenge,
				..
			}) => {
				if forfeited.remove(challenger) != Some(*said) {
					let seen = format!("challenge {} of {}", challenge.0, controller_of(challenger));
					return Err(Broken::new("who asks for what is produced pays for it", seen));
				}
			}
			_ => (),
		}
	}
	Ok(())
}

/// A batch whose readings were not produced is marked.
fn what_is_withheld_is_no_evidence(events: &[RuntimeEvent], now: &Upkeep) -> Result<(), Broken> {
	for event in events {
		let RuntimeEvent::Telemetry(pallet_telemetry::Event::Withheld { machine, batch, .. }) = event else {
			continue;
		};
		// It may have been pruned since.
		let counts = now
			.anchors
			.get(&(*machine, *batch))
			.is_some_and(|anchor| !anchor.withheld);
		if counts {
			let seen = format!("batch {batch} of {machine:?}");
			return Err(Broken::new("a batch that was withheld is no evidence", seen));
		}
	}
	Ok(())
}
