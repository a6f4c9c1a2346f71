//! Whoever is waited for bears his silence, and the chain ends everything by itself.

use crate::{mock::*, Call, Error, LegState, Outcome, ShipmentState};
use frame_support::{assert_noop, assert_ok};
use pallet_escrow::Deadlines;

fn deadlines() -> usize {
	Deadlines::<Test>::iter().count()
}

/// Lets time pass the deadline, and ends the state either way.
fn ended_after(shipment: crate::ShipmentId, millis: u64, by_sweep: bool) -> ShipmentState {
	at(millis);
	assert_noop!(expire(shipment), Error::<Test>::NotExpired);
	idle();
	at(millis + 1);
	match by_sweep {
		true => idle(),
		false => done(expire(shipment)),
	}
	record(shipment).state
}

#[test]
fn an_offer_to_which_not_all_agree_lapses() {
	for by_sweep in [true, false] {
		build_and_execute(|| {
			let shipment = offered(two_legs());
			assert_ok!(agree(shipment));
			let leg = leg_of(shipment, 1);
			assert_ok!(signed(&second(), Call::agree_to_carry { leg }));
			let state = ended_after(shipment, OFFER_WINDOW, by_sweep);
			assert_eq!(state, ShipmentState::Settled(Outcome::Lapsed));
			assert_eq!(gain(&second()), 0);
			assert_eq!(gain(&consignee()), -fee_of(PRICE));
			assert_eq!(Register::of(Unit(1), &consignor()), (1, 1));
		});
	}
}

#[test]
fn a_carrier_who_does_not_come_forfeits_the_share_for_that() {
	for by_sweep in [true, false] {
		build_and_execute(|| {
			let shipment = agreed(two_legs());
			assert_ok!(tender(shipment));
			let state = ended_after(shipment, PICKUP_WINDOW, by_sweep);
			assert_eq!(state, ShipmentState::Settled(Outcome::NotCollected));
			assert_eq!(gain(&carrier()), -(LIABILITY as i128 / 2));
			assert_eq!(gain(&second()), 0);
			assert_eq!(gain(&consignee()), -fee_of(PRICE));
		});
	}
}

#[test]
fn a_consignor_who_does_not_hand_over_pays_who_was_left_standing() {
	build_and_execute(|| {
		let shipment = agreed(two_legs());
		let state = ended_after(shipment, PICKUP_WINDOW, true);
		assert_eq!(state, ShipmentState::Settled(Outcome::NotHandedOver));
		assert_eq!(gain(&carrier()), FREIGHT as i128 / 4);
		assert_eq!(gain(&second()), FREIGHT as i128 / 4);
		assert_eq!(gain(&consignee()), -fee_of(PRICE));
	});
}

/// Or a consignor would call at the last moment, and collect.
#[test]
fn a_call_that_leaves_no_time_to_answer_counts_against_nobody_but_the_giver() {
	for (before, in_time) in [(HANDOVER_WINDOW, true), (HANDOVER_WINDOW - 1, false)] {
		build_and_execute(|| {
			let shipment = agreed(terms());
			at(PICKUP_WINDOW - before);
			assert_ok!(tender(shipment));
			let outcome = match in_time {
				true => Outcome::NotCollected,
				false => Outcome::NotHandedOver,
			};
			let state = ended_after(shipment, PICKUP_WINDOW, true);
			assert_eq!(state, ShipmentState::Settled(outcome));
		});
		build_and_execute(|| {
			let shipment = collected(terms());
			at(TRANSIT + LATE_WINDOW - before);
			assert_ok!(tender(shipment));
			let state = ended_after(shipment, TRANSIT + LATE_WINDOW, true);
			match in_time {
				true => assert_eq!(state, ShipmentState::Returning(Outcome::NotTaken)),
				false => assert_eq!(state, ShipmentState::Settled(Outcome::Lost)),
			}
		});
		build_and_execute(|| {
			let shipment = collected(terms());
			assert_ok!(refuse(shipment));
			at(RETURN_WINDOW - before);
			assert_ok!(tender(shipment));
			ended_after(shipment, RETURN_WINDOW, true);
			let forfeited = gain(&carrier()) < 0;
			assert_eq!(forfeited, !in_time);
		});
	}
}

#[test]
fn a_call_that_was_declined_counts_against_nobody_but_the_giver() {
	build_and_execute(|| {
		let shipment = agreed(terms());
		assert_ok!(tender(shipment));
		let (hop, evidence) = (1, HASH);
		assert_ok!(signed(
			&carrier(),
			Call::decline_handover {
				shipment,
				hop,
				evidence
			}
		));
		let state = ended_after(shipment, PICKUP_WINDOW, true);
		assert_eq!(state, ShipmentState::Settled(Outcome::NotHandedOver));
		// It is one's word against the other's: nobody pays, and the consignor's name does not hear of it.
		assert_eq!(gain(&carrier()), 0);
		assert_eq!(record(shipment).counted.weight, 0);
	});
}

