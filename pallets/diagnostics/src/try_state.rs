//! What must always hold of this pallet's storage, numbered as in the system design.

use crate::{
	Balance, Cares, Config, EscrowOf, Healths, HoldReason, OrderOf, OrderPlace, OrderState, Orders, OrdersOf, Outcome,
	Pallet, Quarrel, Sensors, ServiceOrderId, TicketId, TicketState, Tickets,
};
use alloc::collections::{BTreeMap, BTreeSet};
use bpiiot_primitives::{AgreementClock, AgreementRef, DeadlineIndex, Escrow, EscrowView};
use frame_support::{
	ensure,
	traits::{fungible::InspectHold, Get},
};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks the invariants that this pallet can see by itself.
	///
	/// # Errors
	/// Names the invariant that is broken.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		for (id, order) in Orders::<T>::iter() {
			Self::check_money(&order)?;
			Self::check_order(&order)?;
			ensure!(
				EscrowOf::<T>::is_disputed(AgreementRef::Ticket(id)) == matches!(order.state, OrderState::Disputed(_)),
				"invariant 3: an order's state and its dispute differ"
			);
			Self::check_deadline(id, &order)?;
		}
		Self::check_tickets()?;
		Self::check_hands()?;
		Self::check_maintainers()?;
		Self::check_rules()?;
		Self::check_health()?;
		Self::check_sensors()?;
		Self::check_deposits()
	}

	/// Invariants 1 and 3: an open order has on hold what its state says, and its bond once the maintainer has agreed; a
	/// settled order's escrow has ended. That both are really on hold is for the escrow to check.
	fn check_money(order: &OrderOf<T>) -> Result<(), TryRuntimeError> {
		let escrow = &order.escrow;
		ensure!(
			order.is_settled() == escrow.has_ended(),
			"invariant 3: an order and its escrow have not ended together"
		);
		if order.is_settled() {
			return Ok(());
		}
		let due = match order.state {
			OrderState::Failed | OrderState::Disputed(Quarrel::Work) => order.due(),
			OrderState::Verified | OrderState::Returned | OrderState::Disputed(Quarrel::Guarantee) => order.retention(),
			_ => order.price.saturating_add(order.bonus()),
		};
		ensure!(
			escrow.held() == due,
			"invariant 1: an open order's escrow differs from what its state says"
		);
		let bond = if order.agreed { order.bond() } else { 0 };
		ensure!(
			escrow.bond() == bond,
			"invariant 1: an open order's bond differs from its conditions"
		);
		Ok(())
	}

	/// Invariants 4 and 8: what an order says of times and readings fits its state, and only an order that has ended was
	/// rated.
	fn check_order(order: &OrderOf<T>) -> Result<(), TryRuntimeError> {
		let (acknowledged, started) = (order.acknowledged_at.is_some(), order.started_at.is_some());
		let declared = order.declared_at.is_some() && order.verify_until > 0;
		let fits = match order.state {
			OrderState::Proposed => !order.agreed && !acknowledged,
			OrderState::Assigned => order.agreed && !started,
			OrderState::InWork => started && order.declared_at.is_none(),
			OrderState::DeclaredDone => declared && order.guarantee_until == 0,
			OrderState::Failed => declared && order.guarantee_until == 0 && order.challenge_until > 0,
			OrderState::Verified => declared && order.guarantee_until > 0,
			OrderState::Returned => order.guarantee_until > 0 && order.challenge_until > 0,
			OrderState::Disputed(Quarrel::Work) => declared && order.guarantee_until == 0,
			OrderState::Disputed(Quarrel::Guarantee) => order.guarantee_until > 0,
			OrderState::Settled(Outcome::Declined) => !order.agreed,
			OrderState::Settled(Outcome::Cancelled) => !started,
			OrderState::Settled(_) => order.agreed,
		};
		let in_order = (!started || acknowledged) && (order.declared_at.is_none() || started);
		let agreed = order.agreed || !acknowledged;
		ensure!(
			fits && in_order && agreed,
			"invariant 4: an order's times do not fit its state"
		);
		let readings = order.conditions.check.readings;
		let decides = matches!(order.state, OrderState::DeclaredDone | OrderState::Verified);
		let is_open = !decides || (order.bad < readings && order.good < readings);
		ensure!(
			is_open && (order.good == 0 || order.bad == 0),
			"invariant 4: an order's readings do not fit its state"
		);
		ensure!(
			order.is_settled() || !order.rated,
			"invariant 8: an order was rated before it has ended"
		);
		Ok(())
	}

	/// Nothing that is open escapes the sweep: until the moment under which it is indexed has passed, it is in the index, and
	/// that moment is no later than its deadline.
	fn check_deadline(id: ServiceOrderId, order: &OrderOf<T>) -> Result<(), TryRuntimeError> {
		let Some(deadline) = order.deadline() else {
			return Ok(());
		};
		ensure!(
			order.indexed_at <= deadline,
			"deadlines: an open order is looked at too late"
		);
		ensure!(
			order.indexed_at < T::Clock::now() || T::Deadlines::contains(order.indexed_at, AgreementRef::Ticket(id)),
			"deadlines: an open order is not in the index"
		);
		Ok(())
	}

	/// The machines list exactly their tickets, and no more than they have room for; no fault has two that are not closed.
	fn check_tickets() -> Result<(), TryRuntimeError> {
		let mut listed = BTreeSet::new();
		for (machine, care) in Cares::<T>::iter() {
			ensure!(
				care.tickets.len() as u32 <= care.room,
				"tickets: a machine has more than it has room for"
			);
			let mut faults = BTreeSet::new();
			for id in &care.tickets {
				let ticket = Tickets::<T>::get(id).filter(|ticket| ticket.machine == machine);
				let ticket = ticket.ok_or("tickets: a machine lists one that is not its own")?;
				ensure!(
					ticket.state == TicketState::Closed || faults.insert(ticket.fault),
					"tickets: a fault has two that are not closed"
				);
				listed.insert(*id);
			}
		}
		let all: BTreeSet<TicketId> = Tickets::<T>::iter_keys().collect();
		ensure!(listed == all, "tickets: one is on no machine's list");
		Ok(())
	}

	/// Invariant 4: a ticket is in the hands of an order that is at it, and each order that is at it has its ticket in hand.
	fn check_hands() -> Result<(), TryRuntimeError> {
		for (id, ticket) in Tickets::<T>::iter() {
			let TicketState::Ordered(by) = ticket.state else {
				continue;
			};
			let is_his = Orders::<T>::get(by).is_some_and(|order| {
				let has_lost = matches!(
					order.state,
					OrderState::Failed
						| OrderState::Returned
						| OrderState::Disputed(Quarrel::Guarantee)
						| OrderState::Settled(_)
				);
				order.ticket == id && order.machine == ticket.machine && !has_lost
			});
			ensure!(
				is_his,
				"invariant 4: a ticket is in the hands of an order that is not at it"
			);
		}
		for (id, order) in Orders::<T>::iter() {
			let is_at_it = matches!(
				order.state,
				OrderState::Proposed | OrderState::Assigned | OrderState::InWork | OrderState::DeclaredDone
			);
			let in_hand =
				|| Tickets::<T>::get(order.ticket).is_some_and(|ticket| ticket.state == TicketState::Ordered(id));
			ensure!(
				!is_at_it || in_hand(),
				"invariant 4: an order is at a ticket that is not in its hands"
			);
		}
		Ok(())
	}

	/// The maintainers' lists name exactly the orders that have not ended.
	fn check_maintainers() -> Result<(), TryRuntimeError> {
		let listed: BTreeSet<_> = OrdersOf::<T>::iter_keys().collect();
		let open: BTreeSet<_> = Orders::<T>::iter()
			.filter(|(_, order)| !order.is_settled())
			.map(|(id, order)| (order.maintainer().clone(), OrderPlace::new(id, order.agreed)))
			.collect();
		ensure!(listed == open, "the maintainers' lists differ from the open orders");
		Ok(())
	}

	/// Rules are sound by themselves and together.
	fn check_rules() -> Result<(), TryRuntimeError> {
		for care in Cares::<T>::iter_values() {
			let triggers = || care.rules.iter().map(|rule| rule.terms.trigger);
			ensure!(
				triggers().all(|one| one.is_sound() && !triggers().any(|other| one.contradicts(&other))),
				"rules: their bounds contradict each other"
			);
		}
		Ok(())
	}

	/// What a machine has said of itself is in the order of time, and no machine has that nobody looks after.
	fn check_health() -> Result<(), TryRuntimeError> {
		for (machine, health) in Healths::<T>::iter() {
			ensure!(
				Cares::<T>::contains_key(machine),
				"health: of a machine that nobody looks after"
			);
			let is_rising = health.trend.windows(2).all(|pair| match pair {
				[one, other] => one.at < other.at,
				_ => true,
			});
			let last = health.trend.last().map(|point| (point.at, point.level));
			ensure!(
				is_rising
					&& last == Some((health.last.at, health.last.level))
					&& health.reports <= T::MaxReports::get(),
				"health: the trend does not lead to the last report"
			);
		}
		Ok(())
	}

	/// A sensor is there for its certificates, which are sound, each once.
	fn check_sensors() -> Result<(), TryRuntimeError> {
		for sensor in Sensors::<T>::iter_values() {
			let certificates = &sensor.certificates;
			let ids: BTreeSet<_> = certificates.iter().map(|one| one.id).collect();
			let documents: BTreeSet<_> = certificates.iter().map(|one| (one.document, one.table)).collect();
			let are_sound = certificates.iter().all(|one| {
				one.valid_from < one.valid_until
					&& one.registered_at <= T::Clock::unix_now()
					&& one.revoked_at.is_none_or(|revoked| revoked >= one.registered_at)
			});
			let all = certificates.len();
			ensure!(
				all > 0 && ids.len() == all && documents.len() == all && are_sound,
				"certificates: a sensor's are not sound"
			);
		}
		Ok(())
	}

	/// Invariant 9: every deposit on hold belongs to a record that exists. Those for orders are the escrow's.
	fn check_deposits() -> Result<(), TryRuntimeError> {
		let machines = || Cares::<T>::iter_values();
		let cares = machines().map(|care| (care.depositor, care.deposit));
		let rules = machines().flat_map(|care| care.rules.into_iter().map(|rule| (rule.by, rule.deposit)));
		let offers = Tickets::<T>::iter_values()
			.flat_map(|ticket| ticket.offers.into_iter().map(|offer| (offer.maintainer, offer.deposit)));
		let certificates = Sensors::<T>::iter_values()
			.flat_map(|sensor| sensor.certificates.into_iter().map(|one| (one.issuer, one.deposit)));
		Self::check_reason(
			HoldReason::Care,
			cares,
			"invariant 9: deposits for machines differ from the machines",
		)?;
		Self::check_reason(
			HoldReason::Rule,
			rules,
			"invariant 9: deposits for rules differ from the rules",
		)?;
		Self::check_reason(
			HoldReason::Offer,
			offers,
			"invariant 9: deposits for offers differ from the offers",
		)?;
		Self::check_reason(
			HoldReason::Certificate,
			certificates,
			"invariant 9: deposits for certificates differ from the certificates",
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
