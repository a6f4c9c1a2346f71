//! From an offer to an agreement of all, and ways out before the goods move.

use crate::{mock::*, Call, Error, FreightTerms, LegState, OpenOf, Outcome, ShipmentState, ShipmentsOf};
use bpiiot_primitives::EscrowView;
use frame_support::{assert_noop, assert_ok};

#[test]
fn an_offer_locks_the_goods_and_holds_freight_and_deposit() {
	build_and_execute(|| {
		let shipment = offered(terms());
		let record = record(shipment);
		assert_eq!(record.state, ShipmentState::Offered);
		assert_eq!(Register::locked(shipment), 1 + UNITS);
		// Two lines and a leg.
		let deposit = SHIPMENT_DEPOSIT + LEG_DEPOSIT;
		let fee = fee_of(FREIGHT + RETURN_FREIGHT) as Balance;
		assert_eq!(money(&consignor()).1, deposit + FREIGHT + RETURN_FREIGHT + fee);
		assert_eq!(gain(&consignor()), -(SHIPMENT_FEE as i128));
		assert_eq!(OpenOf::<Test>::get(consignor()), 1);
		assert_eq!(OpenOf::<Test>::get(consignee()), 0);
	});
}

#[test]
fn with_the_last_agreement_the_carrier_is_awaited() {
	build_and_execute(|| {
		let shipment = offered(two_legs());
		let leg = |nth| Call::agree_to_carry {
			leg: leg_of(shipment, nth),
		};
		assert_ok!(signed(&second(), leg(1)));
		assert_ok!(agree(shipment));
		assert_eq!(record(shipment).state, ShipmentState::Offered);
		assert_eq!(money(&second()).1, LIABILITY);
		assert_eq!(money(&consignee()).1, PRICE + fee_of(PRICE) as Balance);
		at(20_000);
		assert_ok!(signed(&carrier(), leg(0)));
		assert_eq!(record(shipment).state, ShipmentState::Agreed);
		assert_eq!(record(shipment).until, START + 20_000 + PICKUP_WINDOW);
	});
}

#[test]
fn nobody_agrees_twice_or_for_another_or_too_late() {
	build_and_execute(|| {
		let shipment = offered(two_legs());
		let (one, other) = (leg_of(shipment, 0), leg_of(shipment, 1));
		assert_noop!(
			signed(&stranger(), Call::agree { shipment }),
			Error::<Test>::NotTheConsignee
		);
		assert_noop!(
			signed(&second(), Call::agree_to_carry { leg: one }),
			Error::<Test>::NotTheCarrier
		);
		assert_ok!(agree(shipment));
		assert_noop!(agree(shipment), Error::<Test>::AlreadyAgreed);
		assert_ok!(signed(&carrier(), Call::agree_to_carry { leg: one }));
		assert_noop!(
			signed(&carrier(), Call::agree_to_carry { leg: one }),
			Error::<Test>::AlreadyAgreed
		);
		at(OFFER_WINDOW + 1);
		assert_noop!(
			signed(&second(), Call::agree_to_carry { leg: other }),
			Error::<Test>::TooLate
		);
	});
}

#[test]
fn the_words_of_the_terms_say_who_pays_which_leg() {
	for (freight_terms, by_consignor) in [
		(FreightTerms::ExWorks, [false, false]),
		(FreightTerms::FreeCarrier, [true, false]),
		(FreightTerms::CarriagePaid, [true, true]),
	] {
		build_and_execute(|| {
			let shipment = agreed(TermsOf {
				freight_terms,
				..two_legs()
			});
			for (nth, by_consignor) in by_consignor.into_iter().enumerate() {
				let freight = leg_record(leg_of(shipment, nth)).freight.expect("it is on hold");
				let payer = if by_consignor { consignor() } else { consignee() };
				assert_eq!(*freight.payer(), payer, "{freight_terms:?} {nth}");
				assert_eq!(freight.held(), FREIGHT + RETURN_FREIGHT);
			}
		});
	}
}

type TermsOf = crate::TermsOf<Test>;

