//! That each check of try-state fails on a broken state.

use crate::{
	mock::*, tests::disputes, Action, Call, CareOf, Cares, Healths, HoldReason, MetricId, OrderOf, OrderState,
	Orders as OrdersMap, OrdersOf, Outcome, Quarrel, Sensors, ServiceOrderId, TicketId, TicketOf, TicketState, Tickets,
};
use frame_support::{assert_ok, storage::with_transaction, traits::fungible::MutateHold};
use sp_runtime::{DispatchError, TransactionOutcome, TryRuntimeError};

/// Runs `make` and then `break_it`, and tells what try-state says.
fn broken<Made>(make: impl FnOnce() -> Made, break_it: impl FnOnce(Made)) -> &'static str {
	let mut said = Ok(());
	build_and_execute(|| {
		let _ = with_transaction(|| {
			let made = make();
			assert_eq!(Diagnostics::do_try_state(), Ok(()), "before the damage");
			break_it(made);
			said = Diagnostics::do_try_state();
			TransactionOutcome::Rollback(Ok::<(), DispatchError>(()))
		});
	});
	match said {
		Err(TryRuntimeError::Other(broken)) => broken,
		other => panic!("try-state must see the damage, and says {other:?}"),
	}
}

fn order(id: ServiceOrderId, change: impl FnOnce(&mut OrderOf<Test>)) {
	OrdersMap::<Test>::mutate(id, |order| change(order.as_mut().expect("it exists")));
}

fn ticket(id: TicketId, change: impl FnOnce(&mut TicketOf<Test>)) {
	Tickets::<Test>::mutate(id, |ticket| change(ticket.as_mut().expect("it exists")));
}

fn care(change: impl FnOnce(&mut CareOf<Test>)) {
	Cares::<Test>::mutate(machine(PRESS), |care| change(care.as_mut().expect("it exists")));
}

fn of_failed() -> ServiceOrderId {
	disputes::failed()
}

#[test]
fn try_state_sees_money_that_does_not_fit() {
	let escrow = "invariant 1: an open order's escrow differs from what its state says";
	assert_eq!(broken(assigned, |id| order(id, |order| order.price += 10)), escrow);
	assert_eq!(
		broken(verified, |id| order(id, |order| order.conditions.retention =
			Default::default())),
		escrow
	);
	assert_eq!(
		broken(of_failed, |id| order(id, |order| order.declared_at = Some(u64::MAX))),
		escrow
	);
	assert_eq!(
		broken(assigned, |id| order(id, |order| order.conditions.bond =
			Default::default())),
		"invariant 1: an open order's bond differs from its conditions"
	);
	assert_eq!(
		broken(assigned, |id| order(id, |order| order.state =
			OrderState::Settled(Outcome::Cancelled))),
		"invariant 3: an order and its escrow have not ended together"
	);
}

#[test]
fn try_state_sees_times_that_do_not_fit() {
	let times = "invariant 4: an order's times do not fit its state";
	type Spoil = fn(&mut OrderOf<Test>);
	let spoils: [(fn() -> ServiceOrderId, Spoil); 7] = [
		(assigned, |order| order.state = OrderState::InWork),
		(assigned, |order| order.state = OrderState::DeclaredDone),
		(in_work, |order| order.state = OrderState::Assigned),
		(in_work, |order| order.acknowledged_at = None),
		(declared, |order| order.verify_until = 0),
		(verified, |order| order.guarantee_until = 0),
		(of_failed, |order| order.challenge_until = 0),
	];
	for (make, spoil) in spoils {
		assert_eq!(broken(make, |id| order(id, spoil)), times);
	}
	let readings = "invariant 4: an order's readings do not fit its state";
	for (good, bad) in [(3, 0), (0, 3), (1, 1)] {
		let spoil = |id| order(id, |order| (order.good, order.bad) = (good, bad));
		assert_eq!(broken(declared, spoil), readings);
	}
	assert_eq!(
		broken(assigned, |id| order(id, |order| order.rated = true)),
		"invariant 8: an order was rated before it has ended"
	);
}

#[test]
fn try_state_sees_a_dispute_without_its_state_and_a_state_without_its_dispute() {
	let differ = "invariant 3: an order's state and its dispute differ";
	assert_eq!(
		broken(of_failed, |id| order(id, |order| order.state =
			OrderState::Disputed(Quarrel::Work))),
		differ
	);
	assert_eq!(
		broken(disputes::disputed_by_the_owner, |id| {
			pallet_escrow::Disputes::<Test>::remove(agreement(id));
		}),
		differ
	);
}

#[test]
fn try_state_sees_what_escapes_the_sweep() {
	assert_eq!(
		broken(assigned, |id| order(id, |order| order.indexed_at =
			order.response_by + 1)),
		"deadlines: an open order is looked at too late"
	);
	assert_eq!(
		broken(assigned, |_| drop(pallet_escrow::Deadlines::<Test>::clear(10, None))),
		"deadlines: an open order is not in the index"
	);
}

fn with_ticket() -> TicketId {
	press();
	ticketed()
}

#[test]
fn try_state_sees_tickets_that_are_lost() {
	assert_eq!(
		broken(with_ticket, |_| care(|care| care.room = 0)),
		"tickets: a machine has more than it has room for"
	);
	assert_eq!(
		broken(with_ticket, |id| ticket(id, |ticket| ticket.machine = machine(9))),
		"tickets: a machine lists one that is not its own"
	);
	assert_eq!(
		broken(with_ticket, |_| care(|care| care.tickets.clear())),
		"tickets: one is on no machine's list"
	);
	assert_eq!(
		broken(
			|| {
				press();
				ticketed_for("A");
				ticketed_for("B")
			},
			|id| ticket(id, |ticket| ticket.fault = text("A"))
		),
		"tickets: a fault has two that are not closed"
	);
}

