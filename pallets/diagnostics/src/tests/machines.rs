//! Machines on both sides: budgets, keys, freezing, selling.

use crate::{mock::*, Call, Error, OrderState, ServiceTerms};
use frame_support::{assert_noop, assert_ok};

fn offering(ticket: crate::TicketId) -> Call<Test> {
	Call::offer_service {
		ticket,
		terms: service(),
		valid_for: DAY,
	}
}

#[test]
fn a_machine_maintains_another_and_its_owner_answers_for_it() {
	build_and_execute(|| {
		calibrated_press();
		registered_for(&stranger(), 3);
		let ticket = ticketed();
		let order = assigned_to(&key(3), ticket, service());
		assert_eq!(*record(order).maintainer(), of_machine(3));
		assert_eq!(money(&of_machine(3)).1, BOND);
		assert_ok!(signed(&key(3), Call::start_work { order }));
		assert_ok!(signed(&stranger(), Call::declare_done { order, report: HASH }));
		// It owes work.
		let decommission = || Machines::decommission(RuntimeOrigin::signed(stranger()), machine(3));
		assert_noop!(decommission(), pallet_machines::Error::<Test>::WorkOpen);
		brought(order, OrderState::Verified);
		deadline_passes(order);
		assert_ok!(expire(order));
		assert_ok!(decommission());
		// What it was paid lies in its account.
		assert_eq!(money(&of_machine(3)), (0, 0));
	});
}

/// Whoever names a machine a hundred times keeps it from nothing, and hides none of its orders.
#[test]
fn a_machine_that_was_only_named_owes_nothing() {
	build_and_execute(|| {
		calibrated_press();
		registered_for(&stranger(), 3);
		let (maintainer, terms) = (of_machine(3), service());
		let named = |fault| {
			let (ticket, maintainer, terms) = (ticketed_for(fault), maintainer.clone(), terms.clone());
			assert_ok!(owner_calls(Call::assign {
				ticket,
				maintainer,
				terms
			}));
			last_order()
		};
		let (first, second) = (named("A"), named("B"));
		let busy = || <Diagnostics as bpiiot_primitives::OpenWork>::has_open_work(&machine(3));
		assert!(!busy());
		assert_ok!(signed(&key(3), Call::acknowledge { order: second }));
		assert!(busy());
		// What it has agreed to is the first to be found.
		let found = Diagnostics::orders_of(maintainer.clone(), None).orders;
		assert_eq!(found.iter().map(|found| found.id).collect::<Vec<_>>(), [second, first]);
	});
}

#[test]
fn a_machine_offers_under_its_policy_and_its_owner_withdraws() {
	build_and_execute(|| {
		press();
		registered_for(&stranger(), 3);
		let ticket = ticketed();
		may_spend(&stranger(), 3, OFFER_FEE - 1);
		assert_noop!(
			signed(&key(3), offering(ticket)),
			pallet_machines::Error::<Test>::OverSpendingCap
		);
		may_spend(&stranger(), 3, OFFER_FEE);
		assert_ok!(signed(&key(3), offering(ticket)));
		let offer = ticket_record(ticket).offers[0].id;
		let withdraw = || Call::withdraw_offer { ticket, offer };
		assert_noop!(signed(&maintainer(), withdraw()), Error::<Test>::NotYours);
		assert_ok!(signed(&stranger(), withdraw()));
	});
}

#[test]
fn a_machine_maintains_under_its_budget_whoever_assigns() {
	build_and_execute(|| {
		calibrated_press();
		let ticket = ticketed();
		offered_by(&maintainer(), ticket, service());
		let offer = ticket_record(ticket).offers[0].id;
		may_spend(&owner(), PRESS, PRICE);
		for who in [owner(), key(PRESS)] {
			assert_noop!(
				signed(&who, Call::accept_offer { ticket, offer }),
				pallet_machines::Error::<Test>::OverSpendingCap
			);
		}
		may_spend(&owner(), PRESS, PRICE + BONUS + ORDER_FEE + ORDER_DEPOSIT);
		assert_ok!(signed(&key(PRESS), Call::accept_offer { ticket, offer }));
	});
}

#[test]
fn a_frozen_machine_says_nothing_and_its_owner_may() {
	build_and_execute(|| {
		let order = declared();
		passes(HOUR);
		let proof = measured(GOOD);
		assert_ok!(Machines::freeze(RuntimeOrigin::signed(owner()), machine(PRESS)));
		assert_noop!(
			submit(order, proof.clone()),
			pallet_machines::Error::<Test>::MachineFrozen
		);
		assert_ok!(owner_calls(Call::submit_reading { order, proof }));
	});
}

/// The new owner answers for what the machine has ordered; terms stay as they were.
#[test]
fn a_machine_that_is_sold_takes_its_orders_along() {
	build_and_execute(|| {
		let order = assigned();
		sold(PRESS, &rival());
		let cancel = || Call::cancel { order, reason: HASH };
		assert_noop!(owner_calls(cancel()), Error::<Test>::NotTheOwner);
		assert_eq!(record(order).price, PRICE);
		assert_ok!(signed(&rival(), cancel()));
	});
}

/// Terms that nobody could ever pay are refused at the door, and nothing overflows.
#[test]
fn the_largest_amounts_are_refused_and_nothing_overflows() {
	build_and_execute(|| {
		calibrated_press();
		let ticket = ticketed();
		let terms = ServiceTerms {
			price: u128::MAX,
			..service()
		};
		let maintainer_of = maintainer();
		let before = money(&of_machine(PRESS));
		let assign = Call::assign {
			ticket,
			maintainer: maintainer_of,
			terms,
		};
		assert!(owner_calls(assign).is_err());
		assert_eq!(money(&of_machine(PRESS)), before);
	});
}
