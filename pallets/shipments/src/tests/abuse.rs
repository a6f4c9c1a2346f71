//! Who gains by lying, by replaying, by being somebody else? Nobody.

use crate::{mock::*, Breach, Call, Error, LegId, ShipmentId};
use codec::MaxEncodedLen;
use frame_support::{
	assert_noop, assert_ok,
	traits::{GetCallName, UnfilteredDispatchable},
};
use sp_core::H256;
use sp_runtime::{traits::BadOrigin, DispatchError, Permill, StateVersion};

/// A shipment in each of the states that matter to whom a call belongs.
struct World {
	offered: ShipmentId,
	/// With a leg that nobody has agreed to.
	open_leg: LegId,
	/// Called for the first carrier.
	tendered: ShipmentId,
	in_transit: ShipmentId,
	delivered: ShipmentId,
	/// The consignor may dispute it; its leg is closing.
	refused: ShipmentId,
	/// Its leg is claimed.
	claimed: LegId,
	settled: ShipmentId,
}

/// Ordinary terms of other goods.
fn of_goods(nth: u32, mut terms: crate::TermsOf<Test>) -> crate::TermsOf<Test> {
	for (line, place) in terms.goods.iter_mut().zip(0..) {
		line.unit = Unit(100 + 10 * nth + place);
	}
	terms
}

fn world() -> World {
	registered_arbiter();
	let settled = delivered(of_goods(0, terms()));
	assert_ok!(accept(settled));
	let refused = delivered(of_goods(1, before_arbiter(terms())));
	assert_ok!(review(refused, &[(0, 1, 0)]));
	pass_to(refused, &consignor());
	let accepted = delivered(of_goods(2, before_arbiter(terms())));
	assert_ok!(accept(accepted));
	let claimed = leg_of(accepted, 0);
	let share = Permill::from_percent(50);
	assert_ok!(signed(
		&consignor(),
		Call::report_damage {
			leg: claimed,
			share,
			evidence: HASH
		}
	));
	let delivered = delivered(of_goods(3, terms()));
	let in_transit = collected(of_goods(4, terms()));
	let tendered = agreed(of_goods(5, terms()));
	assert_ok!(tender(tendered));
	let offered = offered(of_goods(6, terms()));
	World {
		offered,
		open_leg: leg_of(offered, 0),
		tendered,
		in_transit,
		delivered,
		refused,
		claimed,
		settled,
	}
}

/// Each call, in their order.
fn calls(world: &World) -> Vec<Call<Test>> {
	let (reason, evidence, reservation) = (HASH, HASH, H256::zero());
	let token = token_by(&pair_of("consignor"), world.tendered, &carrier());
	vec![
		Call::offer { terms: terms() },
		Call::agree {
			shipment: world.offered,
		},
		Call::agree_to_carry { leg: world.open_leg },
		Call::cancel {
			shipment: world.offered,
			reason,
		},
		Call::hand_over {
			shipment: world.in_transit,
			hop: 2,
			to: Some(consignee()),
		},
		Call::take_over {
			shipment: world.tendered,
			hop: 1,
			reservation,
		},
		Call::present {
			shipment: world.tendered,
			hop: 1,
			token,
			reservation,
		},
		Call::decline_handover {
			shipment: world.tendered,
			hop: 1,
			evidence,
		},
		Call::report_loss {
			shipment: world.in_transit,
			evidence,
		},
		Call::refuse {
			shipment: world.in_transit,
			reason,
		},
		Call::accept_delivery {
			shipment: world.delivered,
			refusals: Default::default(),
			reason,
		},
		Call::expire {
			shipment: world.in_transit,
		},
		Call::concede {
			shipment: world.refused,
		},
		Call::dispute {
			shipment: world.refused,
			evidence,
		},
		Call::claim_breach {
			leg: leg_of(world.in_transit, 0),
			breach: Breach::Limit(0),
			proof: Loggers::anchor(readings(0, 0, 20_000, 20_000)),
		},
		Call::report_damage {
			leg: leg_of(world.refused, 0),
			share: Permill::one(),
			evidence,
		},
		Call::concede_claim { leg: world.claimed },
		Call::dispute_claim {
			leg: world.claimed,
			evidence,
		},
		Call::expire_leg { leg: world.claimed },
		Call::remove {
			shipment: world.settled,
		},
	]
}

