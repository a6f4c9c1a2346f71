//! Machines that send, carry and receive, and their owners.

use crate::{mock::*, Call, Error, Holder, ShipmentState};
use bpiiot_primitives::OpenWork;
use frame_support::{assert_noop, assert_ok};

/// A truck of the owner carries.
fn by_truck() -> crate::ShipmentId {
	let truck = registered_for(&owner(), 1);
	let mut terms = terms();
	terms.legs[0].carrier = truck;
	let shipment = offered(terms);
	assert_ok!(agree(shipment));
	shipment
}

#[test]
fn a_truck_carries_with_its_own_key_and_its_own_money() {
	build_and_execute(|| {
		let shipment = by_truck();
		let leg = leg_of(shipment, 0);
		assert_ok!(signed(&key(1), Call::agree_to_carry { leg }));
		assert_eq!(money(&of_machine(1)), (100_000, LIABILITY));
		assert_ok!(tender(shipment));
		assert_ok!(take_over(&key(1), shipment));
		assert_eq!(record(shipment).holder(), Holder::Carrier(0));
		let hop = 2;
		let to = Some(consignee());
		assert_ok!(signed(&key(1), Call::hand_over { shipment, hop, to }));
		assert_ok!(take_over(&consignee(), shipment));
		assert_ok!(accept(shipment));
		assert_eq!(money(&of_machine(1)), (100_000 + FREIGHT, 0));
	});
}

#[test]
fn its_owner_may_sign_for_it_and_nobody_else() {
	build_and_execute(|| {
		let shipment = by_truck();
		let leg = leg_of(shipment, 0);
		registered_for(&second(), 2);
		for who in [second(), key(2), stranger()] {
			assert_noop!(signed(&who, Call::agree_to_carry { leg }), Error::<Test>::NotTheCarrier);
		}
		assert_ok!(signed(&owner(), Call::agree_to_carry { leg }));
		assert_eq!(money(&of_machine(1)).1, LIABILITY);
		assert_eq!(money(&owner()).1, money(&owner()).1.min(5_000 + 700));
	});
}

#[test]
fn nothing_is_agreed_to_above_the_budget() {
	build_and_execute(|| {
		let shipment = by_truck();
		let leg = leg_of(shipment, 0);
		may_spend(&owner(), 1, LIABILITY - 1);
		let over = pallet_machines::Error::<Test>::OverSpendingCap;
		assert_noop!(signed(&key(1), Call::agree_to_carry { leg }), over);
		// Nor in its name.
		let over = pallet_machines::Error::<Test>::OverSpendingCap;
		assert_noop!(signed(&owner(), Call::agree_to_carry { leg }), over);
		may_spend(&owner(), 1, LIABILITY);
		assert_ok!(signed(&key(1), Call::agree_to_carry { leg }));
	});
}

#[test]
fn a_machine_under_way_has_open_work() {
	build_and_execute(|| {
		let shipment = by_truck();
		// Who is only asked is not bound.
		assert!(!Shipping::has_open_work(&machine(1)));
		let leg = leg_of(shipment, 0);
		assert_ok!(signed(&key(1), Call::agree_to_carry { leg }));
		assert!(Shipping::has_open_work(&machine(1)));
		assert_ok!(cancel(&consignor(), shipment));
		assert!(!Shipping::has_open_work(&machine(1)));
	});
}

#[test]
fn who_has_become_both_sides_signs_for_neither() {
	build_and_execute(|| {
		let shipment = by_truck();
		let leg = leg_of(shipment, 0);
		assert_ok!(signed(&key(1), Call::agree_to_carry { leg }));
		assert_ok!(tender(shipment));
		assert_ok!(take_over(&key(1), shipment));
		let by = |who: AccountId| RuntimeOrigin::signed(who);
		assert_ok!(Machines::offer_ownership(by(owner()), machine(1), Some(consignee())));
		assert_ok!(Machines::accept_ownership(by(consignee()), machine(1), 0));
		let (hop, to) = (2, Some(consignee()));
		assert_ok!(signed(&consignee(), Call::hand_over { shipment, hop, to }));
		assert_noop!(take_over(&consignee(), shipment), Error::<Test>::SameOwner);
		assert_eq!(record(shipment).state, ShipmentState::InTransit);
	});
}

#[test]
fn a_machine_sends_and_receives() {
	build_and_execute(|| {
		let (robot, locker) = (registered_for(&owner(), 1), registered_for(&stranger(), 2));
		let mut terms = terms();
		terms.consignee = locker.clone();
		let shipment = offered_by(&key(1), &robot, terms);
		assert_ok!(signed(&key(2), Call::agree { shipment }));
		let leg = leg_of(shipment, 0);
		assert_ok!(signed(&carrier(), Call::agree_to_carry { leg }));
		let token = token_by(&machine_pair(1), shipment, &carrier());
		assert_ok!(present(&carrier(), shipment, token));
		let token = token_by(&pair_of("carrier"), shipment, &locker);
		assert_ok!(present(&key(2), shipment, token));
		let call = Call::accept_delivery {
			shipment,
			refusals: Default::default(),
			reason: HASH,
		};
		assert_ok!(signed(&key(2), call));
		assert_eq!(Register::of(Unit(2), &locker), (UNITS, UNITS));
		let paid = FREIGHT + SHIPMENT_FEE + fee_of(FREIGHT + RETURN_FREIGHT) as Balance;
		assert_eq!(money(&robot).0, 100_000 + PRICE - paid);
	});
}