fn decline(who: &AccountId, shipment: crate::ShipmentId) {
	assert_ok!(tender(shipment));
	let (hop, evidence) = (record(shipment).next_hop(), HASH);
	let call = Call::decline_handover {
		shipment,
		hop,
		evidence,
	};
	assert_ok!(signed(who, call));
}

/// Or a consignee could ruin a carrier by saying no.
#[test]
fn what_a_receiver_declines_goes_back_and_the_consignor_sees_whether_it_is_there() {
	build_and_execute(|| {
		let shipment = collected(terms());
		decline(&consignee(), shipment);
		let state = ended_after(shipment, TRANSIT + LATE_WINDOW, true);
		assert_eq!(state, ShipmentState::Returning(Outcome::Undelivered));
		assert_eq!(gain(&consignee()), 0);
		pass(shipment);
		assert_eq!(record(shipment).state, ShipmentState::Settled(Outcome::Undelivered));
		// Three days late by then.
		assert_eq!(gain(&carrier()), (FREIGHT - 3 * FREIGHT / 10 + RETURN_FREIGHT) as i128);
		assert_eq!(gain(&consignee()), -fee_of(PRICE));
	});
}

#[test]
fn what_the_consignor_declines_too_is_lost_and_both_bear_it_if_nobody_decides() {
	for before in [false, true] {
		build_and_execute(|| {
			registered_arbiter();
			let shipment = collected(if before { before_arbiter(terms()) } else { terms() });
			decline(&consignee(), shipment);
			ended_after(shipment, TRANSIT + LATE_WINDOW, true);
			decline(&consignor(), shipment);
			let state = ended_after(shipment, TRANSIT + LATE_WINDOW + 1 + RETURN_WINDOW, true);
			assert_eq!(state, ShipmentState::Settled(Outcome::Undelivered));
			let leg = leg_record(leg_of(shipment, 0));
			match before {
				// All of it, and he may dispute that.
				true => assert_eq!(leg.state, LegState::Claimed),
				false => assert_eq!(gain(&carrier()), -(LIABILITY as i128 / 2)),
			}
			assert_eq!(
				leg.claim.map(|claim| claim.amount),
				Some(if before { LIABILITY } else { LIABILITY / 2 })
			);
		});
	}
}

/// Or a consignor could sell what was refused by not taking it back.
#[test]
fn refused_goods_that_the_consignor_declines_are_not_kept() {
	build_and_execute(|| {
		let shipment = delivered(terms());
		assert_ok!(review(shipment, &[(1, 20, 0)]));
		decline(&consignor(), shipment);
		let state = ended_after(shipment, RETURN_WINDOW, true);
		assert_eq!(state, ShipmentState::Settled(Outcome::PartlyRefused));
		assert_eq!(gain(&consignee()), -16_000 - 2_000 - fee_of(PRICE));
		assert_eq!(Register::of(Unit(2), &consignee()), (30, UNITS));
		assert_eq!(Register::of(Unit(2), &consignor()).0, 20);
	});
}

/// What was declined once and then taken is nobody's word any more.
#[test]
fn a_handover_ends_what_was_declined_before_it() {
	build_and_execute(|| {
		let shipment = agreed(terms());
		decline(&carrier(), shipment);
		pass(shipment);
		assert!(!record(shipment).declined);
		ended_after(shipment, TRANSIT + LATE_WINDOW, true);
		assert_eq!(gain(&carrier()), -(LIABILITY as i128));
	});
}

#[test]
fn a_carrier_who_hands_nothing_over_has_lost_it() {
	for by_sweep in [true, false] {
		build_and_execute(|| {
			let shipment = collected(two_legs());
			let state = ended_after(shipment, TRANSIT + LATE_WINDOW, by_sweep);
			assert_eq!(state, ShipmentState::Settled(Outcome::Lost));
			// No freight, and all that he answers with; the price goes back.
			assert_eq!(gain(&carrier()), -(LIABILITY as i128));
			assert_eq!(gain(&second()), 0);
			assert_eq!(gain(&consignee()), -fee_of(PRICE));
			let fees = SHIPMENT_FEE as i128 + 2 * fee_of(FREIGHT + RETURN_FREIGHT);
			assert_eq!(gain(&consignor()), LIABILITY as i128 - fees);
			assert_eq!(Register::of(Unit(2), &consignor()).0, UNITS);
			assert_eq!(Register::of(Unit(2), &carrier()).1, UNITS);
		});
	}
}

