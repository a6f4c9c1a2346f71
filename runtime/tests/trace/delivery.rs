//! Jobs whose deliveries record how things were made, and shipments of what came of it.

use crate::{
	chain::{send, Signature},
	world::*,
};
use bpiiot_runtime::{configs::trace::TouchFee, Products, Runtime};
use frame_support::{assert_noop, assert_ok};
use pallet_jobs::JobState;
use pallet_products::{Holdings, Makings, State};
use pallet_shipments::{Outcome, ShipmentState};
use sp_core::H256;

#[test]
fn a_delivery_that_cannot_be_recorded_is_none() {
	story(|| {
		let steel = steel_lot("A");
		brackets(&steel, "100", "149");
		let job = work_begun();
		// The same serials again, and more steel than there is.
		for (lot, first, last, error) in [
			(&steel, "120", "160", pallet_products::Error::<Runtime>::RangeOverlaps),
			(&lot("B"), "200", "249", pallet_products::Error::UnknownThing),
		] {
			let sent = send(PRESS, deliver_with(job, lot, first, last).into(), Signature::Good);
			assert_eq!(sent, Ok(Err(error.into())));
		}
		let record = pallet_jobs::Jobs::<Runtime>::get(job).expect("it is there");
		assert_eq!(record.state, JobState::Started);
		assert_eq!(Makings::<Runtime>::iter_keys().count(), 1);
		press_sends(deliver_with(job, &steel, "200", "249"));
		assert_eq!(Makings::<Runtime>::iter_keys().count(), 2);
	});
}

#[test]
fn nobody_but_the_machine_makes_what_it_delivers() {
	story(|| {
		let steel = steel_lot("A");
		let job = work_begun();
		for who in [OWNER, CUSTOMER, MILL] {
			assert_noop!(
				by(who, deliver_with(job, &steel, "100", "149")),
				pallet_jobs::Error::<Runtime>::NotTheMachine
			);
		}
	});
}

#[test]
fn what_is_on_its_way_is_nobodys_to_use_and_comes_back_when_it_is_called_off() {
	story(|| {
		let (one, other) = (steel_lot("A"), steel_lot("B"));
		two_pallets(&one, &other);
		let id = agreed(terms(vec![pallet(1)], None));
		let on_its_way = pallet_products::Error::<Runtime>::OnItsWay;
		let transfer = pallet_products::Call::transfer {
			thing: pallet(1),
			from: account(OWNER),
			to: account(MILL),
			quantity: 0,
		};
		assert_noop!(by(OWNER, transfer), on_its_way);
		let unpack = pallet_products::Call::unpack {
			sscc: sscc(1),
			things: vec![range(shelf(), "19")].try_into().expect("one"),
		};
		assert_noop!(by(OWNER, unpack.clone()), pallet_products::Error::<Runtime>::OnItsWay);
		let again = pallet_shipments::Call::offer {
			terms: terms(vec![pallet(1)], None),
		};
		assert_noop!(by(OWNER, again), pallet_products::Error::<Runtime>::OnItsWay);
		let reason = H256::zero();
		act(OWNER, pallet_shipments::Call::cancel { shipment: id, reason });
		assert_eq!(record(id).state, ShipmentState::Settled(Outcome::Cancelled));
		assert_ok!(by(OWNER, unpack));
	});
}

/// A part of a lot travels: its sender pays for the record that its receiver may need.
#[test]
fn a_part_of_a_lot_is_sold_on_delivery() {
	story(|| {
		let steel = steel_lot("A");
		let mut terms = terms(vec![steel.clone()], None);
		terms.goods[0].quantity = 500_000;
		let (before, _) = money(OWNER);
		let fee = bpiiot_runtime::configs::trace::ShipmentFee::get();
		let id = agreed(terms);
		assert_eq!(money(OWNER).0, before - fee - TouchFee::get());
		let of = |who: &str| {
			let pallet_products::Thing::Lot { gtin, lot } = &steel else {
				return (0, 0);
			};
			let holding = Holdings::<Runtime>::get((gtin, lot), account(who)).unwrap_or_default();
			(holding.quantity, holding.on_its_way)
		};
		assert_eq!(of(OWNER), (100_000, 500_000));
		delivered(id);
		accept(id, Default::default());
		assert_eq!((of(OWNER), of(CUSTOMER)), ((100_000, 0), (500_000, 0)));
		assert_eq!(record(id).state, ShipmentState::Settled(Outcome::Delivered));
	});
}

/// A carrier who has the goods and is not answered has not delivered; and no token serves twice, or another.
#[test]
fn both_sides_sign_each_handover() {
	story(|| {
		let (one, other) = (steel_lot("A"), steel_lot("B"));
		two_pallets(&one, &other);
		let id = agreed(terms(vec![pallet(1)], None));
		pass_on(id, OWNER, CARRIER);
		let token = presented(id, CARRIER, HAULIER);
		for who in [CUSTOMER, CARRIER, MILL] {
			assert!(by(who, token.clone()).is_err(), "{who}");
		}
		assert_noop!(
			by(HAULIER, presented(id, MILL, HAULIER)),
			pallet_shipments::Error::<Runtime>::BadToken
		);
		act(HAULIER, token.clone());
		assert_noop!(by(HAULIER, token), pallet_shipments::Error::<Runtime>::NotTheReceiver);
		let hop = record(id).next_hop();
		let to = Some(account(CUSTOMER));
		act(HAULIER, pallet_shipments::Call::hand_over { shipment: id, hop, to });
		let take = |who: &str| {
			let reservation = H256::zero();
			by(
				who,
				pallet_shipments::Call::take_over {
					shipment: id,
					hop,
					reservation,
				},
			)
		};
		for who in [HAULIER, CARRIER, OWNER] {
			assert_noop!(take(who), pallet_shipments::Error::<Runtime>::NotTheReceiver);
		}
		assert_eq!(Products::owner_of(&pallet(1)), Some(account(OWNER)));
		assert_ok!(take(CUSTOMER));
		assert_noop!(take(CUSTOMER), pallet_shipments::Error::<Runtime>::WrongState);
		// Silence accepts.
		pass(2 * HOUR);
		assert_eq!(record(id).state, ShipmentState::Settled(Outcome::Delivered));
		assert_eq!(Products::owner_of(&pallet(1)), Some(account(CUSTOMER)));
		let unit = pallet_products::Units::<Runtime>::get(sscc(1)).expect("it is there");
		assert_eq!(unit.shipment, None);
		let packed = Products::facts(range(shelf(), "19")).and_then(|facts| facts.state);
		assert_eq!(packed, Some(State::Packed(sscc(1))));
	});
}

#[test]
fn a_machine_sends_what_it_has_made_and_takes_part_until_it_has_ended() {
	story(|| {
		let steel = steel_lot("A");
		brackets(&steel, "100", "149");
		let made = terms(vec![range(bracket(), "149")], None);
		press_sends(pallet_shipments::Call::offer { terms: made });
		let id = shipment();
		assert_eq!(record(id).consignor, press().account());
		let machine = press();
		assert_noop!(
			by(OWNER, pallet_machines::Call::decommission { machine }),
			pallet_machines::Error::<Runtime>::WorkOpen
		);
		let reason = H256::zero();
		press_sends(pallet_shipments::Call::cancel { shipment: id, reason });
		assert_eq!(Products::owner_of(&range(bracket(), "149")), Some(machine.account()));
		assert_ok!(by(OWNER, pallet_machines::Call::decommission { machine }));
	});
}
