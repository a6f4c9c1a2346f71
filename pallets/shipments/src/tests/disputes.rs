//! Disputes about refused goods.

use crate::{mock::*, Call, Error, Outcome, ShipmentId, ShipmentState};
use bpiiot_primitives::Side;
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use sp_runtime::Permill;

/// 20 of 50 units are refused and brought back: the consignor may dispute it.
pub(super) fn refused() -> ShipmentId {
	registered_arbiter();
	let shipment = delivered(before_arbiter(terms()));
	assert_ok!(review(shipment, &[(1, 20, 0)]));
	pass_to(shipment, &consignor());
	assert_eq!(record(shipment).state, ShipmentState::Refused(Outcome::PartlyRefused));
	shipment
}

pub(super) fn dispute(who: &AccountId, shipment: ShipmentId) -> DispatchResult {
	let evidence = HASH;
	signed(who, Call::dispute { shipment, evidence })
}

pub(super) fn disputed() -> ShipmentId {
	let shipment = refused();
	assert_ok!(dispute(&consignor(), shipment));
	shipment
}

pub(super) fn rule(shipment: ShipmentId, percent: u32) {
	let by = || RuntimeOrigin::signed(arbiter());
	assert_ok!(Escrow::accept_case(by(), agreement(shipment)));
	let share = Permill::from_percent(percent);
	assert_ok!(Escrow::rule(by(), agreement(shipment), share, Side::Payee, HASH));
}

#[test]
fn a_refusal_that_nobody_disputes_stands() {
	for concedes in [true, false] {
		build_and_execute(|| {
			let shipment = refused();
			match concedes {
				true => done(signed(&consignor(), Call::concede { shipment })),
				false => {
					at(CHALLENGE_WINDOW + 1);
					assert_noop!(dispute(&consignor(), shipment), Error::<Test>::TooLate);
					idle();
				}
			}
			assert_eq!(record(shipment).state, ShipmentState::Settled(Outcome::PartlyRefused));
			assert_eq!(gain(&consignee()), -16_000 - 200 - fee_of(PRICE));
		});
	}
}

#[test]
fn only_the_consignor_disputes_and_only_what_was_refused() {
	build_and_execute(|| {
		let shipment = refused();
		for who in [consignee(), carrier(), stranger()] {
			assert_noop!(dispute(&who, shipment), Error::<Test>::NotTheConsignor);
			assert_noop!(signed(&who, Call::concede { shipment }), Error::<Test>::NotTheConsignor);
		}
		assert_ok!(dispute(&consignor(), shipment));
		assert_noop!(dispute(&consignor(), shipment), Error::<Test>::WrongState);
		assert_noop!(
			signed(&consignor(), Call::concede { shipment }),
			Error::<Test>::WrongState
		);
		assert_noop!(expire(shipment), Error::<Test>::WrongState);
	});
}

#[test]
fn the_arbiter_splits_the_price_of_what_was_refused() {
	for share in [0, 60, 100] {
		build_and_execute(|| {
			let shipment = disputed();
			rule(shipment, share);
			assert_eq!(record(shipment).state, ShipmentState::Settled(Outcome::PartlyRefused));
			let paid = 4_000 * i128::from(share) / 100;
			assert_eq!(gain(&consignee()), -16_000 - paid - fee_of(PRICE));
			// They are back, and stay the consignor's.
			assert_eq!(Register::of(Unit(2), &consignor()), (20, 20));
		});
	}
}

#[test]
fn a_silent_arbiter_leaves_the_fallback_split() {
	build_and_execute(|| {
		let shipment = disputed();
		at(CASE_WINDOW + 1);
		idle();
		assert_eq!(gain(&consignee()), -16_000 - 2_000 - fee_of(PRICE));
		assert!(record(shipment).is_settled());
	});
}

#[test]
fn who_must_pay_half_of_what_he_has_kept_owns_it() {
	for (share, owned) in [(40, 30), (50, 50), (100, 50)] {
		build_and_execute(|| {
			registered_arbiter();
			let shipment = delivered(before_arbiter(terms()));
			assert_ok!(review(shipment, &[(1, 20, 0)]));
			// Nobody fetches it.
			assert_ok!(tender_to(shipment, &consignor()));
			at(RETURN_WINDOW + 1);
			assert_ok!(expire(shipment));
			assert_ok!(dispute(&consignor(), shipment));
			rule(shipment, share);
			assert_eq!(Register::of(Unit(2), &consignee()), (owned, UNITS), "{share}");
		});
	}
}

#[test]
fn what_was_missing_may_be_disputed_too() {
	build_and_execute(|| {
		registered_arbiter();
		let shipment = delivered(before_arbiter(terms()));
		assert_ok!(review(shipment, &[(0, 0, 1)]));
		assert_eq!(record(shipment).at_stake, LINE_PRICE);
		assert_ok!(dispute(&consignor(), shipment));
		rule(shipment, 100);
		assert_eq!(gain(&consignee()), -(PRICE as i128) - fee_of(PRICE));
	});
}

#[test]
fn carriers_are_paid_while_others_dispute() {
	build_and_execute(|| {
		let shipment = disputed();
		at(CLAIM_WINDOW.min(CASE_WINDOW));
		assert_eq!(record(shipment).state, ShipmentState::Disputed(Outcome::PartlyRefused));
		at(CLAIM_WINDOW + 1);
		assert_ok!(expire_leg(leg_of(shipment, 0)));
		assert_eq!(gain(&carrier()), FREIGHT as i128);
	});
}

#[test]
fn an_arbiter_who_is_a_party_is_refused() {
	build_and_execute(|| {
		registered_arbiter();
		let mut terms = before_arbiter(terms());
		terms.consignee = arbiter();
		let shipment = offered(terms);
		assert_noop!(agree(shipment), pallet_escrow::Error::<Test>::ArbiterIsParty);
	});
}

#[test]
fn nobody_but_escrow_resolves_and_only_what_is_disputed() {
	build_and_execute(|| {
		let shipment = refused();
		let half = Permill::from_percent(50);
		let resolve = |agreement| <Shipping as bpiiot_primitives::Agreements>::resolve(agreement, half);
		assert_noop!(resolve(agreement(shipment)), Error::<Test>::WrongState);
		assert_noop!(resolve(leg_agreement(leg_of(shipment, 0))), Error::<Test>::WrongState);
		assert_noop!(resolve(agreement(ShipmentId(1))), Error::<Test>::UnknownLeg);
	});
}
