//! What [`DiagnosticsApi`](crate::runtime_api::DiagnosticsApi) answers.

use crate::{
	life::{remaining, Remaining, Sample},
	runtime_api::{
		FoundOrder, FoundTicket, MachineHealth, OrderPage, RuleStatus, SensorPage, TicketPage, TicketStage, WearStatus,
	},
	Action, CareOf, Cares, Config, EscrowAccountOf, Health, Healths, MetricId, OrderPlace, OrderState, Orders,
	OrdersOf, Pallet, RuleState, Sensors, TicketId, TicketState, Tickets,
};
use alloc::vec::Vec;
use bpiiot_primitives::MachineId;

/// Tickets in a page.
pub(crate) const TICKETS_A_PAGE: usize = 8;
/// Orders in a page.
pub(crate) const ORDERS_A_PAGE: usize = 8;
/// Sensors in a page.
pub(crate) const SENSORS_A_PAGE: usize = 16;

/// Orders of a maintainer that are looked at to see whether he has one about a machine.
pub(crate) const PARTY_LOOKS: usize = 64;

impl<T: Config> Pallet<T> {
	/// Whether somebody has a right to a machine's readings by an agreement: its owner, and whoever has one of his first 64
	/// open orders about it. For `telemetry`, which lets parties ask for readings that were anchored.
	pub fn is_party(who: &T::AccountId, machine: &MachineId) -> bool {
		use bpiiot_primitives::Actors;
		let about_it =
			|place: OrderPlace| Orders::<T>::get(place.order()).is_some_and(|order| order.machine == *machine);
		T::Actors::controls(who, machine) || OrdersOf::<T>::iter_key_prefix(who).take(PARTY_LOOKS).any(about_it)
	}

	/// Gives somebody such a right, the dearest one to find.
	#[cfg(feature = "runtime-benchmarks")]
	pub fn benchmark_party(who: &T::AccountId, machine: &MachineId) {
		let made = crate::benchmarking::party_of::<T>(who, *machine);
		debug_assert!(made.is_ok());
	}

	/// See [`DiagnosticsApi::health`](crate::runtime_api::DiagnosticsApi::health).
	pub fn health(machine: MachineId) -> Option<MachineHealth<T::AccountId>> {
		let care = Cares::<T>::get(machine)?;
		let health = Healths::<T>::get(machine).unwrap_or_default();
		let rules = care.rules.iter().map(|rule| {
			let known = health.rules.iter().find(|state| state.rule == rule.id);
			let state = known.copied().unwrap_or(RuleState::new(rule.id));
			RuleStatus {
				rule: rule.id,
				trigger: rule.terms.trigger,
				fault: rule.terms.fault.clone(),
				severity: rule.terms.severity,
				asks: rule.terms.action != Action::Ticket,
				bad: state.bad,
				fired: state.fired,
			}
		});
		let wear = care.wear.iter().map(|limit| WearStatus {
			metric: limit.metric,
			remaining: Self::left_of(&care, &health, limit.metric),
		});
		let (rules, wear) = (rules.collect(), wear.collect());
		Some(MachineHealth {
			last: (health.last.at > 0).then_some(health.last),
			trend: health.trend,
			rules,
			wear,
			maintainer: care.contract.map(|contract| contract.maintainer),
			room: care.room,
			tickets: care.tickets.len() as u32,
		})
	}

	/// See [`DiagnosticsApi::remaining_life`](crate::runtime_api::DiagnosticsApi::remaining_life).
	pub fn remaining_life(machine: MachineId, metric: MetricId) -> Option<Remaining> {
		let care = Cares::<T>::get(machine)?;
		let health = Healths::<T>::get(machine)?;
		Self::left_of(&care, &health, metric)
	}