/// Whom each call refuses at that stage, and with what. A new call has no row here, and the test fails.
fn refusals(call: &str) -> Vec<(AccountId, Error<Test>)> {
	let by = |who: &[AccountId], error: fn() -> Error<Test>| {
		who.iter().map(|who| (who.clone(), error())).collect::<Vec<_>>()
	};
	let all = [consignor(), consignee(), carrier(), second(), stranger(), arbiter()];
	let all_but = |who: AccountId| all.iter().filter(|other| **other != who).cloned().collect::<Vec<_>>();
	match call {
		// Whoever does not own the goods.
		"offer" => by(&[consignor()], || Error::NotTheOwner),
		"agree" | "refuse" | "accept_delivery" => by(&all_but(consignee()), || Error::NotTheConsignee),
		"agree_to_carry" | "concede_claim" | "dispute_claim" => by(&all_but(carrier()), || Error::NotTheCarrier),
		"cancel" => by(&[second(), stranger(), arbiter()], || Error::NotAParty),
		"hand_over" | "report_loss" => by(&all_but(carrier()), || Error::NotTheHolder),
		"take_over" | "present" | "decline_handover" => by(&all_but(carrier()), || Error::NotTheReceiver),
		"expire" | "expire_leg" => by(&all, || Error::NotExpired),
		"concede" | "dispute" | "remove" => by(&all_but(consignor()), || Error::NotTheConsignor),
		// Anybody may show it: what shows it is no word of his. There is no logger here.
		"claim_breach" => by(&all, || Error::AnothersLogger),
		"report_damage" => by(&[carrier(), second(), stranger(), arbiter()], || Error::NotAParty),
		other => panic!("no row for the call {other}"),
	}
}

#[test]
fn no_call_serves_whom_it_is_not_for() {
	build_and_execute(|| {
		let world = world();
		let calls = calls(&world);
		let names: Vec<_> = calls.iter().map(|call| call.get_call_name()).collect();
		assert_eq!(names, Call::<Test>::get_call_names(), "each call once");
		for call in calls {
			let name = call.get_call_name();
			for (who, error) in refusals(name) {
				let before = sp_io::storage::root(StateVersion::V1);
				assert_eq!(signed(&who, call.clone()), Err(error.into()), "{name} by {who:?}");
				assert_eq!(sp_io::storage::root(StateVersion::V1), before, "{name} by {who:?}");
			}
		}
	});
}

#[test]
fn every_call_must_be_signed_and_not_by_a_barred_key() {
	build_and_execute(|| {
		let world = world();
		registered_for(&owner(), 1);
		assert_ok!(Machines::freeze(RuntimeOrigin::signed(owner()), machine(1)));
		for call in calls(&world) {
			let name = call.get_call_name();
			for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
				let done = call.clone().dispatch_bypass_filter(origin);
				assert_eq!(done.map_err(|refused| refused.error), Err(BadOrigin.into()), "{name}");
			}
			// Silence is ended by anybody.
			if !["expire", "expire_leg"].contains(&name) {
				let frozen = DispatchError::from(pallet_machines::Error::<Test>::MachineFrozen);
				assert_eq!(signed(&key(1), call), Err(frozen), "{name}");
			}
		}
	});
}

#[test]
fn what_is_not_there_is_not_found() {
	build_and_execute(|| {
		let (shipment, leg) = (ShipmentId(77), LegId(77));
		let (reason, evidence, hop) = (HASH, HASH, 1);
		for call in [
			Call::agree { shipment },
			Call::cancel { shipment, reason },
			Call::hand_over {
				shipment,
				hop,
				to: None,
			},
			Call::report_loss { shipment, evidence },
			Call::refuse { shipment, reason },
			Call::expire { shipment },
			Call::concede { shipment },
			Call::dispute { shipment, evidence },
			Call::remove { shipment },
		] {
			assert_noop!(signed(&stranger(), call), Error::<Test>::UnknownShipment);
		}
		for call in [
			Call::agree_to_carry { leg },
			Call::concede_claim { leg },
			Call::dispute_claim { leg, evidence },
			Call::expire_leg { leg },
		] {
			assert_noop!(signed(&stranger(), call), Error::<Test>::UnknownLeg);
		}
	});
}

#[test]
fn a_poor_account_agrees_to_nothing_and_nothing_is_held() {
	build_and_execute(|| {
		let mut terms = terms();
		terms.consignee = account("poor");
		terms.legs[0].carrier = account("poorer");
		let shipment = offered(terms);
		assert!(agree(shipment).is_err());
		let leg = leg_of(shipment, 0);
		assert!(signed(&account("poorer"), Call::agree_to_carry { leg }).is_err());
		assert_eq!(crate::OpenOf::<Test>::iter().count(), 1);
		assert!(leg_record(leg).liability.is_none());
	});
}

