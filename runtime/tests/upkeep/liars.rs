//! The same with a maintainer who lies, with an owner who does, and with both before an arbiter.

use crate::world::*;
use bpiiot_primitives::{EscrowView, Side};
use bpiiot_runtime::{Runtime, BPI};
use frame_support::assert_noop;
use pallet_diagnostics::{Call, Error, OrderState, Outcome, TicketState};
use sp_core::H256;
use sp_runtime::Permill;

/// The fee of a bid.
const BID_FEE: u128 = BPI / 100;

#[test]
fn a_maintainer_who_does_nothing_loses_his_bond_and_his_name_by_three_readings() {
	story(|| {
		let (maintainer, machine) = (account(MAINTAINER), press().account());
		let his = total(&maintainer);
		let id = a_press_asks_for_help();
		let (ticket, bond) = (record(id).ticket, record(id).bond());
		let its = total(&machine);
		he_comes(MAINTAINER, id);
		let fee = record(id).escrow.fee();
		reads(id, &[BAD; 3]);
		assert_eq!(ended_as(id), Some(Outcome::Failed));
		let failure_fee = PRICE / 20;
		assert_eq!(total(&maintainer), his - BID_FEE - bond + failure_fee);
		assert_eq!(total(&machine), its + bond - failure_fee - fee);
		assert_eq!(name_of(MAINTAINER), [PRICE, PRICE, PRICE, 0]);
		assert_eq!(ticket_record(ticket).state, TicketState::Open);
	});
}

#[test]
fn a_maintainer_who_mends_it_until_he_is_paid_loses_what_is_retained_and_his_bond() {
	story(|| {
		let maintainer = account(MAINTAINER);
		let id = a_press_asks_for_help();
		let his = total(&maintainer);
		let (ticket, bond, retention) = (record(id).ticket, record(id).bond(), record(id).retention());
		he_comes(MAINTAINER, id);
		// He has tightened a screw, and it holds for some hours.
		reads(id, &[GOOD; 3]);
		reports(&[GOOD]);
		skip(6 * HOUR);
		// The rule fires again: the press asks for somebody else, and proves meanwhile that the fault has come back.
		reports(&[BAD; 3]);
		assert_eq!((requests(), ticket_record(ticket).state), (2, TicketState::Open));
		reads(id, &[BAD; 3]);
		assert_eq!(ended_as(id), Some(Outcome::Returned));
		let kept = record(id).net_price() + record(id).bonus();
		assert_eq!(kept, PRICE + BPI);
		assert_eq!(total(&maintainer), his + kept - retention - bond);
		assert_eq!(name_of(MAINTAINER), [PRICE, PRICE, PRICE, 0]);
		bid(RIVAL, PRICE, HOUR);
		pass(12 * MINUTE);
		assert_eq!(ticket_record(ticket).state, TicketState::Ordered(order()));
		assert_eq!(record(order()).maintainer(), &account(RIVAL));
	});
}

/// What he shows instead is no evidence, and comes to the same as silence.
#[test]
fn an_owner_who_withholds_his_readings_pays_all_the_same_with_the_bonus() {
	story(|| {
		let maintainer = account(MAINTAINER);
		let id = a_press_asks_for_help();
		let his = total(&maintainer);
		let before = measures(&[BAD]).remove(0);
		he_comes(MAINTAINER, id);
		for (proof, error) in [
			(before, Error::<Runtime>::ReadingTooEarly),
			(Default::default(), Error::MalformedProof),
		] {
			assert_noop!(by(OWNER, Call::submit_reading { order: id, proof }), error);
		}
		silence(id);
		assert_eq!((record(id).state, record(id).proven), (OrderState::Verified, false));
		silence(id);
		assert_eq!(ended_as(id), Some(Outcome::Completed));
		assert_eq!(total(&maintainer), his + PRICE + BPI);
		assert_eq!(name_of(MAINTAINER), [PRICE, PRICE, 0, 0]);
	});
}

#[test]
fn a_maintainer_who_never_comes_loses_his_bond_and_the_machine_pays_nothing_but_the_fee() {
	story(|| {
		let (maintainer, machine) = (account(MAINTAINER), press().account());
		let id = a_press_asks_for_help();
		let (his, its, bond) = (total(&maintainer), total(&machine), record(id).bond());
		let fee = record(id).escrow.fee();
		silence(id);
		assert_eq!(ended_as(id), Some(Outcome::NotDone));
		assert_eq!(total(&maintainer), his - bond);
		assert_eq!(total(&machine), its + bond - fee);
		assert_eq!(name_of(MAINTAINER), [PRICE, 0, PRICE, 0]);
	});
}

/// What readings have decided an arbiter may see otherwise, if both have agreed on one.
#[test]
fn an_arbiter_decides_between_readings_and_a_maintainer() {
	story(|| {
		let fee = Permill::from_percent(10);
		act(
			ARBITER,
			pallet_escrow::Call::register_arbiter {
				fee,
				profile: H256::zero(),
			},
		);
		// Another rule of the same machine's, before him.
		let machine = press();
		let rule = pallet_diagnostics::Cares::<Runtime>::get(machine)
			.expect("it is looked after")
			.rules[0]
			.id;
		act(OWNER, Call::remove_rule { machine, rule });
		act(OWNER, set_rule(tender(Some(account(ARBITER)))));
		let id = a_press_asks_for_help();
		let maintainer = account(MAINTAINER);
		he_comes(MAINTAINER, id);
		reads(id, &[BAD; 3]);
		assert_eq!(record(id).state, OrderState::Failed);
		let his = total(&maintainer);
		let evidence = H256::repeat_byte(3);
		act(MAINTAINER, Call::dispute { order: id, evidence });
		let agreement = agreement(id);
		act(ARBITER, pallet_escrow::Call::accept_case { agreement });
		let at_stake = record(id).escrow.held();
		act(
			ARBITER,
			pallet_escrow::Call::rule {
				agreement,
				to_payee: Permill::one(),
				bond_to: Side::Payee,
				ruling: H256::zero(),
			},
		);
		assert_eq!(ended_as(id), Some(Outcome::Completed));
		assert!(total(&maintainer) > his + at_stake / 2);
		assert_eq!(name_of(MAINTAINER)[2..], [0, 0]);
	});
}
