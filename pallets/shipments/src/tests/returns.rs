//! What is not accepted goes back, and who does not give it back bears it.

use crate::{mock::*, Error, Outcome, ShipmentState};
use frame_support::{assert_noop, assert_ok};

/// A shipment of which 20 of 50 units are refused; the consignee still has them.
fn partly_refused() -> crate::ShipmentId {
	let shipment = delivered(terms());
	assert_ok!(review(shipment, &[(1, 20, 0)]));
	shipment
}

#[test]
fn refused_at_the_door_the_carrier_brings_it_back() {
	build_and_execute(|| {
		let shipment = collected(terms());
		assert_noop!(
			signed(&stranger(), crate::Call::refuse { shipment, reason: HASH }),
			Error::<Test>::NotTheConsignee
		);
		assert_ok!(refuse(shipment));
		assert_eq!(record(shipment).state, ShipmentState::Returning(Outcome::Refused));
		assert_eq!(holder(shipment), carrier());
		pass(shipment);
		assert_eq!(record(shipment).state, ShipmentState::Settled(Outcome::Refused));
		assert_eq!(gain(&carrier()), (FREIGHT + RETURN_FREIGHT) as i128);
		// A twentieth of the price.
		assert_eq!(gain(&consignee()), -1_000 - fee_of(PRICE));
		assert_eq!(Register::of(Unit(2), &consignor()), (UNITS, UNITS));
	});
}

#[test]
fn nothing_is_refused_before_the_last_carrier_has_it() {
	build_and_execute(|| {
		let shipment = agreed(two_legs());
		assert_noop!(refuse(shipment), Error::<Test>::WrongState);
		pass(shipment);
		assert_noop!(refuse(shipment), Error::<Test>::WrongState);
		pass(shipment);
		assert_ok!(refuse(shipment));
		assert_noop!(refuse(shipment), Error::<Test>::WrongState);
	});
}

#[test]
fn who_refuses_and_keeps_has_accepted() {
	build_and_execute(|| {
		let shipment = partly_refused();
		at(RETURN_WINDOW + 1);
		idle();
		assert_eq!(record(shipment).state, ShipmentState::Settled(Outcome::Delivered));
		assert_eq!(gain(&consignee()), -(PRICE as i128) - fee_of(PRICE));
		assert_eq!(Register::of(Unit(2), &consignee()), (UNITS, UNITS));
		// He was not asked to come again.
		assert_eq!(gain(&carrier()), FREIGHT as i128);
	});
}

#[test]
fn who_keeps_what_he_refused_does_not_pay_for_what_was_missing() {
	build_and_execute(|| {
		let shipment = delivered(terms());
		assert_ok!(review(shipment, &[(1, 20, 10)]));
		assert_eq!(record(shipment).at_stake, 6_000);
		at(RETURN_WINDOW + 1);
		assert_ok!(expire(shipment));
		assert_eq!(record(shipment).state, ShipmentState::Settled(Outcome::PartlyRefused));
		// But for the half of it that is shared where nobody decides.
		assert_eq!(gain(&consignee()), -18_000 - 1_000 - fee_of(PRICE));
		assert_eq!(Register::of(Unit(2), &consignee()), (40, 40));
	});
}

#[test]
fn the_consignee_gives_back_to_the_consignor_himself_or_to_the_last_carrier() {
	build_and_execute(|| {
		let shipment = partly_refused();
		assert_noop!(tender_to(shipment, &stranger()), Error::<Test>::NotTheReceiver);
		pass_to(shipment, &consignor());
		assert_eq!(record(shipment).state, ShipmentState::Settled(Outcome::PartlyRefused));
		assert_eq!(gain(&carrier()), FREIGHT as i128);
		assert_eq!(Register::of(Unit(2), &consignor()), (20, 20));
	});
}

