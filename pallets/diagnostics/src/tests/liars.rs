//! Who gains by lying, by silence, by vanishing? The stories of the crate's page, in money: what each side has in the end
//! against what it would have had honestly.

use crate::{mock::*, Call, Error, OrderState, Outcome};
use frame_support::{assert_noop, assert_ok};

/// What the maintainer and the machine have gained, without fees of offers and orders.
fn gains() -> (i128, i128) {
	(gain(&maintainer()) + OFFER_FEE as i128, -spent() + ORDER_FEE as i128)
}

const HONEST: i128 = (PRICE + BONUS) as i128;

#[test]
fn an_honest_repair_is_paid_with_its_bonus() {
	build_and_execute(|| {
		let order = verified();
		deadline_passes(order);
		idle();
		assert_eq!(gains(), (HONEST, -HONEST));
	});
}

/// The owner's machine works, and he says nothing of it, so as not to pay.
#[test]
fn an_owner_who_withholds_readings_pays_all_the_same() {
	build_and_execute(|| {
		let order = declared();
		deadline_passes(order);
		idle();
		assert_eq!(
			(record(order).state, record(order).proven),
			(OrderState::Verified, false)
		);
		deadline_passes(order);
		idle();
		assert_eq!(gains(), (HONEST, -HONEST));
	});
}

/// He brings forward what is no evidence: the same as nothing.
#[test]
fn an_owner_with_readings_of_an_uncalibrated_sensor_pays_all_the_same() {
	build_and_execute(|| {
		press();
		let order = assigned_to(&maintainer(), ticketed(), service());
		brought(order, OrderState::DeclaredDone);
		for _ in 0..3 {
			passes(HOUR);
			refused(order, measured(BAD), Error::NotCalibrated);
		}
		deadline_passes(order);
		idle();
		deadline_passes(order);
		idle();
		assert_eq!(gains(), (HONEST, -HONEST));
	});
}

/// Too few bad readings are no decision.
#[test]
fn an_owner_who_stops_halfway_pays_all_the_same() {
	build_and_execute(|| {
		let order = declared();
		read(order, &[BAD, BAD]);
		deadline_passes(order);
		idle();
		assert_eq!(record(order).state, OrderState::Verified);
	});
}

/// A calibrated sensor that lies. The maintainer disputes it, and the arbiter looks.
#[test]
fn an_owner_whose_machine_lies_loses_before_an_arbiter() {
	build_and_execute(|| {
		let order = brought(assigned_before(), OrderState::Failed);
		assert_ok!(dispute(&maintainer(), order));
		ruled(order, 100);
		// The maintainer has paid the arbiter; his own bond in the dispute has come back.
		assert_eq!(gains(), (HONEST - 1_100, -HONEST));
	});
}

/// The maintainer declares and does nothing: his readings say so.
#[test]
fn a_maintainer_who_declares_and_does_nothing_loses_his_bond() {
	build_and_execute(|| {
		let order = brought(assigned(), OrderState::DeclaredDone);
		read(order, &[BAD; 3]);
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Failed));
		assert_eq!(gains(), (500 - BOND as i128, BOND as i128 - 500));
	});
}

/// He mends it until he is paid: what was retained and the bond are more than nothing.
#[test]
fn a_maintainer_whose_work_does_not_last_loses_retention_and_bond() {
	build_and_execute(|| {
		let order = verified();
		passes(GUARANTEE / 2);
		read(order, &[BAD; 3]);
		let left = HONEST - (RETENTION + BOND) as i128;
		assert_eq!(gains(), (left, -left));
	});
}

#[test]
fn a_maintainer_who_vanishes_loses_his_bond() {
	for state in [OrderState::Assigned, OrderState::InWork] {
		build_and_execute(|| {
			let order = brought(assigned(), state);
			deadline_passes(order);
			idle();
			assert_eq!(gains(), (-(BOND as i128), BOND as i128));
		});
	}
}

/// He begins on paper to escape the penalty: the bonus is for work that readings do not speak against, by its declaration.
#[test]
fn a_maintainer_who_begins_on_paper_has_only_escaped_the_penalty() {
	build_and_execute(|| {
		let order = brought(assigned(), OrderState::InWork);
		passes(BONUS_WINDOW + HOUR);
		brought(order, OrderState::Verified);
		deadline_passes(order);
		idle();
		assert_eq!(gains(), (PRICE as i128, -(PRICE as i128)));
	});
}

/// The owner makes the machine bad again in the guarantee, by readings before somebody else's work: he gets no more than the
/// retention and the bond, and only what calibrated sensors say.
#[test]
fn what_an_owner_can_get_by_a_false_return_is_bounded_and_disputable() {
	build_and_execute(|| {
		let order = brought(assigned_before(), OrderState::Verified);
		brought(order, OrderState::Returned);
		assert_ok!(dispute(&maintainer(), order));
		passes(CASE_WINDOW + 1);
		idle();
		// Even an arbiter who is silent leaves him half of what was retained.
		assert_eq!(
			gains(),
			(HONEST - RETENTION as i128 / 2, RETENTION as i128 / 2 - HONEST)
		);
	});
}

/// The seller of a machine cannot leave its buyer a maintainer who is himself.
#[test]
fn an_order_with_who_becomes_the_owner_earns_no_name() {
	build_and_execute(|| {
		let order = verified();
		sold(PRESS, &maintainer());
		deadline_passes(order);
		idle();
		assert_eq!(record(order).counted.weight, 0);
		assert_eq!(pallet_suppliers::Names::<Test>::get(maintainer()), None);
	});
}

/// A ring that makes itself a name pays for it: half a percent of all that counts, to the chain.
#[test]
fn a_name_that_a_ring_makes_costs_half_a_percent_of_it() {
	build_and_execute(|| {
		calibrated_press();
		let before = money(&pot()).0;
		let mut terms = service();
		terms.price = 40_000;
		terms.conditions.bonus = Default::default();
		let order = assigned_to(&maintainer(), ticketed(), terms);
		brought(order, OrderState::Verified);
		deadline_passes(order);
		idle();
		assert_eq!(record(order).counted.weight, 40_000);
		assert_eq!(money(&pot()).0 - before, 200 + OFFER_FEE);
	});
}

/// Offers that are not kept block nobody: the owner goes to the next.
#[test]
fn an_offer_that_cannot_be_kept_costs_its_maker_and_nobody_else() {
	build_and_execute(|| {
		calibrated_press();
		let ticket = ticketed();
		let poor = account(b"poor");
		let by = RuntimeOrigin::signed(stranger());
		assert_ok!(Balances::transfer_allow_death(by, poor.clone(), 300));
		offered_by(&poor, ticket, service());
		offered_by(&maintainer(), ticket, service());
		let [bad, good] = [0, 1].map(|nth| ticket_record(ticket).offers[nth].id);
		let accept = |offer| owner_calls(Call::accept_offer { ticket, offer });
		assert_noop!(accept(bad), Error::<Test>::NoBond);
		assert_ok!(accept(good));
	});
}
