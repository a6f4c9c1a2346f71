//! Faults that come back.

use crate::{mock::*, Action, Call, Error, Event, OrderState, Outcome, TicketState};
use frame_support::{assert_noop, assert_ok};

fn earned() -> i128 {
	gain(&maintainer()) + OFFER_FEE as i128
}

#[test]
fn a_fault_that_comes_back_costs_what_was_retained_and_the_bond() {
	build_and_execute(|| {
		let order = verified();
		let ticket = record(order).ticket;
		passes(5 * DAY);
		read(order, &[BAD, BAD]);
		assert_eq!(record(order).state, OrderState::Verified);
		read(order, &[BAD]);
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Returned));
		assert_eq!(earned(), (PRICE + BONUS - RETENTION) as i128 - BOND as i128);
		assert_eq!(ticket_record(ticket).state, TicketState::Open);
		assert_eq!(ticket_record(ticket).reopened, 1);
		// Somebody else may have it at once.
		assigned_to(&rival(), ticket, service());
	});
}

#[test]
fn a_good_reading_breaks_a_row_of_bad_ones() {
	build_and_execute(|| {
		let order = verified();
		read(order, &[BAD, BAD, GOOD, BAD, BAD, GOOD]);
		assert_eq!((record(order).state, record(order).good), (OrderState::Verified, 1));
		// Where there is nothing to break, it uses up nothing that others may need.
		passes(HOUR);
		refused(order, measured(GOOD), Error::NotNeeded);
	});
}

#[test]
fn only_readings_after_the_verification_speak_of_the_guarantee() {
	build_and_execute(|| {
		let order = declared();
		passes(HOUR);
		let before = measured(BAD);
		read(order, &[GOOD; 3]);
		assert_noop!(submit(order, before), Error::<Test>::ReadingTooEarly);
	});
}

#[test]
fn a_guarantee_ends_by_itself_and_by_the_millisecond() {
	build_and_execute(|| {
		let order = verified();
		starts(record(order).guarantee_until);
		assert_noop!(expire(order), Error::<Test>::NotExpired);
		idle();
		assert_eq!(record(order).state, OrderState::Verified);
		passes(1);
		refused(order, measured(BAD), Error::TooLate);
		idle();
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Completed));
		assert_eq!(earned(), (PRICE + BONUS) as i128);
		System::assert_has_event(
			Event::TicketClosed {
				ticket: record(order).ticket,
				machine: machine(PRESS),
				order: Some(order),
			}
			.into(),
		);
	});
}

/// A report opens the ticket again, so that it can be mended; whether the guarantee is broken is for readings to say.
#[test]
fn a_rule_that_fires_in_the_guarantee_opens_the_ticket_again_and_moves_no_money() {
	build_and_execute(|| {
		let machine = calibrated_press();
		assert_ok!(owner_calls(Call::set_rule {
			machine,
			terms: rule(Action::Ticket)
		}));
		reports(&[BAD; 3]);
		let ticket = last_ticket();
		let order = assigned_to(&maintainer(), ticket, service());
		// Seen again while somebody is at it, it is the same fault.
		reports(&[GOOD, BAD, BAD, BAD]);
		assert_eq!((ticket_record(ticket).seen, ticket_record(ticket).reopened), (2, 0));
		brought(order, OrderState::Verified);
		let paid = earned();
		reports(&[GOOD, BAD, BAD, BAD]);
		assert_eq!(ticket_record(ticket).state, TicketState::Open);
		assert_eq!((record(order).state, earned()), (OrderState::Verified, paid));
		// Its readings prove it, as long as nobody else has had it in hand.
		read(order, &[BAD; 3]);
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Returned));
		assert_eq!(earned(), paid - BOND as i128);
		assert_eq!(ticket_record(ticket).reopened, 1);
	});
}

#[test]
fn nobody_answers_for_what_others_have_done_since() {
	build_and_execute(|| {
		let machine = calibrated_press();
		assert_ok!(owner_calls(Call::set_rule {
			machine,
			terms: rule(Action::Ticket)
		}));
		reports(&[BAD; 3]);
		let ticket = last_ticket();
		let order = brought(assigned_to(&maintainer(), ticket, service()), OrderState::Verified);
		reports(&[GOOD, BAD, BAD, BAD]);
		let other = assigned_to(&rival(), ticket, service());
		// As long as the other one has not begun, it is the first one's work.
		read(order, &[BAD]);
		assert_ok!(signed(&rival(), Call::start_work { order: other }));
		passes(HOUR);
		refused(order, measured(BAD), Error::NotUnderGuarantee);
		assert_ok!(signed(
			&rival(),
			Call::give_up {
				order: other,
				reason: HASH
			}
		));
		assert_ok!(owner_calls(Call::close_ticket { ticket }));
		passes(HOUR);
		refused(order, measured(BAD), Error::NotUnderGuarantee);
		assert_ok!(owner_calls(Call::remove_ticket { ticket }));
		passes(HOUR);
		refused(order, measured(BAD), Error::NotUnderGuarantee);
		deadline_passes(order);
		assert_ok!(expire(order));
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Completed));
	});
}
