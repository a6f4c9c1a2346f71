//! Claims against a carrier's liability.

use crate::{mock::*, Call, ClaimKind, Error, LegId, LegState, ShipmentId};
use bpiiot_primitives::Side;
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use sp_runtime::Permill;

fn percent(percent: u32) -> Permill {
	Permill::from_percent(percent)
}

/// Delivered and accepted by two carriers, before an arbiter: claims are open.
pub(super) fn accepted() -> ShipmentId {
	registered_arbiter();
	let shipment = delivered(before_arbiter(two_legs()));
	assert_ok!(accept(shipment));
	shipment
}

pub(super) fn damage(who: &AccountId, leg: LegId, share: Permill) -> DispatchResult {
	signed(
		who,
		Call::report_damage {
			leg,
			share,
			evidence: HASH,
		},
	)
}

pub(super) fn dispute_claim(who: &AccountId, leg: LegId) -> DispatchResult {
	signed(who, Call::dispute_claim { leg, evidence: HASH })
}

/// Has the arbiter rule.
pub(super) fn rule(leg: LegId, to_payee: Permill, bond_to: Side) {
	let by = || RuntimeOrigin::signed(arbiter());
	assert_ok!(Escrow::accept_case(by(), leg_agreement(leg)));
	assert_ok!(Escrow::rule(by(), leg_agreement(leg), to_payee, bond_to, HASH));
}

#[test]
fn damage_that_the_carrier_does_not_dispute_stands() {
	for concedes in [true, false] {
		build_and_execute(|| {
			let shipment = accepted();
			let leg = leg_of(shipment, 1);
			let before = gain(&consignor());
			assert_ok!(damage(&consignee(), leg, percent(25)));
			assert_eq!(leg_record(leg).state, LegState::Claimed);
			assert_eq!(money(&consignee()).1, CLAIM_DEPOSIT);
			match concedes {
				true => done(signed(&second(), Call::concede_claim { leg })),
				false => {
					at(CHALLENGE_WINDOW + 1);
					idle();
				}
			}
			assert_eq!(leg_record(leg).state, LegState::Settled);
			assert_eq!(gain(&second()), FREIGHT as i128 - 2_000);
			assert_eq!(money(&consignee()).1, 0);
			// The goods were the consignor's when it happened. Of the freight the way back is not used.
			let paid = FREIGHT as i128 + fee_of(FREIGHT + RETURN_FREIGHT);
			assert_eq!(gain(&consignor()) - before, 2_000 - paid);
		});
	}
}

#[test]
fn only_consignor_and_consignee_claim_only_once_and_only_in_time() {
	build_and_execute(|| {
		let shipment = accepted();
		let leg = leg_of(shipment, 0);
		for who in [carrier(), second(), stranger(), arbiter()] {
			assert_noop!(damage(&who, leg, percent(5)), Error::<Test>::NotAParty);
		}
		assert_noop!(
			damage(&consignor(), leg, Permill::zero()),
			Error::<Test>::NothingAtStake
		);
		assert_ok!(damage(&consignor(), leg, percent(5)));
		assert_noop!(damage(&consignee(), leg, percent(50)), Error::<Test>::WrongState);
		at(CLAIM_WINDOW + 1);
		assert_noop!(
			damage(&consignor(), leg_of(shipment, 1), percent(5)),
			Error::<Test>::TooLate
		);
	});
}

#[test]
fn without_an_arbiter_nobody_claims_damage() {
	build_and_execute(|| {
		registered_for(&stranger(), LOGGER);
		let shipment = delivered(cold(terms()));
		assert_ok!(accept(shipment));
		assert_noop!(
			damage(&consignor(), leg_of(shipment, 0), percent(5)),
			Error::<Test>::NoArbiter
		);
	});
}

#[test]
fn a_claim_is_answered_by_the_carrier_alone() {
	build_and_execute(|| {
		let shipment = accepted();
		let leg = leg_of(shipment, 0);
		assert_noop!(dispute_claim(&carrier(), leg), Error::<Test>::WrongState);
		assert_ok!(damage(&consignor(), leg, percent(50)));
		for who in [consignor(), second(), stranger()] {
			assert_noop!(dispute_claim(&who, leg), Error::<Test>::NotTheCarrier);
			assert_noop!(signed(&who, Call::concede_claim { leg }), Error::<Test>::NotTheCarrier);
		}
		at(CHALLENGE_WINDOW + 1);
		assert_noop!(dispute_claim(&carrier(), leg), Error::<Test>::TooLate);
	});
}

#[test]
fn the_arbiter_splits_what_is_claimed() {
	// The consignor's share, who gets the carrier's bond for disputing, and whether the claimant keeps his deposit.
	for (share, bond_to, keeps) in [
		(100, Side::Payee, true),
		(30, Side::Payer, true),
		(0, Side::Payer, false),
	] {
		build_and_execute(|| {
			let shipment = accepted();
			let leg = leg_of(shipment, 0);
			let before = gain(&consignee());
			assert_ok!(damage(&consignee(), leg, percent(50)));
			assert_ok!(dispute_claim(&carrier(), leg));
			assert_eq!(leg_record(leg).state, LegState::Disputed);
			rule(leg, percent(share), bond_to);
			let lost = 4_000 * i128::from(share) / 100;
			// 90 for disputing, and a tenth of what is at stake for the arbiter.
			let costs = 400 + if bond_to == Side::Payee { 90 } else { 0 };
			assert_eq!(gain(&carrier()), FREIGHT as i128 - lost - costs);
			let deposit = if keeps { 0 } else { CLAIM_DEPOSIT as i128 };
			assert_eq!(gain(&consignee()) - before, -deposit);
		});
	}
}

