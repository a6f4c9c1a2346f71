//! Invariants 3 and 4 of orders and requests: how they move, who wins, and what becomes of the money; and that goods are told
//! of once.

use super::Broken;
use crate::market::Market;
use bpiiot_primitives::{AgreementRef, BondOutcome, PurchaseOrderId, RequestId};
use bpiiot_runtime::{AccountId, Balance, Runtime, RuntimeEvent};
use pallet_inventory::Event as Stocked;
use pallet_procurement::{AwardRule, Event, OrderOf, OrderState, Outcome, RequestOf, RequestState, WantedOf};
use std::{
	cmp::Reverse,
	collections::{BTreeMap, BTreeSet},
};

/// What is known of the orders that are open.
#[derive(Clone, Debug, Default)]
pub struct Trade {
	/// What each order has paid to its supplier and given back to its buyer.
	paid: BTreeMap<PurchaseOrderId, (Balance, Balance)>,
}

impl Trade {
	/// Looks at the events of a block between one state of the market and the next.
	///
	/// # Errors
	/// When something does not hold.
	pub fn look(&mut self, events: &[RuntimeEvent], before: &Market, now: &Market) -> Result<(), Broken> {
		orders_move_on(before, now)?;
		requests_move_on(before, now)?;
		the_best_bid_wins(events, before)?;
		goods_are_told_of_once(events)?;
		self.orders_are_paid(events, now)
	}