/// The largest and the smallest of everything: refused, or taken without harm.
#[test]
fn extreme_arguments_end_in_an_error_and_never_in_a_panic() {
	build_and_execute(|| {
		registered_for(&stranger(), LOGGER);
		let mut extreme = cold(terms());
		let limit = &mut extreme.limits[0];
		(limit.low, limit.high) = (i64::MIN, i64::MAX - 1);
		limit.steps[1].beyond = u64::MAX;
		let shipment = collected(extreme);
		let leg = leg_of(shipment, 0);
		let (hop, to) = (u8::MAX, Some(consignee()));
		assert_noop!(
			signed(&carrier(), Call::hand_over { shipment, hop, to }),
			Error::<Test>::HandoverChanged
		);
		let proof = Loggers::anchor(readings(0, 0, i64::MAX, i64::MAX));
		let breach = Breach::Limit(u8::MAX);
		let call = Call::claim_breach { leg, breach, proof };
		assert_noop!(signed(&stranger(), call), Error::<Test>::UnknownLimit);
		at(DAY);
		assert_ok!(show(leg, readings(0, DAY, i64::MAX, i64::MAX)));
		assert_eq!(leg_record(leg).breaches[0], 1);
		pass(shipment);
		assert_noop!(review(shipment, &[(u8::MAX, 1, 0)]), Error::<Test>::UnknownLine);
		assert_noop!(review(shipment, &[(1, u64::MAX, 1)]), Error::<Test>::TooMuch);
		let refusals = vec![Default::default(); 17];
		assert!(crate::Refusals::try_from(refusals).is_err());
		assert_ok!(review(shipment, &[(1, 1, UNITS - 1)]));
		let millis = u64::MAX - START;
		assert_noop!(expire(shipment), Error::<Test>::NotExpired);
		at(millis);
		idle();
		assert!(record(shipment).is_settled());
	});
	build_and_execute(|| {
		for change in [
			(|terms| terms.goods[0].price = Balance::MAX / 2) as fn(&mut crate::TermsOf<Test>),
			|terms| terms.legs[0].freight = Balance::MAX / 2,
			|terms| terms.legs[0].liability = Balance::MAX / 2,
		] {
			let mut terms = terms();
			change(&mut terms);
			made_for(&consignor(), &terms);
			// Nobody has that much, and whoever is to pay it cannot.
			let Ok(()) = signed(&consignor(), Call::offer { terms }) else {
				continue;
			};
			let shipment = last_shipment();
			let leg = leg_of(shipment, 0);
			let done = [agree(shipment), signed(&carrier(), Call::agree_to_carry { leg })];
			assert!(done.iter().any(|done| done.is_err()));
			assert_ok!(cancel(&consignor(), shipment));
		}
	});
}

#[test]
fn who_takes_part_in_as_much_as_he_may_agrees_to_nothing_more() {
	build_and_execute(|| {
		let waiting = offered(of_goods(60, terms()));
		let leg = leg_of(waiting, 0);
		for who in [consignee(), carrier()] {
			crate::OpenOf::<Test>::insert(who, MAX_OPEN);
		}
		assert_noop!(agree(waiting), Error::<Test>::TooManyOpen);
		assert_noop!(
			signed(&carrier(), Call::agree_to_carry { leg }),
			Error::<Test>::TooManyOpen
		);
		for who in [consignee(), carrier()] {
			crate::OpenOf::<Test>::remove(who);
		}
		all_agree(waiting);
	});
}

/// A flood of offers fills nobody's room but the one's who makes them.
#[test]
fn offers_to_somebody_cost_him_nothing() {
	build_and_execute(|| {
		for nth in 0..MAX_OPEN {
			offered(of_goods(nth, terms()));
		}
		assert_eq!(crate::OpenOf::<Test>::get(consignee()), 0);
		let mut terms = of_goods(60, terms());
		terms.legs[0].carrier = second();
		made_for(&stranger(), &terms);
		assert_ok!(signed(&stranger(), Call::offer { terms }));
		assert_ok!(agree(last_shipment()));
	});
}

/// The largest record of each kind, and what pays for it.
#[test]
fn all_that_is_stored_is_bounded() {
	let shipment = crate::ShipmentOf::<Test>::max_encoded_len();
	assert!(shipment < 2_600, "{shipment}");
	let leg = crate::LegOf::<Test>::max_encoded_len();
	assert!(leg < 600, "{leg}");
}