#[test]
fn try_state_sees_tickets_in_the_wrong_hands() {
	let not_at_it = "invariant 4: a ticket is in the hands of an order that is not at it";
	assert_eq!(
		broken(with_ticket, |id| ticket(id, |ticket| ticket.state =
			TicketState::Ordered(ServiceOrderId(1)))),
		not_at_it
	);
	assert_eq!(
		broken(of_failed, |id| ticket(record(id).ticket, |ticket| ticket.state =
			TicketState::Ordered(id))),
		not_at_it
	);
	assert_eq!(
		broken(assigned, |id| ticket(record(id).ticket, |ticket| ticket.state =
			TicketState::Open)),
		"invariant 4: an order is at a ticket that is not in its hands"
	);
}

#[test]
fn try_state_sees_lists_of_maintainers_that_differ() {
	let differ = "the maintainers' lists differ from the open orders";
	assert_eq!(broken(assigned, |_| drop(OrdersOf::<Test>::clear(10, None))), differ);
	assert_eq!(
		broken(assigned, |_| {
			OrdersOf::<Test>::insert(rival(), crate::OrderPlace::new(ServiceOrderId(3), true), ());
		}),
		differ
	);
}

#[test]
fn try_state_sees_rules_that_contradict_each_other() {
	let contradict = "rules: their bounds contradict each other";
	let make = || {
		let machine = press();
		for bound in [7_000, 8_000] {
			let terms = crate::RuleTerms {
				trigger: crate::Trigger { bound, ..trigger() },
				..rule(Action::Ticket)
			};
			assert_ok!(owner_calls(Call::set_rule { machine, terms }));
		}
	};
	assert_eq!(
		broken(make, |()| care(|care| care.rules[0].terms.trigger.clear = 7_001)),
		contradict
	);
	assert_eq!(
		broken(make, |()| care(|care| {
			let trigger = &mut care.rules[0].terms.trigger;
			(trigger.comparison, trigger.bound, trigger.clear) = (crate::Comparison::Below, 5_000, 5_000);
		})),
		contradict
	);
}

#[test]
fn try_state_sees_health_out_of_order() {
	let make = || {
		press();
		reports(&[GOOD, GOOD]);
	};
	let trend = "health: the trend does not lead to the last report";
	let spoil = |change: fn(&mut crate::Health)| {
		move |()| Healths::<Test>::mutate(machine(PRESS), |health| change(health.as_mut().expect("reported")))
	};
	assert_eq!(broken(make, spoil(|health| health.last.at += 1)), trend);
	assert_eq!(broken(make, spoil(|health| health.trend[0].at = u64::MAX)), trend);
	assert_eq!(broken(make, spoil(|health| health.reports = MAX_REPORTS + 1)), trend);
	assert_eq!(
		broken(make, |()| {
			let health = Healths::<Test>::take(machine(PRESS)).expect("reported");
			Healths::<Test>::insert(machine(9), health);
		}),
		"health: of a machine that nobody looks after"
	);
}

#[test]
fn try_state_sees_certificates_that_are_not_sound() {
	let sound = "certificates: a sensor's are not sound";
	type Spoil = fn(&mut crate::SensorOf<Test>);
	let spoils: [Spoil; 5] = [
		|sensor| sensor.certificates[0].valid_until = 0,
		|sensor| sensor.certificates[0].registered_at = u64::MAX,
		|sensor| sensor.certificates[0].revoked_at = Some(5),
		|sensor| {
			let mut again = sensor.certificates[0].clone();
			again.document = Default::default();
			sensor.certificates.try_push(again).expect("there is room");
		},
		|sensor| sensor.certificates.clear(),
	];
	for spoil in spoils {
		let spoil = |_| {
			Sensors::<Test>::mutate(machine(PRESS), MetricId(VIBRATION), |sensor| {
				spoil(sensor.as_mut().expect("it exists"));
			});
		};
		assert_eq!(broken(calibrated_press, spoil), sound);
	}
}

#[test]
fn try_state_sees_deposits_of_nothing() {
	for (reason, of) in [
		(
			HoldReason::Care,
			"invariant 9: deposits for machines differ from the machines",
		),
		(
			HoldReason::Rule,
			"invariant 9: deposits for rules differ from the rules",
		),
		(
			HoldReason::Offer,
			"invariant 9: deposits for offers differ from the offers",
		),
		(
			HoldReason::Certificate,
			"invariant 9: deposits for certificates differ from the certificates",
		),
	] {
		assert_eq!(
			broken(
				|| (),
				|()| Balances::hold(&reason.into(), &stranger(), 20).expect("he has it")
			),
			of
		);
	}
	assert_eq!(
		broken(press, |_| care(|care| care.depositor = account(b"nobody"))),
		"invariant 9: deposits for machines differ from the machines"
	);
}

#[test]
fn the_escrow_sees_an_order_that_vanished_or_is_there_twice() {
	let said = |break_it: fn(ServiceOrderId)| {
		let mut said = Ok(());
		build_and_execute(|| {
			let _ = with_transaction(|| {
				break_it(assigned());
				said = Escrow::do_try_state();
				TransactionOutcome::Rollback(Ok::<(), DispatchError>(()))
			});
		});
		said
	};
	let prices = Err(TryRuntimeError::Other(
		"invariant 1: what payers have on hold differs from the escrows",
	));
	assert_eq!(said(OrdersMap::<Test>::remove), prices);
	assert_eq!(
		said(|id| OrdersMap::<Test>::insert(ServiceOrderId(1), record(id))),
		prices
	);
}