	/// By the last report. If that lacks the counter, nothing is known but its baseline.
	fn left_of(care: &CareOf<T>, health: &Health, metric: MetricId) -> Option<Remaining> {
		let limit = care.wear.iter().find(|limit| limit.metric == metric)?;
		let baseline = health.baselines.iter().find(|baseline| baseline.metric == metric)?;
		let first = Sample {
			value: baseline.value,
			at: baseline.at,
		};
		let last = health.last.value(metric).map_or(first, |value| Sample {
			value,
			at: health.last.at,
		});
		Some(remaining(&limit.model, first, last))
	}

	/// See [`DiagnosticsApi::tickets_of`](crate::runtime_api::DiagnosticsApi::tickets_of).
	pub fn tickets_of(machine: MachineId, cursor: Option<TicketId>) -> TicketPage<T::AccountId, EscrowAccountOf<T>> {
		let ids = Cares::<T>::get(machine).map_or_else(Vec::new, |care| care.tickets.into_inner());
		let mut ids = ids.into_iter().filter(|id| Some(*id) > cursor).peekable();
		let (mut tickets, mut last) = (Vec::new(), None);
		for id in ids.by_ref().take(TICKETS_A_PAGE) {
			last = Some(id);
			tickets.extend(Self::found_ticket(id));
		}
		let next = ids.peek().and(last);
		TicketPage { tickets, next }
	}

	fn found_ticket(id: TicketId) -> Option<FoundTicket<T::AccountId, EscrowAccountOf<T>>> {
		let ticket = Tickets::<T>::get(id)?;
		let order = match ticket.state {
			TicketState::Ordered(order) => Orders::<T>::get(order).map(|record| (order, record)),
			_ => None,
		};
		let stage = match (ticket.state, order.as_ref().map(|(_, order)| order.state)) {
			(TicketState::Closed, _) => TicketStage::Closed,
			(_, Some(OrderState::Proposed | OrderState::Assigned)) => TicketStage::Assigned,
			(_, Some(OrderState::InWork)) => TicketStage::InWork,
			(_, Some(OrderState::DeclaredDone | OrderState::Disputed(_))) => TicketStage::DeclaredDone,
			(_, Some(OrderState::Verified)) => TicketStage::Verified,
			_ => TicketStage::Open,
		};
		Some(FoundTicket {
			id,
			stage,
			ticket,
			order,
		})
	}

	/// See [`DiagnosticsApi::orders_of`](crate::runtime_api::DiagnosticsApi::orders_of).
	pub fn orders_of(
		maintainer: T::AccountId,
		cursor: Option<OrderPlace>,
	) -> OrderPage<T::AccountId, EscrowAccountOf<T>> {
		let places = match cursor {
			Some(cursor) => {
				let from = OrdersOf::<T>::hashed_key_for(&maintainer, cursor);
				OrdersOf::<T>::iter_key_prefix_from(&maintainer, from)
			}
			None => OrdersOf::<T>::iter_key_prefix(&maintainer),
		};
		let mut places = places.peekable();
		let (mut orders, mut last) = (Vec::new(), None);
		for place in places.by_ref().take(ORDERS_A_PAGE) {
			last = Some(place);
			let id = place.order();
			orders.extend(Orders::<T>::get(id).map(|order| FoundOrder {
				id,
				ticket: Tickets::<T>::get(order.ticket),
				order,
			}));
		}
		let next = places.peek().and(last);
		OrderPage { orders, next }
	}

	/// See [`DiagnosticsApi::certificates_of`](crate::runtime_api::DiagnosticsApi::certificates_of).
	pub fn certificates_of(machine: MachineId, cursor: Option<MetricId>) -> SensorPage<T::AccountId> {
		let sensors = match cursor {
			Some(cursor) => Sensors::<T>::iter_prefix_from(machine, Sensors::<T>::hashed_key_for(machine, cursor)),
			None => Sensors::<T>::iter_prefix(machine),
		};
		let mut sensors = sensors.peekable();
		let page: Vec<_> = sensors.by_ref().take(SENSORS_A_PAGE).collect();
		let last = page.last().map(|(metric, _)| *metric);
		let next = sensors.peek().and(last);
		SensorPage { sensors: page, next }
	}
}
