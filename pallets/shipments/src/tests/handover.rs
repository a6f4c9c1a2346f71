//! Handovers by two calls.

use crate::{mock::*, Call, Error, Holder, ShipmentState};
use frame_support::{assert_noop, assert_ok};
use sp_core::H256;

#[test]
fn custody_passes_leg_by_leg_and_ownership_with_accepted_delivery() {
	build_and_execute(|| {
		let shipment = agreed(two_legs());
		let mut chain = vec![];
		for (hop, to) in [carrier(), second(), consignee()].into_iter().enumerate() {
			at(1_000 * (hop as u64 + 1));
			assert_eq!(record(shipment).next_hop(), hop as u8 + 1);
			pass(shipment);
			assert_eq!(holder(shipment), to);
			assert_eq!(Shipping::custodian(shipment), Some(to.clone()));
			// The register is not touched: the goods are the consignor's.
			assert_eq!(Register::of(Unit(2), &consignor()).0, UNITS);
			chain.push(record(shipment).custody.last().map(|hop| (hop.holder, hop.at)));
		}
		assert_eq!(
			chain,
			[
				Some((Holder::Carrier(0), START + 1_000)),
				Some((Holder::Carrier(1), START + 2_000)),
				Some((Holder::Consignee, START + 3_000)),
			]
		);
		assert_eq!(record(shipment).state, ShipmentState::Delivered);
		assert_ok!(accept(shipment));
		assert_eq!(Register::of(Unit(2), &consignee()), (UNITS, UNITS));
		assert_eq!(Shipping::custodian(shipment), None);
	});
}

#[test]
fn a_handover_needs_both_sides() {
	build_and_execute(|| {
		let shipment = agreed(terms());
		assert_noop!(take_over(&carrier(), shipment), Error::<Test>::NotTendered);
		assert_ok!(tender(shipment));
		assert_eq!(holder(shipment), consignor());
		for who in [consignor(), consignee(), stranger()] {
			assert_noop!(take_over(&who, shipment), Error::<Test>::NotTheReceiver);
		}
		assert_ok!(take_over(&carrier(), shipment));
		assert_eq!(holder(shipment), carrier());
	});
}

#[test]
fn only_who_has_the_goods_hands_them_over_and_only_to_the_next() {
	build_and_execute(|| {
		let shipment = collected(two_legs());
		let hop = record(shipment).next_hop();
		let to = |to: AccountId| Call::hand_over {
			shipment,
			hop,
			to: Some(to),
		};
		for who in [consignor(), second(), consignee(), stranger()] {
			assert_noop!(signed(&who, to(second())), Error::<Test>::NotTheHolder);
		}
		for receiver in [consignor(), consignee(), carrier(), stranger()] {
			assert_noop!(signed(&carrier(), to(receiver)), Error::<Test>::NotTheReceiver);
		}
		assert_ok!(signed(&carrier(), to(second())));
	});
}

#[test]
fn nothing_is_handed_over_twice() {
	build_and_execute(|| {
		let shipment = collected(two_legs());
		let hop = record(shipment).next_hop();
		assert_ok!(tender(shipment));
		assert_ok!(take_over(&second(), shipment));
		// The giver has nothing any more, and the number has moved on.
		let again = |hop| Call::hand_over {
			shipment,
			hop,
			to: Some(second()),
		};
		assert_noop!(signed(&carrier(), again(hop)), Error::<Test>::HandoverChanged);
		assert_noop!(signed(&carrier(), again(hop + 1)), Error::<Test>::NotTheHolder);
		let reservation = H256::zero();
		let take = |hop| Call::take_over {
			shipment,
			hop,
			reservation,
		};
		assert_noop!(signed(&second(), take(hop)), Error::<Test>::HandoverChanged);
		assert_noop!(signed(&second(), take(hop + 1)), Error::<Test>::NotTendered);
	});
}