#[test]
fn who_calls_and_is_not_answered_bears_nothing() {
	build_and_execute(|| {
		let shipment = partly_refused();
		assert_ok!(tender_to(shipment, &consignor()));
		at(RETURN_WINDOW + 1);
		assert_ok!(expire(shipment));
		assert_eq!(record(shipment).state, ShipmentState::Settled(Outcome::PartlyRefused));
		assert_eq!(gain(&consignee()), -16_000 - 200 - fee_of(PRICE));
		// They are the consignor's and still where they were.
		assert_eq!(Register::of(Unit(2), &consignor()).0, 20);
		assert_eq!(Register::of(Unit(2), &consignee()), (30, UNITS));
	});
}

#[test]
fn a_carrier_whom_nobody_takes_the_goods_back_from_is_paid_for_the_way() {
	build_and_execute(|| {
		let shipment = collected(terms());
		assert_ok!(refuse(shipment));
		assert_ok!(tender(shipment));
		at(RETURN_WINDOW + 1);
		assert_ok!(expire(shipment));
		assert_eq!(gain(&carrier()), (FREIGHT + RETURN_FREIGHT) as i128);
		assert_eq!(Register::of(Unit(2), &consignor()).0, UNITS);
		assert_eq!(Register::of(Unit(2), &carrier()), (0, UNITS));
	});
}

#[test]
fn a_carrier_who_does_not_bring_them_back_has_lost_them() {
	build_and_execute(|| {
		let shipment = collected(terms());
		assert_ok!(refuse(shipment));
		at(RETURN_WINDOW + 1);
		assert_ok!(expire(shipment));
		assert_eq!(record(shipment).state, ShipmentState::Settled(Outcome::Refused));
		assert_eq!(gain(&carrier()), -(LIABILITY as i128));
		assert_eq!(gain(&consignee()), -1_000 - fee_of(PRICE));
		let fees = SHIPMENT_FEE as i128 + fee_of(FREIGHT + RETURN_FREIGHT);
		assert_eq!(gain(&consignor()), LIABILITY as i128 + 1_000 - fees);
	});
}

#[test]
fn what_is_back_is_ended_by_the_same_block() {
	build_and_execute(|| {
		let shipment = partly_refused();
		assert_ok!(tender_to(shipment, &consignor()));
		assert_ok!(take_over(&consignor(), shipment));
		assert_eq!(record(shipment).state, ShipmentState::Returning(Outcome::PartlyRefused));
		assert_noop!(tender_to(shipment, &carrier()), Error::<Test>::WrongState);
		idle();
		assert!(record(shipment).is_settled());
	});
}

/// The longest chain of custody that there can be.
#[test]
fn four_legs_and_the_way_back_fit() {
	build_and_execute(|| {
		let mut terms = terms();
		let carriers = [carrier(), second(), owner(), stranger()];
		terms.legs = carriers.map(leg_by).to_vec().try_into().expect("four of 4");
		let shipment = delivered(terms);
		assert_ok!(review(shipment, &[(0, 1, 0), (1, UNITS, 0)]));
		pass_to(shipment, &stranger());
		pass_to(shipment, &consignor());
		let record = record(shipment);
		assert_eq!(record.custody.len() as u32, crate::MAX_HOPS);
		assert_eq!(record.state, ShipmentState::Settled(Outcome::Refused));
		assert_eq!(gain(&stranger()), (FREIGHT + RETURN_FREIGHT) as i128);
		assert_eq!(gain(&owner()), FREIGHT as i128);
	});
}

#[test]
fn each_who_has_it_on_the_way_back_has_the_same_time() {
	build_and_execute(|| {
		let shipment = partly_refused();
		at(RETURN_WINDOW);
		let last = carrier();
		pass_to(shipment, &last);
		assert_eq!(record(shipment).until, START + 2 * RETURN_WINDOW);
		at(2 * RETURN_WINDOW);
		pass(shipment);
		assert!(record(shipment).is_settled());
	});
}
