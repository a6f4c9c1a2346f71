//! What clients find.

use crate::{
	discovery::{ORDERS_A_PAGE, SENSORS_A_PAGE, TICKETS_A_PAGE},
	mock::*,
	runtime_api::TicketStage,
	Action, Call, Level, MetricId, OrderState,
};
use frame_support::assert_ok;
use std::collections::BTreeSet;

#[test]
fn a_machines_health_is_its_last_report_its_trend_and_its_rules() {
	build_and_execute(|| {
		assert_eq!(Diagnostics::health(machine(PRESS)), None);
		let machine = press();
		let before = Diagnostics::health(machine).expect("enrolled");
		assert_eq!((before.last, before.trend.len(), before.room), (None, 0, ROOM));
		assert_ok!(owner_calls(Call::set_rule {
			machine,
			terms: rule(Action::Quotes(Box::new(tender())))
		}));
		assert_ok!(owner_calls(Call::appoint_maintainer {
			machine,
			maintainer: Some(maintainer())
		}));
		reports(&[BAD, BAD]);
		let health = Diagnostics::health(machine).expect("enrolled");
		assert_eq!(health.last.map(|report| report.level), Some(Level::Alert));
		assert_eq!((health.trend.len(), health.rules.len()), (2, 1));
		let status = &health.rules[0];
		assert_eq!((status.bad, status.fired, status.asks), (2, false, true));
		assert_eq!(health.maintainer, Some(maintainer()));
		reports(&[BAD]);
		let health = Diagnostics::health(machine).expect("enrolled");
		assert_eq!((health.rules[0].fired, health.tickets), (true, 1));
	});
}

#[test]
fn a_tickets_stage_follows_its_order() {
	build_and_execute(|| {
		calibrated_press();
		let ticket = ticketed();
		let stage = || Diagnostics::tickets_of(machine(PRESS), None).tickets[0].stage;
		assert_eq!(stage(), TicketStage::Open);
		let order = assigned_to(&maintainer(), ticket, service());
		let stages = [
			(OrderState::Assigned, TicketStage::Assigned),
			(OrderState::InWork, TicketStage::InWork),
			(OrderState::DeclaredDone, TicketStage::DeclaredDone),
			(OrderState::Verified, TicketStage::Verified),
		];
		for (state, published) in stages {
			brought(order, state);
			assert_eq!(stage(), published);
		}
		let found = Diagnostics::tickets_of(machine(PRESS), None).tickets.remove(0);
		assert_eq!(found.order, Some((order, record(order))));
		deadline_passes(order);
		assert_ok!(expire(order));
		assert_eq!(stage(), TicketStage::Closed);
	});
	build_and_execute(|| {
		crate::tests::disputes::failed();
		let stage = Diagnostics::tickets_of(machine(PRESS), None).tickets[0].stage;
		assert_eq!(stage, TicketStage::Open);
	});
}

#[test]
fn tickets_come_by_age_page_by_page() {
	build_and_execute(|| {
		let machine = press();
		assert_ok!(owner_calls(Call::enrol { machine, room: 16 }));
		let all: Vec<_> = (0..11).map(|nth| ticketed_for(&format!("F-{nth}"))).collect();
		let first = Diagnostics::tickets_of(machine, None);
		let ids =
			|page: &[crate::runtime_api::FoundTicket<_, _>]| page.iter().map(|found| found.id).collect::<Vec<_>>();
		assert_eq!(ids(&first.tickets), all[..TICKETS_A_PAGE]);
		assert_eq!(first.next, Some(all[TICKETS_A_PAGE - 1]));
		let second = Diagnostics::tickets_of(machine, first.next);
		assert_eq!(
			(ids(&second.tickets), second.next),
			(all[TICKETS_A_PAGE..].to_vec(), None)
		);
		assert_eq!(Diagnostics::tickets_of(crate::mock::machine(9), None).tickets, vec![]);
	});
}

#[test]
fn a_maintainers_orders_come_by_age_page_by_page() {
	build_and_execute(|| {
		let machine = calibrated_press();
		assert_ok!(owner_calls(Call::enrol { machine, room: 16 }));
		let terms = || crate::ServiceTerms {
			price: 100,
			..service()
		};
		let all: Vec<_> = (0..9)
			.map(|nth| {
				passes(1);
				assigned_to(&maintainer(), ticketed_for(&format!("F-{nth}")), terms())
			})
			.collect();
		let first = Diagnostics::orders_of(maintainer(), None);
		let ids: Vec<_> = first.orders.iter().map(|found| found.id).collect();
		assert_eq!(ids, all[..ORDERS_A_PAGE]);
		assert!(first.orders.iter().all(|found| found.ticket.is_some()));
		let second = Diagnostics::orders_of(maintainer(), first.next);
		assert_eq!((second.orders[0].id, second.next), (all[8], None));
		// What has ended is not found.
		let order = all[0];
		assert_ok!(signed(&maintainer(), Call::give_up { order, reason: HASH }));
		assert_eq!(Diagnostics::orders_of(maintainer(), None).orders[0].id, all[1]);
	});
}

#[test]
fn who_has_an_order_about_a_machine_is_a_party_until_it_ends() {
	build_and_execute(|| {
		let order = declared();
		let machine = machine(PRESS);
		let parties = || [owner(), maintainer(), rival()].map(|who| Diagnostics::is_party(&who, &machine));
		assert_eq!(parties(), [true, true, false]);
		brought(order, OrderState::Verified);
		deadline_passes(order);
		assert_ok!(expire(order));
		assert_eq!(parties(), [true, false, false]);
	});
}

#[test]
fn a_machines_certificates_are_found_page_by_page() {
	build_and_execute(|| {
		let machine = press();
		accredited();
		for metric in 0..20 {
			assert_ok!(signed(&laboratory(), certifying(metric, 1)));
		}
		let first = Diagnostics::certificates_of(machine, None);
		assert_eq!(first.sensors.len(), SENSORS_A_PAGE);
		let second = Diagnostics::certificates_of(machine, first.next);
		assert_eq!(second.next, None);
		let all: BTreeSet<MetricId> = first
			.sensors
			.iter()
			.chain(&second.sensors)
			.map(|(metric, _)| *metric)
			.collect();
		assert_eq!(all.len(), 20);
	});
}
