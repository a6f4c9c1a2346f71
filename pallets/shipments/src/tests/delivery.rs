//! What the consignee accepts, and what it costs whom.

use crate::{mock::*, Error, LegState, Outcome, ShipmentState};
use frame_support::{assert_noop, assert_ok};

#[test]
fn an_accepted_delivery_pays_goods_and_freight() {
	build_and_execute(|| {
		let shipment = delivered(two_legs());
		assert_ok!(accept(shipment));
		assert_eq!(record(shipment).state, ShipmentState::Settled(Outcome::Delivered));
		assert_eq!(gain(&consignee()), -(PRICE as i128) - fee_of(PRICE));
		assert_eq!(gain(&carrier()), FREIGHT as i128);
		assert_eq!(gain(&second()), FREIGHT as i128);
		let freights = 2 * (FREIGHT as i128 + fee_of(FREIGHT + RETURN_FREIGHT));
		assert_eq!(gain(&consignor()), PRICE as i128 - SHIPMENT_FEE as i128 - freights);
		for who in [consignee(), carrier(), second()] {
			assert_eq!(money(&who).1, 0);
		}
	});
}

#[test]
fn silence_accepts() {
	build_and_execute(|| {
		let shipment = delivered(terms());
		at(REVIEW_WINDOW);
		assert_noop!(expire(shipment), Error::<Test>::NotExpired);
		at(REVIEW_WINDOW + 1);
		idle();
		assert_eq!(record(shipment).state, ShipmentState::Settled(Outcome::Delivered));
		assert_eq!(Register::of(Unit(2), &consignee()), (UNITS, UNITS));
		assert_eq!(gain(&carrier()), FREIGHT as i128);
	});
}

#[test]
fn only_the_consignee_says_what_he_accepts_and_only_in_time() {
	build_and_execute(|| {
		let shipment = delivered(terms());
		let call = crate::Call::accept_delivery {
			shipment,
			refusals: Default::default(),
			reason: HASH,
		};
		for who in [consignor(), carrier(), stranger()] {
			assert_noop!(signed(&who, call.clone()), Error::<Test>::NotTheConsignee);
		}
		at(REVIEW_WINDOW + 1);
		assert_noop!(accept(shipment), Error::<Test>::TooLate);
	});
}

#[test]
fn what_is_refused_must_be_there() {
	build_and_execute(|| {
		let shipment = delivered(terms());
		assert_noop!(review(shipment, &[(2, 1, 0)]), Error::<Test>::UnknownLine);
		assert_noop!(review(shipment, &[(1, 0, 0)]), Error::<Test>::ZeroQuantity);
		assert_noop!(review(shipment, &[(1, 1, 0), (1, 1, 0)]), Error::<Test>::UnknownLine);
		assert_noop!(review(shipment, &[(1, UNITS, 1)]), Error::<Test>::TooMuch);
		assert_noop!(review(shipment, &[(1, u64::MAX, u64::MAX)]), Error::<Test>::TooMuch);
	});
}

#[test]
fn what_is_accepted_is_paid_at_once_and_is_the_consignees() {
	build_and_execute(|| {
		let shipment = delivered(terms());
		assert_ok!(review(shipment, &[(1, 20, 0)]));
		// 20 of 50 units at 10,000 stay on hold.
		let record = record(shipment);
		assert_eq!(record.state, ShipmentState::Returning(Outcome::PartlyRefused));
		assert_eq!(record.at_stake, 4_000);
		assert_eq!(money(&consignee()).1, 4_000 + fee_of(PRICE) as Balance);
		assert_eq!(Register::of(Unit(1), &consignee()), (1, 1));
		assert_eq!(Register::of(Unit(2), &consignee()).0, 30);
		assert_eq!(Register::locked(shipment), 20);
	});
}

#[test]
fn refused_units_come_back_and_the_consignor_keeps_the_fee_for_that() {
	build_and_execute(|| {
		let shipment = delivered(terms());
		assert_ok!(review(shipment, &[(1, 20, 0)]));
		let last = carrier();
		pass_to(shipment, &last);
		assert_eq!(holder(shipment), carrier());
		pass(shipment);
		assert_eq!(record(shipment).state, ShipmentState::Settled(Outcome::PartlyRefused));
		assert_eq!(Register::of(Unit(2), &consignor()), (20, 20));
		// A twentieth of 4,000.
		assert_eq!(gain(&consignee()), -16_000 - 200 - fee_of(PRICE));
		assert_eq!(gain(&carrier()), (FREIGHT + RETURN_FREIGHT) as i128);
	});
}

#[test]
fn missing_goods_need_not_come_back() {
	build_and_execute(|| {
		let shipment = delivered(terms());
		assert_ok!(review(shipment, &[(1, 0, 10)]));
		assert_eq!(record(shipment).state, ShipmentState::Settled(Outcome::PartlyRefused));
		// Nobody can say whether they were there: half of their price each.
		assert_eq!(gain(&consignee()), -18_000 - 1_000 - fee_of(PRICE));
		// They are the consignor's, and where they were before.
		assert_eq!(Register::of(Unit(2), &consignor()).0, 10);
		assert_eq!(Register::of(Unit(2), &carrier()).1, 10);
	});
}

#[test]
fn goods_that_are_paid_elsewhere_travel_without_a_price() {
	build_and_execute(|| {
		let mut terms = before_arbiter(terms());
		terms.goods.iter_mut().for_each(|line| line.price = 0);
		registered_arbiter();
		let shipment = delivered(terms);
		assert!(record(shipment).payment.is_none());
		assert_eq!(gain(&consignee()), 0);
		assert_ok!(review(shipment, &[(0, 1, 0)]));
		pass(shipment);
		assert_eq!(record(shipment).state, ShipmentState::Settled(Outcome::PartlyRefused));
		assert_eq!(Register::of(Unit(1), &consignor()), (1, 1));
		assert_eq!(Register::of(Unit(2), &consignee()), (UNITS, UNITS));
	});
}

#[test]
fn a_carrier_for_nothing_needs_no_escrow() {
	build_and_execute(|| {
		let mut terms = terms();
		for leg in terms.legs.iter_mut() {
			(leg.freight, leg.return_freight, leg.liability) = (0, 0, 0);
		}
		let shipment = delivered(terms);
		let leg = leg_record(leg_of(shipment, 0));
		assert!(leg.freight.is_none() && leg.liability.is_none());
		assert_ok!(accept(shipment));
		assert_eq!(leg_record(leg_of(shipment, 0)).state, LegState::Settled);
		assert_eq!(gain(&carrier()), 0);
	});
}

#[test]
fn what_is_paid_and_what_is_not_is_the_price_whatever_is_refused() {
	build_and_execute(|| {
		let mut record = record(offered(terms()));
		record.terms.goods[1].price = 9_999;
		record.terms.goods[1].quantity = 7;
		for refused in 0..=7 {
			for missing in 0..=7 - refused {
				let decision = crate::Decision { refused, missing };
				record.decided = vec![Default::default(), decision].try_into().expect("two of 16");
				let (back, absent) = record.prices_refused();
				let accepted = record.terms.goods[1].price_of(7 - refused - missing);
				assert_eq!(back + absent + accepted, 9_999);
				assert!(refused > 0 || back == 0);
				assert!(missing > 0 || absent == 0);
			}
		}
	});
}
