//! What the maintainer does, what he gets for it, and how either side gets out.

use crate::{mock::*, Call, Error, OrderState, Outcome, ServiceOrderId, TicketState};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};

fn start(order: ServiceOrderId) -> DispatchResult {
	signed(&maintainer(), Call::start_work { order })
}

fn declare(order: ServiceOrderId) -> DispatchResult {
	signed(&maintainer(), Call::declare_done { order, report: HASH })
}

fn acknowledge(order: ServiceOrderId) -> DispatchResult {
	signed(&maintainer(), Call::acknowledge { order })
}

/// What the maintainer has gained by the order alone.
fn earned() -> i128 {
	gain(&maintainer()) + OFFER_FEE as i128
}

#[test]
fn work_in_time_earns_price_and_bonus() {
	build_and_execute(|| {
		let order = verified();
		assert!(record(order).proven);
		assert_eq!(earned(), (PRICE + BONUS - RETENTION) as i128);
		assert_eq!(money(&of_machine(PRESS)).1, RETENTION + ORDER_FEE + ORDER_DEPOSIT);
		deadline_passes(order);
		assert_ok!(expire(order));
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Completed));
		assert_eq!((earned(), money(&maintainer()).1), ((PRICE + BONUS) as i128, 0));
		assert_eq!(spent(), (PRICE + BONUS + ORDER_FEE) as i128);
		assert_eq!(ticket_record(record(order).ticket).state, TicketState::Closed);
	});
}

#[test]
fn slow_work_earns_no_bonus() {
	build_and_execute(|| {
		let order = in_work();
		passes(BONUS_WINDOW);
		assert_ok!(declare(order));
		read(order, &[GOOD; 3]);
		assert_eq!(earned(), (PRICE - RETENTION) as i128);
		// The rest of the bonus is free again.
		assert_eq!(money(&of_machine(PRESS)).1, RETENTION + ORDER_FEE + ORDER_DEPOSIT);
	});
}

#[test]
fn who_comes_late_loses_the_penalty_and_the_bonus() {
	build_and_execute(|| {
		let order = assigned();
		assert_ok!(acknowledge(order));
		passes(RESPONSE + 1);
		assert_ok!(start(order));
		assert_ok!(declare(order));
		read(order, &[GOOD; 3]);
		// A quarter is the penalty, and of the rest three tenths stay on hold.
		assert_eq!(earned(), 7_500 - 2_250);
		deadline_passes(order);
		idle();
		assert_eq!((earned(), spent()), (7_500, 7_500 + ORDER_FEE as i128));
	});
}

#[test]
fn the_last_millisecond_of_the_response_time_is_in_time() {
	build_and_execute(|| {
		let order = assigned();
		passes(RESPONSE);
		assert_ok!(start(order));
		assert!(record(order).has_responded());
		assert!(record(order).acknowledged_at.is_some());
	});
}

#[test]
fn who_does_not_acknowledge_does_not_begin_after_the_response_time() {
	build_and_execute(|| {
		let order = assigned();
		assert_noop!(expire(order), Error::<Test>::NotExpired);
		passes(RESPONSE + 1);
		assert_noop!(acknowledge(order), Error::<Test>::TooLate);
		assert_noop!(start(order), Error::<Test>::TooLate);
		assert_ok!(expire(order));
		assert_eq!(record(order).state, OrderState::Settled(Outcome::NotDone));
	});
}

/// The maintainer who never comes: the price is back, and the bond is the machine's.
#[test]
fn who_does_not_come_loses_his_bond() {
	for acknowledges in [false, true] {
		build_and_execute(|| {
			let order = assigned();
			if acknowledges {
				assert_ok!(acknowledge(order));
			}
			deadline_passes(order);
			idle();
			assert_eq!(record(order).state, OrderState::Settled(Outcome::NotDone));
			assert_eq!(earned(), -(BOND as i128));
			assert_eq!(spent(), ORDER_FEE as i128 - BOND as i128);
			assert_eq!(ticket_record(record(order).ticket).state, TicketState::Open);
		});
	}
}

#[test]
fn who_begins_and_does_not_finish_loses_his_bond() {
	build_and_execute(|| {
		let order = in_work();
		deadline_passes(order);
		assert_noop!(declare(order), Error::<Test>::TooLate);
		assert_ok!(expire(order));
		assert_eq!(earned(), -(BOND as i128));
	});
}

#[test]
fn nothing_is_declared_done_before_it_is_begun() {
	build_and_execute(|| {
		let order = assigned();
		assert_noop!(declare(order), Error::<Test>::WrongState);
		assert_ok!(acknowledge(order));
		assert_noop!(declare(order), Error::<Test>::WrongState);
		assert_ok!(start(order));
		assert_noop!(start(order), Error::<Test>::WrongState);
		assert_ok!(declare(order));
		assert_noop!(declare(order), Error::<Test>::WrongState);
	});
}

