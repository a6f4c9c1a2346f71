//! Tickets: one a fault, so many a machine, and who closes them.

use crate::{mock::*, Action, Call, Cares, Error, Event, OrderState, Severity, TicketState, Tickets};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};

fn open(who: &AccountId, fault: &str) -> DispatchResult {
	let (machine, fault, severity) = (machine(PRESS), text(fault), Severity::Minor);
	signed(
		who,
		Call::open_ticket {
			machine,
			fault,
			severity,
		},
	)
}

fn close(who: &AccountId, ticket: crate::TicketId) -> DispatchResult {
	signed(who, Call::close_ticket { ticket })
}

#[test]
fn a_fault_has_one_ticket_until_it_is_closed() {
	build_and_execute(|| {
		press();
		assert_ok!(open(&owner(), "A"));
		assert_noop!(open(&owner(), "A"), Error::<Test>::AlreadyOpen);
		assert_noop!(open(&owner(), ""), Error::<Test>::NoFaultCode);
		assert_ok!(close(&owner(), last_ticket()));
		assert_ok!(open(&owner(), "A"));
		assert_eq!(Tickets::<Test>::iter().count(), 2);
	});
}

#[test]
fn the_owner_the_machine_and_its_maintainer_open_tickets_and_nobody_else() {
	build_and_execute(|| {
		let machine = press();
		assert_ok!(open(&key(PRESS), "A"));
		assert_noop!(open(&maintainer(), "B"), Error::<Test>::NotTheOwner);
		let maintainer_of = Some(maintainer());
		assert_ok!(owner_calls(Call::appoint_maintainer {
			machine,
			maintainer: maintainer_of
		}));
		assert_ok!(open(&maintainer(), "B"));
		assert_noop!(open(&stranger(), "C"), Error::<Test>::NotTheOwner);
	});
}

#[test]
fn a_ticket_is_closed_by_its_owner_and_by_nobody_else() {
	build_and_execute(|| {
		press();
		let ticket = ticketed();
		for who in [maintainer(), stranger(), laboratory()] {
			assert_noop!(close(&who, ticket), Error::<Test>::NotTheOwner);
		}
		assert_ok!(close(&key(PRESS), ticket));
		assert_noop!(close(&owner(), ticket), Error::<Test>::NotOpen);
	});
}

#[test]
fn a_ticket_in_somebodys_hands_is_not_closed() {
	build_and_execute(|| {
		let order = assigned();
		let ticket = record(order).ticket;
		for to in [
			OrderState::Assigned,
			OrderState::InWork,
			OrderState::DeclaredDone,
			OrderState::Verified,
		] {
			brought(order, to);
			assert_noop!(close(&owner(), ticket), Error::<Test>::NotOpen);
			assert_noop!(owner_calls(Call::remove_ticket { ticket }), Error::<Test>::StillOpen);
		}
	});
}

#[test]
fn a_ticket_that_may_be_awarded_is_not_closed() {
	build_and_execute(|| {
		press();
		let ticket = ticketed();
		assert_ok!(owner_calls(Call::request_quotes {
			ticket,
			tender: tender()
		}));
		assert_noop!(close(&owner(), ticket), Error::<Test>::RequestOpen);
		assert_noop!(
			owner_calls(Call::request_quotes {
				ticket,
				tender: tender()
			}),
			Error::<Test>::RequestOpen
		);
		request_ends(requests()[0].0);
		assert_ok!(close(&owner(), ticket));
	});
}

#[test]
fn the_oldest_closed_ticket_makes_room() {
	build_and_execute(|| {
		let machine = press();
		let tickets = ["A", "B", "C", "D"].map(ticketed_for);
		assert_noop!(open(&owner(), "E"), Error::<Test>::TooManyTickets);
		assert_ok!(close(&owner(), tickets[2]));
		assert_ok!(close(&owner(), tickets[1]));
		let fifth = ticketed_for("E");
		let listed = Cares::<Test>::get(machine).expect("enrolled").tickets;
		assert_eq!(listed, [tickets[0], tickets[2], tickets[3], fifth].to_vec());
		assert!(!Tickets::<Test>::contains_key(tickets[1]));
	});
}

#[test]
fn a_rule_without_room_for_its_ticket_says_so_and_the_report_stands() {
	build_and_execute(|| {
		let machine = press();
		assert_ok!(owner_calls(Call::set_rule {
			machine,
			terms: rule(Action::Ticket)
		}));
		for fault in ["A", "B", "C", "D"] {
			ticketed_for(fault);
		}
		reports(&[BAD; 3]);
		assert_eq!(Tickets::<Test>::iter().count(), 4);
		let said = System::events().pop().expect("something happened").event;
		assert!(
			matches!(said, RuntimeEvent::Diagnostics(Event::TicketRefused { .. })),
			"{said:?}"
		);
	});
}

#[test]
fn a_closed_ticket_is_removed_with_its_offers() {
	build_and_execute(|| {
		press();
		let ticket = ticketed();
		offered_by(&maintainer(), ticket, service());
		assert_eq!(money(&maintainer()).1, OFFER_DEPOSIT);
		assert_noop!(owner_calls(Call::remove_ticket { ticket }), Error::<Test>::StillOpen);
		assert_ok!(close(&owner(), ticket));
		assert_noop!(
			signed(&maintainer(), Call::remove_ticket { ticket }),
			Error::<Test>::NotTheOwner
		);
		assert_ok!(owner_calls(Call::remove_ticket { ticket }));
		assert_eq!(money(&maintainer()).1, 0);
		assert_noop!(
			owner_calls(Call::remove_ticket { ticket }),
			Error::<Test>::UnknownTicket
		);
	});
}

#[test]
fn quotes_are_asked_by_hand_too() {
	build_and_execute(|| {
		press();
		let ticket = ticketed();
		let asking = || Call::request_quotes {
			ticket,
			tender: tender(),
		};
		assert_noop!(signed(&maintainer(), asking()), Error::<Test>::NotTheOwner);
		Refuses::set(&true);
		assert_noop!(owner_calls(asking()), sp_runtime::DispatchError::Unavailable);
		Refuses::set(&false);
		assert_ok!(signed(&key(PRESS), asking()));
		assert_eq!(requests().len(), 1);
		assert_eq!(ticket_record(ticket).state, TicketState::Open);
	});
}