	/// Invariant 3: what is on hold for an order is all paid or given back, by its terms, and the bond goes to the buyer if the
	/// supplier has broken his word.
	fn orders_are_paid(&mut self, events: &[RuntimeEvent], now: &Market) -> Result<(), Broken> {
		use pallet_escrow::Event as Money;
		let mut slashed = BTreeSet::new();
		for event in events {
			match event {
				RuntimeEvent::Escrow(Money::Released {
					agreement: AgreementRef::Order(order),
					amount,
					..
				}) => self.paid.entry(*order).or_default().0 += amount,
				RuntimeEvent::Escrow(Money::Refunded {
					agreement: AgreementRef::Order(order),
					amount,
					..
				}) => self.paid.entry(*order).or_default().1 += amount,
				RuntimeEvent::Escrow(Money::Settled {
					agreement: AgreementRef::Order(order),
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
				RuntimeEvent::Procurement(Event::Settled { order, outcome, .. }) => {
					let paid = self.paid.remove(order).unwrap_or_default();
					let is_broken = matches!(outcome, Outcome::GivenUp | Outcome::NotDelivered);
					if slashed.contains(order) != is_broken {
						let seen = format!("order {} ended as {outcome:?}", order.0);
						return Err(Broken::new(
							"a bond answers for a broken word and for nothing else",
							seen,
						));
					}
					// It may have been removed since.
					if let Some(record) = now.orders.get(order) {
						is_paid(record, *outcome, paid).map_err(|rule| {
							Broken::new(rule, format!("order {}: {paid:?} of {}", order.0, record.price))
						})?;
					}
				}
				_ => (),
			}
		}
		Ok(())
	}
}

fn is_paid(order: &OrderOf<Runtime>, outcome: Outcome, paid: (Balance, Balance)) -> Result<(), &'static str> {
	if paid.0 + paid.1 != order.price {
		return Err("the price of an order is paid or given back");
	}
	let is_kept = outcome == Outcome::Completed && order.accepted == order.quantity;
	if is_kept && order.conditions.late_penalty.is_zero() && paid.0 != order.price {
		return Err("what came in time and was accepted is paid");
	}
	let owed = match outcome {
		_ if order.delivered > 0 => return Ok(()),
		Outcome::Cancelled => order.conditions.cancellation_fee.mul_floor(order.price),
		_ => 0,
	};
	match paid.0 == owed {
		true => Ok(()),
		false => Err("nothing is paid for what has not come but the fee for calling off"),
	}
}

/// What may only grow.
fn progress(order: &OrderOf<Runtime>) -> (u8, [u64; 6]) {
	let stage = match order.state {
		OrderState::Awaiting | OrderState::Delivered => 0,
		OrderState::Rejected(_) => 1,
		OrderState::Disputed(_) => 2,
		OrderState::Settled(_) => 3,
	};
	let units = [
		order.parts.into(),
		order.delivered,
		order.punctual,
		order.accepted,
		order.rejected,
		order.contested,
	];
	(stage, units)
}

fn outcome(state: OrderState) -> Option<Outcome> {
	match state {
		OrderState::Awaiting | OrderState::Delivered => None,
		OrderState::Rejected(outcome) | OrderState::Disputed(outcome) | OrderState::Settled(outcome) => Some(outcome),
	}
}

/// Invariant 4: an order only moves on, its terms stay, and what is settled stays as it is.
fn orders_move_on(before: &Market, now: &Market) -> Result<(), Broken> {
	for (id, old) in &before.orders {
		let Some(new) = now.orders.get(id) else {
			continue;
		};
		let ((old_stage, old_units), (new_stage, new_units)) = (progress(old), progress(new));
		let grows = old_stage <= new_stage && old_units.iter().zip(&new_units).all(|(old, new)| old <= new);
		let ends_alike = outcome(old.state).is_none_or(|end| outcome(new.state) == Some(end));
		let terms = |order: &OrderOf<Runtime>| (order.quantity, order.price, order.conditions, order.due_until);
		let parties = |order: &OrderOf<Runtime>| (order.buyer().clone(), order.supplier().clone());
		let is_settled = old.is_settled();
		let stays = !is_settled || (old.state == new.state && old_units == new_units && (new.rated || !old.rated));
		if !grows || !ends_alike || !stays || terms(old) != terms(new) || parties(old) != parties(new) {
			return Err(Broken::new(
				"an order only moves on",
				format!("from {old:?} to {new:?}"),
			));
		}
	}
	Ok(())
}

/// Invariant 4: a request is open, then ended or awarded, and opens again only when its order was given up before anything
/// came.
fn requests_move_on(before: &Market, now: &Market) -> Result<(), Broken> {
	for (id, old) in &before.requests {
		let Some(new) = now.requests.get(id) else {
			continue;
		};
		let fits = match (old.state, new.state) {
			(RequestState::Open, RequestState::Awarded(order)) => {
				let order = now.orders.get(&order);
				order.is_none_or(|order| *order.buyer() == new.buyer && order.price <= new.wanted.max_price)
			}
			(RequestState::Open, _) => true,
			(
				RequestState::Awarded(order),
				RequestState::Open | RequestState::Awarded(_) | RequestState::NotAwarded,
			) if old.state != new.state => {
				let order = now.orders.get(&order);
				order.is_none_or(|order| order.state == OrderState::Settled(Outcome::GivenUp) && order.delivered == 0)
			}
			(RequestState::Awarded(_), RequestState::NoBid | RequestState::Cancelled) => true,
			// Whether its winner has given up is seen where its order is.
			(RequestState::Assigned(_), _) => true,
			(old, new) => old == new,
		};
		if !fits || old.made > new.made || old.wanted != new.wanted || old.buyer != new.buyer {
			let seen = format!("request {} from {:?} to {:?}", id.0, old.state, new.state);
			return Err(Broken::new("a request only moves on", seen));
		}
	}
	Ok(())
}

/// A bid as it was made: who, for how much, how soon, with which standing in millionths, and which in turn.
type Made = (AccountId, Balance, u64, u32, u32);

/// The published score of a bid, in millionths of millionths.
fn score(wanted: &WantedOf<Runtime>, (_, price, lead_time, standing, _): &Made) -> u128 {
	let left = |most: u128, taken: u128| (most - taken).saturating_mul(1_000_000) / most;
	let weights = [wanted.weights.price, wanted.weights.lead_time, wanted.weights.standing];
	let shares = [
		left(wanted.max_price, *price),
		left(wanted.max_lead_time.into(), (*lead_time).into()),
		(*standing).into(),
	];
	let parts = weights.iter().zip(shares);
	parts
		.map(|(weight, share)| u128::from(weight.deconstruct()) * share)
		.sum()
}

fn made(request: &RequestOf<Runtime>) -> Vec<Made> {
	let bids = request.bids.iter();
	bids.map(|bid| {
		let standing = bid.standing.deconstruct();
		(bid.bidder.clone(), bid.price, bid.lead_time, standing, bid.number)
	})
	.collect()
}

/// Whoever is awarded by score, or struck when it is his turn, has the best bid: by score, then by price, then by age. No bid
/// comes in the block of such an award, since bidding is over by then.
fn the_best_bid_wins(events: &[RuntimeEvent], before: &Market) -> Result<(), Broken> {
	let mut bids: BTreeMap<RequestId, Vec<Made>> = BTreeMap::new();
	for event in events {
		let (request, first) = match event {
			RuntimeEvent::Procurement(
				Event::RequestAwarded { request, bidder, .. }
				| Event::ServiceAwarded { request, bidder, .. }
				| Event::BidStruck { request, bidder, .. },
			) => (request, bidder),
			_ => continue,
		};
		let Some(record) = before.requests.get(request) else {
			continue;
		};
		// Shares of what is larger are not computed here.
		let wanted = &record.wanted;
		if wanted.award == AwardRule::ByHand || wanted.max_price > Balance::MAX / 1_000_000 {
			continue;
		}
		let left = bids.entry(*request).or_insert_with(|| made(record));
		let best = left
			.iter()
			.max_by_key(|bid| (score(wanted, bid), Reverse(bid.1), Reverse(bid.4)))
			.map(|bid| bid.0.clone());
		if best.as_ref() != Some(first) {
			let seen = format!("request {}: {first}, and not {best:?}", request.0);
			return Err(Broken::new("the best bid wins", seen));
		}
		left.retain(|bid| bid.0 != *first);
	}
	Ok(())
}

/// Goods that a buyer has accepted are told of at once, and in the same quantity.
fn goods_are_told_of_once(events: &[RuntimeEvent]) -> Result<(), Broken> {
	let mut told = None;
	for event in events {
		match event {
			RuntimeEvent::Inventory(
				Stocked::Received {
					order: Some(order),
					quantity,
					..
				}
				| Stocked::NotBooked { order, quantity, .. },
			) => told = Some((*order, *quantity)),
			RuntimeEvent::Procurement(Event::Accepted { order, quantity, .. }) => {
				if told.take() != Some((*order, *quantity)) {
					let seen = format!("{quantity} of order {}", order.0);
					return Err(Broken::new("goods that were accepted come on stock, or wait", seen));
				}
			}
			_ => told = None,
		}
	}
	Ok(())
}