#[test]
fn only_the_maintainer_says_what_he_has_done() {
	build_and_execute(|| {
		let order = assigned();
		for who in [owner(), key(PRESS), rival(), stranger()] {
			let calls = [
				Call::acknowledge { order },
				Call::start_work { order },
				Call::declare_done { order, report: HASH },
				Call::give_up { order, reason: HASH },
				Call::concede { order },
			];
			for call in calls {
				assert_noop!(signed(&who, call), Error::<Test>::NotTheMaintainer);
			}
		}
	});
}

#[test]
fn giving_up_costs_the_bond() {
	for began in [false, true] {
		build_and_execute(|| {
			let order = if began { in_work() } else { assigned() };
			assert_ok!(signed(&maintainer(), Call::give_up { order, reason: HASH }));
			assert_eq!(record(order).state, OrderState::Settled(Outcome::GivenUp));
			assert_eq!((earned(), record(order).reason), (-(BOND as i128), HASH));
			assert_eq!(ticket_record(record(order).ticket).state, TicketState::Open);
		});
	}
	build_and_execute(|| {
		let order = declared();
		let give_up = Call::give_up { order, reason: HASH };
		assert_noop!(signed(&maintainer(), give_up), Error::<Test>::WrongState);
	});
}

#[test]
fn calling_off_costs_the_fee_until_work_begins() {
	build_and_execute(|| {
		let order = assigned();
		let cancel = || Call::cancel { order, reason: HASH };
		for who in [maintainer(), stranger()] {
			assert_noop!(signed(&who, cancel()), Error::<Test>::NotTheOwner);
		}
		assert_ok!(owner_calls(cancel()));
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Cancelled));
		assert_eq!((earned(), spent()), (1_000, 1_000 + ORDER_FEE as i128));
		assert_eq!(ticket_record(record(order).ticket).state, TicketState::Open);
	});
	build_and_execute(|| {
		let order = in_work();
		assert_noop!(
			owner_calls(Call::cancel { order, reason: HASH }),
			Error::<Test>::WrongState
		);
	});
	build_and_execute(|| {
		let order = assigned();
		assert_ok!(acknowledge(order));
		passes(RESPONSE + 1);
		// He may come for a lower price.
		assert_noop!(
			owner_calls(Call::cancel { order, reason: HASH }),
			Error::<Test>::TooLate
		);
	});
	build_and_execute(|| {
		calibrated_press();
		let (ticket, maintainer, terms) = (ticketed(), maintainer(), service());
		assert_ok!(owner_calls(Call::assign {
			ticket,
			maintainer,
			terms
		}));
		let order = last_order();
		assert_ok!(owner_calls(Call::cancel { order, reason: HASH }));
		assert_eq!((gain(&account(b"maintainer")), spent()), (0, ORDER_FEE as i128));
	});
}

#[test]
fn without_a_guarantee_all_is_paid_at_once() {
	build_and_execute(|| {
		calibrated_press();
		let mut terms = service();
		terms.conditions.guarantee_window = 0;
		let order = assigned_to(&maintainer(), ticketed(), terms);
		brought(order, OrderState::DeclaredDone);
		read(order, &[GOOD; 3]);
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Completed));
		assert_eq!(earned(), (PRICE + BONUS) as i128);
	});
}

#[test]
fn a_settled_orders_record_is_removed_by_the_owner() {
	build_and_execute(|| {
		let order = assigned();
		let remove = || Call::remove_order { order };
		assert_noop!(owner_calls(remove()), Error::<Test>::NotSettled);
		assert_ok!(signed(&maintainer(), Call::give_up { order, reason: HASH }));
		assert_noop!(signed(&maintainer(), remove()), Error::<Test>::NotTheOwner);
		assert_ok!(owner_calls(remove()));
		assert_eq!(money(&of_machine(PRESS)).1, 0);
		assert_noop!(owner_calls(remove()), Error::<Test>::UnknownOrder);
	});
}

/// While the chain stands still or agreements are paused, nobody's time passes, and nothing is ended.
#[test]
fn a_pause_costs_nobody_a_right() {
	build_and_execute(|| {
		let order = assigned();
		assert_ok!(Escrow::pause(RuntimeOrigin::root()));
		passes(10 * DAY);
		idle();
		assert_noop!(expire(order), pallet_escrow::Error::<Test>::AgreementsPaused);
		assert_ok!(Escrow::resume(RuntimeOrigin::root()));
		assert_ok!(start(order));
		assert!(record(order).has_responded());
	});
}
