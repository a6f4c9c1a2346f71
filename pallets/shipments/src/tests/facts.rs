//! What names hear of shipments and legs that have ended.

use super::{claims, disputes};
use crate::{mock::*, Call, Error, LegId, ShipmentId};
use bpiiot_primitives::{AgreementRef, Side};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use pallet_suppliers::{Names, Stars};
use sp_runtime::Permill;

/// Of a name: settled, punctual, failed, lost.
fn name(who: &AccountId) -> [u128; 4] {
	let sums = Names::<Test>::get(who).unwrap_or_default().sums;
	[sums.settled, sums.punctual, sums.failed, sums.lost]
}

fn rate(who: &AccountId, agreement: AgreementRef) -> DispatchResult {
	let by = RuntimeOrigin::signed(who.clone());
	Suppliers::rate(by, agreement, Stars::Five)
}

#[test]
fn what_went_well_counts_with_price_and_freight() {
	build_and_execute(|| {
		let shipment = delivered(terms());
		assert_eq!(name(&consignor()), [0; 4]);
		assert_ok!(accept(shipment));
		assert_eq!(name(&consignor()), [PRICE, PRICE, 0, 0]);
		assert_eq!(name(&carrier()), [FREIGHT, FREIGHT, 0, 0]);
		assert_eq!(name(&consignee()), [0; 4]);
	});
}

#[test]
fn a_late_carrier_is_not_punctual() {
	build_and_execute(|| {
		let shipment = collected(terms());
		at(TRANSIT + 1);
		pass(shipment);
		assert_ok!(accept(shipment));
		assert_eq!(name(&carrier()), [FREIGHT, 0, 0, 0]);
		assert_eq!(name(&consignor()), [PRICE, PRICE, 0, 0]);
	});
}

#[test]
fn what_was_refused_has_failed_and_what_was_judged_is_lost_as_far_as_the_verdict_says() {
	build_and_execute(|| {
		let shipment = disputes::refused();
		assert_ok!(signed(&consignor(), Call::concede { shipment }));
		assert_eq!(name(&consignor()), [PRICE, 16_000, 4_000, 0]);
	});
	build_and_execute(|| {
		let shipment = disputes::disputed();
		disputes::rule(shipment, 75);
		assert_eq!(name(&consignor()), [PRICE, 16_000, 0, 1_000]);
	});
}

#[test]
fn what_was_missing_has_failed_only_where_somebody_could_have_decided() {
	for before in [true, false] {
		build_and_execute(|| {
			registered_arbiter();
			let terms = if before { before_arbiter(terms()) } else { terms() };
			let shipment = delivered(terms);
			assert_ok!(review(shipment, &[(1, 0, 10)]));
			let failed = if before { 2_000 } else { 0 };
			if before {
				assert_ok!(signed(&consignor(), Call::concede { shipment }));
			}
			assert_eq!(name(&consignor()), [PRICE, 18_000, failed, 0]);
		});
	}
}

#[test]
fn a_dispute_that_nobody_decides_is_lost_by_nobody() {
	build_and_execute(|| {
		disputes::disputed();
		at(CASE_WINDOW + 1);
		idle();
		assert_eq!(name(&consignor()), [PRICE, 16_000, 0, 0]);
	});
}

#[test]
fn the_consignor_does_not_answer_for_carriers_nor_for_who_does_not_come() {
	build_and_execute(|| {
		let shipment = collected(two_legs());
		at(TRANSIT + LATE_WINDOW + 1);
		assert_ok!(expire(shipment));
		assert_eq!(name(&consignor()), [0; 4]);
		assert_eq!(name(&carrier()), [FREIGHT, 0, FREIGHT, 0]);
		assert_eq!(name(&second()), [0; 4]);
	});
	build_and_execute(|| {
		let shipment = collected(terms());
		assert_ok!(tender(shipment));
		at(TRANSIT + LATE_WINDOW + 1);
		assert_ok!(expire(shipment));
		pass(shipment);
		assert_eq!(name(&consignor()), [0; 4]);
		assert_eq!(name(&carrier()), [FREIGHT, FREIGHT, 0, 0]);
	});
}