#[test]
fn a_carrier_may_say_himself_that_they_are_gone() {
	build_and_execute(|| {
		let shipment = collected(two_legs());
		let lost = || Call::report_loss {
			shipment,
			evidence: HASH,
		};
		for who in [consignor(), second(), consignee(), stranger()] {
			assert_noop!(signed(&who, lost()), Error::<Test>::NotTheHolder);
		}
		assert_ok!(signed(&carrier(), lost()));
		assert_eq!(record(shipment).state, ShipmentState::Settled(Outcome::Lost));
		assert_eq!(record(shipment).reason, HASH);
		assert_eq!(gain(&carrier()), -(LIABILITY as i128));
	});
}

#[test]
fn a_next_carrier_who_does_not_come_sends_the_goods_back_at_his_cost() {
	build_and_execute(|| {
		let shipment = collected(two_legs());
		assert_ok!(tender(shipment));
		let state = ended_after(shipment, TRANSIT + LATE_WINDOW, true);
		assert_eq!(state, ShipmentState::Returning(Outcome::Undelivered));
		// The consignee's money is free at once.
		assert_eq!(money(&consignee()).1, fee_of(PRICE) as Balance);
		pass(shipment);
		assert_eq!(record(shipment).state, ShipmentState::Settled(Outcome::Undelivered));
		assert_eq!(gain(&carrier()), (FREIGHT + RETURN_FREIGHT) as i128);
		assert_eq!(gain(&second()), -(LIABILITY as i128 / 2));
		assert_eq!(gain(&consignee()), -fee_of(PRICE));
		assert_eq!(Register::of(Unit(2), &consignor()), (UNITS, UNITS));
	});
}

#[test]
fn two_carriers_can_be_at_fault() {
	build_and_execute(|| {
		let shipment = collected(two_legs());
		assert_ok!(tender(shipment));
		ended_after(shipment, TRANSIT + LATE_WINDOW, true);
		let state = ended_after(shipment, TRANSIT + LATE_WINDOW + 1 + RETURN_WINDOW, true);
		assert_eq!(state, ShipmentState::Settled(Outcome::Undelivered));
		assert_eq!(gain(&carrier()), -(LIABILITY as i128));
		assert_eq!(gain(&second()), -(LIABILITY as i128 / 2));
	});
}

#[test]
fn a_consignee_who_does_not_come_pays_the_fee_for_refusing() {
	build_and_execute(|| {
		let shipment = collected(terms());
		assert_ok!(tender(shipment));
		let state = ended_after(shipment, TRANSIT + LATE_WINDOW, true);
		assert_eq!(state, ShipmentState::Returning(Outcome::NotTaken));
		pass(shipment);
		assert_eq!(record(shipment).state, ShipmentState::Settled(Outcome::NotTaken));
		assert_eq!(gain(&consignee()), -1_000 - fee_of(PRICE));
		assert_eq!(gain(&carrier()), (FREIGHT + RETURN_FREIGHT) as i128);
	});
}

#[test]
fn a_leg_waits_for_claims_and_is_then_paid_by_itself() {
	for by_sweep in [true, false] {
		build_and_execute(|| {
			registered_arbiter();
			let shipment = delivered(before_arbiter(two_legs()));
			assert_ok!(accept(shipment));
			let leg = leg_of(shipment, 0);
			assert_eq!(leg_record(leg).state, LegState::Closing);
			assert_eq!(gain(&carrier()), 0);
			at(CLAIM_WINDOW);
			assert_noop!(expire_leg(leg), Error::<Test>::NotExpired);
			at(CLAIM_WINDOW + 1);
			match by_sweep {
				true => idle(),
				false => done(expire_leg(leg)),
			}
			assert_eq!(leg_record(leg).state, LegState::Settled);
			assert_eq!(gain(&carrier()), FREIGHT as i128);
			assert_noop!(expire_leg(leg), Error::<Test>::WrongState);
		});
	}
}

#[test]
fn nothing_ends_while_agreements_are_paused() {
	build_and_execute(|| {
		let shipment = collected(terms());
		assert_ok!(Escrow::pause(RuntimeOrigin::root()));
		at(TRANSIT + LATE_WINDOW + 1);
		assert_noop!(expire(shipment), pallet_escrow::Error::<Test>::AgreementsPaused);
		idle();
		assert_eq!(record(shipment).state, ShipmentState::InTransit);
		assert_ok!(Escrow::resume(RuntimeOrigin::root()));
	});
}

#[test]
fn nothing_that_has_ended_is_in_the_index_for_long() {
	build_and_execute(|| {
		let shipment = delivered(two_legs());
		assert_ok!(accept(shipment));
		assert_noop!(expire(shipment), Error::<Test>::WrongState);
		at(MAX_WINDOW);
		(0..5).for_each(|_| idle());
		assert_eq!(deadlines(), 0);
	});
}