#[test]
fn a_machine_claims_within_its_budget() {
	build_and_execute(|| {
		registered_arbiter();
		let locker = registered_for(&owner(), 2);
		let mut terms = before_arbiter(terms());
		terms.consignee = locker.clone();
		let shipment = offered(terms);
		assert_ok!(signed(&key(2), Call::agree { shipment }));
		let leg = leg_of(shipment, 0);
		assert_ok!(signed(&carrier(), Call::agree_to_carry { leg }));
		pass(shipment);
		assert_ok!(tender(shipment));
		assert_ok!(take_over(&key(2), shipment));
		let accept = Call::accept_delivery {
			shipment,
			refusals: Default::default(),
			reason: HASH,
		};
		assert_ok!(signed(&key(2), accept));
		may_spend(&owner(), 2, CLAIM_DEPOSIT - 1);
		assert_noop!(
			damage(&key(2), leg, percent(50)),
			pallet_machines::Error::<Test>::OverSpendingCap
		);
		may_spend(&owner(), 2, CLAIM_DEPOSIT);
		assert_ok!(damage(&key(2), leg, percent(50)));
		assert_eq!(money(&locker).1, CLAIM_DEPOSIT);
	});
}

/// Nothing of it is stuck when the chain cannot take what is forfeited.
#[test]
fn a_deposit_that_the_chain_cannot_take_goes_back() {
	build_and_execute(|| {
		let shipment = accepted();
		let leg = leg_of(shipment, 0);
		assert_ok!(damage(&consignee(), leg, percent(50)));
		assert_ok!(dispute_claim(&carrier(), leg));
		let full =
			|free| frame_system::Account::<Test>::mutate(pot(), |pot| std::mem::replace(&mut pot.data.free, free));
		let before = full(Balance::MAX);
		rule(leg, Permill::zero(), Side::Payer);
		full(before);
		assert_eq!(leg_record(leg).state, LegState::Settled);
		assert_eq!(money(&consignee()).1, 0);
	});
}

#[test]
fn a_silent_arbiter_leaves_the_fallback_split() {
	build_and_execute(|| {
		let shipment = accepted();
		let leg = leg_of(shipment, 0);
		assert_ok!(damage(&consignor(), leg, percent(50)));
		assert_ok!(dispute_claim(&carrier(), leg));
		assert_noop!(expire_leg(leg), Error::<Test>::WrongState);
		at(CASE_WINDOW + 1);
		idle();
		assert_eq!(leg_record(leg).state, LegState::Settled);
		assert_eq!(gain(&carrier()), FREIGHT as i128 - 2_000);
	});
}

#[test]
fn the_rules_claims_may_be_disputed_too() {
	build_and_execute(|| {
		registered_arbiter();
		let shipment = collected(before_arbiter(two_legs()));
		at(TRANSIT + LATE_WINDOW + 1);
		assert_ok!(expire(shipment));
		let leg = leg_of(shipment, 0);
		let claim = leg_record(leg).claim.expect("it is lost");
		assert_eq!((claim.kind, claim.amount), (ClaimKind::Loss, LIABILITY));
		assert!(claim.claimant.is_none());
		assert_ok!(dispute_claim(&carrier(), leg));
		rule(leg, percent(10), Side::Payer);
		// A tenth of what he answers with, and the arbiter's tenth; no freight.
		assert_eq!(gain(&carrier()), -800 - 800);
	});
}

#[test]
fn a_breach_and_a_claim_are_together_never_more_than_the_liability() {
	build_and_execute(|| {
		registered_arbiter();
		registered_for(&stranger(), LOGGER);
		let shipment = collected(cold(before_arbiter(terms())));
		at(1);
		pass(shipment);
		assert_ok!(accept(shipment));
		let leg = leg_of(shipment, 0);
		assert_ok!(show(leg, readings(0, 0, 20_000, 20_000)));
		assert_ok!(damage(&consignor(), leg, Permill::one()));
		at(CHALLENGE_WINDOW + 2);
		idle();
		assert_eq!(gain(&carrier()), -(LIABILITY as i128));
		assert_eq!(money(&carrier()).1, 0);
	});
}

#[test]
fn a_breach_may_still_be_shown_while_a_claim_is_disputed() {
	build_and_execute(|| {
		registered_arbiter();
		registered_for(&stranger(), LOGGER);
		let shipment = collected(cold(before_arbiter(terms())));
		at(1);
		pass(shipment);
		assert_ok!(accept(shipment));
		let leg = leg_of(shipment, 0);
		assert_ok!(damage(&consignor(), leg, percent(50)));
		assert_ok!(dispute_claim(&carrier(), leg));
		assert_ok!(show(leg, readings(0, 0, 20_000, 20_000)));
		rule(leg, percent(50), Side::Payer);
		// Half of 10,000 for the breach: the freight and 3,000; half of 4,000 for the damage; 400 for the arbiter.
		assert_eq!(gain(&carrier()), -3_000 - 2_000 - 400);
	});
}