#[test]
fn who_does_not_hand_over_or_does_not_come_has_failed() {
	build_and_execute(|| {
		let shipment = agreed(terms());
		at(PICKUP_WINDOW + 1);
		assert_ok!(expire(shipment));
		assert_eq!(name(&consignor()), [PRICE, 0, PRICE, 0]);
		assert_eq!(name(&carrier()), [0; 4]);
	});
	build_and_execute(|| {
		let shipment = agreed(terms());
		assert_ok!(tender(shipment));
		at(PICKUP_WINDOW + 1);
		assert_ok!(expire(shipment));
		assert_eq!(name(&consignor()), [0; 4]);
		assert_eq!(name(&carrier()), [FREIGHT, 0, FREIGHT, 0]);
	});
}

#[test]
fn an_offer_that_came_to_nothing_counts_nothing() {
	build_and_execute(|| {
		let shipment = offered(terms());
		assert_ok!(agree(shipment));
		assert_ok!(cancel(&carrier(), shipment));
		for who in [consignor(), carrier()] {
			assert_eq!(name(&who), [0; 4]);
		}
	});
}

#[test]
fn damage_that_stands_has_failed_and_a_verdict_is_lost() {
	build_and_execute(|| {
		let shipment = claims::accepted();
		let leg = leg_of(shipment, 0);
		assert_ok!(claims::damage(&consignee(), leg, Permill::from_percent(50)));
		assert_ok!(signed(&carrier(), Call::concede_claim { leg }));
		assert_eq!(name(&carrier()), [FREIGHT, FREIGHT, FREIGHT / 2, 0]);
	});
	build_and_execute(|| {
		let shipment = claims::accepted();
		let leg = leg_of(shipment, 0);
		assert_ok!(claims::damage(&consignee(), leg, Permill::from_percent(50)));
		assert_ok!(claims::dispute_claim(&carrier(), leg));
		claims::rule(leg, Permill::from_percent(40), Side::Payee);
		assert_eq!(name(&carrier()), [FREIGHT, FREIGHT, 0, FREIGHT / 5]);
	});
}

#[test]
fn the_consignee_rates_the_consignor_and_who_has_paid_the_freight_the_carrier() {
	build_and_execute(|| {
		let shipment = delivered(terms());
		let leg = leg_of(shipment, 0);
		assert_noop!(rate(&consignee(), agreement(shipment)), Error::<Test>::NotSettled);
		assert_noop!(rate(&consignor(), leg_agreement(leg)), Error::<Test>::NotSettled);
		assert_ok!(accept(shipment));
		for who in [consignor(), carrier(), stranger()] {
			assert_noop!(rate(&who, agreement(shipment)), Error::<Test>::NotTheConsignee);
		}
		for who in [consignee(), carrier(), stranger()] {
			assert_noop!(rate(&who, leg_agreement(leg)), Error::<Test>::NotTheFreightPayer);
		}
		assert_ok!(rate(&consignee(), agreement(shipment)));
		assert_noop!(rate(&consignee(), agreement(shipment)), Error::<Test>::AlreadyRated);
		assert_ok!(rate(&consignor(), leg_agreement(leg)));
		assert_noop!(rate(&consignor(), leg_agreement(leg)), Error::<Test>::AlreadyRated);
		let stars = |who| Names::<Test>::get(who).expect("he has one").sums.stars;
		assert_eq!(stars(consignor()), [0, 0, 0, 0, PRICE]);
		assert_eq!(stars(carrier()), [0, 0, 0, 0, FREIGHT]);
		assert_noop!(rate(&consignee(), agreement(ShipmentId(1))), Error::<Test>::UnknownLeg);
		assert_noop!(rate(&consignee(), leg_agreement(LegId(1))), Error::<Test>::UnknownLeg);
	});
}