#[test]
fn the_carrier_alone_never_confirms_a_delivery() {
	build_and_execute(|| {
		let shipment = collected(terms());
		assert_ok!(tender(shipment));
		assert_noop!(take_over(&carrier(), shipment), Error::<Test>::NotTheReceiver);
		let accept = Call::accept_delivery {
			shipment,
			refusals: Default::default(),
			reason: HASH,
		};
		assert_noop!(signed(&carrier(), accept.clone()), Error::<Test>::NotTheConsignee);
		// Nor by waiting: who calls and is not answered has not delivered.
		at(TRANSIT + LATE_WINDOW + 1);
		assert_ok!(expire(shipment));
		assert_eq!(
			record(shipment).state,
			ShipmentState::Returning(crate::Outcome::NotTaken)
		);
		assert_eq!(gain(&consignor()), -(SHIPMENT_FEE as i128));
		assert_noop!(signed(&consignee(), accept), Error::<Test>::WrongState);
	});
}

#[test]
fn a_call_can_be_taken_back_and_declined() {
	build_and_execute(|| {
		let shipment = agreed(terms());
		assert_ok!(tender(shipment));
		let hop = record(shipment).next_hop();
		let nobody = Call::hand_over {
			shipment,
			hop,
			to: None,
		};
		assert_ok!(signed(&consignor(), nobody));
		assert_noop!(take_over(&carrier(), shipment), Error::<Test>::NotTendered);

		let decline = || Call::decline_handover {
			shipment,
			hop,
			evidence: HASH,
		};
		assert_noop!(signed(&carrier(), decline()), Error::<Test>::NotTendered);
		assert_ok!(tender(shipment));
		assert_noop!(signed(&consignee(), decline()), Error::<Test>::NotTheReceiver);
		assert_ok!(signed(&carrier(), decline()));
		assert_eq!(record(shipment).tender, None);
		assert_eq!(holder(shipment), consignor());
	});
}

#[test]
fn a_reservation_stands_in_the_chain_of_custody() {
	build_and_execute(|| {
		let shipment = agreed(terms());
		assert_ok!(tender(shipment));
		let call = Call::take_over {
			shipment,
			hop: 1,
			reservation: HASH,
		};
		assert_ok!(signed(&carrier(), call));
		assert_eq!(record(shipment).custody[1].reservation, HASH);
	});
}

#[test]
fn nothing_changes_hands_after_the_deadline_or_before_all_have_agreed() {
	build_and_execute(|| {
		let shipment = offered(terms());
		let hand_over = |hop| Call::hand_over {
			shipment,
			hop,
			to: Some(carrier()),
		};
		assert_noop!(signed(&consignor(), hand_over(1)), Error::<Test>::WrongState);
		all_agree(shipment);
		at(PICKUP_WINDOW + 1);
		assert_noop!(signed(&consignor(), hand_over(1)), Error::<Test>::TooLate);
	});
}

#[test]
fn each_day_begun_after_the_transit_time_costs_freight_until_the_carrier_is_ready() {
	// When he calls, when it is taken, and the days that he is late.
	for (ready, taken, days) in [
		(TRANSIT, TRANSIT, 0),
		(TRANSIT, TRANSIT + 2 * DAY, 0),
		(TRANSIT + 1, TRANSIT + 1, 1),
		(TRANSIT + DAY + 1, TRANSIT + 2 * DAY + 1, 2),
		(TRANSIT + 3 * DAY, TRANSIT + 3 * DAY, 3),
	] {
		build_and_execute(|| {
			let shipment = collected(terms());
			at(ready);
			assert_ok!(tender(shipment));
			at(taken);
			assert_ok!(take_over(&consignee(), shipment));
			assert_eq!(record(shipment).late_days[0], days);
			assert_ok!(accept(shipment));
			let penalty = FREIGHT as i128 / 10 * i128::from(days);
			assert_eq!(gain(&carrier()), FREIGHT as i128 - penalty);
		});
	}
}

#[test]
fn calling_again_does_not_move_the_moment_of_the_first_call() {
	build_and_execute(|| {
		let shipment = collected(terms());
		at(TRANSIT);
		assert_ok!(tender(shipment));
		at(TRANSIT + DAY);
		assert_ok!(tender(shipment));
		assert_ok!(take_over(&consignee(), shipment));
		assert_eq!(record(shipment).late_days[0], 0);
	});
}