#[test]
fn whoever_is_named_may_say_no_and_nobody_loses_but_fees() {
	for who in [consignor(), consignee(), carrier(), second()] {
		build_and_execute(|| {
			let shipment = offered(two_legs());
			assert_ok!(agree(shipment));
			let leg = leg_of(shipment, 0);
			assert_ok!(signed(&carrier(), Call::agree_to_carry { leg }));
			assert_noop!(cancel(&stranger(), shipment), Error::<Test>::NotAParty);
			assert_ok!(cancel(&who, shipment));
			assert_eq!(record(shipment).state, ShipmentState::Settled(Outcome::Withdrawn));
			assert_eq!(leg_record(leg).state, LegState::Settled);
			assert_eq!(gain(&carrier()), 0);
			assert_eq!(gain(&consignee()), -fee_of(PRICE));
			assert_eq!(Register::locked(shipment), 0);
			assert_eq!(Register::of(Unit(2), &consignor()), (UNITS, UNITS));
			for party in [consignor(), consignee(), carrier(), second()] {
				assert_eq!(OpenOf::<Test>::get(party), 0);
			}
		});
	}
}

#[test]
fn who_calls_off_an_agreement_pays_who_was_left_standing() {
	build_and_execute(|| {
		let shipment = agreed(TermsOf {
			freight_terms: FreightTerms::FreeCarrier,
			..two_legs()
		});
		assert_noop!(cancel(&consignee(), shipment), Error::<Test>::WrongState);
		assert_ok!(cancel(&consignor(), shipment));
		assert_eq!(record(shipment).state, ShipmentState::Settled(Outcome::Cancelled));
		// A quarter of the freight that the consignor pays; the consignee has not called anything off.
		assert_eq!(gain(&carrier()), FREIGHT as i128 / 4);
		assert_eq!(gain(&second()), 0);
		assert_eq!(gain(&consignee()), -fee_of(PRICE) - fee_of(FREIGHT + RETURN_FREIGHT));
	});
}

#[test]
fn a_carrier_who_gives_up_before_he_has_come_forfeits_the_share_for_that() {
	build_and_execute(|| {
		let shipment = agreed(two_legs());
		assert_ok!(cancel(&second(), shipment));
		assert_eq!(record(shipment).state, ShipmentState::Settled(Outcome::NotCollected));
		assert_eq!(gain(&second()), -(LIABILITY as i128 / 2));
		assert_eq!(gain(&carrier()), 0);
		let fees = SHIPMENT_FEE as i128 + 2 * fee_of(FREIGHT + RETURN_FREIGHT);
		assert_eq!(gain(&consignor()), LIABILITY as i128 / 2 - fees);
	});
}

#[test]
fn goods_under_way_are_not_called_off() {
	build_and_execute(|| {
		let shipment = collected(terms());
		for who in [consignor(), consignee(), carrier()] {
			assert_noop!(cancel(&who, shipment), Error::<Test>::WrongState);
		}
	});
}

#[test]
fn locked_goods_are_not_offered_again() {
	build_and_execute(|| {
		offered(terms());
		let again = Call::offer { terms: terms() };
		assert_noop!(
			signed(&consignor(), again),
			sp_runtime::DispatchError::Other("not free")
		);
	});
}

#[test]
fn so_many_at_a_time_and_each_end_makes_room() {
	build_and_execute(|| {
		let one = |nth| {
			let mut terms = terms();
			terms.goods[0].unit = Unit(100 + 2 * nth);
			terms.goods[1].unit = Unit(101 + 2 * nth);
			terms
		};
		let shipments: Vec<_> = (0..MAX_OPEN).map(|nth| offered(one(nth))).collect();
		let more = one(MAX_OPEN);
		made_for(&consignor(), &more);
		let call = Call::offer { terms: more };
		assert_noop!(signed(&consignor(), call.clone()), Error::<Test>::TooManyOpen);
		assert_ok!(cancel(&consignor(), shipments[0]));
		assert_ok!(signed(&consignor(), call));
	});
}

#[test]
fn a_shipment_is_removed_by_who_sent_it_when_all_has_ended() {
	build_and_execute(|| {
		registered_arbiter();
		let shipment = delivered(before_arbiter(terms()));
		let remove = || Call::remove { shipment };
		assert_noop!(signed(&consignor(), remove()), Error::<Test>::NotSettled);
		assert_ok!(accept(shipment));
		// The leg still waits for claims.
		assert_noop!(signed(&consignor(), remove()), Error::<Test>::NotSettled);
		at(CLAIM_WINDOW + 1);
		let leg = leg_of(shipment, 0);
		assert_ok!(expire_leg(leg));
		assert_noop!(signed(&carrier(), remove()), Error::<Test>::NotTheConsignor);
		assert_ok!(signed(&consignor(), remove()));
		assert_eq!(crate::Legs::<Test>::iter().count(), 0);
		assert_eq!(ShipmentsOf::<Test>::iter().count(), 0);
		assert_eq!(money(&consignor()).1, 0);
		assert_noop!(signed(&consignor(), remove()), Error::<Test>::UnknownShipment);
	});
}
